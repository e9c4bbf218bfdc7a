//! Checks one message: finds the model that it is to be held against, and runs all rules.

use super::constraint;
use super::content::Walk;
use super::encoding;
use super::finding::{At, Finding, Problem};
use super::header;
use super::layout::{Kind, NOWHERE, Seating};
use super::model::{MessageDef, Model, SegmentDef};
use super::profile::{Choice, Profiles, nist};
use super::rule::Rule;
use super::search::Search;
use super::sequence::Numbers;
use super::settings::{Settings, Severities};
use super::standard;
use super::structure::{self, Line};
use super::tree::{Index, Tree};
use crate::core::{Message, Scope, SegmentId, TextOptions};

/// Holds messages against the standard, or against profiles.
#[derive(Debug)]
pub struct Validator {
    settings: Settings,
    profiles: Profiles,
    /// Of each profile how severe its rules are.
    severities: Vec<Severities>,
}

/// What is allocated once and used for every message.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Where the segments of the message last checked belong.
    pub seating: Seating,
    search: Search,
    symbols: Vec<Option<u16>>,
    numbers: Numbers,
    occurrences: Vec<(SegmentId, u32)>,
    index: Index,
}

/// What a message was held against.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'v> {
    /// The model.
    pub model: &'v Model,
    /// The structure in it; `None` if the model has none for this kind of message.
    pub structure: Option<&'v MessageDef>,
}

impl Validator {
    /// Against the standard, in the version that each message names.
    #[must_use]
    pub fn standard(settings: Settings) -> Self {
        Self::new(settings, Profiles::default())
    }

    /// Against the profile that fits each message.
    #[must_use]
    pub fn new(settings: Settings, profiles: Profiles) -> Self {
        let all = profiles.all.iter();
        let severities = all.map(|p| settings.beneath(p.model.is_profile, &p.severities));
        Self { severities: severities.collect(), settings, profiles }
    }

    /// How messages are held against the model.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Appends what is wrong with `message` to `findings`, in the order of their places.
    pub fn check<'v>(
        &'v self,
        message: &Message<'_>,
        text: &TextOptions,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding<'v>>,
    ) -> Checked<'v> {
        let first = findings.len();
        let (version, is_newer) = header::version(message.header());
        let scope = Scope::with(message, *text);
        let choice = self.profiles.choose(&scope);
        let (model, severities) = match choice {
            Choice::Profile(at, _) => (&self.profiles.all[at].model, &self.severities[at]),
            Choice::Standard | Choice::NoneFits => {
                (standard::model(version), &self.settings.severities)
            }
        };
        if self.settings.nist
            && let Some((model, structure, severities)) = self.of_nist(choice)
        {
            let Scratch { seating, index, .. } = scratch;
            nist::check(model, structure, severities, message, (seating, index), findings);
            findings[first..].sort_by_key(|finding| finding.at.position());
            return Checked { model, structure: Some(structure) };
        }
        let mut walk = Walk::new(model, severities, message, findings);
        walk.is_newer = is_newer;
        let lines = lines(message, &mut scratch.occurrences);
        encoding::check_segment_ids(&mut walk, &lines);
        encoding::check_characters(&mut walk, message, text, &lines);
        encoding::check_ends(&mut walk, &lines);
        header::check_version(&mut walk, message.header());
        header::check_processing_id(&mut walk, message.header());
        let structure = match choice {
            // What a profile says itself of the event is not held against the standard.
            Choice::Profile(_, Some(own)) if !own.event.is_empty() || model.is_profile => Some(own),
            Choice::Profile(_, own) => {
                header::structure(&mut walk, message.header());
                own
            }
            Choice::Standard | Choice::NoneFits => header::structure(&mut walk, message.header()),
        };
        let no_profile = match choice {
            Choice::NoneFits => "no profile is for this message; it is held against the standard",
            Choice::Profile(_, None) if model.is_profile => {
                "the profile has no structure for this kind of message"
            }
            _ => "",
        };
        if !no_profile.is_empty() {
            let expected = "a message that a profile is for".into();
            let problem = Problem::Plain { wrong: no_profile.into(), expected };
            walk.report(
                Rule::Prf1,
                At { line: 1, segment: *b"MSH", occurrence: 1, ..At::default() },
                &[],
                problem,
            );
        }
        check_against(&mut walk, structure, &lines, scratch);
        if let Some(structure) = structure.filter(|_| !model.constraints.all.is_empty()) {
            let Scratch { seating, index, .. } = scratch;
            index.read(message, seating, false);
            let tree = Tree::new(model, structure, seating, index, message);
            constraint::check(&tree, false, severities, findings);
        }
        if let Choice::Profile(at, _) = choice {
            self.profiles.all[at].check_rules(&scope, structure, severities, findings);
        }
        findings[first..].sort_by_key(|finding| finding.at.position());
        Checked { model, structure }
    }

    /// What NIST's validator is to hold a message against: it is told the structure, and does not
    /// ask the message, so that the only one there is will do for all.
    fn of_nist<'v>(
        &'v self,
        choice: Choice<'v>,
    ) -> Option<(&'v Model, &'v MessageDef, &'v Severities)> {
        if let (Some((profile, structure)), Some(severities)) =
            (self.profiles.only(), self.severities.first())
        {
            return Some((&profile.model, structure, severities));
        }
        match choice {
            Choice::Profile(at, Some(structure)) => {
                Some((&self.profiles.all[at].model, structure, &self.severities[at]))
            }
            _ => None,
        }
    }
}

/// Checks the segments against a structure and its definitions.
fn check_against<'v, 'm>(
    walk: &mut Walk<'v, 'm>,
    structure: Option<&'v MessageDef>,
    lines: &[Line<'m>],
    scratch: &mut Scratch,
) {
    let Scratch { seating, search, symbols, numbers, .. } = scratch;
    seating.clear();
    numbers.clear();
    if let Some(structure) = structure {
        structure::check(walk, structure, lines, search, symbols, seating);
    }
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.is_segment) {
        let place = seating.seats.get(number).map_or(NOWHERE, |seat| seat.place);
        let layout = structure.map(|s| &s.layout);
        let seated = layout.and_then(|layout| layout.place(place)).and_then(|p| match p.kind {
            Kind::Segment { definition, .. } => definition,
            Kind::Group { .. } => None,
        });
        let definition = match seated.and_then(|at| walk.model.segment(at)) {
            Some(definition) => Some(definition),
            None => by_name(walk.model, line.at.segment),
        };
        let Some(definition) = definition else { continue };
        walk.segment(definition, line.segment, line.at);
        if let Some(layout) = layout {
            numbers.check(walk, definition, line, number, seating, layout);
        }
    }
}

/// The definition of a segment that has no place.
fn by_name(model: &Model, id: SegmentId) -> Option<&SegmentDef> {
    if model.is_profile {
        return model.segments.iter().find(|s| s.name == id);
    }
    model.segment(standard::segment_ix(model, id)?)
}

/// The segments of a message with their places.
fn lines<'m>(message: &Message<'m>, occurrences: &mut Vec<(SegmentId, u32)>) -> Vec<Line<'m>> {
    occurrences.clear();
    let mut lines = Vec::with_capacity(32);
    for (number, segment) in (1_u32..).zip(message.segments()) {
        let by = segment.separators().field;
        let id = match segment.raw() {
            [a, b, c] => Some([*a, *b, *c]),
            [a, b, c, after, ..] if *after == by => Some([*a, *b, *c]),
            _ => None,
        };
        let is_id = |id: &SegmentId| {
            id[0].is_ascii_uppercase()
                && id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        let id = id.filter(is_id);
        let occurrence = id.map_or(0, |id| match occurrences.iter_mut().find(|o| o.0 == id) {
            Some(known) => {
                known.1 += 1;
                known.1
            }
            None => {
                occurrences.push((id, 1));
                1
            }
        });
        let at = At { line: number, segment: id.unwrap_or_default(), occurrence, ..At::default() };
        lines.push(Line { segment, at, is_segment: id.is_some() });
    }
    lines
}
