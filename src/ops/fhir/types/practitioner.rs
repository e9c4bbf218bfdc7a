//! XCN, CNN, PPN, NDL and the CN of old versions as Practitioner and PractitionerRole.

use super::{coded, identifier, keys, name};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::{Parts, component_bits};
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::wanted::Wanted;

/// Writes a member that refers to the Practitioner of an XCN. Returns whether it is there.
pub(crate) fn member<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, value: Parts<'m>) -> bool {
    let Some(to) = cx.refer(Wanted::Practitioner(value)) else { return false };
    cx.reference(w, name, to);
    true
}

/// Writes an item that refers to the Practitioner of an XCN. Returns whether it is there.
pub(crate) fn member_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) -> bool {
    let Some(to) = cx.refer(Wanted::Practitioner(value)) else { return false };
    cx.reference_item(w, to);
    true
}

/// The key of a practitioner by number and authority.
pub(crate) fn key<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<Key> {
    let mut key = Key::of(Kind::Practitioner);
    push_key(cx, &mut key, value).then_some(key)
}

/// Adds number and authority of a practitioner to a key. Returns whether there is a number.
pub(crate) fn push_key<'m>(cx: &mut Context<'m>, key: &mut Key, value: Parts<'m>) -> bool {
    keys::push_of(cx, key, value.part(1), value.peek(9))
}

/// Writes the Practitioner of an XCN.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    out.resource(own, None, |w| members(w, cx, value, |_, _| {}));
}

/// As [`write`] with what else is told of the person.
pub(crate) fn write_with<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    out.resource(own, None, |w| members(w, cx, value, more));
}

fn members<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    if !usual(w, cx, value) {
        w.array("identifier", |w| identifier_item(w, cx, value));
        w.array("name", |w| name_item(w, cx, value));
    }
    more(w, cx);
    let degree = value.get(7);
    if !degree.peek_raw().is_empty() {
        w.array("qualification", |w| {
            w.item(|w| {
                coded::concept_by(w, cx, "code", degree, Table::DegreeLicenseCertificate);
            });
        });
    }
}

/// As [`identifier_item`] and [`name_item`] for a person as nearly all are told of: with a number,
/// family and given name, in ten plain components at most. Returns whether it is one. It takes a third
/// of the instructions, for there are a dozen in a message.
fn usual<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) -> bool {
    let Some([number, family, given, further, suffix, prefix, _, _, authority, kind]) =
        value.flat::<10>()
    else {
        return false;
    };
    // Blanks within are text, those around are none.
    let is_whole = |text: &[u8]| {
        matches!(text, [first, .., last] if *first > b' ' && *last > b' ')
            || matches!(text, [only] if *only > b' ')
    };
    let are_there = [number, family, given].iter().all(|part| is_whole(part));
    let are_whole = [further, suffix, prefix, authority, kind]
        .iter()
        .all(|part| part.is_empty() || is_whole(part));
    let is_number = number.first().is_some_and(u8::is_ascii_alphanumeric);
    if !are_there || !are_whole || !is_number || !cx.is_plain(value.peek_raw()) {
        return false;
    }
    const ASKED: u64 = identifier::XCN.asked()
        | name::XCN.asked()
        | name::XCN.asked_later()
        | component_bits([1, 10]);
    value.ask(ASKED);
    w.ready(b"\"identifier\":[{");
    if authority.is_empty() {
        w.ready(b"\"value\":\"");
        w.ready(number);
        w.ready(b"\"}],");
    } else {
        if !identifier::of_name(cx, authority, |known| {
            w.ready(&known.system);
            known.is_shown
        }) {
            value.ask_in_words(9, true);
        }
        w.ready(b"\"value\":\"");
        w.ready(number);
        w.ready(b"\",\"assigner\":{\"display\":\"");
        w.ready(authority);
        w.ready(b"\"}}],");
    }
    let code = if kind.is_empty() { None } else { cx.code(Table::NameType, kind) };
    value.ask_in_words(10, code.is_some());
    w.ready(b"\"name\":[{");
    if let Some(code) = code {
        w.literal("use", code.code);
    }
    w.ready(b"\"family\":\"");
    w.ready(family);
    w.ready(b"\",\"given\":[\"");
    w.ready(given);
    if !further.is_empty() {
        w.ready(b"\",\"");
        w.ready(further);
    }
    for (part, before) in [(prefix, &b"\"],\"prefix\":[\""[..]), (suffix, b"\"],\"suffix\":[\"")] {
        if !part.is_empty() {
            w.ready(before);
            w.ready(part);
        }
    }
    w.ready(b"\"]}],");
    true
}

/// Writes an item of type Identifier from an XCN.
pub(crate) fn identifier_item<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    identifier::item_at(w, cx, value, &identifier::XCN);
}

/// Writes an item of type HumanName from an XCN.
pub(crate) fn name_item(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    w.item(|w| name::name_in(w, cx, value, name::XCN, ""));
}

/// Writes the Practitioner of an NDL, whose first component is a CNN.
pub(crate) fn write_named<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    // NDL was once a name alone.
    let who = value.get(1);
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            w.item(|w| {
                if who.peek(1).is_empty() {
                    return;
                }
                let from = [who.get(9), who.get(10), who.get(11)];
                identifier::system_and_value(w, cx, from, who.get(1));
            });
        });
        w.array("name", |w| _ = w.item(|w| name::name_in(w, cx, who, name::CNN, "")));
        w.array("qualification", |w| {
            w.item(|w| {
                coded::concept_by(w, cx, "code", who.get(7), Table::DegreeLicenseCertificate);
            });
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::with_context;

    /// What is written of each value, what of it is not carried as it came, and how many were usual.
    fn written(values: &[String], delimiters: &str, fast: bool) -> (Vec<String>, usize) {
        let mut message = format!("MSH|{delimiters}|A|F");
        values.iter().for_each(|value| message += &format!("\rZZZ|{value}"));
        let (mut all, mut usual_ones) = (Vec::new(), 0);
        with_context(&message, |_| {}).write(|w, cx, input| {
            for seg in input.segs().skip(1) {
                let (value, start) = (seg.get(1), w.len());
                if fast && usual(w, cx, value) {
                    usual_ones += 1;
                } else {
                    w.array("identifier", |w| identifier_item(w, cx, value));
                    w.array("name", |w| name_item(w, cx, value));
                }
                let mut told = String::from_utf8_lossy(&w.bytes()[start..]).into_owned();
                seg.unmapped(true, |lost, place, raw| {
                    told += &format!(" {lost} {place:?} {}", String::from_utf8_lossy(raw));
                });
                all.push(told);
            }
            all.push(String::from_utf8(cx.report.to_ndjson()).unwrap());
        });
        (all, usual_ones)
    }

    #[test]
    fn usual_people_are_told_of_as_all_are() {
        let mut values = Vec::new();
        for number in ["17", "A-1", "+", " 1", "", "\"\"", "1\\T\\2", "1#T#2", "\u{DC}1", "1&2"] {
            for family in ["Doe", "O'Hara ", "de la Cruz", "X", "", "\"\"", "van&van"] {
                for given in ["Jane", "", "J\\F\\", "~Ann"] {
                    for rest in [
                        "",
                        "^Q^Jr^Dr^MD^^NPI^L",
                        "^^^^^^GOODHEALTH^?",
                        "^^^^PhD^0061^NPI ^L^",
                        "^\"\"^^^^^H&1.2.3&ISO^L",
                        "^^ ^^^^MY LAB^D^M10",
                        "^Q^^^^^^L^^^MD^LAB^^2001^G^20200101^2021",
                    ] {
                        values.push(format!("{number}^{family}^{given}{rest}"));
                    }
                }
            }
        }
        let other = values.iter().map(|value| value.replace('^', "$")).collect();
        for (delimiters, values) in
            [("^~\\&", &values), ("^~#&", &values), ("^~\\", &values), ("$~\\&", &other)]
        {
            let (fast, usual_ones) = written(values, delimiters, true);
            let (general, _) = written(values, delimiters, false);
            for ((fast, general), value) in fast.iter().zip(&general).zip(values) {
                assert_eq!(fast, general, "{value}");
            }
            assert_eq!(fast.last(), general.last());
            // Neither none nor all.
            assert!(usual_ones > 20 && usual_ones < values.len() / 2, "{usual_ones}");
        }
    }
}
