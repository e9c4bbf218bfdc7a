//! Evaluates expressions at an element.
//!
//! An expression holds, does not hold, or can't be evaluated; where it does not hold, the element
//! that shows it goes with the answer. How the parts of an expression make the whole, and which
//! element is named, is as in NIST's evaluator.

use super::codes::{self, Bound};
use super::compare::{Kind, compare};
use super::path::{Path, Step};
use super::{Absent, Expression, Operator, Several, Test};
use crate::core::escape;
use crate::ops::validate::finding::{At, CodeProblem};
use crate::ops::validate::profile::nist;
use crate::ops::validate::tree::{NULL, NoParts, Shape, Spot, Tree, Value};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// What an expression comes to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome<'v> {
    /// It holds.
    Pass,
    /// It does not: where.
    Fail(Shown<'v>),
    /// It can't be evaluated.
    Inconclusive,
}

/// The place that shows that an expression does not hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'v> {
    pub(super) at: At,
    pub(super) span: (u32, u32),
    /// The group's name if it is one.
    pub(super) group: &'v str,
}

/// Evaluates expressions over one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evaluator<'v, 't> {
    pub(super) tree: Tree<'v, 't>,
    /// As NIST's validator does, whose escape sequences are fewer and whose ids have no modes.
    pub(super) nist: bool,
}

/// Calls `then` with every element at a path.
pub(in super::super) fn each<'v, 't>(
    tree: &Tree<'v, 't>,
    from: Spot<'v, 't>,
    steps: &[Step],
    then: &mut dyn FnMut(Spot<'v, 't>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, NoParts> {
    let Some((step, rest)) = steps.split_first() else { return Ok(then(from)) };
    if rest.is_empty() {
        return tree.each_child(from, step.position, step.instance, then);
    }
    let mut wrong = false;
    let flow = tree.each_child(from, step.position, step.instance, &mut |child| match each(
        tree, child, rest, then,
    ) {
        Ok(flow) => flow,
        Err(NoParts) => {
            wrong = true;
            ControlFlow::Break(())
        }
    })?;
    if wrong { Err(NoParts) } else { Ok(flow) }
}

impl<'v, 't> Evaluator<'v, 't> {
    pub(super) fn shown(&self, spot: Spot<'v, 't>) -> Shown<'v> {
        let tree = &self.tree;
        Shown { at: tree.at(spot), span: tree.span(spot), group: tree.group_name(spot) }
    }

    fn fail(&self, spot: Spot<'v, 't>) -> Outcome<'v> {
        Outcome::Fail(self.shown(spot))
    }

    pub(super) fn eval(&self, expression: &Expression, context: Spot<'v, 't>) -> Outcome<'v> {
        match expression {
            Expression::Presence(path) => self.presence(path, context),
            Expression::Value { path, at_least_once, absent, test } => {
                self.value(path, *at_least_once, *absent, test, context)
            }
            Expression::Values { left, operator, right, absent, several, as_text } => {
                let several = if self.nist { Several::None } else { *several };
                let as_text = *as_text && !self.nist;
                self.values((left, *operator, right), *absent, several, as_text, context)
            }
            Expression::IsNull(path) => self.is_null(path, context),
            Expression::SetId(path) => self.set_id(path, context),
            Expression::CountedSetId(parent, element) => {
                self.counted_set_id(parent, element, context)
            }
            Expression::Codes { path, bound, absent } => self.codes(path, bound, *absent, context),
            Expression::All(parts) => {
                for part in parts {
                    match self.eval(part, context) {
                        Outcome::Pass => {}
                        other => return other,
                    }
                }
                if parts.is_empty() { Outcome::Inconclusive } else { Outcome::Pass }
            }
            Expression::Any(parts) => {
                let mut last = Outcome::Inconclusive;
                for part in parts {
                    last = self.eval(part, context);
                    if !matches!(last, Outcome::Fail(_)) {
                        break;
                    }
                }
                last
            }
            Expression::Either(both) => {
                let [left, right] = [&both[0], &both[1]].map(|part| self.eval(part, context));
                match (left, right) {
                    (Outcome::Inconclusive, _) | (_, Outcome::Inconclusive) => {
                        Outcome::Inconclusive
                    }
                    (Outcome::Pass, Outcome::Pass) => self.fail(context),
                    (Outcome::Fail(_), Outcome::Fail(shown)) => Outcome::Fail(shown),
                    _ => Outcome::Pass,
                }
            }
            Expression::Not(part) => match self.eval(part, context) {
                Outcome::Fail(_) => Outcome::Pass,
                Outcome::Inconclusive => Outcome::Inconclusive,
                Outcome::Pass => {
                    let first = match &**part {
                        Expression::Presence(path) => self.first(path, context),
                        _ => None,
                    };
                    self.fail(first.unwrap_or(context))
                }
            },
            Expression::NotEvaluated => Outcome::Inconclusive,
        }
    }

    /// The first element at a path.
    fn first(&self, path: &Path, context: Spot<'v, 't>) -> Option<Spot<'v, 't>> {
        let mut first = None;
        let _ = each(&self.tree, context, &path.steps, &mut |spot| {
            first = Some(spot);
            ControlFlow::Break(())
        });
        first
    }

    fn presence(&self, path: &Path, context: Spot<'v, 't>) -> Outcome<'v> {
        let mut any = false;
        let flow = each(&self.tree, context, &path.steps, &mut |_| {
            any = true;
            ControlFlow::Break(())
        });
        match flow {
            Err(NoParts) => Outcome::Inconclusive,
            Ok(_) if any => Outcome::Pass,
            // The innermost element on the way shows it.
            Ok(_) => {
                let mut at = context;
                for step in &path.steps {
                    let one = Path { steps: vec![*step] };
                    let Some(next) = self.first(&one, at) else { break };
                    at = next;
                }
                self.fail(at)
            }
        }
    }

    /// Calls `then` with every value at a path; whether they are all values.
    fn each_value(
        &self,
        path: &Path,
        context: Spot<'v, 't>,
        then: &mut dyn FnMut(Value<'v, 't>, Option<&'v str>) -> ControlFlow<()>,
    ) -> bool {
        let mut proper = true;
        let flow = each(&self.tree, context, &path.steps, &mut |spot| {
            if let Spot::Value(value) = spot
                && let Shape::Simple(data_type) = self.tree.shape(&value)
            {
                return then(value, data_type.map(|of| &*of.name));
            }
            proper = false;
            ControlFlow::Break(())
        });
        proper && flow.is_ok()
    }

    fn value(
        &self,
        path: &Path,
        at_least_once: bool,
        absent: Absent,
        test: &Test,
        context: Spot<'v, 't>,
    ) -> Outcome<'v> {
        let (mut count, mut failed, mut unclear) = (0_u32, 0_u32, false);
        let mut not_a_number = None;
        let mut last = None;
        let proper = self.each_value(path, context, &mut |value, data_type| {
            count += 1;
            match self.test(test, &value, data_type) {
                Some(true) => {}
                Some(false) => {
                    failed += 1;
                    last = Some(value);
                }
                None if matches!(test, Test::Number(_)) => not_a_number = Some(value),
                None => unclear = true,
            }
            ControlFlow::Continue(())
        });
        if !proper || unclear {
            return Outcome::Inconclusive;
        }
        if let Some(value) = not_a_number {
            return self.fail(Spot::Value(value));
        }
        match last {
            None if count == 0 => self.absent(absent, context),
            None => Outcome::Pass,
            Some(_) if at_least_once && failed < count => Outcome::Pass,
            Some(value) => self.fail(Spot::Value(value)),
        }
    }

    fn absent(&self, absent: Absent, context: Spot<'v, 't>) -> Outcome<'v> {
        match absent {
            Absent::Pass => Outcome::Pass,
            Absent::Fail => self.fail(context),
            Absent::Inconclusive => Outcome::Inconclusive,
        }
    }

    /// Whether a value passes; `None` if that can't be told.
    fn test(&self, test: &Test, value: &Value<'v, 't>, data_type: Option<&str>) -> Option<bool> {
        let text = || self.text(value.raw);
        let same = |a: &[u8], b: &str, ignore_case: bool| match ignore_case {
            true => same_letters(a, b),
            false => a == b.as_bytes(),
        };
        Some(match test {
            Test::Text { text: expected, ignore_case } => same(&text(), expected, *ignore_case),
            Test::Pattern(pattern) => return pattern.matches(&text()),
            Test::OneOf { texts, ignore_case } => {
                let text = text();
                texts.iter().any(|t| same(&text, t, *ignore_case && !self.nist))
            }
            Test::Number(numbers) => {
                let number: f64 = std::str::from_utf8(value.raw).ok()?.trim().parse().ok()?;
                numbers.contains(&number)
            }
            Test::Compare { operator, value: expected, is_number } => {
                let kind = if *is_number { Kind::Number } else { Kind::Text };
                let found = (Kind::of(data_type), value.raw);
                operator.holds(compare(found, (kind, expected.as_bytes()))?)
            }
            Test::Loinc => is_loinc(value.raw),
            Test::Snomed => is_snomed(value.raw, !self.nist),
        })
    }

    /// The text of a value.
    fn text(&self, raw: &'t [u8]) -> Cow<'t, [u8]> {
        if self.nist {
            nist::unescape(raw, &self.tree.separators)
        } else {
            escape::decode(raw, &self.tree.separators)
        }
    }

    fn values(
        &self,
        (left, operator, right): (&Path, Operator, &Path),
        absent: Absent,
        several: Several,
        as_text: bool,
        context: Spot<'v, 't>,
    ) -> Outcome<'v> {
        let all = |path: &Path| {
            let mut found = Vec::new();
            let proper = self.each_value(path, context, &mut |value, data_type| {
                let kind = if as_text { Kind::Text } else { Kind::of(data_type) };
                found.push((value, kind));
                ControlFlow::Continue(())
            });
            proper.then_some(found)
        };
        let (Some(left), Some(right)) = (all(left), all(right)) else {
            return Outcome::Inconclusive;
        };
        let (of_left, of_right) = match several {
            Several::Modes(left, right) => (left, right),
            Several::None if left.len() <= 1 && right.len() <= 1 => Default::default(),
            Several::None | Several::Unknown => return Outcome::Inconclusive,
        };
        match (&left[..], &right[..]) {
            ([], []) => return self.absent(absent, context),
            ([(value, _), ..], []) | ([], [(value, _), ..]) => {
                return self.fail(Spot::Value(*value));
            }
            _ => {}
        }
        let mut unclear = false;
        let mut shown = left[0].0;
        let passed = left.iter().filter(|a| {
            let holds = |b: &&(Value<'_, '_>, Kind)| {
                let order = compare((a.1, a.0.raw), (b.1, b.0.raw));
                unclear |= order.is_none();
                order.is_some_and(|order| operator.holds(order))
            };
            let passes = of_right.holds(right.iter().filter(holds).count(), right.len());
            if !passes {
                shown = a.0;
            }
            passes
        });
        match of_left.holds(passed.count(), left.len()) {
            true => Outcome::Pass,
            false if unclear => Outcome::Inconclusive,
            false => self.fail(Spot::Value(shown)),
        }
    }

    fn is_null(&self, path: &Path, context: Spot<'v, 't>) -> Outcome<'v> {
        let (mut any, mut all) = (false, true);
        let flow = each(&self.tree, context, &path.steps, &mut |spot| {
            any = true;
            let null = |v: Value<'_, '_>| v.at.component == 0 && v.raw == NULL;
            all &= matches!(spot, Spot::Value(value) if null(value));
            ControlFlow::Continue(())
        });
        match flow {
            Err(NoParts) => Outcome::Inconclusive,
            Ok(_) if any && all => Outcome::Pass,
            Ok(_) => self.fail(context),
        }
    }

    fn set_id(&self, path: &Path, context: Spot<'v, 't>) -> Outcome<'v> {
        let mut found = None;
        let mut count = 0;
        let proper = self.each_value(path, context, &mut |value, _| {
            count += 1;
            found = Some(value);
            ControlFlow::Continue(())
        });
        let (true, 0 | 1) = (proper, count) else { return Outcome::Inconclusive };
        let Some(value) = found else {
            // Whether it has to be there is a matter of usage.
            return if self.nist { Outcome::Inconclusive } else { Outcome::Pass };
        };
        let expected = self.tree.instance(context).to_string();
        if value.raw == expected.as_bytes() { Outcome::Pass } else { self.fail(Spot::Value(value)) }
    }

    /// The ids may go on counting from one parent to the next, or begin again in each.
    fn counted_set_id(&self, parent: &Path, element: &Path, context: Spot<'v, 't>) -> Outcome<'v> {
        let (mut through, mut in_each) = ((0_u32, None), (0_u32, None));
        let mut overall = 0;
        let mut proper = true;
        let flow = each(&self.tree, context, &parent.steps, &mut |parent| {
            let mut within = 0;
            proper &= self.each_value(element, parent, &mut |value, _| {
                overall += 1;
                within += 1;
                let text = std::str::from_utf8(value.raw).unwrap_or_default();
                let number: Option<u32> = text.parse().ok();
                for (expected, wrong) in [(overall, &mut through), (within, &mut in_each)] {
                    if number != Some(expected) {
                        *wrong = (wrong.0 + 1, Some(value));
                    }
                }
                ControlFlow::Continue(())
            });
            ControlFlow::Continue(())
        });
        if flow.is_err() || !proper {
            return Outcome::Inconclusive;
        }
        match (through, in_each) {
            ((_, None), _) | (_, (_, None)) => Outcome::Pass,
            ((a, Some(value)), (b, _)) if a < b => self.fail(Spot::Value(value)),
            (_, (_, Some(value))) => self.fail(Spot::Value(value)),
        }
    }

    fn codes(
        &self,
        path: &Path,
        bound: &Bound,
        absent: Absent,
        context: Spot<'v, 't>,
    ) -> Outcome<'v> {
        let mut found = Vec::new();
        let flow = each(&self.tree, context, &path.steps, &mut |spot| {
            found.push(spot);
            ControlFlow::Continue(())
        });
        match (flow, &found[..]) {
            (Err(NoParts), _) => return Outcome::Inconclusive,
            (Ok(_), []) => return self.absent(absent, context),
            (Ok(_), [_, _, ..]) if self.nist => return Outcome::Inconclusive,
            _ => {}
        }
        let wrong = found.into_iter().find_map(|spot| match self.nist {
            true => nist::codes::first_wrong(&self.tree, spot, bound),
            false => codes::check(&self.tree, spot, bound),
        });
        let Some(wrong) = wrong else { return Outcome::Pass };
        let unusable = matches!(wrong.how, CodeProblem::NoSuchSet | CodeProblem::EmptySet);
        if unusable && !self.nist {
            return Outcome::Inconclusive;
        }
        Outcome::Fail(Shown { at: wrong.at, span: self.tree.span_of(wrong.raw), group: "" })
    }
}

fn same_letters(a: &[u8], b: &str) -> bool {
    match std::str::from_utf8(a) {
        Ok(a) => {
            a.len() == b.len() && a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase()
        }
        Err(_) => a.eq_ignore_ascii_case(b.as_bytes()),
    }
}

/// Up to seven digits, and a check digit by Luhn's formula ("mod 10").
fn is_loinc(code: &[u8]) -> bool {
    let [digits @ .., b'-', check] = code else { return false };
    let proper = |d: &[u8]| !d.is_empty() && d.iter().all(u8::is_ascii_digit);
    if digits.len() > 7 || !proper(digits) || !check.is_ascii_digit() {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, d)| {
            let digit = u32::from(d - b'0') * if n % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    (10 - sum % 10) % 10 == u32::from(check - b'0')
}

/// 6 to 18 digits, of which the second and third last tell the partition, and the last is a check
/// digit by Verhoeff's formula (SNOMED CT Technical Implementation Guide, "SCTID").
fn is_snomed(code: &[u8], by_check_digit: bool) -> bool {
    let form = (6..=18).contains(&code.len())
        && code.iter().all(u8::is_ascii_digit)
        && code.first() != Some(&b'0');
    let [.., a, b, _] = code else { return false };
    let partition = match [*a, *b] {
        [b'0', b'0'..=b'2'] => true,
        [b'1', b'0'..=b'2'] => code.len() >= 11,
        _ => false,
    };
    form && partition && (!by_check_digit || verhoeff(code) == 0)
}

/// The sum of digits by Verhoeff's formula, in the dihedral group of order 10.
fn verhoeff(digits: &[u8]) -> u8 {
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let multiply = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a - 5 + 5 - (b - 5)) % 5,
    };
    digits.iter().rev().enumerate().fold(0, |sum, (place, digit)| {
        let digit = (0..place % 8).fold(digit - b'0', |d, _| PERMUTED[usize::from(d)]);
        multiply(sum, digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_check_digits() {
        for code in [&b"94563-4"[..], b"97097-0", b"4548-4", b"2160-0"] {
            assert!(is_loinc(code), "{code:?}");
        }
        assert!(!is_loinc(b"94563-5") && !is_loinc(b"-4") && !is_loinc(b"94563"));
        // The examples of the guide.
        for code in [&b"100005"[..], b"1290023401004", b"999999990989121104", b"22298006"] {
            assert!(is_snomed(code, true), "{code:?}");
        }
        assert!(!is_snomed(b"22298007", true) && is_snomed(b"22298007", false));
        assert!(!is_snomed(b"022298006", true) && !is_snomed(b"22298036", true));
    }
}
