//! What values became before: the same codes, units and ranges come with every message, and to copy the
//! JSON takes a tenth of the time that it takes to make. People, places and ids are not remembered: to make
//! them takes no longer than to reach what stands far from the processor.
//!
//! Values are known by their bytes. The memory is bounded, and values of a sender's making can at worst
//! be in each other's way.

use super::authorities::Authorities;
use super::context::Context;
use super::hash;
use super::json::Json;
use super::parts::{Marks, Parts};
use super::report::Counted;
use super::ways::Ways;
use crate::core::Separators;

/// Twice so many values are kept. More of them stand further from the processor.
const SETS: usize = 1 << 11;
/// So many bytes of a value.
const LONGEST: usize = 160;
/// So many bytes of what is made of it.
const LONGEST_MADE: usize = 1024;
/// So many values one thing is made of at most.
const MOST: usize = 3;

/// What is made of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A CodeableConcept, by the number of its table, 0 without one.
    Concept(u8),
    /// The unit of a Quantity.
    Unit,
    /// The member `status` of an Observation, and the code beside it.
    ObservationStatus,
    /// A reference range and its unit, and whether they are those of a number.
    ReferenceRange(bool),
    /// The members of an Organization from XON.
    Organization,
    /// The members of an Organization from HD and its country.
    Sender,
    /// The members of an Organization from CWE or text.
    NamedOrganization,
}

impl What {
    fn number(self) -> u64 {
        match self {
            Self::Concept(table) => u64::from(table),
            Self::Unit => 0x100,
            Self::Organization => 0x104,
            Self::Sender => 0x105,
            Self::NamedOrganization => 0x106,
            Self::ObservationStatus => 0x10A,
            Self::ReferenceRange(of_number) => 0x110 | u64::from(of_number),
        }
    }
}

/// What values became, for messages of one converter.
#[derive(Debug, Default)]
pub(crate) struct Recall {
    ways: Ways<Known>,
    /// What authorities became.
    pub(super) authorities: Authorities,
    /// Those of the message as a number; 0 before there are any.
    separators: u64,
    /// A hash of them.
    seed: u64,
}

/// No larger than a line of a processor's cache. What is needed besides is in one piece: a fiftieth of
/// all the time.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Known {
    /// What it is, and what of fields the values are.
    what: u64,
    /// See [`Recall::separators`].
    separators: u64,
    /// How many values there are.
    count: u8,
    /// How long they are.
    lengths: [u8; MOST],
    /// What is asked of each value ([`Marks::to_bytes`]), the values, and then what is made of them.
    text: Box<[u8]>,
    /// What it adds to reports.
    counted: Box<[Counted]>,
    /// The report that had it last.
    report: u64,
}

impl Known {
    /// What is asked of each value, and the rest of the text.
    #[inline]
    fn marks<const N: usize>(&self) -> Option<([Marks; N], &[u8])> {
        let (marks, _) = self.text.as_chunks::<{ Marks::SIZE }>();
        let rest = self.text.get(N * Marks::SIZE..)?;
        let marks = marks.first_chunk::<N>()?;
        Some((marks.each_ref().map(Marks::of_bytes), rest))
    }
}

/// Values that something is looked for by.
struct Sought<'v, const N: usize> {
    values: [Parts<'v>; N],
    what: u64,
    hash: u64,
}

impl<'v, const N: usize> Sought<'v, N> {
    /// `None` for values that are too long.
    #[inline]
    fn of(what: What, values: [Parts<'v>; N]) -> Option<Self> {
        if values.iter().any(|value| value.peek_raw().len() > LONGEST) {
            return None;
        }
        let places = values.iter().fold(0, |all, value| all << 8 | u64::from(value.place()));
        let what = places << 16 | what.number();
        let hash = values.iter().fold(what, |seed, value| hash::of(seed, value.peek_raw()));
        Some(Self { values, what, hash })
    }

    fn lengths(&self) -> [u8; MOST] {
        let mut lengths = [0; MOST];
        let all = self.values.iter().map(|value| value.peek_raw().len() as u8);
        lengths.iter_mut().zip(all).for_each(|(to, length)| *to = length);
        lengths
    }

    #[inline]
    fn is(&self, known: &Known) -> bool {
        let Some(mut rest) = known.text.get(N * Marks::SIZE..) else { return false };
        known.what == self.what
            && usize::from(known.count) == N
            && self.values.iter().zip(known.lengths).all(|(value, length)| {
                let Some((raw, more)) = rest.split_at_checked(usize::from(length)) else {
                    return false;
                };
                rest = more;
                raw.len() == value.peek_raw().len() && raw == value.peek_raw()
            })
    }
}

impl Recall {
    /// Begins a message: a value with other delimiters is another.
    pub(super) fn begin(&mut self, separators: Separators) {
        if self.separators == 0 {
            self.ways.clear(SETS);
            self.authorities.clear();
        }
        let Separators { field, component, repetition, escape, subcomponent, truncation } =
            separators;
        let bytes = [1, 0, field, component, repetition, escape, subcomponent, truncation];
        let number = u64::from_be_bytes(bytes);
        if self.separators != number {
            self.separators = number;
            self.seed = hash::of(0, &bytes);
        }
    }
}

/// Writes what is made of values: as it was before, or with `write`. This may write members, mark
/// what it asks of the values, and count codes and systems, all of it by the values alone.
#[inline]
pub(crate) fn write<'m, const N: usize>(
    w: &mut Json,
    cx: &mut Context<'m>,
    what: What,
    values: [Parts<'_>; N],
    write: impl FnOnce(&mut Json, &mut Context<'m>),
) {
    let Some(sought) = Sought::of(what, values) else { return write(w, cx) };
    if let Some(json) = found(cx, &sought) {
        return w.ready(json);
    }
    let start = w.len();
    learn(cx, &sought, |cx| {
        write(w, cx);
        &w.bytes()[start..]
    });
}

/// What values became before, which is counted and marked again.
#[inline]
fn found<'c, const N: usize>(cx: &'c mut Context<'_>, sought: &Sought<'_, N>) -> Option<&'c [u8]> {
    let (hash, separators) = (sought.hash ^ cx.recall.seed, cx.recall.separators);
    let is_it = |known: &Known| known.separators == separators && sought.is(known);
    let known = cx.recall.ways.get(hash, is_it)?;
    cx.report.again(&mut known.counted, &mut known.report);
    let (marks, text) = known.marks::<N>()?;
    sought.values.iter().zip(&marks).for_each(|(value, marks)| value.add(marks));
    let length = known.lengths.iter().map(|&length| usize::from(length)).sum();
    text.get(length..)
}

/// Makes something of values, and remembers it the second time.
fn learn<'m, 'j, const N: usize>(
    cx: &mut Context<'m>,
    sought: &Sought<'_, N>,
    make: impl FnOnce(&mut Context<'m>) -> &'j [u8],
) {
    let hash = sought.hash ^ cx.recall.seed;
    // What a value that is not plain means is told by the message.
    let is_plain = |value: &Parts<'_>| cx.is_plain(value.peek_raw());
    if !sought.values.iter().all(is_plain) || !cx.recall.ways.is_awaited(hash) {
        make(cx);
        return;
    }
    let circumstances = cx.report.circumstances();
    let since = cx.report.record();
    let before = sought.values.each_ref().map(|value| value.note());
    let made = make(cx);
    let mut marks = [const { Marks::new() }; N];
    for (n, before) in before.into_iter().enumerate().rev() {
        marks[n] = sought.values[n].noted(before);
    }
    let counted = cx.report.recorded(since);
    if made.len() > LONGEST_MADE || cx.report.circumstances() != circumstances {
        return;
    }
    let report = cx.report.key();
    let separators = cx.recall.separators;
    let Some(known) = cx.recall.ways.place(hash) else { return };
    let marks = marks.map(|marks| marks.to_bytes());
    let values = sought.values.iter().map(|value| value.peek_raw());
    let parts: Vec<_> = marks.iter().map(|marks| &marks[..]).chain(values).chain([made]).collect();
    known.text = parts.concat().into();
    known.count = N as u8;
    known.what = sought.what;
    known.separators = separators;
    known.lengths = sought.lengths();
    known.counted = counted.into();
    known.report = report;
}

#[cfg(test)]
mod tests {
    use crate::ops::fhir::testing::same_with_any_memory;

    /// Messages of several senders, character sets and delimiters. Values come again: with what is not
    /// known and is counted, with bytes that the character set tells the meaning of, with times that
    /// the header tells the offset of, as other components of other fields.
    fn messages() -> Vec<u8> {
        let mut all = [
            &include_bytes!("../../../fixtures/adt_a01.hl7")[..],
            include_bytes!("../../../fixtures/oru_r01.hl7"),
            include_bytes!("../../../fixtures/oml_o21.hl7"),
            include_bytes!("../../../fixtures/siu_s12.hl7"),
        ]
        .join(&b'\n');
        let senders = [("LAB", "", "8859/1"), ("LAB", "+0100", ""), ("HERE", "+0200", "8859/15")];
        let mut texts = Vec::new();
        for (sender, offset, charset) in senders.iter().chain(&senders).chain(&senders) {
            let xcn = "17^Doe^Jane^^^Dr^MD^^NPI&1.2.3&ISO^L^^^EI^HOSP^^^^^20200101120000";
            let euro = "18^Poe@^Ed";
            texts.push(format!(
                "MSH|^~\\&|APP|{sender}|||20240101120000{offset}||ORU^R01|1|P|2.5.1||||||{charset}\r\
                 PID|1||7^^^LN^MR||Roe^Ann\r\
                 PV1|1|I|W^1^B^HOSP^^^HAUS^2^Beside the stairs||||{xcn}~{euro}\r\
                 OBR|1||9^LN|4^Panel^99X|||20240101|||||||||{xcn}\r\
                 OBX|1|NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|12-16|H|||F||||C^Lab^9X|{xcn}||D7^9X\r\
                 OBX|2|TX|1-1^Hb@^LN^HB^Hb^9X||a|g/dL^^UCUM|12-16|?|||?||||C^Lab^9X|{euro}||D7^9X\r"
            ));
        }
        let others: Vec<_> = texts.iter().map(|text| text.replace('^', "$")).collect();
        for text in texts.iter().chain(&others) {
            all.push(b'\n');
            // A currency sign in one set, that of the euro in another.
            all.extend(text.bytes().map(|b| if b == b'@' { 0xA4 } else { b }));
        }
        all
    }

    #[test]
    fn what_came_before_makes_no_difference() {
        same_with_any_memory(&messages());
    }
}
