//! Whether expressions hold, and the values in them.

use super::ast::{OriginOf, Sign, Target, Test, Value};
use super::compare::{self, Op};
use super::functions;
use super::host::{Host, NoHost};
use super::number::Decimal;
use crate::core::message::{Repetition, Segment};
use crate::core::scope::Scope;
use std::borrow::Cow;
use std::ops::ControlFlow::{self, Break, Continue};

/// A value as text.
pub(super) type Text<'v> = Cow<'v, [u8]>;

/// What an expression is evaluated against.
#[derive(Clone, Copy)]
pub(super) struct Env<'v> {
    pub(super) scope: &'v Scope<'v, 'v>,
    pub(super) place: Place<'v>,
}

/// What the relative paths of a condition in brackets begin at.
#[derive(Clone, Copy)]
pub(super) enum Place<'v> {
    Message,
    Segment(Segment<'v>),
    Repetition(Repetition<'v>),
}

impl Test {
    pub(super) fn holds(&self, env: Env<'_>) -> bool {
        match self {
            Self::All(tests) => tests.iter().all(|test| test.holds(env)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(env)),
            Self::Not(test) => !test.holds(env),
            Self::Compare { left, op, right } => holds_between(left, *op, right, env),
            Self::Among { value, list, negated } => value.any(env, &mut |text| {
                let among = list.iter().any(|item| match item {
                    Value::Literal(literal) => literal.equals(text),
                    _ => item.any(env, &mut |item| compare::compare(text, Op::Equal, item)),
                });
                among != *negated
            }),
            Self::Match { value, pattern, negated } => {
                value.any(env, &mut |text| pattern.is_match(text) != *negated)
            }
            Self::Call { function, args } => functions::holds(*function, args, env),
            Self::Truth(value) => value.any(env, &mut |text| {
                !compare::is_void(text) && text != b"0" && !text.eq_ignore_ascii_case(b"false")
            }),
        }
    }
}

fn holds_between(left: &Value, op: Op, right: &Value, env: Env<'_>) -> bool {
    match (left, right) {
        // By far the most frequent, so without a call by pointer for each value.
        (Value::Path(target), Value::Literal(literal)) => {
            target.any_raw(env, |raw| literal.compare(&env.scope.text(raw), op))
        }
        (value, Value::Literal(literal)) => value.any(env, &mut |text| literal.compare(text, op)),
        (Value::Literal(literal), value) => {
            value.any(env, &mut |text| literal.compare(text, op.flipped()))
        }
        _ => {
            let right = right.texts(env);
            let matches = &mut |left: &[u8]| right.iter().any(|r| compare::compare(left, op, r));
            !right.is_empty() && left.any(env, matches)
        }
    }
}

impl Value {
    /// Whether any of the values is as asked; none is looked at behind the first that is.
    #[inline]
    pub(super) fn any(&self, env: Env<'_>, asked: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        match self {
            Self::Literal(literal) => asked(literal.bytes()),
            Self::Path(target) => target.any_raw(env, |raw| asked(&env.scope.text(raw))),
            _ => self.texts(env).iter().any(|text| asked(text)),
        }
    }

    /// All values.
    pub(super) fn texts<'v>(&'v self, env: Env<'v>) -> Vec<Text<'v>> {
        match self {
            Self::Literal(literal) => vec![Cow::Borrowed(literal.bytes())],
            Self::Path(target) => {
                let mut texts = Vec::new();
                target.any_raw(env, |raw| {
                    texts.push(env.scope.text(raw));
                    false
                });
                texts
            }
            Self::Call { function, args } => functions::values(*function, args, env),
            Self::Chain { first, rest } => {
                let mut values = numbers(first, env);
                for (sign, value) in rest {
                    values = side_by_side(&values, &numbers(value, env), |a, b| {
                        a.zip(b).and_then(|(a, b)| calculate(a, *sign, b))
                    });
                }
                values.into_iter().map(text_of).collect()
            }
            Self::Joined(values) => functions::rows(values, env, |line| Cow::Owned(line.concat())),
            Self::Negative(value) => {
                let numbers = numbers(value, env).into_iter();
                numbers.map(|number| text_of(number.map(Decimal::negative))).collect()
            }
            Self::Variable { number, .. } => {
                let values = env.scope.host.map(|host| host.variable(*number)).unwrap_or_default();
                values.iter().map(|value| Cow::Borrowed(&value[..])).collect()
            }
            Self::Origin(of) => {
                let origin = env.scope.host.map(Host::origin).unwrap_or_default();
                let number = |n: u64| Cow::Owned(n.to_string().into_bytes());
                vec![match of {
                    OriginOf::File => Cow::Borrowed(origin.file),
                    OriginOf::Number => number(origin.number),
                    OriginOf::Offset => number(origin.offset),
                }]
            }
            Self::External { function, args } => {
                let host = env.scope.host.unwrap_or(&NoHost);
                functions::rows(args, env, |args| Cow::Owned(function.call.call(args, host)))
            }
        }
    }
}

impl Target {
    /// Whether any of the values, as written, is as asked.
    #[inline]
    pub(super) fn any_raw<'v>(
        &self,
        env: Env<'v>,
        mut asked: impl FnMut(&'v [u8]) -> bool,
    ) -> bool {
        let mut found = |raw: &'v [u8]| -> ControlFlow<()> {
            if asked(raw) { Break(()) } else { Continue(()) }
        };
        let flow = match (self, env.place) {
            (Self::Path(path), _) => path.for_each(env.scope, found),
            (Self::Position(position), Place::Segment(segment)) => {
                position.for_each(segment, env.scope, &mut found)
            }
            (Self::Part(part), Place::Repetition(repetition)) => {
                found(part.of(repetition).unwrap_or_default())
            }
            // The parser puts no relative path anywhere else.
            _ => Continue(()),
        };
        flow.is_break()
    }
}

fn calculate(a: Decimal, sign: Sign, b: Decimal) -> Option<Decimal> {
    match sign {
        Sign::Plus => a.plus(b),
        Sign::Minus => a.plus(b.negative()),
        Sign::Times => a.times(b),
        Sign::Over => a.over(b),
    }
}

fn numbers(value: &Value, env: Env<'_>) -> Vec<Option<Decimal>> {
    value.texts(env).iter().map(|text| Decimal::read(text)).collect()
}

/// A number as text, empty if there is none.
pub(super) fn text_of<'v>(number: Option<Decimal>) -> Text<'v> {
    Cow::Owned(number.map_or_else(Vec::new, |number| number.write().into_bytes()))
}

/// Joins the values of two sides one by one; a single value is joined to each of the other side.
fn side_by_side<T: Copy>(
    a: &[Option<T>],
    b: &[Option<T>],
    join: impl Fn(Option<T>, Option<T>) -> Option<T>,
) -> Vec<Option<T>> {
    let rows = if a.is_empty() || b.is_empty() { 0 } else { a.len().max(b.len()) };
    (0..rows).map(|n| join(*row(a, n, &None), *row(b, n, &None))).collect()
}

/// Value `n` of several, or the only one, or else `none`.
pub(super) fn row<'a, T>(values: &'a [T], n: usize, none: &'a T) -> &'a T {
    match values {
        [only] => only,
        _ => values.get(n).unwrap_or(none),
    }
}
