//! STF with PRA, LAN and EDU as Practitioner and PractitionerRole: who works there (MFN^M02, PMU). The guide has no
//! maps of them.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{address, coded, contact, identifier, keys, name, text, timing};
use super::super::wanted::Wanted;
use super::{field, fields};

/// The number of a person: the first of STF-2 that has an authority, else the first, else STF-1; and where its
/// authority stands.
fn number<'m>(stf: Seg<'m>) -> (Parts<'m>, usize) {
    let mut all = stf.all_again(2);
    let told = all.find(|id| !id.peek(1).is_empty() && !id.peek(4).is_empty());
    match told.or_else(|| stf.all_again(2).find(|id| !id.peek(1).is_empty())) {
        Some(id) => (id, 4),
        None => (stf.peek(1), 3),
    }
}

/// The Practitioner: the one to whom other messages refer by that number.
fn practitioner<'m>(cx: &mut Context<'m>, stf: Seg<'m>) -> Ref {
    cx.own(Kind::Practitioner, stf, |cx| {
        let (number, authority) = number(stf);
        let mut key = Key::of(Kind::Practitioner);
        keys::push_of(cx, &mut key, number.part(1), number.peek(authority)).then_some(key)
    })
}

/// Whether the person is taken off the list: by MFE-1 (table 0180) or the event.
fn is_removed<'m>(cx: &Context<'m>, stf: Seg<'m>) -> bool {
    let mfe = cx.story.owner(stf);
    let action = mfe.map_or(&b""[..], |mfe| mfe.peek(1).first());
    matches!(action, b"MDL" | b"MDC") || cx.event() == b"B03"
}

/// Writes the Practitioner, and what they do there.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, stf: Seg<'m>) {
    let own = practitioner(cx, stf);
    let is_removed = is_removed(cx, stf);
    let state = stf.get(7);
    let active = match state.first() {
        _ if is_removed => Some(false),
        b"A" => Some(true),
        b"I" => Some(false),
        _ => None,
    };
    if active.is_none() {
        state.give_up();
    }
    out.resource(own, Some(stf), |w| {
        w.array("identifier", |w| identifiers(w, cx, stf));
        if let Some(active) = active {
            w.boolean("active", active);
        }
        w.array("name", |w| {
            for value in stf.all(3) {
                name::xpn_items(w, cx, value);
            }
        });
        w.array("telecom", |w| telecoms(w, cx, stf));
        w.array("address", |w| {
            for value in stf.all(11) {
                address::item(w, cx, value, Parts::EMPTY);
            }
        });
        coded::code(w, cx, "gender", stf.get(5), Table::AdministrativeSex, "");
        time::date(w, cx, "birthDate", stf.get(6));
        w.array("qualification", |w| {
            for edu in cx.story.of(stf, b"EDU").filter(|edu| edu.valued(2)) {
                edu.done(1);
                w.item(|w| degree(w, cx, edu));
            }
        });
        w.array("communication", |w| {
            for lan in cx.story.of(stf, b"LAN") {
                lan.done(1);
                coded::concept_item(w, cx, lan.get(2));
            }
        });
    });
    let mut all = cx.story.of(stf, b"PRA").peekable();
    if all.peek().is_none() && [4, 8, 12, 13, 18].into_iter().any(|n| stf.valued(n)) {
        write_role(out, cx, own, (stf, None), active);
    }
    for pra in all {
        write_role(out, cx, own, (stf, Some(pra)), active);
    }
}

/// STF-2, what is none of these of STF-1, STF-22, and the numbers of PRA-6.
fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, stf: Seg<'m>) {
    for value in stf.all(2) {
        identifier::cx_item(w, cx, value);
    }
    let first = stf.peek(1).part(1);
    if stf.all_again(2).all(|id| id.part(1) != first) {
        identifier::cwe_items(w, cx, stf.get(1));
    } else {
        stf.get(1).get(1).raw();
    }
    identifier::dln_item(w, cx, stf.get(22));
    for pra in cx.story.of(stf, b"PRA") {
        for value in pra.all(6) {
            identifier::pln_item(w, cx, value);
        }
    }
}

/// STF-10, and the addresses of STF-15 that are none of these.
fn telecoms<'m>(w: &mut Json, cx: &mut Context<'m>, stf: Seg<'m>) {
    for value in stf.all(10) {
        contact::item(w, cx, value, "");
    }
    for mail in stf.all(15) {
        if stf.all_again(10).any(|call| call.part(4) == mail.part(1)) {
            mail.raw();
            continue;
        }
        w.item_with(|w| w.literal("system", "email"), |w| _ = text::string(w, cx, "value", mail));
    }
}

/// EDU-2, when (EDU-4) and where (EDU-6).
fn degree<'m>(w: &mut Json, cx: &mut Context<'m>, edu: Seg<'m>) {
    coded::concept_by(w, cx, "code", edu.get(2), Table::DegreeLicenseCertificate);
    timing::range(w, cx, "period", edu.get(4));
    if let Some(school) = cx.refer(Wanted::Organization(edu.get(6))) {
        cx.reference(w, "issuer", school);
    }
}

/// Writes the PractitionerRole of a PRA, or of an STF without one: known by the person and the group (PRA-2), else
/// the department (STF-8).
fn write_role<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    who: Ref,
    (stf, pra): (Seg<'m>, Option<Seg<'m>>),
    active: Option<bool>,
) {
    let group = if super::valued(pra, 2) { field(pra, 2) } else { stf.get(8) };
    let seg = pra.unwrap_or(stf);
    let what = [b"STF", group.part(1)];
    let own = cx.own_of(Kind::PractitionerRole, (seg, 0), Some(who), &what);
    let of = cx.refer(Wanted::NamedOrganization(group));
    // The person does that no more (PMU^B05, B06).
    let active = if matches!(cx.event(), b"B05" | b"B06") { Some(false) } else { active };
    out.resource(own, Some(seg), |w| {
        if let Some(active) = active {
            w.boolean("active", active);
        }
        let practice = [field(pra, 8), field(pra, 10)];
        let is_told = practice.iter().any(|date| !date.is_empty());
        let here = [stf.get(12).get(1), stf.get(13).get(1)];
        timing::period(w, cx, "period", if is_told { practice } else { here });
        cx.reference(w, "practitioner", who);
        if let Some(of) = of {
            cx.reference(w, "organization", of);
        }
        w.array("code", |w| {
            coded::concept_item(w, cx, stf.get(4));
            for category in fields(pra, 3) {
                coded::concept_item(w, cx, category);
            }
            w.item(|w| _ = text::string(w, cx, "text", stf.get(18)));
        });
        w.array("specialty", |w| {
            for specialty in fields(pra, 5) {
                w.item(|w| _ = text::string(w, cx, "text", specialty.get(1)));
            }
        });
    });
}
