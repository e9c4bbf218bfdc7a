//! DR, RI, TQ and RPT as Period and Timing.

use super::{coded, quantity};
use crate::core::time::{Precision, Timestamp};
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
    if start.is_empty() && end.is_empty() {
        return false;
    }
    let [mut first, mut last] = [start, end].map(|value| time::read_or_drop(cx, &value));
    let both = first.zip(last);
    let order = both.map(|(first, last)| time::order(cx, &first, &last));
    if let (Some((from, to)), Some(Ordering::Equal)) = (both, order) {
        let told = time::told_apart(cx, [from, to]);
        for (value, is_told_anew) in [(start, told[0] != from), (end, told[1] != to)] {
            if is_told_anew {
                value.translated();
            }
        }
        [first, last] = told.map(Some);
    }
    let is_reversed = order == Some(Ordering::Greater);
    w.object(name, |w| {
        if let Some(first) = first {
            time::date_time_of(w, cx, "start", &first);
        }
        match last {
            Some(_) if is_reversed => cx.give_up(&end, "time"),
            Some(last) => time::date_time_of(w, cx, "end", &last),
            None => {}
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

/// Writes the code of a pattern, the first component of RPT and of RI.
pub(crate) fn pattern_code(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    coded::concept_by(w, cx, "code", value.get(1), Table::RepeatPattern);
}

/// Writes how often and on which days, from RPT, in Timing.repeat.
pub(crate) fn cycle(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    if value.is_empty() {
        return;
    }
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
    if value.get(2).first() == b"DW" {
        w.array("dayOfWeek", |w| {
            for day in [3, 4].into_iter().filter_map(|n| day_of_week(value.get(n).first())) {
                w.string_item(day.as_bytes());
            }
        });
    }
}

/// Writes at which event, from RPT, in Timing.repeat. `offset`: minutes from it, where RPT.9 has
/// none.
pub(crate) fn event(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, offset: Option<i32>) {
    let event = value.get(8);
    let code = cx.code(Table::EventRelatedPeriod, event.first());
    // Table 0335 also has codes of meals that the events of R4 call otherwise.
    let code = code.map(|code| match code.code {
        "IC" => "C",
        "ICM" => "CM",
        "ICD" => "CD",
        "ICV" => "CV",
        code => code,
    });
    let Some(code) = code else {
        if !event.is_empty() {
            cx.give_up(&event, "timing");
        }
        return;
    };
    w.array("when", |w| _ = w.string_item(code.as_bytes()));
    // What is at a meal is not before or after it (tim-9).
    if !matches!(code, "C" | "CM" | "CD" | "CV")
        && let Some(minutes) = minutes(value.get(9), value.get(10)).or(offset)
    {
        w.count("offset", minutes);
    }
}

/// A duration of TQ.3, a letter and a number (chapter 4A of 2.5, section 4A.6.3.3): `D5`; the unit
/// is one of UCUM.
pub(crate) fn letter_duration(text: &[u8]) -> Option<(&[u8], &'static str)> {
    let (letter, number) = text.trim_ascii().split_first()?;
    let unit = unit_of_letter(*letter)?;
    let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    is_number.then_some((number, unit))
}

fn unit_of_letter(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'S' => "s",
        b'M' => "min",
        b'H' => "h",
        b'D' => "d",
        b'W' => "wk",
        b'L' => "mo",
        _ => return None,
    })
}

/// A unit of time as of RXE-22, in which a letter alone is one of it: `H8`, `H`.
pub(crate) fn time_unit(text: &[u8]) -> Option<(&[u8], &'static str)> {
    match text.trim_ascii() {
        [letter] => unit_of_letter(*letter).map(|unit| (&b"1"[..], unit)),
        text => letter_duration(text),
    }
}

/// The other end of a period that begins, or ends (`back`), with a time and is so long. All of the day at either end
/// is in it: 10 days from the 1st on are over on the 10th.
fn moved(time: &Timestamp, (number, unit): (&[u8], &str), back: bool) -> Option<Timestamp> {
    let number = Decimal::of(number)?.whole()?;
    let sign = if back { -1 } else { 1 };
    let is_day = time.precision() == Precision::Day;
    let add_days = |days: i32| time.add_days((days - i32::from(is_day && days > 0)) * sign);
    match unit {
        "min" => time.add_minutes(number.checked_mul(sign)?),
        "h" => time.add_minutes(number.checked_mul(60 * sign)?),
        "d" if time.precision() >= Precision::Day => add_days(number),
        "wk" if time.precision() >= Precision::Day => add_days(number.checked_mul(7)?),
        _ => None,
    }
}

/// Writes the bounds of Timing.repeat: a period from both ends, or from one and how long it is
/// (a number and a unit of UCUM), or how long it is alone.
pub(crate) fn bounds(
    w: &mut Json,
    cx: &mut Context<'_>,
    [start, end]: [Parts<'_>; 2],
    length: Option<(&[u8], &'static str)>,
) {
    match (time::read(&start), time::read(&end), length) {
        (None, None, Some((number, unit))) if start.is_empty() && end.is_empty() => {
            quantity::duration(w, "boundsDuration", number, unit);
        }
        (Some(from), None, Some(length)) if end.is_empty() => {
            w.object("boundsPeriod", |w| {
                time::date_time(w, cx, "start", start);
                if let Some(end) = moved(&from, length, false) {
                    time::date_time_of(w, cx, "end", &end);
                }
            });
        }
        (None, Some(to), Some(length)) if start.is_empty() => {
            w.object("boundsPeriod", |w| {
                if let Some(start) = moved(&to, length, true) {
                    time::date_time_of(w, cx, "start", &start);
                }
                time::date_time(w, cx, "end", end);
            });
        }
        _ => _ = period(w, cx, "boundsPeriod", [start, end]),
    }
}

/// Writes a member of type Timing from TQ, the timing of versions before 2.5. Returns whether it
/// is there.
pub(crate) fn tq(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let pattern = value.get(2);
    w.object(name, |w| {
        w.object("repeat", |w| {
            let length = letter_duration(value.get(3).first());
            if length.is_none() {
                value.get(3).give_up();
            }
            bounds(w, cx, [value.get(4), value.get(5)], length);
            w.integer("count", value.get(12).first(), 1);
            clock_times(w, cx, pattern.get(2).first());
        });
        pattern_code(w, cx, pattern);
    })
}

/// Writes `timeOfDay` from the explicit times of RI.2, `HHMM,HHMM`.
fn clock_times(w: &mut Json, cx: &mut Context<'_>, times: &[u8]) {
    w.array("timeOfDay", |w| {
        for text in times.split(|&b| b == b',').filter(|text| !text.trim_ascii().is_empty()) {
            if !time::time_of_item(w, text) {
                cx.report.dropped("time");
            }
        }
    });
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
    fn of_ends_that_tell_less_and_more_it_can_be_told_which_is_first() {
        let of = |value: &str| field(value, |w, cx, v| _ = range(w, cx, "p", v));
        for (value, start, end) in [
            ("20200513^2020", "2020-05-13", "2020-12-31"),
            ("2020^20200513", "2020-01-01", "2020-05-13"),
            ("202402^2024", "2024-02", "2024-12"),
            ("20240213^202402", "2024-02-13", "2024-02-29"),
            (
                "20240213113419+0110^20240213",
                "2024-02-13T11:34:19+01:10",
                "2024-02-13T23:59:59+01:10",
            ),
            (
                "20240213^20240213113419+0110",
                "2024-02-13T00:00:00+01:10",
                "2024-02-13T11:34:19+01:10",
            ),
            (
                "20240213113419+0110^2024021313",
                "2024-02-13T11:34:19+01:10",
                "2024-02-13T23:59:59+01:10",
            ),
            // Both can be compared as they are.
            ("20200513^2021", "2020-05-13", "2021"),
            ("2020^2020", "2020", "2020"),
            (
                "20240213113419+0110^20240213113419+0110",
                "2024-02-13T11:34:19+01:10",
                "2024-02-13T11:34:19+01:10",
            ),
        ] {
            assert_eq!(
                of(value),
                format!(r#"{{"p":{{"start":"{start}","end":"{end}"}}}}"#),
                "{value}"
            );
        }
    }

    fn repeat_pattern(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) {
        w.object(name, |w| {
            w.object("repeat", |w| {
                cycle(w, cx, value);
                event(w, cx, value, None);
            });
            pattern_code(w, cx, value);
        });
    }

    #[test]
    fn patterns_repeat() {
        let made = field("Q6H^^^^6^h", |w, cx, v| repeat_pattern(w, cx, "t", v));
        assert_eq!(
            made,
            r#"{"t":{"repeat":{"period":6,"periodUnit":"h"},"code":{"coding":[{"code":"Q6H"}]}}}"#
        );
        let of = |value: &str| field(value, |w, cx, v| repeat_pattern(w, cx, "t", v));
        assert_eq!(of("^DW^1^3"), r#"{"t":{"repeat":{"dayOfWeek":["mon","wed"]}}}"#);
        assert_eq!(of("^^^^^^^AC^2^h"), r#"{"t":{"repeat":{"when":["AC"],"offset":120}}}"#);
    }

    #[test]
    fn timings_of_old() {
        let of = |value: &str| field(value, |w, cx, v| _ = tq(w, cx, "t", v));
        assert_eq!(
            of("^&0800,2000^D5"),
            concat!(
                r#"{"t":{"repeat":{"boundsDuration":{"value":5,"unit":"d","#,
                r#""system":"http://unitsofmeasure.org","code":"d"},"timeOfDay":["08:00:00","20:00:00"]}}}"#
            )
        );
        assert_eq!(
            of("^^D5^20240429"),
            r#"{"t":{"repeat":{"boundsPeriod":{"start":"2024-04-29","end":"2024-05-03"}}}}"#
        );
        assert_eq!(
            of("^^W1^^20240508"),
            r#"{"t":{"repeat":{"boundsPeriod":{"start":"2024-05-02","end":"2024-05-08"}}}}"#
        );
        assert_eq!(
            of("^^D5^2024042908+0000"),
            concat!(
                r#"{"t":{"repeat":{"boundsPeriod":{"start":"2024-04-29T08:00:00Z","#,
                r#""end":"2024-05-04T08:00:00Z"}}}}"#
            )
        );
        assert_eq!(of("^^INDEF"), "");
    }
}
