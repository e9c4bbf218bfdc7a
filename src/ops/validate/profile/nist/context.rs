//! `ConformanceContext`: predicates and constraints by what they are about
//! (`ConformanceContext.xsd`).

use super::super::ProfileError;
use super::super::xml::Element as Tag;
use super::expressions;
use super::sets::Sets;
use super::structure::{named_usage, text};
use crate::ops::validate::constraint::{
    Absent, Constraint, Constraints, Demand, Expression, Path, Test,
};
use crate::ops::validate::layout::Kind;
use crate::ops::validate::model::{Model, Text};
use crate::ops::validate::rule::Severity;
use std::collections::HashMap;

/// What constraints are about: the kind of element, and its id or name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    pub(super) kind: Subjects,
    /// `key` is a name, which several elements may have.
    pub(super) is_name: bool,
    pub(super) key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subjects {
    DataType,
    Segment,
    Group,
    Message,
}

/// The constraints of all files.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    all: Vec<Constraint>,
    by_subject: HashMap<Subject, Vec<u32>>,
    /// Those about every message.
    of_messages: Vec<u32>,
}

impl Contexts {
    pub(super) fn add(&mut self, subject: Subject, constraint: Constraint) {
        self.by_subject.entry(subject).or_default().push(self.all.len() as u32);
        self.all.push(constraint);
    }

    /// Adds a constraint about every message.
    pub(super) fn add_to_messages(&mut self, constraint: Constraint) {
        self.of_messages.push(self.all.len() as u32);
        self.all.push(constraint);
    }

    /// Reads a file.
    pub(super) fn read(&mut self, root: &Tag<'_>, sets: &mut Sets) -> Result<(), ProfileError> {
        for part in root.children() {
            match part.name() {
                "Predicates" | "Constraints" | "CoConstraints" => each(&part, |subject, tag| {
                    let constraint = match tag.name() {
                        "Predicate" => predicate(tag, sets)?,
                        "CoConstraint" => co_constraint(tag, sets),
                        _ => constraint(tag, sets)?,
                    };
                    self.add(subject, constraint);
                    Ok(())
                })?,
                "OrderIndifferent" if part.children().next().is_some() => {
                    let why = "patterns that occur in any order are not evaluated";
                    self.add_to_messages(not_evaluated("OrderIndifferent", why));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Finds out where each constraint belongs in a model.
    pub(super) fn into_constraints(self, model: &Model) -> Constraints {
        let of = |kind, name: &str, id: &str| {
            let subject = |is_name, key: &str| Subject { kind, is_name, key: key.to_owned() };
            let by_name = self.by_subject.get(&subject(true, name)).into_iter().flatten();
            let by_id = self.by_subject.get(&subject(false, id)).into_iter().flatten();
            by_name.chain(by_id).copied().collect::<Vec<u32>>()
        };
        let types = model.types.iter().map(|t| of(Subjects::DataType, &t.name, &t.id));
        let segments = model
            .segments
            .iter()
            .map(|s| of(Subjects::Segment, &String::from_utf8_lossy(&s.name), &s.id));
        let groups = model.messages.iter().map(|message| {
            let places = message.layout.places().iter().enumerate().map(|(at, place)| {
                let Kind::Group { id, name, .. } = &place.kind else { return Vec::new() };
                let id = if at == 0 { &message.id } else { id };
                let mut found = of(Subjects::Group, name, id);
                found.extend(of(Subjects::Message, name, id));
                if at == 0 {
                    found.extend(&self.of_messages);
                }
                found
            });
            places.collect()
        });
        let mut constraints = Constraints {
            of_types: types.collect(),
            of_segments: segments.collect(),
            of_groups: groups.collect(),
            ..Constraints::default()
        };
        constraints.all = self.all;
        constraints.reach(&model.types, &model.segments);
        constraints
    }
}

/// Calls `then` with everything that is said of each subject in a part of a file.
pub(super) fn each<'x>(
    part: &Tag<'x>,
    mut then: impl FnMut(Subject, &Tag<'x>) -> Result<(), ProfileError>,
) -> Result<(), ProfileError> {
    for kind_tag in part.children() {
        let kind = match kind_tag.name() {
            "Datatype" => Subjects::DataType,
            "Segment" => Subjects::Segment,
            "Group" => Subjects::Group,
            "Message" => Subjects::Message,
            other => return Err(kind_tag.error(format!("<{other}> has no constraints"))),
        };
        for subject in kind_tag.children() {
            let (is_name, key) = match subject.name() {
                "ByID" => (false, subject.required("ID")?),
                "ByName" => (true, subject.required("Name")?),
                other => return Err(subject.error(format!("<{other}> names nothing"))),
            };
            for tag in subject.children() {
                then(Subject { kind, is_name, key: key.to_owned() }, &tag)?;
            }
        }
    }
    Ok(())
}

fn constraint(tag: &Tag<'_>, sets: &mut Sets) -> Result<Constraint, ProfileError> {
    let severity = match (tag.attribute("Classification"), tag.attribute("Strength")) {
        (Some("W"), _) => Some(Severity::Warning),
        (Some("A"), _) => Some(Severity::Info),
        (None, Some("SHOULD")) => Some(Severity::Warning),
        _ => None,
    };
    let by = tag.child("Reference").and_then(|r| r.attribute("GeneratedBy"));
    let is_content = by.is_some_and(|by| by.contains("TCAMT"));
    let severity =
        if is_content && tag.attribute("Classification").is_none() { None } else { severity };
    Ok(Constraint {
        id: text(tag.attribute("ID").unwrap_or_default()),
        description: description(tag),
        severity,
        is_content,
        is_newer: false,
        demand: Demand::Assertion(assertion(tag, "Assertion", sets)?),
    })
}

fn predicate(tag: &Tag<'_>, sets: &mut Sets) -> Result<Constraint, ProfileError> {
    let usage = |name: &str| {
        let letters = tag.required(name)?;
        named_usage(letters).ok_or_else(|| tag.error(format!("{name}: {letters} is no usage")))
    };
    let (when_true, when_false) = (usage("TrueUsage")?, usage("FalseUsage")?);
    let written = tag.required("Target")?;
    let demand = match written.parse::<Path>() {
        Ok(path) if !path.steps.is_empty() => {
            let (within, target) = path.split_last();
            let condition = assertion(tag, "Condition", sets)?;
            Demand::Predicate { within, target, when_true, when_false, condition }
        }
        _ => Demand::NotEvaluated("the target is no path".into()),
    };
    let name = format!("C({}/{}) {written}", when_true.letters(), when_false.letters());
    Ok(Constraint {
        id: tag.attribute("ID").map_or(name.into(), text),
        description: description(tag),
        severity: None,
        is_content: false,
        is_newer: false,
        demand,
    })
}

/// A co-constraint of 1.5: where the value at a path is the key, the others hold.
fn co_constraint(tag: &Tag<'_>, sets: &mut Sets) -> Constraint {
    let plain = tag.child("Assertion").and_then(|a| a.child("PlainCoConstraint"));
    let demand = plain.and_then(|plain| {
        let test = Test::Text { text: text(plain.attribute("KeyValue")?), ignore_case: true };
        let path = plain.attribute("KeyPath")?.parse().ok()?;
        let key = Expression::Value { path, at_least_once: false, absent: Absent::Pass, test };
        let others = plain.children().map(|other| expressions::read(&other, sets)).collect();
        Some(Demand::CoConstraint { key, others })
    });
    Constraint {
        id: text(tag.attribute("ID").unwrap_or_default()),
        description: description(tag),
        severity: None,
        is_content: false,
        is_newer: false,
        demand: demand.unwrap_or_else(|| Demand::NotEvaluated("it is not understood".into())),
    }
}

/// A constraint that stands for something that is not understood.
pub(super) fn not_evaluated(id: &str, why: &str) -> Constraint {
    Constraint {
        id: text(id),
        description: text(why),
        severity: None,
        is_content: false,
        is_newer: true,
        demand: Demand::NotEvaluated(text(why)),
    }
}

fn description(tag: &Tag<'_>) -> Text {
    tag.child("Description").map_or_else(Text::default, |d| d.text().into())
}

/// The one expression in an element.
fn assertion(tag: &Tag<'_>, name: &str, sets: &mut Sets) -> Result<Expression, ProfileError> {
    let assertion =
        tag.child(name).ok_or_else(|| tag.error(format!("<{}> has no <{name}>", tag.name())))?;
    let Some(first) = assertion.children().next() else {
        return Err(assertion.error(format!("<{name}> is empty")));
    };
    Ok(expressions::read(&first, sets))
}
