//! Values of messages as keys: bytes that compare as the values do.

use crate::core::scope::with_scope;
use crate::core::time::Timestamp;
use crate::core::{Message, Path, Scope, SyntaxError, TextOptions};
use crate::dictionary::{Version, standard};
use std::ops::ControlFlow;
use std::str::FromStr;

/// A value by which messages are put in order, or told apart.
#[derive(Clone, Debug)]
pub struct SortKey {
    path: Path,
    kind: Kind,
    descending: bool,
}

/// How values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As text, byte by byte in UTF-8.
    Text,
    /// As numbers.
    Number,
    /// As times: by the instant, local time counting as UTC.
    Time,
}

// What a value is, as the first byte of its key: those without a value come first, then numbers or
// times, then what is neither.
const MISSING: u8 = 0;
const READ: u8 = 1;
const OTHER: u8 = 2;

impl FromStr for SortKey {
    type Err = SyntaxError;

    /// Reads `PATH` with `:text`, `:number`, `:time`, and `:desc` behind it. Without a kind it is
    /// that of the field's data type in the standard.
    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let (mut path, mut kind, mut descending) = (text, None, false);
        while let Some((before, word)) = path.rsplit_once(':') {
            match word {
                "desc" => descending = true,
                "text" => kind = Some(Kind::Text),
                "number" => kind = Some(Kind::Number),
                "time" => kind = Some(Kind::Time),
                // Part of a condition in brackets, or a mistake that the path will tell.
                _ if word.contains(']') => break,
                _ => {
                    return Err(SyntaxError::new(
                        before.len() + 1,
                        "`text`, `number`, `time` or `desc`",
                    ));
                }
            }
            path = before;
        }
        let path: Path = path.parse()?;
        let kind = kind.unwrap_or_else(|| kind_of(&path));
        Ok(Self { path, kind, descending })
    }
}

/// How values at a path compare, by their data type in the newest version.
fn kind_of(path: &Path) -> Kind {
    let Some(position) = &path.position else { return Kind::Text };
    let view = standard().version(Version::NEWEST);
    let field = view.segment(&path.segment).and_then(|s| s.field(position.field.into()));
    let below = |data_type: &'static str, n: Option<u16>| match view.data_type(data_type) {
        Some(found) => {
            found.component(n.unwrap_or(1).into()).map_or("", |component| component.data_type)
        }
        None => data_type,
    };
    let part = position.part;
    let data_type = field.map_or("", |field| below(field.data_type, part.component));
    match below(data_type, part.subcomponent) {
        "DT" | "DTM" | "TS" | "TM" => Kind::Time,
        "NM" | "SI" => Kind::Number,
        _ => Kind::Text,
    }
}

impl SortKey {
    /// Where the value stands.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends the key of a message, that of the first value if there are several; tells whether
    /// there is one.
    ///
    /// Keys of several paths can stand one behind the other: none is the beginning of another.
    fn append(&self, scope: &Scope<'_, '_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let mut value = None;
        let _ = self.path.for_each(scope, |raw| {
            value = Some(raw);
            ControlFlow::Break(())
        });
        let by = scope.message.separators();
        let value = value.filter(|raw| by.has_value(raw) && *raw != b"\"\"");
        match value {
            None => out.push(MISSING),
            Some(raw) => append_value(self.kind, &scope.text(raw), out),
        }
        if self.descending {
            out[start..].iter_mut().for_each(|byte| *byte = !*byte);
        }
        value.is_some()
    }
}

/// Appends the keys of a message one behind the other; calls `found` with the place of each key for
/// which it has a value.
pub fn append_keys(
    keys: &[SortKey],
    message: &Message<'_>,
    options: TextOptions,
    out: &mut Vec<u8>,
    mut found: impl FnMut(usize),
) {
    with_scope(message, options, |scope| {
        for (n, key) in keys.iter().enumerate() {
            if key.append(scope, out) {
                found(n);
            }
        }
    });
}

fn append_value(kind: Kind, text: &[u8], out: &mut Vec<u8>) {
    let text = text.trim_ascii();
    match kind {
        Kind::Number => {
            if let Some(number) = number(text) {
                out.push(READ);
                return out.extend_from_slice(&in_order(number));
            }
        }
        Kind::Time => {
            if let Some(time) = Timestamp::parse(text).or_else(|| Timestamp::parse_iso(text)) {
                let (seconds, nanoseconds) = time.instant();
                out.push(READ);
                out.extend_from_slice(&seconds.wrapping_add(i64::MIN).to_be_bytes());
                return out.extend_from_slice(&nanoseconds.to_be_bytes());
            }
        }
        Kind::Text => {}
    }
    out.push(OTHER);
    // A zero byte ends the text, and one in it is followed by another.
    for &byte in text {
        out.push(byte);
        if byte == 0 {
            out.push(1);
        }
    }
    out.extend_from_slice(&[0, 0]);
}

/// A plain number, as the data type NM has it.
fn number(text: &[u8]) -> Option<f64> {
    let is_plain = text.iter().all(|b| b.is_ascii_digit() || b"+-.".contains(b));
    std::str::from_utf8(text).ok().filter(|_| is_plain)?.parse().ok()
}

/// A number as bytes that compare as it does: those below zero have all bits turned round.
fn in_order(number: f64) -> [u8; 8] {
    // Zero has two signs.
    let bits = (number + 0.0).to_bits();
    let sign = 1 << 63;
    (if bits & sign == 0 { bits | sign } else { !bits }).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Frame, Frames, Message, TextOptions};

    fn key(path: &str, value: &str) -> Vec<u8> {
        let text = format!("MSH|^~\\&|A||||{value}|\rPID|1||{value}\rOBX|1|NM|||{value}");
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let Ok(message) = Message::new(framed) else { panic!() };
        let mut out = Vec::new();
        let Ok(key) = path.parse::<SortKey>() else { panic!("{path}") };
        key.append(&Scope::with(&message, TextOptions::default()), &mut out);
        out
    }

    fn sorted(path: &str, values: &[&str]) {
        let keys: Vec<_> = values.iter().map(|value| key(path, value)).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{path} {values:?}");
    }

    #[test]
    fn keys_compare_as_values_do() {
        sorted("PID-3", &["", "10", "9", "A", "AB", "a"]);
        sorted("PID-3:number", &["", "-10", "-9.5", "0", "9", "10", "1E", "x"]);
        sorted("PID-3:desc", &["a", "AB", "A", "9", "10", ""]);
        sorted("MSH-7", &["", "2023", "20230102", "202301020304", "20230102030405.1", "x"]);
        // 09:00 at +0200 is 07:00 in UTC.
        sorted("MSH-7", &["20230102090000+0200", "20230102073000+0000", "20230102080000"]);
        sorted("MSH-7:text", &["20230102073000+0000", "20230102080000", "20230102090000+0200"]);
        assert_eq!(key("MSH-7", "2023"), key("MSH-7", "20230101"));
        assert_eq!(key("PID-3:number", "-0"), key("PID-3:number", "0.0"));
    }

    #[test]
    fn keys_of_several_paths_do_not_run_together() {
        let both = |a: &str, b: &str| [key("PID-3", a), key("PID-3", b)].concat();
        assert!(both("A", "B") < both("AB", ""));
        assert_ne!(both("A", "B"), both("AB", ""));
    }

    #[test]
    fn the_kind_can_be_told() {
        for (text, kind, descending) in [
            ("MSH-7", Kind::Time, false),
            ("MSH-7.1", Kind::Time, false),
            ("PID-1", Kind::Number, false),
            ("PID-3", Kind::Text, false),
            ("PID-3:number:desc", Kind::Number, true),
            ("PID-3[5=A:B].1", Kind::Text, false),
            ("ZZZ-1:desc", Kind::Text, true),
        ] {
            let Ok(key) = text.parse::<SortKey>() else { panic!("{text}") };
            assert_eq!((key.kind, key.descending), (kind, descending), "{text}");
        }
        assert!("MSH-7:up".parse::<SortKey>().is_err());
    }
}
