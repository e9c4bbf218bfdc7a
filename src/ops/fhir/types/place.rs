//! PL, LA2, NDL and DLD as Location: a chain from the bed to the facility, each part of the next.

use super::{address, coded, identifier, text};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::{Parts, is_valued};
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::plain::trimmed_ascii;
use crate::ops::fhir::wanted::Wanted;

/// A level of a place, from the inside to the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// PL.3
    Bed,
    /// PL.2
    Room,
    /// PL.8
    Floor,
    /// PL.1
    PointOfCare,
    /// PL.7
    Building,
    /// PL.4
    Facility,
    /// A place of which nothing but a description (PL.9), an identifier (PL.10) or an address (LA2) is
    /// told.
    Described,
}

/// The type that a place is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// PL
    Pl,
    /// LA2: eight components as in PL, then an address.
    La2,
    /// NDL
    Ndl,
}

use Level::{Bed, Building, Described, Facility, Floor, PointOfCare, Room};

const LEVELS: [Level; 6] = [Bed, Room, Floor, PointOfCare, Building, Facility];

/// The components that have the levels.
const COMPONENTS: [usize; 7] = [3, 2, 8, 1, 7, 4, 9];
/// The same in NDL.
const COMPONENTS_OF_NDL: [usize; 7] = [6, 5, 11, 4, 10, 7, 9];

/// The member `physicalType`.
macro_rules! physical {
    ($code:literal, $display:literal) => {
        concat!(
            r#""physicalType":{"coding":[{"system":"#,
            r#""http://terminology.hl7.org/CodeSystem/location-physical-type","code":""#,
            $code,
            r#"","display":""#,
            $display,
            r#""}]},"#
        )
    };
}

impl Level {
    /// The component that has it.
    #[inline]
    fn component(self, form: Form) -> usize {
        match form {
            Form::Pl | Form::La2 => COMPONENTS[self as usize],
            Form::Ndl => COMPONENTS_OF_NDL[self as usize],
        }
    }

    /// The member `physicalType`; empty without one.
    fn physical(self) -> &'static str {
        match self {
            Bed => physical!("bd", "Bed"),
            Room => physical!("ro", "Room"),
            Floor => physical!("lvl", "Level"),
            PointOfCare => physical!("wa", "Ward"),
            Building => physical!("bu", "Building"),
            Facility => physical!("si", "Site"),
            Described => "",
        }
    }
}

/// The place that a PL tells of, and those around it.
pub(crate) fn refer<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<Ref> {
    refer_as(cx, value, Form::Pl)
}

/// As [`refer`] for a type like PL.
pub(crate) fn refer_as<'m>(cx: &mut Context<'m>, value: Parts<'m>, form: Form) -> Option<Ref> {
    let innermost = innermost_as(value, form)?;
    cx.refer(Wanted::Location(value, innermost, form))
}

/// The level of the place itself.
pub(crate) fn innermost(value: Parts<'_>) -> Option<Level> {
    innermost_as(value, Form::Pl)
}

fn innermost_as(value: Parts<'_>, form: Form) -> Option<Level> {
    if value.peek_raw().is_empty() {
        return None;
    }
    let found = from(value, Bed, form);
    let rest = match form {
        Form::Pl => 9..11,
        Form::La2 => 9..17,
        Form::Ndl => 0..0,
    };
    found.or_else(|| rest.into_iter().any(|n| is_valued(value.part(n))).then_some(Described))
}

/// The innermost level that is told of, from one on.
fn from(value: Parts<'_>, level: Level, form: Form) -> Option<Level> {
    let is_there = |level: &Level| is_valued(value.part(level.component(form)));
    LEVELS.into_iter().skip(level as usize).find(is_there)
}

fn outside(value: Parts<'_>, level: Level, form: Form) -> Option<Level> {
    LEVELS.get(level as usize + 1).and_then(|&outer| from(value, outer, form))
}

/// The key of a place: its name at each level from its own to the outside.
pub(crate) fn key<'m>(cx: &Context<'m>, value: Parts<'m>, level: Level) -> Key {
    let mut key = Key::of(Kind::Location);
    push_key(cx, &mut key, value, level, Form::Pl);
    key
}

/// Adds to a key what [`key`] has, for a type like PL.
pub(crate) fn push_key<'m>(
    cx: &Context<'m>,
    key: &mut Key,
    value: Parts<'m>,
    level: Level,
    form: Form,
) {
    cx.push_scope(key);
    key.push(&[b'0' + level as u8]);
    for outer in LEVELS.into_iter().skip(level as usize) {
        key.push(&cx.text(value.part(outer.component(form))));
    }
    if level == Described {
        (9..17).for_each(|n| key.push(value.part(n)));
    }
}

/// Whether a level is the same place in two values, of both of which it is not the innermost one: then
/// nothing else is said of it but what is around it.
pub(crate) fn is_same_around([one, other]: [Parts<'_>; 2], (level, form): (Level, Form)) -> bool {
    let is_same = |level: &Level| {
        let n = level.component(form);
        one.part(n) == other.part(n)
    };
    [one, other].into_iter().all(|value| is_around(value, level, form))
        && LEVELS.iter().skip(level as usize).all(is_same)
}

fn is_around(value: Parts<'_>, level: Level, form: Form) -> bool {
    innermost_as(value, form).is_some_and(|innermost| innermost < level)
}

/// Counts what a place is made of as mapped, as it was where the same was said before.
pub(crate) fn count_as_mapped(value: Parts<'_>, level: Level, form: Form) {
    if is_around(value, level, form) {
        for outer in LEVELS.into_iter().skip(level as usize) {
            value.get(outer.component(form)).raw();
        }
    } else {
        value.raw();
    }
}

/// Writes the Location of a PL at a level, and refers to the one around it.
pub(crate) fn write<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    (level, form): (Level, Form),
) {
    write_as(out, cx, own, value, (level, form), |_, _| {});
}

/// As [`write`] with what else is told of the place.
pub(crate) fn write_with<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    level: Level,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    write_as(out, cx, own, value, (level, Form::Pl), more);
}

fn write_as<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    (level, form): (Level, Form),
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    let around = outside(value, level, form);
    let around = around.and_then(|outer| cx.refer(Wanted::Location(value, outer, form)));
    let named = if level == Described { Parts::EMPTY } else { value.get(level.component(form)) };
    out.resource(own, None, |w| {
        let is_innermost = innermost_as(value, form) == Some(level);
        let part = |n| if is_innermost && form == Form::Pl { value.get(n) } else { Parts::EMPTY };
        let [described, identified] = [part(9), part(10)];
        if !usual(w, cx, named, [described, identified]) {
            w.array("identifier", |w| {
                identifier::hd_items(w, cx, named);
                identifier::ei_item(w, cx, identified, None);
            });
            text::string(w, cx, "name", named.get(1));
            text::string(w, cx, "description", described);
        }
        w.literal("mode", "instance");
        if is_innermost && form == Form::La2 {
            address::of_la2(w, cx, "address", value);
        }
        more(w, cx);
        w.ready(level.physical().as_bytes());
        if let Some(around) = around {
            cx.reference(w, "partOf", around);
        }
    });
}

/// Writes identifier and name of a place that is told of as nearly all are: with a plain name and
/// nothing else. Returns whether it is one.
fn usual(w: &mut Json, cx: &Context<'_>, named: Parts<'_>, others: [Parts<'_>; 2]) -> bool {
    let name = named.raw();
    if others.iter().any(|other| !other.peek_raw().is_empty())
        || named.is_split()
        || name.is_empty()
        || trimmed_ascii(name).len() < name.len()
        || !cx.is_plain(name)
    {
        return false;
    }
    w.ready(b"\"identifier\":[{\"value\":\"");
    w.ready(name);
    w.ready(b"\"}],\"name\":\"");
    w.ready(name);
    w.ready(b"\",");
    true
}

/// Writes the Location of an HD.
pub(crate) fn write_facility<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| identifier::hd_items(w, cx, value));
        text::string(w, cx, "name", value.get(1));
        w.literal("mode", "instance");
        w.ready(Facility.physical().as_bytes());
    });
}

/// Writes the Location of a DLD: what kind of place it is.
pub(crate) fn write_discharge<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
) {
    out.resource(own, None, |w| {
        w.literal("mode", "instance");
        w.array("type", |w| _ = coded::concept_item(w, cx, value.get(1)));
    });
}

/// Writes the Location of a name or of a CWE, and what else is told of it.
pub(crate) fn write_named<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    more: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    out.resource(own, None, |w| {
        if value.is_split() {
            w.array("identifier", |w| {
                w.item(|w| _ = text::string(w, cx, "value", value.get(1)));
            });
            text::of_coded(w, cx, "name", value);
        } else {
            text::string(w, cx, "name", value);
        }
        more(w, cx);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::with_context;

    #[test]
    fn usual_places_are_told_of_as_all_are() {
        let names = ["W1", "a b", "x\\T\\y", "H&1.2.3&ISO", "\u{DC}", "\"\"", " 7", "-", ""];
        let message: String = names.iter().map(|name| format!("\rZZZ|{name}^2^3")).collect();
        let message = format!("MSH|^~\\&|A|F{message}");
        let written = |fast: bool| {
            let (mut all, mut usual_ones) = (Vec::new(), 0);
            with_context(&message, |_| {}).write(|w, cx, input| {
                for seg in input.segs().skip(1) {
                    let (named, start) = (seg.get(1).get(1), w.len());
                    if fast && usual(w, cx, named, [Parts::EMPTY; 2]) {
                        usual_ones += 1;
                    } else {
                        w.array("identifier", |w| identifier::hd_items(w, cx, named));
                        text::string(w, cx, "name", named.get(1));
                    }
                    let mut told = String::from_utf8_lossy(&w.bytes()[start..]).into_owned();
                    seg.unmapped(true, |lost, place, raw| {
                        told += &format!("{lost}{place:?}{raw:?}")
                    });
                    all.push(told);
                }
            });
            (all, usual_ones)
        };
        let ((fast, usual_ones), (general, _)) = (written(true), written(false));
        assert_eq!(fast, general);
        assert_eq!(usual_ones, 3);
    }
}
