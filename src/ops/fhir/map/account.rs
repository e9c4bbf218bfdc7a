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

/// Writes the Account that there was before a merge, of the patient whose it was. Nothing tells
/// whether it is in use still.
pub(crate) fn write_prior<'m>(out: &mut Arena, cx: &mut Context<'m>, mrg: Seg<'m>) {
    let key = |cx: &mut Context<'m>, value| identifier::cx_key(cx, Kind::Account, value);
    let before = key(cx, mrg.peek(3)).map(|mut key| key.id());
    let now = cx.story.owner(mrg).and_then(|pid| key(cx, pid.peek(18)));
    if before.is_some() && before == now.map(|mut key| key.id()) {
        // The same account, which is the patient's of PID now (A44).
        mrg.get(3).raw();
        return;
    }
    let Some(own) = of(cx, mrg, 3) else { return };
    out.resource(own, Some(mrg), |w| {
        account_in(w, cx, mrg.get(3), "unknown");
        w.array("subject", |w| _ = w.item(|w| super::mrg::subject_in(w, cx, mrg)));
    });
}

fn account_in<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>, status: &str) {
    w.array("identifier", |w| _ = identifier::cx_item(w, cx, value));
    w.literal("status", status);
}
