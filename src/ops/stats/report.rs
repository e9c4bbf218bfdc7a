//! What came of it, as it is told: names beside numbers, the most frequent first.

use super::counts::Archive;
use super::fields::Column;
use super::segments::Entry;
use super::values::{Counted, Values};
use crate::core::SegmentId;
use crate::core::time::Timestamp;
use crate::dictionary::{Segment, Version, standard};
use crate::ops::visible;
use serde::Serialize;

/// All that is told of an archive. Shares are parts of 1, lengths are in bytes, spans in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Messages that were counted.
    pub messages: u64,
    /// Files, or other sources, that they come from.
    pub sources: u64,
    /// How often something could not be handled: a message, lines that are none, a file.
    pub not_handled: u64,
    /// Bytes of the messages that were counted.
    pub bytes: u64,
    /// How long messages are.
    pub lengths: Option<Lengths>,
    /// Message types and events.
    pub types: Listing,
    /// Versions that messages name.
    pub versions: Listing,
    /// Sending applications and facilities.
    pub senders: Listing,
    /// Processing ids: production, training, debugging.
    pub processing_ids: Listing,
    /// Character sets that messages name.
    pub charsets: Listing,
    /// How segments end: CR, LF, CRLF.
    pub line_endings: Listing,
    /// When messages were made, by MSH-7.
    pub times: TimeTable,
    /// Segments, sorted by id.
    pub segments: Vec<SegmentRow>,
    /// Lines of messages that do not begin as segments do.
    pub odd_lines: u64,
    /// Fields that occur, sorted by segment and number.
    pub fields: Vec<FieldRow>,
    /// What is wrong, if it was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problems: Option<ProblemTable>,
}

/// Lengths of messages. The median and the 99th percentile are within 0.4 %.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Lengths {
    /// The shortest.
    pub min: u64,
    /// Half of all are no longer.
    pub median: u64,
    /// 99 of 100 are no longer.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

/// Values and how often each occurs, the most frequent first.
#[derive(Clone, Debug, Serialize)]
pub struct Listing {
    /// As many as were asked for.
    pub top: Vec<Value>,
    /// How often others occur.
    pub others: u64,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    /// Control characters and bytes that are not UTF-8 made visible; of long ones the beginning,
    /// with an ellipsis.
    pub value: String,
    /// How often it occurs.
    pub count: u64,
}

/// When messages were made.
#[derive(Clone, Debug, Serialize)]
pub struct TimeTable {
    /// The earliest, in the form of ISO 8601.
    pub first: Option<String>,
    /// The latest.
    pub last: Option<String>,
    /// Messages without a time.
    pub missing: u64,
    /// Messages whose time cannot be read.
    pub unreadable: u64,
    /// The unit of the spans: hour, day, month or year.
    pub unit: &'static str,
    /// Messages by span, those without any left out.
    pub spans: Vec<Span>,
    /// How times stand in the order of each file.
    pub order: Order,
}

/// Messages made in a span of time.
#[derive(Clone, Debug, Serialize)]
pub struct Span {
    /// The span, in the form of ISO 8601.
    pub from: String,
    /// How many there are.
    pub messages: u64,
    /// Where it stands among all spans, also those without messages.
    #[serde(skip)]
    pub place: i32,
}

/// How times stand in the order of each file.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    /// Messages that are earlier than one before them.
    pub late: u64,
    /// By how many seconds at most.
    pub step_back: u64,
    /// Seconds from the latest message so far to the next one.
    pub gap_median: u64,
    /// As `gap_median`; 99 of 100 are no longer.
    pub gap_p99: u64,
    /// The longest.
    pub gap_max: u64,
    /// The time of the message behind which it lies.
    pub gap_max_after: Option<String>,
}

/// What is known of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// One of the versions that messages name has it.
    Standard,
    /// Another version has it.
    OtherVersion,
    /// A segment of a site, whose id begins with Z.
    Local,
    /// No version has it.
    Unknown,
}

impl Known {
    /// The tables of segments that a report for people has, in their order, with their headings.
    pub(super) const TABLES: [(Self, &str); 4] = [
        (Self::Standard, "Segments"),
        (Self::OtherVersion, "Segments of other versions"),
        (Self::Local, "Segments of the site"),
        (Self::Unknown, "Segments of no version"),
    ];
}

/// A segment.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentRow {
    /// Its id.
    pub id: String,
    /// Its name in the standard.
    pub name: &'static str,
    /// What is known of it.
    pub kind: Known,
    /// Messages that have it.
    pub messages: u64,
    /// Their share of all messages.
    pub share: f64,
    /// How many there are.
    pub count: u64,
    /// How many there are in a message that has it.
    pub mean: f64,
    /// The most in one message.
    pub max: u64,
    /// Whether its fields are counted.
    pub has_fields: bool,
    /// Fields behind the last that is counted, 128, that were not empty.
    #[serde(skip_serializing_if = "is_zero")]
    pub fields_beyond: u64,
}

/// A field that is not always empty.
#[derive(Clone, Debug, Serialize)]
pub struct FieldRow {
    /// Such as `PID-3`.
    pub path: String,
    /// Its name in the standard.
    pub name: &'static str,
    /// Segments in which there is something in it.
    pub filled: u64,
    /// Their share of all segments of the id.
    pub rate: f64,
    /// Segments that say that its value is to be deleted (`""`); they are not filled.
    #[serde(skip_serializing_if = "is_zero")]
    pub nulls: u64,
    /// Different values, all repetitions together.
    pub distinct: u64,
    /// Whether `distinct` is an estimate, with a standard error of 1.6 %.
    pub estimated: bool,
    /// The most repetitions.
    pub repetitions: u64,
    /// The longest value in bytes, all repetitions together.
    pub longest: u64,
    /// The most frequent values: codes, or all if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Listing>,
}

/// What is wrong with messages.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemTable {
    /// Messages with a problem.
    pub messages: u64,
    /// Rules that are broken, the most often broken first.
    pub rules: Vec<RuleRow>,
}

/// A rule that is broken.
#[derive(Clone, Debug, Serialize)]
pub struct RuleRow {
    /// Its id.
    pub rule: &'static str,
    /// How bad the worst case is.
    pub severity: &'static str,
    /// How often it is broken.
    pub findings: u64,
    /// In how many messages.
    pub messages: u64,
    /// What it is about.
    pub title: &'static str,
}

/// By reference, as serde calls it.
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Report {
    /// Of an archive. `top`: how many values are told of each kind; `not_handled`: see
    /// [`Report::not_handled`]; `problems`: whether they were looked for.
    #[must_use]
    pub fn of(archive: &Archive, top: usize, not_handled: u64, problems: bool) -> Self {
        let kinds = &archive.counts.kinds;
        let messages = archive.messages();
        let seen = versions(&kinds.versions);
        let mut entries: Vec<&Entry> = archive.counts.segments.entries.iter().collect();
        entries.sort_by_key(|entry| entry.id);
        let list = |values: &Values| Listing::of(values, top);
        Self {
            messages,
            sources: archive.sources,
            not_handled,
            bytes: archive.lengths.sum(),
            lengths: archive.lengths.range().map(|(min, max)| Lengths {
                min,
                median: archive.lengths.percentile(50),
                p99: archive.lengths.percentile(99),
                max,
            }),
            types: list(&kinds.types),
            versions: list(&kinds.versions),
            senders: list(&kinds.senders),
            processing_ids: list(&kinds.processing),
            charsets: list(&kinds.charsets),
            line_endings: list(&kinds.endings),
            times: TimeTable::of(archive),
            segments: entries.iter().map(|e| SegmentRow::of(e, messages, &seen)).collect(),
            odd_lines: archive.counts.segments.odd,
            fields: entries.iter().flat_map(|e| fields(e, &seen, top)).collect(),
            problems: problems.then(|| ProblemTable::of(archive)),
        }
    }
}

/// The versions that messages name, the newest first.
fn versions(named: &Values) -> Vec<Version> {
    let mut seen: Vec<_> =
        named.ranked().iter().filter_map(|v| Version::from_msh12(v.text)).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.reverse();
    seen
}

/// A segment as the newest of the versions seen has it, or else as the newest of all.
fn defined(id: SegmentId, seen: &[Version]) -> (Option<&'static Segment>, Known) {
    if id[0] == b'Z' {
        return (None, Known::Local);
    }
    if let Some(found) = seen.iter().find_map(|&version| standard().segment(version, &id)) {
        return (Some(found), Known::Standard);
    }
    match standard().segment_or_newest(Version::NEWEST, &id) {
        // Without any version nothing says that it is of another one.
        Some(found) if seen.is_empty() => (Some(found), Known::Standard),
        Some(found) => (Some(found), Known::OtherVersion),
        None => (None, Known::Unknown),
    }
}

/// A share with four digits behind the point.
fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { (part as f64 / of as f64 * 1e4).round() / 1e4 }
}

impl Listing {
    fn of(values: &Values, top: usize) -> Self {
        let mut ranked = values.ranked();
        let rest = ranked.split_off(ranked.len().min(top));
        let others = rest.iter().map(|v| v.count).sum::<u64>() + values.others();
        Self { top: ranked.iter().map(Value::of).collect(), others }
    }
}

impl Value {
    fn of(counted: &Counted<'_>) -> Self {
        let mut text = counted.text;
        if counted.is_cut {
            // Not in the midst of a character.
            let cut = (1..=text.len().min(4)).find(|&n| text[text.len() - n] >= 0xC0);
            text = &text[..text.len() - cut.unwrap_or(0)];
        }
        let mut shown = Vec::new();
        visible::append(text, usize::MAX, &mut shown);
        let mut value = String::from_utf8_lossy(&shown).into_owned();
        if counted.is_cut {
            value.push('…');
        }
        Self { value, count: counted.count }
    }
}

impl TimeTable {
    fn of(archive: &Archive) -> Self {
        let times = &archive.times;
        let (unit, spans) = times.spans();
        let spans = spans.into_iter();
        let spans = spans.map(|(n, messages)| Span { from: unit.write(n), messages, place: n });
        Self {
            first: times.range.map(|(first, _)| iso(first)),
            last: times.range.map(|(_, last)| iso(last)),
            missing: archive.counts.kinds.untimed,
            unreadable: archive.counts.kinds.mistimed,
            unit: unit.name(),
            spans: spans.collect(),
            order: Order {
                late: times.late,
                step_back: times.step_back,
                gap_median: times.gaps.percentile(50),
                gap_p99: times.gaps.percentile(99),
                gap_max: times.gaps.range().map_or(0, |(_, most)| most),
                gap_max_after: times.longest.map(iso),
            },
        }
    }
}

fn iso(time: Timestamp) -> String {
    let mut out = Vec::new();
    time.write_iso(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

impl SegmentRow {
    fn of(entry: &Entry, messages: u64, seen: &[Version]) -> Self {
        let (found, kind) = defined(entry.id, seen);
        Self {
            id: String::from_utf8_lossy(&entry.id).into_owned(),
            name: found.map_or("", Segment::name),
            kind,
            messages: entry.messages,
            share: share(entry.messages, messages),
            count: entry.count,
            mean: (entry.count as f64 / entry.messages.max(1) as f64 * 100.0).round() / 100.0,
            max: entry.most,
            has_fields: entry.fields.is_some(),
            fields_beyond: entry.fields.as_ref().map_or(0, |fields| fields.beyond),
        }
    }
}

/// The fields of a segment that are not always empty.
fn fields(entry: &Entry, seen: &[Version], top: usize) -> Vec<FieldRow> {
    let (found, _) = defined(entry.id, seen);
    let columns = entry.fields.iter().flat_map(|fields| fields.columns.iter().zip(1..));
    let occurs = |(column, _): &(&Column, usize)| column.filled + column.nulls > 0;
    columns
        .filter(occurs)
        .map(|(column, number)| FieldRow {
            path: format!("{}-{number}", String::from_utf8_lossy(&entry.id)),
            name: found.and_then(|segment| segment.field(number)).map_or("", |field| field.name),
            filled: column.filled,
            rate: share(column.filled, entry.count),
            nulls: column.nulls,
            distinct: column.distinct.count(),
            estimated: !column.distinct.is_exact(),
            repetitions: column.repetitions,
            longest: column.longest,
            values: column.told.values().map(|values| Listing::of(values, top)),
        })
        .collect()
}

impl ProblemTable {
    fn of(archive: &Archive) -> Self {
        let problems = &archive.counts.problems;
        let mut rules: Vec<RuleRow> = problems
            .broken()
            .map(|(rule, found)| RuleRow {
                rule: rule.id(),
                severity: found.severity.name(),
                findings: found.findings,
                messages: found.messages,
                title: rule.description().title,
            })
            .collect();
        rules.sort_by_key(|row| std::cmp::Reverse(row.findings));
        Self { messages: problems.messages, rules }
    }
}
