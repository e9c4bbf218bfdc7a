//! What an overlay asks of fields, components and subcomponents.

use super::super::ProfileError;
use super::super::sheet::{Keys, Value, Word};
use super::draft::binding;
use super::values::{self, Uses};
use super::{Overlay, codes};
use crate::core::{Path, SegmentId, Select};
use crate::ops::query::Each;
use crate::ops::validate::model::{
    Binding, Cardinality, Element, Length, SetIx, Strength, TypeIx, Usage, ValuePattern,
};
use crate::ops::validate::profile::{Ask, ProfileRule};
use crate::ops::validate::rule::{Rule, Severity};
use crate::ops::validate::settings::{Override, PlacePattern};

/// What is asked of one element.
#[derive(Debug, Default)]
pub(super) struct Change {
    name: Option<String>,
    usage: Option<Usage>,
    cardinality: Option<Cardinality>,
    length: Option<Length>,
    data_type: Option<TypeIx>,
    bindings: Option<Vec<Binding>>,
    constant: Option<String>,
    pattern: Option<ValuePattern>,
}

/// A number of a component in a table of its field.
fn is_number(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit())
}

impl Overlay<'_, '_, '_> {
    /// `[fields]`: tables by places, in which others by numbers of components may stand.
    pub(super) fn fields(
        &mut self,
        entries: Vec<(Word<'_>, Value<'_>)>,
    ) -> Result<(), ProfileError> {
        for (key, value) in entries {
            let place = values::place(&key)?;
            if place.field == 0 {
                let id = place.segment.escape_ascii();
                return Err(key.error(format!(
                    "a field is expected, such as {id}-1; [structures] has segments"
                )));
            }
            self.field(place, &key, value)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        place: PlacePattern,
        key: &Word<'_>,
        value: Value<'_>,
    ) -> Result<(), ProfileError> {
        let mut keys = value.keys()?;
        let change = self.change(place, &mut keys)?;
        keys.end(is_number)?;
        self.apply(place, key, &change)?;
        for (number, value) in keys.inner(is_number) {
            let n = number.text.parse().ok().filter(|&n: &u16| n > 0);
            let n = n.ok_or_else(|| number.error("a number is expected, which counts from 1"))?;
            let inner = match place {
                PlacePattern { component: 0, .. } => PlacePattern { component: n, ..place },
                PlacePattern { subcomponent: 0, .. } => PlacePattern { subcomponent: n, ..place },
                _ => return Err(number.error("there is nothing below a subcomponent")),
            };
            self.field(inner, &number, value)?;
        }
        Ok(())
    }

    /// Reads what is asked of an element, and takes down what is no part of the model.
    pub(super) fn change(
        &mut self,
        place: PlacePattern,
        keys: &mut Keys<'_>,
    ) -> Result<Change, ProfileError> {
        let mut change = Change { name: text(keys.word("name")?), ..Change::default() };
        if let Some(word) = keys.word("type")? {
            let found = self.draft.type_named(word.text);
            change.data_type = Some(found.ok_or_else(|| {
                let base = &self.draft.model.name;
                word.error(format!("{base} has no such data type; [types] can define it"))
            })?);
        }
        let usage = keys.word("usage")?;
        let when = keys.word("when")?;
        change.usage = self.usage(place, usage.as_ref(), when.as_ref())?;
        if let Some(value) = keys.take("cardinality") {
            if place.component > 0 {
                return Err(value.error("components do not repeat"));
            }
            change.cardinality = Some(values::cardinality(value)?);
        }
        if let Some(value) = keys.take("length") {
            change.length = Some(values::length(value)?);
            self.asked(Rule::Len1, place, Severity::Error);
        }
        change.bindings = self.bindings(place, keys)?.map(|binding| vec![binding]);
        change.constant = text(keys.word("constant")?);
        change.pattern = keys.word("pattern")?.map(|word| values::pattern(&word)).transpose()?;
        let of_values = change.constant.is_some() || change.pattern.is_some();
        if of_values || change.length.is_some() || change.bindings.is_some() {
            if place.segment == *b"MSH" && matches!(place.field, 1 | 2) {
                let wrong = "MSH-1 and MSH-2 are the delimiters; [[rules]] can ask for them";
                return Err(keys.error(wrong));
            }
            let ty = change.data_type.or_else(|| self.draft.element(place)?.data_type);
            let is_coded = change.bindings.is_some() && !of_values && change.length.is_none();
            if ty.is_none() && self.draft.element(place).is_some() {
                return Err(
                    keys.error(format!("the data type of {place} is not known; give its `type`"))
                );
            }
            if ty.is_some_and(|ty| self.draft.varies(ty)) {
                let wrong = format!("another field names the type of {place}; a rule can tell");
                return Err(keys.error(wrong));
            }
            let fits = |ty| self.draft.is_primitive(ty) || is_coded && self.draft.is_coded(ty);
            if ty.is_some_and(|ty| !fits(ty)) {
                let first = match place.component {
                    0 => PlacePattern { component: 1, ..place },
                    _ => PlacePattern { subcomponent: 1, ..place },
                };
                return Err(keys.error(format!("{place} has parts; say which, such as {first}")));
            }
        }
        Ok(change)
    }

    /// A usage of the model. One that depends on a condition becomes a rule.
    fn usage(
        &mut self,
        place: PlacePattern,
        usage: Option<&Word<'_>>,
        when: Option<&Word<'_>>,
    ) -> Result<Option<Usage>, ProfileError> {
        let uses = usage.map(values::usage).transpose()?;
        if let Some(when) = when.filter(|_| place.segment == SegmentId::default()) {
            return Err(when.error("`when` is for fields, under [fields]"));
        }
        if uses.is_some() {
            // What a base says of it holds no longer.
            let is_same = |ask: &Ask| matches!(ask, Ask::Usage(other, ..) if *other == place);
            self.profile.rules.retain(|rule| !is_same(&rule.ask));
        }
        let (holds, otherwise) = match (uses, when) {
            (Some(Uses::If(..)), None) => {
                let wrong = "a usage that depends on a condition needs `when`";
                return Err(
                    usage.map_or_else(|| self.sheet.error(0, wrong), |word| word.error(wrong))
                );
            }
            (None, Some(when)) => {
                return Err(when.error("`when` needs a `usage`: R is required where it holds"));
            }
            (None, None) => return Ok(None),
            (Some(Uses::Always(usage)), None) => return Ok(Some(usage)),
            (Some(Uses::Always(usage)), Some(_)) => (usage, Usage::Optional),
            (Some(Uses::If(holds, otherwise)), Some(_)) => (holds, otherwise),
        };
        let Some(when) = when else { return Ok(None) };
        let path = Path { segment: place.segment, which: Select::All, position: None };
        let words = |usage| match usage {
            Usage::Required => "required",
            Usage::NotSupported => "not to be sent",
            Usage::RequiredIfKnown => "to be sent where it is known",
            _ => "optional",
        };
        let (own, condition) = (place.to_string(), when.text);
        let mut description = format!("{own} is {} where {condition}", words(holds));
        if otherwise != Usage::Optional {
            description += &format!(", else {}", words(otherwise));
        }
        self.profile.rules.push(ProfileRule {
            id: own,
            description,
            each: Some(Each::Segment(path)),
            when: Some(values::condition(when)?),
            ask: Ask::Usage(place, holds, otherwise),
            at: None,
            severity: None,
        });
        Ok(Some(Usage::Conditional))
    }

    /// What an element takes its codes from, if that is asked for.
    fn bindings(
        &mut self,
        place: PlacePattern,
        keys: &mut Keys<'_>,
    ) -> Result<Option<Binding>, ProfileError> {
        let own = keys.take("codes");
        let set = keys.word("value-set")?;
        let strength = keys.word("strength")?;
        let system = keys.word("system")?;
        let column = keys.word("column")?;
        let set: SetIx = match (own, set) {
            (Some(_), Some(set)) => {
                return Err(set.error("`codes` or `value-set` is expected, not both"));
            }
            (Some(own), None) => {
                let system = system.as_ref().map_or("", |word| word.text);
                let codes = codes::read(own, system, column.as_ref(), &mut self.files)?;
                self.draft.add_set(codes::of(&place.to_string(), "", false, codes))
            }
            (None, Some(word)) => {
                if let Some(of_codes) = system.as_ref().or(column.as_ref()) {
                    return Err(of_codes.error("that is for `codes`; the value set has its own"));
                }
                self.draft.set_named(word.text).ok_or_else(|| {
                    let wrong = "there is no such set in [value-sets], nor such a table with codes";
                    word.error(wrong)
                })?
            }
            (None, None) => {
                let of_codes = strength.or(system).or(column);
                let wrong = "`codes` or `value-set` is missing beside it";
                return of_codes.map_or(Ok(None), |word| Err(word.error(wrong)));
            }
        };
        let is_said = strength.is_some();
        let strength = strength.as_ref().map_or(Ok(Strength::Required), codes::strength)?;
        let is_open = self.draft.model.value_set(set).is_none_or(|set| set.is_open);
        match strength {
            // Who says so himself does not want the codes that others may add.
            Strength::Required if is_open && !is_said => {}
            Strength::Required => self.asked(Rule::Val1, place, Severity::Error),
            Strength::Suggested | Strength::Undetermined => {
                self.asked(Rule::Val1, place, Severity::Warning);
            }
        }
        Ok(Some(binding(set, strength)))
    }

    /// What is asked for by name counts where it is broken, however mild the rule is else.
    fn asked(&mut self, rule: Rule, place: PlacePattern, severity: Severity) {
        // A component of a data type has no place of its own.
        if place.segment != SegmentId::default() {
            let place = Some(place);
            self.profile.severities.push(Override { rule, place, severity });
        }
    }

    fn apply(
        &mut self,
        place: PlacePattern,
        key: &Word<'_>,
        change: &Change,
    ) -> Result<(), ProfileError> {
        let add = change.data_type.is_some();
        let done = self.draft.change(place, add, &mut |element| change.apply(element));
        done.map_err(|why| key.error(why))
    }

    /// An element of its own: a field of a segment, a component of a data type.
    pub(super) fn element(
        &mut self,
        place: PlacePattern,
        mut keys: Keys<'_>,
    ) -> Result<Element, ProfileError> {
        let mut change = self.change(place, &mut keys)?;
        keys.end(super::super::sheet::none)?;
        if change.data_type.is_none() {
            change.data_type = self.draft.type_named("ST");
        }
        let mut element = super::draft::any_element();
        change.apply(&mut element);
        Ok(element)
    }
}

fn text(word: Option<Word<'_>>) -> Option<String> {
    word.map(|word| word.text.to_owned())
}

impl Change {
    pub(super) fn apply(&self, element: &mut Element) {
        if let Some(name) = &self.name {
            element.name = name.clone().into();
        }
        if let Some(usage) = self.usage {
            element.usage = usage;
            element.cardinality.min = match usage {
                Usage::Required => element.cardinality.min.max(1),
                _ => 0,
            };
        }
        if let Some(cardinality) = self.cardinality {
            element.cardinality = cardinality;
        }
        if let Some(length) = self.length {
            element.length = length;
        }
        if let Some(data_type) = self.data_type {
            element.data_type = Some(data_type);
        }
        if let Some(bindings) = &self.bindings {
            element.bindings.clone_from(bindings);
        }
        if let Some(constant) = &self.constant {
            element.constant = Some(constant.clone().into());
        }
        if self.pattern.is_some() {
            element.pattern.clone_from(&self.pattern);
        }
    }
}
