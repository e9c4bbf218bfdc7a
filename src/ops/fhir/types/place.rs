//! PL and DLD as Location: a chain from the bed to the facility, each part of the next.

use super::{coded, identifier, text};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::id::Key;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::kind::Kind;
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
    /// A place of which only the description (PL.9) or identifier (PL.10) is told.
    Described,
}

use Level::{Bed, Building, Described, Facility, Floor, PointOfCare, Room};

const LEVELS: [Level; 6] = [Bed, Room, Floor, PointOfCare, Building, Facility];
/// The system of physical types of places.
pub(crate) const PHYSICAL: &str = "http://terminology.hl7.org/CodeSystem/location-physical-type";

impl Level {
    /// The component of PL that has it.
    fn component(self) -> usize {
        match self {
            Bed => 3,
            Room => 2,
            Floor => 8,
            PointOfCare => 1,
            Building => 7,
            Facility => 4,
            Described => 9,
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
    let innermost = innermost(value)?;
    cx.refer(Wanted::Location(value, innermost))
}

/// The level of the place itself.
pub(crate) fn innermost(value: Parts<'_>) -> Option<Level> {
    let found = LEVELS.into_iter().find(|level| !value.peek(level.component()).is_empty());
    let is_described = !value.peek(9).is_empty() || !value.peek(10).is_empty();
    found.or(is_described.then_some(Described))
}

fn outside(value: Parts<'_>, level: Level) -> Option<Level> {
    LEVELS.into_iter().find(|&outer| outer > level && !value.peek(outer.component()).is_empty())
}

/// The key of a place: its name at each level from its own to the outside.
pub(crate) fn key<'m>(cx: &Context<'m>, value: Parts<'m>, level: Level) -> Key {
    let mut key = cx.scope_key(Kind::Location).with(&[b'0' + level as u8]);
    for outer in LEVELS.into_iter().filter(|&outer| outer >= level) {
        key = key.with(&cx.text(value.peek(outer.component()).peek_raw()));
    }
    if level == Described {
        key = key.with(value.peek(9).peek_raw()).with(value.peek(10).peek_raw());
    }
    key
}

/// Writes the Location of a PL at a level, and refers to the one around it.
pub(crate) fn write<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
    level: Level,
) {
    write_with(out, cx, own, value, level, |_, _| {});
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
    let is_innermost = innermost(value) == Some(level);
    let around = outside(value, level).and_then(|outer| cx.refer(Wanted::Location(value, outer)));
    let named = if level == Described { Parts::EMPTY } else { value.get(level.component()) };
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            if level != Described {
                identifier::hd_items(w, cx, named);
            }
            if is_innermost {
                identifier::ei_item(w, cx, value.get(10), None);
            }
        });
        text::string(w, cx, "name", named.get(1));
        if is_innermost {
            text::string(w, cx, "description", value.get(9));
        }
        w.literal("mode", "instance");
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
        w.array("identifier", |w| identifier::hd_items(w, cx, value));
        text::string(w, cx, "name", value.get(1));
        w.literal("mode", "instance");
        coded::fixed(w, "physicalType", PHYSICAL, "si", "Site");
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
