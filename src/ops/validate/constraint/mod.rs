//! What profiles ask for beyond structure: constraints and predicates over the elements of a
//! message, in the language of NIST's conformance contexts (usnistgov/v2-validation,
//! `ConformanceContext.xsd` and `Expressions.xsd`).
//!
//! `check.rs` finds the elements that a constraint is about, `eval.rs` evaluates its expression
//! there, `compare.rs` compares values. [`Tree`](super::tree::Tree) is what they look at.

mod check;
mod codes;
mod compare;
mod eval;
mod path;
mod pattern;

pub use check::check;
pub use codes::Bound;
pub(super) use codes::{Wrong, is_coded};
pub(super) use compare::{is_date, is_date_time, is_number, is_time};
pub use path::Path;
pub use pattern::Pattern;

use super::model::{
    Cardinality, Element, SegmentDef, SegmentIx, Text, TypeDef, TypeIx, TypeKind, Usage,
};
use super::rule::Severity;

/// The constraints of a profile, by what they are about.
#[derive(Clone, Debug, Default)]
pub struct Constraints {
    /// All of them.
    pub all: Vec<Constraint>,
    /// Places in `all`, by data type.
    pub of_types: Vec<Vec<u32>>,
    /// By segment.
    pub of_segments: Vec<Vec<u32>>,
    /// By message structure and place of a group in its layout, the message itself being place 0.
    pub of_groups: Vec<Vec<Vec<u32>>>,
    /// By data type: the components in which something has constraints.
    pub reached_types: Vec<Vec<u16>>,
    /// By segment: the fields in which something has constraints.
    pub reached_segments: Vec<Vec<u16>>,
}

/// A constraint, predicate, or value set binding in a context.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Its id in the profile.
    pub id: Text,
    /// What it says, in the words of the profile.
    pub description: Text,
    /// How severe it is if it does not hold, where the profile says.
    pub severity: Option<Severity>,
    /// It is about the data of a test case (a context that NIST's TCAMT generated).
    pub is_content: bool,
    /// It is of a file that NIST's 1.5 does not read.
    pub is_newer: bool,
    /// What it asks for.
    pub demand: Demand,
}

/// A row of a table of co-constraints.
#[derive(Clone, Debug)]
pub struct Row {
    /// The groups that the table is about.
    pub within: Path,
    /// The segments in them.
    pub segment: Path,
    /// Holds of the segments that the row is about.
    pub key: Expression,
    /// What else holds of them.
    pub others: Vec<Expression>,
    /// How many there are in a group.
    pub cardinality: Cardinality,
}

/// What a constraint asks for.
#[derive(Clone, Debug)]
pub enum Demand {
    /// An expression that holds.
    Assertion(Expression),
    /// A usage of an element that depends on a condition.
    Predicate {
        /// Where the element is in: empty for the context itself.
        within: Path,
        /// The element.
        target: Path,
        /// Its usage where the condition holds.
        when_true: Usage,
        /// Its usage where it does not.
        when_false: Usage,
        /// The condition.
        condition: Expression,
    },
    /// Where the key holds, all the others do.
    CoConstraint {
        /// The key.
        key: Expression,
        /// The others.
        others: Vec<Expression>,
    },
    /// A row of a table of co-constraints.
    Row(Box<Row>),
    /// Codes that come from value sets, at a path.
    Codes {
        /// The elements.
        path: Path,
        /// Where the codes come from.
        bound: Bound,
    },
    /// Something that is not understood: why.
    NotEvaluated(Text),
}

/// An expression over the elements in a context.
#[derive(Clone, Debug)]
pub enum Expression {
    /// There is an element at a path.
    Presence(Path),
    /// All values at a path pass a test.
    Value {
        /// The path.
        path: Path,
        /// One value that passes is enough.
        at_least_once: bool,
        /// What holds if there is none.
        absent: Absent,
        /// The test.
        test: Test,
    },
    /// The values at two paths compare.
    Values {
        /// One path.
        left: Path,
        /// How they compare.
        operator: Operator,
        /// The other path.
        right: Path,
        /// What holds if there is none at either.
        absent: Absent,
        /// Which of several values have to compare.
        several: Several,
        /// Values are compared as text, whatever their types.
        as_text: bool,
    },
    /// All fields at a path are null.
    IsNull(Path),
    /// The value at a path is the number of the context among its like.
    SetId(Path),
    /// The values at the second path count from 1, over all elements at the first or in each.
    CountedSetId(Path, Path),
    /// The one code at a path is in a value set.
    Codes {
        /// The path.
        path: Path,
        /// Where the code comes from.
        bound: Bound,
        /// What holds if there is none.
        absent: Absent,
    },
    /// All of them hold.
    All(Vec<Expression>),
    /// One of them holds.
    Any(Vec<Expression>),
    /// One of the two holds, and the other does not.
    Either(Box<[Expression; 2]>),
    /// It does not hold.
    Not(Box<Expression>),
    /// It can't be evaluated here: a program in another language, or a mistake.
    NotEvaluated,
}

/// What holds of values that are not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absent {
    /// The expression holds.
    #[default]
    Pass,
    /// It does not.
    Fail,
    /// It can't be evaluated.
    Inconclusive,
}

/// Which of several values have to compare with which. NIST's 1.5 knows the first only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// There must be only one at each path.
    None,
    /// So many at the first path, with so many at the second.
    Modes(Mode, Mode),
    /// Something that is not understood.
    Unknown,
}

/// How many of several values have to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Each of them.
    #[default]
    All,
    /// One or more.
    AtLeastOne,
    /// So many, no more and no less.
    Count(usize),
}

impl Mode {
    /// Whether so many of all are what is asked for.
    fn holds(self, count: usize, all: usize) -> bool {
        match self {
            Self::All => count == all,
            Self::AtLeastOne => count > 0,
            Self::Count(wanted) => count == wanted,
        }
    }
}

/// A test of one value.
#[derive(Clone, Debug)]
pub enum Test {
    /// It is a text.
    Text {
        /// The text.
        text: Text,
        /// Capitals and small letters are the same.
        ignore_case: bool,
    },
    /// The whole value matches.
    Pattern(Pattern),
    /// It is one of several texts.
    OneOf {
        /// The texts.
        texts: Vec<Text>,
        /// Capitals and small letters are the same.
        ignore_case: bool,
    },
    /// It is one of several numbers.
    Number(Vec<f64>),
    /// It compares with a value.
    Compare {
        /// How.
        operator: Operator,
        /// The value.
        value: Text,
        /// The value is a number.
        is_number: bool,
    },
    /// It is a LOINC code, by its form and check digit.
    Loinc,
    /// It is a SNOMED CT id, by its form and check digit.
    Snomed,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `EQ`
    Equal,
    /// `NE`
    NotEqual,
    /// `LT`
    Less,
    /// `LE`
    LessOrEqual,
    /// `GT`
    Greater,
    /// `GE`
    GreaterOrEqual,
}

impl Constraints {
    /// Finds out where there is nothing to look for, once all constraints are there.
    pub fn reach(&mut self, types: &[TypeDef], segments: &[SegmentDef]) {
        let mut reached = vec![Vec::new(); types.len()];
        // A type three deep is reached through the two around it.
        for _ in 0..3 {
            for (at, of) in types.iter().enumerate() {
                let TypeKind::Composite(elements) = &of.kind else { continue };
                reached[at] = self.reached_of(&reached, elements);
            }
        }
        self.reached_segments = segments
            .iter()
            .map(|segment| {
                let mut fields = self.reached_of(&reached, &segment.fields);
                fields.extend(segment.dynamic.iter().map(|mapping| mapping.field));
                fields.sort_unstable();
                fields.dedup();
                fields
            })
            .collect();
        self.reached_types = reached;
    }

    /// The numbers of the elements in whose types something has constraints.
    fn reached_of(&self, reached: &[Vec<u16>], elements: &[Element]) -> Vec<u16> {
        let is_reached = |element: &Element| {
            element.data_type.is_some_and(|ix| {
                !of(&self.of_types, ix.0).is_empty() || !of(reached, ix.0).is_empty()
            })
        };
        (1..).zip(elements).filter(|(_, element)| is_reached(element)).map(|(n, _)| n).collect()
    }

    /// The constraints of a data type.
    fn of_type(&self, ix: TypeIx) -> &[u32] {
        of(&self.of_types, ix.0)
    }

    /// The constraints of a segment.
    fn of_segment(&self, ix: SegmentIx) -> &[u32] {
        of(&self.of_segments, ix.0)
    }
}

fn of<T>(lists: &[Vec<T>], at: u32) -> &[T] {
    lists.get(at as usize).map_or(&[], Vec::as_slice)
}

impl Operator {
    /// Whether it holds of two values that compare so.
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
