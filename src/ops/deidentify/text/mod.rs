//! Free text: what identifies somebody is found in it and replaced; all else stays as it is.

mod ages;
mod backed;
mod beside;
mod codes;
mod contacts;
mod cues;
mod dates;
mod digits;
mod divided;
mod eponyms;
mod found;
mod iban;
mod identity;
mod initials;
mod label;
mod labels;
mod letters;
mod look;
mod meant;
mod moved;
mod names;
mod national;
mod nicknames;
mod numbers;
mod order;
mod places;
mod postcodes;
mod replace;
mod scan;
mod serials;
mod strangers;
mod streets;
mod trace;
mod verhoeff;
mod worded;
mod words;
mod zips;

pub use beside::Beside;
pub use found::Found;
pub use identity::Identity;
pub use strangers::is_frequent_name;
pub use trace::Trace;

use super::Kind;
use super::surrogate::Surrogates;
use crate::core::Scope;
use beside::Divided;
use found::Sort;
use labels::Question;
use look::Look;
use meant::Meant;
use replace::Replacer;
use scan::{Care, Span, What, scan};
use std::ops::Range;

/// What is done with free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is removed. A label or result of three plain words and numbers at most, in which nothing
    /// is found, stays.
    Drop,
    /// What is known of the message's persons, and what looks like an identifier, is replaced.
    Scrub,
    /// As scrubbed, and every word is masked that is in no list of words.
    Strict,
    /// It stays.
    Keep,
}

/// What a text is cleaned with.
#[derive(Clone, Copy)]
pub struct Context<'c, 'm> {
    /// The message.
    pub scope: &'c Scope<'c, 'm>,
    /// What is known of its persons.
    pub identity: &'c Identity,
    /// What stands in place of what is found; without, `[NAME]`, `[ID]` and such do.
    pub surrogates: Option<&'c Surrogates>,
    /// By how many days dates are moved; without, only their year stays.
    pub days: Option<i32>,
}

/// Values of more words and numbers than these are narrative, whatever is in them.
const LABEL_WORDS: usize = 3;

/// The same beside a code that no standard defines.
const CODED_WORDS: usize = 8;

/// Cleans texts.
#[derive(Debug)]
pub struct Cleaner {
    mode: Mode,
}

impl Cleaner {
    /// Loads what is needed for a mode.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self { mode }
    }

    /// Appends a free text (a field, a repetition or a component) as its mode says.
    ///
    /// `raw`: as it is written in the message, with escape sequences and repetition separators;
    /// what is left of it stays as written, byte for byte.
    pub fn free_text(
        &self,
        raw: &[u8],
        context: Context<'_, '_>,
        found: &mut Found,
        out: &mut Vec<u8>,
    ) {
        match self.mode {
            Mode::Keep => out.extend_from_slice(raw),
            Mode::Scrub => clean(raw, Care::Usual, context, found, out),
            Mode::Strict => clean(raw, Care::Strict, context, found, out),
            Mode::Drop => label(raw, LABEL_WORDS, context, out),
        }
    }

    /// As [`Cleaner::free_text`], of a text of a program that repeats what somebody typed: of whom it
    /// is, no field of the message tells.
    pub fn echo(&self, raw: &[u8], context: Context<'_, '_>, found: &mut Found, out: &mut Vec<u8>) {
        match self.mode {
            Mode::Scrub => clean(raw, Care::Echo, context, found, out),
            _ => self.free_text(raw, context, found, out),
        }
    }

    /// As [`Cleaner::free_text`], of a text that goes on in another one.
    pub fn line_of_text(
        &self,
        raw: &[u8],
        beside: Beside<'_>,
        context: Context<'_, '_>,
        found: &mut Found,
        out: &mut Vec<u8>,
    ) {
        let care = match self.mode {
            Mode::Keep => return out.extend_from_slice(raw),
            Mode::Drop => {
                let start = out.len();
                label(raw, LABEL_WORDS, context, out);
                // Most go, and of those it need not be asked what they tell with others.
                if out.len() > start
                    && !beside::divided(raw, beside, Care::Usual, context).is_empty()
                {
                    out.truncate(start);
                }
                return;
            }
            Mode::Scrub => Care::Usual,
            Mode::Strict => Care::Strict,
        };
        let divided = beside::divided(raw, beside, care, context);
        if divided.is_empty() {
            clean(raw, care, context, found, out);
        } else {
            replace(raw, &divided, care, context, found, out);
        }
    }

    /// Appends a short text beside a code, or a text that is a code.
    ///
    /// `has_standard_code`: it is beside a code of a coding system that is no local one, so that it
    /// is the name of that code. Then it is scrubbed, whatever the mode; else also, unless texts are
    /// dropped: then only a label stays.
    pub fn coded_text(
        &self,
        raw: &[u8],
        context: Context<'_, '_>,
        has_standard_code: bool,
        found: &mut Found,
        out: &mut Vec<u8>,
    ) {
        if self.mode == Mode::Drop && !has_standard_code {
            return label(raw, CODED_WORDS, context, out);
        }
        let care = if has_standard_code { Care::Code } else { Care::Usual };
        clean(raw, care, context, found, out);
    }
}

/// Appends a text if it is a label of so many words at most in which nothing is found.
fn label(raw: &[u8], most: usize, context: Context<'_, '_>, out: &mut Vec<u8>) {
    let is_label = |look: &Look<'_>| {
        label::is_label(context.identity, look.text(), most)
            && scan(context.identity, look.text(), Care::Usual).is_empty()
    };
    // The beginning of a plain text tells that it is longer.
    let longest = label::longest(most);
    let separators = context.scope.message.separators();
    if raw.get(..=longest).is_some_and(|start| look::is_plain(start, &separators)) {
        return;
    }
    let question = if most == LABEL_WORDS { Question::Label } else { Question::CodedLabel };
    let known = Recalled::of(raw, question, context);
    let stays = match known {
        Recalled::Answer(answer) => answer,
        _ => {
            let look = Look::up_to(longest, raw, context.scope);
            is_label(&look)
                && look.joined(raw, context.scope).as_ref().is_none_or(is_label)
                && Meant::of(look.text())
                    .is_none_or(|meant| spans_of(&meant, Care::Usual, context).is_empty())
        }
    };
    if stays {
        out.extend_from_slice(raw);
    }
    if known == Recalled::Nothing {
        context.identity.labels.borrow_mut().learn(question, raw, stays);
    }
}

/// What is remembered of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recalled {
    /// The answer to the question, which holds for this message.
    Answer(bool),
    /// Nothing; the answer of this message is that of any other.
    Nothing,
    /// It is too long, or about a person of the message.
    Apart,
}

impl Recalled {
    fn of(raw: &[u8], question: Question, context: Context<'_, '_>) -> Self {
        let separators = context.scope.message.separators();
        if !labels::is_short(raw)
            || context.identity.may_tell_age(raw)
            || separators.escape != b'\\'
            || !look::is_usual(&separators)
        {
            return Self::Apart;
        }
        match context.identity.labels.borrow().ask(question, raw) {
            // Persons make no label of what is none.
            Some(false) => Self::Answer(false),
            None if !look::is_plain(raw, &separators) || Meant::of(raw).is_some() => Self::Apart,
            _ if labels::may_name(context.identity, raw) => Self::Apart,
            Some(true) => Self::Answer(true),
            None => Self::Nothing,
        }
    }
}

/// Appends a text with what is found in it replaced.
fn clean(raw: &[u8], care: Care, context: Context<'_, '_>, found: &mut Found, out: &mut Vec<u8>) {
    let question = match care {
        Care::Usual => Question::Clean,
        Care::Code => Question::CleanCode,
        Care::Strict => Question::CleanStrict,
        Care::Echo => Question::CleanEcho,
    };
    let known = Recalled::of(raw, question, context);
    if known == Recalled::Answer(true) || !replace(raw, &[], care, context, found, out) {
        out.extend_from_slice(raw);
        if known == Recalled::Nothing {
            context.identity.labels.borrow_mut().learn(question, raw, true);
        }
    }
}

/// Something found: where it stands as written, what it is, and the text that it was found in.
type Place<'p> = (Range<usize>, &'p Span, &'p [u8]);

/// What is found in a text as it may be meant: only what is known of somebody, and addresses of mail
/// that are written so.
fn spans_of(meant: &Meant, care: Care, context: Context<'_, '_>) -> Vec<Span> {
    let mut spans = scan(context.identity, meant.text(), care);
    spans.retain(|span| match span.what {
        // Two lines make no word of which a name is a part.
        What::Own(noted) if matches!(noted.kind, Kind::Family | Kind::Given) => {
            let word = meant.text().get(span.range.clone()).unwrap_or_default();
            !meant.is_joined(&span.range) || context.identity.of_word(word).next().is_some()
        }
        What::Own(_) => true,
        What::Other(Sort::Email) => meant.is_decoded(&span.range),
        _ => false,
    });
    spans
}

/// Appends a text with what is found in it replaced; appends nothing and gives `false` if nothing
/// is found.
///
/// `divided`: what was found in it together with the texts beside it.
fn replace(
    raw: &[u8],
    divided: &[Divided],
    care: Care,
    context: Context<'_, '_>,
    found: &mut Found,
    out: &mut Vec<u8>,
) -> bool {
    let look = Look::new(raw, context.scope);
    let spans = scan(context.identity, look.text(), care);
    let joined = look.joined(raw, context.scope);
    let joined = joined.map(|look| (scan(context.identity, look.text(), care), look));
    let meant = Meant::of(look.text()).map(|meant| (spans_of(&meant, care, context), meant));
    let mut places: Vec<Place<'_>> =
        spans.iter().map(|span| (look.raw(span.range.clone()), span, look.text())).collect();
    if let Some((spans, look)) = &joined {
        places.extend(spans.iter().map(|span| (look.raw(span.range.clone()), span, look.text())));
    }
    if let Some((spans, meant)) = &meant {
        let raw = |span: &Span| look.raw(meant.looked(span.range.clone()));
        places.extend(spans.iter().map(|span| (raw(span), span, meant.text())));
    }
    places.extend(divided.iter().map(|of| (of.range.clone(), &of.span, of.text.as_slice())));
    if places.is_empty() {
        return false;
    }
    if joined.is_some() || meant.is_some() || !divided.is_empty() {
        places.sort_by_key(|(raw, _, _)| (raw.start, std::cmp::Reverse(raw.end)));
    }
    let divides = context.scope.message.separators().repetition;
    let mut replacer = Replacer { context, found, written: Vec::new(), value: Vec::new() };
    let mut at = 0;
    for (range, span, text) in places {
        if range.end <= at {
            continue;
        }
        out.extend_from_slice(raw.get(at..range.start.max(at)).unwrap_or_default());
        // What stands in place of what began in the text before stands there.
        let is_rest = divided.iter().any(|of| !of.begins && std::ptr::eq(&of.span, span));
        if !is_rest {
            replacer.replace(text, span, out);
        }
        // What divides repetitions may divide a number or a word: none of it is lost.
        let gone = raw.get(range.start.max(at)..range.end).unwrap_or_default();
        out.extend(gone.iter().filter(|&&b| b == divides));
        at = range.end;
    }
    out.extend_from_slice(raw.get(at..).unwrap_or_default());
    true
}

#[cfg(test)]
mod tests;
