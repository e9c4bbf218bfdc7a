//! What of each segment goes where, one file a segment. A function that writes a resource is in the
//! file of its main segment.

pub(super) mod acc;
pub(super) mod account;
pub(super) mod ack;
pub(super) mod ais;
pub(super) mod al1;
pub(super) mod arv;
pub(super) mod aut;
pub(super) mod con;
pub(super) mod ctd;
pub(super) mod dg1;
pub(super) mod employment;
pub(super) mod evn;
pub(super) mod facts;
pub(super) mod ft1;
pub(super) mod gt1;
pub(super) mod history;
pub(super) mod iam;
pub(super) mod in1;
pub(super) mod medication;
pub(super) mod mrg;
pub(super) mod msh;
pub(super) mod nk1;
pub(super) mod note;
pub(super) mod npu;
pub(super) mod obr;
pub(super) mod obx;
pub(super) mod orc;
pub(super) mod parent;
pub(super) mod participation;
pub(super) mod pd1;
pub(super) mod pda;
pub(super) mod pid;
pub(super) mod pr1;
pub(super) mod prb;
pub(super) mod provenance;
pub(super) mod prt;
pub(super) mod pth;
pub(super) mod pv1;
pub(super) mod pv2;
pub(super) mod race;
pub(super) mod rf1;
pub(super) mod rxa;
pub(super) mod rxd;
pub(super) mod rxo;
pub(super) mod sch;
pub(super) mod service_request;
pub(super) mod sft;
pub(super) mod source;
pub(super) mod spm;
pub(super) mod stf;
pub(super) mod team;
pub(super) mod tq1;
pub(super) mod txa;
pub(super) mod value;

use super::bundle::Arena;
use super::context::{Context, Ref};
use super::input::{Parts, Seg};
use super::json::Json;
use super::kind::Kind;
use super::types::identifier;

/// Writes the resources of all segments.
pub(super) fn segments<'m>(out: &mut Arena, cx: &mut Context<'m>) {
    let is_query = is_query(cx.msh().peek(9).first());
    for seg in cx.story.input().segs() {
        match &seg.id() {
            id if is_query && !matches!(id, b"SFT" | b"MSA" | b"ERR") => {}
            b"SFT" => sft::write(out, cx, seg),
            b"MSA" | b"ERR" => ack::write(out, cx, seg),
            b"EVN" => evn::write(out, cx, seg),
            b"PD1" => facts::write(out, cx, seg),
            b"DB1" => facts::write_disability(out, cx, seg),
            b"ACC" => acc::write(out, cx, seg),
            b"PDA" => pda::write(out, cx, seg),
            b"ARV" => arv::write(out, cx, seg),
            b"CON" => con::write(out, cx, seg),
            b"AUT" => aut::write(out, cx, seg),
            b"CTD" => ctd::write(out, cx, seg),
            b"NK1" => nk1::write(out, cx, seg),
            b"MRG" => mrg::write(out, cx, seg),
            b"ROL" => participation::write(out, cx, seg),
            b"PRT" => {
                participation::write(out, cx, seg);
                prt::write(out, cx, seg);
            }
            b"PID" => pid::write(out, cx, seg),
            b"PV1" => pv1::write(out, cx, seg),
            b"NPU" => npu::write(out, cx, seg),
            b"ORC" => orc::write(out, cx, seg),
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
            b"PTH" => pth::write(out, cx, seg),
            b"RF1" => rf1::write(out, cx, seg),
            b"PRD" => rf1::write_provider(out, cx, seg),
            b"SPM" => spm::write(out, cx, seg),
            b"STF" => stf::write(out, cx, seg),
            b"RXO" | b"RXE" | b"RXG" => rxo::write(out, cx, seg),
            b"RXD" => rxd::write(out, cx, seg),
            b"RXA" => rxa::write(out, cx, seg),
            _ => {}
        }
    }
}

/// The patient whom a segment is about.
fn patient_of<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Option<Ref> {
    cx.same_owner(seg, 0, |cx| {
        let pid = cx.story.patient(seg)?;
        Some(pid::patient(cx, pid))
    })
}

/// Writes a member that refers to the patient whom a segment is about. Returns whether it is there.
#[inline(always)]
pub(super) fn subject<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, seg: Seg<'m>) -> bool {
    let Some(to) = patient_of(cx, seg) else { return false };
    cx.reference(w, name, to);
    true
}

/// As [`subject`], where FHIR asks for one; without a PID it is said that nothing is known.
pub(super) fn subject_required<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, seg: Seg<'m>) {
    if !subject(w, cx, name, seg) {
        w.object(name, |w| w.literal("display", "unknown"));
    }
}

/// The header refers to the resource written last where there is no patient to refer to, and nothing else
/// does.
fn may_lack_patient<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    if patient_of(cx, seg).is_none() {
        out.may_stand_alone();
    }
}

/// The visit that a segment is about.
fn visit_of<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Option<Ref> {
    let find = |cx: &mut Context<'m>| {
        let pv1 = cx.story.visit(seg)?;
        Some(pv1::encounter(cx, pv1))
    };
    if cx.story.has_other_visits() { find(cx) } else { cx.same_owner(seg, 1, find) }
}

/// What a segment with a code (field 3, else the words of field 4) became of a visit. It is known by its number
/// and the patient; without a number, by the visit, the patient, the code, and a field that tells it from others.
fn of_visit<'m>(
    cx: &mut Context<'m>,
    kind: Kind,
    seg: Seg<'m>,
    number: usize,
    other: usize,
) -> Ref {
    if let Some(known) = cx.owned(kind, seg) {
        return known;
    }
    let patient = patient_of(cx, seg);
    if seg.peek(number).part(1).is_empty() {
        let visit = visit_of(cx, seg);
        let [code, system] = match al1::is_named(seg.peek(3)) {
            true => identifier::code_parts(seg.peek(3)),
            false => [seg.peek(4).peek_raw(), b""],
        };
        let patient = patient.as_ref().map_or(&[][..], |patient| patient.id.bytes());
        let what = [patient, code, system, seg.peek(other).first()];
        return cx.own_of(kind, (seg, 0), visit, &what);
    }
    cx.own(kind, seg, |cx| {
        let number = identifier::ei_key(cx, kind, seg.peek(number))?;
        Some(number.with(patient?.id.bytes()))
    })
}

/// Writes a member that refers to the visit that a segment is about. Returns whether it is there.
#[inline(always)]
pub(super) fn encounter<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, seg: Seg<'m>) -> bool {
    let Some(to) = visit_of(cx, seg) else { return false };
    cx.reference(w, name, to);
    true
}

/// A field of a segment that may be missing.
pub(super) fn field<'m>(seg: Option<Seg<'m>>, n: usize) -> Parts<'m> {
    seg.map_or(Parts::EMPTY, |seg| seg.get(n))
}

/// All repetitions of a field of a segment that may be missing.
pub(super) fn fields<'m>(seg: Option<Seg<'m>>, n: usize) -> impl Iterator<Item = Parts<'m>> {
    seg.into_iter().flat_map(move |seg| seg.all(n))
}

/// Whether a field of a segment that may be missing has a value.
pub(super) fn valued(seg: Option<Seg<'_>>, n: usize) -> bool {
    seg.is_some_and(|seg| seg.valued(n))
}

/// Whether a message asks what the receiver knows, by its type: it has what is sought (chapter 5, query by example),
/// which is no record of it.
fn is_query(kind: &[u8]) -> bool {
    matches!(kind, b"QBP" | b"QRY" | b"QSB" | b"QVR" | b"SQM" | b"VXQ")
}

/// Whether a message asks for something, by its type (table 0076): what it tells of services are
/// orders then, and not results.
pub(super) fn asks(cx: &Context<'_>) -> bool {
    cx.asks()
}

/// As [`asks`], by MSH-9.1.
pub(super) fn asks_by(kind: &[u8]) -> bool {
    matches!(
        kind,
        b"ORM"
            | b"OMB"
            | b"OMD"
            | b"OMG"
            | b"OMI"
            | b"OML"
            | b"OMN"
            | b"OMP"
            | b"OMQ"
            | b"OMS"
            | b"OPL"
            | b"OPR"
            | b"ORB"
            | b"ORD"
            | b"ORG"
            | b"ORI"
            | b"ORL"
            | b"ORN"
            | b"ORP"
            | b"ORR"
            | b"ORS"
            | b"ORX"
            | b"OSQ"
            | b"OSR"
            | b"RDE"
            | b"RRE"
    )
}
