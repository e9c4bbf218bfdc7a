//! XTN and TN as ContactPoint.

use super::{text, timing};
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::{Parts, component_bits};
use crate::ops::fhir::json::Json;

const COUNTRY: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-country";
const AREA: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-area";
const LOCAL: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-local";
const PREFERRED: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-preferred";
const EXTENSION: &str = "http://hl7.org/fhir/StructureDefinition/contactpoint-extension";

/// Writes items of type ContactPoint, one for each number and address that a value has, with a use
/// of ours unless it has one.
pub(crate) fn item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, default_use: &str) {
    let told = Told { default_use, ..Told::of(cx, value) };
    w.item(|w| contact_in(w, cx, value, &told));
    further_items(w, cx, value, &told);
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
        let told = Told { preferred: known && n == best, ..Told::of(cx, value) };
        w.item(|w| contact_in(w, cx, value, &told));
        further_items(w, cx, value, &told);
    }
}

/// Writes a member of type ContactPoint. Returns whether it is there.
pub(crate) fn member(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    let told = Told::of(cx, value);
    for other in told.further(cx, value) {
        other.give_up();
    }
    w.object(name, |w| contact_in(w, cx, value, &told))
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

/// What all numbers and addresses of a value are.
struct Told<'u> {
    system: &'static str,
    usage: &'static str,
    default_use: &'u str,
    preferred: bool,
}

impl Told<'_> {
    fn of(cx: &mut Context<'_>, value: Parts<'_>) -> Self {
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
        let known_use = Table::TelecommunicationUseCode.get(use_code);
        let usage = match known_use {
            Some(code) => code.code,
            None if equipment == b"CP" => "mobile",
            None => "",
        };
        if known_use.is_none() && !use_code.is_empty() {
            value.get(2).give_up();
            cx.report.code(Table::TelecommunicationUseCode.name(), use_code);
        }
        [2, 3].into_iter().for_each(|n| value.get(n).translated());
        Self { system, usage, default_use: "", preferred: false }
    }

    /// The components with a number or an address, that of the system first.
    fn order(&self) -> [usize; 3] {
        if matches!(self.system, "email" | "url") { [4, 1, 12] } else { [1, 12, 4] }
    }

    /// The components besides the first that have another number or address.
    fn further<'m>(&self, cx: &Context<'_>, value: Parts<'m>) -> Vec<Parts<'m>> {
        let order = self.order();
        let mut valued = order.into_iter().filter(|&n| !value.peek(n).is_empty());
        let Some(first) = valued.next() else { return Vec::new() };
        // The same number may be written twice, with blanks and without.
        let signs = |n: usize| -> Vec<u8> {
            let text = cx.text(value.peek(n).peek_raw());
            text.iter().copied().filter(|b| b.is_ascii_alphanumeric() || *b >= 0x80).collect()
        };
        let mut said = Vec::new();
        let mut further = Vec::new();
        for n in valued {
            if said.is_empty() {
                said.push(signs(first));
            }
            let this = signs(n);
            let part = value.get(n);
            if !said.contains(&this) {
                further.push(part);
                said.push(this);
            }
        }
        further
    }

    fn usage<'w>(&'w self, w: &Json) -> &'w str {
        w.allowed_use(if self.usage.is_empty() { self.default_use } else { self.usage })
    }
}

fn contact_in(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, told: &Told<'_>) {
    let start = w.len();
    // Most have three components.
    value.ask(component_bits([5, 6, 7, 8]));
    if told.preferred || value.last() > 4 {
        let parts = [(COUNTRY, 5), (AREA, 6), (LOCAL, 7), (EXTENSION, 8)];
        let parts = parts.map(|(url, n)| (url, value.get(n)));
        w.array("extension", |w| {
            if told.preferred {
                w.extension(PREFERRED, |w| w.boolean("valueBoolean", true));
            }
            for (url, part) in parts {
                w.extension(url, |w| _ = text::string(w, cx, "valueString", part));
            }
        });
    }
    w.literal("system", told.system);
    let before = w.len();
    value_in(w, cx, value, told.order());
    if w.len() == before {
        w.back_to(start);
        return;
    }
    w.string("use", told.usage(w).as_bytes());
    value.ask(component_bits([13, 14, 18]));
    if value.last() > 12 {
        w.integer("rank", value.get(18).first(), 1);
        timing::period(w, cx, "period", [value.get(13), value.get(14)]);
    }
}

/// Writes items of type ContactPoint for what else a value has: a number beside an address, an
/// address beside a number, or another number as it is written.
fn further_items(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>, told: &Told<'_>) {
    for other in told.further(cx, value) {
        let text = cx.text(other.raw()).into_owned();
        let is_number = text.iter().any(u8::is_ascii_digit)
            && text.iter().all(|b| b.is_ascii_digit() || b" ()+-./xX#*".contains(b));
        let system = match (told.system, is_number) {
            _ if text.contains(&b'@') => "email",
            ("email" | "url", true) => "phone",
            (system, true) => system,
            (_, false) => "other",
        };
        w.item_with(
            |w| w.literal("system", system),
            |w| {
                w.string("value", &text);
                w.string("use", told.usage(w).as_bytes());
            },
        );
    }
}

/// Writes the value: the address, the number as written, else made of its parts.
fn value_in(w: &mut Json, cx: &Context<'_>, value: Parts<'_>, order: [usize; 3]) {
    let mut rest = order.into_iter().map(|n| value.get(n));
    if rest.any(|part| text::string(w, cx, "value", part)) {
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
        field(value, |w, cx, v| _ = w.array("t", |w| item(w, cx, v, "home")))
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
    fn a_value_may_have_several() {
        assert_eq!(
            contact("555-1234^WPN^PH^a@b.example^^^^^^^^5551234"),
            concat!(
                r#"{"t":[{"system":"phone","value":"555-1234","use":"work"},"#,
                r#"{"system":"email","value":"a@b.example","use":"work"}]}"#
            )
        );
        assert_eq!(
            contact("555-1234^PRN^Internet^a@b.example^^^^^^^^777"),
            concat!(
                r#"{"t":[{"system":"email","value":"a@b.example","use":"home"},"#,
                r#"{"system":"phone","value":"555-1234","use":"home"},"#,
                r#"{"system":"phone","value":"777","use":"home"}]}"#
            )
        );
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
