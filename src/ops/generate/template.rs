//! Templates of values: HL7 with names in braces.

use super::source::Source;

/// A text or what stands in braces.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(&'static str),
    Source(Source),
}

/// One value without parts.
pub(super) type Leaf = Vec<Piece>;

/// The components of a value, each by its subcomponents.
#[derive(Clone, Debug, Default)]
pub(super) struct Template(pub(super) Vec<Vec<Leaf>>);

impl Template {
    /// Reads a template; `None` if something in braces has no meaning.
    pub(super) fn of(text: &'static str) -> Option<Self> {
        let components = text.split('^').map(|component| component.split('&').map(leaf).collect());
        components.collect::<Option<_>>().map(Self)
    }

    /// Component `n`, from 0, as a value with parts of its own; `None` if there is nothing.
    pub(super) fn component(&self, n: usize) -> Option<Self> {
        let parts = self.0.get(n)?;
        let is_empty = parts.iter().all(Vec::is_empty);
        (!is_empty).then(|| Self(parts.iter().map(|leaf| vec![leaf.clone()]).collect()))
    }

    /// The first value in it.
    pub(super) fn first(&self) -> Option<&Leaf> {
        self.0.first()?.first().filter(|leaf| !leaf.is_empty())
    }
}

fn leaf(text: &'static str) -> Option<Leaf> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Source(Source::of(name)?));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_and_subcomponents() {
        let template = Template::of("a{n:1-2}^^b&{sex}").unwrap();
        assert_eq!(template.0.len(), 3);
        assert_eq!(template.first().map(Vec::len), Some(2));
        assert!(template.component(1).is_none() && template.component(3).is_none());
        assert_eq!(template.component(2).unwrap().0.len(), 2);
        for wrong in ["{nobody}", "{sex", "{n:1}", "{place.moon}"] {
            assert!(Template::of(wrong).is_none(), "{wrong}");
        }
    }
}
