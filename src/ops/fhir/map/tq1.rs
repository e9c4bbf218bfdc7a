//! TQ1, and the older TQ, as Timing (guide: TQ1[ServiceRequest], TQ1[MedicationRequest]).

use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::time;
use super::super::types::timing;

/// The TQ1 of an order: those of its ORC and of its detail.
pub(crate) fn of<'m>(
    cx: &Context<'m>,
    orc: Option<Seg<'m>>,
    detail: Option<Seg<'m>>,
) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let story = cx.story;
    let detail = detail.filter(|detail| !detail.is(b"ORC"));
    orc.into_iter().chain(detail).flat_map(move |owner| story.of(owner, b"TQ1"))
}

/// Whether something is given or done when it is needed, and not by the clock alone: `PRN`, or `PRN` and how
/// often (table 0335), as pattern, as priority (table 0485) or as condition (`PRN pain`), in TQ1 or the older
/// TQ.
pub(crate) fn is_as_needed(tq1: Option<Seg<'_>>, old: Parts<'_>) -> bool {
    let told = match tq1 {
        Some(tq1) => [tq1.peek(3).peek(1), tq1.peek(9).peek(1), tq1.peek(10)],
        None => [old.peek(2), old.peek(6), old.peek(7)],
    };
    told.iter().any(|value| {
        let begins = value.part(1).trim_ascii().first_chunk::<3>();
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(b"PRN"))
    })
}

/// Writes a member of type Timing. Returns whether it is there.
pub(crate) fn member<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, tq1: Seg<'m>) -> bool {
    tq1.done(1);
    let pattern = tq1.get(3);
    w.object(name, |w| {
        w.object("repeat", |w| repeat(w, cx, tq1, pattern));
        timing::pattern_code(w, cx, pattern);
    })
}

fn repeat<'m>(w: &mut Json, cx: &mut Context<'m>, tq1: Seg<'m>, pattern: Parts<'m>) {
    let ends = [tq1.get(7), tq1.get(8)];
    let is_whole = ends.iter().all(|end| !end.is_empty());
    // How long it takes is not said where both ends are.
    let length = if is_whole { None } else { length(cx, tq1.get(6)) };
    timing::bounds(w, cx, ends, length);
    w.integer("count", tq1.get(14).first(), 1);
    if let Some((number, unit)) = self::length(cx, tq1.get(13)) {
        w.decimal("duration", number);
        w.literal("durationUnit", unit);
    }
    timing::cycle(w, cx, pattern);
    let has_times = w.array("timeOfDay", |w| {
        for value in tq1.all(4) {
            time::time_item(w, cx, value);
        }
    });
    // Times of day and events exclude each other (tim-10).
    if has_times || pattern.peek(8).is_empty() {
        return;
    }
    let relative = tq1.get(5);
    let offset = timing::minutes(relative.get(1), relative.get(2));
    timing::event(w, cx, pattern, offset);
}

/// A CQ as a number and a unit of time in UCUM.
fn length<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<(&'m [u8], &'static str)> {
    if value.is_empty() {
        return None;
    }
    let number = value.first();
    let unit = timing::unit(value.get(2).first());
    let is_number = super::super::json::Decimal::of(number).is_some_and(|n| !n.is_negative());
    match unit.filter(|_| is_number) {
        Some(unit) => Some((number, unit)),
        None => {
            cx.give_up(&value, "timing");
            None
        }
    }
}

/// Writes a member of type code from the first priority that R4 has a code for: TQ1-9, else the
/// others given, as OBR-5. Returns whether it is there.
pub(crate) fn priority<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    tq1: Option<Seg<'m>>,
    others: impl IntoIterator<Item = Parts<'m>>,
) -> bool {
    for value in tq1.into_iter().flat_map(|tq1| tq1.all(9)).chain(others) {
        if value.is_empty() {
            continue;
        }
        if let Some(code) = cx.code(Table::ExtendedPriorityCodes, value.first()) {
            w.string("priority", code.code.as_bytes());
            return true;
        }
        value.give_up();
    }
    false
}
