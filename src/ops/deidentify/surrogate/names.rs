//! The frozen lists of names, for what makes people up.

use super::table;

/// Family names.
pub(crate) fn family() -> &'static [&'static str] {
    &table::FAMILY
}

/// Given names.
#[cfg(test)]
pub(crate) fn given() -> &'static [&'static str] {
    &table::GIVEN
}

/// Streets, without a number.
pub(crate) fn streets() -> &'static [&'static str] {
    &table::STREETS
}
