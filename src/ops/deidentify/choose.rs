//! Which data type a value is of, where versions differ.

use super::rules::parts::Role;
use super::rules::{Rule, Rules};
use crate::core::Separators;
use crate::core::message::{first, pieces};

/// The data type with components that a repetition is of, by what stands in it where the field had
/// several; `None` if the field has none.
#[inline]
pub(super) fn choose(rules: &Rules, rule: &Rule, raw: &[u8], sep: &Separators) -> Option<u8> {
    match *rule.types {
        [] => None,
        [only] => Some(only),
        [.., newest] => Some(by_content(rules, &rule.types, raw, sep).unwrap_or(newest)),
    }
}

#[cold]
fn by_content(rules: &Rules, types: &[u8], raw: &[u8], sep: &Separators) -> Option<u8> {
    let one = |role| types.iter().copied().find(|&of| rules.role(of) == role);
    let mut components = pieces(raw, sep.component);
    let head = components.next().unwrap_or_default();
    let second = components.next().unwrap_or_default();
    let more = components.next().is_some();
    let has_parts = sep.subcomponent != sep.field && first(head, sep.subcomponent).is_some();
    let has_digit = |of: &[u8]| of.iter().any(u8::is_ascii_digit);
    if let (Some(number), Some(name)) = (one(Role::Xcn), one(Role::Ndl)) {
        // NDL has the whole name in its first component, and a date in its second.
        let dated = second.first().is_some_and(u8::is_ascii_digit);
        return Some(if has_parts || dated { name } else { number });
    }
    if let (Some(number), Some(name)) = (one(Role::Cx), one(Role::Xpn)) {
        return Some(if has_digit(head) { number } else { name });
    }
    if let (Some(name), Some(number)) = (one(Role::Xpn), one(Role::Xcn)) {
        return Some(if head.is_empty() || has_digit(head) { number } else { name });
    }
    if let (Some(single), Some(pair)) = (one(Role::Ei), one(Role::Eip)) {
        // The second component is a namespace in one, a number in the other.
        let is_pair = has_parts || (!more && has_digit(second));
        return Some(if is_pair { pair } else { single });
    }
    None
}
