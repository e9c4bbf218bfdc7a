//! Codes and the tables and value sets that they come from.

use super::content::Walk;
use super::finding::{At, CodeProblem};
use super::model::{Binding, CODE_SYSTEMS, CodeUsage, Codes, Element, Strength, TypeDef, ValueSet};
use super::rule::Severity;
use crate::core::escape;

/// Checks a value that is a code.
pub(super) fn simple<'v, 'w>(
    walk: &mut Walk<'v, 'w>,
    element: &'v Element,
    value: &'w [u8],
    at: At,
) {
    for binding in &element.bindings {
        check(walk, element, binding, value, None, at);
    }
}

/// Checks the code of a value with components: the first component, in the code system of the
/// third; or the alternate ones, the fourth and sixth (CE, CWE, CNE).
pub(super) fn coded<'v, 'w>(
    walk: &mut Walk<'v, 'w>,
    element: &'v Element,
    data_type: &'v TypeDef,
    value: &'w [u8],
    at: At,
) {
    if !matches!(&*data_type.name, "CE" | "CWE" | "CNE" | "CF") {
        return;
    }
    let mut parts = value.split(|&b| b == walk.separators.component);
    let mut next = || parts.next().unwrap_or_default();
    let [code, _, system, alternate, _, alternate_system] = std::array::from_fn(|_| next());
    let (code, system, component) =
        if code.is_empty() { (alternate, alternate_system, 4) } else { (code, system, 1) };
    if code.is_empty() || code == b"\"\"" {
        return;
    }
    for binding in &element.bindings {
        check(walk, element, binding, code, Some(system), At { component, ..at });
    }
}

fn check<'v>(
    walk: &mut Walk<'v, '_>,
    element: &'v Element,
    binding: &'v Binding,
    value: &[u8],
    system: Option<&[u8]>,
    at: At,
) {
    let Some(set) = walk.model.value_set(binding.set) else { return };
    if set.is_excluded || is_of_other_rule(walk.model.is_profile, &at) {
        return;
    }
    let text = escape::decode(value, &walk.separators);
    let Some(how) = fault(set, &text, system) else { return };
    let usual = match (how, binding.strength) {
        // That is about the profile and not about the message.
        (CodeProblem::NoSuchSet | CodeProblem::EmptySet, _) => {
            walk.code(element, set, how, value, at, None);
            return;
        }
        // Sites define such tables: what the standard lists are suggestions.
        (_, Strength::Suggested) if !walk.model.is_profile => Severity::Off,
        (CodeProblem::NotInOpenSet | CodeProblem::Permitted, _) => Severity::Info,
        (_, Strength::Suggested | Strength::Undetermined) => Severity::Warning,
        (_, Strength::Required) if walk.model.is_profile => Severity::Error,
        (_, Strength::Required) => Severity::Warning,
    };
    walk.code(element, set, how, value, at, Some(usual));
}

/// Message type, processing id, version and character set have rules of their own.
fn is_of_other_rule(is_profile: bool, at: &At) -> bool {
    !is_profile && at.line == 1 && matches!(at.field, 9 | 11 | 12 | 18)
}

/// How a code is wrong in a set; `system` is the code system that the message names with it.
pub(super) fn fault(set: &ValueSet, code: &[u8], system: Option<&[u8]>) -> Option<CodeProblem> {
    let not_found = if set.is_open { CodeProblem::NotInOpenSet } else { CodeProblem::NotInSet };
    match &set.codes {
        Codes::Missing => Some(CodeProblem::NoSuchSet),
        Codes::Standard(codes) => {
            let own = |system: &[u8]| {
                system.is_empty()
                    || system.strip_prefix(b"HL7").is_some_and(|id| id == set.id.as_bytes())
            };
            if system.is_some_and(|system| !own(system)) || codes.has(code) {
                return None;
            }
            (set.id != CODE_SYSTEMS || !is_code_system(code)).then_some(not_found)
        }
        Codes::Listed(list) if list.codes.is_empty() => Some(CodeProblem::EmptySet),
        Codes::Listed(list) => {
            let same_system = |at: &&u32| {
                let own = list.codes.get(**at as usize).map_or("", |c| &c.system);
                system.is_none_or(|system| {
                    system.is_empty() || own.is_empty() || own.as_bytes() == system
                })
            };
            let known = list.by_code.get(code);
            if let Some(at) = known.and_then(|places| places.iter().find(same_system)) {
                return match list.codes.get(*at as usize)?.usage {
                    CodeUsage::Excluded => Some(CodeProblem::Excluded),
                    _ => None,
                };
            }
            let matches = |at: &&u32| {
                let pattern = list.codes.get(**at as usize).and_then(|c| c.pattern.as_ref());
                pattern.is_some_and(|p| p.is_match(code)) && same_system(at)
            };
            if list.patterns.iter().any(|at| matches(&at)) {
                return None;
            }
            Some(if known.is_some() { CodeProblem::System } else { not_found })
        }
    }
}

/// `HL7` and four digits, or `99` and what a site calls its codes.
fn is_code_system(code: &[u8]) -> bool {
    let is_hl7 = code.strip_prefix(b"HL7");
    is_hl7.is_some_and(|digits| digits.len() == 4 && digits.iter().all(u8::is_ascii_digit))
        || code.strip_prefix(b"99").is_some_and(|own| own.iter().all(u8::is_ascii_alphanumeric))
}
