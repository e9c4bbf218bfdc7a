//! Literals, and how values compare. The rules stand in the documentation of the module above.

use super::number::Number;
use crate::core::time::Timestamp;
use std::cmp::Ordering;
use std::fmt;

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Op {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The operator for the sides exchanged.
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Equal | Self::Unequal => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// Whether sides in this order satisfy it; those without any never do.
    fn accepts(self, order: Option<Ordering>) -> bool {
        order.is_some_and(|order| match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }
}

/// A value as the expression has it, and what it can be taken for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Literal {
    text: Box<str>,
    quoted: bool,
    /// It is equal to the same number in another form.
    plain_number: bool,
    /// It is ordered among times.
    time: Option<Timestamp>,
    /// It is equal to times that are the same at its precision.
    equal_at_precision: bool,
}

impl Literal {
    /// A literal with the text that was written, quotes removed and escapes replaced.
    pub(super) fn new(text: impl Into<Box<str>>, quoted: bool) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let hl7 = dated_time(bytes);
        let iso = || bytes.contains(&b'-').then(|| Timestamp::parse_iso(bytes)).flatten();
        Self {
            plain_number: !quoted && Number::read_plain(bytes).is_some(),
            equal_at_precision: !quoted || hl7.is_none(),
            time: hl7.or_else(iso),
            text,
            quoted,
        }
    }

    /// Takes it for a time beside a field of times, where a year or a month is one.
    pub(super) fn date(&mut self) {
        if self.time.is_none() {
            self.time = Timestamp::parse(self.bytes());
            if self.time.is_some() {
                self.plain_number = false;
                self.equal_at_precision = !self.quoted;
            }
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Whether a comparison of a value with this literal holds.
    #[inline]
    pub(super) fn compare(&self, value: &[u8], op: Op) -> bool {
        match op {
            Op::Equal => self.equals(value),
            Op::Unequal => !self.equals(value),
            _ => op.accepts(self.order(value)),
        }
    }

    #[inline]
    pub(super) fn equals(&self, value: &[u8]) -> bool {
        value == self.bytes()
            || self.plain_number && same_number(value, self.bytes())
            || self.equal_at_precision
                && self.time.is_some_and(|time| {
                    Timestamp::parse(value).is_some_and(|value| {
                        value.precision() >= time.precision()
                            && order_at_precision(value, time).is_eq()
                    })
                })
    }

    /// How a value is ordered to this literal.
    fn order(&self, value: &[u8]) -> Option<Ordering> {
        if is_void(value) || is_void(self.bytes()) {
            return None;
        }
        if let (Some(time), Some(value)) = (self.time, Timestamp::parse(value)) {
            return Some(order_at_precision(value, time));
        }
        match (Number::read(value), Number::read(self.bytes())) {
            (Some(value), Some(number)) => Some(value.cmp(&number)),
            (None, None) if self.time.is_none() => Some(value.cmp(self.bytes())),
            _ => None,
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.quoted {
            return f.write_str(&self.text);
        }
        f.write_str("\"")?;
        for c in self.text.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

/// Whether a comparison of two values holds, neither of them a literal.
pub(super) fn compare(left: &[u8], op: Op, right: &[u8]) -> bool {
    let equal = || left == right || same_number(left, right);
    match op {
        Op::Equal => equal(),
        Op::Unequal => !equal(),
        _ => op.accepts(order(left, right)),
    }
}

fn order(left: &[u8], right: &[u8]) -> Option<Ordering> {
    if is_void(left) || is_void(right) {
        return None;
    }
    if let (Some(left), Some(right)) = (dated_time(left), dated_time(right)) {
        return Some(left.compare(&right));
    }
    match (Number::read(left), Number::read(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (None, None) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Whether a value is empty or HL7's null.
pub(super) fn is_void(value: &[u8]) -> bool {
    matches!(value, b"" | b"\"\"")
}

fn same_number(left: &[u8], right: &[u8]) -> bool {
    let right = Number::read_plain(right);
    right.is_some() && Number::read_plain(left) == right
}

/// An HL7 time with at least a day: shorter ones are more likely numbers.
fn dated_time(text: &[u8]) -> Option<Timestamp> {
    let date = text.get(..8)?;
    date.iter().all(u8::is_ascii_digit).then(|| Timestamp::parse(text)).flatten()
}

/// How a value is ordered to a time, seen at the precision and from the offset of that.
fn order_at_precision(value: Timestamp, time: Timestamp) -> Ordering {
    let moved = time.offset().and_then(|offset| value.at_offset(offset));
    moved.unwrap_or(value).truncated(time.precision()).compare(&time)
}
