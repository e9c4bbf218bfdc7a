//! The care team of a patient as CareTeam: ROL and PRT behind PID and the like, and the case manager of
//! IN3 (guide: ROL[CareTeam], PRT[CareTeam], IN3[CareTeam]).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::types::text;
use super::{participation, pid};

fn team<'m>(cx: &mut Context<'m>, pid: Seg<'m>) -> Ref {
    let patient = pid::patient(cx, pid);
    cx.own_of(Kind::CareTeam, (pid, 0), Some(patient), &[])
}

/// The IN3 segments that name a case manager.
fn managers<'m>(cx: &Context<'m>, pid: Seg<'m>) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let story = cx.story;
    story
        .of(pid, b"IN1")
        .flat_map(move |insurance| story.of(insurance, b"IN3"))
        .filter(|seg| seg.valued(21))
}

/// Writes the CareTeam of a patient if there is one.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, pid: Seg<'m>) {
    let members = participation::members(cx, pid);
    let managers: Vec<Seg<'m>> = managers(cx, pid).collect();
    if members.is_empty() && managers.is_empty() {
        return;
    }
    let own = team(cx, pid);
    // It belongs to no single segment: values of members that have no place go with the patient.
    out.resource(own, None, |w| {
        super::subject(w, cx, "subject", pid);
        w.array("participant", |w| {
            for &seg in &members {
                participation::member(w, cx, seg);
            }
            for &seg in &managers {
                w.item(|w| {
                    w.array("role", |w| {
                        w.item(|w| {
                            w.array("coding", |w| {
                                w.item(|w| {
                                    w.literal("system", "http://snomed.info/sct");
                                    w.literal("code", "768832004");
                                });
                            });
                            w.literal("text", "case manager");
                        });
                    });
                    w.object("member", |w| _ = text::string(w, cx, "display", seg.get(21)));
                });
            }
        });
        w.array("reasonCode", |w| {
            for &seg in &members {
                participation::reasons(w, cx, seg);
            }
        });
        w.array("telecom", |w| {
            for &seg in &members {
                participation::telecoms(w, cx, seg);
            }
        });
    });
}
