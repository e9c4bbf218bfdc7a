//! What a message identifies somebody by, noted before anything of it is written.

use super::choose::choose;
use super::query;
use super::rules::parts::Part;
use super::rules::{Action, Rule, Rules, Special};
use super::subject::Kind;
use super::text::Identity;
use crate::core::message::pieces;
use crate::core::{Scope, Segment, Separators};

/// Notes values of a message.
pub(super) struct Collect<'r, 'c, 'm> {
    pub(super) rules: &'r Rules,
    pub(super) scope: &'c Scope<'c, 'm>,
    pub(super) sep: Separators,
    pub(super) identity: &'c mut Identity,
    /// The newest date that was met, as eight digits.
    pub(super) newest: [u8; 8],
    pub(super) scratch: &'c mut Vec<u8>,
}

impl Collect<'_, '_, '_> {
    /// Notes what stands in a segment.
    pub(super) fn segment(&mut self, segment: Segment<'_>) {
        let rules = self.rules;
        let Some((&id, rest)) = segment.raw().split_first_chunk::<3>() else { return };
        let Some(of) = rules.segment(id) else { return };
        if rest.first() != Some(&self.sep.field) {
            return;
        }
        let skipped = usize::from(super::counts_as_header(id));
        let fields = pieces(&rest[1..], self.sep.field);
        // MSH-2 holds the delimiters.
        for (rule, raw) in
            of.fields.get(skipped..).unwrap_or_default().iter().zip(fields).skip(skipped)
        {
            // What a site keeps is still known elsewhere; a text that it wants to be a token is no
            // identifier.
            let is_kept = rule.action == Action::Keep && !rule.is_kept_by_site;
            if raw.is_empty() || is_kept || rule.is_of_site {
                continue;
            }
            match rule.special {
                Special::None => self.field(rule, raw),
                Special::Observation => {
                    let name = segment.field(2).map_or(&b""[..], |field| field.raw());
                    self.observation(name, raw);
                }
                Special::Parameter | Special::Criterion => {
                    let sep = self.sep;
                    query::values(rule.special, raw, &sep, &mut |of, value| {
                        if let Some(named) = query::named(rules, of) {
                            let part = query::part(rules, named, of);
                            self.part(part, named, value);
                        }
                    });
                }
            }
        }
    }

    fn field(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.types.is_empty()
            && !matches!(rule.part, Part::Is(_) | Part::Date | Part::Birth | Part::Note)
        {
            return;
        }
        for repetition in pieces(raw, self.sep.repetition) {
            match choose(self.rules, rule, repetition, &self.sep) {
                None => {
                    let head = pieces(repetition, self.sep.component).next();
                    self.part(rule.part, rule, head.unwrap_or_default());
                }
                Some(of) => self.composite(of, rule, repetition),
            }
        }
    }

    fn observation(&mut self, name: &[u8], raw: &[u8]) {
        let name = std::str::from_utf8(name).unwrap_or_default();
        match name {
            "DT" | "TS" | "DTM" => self.simple(Part::Date, raw),
            "TN" => self.simple(Part::Is(Kind::Phone), raw),
            _ if self.rules.keeps_observed(name) => {}
            _ => {
                let Some(of) = self.rules.type_of(name) else { return };
                for repetition in pieces(raw, self.sep.repetition) {
                    self.parts(of, Action::Clean, None, repetition);
                }
            }
        }
    }

    fn simple(&mut self, part: Part, raw: &[u8]) {
        for repetition in pieces(raw, self.sep.repetition) {
            let head = pieces(repetition, self.sep.component).next();
            self.value(part, None, head.unwrap_or_default());
        }
    }

    fn composite(&mut self, of: u8, rule: &Rule, raw: &[u8]) {
        self.parts(of, rule.action, Some(rule), raw);
    }

    fn parts(&mut self, of: u8, action: Action, rule: Option<&Rule>, raw: &[u8]) {
        let rules = self.rules;
        let id = rules.type_id(of);
        let coded = matches!(id, "CE" | "CWE" | "CNE" | "CF");
        if coded && !action.replaces() {
            return;
        }
        if id == "XTN" {
            self.telephone(raw);
        }
        let is_ssn = id == "CX" && pieces(raw, self.sep.component).nth(4) == Some(b"SS");
        let sub = self.sep.subcomponent;
        let components = pieces(raw, self.sep.component);
        for (n, (component, &part)) in components.zip(rules.parts(of)).enumerate() {
            if component.is_empty() {
                continue;
            }
            match part {
                Part::Nested(of) => {
                    let coded = matches!(rules.type_id(of), "CE" | "CWE" | "CNE" | "CF");
                    let names = rules.type_id(of) == "FN";
                    for (value, &part) in pieces(component, sub).zip(rules.parts(of)) {
                        // What stands before a name goes, and may be a name itself.
                        let is_name = names && part == Part::Drop;
                        let part = if is_name { Part::Is(Kind::Family) } else { part };
                        if !coded {
                            self.value(part, rule, value);
                        }
                    }
                }
                Part::Code if coded && matches!(n, 0 | 3 | 9) => {
                    self.part_of(Part::Is(Kind::Id), rule, component);
                }
                Part::Text if coded => {
                    let kind = rule.map_or(Kind::Family, super::own_kind);
                    self.part_of(Part::Is(kind), rule, component);
                }
                Part::Is(Kind::Id) if is_ssn => self.part_of(Part::Is(Kind::Ssn), rule, component),
                part => self.part_of(part, rule, component),
            }
        }
    }

    /// A telephone number in its parts.
    fn telephone(&mut self, raw: &[u8]) {
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

    fn part(&mut self, part: Part, rule: &Rule, raw: &[u8]) {
        self.part_of(part, Some(rule), raw);
    }

    /// A component, with subcomponents where none belong.
    fn part_of(&mut self, part: Part, rule: Option<&Rule>, raw: &[u8]) {
        if matches!(part, Part::Is(_) | Part::Date | Part::Birth | Part::Note | Part::Zip) {
            for value in pieces(raw, self.sep.subcomponent) {
                self.value(part, rule, value);
            }
        }
    }

    fn value(&mut self, part: Part, rule: Option<&Rule>, raw: &[u8]) {
        if raw.is_empty() || raw == b"\"\"" {
            return;
        }
        let kind = match part {
            Part::Is(kind) => super::look(kind, raw),
            Part::Note if raw.contains(&b' ') => return,
            Part::Note => Kind::Id,
            Part::Zip => Kind::Zip,
            Part::Date | Part::Birth => {
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
            _ => return,
        };
        // The name of a facility or ward in a location is that of an assigning authority, too.
        let is_place = rule.is_some_and(|rule| rule.category == "location");
        if kind == Kind::Id && is_place && !raw.iter().any(u8::is_ascii_digit) {
            return;
        }
        let text = self.scope.text(raw);
        self.identity.note(kind, &text);
    }
}
