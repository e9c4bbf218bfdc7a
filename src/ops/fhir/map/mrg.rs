//! MRG: who and what there was before a merge, a move or a change of identifiers (guide: MRG[Account];
//! the rest follows R4, Patient.link).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{identifier, name};

/// The identifiers that a patient had: MRG-1, or those of old versions.
fn ids<'m>(mrg: Seg<'m>) -> impl Iterator<Item = Parts<'m>> + Clone + use<'m> {
    mrg.all_again(1).chain(mrg.all_again(4)).chain(mrg.all_again(2))
}

/// The best identifier of MRG-1, if that is of another patient than PID.
fn other<'m>(cx: &mut Context<'m>, mrg: Seg<'m>) -> Option<Parts<'m>> {
    let id = super::pid::best(ids(mrg))?;
    let key = identifier::cx_key(cx, Kind::Patient, id)?.id();
    let now = cx.story.owner(mrg).and_then(|pid| super::pid::key(cx, pid));
    let is_same = now.is_some_and(|mut now| now.id() == key);
    (!is_same).then_some(id)
}

/// The Patient of MRG-1, if that is another than the one of PID, and is no more. Of one who stays nothing is told but
/// a number, which must not take the place of all that was told before.
pub(crate) fn prior<'m>(cx: &mut Context<'m>, mrg: Seg<'m>) -> Option<Ref> {
    let id = other(cx, mrg).filter(|_| is_replaced(cx))?;
    Some(cx.own(Kind::Patient, mrg, |cx| identifier::cx_key(cx, Kind::Patient, id)))
}

/// Writes the members of a reference to whom something belonged before: that Patient, or the one of PID, or by
/// number one who stays.
pub(super) fn subject_in<'m>(w: &mut Json, cx: &mut Context<'m>, mrg: Seg<'m>) {
    if let Some(prior) = prior(cx, mrg) {
        return cx.reference_in(w, prior);
    }
    match (other(cx, mrg), cx.story.owner(mrg)) {
        (Some(id), _) => {
            let all = [1, 4, 2].into_iter().flat_map(|n| mrg.all(n));
            let told = all.into_iter().find(|one| one.peek_raw() == id.peek_raw());
            w.literal("type", Kind::Patient.name());
            identifier::cx_member(w, cx, "identifier", told.unwrap_or(id));
        }
        (None, Some(pid)) => {
            let now = super::pid::patient(cx, pid);
            cx.reference_in(w, now);
        }
        (None, None) => {}
    }
}

/// Whether the patient of MRG-1 is the same person as the one of PID, and that of PID stays. Where
/// identifiers, accounts or visits move (A43 to A45), both patients do.
fn is_replaced(cx: &Context<'_>) -> bool {
    !matches!(cx.event(), b"A43" | b"A44" | b"A45")
}

/// Writes items of Patient.link: the patients whom this one replaces, or those whom the message says to
/// be the same person (A24).
pub(crate) fn links<'m>(w: &mut Json, cx: &mut Context<'m>, pid: Seg<'m>) {
    let mut last = None;
    for mrg in cx.story.of(pid, b"MRG") {
        let prior = prior(cx, mrg);
        if let Some(prior) = prior.filter(|_| prior != last) {
            link(w, cx, prior, "replaces");
        }
        last = prior.or(last);
    }
    if cx.event() == b"A24" {
        let own = super::pid::patient(cx, pid);
        for other in cx.story.input().segs().filter(|seg| seg.is(b"PID")) {
            let other = super::pid::patient(cx, other);
            if other != own {
                link(w, cx, other, "seealso");
            }
        }
    }
}

fn link(w: &mut Json, cx: &Context<'_>, to: Ref, kind: &str) {
    w.item(|w| {
        cx.reference(w, "other", to);
        w.literal("type", kind);
    });
}

/// The MRG of a visit: those before its PV1 and behind the one before (group MERGE_INFO of A45), and
/// those behind the last one.
fn of_visit<'m>(cx: &Context<'m>, pv1: Seg<'m>) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let story = cx.story;
    let patient = story.owner(pv1).filter(|pid| story.may_have(*pid, b"MRG"));
    let of_patient = patient.map(|pid| {
        let [before, behind] = story.other_visits(pv1);
        let to = behind.map_or(usize::MAX, |_| pv1.at());
        story.within(pid.at(), before.unwrap_or(0)..to, b"MRG")
    });
    of_patient.into_iter().flatten()
}

/// Whether a number of a visit is one of the PV1 still.
fn is_kept(pv1: Seg<'_>, value: Parts<'_>) -> bool {
    let mut now = pv1.all_again(19).chain(pv1.all_again(50));
    now.any(|now| [1, 4].into_iter().all(|n| now.peek(n).peek_raw() == value.peek(n).peek_raw()))
}

/// Whether MRG-5 is a visit that there is no more: it is one with another (A42), or has another number (A45, A50).
/// Else it is a number that the visit had, and may have still elsewhere.
fn ends_visits(cx: &Context<'_>) -> bool {
    matches!(cx.event(), b"A42" | b"A45" | b"A50")
}

/// Writes the identifiers that a visit had (MRG-5, MRG-6), and has no more.
pub(crate) fn visit_identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, pv1: Seg<'m>) {
    for mrg in of_visit(cx, pv1) {
        for (field, kind) in [(5, Some(NUMBER)), (6, None)] {
            if field == 5 && ends_visits(cx) {
                continue;
            }
            for value in mrg.all(field) {
                if is_kept(pv1, value) {
                    value.raw();
                } else {
                    identifier::cx_item_old(w, cx, value, kind);
                }
            }
        }
    }
}

const NUMBER: (&str, &str) = ("VN", "Visit number");

/// Writes the visits of MRG-5 that there are no more: else they would go on beside the one of PV1 for good. What
/// was told of them stays with them, and they with that one.
pub(crate) fn write_visits<'m>(out: &mut Arena, cx: &mut Context<'m>, pv1: Seg<'m>, now: Ref) {
    if !ends_visits(cx) {
        return;
    }
    for mrg in of_visit(cx, pv1) {
        let before = other(cx, mrg).and_then(|id| identifier::cx_key(cx, Kind::Patient, id));
        let before = before.map(|mut key| Ref { kind: Kind::Patient, id: key.id() });
        let whose = before.or_else(|| super::patient_of(cx, pv1));
        for (n, value) in (0..).zip(mrg.all(5)) {
            if is_kept(pv1, value) {
                value.raw();
                continue;
            }
            if value.peek(1).is_empty() {
                continue;
            }
            let own = cx.own_once(Kind::Encounter, mrg, n, |cx| {
                super::pv1::key(cx, value, whose).map(|mut key| key.id())
            });
            out.resource(own, Some(mrg), |w| {
                w.array("identifier", |w| {
                    identifier::cx_item_old(w, cx, value, Some(NUMBER));
                });
                w.literal("status", "entered-in-error");
                super::pv1::class(w, cx, pv1);
                w.object("subject", |w| subject_in(w, cx, mrg));
                cx.reference(w, "partOf", now);
            });
        }
    }
}

/// Writes the Patient and the Account that there were.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, mrg: Seg<'m>) {
    if let Some(own) = prior(cx, mrg) {
        let now = cx.story.owner(mrg).map(|pid| super::pid::patient(cx, pid));
        out.resource(own, Some(mrg), |w| {
            w.array("identifier", |w| {
                for field in [1, 4, 2] {
                    for value in mrg.all(field) {
                        identifier::cx_item(w, cx, value);
                    }
                }
            });
            w.boolean("active", false);
            w.array("name", |w| {
                for value in mrg.all(7) {
                    name::xpn_items(w, cx, value);
                }
            });
            if let Some(now) = now {
                w.array("link", |w| link(w, cx, now, "replaced-by"));
            }
        });
    } else if other(cx, mrg).is_none() {
        // The same patient, whose identifiers PID has.
        mrg.get(1).raw();
    }
    super::account::write_prior(out, cx, mrg);
}
