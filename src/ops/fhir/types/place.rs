//! PL, LA2, NDL and DLD as Location: a chain from the bed to the facility, each part of the next.

use super::{address, coded, identifier, text};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
use crate::ops::fhir::recall::{self, What};
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
/// The system of physical types of places.
pub(crate) const PHYSICAL: &str = "http://terminology.hl7.org/CodeSystem/location-physical-type";

impl Level {
    /// The component that has it.
    fn component(self, form: Form) -> usize {
        match (self, form) {
            (Described, _) => 9,
            (PointOfCare, Form::Ndl) => 4,
            (Room, Form::Ndl) => 5,
            (Bed, Form::Ndl) => 6,
            (Facility, Form::Ndl) => 7,
            (Building, Form::Ndl) => 10,
            (Floor, Form::Ndl) => 11,
            (PointOfCare, _) => 1,
            (Room, _) => 2,
            (Bed, _) => 3,
            (Facility, _) => 4,
            (Building, _) => 7,
            (Floor, _) => 8,
        }
    }

    /// The code of its physical type.
    fn physical(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Bed => ("bd", "Bed"),
            Room => ("ro", "Room"),
            Floor => ("lvl", "Level"),
            PointOfCare => ("wa", "Ward"),
            Building => ("bu", "Building"),
            Facility => ("si", "Site"),
            Described => return None,
        })
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
    let found = LEVELS.into_iter().find(|level| !value.peek(level.component(form)).is_empty());
    let rest = match form {
        Form::Pl => 9..11,
        Form::La2 => 9..17,
        Form::Ndl => 0..0,
    };
    let is_described = rest.into_iter().any(|n| !value.peek(n).is_empty());
    found.or(is_described.then_some(Described))
}

fn outside(value: Parts<'_>, level: Level, form: Form) -> Option<Level> {
    let is_there = |outer: &Level| !value.peek(outer.component(form)).is_empty();
    LEVELS.into_iter().find(|outer| *outer > level && is_there(outer))
}

/// The key of a place: its name at each level from its own to the outside.
pub(crate) fn key<'m>(cx: &Context<'m>, value: Parts<'m>, level: Level) -> Key {
    key_as(cx, value, level, Form::Pl)
}

/// As [`key`] for a type like PL.
pub(crate) fn key_as<'m>(cx: &Context<'m>, value: Parts<'m>, level: Level, form: Form) -> Key {
    let mut key = cx.scope_key(Kind::Location).with(&[b'0' + level as u8]);
    for outer in LEVELS.into_iter().filter(|&outer| outer >= level) {
        key = key.with(&cx.text(value.peek(outer.component(form)).peek_raw()));
    }
    if level == Described {
        key = (9..17).fold(key, |key, n| key.with(value.peek(n).peek_raw()));
    }
    key
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
        let what = What::Location(10 * form as u8 + level as u8);
        let is_innermost = innermost_as(value, form) == Some(level);
        let part = |n| if is_innermost && form == Form::Pl { value.get(n) } else { Parts::EMPTY };
        let [described, identified] = [part(9), part(10)];
        recall::write(w, cx, what, [named, described, identified], |w, cx| {
            w.array("identifier", |w| {
                identifier::hd_items(w, cx, named);
                identifier::ei_item(w, cx, identified, None);
            });
            text::string(w, cx, "name", named.get(1));
            text::string(w, cx, "description", described);
            w.literal("mode", "instance");
        });
        if is_innermost && form == Form::La2 {
            address::of_la2(w, cx, "address", value);
        }
        more(w, cx);
        if let Some((code, display)) = level.physical() {
            coded::fixed(w, "physicalType", PHYSICAL, code, display);
        }
        if let Some(around) = around {
            cx.reference(w, "partOf", around);
        }
    });
}

/// Writes the Location of an HD.
pub(crate) fn write_facility<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
) {
    out.resource(own, None, |w| {
        recall::write(w, cx, What::Facility, [value], |w, cx| {
            w.array("identifier", |w| identifier::hd_items(w, cx, value));
            text::string(w, cx, "name", value.get(1));
            w.literal("mode", "instance");
            coded::fixed(w, "physicalType", PHYSICAL, "si", "Site");
        });
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
