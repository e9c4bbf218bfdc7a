//! PID-18 and MRG-3 as Account (guide: PID[Account], MRG[Account]).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::identifier;
use super::{gt1, in1};

/// The Account of a patient, if the message tells of one.
pub(crate) fn account<'m>(cx: &mut Context<'m>, pid: Seg<'m>) -> Option<Ref> {
    of(cx, pid, 18)
}

/// The Account of a field of type CX.
fn of<'m>(cx: &mut Context<'m>, seg: Seg<'m>, field: usize) -> Option<Ref> {
    if seg.peek(field).peek(1).is_empty() {
        return None;
    }
    Some(cx.own(Kind::Account, seg, |cx| identifier::cx_key(cx, Kind::Account, seg.peek(field))))
}

/// Writes an item that refers to the account of the patient whom a segment is about.
pub(crate) fn items<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>) {
    let Some(patient) = cx.story.patient(seg) else { return };
    if let Some(to) = account(cx, patient) {
        cx.reference_item(w, to);
    }
}

/// Writes the Account of a patient.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pid: Seg<'m>) {
    let Some(own) = account(cx, pid) else { return };
    let patient = super::pid::patient(cx, pid);
    // The account is closed, or gone.
    let status = if matches!(cx.event(), b"P02" | b"P06") { "inactive" } else { "active" };
    out.resource(own, None, |w| {
        account_in(w, cx, pid.get(18), status);
        w.array("subject", |w| cx.reference_item(w, patient));
        w.array("coverage", |w| in1::of_account(w, cx, pid));
        w.array("guarantor", |w| gt1::guarantors(w, cx, pid));
    });
}

/// Writes the Account of MRG-3. What belongs to a patient goes with them, to the patient of PID (chapter 3, A40,
/// A44); but that of A45 stays where it was, a visit has left it. Where PID-18 is another one, that number takes
/// its place, and nobody uses it any more (A41, A49); else nothing tells whether it is in use.
pub(crate) fn write_prior<'m>(out: &mut Arena, cx: &mut Context<'m>, mrg: Seg<'m>) {
    let key = |cx: &mut Context<'m>, value| identifier::cx_key(cx, Kind::Account, value);
    let before = key(cx, mrg.peek(3)).map(|mut key| key.id());
    let after = cx.story.owner(mrg).and_then(|pid| key(cx, pid.peek(18)));
    let after = after.map(|mut key| key.id());
    if before.is_some() && before == after {
        // The same account, which is the patient's of PID now (A44).
        mrg.get(3).raw();
        return;
    }
    let Some(own) = of(cx, mrg, 3) else { return };
    let stays = cx.event() == b"A45";
    let status = if after.is_some() && !stays { "inactive" } else { "unknown" };
    let now = cx.story.owner(mrg).filter(|_| !stays).map(|pid| super::pid::patient(cx, pid));
    out.resource(own, Some(mrg), |w| {
        account_in(w, cx, mrg.get(3), status);
        w.array("subject", |w| match now {
            Some(now) => cx.reference_item(w, now),
            None => _ = w.item(|w| super::mrg::subject_in(w, cx, mrg)),
        });
    });
}

fn account_in<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>, status: &str) {
    w.array("identifier", |w| _ = identifier::cx_item(w, cx, value));
    w.literal("status", status);
}
