//! The files that came with version 1.6: `ValueSetBindingsContext`, `CoConstraintContext` and
//! `ProfileSlicing`.

use super::super::ProfileError;
use super::super::xml::Element as Tag;
use super::context::{Contexts, Subject, Subjects, each, not_evaluated};
use super::expressions;
use super::sets::Sets;
use super::structure::{cardinality, strength, text};
use crate::ops::validate::constraint::{
    Absent, Bound, Constraint, Demand, Expression, Path, Row, Test,
};
use crate::ops::validate::model::SetIx;

/// Reads bindings of value sets, and of single codes.
pub(super) fn read(
    root: &Tag<'_>,
    contexts: &mut Contexts,
    sets: &mut Sets,
) -> Result<(), ProfileError> {
    for part in root.children() {
        each(&part, |subject, tag| {
            let target = tag.required("Target")?;
            let Ok(path) = target.parse::<Path>() else {
                return Err(tag.error(format!("Target: {target} is no path")));
            };
            let found = match tag.attribute("Code") {
                Some(code) => {
                    vec![sets.of_one(code, tag.attribute("CodeSystem").unwrap_or_default())]
                }
                None => named(tag, sets)?,
            };
            let constraint = Constraint {
                id: text(target),
                description: Default::default(),
                severity: None,
                is_content: false,
                is_newer: true,
                demand: Demand::Codes { path, bound: bound(tag, found)? },
            };
            contexts.add(subject, constraint);
            Ok(())
        })?;
    }
    Ok(())
}

/// The sets that a binding names.
fn named(tag: &Tag<'_>, sets: &mut Sets) -> Result<Vec<SetIx>, ProfileError> {
    let Some(bindings) = tag.child("Bindings") else {
        return Err(tag.error("the binding names no value set"));
    };
    let ids = bindings.all("Binding").map(|b| b.required("BindingIdentifier"));
    Ok(ids.collect::<Result<Vec<_>, _>>()?.into_iter().map(|id| sets.named(id)).collect())
}

/// A binding to sets, at the places that it names.
fn bound(tag: &Tag<'_>, sets: Vec<SetIx>) -> Result<Bound, ProfileError> {
    let locations = tag.child("BindingLocations");
    let place = |location: Tag<'_>| {
        let path = |name: &str| match location.attribute(name) {
            None => Ok(None),
            Some(written) => match written.parse::<Path>() {
                Ok(path) => Ok(Some(path)),
                Err(()) => Err(location.error(format!("{name}: {written} is no path"))),
            },
        };
        Ok((path("CodeLocation")?.unwrap_or_default(), path("CodeSystemLocation")?))
    };
    let places = locations.iter().flat_map(|l| l.children().collect::<Vec<_>>()).map(place);
    let places = places.collect::<Result<_, ProfileError>>()?;
    Ok(Bound { sets, strength: strength(tag)?, positions: None, places })
}

/// Reads tables of co-constraints.
pub(super) fn co_constraints(
    root: &Tag<'_>,
    contexts: &mut Contexts,
    sets: &mut Sets,
) -> Result<(), ProfileError> {
    for message in root.all("ByMessage") {
        let key = message.required("ID")?;
        for context in message.all("Context") {
            for segment in context.children() {
                for table in segment.children() {
                    for row in table.children() {
                        let subject = Subject {
                            kind: Subjects::Message,
                            is_name: false,
                            key: key.to_owned(),
                        };
                        contexts.add(subject, self::row(&context, &segment, &table, &row, sets)?);
                    }
                }
            }
        }
    }
    Ok(())
}

fn row(
    context: &Tag<'_>,
    segment: &Tag<'_>,
    table: &Tag<'_>,
    row: &Tag<'_>,
    sets: &mut Sets,
) -> Result<Constraint, ProfileError> {
    let name = segment.attribute("Name").unwrap_or_default();
    let id = format!("{name} line {}", row.line());
    let known = table.name() == "SimpleTable" && row.name() == "CoConstraint";
    let within = context.attribute("Path").and_then(|p| p.parse().ok());
    let path = segment.attribute("Path").and_then(|p| p.parse().ok());
    let (Some(within), Some(path), true) = (within, path, known) else {
        return Ok(not_evaluated(&id, "co-constraints of this kind are not evaluated"));
    };
    // A value that is missing does not select; whether it has to be there is a matter of usage.
    let keys = cells(row.child("Selectors"), Absent::Fail, sets)?;
    let others = cells(row.child("Constraints"), Absent::Pass, sets)?;
    let said = |part: &str| {
        let cells = row.child(part).into_iter().flat_map(|p| p.children().collect::<Vec<_>>());
        let one = |cell: Tag<'_>| {
            let name = cell.attribute("Name").unwrap_or_default();
            match cell.attribute("Value") {
                Some(value) => format!("{name} is {value}"),
                None => format!("{name} is of its value set"),
            }
        };
        cells.map(one).collect::<Vec<_>>().join(" and ")
    };
    let description = format!("If {}, then {}", said("Selectors"), said("Constraints"));
    let (key, cardinality) = (Expression::All(keys), cardinality(row)?);
    let row = Row { within, segment: path, key, others, cardinality };
    Ok(Constraint {
        id: id.into(),
        description: description.into(),
        severity: None,
        is_content: false,
        is_newer: true,
        demand: Demand::Row(Box::new(row)),
    })
}

/// The cells of a row as expressions.
fn cells(
    part: Option<Tag<'_>>,
    absent: Absent,
    sets: &mut Sets,
) -> Result<Vec<Expression>, ProfileError> {
    let Some(part) = part else { return Ok(Vec::new()) };
    let cell = |cell: Tag<'_>| {
        let path = cell.attribute("Path").and_then(|p| p.parse::<Path>().ok());
        let (value, binding) = (cell.attribute("Value"), cell.child("ValueSetBinding"));
        Ok(match (path, value, binding) {
            (Some(path), Some(value), None) if cell.name() == "PlainText" => {
                let test = Test::Text { text: text(value), ignore_case: false };
                Expression::Value { path, at_least_once: false, absent, test }
            }
            (Some(path), None, Some(binding)) if cell.name() == "ValueSet" => {
                let target = binding.attribute("Target").and_then(|t| t.parse::<Path>().ok());
                let path = path.join(&target.unwrap_or_default());
                let bound = bound(&binding, named(&binding, sets)?)?;
                Expression::Codes { path, bound, absent }
            }
            _ => expressions::read(&cell, sets),
        })
    };
    part.children().map(cell).collect()
}

/// Slicings have no meaning here yet.
pub(super) fn slicings(root: &Tag<'_>, contexts: &mut Contexts) {
    for slicing in root.children() {
        let id = format!("{} line {}", slicing.name(), slicing.line());
        contexts.add_to_messages(not_evaluated(&id, "slicings are not evaluated"));
    }
}
