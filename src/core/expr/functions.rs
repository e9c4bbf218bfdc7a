//! The functions: one table of what there is, and what each does.

mod text;
mod time;

use super::ast::Value;
use super::compare::is_void;
use super::eval::{Env, Text, row, text_of};
use super::host::Signature;
use super::number::{Decimal, Number};
use crate::core::escape;
use std::borrow::Cow;

pub(super) use time::{UNITS, unit};

/// What help tells about a function.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FunctionInfo {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `substr(x, start[, length])`.
    pub usage: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The fewest arguments that it takes.
    pub min_arguments: usize,
    /// The most arguments that it takes; `usize::MAX` for any number.
    pub max_arguments: usize,
    /// What they are; further ones are like the last.
    parameters: &'static [Parameter],
    pub(super) function: Function,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Any value; a number in the brackets of a path is a relative path.
    Value,
    /// A count: numbers are numbers, in brackets too.
    Count,
    /// A path or a segment.
    Path,
    /// What a time is known to, as a text in quotes.
    Unit,
}

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Valued,
    Null,
    Exists,
    Contains,
    StartsWith,
    EndsWith,
    Count,
    Upper,
    Lower,
    Trim,
    Length,
    Substr,
    Concat,
    Replace,
    PadLeft,
    PadRight,
    Split,
    Join,
    Capitalize,
    Digits,
    First,
    Last,
    Default,
    Number,
    Round,
    Abs,
    Min,
    Max,
    Time,
    Iso,
    Date,
    Year,
    Month,
    Precision,
    AddDays,
    AddHours,
    AddMinutes,
    Now,
    Today,
    Age,
    Days,
}

const fn function(
    function: Function,
    name: &'static str,
    usage: &'static str,
    (min_arguments, max_arguments): (usize, usize),
    parameters: &'static [Parameter],
    about: &'static str,
) -> FunctionInfo {
    FunctionInfo { name, usage, about, min_arguments, max_arguments, parameters, function }
}

const VALUES: &[Parameter] = &[Parameter::Value];
const COUNTS: &[Parameter] = &[Parameter::Value, Parameter::Count];
const PATH: &[Parameter] = &[Parameter::Path];
const PADDING: &[Parameter] = &[Parameter::Value, Parameter::Count, Parameter::Value];
const PIECE: &[Parameter] = &[Parameter::Value, Parameter::Value, Parameter::Count];
const UNIT: &[Parameter] = &[Parameter::Value, Parameter::Unit];
const MANY: usize = usize::MAX;

/// In the order of [`Function`].
#[rustfmt::skip]
static FUNCTIONS: [FunctionInfo; 41] = {
    use Function as F;
    [
    function(F::Valued, "valued", "valued(path)", (1, 1), PATH, "some value is neither empty nor null"),
    function(F::Null, "null", "null(path)", (1, 1), PATH, "some value is HL7's null, two quotes"),
    function(F::Exists, "exists", "exists(path)", (1, 1), PATH, "the segment is there, some value is not empty"),
    function(F::Contains, "contains", "contains(x, text)", (2, 2), VALUES, "x has the text in it"),
    function(F::StartsWith, "starts_with", "starts_with(x, text)", (2, 2), VALUES, "x starts with the text"),
    function(F::EndsWith, "ends_with", "ends_with(x, text)", (2, 2), VALUES, "x ends with the text"),
    function(F::Count, "count", "count(path)", (1, 1), PATH, "how many segments, or values that are not empty"),
    function(F::Upper, "upper", "upper(x)", (1, 1), VALUES, "x in capital letters"),
    function(F::Lower, "lower", "lower(x)", (1, 1), VALUES, "x in small letters"),
    function(F::Trim, "trim", "trim(x)", (1, 1), VALUES, "x without blanks around it"),
    function(F::Length, "length", "length(x)", (1, 1), VALUES, "how many characters x has"),
    function(F::Substr, "substr", "substr(x, start[, length])", (2, 3), COUNTS, "characters of x from number start on, from the end if negative"),
    function(F::Concat, "concat", "concat(x, ...)", (1, MANY), VALUES, "one value behind the other"),
    function(F::Replace, "replace", "replace(x, text, with)", (3, 3), VALUES, "x with another text for each occurrence of one"),
    function(F::PadLeft, "pad_left", "pad_left(x, width[, fill])", (2, 3), PADDING, "x with blanks, or another character, before it up to a width"),
    function(F::PadRight, "pad_right", "pad_right(x, width[, fill])", (2, 3), PADDING, "x with blanks, or another character, behind it up to a width"),
    function(F::Split, "split", "split(x, separator, n)", (3, 3), PIECE, "piece n of x between separators, from the end if negative"),
    function(F::Join, "join", "join(x, separator)", (2, 2), VALUES, "all values of x as one, with the separator between them"),
    function(F::Capitalize, "capitalize", "capitalize(x)", (1, 1), VALUES, "x with the first letter of each word capital, the others small"),
    function(F::Digits, "digits", "digits(x)", (1, 1), VALUES, "the digits 0 to 9 of x, without all else"),
    function(F::First, "first", "first(x)", (1, 1), VALUES, "the first of all values of x"),
    function(F::Last, "last", "last(x)", (1, 1), VALUES, "the last of all values of x"),
    function(F::Default, "default", "default(x, y)", (2, 2), VALUES, "x, or y where x is not there, empty or null"),
    function(F::Number, "number", "number(x)", (1, 1), VALUES, "x as a plain number, empty if it is none"),
    function(F::Round, "round", "round(x[, digits])", (1, 2), COUNTS, "the number x with so many digits behind the point, or none"),
    function(F::Abs, "abs", "abs(x)", (1, 1), VALUES, "the number x without its sign"),
    function(F::Min, "min", "min(x, ...)", (1, MANY), VALUES, "the least of all the numbers"),
    function(F::Max, "max", "max(x, ...)", (1, MANY), VALUES, "the greatest of all the numbers"),
    function(F::Time, "time", "time(x)", (1, 1), VALUES, "the time x in the form of HL7"),
    function(F::Iso, "iso", "iso(x)", (1, 1), VALUES, "the time x in the form of ISO 8601"),
    function(F::Date, "date", "date(x)", (1, 1), VALUES, "the day of the time x, as YYYYMMDD"),
    function(F::Year, "year", "year(x)", (1, 1), VALUES, "the year of the time x"),
    function(F::Month, "month", "month(x)", (1, 1), VALUES, "the month of the time x, 1 to 12"),
    function(F::Precision, "precision", "precision(x, unit)", (2, 2), UNIT, "the time x without what is finer than a unit, `\"day\"`"),
    function(F::AddDays, "add_days", "add_days(x, n)", (2, 2), COUNTS, "the time x so many days later, empty if its day is not known"),
    function(F::AddHours, "add_hours", "add_hours(x, n)", (2, 2), COUNTS, "the time x so many hours later, empty if its hour is not known"),
    function(F::AddMinutes, "add_minutes", "add_minutes(x, n)", (2, 2), COUNTS, "the time x so many minutes later, empty if its minute is not known"),
    function(F::Now, "now", "now()", (0, 0), &[], "the time of the run"),
    function(F::Today, "today", "today()", (0, 0), &[], "the day of the run, as YYYYMMDD"),
    function(F::Age, "age", "age(birth[, at])", (1, 2), VALUES, "whole years from birth until a time, or now, empty if that is not known"),
    function(F::Days, "days", "days(from, to)", (2, 2), VALUES, "whole days from one day to another, empty if one is not known"),
    ]
};

/// All functions that expressions know.
#[must_use]
pub fn functions() -> &'static [FunctionInfo] {
    &FUNCTIONS
}

/// The function with a name in any case.
pub(super) fn find(name: &str) -> Option<&'static FunctionInfo> {
    FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// What was expected in place of a name that no function has, nor any of `more`.
pub(super) fn suggest(name: &str, more: &[Signature]) -> String {
    let known = || FUNCTIONS.iter().map(|f| f.name).chain(more.iter().map(|f| f.name));
    match nearest(name, known()) {
        Some(known) => format!("a function, perhaps `{known}`"),
        None => {
            let names: Vec<_> = known().collect();
            format!("a function: one of {}", names.join(", "))
        }
    }
}

/// The name that one may have meant who wrote another.
pub(crate) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let nearest = known.map(|known| (distance(name, known), known)).min();
    let near = nearest.filter(|&(distance, known)| distance <= 2 && distance * 2 <= known.len());
    near.map(|(_, known)| known)
}

/// How many letters must be changed, added or removed to get from one name to another.
fn distance(from: &str, to: &str) -> usize {
    // A long name is near to none, and to compare it would take time.
    if from.len() > 32 {
        return from.len();
    }
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut line = vec![i + 1];
        for (j, b) in to.bytes().enumerate() {
            let changed = above[j] + usize::from(!a.eq_ignore_ascii_case(&b));
            line.push(changed.min(above[j + 1] + 1).min(line[j] + 1));
        }
        above = line;
    }
    above[to.len()]
}

impl FunctionInfo {
    pub(super) fn parameter(&self, n: usize) -> Parameter {
        let last = self.parameters.last().copied();
        self.parameters.get(n).copied().or(last).unwrap_or(Parameter::Value)
    }
}

impl Function {
    pub(super) fn info(self) -> &'static FunctionInfo {
        &FUNCTIONS[self as usize]
    }

    /// Whether it is true or false and has no value.
    pub(super) fn is_test(self) -> bool {
        matches!(
            self,
            Self::Valued
                | Self::Null
                | Self::Exists
                | Self::Contains
                | Self::StartsWith
                | Self::EndsWith
        )
    }
}

/// Whether a function that is true or false holds.
pub(super) fn holds(function: Function, args: &[Value], env: Env<'_>) -> bool {
    let by = env.scope.message.separators();
    match (function, args) {
        (Function::Valued, [Value::Path(path)]) => {
            path.any_raw(env, |raw| !is_void(raw) && by.has_value(raw))
        }
        (Function::Null, [Value::Path(path)]) => path.any_raw(env, |raw| raw == b"\"\""),
        (Function::Exists, [Value::Path(path)]) => path.any_raw(env, |raw| by.has_value(raw)),
        (_, [x, text]) => {
            let texts = text.texts(env);
            x.any(env, &mut |x| {
                texts.iter().any(|text| match function {
                    Function::Contains => memchr::memmem::find(x, text).is_some(),
                    Function::StartsWith => x.starts_with(text),
                    _ => x.ends_with(text),
                })
            })
        }
        _ => false,
    }
}

/// The values of a function: one for each of the values of its arguments, side by side, but for
/// those that look at all of them at once.
pub(super) fn values<'v>(function: Function, args: &'v [Value], env: Env<'v>) -> Vec<Text<'v>> {
    if let (Function::Count, [Value::Path(path)]) = (function, args) {
        let by = env.scope.message.separators();
        let mut count = 0_usize;
        path.any_raw(env, |raw| {
            count += usize::from(by.has_value(raw));
            false
        });
        return vec![owned(count.to_string())];
    }
    match (function, args) {
        (Function::Min | Function::Max, _) => {
            extreme(function, &args.iter().map(|arg| arg.texts(env)).collect::<Vec<_>>())
        }
        (Function::Join, [x, separator]) => join(&x.texts(env), &separator.texts(env)),
        (Function::First, [x]) => x.texts(env).into_iter().take(1).collect(),
        (Function::Last, [x]) => x.texts(env).pop().into_iter().collect(),
        (Function::Default, [x, y]) => fall_back(&x.texts(env), &y.texts(env)),
        _ => rows(args, env, |line| apply(function, line, env)),
    }
}

/// Calls `value` for the values of the arguments side by side.
pub(super) fn rows<'v>(
    args: &'v [Value],
    env: Env<'v>,
    value: impl Fn(&[&[u8]]) -> Text<'v>,
) -> Vec<Text<'v>> {
    let columns: Vec<_> = args.iter().map(|arg| arg.texts(env)).collect();
    if columns.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let rows = columns.iter().map(Vec::len).max().unwrap_or(1);
    let empty = Cow::Borrowed(&[][..]);
    let mut line: Vec<&[u8]> = Vec::with_capacity(columns.len());
    let mut values = Vec::with_capacity(rows);
    for n in 0..rows {
        line.clear();
        line.extend(columns.iter().map(|column| &**row(column, n, &empty)));
        values.push(value(&line));
    }
    values
}

fn extreme<'v>(function: Function, columns: &[Vec<Text<'v>>]) -> Vec<Text<'v>> {
    let texts = columns.iter().flatten();
    let numbers = texts.clone().filter(|text| Number::read(text).is_some());
    let order = |a: &&Text<'v>, b: &&Text<'v>| Number::read(a).cmp(&Number::read(b));
    let found =
        if function == Function::Min { numbers.min_by(order) } else { numbers.max_by(order) };
    match (found, texts.clone().next()) {
        (Some(number), _) => vec![number.clone()],
        (None, Some(_)) => vec![Cow::Borrowed(&[])],
        (None, None) => Vec::new(),
    }
}

fn join<'v>(x: &[Text<'v>], separators: &[Text<'v>]) -> Vec<Text<'v>> {
    match separators {
        [separator, ..] if !x.is_empty() => vec![Cow::Owned(x.join(&**separator))],
        _ => Vec::new(),
    }
}

fn fall_back<'v>(x: &[Text<'v>], y: &[Text<'v>]) -> Vec<Text<'v>> {
    if x.is_empty() {
        return y.to_vec();
    }
    let line =
        |(n, x): (usize, &Text<'v>)| if is_void(x) { row(y, n, x).clone() } else { x.clone() };
    x.iter().enumerate().map(line).collect()
}

/// The value of a function for one value of each argument.
fn apply<'v>(function: Function, args: &[&[u8]], env: Env<'_>) -> Text<'v> {
    let first = args.first().copied().unwrap_or_default();
    let second = args.get(1).copied();
    let third = args.get(2).copied();
    if stays(function, first) {
        return Cow::Owned(first.to_vec());
    }
    let now = env.scope.options.now;
    let cased = |change: fn(&[u8]) -> Vec<u8>| {
        Some(escape::change_text(first, &env.scope.message.separators(), change))
    };
    let text: Option<Vec<u8>> = match function {
        Function::Upper => cased(text::upper),
        Function::Lower => cased(text::lower),
        Function::Capitalize => cased(text::capitalize),
        Function::Trim => Some(text::trim(first)),
        Function::Digits => Some(first.iter().copied().filter(u8::is_ascii_digit).collect()),
        Function::Length => Some(text::length(first).to_string().into_bytes()),
        Function::Substr => text::substr(first, args),
        Function::Concat => Some(args.concat()),
        Function::Replace => match args {
            [x, text, with] => Some(text::replace(x, text, with)),
            _ => None,
        },
        Function::PadLeft | Function::PadRight => {
            let padding = text::padding(first, second.and_then(integer), third.unwrap_or(b" "));
            padding.map(|padding| match function {
                Function::PadLeft => [&padding, first].concat(),
                _ => [first, &padding].concat(),
            })
        }
        Function::Split => match args {
            [x, separator, n] => integer(n).and_then(|n| text::piece(x, separator, n)),
            _ => None,
        },
        Function::Number => return text_of(Decimal::read(first)),
        Function::Round => {
            let digits = second.map_or(Some(0), integer);
            let rounded = Decimal::read(first).zip(digits);
            return text_of(rounded.and_then(|(x, digits)| x.round(digits)));
        }
        Function::Abs => return text_of(Decimal::read(first).map(Decimal::abs)),
        Function::Time => time::hl7(first),
        Function::Iso => time::iso(first),
        Function::Date => time::date(first),
        Function::Year => time::year(first),
        Function::Month => time::month(first),
        Function::Precision => time::cut(first, second),
        Function::AddDays => time::add_days(first, second.and_then(integer)),
        Function::AddHours => time::add_minutes(first, second.and_then(integer), 60),
        Function::AddMinutes => time::add_minutes(first, second.and_then(integer), 1),
        Function::Now => now.map(|now| now.to_string().into_bytes()),
        Function::Today => now.map(time::day),
        Function::Age => time::age(first, second, now),
        Function::Days => time::days(first, second),
        // These were answered before.
        Function::Count
        | Function::Min
        | Function::Max
        | Function::Join
        | Function::First
        | Function::Last
        | Function::Default
        | Function::Valued
        | Function::Null
        | Function::Exists
        | Function::Contains
        | Function::StartsWith
        | Function::EndsWith => None,
    };
    Cow::Owned(text.unwrap_or_default())
}

/// Whether a function that cuts, fills or exchanges leaves a value as it is: half of HL7's null
/// says something else, and a number of nothing but zeros is nobody's.
fn stays(function: Function, x: &[u8]) -> bool {
    match function {
        Function::PadLeft | Function::PadRight => is_void(x),
        Function::Substr | Function::Replace | Function::Split => x == b"\"\"",
        _ => false,
    }
}

fn owned<'v>(text: String) -> Text<'v> {
    Cow::Owned(text.into_bytes())
}

fn integer(text: &[u8]) -> Option<i32> {
    Decimal::read(text)?.integer()
}
