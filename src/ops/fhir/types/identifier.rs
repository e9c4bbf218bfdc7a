//! CX, EI, EIP, HD, PLN and DLN as Identifier.

pub(crate) use super::authority::authority;
pub(super) use super::authority::of_name;
use super::authority::{is_kind_of_uri, system};
pub(crate) use super::keys::{code_parts, cx_key, ei_key, eip_key, push_code};
use super::{coded, text, timing};
use crate::core::uuid::is_uuid;
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::{Parts, component_bits};
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::{systems, time};

/// The system of types of identifiers.
pub(crate) const TYPES: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
/// The R4 extension for a check digit.
const CHECK_DIGIT: &str = "http://hl7.org/fhir/StructureDefinition/identifier-checkDigit";
/// The scheme of a check digit has none in R4; the guide names this.
const CHECK_SCHEME: &str = "http://hl7.org/fhir/StructureDefinition/namingsystem-checkDigit";
/// R4 has no element for where an identifier was given, and for whose territory and which agency.
const FACILITY: &str = ours!("assigning-facility");
const JURISDICTION: &str = ours!("assigning-jurisdiction");
const AGENCY: &str = ours!("assigning-agency");

/// Where a type has what of an identifier; 0 for what it does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    number: usize,
    digit: usize,
    scheme: usize,
    authority: usize,
    kind: usize,
    facility: usize,
    start: usize,
    end: usize,
    jurisdiction: usize,
    agency: usize,
}

impl Places {
    /// What is asked of each identifier besides its number.
    #[inline]
    pub(super) const fn asked(&self) -> u64 {
        component_bits([
            self.digit,
            self.scheme,
            self.authority,
            self.kind,
            self.facility,
            self.start,
            self.end,
            self.jurisdiction,
            self.agency,
        ])
    }
}

/// In CX.
pub(crate) const CX: Places = Places {
    number: 1,
    digit: 2,
    scheme: 3,
    authority: 4,
    kind: 5,
    facility: 6,
    start: 7,
    end: 8,
    jurisdiction: 9,
    agency: 10,
};

/// In XCN.
pub(crate) const XCN: Places = Places {
    number: 1,
    digit: 11,
    scheme: 12,
    authority: 9,
    kind: 13,
    facility: 14,
    start: 0,
    end: 0,
    jurisdiction: 22,
    agency: 23,
};

/// In XON, whose number is a component of its own since 2.5.
pub(crate) const XON: Places = Places {
    number: 10,
    digit: 4,
    scheme: 5,
    authority: 6,
    kind: 7,
    facility: 8,
    start: 0,
    end: 0,
    jurisdiction: 0,
    agency: 0,
};

/// In XON before 2.5.
pub(crate) const OLD_XON: Places = Places { number: 3, ..XON };

/// The three components of an HD.
pub(crate) fn hd(value: Parts<'_>) -> [Parts<'_>; 3] {
    if value.peek_raw().is_empty() {
        value.ask(component_bits([1, 2, 3]));
        return [Parts::EMPTY; 3];
    }
    if !value.is_split() {
        value.ask(component_bits([2, 3]));
        return [value.get(1), Parts::EMPTY, Parts::EMPTY];
    }
    [value.get(1), value.get(2), value.get(3)]
}

/// Writes an item of type Identifier from CX. Returns whether it is there.
pub(crate) fn cx_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) -> bool {
    w.item(|w| cx_in(w, cx, value))
}

/// Writes a member of type Identifier from CX. Returns whether it is there.
pub(crate) fn cx_member<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    name: &str,
    value: Parts<'m>,
) -> bool {
    w.object(name, |w| cx_in(w, cx, value))
}

fn cx_in<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    typed_in(w, cx, value, None);
}

/// Writes an item of type Identifier from CX, with a type of ours unless CX.5 has one.
pub(crate) fn cx_item_typed<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    (code, display): (&str, &str),
) -> bool {
    w.item(|w| typed_in(w, cx, value, Some((code, display))))
}

fn typed_in<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    default: Option<(&str, &str)>,
) {
    identifier_in(w, cx, value, &CX, default);
}

/// Writes an item of type Identifier from a type that has one among other things.
pub(crate) fn item_at<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>, at: &Places) {
    w.item(|w| identifier_in(w, cx, value, at, None));
}

/// Writes the members of an Identifier; its type is one of table 0203, or `default`.
#[inline]
fn identifier_in<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    at: &Places,
    default: Option<(&str, &str)>,
) {
    if value.peek(at.number).is_empty() {
        return;
    }
    value.ask(at.asked());
    // Few senders have more than number, authority and type.
    let others = [at.digit, at.scheme, at.facility, at.jurisdiction, at.agency];
    if others.iter().any(|&other| !value.part(other).is_empty()) {
        extensions(w, cx, value, at);
    }
    let is_typed = !value.part(at.kind).is_empty()
        && coded::concept_by(w, cx, "type", value.get(at.kind), Table::IdentifierType);
    if !is_typed && let Some((code, display)) = default {
        coded::fixed(w, "type", TYPES, code, display);
    }
    let authority = value.part(at.authority);
    let from = if authority.is_empty() { [Parts::EMPTY; 3] } else { hd(value.get(at.authority)) };
    system_and_value(w, cx, from, value.get(at.number));
    if !value.part(at.start).is_empty() || !value.part(at.end).is_empty() {
        timing::period(w, cx, "period", [value.get(at.start), value.get(at.end)]);
    }
    if !authority.is_empty() {
        assigner(w, cx, from);
    }
}

/// Writes the extensions for what R4 has no elements for.
#[cold]
fn extensions<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>, at: &Places) {
    let part = |n: usize| if n == 0 { Parts::EMPTY } else { value.get(n) };
    let [digit, scheme, facility] = [part(at.digit), part(at.scheme), part(at.facility)];
    w.array("extension", |w| {
        w.extension(CHECK_DIGIT, |w| _ = text::string(w, cx, "valueString", digit));
        w.extension(CHECK_SCHEME, |w| _ = text::string(w, cx, "valueString", scheme));
        // Most senders have one name for both.
        if facility.peek_raw() != value.part(at.authority) {
            w.extension(FACILITY, |w| {
                let hd = hd(facility);
                w.object("valueReference", |w| organization_in(w, cx, hd, !hd[1].is_empty()));
            });
        }
        for (url, n) in [(JURISDICTION, at.jurisdiction), (AGENCY, at.agency)] {
            w.extension(url, |w| _ = coded::concept(w, cx, "valueCodeableConcept", part(n)));
        }
    });
}

/// Writes `system` and `value`.
pub(crate) fn system_and_value<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    from: [Parts<'m>; 3],
    value: Parts<'m>,
) {
    system(w, cx, from);
    if ssn(value).is_some() && authority(cx, from).is_some_and(|uri| *uri == *SSN.as_bytes()) {
        ssn_value(w, cx, value);
    } else {
        text::string(w, cx, "value", value);
    }
}

const SSN: &str = "http://hl7.org/fhir/sid/us-ssn";

/// The digits of a Social Security number that is written `999-99-9999`.
fn ssn(value: Parts<'_>) -> Option<[u8; 9]> {
    let [a, b, c, b'-', d, e, b'-', f, g, h, i] = *value.peek_raw() else { return None };
    let digits = [a, b, c, d, e, f, g, h, i];
    digits.iter().all(u8::is_ascii_digit).then_some(digits)
}

/// Writes `value` for a Social Security number, which has no hyphens in FHIR (HL7 Terminology,
/// NamingSystem SSN). Returns whether it is there.
fn ssn_value(w: &mut Json, cx: &Context<'_>, value: Parts<'_>) -> bool {
    let Some(digits) = ssn(value) else { return text::string(w, cx, "value", value) };
    value.raw();
    value.translated();
    w.string("value", &digits)
}

/// Writes who gave an identifier, an HD or such components: the name, and the universal id unless
/// the system of the identifier is made of that.
pub(crate) fn assigner(w: &mut Json, cx: &mut Context<'_>, from: [Parts<'_>; 3]) {
    if from.iter().all(|part| part.peek_raw().is_empty()) {
        return;
    }
    let universal = from[1].peek_raw().trim_ascii();
    let is_system = systems::is_oid(universal) || is_uuid(universal);
    let is_uri = is_system || systems::is_uri(universal);
    let is_told = universal.is_empty() || is_uri && is_kind_of_uri(from[2].peek_raw());
    w.object("assigner", |w| organization_in(w, cx, from, !is_told));
}

/// Writes the members of a Reference to the Organization of an HD that no more is told of.
fn organization_in(
    w: &mut Json,
    cx: &mut Context<'_>,
    [name, universal, kind]: [Parts<'_>; 3],
    with_id: bool,
) {
    if with_id {
        w.object("identifier", |w| universal_in(w, cx, universal, kind));
    }
    text::string(w, cx, "display", name);
}

/// Writes the members of an Identifier from the universal id of an HD and the type of it.
fn universal_in(w: &mut Json, cx: &mut Context<'_>, universal: Parts<'_>, kind: Parts<'_>) {
    coded::concept_by(w, cx, "type", kind, Table::UniversalIdType);
    let id = universal.first();
    let uri = match () {
        () if systems::is_oid(id) => Some([b"urn:oid:", id].concat()),
        () if is_uuid(id) => Some([b"urn:uuid:", &id.to_ascii_lowercase()[..]].concat()),
        () => None,
    };
    match uri {
        Some(uri) => {
            w.literal("system", "urn:ietf:rfc:3986");
            w.string("value", &uri);
        }
        None => _ = text::string(w, cx, "value", universal),
    }
}

/// Writes an item of type Identifier from EI, with a type of ours from table 0203 if there is one.
/// Returns whether it is there.
pub(crate) fn ei_item<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    kind: Option<(&str, &str)>,
) -> bool {
    w.item(|w| ei_in(w, cx, value, kind))
}

/// Writes a member of type Identifier from EI. Returns whether it is there.
pub(crate) fn ei_member<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    name: &str,
    value: Parts<'m>,
    kind: Option<(&str, &str)>,
) -> bool {
    w.object(name, |w| ei_in(w, cx, value, kind))
}

fn ei_in<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>, kind: Option<(&str, &str)>) {
    if value.peek(1).is_empty() {
        return;
    }
    if let Some((code, display)) = kind {
        coded::fixed(w, "type", TYPES, code, display);
    }
    let from = [value.get(2), value.get(3), value.get(4)];
    system_and_value(w, cx, from, value.get(1));
    assigner(w, cx, from);
}

/// The types of the two identifiers of an order.
pub(crate) const PLACER: (&str, &str) = ("PLAC", "Placer Identifier");
/// See [`PLACER`].
pub(crate) const FILLER: (&str, &str) = ("FILL", "Filler Identifier");

/// Writes items of type Identifier from the codes of a CWE.
pub(crate) fn cwe_items<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    for [code, system] in [[1, 3], [4, 6], [10, 12]] {
        w.item(|w| {
            if value.peek(code).is_empty() {
                return;
            }
            if let Some(uri) = cx.system(value.at(system)) {
                w.string("system", &uri);
            }
            text::string(w, cx, "value", value.get(code));
        });
    }
}

/// Writes an item that refers by identifier to a resource of a type, from EI. Returns whether it is
/// there.
pub(crate) fn ei_reference_item<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    kind: Kind,
    value: Parts<'m>,
    role: Option<(&str, &str)>,
) -> bool {
    w.item_with(
        |w| w.literal("type", kind.name()),
        |w| _ = ei_member(w, cx, "identifier", value, role),
    )
}

/// Writes an item of type Identifier from PLN. Returns whether it is there.
pub(crate) fn pln_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) -> bool {
    w.item(|w| {
        if value.peek(1).is_empty() {
            return;
        }
        coded::concept_by(w, cx, "type", value.get(2), Table::PractitionerIdNumberType);
        text::string(w, cx, "value", value.get(1));
        w.object("period", |w| _ = time::date_time(w, cx, "end", value.get(4)));
        w.object("assigner", |w| _ = text::string(w, cx, "display", value.get(3)));
    })
}

/// The type of the number that an employer gave.
pub(crate) const EMPLOYEE: (&str, &str) = ("EI", "Employee number");

/// Writes an item of type Identifier for a Social Security number, such as PID-19.
pub(crate) fn ssn_item(w: &mut Json, cx: &Context<'_>, value: Parts<'_>) -> bool {
    w.item_with(
        |w| {
            coded::fixed(w, "type", TYPES, "SS", "Social Security number");
            w.literal("system", SSN);
        },
        |w| _ = ssn_value(w, cx, value),
    )
}

/// Writes an item of type Identifier that is not in use any more, from CX.
pub(crate) fn cx_item_old<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    kind: Option<(&str, &str)>,
) -> bool {
    w.item_with(|w| w.literal("use", "old"), |w| typed_in(w, cx, value, kind))
}

/// Writes an item of type Identifier from DLN. Returns whether it is there.
pub(crate) fn dln_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) -> bool {
    w.item(|w| {
        if value.peek(1).is_empty() {
            return;
        }
        coded::fixed(w, "type", TYPES, "DL", "Driver's license number");
        let state = value.get(2);
        if let Some(uri) = cx.system(state.first()) {
            w.string("system", &uri);
        }
        text::string(w, cx, "value", value.get(1));
        w.object("period", |w| _ = time::date_time(w, cx, "end", value.get(3)));
    })
}

/// Writes items of type Identifier from HD: its name, and its universal id.
pub(crate) fn hd_items<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    w.item(|w| _ = text::string(w, cx, "value", value.get(1)));
    let universal = value.get(2);
    if !universal.is_empty() {
        w.item(|w| universal_in(w, cx, universal, value.get(3)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    #[test]
    fn cx_is_an_identifier() {
        let made = field("123^4^M10^H&1.2.3&ISO^MR^^2020^2030", |w, cx, v| {
            cx_member(w, cx, "i", v);
        });
        assert_eq!(
            made,
            concat!(
                r#"{"i":{"extension":["#,
                r#"{"url":"http://hl7.org/fhir/StructureDefinition/identifier-checkDigit","valueString":"4"},"#,
                r#"{"url":"http://hl7.org/fhir/StructureDefinition/namingsystem-checkDigit","valueString":"M10"}],"#,
                r#""type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR","display":"Medical record number"}]},"#,
                r#""system":"urn:oid:1.2.3","value":"123","period":{"start":"2020","end":"2030"},"assigner":{"display":"H"}}}"#
            )
        );
    }

    #[test]
    fn authorities_are_uris() {
        let system = |value: &str| {
            field(value, |w, cx, v| {
                let uri = authority(cx, hd(v));
                w.string("s", &uri.unwrap_or_default());
            })
        };
        assert_eq!(system("NPI"), r#"{"s":"http://hl7.org/fhir/sid/us-npi"}"#);
        assert_eq!(system("H^1.2.840^ISO"), r#"{"s":"urn:oid:1.2.840"}"#);
        assert_eq!(system("^https://h.example/id^URI"), r#"{"s":"https://h.example/id"}"#);
        assert_eq!(
            system("^6BA7B810-9DAD-11D1-80B4-00C04FD430C8^GUID"),
            r#"{"s":"urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"}"#
        );
        assert_eq!(system("North 1"), r#"{"s":"urn:id:North%201"}"#);
        assert_eq!(system("H^1.2.840.x^ISO"), r#"{"s":"urn:id:H"}"#);
    }

    #[test]
    fn ei_has_a_type_of_its_place() {
        let made = field("55^LAB", |w, cx, v| _ = ei_member(w, cx, "i", v, Some(FILLER)));
        assert_eq!(
            made,
            concat!(
                r#"{"i":{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","#,
                r#""code":"FILL","display":"Filler Identifier"}]},"system":"urn:id:LAB","value":"55","assigner":{"display":"LAB"}}}"#
            )
        );
    }
}
