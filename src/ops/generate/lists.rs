//! The lists of facts beside this file: places, diagnoses, drugs, tests.

use std::sync::LazyLock;

/// A list: rows of texts, in columns that have names.
#[derive(Debug)]
pub(super) struct List {
    pub(super) name: &'static str,
    columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<&'static str>>,
}

macro_rules! lists {
    ($($name:literal),* $(,)?) => {
        /// The number of lists.
        pub(super) const COUNT: usize = [$($name),*].len();

        static ALL: LazyLock<[List; COUNT]> = LazyLock::new(|| {
            [$(List::of($name, include_str!(concat!("data/", $name, ".tsv")))),*]
        });
    };
}

lists!(
    "allergy",
    "appointment",
    "charge",
    "clinic",
    "document",
    "drug",
    "dx",
    "ethnic",
    "kin",
    "language",
    "marital",
    "phrase",
    "place",
    "plan",
    "procedure",
    "race",
    "religion",
    "vaccine",
    "ward",
);

/// All lists, by their names.
pub(super) fn all() -> &'static [List; COUNT] {
    &ALL
}

/// The place of a list in [`all`].
pub(super) fn find(name: &str) -> Option<usize> {
    ALL.iter().position(|list| list.name == name)
}

impl List {
    fn of(name: &'static str, text: &'static str) -> Self {
        let mut rows = table(text).map(|line| line.split('\t').collect::<Vec<_>>());
        let columns = rows.next().unwrap_or_default();
        Self { name, columns, rows: rows.collect() }
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column == name)
    }
}

/// The lines of a table that are no remarks; the first has the names of the columns, if they have
/// some.
pub(super) fn table(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// Given names of women and of men.
pub(super) static GIVEN: LazyLock<[Vec<&'static str>; 2]> = LazyLock::new(|| {
    let of = |sex: &str| {
        let names = table(include_str!("data/given.tsv")).skip(1);
        names.filter_map(|row| row.split_once('\t')).filter(|r| r.1 == sex).map(|r| r.0).collect()
    };
    [of("F"), of("M")]
});

/// What a panel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    /// Ordered tests of a laboratory, and images.
    Lab,
    /// Vital signs.
    Vitals,
    /// What is told of a vaccination.
    Vaccine,
    /// The text of a document.
    Document,
}

/// Tests that are ordered together.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) domain: Domain,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// Diagnostic service section, table 0074.
    pub(super) section: &'static str,
    /// Specimen type, table 0487; empty without one.
    pub(super) specimen: &'static str,
    pub(super) tests: Vec<Test>,
}

/// What is observed, and what values it has.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) data_type: &'static str,
    /// The reference range in units of the last decimal place, open where it has no end.
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
    pub(super) decimals: u32,
    /// The range as it is written.
    pub(super) range: String,
    pub(super) unit: &'static str,
    /// Values to choose from, instead of numbers.
    pub(super) values: Vec<&'static str>,
}

/// All panels.
pub(super) static PANELS: LazyLock<Vec<Panel>> = LazyLock::new(|| {
    let mut panels: Vec<Panel> = Vec::new();
    for line in table(include_str!("data/tests.tsv")).skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [domain, code, name, section, specimen, test @ ..] = columns.as_slice() else {
            continue;
        };
        let domain = match *domain {
            "lab" => Domain::Lab,
            "vitals" => Domain::Vitals,
            "vaccine" => Domain::Vaccine,
            _ => Domain::Document,
        };
        if panels.last().is_none_or(|last| last.code != *code) {
            panels.push(Panel { domain, code, name, section, specimen, tests: Vec::new() });
        }
        if let (Some(panel), Some(test)) = (panels.last_mut(), Test::of(test)) {
            panel.tests.push(test);
        }
    }
    panels
});

impl Test {
    fn of(columns: &[&'static str]) -> Option<Self> {
        let &[code, name, data_type, low, high, decimals, unit, values] = columns else {
            return None;
        };
        let scaled = |number: &str| number.replace('.', "").parse().ok();
        let range = match (low, high) {
            ("", "") => String::new(),
            ("", high) => format!("<{high}"),
            (low, "") => format!(">{low}"),
            (low, high) => format!("{low}-{high}"),
        };
        Some(Self {
            code,
            name,
            data_type,
            low: scaled(low),
            high: scaled(high),
            decimals: decimals.parse().unwrap_or(0),
            range,
            unit,
            values: values.split(';').filter(|value| !value.is_empty()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::deidentify::names;
    use std::collections::BTreeSet;

    #[test]
    fn rows_have_a_value_for_each_column() {
        for list in all() {
            assert!(!list.rows.is_empty(), "{}", list.name);
            for row in &list.rows {
                assert_eq!(row.len(), list.columns.len(), "{} {row:?}", list.name);
                let is_plain =
                    |text: &&str| text.is_ascii() && !text.contains(['|', '^', '~', '\\', '&']);
                assert!(row.iter().all(is_plain), "{} {row:?}", list.name);
            }
        }
    }

    #[test]
    fn tests_have_ranges_or_values() {
        let lines = table(include_str!("data/tests.tsv")).count() - 1;
        assert_eq!(PANELS.iter().map(|panel| panel.tests.len()).sum::<usize>(), lines);
        for test in PANELS.iter().flat_map(|panel| &panel.tests) {
            let has_range = test.low.is_some() || test.high.is_some();
            assert!(has_range || !test.values.is_empty(), "{}", test.code);
            assert!(test.low.zip(test.high).is_none_or(|(low, high)| low < high), "{}", test.code);
        }
    }

    /// The last digit of a LOINC code is the check digit of the others (LOINC Users' Guide,
    /// appendix C), by the scheme M10.
    #[test]
    fn codes_have_their_check_digits() {
        let tests = PANELS.iter().flat_map(|p| p.tests.iter().map(|t| t.code).chain([p.code]));
        for code in tests {
            let (number, digit) = code.split_once('-').unwrap();
            let expected = crate::core::check_digit::mod10(number.as_bytes());
            assert_eq!(expected, Some(digit.as_bytes()[0]), "{code}");
        }
    }

    /// Names are those of the frozen list, so that they are of nobody in particular.
    #[test]
    fn given_names_are_of_the_frozen_list() {
        let known: BTreeSet<&str> = names::given().iter().copied().collect();
        let [women, men] = &*GIVEN;
        assert!(women.len() > 100 && men.len() > 100);
        assert!(women.iter().chain(men).all(|name| known.contains(name)));
        assert!(women.iter().all(|name| !men.contains(name)));
    }
}
