//! XTN and TN as ContactPoint.

use super::{text, timing};
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;

const COUNTRY: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-country";
const AREA: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-area";
const LOCAL: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-local";
const PREFERRED: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-preferred";
const EXTENSION: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-extension";

/// Writes an item of type ContactPoint, with a use of ours unless the value has one. Returns
/// whether it is there.
pub(crate) fn item(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    default_use: &str,
) -> bool {
    w.item(|w| contact_in(w, cx, value, default_use, false))
}

/// Writes items of type ContactPoint, of which one is preferred: the first of the kind that a code
/// of table 0185 tells, or the first at all if none is.
pub(crate) fn items_preferring<'m>(
    w: &mut Json,
    cx: &mut Context<'_>,
    values: impl Iterator<Item = Parts<'m>> + Clone,
    method: Parts<'_>,
) {
    let code = method.first().trim_ascii();
    let known = cx.code(Table::PreferredMethodOfContact, code).is_some();
    if !known && !code.is_empty() {
        method.give_up();
    }
    let best = values.clone().position(|value| is_of_method(value, code)).unwrap_or(0);
    for (n, value) in values.enumerate() {
        w.item(|w| contact_in(w, cx, value, "", known && n == best));
    }
}

/// Writes a member of type ContactPoint. Returns whether it is there.
pub(crate) fn member(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| contact_in(w, cx, value, "", false))
}

/// Whether a contact is of a kind of table 0185.
fn is_of_method(value: Parts<'_>, method: &[u8]) -> bool {
    let (usage, equipment) = (value.peek(2).peek_raw(), value.peek(3).peek_raw());
    match method {
        b"B" => equipment == b"BP" || usage == b"BPN",
        b"C" => equipment == b"CP",
        b"E" => equipment == b"Internet" || equipment == b"X.400" || usage == b"NET",
        b"F" => equipment == b"FX",
        b"H" => usage == b"PRN" && equipment != b"CP" && equipment != b"FX",
        b"O" => usage == b"WPN" && equipment != b"CP" && equipment != b"FX",
        _ => false,
    }
}

fn contact_in(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    default_use: &str,
    preferred: bool,
) {
    let start = w.len();
    let parts = [(COUNTRY, 5), (AREA, 6), (LOCAL, 7), (EXTENSION, 8)];
    let parts = parts.map(|(url, n)| (url, value.get(n)));
    if preferred || parts.iter().any(|(_, part)| !part.peek_raw().is_empty()) {
        w.array("extension", |w| {
            if preferred {
                w.extension(PREFERRED, |w| w.boolean("valueBoolean", true));
            }
            for (url, part) in parts {
                w.extension(url, |w| _ = text::string(w, cx, "valueString", part));
            }
        });
    }
    let equipment = value.get(3).first().trim_ascii();
    let use_code = value.get(2).first().trim_ascii();
    let is_address = !value.get(4).is_empty();
    let known = cx.code(Table::TelecommunicationEquipmentType, equipment);
    let system = match known {
        Some(code) => code.code,
        None if is_address || use_code == b"NET" => "email",
        // Before 2.3.1 there was only a phone number, and a system is asked for (cpt-2).
        None if equipment.is_empty() => "phone",
        None => "other",
    };
    w.literal("system", system);
    let before = w.len();
    value_in(w, cx, value, system);
    if w.len() == before {
        w.back_to(start);
        return;
    }
    let known_use = Table::TelecommunicationUseCode.get(use_code);
    let usage = match known_use {
        Some(code) => code.code,
        None if equipment == b"CP" => "mobile",
        None => default_use,
    };
    if known_use.is_none() && !use_code.is_empty() {
        value.get(2).give_up();
        cx.report.code(Table::TelecommunicationUseCode.name(), use_code);
    }
    [2, 3].into_iter().for_each(|n| value.get(n).translated());
    w.string("use", w.allowed_use(usage).as_bytes());
    w.integer("rank", value.get(18).first(), 1);
    timing::period_or(w, cx, "period", Parts::EMPTY, [value.get(13), value.get(14)]);
}

/// Writes the value: the address, the number as written, else made of its parts.
fn value_in(w: &mut Json, cx: &Context<'_>, value: Parts<'_>, system: &str) {
    let (number, address, free) = (value.get(1), value.get(4), value.get(12));
    let is_address = matches!(system, "email" | "url");
    let order = if is_address { [address, number, free] } else { [number, free, address] };
    let mut rest = order.into_iter();
    if rest.any(|part| text::string(w, cx, "value", part)) {
        for other in rest.filter(|other| !other.is_empty()) {
            other.give_up();
        }
        return;
    }
    let [country, area, local, extension] =
        [5, 6, 7, 8].map(|n| String::from_utf8_lossy(&cx.text(value.get(n).raw())).into_owned());
    if local.trim().is_empty() {
        return;
    }
    let mut text = String::new();
    if !country.is_empty() {
        text += &format!("+{} ", country.trim_start_matches('+'));
    }
    if !area.is_empty() {
        text += &format!("{area} ");
    }
    text += &local;
    if !extension.is_empty() {
        text += &format!(" X{extension}");
    }
    w.string("value", text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    fn contact(value: &str) -> String {
        field(value, |w, cx, v| _ = w.array("t", |w| _ = item(w, cx, v, "home")))
    }

    #[test]
    fn numbers_and_addresses() {
        assert_eq!(
            contact("555-1234^WPN^PH"),
            r#"{"t":[{"system":"phone","value":"555-1234","use":"work"}]}"#
        );
        assert_eq!(
            contact("^NET^Internet^a@b.example"),
            r#"{"t":[{"system":"email","value":"a@b.example","use":"home"}]}"#
        );
        assert_eq!(
            contact("555^^CP"),
            r#"{"t":[{"system":"phone","value":"555","use":"mobile"}]}"#
        );
        assert_eq!(contact("555"), r#"{"t":[{"system":"phone","value":"555","use":"home"}]}"#);
        assert_eq!(contact("^PRN^PH"), "");
    }

    #[test]
    fn a_number_in_parts() {
        let made = contact("^PRN^PH^^1^555^1234^9");
        assert!(made.ends_with(r#""system":"phone","value":"+1 555 1234 X9","use":"home"}]}"#));
        assert!(made.contains(
            r#"{"url":"http://hl7.org/fhir/StructureDefinition/contactpoint-area","valueString":"555"}"#
        ));
    }
}
