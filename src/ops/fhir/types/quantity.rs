//! CQ, NM, SN, NR, MO and CP as Quantity, Range, Ratio and Money.

use super::text;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::{Decimal, Json};
use crate::ops::fhir::plain::trimmed_ascii;
use crate::ops::fhir::recall::{self, What};

const UCUM: &[u8] = b"http://unitsofmeasure.org";

/// Writes a member of type Quantity: a number (NM) with a unit (CWE). A `<` or `>` before the
/// number is its comparator. Returns whether it is there; a value that is no number is not.
pub(crate) fn quantity(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: &[u8],
    unit: Parts<'_>,
) -> bool {
    let (comparator, number) = comparator(value);
    let Some(number) = Decimal::of(number) else { return false };
    w.object(name, |w| quantity_in(w, cx, comparator, &number, unit))
}

fn quantity_in(
    w: &mut Json,
    cx: &mut Context<'_>,
    comparator: &str,
    number: &Decimal<'_>,
    unit: Parts<'_>,
) {
    w.decimal_of("value", number);
    w.string("comparator", comparator.as_bytes());
    unit_in(w, cx, unit);
}

/// Writes `unit`, `system` and `code` from CWE. A code needs a system (qty-3).
pub(crate) fn unit_in(w: &mut Json, cx: &mut Context<'_>, unit: Parts<'_>) {
    if unit.is_empty() {
        return;
    }
    recall::write(w, cx, What::Unit, [unit], |w, cx| unit_made(w, cx, unit));
}

fn unit_made(w: &mut Json, cx: &mut Context<'_>, unit: Parts<'_>) {
    let shown = [2, 9, 1].into_iter().any(|n| text::string(w, cx, "unit", unit.get(n)));
    let uri = if shown { cx.system(unit.at(3)) } else { None };
    if let Some(uri) = uri
        && !unit.peek(1).is_empty()
    {
        let is_ucum = *uri == *UCUM;
        // Units of UCUM have no blanks.
        if !is_ucum || !unit.peek(1).peek_raw().contains(&b' ') {
            w.string("system", &uri);
            w.code("code", &cx.text(unit.get(1).raw()));
        }
    }
}

/// The comparator before a number, as FHIR has it, and what follows.
pub(crate) fn comparator(text: &[u8]) -> (&'static str, &[u8]) {
    let text = trimmed_ascii(text);
    if text.first().is_some_and(u8::is_ascii_digit) {
        return ("", text);
    }
    let signs: [(&[u8], &str); 6] =
        [(b"<=", "<="), (b">=", ">="), (b"<", "<"), (b">", ">"), (b"=", ""), (b"", "")];
    let found = signs.iter().find(|(sign, _)| text.starts_with(sign));
    found.map_or(("", text), |(sign, code)| (code, text[sign.len()..].trim_ascii()))
}

/// Writes a member of type Duration, whose unit is one of UCUM (drt-1). Returns whether it is
/// there.
pub(crate) fn duration(w: &mut Json, name: &str, number: &[u8], unit: &str) -> bool {
    if Decimal::of(number).is_none() {
        return false;
    }
    w.object(name, |w| {
        w.decimal("value", number);
        w.literal("unit", unit);
        w.literal("system", "http://unitsofmeasure.org");
        w.literal("code", unit);
    })
}

/// Writes a member of type SimpleQuantity: as [`quantity`], but without a comparator. Returns
/// whether it is there.
pub(crate) fn simple(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: &[u8],
    unit: Parts<'_>,
) -> bool {
    let Some(value) = Decimal::of(value) else { return false };
    w.object(name, |w| quantity_in(w, cx, "", &value, unit))
}

/// Writes a member of type Quantity from CQ. Returns whether it is there.
pub(crate) fn cq(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let number = value.get(1);
    let is_there = quantity(w, cx, name, number.first(), value.get(2));
    if !is_there && !number.is_empty() {
        cx.give_up(&number, "number");
    }
    is_there
}

/// What a structured number (SN) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structured {
    /// Written as Quantity, Range or Ratio: the suffix of the member, as in `valueRange`.
    Written,
    /// It is none of these.
    Text,
}

/// Writes SN as a member of type Quantity, Range or Ratio, whose name is `prefix` and the type.
pub(crate) fn structured(
    w: &mut Json,
    cx: &mut Context<'_>,
    prefix: &str,
    value: Parts<'_>,
    unit: Parts<'_>,
) -> Structured {
    let sign = cx.text(value.get(1).first()).into_owned();
    let (first, separator, second) =
        (value.get(2).first(), value.get(3).first(), value.get(4).first());
    let (code, rest) = comparator(&sign);
    let Some(number) = Decimal::of(first).filter(|_| rest.is_empty()) else {
        return Structured::Text;
    };
    let separator = separator.trim_ascii();
    let member = |name: &str| format!("{prefix}{name}");
    if second.trim_ascii().is_empty() && separator.is_empty() {
        w.object(&member("Quantity"), |w| quantity_in(w, cx, code, &number, unit));
        return Structured::Written;
    }
    let Some(other) = Decimal::of(second) else { return Structured::Text };
    match separator {
        b"-" if code.is_empty() && is_ordered(first, second) => {
            w.object(&member("Range"), |w| {
                w.object("low", |w| quantity_in(w, cx, "", &number, unit));
                w.object("high", |w| quantity_in(w, cx, "", &other, unit));
            });
        }
        b":" | b"/" => {
            w.object(&member("Ratio"), |w| {
                w.object("numerator", |w| quantity_in(w, cx, code, &number, unit));
                w.object("denominator", |w| quantity_in(w, cx, "", &other, unit));
            });
        }
        _ => return Structured::Text,
    }
    Structured::Written
}

/// A structured number (SN) as text: its parts and its unit with blanks between.
pub(crate) fn structured_text(cx: &Context<'_>, value: Parts<'_>, unit: Parts<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    for part in [value.get(1), value.get(2), value.get(3), value.get(4), unit.get(1)] {
        let part = cx.text(part.raw());
        if !text.is_empty() && !part.trim_ascii().is_empty() {
            text.push(b' ');
        }
        text.extend_from_slice(part.trim_ascii());
    }
    text
}

/// Whether the first of two numbers is not above the second, as the ends of a Range are (rng-2).
pub(crate) fn is_ordered(low: &[u8], high: &[u8]) -> bool {
    let number = |text: &[u8]| std::str::from_utf8(text.trim_ascii()).ok()?.parse::<f64>().ok();
    number(low).zip(number(high)).is_some_and(|(low, high)| low <= high)
}

/// Writes a member of type Range from NR, unless its ends are no numbers or the wrong way round.
/// Returns whether it is there.
pub(crate) fn numeric_range(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: Parts<'_>,
    unit: Parts<'_>,
) -> bool {
    let [low, high] = [value.at(1).trim_ascii(), value.at(2).trim_ascii()];
    let is_number = |end: &[u8]| end.is_empty() || Decimal::of(end).is_some();
    let both = !low.is_empty() && !high.is_empty();
    if !is_number(low) || !is_number(high) || (both && !is_ordered(low, high)) {
        return false;
    }
    w.object(name, |w| {
        simple(w, cx, "low", low, unit);
        simple(w, cx, "high", high, unit);
    })
}

/// Writes a member of type Money from MO or CP, whose first component is an MO. Returns whether it
/// is there.
pub(crate) fn money(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let Some((amount, currency)) = amount(cx, value) else { return false };
    money_of(w, name, &amount, currency)
}

/// The number that MO or CP holds, and its currency.
pub(crate) fn amount<'m>(
    cx: &mut Context<'_>,
    value: Parts<'m>,
) -> Option<(Decimal<'m>, &'m [u8])> {
    let first = value.get(1);
    let (amount, currency) = match first.is_split() {
        true => (first.at(1), first.at(2)),
        false => (first.first(), value.at(2)),
    };
    let Some(amount) = Decimal::of(amount) else {
        if !value.is_empty() {
            cx.give_up(&value, "number");
        }
        return None;
    };
    Some((amount, currency))
}

/// Writes a member of type Money.
pub(crate) fn money_of(w: &mut Json, name: &str, amount: &Decimal<'_>, currency: &[u8]) -> bool {
    let is_currency = currency.len() == 3 && currency.iter().all(u8::is_ascii_uppercase);
    w.object(name, |w| {
        w.decimal_of("value", amount);
        if is_currency {
            w.string("currency", currency);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    #[test]
    fn quantities_have_units() {
        let of = |value: &str| field(value, |w, cx, v| _ = cq(w, cx, "q", v));
        assert_eq!(
            of("5.0^mg&milligram&UCUM"),
            r#"{"q":{"value":5.0,"unit":"milligram","system":"http://unitsofmeasure.org","code":"mg"}}"#
        );
        assert_eq!(of("5^mg"), r#"{"q":{"value":5,"unit":"mg"}}"#);
        assert_eq!(of("<5"), r#"{"q":{"value":5,"comparator":"<"}}"#);
        assert_eq!(of("five"), "");
    }

    #[test]
    fn structured_numbers() {
        let of =
            |value: &str| field(value, |w, cx, v| _ = structured(w, cx, "value", v, Parts::EMPTY));
        assert_eq!(of(">=^10"), r#"{"valueQuantity":{"value":10,"comparator":">="}}"#);
        assert_eq!(of("^1^-^3"), r#"{"valueRange":{"low":{"value":1},"high":{"value":3}}}"#);
        assert_eq!(
            of("^1^:^128"),
            r#"{"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}}"#
        );
        for text in ["^2^+", "<>^2", "^3^-^1", "^1^-^x", ">^1^-^2"] {
            assert_eq!(of(text), "", "{text}");
        }
    }

    #[test]
    fn ranges_go_up() {
        let of =
            |value: &str| field(value, |w, cx, v| _ = numeric_range(w, cx, "r", v, Parts::EMPTY));
        assert_eq!(of("1^2"), r#"{"r":{"low":{"value":1},"high":{"value":2}}}"#);
        assert_eq!(of("^2.5"), r#"{"r":{"high":{"value":2.5}}}"#);
        assert_eq!(of("2^1") + &of("a^1"), "");
    }

    #[test]
    fn money_has_a_currency() {
        let of = |value: &str| field(value, |w, cx, v| _ = money(w, cx, "m", v));
        assert_eq!(of("12.50^USD"), r#"{"m":{"value":12.50,"currency":"USD"}}"#);
        assert_eq!(of("12.50&EUR^UP"), r#"{"m":{"value":12.50,"currency":"EUR"}}"#);
        assert_eq!(of("12^$"), r#"{"m":{"value":12}}"#);
    }
}
