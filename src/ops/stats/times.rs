//! When messages were made (MSH-7), and whether they stand in that order.

use super::histogram::Histogram;
use crate::core::time::{Precision, Timestamp, civil_from_days, days_from_civil};
use std::collections::BTreeMap;

/// A span of time in which messages are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    #[default]
    Hour,
    Day,
    Month,
    Year,
}

/// So many spans are kept; with more, the next greater unit is taken. Years are fewer anyway.
const KEPT: usize = 4096;

/// So many spans are shown at most, unless they are years.
const SHOWN: i32 = 60;

/// Times of messages in the order of the stream.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The earliest and the latest.
    pub(super) range: Option<(Timestamp, Timestamp)>,
    /// Messages by span, counted from 1970 on the clock of each; months and years from year 0.
    spans: BTreeMap<i32, u64>,
    unit: Unit,
    /// Whether any is known to the hour.
    has_hours: bool,
    /// The latest of the source under way, in seconds since 1970.
    latest: Option<(i64, Timestamp)>,
    /// Messages that are earlier than one before them in the source, and by how much at most.
    pub(super) late: u64,
    pub(super) step_back: u64,
    /// Seconds from the latest so far to the next.
    pub(super) gaps: Histogram,
    /// The message behind which the longest gap is.
    pub(super) longest: Option<Timestamp>,
}

impl Times {
    /// Goes on to the next source, which has an order of its own.
    pub(super) fn begin_source(&mut self) {
        self.latest = None;
    }

    /// Counts the next message of the source.
    pub(super) fn add(&mut self, time: Timestamp) {
        let seconds = instant(&time);
        let (first, last) = self.range.unwrap_or((time, time));
        self.range = Some((
            if seconds < instant(&first) { time } else { first },
            if seconds > instant(&last) { time } else { last },
        ));
        self.has_hours |= time.precision() >= Precision::Hour;
        *self.spans.entry(span(&time, self.unit)).or_default() += 1;
        while self.spans.len() > KEPT && self.unit < Unit::Year {
            self.spans = coarser(&self.spans, self.unit);
            self.unit = self.unit.next();
        }
        if let Some((latest, before)) = self.latest {
            let gap = seconds - latest;
            if gap < 0 {
                self.late += 1;
                self.step_back = self.step_back.max(gap.unsigned_abs());
                return;
            }
            let gap = gap.unsigned_abs();
            if self.gaps.range().is_none_or(|(_, most)| gap > most) {
                self.longest = Some(before);
            }
            self.gaps.add(gap);
        }
        self.latest = Some((seconds, time));
    }

    /// Messages by spans that are as short as can be shown, those without any left out.
    pub(super) fn spans(&self) -> (Unit, BTreeMap<i32, u64>) {
        let (mut unit, mut spans) = (self.unit, self.spans.clone());
        while unit < Unit::Year {
            let ends = spans.first_key_value().zip(spans.last_key_value());
            let is_known = unit > Unit::Hour || self.has_hours;
            if is_known && ends.is_none_or(|((first, _), (last, _))| last - first < SHOWN) {
                break;
            }
            spans = coarser(&spans, unit);
            unit = unit.next();
        }
        (unit, spans)
    }
}

impl Unit {
    fn next(self) -> Self {
        match self {
            Self::Hour => Self::Day,
            Self::Day => Self::Month,
            Self::Month | Self::Year => Self::Year,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// A span as ISO 8601 writes it.
    pub(super) fn write(self, span: i32) -> String {
        let date = |days: i32| {
            let (year, month, day) = civil_from_days(days).unwrap_or_default();
            format!("{year:04}-{month:02}-{day:02}")
        };
        match self {
            Self::Hour => format!("{}T{:02}", date(span.div_euclid(24)), span.rem_euclid(24)),
            Self::Day => date(span),
            Self::Month => format!("{:04}-{:02}", span.div_euclid(12), span.rem_euclid(12) + 1),
            Self::Year => format!("{span:04}"),
        }
    }
}

fn days(time: &Timestamp) -> i32 {
    days_from_civil(time.year(), time.month(), time.day())
}

/// Seconds since 1970, of local times on their own clock.
fn instant(time: &Timestamp) -> i64 {
    let clock =
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    i64::from(days(time)) * 86_400 + clock - i64::from(time.offset().unwrap_or(0)) * 60
}

/// The span of a time, as the clock of the sender shows it.
fn span(time: &Timestamp, unit: Unit) -> i32 {
    match unit {
        Unit::Hour => days(time) * 24 + i32::from(time.hour()),
        Unit::Day => days(time),
        Unit::Month => i32::from(time.year()) * 12 + i32::from(time.month()) - 1,
        Unit::Year => i32::from(time.year()),
    }
}

/// The same messages by the next greater unit.
fn coarser(spans: &BTreeMap<i32, u64>, unit: Unit) -> BTreeMap<i32, u64> {
    let mut coarse = BTreeMap::new();
    for (&span, count) in spans {
        let key = match unit {
            Unit::Hour => span.div_euclid(24),
            Unit::Day => civil_from_days(span)
                .map_or(0, |(year, month, _)| i32::from(year) * 12 + i32::from(month) - 1),
            Unit::Month => span.div_euclid(12),
            Unit::Year => span,
        };
        *coarse.entry(key).or_default() += count;
    }
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: &[&str]) -> Times {
        let mut all = Times::default();
        times.iter().for_each(|t| all.add(Timestamp::parse(t.as_bytes()).unwrap()));
        all
    }

    #[test]
    fn spans_are_as_short_as_fit() {
        let shown = |times: &[&str]| {
            let (unit, spans) = of(times).spans();
            spans.into_iter().map(|(s, n)| format!("{} {n}", unit.write(s))).collect::<Vec<_>>()
        };
        assert_eq!(
            shown(&["20240305081500", "2024030508", "202403051959"]),
            ["2024-03-05T08 2", "2024-03-05T19 1"]
        );
        assert_eq!(shown(&["20240228", "20240301"]), ["2024-02-28 1", "2024-03-01 1"]);
        assert_eq!(shown(&["20240228", "20240329"]), ["2024-02-28 1", "2024-03-29 1"]);
        assert_eq!(shown(&["20231231", "20240401"]), ["2023-12 1", "2024-04 1"]);
        assert_eq!(shown(&["1960", "19691231", "2024"]), ["1960 1", "1969 1", "2024 1"]);
    }

    #[test]
    fn what_is_late_is_late_against_the_latest() {
        let times = of(&[
            "20240101100000",
            "20240101100500",
            "20240101100300",
            "20240101100400",
            "20240101100500",
            "20240101100600",
        ]);
        assert_eq!((times.late, times.step_back), (2, 120));
        assert_eq!((times.gaps.count(), times.gaps.range()), (3, Some((0, 300))));
    }

    #[test]
    fn offsets_count_for_order() {
        // Noon in Berlin is before noon in London.
        let times = of(&["202401011200+0100", "202401011200+0000"]);
        assert_eq!((times.late, times.gaps.range()), (0, Some((3600, 3600))));
    }

    #[test]
    fn many_spans_become_coarser() {
        let mut all = Times::default();
        let first = Timestamp::parse(b"20000101").unwrap();
        (0..5000).for_each(|n| all.add(first.add_days(n).unwrap()));
        assert!(all.spans.len() <= KEPT && all.unit == Unit::Month);
        assert_eq!(all.spans.values().sum::<u64>(), 5000);
    }
}
