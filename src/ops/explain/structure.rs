//! A message structure as lines of the abstract message syntax.

use crate::dictionary::{Node, Structure, VersionView};
use serde::Serialize;

/// A line of the abstract message syntax (standard, chapter 2): a segment, or where a group begins
/// or ends. `[ ]` may be absent, `{ }` may repeat, `< | >` is one of several.
#[derive(Debug, Serialize)]
pub struct Line {
    /// How deep it stands.
    pub depth: usize,
    /// What is written: `[{ NTE }]`, `[{`, `}]`.
    pub text: String,
    /// The name of the segment or group; empty where a group ends.
    pub name: &'static str,
}

/// The lines of a structure.
pub(super) fn lines(structure: &Structure, view: &'static VersionView) -> Vec<Line> {
    let mut lines = Vec::new();
    structure.nodes().iter().for_each(|node| add(node, 0, view, &mut lines));
    lines
}

fn add(node: &Node, depth: usize, view: &'static VersionView, lines: &mut Vec<Line>) {
    let (open, close) = match (node.is_optional(), node.is_repeating()) {
        (false, false) => ("", ""),
        (true, false) => ("[", "]"),
        (false, true) => ("{", "}"),
        (true, true) => ("[{", "}]"),
    };
    if let Node::Segment { id, .. } = node {
        let text = if open.is_empty() { (*id).to_owned() } else { format!("{open} {id} {close}") };
        let name = view.segment(id.as_bytes()).map_or("", |segment| segment.name());
        return lines.push(Line { depth, text, name });
    }
    let is_choice = matches!(node, Node::Choice { .. });
    let (open, close) = match (is_choice, open.is_empty()) {
        (true, _) => (format!("{open}<"), format!(">{close}")),
        (false, true) => ("(".to_owned(), ")".to_owned()),
        (false, false) => (open.to_owned(), close.to_owned()),
    };
    lines.push(Line { depth, text: open, name: node.name() });
    for (n, child) in node.children().iter().enumerate() {
        if is_choice && n > 0 {
            lines.push(Line { depth, text: "|".to_owned(), name: "" });
        }
        add(child, depth + 1, view, lines);
    }
    lines.push(Line { depth, text: close, name: "" });
}
