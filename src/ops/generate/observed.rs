//! What is observed: panels, their tests, values around their reference ranges.

use super::lists::{Domain, PANELS, Panel, Test};
use super::random::Random;
use super::source::{digits, number};
use crate::dictionary::{Version, standard};
use std::sync::LazyLock;

/// Data types of tests, and those that stand for them in a version.
pub(super) type TestTypes = Vec<(&'static str, &'static str)>;

/// The data types of tests by which a version tells them (table 0125).
pub(super) fn test_types(version: Version) -> TestTypes {
    let table = standard().table("0125").filter(|table| table.is_listed(version));
    let value = standard().segment(version, b"OBX").and_then(|obx| obx.field(5));
    // In 2.1 values have no components.
    let has_parts = value.is_some_and(|field| field.data_type == "varies");
    let known = |id: &str| {
        let is_simple = matches!(id, "NM" | "ST" | "TX" | "DT");
        let has_type = has_parts && standard().data_type(version, id).is_some();
        let is_listed = table.is_none_or(|table| table.code(version, id.as_bytes()).is_some());
        (is_simple || has_type) && is_listed
    };
    let mut types = TestTypes::new();
    for test in PANELS.iter().flat_map(|panel| &panel.tests) {
        let mut others = match test.data_type {
            "CWE" => [test.data_type, "CE"],
            other => [other, "ST"],
        }
        .into_iter();
        let found = others.find(|id| known(id)).unwrap_or("ST");
        if types.iter().all(|(id, _)| *id != test.data_type) {
            types.push((test.data_type, found));
        }
    }
    types
}

/// The panels that are ordered.
static ORDERABLE: LazyLock<Vec<usize>> =
    LazyLock::new(|| (0..PANELS.len()).filter(|&at| PANELS[at].domain == Domain::Lab).collect());

/// The observations of a message.
#[derive(Debug)]
pub(super) struct Observed<'g> {
    /// What is ordered.
    panel: usize,
    /// What is observed one after the other: a panel, and the next of its tests.
    series: (usize, usize),
    test: usize,
    /// In units of the last decimal place, or which of the values to choose from.
    value: i64,
    /// Interpretation (table 0078).
    pub(super) flag: &'static str,
    types: &'g TestTypes,
}

impl<'g> Observed<'g> {
    /// `types`: those of the version.
    pub(super) fn new(types: &'g TestTypes) -> Self {
        Self { panel: 0, series: (0, 0), test: 0, value: 0, flag: "", types }
    }

    /// Orders a panel.
    pub(super) fn order(&mut self, random: &mut Random) {
        self.panel = ORDERABLE[random.at(ORDERABLE.len())];
        self.start(Domain::Lab, random);
        self.next(random);
    }

    /// Begins a series of observations and tells how many there are.
    pub(super) fn start(&mut self, domain: Domain, random: &mut Random) -> usize {
        let panel = match domain {
            Domain::Lab => self.panel,
            other => PANELS.iter().position(|p| p.domain == other).unwrap_or(self.panel),
        };
        self.series = (panel, 0);
        let tests = PANELS[panel].tests.len();
        match domain {
            Domain::Lab | Domain::Document => tests,
            Domain::Vitals | Domain::Vaccine => 1 + random.at(tests.min(4)),
        }
    }

    /// Goes on to the next observation, and draws its value.
    pub(super) fn next(&mut self, random: &mut Random) {
        let (panel, next) = self.series;
        self.test = next % PANELS[panel].tests.len();
        self.series.1 += 1;
        let test = &PANELS[panel].tests[self.test];
        (self.value, self.flag) = match (test.low, test.high) {
            _ if !test.values.is_empty() => (random.at(test.values.len()) as i64, ""),
            (None, None) => (0, ""),
            (low, high) => draw(low, high, random),
        };
    }

    /// What is ordered.
    pub(super) fn panel(&self) -> &'static Panel {
        &PANELS[self.panel]
    }

    /// What is observed.
    pub(super) fn test(&self) -> &'static Test {
        &PANELS[self.series.0].tests[self.test]
    }

    /// The data type of the value (table 0125).
    pub(super) fn data_type(&self) -> &'static str {
        let own = self.test().data_type;
        self.types.iter().find(|(id, _)| *id == own).map_or("ST", |(_, found)| found)
    }

    /// Appends the value, with its components.
    pub(super) fn write_value(&self, out: &mut Vec<u8>) {
        let test = self.test();
        let Some(text) = test.values.get(self.value as usize) else {
            let scale = 10_u64.pow(test.decimals);
            let value = self.value.unsigned_abs();
            number(value / scale, out);
            if test.decimals > 0 {
                out.push(b'.');
                digits(value % scale, test.decimals, out);
            }
            return;
        };
        if self.data_type() != "ST" || test.data_type == "ST" {
            return out.extend_from_slice(text.as_bytes());
        }
        // As a text: what a code means, or comparator and number.
        let (first, rest) = text.split_once('^').unwrap_or(("", text));
        if test.data_type == "SN" {
            out.extend_from_slice(first.as_bytes());
        }
        let second = rest.split('^').next().unwrap_or_default();
        out.extend_from_slice(second.as_bytes());
    }
}

/// A value around a reference range, and how it is flagged.
fn draw(low: Option<i64>, high: Option<i64>, random: &mut Random) -> (i64, &'static str) {
    let (has_low, has_high) = (low.is_some(), high.is_some());
    let high = high.unwrap_or_else(|| low.unwrap_or(1) * 2);
    let low = low.unwrap_or(high / 2);
    let width = (high - low).max(1) as u64;
    let is_odd = random.chance(15);
    let beyond = 1 + random.below(1 + width / 3) as i64;
    match random.below(2) {
        0 if is_odd && has_high => (high + beyond, "H"),
        1 if is_odd && has_low && low > beyond => (low - beyond, "L"),
        // Between the ends, most of them in the middle.
        _ => {
            let inside = width.saturating_sub(2) + 1;
            let drawn = random.below(inside) + random.below(inside);
            (low + 1 + (drawn / 2) as i64, "N")
        }
    }
}
