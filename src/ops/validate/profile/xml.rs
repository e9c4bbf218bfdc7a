//! XML as profiles use it: elements, attributes, text, and the line of each.
//!
//! Entities other than the five of XML itself are refused, whether a file defines them or not, and
//! so is what would take too long to parse.

use super::error::ProfileError;
use super::scan;
use roxmltree::{Document, Node, ParsingOptions};
use std::borrow::Cow;

/// The text of an XML file: UTF-8, or ISO 8859-1 where it is not.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

/// An XML file.
#[derive(Debug)]
pub struct Xml<'a> {
    file: &'a str,
    document: Document<'a>,
}

/// An element of a file.
#[derive(Clone, Copy, Debug)]
pub struct Element<'x> {
    node: Node<'x, 'x>,
    file: &'x str,
}

impl<'a> Xml<'a> {
    /// Reads a file's [`text`].
    ///
    /// # Errors
    /// When it is not well-formed, defines entities, or has more of something than any profile.
    pub fn read(file: &'a str, text: &'a str) -> Result<Self, ProfileError> {
        if let Some(at) = text.find("<!ENTITY") {
            let line = 1 + text[..at].matches('\n').count();
            let wrong = "the file defines entities, which are not read";
            return Err(ProfileError::new(file, line as u32, wrong));
        }
        scan::check(file, text)?;
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|e| {
            ProfileError::new(file, e.pos().row, format!("no well-formed XML: {e}"))
        })?;
        Ok(Self { file, document })
    }

    /// The outermost element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element { node: self.document.root_element(), file: self.file }
    }
}

impl<'x> Element<'x> {
    /// Its name, without a namespace.
    #[must_use]
    pub fn name(&self) -> &'x str {
        self.node.tag_name().name()
    }

    /// An attribute; `None` where it is missing or empty, which profiles do not tell apart.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'x str> {
        self.node.attribute(name).filter(|value| !value.is_empty())
    }

    /// An attribute that must be there.
    ///
    /// # Errors
    /// When it is missing or empty.
    pub fn required(&self, name: &str) -> Result<&'x str, ProfileError> {
        self.attribute(name)
            .ok_or_else(|| self.error(format!("<{}> lacks the attribute {name}", self.name())))
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = Element<'x>> + use<'x> {
        let file = self.file;
        self.node.children().filter(Node::is_element).map(move |node| Element { node, file })
    }

    /// The elements in it that have a name.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = Element<'x>> + use<'x, 'n> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first element in it that has a name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<Element<'x>> {
        self.children().find(|child| child.name() == name)
    }

    /// The text in it, with single spaces and none at its ends.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for part in self.node.descendants().filter(Node::is_text) {
            for word in part.text().unwrap_or_default().split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
        text
    }

    /// The line that it begins in, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.node.document().text_pos_at(self.node.range().start).row
    }

    /// Something is wrong with it.
    #[must_use]
    pub fn error(&self, wrong: impl Into<String>) -> ProfileError {
        ProfileError::new(self.file, self.line(), wrong)
    }

    /// The file that it is in.
    #[must_use]
    pub fn file(&self) -> &'x str {
        self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Xml::read("p.xml", text).map(|_| ()).expect_err("refused").to_string()
    }

    #[test]
    fn elements_tell_their_line() {
        let xml = Xml::read("p.xml", "<a>\n <b c=''/>\n  <b c='1'>x\n y</b></a>").unwrap();
        let second = xml.root().all("b").nth(1).unwrap();
        assert_eq!((second.line(), second.attribute("c")), (3, Some("1")));
        assert_eq!(second.text(), "x y");
        let first = xml.root().child("b").unwrap();
        let error = first.required("c").expect_err("empty");
        assert_eq!(error.to_string(), "p.xml:2: <b> lacks the attribute c");
    }

    #[test]
    fn entities_are_not_expanded() {
        let laughs = "<!DOCTYPE a [\n<!ENTITY x 'ha'>]><a>&x;</a>";
        assert_eq!(refused(laughs), "p.xml:2: the file defines entities, which are not read");
        assert!(refused("<!DOCTYPE a SYSTEM 'http://h/a.dtd'><a>&x;</a>").starts_with("p.xml:1: "));
        assert!(Xml::read("p", "<!DOCTYPE a SYSTEM 'a.dtd'><a>&lt;</a>").is_ok());
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
        assert_eq!(refused(&deep), "p.xml:1: elements nest deeper than 100");
    }

    #[test]
    fn other_encodings_are_read() {
        assert_eq!(text(b"\xEF\xBB\xBF<a/>"), "<a/>");
        assert_eq!(text(b"<a>\xE4</a>"), "<a>\u{e4}</a>");
    }
}
