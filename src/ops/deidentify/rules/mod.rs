//! The rules: what is done with which field.
//!
//! `fields.tsv` has all fields of all versions, withdrawn ones too, with an action for each
//! profile; `components.tsv` has what the parts of data types are. A rule is about the field
//! whatever version a message says it has. What no rule knows is removed.

mod action;
pub mod codes;
mod list;
mod overlay;
pub(super) mod parts;
mod way;

pub use action::Action;
pub use overlay::{Overlay, OverlayError};

pub(super) use super::settings::Profile;
use super::settings::{BirthDate, Settings};
use crate::core::SegmentId;
use parts::{Op, Ops, Part, Role, Type, op};
pub(super) use way::{Brief, Way};

const FIELDS: &str = include_str!("fields.tsv");
const COMPONENTS: &str = include_str!("components.tsv");

/// What is done with every field.
#[derive(Debug)]
pub struct Rules {
    pub(super) settings: Settings,
    segments: Vec<SegmentRules>,
    /// The number of a segment at the place of its id, or of another one that shares it: to search
    /// for each took a fiftieth of all time.
    numbers: Box<[u16; PLACES]>,
    /// What is done with fields of segments that no rule knows.
    others: Rule,
    /// As [`Rules::others`], of segments whose id begins with Z.
    local: Rule,
    types: Vec<Type>,
    /// Their numbers by all names.
    names: Vec<(&'static str, u8)>,
    pub(super) ops: Ops,
    constants: Vec<String>,
    /// Actions for OBX-5 by what is in OBX-2.
    pub(super) observed: Vec<(String, Action)>,
}

/// The rules of a segment.
#[derive(Clone, Debug)]
pub(super) struct SegmentRules {
    pub(super) id: SegmentId,
    /// Of field 1, 2, ...
    pub(super) fields: Vec<Rule>,
    /// The same in brief.
    pub(super) briefs: Vec<Brief>,
    /// What is done with fields beyond them.
    pub(super) beyond: Rule,
}

impl SegmentRules {
    fn new(id: SegmentId, beyond: Action) -> Self {
        Self { id, fields: Vec::new(), briefs: Vec::new(), beyond: Rule::unknown(0, beyond) }
    }
}

/// The rule of a field.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) field: u16,
    pub(super) action: Action,
    /// What a value is that has no components.
    pub(super) part: Part,
    /// What is done with such a value.
    pub(super) op: Op,
    /// The data types that have components, of all versions, the newest last.
    pub(super) types: Vec<u8>,
    /// Nothing but text can stand in it.
    pub(super) free: bool,
    /// Whether that repeats what somebody typed.
    pub(super) is_echo: bool,
    pub(super) special: Special,
    pub(super) category: Category,
    /// The category by its name in the inventory.
    pub(super) category_name: &'static str,
    /// The names of its data types of all versions, between slashes.
    pub(super) names: &'static str,
    /// Other actions for components.
    pub(super) components: Vec<(u8, Action)>,
    /// Whether a site keeps what the profile would not: it stays as it is.
    pub(super) is_kept_by_site: bool,
    /// Whether a site gave it an action for values of whatever kind.
    pub(super) is_of_site: bool,
    /// Its number among all rules; [`Rule::NO_NUMBER`] for what no rule knows.
    pub(super) number: usize,
}

/// What a field is about, as far as more depends on it than its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// The inventory does not have the field.
    Unknown,
    Query,
    FreeText,
    Provider,
    Location,
    /// When something was done or made, of whomever.
    Date,
    /// An organisation: no person.
    Party,
    /// Who pays, with address and telephone.
    Payer,
    Coded,
    Other,
}

impl Category {
    fn of_word(word: &str) -> Self {
        match word {
            "query" => Self::Query,
            "free_text" => Self::FreeText,
            "provider" => Self::Provider,
            "location" => Self::Location,
            "date" | "date_nonpatient" => Self::Date,
            "org" => Self::Party,
            "payer" => Self::Payer,
            "coded" => Self::Coded,
            _ => Self::Other,
        }
    }
}

/// Fields whose meaning stands elsewhere in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    None,
    /// OBX-5, whose data type is in OBX-2.
    Observation,
    /// QIP: the field's name and values; and QSC, with an operator between.
    Parameter,
    Criterion,
}

impl Rule {
    pub(super) const NO_NUMBER: usize = usize::MAX;

    /// A field that nothing is known of.
    pub(super) fn unknown(field: u16, action: Action) -> Self {
        Self {
            field,
            action,
            part: Part::Free,
            op: Op::Drop,
            types: Vec::new(),
            free: true,
            is_echo: false,
            special: Special::None,
            category: Category::Unknown,
            category_name: "unknown",
            names: "",
            components: Vec::new(),
            is_kept_by_site: false,
            is_of_site: false,
            number: Self::NO_NUMBER,
        }
    }

    /// Whether values of it identify somebody.
    pub(super) fn is_identifying(&self) -> bool {
        matches!(self.part, Part::Is(_) | Part::Date | Part::Birth | Part::Note | Part::Zip)
    }

    /// Whether nothing is known of the field.
    pub(super) fn is_unknown(&self) -> bool {
        self.category == Category::Unknown
    }

    /// What is done with a component of its own accord.
    #[inline]
    pub(super) fn of_component(&self, n: usize) -> Option<Action> {
        self.components.iter().find(|(of, _)| usize::from(*of) == n).map(|&(_, action)| action)
    }
}

impl Rules {
    /// The rules of a profile.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self::with(settings, &Overlay::default())
    }

    /// The rules of a profile under those of a site.
    #[must_use]
    pub fn with(settings: &Settings, overlay: &Overlay) -> Self {
        let types = read_types();
        let names = read_names(&types);
        let column = match settings.profile {
            Profile::SafeHarbor => 6,
            Profile::Pseudonymise => 7,
            Profile::TestData => 8,
        };
        let mut segments: Vec<SegmentRules> = Vec::new();
        for line in FIELDS.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let Some((id, rule)) = read_rule(&columns, column, &types, &names) else { continue };
            let at = match segments.binary_search_by(|known| known.id.cmp(&id)) {
                Ok(at) => at,
                Err(at) => {
                    segments.insert(at, SegmentRules::new(id, Action::Remove));
                    at
                }
            };
            put(&mut segments[at].fields, rule, Action::Remove);
        }
        let mut rules = Self {
            settings: settings.clone(),
            segments,
            numbers: Box::new([u16::MAX; PLACES]),
            others: Rule::unknown(0, Action::Remove),
            local: Rule::unknown(0, Action::Remove),
            ops: Ops::new(&types, settings),
            types,
            names,
            constants: Vec::new(),
            observed: Vec::new(),
        };
        rules.choose();
        overlay.apply(&mut rules);
        rules.compile();
        rules
    }

    /// What was chosen.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the settings change.
    fn choose(&mut self) {
        let settings = self.settings.clone();
        let test = settings.profile == Profile::TestData;
        let live = test.then(|| self.constant("T"));
        let year = settings.birth_date == BirthDate::Year;
        let dates =
            if settings.profile == Profile::SafeHarbor { Action::Year } else { Action::Shift };
        let ndl = self.type_of("NDL");
        let ppn = self.type_of("PPN");
        for segment in &mut self.segments {
            for rule in &mut segment.fields {
                if rule.part == Part::Birth && year && rule.action == Action::Shift {
                    rule.action = Action::Year;
                }
                if settings.keep_providers && rule.category == Category::Provider {
                    rule.action = Action::Keep;
                    // When somebody did something is no property of the provider.
                    let newest = rule.types.last().copied();
                    if newest.is_some() && newest == ndl {
                        rule.components = vec![(2, dates), (3, dates)];
                    } else if newest.is_some() && newest == ppn {
                        rule.components = vec![(15, dates)];
                    }
                }
                if let Some(live) = live
                    && (segment.id, rule.field) == (*b"MSH", 11)
                {
                    rule.components = vec![(1, live)];
                }
            }
        }
    }

    fn compile(&mut self) {
        let mut number = 0;
        let mut segments = std::mem::take(&mut self.segments);
        for segment in &mut segments {
            for rule in &mut segment.fields {
                rule.op = op(rule.part, rule.action, &self.settings);
                rule.number = number;
                number += 1;
            }
            segment.briefs = segment.fields.iter().map(|rule| self.brief(rule)).collect();
        }
        for (n, segment) in segments.iter().enumerate() {
            let number = u16::try_from(n).unwrap_or(u16::MAX);
            self.numbers[place(segment.id)] = number;
        }
        self.segments = segments;
    }

    pub(super) fn constant(&mut self, text: &str) -> Action {
        let at = match self.constants.iter().position(|known| known == text) {
            Some(at) => at,
            None => {
                self.constants.push(text.to_owned());
                self.constants.len() - 1
            }
        };
        Action::Constant(u16::try_from(at).unwrap_or(u16::MAX))
    }

    pub(super) fn constant_text(&self, n: u16) -> &str {
        self.constants.get(usize::from(n)).map_or("", |text| text)
    }

    /// What MSH-11 becomes even where a message says nothing in it: of messages for tests, unless a
    /// site has a rule of its own.
    pub(super) fn processing(&self) -> Option<Vec<u8>> {
        let rule = self.segment(*b"MSH")?.fields.get(10)?;
        match rule.of_component(1)? {
            Action::Constant(n) if self.settings.profile == Profile::TestData => {
                Some(self.constant_text(n).as_bytes().to_vec())
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn segment(&self, id: SegmentId) -> Option<&SegmentRules> {
        self.segments.get(self.number_of(id)?)
    }

    /// Which of the segments an id is of.
    #[inline]
    pub(super) fn number_of(&self, id: SegmentId) -> Option<usize> {
        let likely = usize::from(self.numbers[place(id)]);
        if self.segments.get(likely).is_some_and(|known| known.id == id) {
            return Some(likely);
        }
        self.segments.binary_search_by(|known| known.id.cmp(&id)).ok()
    }

    /// The rules of a segment, by its number.
    #[inline]
    pub(super) fn segment_of(&self, number: usize) -> &SegmentRules {
        &self.segments[number]
    }

    /// The rule of all fields of a segment that no rule knows.
    pub(super) fn unknown(&self, id: &[u8]) -> &Rule {
        if id.first() == Some(&b'Z') { &self.local } else { &self.others }
    }

    #[inline]
    pub(super) fn parts(&self, of: u8) -> &[Part] {
        self.types.get(usize::from(of)).map_or(&[], |of| &of.parts)
    }

    /// What is noted of the components of a value that has no subcomponents, up to the last one of
    /// which something is; [`Part::Drop`] for the others.
    #[inline]
    pub(super) fn noted_parts(&self, of: u8) -> &[Part] {
        self.types.get(usize::from(of)).map_or(&[], |of| &of.noted)
    }

    pub(super) fn type_of(&self, id: &str) -> Option<u8> {
        type_of(&self.names, id)
    }

    /// Whether a field is of a data type: in the newest version, or in an older one where that type
    /// became another for the same.
    fn is_of(&self, rule: &Rule, name: &str) -> bool {
        let id = |name| self.type_of(name).map_or(name, |of| self.types[usize::from(of)].id);
        let wanted = id(name);
        let mut names = rule.names.split('/').map(id);
        let newest = match rule.types.last() {
            Some(&of) => self.types[usize::from(of)].id,
            None => names.clone().next_back().unwrap_or_default(),
        };
        newest == wanted || superseded(wanted, newest) && names.any(|old| old == wanted)
    }

    /// Whether an observation of that data type names a provider, and providers are kept.
    pub(super) fn keeps_observed(&self, name: &[u8]) -> bool {
        self.settings.keep_providers && matches!(name, b"XCN" | b"CN" | b"PPN" | b"NDL" | b"CNN")
    }

    #[inline]
    pub(super) fn role(&self, of: u8) -> Role {
        self.types.get(usize::from(of)).map_or(Role::Other, |of| of.role)
    }

    /// All rules with their segments, in the order of their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (SegmentId, &Rule)> {
        self.segments.iter().flat_map(|of| of.fields.iter().map(|rule| (of.id, rule)))
    }
}

/// How many places there are for ids of segments, a power of two: few of them are shared.
const PLACES: usize = 4096;

/// Where the number of a segment is.
#[inline]
fn place([a, b, c]: SegmentId) -> usize {
    let id = u32::from_le_bytes([a, b, c, 0]);
    (id.wrapping_mul(0x9E37_79B1) >> 20) as usize & (PLACES - 1)
}

/// Puts the rule of a field at its place; gaps are fields of which nothing is known.
fn put(fields: &mut Vec<Rule>, rule: Rule, gap: Action) {
    let at = usize::from(rule.field).saturating_sub(1);
    while fields.len() <= at {
        let n = u16::try_from(fields.len() + 1).unwrap_or(u16::MAX);
        fields.push(Rule::unknown(n, gap));
    }
    fields[at] = rule;
}

fn read_types() -> Vec<Type> {
    let lines = || COMPONENTS.lines().filter(|line| !line.starts_with('#'));
    let pairs = || lines().filter_map(|line| line.split_once('\t'));
    let named: Vec<&str> =
        pairs().filter(|(_, parts)| !parts.starts_with('=')).map(|(id, _)| id).collect();
    let at = |id: &str| named.iter().position(|known| *known == id);
    let mut types: Vec<Type> = Vec::new();
    for (id, parts) in pairs().filter(|(_, parts)| !parts.starts_with('=')) {
        let parts = parts.split(' ').map(|word| {
            let nested = at(word).and_then(|n| u8::try_from(n).ok()).map(Part::Nested);
            nested.or_else(|| Part::of_word(word)).unwrap_or(Part::Drop)
        });
        let (role, parts) = (Role::of_type(id), parts.collect());
        types.push(Type { id, role, parts, noted: Vec::new() });
    }
    let noted: Vec<_> = types.iter().map(|of| of.noted_of(&types)).collect();
    types.iter_mut().zip(noted).for_each(|(of, noted)| of.noted = noted);
    types
}

/// The numbers of data types by all their names, sorted.
fn read_names(types: &[Type]) -> Vec<(&'static str, u8)> {
    let at = |id: &str| types.iter().position(|known| known.id == id);
    let lines = COMPONENTS.lines().filter(|line| !line.starts_with('#'));
    let mut names: Vec<_> = lines
        .filter_map(|line| {
            let (name, parts) = line.split_once('\t')?;
            let of = at(parts.strip_prefix('=').unwrap_or(name))?;
            Some((name, u8::try_from(of).ok()?))
        })
        .collect();
    names.sort_unstable();
    names
}

/// The number of a data type, under whatever name.
fn type_of(names: &[(&'static str, u8)], id: &str) -> Option<u8> {
    let at = names.binary_search_by(|(name, _)| (*name).cmp(id)).ok()?;
    names.get(at).map(|&(_, of)| of)
}

fn read_rule(
    columns: &[&'static str],
    column: usize,
    types: &[Type],
    names_of_types: &[(&'static str, u8)],
) -> Option<(SegmentId, Rule)> {
    let &[segment, field, names, category, _, kind, ..] = columns else { return None };
    let action = Action::of_word(columns.get(column)?)?;
    let mut rule = Rule::unknown(field.parse().ok()?, action);
    rule.category = Category::of_word(category);
    rule.category_name = category;
    rule.names = names;
    rule.special = match names {
        "OBX-2" => Special::Observation,
        "QIP" => Special::Parameter,
        "QSC" => Special::Criterion,
        _ => Special::None,
    };
    let mut found: Vec<&str> = Vec::new();
    for name in names.split('/') {
        let Some(of) = type_of(names_of_types, name) else { continue };
        let of = types[usize::from(of)].id;
        if !found.iter().any(|known| *known == of || superseded(of, known)) {
            found.retain(|known| !superseded(known, of));
            found.push(of);
        }
    }
    rule.types = found.iter().filter_map(|id| type_of(names_of_types, id)).collect();
    let textual = |name: &str| matches!(name, "ST" | "TX" | "FT");
    rule.free = false;
    rule.is_echo = kind == "echo";
    rule.part = match Part::of_word(kind)? {
        Part::Text => {
            rule.free = names.split('/').all(textual);
            Part::Free
        }
        part => part,
    };
    Some((segment.as_bytes().try_into().ok()?, rule))
}

/// Whether all parts of a data type are parts of another one that came later.
fn superseded(id: &str, by: &str) -> bool {
    matches!(
        (id, by),
        ("CK", "CX")
            | ("CN", "XCN")
            | ("PN", "XPN")
            | ("AD", "XAD")
            | ("CE" | "CF", "CWE" | "CNE")
            | ("LA1", "LA2")
            | ("PRL", "TQ" | "PL")
            | ("DT" | "TS", "DTM")
            | ("ID" | "IS", "CWE" | "CNE")
            | ("TN", "XTN")
    )
}
