//! PTH as CarePlan: a clinical pathway, with the problems and goals that it stands with (chapter 12). The guide has no
//! map of it.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, text};
use super::prb::{all_of, is_deletion, is_unlinked, notes, of_patient, once, status};
use super::{encounter, subject_required};

/// Writes the CarePlan of a PTH.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pth: Seg<'m>) {
    let own = of_patient(cx, Kind::CarePlan, pth);
    let told = all_of(cx, own);
    let linked = |kind: Kind, cx: &mut Context<'m>| -> Vec<Ref> {
        let with = told.iter().flat_map(|pth| stands_with(cx, *pth, kind)).collect::<Vec<_>>();
        once(with.into_iter().map(|seg| of_patient(cx, kind, seg)).collect()).collect()
    };
    let (problems, goals) = (linked(Kind::Condition, cx), linked(Kind::Goal, cx));
    let mut words = Vec::new();
    let code = match is_deletion(pth) {
        true => "entered-in-error",
        false => match status(cx, Table::GoalLifecycleStatus, pth.get(5), &mut words) {
            Some(code) => of_plan(code.code),
            None => "active",
        },
    };
    out.resource(own, Some(pth), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, pth.get(3), None));
        w.literal("status", code);
        w.literal("intent", "plan");
        w.array("category", |w| _ = coded::concept_item(w, cx, pth.get(2)));
        text::of_coded(w, cx, "title", pth.peek(2));
        subject_required(w, cx, "subject", pth);
        encounter(w, cx, "encounter", pth);
        time::date_time(w, cx, "created", pth.get(4));
        for (name, all) in [("addresses", problems), ("goal", goals)] {
            w.array(name, |w| all.into_iter().for_each(|to| cx.reference_item(w, to)));
        }
        notes(w, cx, &told, &words);
    });
}

/// The status of a plan by that of a goal.
fn of_plan(status: &'static str) -> &'static str {
    match status {
        "proposed" | "planned" => "draft",
        "accepted" => "active",
        "cancelled" | "rejected" => "revoked",
        other => other,
    }
}

/// The problems, or the goals, that a pathway stands with: the one that it is behind (PPR, PGL), or those behind it
/// where pathways come first (PPP, PPG).
fn stands_with<'m>(cx: &Context<'m>, pth: Seg<'m>, kind: Kind) -> Vec<Seg<'m>> {
    let input = cx.story.input();
    let id = if kind == Kind::Goal { b"GOL" } else { b"PRB" };
    let first = input.first(b"PTH").map(|pth| pth.at());
    let comes_first = [b"GOL", b"PRB"]
        .into_iter()
        .all(|id| input.first(id).is_none_or(|seg| first < Some(seg.at())));
    if !comes_first {
        let owner = cx.story.owner(pth).filter(|owner| owner.is(id) && !is_unlinked(pth));
        return owner.into_iter().collect();
    }
    let behind = (pth.at() + 1..input.len()).map(|at| input.seg(at));
    let of_it = behind.take_while(|seg| !seg.is(b"PTH") && !seg.is(b"PID"));
    of_it.filter(|seg| seg.is(id) && !is_unlinked(*seg)).collect()
}
