//! OBX-5 as OBX-2 says: the value of an Observation or of one of its components (guide:
//! OBX[Observation], OBX[Observation-Component]).

use super::super::context::Context;
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::plain::trimmed_ascii;
use super::super::time;
use super::super::types::quantity::{self, Structured};
use super::super::types::{attachment, coded, sampled, text, timing};
use memchr::memmem;

/// An element of R5.
const ATTACHMENT: &str =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.valueAttachment";

/// How OBX-5 is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// There is nothing.
    Nothing,
    /// As a value.
    Value,
    /// As components, a repetition each.
    Components,
}

/// The shape of OBX-5: text of several lines and arrays of numbers are a value.
pub(crate) fn shape(obx: Seg<'_>) -> Shape {
    let mut values = obx.all_again(5);
    if values.next().is_none() {
        return Shape::Nothing;
    }
    let is_one = values.next().is_none();
    match kind(obx) {
        _ if is_one => Shape::Value,
        b"TX" | b"FT" | b"NA" | b"" => Shape::Value,
        _ => Shape::Components,
    }
}

/// The data type of the value.
pub(crate) fn kind(obx: Seg<'_>) -> &[u8] {
    trimmed_ascii(obx.peek(2).peek_raw())
}

/// Whether the value is a document, for which R4 has only an extension.
pub(super) fn is_document(obx: Seg<'_>) -> bool {
    matches!(kind(obx), b"ED" | b"RP")
}

/// A number with the comparator before it.
type Compared<'m> = (&'static str, Decimal<'m>);

/// The number that a value of type NM is, if it is one.
pub(crate) fn number<'m>(obx: Seg<'m>, shape: Shape) -> Option<Compared<'m>> {
    if shape != Shape::Value || kind(obx) != b"NM" {
        return None;
    }
    let (comparator, number) = quantity::comparator(obx.peek(5).first());
    Some((comparator, Decimal::of(number)?))
}

/// Counts OBX-2 as carried in other words: of several types (ST, TX, FT) the value is one element.
pub(crate) fn type_told(obx: Seg<'_>) {
    obx.done(2);
    obx.get(2).translated();
}

/// Writes that number as `valueQuantity`, with what `unit` adds to it. Returns whether it is there.
pub(crate) fn quantity<'m>(
    w: &mut Json,
    obx: Seg<'m>,
    (comparator, number): Compared<'m>,
    unit: impl FnOnce(&mut Json),
) -> bool {
    type_told(obx);
    obx.get(5).get(1);
    w.object("valueQuantity", |w| {
        w.decimal_of("value", &number);
        w.string("comparator", comparator.as_bytes());
        unit(w);
    })
}

/// Writes `value[x]`. Returns whether it is there.
pub(crate) fn value<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) -> bool {
    type_told(obx);
    match kind(obx) {
        b"NA" => {
            sampled::member(w, cx, "valueSampledData", (obx, 5), obx.get(6))
                || text::lines(w, cx, "valueString", obx.all(5))
        }
        b"TX" | b"FT" | b"" => {
            let mut values = obx.all_again(5);
            match (values.next(), values.next()) {
                (Some(only), None) if obx.valued(6) && is_numeric(only) => {
                    string(w, cx, obx.get(5), obx.get(6))
                }
                _ => text::lines(w, cx, "valueString", obx.all(5)),
            }
        }
        _ => one(w, cx, obx, obx.get(5)),
    }
}

/// Writes `value[x]` from a repetition of OBX-5. Returns whether it is there.
fn one<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>, value: Parts<'m>) -> bool {
    if is_document(obx) || value.is_empty() {
        return false;
    }
    let unit = obx.get(6);
    let kind = kind(obx);
    let is_time = || time::read(&value).is_some();
    let is_written = match kind {
        b"NM" => quantity::quantity(w, cx, "valueQuantity", value.first(), unit),
        b"SN" => {
            let made = quantity::structured(w, cx, "value", value, unit);
            made == Structured::Written
                || w.string("valueString", &quantity::structured_text(cx, value, unit))
        }
        b"NR" => quantity::numeric_range(w, cx, "valueRange", value, unit),
        b"CQ" => quantity::cq(w, cx, "valueQuantity", value),
        b"CE" | b"CWE" | b"CNE" | b"CF" | b"IS" | b"ID" => {
            coded::concept(w, cx, "valueCodeableConcept", value)
        }
        b"DT" | b"DTM" | b"TS" if is_time() => time::date_time(w, cx, "valueDateTime", value),
        b"TM" if time::clock_of(&value).is_some() => time::time(w, cx, "valueTime", value),
        b"DR" => timing::range(w, cx, "valuePeriod", value),
        b"VR" => {
            let ends = [value.get(1), value.get(2)].map(|end| cx.text(end.raw()).into_owned());
            let ends: Vec<_> = ends.into_iter().filter(|end| !end.is_empty()).collect();
            w.string("valueString", &ends.join(&b'-'))
        }
        _ => false,
    };
    // Whatever it is, it is text.
    let unit = if matches!(kind, b"NM" | b"NR" | b"ST") { unit } else { Parts::EMPTY };
    is_written || string(w, cx, value, unit)
}

/// Whether text is a number in a form that NM does not have, such as `1,234`, `>100,000` or `0-5`: then the
/// unit belongs to it, which is not so of `NEGATIVE`.
fn is_numeric(value: Parts<'_>) -> bool {
    let text = trimmed_ascii(value.peek_raw());
    let is_part = |b: &u8| b.is_ascii_digit() || b" .,'+-<>=:/*eEx".contains(b);
    text.last().is_some_and(u8::is_ascii_digit) && text.iter().all(is_part)
}

/// Whether text is a number and what the sender has behind it, as `4.5 H` and `<5 (corrected)`; `2+` is none.
fn begins_with_number(value: Parts<'_>) -> bool {
    let text = value.peek_raw().trim_ascii_start();
    let sign = text.iter().take_while(|b| b"<>=+-.~ ".contains(b)).count();
    let number = &text[sign..];
    let length = number.iter().take_while(|b| b.is_ascii_digit() || b".,".contains(b)).count();
    let then = number.get(length).copied().unwrap_or(b' ');
    length > 0 && (then.is_ascii_alphabetic() || b" *(".contains(&then)) && !value.is_split()
}

/// Writes `valueString`, with the unit behind what begins with a number, unless the sender has it there.
/// Returns whether it is there.
fn string<'m>(w: &mut Json, cx: &Context<'m>, value: Parts<'m>, unit: Parts<'m>) -> bool {
    if unit.is_empty() || !(is_numeric(value) || begins_with_number(value)) {
        return text::string(w, cx, "valueString", value);
    }
    let unit = [1, 2].into_iter().find(|&n| !unit.peek(n).is_empty()).map_or(unit, |n| unit.get(n));
    let [value, unit] = [value, unit].map(|part| cx.text(part.raw()).trim_ascii().to_vec());
    if memmem::find(&value, &unit).is_some() {
        return w.string("valueString", &value);
    }
    w.string("valueString", &[value, unit].join(&b' '))
}

/// Writes the items of `component`, one for each repetition of OBX-5.
pub(crate) fn components<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    type_told(obx);
    for repetition in obx.all(5) {
        w.item(|w| {
            if !coded::concept(w, cx, "code", obx.get(3)) {
                w.object("code", |w| w.literal("text", "unknown"));
            }
            one(w, cx, obx, repetition);
            super::obx::reference_range(w, cx, obx);
            w.array("extension", |w| attached(w, cx, obx, repetition));
        });
    }
}

/// Writes the extension for the document that is the value.
pub(crate) fn attachment<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>) {
    if is_document(obx) && shape(obx) == Shape::Value {
        attached(w, cx, obx, obx.get(5));
    }
}

fn attached<'m>(w: &mut Json, cx: &mut Context<'m>, obx: Seg<'m>, value: Parts<'m>) {
    w.extension(ATTACHMENT, |w| {
        match kind(obx) {
            b"ED" => attachment::ed(w, cx, "valueAttachment", value),
            b"RP" => attachment::rp(w, cx, "valueAttachment", value),
            _ => false,
        };
    });
}
