//! Scripts of `transform`.

use super::messages;
use bumpalo::Bump;
use pipehat::core::expr::Origin;
use pipehat::core::{Line, Message, TextOptions};
use pipehat::ops::pass::PassOn;
use pipehat::ops::transform::{Fault, Script, Sink, SourceText, Unmapped};

/// A script, unless it would read files elsewhere than in an empty folder.
fn compiled(text: &str) -> Option<Script> {
    let lower = text.to_ascii_lowercase();
    let reads = ["lookup", "convert", "hash", "map"].iter().any(|word| lower.contains(word));
    if reads && lower.contains(['/', '\\', '.']) {
        return None;
    }
    let source =
        SourceText { name: "script".to_owned(), text: text.to_owned(), folder: "/nowhere".into() };
    match Script::compile(&[source]) {
        Ok(script) => Some(script),
        Err((0, error)) => {
            assert!(error.at <= text.len() && !error.expected.is_empty());
            assert!(error.explain(text).contains('^'));
            None
        }
        Err(_) => panic!("an error in a text that there is not"),
    }
}

/// Any text is a script or an error at a place of it.
pub fn script(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        compiled(text);
    }
}

/// Any script does to any message something that is a message again.
pub fn transform(data: &[u8]) {
    let Some(end) = data.iter().position(|&b| b == 0) else { return };
    let (script, stream) = (&data[..end], &data[end + 1..]);
    let Some(script) = std::str::from_utf8(script).ok().and_then(compiled) else { return };
    let mut arena = Bump::new();
    for (number, message) in (1..).zip(messages(stream)) {
        arena.reset();
        let origin = Origin { file: b"file", number, offset: 0 };
        let mut sink = Rewritten { message };
        let mut unmapped = Unmapped::default();
        let options = TextOptions::default();
        let done = script.apply(&message, origin, options, &arena, &mut unmapped, &mut sink);
        if let Err(fault) = done {
            assert!(!fault.to_string().is_empty());
        }
    }
}

struct Rewritten<'m> {
    message: Message<'m>,
}

impl Sink for Rewritten<'_> {
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        let Some(lines) = lines else { return Ok(()) };
        let mut segments: Vec<&[u8]> = lines.iter().map(|line| line.bytes).collect();
        assert_eq!(segments[0].get(..4), self.message.bytes().get(..4));
        let mut out = Vec::new();
        let separators = self.message.separators();
        if PassOn::default().append_segments(&segments, separators, &mut out).is_err() {
            assert!(out.is_empty());
            return Ok(());
        }
        // Empty segments at the end are blank lines.
        while segments.last().is_some_and(|last| last.is_empty()) {
            segments.pop();
        }
        let mut again = messages(&out);
        let read: Vec<_> = again.next().into_iter().flat_map(|m| m.segments()).collect();
        assert!(read.iter().map(|s| s.raw()).eq(segments), "{}", out.escape_ascii());
        assert!(again.next().is_none());
        Ok(())
    }

    fn emit(&mut self, file: &str, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        assert!(!file.is_empty());
        self.message(lines)
    }
}
