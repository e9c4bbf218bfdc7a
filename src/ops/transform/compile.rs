//! From the text of a script to its statements.

use super::SourceText;
use super::bridge::Bridge;
use super::functions::Functions;
use super::hints;
use super::reach::{copied, ids_of, meet, own};
use super::statement::{Anchor, Block, NamePart, Source, Statement, Template, What};
use crate::core::edit::guard;
use crate::core::expr::{ExternalFunction, Reader, Signature, Vocabulary};
use crate::core::{Part, Path, Select, SyntaxError, segment_id};
use crate::dictionary::Version;
use crate::ops::groups::is_group_name;
use crate::ops::query::Each;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The names known so far: variables, in the order of their numbers, and functions.
#[derive(Debug)]
pub(super) struct Names {
    variables: Rc<RefCell<Vec<String>>>,
    pub(super) functions: Functions,
}

impl Names {
    /// `variables`: those of the texts before, too.
    fn new(variables: &Rc<RefCell<Vec<String>>>, folder: &std::path::Path) -> Self {
        Self { variables: variables.clone(), functions: Functions::of_folder(folder) }
    }

    fn declare(&self, name: &str) -> usize {
        let mut variables = self.variables.borrow_mut();
        variables.iter().position(|known| known == name).unwrap_or_else(|| {
            variables.push(name.to_owned());
            variables.len() - 1
        })
    }
}

impl Vocabulary for Names {
    fn variable(&self, name: &str) -> Option<usize> {
        self.variables.borrow().iter().position(|known| known == name)
    }

    fn functions(&self) -> &[Signature] {
        Functions::signatures()
    }

    fn bind(
        &self,
        name: &str,
        literals: &[Option<&str>],
    ) -> Result<Arc<dyn ExternalFunction>, (usize, String)> {
        self.functions.bind(name, literals)
    }
}

/// Reads a text. `variables`: those of the texts before, to which it adds its own.
pub(super) fn compile(
    source: &SourceText,
    variables: &Rc<RefCell<Vec<String>>>,
) -> Result<Block, SyntaxError> {
    let names = Rc::new(Names::new(variables, &source.folder));
    let reader = Reader::new(&source.text, names.clone());
    let (origin, text) = (&source.name, &source.text);
    let mut compiler =
        Compiler { origin, text, names, reader, inner: 0, splits: 0, counted: 0, line: 1 };
    let mut block = Vec::new();
    loop {
        while compiler.reader.symbol(";") {}
        if compiler.reader.is_at_end() {
            return Ok(block);
        }
        block.push(compiler.statement()?);
    }
}

pub(super) struct Compiler<'t> {
    origin: &'t str,
    text: &'t str,
    pub(super) names: Rc<Names>,
    pub(super) reader: Reader<'t>,
    /// How many blocks of `each` and of new segments are open.
    inner: usize,
    /// How many `when` with a `split` inside there are.
    splits: usize,
    /// Up to where line ends were counted, and the number of that line.
    counted: usize,
    line: usize,
}

/// The greatest number of a field or a repetition that values go to.
const MOST_PLACES: u16 = 9999;

/// So many `when` with a `split` inside there may be: each goes on inside of the one before.
const MOST_SPLITS: usize = 100;

const SEGMENT: &str = "a segment with its id, such as NTE or \"NTE|1||text\"";

impl Compiler<'_> {
    fn statement(&mut self) -> Result<Statement, SyntaxError> {
        let at = self.reader.place();
        let word = self.reader.peek_word().to_ascii_lowercase();
        let read = match word.as_str() {
            "set" => Self::set,
            "copy" => Self::copy,
            "move" => Self::shift,
            "delete" => Self::delete,
            "append" => Self::append,
            "insert" => Self::insert,
            "map" => Self::map,
            "replace" => Self::replace,
            "when" => Self::when,
            "each" => Self::each,
            "drop" => |_: &mut Self| Ok((String::new(), What::Drop)),
            "reject" => Self::reject,
            "let" => Self::variable,
            "emit" => Self::emit,
            "split" => Self::split,
            "upgrade" => |compiler: &mut Self| compiler.bridge(true),
            "downgrade" => |compiler: &mut Self| compiler.bridge(false),
            _ => {
                let behind = self.text.get(at + word.len()..).unwrap_or_default();
                return self.reader.error(hints::statement(&word, behind.chars().next()));
            }
        };
        let between = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        self.line += between.iter().filter(|&&b| b == b'\n').count();
        self.counted = at;
        let line = self.line;
        self.reader.word();
        let (about, what) = read(self)?;
        let title = format!("{word} {about}").trim_end().into();
        Ok(Statement { place: format!("{}:{line}", self.origin).into(), title, what })
    }

    fn block(&mut self) -> Result<Block, SyntaxError> {
        let start = self.reader.place();
        if !self.reader.symbol("{") {
            return self.reader.error("`{`");
        }
        self.reader.enter()?;
        let mut block = Vec::new();
        loop {
            while self.reader.symbol(";") {}
            if self.reader.symbol("}") {
                self.reader.leave();
                return Ok(block);
            }
            if self.reader.is_at_end() {
                let before = self.text.as_bytes().get(..start).unwrap_or_default();
                let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
                return self
                    .reader
                    .error(format!("`}}`, for the block that begins in line {line}"));
            }
            block.push(self.statement()?);
        }
    }

    /// A block in which paths are those of one segment or group.
    fn inner_block(&mut self) -> Result<Block, SyntaxError> {
        self.inner += 1;
        let block = self.block();
        self.inner -= 1;
        block
    }

    /// A path to a place that can be edited: within a segment, and not a delimiter.
    pub(super) fn place(&mut self) -> Result<Path, SyntaxError> {
        let at = self.reader.place();
        let path = self.reader.path()?;
        self.editable(at, path)
    }

    /// The path read at a place, if that can be edited.
    fn editable(&mut self, at: usize, path: Path) -> Result<Path, SyntaxError> {
        match &path.position {
            None => self.reader.error("`-` and a field number"),
            Some(_) if guard(&path).is_err() => {
                Err(SyntaxError::new(at, "another field, for the delimiters cannot be edited"))
            }
            // All that is missing before it would be made.
            Some(position)
                if position.field > MOST_PLACES
                    || matches!(position.repetition, Select::Nth(n) if n > MOST_PLACES.into()) =>
            {
                Err(SyntaxError::new(at, format!("no number above {MOST_PLACES} where values go")))
            }
            Some(_) => Ok(path),
        }
    }

    fn set(&mut self) -> Result<(String, What), SyntaxError> {
        let path = self.place()?;
        if !self.reader.symbol("=") {
            return self.reader.error("`=`");
        }
        let at = self.reader.place();
        let source = self.source(&path)?;
        let own = own(&path, &source).map_err(|expected| SyntaxError::new(at, expected))?;
        Ok((path.to_string(), What::Set { path, source, own }))
    }

    /// What is put at a path.
    fn source(&mut self, to: &Path) -> Result<Source, SyntaxError> {
        let at = self.reader.place();
        if self.reader.peek_word().eq_ignore_ascii_case("hl7") {
            self.reader.word();
            return self.markup(to);
        }
        let term = self.reader.term()?;
        if let Some(path) = term.as_path() {
            return copied(path, to).map_err(|expected| SyntaxError::new(at, expected));
        }
        let Some(text) = term.as_literal() else { return Ok(Source::Term(term)) };
        let part = to.position.as_ref().map_or(Part::WHOLE, |position| position.part);
        if part == Part::WHOLE && text.contains(['^', '~']) {
            let expected = format!(
                "hl7({text:?}) for components and repetitions, or concat({text:?}) for a text with \
                 these characters in it"
            );
            return Err(SyntaxError::new(at, expected));
        }
        Ok(Source::Text(text.to_owned()))
    }

    /// `("A^B")`, HL7 as it is to stand there.
    fn markup(&mut self, to: &Path) -> Result<Source, SyntaxError> {
        if !self.reader.symbol("(") {
            return self.reader.error("`(` and a text");
        }
        let at = self.reader.place();
        let Some(text) = self.reader.quoted()? else {
            return self.reader.error("a text in quotes");
        };
        let position = to.position.as_ref();
        let part = position.map_or(Part::WHOLE, |position| position.part);
        let whole = position.is_some_and(|p| p.repetition == Select::All);
        let bad = text.chars().find(|&c| match c {
            '|' | '\r' | '\n' => true,
            '~' => part != Part::WHOLE || !whole,
            '^' => part.component.is_some(),
            '&' => part.subcomponent.is_some(),
            _ => false,
        });
        if let Some(bad) = bad {
            return Err(SyntaxError::new(at, format!("no {bad:?}, which cannot stand in {to}")));
        }
        if self.reader.symbol(")") { Ok(Source::Markup(text)) } else { self.reader.error("`)`") }
    }

    fn copy(&mut self) -> Result<(String, What), SyntaxError> {
        let at = self.reader.place();
        let from = self.reader.path()?;
        let path = self.target()?;
        let source = copied(&from, &path).map_err(|expected| SyntaxError::new(at, expected))?;
        let own = own(&path, &source).map_err(|expected| SyntaxError::new(at, expected))?;
        Ok((format!("{from} to {path}"), What::Set { path, source, own }))
    }

    fn shift(&mut self) -> Result<(String, What), SyntaxError> {
        let at = self.reader.place();
        let path = self.reader.path()?;
        if path.position.is_none() {
            return self.beside(at, path);
        }
        let mut from = self.editable(at, path)?;
        let to = self.target()?;
        let own = copied(&from, &to).and_then(|source| own(&to, &source));
        let own = own.map_err(|expected| SyntaxError::new(at, expected))?;
        if meet(&from, &to) {
            let expected = format!("another place, for {to} may be a part of what is moved");
            return Err(SyntaxError::new(at, expected));
        }
        let about = format!("{from} to {to}");
        if own.is_some() {
            // Nothing goes from other segments than those that get it.
            from.which = to.which.clone();
        }
        Ok((about, What::Move { from, to, own }))
    }

    /// What stands behind segments that are moved.
    fn beside(&mut self, at: usize, from: Path) -> Result<(String, What), SyntaxError> {
        if guard(&from).is_err() {
            return Err(SyntaxError::new(at, "another segment, for MSH is the first"));
        }
        let after = self.reader.keyword("after");
        if !after && !self.reader.keyword("before") {
            return self
                .reader
                .error("`before` or `after` and a segment, or `-` and a field number");
        }
        let to = self.anchor(after)?;
        let about = format!("{from} {} {to}", if after { "after" } else { "before" });
        Ok((about, What::Shift { from, to, after }))
    }

    fn target(&mut self) -> Result<Path, SyntaxError> {
        if self.reader.keyword("to") { self.place() } else { self.reader.error("`to` and a path") }
    }

    fn delete(&mut self) -> Result<(String, What), SyntaxError> {
        if let Some(name) = self.group() {
            return Ok((name.clone(), What::DeleteGroup(name)));
        }
        let at = self.reader.place();
        if let Some(start) = self.alike() {
            return Ok((format!("{start}*"), What::DeleteAlike(start)));
        }
        let path = self.reader.path()?;
        if guard(&path).is_err() {
            let expected = "another path, for a message needs its MSH segment and its delimiters";
            return Err(SyntaxError::new(at, expected));
        }
        Ok((path.to_string(), What::Delete(path)))
    }

    /// Takes the start of segment ids and a star, such as `Z*`, if they come next.
    fn alike(&mut self) -> Option<String> {
        let at = self.reader.place();
        let word = self.reader.peek_word();
        let proper = word.len() < 3 && word.starts_with(|c: char| c.is_ascii_alphabetic());
        let found = proper && self.text.get(at + word.len()..)?.starts_with('*');
        if !found {
            return None;
        }
        self.reader.word();
        self.reader.symbol("*");
        Some(word.to_ascii_uppercase())
    }

    /// Takes the name of a group, if one comes next.
    fn group(&mut self) -> Option<String> {
        let name = self.reader.peek_word().to_ascii_uppercase();
        let found = name.len() > 3 && is_group_name(&name);
        if found {
            self.reader.word();
        }
        found.then_some(name)
    }

    fn append(&mut self) -> Result<(String, What), SyntaxError> {
        let at = self.reader.place();
        if let Some(template) = self.template()? {
            return self.new_segment(template, Anchor::End);
        }
        let path = self.reader.path()?;
        match &path.position {
            None if path.which != Select::All => Err(SyntaxError::new(at, SEGMENT)),
            None => {
                let template = Template(String::from_utf8_lossy(&path.segment).into_owned());
                self.new_segment(template, Anchor::End)
            }
            Some(position)
                if position.part != Part::WHOLE || position.repetition != Select::All =>
            {
                Err(SyntaxError::new(at, "a field, which gets one more repetition"))
            }
            Some(_) => {
                if !self.reader.symbol("=") {
                    return self.reader.error("`=`");
                }
                let mut one = path.clone();
                if let Some(position) = &mut one.position {
                    position.repetition = Select::Last;
                }
                let source = self.source(&one)?;
                let own = own(&path, &source).map_err(|expected| SyntaxError::new(at, expected))?;
                Ok((path.to_string(), What::Add { path, source, own }))
            }
        }
    }

    fn insert(&mut self) -> Result<(String, What), SyntaxError> {
        let template = match self.template()? {
            Some(template) => template,
            None => {
                let path = self.reader.path()?;
                if path.position.is_some() || path.which != Select::All {
                    return self.reader.error("a segment, `before` or `after`, and where");
                }
                Template(String::from_utf8_lossy(&path.segment).into_owned())
            }
        };
        let after = self.reader.keyword("after");
        if !after && !self.reader.keyword("before") {
            return self.reader.error("`before` or `after`");
        }
        let path = self.anchor(after)?;
        self.new_segment(template, if after { Anchor::After(path) } else { Anchor::Before(path) })
    }

    /// The segment beside which others are put.
    fn anchor(&mut self, after: bool) -> Result<Path, SyntaxError> {
        let at = self.reader.place();
        let path = self.reader.path()?;
        if path.position.is_some() {
            return Err(SyntaxError::new(at, "a segment"));
        }
        if path.segment == *b"MSH" && !after {
            return Err(SyntaxError::new(at, "another segment, for MSH is the first"));
        }
        Ok(path)
    }

    /// A segment in quotes, if one comes next.
    fn template(&mut self) -> Result<Option<Template>, SyntaxError> {
        let at = self.reader.place();
        let Some(text) = self.reader.quoted()? else { return Ok(None) };
        let id = segment_id::at_head(text.as_bytes(), b'|');
        let proper = id.is_some_and(segment_id::is_proper) && !text.contains(['\r', '\n']);
        if proper { Ok(Some(Template(text))) } else { Err(SyntaxError::new(at, SEGMENT)) }
    }

    fn new_segment(
        &mut self,
        segment: Template,
        at: Anchor,
    ) -> Result<(String, What), SyntaxError> {
        let id = segment.id();
        if matches!(&id, b"MSH" | b"FHS" | b"BHS" | b"BTS" | b"FTS") {
            return self.reader.error("a segment that does not begin a message or a batch");
        }
        let block = if self.reader.symbol_ahead("{") { self.inner_block()? } else { Vec::new() };
        let about = String::from_utf8_lossy(&id).into_owned();
        let ids = ids_of(&block, []);
        Ok((about, What::Insert { segment, at, block, ids }))
    }

    fn replace(&mut self) -> Result<(String, What), SyntaxError> {
        let at = self.reader.place();
        let path = self.reader.path()?;
        if guard(&path).is_err() {
            return Err(SyntaxError::new(at, "another path, for the delimiters cannot be edited"));
        }
        let pattern = self.reader.regex()?;
        let Some(with) = self.reader.quoted()? else {
            return self.reader.error("a text in quotes, in which $1 is the first group");
        };
        Ok((path.to_string(), What::Replace { path, pattern, with }))
    }

    fn when(&mut self) -> Result<(String, What), SyntaxError> {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.reader.condition()?;
            branches.push((condition, self.block()?));
            if !self.reader.keyword("else") {
                break;
            }
            if !self.reader.keyword("when") {
                if !self.reader.symbol_ahead("{") {
                    return self.reader.error("`{`, or `when` and a condition");
                }
                otherwise = self.block()?;
                break;
            }
        }
        let blocks = branches.iter().map(|(_, block)| block).chain([&otherwise]);
        let splits = blocks.flatten().any(|statement| match &statement.what {
            What::Split(_) => true,
            What::When { splits, .. } => *splits,
            _ => false,
        });
        self.splits += usize::from(splits);
        if self.splits > MOST_SPLITS {
            return self
                .reader
                .error(format!("at most {MOST_SPLITS} `when` with a `split` inside"));
        }
        Ok((String::new(), What::When { branches, otherwise, splits }))
    }

    fn each(&mut self) -> Result<(String, What), SyntaxError> {
        let at = self.reader.place();
        let (name, each) = match self.group() {
            Some(name) => (name.clone(), Each::Group(name)),
            None => {
                let word = self.reader.peek_word();
                let path = self.reader.path();
                let path = path.map_err(|_| SyntaxError::new(at, Each::expected(word)))?;
                if path.position.is_some() {
                    let expected = "a segment, without a field; repetitions need no loop, for a \
                                    path without an index is each of them";
                    return Err(SyntaxError::new(at, expected));
                }
                (path.to_string(), Each::Segment(path))
            }
        };
        let condition =
            if self.reader.keyword("where") { Some(self.reader.condition()?) } else { None };
        let block = self.inner_block()?;
        let own = match &each {
            Each::Segment(path) => Some(path.segment),
            Each::Group(_) => None,
        };
        let asked = condition.iter().flat_map(|c| c.paths()).map(|path| path.segment);
        let ids = ids_of(&block, own.into_iter().chain(asked));
        Ok((name, What::Each { each, condition, block, ids }))
    }

    fn reject(&mut self) -> Result<(String, What), SyntaxError> {
        match self.reader.quoted()? {
            Some(why) => Ok((String::new(), What::Reject(why))),
            None => self.reader.error("the reason, a text in quotes"),
        }
    }

    fn variable(&mut self) -> Result<(String, What), SyntaxError> {
        self.reader.symbol("$");
        let name = self.reader.word();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return self.reader.error("a name, which is then used as $name");
        }
        if !self.reader.symbol("=") {
            return self.reader.error("`=`");
        }
        let term = self.reader.term()?;
        Ok((name.to_owned(), What::Let { number: self.names.declare(name), term }))
    }

    fn emit(&mut self) -> Result<(String, What), SyntaxError> {
        let term = self.reader.term()?;
        let parts = term.joined().map(|part| match part.as_literal() {
            Some(text) => NamePart::Fixed(text.to_owned()),
            None => NamePart::Value(part),
        });
        Ok((String::new(), What::Emit(parts.collect())))
    }

    fn split(&mut self) -> Result<(String, What), SyntaxError> {
        if self.inner > 0 {
            return self.reader.error("no `split` here: it stands outside of each, append, insert");
        }
        if !self.reader.keyword("by") {
            return self.reader.error("`by` and a segment");
        }
        let at = self.reader.place();
        let path = self.reader.path()?;
        if path.position.is_some() || path.which != Select::All || path.segment == *b"MSH" {
            return Err(SyntaxError::new(at, "a segment such as OBR"));
        }
        Ok((format!("by {path}"), What::Split(path.segment)))
    }

    fn bridge(&mut self, upgrade: bool) -> Result<(String, What), SyntaxError> {
        if self.inner > 0 {
            return self.reader.error("no change of version here, where not all segments are seen");
        }
        if !self.reader.keyword("to") {
            return self.reader.error("`to` and a version");
        }
        let at = self.reader.place();
        let text = match self.reader.quoted()? {
            Some(text) => text,
            None => self.reader.bare().to_owned(),
        };
        let known = || Version::ALL.map(|version| version.to_string()).join(", ");
        let version = Version::ALL.into_iter().find(|version| version.to_string() == text);
        let to = version.ok_or_else(|| SyntaxError::new(at, format!("a version: {}", known())))?;
        Ok((format!("to {text}"), What::Bridge(Bridge { to, upgrade })))
    }
}
