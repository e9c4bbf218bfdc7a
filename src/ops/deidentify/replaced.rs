//! Values in whose place something else stands: dates, numbers, names.

use super::dates;
use super::rewrite::Rewrite;
use super::rules::parts::{Look, Op, look};
use super::rules::{Action, Profile, Rule};
use super::shape::is_time;
use super::subject::Kind;
use super::surrogate::lay_out;
use crate::core::message::{first, pieces};
use crate::core::{Separators, escape};

impl Rewrite<'_, '_> {
    /// The first subcomponent.
    pub(super) fn head<'v>(&self, raw: &'v [u8]) -> &'v [u8] {
        if !self.has_sub {
            return raw;
        }
        &raw[..first(raw, self.sep.subcomponent).unwrap_or(raw.len())]
    }

    pub(super) fn date(&mut self, raw: &[u8], year: bool) {
        self.moment(self.head(raw), year);
    }

    /// A date alone.
    pub(super) fn moment(&mut self, value: &[u8], year: bool) {
        self.varies = true;
        if self.caps_age && self.is_too_old(value) {
            return;
        }
        let outcome = match self.days.filter(|_| !year) {
            Some(days) => dates::shift(value, days, self.out),
            None => dates::year(value, self.out),
        };
        if outcome == dates::Outcome::Emptied {
            self.tally.emptied_dates += 1;
        }
    }

    /// Whether a date tells of an age over 89. So does any that lies so far back, not only that of
    /// birth. Without a day of the message all do.
    fn is_too_old(&self, date: &[u8]) -> bool {
        let year = |date: &[u8]| {
            let digits = date.first_chunk::<4>().filter(|year| year.iter().all(u8::is_ascii_digit));
            digits.map(|year| year.iter().fold(0, |n, b| n * 10 + i32::from(b - b'0')))
        };
        let Some(today) = self.today else { return true };
        match (year(date), year(&today)) {
            // Nearly all dates are so young that no more needs to be read.
            (Some(then), Some(now)) if now - then < 89 => false,
            _ if is_time(date) && date.len() < 8 && date.len() != 4 && date.len() != 6 => false,
            _ => dates::is_over_89(date, &today),
        }
    }

    pub(super) fn surrogate(&mut self, kind: Kind, look: Look, raw: &[u8]) {
        let head = self.head(raw);
        let text = self.scope.text(head);
        self.surrogate_of(kind, look, &text);
    }

    /// As [`Rewrite::surrogate`], of a value as text.
    #[inline]
    pub(super) fn surrogate_of(&mut self, kind: Kind, look: Look, text: &[u8]) {
        if text.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let made = self.memo.get(look as u8, self.of.looking(look), kind, text);
        if made.is_plain {
            made.append(self.out);
        } else {
            append_text(made.text, &self.sep, self.out);
        }
    }

    pub(super) fn constant(&mut self, n: u16) {
        append_text(self.of.rules.constant_text(n).as_bytes(), &self.sep, self.out);
    }

    /// CX: what a number is stands in its fifth component.
    pub(super) fn identifier(&mut self, rule: &Rule, ops: &[Op], action: Action, raw: &[u8]) {
        let kind = pieces(raw, self.sep.component).nth(4).unwrap_or_default();
        let settings = &self.of.rules.settings;
        if is_personal(kind)
            && settings.profile == Profile::SafeHarbor
            && matches!(action, Action::Token | Action::Clean)
        {
            return;
        }
        if kind == b"SS" {
            let mut own = ops.to_vec();
            if let Some(Op::Surrogate(of, _)) = own.first_mut() {
                *of = Kind::Ssn;
            }
            return self.components(rule, &own, action, raw);
        }
        self.components(rule, ops, action, raw);
    }

    /// HD: who assigns numbers, by a name and by an identifier, where an action for a whole field or
    /// component wants that replaced, though it is no person.
    pub(super) fn assigner(&mut self, rule: &Rule, action: Action, by: u8, raw: &[u8]) {
        let op = Op::Surrogate(Kind::Id, look(action));
        self.each(raw, by, |to, n, value| to.leaf(rule, if n < 2 { op } else { Op::Table }, value));
    }

    /// XTN: a number in parts is one number, and the same as where it stands in one piece.
    pub(super) fn telephone(&mut self, rule: &Rule, ops: &[Op], action: Action, raw: &[u8]) {
        let part = |n| pieces(raw, self.sep.component).nth(n).unwrap_or_default();
        let (area, local) = (part(5), part(6));
        let has_own = rule.of_component(6).or(rule.of_component(7)).is_some();
        let whole = match ops.get(5) {
            Some(&Op::Area(look)) if !area.is_empty() && !local.is_empty() && !has_own => {
                let whole = [area, local].concat();
                let of = self.of.looking(look);
                of.phone_digits(&self.scope.text(&whole)).map(|digits| (of, look, whole, digits))
            }
            _ => None,
        };
        let Some((of, look, whole, digits)) = whole else {
            return self.components(rule, ops, action, raw);
        };
        let cut = area.iter().filter(|b| b.is_ascii_digit()).count().min(digits.len());
        let (of_area, of_local) = digits.split_at(cut);
        self.each(raw, self.sep.component, |to, n, component| {
            if of.are_tokens() && (n == 5 || n == 6) {
                // A token has no parts.
                if n == 6 {
                    to.surrogate(Kind::Phone, look, &whole);
                }
            } else if let 5 | 6 = n {
                to.scratch.clear();
                lay_out(component, if n == 5 { of_area } else { of_local }, to.scratch);
                append_text(to.scratch, &to.sep, to.out);
            } else {
                let op = ops.get(n).copied().unwrap_or(Op::Drop);
                to.component(rule, n, op, action, component);
            }
        });
    }
}

/// Appends a text with the delimiters in it escaped. Without an escape character, what would be a
/// delimiter is left out.
fn append_text(text: &[u8], sep: &Separators, out: &mut Vec<u8>) {
    if escape::encode_into(text, sep, out).is_err() {
        let delimiters = [sep.field, sep.component, sep.repetition, sep.subcomponent, b'\r', b'\n'];
        out.extend(text.iter().filter(|b| !delimiters.contains(b)));
    }
}

/// Whether a kind of numbers in CX.5 (table 0203) is a person's own wherever it is: numbers of a
/// state, of an insurer, of a licence. `NNxxx` are national ones.
pub(super) fn is_personal(kind: &[u8]) -> bool {
    matches!(
        kind,
        b"SS"
            | b"DL"
            | b"HC"
            | b"MA"
            | b"MB"
            | b"MC"
            | b"MI"
            | b"NI"
            | b"NH"
            | b"CZ"
            | b"BC"
            | b"SN"
            | b"WC"
            | b"PPN"
            | b"JHN"
            | b"MCR"
            | b"MCD"
            | b"TAX"
            | b"WCN"
            | b"RRI"
            | [b'N', b'N', _, ..]
    )
}
