//! Checks one message: finds the model that it is to be held against, and runs all rules.

use super::constraint;
use super::content::Walk;
use super::encoding;
use super::finding::{At, Finding, Problem};
use super::header;
use super::layout::{Kind, NOWHERE, Seating};
use super::model::{MessageDef, Model, SegmentDef};
use super::profile::{Choice, Profile, Profiles, nist};
use super::rule::{Rule, Severity};
use super::search::Search;
use super::sequence::Numbers;
use super::settings::{Settings, Severities};
use super::standard;
use super::structure::{self, Line};
use super::tree::{Index, Tree};
use crate::core::scope::to_utf8;
use crate::core::{Charset, Message, Scope, SegmentId, TextOptions, segment_id};
use crate::dictionary::Version;
use std::collections::HashMap;

/// Holds messages against the standard, or against profiles.
#[derive(Debug)]
pub struct Validator {
    settings: Settings,
    profiles: Profiles,
    /// Of each profile how severe its rules are.
    severities: Vec<Severities>,
    /// Of each profile how many bindings are not checked for want of their value sets.
    unchecked: Vec<usize>,
}

/// What is allocated once and used for every message.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Where the segments of the message last checked belong.
    pub seating: Seating,
    search: Search,
    symbols: Vec<Option<u16>>,
    numbers: Numbers,
    occurrences: Occurrences,
    index: Index,
}

/// What a message was held against.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'v> {
    /// The model.
    pub model: &'v Model,
    /// The structure in it; `None` if the model has none for this kind of message.
    pub structure: Option<&'v MessageDef>,
    /// How severe its rules are.
    pub severities: &'v Severities,
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
        let severities = severities.collect();
        let unchecked = profiles.all.iter().map(|p| p.model.unchecked_bindings()).collect();
        Self { settings, severities, unchecked, profiles }
    }

    /// How messages are held against the model.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How severe it is what no message says that a profile could be chosen by, such as the
    /// envelope of a batch: as in the profile, if there is one for all messages.
    #[must_use]
    pub fn severities_around(&self) -> &Severities {
        match &self.severities[..] {
            [only] if self.profiles.map.is_none() => only,
            _ => &self.settings.severities,
        }
    }

    /// Appends what is wrong with `message` to `findings`, in the order of their places, of too
    /// many ([`super::finding::MOST`]) not all.
    pub fn check<'v>(
        &'v self,
        message: &Message<'_>,
        text: &TextOptions,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding<'v>>,
    ) -> Checked<'v> {
        let mut own = Vec::new();
        // Where bytes of characters can equal delimiters, the message is split as text; places in
        // the bytes are not told then.
        let checked = match to_utf8(message, *text) {
            Some(utf8) => {
                let text = TextOptions { charset: Some(Charset::UTF_8), ..*text };
                let message = message.with_bytes(utf8.as_bytes());
                let checked = self.check_split(&message, &text, scratch, &mut own);
                own.iter_mut().for_each(|finding| finding.span = (0, 0));
                checked
            }
            None => self.check_split(message, text, scratch, &mut own),
        };
        own.sort_by_key(|finding| finding.at.position());
        findings.append(&mut own);
        checked
    }

    /// As [`Validator::check`] in no order; `findings` are of this message alone.
    fn check_split<'v>(
        &'v self,
        message: &Message<'_>,
        text: &TextOptions,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding<'v>>,
    ) -> Checked<'v> {
        let (version, is_newer) = header::version(message.header());
        let scope = Scope::with(message, *text);
        let choice = self.profiles.choose(&scope);
        if self.settings.nist
            && let Some((model, structure, severities)) = self.of_nist(choice)
        {
            let Scratch { seating, index, .. } = scratch;
            nist::check(model, structure, severities, message, (seating, index), findings);
            return Checked { model, structure: Some(structure), severities };
        }
        let (model, severities) = match choice {
            Choice::Profile(at, _) => (&self.profiles.all[at].model, &self.severities[at]),
            Choice::Standard | Choice::NoneFits => {
                (standard::model(version), &self.settings.severities)
            }
        };
        let mut walk = Walk::new(model, severities, message, findings);
        walk.is_newer = is_newer;
        let lines = lines(message, &mut scratch.occurrences);
        too_long(&mut walk, &lines);
        encoding::check(&mut walk, message, text, &lines);
        header::check(&mut walk, message.header());
        if let Choice::Profile(at, _) = choice {
            self.other_version(&mut walk, &self.profiles.all[at], version);
            without_sets(&mut walk, self.unchecked[at]);
        }
        let structure = structure_of(&mut walk, message, choice);
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
        Checked { model, structure, severities }
    }

    /// Says that a message names another version than the one that its profile extends, unless
    /// somebody has said that the profile is for such messages.
    fn other_version(&self, walk: &mut Walk<'_, '_>, profile: &Profile, version: Version) {
        let own = profile.model.version;
        let is_asked = profile.applies.header.iter().any(|&(field, _)| field == 12);
        if profile.model.is_profile || own == version || is_asked || self.profiles.map.is_some() {
            return;
        }
        let at = At { line: 1, segment: *b"MSH", occurrence: 1, field: 12, ..At::default() };
        let at = At { repetition: 1, ..at };
        let problem = Problem::Plain {
            wrong: "the profile extends another version; the message is held against that".into(),
            expected: own.as_str().into(),
        };
        walk.report_as(Rule::Prf1, at, &[], Some(Severity::Info), problem);
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

/// The structure that a message is held against, and what is to be said of the choice.
fn structure_of<'v>(
    walk: &mut Walk<'v, '_>,
    message: &Message<'_>,
    choice: Choice<'v>,
) -> Option<&'v MessageDef> {
    let of_standard =
        |walk: &mut Walk<'v, '_>| header::structure(walk, message.header(), message.first(*b"EVN"));
    let is_profile = walk.model.is_profile;
    let structure = match choice {
        // What a profile says itself of the event is not held against the standard.
        Choice::Profile(_, Some(own)) if is_profile || !own.event.is_empty() => Some(own),
        Choice::Profile(_, own) => {
            of_standard(walk);
            own
        }
        Choice::Standard | Choice::NoneFits => of_standard(walk),
    };
    let wrong = match choice {
        Choice::NoneFits => "no profile is for this message; it is held against the standard",
        Choice::Profile(_, None) if is_profile => {
            "the profile has no structure for this kind of message"
        }
        _ => return structure,
    };
    let expected = "a message that a profile is for".into();
    let at = At { line: 1, segment: *b"MSH", occurrence: 1, ..At::default() };
    walk.report(Rule::Prf1, at, &[], Problem::Plain { wrong: wrong.into(), expected });
    structure
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

/// Says that codes of a message are not checked.
fn without_sets(walk: &mut Walk<'_, '_>, unchecked: usize) {
    if unchecked > 0 {
        let at = At { line: 1, segment: *b"MSH", occurrence: 1, ..At::default() };
        let wrong = not_checked(unchecked).into();
        let problem = Problem::Plain { wrong, expected: "".into() };
        walk.report_as(Rule::Val2, at, &[], Some(Severity::Info), problem);
    }
}

/// Says that so many bindings of a profile have no value sets.
#[must_use]
pub fn not_checked(unchecked: usize) -> String {
    let bindings = if unchecked == 1 { "binding" } else { "bindings" };
    format!("value sets are not loaded: {unchecked} {bindings} not checked")
}

/// Says that not all of a message is checked.
fn too_long(walk: &mut Walk<'_, '_>, lines: &[Line<'_>]) {
    if let Some(last) = lines.get(MOST_SEGMENTS - 1) {
        let wrong = format!("more than {MOST_SEGMENTS} segments; the others are not checked");
        let problem = Problem::Plain { wrong: wrong.into(), expected: "".into() };
        walk.report_as(Rule::Prf1, last.at, &[], Some(Severity::Error), problem);
    }
}

/// So many segments of a message are checked.
const MOST_SEGMENTS: usize = 1 << 20;

/// The segments of a message with their places.
fn lines<'m>(message: &Message<'m>, occurrences: &mut Occurrences) -> Vec<Line<'m>> {
    occurrences.clear();
    let mut lines = Vec::with_capacity(32);
    for (number, segment) in (1_u32..).zip(message.segments().take(MOST_SEGMENTS)) {
        let id = segment_id::at_head(segment.raw(), segment.separators().field)
            .filter(|&id| segment_id::is_proper(id));
        let occurrence = id.map_or(0, |id| occurrences.count(id));
        let at = At { line: number, segment: id.unwrap_or_default(), occurrence, ..At::default() };
        lines.push(Line { segment, at, is_segment: id.is_some() });
    }
    lines
}

/// How many segments of each id there were. Most messages have few ids, which are found faster in a
/// list.
#[derive(Debug, Default)]
struct Occurrences {
    few: Vec<(SegmentId, u32)>,
    more: HashMap<SegmentId, u32>,
}

impl Occurrences {
    fn clear(&mut self) {
        self.few.clear();
        self.more.clear();
    }

    fn count(&mut self, id: SegmentId) -> u32 {
        let at = self.few.iter().position(|(known, _)| *known == id);
        let count = match at {
            Some(at) => &mut self.few[at].1,
            None if self.few.len() < 32 => {
                self.few.push((id, 1));
                return 1;
            }
            None => self.more.entry(id).or_default(),
        };
        *count += 1;
        *count
    }
}
