//! SCH as Appointment (guide: SCH[Appointment], SCH[ServiceRequest], SCH[Provenance],
//! PID[Appointment], NTE[Appointment-Comment], AIS[ServiceRequest]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{
    coded, contact, identifier, participant, place, practitioner, text, timing,
};
use super::{ais, pid, provenance};
use crate::core::time::Timestamp;
use std::cmp::Ordering;
use std::collections::HashSet;

/// The extensions that carry elements of R5.
const SUBJECT: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.subject";
const NOTE: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.note";
const ANNOTATION_TYPE: &str = "http://hl7.org/fhir/StructureDefinition/annotationType";
const ALTERNATE_CODES: &str = "http://hl7.org/fhir/StructureDefinition/alternate-codes";
const AGENTS: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/// The Appointment of an SCH.
pub(crate) fn appointment<'m>(cx: &mut Context<'m>, sch: Seg<'m>) -> Ref {
    cx.own(Kind::Appointment, sch, |cx| {
        let number = if sch.valued(2) { sch.peek(2) } else { sch.peek(1) };
        identifier::ei_key(cx, Kind::Appointment, number)
    })
}

/// One who is to be asked about an appointment, and where; 0 for a field that there is not.
struct Contact {
    /// XCN
    person: usize,
    /// XTN
    phone: usize,
    /// XAD
    address: usize,
    /// PL
    place: usize,
    words: &'static str,
}

const CONTACTS: &[Contact] = &[
    Contact { person: 12, phone: 13, address: 14, place: 15, words: "Placer contact" },
    Contact { person: 16, phone: 17, address: 18, place: 19, words: "Filler contact" },
    Contact { person: 20, phone: 21, address: 0, place: 22, words: "" },
];

impl Contact {
    /// The PractitionerRole, if more is told than who it is.
    fn role<'m>(&self, cx: &mut Context<'m>, sch: Seg<'m>) -> Option<Ref> {
        let has_more = [self.phone, self.address, self.place].into_iter().any(|n| sch.valued(n));
        let part = u32::try_from(self.person).unwrap_or(u32::MAX);
        let of = Some(appointment(cx, sch));
        has_more.then(|| cx.own_of(Kind::PractitionerRole, (sch, part), of, &[&part.to_be_bytes()]))
    }

    fn write<'m>(&self, out: &mut Arena, cx: &mut Context<'m>, sch: Seg<'m>) {
        if !sch.valued(self.person) {
            return;
        }
        let Some(own) = self.role(cx, sch) else { return };
        let who = participant::person(cx, sch.get(self.person), sch.get(self.address));
        let place = place::refer(cx, sch.get(self.place));
        out.resource(own, None, |w| {
            if let Some(who) = who {
                cx.reference(w, "practitioner", who);
            }
            if let Some(place) = place {
                w.array("location", |w| cx.reference_item(w, place));
            }
            w.array("telecom", |w| {
                for value in sch.all(self.phone) {
                    contact::item(w, cx, value, "work");
                }
            });
        });
    }
}

/// When an appointment is, each end with the value that gives it, if one does alone.
#[derive(Default)]
struct When<'m> {
    start: Option<(Timestamp, Option<Parts<'m>>)>,
    end: Option<(Timestamp, Option<Parts<'m>>)>,
}

/// Writes the Appointment, the orders that it is for, and who entered it.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, sch: Seg<'m>) {
    let own = appointment(cx, sch);
    let status = status_told(cx, sch);
    let when = when(cx, sch);
    let base = when.start.as_ref().map(|(start, _)| *start);
    let needs: Vec<Seg<'m>> = ais::of(cx, sch).collect();
    let numbers = order_numbers(sch);
    let orders: Vec<Ref> =
        (0..).zip(&numbers).map(|(n, numbers)| order(cx, sch, n, *numbers)).collect();
    out.resource(own, Some(sch), |w| {
        w.array("identifier", |w| {
            identifier::ei_item(w, cx, sch.get(1), Some(identifier::PLACER));
            identifier::ei_item(w, cx, sch.get(2), Some(identifier::FILLER));
            identifier::ei_item(w, cx, sch.get(4), Some(("PGN", "Placer Group Number")));
        });
        w.literal("status", status);
        if matches!(status, "cancelled" | "noshow") {
            coded::concept(w, cx, "cancelationReason", sch.get(6));
        }
        w.array("serviceType", |w| {
            for need in needs.iter().filter(|need| need.is(b"AIS")) {
                coded::concept_item(w, cx, need.get(3));
            }
        });
        reasons(w, cx, sch);
        moments(w, cx, status, when);
        duration(w, cx, sch);
        w.array("basedOn", |w| orders.iter().for_each(|&to| cx.reference_item(w, to)));
        w.array("participant", |w| participants(w, cx, sch, status, (&needs, base.as_ref())));
        w.extensions(|w| {
            for patient in patients(cx, sch) {
                w.extension(SUBJECT, |w| cx.reference(w, "valueReference", patient));
            }
            notes(w, cx, sch);
        });
    });
    let services: Vec<Seg<'m>> = needs.iter().filter(|need| need.is(b"AIS")).copied().collect();
    let patient = patients(cx, sch).first().copied();
    let order_status = order_status(self::status(cx, sch));
    for (n, (&order, numbers)) in orders.iter().zip(numbers).enumerate() {
        let last = n + 1 == orders.len();
        let of_it = services.get(n..).unwrap_or_default();
        let of_it = if last { of_it } else { of_it.get(..1).unwrap_or_default() };
        write_order(out, cx, (order_status, patient, order), numbers, of_it, base.as_ref());
    }
    for contact in CONTACTS {
        contact.write(out, cx, sch);
    }
    entered(out, cx, sch, own);
}

/// The status, which is required, and the field that tells it: SCH-25, else that of the first service; else
/// it is by the event. An event by which it does not take place counts before a status with which it would.
pub(super) fn status<'m>(
    cx: &Context<'m>,
    sch: Seg<'m>,
) -> (&'static str, Option<(Seg<'m>, usize)>) {
    let by_event = Table::EventAppointmentStatus.get(cx.event()).map(|code| code.code);
    let service = ais::of(cx, sch).find(|seg| seg.is(b"AIS") && seg.valued(10));
    let fields = [Some((sch, 25)), service.map(|ais| (ais, 10))];
    let told = fields.into_iter().flatten().find_map(|(seg, n)| {
        let value = seg.peek(n);
        let mut words = [1, 2].into_iter().map(|n| value.peek(n).first().trim_ascii());
        let code = words.find_map(|words| Table::FillerStatusAppointment.get(words))?;
        Some((code.code, (seg, n)))
    });
    match (by_event, told) {
        (Some(by_event), Some((status, _))) if is_off(by_event) && !is_over(status) => {
            (by_event, None)
        }
        (_, Some((status, field))) => (status, Some(field)),
        (by_event, None) => (by_event.unwrap_or("pending"), None),
    }
}

/// As [`status`], counting the field as mapped.
fn status_told<'m>(cx: &mut Context<'m>, sch: Seg<'m>) -> &'static str {
    let (status, field) = status(cx, sch);
    let value = sch.get(25);
    cx.code(Table::FillerStatusAppointment, value.first());
    match field {
        Some((seg, n)) if seg.is(b"AIS") => {
            value.give_up();
            seg.done(n);
        }
        Some(_) => {}
        None => value.give_up(),
    }
    status
}

/// Whether an appointment with this status does not take place.
fn is_off(status: &str) -> bool {
    matches!(status, "cancelled" | "entered-in-error" | "noshow")
}

/// Whether nothing more happens with this status.
fn is_over(status: &str) -> bool {
    is_off(status) || status == "fulfilled"
}

/// Whether the message tells of an appointment that it does not take place.
pub(super) fn is_called_off(cx: &Context<'_>) -> bool {
    Table::EventAppointmentStatus.get(cx.event()).is_some_and(|code| is_off(code.code))
}

/// SCH-7 and SCH-8: reasons and types, by the table they say they are of.
fn reasons<'m>(w: &mut Json, cx: &mut Context<'m>, sch: Seg<'m>) {
    let (seventh, eighth) = (sch.peek(7), sch.peek(8));
    let is_type = |value: Parts<'_>| value.peek(3).first().eq_ignore_ascii_case(b"HL70277");
    let is_reason = |value: Parts<'_>| value.peek(3).first().eq_ignore_ascii_case(b"HL70276");
    let kind = match () {
        () if !eighth.is_empty() && !is_reason(eighth) => 8,
        () if !seventh.is_empty() && is_type(seventh) => 7,
        () => 0,
    };
    coded::concept_by(w, cx, "appointmentType", sch.get(kind), Table::AppointmentTypeCodes);
    w.array("reasonCode", |w| {
        for field in [7, 8].into_iter().filter(|&field| field != kind) {
            coded::concept_item_by(w, cx, sch.get(field), Table::AppointmentReasonCodes);
        }
    });
}

/// SCH-11 (TQ), else TQ1-7 and TQ1-8, else the earliest need; the end is told, or follows from the
/// duration.
fn when<'m>(cx: &Context<'m>, sch: Seg<'m>) -> When<'m> {
    let timing_segment = cx.story.first_of(sch, b"TQ1");
    let of_tq1 = |n| timing_segment.map_or(Parts::EMPTY, |tq1| tq1.get(n));
    let pairs = [[sch.get(11).get(4), sch.get(11).get(5)], [of_tq1(7), of_tq1(8)]];
    let known = pairs.into_iter().find_map(|[start, end]| Some((time::read(&start)?, start, end)));
    if let Some((start, source, end)) = known {
        // One that ends before it begins is as long as it says.
        let is_behind = |end: &Timestamp| time::order(cx, &start, end) != Ordering::Greater;
        let end = match time::read(&end).filter(is_behind) {
            Some(time) => Some((time, Some(end))),
            None => {
                length(sch).and_then(|minutes| start.add_minutes(minutes)).map(|end| (end, None))
            }
        };
        return When { start: Some((start, Some(source))), end };
    }
    let needs = ais::of(cx, sch).filter_map(|seg| Some((ais::start(seg, None)?, seg)));
    let Some((start, seg)) = needs.min_by(|(a, _), (b, _)| a.compare(b)) else {
        return When::default();
    };
    let end = length(sch).and_then(|minutes| start.add_minutes(minutes));
    let end = end.or_else(|| ais::end(seg, &start));
    When { start: Some((start, None)), end: end.map(|end| (end, None)) }
}

/// How long it is, in minutes: SCH-9, else the duration of SCH-11 (`M30`).
fn length(sch: Seg<'_>) -> Option<i32> {
    if let Some(minutes) = timing::minutes(sch.peek(9), sch.peek(10)) {
        return Some(minutes);
    }
    let (unit, number) = sch.peek(11).peek(3).first().trim_ascii().split_first()?;
    let number = Decimal::of(number)?.whole().filter(|&n| n >= 0)?;
    match unit {
        b'M' => Some(number),
        b'H' => number.checked_mul(60),
        b'D' => number.checked_mul(1440),
        _ => None,
    }
}

/// Writes `start` and `end`: either both, or for what is asked for or cancelled neither (app-2,
/// app-3).
fn moments(w: &mut Json, cx: &mut Context<'_>, status: &str, when: When<'_>) {
    let none = when.start.is_none() && when.end.is_none();
    if none && matches!(status, "proposed" | "cancelled" | "waitlist") {
        return;
    }
    for (name, unknown, moment) in [("start", "_start", when.start), ("end", "_end", when.end)] {
        let is_there =
            moment.is_some_and(|(time, source)| match time::instant_of(w, cx, name, &time) {
                true => true,
                false => {
                    if let Some(source) = source {
                        cx.give_up(&source, "time");
                    }
                    false
                }
            });
        if !is_there {
            w.unknown(unknown);
        }
    }
}

fn duration(w: &mut Json, _: &mut Context<'_>, sch: Seg<'_>) {
    let Some(minutes) = length(sch).filter(|&minutes| minutes > 0) else { return };
    w.count("minutesDuration", minutes);
    if timing::minutes(sch.peek(9), sch.peek(10)).is_some() {
        sch.done(9);
        sch.done(10);
    } else {
        sch.get(11).get(3).raw();
    }
}

/// The segments from an SCH up to the next one.
pub(super) fn group<'m>(cx: &Context<'m>, sch: Seg<'m>) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let input = cx.story.input();
    let behind = (sch.at()..input.len()).map(move |at| input.seg(at));
    behind.take_while(move |seg| seg.at() == sch.at() || !seg.is(b"SCH"))
}

/// The patients of an appointment: all of the message, but where it tells of several appointments, those behind
/// the SCH, else the one before the first of them. No other patient has to do with it.
fn patients<'m>(cx: &mut Context<'m>, sch: Seg<'m>) -> Vec<Ref> {
    let input = cx.story.input();
    let is_pid = |seg: &Seg<'m>| seg.is(b"PID");
    let mut pids: Vec<Seg<'m>> = match input.count(b"SCH") {
        0 | 1 => input.segs().filter(is_pid).collect(),
        _ => group(cx, sch).filter(is_pid).collect(),
    };
    if pids.is_empty() {
        pids.extend(cx.story.before(sch));
    }
    let mut known = HashSet::new();
    pids.into_iter()
        .map(|pid| pid::patient(cx, pid))
        .filter(|to| known.insert(*to.id.bytes()))
        .collect()
}

fn participants<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    sch: Seg<'m>,
    status: &str,
    (needs, base): (&[Seg<'m>], Option<&Timestamp>),
) {
    let start = w.len();
    let status = ais::of_appointment(status);
    for patient in patients(cx, sch) {
        w.item(|w| {
            cx.reference(w, "actor", patient);
            w.literal("status", status);
        });
    }
    for contact in CONTACTS {
        for (n, value) in sch.all(contact.person).enumerate() {
            let role = if n == 0 { contact.role(cx, sch) } else { None };
            w.item_with(
                |w| {
                    w.array("type", |w| match contact.words {
                        "" => coded::fixed_item(w, AGENTS, "enterer", "Enterer"),
                        words => _ = w.item(|w| w.literal("text", words)),
                    });
                    w.literal("status", status);
                },
                |w| match role {
                    Some(role) => cx.reference(w, "actor", role),
                    None => _ = practitioner::member(w, cx, "actor", value),
                },
            );
        }
    }
    for &need in needs {
        ais::participant(w, cx, need, (status, base));
    }
    if w.len() == start {
        w.item(|w| {
            w.object("actor", |w| w.literal("display", "unknown"));
            w.literal("status", "needs-action");
        });
    }
}

/// Writes the notes on an appointment and on what it needs.
fn notes<'m>(w: &mut Json, cx: &mut Context<'m>, sch: Seg<'m>) {
    let story = cx.story;
    let of_it = |seg: &Seg<'m>| {
        seg.is(b"NTE") && story.up(*seg, b"SCH").is_some_and(|owner| owner.at() == sch.at())
    };
    for note in group(cx, sch).filter(of_it) {
        note.done(1);
        w.extension(NOTE, |w| {
            w.object("valueAnnotation", |w| {
                let before = w.len();
                w.array("extension", |w| {
                    w.extension(ANNOTATION_TYPE, |w| {
                        coded::concept_by(
                            w,
                            cx,
                            "valueCodeableConcept",
                            note.get(4),
                            Table::CommentType,
                        );
                    });
                });
                practitioner::member(w, cx, "authorReference", note.get(5));
                time::date_time(w, cx, "time", note.get(6));
                // The text is required.
                if !text::lines(w, cx, "text", note.all(3)) && w.len() > before {
                    w.unknown("_text");
                }
            });
        });
        for code in note.all(9) {
            w.extension(ALTERNATE_CODES, |w| {
                coded::concept(w, cx, "valueCodeableConcept", code);
            });
        }
    }
}

/// SCH-26 and SCH-27, which repeat together: the numbers of each order that an appointment is for.
fn order_numbers<'m>(sch: Seg<'m>) -> Vec<[Parts<'m>; 2]> {
    let [mut placer, mut filler] = [26, 27].map(|field| sch.all(field).fuse());
    let next = || match [placer.next(), filler.next()] {
        [None, None] => None,
        numbers => Some(numbers.map(|number| number.unwrap_or(Parts::EMPTY))),
    };
    std::iter::from_fn(next).collect()
}

/// The order number `n`, from 0, that an appointment is for.
fn order<'m>(cx: &mut Context<'m>, sch: Seg<'m>, n: u32, [placer, filler]: [Parts<'m>; 2]) -> Ref {
    cx.own_once(Kind::ServiceRequest, sch, n, |cx| {
        let number = if placer.is_empty() { filler } else { placer };
        identifier::ei_key(cx, Kind::ServiceRequest, number.again()).map(|mut key| key.id())
    })
}

fn write_order<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    (status, patient, own): (&str, Option<Ref>, Ref),
    [placer, filler]: [Parts<'m>; 2],
    services: &[Seg<'m>],
    base: Option<&Timestamp>,
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            identifier::ei_item(w, cx, placer, Some(identifier::PLACER));
            identifier::ei_item(w, cx, filler, Some(identifier::FILLER));
            for service in services {
                for value in [3, 11, 12].into_iter().flat_map(|field| service.all(field)) {
                    identifier::cwe_items(w, cx, value);
                }
            }
        });
        w.literal("status", status);
        w.literal("intent", "order");
        if let Some(service) = services.first() {
            coded::concept(w, cx, "code", service.get(3));
        }
        match patient {
            Some(patient) => cx.reference(w, "subject", patient),
            None => _ = w.object("subject", |w| w.literal("display", "unknown")),
        };
        if let Some(service) = services.first() {
            ais::period(w, cx, "occurrencePeriod", *service, base);
        }
    });
}

/// The status of an order by that of the appointment for it, and whether a field tells this: that an appointment
/// is called off does not say that nobody wants it any more.
fn order_status((appointment, told): (&str, Option<(Seg<'_>, usize)>)) -> &'static str {
    match appointment {
        "booked" => "active",
        _ if told.is_none() => "unknown",
        "fulfilled" => "completed",
        "cancelled" => "revoked",
        "entered-in-error" => "entered-in-error",
        _ => "active",
    }
}

/// Writes who entered the appointment (SCH-20).
fn entered<'m>(out: &mut Arena, cx: &mut Context<'m>, sch: Seg<'m>, target: Ref) {
    if sch.peek(20).is_empty() {
        return;
    }
    let own = cx.own(Kind::Provenance, sch, |_| None);
    out.resource(own, None, |w| {
        w.array("target", |w| cx.reference_item(w, target));
        provenance::recorded(w, cx);
        w.array("agent", |w| {
            for value in sch.all(20) {
                w.item_with(
                    |w| coded::fixed(w, "type", AGENTS, "enterer", "Enterer"),
                    |w| _ = practitioner::member(w, cx, "who", value),
                );
            }
        });
    });
}
