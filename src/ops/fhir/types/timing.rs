//! DR, RI, TQ and RPT as Period and Timing.

use super::coded;
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::{Decimal, Json};
use crate::ops::fhir::time;
use std::cmp::Ordering;

/// Writes a member of type Period from its two ends. One that ends before it begins has no end
/// (per-1). Returns whether it is there.
pub(crate) fn period(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    [start, end]: [Parts<'_>; 2],
) -> bool {
    let is_reversed = time::read(&start)
        .zip(time::read(&end))
        .is_some_and(|(start, end)| start.compare(&end) == Ordering::Greater);
    w.object(name, |w| {
        time::date_time(w, cx, "start", start);
        if is_reversed {
            cx.give_up(&end, "time");
        } else {
            time::date_time(w, cx, "end", end);
        }
    })
}

/// Writes a member of type Period from DR. Returns whether it is there.
pub(crate) fn range(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    period(w, cx, name, [value.get(1), value.get(2)])
}

/// Writes a member of type Period from its two ends, or from the DR that had both of them before.
pub(crate) fn period_or<'m>(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    both: Parts<'m>,
    [start, end]: [Parts<'m>; 2],
) -> bool {
    let start = if start.is_empty() { both.get(1) } else { start };
    let end = if end.is_empty() { both.get(2) } else { end };
    period(w, cx, name, [start, end])
}

/// The unit of time in UCUM that FHIR has for one of HL7: table 0335, UCUM, or a word.
pub(crate) fn unit(code: &[u8]) -> Option<&'static str> {
    Some(match code.trim_ascii() {
        b"s" | b"S" | b"sec" => "s",
        b"min" | b"M" | b"mn" | b"minute" | b"minutes" => "min",
        b"h" | b"H" | b"hr" | b"HR" | b"hour" | b"hours" => "h",
        b"d" | b"D" | b"day" => "d",
        b"wk" | b"W" | b"week" => "wk",
        b"mo" | b"L" | b"month" => "mo",
        b"a" | b"yr" | b"Y" | b"year" => "a",
        _ => return None,
    })
}

/// A duration in minutes from a number (NM) and its unit (CNE); `None` for one that is no whole
/// number of them, or whose unit is not known.
pub(crate) fn minutes(number: Parts<'_>, unit_of: Parts<'_>) -> Option<i32> {
    let number = Decimal::of(number.peek(1).first())?.whole().filter(|&n| n >= 0)?;
    let code = unit_of.peek(1).first().to_ascii_lowercase();
    let unit = unit(&code).or_else(|| unit(unit_of.peek(2).first()))?;
    match unit {
        "s" => (number % 60 == 0).then_some(number / 60),
        "min" => Some(number),
        "h" => number.checked_mul(60),
        "d" => number.checked_mul(1440),
        "wk" => number.checked_mul(7 * 1440),
        _ => None,
    }
}

/// Writes a member of type Timing from RPT or RI. Returns whether it is there.
pub(crate) fn repeat_pattern(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: Parts<'_>,
) -> bool {
    w.object(name, |w| {
        w.object("repeat", |w| repeat_in(w, cx, value));
        coded::concept_by(w, cx, "code", value.get(1), Table::RepeatPattern);
    })
}

/// Writes the members of Timing.repeat from RPT.
pub(crate) fn repeat_in(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    let (period, unit_of) = (value.get(5), value.get(6));
    // A period needs a unit, and a unit a period (tim-2, tim-5).
    match unit(unit_of.first()) {
        Some(unit) if Decimal::of(period.first()).is_some_and(|n| !n.is_negative()) => {
            w.decimal("period", period.first());
            w.literal("periodUnit", unit);
        }
        _ if !period.is_empty() => cx.give_up(&period, "timing"),
        _ => {}
    }
    let days = [value.get(3), value.get(4)].map(|day| day_of_week(day.first()));
    w.array("dayOfWeek", |w| {
        for day in days.into_iter().flatten() {
            w.string_item(day.as_bytes());
        }
    });
    let event = value.get(8);
    let code = cx.code(Table::EventRelatedPeriod, event.first());
    let is_event = |code: &str| {
        matches!(code, "HS" | "AC" | "PC" | "ACM" | "ACD" | "ACV" | "PCM" | "PCD" | "PCV")
    };
    if let Some(code) = code.filter(|code| is_event(code.code)) {
        w.array("when", |w| _ = w.string_item(code.code.as_bytes()));
        w.integer("offset", value.get(9).first(), 0);
    }
}

/// The day of the week of RPT-3 and RPT-4, 1 for Monday.
fn day_of_week(number: &[u8]) -> Option<&'static str> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let n = Decimal::of(number)?.whole()?;
    days.get(usize::try_from(n).ok()?.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    #[test]
    fn periods_do_not_end_before_they_begin() {
        let of = |value: &str| field(value, |w, cx, v| _ = range(w, cx, "p", v));
        assert_eq!(of("2001^2002"), r#"{"p":{"start":"2001","end":"2002"}}"#);
        assert_eq!(of("2003^2002"), r#"{"p":{"start":"2003"}}"#);
        assert_eq!(of("^2002"), r#"{"p":{"end":"2002"}}"#);
    }

    #[test]
    fn patterns_repeat() {
        let made = field("Q6H^^^^6^h", |w, cx, v| _ = repeat_pattern(w, cx, "t", v));
        assert_eq!(
            made,
            r#"{"t":{"repeat":{"period":6,"periodUnit":"h"},"code":{"coding":[{"code":"Q6H"}]}}}"#
        );
    }
}
