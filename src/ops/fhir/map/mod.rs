//! What of each segment goes where, one file a segment. A function that writes a resource is in the
//! file of its main segment.

pub(super) mod ais;
pub(super) mod al1;
pub(super) mod dg1;
pub(super) mod ft1;
pub(super) mod gt1;
pub(super) mod iam;
pub(super) mod in1;
pub(super) mod msh;
pub(super) mod obr;
pub(super) mod obx;
pub(super) mod pid;
pub(super) mod pr1;
pub(super) mod prb;
pub(super) mod pv1;
pub(super) mod rf1;
pub(super) mod sch;
pub(super) mod source;
pub(super) mod txa;

use super::bundle::Arena;
use super::context::Context;
use super::input::Seg;
use super::json::Json;

/// Writes the resources of all segments.
pub(super) fn segments<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    for seg in cx.story.input().segs() {
        match &seg.id() {
            b"PID" => pid::write(out, cx, seg),
            b"PV1" => {
                pv1::write(out, cx, seg);
                in1::of_visit(out, cx, seg);
            }
            b"OBR" => obr::write(out, cx, seg),
            b"OBX" if txa::is_content(cx, seg) => {}
            b"OBX" => obx::write(out, cx, seg),
            b"SCH" => sch::write(out, cx, seg),
            b"AIS" | b"AIG" => ais::write(out, cx, seg),
            b"TXA" => txa::write(out, cx, seg),
            b"AL1" => al1::write(out, cx, seg),
            b"IAM" => iam::write(out, cx, seg),
            b"DG1" => dg1::write(out, cx, seg),
            b"PR1" => pr1::write(out, cx, seg),
            b"IN1" => in1::write(out, cx, seg),
            b"GT1" => gt1::write(out, cx, seg),
            b"FT1" => ft1::write(out, cx, seg),
            b"PRB" => prb::write(out, cx, seg),
            b"GOL" => prb::write_goal(out, cx, seg),
            b"RF1" => rf1::write(out, cx, seg),
            b"PRD" => rf1::write_provider(out, cx, seg),
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
