//! What an expression is once it was read, and how it is written again.

use super::Condition;
use super::compare::{Literal, Op};
use super::functions::Function;
use super::host::External;
use super::pattern::Pattern;
use crate::core::path::{Part, Path, Position, Select};
use std::fmt;

/// What is true or false.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// All of these hold; at least two.
    All(Vec<Test>),
    /// Any of these holds; at least two.
    Any(Vec<Test>),
    /// This does not hold.
    Not(Box<Test>),
    /// Two values compared.
    Compare { left: Value, op: Op, right: Value },
    /// A value is in a list, or not.
    Among { value: Value, list: Vec<Value>, negated: bool },
    /// A value matches a regular expression, or not.
    Match { value: Value, pattern: Pattern, negated: bool },
    /// A function that is true or false.
    Call { function: Function, args: Vec<Value> },
    /// A value that is not empty, null, `0` or `false`.
    Truth(Value),
}

/// What has values, any number of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A value as the expression has it.
    Literal(Literal),
    /// What stands in the message.
    Path(Target),
    /// A function of values.
    Call { function: Function, args: Vec<Value> },
    /// A chain of operators of one precedence, from left to right. A list and not a tree, so
    /// that long chains do not nest.
    Chain { first: Box<Value>, rest: Vec<(Sign, Value)> },
    /// Values joined by `+`; at least two, and one of them a text in quotes.
    Joined(Vec<Value>),
    /// The negative of a number.
    Negative(Box<Value>),
    /// A variable of a script, by its number.
    Variable { name: Box<str>, number: usize },
    /// Where the message comes from.
    Origin(OriginOf),
    /// A function of a script.
    External { function: External, args: Vec<Value> },
}

/// What `@file`, `@n` and `@offset` tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OriginOf {
    File,
    Number,
    Offset,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
}

impl Sign {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
        }
    }
}

/// A path, or a part of the segment or repetition that a condition in brackets is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// From the message on.
    Path(Path),
    /// Within the segment.
    Position(Position),
    /// Within the repetition.
    Part(Part),
}

impl Test {
    /// Adds every path that starts with a segment.
    pub(super) fn collect_paths<'e>(&'e self, paths: &mut Vec<&'e Path>) {
        match self {
            Self::All(tests) | Self::Any(tests) => {
                tests.iter().for_each(|test| test.collect_paths(paths));
            }
            Self::Not(test) => test.collect_paths(paths),
            Self::Compare { left, right, .. } => {
                left.collect_paths(paths);
                right.collect_paths(paths);
            }
            Self::Among { value, list, .. } => {
                value.collect_paths(paths);
                list.iter().for_each(|value| value.collect_paths(paths));
            }
            Self::Match { value, .. } | Self::Truth(value) => value.collect_paths(paths),
            Self::Call { args, .. } => args.iter().for_each(|value| value.collect_paths(paths)),
        }
    }
}

impl Value {
    pub(super) fn collect_paths<'e>(&'e self, paths: &mut Vec<&'e Path>) {
        match self {
            Self::Literal(_) | Self::Variable { .. } | Self::Origin(_) => {}
            Self::Path(target) => target.collect_paths(paths),
            Self::Call { args, .. } | Self::External { args, .. } | Self::Joined(args) => {
                args.iter().for_each(|value| value.collect_paths(paths))
            }
            Self::Chain { first, rest } => {
                first.collect_paths(paths);
                rest.iter().for_each(|(_, value)| value.collect_paths(paths));
            }
            Self::Negative(value) => value.collect_paths(paths),
        }
    }
}

impl Value {
    /// Adds every path whose text goes into the value, and not only whether or how often it is
    /// there.
    pub(super) fn collect_read<'e>(&'e self, paths: &mut Vec<&'e Path>) {
        match self {
            Self::Literal(_) | Self::Variable { .. } | Self::Origin(_) => {}
            Self::Path(Target::Path(path)) => paths.push(path),
            Self::Path(_) => {}
            Self::Call { function: Function::Count, .. } => {}
            Self::Call { args, .. } | Self::External { args, .. } | Self::Joined(args) => {
                args.iter().for_each(|value| value.collect_read(paths));
            }
            Self::Chain { first, rest } => {
                first.collect_read(paths);
                rest.iter().for_each(|(_, value)| value.collect_read(paths));
            }
            Self::Negative(value) => value.collect_read(paths),
        }
    }
}

impl Target {
    fn collect_paths<'e>(&'e self, paths: &mut Vec<&'e Path>) {
        let selects = match self {
            Self::Path(path) => {
                paths.push(path);
                [Some(&path.which), path.position.as_ref().map(|p| &p.repetition)]
            }
            Self::Position(position) => [Some(&position.repetition), None],
            Self::Part(_) => [None, None],
        };
        for select in selects.into_iter().flatten() {
            if let Select::Where(condition) = select {
                let condition: &Condition = condition;
                condition.test.collect_paths(paths);
            }
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(tests) => separated(f, tests, " and ", Self::fmt_operand),
            Self::Any(tests) => separated(f, tests, " or ", Self::fmt_alternative),
            Self::Not(test) => {
                f.write_str("not ")?;
                test.fmt_operand(f)
            }
            Self::Compare { left, op, right } => write!(f, "{left} {} {right}", op.symbol()),
            Self::Among { value, list, negated } => {
                write!(f, "{value} {}in (", if *negated { "not " } else { "" })?;
                separated(f, list, ", ", fmt::Display::fmt)?;
                f.write_str(")")
            }
            Self::Match { value, pattern, negated } => {
                write!(f, "{value} {}~ {pattern}", if *negated { "!" } else { "" })
            }
            Self::Call { function, args } => fmt_call(f, function.info().name, args),
            Self::Truth(value) => value.fmt(f),
        }
    }
}

impl Test {
    /// As an operand of `and` or `not`.
    fn fmt_operand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(f, "({self})"),
            _ => fmt::Display::fmt(self, f),
        }
    }

    /// As an operand of `or`.
    fn fmt_alternative(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(_) => write!(f, "({self})"),
            _ => fmt::Display::fmt(self, f),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::Path(Target::Path(path)) => path.fmt(f),
            Self::Path(Target::Position(position)) => position.fmt(f),
            Self::Path(Target::Part(part)) => part.fmt(f),
            Self::Call { function, args } => fmt_call(f, function.info().name, args),
            Self::Chain { first, rest } => {
                let product = self.is_product();
                first.fmt_operand(product, f)?;
                for (sign, value) in rest {
                    write!(f, " {} ", sign.symbol())?;
                    value.fmt_operand(product, f)?;
                }
                Ok(())
            }
            Self::Joined(values) => {
                separated(f, values, " + ", |value, f| value.fmt_operand(false, f))
            }
            // The parentheses keep `-(5)` from being read as the literal `-5`.
            Self::Negative(value) => write!(f, "-({value})"),
            Self::Variable { name, .. } => write!(f, "${name}"),
            Self::Origin(of) => f.write_str(of.name()),
            Self::External { function, args } => fmt_call(f, &function.name, args),
        }
    }
}

impl OriginOf {
    pub(super) const ALL: [Self; 3] = [Self::File, Self::Number, Self::Offset];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::File => "@file",
            Self::Number => "@n",
            Self::Offset => "@offset",
        }
    }
}

impl Value {
    /// The text of a literal.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(literal) => Some(literal.text()),
            _ => None,
        }
    }

    /// Whether it is a text in quotes.
    pub(super) fn is_quoted(&self) -> bool {
        matches!(self, Self::Literal(literal) if literal.is_quoted())
    }

    fn is_product(&self) -> bool {
        matches!(self, Self::Chain { rest, .. }
            if rest.iter().any(|(sign, _)| matches!(sign, Sign::Times | Sign::Over)))
    }

    /// As an operand of a product or a sum; products in sums need no parentheses.
    fn fmt_operand(&self, in_product: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined(_) => write!(f, "({self})"),
            Self::Chain { .. } if in_product || !self.is_product() => write!(f, "({self})"),
            _ => fmt::Display::fmt(self, f),
        }
    }
}

fn fmt_call(f: &mut fmt::Formatter<'_>, name: &str, args: &[Value]) -> fmt::Result {
    write!(f, "{name}(")?;
    separated(f, args, ", ", fmt::Display::fmt)?;
    f.write_str(")")
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    separator: &str,
    fmt: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            f.write_str(separator)?;
        }
        fmt(item, f)?;
    }
    Ok(())
}
