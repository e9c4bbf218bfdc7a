//! Finds the elements that constraints are about, and reports those that do not hold.

use super::codes;
use super::eval::{Evaluator, Outcome, Shown, each};
use super::path::Path;
use super::{Bound, Constraint, Constraints, Demand, Expression, Row, of};
use crate::ops::validate::finding::{self, At, CodeProblem, ConstraintProblem, Finding, Problem};
use crate::ops::validate::layout::Kind;
use crate::ops::validate::model::{TypeIx, Usage};
use crate::ops::validate::rule::{Rule, Severity};
use crate::ops::validate::settings::Severities;
use crate::ops::validate::tree::{NoParts, Shape, Spot, Tree, Value};
use std::ops::ControlFlow;

/// Appends what does not hold of the constraints of the tree's model; `nist` is for evaluating them
/// as NIST's validator does.
pub fn check<'v>(
    tree: &Tree<'v, '_>,
    nist: bool,
    severities: &'v Severities,
    findings: &mut Vec<Finding<'v>>,
) {
    let constraints = &tree.model.constraints;
    if constraints.all.is_empty() {
        return;
    }
    let evaluator = Evaluator { tree: *tree, nist };
    let mut check = Check { tree: *tree, constraints, evaluator, severities, findings };
    let mut messages = tree.model.messages.iter();
    let structure = messages.position(|message| std::ptr::eq(message, tree.structure));
    if let Some(of_places) = structure.and_then(|at| constraints.of_groups.get(at)) {
        for (group, occurrence) in (0..).zip(&tree.seating.groups) {
            check.all(of(of_places, u32::from(occurrence.place)), Spot::Group(group));
        }
    }
    for (segment, seat) in (0..).zip(&tree.seating.seats) {
        let kind = tree.layout.place(seat.place).map(|place| &place.kind);
        let Some(Kind::Segment { definition: Some(ix), .. }) = kind else { continue };
        check.all(constraints.of_segment(*ix), Spot::Segment(segment));
        for &field in of(&constraints.reached_segments, ix.0) {
            for value in tree.field(segment, field) {
                check.value(value);
            }
        }
    }
}

struct Check<'v, 't, 'f> {
    tree: Tree<'v, 't>,
    constraints: &'v Constraints,
    evaluator: Evaluator<'v, 't>,
    severities: &'v Severities,
    findings: &'f mut Vec<Finding<'v>>,
}

impl<'v, 't> Check<'v, 't, '_> {
    fn value(&mut self, value: Value<'v, 't>) {
        let Some(ix) = value.data_type else { return };
        self.all(self.constraints.of_type(ix), Spot::Value(value));
        let TypeIx(number) = ix;
        let parts = of(&self.constraints.reached_types, number);
        if let (Shape::Composite(_, elements), [_, ..]) = (self.tree.shape(&value), parts) {
            for &position in parts {
                if let Some(part) = self.tree.part(&value, elements, position) {
                    self.value(part);
                }
            }
        }
    }

    fn all(&mut self, constraints: &'v [u32], spot: Spot<'v, 't>) {
        for &at in constraints {
            if let Some(constraint) = self.constraints.all.get(at as usize)
                && !(constraint.is_newer && self.evaluator.nist)
            {
                self.one(constraint, spot);
            }
        }
    }

    fn one(&mut self, constraint: &'v Constraint, context: Spot<'v, 't>) {
        let failed = match constraint.is_content {
            true => ConstraintProblem::ContentFailed,
            false => ConstraintProblem::Failed,
        };
        match &constraint.demand {
            Demand::Assertion(expression) => match self.evaluator.eval(expression, context) {
                Outcome::Pass => {}
                Outcome::Fail(shown) => self.report(Rule::Coc3, constraint, failed, shown),
                Outcome::Inconclusive => self.not_evaluated(constraint, context),
            },
            Demand::Predicate { within, target, when_true, when_false, condition } => {
                let usage = match self.evaluator.eval(condition, context) {
                    Outcome::Pass => *when_true,
                    Outcome::Fail(_) => *when_false,
                    Outcome::Inconclusive => return self.not_evaluated(constraint, context),
                };
                if self.usage(constraint, usage, within, target, context).is_err() {
                    self.not_evaluated(constraint, context);
                }
            }
            Demand::CoConstraint { key, others } => {
                self.co_constraint(constraint, key, others, context);
            }
            Demand::Row(row) => {
                let mut contexts = Vec::new();
                let found = each(&self.tree, context, &row.within.steps, &mut |spot| {
                    contexts.push(spot);
                    ControlFlow::Continue(())
                });
                if found.is_err() {
                    self.not_evaluated(constraint, context);
                }
                for context in contexts {
                    self.row(constraint, row, context);
                }
            }
            Demand::Codes { path, bound } => {
                let mut spots = Vec::new();
                let found = each(&self.tree, context, &path.steps, &mut |spot| {
                    spots.push(spot);
                    ControlFlow::Continue(())
                });
                if found.is_err() {
                    self.not_evaluated(constraint, context);
                }
                for spot in spots {
                    self.codes(constraint, bound, spot);
                }
            }
            Demand::NotEvaluated(_) => self.not_evaluated(constraint, context),
        }
    }

    /// Checks that the element of a predicate is there, or is not.
    fn usage(
        &mut self,
        constraint: &'v Constraint,
        usage: Usage,
        within: &Path,
        target: &Path,
        context: Spot<'v, 't>,
    ) -> Result<(), NoParts> {
        let how = ConstraintProblem::PredicateFailed;
        let tree = self.tree;
        let mut around = Vec::new();
        // An element whose parent is missing, or null, is not asked for.
        let _ = each(&tree, context, &within.steps, &mut |spot| {
            let is_null =
                matches!(spot, Spot::Value(v) if matches!(tree.shape(&v), Shape::Null(_)));
            if !is_null {
                around.push(spot);
            }
            ControlFlow::Continue(())
        })?;
        if !matches!(usage, Usage::Required | Usage::NotSupported) {
            return Ok(());
        }
        let mut found = Vec::new();
        let mut empty = Vec::new();
        for spot in around {
            let before = found.len();
            let _ = each(&tree, spot, &target.steps, &mut |spot| {
                found.push(spot);
                ControlFlow::Continue(())
            })?;
            if found.len() == before {
                empty.push(spot);
            }
        }
        match usage {
            // NIST is content if one of several parents has the element.
            Usage::Required if !self.evaluator.nist || found.is_empty() => {
                for spot in empty {
                    let shown = self.missing(spot, target);
                    self.report(Rule::Use4, constraint, how, shown);
                }
            }
            Usage::NotSupported => {
                for spot in found {
                    let shown = self.evaluator.shown(spot);
                    self.report(Rule::Use4, constraint, how, shown);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where an element would be that is not there.
    fn missing(&self, around: Spot<'v, 't>, target: &Path) -> Shown<'v> {
        let tree = &self.tree;
        let shown = self.evaluator.shown(around);
        let Some(position) = target.steps.first().map(|step| step.position) else { return shown };
        let at = match around {
            Spot::Group(group) => {
                let place = tree.seating.groups.get(group as usize).and_then(|occurrence| {
                    let mut children = tree.layout.children(occurrence.place);
                    tree.layout.place(children.nth(usize::from(position).checked_sub(1)?)?)
                });
                let at = At { occurrence: 1, ..shown.at };
                return match place.map(|place| &place.kind) {
                    Some(Kind::Segment { id: Some(id), .. }) => {
                        Shown { at: At { segment: *id, ..at }, group: "", ..shown }
                    }
                    Some(Kind::Group { name, .. }) => Shown { at, group: name, ..shown },
                    _ => shown,
                };
            }
            Spot::Segment(_) => At { field: position, repetition: 1, ..shown.at },
            Spot::Value(value) if value.at.component > 0 => {
                At { subcomponent: position, ..shown.at }
            }
            Spot::Value(_) => At { component: position, ..shown.at },
        };
        Shown { at, ..shown }
    }

    fn co_constraint(
        &mut self,
        constraint: &'v Constraint,
        key: &Expression,
        others: &[Expression],
        context: Spot<'v, 't>,
    ) -> bool {
        if !matches!(self.evaluator.eval(key, context), Outcome::Pass) {
            return false;
        }
        for other in others {
            let shown = match self.evaluator.eval(other, context) {
                Outcome::Pass => continue,
                _ if self.evaluator.nist => self.evaluator.shown(context),
                Outcome::Fail(shown) => shown,
                Outcome::Inconclusive => {
                    self.not_evaluated(constraint, context);
                    continue;
                }
            };
            self.report(Rule::Coc2, constraint, ConstraintProblem::CoConstraintFailed, shown);
        }
        true
    }

    /// Checks the segments that a row of a co-constraint table is about, and how many they are.
    fn row(&mut self, constraint: &'v Constraint, row: &Row, context: Spot<'v, 't>) {
        let mut segments = Vec::new();
        let found = each(&self.tree, context, &row.segment.steps, &mut |spot| {
            segments.push(spot);
            ControlFlow::Continue(())
        });
        if found.is_err() {
            return self.not_evaluated(constraint, context);
        }
        let mut count = 0;
        for segment in segments {
            count += u32::from(self.co_constraint(constraint, &row.key, &row.others, segment));
        }
        if count < row.cardinality.min || row.cardinality.max.is_some_and(|max| count > max) {
            let shown = self.evaluator.shown(context);
            self.report(Rule::Coc2, constraint, ConstraintProblem::CoConstraintFailed, shown);
        }
    }

    fn codes(&mut self, constraint: &'v Constraint, bound: &Bound, spot: Spot<'v, 't>) {
        let Some(wrong) = codes::check(&self.tree, spot, bound) else { return };
        if wrong.how == CodeProblem::Location {
            // Where there is no code, none is wrong; whether one has to be there says its usage.
            return;
        }
        if wrong.how == CodeProblem::NoSuchSet && self.tree.model.lacks_sets {
            return;
        }
        let Some(set) = self.tree.model.value_set(wrong.set) else { return };
        let rule = match wrong.how {
            CodeProblem::NoSuchSet | CodeProblem::EmptySet => Rule::Val2,
            _ => Rule::Val1,
        };
        let usual = match wrong.how {
            CodeProblem::NotInOpenSet => Some(Severity::Info),
            _ if wrong.is_alert => Some(Severity::Warning),
            _ => constraint.severity,
        };
        let severity = self.severities.at(rule, &wrong.at, usual);
        if severity == Severity::Off {
            return;
        }
        let name = match spot {
            Spot::Value(value) => &*value.element.name,
            _ => "",
        };
        let (set, set_name, how) = (&*set.id, &*set.name, wrong.how);
        let problem = Problem::Code { name, set, set_name, how };
        let span = self.tree.span_of(wrong.raw);
        let finding = Finding { rule, severity, at: wrong.at, span, problem };
        finding::add(self.findings, finding);
    }

    fn not_evaluated(&mut self, constraint: &'v Constraint, context: Spot<'v, 't>) {
        let how = match constraint.demand {
            Demand::Predicate { .. } => ConstraintProblem::PredicateNotEvaluated,
            _ => ConstraintProblem::NotEvaluated,
        };
        self.report(Rule::Prf1, constraint, how, self.evaluator.shown(context));
    }

    fn report(
        &mut self,
        rule: Rule,
        constraint: &'v Constraint,
        how: ConstraintProblem,
        shown: Shown<'v>,
    ) {
        let usual = if rule == Rule::Coc3 { constraint.severity } else { None };
        let severity = self.severities.at(rule, &shown.at, usual);
        if severity == Severity::Off {
            return;
        }
        let (id, description) = (&*constraint.id, &*constraint.description);
        let problem = Problem::Constraint { id, description, group: shown.group, how };
        let finding = Finding { rule, severity, at: shown.at, span: shown.span, problem };
        finding::add(self.findings, finding);
    }
}
