//! The expressions of constraints (`Expressions.xsd`).

use super::super::xml::Element as Tag;
use super::sets::Sets;
use super::structure::text;
use super::unescape;
use crate::core::Separators;
use crate::ops::validate::constraint::{
    Absent, Bound, Expression, Mode, Operator, Path, Pattern, Several, Test,
};

/// Reads an expression; what is not understood becomes one that is not evaluated.
pub(super) fn read(tag: &Tag<'_>, sets: &mut Sets) -> Expression {
    let parts = || tag.children().collect::<Vec<_>>();
    let all = |sets: &mut Sets| parts().iter().map(|part| read(part, sets)).collect::<Vec<_>>();
    match tag.name() {
        "AND" | "FORALL" => Expression::All(all(sets)),
        "OR" | "EXIST" => Expression::Any(all(sets)),
        "NOT" => match &parts()[..] {
            [part] => not(read(part, sets)),
            _ => Expression::NotEvaluated,
        },
        "XOR" => match <[Expression; 2]>::try_from(all(sets)) {
            Ok(both) => Expression::Either(Box::new(both)),
            Err(_) => Expression::NotEvaluated,
        },
        "IMPLY" => match <[Expression; 2]>::try_from(all(sets)) {
            Ok([left, right]) => Expression::Any(vec![not(left), right]),
            Err(_) => Expression::NotEvaluated,
        },
        _ => leaf(tag, sets).unwrap_or(Expression::NotEvaluated),
    }
}

fn not(part: Expression) -> Expression {
    Expression::Not(Box::new(part))
}

/// An expression about what is at a path.
fn leaf(tag: &Tag<'_>, sets: &mut Sets) -> Option<Expression> {
    let test = match tag.name() {
        "Presence" => return Some(Expression::Presence(path(tag, "Path")?)),
        "isNULL" => return Some(Expression::IsNull(path(tag, "Path")?)),
        "SetID" => return Some(Expression::SetId(path(tag, "Path")?)),
        "IZSetID" => {
            let (parent, element) = (path(tag, "Parent")?, path(tag, "Element")?);
            return Some(Expression::CountedSetId(parent, element));
        }
        "PathValue" => return values(tag),
        "ValueSet" => {
            let location = tag.attribute("BindingLocation").unwrap_or("1");
            let bound = Bound {
                sets: tag.attribute("ValueSetID")?.split(':').map(|id| sets.named(id)).collect(),
                strength: super::structure::strength(tag).ok()?,
                positions: positions(location),
                places: Vec::new(),
            };
            let (path, absent) = (path(tag, "Path")?, absent(tag)?);
            return Some(Expression::Codes { path, bound, absent });
        }
        "PlainText" => Test::Text {
            text: text(tag.attribute("Text")?),
            ignore_case: boolean(tag, "IgnoreCase")?,
        },
        "Format" => Test::Pattern(Pattern::new(tag.attribute("Regex")?)?),
        "StringList" => Test::OneOf {
            texts: tag.attribute("CSV")?.split(',').map(text).collect(),
            ignore_case: boolean(tag, "IgnoreCase")?,
        },
        "NumberList" => {
            let numbers = tag.attribute("CSV")?.split(',').map(|n| n.trim().parse().ok());
            Test::Number(numbers.collect::<Option<_>>()?)
        }
        "SimpleValue" => {
            let value = tag.attribute("Value")?;
            let is_number = match tag.attribute("Type") {
                None | Some("String") => false,
                Some("Number") => true,
                Some(_) => return None,
            };
            let read = unescape(
                value.as_bytes(),
                &Separators { truncation: b'#', ..Separators::default() },
            );
            let value = if is_number { text(value) } else { text(&String::from_utf8_lossy(&read)) };
            Test::Compare { operator: operator(tag)?, value, is_number }
        }
        "StringFormat" => match tag.attribute("Format")? {
            "LOINC" => Test::Loinc,
            "SNOMED" => Test::Snomed,
            _ => return None,
        },
        // Plugin: a program in Java.
        _ => return None,
    };
    let at_least_once = boolean(tag, "AtLeastOnce")?;
    Some(Expression::Value { path: path(tag, "Path")?, at_least_once, absent: absent(tag)?, test })
}

fn values(tag: &Tag<'_>) -> Option<Expression> {
    let mode = |name: &str| match tag.attribute(name) {
        None => Some(None),
        Some("All") => Some(Some(Mode::All)),
        Some("AtLeastOne") => Some(Some(Mode::AtLeastOne)),
        Some(count) => count.parse().ok().map(|count| Some(Mode::Count(count))),
    };
    let several = match (mode("Path1Mode"), mode("Path2Mode"), boolean(tag, "Truncated")) {
        (Some(None), Some(None), Some(false)) => Several::None,
        (Some(left), Some(right), Some(false)) => {
            Several::Modes(left.unwrap_or_default(), right.unwrap_or_default())
        }
        _ => Several::Unknown,
    };
    Some(Expression::Values {
        left: path(tag, "Path1")?,
        operator: operator(tag)?,
        right: path(tag, "Path2")?,
        absent: absent(tag)?,
        several,
        as_text: boolean(tag, "IdenticalEquality")?,
    })
}

fn path(tag: &Tag<'_>, name: &str) -> Option<Path> {
    tag.attribute(name)?.parse().ok()
}

fn boolean(tag: &Tag<'_>, name: &str) -> Option<bool> {
    match tag.attribute(name) {
        None | Some("false" | "0") => Some(false),
        Some("true" | "1") => Some(true),
        Some(_) => None,
    }
}

fn operator(tag: &Tag<'_>) -> Option<Operator> {
    Some(match tag.attribute("Operator")? {
        "EQ" => Operator::Equal,
        "NE" => Operator::NotEqual,
        "LT" => Operator::Less,
        "LE" => Operator::LessOrEqual,
        "GT" => Operator::Greater,
        "GE" => Operator::GreaterOrEqual,
        _ => return None,
    })
}

fn absent(tag: &Tag<'_>) -> Option<Absent> {
    let written = tag.attribute("NotPresentBehavior").unwrap_or("PASS");
    Some(match written.to_ascii_uppercase().as_str() {
        "PASS" => Absent::Pass,
        "FAIL" => Absent::Fail,
        "INCONCLUSIVE" => Absent::Inconclusive,
        _ => return None,
    })
}

/// The positions of a binding: `1` or `1:4`.
pub(super) fn positions(location: &str) -> Option<Vec<u16>> {
    let all = location.split(':').map(|position| position.trim().parse().ok());
    all.collect::<Option<Vec<_>>>().filter(|all| all.len() <= 2)
}
