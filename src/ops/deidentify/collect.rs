//! What a message identifies somebody by, noted before anything of it is written.

use super::choose::choose;
use super::marks::Components;
use super::rules::parts::{Part, Role};
use super::rules::{Action, Category, Rule, Rules, Special};
use super::split::Line;
use super::subject::Kind;
use super::text::Identity;
use super::{observation, query};
use crate::core::message::pieces;
use crate::core::{Scope, Separators};

/// Notes values of a message.
pub(super) struct Collect<'r, 'c, 'm> {
    pub(super) rules: &'r Rules,
    pub(super) scope: &'c Scope<'c, 'm>,
    pub(super) sep: Separators,
    pub(super) identity: &'c mut Identity,
    /// The newest date that was met, as eight digits.
    pub(super) newest: [u8; 8],
    pub(super) scratch: &'c mut Vec<u8>,
    /// Identifiers in plain ASCII whose surrogates may be asked for, as far as there is room.
    pub(super) ids: [&'m [u8]; IDS],
    pub(super) count: usize,
    /// Whether an observation is a name, a number or an address as it is called.
    pub(super) is_told: bool,
    /// The last values of some fields, with the numbers of their rules: what is noted once is noted.
    pub(super) last: [(usize, &'m [u8]); LAST],
}

/// So many identifiers of a message are told; most have fewer.
pub(super) const IDS: usize = 32;

/// So many values are known to have been noted.
pub(super) const LAST: usize = 16;

impl<'m> Collect<'_, '_, 'm> {
    /// Notes what stands in a segment.
    pub(super) fn segment(&mut self, line: Line<'_, 'm>) {
        let rules = self.rules;
        let Some(of) = line.rules(rules) else { return };
        for field in line.fields {
            let Some(brief) = of.briefs.get(field.n - 1).filter(|brief| brief.is_noted) else {
                continue;
            };
            let Some(rule) = of.fields.get(field.n - 1) else { continue };
            let raw = &line.raw[field.range()];
            let number = brief.number as usize;
            let last = &mut self.last[number % LAST];
            if *last == (number, raw) && brief.special == Special::None {
                continue;
            }
            *last = (number, raw);
            match brief.special {
                Special::None => match line.simple(field, &self.sep) {
                    Some(values) => values.for_each(|(raw, parts)| {
                        let of = brief.only.or_else(|| choose(rules, rule, raw, &self.sep));
                        self.simple(rule, of, raw, parts);
                    }),
                    None => self.field(rule, raw),
                },
                Special::Observation => self.observation(line, raw),
                Special::Parameter | Special::Criterion => {
                    let sep = self.sep;
                    query::values(rule.special, raw, &sep, &mut |of, value| {
                        if let Some(named) = query::named(rules, of) {
                            let part = query::part(rules, named, of);
                            self.part(part, Some(named), value);
                        }
                    });
                }
            }
        }
    }

    fn field(&mut self, rule: &Rule, raw: &[u8]) {
        for repetition in pieces(raw, self.sep.repetition) {
            match choose(self.rules, rule, repetition, &self.sep) {
                None => {
                    let head = pieces(repetition, self.sep.component).next();
                    self.part(rule.part, Some(rule), head.unwrap_or_default());
                }
                Some(of) => self.parts(of, rule.action, Some(rule), repetition),
            }
        }
    }

    /// As [`Collect::field`], of a repetition of a field that is simple, and of a data type if that
    /// has components.
    #[inline]
    fn simple(
        &mut self,
        rule: &Rule,
        of: Option<u8>,
        raw: &[u8],
        mut components: Components<'_, 'm>,
    ) {
        let rules = self.rules;
        let Some(of) = of else {
            return self.plain(rule.part, rule, components.next().unwrap_or_default());
        };
        let role = rules.role(of);
        if role == Role::Coded {
            return self.parts(of, rule.action, Some(rule), raw);
        }
        if role == Role::Xtn {
            self.telephone(raw);
        }
        let is_ssn = role == Role::Cx && components.clone().nth(4) == Some(b"SS");
        for (&part, component) in rules.noted_parts(of).iter().zip(components) {
            match part {
                _ if component.is_empty() => {}
                Part::Drop => {}
                Part::Is(Kind::Id) if is_ssn => self.plain(Part::Is(Kind::Ssn), rule, component),
                part => self.plain(part, rule, component),
            }
        }
    }

    /// A value in plain ASCII.
    #[inline]
    fn plain(&mut self, part: Part, rule: &Rule, raw: &'m [u8]) {
        if let Some(kind) = self.kind(part, Some(rule), raw) {
            self.identity.note(kind, raw);
            if kind == Kind::Id
                && let Some(id) = self.ids.get_mut(self.count)
            {
                *id = raw;
                self.count += 1;
            }
        }
    }

    fn observation(&mut self, line: Line<'_, 'm>, raw: &[u8]) {
        let name = line.field(2);
        match name {
            // Most are of these, which have no parts.
            b"NM" => {}
            b"ST" | b"TX" | b"FT" => {
                let told = observation::named::told(line.field(3), self.sep.component, raw);
                if let Some(part) = told {
                    self.is_told = true;
                    self.heads(part, raw);
                }
            }
            b"DT" | b"TS" | b"DTM" => self.heads(Part::Date, raw),
            b"TN" => self.heads(Part::Is(Kind::Phone), raw),
            _ if self.rules.keeps_observed(name) => {}
            _ => {
                let name = std::str::from_utf8(name).unwrap_or_default();
                let Some(of) = self.rules.type_of(name) else { return };
                for repetition in pieces(raw, self.sep.repetition) {
                    self.parts(of, Action::Clean, None, repetition);
                }
            }
        }
    }

    fn heads(&mut self, part: Part, raw: &[u8]) {
        for repetition in pieces(raw, self.sep.repetition) {
            let head = pieces(repetition, self.sep.component).next();
            self.value(part, None, head.unwrap_or_default());
        }
    }

    fn parts(&mut self, of: u8, action: Action, rule: Option<&Rule>, raw: &[u8]) {
        let rules = self.rules;
        let role = rules.role(of);
        let coded = role == Role::Coded;
        if coded && !action.replaces() {
            return;
        }
        if role == Role::Xtn {
            self.telephone(raw);
        }
        let is_ssn = role == Role::Cx && pieces(raw, self.sep.component).nth(4) == Some(b"SS");
        let sub = self.sep.subcomponent;
        let components = pieces(raw, self.sep.component);
        for (n, (component, &part)) in components.zip(rules.parts(of)).enumerate() {
            if component.is_empty() {
                continue;
            }
            match part {
                Part::Drop | Part::Title | Part::Authority | Part::Table => {}
                Part::Nested(of) if rules.role(of) == Role::Coded => {}
                Part::Nested(of) => {
                    for (value, &part) in pieces(component, sub).zip(rules.parts(of)) {
                        self.value(part, rule, value);
                    }
                }
                Part::Code if coded && matches!(n, 0 | 3 | 9) => {
                    self.part(Part::Is(Kind::Id), rule, component);
                }
                Part::Text if coded => {
                    let kind = rule.map_or(Kind::Family, super::own_kind);
                    self.part(Part::Is(kind), rule, component);
                }
                Part::Is(Kind::Id) if is_ssn => self.part(Part::Is(Kind::Ssn), rule, component),
                part => self.part(part, rule, component),
            }
        }
    }

    /// A telephone number in its parts.
    #[inline]
    fn telephone(&mut self, raw: &[u8]) {
        // Nearly all have less than seven components.
        let mut components = pieces(raw, self.sep.component).skip(5);
        let (Some(area), Some(local)) = (components.next(), components.next()) else { return };
        if local.is_empty() {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(area);
        self.scratch.extend_from_slice(local);
        let text = self.scope.text(self.scratch);
        self.identity.note(Kind::Phone, &text);
    }

    /// A component, with subcomponents where none belong.
    #[inline]
    fn part(&mut self, part: Part, rule: Option<&Rule>, raw: &[u8]) {
        if part.is_noted() {
            for value in pieces(raw, self.sep.subcomponent) {
                self.value(part, rule, value);
            }
        }
    }

    #[inline]
    fn value(&mut self, part: Part, rule: Option<&Rule>, raw: &[u8]) {
        if let Some(kind) = self.kind(part, rule, raw) {
            let text = self.scope.text(raw);
            self.identity.note(kind, &text);
        }
    }

    /// What a value tells of somebody, if it is to be noted.
    #[inline]
    fn kind(&mut self, part: Part, rule: Option<&Rule>, raw: &[u8]) -> Option<Kind> {
        if raw.is_empty() || raw == b"\"\"" {
            return None;
        }
        let kind = match part {
            Part::Is(kind) => super::look(kind, raw),
            Part::Note if raw.contains(&b' ') => return None,
            Part::Note => Kind::Id,
            Part::Zip => Kind::Zip,
            Part::Prefix => Kind::Family,
            Part::Date | Part::Birth => {
                if part == Part::Birth {
                    self.identity.note_birth(raw);
                }
                if let Some(day) = raw.first_chunk::<8>()
                    && part == Part::Date
                    && *day > self.newest
                    && day < b"21000000"
                    && day.iter().all(u8::is_ascii_digit)
                {
                    self.newest = *day;
                }
                Kind::Date
            }
            _ => return None,
        };
        // The name of a facility or ward, as that of an organisation, is that of an assigning
        // authority, too.
        let tells_nothing = kind == Kind::Id
            && rule.is_some_and(|r| matches!(r.category, Category::Location | Category::Party))
            && !raw.iter().any(u8::is_ascii_digit);
        (!tells_nothing).then_some(kind)
    }
}
