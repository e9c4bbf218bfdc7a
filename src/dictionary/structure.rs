//! Message structures: which segments a message has, in which order and groups.

/// The structure of a message, such as `ORU_R01`, in one version.
#[derive(Debug, PartialEq, Eq)]
pub struct Structure {
    id: &'static str,
    nodes: Vec<Node>,
}

/// A position in a message structure. Whether it is optional and whether it repeats are as in the
/// abstract message syntax: `[...]` and `{...}`.
#[derive(Debug, PartialEq, Eq)]
pub enum Node {
    /// One segment.
    Segment {
        /// Three characters, or `ANYHL7SEGMENT` where any segment may stand.
        id: &'static str,
        /// May be absent.
        optional: bool,
        /// May occur more than once.
        repeating: bool,
    },
    /// A sequence of segments and groups that belong together.
    Group {
        /// The name of the standard, such as `ORDER_OBSERVATION`; not unique in the structure.
        name: &'static str,
        /// What it consists of, in order.
        children: Vec<Node>,
        /// May be absent.
        optional: bool,
        /// May occur more than once.
        repeating: bool,
    },
    /// One of several segments or groups.
    Choice {
        /// The name of the standard, such as `RESOURCE_OBJECT`.
        name: &'static str,
        /// The alternatives.
        children: Vec<Node>,
        /// May be absent.
        optional: bool,
        /// May occur more than once.
        repeating: bool,
    },
}

impl Structure {
    /// Reads the grammar of the data file: ids with `?`, `*` or `+` after them, groups
    /// `(NAME:a b)` and choices `(NAME!a|b)`.
    pub(super) fn of(id: &'static str, grammar: &'static str) -> Option<Self> {
        let mut rest = grammar;
        let nodes = sequence(&mut rest, b' ')?;
        rest.is_empty().then_some(Self { id, nodes })
    }

    /// The id, such as `ADT_A01`.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// What a message consists of, in order; the first is the segment MSH.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The first group or choice of that name, outer before inner.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Node> {
        fn find<'a>(nodes: &'a [Node], name: &str) -> Option<&'a Node> {
            let mut groups = nodes.iter().filter(|n| !matches!(n, Node::Segment { .. }));
            groups
                .clone()
                .find(|node| node.name() == name)
                .or_else(|| groups.find_map(|node| find(node.children(), name)))
        }
        find(&self.nodes, name)
    }
}

impl Node {
    /// The id of a segment, the name of a group or choice.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Segment { id, .. } => id,
            Self::Group { name, .. } | Self::Choice { name, .. } => name,
        }
    }

    /// What a group or choice consists of; nothing for a segment.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Segment { .. } => &[],
            Self::Group { children, .. } | Self::Choice { children, .. } => children,
        }
    }

    /// Whether it may be absent.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        match self {
            Self::Segment { optional, .. }
            | Self::Group { optional, .. }
            | Self::Choice { optional, .. } => *optional,
        }
    }

    /// Whether it may occur more than once.
    #[must_use]
    pub const fn is_repeating(&self) -> bool {
        match self {
            Self::Segment { repeating, .. }
            | Self::Group { repeating, .. }
            | Self::Choice { repeating, .. } => *repeating,
        }
    }
}

/// Nodes with `between` between them, up to the end or a closing parenthesis.
fn sequence(rest: &mut &'static str, between: u8) -> Option<Vec<Node>> {
    let mut nodes = vec![node(rest)?];
    while rest.as_bytes().first() == Some(&between) {
        *rest = &rest[1..];
        nodes.push(node(rest)?);
    }
    Some(nodes)
}

fn node(rest: &mut &'static str) -> Option<Node> {
    let Some(inner) = rest.strip_prefix('(') else {
        let id = word(rest)?;
        let (optional, repeating) = cardinality(rest);
        return Some(Node::Segment { id, optional, repeating });
    };
    *rest = inner;
    let name = word(rest)?;
    let is_choice = rest.starts_with('!');
    if !is_choice && !rest.starts_with(':') {
        return None;
    }
    *rest = &rest[1..];
    let children = sequence(rest, if is_choice { b'|' } else { b' ' })?;
    *rest = rest.strip_prefix(')')?;
    let (optional, repeating) = cardinality(rest);
    Some(if is_choice {
        Node::Choice { name, children, optional, repeating }
    } else {
        Node::Group { name, children, optional, repeating }
    })
}

/// An id or name.
fn word(rest: &mut &'static str) -> Option<&'static str> {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let end = rest.bytes().position(|b| !is_part(b)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    (!word.is_empty()).then_some(word)
}

/// Optional and repeating, from the mark after a node if there is one.
fn cardinality(rest: &mut &'static str) -> (bool, bool) {
    let found = match rest.as_bytes().first() {
        Some(b'?') => (true, false),
        Some(b'*') => (true, true),
        Some(b'+') => (false, true),
        _ => return (false, false),
    };
    *rest = &rest[1..];
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_grammar() {
        let Some(structure) = Structure::of("X", "MSH (A:B? (C!D|(E:F+)+)*) G*") else {
            panic!("not read")
        };
        let [msh, a, g] = structure.nodes() else { panic!("{structure:?}") };
        assert!(!msh.is_optional() && !msh.is_repeating());
        assert!(g.is_optional() && g.is_repeating());
        let [b, c] = a.children() else { panic!("{a:?}") };
        assert!(b.is_optional() && !b.is_repeating());
        assert!(matches!(c, Node::Choice { name: "C", optional: true, repeating: true, .. }));
        assert_eq!(c.children().iter().map(Node::name).collect::<Vec<_>>(), ["D", "E"]);
        let e = structure.group("E").map(|e| (e.is_optional(), e.is_repeating()));
        assert_eq!(e, Some((false, true)));
        assert_eq!(structure.group("D"), None);
    }

    #[test]
    fn refuses_what_is_malformed() {
        for grammar in ["", "MSH ", "MSH  PID", "(A B)", "(A:B", "MSH)", "(A!B C)", "MSH??"] {
            assert_eq!(Structure::of("X", grammar), None, "{grammar:?}");
        }
    }
}
