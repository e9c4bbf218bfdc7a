//! AIS, AIG, AIL and AIP: what an appointment needs, as its participants (guide: AIS[Appointment]
//! and so on).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::Seg;
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, place, text, timing};
use super::super::wanted::Wanted;
use super::sch;
use crate::core::time::Timestamp;

/// Where such a segment tells when it is needed; the unit of a number stands behind it.
struct Fields {
    start: usize,
    offset: usize,
    duration: usize,
    status: usize,
}

fn fields(seg: Seg<'_>) -> Fields {
    match &seg.id() {
        b"AIS" => Fields { start: 4, offset: 5, duration: 7, status: 10 },
        b"AIG" => Fields { start: 8, offset: 9, duration: 11, status: 14 },
        // AIL and AIP.
        _ => Fields { start: 6, offset: 7, duration: 9, status: 12 },
    }
}

/// Whether a segment takes out of an appointment what it needed (table 0206).
fn is_taken_out(seg: Seg<'_>) -> bool {
    seg.peek(2).first() == b"D"
}

/// The segments of an appointment that tell what it needs. One that does not take place may have all of it
/// taken out, and still it is told what that was.
pub(crate) fn of<'m>(cx: &Context<'m>, sch: Seg<'m>) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let story = cx.story;
    let is_called_off = sch::is_called_off(cx);
    let is_need = |seg: &Seg<'_>| matches!(&seg.id(), b"AIS" | b"AIG" | b"AIL" | b"AIP");
    sch::group(cx, sch)
        .filter(is_need)
        .filter(move |seg| is_called_off || !is_taken_out(*seg))
        .filter(move |seg| story.up(*seg, b"SCH").is_some_and(|s| s.at() == sch.at()))
}

/// When it is needed from: as it says, or so long after the appointment begins.
pub(crate) fn start(seg: Seg<'_>, base: Option<&Timestamp>) -> Option<Timestamp> {
    let at = fields(seg);
    let own = seg.peek(at.start);
    if !own.is_empty() {
        return time::read(&own);
    }
    let offset = timing::minutes(seg.peek(at.offset), seg.peek(at.offset + 1))?;
    base?.add_minutes(offset)
}

/// Until when it is needed.
pub(crate) fn end(seg: Seg<'_>, start: &Timestamp) -> Option<Timestamp> {
    let at = fields(seg);
    start.add_minutes(timing::minutes(seg.peek(at.duration), seg.peek(at.duration + 1))?)
}

/// Writes a member of type Period. Returns whether it is there.
pub(crate) fn period(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    seg: Seg<'_>,
    base: Option<&Timestamp>,
) -> bool {
    let at = fields(seg);
    let Some(start) = start(seg, base) else {
        let own = seg.get(at.start);
        if !own.is_empty() {
            cx.give_up(&own, "time");
        }
        return false;
    };
    if seg.valued(at.start) {
        seg.done(at.start);
    } else {
        seg.done(at.offset);
        seg.done(at.offset + 1);
    }
    w.object(name, |w| {
        time::date_time_of(w, cx, "start", &start);
        if let Some(end) = end(seg, &start) {
            seg.done(at.duration);
            seg.done(at.duration + 1);
            time::date_time_of(w, cx, "end", &end);
        }
    })
}

/// Writes the resource that is needed, unless it is a place or a person.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    let is_service = seg.is(b"AIS");
    if cx.story.up(seg, b"SCH").is_none() || is_taken_out(seg) && !sch::is_called_off(cx) {
        return;
    }
    if is_service && !has_time(seg) || !is_service && (seg.peek(3).is_empty() || is_place(seg)) {
        return;
    }
    let own = resource(cx, seg);
    out.resource(own, None, |w| {
        let value = seg.get(3);
        if is_service {
            w.array("type", |w| _ = coded::concept_item(w, cx, value));
            return;
        }
        w.array("identifier", |w| identifier::cwe_items(w, cx, value));
        w.array("deviceName", |w| {
            w.item(|w| {
                if text::of_coded(w, cx, "name", value) {
                    w.literal("type", "user-friendly-name");
                }
            });
        });
    });
}

/// The HealthcareService of an AIS, the Device of an AIG.
fn resource<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    if seg.is(b"AIS") {
        let of = cx.story.up(seg, b"SCH").map(|sch| sch::appointment(cx, sch));
        let what = identifier::code_parts(seg.peek(3));
        return cx.own_of(Kind::HealthcareService, (seg, 0), of, &what);
    }
    cx.own(Kind::Device, seg, |cx| {
        let value = seg.peek(3);
        let key = cx.scope_key(Kind::Device).with(value.peek(1).peek_raw());
        Some(key.with(value.peek(3).peek_raw()))
    })
}

fn has_time(seg: Seg<'_>) -> bool {
    let at = fields(seg);
    seg.valued(at.start) || seg.valued(at.offset)
}

/// Whether AIG-4 says that the resource is a place.
fn is_place(aig: Seg<'_>) -> bool {
    let kind = aig.peek(4).peek_raw().to_ascii_uppercase();
    kind.starts_with(b"LOC") || kind.windows(4).any(|word| word == b"ROOM")
}

/// Writes the item of `participant` for a segment.
pub(crate) fn participant<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    seg: Seg<'m>,
    (of_all, base): (&'static str, Option<&Timestamp>),
) {
    seg.done(1);
    let actor = match &seg.id() {
        b"AIS" => has_time(seg).then(|| resource(cx, seg)),
        b"AIG" if is_place(seg) => cx.refer(Wanted::NamedLocation(seg.get(3))),
        b"AIG" => (!seg.peek(3).is_empty()).then(|| resource(cx, seg)),
        b"AIL" => place::refer(cx, seg.get(3)),
        _ => cx.refer(Wanted::Practitioner(seg.get(3))),
    };
    let has_type = matches!(&seg.id(), b"AIG" | b"AIP") && !seg.peek(4).is_empty();
    if actor.is_none() && !has_type {
        return;
    }
    let start = w.len();
    let mut is_anybody = actor.is_some();
    w.item(|w| {
        if has_type {
            is_anybody |= w.array("type", |w| _ = coded::concept_item(w, cx, seg.get(4)));
        }
        if let Some(actor) = actor {
            cx.reference(w, "actor", actor);
        }
        w.literal("status", status(cx, seg, of_all));
        period(w, cx, "period", seg, base);
    });
    if !is_anybody {
        w.back_to(start);
    }
}

/// The status of a participant, which is required, by that of what is needed; else `of_all`, by that of the
/// appointment: who needs act on one that is booked or called off?
fn status<'m>(cx: &mut Context<'m>, seg: Seg<'m>, of_all: &'static str) -> &'static str {
    if is_taken_out(seg) {
        return "declined";
    }
    let value = seg.get(fields(seg).status);
    let code = cx.code(super::super::codes::Table::FillerStatusAppointment, value.first());
    match code {
        Some(code) if of_all != "declined" => of_appointment(code.code),
        _ => {
            value.give_up();
            of_all
        }
    }
}

/// The status of a participant by that of an appointment.
pub(crate) fn of_appointment(status: &str) -> &'static str {
    match status {
        "booked" | "arrived" | "checked-in" | "fulfilled" | "noshow" => "accepted",
        "cancelled" | "entered-in-error" => "declined",
        _ => "needs-action",
    }
}
