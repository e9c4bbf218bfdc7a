//! CWE, CNE, CE, CF, IS and ID as CodeableConcept, Coding and code.

use super::text;
use crate::ops::fhir::codes::{Code, LocalCode, Table};
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::recall::{self, What};
use crate::ops::fhir::systems;

/// The components of one coding in CWE: code, text, system, version of the system.
type Places = [usize; 4];

/// The codings of CWE (2.7, chapter 2A.2.13). CE and the older types have the first two.
const CODINGS: [Places; 3] = [[1, 2, 3, 7], [4, 5, 6, 8], [10, 11, 12, 13]];

/// Writes a member of type CodeableConcept, its codes as they came. Returns whether it is there.
pub(crate) fn concept(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    if value.is_empty() {
        return false;
    }
    w.object(name, |w| concept_in(w, cx, value, None))
}

/// As [`concept`] for an item of an array.
pub(crate) fn concept_item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) -> bool {
    if value.is_empty() {
        return false;
    }
    w.item(|w| concept_in(w, cx, value, None))
}

/// Writes a member of type CodeableConcept whose code is one of a table of the guide: first as the
/// table has it, then as it came. Returns whether it is there.
pub(crate) fn concept_by(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: Parts<'_>,
    table: Table,
) -> bool {
    if value.is_empty() {
        return false;
    }
    w.object(name, |w| concept_in(w, cx, value, Some(table)))
}

/// As [`concept_by`] for an item of an array.
pub(crate) fn concept_item_by(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    table: Table,
) -> bool {
    if value.is_empty() {
        return false;
    }
    w.item(|w| concept_in(w, cx, value, Some(table)))
}

/// Writes the members of a CodeableConcept.
pub(crate) fn concept_in(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    table: Option<Table>,
) {
    if value.is_empty() {
        return;
    }
    let what = What::Concept(table.map_or(0, |table| table as u8 + 1));
    recall::write(w, cx, what, [value], |w, cx| concept_made(w, cx, value, table));
}

fn concept_made(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, table: Option<Table>) {
    let mut words = Parts::EMPTY;
    let is_coded = w.array("coding", |w| words = codings(w, cx, value, table));
    let original = value.get(9);
    // Text that a coding shows already is not said twice.
    if !text::string(w, cx, "text", original) {
        let is_text = !is_coded || value.peek(1).is_empty();
        text::string(w, cx, "text", if is_text { value.get(2) } else { words });
    }
}

/// Writes a member of type CodeableConcept with the codings of several values, and the first text
/// among them. Returns whether it is there.
pub(crate) fn concept_of<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    name: &str,
    values: &[Parts<'m>],
) -> bool {
    concept_and(w, cx, name, values, |_, _| {})
}

/// As [`concept_of`]. `more` adds codings.
pub(crate) fn concept_and<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    name: &str,
    values: &[Parts<'m>],
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) -> bool {
    w.object(name, |w| {
        let is_coded = w.array("coding", |w| {
            for (n, &value) in values.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
                let same = |n| move |other: &Parts<'_>| other.part(n) == value.part(n);
                let is_same = |other: &&Parts<'_>| [1, 3, 4, 6].into_iter().all(|n| same(n)(other));
                match values[..n].iter().find(is_same) {
                    // The same code stands there already.
                    Some(other) => {
                        let said = [1, 2, 3, 4, 5, 6].into_iter().filter(|&n| same(n)(other));
                        said.for_each(|n| _ = value.get(n).raw());
                    }
                    None => _ = codings(w, cx, value, None),
                }
            }
            more(w, cx);
        });
        let has_text = values.iter().any(|value| text::string(w, cx, "text", value.get(9)));
        if !is_coded && !has_text {
            values.iter().any(|value| text::string(w, cx, "text", value.get(2)));
        }
    })
}

/// Writes a coding with its modifiers as CPT writes it, if it has any: `44950:51`.
pub(crate) fn modified_item<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    procedure: Parts<'m>,
    modifiers: impl Iterator<Item = Parts<'m>>,
) {
    let mut modifiers = modifiers.filter(|value| !value.peek(1).is_empty()).peekable();
    if procedure.peek(1).is_empty() || modifiers.peek().is_none() {
        return;
    }
    w.item(|w| {
        let mut code = cx.text(procedure.peek(1).peek_raw()).into_owned();
        for modifier in modifiers {
            code.push(b':');
            code.extend_from_slice(&cx.text(modifier.get(1).raw()));
        }
        if let Some(uri) = cx.system_of(procedure.peek(3).first(), code.trim_ascii()) {
            w.string("system", &uri);
        }
        w.code("code", &code);
    });
}

/// Writes a member of type CodeableConcept, whose text and whose coding system stand in fields of
/// their own in old versions: `words` and `system`. `more` adds codings. Returns whether it is
/// there.
pub(crate) fn concept_with<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    name: &str,
    value: Parts<'m>,
    [words, system]: [Parts<'m>; 2],
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) -> bool {
    w.object(name, |w| {
        let is_coded = w.array("coding", |w| {
            let has_code = !value.peek(1).is_empty();
            if has_code && value.peek(3).is_empty() && !system.is_empty() {
                w.item(|w| {
                    let code = cx.text(value.get(1).raw());
                    if let Some(uri) = cx.system_of(system.first(), code.trim_ascii()) {
                        w.string("system", &uri);
                    }
                    text::string(w, cx, "version", value.get(7));
                    w.code("code", &code);
                    text::string(w, cx, "display", value.get(2));
                });
                CODINGS[1..].iter().for_each(|&places| coding_item(w, cx, value, places));
            } else if !value.is_empty() {
                codings(w, cx, value, None);
            }
            more(w, cx);
        });
        let has_text =
            text::string(w, cx, "text", value.get(9)) || text::string(w, cx, "text", words);
        if !has_text && (!is_coded || value.peek(1).is_empty()) {
            text::string(w, cx, "text", value.get(2));
        }
    })
}

/// Writes the items of `coding`, no code of a system twice. Returns the words of the sender for a code
/// that a table has with other words.
fn codings<'m>(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'m>,
    table: Option<Table>,
) -> Parts<'m> {
    let mapped = table.and_then(|table| mapped(cx, value, table));
    if let Some(code) = mapped {
        w.item(|w| code_in(w, code));
    }
    let mut words = Parts::EMPTY;
    for (n, places) in CODINGS.into_iter().enumerate() {
        local(w, cx, value, n, mapped);
        let [code, display, system, _] = places;
        if let Some(known) = mapped
            && is_same(cx, &known, value, places)
        {
            value.get(code);
            let named = value.get(system);
            if !systems::shows(known.system.as_bytes(), named.first()) {
                named.translated();
            }
            let own = value.peek(display).peek_raw().trim_ascii();
            if own.eq_ignore_ascii_case(known.display.as_bytes()) {
                value.get(display);
            } else if words.is_empty() && value.peek(9).is_empty() {
                words = value.get(display);
            }
            continue;
        }
        let is_said = CODINGS[..n].iter().any(|before| {
            before
                .iter()
                .zip(places)
                .all(|(&a, b)| value.peek(a).peek_raw() == value.peek(b).peek_raw())
        });
        if is_said {
            places.into_iter().for_each(|n| _ = value.get(n));
            continue;
        }
        coding_item(w, cx, value, places);
    }
    words
}

/// The code of FHIR for the first code of a value by a table of the guide, unless the sender says that
/// it is of another system than the tables of HL7 v2 or that of FHIR.
fn mapped(cx: &mut Context<'_>, value: Parts<'_>, table: Table) -> Option<Code> {
    let (code, system) = (value.peek(1).first(), value.peek(3).first());
    match systems::uri_of(&cx.settings.systems, system) {
        Some((uri, _)) if !systems::is_of_hl7(&uri) => {
            table.get(code.trim_ascii()).filter(|found| found.system.as_bytes() == &*uri)
        }
        _ => cx.code(table, code),
    }
}

/// Whether one coding of a value is a code of FHIR that is written already.
fn is_same(cx: &Context<'_>, known: &Code, value: Parts<'_>, places: Places) -> bool {
    let [code, _, system, version] = places;
    if value.peek(code).peek_raw().trim_ascii() != known.code.as_bytes() {
        return false;
    }
    match systems::uri_of(&cx.settings.systems, value.peek(system).first()) {
        Some((uri, _)) => *uri == *known.system.as_bytes() && value.peek(version).is_empty(),
        None => true,
    }
}

/// Writes what the site says the `n`th coding is elsewhere, unless that is the code of a table, the value says so
/// itself, or one of its codings before it became the same.
fn local(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, n: usize, mapped: Option<Code>) {
    let settings = cx.settings;
    if settings.codes.is_empty() {
        return;
    }
    let Some(found) = local_code(cx, value, CODINGS[n]) else { return };
    let uri = systems::uri_of(&settings.systems, &found.system).map(|(uri, _)| uri);
    let is_it = |code: &[u8], system: Option<&[u8]>| code == found.code && system == uri.as_deref();
    let by_table = mapped.is_some_and(|by| is_it(by.code.as_bytes(), Some(by.system.as_bytes())));
    let is_told = || {
        CODINGS.iter().enumerate().any(|(at, &places)| {
            let [code, _, system, _] = places.map(|place| value.peek(place).first());
            let system = systems::uri_of(&settings.systems, system);
            at < n && local_code(cx, value, places) == Some(found)
                || is_it(cx.text(code).trim_ascii(), system.as_ref().map(|(uri, _)| &**uri))
        })
    };
    if by_table || is_told() {
        return;
    }
    w.item(|w| {
        if let Some(uri) = uri {
            w.string("system", &uri);
        }
        w.code("code", &found.code);
        w.string("display", &found.display);
    });
}

/// What the site says a coding is.
fn local_code<'m>(cx: &Context<'m>, value: Parts<'_>, places: Places) -> Option<&'m LocalCode> {
    let settings = cx.settings;
    let [code, _, system, _] = places.map(|place| value.peek(place).first());
    let code = cx.text(code);
    settings.codes.get(&cx.text(system), &code).or_else(|| {
        let uri = systems::uri_of(&settings.systems, system)?.0;
        settings.codes.get(&uri, &code)
    })
}

/// Writes one coding as it came, if it has a code.
fn coding_item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, places: Places) {
    w.item(|w| coding_in(w, cx, value, places));
}

fn coding_in(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, places: Places) {
    let [code, display, system, version] = places;
    if value.peek(code).is_empty() && (code == 1 || value.peek(display).is_empty()) {
        return;
    }
    let named = value.get(system);
    let oid = oid_of(cx, value, code, named);
    let code = cx.text(value.get(code).raw());
    if let Some(uri) = cx.system_of(oid.unwrap_or(named).first(), code.trim_ascii()) {
        w.string("system", &uri);
        for name in [Some(named), oid].into_iter().flatten() {
            if !systems::shows(&uri, name.first()) {
                name.translated();
            }
        }
    }
    text::string(w, cx, "version", value.get(version));
    w.code("code", &code);
    text::string(w, cx, "display", value.get(display));
}

/// The OID of the coding system of a code (CWE-14, 17, 20), where its name says nothing.
fn oid_of<'m>(
    cx: &Context<'_>,
    value: Parts<'m>,
    code: usize,
    named: Parts<'m>,
) -> Option<Parts<'m>> {
    let at = match code {
        1 => 14,
        4 => 17,
        _ => 20,
    };
    if value.last() < at || !systems::is_oid(value.part(at)) {
        return None;
    }
    let by_name = systems::uri_of(&cx.settings.systems, named.first());
    by_name.is_none_or(|(_, is_known)| !is_known).then(|| value.get(at))
}

/// Writes a member of type Coding, the first of a value. Returns whether it is there.
pub(crate) fn coding(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| coding_in(w, cx, value, CODINGS[0]))
}

/// As [`coding`] for a code of a table of the guide; one that this does not have is written as it
/// came.
pub(crate) fn coding_by(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: Parts<'_>,
    table: Table,
) -> bool {
    match mapped(cx, value, table) {
        Some(code) => {
            value.get(1);
            value.get(3);
            // What the table calls it need not be said in words of the sender.
            if value.peek(2).peek_raw().eq_ignore_ascii_case(code.display.as_bytes()) {
                value.get(2);
            }
            w.object(name, |w| code_in(w, code))
        }
        None => coding(w, cx, name, value),
    }
}

/// Writes an item of type Coding, the first of a value. Returns whether it is there.
pub(crate) fn coding_first_item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) -> bool {
    w.item(|w| coding_in(w, cx, value, CODINGS[0]))
}

/// Writes the members of a Coding that is known.
pub(crate) fn code_in(w: &mut Json, code: Code) {
    w.ready(code.json);
}

/// Writes a member of type CodeableConcept with one coding of ours.
#[inline(always)]
pub(crate) fn fixed(w: &mut Json, name: &str, system: &str, code: &str, display: &str) {
    w.object(name, |w| fixed_in(w, system, code, display));
}

/// Writes an item of type CodeableConcept with one coding of ours.
#[inline(always)]
pub(crate) fn fixed_item(w: &mut Json, system: &str, code: &str, display: &str) {
    w.item(|w| fixed_in(w, system, code, display));
}

/// In one piece: it is part of nearly every resource, and known when this is compiled.
#[inline(always)]
fn fixed_in(w: &mut Json, system: &str, code: &str, display: &str) {
    w.ready(b"\"coding\":[{\"system\":\"");
    w.ready(system.as_bytes());
    w.ready(b"\",\"code\":\"");
    w.ready(code.as_bytes());
    if !display.is_empty() {
        w.ready(b"\",\"display\":\"");
        w.ready(display.as_bytes());
    }
    w.ready(b"\"}],");
}

/// Writes a member of type code from a table of the guide. A code that this does not have is
/// counted, stays among the unmapped values, and `fallback` takes its place unless it is empty.
/// Returns whether it is there.
pub(crate) fn code(
    w: &mut Json,
    cx: &mut Context<'_>,
    name: &str,
    value: Parts<'_>,
    table: Table,
    fallback: &str,
) -> bool {
    let found = cx.code(table, value.first());
    if found.is_none() && !value.is_empty() {
        value.give_up();
    }
    let code = found.map_or(fallback, |code| code.code);
    if code.as_bytes() != value.first() {
        value.translated();
    }
    w.string(name, code.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    #[test]
    fn a_code_has_up_to_three_codings() {
        let made = field("718-7^Hemoglobin^LN^HGB^Hb^99LAB^2.40^v1^Hb in blood", |w, cx, v| {
            concept(w, cx, "code", v);
        });
        assert_eq!(
            made,
            concat!(
                r#"{"code":{"coding":[{"system":"http://loinc.org","version":"2.40","#,
                r#""code":"718-7","display":"Hemoglobin"},{"system":"urn:id:99LAB","version":"v1","#,
                r#""code":"HGB","display":"Hb"}],"text":"Hb in blood"}}"#
            )
        );
    }

    #[test]
    fn an_oid_tells_the_system_that_no_name_tells() {
        let of =
            |rest: &str| field(&format!("9^y{rest}"), |w, cx, v| _ = concept(w, cx, "code", v));
        let made = |system: &str| {
            format!(r#"{{"code":{{"coding":[{{"system":"{system}","code":"9","display":"y"}}]}}}}"#)
        };
        let sct = "http://snomed.info/sct";
        assert_eq!(of("^2.16.840.1.113883.6.96"), made(sct));
        assert_eq!(of("^^^^^^^^^^^^2.16.840.1.113883.6.96"), made(sct));
        assert_eq!(of("^OURS^^^^^^^^^^^1.2.3.4"), made("urn:oid:1.2.3.4"));
        assert_eq!(of("^SCT^^^^^^^^^^^1.2.3.4"), made(sct));
        assert_eq!(of("^OURS^^^^^^^^^^^1.2.x"), made("urn:id:OURS"));
    }

    #[test]
    fn what_has_no_code_is_text() {
        let of = |value: &str| field(value, |w, cx, v| _ = concept(w, cx, "code", v));
        assert_eq!(of("^Chest pain"), r#"{"code":{"text":"Chest pain"}}"#);
        assert_eq!(of("R07"), r#"{"code":{"coding":[{"code":"R07"}]}}"#);
        assert_eq!(of("^^LN"), "");
    }

    #[test]
    fn no_code_stands_under_a_table_that_lacks_it() {
        let of = |value: &str| field(value, |w, cx, v| _ = concept(w, cx, "code", v));
        assert_eq!(
            of("F^Female^HL70001"),
            r#"{"code":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0001","code":"F","display":"Female"}]}}"#
        );
        assert_eq!(
            of("W^weiblich^HL70001"),
            r#"{"code":{"coding":[{"system":"urn:id:HL70001","code":"W","display":"weiblich"}]}}"#
        );
    }

    #[test]
    fn a_table_comes_first() {
        let of = |value: &str| {
            field(value, |w, cx, v| _ = concept_by(w, cx, "m", v, Table::MaritalStatus))
        };
        let married = r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"Married"}"#;
        assert_eq!(of("M"), format!(r#"{{"m":{{"coding":[{married}]}}}}"#));
        assert_eq!(
            of("M^verheiratet^99X"),
            r#"{"m":{"coding":[{"system":"urn:id:99X","code":"M","display":"verheiratet"}]}}"#
        );
        assert_eq!(
            of("M^Married^HL70002"),
            format!(
                r#"{{"m":{{"coding":[{married},{{"system":"http://terminology.hl7.org/CodeSystem/v2-0002","code":"M","display":"Married"}}]}}}}"#
            )
        );
        assert_eq!(of("?"), r#"{"m":{"coding":[{"code":"?"}]}}"#);
    }

    #[test]
    fn no_code_stands_twice() {
        let of = |value: &str| {
            field(value, |w, cx, v| _ = concept_by(w, cx, "t", v, Table::SpecimenType))
        };
        let serum = r#"{"system":"http://terminology.hl7.org/CodeSystem/v2-0487","code":"SER","display":"Serum"}"#;
        let one = format!(r#"{{"t":{{"coding":[{serum}]}}}}"#);
        for value in
            ["SER", "SER^Serum", "SER^SERUM^HL70487", "SER^Serum^HL70487^SER^Serum^HL70487"]
        {
            assert_eq!(of(value), one, "{value}");
        }
        assert_eq!(
            of("SER^blood serum^HL70487"),
            format!(r#"{{"t":{{"coding":[{serum}],"text":"blood serum"}}}}"#)
        );
        assert_eq!(
            field("X^a^L^X^a^L", |w, cx, v| _ = concept(w, cx, "t", v)),
            r#"{"t":{"coding":[{"system":"urn:id:L","code":"X","display":"a"}]}}"#
        );
    }

    #[test]
    fn codes_come_from_tables_or_fall_back() {
        let of = |value: &str| {
            field(value, |w, cx, v| {
                code(w, cx, "gender", v, Table::AdministrativeSex, "unknown");
            })
        };
        assert_eq!(of("F"), r#"{"gender":"female"}"#);
        assert_eq!(of("?"), r#"{"gender":"unknown"}"#);
    }
}
