//! Formats of primitive data types: <https://hl7.org/fhir/R4/datatypes.html#primitive>.

use super::table::R4;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde_json::Value;
use std::cmp::Ordering;

/// Whether the specification's pattern of a type is met.
fn is_like(type_name: &str, text: &str) -> bool {
    R4.primitives[type_name].is_match(text)
}

/// What is wrong with a value of this primitive type, if anything is.
pub(super) fn fault(type_name: &str, value: &Value) -> Option<String> {
    let shape = match type_name {
        "boolean" => value.is_boolean(),
        "decimal" => value.is_number(),
        "integer" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        "unsignedInt" => value.as_i64().is_some_and(|n| (0..1 << 31).contains(&n)),
        "positiveInt" => value.as_i64().is_some_and(|n| (1..1 << 31).contains(&n)),
        _ => value.is_string(),
    };
    if !shape {
        return Some(format!("{value} is no {type_name}"));
    }
    let text = value.as_str()?;
    let well_formed = match type_name {
        "string" | "markdown" => is_text(text),
        "xhtml" => is_narrative(text),
        "code" => is_like("code", text) && !text.contains(['\t', '\n', '\r']),
        "base64Binary" => !text.is_empty() && STANDARD.decode(text).is_ok(),
        "date" | "dateTime" | "instant" => is_like(type_name, text) && is_real_day(text),
        "uri" | "url" | "canonical" => !text.is_empty() && is_uri(text),
        other => is_like(other, text),
    };
    (!well_formed).then(|| format!("{value} is no well-formed {type_name}"))
}

/// Something to see, and no control characters but those that lay out text.
fn is_text(text: &str) -> bool {
    let is_allowed = |c: char| c >= ' ' || matches!(c, '\t' | '\n' | '\r');
    !text.trim().is_empty() && text.chars().all(is_allowed)
}

fn is_uri(text: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"{}|\\^`".contains(c);
    text.chars().all(is_plain)
        && (!text.starts_with("urn:oid:") || is_like("oid", text))
        && (!text.starts_with("urn:uuid:") || is_like("uuid", text))
}

/// Whether a URI says by itself what it names.
pub(super) fn is_absolute(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap();
    scheme.len() < uri.len()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn is_real_day(text: &str) -> bool {
    text.get(..10).is_none_or(|day| day.parse::<Date>().is_ok())
}

/// XHTML of the elements that a narrative may have, with something to see in it.
fn is_narrative(text: &str) -> bool {
    const ALLOWED: &str = " div p br b i em strong small big tt span ul ol li dl dt dd table caption colgroup col \
        thead tbody tfoot tr th td h1 h2 h3 h4 h5 h6 pre blockquote code a img hr sub sup q cite dfn samp var abbr ";
    let Ok(document) = roxmltree::Document::parse(text) else { return false };
    let mut elements = document.descendants().filter(roxmltree::Node::is_element);
    let seen = document.descendants().any(|node| {
        node.has_tag_name(("http://www.w3.org/1999/xhtml", "img"))
            || node.is_text() && node.text().is_some_and(|t| !t.trim().is_empty())
    });
    document.root_element().has_tag_name(("http://www.w3.org/1999/xhtml", "div"))
        && seen
        && elements.all(|e| ALLOWED.contains(&format!(" {} ", e.tag_name().name())))
}

/// Which of two dates or times is earlier, as far as their precision tells.
pub(super) fn compare_times(a: &str, b: &str) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.parse::<jiff::Timestamp>(), b.parse::<jiff::Timestamp>()) {
        return Some(a.cmp(&b));
    }
    let shared = a.len().min(b.len()).min(10);
    let (a_shared, b_shared) = (a.get(..shared)?, b.get(..shared)?);
    (a_shared != b_shared || a.len() == b.len()).then(|| a_shared.cmp(b_shared))
}

#[test]
fn times_are_compared_as_far_as_they_tell() {
    let compare = |a, b| compare_times(a, b).map(|o| o as i8);
    assert_eq!(compare("2024-01-01T10:00:00+02:00", "2024-01-01T09:00:00Z"), Some(-1));
    assert_eq!(compare("2024-02", "2024-01-31"), Some(1));
    assert_eq!(compare("2024-01", "2024-01-31"), None);
    assert_eq!(compare("2024", "2024"), Some(0));
}
