//! The functions: one table of what there is, and what each does.

use super::ast::Value;
use super::compare::is_void;
use super::eval::{Env, Text, row, text_of};
use super::host::Signature;
use super::number::{Decimal, Number};
use crate::core::time::{Precision, Timestamp, days_from_civil};
use std::borrow::Cow;
use std::str::from_utf8;

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
    Default,
    Number,
    Round,
    Abs,
    Min,
    Max,
    Date,
    Year,
    Month,
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
const MANY: usize = usize::MAX;

/// In the order of [`Function`].
#[rustfmt::skip]
static FUNCTIONS: [FunctionInfo; 27] = {
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
    function(F::Default, "default", "default(x, y)", (2, 2), VALUES, "x, or y where x is not there, empty or null"),
    function(F::Number, "number", "number(x)", (1, 1), VALUES, "x as a plain number, empty if it is none"),
    function(F::Round, "round", "round(x[, digits])", (1, 2), COUNTS, "the number x with so many digits behind the point, or none"),
    function(F::Abs, "abs", "abs(x)", (1, 1), VALUES, "the number x without its sign"),
    function(F::Min, "min", "min(x, ...)", (1, MANY), VALUES, "the least of all the numbers"),
    function(F::Max, "max", "max(x, ...)", (1, MANY), VALUES, "the greatest of all the numbers"),
    function(F::Date, "date", "date(x)", (1, 1), VALUES, "the day of the time x, as YYYYMMDD"),
    function(F::Year, "year", "year(x)", (1, 1), VALUES, "the year of the time x"),
    function(F::Month, "month", "month(x)", (1, 1), VALUES, "the month of the time x, 1 to 12"),
    function(F::Now, "now", "now()", (0, 0), &[], "the time of the run"),
    function(F::Today, "today", "today()", (0, 0), &[], "the day of the run, as YYYYMMDD"),
    function(F::Age, "age", "age(birth[, at])", (1, 2), VALUES, "whole years from birth until a time, or now"),
    function(F::Days, "days", "days(from, to)", (2, 2), VALUES, "whole days from one day to another"),
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
    let near = known()
        .map(|known| (distance(name, known), known))
        .min()
        .filter(|&(distance, known)| distance <= 2 && distance * 2 <= known.len());
    match near {
        Some((_, known)) => format!("a function, perhaps `{known}`"),
        None => {
            let names: Vec<_> = known().collect();
            format!("a function: one of {}", names.join(", "))
        }
    }
}

/// How many letters must be changed, added or removed to get from one name to another.
fn distance(from: &str, to: &str) -> usize {
    // A long name is near to none, and to compare it would take time.
    if from.len() > 16 {
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
    match (function, args) {
        (Function::Valued, [Value::Path(path)]) => path.any_raw(env, |raw| !is_void(raw)),
        (Function::Null, [Value::Path(path)]) => path.any_raw(env, |raw| raw == b"\"\""),
        (Function::Exists, [Value::Path(path)]) => path.any_raw(env, |raw| !raw.is_empty()),
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
        let mut count = 0_usize;
        path.any_raw(env, |raw| {
            count += usize::from(!raw.is_empty());
            false
        });
        return vec![owned(count.to_string())];
    }
    match (function, args) {
        (Function::Min | Function::Max, _) => {
            extreme(function, &args.iter().map(|arg| arg.texts(env)).collect::<Vec<_>>())
        }
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
    match function {
        Function::Upper => in_case(first, str::to_uppercase, <[u8]>::to_ascii_uppercase),
        Function::Lower => in_case(first, str::to_lowercase, <[u8]>::to_ascii_lowercase),
        Function::Trim => Cow::Owned(match from_utf8(first) {
            Ok(text) => text.trim().as_bytes().to_vec(),
            Err(_) => first.trim_ascii().to_vec(),
        }),
        Function::Length => owned(characters(first).count().to_string()),
        Function::Substr => substr(first, args),
        Function::Concat => Cow::Owned(args.concat()),
        Function::Replace => match args {
            [x, text, with] => Cow::Owned(replace(x, text, with)),
            _ => owned(String::new()),
        },
        Function::Number => text_of(Decimal::read(first)),
        Function::Round => {
            let digits = second.map_or(Some(0), integer);
            text_of(Decimal::read(first).zip(digits).and_then(|(x, digits)| x.round(digits)))
        }
        Function::Abs => text_of(Decimal::read(first).map(Decimal::abs)),
        Function::Date => owned(time(first).map(day).unwrap_or_default()),
        Function::Year => owned(time(first).map(|t| t.year().to_string()).unwrap_or_default()),
        Function::Month => owned(month(first).unwrap_or_default()),
        Function::Now => owned(env.scope.options.now.map(|t| t.to_string()).unwrap_or_default()),
        Function::Today => owned(env.scope.options.now.map(day).unwrap_or_default()),
        Function::Age => owned(age(first, second, env).unwrap_or_default()),
        Function::Days => owned(days(first, second).unwrap_or_default()),
        // These were answered before.
        Function::Count
        | Function::Min
        | Function::Max
        | Function::Default
        | Function::Valued
        | Function::Null
        | Function::Exists
        | Function::Contains
        | Function::StartsWith
        | Function::EndsWith => owned(String::new()),
    }
}

fn owned<'v>(text: String) -> Text<'v> {
    Cow::Owned(text.into_bytes())
}

fn integer(text: &[u8]) -> Option<i32> {
    Decimal::read(text)?.integer()
}

/// Changes the case of a text; of one that is no UTF-8 only the ASCII letters.
fn in_case<'v>(text: &[u8], unicode: fn(&str) -> String, ascii: fn(&[u8]) -> Vec<u8>) -> Text<'v> {
    Cow::Owned(from_utf8(text).map_or_else(|_| ascii(text), |text| unicode(text).into_bytes()))
}

/// The characters of a text; each byte that is none counts as one.
fn characters(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
    let mut characters = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        characters
            .extend(valid.char_indices().map(|(at, c)| &valid.as_bytes()[at..][..c.len_utf8()]));
        characters.extend(chunk.invalid().chunks(1));
    }
    characters.into_iter()
}

fn substr<'v>(text: &[u8], args: &[&[u8]]) -> Text<'v> {
    let characters = characters(text);
    let start = args.get(1).and_then(|text| integer(text));
    let length = args.get(2).map(|text| integer(text).and_then(|n| usize::try_from(n).ok()));
    let (Some(start), Some(length)) = (start, length.unwrap_or(Some(usize::MAX))) else {
        return owned(String::new());
    };
    let skip = match usize::try_from(start) {
        Ok(start) => start.saturating_sub(1),
        Err(_) => characters.len().saturating_sub(start.unsigned_abs() as usize),
    };
    Cow::Owned(characters.skip(skip).take(length).flatten().copied().collect())
}

fn replace(x: &[u8], text: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(x.len());
    let mut done = 0;
    // Nothing stands everywhere: it is not replaced.
    if !text.is_empty() {
        for at in memchr::memmem::find_iter(x, text) {
            out.extend_from_slice(&x[done..at]);
            out.extend_from_slice(with);
            done = at + text.len();
        }
    }
    out.extend_from_slice(&x[done..]);
    out
}

/// A time as HL7 or ISO 8601 writes it.
fn time(text: &[u8]) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Timestamp::parse_iso(text))
}

/// The day in the form of HL7, or what is known of it; without an offset, which days need not.
fn day(time: Timestamp) -> String {
    match time.precision() {
        Precision::Year => format!("{:04}", time.year()),
        Precision::Month => format!("{:04}{:02}", time.year(), time.month()),
        _ => format!("{:04}{:02}{:02}", time.year(), time.month(), time.day()),
    }
}

fn month(text: &[u8]) -> Option<String> {
    let time = time(text).filter(|time| time.precision() >= Precision::Month)?;
    Some(time.month().to_string())
}

/// Nobody has an age before birth.
fn age(birth: &[u8], at: Option<&[u8]>, env: Env<'_>) -> Option<String> {
    let birth = time(birth)?;
    let at = at.map_or(env.scope.options.now, time)?;
    let years = i32::from(at.year()) - i32::from(birth.year());
    let before = (at.month(), at.day()) < (birth.month(), birth.day());
    let age = years - i32::from(before);
    (age >= 0).then(|| age.to_string())
}

fn days(from: &[u8], to: Option<&[u8]>) -> Option<String> {
    let number = |time: Timestamp| days_from_civil(time.year(), time.month(), time.day());
    Some((number(time(to?)?) - number(time(from)?)).to_string())
}
