//! Codes of elements, and the value sets that they are bound to.

use super::path::Path;
use crate::core::escape;
use crate::ops::validate::codes::fault;
use crate::ops::validate::finding::{At, CodeProblem};
use crate::ops::validate::model::{SetIx, Strength, TypeDef};
use crate::ops::validate::tree::{NULL, Shape, Spot, Tree, Value};
use std::ops::ControlFlow;

/// Value sets that an element is bound to.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// The sets: a code of one of them will do.
    pub sets: Vec<SetIx>,
    /// How binding they are.
    pub strength: Strength,
    /// The components in which codes may stand, the code system being two behind (`1`, `1:4`), as
    /// profiles before 1.6 write it; `None` if nothing is said.
    pub positions: Option<Vec<u16>>,
    /// Where codes and code systems may stand, as profiles from 1.6 on write it.
    pub places: Vec<(Path, Option<Path>)>,
}

/// A code that is not as it should be.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Wrong<'t> {
    /// How.
    pub(in super::super) how: CodeProblem,
    /// Where.
    pub(in super::super) at: At,
    /// The bytes that it is about.
    pub(in super::super) raw: &'t [u8],
    /// The set.
    pub(in super::super) set: SetIx,
    /// The element is a coded one.
    pub(in super::super) is_coded: bool,
    /// Something else makes up for it.
    pub(in super::super) is_alert: bool,
}

/// Whether a data type holds a code, its text and its system (and perhaps another of each).
pub(in super::super) fn is_coded(data_type: &TypeDef) -> bool {
    matches!(&*data_type.name, "CE" | "CWE" | "CNE")
}

/// Checks the codes of an element against the sets that it is bound to. It is enough that one of
/// the places has a code of one of the sets.
pub(in super::super) fn check<'v, 't>(
    tree: &Tree<'v, 't>,
    spot: Spot<'v, 't>,
    bound: &Bound,
) -> Option<Wrong<'t>> {
    let Spot::Value(value) = spot else { return None };
    let set = *bound.sets.first()?;
    let shape = tree.shape(&value);
    let is_coded = matches!(shape, Shape::Composite(of, _) if is_coded(of));
    let wrong = |how, at, raw, set| {
        Some(Wrong { how, at, raw, set, is_coded, is_alert: bound.strength != Strength::Required })
    };
    let mut first = None;
    let mut any = false;
    for (code, system) in places(tree, value, shape, bound) {
        let Some(code) = code else { continue };
        if code.raw == NULL {
            return None;
        }
        any = true;
        let text = escape::decode(code.raw, &tree.separators);
        let system = system.map(|s| s.map_or(&b""[..], |s| s.raw));
        for &ix in &bound.sets {
            let set = tree.model.value_set(ix).filter(|set| !set.is_excluded)?;
            let how = fault(set, &text, system)?;
            first = first.or_else(|| wrong(how, code.at, code.raw, ix));
        }
    }
    // An element without a code at any of the places has no code of the set.
    if any { first } else { wrong(CodeProblem::Location, value.at, value.raw, set) }
}

type CodeAndSystem<'v, 't> = (Option<Value<'v, 't>>, Option<Option<Value<'v, 't>>>);

/// The codes of an element and the code systems beside them.
fn places<'v, 't>(
    tree: &Tree<'v, 't>,
    value: Value<'v, 't>,
    shape: Shape<'v>,
    bound: &Bound,
) -> Vec<CodeAndSystem<'v, 't>> {
    let at_path = |path: &Path| {
        let mut found = None;
        let _ = super::eval::each(tree, Spot::Value(value), &path.steps, &mut |spot| {
            found = if let Spot::Value(value) = spot { Some(value) } else { None };
            ControlFlow::Break(())
        });
        found
    };
    if !bound.places.is_empty() {
        let both =
            |(code, system): &(Path, Option<Path>)| (at_path(code), system.as_ref().map(at_path));
        return bound.places.iter().map(both).collect();
    }
    match shape {
        Shape::Composite(of, elements) => {
            let positions = bound.positions.as_deref().unwrap_or(&[1]);
            let part = |position: u16| tree.part(&value, elements, position);
            let both = |&at: &u16| (part(at), is_coded(of).then(|| part(at.saturating_add(2))));
            positions.iter().map(both).collect()
        }
        Shape::Simple(_) => vec![(Some(value), None)],
        Shape::Null(_) | Shape::Unresolved => Vec::new(),
    }
}
