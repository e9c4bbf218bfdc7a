//! Codes and value sets as NIST's validator looks at them (usnistgov/v2-validation 1.5, package
//! `vs`).
//!
//! Sets are bound by id, one to an element, several with `:` between them to a coded one. A coded
//! element has its code at the position that the binding names, and the code system two behind; of
//! two positions (`1:4`) one, not both, has to have a code of the set.

use super::super::super::constraint::{Bound, Wrong, is_coded};
use crate::ops::validate::finding::{At, CodeProblem};
use crate::ops::validate::model::{CodeDef, CodeUsage, Codes, Element, SetIx, ValueSet};
use crate::ops::validate::tree::{NULL, Shape, Spot, Tree, Value};

/// The first thing that is wrong with the codes of an element, for expressions. Permitted codes
/// are not.
pub(in crate::ops::validate) fn first_wrong<'v, 't>(
    tree: &Tree<'v, 't>,
    spot: Spot<'v, 't>,
    bound: &Bound,
) -> Option<Wrong<'t>> {
    let mut wrong = Vec::new();
    if let Spot::Value(value) = spot {
        check(tree, &value, bound, &mut wrong);
    }
    let first = wrong.into_iter().next();
    first.filter(|wrong| wrong.how != CodeProblem::Permitted)
}

/// Appends what is wrong with the codes of an element.
pub(super) fn check<'v, 't>(
    tree: &Tree<'v, 't>,
    value: &Value<'v, 't>,
    bound: &Bound,
    wrong: &mut Vec<Wrong<'t>>,
) {
    let Some(&set) = bound.sets.first() else { return };
    let mut look = Look { tree, value, set, wrong, is_coded: false };
    let elements: &[Element] = match tree.shape(value) {
        Shape::Unresolved => return,
        Shape::Simple(_) => return look.simple(bound),
        Shape::Composite(of, elements) => {
            look.is_coded = is_coded(of);
            elements
        }
        Shape::Null(_) => &[],
    };
    if look.is_coded && bound.sets.len() > 1 {
        return look.several(elements, bound);
    }
    if bound.sets.len() > 1 {
        return look.push(CodeProblem::Specification, value.at, value.raw);
    }
    let Some(found) = look.usable() else { return };
    if is_empty(found) {
        return look.push(CodeProblem::EmptySet, value.at, value.raw);
    }
    match bound.positions.as_deref() {
        Some(&[position]) => {
            let entry = look.at(elements, position, found);
            look.extend(entry.iter());
        }
        Some(&[first, second]) => {
            let entries = [first, second].map(|position| look.at(elements, position, found));
            look.one_of_two(entries);
        }
        _ => look.push(CodeProblem::Specification, value.at, value.raw),
    }
}

/// Something wrong at a position, in the order in which it was found.
type Entry<'t> = Vec<Wrong<'t>>;

struct Look<'a, 'v, 't> {
    tree: &'a Tree<'v, 't>,
    value: &'a Value<'v, 't>,
    set: SetIx,
    wrong: &'a mut Vec<Wrong<'t>>,
    is_coded: bool,
}

impl<'v, 't> Look<'_, 'v, 't> {
    fn wrong(&self, how: CodeProblem, at: At, raw: &'t [u8]) -> Wrong<'t> {
        Wrong { how, at, raw, set: self.set, is_coded: self.is_coded, is_alert: false }
    }

    fn push(&mut self, how: CodeProblem, at: At, raw: &'t [u8]) {
        self.wrong.push(self.wrong(how, at, raw));
    }

    fn extend<'e>(&mut self, entry: impl Iterator<Item = &'e Wrong<'t>>)
    where
        't: 'e,
    {
        self.wrong.extend(entry);
    }

    fn simple(&mut self, bound: &Bound) {
        let &Value { raw, at, .. } = self.value;
        if raw == NULL {
            return;
        }
        if bound.sets.len() > 1 {
            return self.push(CodeProblem::Specification, at, raw);
        }
        let Some(set) = self.usable() else { return };
        if let (_, Some(how)) = member(set, raw) {
            self.push(how, at, raw);
        }
    }

    /// The set, if it is there and to be checked.
    fn usable(&mut self) -> Option<&'v ValueSet> {
        let &Value { raw, at, .. } = self.value;
        let set = self.tree.model.value_set(self.set)?;
        if set.is_excluded {
            self.push(CodeProblem::NotChecked, at, raw);
            return None;
        }
        if matches!(set.codes, Codes::Missing) {
            self.push(CodeProblem::NoSuchSet, at, raw);
            return None;
        }
        Some(set)
    }

    /// The value at a position, if it is one.
    fn part(&self, elements: &'v [Element], position: u16) -> Option<Value<'v, 't>> {
        let part = self.tree.part(self.value, elements, position)?;
        matches!(self.tree.shape(&part), Shape::Simple(_)).then_some(part)
    }

    /// What is wrong at a position, in coded elements also with the code system.
    fn at(&self, elements: &'v [Element], position: u16, set: &'v ValueSet) -> Entry<'t> {
        let lost = || vec![self.wrong(CodeProblem::Location, self.value.at, self.value.raw)];
        let Some(code) = self.part(elements, position) else { return lost() };
        let system = self.part(elements, position.saturating_add(2));
        if self.is_coded && system.is_none() {
            return lost();
        }
        let (def, how) = member(set, code.raw);
        let mut entry: Entry<'t> =
            how.map(|how| self.wrong(how, code.at, code.raw)).into_iter().collect();
        if self.is_coded && how.is_none_or(|how| how == CodeProblem::Permitted) {
            let Some((def, system)) = def.zip(system) else { return lost() };
            if system.raw != def.system.as_bytes() {
                entry.push(self.wrong(CodeProblem::System, system.at, system.raw));
            }
        }
        entry
    }

    fn one_of_two(&mut self, mut entries: [Entry<'t>; 2]) {
        if !self.is_coded {
            let both = entries.iter().all(Vec::is_empty);
            self.extend(entries.iter().flatten());
            if both {
                self.push(CodeProblem::NotOne, self.value.at, self.value.raw);
            }
            return;
        }
        let pass = entries.each_ref().map(passes);
        if pass[0] != pass[1] {
            let failed = &mut entries[usize::from(pass[0])];
            failed.iter_mut().for_each(|wrong| wrong.is_alert = true);
        }
        self.extend(entries.iter().flatten());
        if pass == [true, true] {
            self.push(CodeProblem::NotOne, self.value.at, self.value.raw);
        }
    }

    /// Several sets at once: each has codes of one code system, which tells them apart.
    fn several(&mut self, elements: &'v [Element], bound: &Bound) {
        let &Value { raw, at, .. } = self.value;
        let sets = bound.sets.iter().filter_map(|&ix| self.tree.model.value_set(ix));
        let mut by_system: Vec<(&str, Vec<&'v ValueSet>)> = Vec::new();
        for set in sets {
            let Codes::Listed(list) = &set.codes else { continue };
            let system = list.codes.first().map_or("", |code| &code.system);
            if system.is_empty() || list.codes.iter().any(|code| code.system != system) {
                return self.push(CodeProblem::Specification, at, raw);
            }
            match by_system.iter_mut().find(|(known, _)| *known == system) {
                Some((_, sets)) => sets.push(set),
                None => by_system.push((system, vec![set])),
            }
        }
        if by_system.is_empty() {
            return self.push(CodeProblem::Specification, at, raw);
        }
        let at_position = |position: u16| -> Entry<'t> {
            let code = self.part(elements, position);
            let system = self.part(elements, position.saturating_add(2));
            let Some((code, system)) = code.zip(system) else {
                return vec![self.wrong(CodeProblem::Location, at, raw)];
            };
            let own = by_system.iter().find(|(known, _)| known.as_bytes() == system.raw);
            let Some((_, sets)) = own else {
                return vec![self.wrong(CodeProblem::System, system.at, system.raw)];
            };
            let mut hows = sets.iter().map(|set| member(set, code.raw).1);
            match hows.find(|how| how.is_none_or(|how| how == CodeProblem::Permitted)) {
                Some(passed) => {
                    passed.map(|how| self.wrong(how, code.at, code.raw)).into_iter().collect()
                }
                None if sets.iter().any(|set| set.is_open) => {
                    vec![self.wrong(CodeProblem::NotInOpenSet, code.at, code.raw)]
                }
                None => vec![self.wrong(CodeProblem::NotInSet, code.at, code.raw)],
            }
        };
        match bound.positions.as_deref() {
            Some(&[position]) => {
                let entry = at_position(position);
                self.extend(entry.iter());
            }
            Some(&[first, second]) => {
                let entries = [at_position(first), at_position(second)];
                self.one_of_two(entries);
            }
            _ => self.push(CodeProblem::Specification, at, raw),
        }
    }
}

fn passes(entry: &Entry<'_>) -> bool {
    entry.iter().all(|wrong| wrong.how == CodeProblem::Permitted)
}

fn is_empty(set: &ValueSet) -> bool {
    matches!(&set.codes, Codes::Listed(list) if list.codes.is_empty())
}

/// The code in a set, and how it is wrong.
fn member<'s>(set: &'s ValueSet, code: &[u8]) -> (Option<&'s CodeDef>, Option<CodeProblem>) {
    let Codes::Listed(list) = &set.codes else { return (None, None) };
    if is_empty(set) {
        return (None, Some(CodeProblem::EmptySet));
    }
    let places = list.by_code.get(code).map_or(&[][..], Vec::as_slice);
    let def = places.first().and_then(|&at| list.codes.get(at as usize));
    if is_code_system(set, code) {
        return (def, None);
    }
    let how = match (places, def.map(|def| def.usage)) {
        ([], _) if set.is_open => Some(CodeProblem::NotInOpenSet),
        ([], _) => Some(CodeProblem::NotInSet),
        ([_], Some(CodeUsage::Excluded)) => Some(CodeProblem::Excluded),
        ([_], Some(CodeUsage::Permitted)) => Some(CodeProblem::Permitted),
        ([_], _) => None,
        _ => Some(CodeProblem::Specification),
    };
    (def, how)
}

/// Whether a set is table 0396, and the code one of those that it takes without listing them.
fn is_code_system(set: &ValueSet, code: &[u8]) -> bool {
    let id = set.id.strip_prefix("HL7").unwrap_or(&set.id);
    let rest = id.strip_prefix("0396");
    let is_0396 = rest.is_some_and(|rest| {
        let local = rest.strip_prefix('_').unwrap_or_default();
        rest.is_empty() || (!local.is_empty() && local.bytes().all(|b| b.is_ascii_alphanumeric()))
    });
    is_0396
        && match code {
            [b'H', b'L', b'7', digits @ ..] => {
                digits.len() == 4 && digits.iter().all(u8::is_ascii_digit)
            }
            [b'9', b'9', local @ ..] => {
                local.len() == 3 && local.iter().all(u8::is_ascii_alphanumeric)
            }
            _ => false,
        }
}
