//! Codes and the tables and value sets that they come from.

use super::content::Walk;
use super::finding::{At, CodeProblem};
use super::model::{CODE_SYSTEMS, CodeUsage, Codes, Element, Strength, TypeDef, ValueSet};
use super::rule::Severity;
use crate::core::escape;
use std::ops::RangeInclusive;

/// A code, the code system beside it if there is a place for one, and where the code is.
type Candidate<'w> = (&'w [u8], Option<&'w [u8]>, At);

/// Checks a value that is a code.
pub(super) fn simple<'v, 'w>(
    walk: &mut Walk<'v, 'w>,
    element: &'v Element,
    value: &'w [u8],
    at: At,
) {
    check(walk, element, &[(value, None, at)]);
}

/// Checks the code of a value with components: the first component, in the code system of the
/// third; or the alternate ones, the fourth and sixth (CE, CWE, CNE). A profile may say in which
/// components, of any data type, codes stand.
pub(super) fn coded<'v, 'w>(
    walk: &mut Walk<'v, 'w>,
    element: &'v Element,
    data_type: &'v TypeDef,
    value: &'w [u8],
    at: At,
) {
    let is_coded = matches!(&*data_type.name, "CE" | "CWE" | "CNE" | "CF");
    let location = element.bindings.first().and_then(|binding| binding.location.as_deref());
    let by = match at.component {
        0 => walk.separators.component,
        _ => walk.separators.subcomponent,
    };
    let part = |n: u16| {
        let at = usize::from(n).checked_sub(1);
        at.and_then(|at| value.split(|&b| b == by).nth(at)).unwrap_or_default()
    };
    let candidate = |n: u16| {
        let at = match at.component {
            0 => At { component: n, ..at },
            _ => At { subcomponent: n, ..at },
        };
        (part(n), is_coded.then(|| part(n.saturating_add(2))), at)
    };
    match location {
        None if !is_coded => {}
        None if part(1).is_empty() => check(walk, element, &[candidate(4)]),
        None => check(walk, element, &[candidate(1)]),
        Some(location) => {
            let mut numbers = location.split(':').map(|n| n.trim().parse().unwrap_or(0));
            let [first, second] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
            check(walk, element, &[candidate(first), candidate(second)]);
        }
    }
}

/// Checks that one of the codes is in one of the sets that an element is bound to.
fn check<'v>(walk: &mut Walk<'v, '_>, element: &'v Element, candidates: &[Candidate<'_>]) {
    let mut first = None;
    for &(code, system, at) in candidates.iter().filter(|(code, ..)| !code.is_empty()) {
        if code == b"\"\"" {
            return;
        }
        let text = escape::decode(code, &walk.separators);
        for binding in &element.bindings {
            let Some(set) = walk.model.value_set(binding.set) else { continue };
            if set.is_excluded || !walk.model.is_profile && is_of_other_rule(set, &at) {
                return;
            }
            let Some(how) = fault(set, &text, system) else { return };
            if how == CodeProblem::NoSuchSet && walk.model.lacks_sets {
                return;
            }
            first = first.or(Some((binding, set, how, code, at)));
        }
    }
    let Some((binding, set, how, code, at)) = first else { return };
    let usual = match (how, binding.strength) {
        // That is about the profile and not about the message.
        (CodeProblem::NoSuchSet | CodeProblem::EmptySet, _) => None,
        // Sites define such tables: what the standard lists are suggestions.
        (_, Strength::Suggested) if !walk.model.is_profile => Some(Severity::Off),
        (CodeProblem::NotInOpenSet | CodeProblem::Permitted, _) => Some(Severity::Info),
        (_, Strength::Suggested | Strength::Undetermined) => Some(Severity::Warning),
        (_, Strength::Required) if walk.model.is_profile => Some(Severity::Error),
        (_, Strength::Required) => Some(Severity::Warning),
    };
    walk.code(element, set, how, code, at, usual);
}

/// For the tables of message type, processing id and version there are rules of their own, but not
/// for the codes that a profile lists.
fn is_of_other_rule(set: &ValueSet, at: &At) -> bool {
    at.line == 1 && matches!(at.field, 9 | 11 | 12) && !matches!(set.codes, Codes::Listed(_))
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

/// Whether table 0396 has a code system as one of a family, such as `HL7nnnn`: the number of a list is
/// in its name. `ISOnnnn` is deprecated, and still sent.
fn is_code_system(code: &[u8]) -> bool {
    let numbered = |family: &str, lengths: RangeInclusive<usize>| {
        code.strip_prefix(family.as_bytes())
            .is_some_and(|n| lengths.contains(&n.len()) && n.iter().all(u8::is_ascii_digit))
    };
    let of_site =
        || code.strip_prefix(b"99").is_some_and(|own| own.iter().all(u8::is_ascii_alphanumeric));
    // A data element, and the segment that it is used in.
    let of_ncpdp = || {
        let list = code.strip_prefix(b"NCPDP").and_then(|list| list.split_at_checked(4));
        list.is_some_and(|(number, segment)| {
            number.iter().all(u8::is_ascii_digit)
                && matches!(segment.len(), 0 | 3)
                && segment.iter().all(u8::is_ascii_alphanumeric)
        })
    };
    ["HL7", "ISO", "IBT"].into_iter().any(|family| numbered(family, 4..=4))
        || numbered("X12DE", 1..=4)
        || of_site()
        || of_ncpdp()
}
