//! Rules of a site, over those of a profile.
//!
//! One rule a line: what it is about, `=`, an action. `#` begins a comment.
//!
//! ```text
//! PID-8     = keep
//! PID-3.4   = remove          # a component
//! @XTN      = remove          # all fields of a data type, and OBX-5 of that type
//! ZPI-2     = name
//! ZPD       = keep            # a segment
//! Z*        = remove          # what else begins with Z
//! MSH-11    = constant T
//! ```

use super::parts::Part;
use super::{Action, Rule, Rules, SegmentRules, Special, put};
use crate::core::SegmentId;
use crate::ops::deidentify::Kind;
use std::fmt;

/// The greatest number of a field that a rule can name.
const FIELD_MAX: u16 = 999;

/// Rules of a site.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    target: Target,
    action: Action,
    argument: String,
}

#[derive(Clone, Debug)]
enum Target {
    /// What no rule knows.
    Others,
    Local,
    Segment(SegmentId),
    Field(SegmentId, u16),
    Component(SegmentId, u16, u8),
    Type(String),
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayError {
    /// The line, from 1.
    pub line: usize,
    /// What is expected.
    pub expected: &'static str,
}

impl fmt::Display for OverlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.expected)
    }
}

impl std::error::Error for OverlayError {}

impl Overlay {
    /// Reads rules. Of two that are about the same, the later one counts.
    ///
    /// # Errors
    /// All lines that are no rules.
    pub fn parse(text: &str) -> Result<Self, Vec<OverlayError>> {
        let mut lines = Vec::new();
        let mut errors = Vec::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (n, line) in text.lines().enumerate() {
            // In the value of a constant, `#` has to follow a blank to begin a comment.
            let rule = match line.find(" #").or_else(|| line.find("\t#")) {
                _ if line.trim_start().starts_with('#') => "",
                Some(at) => line.get(..at).unwrap_or(line),
                None => line,
            };
            if rule.trim().is_empty() {
                continue;
            }
            match read(rule) {
                Ok(line) => lines.push(line),
                Err(expected) => errors.push(OverlayError { line: n + 1, expected }),
            }
        }
        if errors.is_empty() { Ok(Self { lines }) } else { Err(errors) }
    }

    pub(super) fn apply(&self, rules: &mut Rules) {
        let known = Known {
            person: rules.type_of("XPN"),
            address: rules.type_of("XAD"),
            identifier: rules.type_of("CX"),
        };
        // A line counts as if those before it that are about the same did not stand there.
        let profile = if self.lines.is_empty() { Vec::new() } else { rules.segments.clone() };
        let set = |rule: &mut Rule, id: SegmentId, action: Action| {
            *rule = of_profile(&profile, id, rule.field);
            set(rule, action, &known);
        };
        for line in &self.lines {
            let action = match line.action {
                Action::Constant(_) => rules.constant(&line.argument),
                action => action,
            };
            match &line.target {
                Target::Others => rules.others.action = action,
                Target::Local => rules.local.action = action,
                Target::Segment(id) => {
                    let segment = fields_of(rules, *id);
                    segment.beyond.action = action;
                    for rule in &mut segment.fields {
                        set(rule, *id, action);
                    }
                }
                Target::Field(id, field) => set(rule_of(rules, *id, *field), *id, action),
                Target::Component(id, field, component) => {
                    let rule = rule_of(rules, *id, *field);
                    rule.components.retain(|(known, _)| known != component);
                    rule.components.push((*component, action));
                }
                Target::Type(name) => {
                    let mut segments = std::mem::take(&mut rules.segments);
                    for segment in &mut segments {
                        for rule in segment.fields.iter_mut().filter(|rule| rules.is_of(rule, name))
                        {
                            set(rule, segment.id, action);
                        }
                    }
                    rules.segments = segments;
                    rules.observed.retain(|(known, _)| known != name);
                    rules.observed.push((name.clone(), action));
                }
            }
        }
    }
}

/// The data types that an action stands for where a field has none.
struct Known {
    person: Option<u8>,
    address: Option<u8>,
    identifier: Option<u8>,
}

/// The rule of a field as the profile has it.
fn of_profile(profile: &[SegmentRules], id: SegmentId, field: u16) -> Rule {
    let segment = profile.binary_search_by(|known| known.id.cmp(&id)).ok();
    let mut fields = segment.iter().flat_map(|&at| &profile[at].fields);
    let rule = fields.find(|rule| rule.field == field);
    rule.cloned().unwrap_or_else(|| Rule::unknown(field, Action::Remove))
}

/// Gives a field, as the profile has it, an action. Where nothing is known of it, the action tells what stands in it.
fn set(rule: &mut Rule, action: Action, known: &Known) {
    let is_kept = action == Action::Keep && rule.action != Action::Keep;
    let tells_nothing = rule.special != Special::None || (rule.free && !rule.is_identifying());
    rule.is_kept_by_site = is_kept && !rule.is_unknown() && !tells_nothing;
    rule.action = action;
    rule.components.clear();
    if !rule.is_unknown() {
        // A text or a code becomes what the action makes of a whole value.
        let is_plain = matches!(rule.part, Part::Free | Part::Code | Part::Note);
        if is_plain && rule.types.is_empty() && rule.special == Special::None && action.replaces() {
            let kind = if action == Action::Name { Kind::Family } else { Kind::Id };
            rule.part = Part::Is(kind);
            rule.free = false;
            rule.is_of_site = true;
        }
        return;
    }
    let (part, of) = match action {
        Action::Shift | Action::Year => (Part::Date, None),
        Action::Token | Action::Surrogate => (Part::Is(Kind::Id), known.identifier),
        Action::Name | Action::Fake => (Part::Is(Kind::Family), known.person),
        Action::Zip3 => (Part::Zip, known.address),
        _ => (Part::Free, None),
    };
    rule.part = part;
    rule.free = part == Part::Free;
    rule.types = of.into_iter().collect();
}

fn fields_of(rules: &mut Rules, id: SegmentId) -> &mut SegmentRules {
    let at = match rules.segments.binary_search_by(|known| known.id.cmp(&id)) {
        Ok(at) => at,
        Err(at) => {
            let beyond = rules.unknown(&id).action;
            rules.segments.insert(at, SegmentRules::new(id, beyond));
            at
        }
    };
    &mut rules.segments[at]
}

fn rule_of(rules: &mut Rules, id: SegmentId, field: u16) -> &mut Rule {
    let segment = fields_of(rules, id);
    let at = usize::from(field).saturating_sub(1);
    if segment.fields.len() <= at {
        put(&mut segment.fields, Rule::unknown(field, Action::Remove), segment.beyond.action);
    }
    &mut segment.fields[at]
}

/// Reads a rule without its comment.
fn read(text: &str) -> Result<Line, &'static str> {
    let (target, action) =
        text.split_once('=').ok_or("a rule is expected: PATH = ACTION, such as PID-8 = keep")?;
    let target = read_target(target.trim())?;
    let action = action.trim();
    let (word, argument) = match action.split_once(char::is_whitespace) {
        Some((word, argument)) => (word, argument.trim()),
        None => (action, ""),
    };
    if word == "constant" {
        if argument.is_empty() {
            return Err("constant needs a value");
        }
        if argument.chars().any(char::is_control) {
            return Err("a constant has no control characters");
        }
        return Ok(Line { target, action: Action::Constant(0), argument: argument.to_owned() });
    }
    let action = Action::of_word(word).ok_or(
        "an action is expected: keep, remove, token, surrogate, name, shift, year, zip3, clean, fake, constant VALUE",
    )?;
    if !argument.is_empty() {
        return Err("only constant has a value");
    }
    if action == Action::Zip3 && !may_be_address(&target) {
        return Err("zip3 is for addresses");
    }
    let whole = matches!(target, Target::Others | Target::Local | Target::Segment(_));
    if whole && !matches!(action, Action::Keep | Action::Remove | Action::Clean) {
        return Err("segments are kept, removed, or cleaned");
    }
    Ok(Line { target, action, argument: String::new() })
}

/// Whether what a rule is about can be an address.
fn may_be_address(target: &Target) -> bool {
    match target {
        Target::Field(id, field) | Target::Component(id, field, _) => {
            let field = field.to_string();
            let mut lines = super::FIELDS.lines().map(|line| line.split('\t'));
            let types = lines.find_map(|mut columns| {
                let is = columns.next()?.as_bytes() == id && columns.next()? == field;
                is.then(|| columns.next()).flatten()
            });
            types.is_none_or(|types| {
                types.split('/').any(|of| matches!(of, "XAD" | "AD" | "LA2" | "CM_LA1"))
            })
        }
        Target::Type(name) => matches!(name.as_str(), "XAD" | "AD" | "LA2"),
        _ => true,
    }
}

const TARGET: &str = "what it is about is expected: a field (PID-3), a component (PID-3.1), a data type (@XTN), a segment (PID), Z* or *";

fn read_target(text: &str) -> Result<Target, &'static str> {
    if text == "*" {
        return Ok(Target::Others);
    }
    if text == "Z*" {
        return Ok(Target::Local);
    }
    if let Some(name) = text.strip_prefix('@') {
        let known = SIMPLE.contains(&name)
            || super::type_of(&super::read_names(&super::read_types()), name).is_some();
        let target = known.then(|| Target::Type(name.to_owned()));
        return target.ok_or("a data type of HL7 is expected behind @");
    }
    let (id, place) = match text.split_once('-') {
        Some((id, place)) => (id, Some(place)),
        None => (text, None),
    };
    let usual = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let id: SegmentId = id.as_bytes().try_into().map_err(|_| TARGET)?;
    if !id.iter().all(usual) || !id[0].is_ascii_uppercase() {
        return Err(TARGET);
    }
    let Some(place) = place else { return Ok(Target::Segment(id)) };
    let (field, component) = match place.split_once('.') {
        Some((field, component)) => (field, Some(component)),
        None => (place, None),
    };
    let field: u16 = field.parse().map_err(|_| TARGET)?;
    if field == 0 || field > FIELD_MAX {
        return Err(TARGET);
    }
    if &id == b"MSH" && field <= 2 {
        return Err("MSH-1 and MSH-2 always stay");
    }
    match component {
        None => Ok(Target::Field(id, field)),
        Some(component) => match component.parse() {
            Ok(0) | Err(_) => Err(TARGET),
            Ok(component) => Ok(Target::Component(id, field, component)),
        },
    }
}

/// Data types that have no components, or none that tell of a person.
const SIMPLE: [&str; 21] = [
    "ST", "TX", "FT", "DT", "TM", "TS", "DTM", "NM", "SI", "ID", "IS", "TN", "SN", "NR", "NA",
    "MA", "CD", "MO", "CP", "CQ", "RP",
];
