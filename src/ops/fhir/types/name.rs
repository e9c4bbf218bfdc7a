//! XPN, PN and the names in XCN as HumanName.

use super::{text, timing};
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::{Parts, component_bits};
use crate::ops::fhir::json::Json;
use crate::ops::fhir::plain::trimmed_ascii;

/// The R4 extensions for the parts of a family name (FN).
const OWN_PREFIX: &str = "http://hl7.org/fhir/StructureDefinition/humanname-own-prefix";
const OWN_NAME: &str = "http://hl7.org/fhir/StructureDefinition/humanname-own-name";
const PARTNER_PREFIX: &str = "http://hl7.org/fhir/StructureDefinition/humanname-partner-prefix";
const PARTNER_NAME: &str = "http://hl7.org/fhir/StructureDefinition/humanname-partner-name";
const ASSEMBLY_ORDER: &str = "http://hl7.org/fhir/StructureDefinition/humanname-assembly-order";

/// Where the parts of a name stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    family: usize,
    given: usize,
    further: usize,
    suffix: usize,
    prefix: usize,
    /// 0 where it is no part of the name.
    degree: usize,
    kind: usize,
    range: usize,
    order: usize,
    start: usize,
    end: usize,
    professional: usize,
    /// 0 where there is none.
    called_by: usize,
}

impl Places {
    /// What is asked of each name.
    #[inline]
    pub(super) const fn asked(&self) -> u64 {
        component_bits([
            self.family,
            self.given,
            self.further,
            self.prefix,
            self.suffix,
            self.degree,
            self.professional,
            self.order,
        ])
    }

    /// What is asked besides of each name that is there.
    #[inline]
    pub(super) const fn asked_later(&self) -> u64 {
        component_bits([self.range, self.start, self.end])
    }
}

/// In XPN.
const XPN: Places = Places {
    family: 1,
    given: 2,
    further: 3,
    suffix: 4,
    prefix: 5,
    degree: 6,
    kind: 7,
    range: 10,
    order: 11,
    start: 12,
    end: 13,
    professional: 14,
    called_by: 15,
};

/// In XCN, whose degree is a qualification.
pub(crate) const XCN: Places = Places {
    family: 2,
    given: 3,
    further: 4,
    suffix: 5,
    prefix: 6,
    degree: 0,
    kind: 10,
    range: 17,
    order: 18,
    start: 19,
    end: 20,
    professional: 21,
    called_by: 0,
};

/// In CNN, the person of an NDL. Components that it does not have are beyond its last.
pub(crate) const CNN: Places =
    Places { kind: 90, range: 90, order: 90, start: 90, end: 90, professional: 90, ..XCN };

/// Writes items of type HumanName from XPN: the name, and what the person is called.
pub(crate) fn xpn_items(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    w.item(|w| name_in(w, cx, value, XPN, ""));
    let called_by = value.get(XPN.called_by);
    if !called_by.is_empty() {
        w.item(|w| {
            w.literal("use", "nickname");
            w.array("given", |w| _ = text::string_item(w, cx, called_by));
        });
    }
}

/// As [`xpn_items`] for the name only, with a use if XPN.7 has none. Returns whether it is there.
pub(crate) fn xpn_item(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    default_use: &str,
) -> bool {
    w.item(|w| name_in(w, cx, value, XPN, default_use))
}

/// Writes a member of type HumanName from XPN. Returns whether it is there.
pub(crate) fn xpn_member(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| name_in(w, cx, value, XPN, ""))
}

/// Writes a member with all of an XPN as text. Returns whether it is there.
pub(crate) fn words(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.string(name, &plain(cx, value))
}

/// All of an XPN as text, in the order of XPN.11: given names first unless it says otherwise.
pub(crate) fn plain(cx: &Context<'_>, value: Parts<'_>) -> Vec<u8> {
    let family_first = value.get(XPN.order).first().trim_ascii() == b"F";
    let family = value.get(XPN.family);
    let family = if family.is_split() { family.get(1) } else { family };
    let [given, further, suffix, prefix, degree] =
        [XPN.given, XPN.further, XPN.suffix, XPN.prefix, XPN.degree].map(|n| value.get(n));
    let order = match family_first {
        true => [prefix, family, given, further, suffix, degree],
        false => [prefix, given, further, family, suffix, degree],
    };
    let mut words = Vec::with_capacity(value.peek_raw().len() + 8);
    for part in order {
        let word = cx.text(part.raw());
        let word = trimmed_ascii(&word);
        if !words.is_empty() && !word.is_empty() {
            words.push(b' ');
        }
        words.extend_from_slice(word);
    }
    words
}

/// Writes the members of a HumanName.
#[inline]
pub(crate) fn name_in(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    at: Places,
    default_use: &str,
) {
    let is_plain = cx.is_plain(value.peek_raw());
    name_of(w, cx, value, &at, default_use, is_plain);
}

/// As [`name_in`]. `is_plain`: whether all of the value is, so that no part need be looked at.
#[inline]
fn name_of(
    w: &mut Json,
    cx: &mut Context<'_>,
    value: Parts<'_>,
    at: &Places,
    default_use: &str,
    is_plain: bool,
) {
    let start = w.len();
    value.ask(at.asked());
    if !value.part(at.order).is_empty() {
        order(w, cx, value.get(at.order));
    }
    let kind = value.get(at.kind);
    let code =
        if kind.peek_raw().is_empty() { None } else { cx.code(Table::NameType, kind.first()) };
    match code {
        Some(_) => kind.translated(),
        None => kind.give_up(),
    }
    let usage = code.map_or(default_use, |code| code.code);
    if !usage.is_empty() {
        w.literal("use", usage);
    }
    let before = w.len();
    family(w, cx, value.get(at.family), is_plain);
    w.array("given", |w| {
        text::piece_item(w, cx, value.part(at.given), is_plain);
        text::piece_item(w, cx, value.part(at.further), is_plain);
    });
    let prefix = value.part(at.prefix);
    if !prefix.is_empty() {
        w.array("prefix", |w| text::piece_item(w, cx, prefix, is_plain));
    }
    let suffixes = [at.suffix, at.degree, at.professional].map(|n| value.part(n));
    if suffixes.iter().any(|suffix| !suffix.is_empty()) {
        w.array("suffix", |w| {
            suffixes.iter().for_each(|part| text::piece_item(w, cx, part, is_plain));
        });
    }
    if w.len() == before {
        // A name of nothing but its kind.
        w.back_to(start);
        return;
    }
    value.ask(at.asked_later());
    // Few senders have more than the first components.
    if at.range.min(at.start).min(at.end) <= value.last() {
        let dates = [at.start, at.end].map(|n| value.get(n));
        timing::period_or(w, cx, "period", value.get(at.range), dates);
    }
}

/// Writes in which order the parts of a name are put together.
#[cold]
fn order(w: &mut Json, cx: &mut Context<'_>, order: Parts<'_>) {
    if order.is_empty() {
        return;
    }
    let code = cx.code(Table::NameAssemblyOrder, order.first());
    w.array("extension", |w| {
        w.extension(ASSEMBLY_ORDER, |w| {
            w.string("valueCode", code.map_or("", |code| code.code).as_bytes());
        });
    });
}

/// Writes the family name, and its parts if FN has them.
fn family(w: &mut Json, cx: &Context<'_>, value: Parts<'_>, is_plain: bool) {
    if !value.is_split() {
        text::piece(w, cx, "family", value.raw(), is_plain);
        return;
    }
    text::string(w, cx, "family", value.get(1));
    w.object("_family", |w| {
        w.array("extension", |w| {
            for (url, n) in [(OWN_PREFIX, 2), (OWN_NAME, 3), (PARTNER_PREFIX, 4), (PARTNER_NAME, 5)]
            {
                w.extension(url, |w| _ = text::string(w, cx, "valueString", value.get(n)));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    fn name(value: &str) -> String {
        field(value, |w, cx, v| _ = w.array("name", |w| xpn_items(w, cx, v)))
    }

    #[test]
    fn names_have_parts() {
        assert_eq!(
            name("Doe^John^Q^Jr^Dr^MD^L^^^2001&2010^G^^^PhD^Johnny"),
            concat!(
                r#"{"name":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/humanname-assembly-order","valueCode":"G"}],"#,
                r#""use":"official","family":"Doe","given":["John","Q"],"prefix":["Dr"],"suffix":["Jr","MD","PhD"],"#,
                r#""period":{"start":"2001","end":"2010"}},{"use":"nickname","given":["Johnny"]}]}"#
            )
        );
        assert_eq!(name("Doe"), r#"{"name":[{"family":"Doe"}]}"#);
        assert_eq!(name("^^^^^^L"), "");
    }

    #[test]
    fn family_names_have_parts_of_their_own() {
        assert_eq!(
            name("van Doe&van&Doe^J"),
            concat!(
                r#"{"name":[{"family":"van Doe","_family":{"extension":["#,
                r#"{"url":"http://hl7.org/fhir/StructureDefinition/humanname-own-prefix","valueString":"van"},"#,
                r#"{"url":"http://hl7.org/fhir/StructureDefinition/humanname-own-name","valueString":"Doe"}]},"given":["J"]}]}"#
            )
        );
    }
}
