//! How a message of the input becomes what is sent.

use crate::core::{Line, Message, TextOptions};
use crate::io::pipeline::Item;
use crate::net::ack::Header;
use crate::net::reply::Expect;
use crate::ops::pass::PassOn;
use crate::ops::transform::{Fault, Script, Sink, SourceText, Unmapped};
use anyhow::{Result, anyhow};
use bumpalo::Bump;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;
use std::path::PathBuf;

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Blocks, which can hold neither VT nor FS.
    Mllp,
    /// The body of a request, which can hold anything.
    Http,
}

/// A message as it is sent, by its places in a buffer.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    pub(super) content: Range<usize>,
    pub(super) control_id: Range<usize>,
}

/// Makes of messages what is sent.
pub(super) struct Letters {
    script: Option<Script>,
    packing: Packing,
}

impl Letters {
    /// With these changes: each `PATH=VALUE`, and the fields that ask for the enhanced mode.
    pub(super) fn new(set: &[String], enhanced: Option<Expect>, packing: Packing) -> Result<Self> {
        let mut texts: Vec<SourceText> = Vec::new();
        let mut add = |name: &str, text: String| {
            texts.push(SourceText { name: name.to_owned(), text, folder: PathBuf::new() });
        };
        for text in set {
            add("--set", format!("set {text}"));
        }
        if let Some(expect) = enhanced {
            let application = if expect == Expect::Application { "AL" } else { "NE" };
            add("--enhanced", "set MSH-15 = \"AL\"".to_owned());
            add("--enhanced", format!("set MSH-16 = \"{application}\""));
        }
        if texts.is_empty() {
            return Ok(Self { script: None, packing });
        }
        let script = Script::compile(&texts).map_err(|(n, error)| {
            let SourceText { name, text, .. } = &texts[n];
            anyhow!("{name}:\n{}", error.explain(text))
        })?;
        Ok(Self { script: Some(script), packing })
    }

    /// Appends a message as it is sent.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub(super) fn pack(
        &self,
        item: &Item<'_>,
        text: TextOptions,
        out: &mut Vec<u8>,
    ) -> Result<Packed, String> {
        let start = out.len();
        let packed = self.try_pack(item, text, out);
        if packed.is_err() {
            out.truncate(start);
        }
        packed
    }

    fn try_pack(
        &self,
        item: &Item<'_>,
        text: TextOptions,
        out: &mut Vec<u8>,
    ) -> Result<Packed, String> {
        let pass = PassOn { mllp: self.packing == Packing::Mllp, ..PassOn::default() };
        let start = out.len();
        match &self.script {
            None => pass.append(&item.message, out).map_err(|why| why.to_string())?,
            Some(script) => {
                let arena = Bump::new();
                let mut taken = Taken { message: &item.message, pass, out, count: 0 };
                let mut unmapped = Unmapped::default();
                let origin = item.origin();
                script
                    .apply(&item.message, origin, text, &arena, &mut unmapped, &mut taken)
                    .map_err(|fault| fault.to_string())?;
                if taken.count != 1 {
                    return Err("--set made none or several messages of it".to_owned());
                }
            }
        }
        // Without what encloses it: VT, FS and CR, or the LF behind.
        let content = match self.packing {
            Packing::Mllp => start + 1..out.len().saturating_sub(2),
            Packing::Http => start..out.len().saturating_sub(1),
        };
        let bytes = out.get(content.clone()).unwrap_or_default();
        let id = Header::of(bytes).map(|header| header.field(10)).unwrap_or_default();
        if id.is_empty() {
            return Err("no control id in MSH-10, by which its answer would be known; \
                        --set 'MSH-10 = control_id()' gives one"
                .to_owned());
        }
        let at = content.start + (id.as_ptr() as usize - bytes.as_ptr() as usize);
        Ok(Packed { content, control_id: at..at + id.len() })
    }
}

/// Takes the message that a script leaves.
struct Taken<'t, 'm> {
    message: &'t Message<'m>,
    pass: PassOn,
    out: &'t mut Vec<u8>,
    count: usize,
}

impl Sink for Taken<'_, '_> {
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        self.count += 1;
        let appended = match lines {
            None => self.pass.append(self.message, self.out),
            Some(lines) => {
                let segments: Vec<&[u8]> = lines.iter().map(|line| line.bytes).collect();
                self.pass.append_segments(&segments, self.message.separators(), self.out)
            }
        };
        appended.map_err(|why| Fault::of(why.to_string()))
    }

    fn emit(&mut self, _: &str, _: Option<&[Line<'_>]>) -> Result<(), Fault> {
        Err(Fault::of("only values can be set here"))
    }
}

/// A number that messages with the same value have in common.
pub(super) fn key(value: Option<&[u8]>) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(value.unwrap_or_default());
    hasher.finish()
}
