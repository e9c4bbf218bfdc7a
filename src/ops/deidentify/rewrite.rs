//! Each field as its rule says.

use super::choose::choose;
use super::kept::is_only;
use super::rules::parts::{Look, Op, Part, Role, op, within};
use super::rules::{Action, Brief, Category, Profile, Rule, SegmentRules, Special, Way};
use super::seen::{Seen, Written};
use super::shape::{self, is_code, is_number, is_table};
use super::split::{Field, Line};
use super::subject::Kind;
use super::surrogate::Memo;
use super::text::{Beside, Context, Identity};
use super::zip3::zip3;
use super::{Deidentifier, Tally, dates, documents, observation, query};
use crate::core::check_digit::check_digit;
use crate::core::message::{first, pieces};
use crate::core::{Scope, Separators};
use std::ops::Range;

/// Writes a message.
pub(super) struct Rewrite<'c, 'm> {
    pub(super) of: &'c Deidentifier,
    pub(super) scope: &'c Scope<'c, 'm>,
    pub(super) sep: Separators,
    /// Whether no delimiter is a sign that codes and numbers are written with.
    pub(super) is_usual: bool,
    pub(super) identity: &'c Identity,
    /// The names of the parties of the message (MSH-3 to MSH-6).
    pub(super) parties: [&'m [u8]; 4],
    /// By how many days dates are moved here; without, only years stay.
    pub(super) days: Option<i32>,
    /// Whether nothing may tell of an age over 89.
    pub(super) caps_age: bool,
    /// The address that is being written is of another country.
    pub(super) is_abroad: bool,
    /// The data type of the value that is being written, if it has components.
    pub(super) of_type: Option<u8>,
    /// Whether the field that is being written has subcomponents.
    pub(super) has_sub: bool,
    /// Which components of the value that is being written stand with a code of a system that
    /// others know, as bits.
    pub(super) standard: u32,
    /// Whether the one that is being written does.
    pub(super) is_coded: bool,
    /// What stands before and behind the text of this segment, where it goes on.
    pub(super) beside: Beside<'m>,
    /// Whether an observation in words is a name, a number or an address as it is called.
    pub(super) is_told: bool,
    /// The day of the message, for ages.
    pub(super) today: Option<[u8; 8]>,
    pub(super) memo: &'c mut Memo,
    pub(super) seen: &'c mut Seen,
    /// Whether what is written for this field is to be remembered.
    pub(super) learns: bool,
    /// Whether something was written that depends on more than the field and what it names.
    pub(super) varies: bool,
    /// The parts of the field in which something was looked for, with `|` behind each.
    pub(super) looked_at: &'c mut Vec<u8>,
    pub(super) tally: &'c mut Tally,
    pub(super) out: &'c mut Vec<u8>,
    pub(super) scratch: &'c mut Vec<u8>,
}

impl<'c, 'm> Rewrite<'c, 'm> {
    /// Writes a segment whose rules are known. What stays between two fields that do not is copied
    /// in one piece.
    pub(super) fn segment(&mut self, line: Line<'_, '_>, of: &SegmentRules) {
        let raw = line.raw;
        let (skipped, mut copied) =
            if line.is_header() { (2, self.delimiters(line)) } else { (0, 0) };
        for field in line.fields.iter().filter(|field| field.n > skipped) {
            let n = field.n - 1;
            let range = field.range();
            let Some(brief) = of.briefs.get(n) else { break };
            let number = brief.number as usize;
            self.tally.field(number);
            let value = &raw[range.clone()];
            if self.stays(brief.way, line, value) {
                continue;
            }
            // A text that goes on is not what it is alone.
            let goes_on = !self.beside.is_alone() && of.fields.get(n).is_some_and(|rule| rule.free);
            let is_common = brief.is_common && self.is_usual && !goes_on;
            let known = if is_common { self.seen.find(number, value, self.identity) } else { None };
            if known == Some(Written::Same) {
                continue;
            }
            append_run(raw, copied..range.start, self.out);
            copied = range.end;
            if let Some(Written::Other(written)) = known {
                self.out.extend_from_slice(written);
                continue;
            }
            let Some(rule) = of.fields.get(n) else { continue };
            match brief.way {
                _ if is_common => self.common(rule, line, field, brief),
                Way::Remove if value != b"\"\"" => {}
                Way::Shift if shape::is_moment(value) => self.moment(value, false),
                Way::Year if shape::is_moment(value) => self.moment(value, true),
                _ => self.whole(rule, line, field, brief),
            }
        }
        self.out.extend_from_slice(&raw[copied..line.end]);
        self.unknown_fields(&raw[line.end..], |to, value| to.field(&of.beyond, line, value));
    }

    /// Writes what is before the first field of a header, but for delimiters that are none; gives
    /// where to go on.
    fn delimiters(&mut self, line: Line<'_, '_>) -> usize {
        let raw = line.raw;
        // Field 2 has the other delimiters, or something else in a line that is no header.
        let delimiters = &self.sep.written(self.scope.message.bytes())[1..];
        match line.range(2).filter(|range| raw[range.clone()] != *delimiters) {
            Some(range) => {
                self.out.extend_from_slice(&raw[..range.start]);
                range.end
            }
            None => 0,
        }
    }

    /// Whether nothing in a value can tell of anybody, so that it stays where its rule lets it.
    #[inline]
    fn stays(&self, way: Way, line: Line<'_, '_>, value: &[u8]) -> bool {
        self.is_usual
            && match way {
                Way::Stay => shape::tells_nothing(value),
                Way::Observation => shape::tells_nothing(value) && observation::stays(line, value),
                _ => false,
            }
    }

    /// Writes a segment that no rule knows.
    pub(super) fn unknown(&mut self, line: Line<'_, '_>, rule: &Rule) {
        let (id, rest) = line.raw.split_at(3);
        self.out.extend_from_slice(id);
        self.unknown_fields(rest, |to, value| {
            if rule.action != Action::Remove {
                to.field(rule, line, value);
            }
        });
    }

    /// Writes fields that the standard does not have, each with the delimiter before it.
    #[inline]
    fn unknown_fields(&mut self, raw: &[u8], write: impl Fn(&mut Self, &[u8])) {
        for value in pieces(raw, self.sep.field).skip(1) {
            self.out.push(self.sep.field);
            if !value.is_empty() {
                self.tally.unknown_fields += 1;
                write(self, value);
            }
        }
    }

    /// Writes a field that may come again.
    fn common(&mut self, rule: &Rule, line: Line<'_, '_>, field: &Field, brief: &Brief) {
        let raw = &line.raw[field.range()];
        let start = self.out.len();
        let found = self.tally.found.total();
        self.varies = false;
        self.learns = true;
        self.whole(rule, line, field, brief);
        self.learns = false;
        if !self.varies && self.tally.found.total() == found {
            let written = &self.out[start..];
            self.seen.learn(rule.number, raw, written, self.looked_at, self.identity);
        }
    }

    #[inline]
    fn whole(&mut self, rule: &Rule, line: Line<'_, '_>, field: &Field, brief: &Brief) {
        let values = if brief.is_typed { line.simple(field, &self.sep) } else { None };
        match values {
            Some(values) => self.simple(rule, brief.only, values),
            None => self.field(rule, line, &line.raw[field.range()]),
        }
    }

    fn field(&mut self, rule: &Rule, line: Line<'_, '_>, raw: &[u8]) {
        self.is_coded = false;
        self.of_type = None;
        self.looked_at.clear();
        let sub = self.sep.subcomponent;
        self.has_sub = sub != self.sep.field && first(raw, sub).is_some();
        if raw == b"\"\"" {
            self.out.extend_from_slice(raw);
            return;
        }
        let is_kept = rule.action == Action::Keep && rule.components.is_empty();
        if is_kept && observation::range(self, rule, line, raw) || self.as_a_whole(rule, raw) {
            return;
        }
        match rule.special {
            Special::Observation => observation::write(self, rule, line, raw),
            Special::Parameter | Special::Criterion => query::write(self, rule, raw),
            Special::None => self.plain(rule, raw),
        }
    }

    /// Writes a value, if its rule has an action for which its parts need not be looked at.
    #[inline]
    pub(super) fn as_a_whole(&mut self, rule: &Rule, raw: &[u8]) -> bool {
        match rule.action {
            _ if !rule.components.is_empty() => return false,
            Action::Keep => self.keep(rule, raw),
            Action::Remove => {}
            Action::Constant(n) => self.constant(n),
            _ => return false,
        }
        true
    }

    pub(super) fn plain(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.free && rule.components.is_empty() {
            match rule.action {
                Action::Keep if rule.is_unknown() => self.kept(rule, raw),
                Action::Keep => self.kept_value(rule, raw),
                Action::Remove => {}
                Action::Constant(n) => self.constant(n),
                _ if rule.is_echo => self.echo(raw),
                _ => self.line(raw),
            }
            return;
        }
        self.each(raw, self.sep.repetition, |to, _, repetition| match repetition {
            b"" => {}
            b"\"\"" => to.out.extend_from_slice(repetition),
            _ => to.repetition(rule, repetition),
        });
    }

    /// Writes each piece of a value, with the delimiters between them.
    pub(super) fn each(
        &mut self,
        raw: &[u8],
        by: u8,
        mut write: impl FnMut(&mut Self, usize, &[u8]),
    ) {
        for (n, piece) in pieces(raw, by).enumerate() {
            if n > 0 {
                self.out.push(by);
            }
            write(self, n, piece);
        }
    }

    fn repetition(&mut self, rule: &Rule, raw: &[u8]) {
        // What a query asks for may be a name that stands nowhere else.
        if rule.category == Category::Query && !pieces(raw, self.sep.component).all(is_table) {
            return;
        }
        let Some(of) = choose(&self.of.rules, rule, raw, &self.sep) else {
            // A text beside a code that should stand alone.
            let ops = [rule.op, Op::Text, Op::Text, Op::Text, Op::Text, Op::Text];
            // Or the precision of a date (TS.2).
            let precise = [rule.op, Op::Table];
            let ops = match rule.op {
                Op::Code if self.days.is_some() => &ops[..],
                Op::Shift | Op::Year => &precise[..],
                _ => &ops[..1],
            };
            self.components(rule, ops, rule.action, raw);
            return;
        };
        // A text in place of a code.
        if rule.category == Category::FreeText
            && raw.contains(&b' ')
            && first(raw, self.sep.component).is_none()
            && rule.components.is_empty()
        {
            self.free(raw);
            return;
        }
        self.typed(rule, of, rule.action, raw);
    }

    /// A value of a data type with components.
    pub(super) fn typed(&mut self, rule: &Rule, of: u8, action: Action, raw: &[u8]) {
        let rules = &self.of.rules;
        let ops = rules.ops.of(action, of);
        self.of_type = Some(of);
        match rules.role(of) {
            Role::Coded => {
                self.standard = shape::standard(pieces(raw, self.sep.component));
                self.components(rule, ops, action, raw);
                self.standard = 0;
                self.is_coded = false;
            }
            Role::Cx if action != Action::Keep => self.identifier(rule, ops, action, raw),
            Role::Xtn if action != Action::Keep => self.telephone(rule, ops, action, raw),
            Role::Hd if action.replaces() && rule.components.is_empty() => {
                self.assigner(rule, action, self.sep.component, raw);
            }
            Role::Address => {
                let country = pieces(raw, self.sep.component).nth(5).unwrap_or_default();
                self.is_abroad = super::is_abroad(country);
                self.components(rule, ops, action, raw);
                self.is_abroad = false;
            }
            _ => self.components(rule, ops, action, raw),
        }
    }

    /// Each component by its part; what is beyond is removed.
    pub(super) fn components(&mut self, rule: &Rule, ops: &[Op], action: Action, raw: &[u8]) {
        let beyond = if action == Action::Keep { Op::Keep } else { Op::Drop };
        let mut number = 0..0;
        self.each(raw, self.sep.component, |to, n, component| {
            let op = ops.get(n).copied().unwrap_or(beyond);
            let start = to.out.len();
            to.is_coded = n < 32 && to.standard >> n & 1 != 0;
            match op {
                Op::Check if component.is_empty() => {}
                Op::Check if rule.of_component(n + 1).is_none() => {
                    // The scheme is next to the digit.
                    let scheme = pieces(raw, to.sep.component).nth(n + 1).unwrap_or_default();
                    let number = to.out.get(number.clone()).unwrap_or_default();
                    to.out.extend(check_digit(scheme, number));
                }
                _ => to.component(rule, n, op, action, component),
            }
            if let Op::Surrogate(Kind::Id | Kind::Ssn, _) = op {
                number = start..to.out.len();
            }
        });
    }

    pub(super) fn component(&mut self, rule: &Rule, n: usize, op: Op, action: Action, raw: &[u8]) {
        if raw.is_empty() || raw == b"\"\"" {
            self.out.extend_from_slice(raw);
            return;
        }
        match rule.of_component(n + 1) {
            Some(own) => self.own_component(rule, n, op, own, raw),
            None => {
                let action = match op {
                    Op::Nested(of) => within(action, self.of.rules.role(of)),
                    _ => action,
                };
                self.part(rule, op, action, raw);
            }
        }
    }

    fn part(&mut self, rule: &Rule, op: Op, action: Action, raw: &[u8]) {
        let Op::Nested(of) = op else { return self.leaf(rule, op, raw) };
        let rules = &self.of.rules;
        let ops = rules.ops.of(action, of);
        if !self.has_sub {
            self.is_coded = false;
            return self.leaf(rule, ops.first().copied().unwrap_or(Op::Drop), raw);
        }
        let standard = match rules.role(of) {
            Role::Coded => shape::standard(pieces(raw, self.sep.subcomponent)),
            _ => 0,
        };
        self.each(raw, self.sep.subcomponent, |to, n, value| {
            let op = ops.get(n).copied().unwrap_or(Op::Drop);
            to.is_coded = n < 32 && standard >> n & 1 != 0;
            to.leaf(rule, op, value);
        });
        self.is_coded = false;
    }

    /// A component for which the rules of a site have an action of its own.
    #[cold]
    fn own_component(&mut self, rule: &Rule, n: usize, of: Op, action: Action, raw: &[u8]) {
        match action {
            Action::Constant(n) => self.constant(n),
            Action::Keep if self.is_date(n, of, raw) => self.out.extend_from_slice(raw),
            Action::Keep if rule.is_unknown() || rule.special != Special::None => {
                self.kept(rule, raw);
            }
            // A text, as where the whole field is kept.
            Action::Keep if rule.free && !rule.is_identifying() => self.kept_value(rule, raw),
            Action::Keep => self.out.extend_from_slice(raw),
            Action::Remove => {}
            action => {
                let part = self.of_type.and_then(|of| self.of.rules.parts(of).get(n));
                let part = match part {
                    Some(&part) => part,
                    None if n == 0 => rule.part,
                    None => Part::Free,
                };
                let part = match (part, action) {
                    (Part::Is(Kind::Id), _) if matches!(of, Op::Surrogate(Kind::Ssn, _)) => {
                        Part::Is(Kind::Ssn)
                    }
                    (Part::Nested(of), _)
                        if action.replaces() && self.of.rules.role(of) == Role::Hd =>
                    {
                        return self.assigner(rule, action, self.sep.subcomponent, raw);
                    }
                    (Part::Is(_) | Part::Nested(_), _) => part,
                    (_, Action::Token | Action::Surrogate | Action::Fake) => Part::Is(Kind::Id),
                    (_, Action::Name) => Part::Is(Kind::Family),
                    (_, Action::Shift | Action::Year) => Part::Date,
                    (_, Action::Zip3) => Part::Zip,
                    _ => part,
                };
                self.part(rule, op(part, action, &self.of.rules.settings), action, raw);
            }
        }
    }

    /// Whether a component is a date, of which a site may say that it stays, in an observation, too.
    fn is_date(&self, n: usize, of: Op, raw: &[u8]) -> bool {
        let part = self.of_type.and_then(|of| self.of.rules.parts(of).get(n).copied());
        let is_of_dates = match part {
            Some(Part::Nested(of)) => self.of.rules.parts(of).first() == Some(&Part::Date),
            Some(part) => part == Part::Date,
            None => of == Op::Shift,
        };
        is_of_dates && dates::is_date(raw)
    }

    /// A value without parts of its own; if it has some nevertheless, what identifies is in the
    /// first and the others are removed.
    pub(super) fn leaf(&mut self, rule: &Rule, op: Op, raw: &[u8]) {
        if raw.is_empty() || raw == b"\"\"" {
            self.out.extend_from_slice(raw);
            return;
        }
        match op {
            Op::Keep => self.kept_value(rule, raw),
            Op::Drop | Op::Extension => {}
            Op::Code if is_code(raw) => self.code(rule, raw),
            // Systems of sites are written in capitals; what is not may be a name.
            Op::System if shape::is_system(raw) => self.code(rule, raw),
            Op::Table if is_table(raw) => self.kept(rule, raw),
            Op::State if shape::is_state(raw) => self.kept(rule, raw),
            Op::Letters if shape::is_letters(raw) => self.kept(rule, raw),
            Op::Authority if shape::is_authority(raw) => self.authority(rule, raw),
            Op::Title if shape::is_title(raw) => self.kept(rule, raw),
            Op::Document if shape::is_document(raw) => self.kept(rule, raw),
            Op::Number if is_number(raw) => self.out.extend_from_slice(raw),
            Op::Time if shape::are_times(raw) => self.out.extend_from_slice(raw),
            // The name of a hospital, mostly; that of who sent the message stays.
            Op::Authority if self.days.is_some() => {
                self.varies = true;
                if self.parties.contains(&raw) {
                    self.authority(rule, raw);
                } else {
                    self.surrogate(Kind::Organisation, Look::Own, raw);
                }
            }
            // What else is there is no such code.
            Op::State | Op::Letters | Op::Authority | Op::Title | Op::Document | Op::Table => {}
            Op::Code | Op::System | Op::Number | Op::Time => {
                // A text where a code should be.
                self.is_coded = false;
                if raw.contains(&b' ') && is_only(rule, &["ID", "SI", "NM"]) {
                    self.free(raw);
                } else {
                    self.text(raw);
                }
            }
            Op::Text => self.text(raw),
            Op::Free => self.free(raw),
            Op::Note(_) if raw.contains(&b' ') => self.free(raw),
            Op::Note(look) => self.surrogate(Kind::Id, look, raw),
            Op::Shift => self.date(raw, false),
            Op::Year => self.date(raw, true),
            Op::Zip3 => {
                let code = zip3(self.head(raw), self.of.rules.settings.zip3);
                self.out.extend(code.filter(|_| !self.is_abroad).into_iter().flatten());
            }
            Op::Surrogate(kind, look) => self.surrogate(super::look(kind, raw), look, raw),
            Op::Own(look) => self.surrogate(super::own_kind(rule), look, raw),
            // It belongs to a number that is gone.
            Op::Check => {}
            Op::Area(look) | Op::Local(look) => self.surrogate(Kind::Phone, look, raw),
            Op::Nested(of) => {
                let op = self.of.rules.ops.of(rule.action, of).first().copied();
                match op {
                    Some(Op::Nested(_)) | None => {}
                    Some(op) => self.leaf(rule, op, raw),
                }
            }
        }
    }

    /// A short text beside a code.
    pub(super) fn text(&mut self, raw: &[u8]) {
        let is_coded = self.is_coded;
        // Names of compounds are as long as data.
        let is_name = is_coded && !documents::is_no_name(raw);
        let without = if is_name { None } else { self.without_documents(raw) };
        let raw = without.as_deref().unwrap_or(raw);
        self.looks_at(raw);
        let start = self.out.len();
        let (context, found) = (self.context(), &mut self.tally.found);
        self.of.cleaner.coded_text(raw, context, is_coded, found, self.out);
        self.varies |= self.out[start..] != *raw;
    }

    /// Free text.
    pub(super) fn free(&mut self, raw: &[u8]) {
        let without = self.without_documents(raw);
        let raw = without.as_deref().unwrap_or(raw);
        self.looks_at(raw);
        let start = self.out.len();
        let (context, found) = (self.context(), &mut self.tally.found);
        self.of.cleaner.free_text(raw, context, found, self.out);
        self.varies |= self.out[start..] != *raw;
    }

    /// Free text in which a program repeats what somebody typed.
    fn echo(&mut self, raw: &[u8]) {
        self.varies = true;
        let without = self.without_documents(raw);
        let (context, found) = (self.context(), &mut self.tally.found);
        self.of.cleaner.echo(without.as_deref().unwrap_or(raw), context, found, self.out);
    }

    /// Free text that is a whole field, which may go on in the next segment.
    pub(super) fn line(&mut self, raw: &[u8]) {
        if self.beside.is_alone() {
            return self.free(raw);
        }
        self.varies = true;
        let without = self.without_documents(raw);
        let (context, found) = (self.context(), &mut self.tally.found);
        let raw = without.as_deref().unwrap_or(raw);
        self.of.cleaner.line_of_text(raw, self.beside, context, found, self.out);
    }

    /// Remembers that something is looked for in a part of a field.
    pub(super) fn looks_at(&mut self, raw: &[u8]) {
        if !self.learns {
            return;
        }
        if raw.len() <= Seen::LONGEST && !self.identity.may_tell_age(raw) {
            self.looked_at.extend_from_slice(raw);
            self.looked_at.push(b'|');
        } else {
            self.varies = true;
        }
    }

    /// A text without data that is written as letters and digits, if it has such.
    fn without_documents(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        let without = documents::without(raw)?;
        self.tally.emptied_documents += 1;
        self.varies = true;
        Some(without)
    }

    /// What texts are cleaned with.
    fn context(&self) -> Context<'c, 'm> {
        let has_surrogates = self.of.rules.settings.profile != Profile::SafeHarbor;
        Context {
            scope: self.scope,
            identity: self.identity,
            surrogates: has_surrogates.then_some(&self.of.own),
            days: self.days,
        }
    }
}

/// Appends a part of a segment. Most are a few delimiters: to copy always as much takes no step that
/// depends on how many. Measured, with surrogates: a third of all calls that copy, 1 % of all steps.
#[inline]
fn append_run(raw: &[u8], range: Range<usize>, out: &mut Vec<u8>) {
    let end = out.len() + range.len();
    match raw[range.start..].first_chunk::<16>() {
        Some(more) if range.len() <= more.len() => {
            out.extend_from_slice(more);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&raw[range]),
    }
}
