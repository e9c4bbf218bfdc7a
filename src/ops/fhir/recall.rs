//! What values became before: the same codes, units and authorities come with every message, and
//! to copy the JSON takes a tenth of the time that it takes to make.
//!
//! A value is looked for by its bytes in one place alone, and takes the place of what was there: so
//! the memory is bounded, and values of a sender's making can at worst be in each other's way.

use super::context::Context;
use super::hash;
use super::json::Json;
use super::parts::{Marks, Parts};
use super::uri::Uri;
use crate::core::Separators;

/// How many values are kept.
const PLACES: usize = 1 << 11;
/// So many bytes of a value, and so many times of JSON.
const LONGEST: usize = 128;

/// What is made of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A CodeableConcept, by the number of its table, 0 without one.
    Concept(u8),
    /// The unit of a Quantity.
    Unit,
    /// The URI of an authority.
    Authority,
    /// The same as the member `system`.
    System,
}

/// What values became, for messages of one converter.
#[derive(Debug, Default)]
pub(crate) struct Recall {
    places: Vec<Known>,
    separators: Option<Separators>,
    spare: Vec<u32>,
}

#[derive(Debug, Default)]
struct Known {
    what: Option<What>,
    /// Which components of a field the value is.
    mask: u64,
    value: Vec<u8>,
    made: Vec<u8>,
    marks: Marks,
    /// What it adds to the report with this key.
    report: u64,
    counts: Vec<u32>,
}

impl Recall {
    /// Begins a message. What was made of values with other delimiters is forgotten.
    pub(super) fn begin(&mut self, separators: Separators) {
        if self.separators != Some(separators) {
            self.separators = Some(separators);
            self.places.clear();
            self.places.resize_with(PLACES, Known::default);
        }
    }

    fn place(&mut self, what: What, value: &Parts<'_>) -> &mut Known {
        let what = match what {
            What::Concept(table) => u64::from(table),
            What::Unit => 256,
            What::Authority => 257,
            What::System => 258,
        };
        let seed = value.mask() ^ what << 32;
        let at = hash::of(seed, value.peek_raw()) as usize % PLACES;
        &mut self.places[at]
    }
}

/// Writes what is made of a value: as it was before, or with `write`. This may write members, mark
/// what it asks of the value, and count codes and systems, all of it by the value alone.
pub(crate) fn write<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    what: What,
    value: Parts<'_>,
    write: impl FnOnce(&mut Json, &mut Context<'m>, Parts<'_>),
) {
    if !may_be_known(cx, value) {
        return write(w, cx, value);
    }
    if let Some(json) = found(cx, what, value) {
        return w.ready(json);
    }
    let start = w.len();
    learn(cx, what, value, |cx, value| {
        write(w, cx, value);
        &w.bytes()[start..]
    });
}

/// The URI of an authority by its name, as [`write`].
pub(crate) fn uri<'m>(
    cx: &mut Context<'m>,
    name: Parts<'_>,
    make: impl FnOnce(&mut Context<'m>, Parts<'_>) -> Option<Uri<'static>>,
) -> Option<Uri<'static>> {
    if name.peek_raw().is_empty() {
        return None;
    }
    if !may_be_known(cx, name) {
        return make(cx, name);
    }
    if let Some(uri) = found(cx, What::Authority, name) {
        return (!uri.is_empty()).then(|| Uri::of(uri, b""));
    }
    let mut made = None;
    learn(cx, What::Authority, name, |cx, name| {
        made = make(cx, name);
        made.as_deref().unwrap_or_default()
    });
    made
}

/// What a value that is not plain means is told by the message. One may be part of another.
fn may_be_known(cx: &Context<'_>, value: Parts<'_>) -> bool {
    let raw = value.peek_raw();
    raw.len() <= LONGEST && !cx.report.is_recording() && cx.is_plain(raw)
}

/// What a value became before, which is counted and marked again.
#[inline]
fn found<'c>(cx: &'c mut Context<'_>, what: What, value: Parts<'_>) -> Option<&'c [u8]> {
    let key = cx.report.key();
    let known = cx.recall.place(what, &value);
    let is_it = known.what == Some(what)
        && known.value == value.peek_raw()
        && known.mask == value.mask()
        && (known.report == key || known.counts.is_empty());
    if !is_it {
        return None;
    }
    value.add(&known.marks);
    known.counts.iter().for_each(|&n| cx.report.count(n));
    Some(&known.made)
}

/// Remembers what a value becomes.
fn learn<'m, 'j>(
    cx: &mut Context<'m>,
    what: What,
    value: Parts<'_>,
    make: impl FnOnce(&mut Context<'m>, Parts<'_>) -> &'j [u8],
) {
    let marks = Marks::default();
    cx.report.record(std::mem::take(&mut cx.recall.spare));
    let made = make(cx, value.marking(&marks));
    let counts = cx.report.recorded();
    value.add(&marks);
    let report = cx.report.key();
    let known = cx.recall.place(what, &value);
    if made.len() <= 16 * LONGEST {
        known.what = Some(what);
        known.mask = value.mask();
        known.value.clear();
        known.value.extend_from_slice(value.peek_raw());
        known.made.clear();
        known.made.extend_from_slice(made);
        known.marks = marks;
        known.report = report;
        known.counts.clear();
        known.counts.extend_from_slice(&counts);
    }
    cx.recall.spare = counts;
}
