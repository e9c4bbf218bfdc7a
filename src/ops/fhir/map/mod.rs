//! What of each segment goes where, one file a segment. A function that writes a resource is in the
//! file of its main segment.

pub(super) mod account;
pub(super) mod ack;
pub(super) mod evn;
pub(super) mod history;
pub(super) mod mrg;
pub(super) mod msh;
pub(super) mod nk1;
pub(super) mod obr;
pub(super) mod obx;
pub(super) mod participation;
pub(super) mod pd1;
pub(super) mod pid;
pub(super) mod provenance;
pub(super) mod pv1;
pub(super) mod pv2;
pub(super) mod sft;
pub(super) mod source;
pub(super) mod team;

use super::bundle::Arena;
use super::context::Context;
use super::input::Seg;
use super::json::Json;

/// Writes the resources of all segments.
pub(super) fn segments<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    for seg in cx.story.input().segs() {
        match &seg.id() {
            b"SFT" => sft::write(out, cx, seg),
            b"MSA" | b"ERR" => ack::write(out, cx, seg),
            b"EVN" => evn::write(out, cx, seg),
            b"PD1" => pd1::write(out, cx, seg),
            b"NK1" => nk1::write(out, cx, seg),
            b"MRG" => mrg::write(out, cx, seg),
            b"ROL" | b"PRT" => participation::write(out, cx, seg),
            b"PID" => pid::write(out, cx, seg),
            b"PV1" => pv1::write(out, cx, seg),
            b"OBR" => obr::write(out, cx, seg),
            b"OBX" => obx::write(out, cx, seg),
            _ => {}
        }
    }
}

/// Writes a member that refers to the patient whom a segment is about. Returns whether it is there.
pub(super) fn subject<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, seg: Seg<'m>) -> bool {
    let Some(patient) = cx.story.patient(seg) else { return false };
    let to = pid::patient(cx, patient);
    cx.reference(w, name, to);
    true
}

/// As [`subject`], where FHIR asks for one; without a PID it is said that nothing is known.
pub(super) fn subject_required<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, seg: Seg<'m>) {
    if !subject(w, cx, name, seg) {
        w.object(name, |w| w.literal("display", "unknown"));
    }
}

/// Writes a member that refers to the visit that a segment is about. Returns whether it is there.
pub(super) fn encounter<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, seg: Seg<'m>) -> bool {
    let Some(visit) = cx.story.visit(seg) else { return false };
    let to = pv1::encounter(cx, visit);
    cx.reference(w, name, to);
    true
}
