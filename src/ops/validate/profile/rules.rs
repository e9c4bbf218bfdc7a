//! Rules of a profile in the language of conditions, and how messages are held against them.

use super::super::finding::{self, At, ConstraintProblem, Finding, Problem};
use super::super::model::Usage;
use super::super::rule::{Rule, Severity};
use super::super::settings::{PlacePattern, Severities};
use crate::core::expr::{Expression, NoHost};
use crate::core::{Line, Scope, Segment, SegmentId};
use crate::ops::groups::Context;
use crate::ops::query::Each;
use std::collections::HashMap;
use std::ops::Range;

/// A rule of a profile.
#[derive(Clone, Debug)]
pub struct ProfileRule {
    /// What the profile calls it.
    pub id: String,
    /// What it says, in the words of the profile or made from it.
    pub description: String,
    /// It is asked for each such segment or group, with what belongs to it, and not once for the
    /// message.
    pub each: Option<Each>,
    /// Only where this holds.
    pub when: Option<Expression>,
    /// What is asked.
    pub ask: Ask,
    /// Where it is told; else at the first place that it asks about.
    pub at: Option<PlacePattern>,
    /// How severe it is to break it, where that is said.
    pub severity: Option<Severity>,
}

/// What a rule asks.
#[derive(Clone, Debug)]
pub enum Ask {
    /// This holds.
    Holds(Expression),
    /// In each segment of its id an element is there, or not: it has the first usage where the
    /// condition of the rule holds, the second where it does not.
    Usage(PlacePattern, Usage, Usage),
}

/// How many segments the rules may look at in one message, each time counted. What is beyond that
/// is not evaluated, and told so: a message may have any number of orders with notes.
const MOST_LOOKED_AT: usize = 10_000_000;

/// A message while rules are asked of it.
struct Asked<'m, 's> {
    scope: &'s Scope<'s, 'm>,
    segments: Vec<Segment<'m>>,
    lines: Vec<Line<'m>>,
    /// Of each segment, which of those with its id it is.
    occurrences: Vec<u32>,
    context: Context,
    /// How many segments may still be looked at.
    left: usize,
}

/// Holds a message against the rules of a profile, and appends what is wrong with it.
///
/// `scope`: the whole message.
pub(super) fn check<'v>(
    rules: &'v [ProfileRule],
    scope: &Scope<'_, '_>,
    severities: &Severities,
    findings: &mut Vec<Finding<'v>>,
) {
    if rules.is_empty() {
        return;
    }
    let segments: Vec<_> = scope.message.segments().collect();
    let lines = (0_u32..).zip(&segments).map(|(id, s)| Line { bytes: s.raw(), id }).collect();
    let mut context = Context::new();
    if rules.iter().any(|rule| rule.each.is_some()) {
        context.read(scope.message);
    }
    let mut counts = HashMap::new();
    let occurrences = segments.iter().map(|&segment| {
        let count = counts.entry(id_of(segment)).or_insert(0);
        *count += 1;
        *count
    });
    let occurrences = occurrences.collect();
    let left = MOST_LOOKED_AT;
    let mut asked = Asked { scope, segments, lines, occurrences, context, left };
    for rule in rules {
        let counts_as = rule.counts_as();
        if !severities.is_on(counts_as) {
            continue;
        }
        let mut add = |at: At, span: Range<usize>, how| {
            let told_as = match how {
                ConstraintProblem::NotEvaluated => Rule::Prf1,
                _ => counts_as,
            };
            let severity =
                severities.at(told_as, &at, rule.severity.filter(|_| told_as == counts_as));
            let span = (span.start as u32, span.end as u32);
            let problem = Problem::Constraint {
                id: &rule.id,
                description: &rule.description,
                group: "",
                how,
            };
            if severity > Severity::Off {
                finding::add(findings, Finding { rule: told_as, severity, at, span, problem });
            }
        };
        match &rule.each {
            None => asked.of_message(rule, &mut add),
            Some(each) => {
                let reads = rule.reads();
                for row in asked.rows(each) {
                    if !asked.of_row(rule, row, &reads, &mut add) {
                        break;
                    }
                }
            }
        }
    }
}

impl ProfileRule {
    /// The ids of all segments that its expressions look at.
    fn reads(&self) -> Vec<SegmentId> {
        let asked = match &self.ask {
            Ask::Holds(expression) => Some(expression),
            Ask::Usage(..) => None,
        };
        let expressions = self.when.iter().chain(asked);
        let mut ids: Vec<_> =
            expressions.flat_map(|e| e.paths().map(|path| path.segment)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The rule of the report that it counts as.
    fn counts_as(&self) -> Rule {
        match self.ask {
            Ask::Holds(_) => Rule::Coc3,
            Ask::Usage(..) => Rule::Use4,
        }
    }

    /// Where it is told if nothing else is said.
    fn place(&self) -> PlacePattern {
        let first = |expression: &Expression| {
            let path = expression.paths().next()?;
            let position = path.position.as_ref();
            let part = position.map(|position| position.part);
            Some(PlacePattern {
                segment: path.segment,
                field: position.map_or(0, |position| position.field),
                component: part.and_then(|part| part.component).unwrap_or(0),
                subcomponent: part.and_then(|part| part.subcomponent).unwrap_or(0),
            })
        };
        let asked = match &self.ask {
            Ask::Holds(expression) => first(expression),
            Ask::Usage(place, ..) => Some(*place),
        };
        let place = self.at.or(asked).or_else(|| self.when.as_ref().and_then(first));
        place.unwrap_or_default()
    }
}

impl<'m> Asked<'m, '_> {
    fn of_message(
        &mut self,
        rule: &ProfileRule,
        add: &mut impl FnMut(At, Range<usize>, ConstraintProblem),
    ) {
        let Ask::Holds(expression) = &rule.ask else { return };
        let when = rule.when.as_ref().is_none_or(|when| when.holds(self.scope));
        if !when || expression.holds(self.scope) {
            return;
        }
        let place = rule.place();
        let found = self.segments.iter().position(|segment| segment.has_id(place.segment));
        let span = found.map_or(0..0, |n| self.span(self.segments[n].raw()));
        add(self.at(place, found), span, ConstraintProblem::Failed);
    }

    /// The segments that a rule is asked for one by one.
    fn rows(&self, each: &Each) -> Vec<Range<usize>> {
        match each {
            Each::Group(name) => {
                self.context.occurrences(name).filter(|range| !range.is_empty()).collect()
            }
            Each::Segment(path) => {
                let all =
                    (0..self.segments.len()).filter(|&n| self.segments[n].has_id(path.segment));
                let holds = |&n: &usize, condition: &_| self.holds_at(n, condition);
                path.which.pick(all, holds).into_iter().map(|n| n..n + 1).collect()
            }
        }
    }

    fn holds_at(&self, segment: usize, condition: &crate::core::expr::Condition) -> bool {
        condition.holds_in_segment(self.segments[segment], self.scope)
    }

    /// Asks it for some segments; `false` if no more can be asked of this message.
    fn of_row(
        &mut self,
        rule: &ProfileRule,
        row: Range<usize>,
        reads: &[SegmentId],
        add: &mut impl FnMut(At, Range<usize>, ConstraintProblem),
    ) -> bool {
        let start = row.start;
        let view: Vec<_> = self.context.view(row.clone(), reads);
        let lines: Vec<_> = view.iter().map(|&n| self.lines[n]).collect();
        let Some(left) = self.left.checked_sub(lines.len()) else {
            add(self.at(rule.place(), None), 0..0, ConstraintProblem::NotEvaluated);
            return false;
        };
        self.left = left;
        let scope = self.scope.of_lines(&lines, &NoHost);
        let when = rule.when.as_ref().is_none_or(|when| when.holds(&scope));
        match &rule.ask {
            Ask::Holds(expression) => {
                if when && !expression.holds(&scope) {
                    let place = rule.place();
                    let own = |&&n: &&usize| self.segments[n].has_id(place.segment);
                    let found = view.iter().filter(|n| row.contains(n)).find(own);
                    let found = found.or_else(|| view.iter().find(own)).copied();
                    // What is not there is told at the start of what it should belong to.
                    let (place, found) = match found {
                        Some(_) => (place, found),
                        None => {
                            let segment = id_of(self.segments[start]);
                            (PlacePattern { segment, ..PlacePattern::default() }, Some(start))
                        }
                    };
                    let span = found.map_or(0..0, |n| self.span(self.segments[n].raw()));
                    add(self.at(place, found), span, ConstraintProblem::Failed);
                }
            }
            Ask::Usage(place, holds, else_) => {
                let usage = if when { *holds } else { *else_ };
                self.of_element(start, *place, usage, add);
            }
        }
        true
    }

    /// Asks whether an element of a segment is there, or not.
    fn of_element(
        &self,
        segment: usize,
        place: PlacePattern,
        usage: Usage,
        add: &mut impl FnMut(At, Range<usize>, ConstraintProblem),
    ) {
        let is_wanted = match usage {
            Usage::Required => true,
            Usage::NotSupported => false,
            _ => return,
        };
        let at = self.at(place, Some(segment));
        let field = self.segments[segment].field(place.field.into());
        let repetitions = field.into_iter().flat_map(|field| field.repetitions());
        let is_field = place.component == 0;
        let mut is_there = false;
        for (number, repetition) in (1_u32..).zip(repetitions) {
            let whole = repetition.raw();
            let component = repetition.component(place.component.into());
            let value = match (place.component, place.subcomponent) {
                (0, _) => Some(whole),
                (_, 0) => component.map(|component| component.raw()),
                (_, n) => component.and_then(|component| component.subcomponent(n.into())),
            };
            let value = value.unwrap_or_default();
            is_there |= !value.is_empty();
            let at = At { repetition: number, ..at };
            if !is_wanted && !value.is_empty() {
                add(at, self.span(value), ConstraintProblem::PredicateFailed);
            } else if is_wanted && !is_field && value.is_empty() && !whole.is_empty() {
                add(at, 0..0, ConstraintProblem::PredicateFailed);
            }
        }
        if is_wanted && is_field && !is_there {
            add(at, 0..0, ConstraintProblem::PredicateFailed);
        }
    }

    /// A place in the segment with this number from 0.
    fn at(&self, place: PlacePattern, segment: Option<usize>) -> At {
        let PlacePattern { field, component, subcomponent, .. } = place;
        At {
            line: segment.map_or(0, |n| n as u32 + 1),
            segment: place.segment,
            occurrence: segment.map_or(0, |n| self.occurrences[n]),
            field,
            repetition: 0,
            component,
            subcomponent,
        }
    }

    /// Where a slice of the message stands in it.
    fn span(&self, part: &[u8]) -> Range<usize> {
        let start = self.scope.message.offset_of(part);
        start..start + part.len()
    }
}

fn id_of(segment: Segment<'_>) -> SegmentId {
    segment.raw().first_chunk().copied().unwrap_or_default()
}
