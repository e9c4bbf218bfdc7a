//! XAD, AD and SAD as Address.

use super::{text, timing};
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::{Parts, component_bits};
use crate::ops::fhir::json::Json;

/// The R4 extension for a census tract.
const CENSUS_TRACT: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-censusTract";
/// The R4 extension for uses that Address has no code for.
const USE: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-AD-use";

/// Writes an item of type Address from XAD or AD. `district` is PID-12, the county beside it.
/// Returns whether it is there.
pub(crate) fn item(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    district: Parts<'_>,
) -> bool {
    w.item(|w| address_in(w, cx, (value, 0), district))
}

/// Writes a member of type Address from XAD or AD. Returns whether it is there.
pub(crate) fn member(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| address_in(w, cx, (value, 0), Parts::EMPTY))
}

/// Writes a member of type Address from LA2, in which it follows the eight components of a place.
pub(crate) fn of_la2(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| address_in(w, cx, (value, 8), Parts::EMPTY))
}

/// Writes the members of an Address from a value of which so many components come before it.
fn address_in(
    w: &mut Json,
    cx: &mut Context<'_>,
    (value, before_it): (Parts<'_>, usize),
    district: Parts<'_>,
) {
    let part = |n: usize| value.get(before_it + n);
    let start = w.len();
    let kind = part(7);
    let code = kind.first().trim_ascii();
    let address_use = Table::AddressUse.get(code);
    let address_type = Table::AddressType.get(code);
    // A use of table 0190 that the code system of this extension has.
    if code == b"BA" {
        w.array("extension", |w| _ = w.extension(USE, |w| w.literal("valueCode", "BAD")));
    }
    let usage = w.allowed_use(address_use.map_or("", |code| code.code));
    let said = w.string("use", usage.as_bytes())
        | w.string("type", address_type.map_or("", |code| code.code).as_bytes());
    if !said && !kind.is_empty() {
        kind.give_up();
        cx.report.code(Table::AddressUse.name(), code);
    }
    kind.translated();
    let before = w.len();
    let mut count = 0;
    w.array("line", |w| {
        let street = part(1);
        let parts = [1, 2, 3].map(|n| street.get(n)).into_iter();
        let parts = parts.chain([part(2), part(8), part(19)]);
        count = parts.filter(|part| text::string_item(w, cx, *part)).count();
    });
    // The extension is one of a line: of the first, or of one that has nothing else.
    let tract = part(10);
    if !tract.peek_raw().is_empty() {
        w.array("_line", |w| {
            let is_there = w.item(|w| {
                w.array("extension", |w| {
                    w.extension(CENSUS_TRACT, |w| {
                        text::of_coded(w, cx, "valueString", tract);
                    });
                });
            });
            if is_there {
                (1..count).for_each(|_| w.null_item());
            }
        });
    }
    text::string(w, cx, "city", part(3));
    if !text::of_coded(w, cx, "district", part(9)) {
        text::of_coded(w, cx, "district", district);
    }
    text::string(w, cx, "state", part(4));
    text::string(w, cx, "postalCode", part(5));
    text::string(w, cx, "country", part(6));
    if w.len() == before {
        w.back_to(start);
        return;
    }
    // Most have nine components.
    value.ask(component_bits([12, 13, 14].map(|n| before_it + n)));
    if value.last() > before_it + 11 {
        let dates = [part(13), part(14)];
        timing::period_or(w, cx, "period", part(12), dates);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    #[test]
    fn addresses_have_parts() {
        let value = "Main 1&Main&1^Apt 2^Town^ST^12345^USA^H^^County^T1^^2001&2002^^^^^^^c/o Roe";
        let made = field(value, |w, cx, v| _ = member(w, cx, "a", v));
        assert_eq!(
            made,
            concat!(
                r#"{"a":{"use":"home","line":["Main 1","Main","1","Apt 2","c/o Roe"],"#,
                r#""_line":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-censusTract","#,
                r#""valueString":"T1"}]},null,null,null,null],"city":"Town","district":"County","#,
                r#""state":"ST","postalCode":"12345","country":"USA","period":{"start":"2001","end":"2002"}}}"#
            )
        );
    }

    #[test]
    fn types_are_uses_or_types() {
        let of = |value: &str| field(value, |w, cx, v| _ = member(w, cx, "a", v));
        assert_eq!(of("^^X^^^^M"), r#"{"a":{"type":"postal","city":"X"}}"#);
        assert_eq!(of("^^^^^^H"), "");
    }
}
