//! What can be told of a field by its rule alone, before any value of it is seen.

use super::parts::{Op, Part, Role};
use super::{Action, Category, Rule, Rules, Special};

/// How values of a field are written whose form is the usual one. Others, and those of
/// [`Way::Any`], are gone through part by part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Way {
    Any,
    /// The field is emptied.
    Remove,
    /// A few letters and digits stay.
    Stay,
    /// So do numbers.
    Observation,
    /// A day, with a time or without, is moved.
    Shift,
    /// Of a day, with a time or without, the year stays.
    Year,
}

/// What is asked of the rule of every field that is not empty. Those of the segments of an archive
/// stay at hand in the processor, where whole rules do not.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Brief {
    /// The rule by its number.
    pub(in super::super) number: u32,
    pub(in super::super) way: Way,
    /// Whether its values come again and again.
    pub(in super::super) is_common: bool,
    /// Whether something can stand in it that is noted.
    pub(in super::super) is_noted: bool,
    /// Whether its values are written by their data types alone, component by component.
    pub(in super::super) is_typed: bool,
    pub(in super::super) special: Special,
    /// The data type that all its values are of, if they have components.
    pub(in super::super) only: Option<u8>,
}

impl Rules {
    /// A rule in brief.
    pub(super) fn brief(&self, rule: &Rule) -> Brief {
        let number = u32::try_from(rule.number).unwrap_or(u32::MAX);
        Brief {
            number,
            way: self.way(rule),
            is_common: self.is_common(rule),
            is_noted: self.is_noted(rule),
            is_typed: is_typed(rule),
            special: rule.special,
            only: if let [only] = *rule.types { Some(only) } else { None },
        }
    }

    /// Has every value gone through part by part.
    #[cfg(test)]
    pub(in super::super) fn take_long_ways(&mut self) {
        for brief in self.segments.iter_mut().flat_map(|segment| &mut segment.briefs) {
            *brief = Brief { way: Way::Any, is_common: false, is_typed: false, ..*brief };
        }
    }

    fn way(&self, rule: &Rule) -> Way {
        if !rule.components.is_empty() {
            return Way::Any;
        }
        match rule.special {
            Special::None => {}
            Special::Observation if rule.action == Action::Clean && self.observed.is_empty() => {
                return Way::Observation;
            }
            _ => return Way::Any,
        }
        match rule.action {
            Action::Remove => return Way::Remove,
            // Not all that is short is a date.
            Action::Keep if rule.category == Category::Date => return Way::Any,
            Action::Keep => return Way::Stay,
            Action::Constant(_) => return Way::Any,
            _ if rule.free || rule.category == Category::Query => return Way::Any,
            _ => {}
        }
        let stays = |op| op == Op::Code || (op == Op::Keep && rule.category != Category::Date);
        match (rule.types.as_slice(), rule.op) {
            ([], Op::Shift) => Way::Shift,
            ([], Op::Year) => Way::Year,
            ([], op) if stays(op) => Way::Stay,
            ([], _) => Way::Any,
            (types, _) => {
                let all_stay = types.iter().all(|&of| {
                    let head = self.ops.of(rule.action, of).first();
                    matches!(self.role(of), Role::Coded | Role::Other)
                        && head.is_some_and(|&op| stays(op))
                });
                if all_stay { Way::Stay } else { Way::Any }
            }
        }
    }

    /// Whether a field has values that come again and again: codes, units, parties of messages. Its
    /// meaning must not stand elsewhere in the message.
    fn is_common(&self, rule: &Rule) -> bool {
        rule.special == Special::None
            && rule.category != Category::Date
            && (matches!(rule.action, Action::Keep | Action::Clean)
                || matches!(rule.category, Category::Party | Category::Payer))
    }

    /// Whether something can stand in a field that is to be noted.
    fn is_noted(&self, rule: &Rule) -> bool {
        // What a site keeps is still known elsewhere; a text that it wants to be a token is no
        // identifier.
        let is_kept = rule.action == Action::Keep && !rule.is_kept_by_site;
        if is_kept || rule.is_of_site {
            return false;
        }
        rule.special != Special::None
            || match rule.types.as_slice() {
                [] => matches!(rule.part, Part::Is(_) | Part::Date | Part::Birth | Part::Note),
                types => types.iter().any(|&of| self.has_noted(of, rule.action)),
            }
    }

    fn has_noted(&self, of: u8, action: Action) -> bool {
        match self.role(of) {
            // A number and a name in the guise of a code.
            Role::Coded => action.replaces(),
            Role::Xtn => true,
            _ => self.parts(of).iter().any(|part| match part {
                Part::Nested(of) => self.role(*of) != Role::Coded && self.has_noted(*of, action),
                part => part.is_noted(),
            }),
        }
    }
}

/// Whether values are written by their data types alone, component by component.
fn is_typed(rule: &Rule) -> bool {
    rule.special == Special::None
        && rule.components.is_empty()
        && !rule.free
        && !rule.types.is_empty()
        && !matches!(rule.action, Action::Keep | Action::Remove | Action::Constant(_))
        && !matches!(rule.category, Category::Query | Category::FreeText)
}
