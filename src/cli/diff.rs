//! `pipehat diff`: where the messages of two files differ.

use super::Verdict;
use super::args::{Reading, Telling};
use super::destinations::{is_among, is_dash, open, replaced_by_output};
use super::pairs::{Held, KeyOf, Met, Pairs};
use super::progress::Progress;
use super::syntax::parsed;
use crate::core::scope::{charset_of, with_scope};
use crate::core::{Message, Path, SyntaxError, TextOptions};
use crate::io::pipeline::Sink;
use crate::io::source::plain_error;
use crate::io::{Chunker, Diagnostics, Options, Output, Sources};
use crate::ops::diff::{Change, Side, compare, write, write_json};
use crate::ops::json::text::push_value;
use crate::ops::visible;
use anyhow::{Result, anyhow, bail};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tell where the messages of two files differ
///
/// Messages with the same MSH-10 are compared, in whatever order they come, field by field. Each
/// difference is told by the path that reaches it, with the value in A and the value in B. Nothing
/// is printed for messages that are the same. How segments end, how messages are framed and how
/// files are packed makes no difference.
#[derive(Debug, clap::Args)]
#[command(
    mut_arg("max_message", |arg| arg.help("The longest message that is read; a longer one is reported")),
    mut_arg("verbose", |arg| {
        arg.help("Reports everything on stderr, also beyond the first 100 reports, and a summary")
    }),
    after_help = "Exit status: 0 all messages are the same; 1 some differ; 2 the work was not fully done.",
    after_long_help = "\
Examples:
  pipehat diff before.hl7 after.hl7
  pipehat diff --ignore MSH-7 --ignore PID-3.4 old.hl7.gz new.hl7.gz
  pipehat diff --by order sent.hl7 received.hl7
  pipehat diff -f ndjson old.hl7 new.hl7 | jq -r .path | sort | uniq -c
  generate | pipehat diff expected.hl7 -

Pairs:
Messages that have the same value at the path of --by are compared, several with the same one in
order. With `--by order` the first message is compared with the first, and so on. Both files are
read in step. A message whose partner has not come yet is held; one that is missing on the other
side is held until the end, and told then.

Output:
  A: message 3 (byte 120) | B: message 4 (byte 160), MSH-10 MSG3
    PID-5.1      \"DOE\" -> \"ROE\"
  + ZPD          \"ZPD|1|x\"
  - NTE[2]       \"NTE|2||old\"
  only in B: message 5 (byte 310), MSH-10 MSG4
`+` is what is only in B, `-` what is only in A. Values are as written, in UTF-8.

Exit status:
  0  all messages are the same
  1  some differ, or are only in one file
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// A file or folder; `-` is standard input
    #[arg(value_name = "A")]
    a: OsString,

    /// The file or folder to compare it with
    #[arg(value_name = "B")]
    b: OsString,

    /// What messages are paired by: the value at PATH, or `order`
    #[arg(short = 'k', long, value_name = "PATH|order", default_value = "MSH-10", value_parser = parsed::<By>, add = super::complete::paths_alone())]
    by: By,

    /// Leaves out differences at PATH and below it; can be given several times
    #[arg(long, value_name = "PATH", value_parser = parsed::<Path>, add = super::complete::paths_alone())]
    ignore: Vec<Path>,

    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,

    /// Tells only which messages differ, a line for each
    #[arg(long)]
    brief: bool,

    #[command(flatten)]
    reading: Reading,

    /// Writes to FILE, which appears whole when all is done, instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) telling: Telling,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: a line for each pair that differs, then one for each difference
    #[default]
    Text,
    /// A JSON object for each difference, one a line
    Ndjson,
}

/// What messages are paired by.
#[derive(Clone, Debug)]
enum By {
    Order,
    Value(Path),
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if args.brief && args.format == Format::Ndjson {
        bail!("--brief goes with --format text");
    }
    if args.a == "-" && args.b == "-" {
        bail!("the standard input can be read only once");
    }
    check(&args.a)?;
    check(&args.b)?;
    let names = [args.a.clone(), args.b.clone()];
    if let Some(path) = args.output.as_deref()
        && !is_dash(path)
        && is_among(path, &names)
    {
        bail!("{}", replaced_by_output(path));
    }
    let output = open(args.output.as_deref())?;
    let text = args.reading.text();
    let progress =
        Progress::start(args.telling.progress, &names, diagnostics, output.is_terminal());
    let input = |name: &OsString| -> Result<_> {
        let sources = Sources::new(std::slice::from_ref(name), diagnostics.clone())?;
        let options = Options { max_message: args.reading.max_message, ..Options::default() };
        let mut sink = Sink::of_reports(diagnostics, args.reading.max_message);
        sink.progress = progress.bar();
        Ok((Chunker::new(sources, options, diagnostics.clone()), sink))
    };
    let some_value = AtomicBool::new(false);
    let value = |message: &Message<'_>| match &args.by {
        By::Order => Vec::new(),
        By::Value(path) => {
            let value = value_at(path, message, text);
            if !value.is_empty() {
                some_value.store(true, Ordering::Relaxed);
            }
            value
        }
    };
    let key_of: KeyOf<'_> = if matches!(args.by, By::Order) { None } else { Some(&value) };
    let mut pairs = Pairs::new([input(&args.a)?, input(&args.b)?], key_of);
    let color = args.telling.color.decide(&output);
    let mut report = Report { args, text, color, output, out: Vec::new(), tally: Tally::default() };
    let result = report.all(&mut pairs);
    let found_nothing = pairs.found_nothing();
    drop(pairs);
    progress.finish(diagnostics);
    result?;
    let Report { tally, output, .. } = report;
    output.finish()?;
    if found_nothing {
        diagnostics.no_message();
    }
    let some_message = tally.pairs + tally.alone[0] + tally.alone[1] > 0;
    if let By::Value(path) = &args.by
        && some_message
        && !some_value.into_inner()
    {
        diagnostics.note(&format!("no message has a value at {path}; they are paired in order"));
    }
    diagnostics.detail(&format!(
        "{} pairs of messages compared, {} differ; {} messages are only in A, {} only in B",
        tally.pairs, tally.different, tally.alone[0], tally.alone[1]
    ));
    let same = tally.different == 0 && tally.alone == [0, 0];
    Ok(if same { Verdict::Yes } else { Verdict::No })
}

/// So much of the output is kept back at most.
const FLUSH: usize = 64 << 10;

/// Refuses a file that cannot be read: else all messages of the other would be told.
fn check(name: &OsStr) -> Result<()> {
    let open = || match fs::metadata(name) {
        // A pipe can be opened only once.
        Ok(metadata) if metadata.is_file() => File::open(name).map(|_| ()),
        other => other.map(|_| ()),
    };
    if name == "-" {
        return Ok(());
    }
    open().map_err(|e| anyhow!("{}: {}", name.display(), plain_error(&e)))
}

/// The text of the values at a path, by which a message is paired.
fn value_at(path: &Path, message: &Message<'_>, text: TextOptions) -> Vec<u8> {
    with_scope(message, text, |scope| {
        let mut key = Vec::new();
        let mut first = true;
        let _ = path.for_each(scope, |raw| {
            if !std::mem::take(&mut first) {
                key.push(b'~');
            }
            key.extend_from_slice(&scope.text(raw));
            ControlFlow::Continue(())
        });
        key
    })
}

/// The differences on their way to the output.
struct Report<'a> {
    args: &'a Args,
    text: TextOptions,
    color: bool,
    output: Output,
    out: Vec<u8>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    pairs: u64,
    different: u64,
    /// Messages only in A, only in B.
    alone: [u64; 2],
}

impl Report<'_> {
    /// Compares all messages.
    fn all(&mut self, pairs: &mut Pairs<'_>) -> Result<()> {
        loop {
            // What was found is shown before more is waited for.
            if !pairs.is_ready() {
                self.flush()?;
            }
            match pairs.next()? {
                Met::Pair(pair) => self.pair(&pair),
                Met::Waits => {}
                Met::End => break,
            }
            self.flush_above(FLUSH)?;
        }
        for (side, alone) in pairs.alone().iter().enumerate() {
            for held in alone {
                self.alone(side, held);
                self.flush_above(FLUSH)?;
            }
        }
        self.flush()
    }

    /// Compares two messages.
    fn pair(&mut self, pair: &[Held; 2]) {
        self.tally.pairs += 1;
        let changes = if pair[0].is_same(&pair[1]) { Vec::new() } else { self.changes(pair) };
        if changes.is_empty() {
            return;
        }
        self.tally.different += 1;
        if self.args.format == Format::Ndjson {
            for change in &changes {
                self.object([Some(&pair[0]), Some(&pair[1])], Some(change));
            }
            return;
        }
        let place = |side: usize| format!("{}: {}", NAMES[side], self.place(side, &pair[side]));
        self.heading(&format!("{} | {}", place(0), place(1)), &pair[0]);
        if !self.args.brief {
            write(&changes, self.color, &mut self.out);
        }
    }

    /// Tells of a message that is only in one input.
    fn alone(&mut self, side: usize, held: &Held) {
        self.tally.alone[side] += 1;
        if self.args.format == Format::Ndjson {
            let mut sides = [None, None];
            sides[side] = Some(held);
            self.object(sides, None);
        } else {
            self.heading(&format!("only in {}: {}", NAMES[side], self.place(side, held)), held);
        }
    }

    /// The differences between two messages. They are compared in UTF-8, so that the same text in
    /// two character sets is the same; if one of them is not of its character set, as they are.
    fn changes(&self, pair: &[Held; 2]) -> Vec<Change> {
        let [Some(a), Some(b)] = pair.each_ref().map(Held::message) else { return Vec::new() };
        let decoded =
            [a, b].map(|message| charset_of(&message, self.text).decode(message.bytes()).ok());
        let [a, b] = match &decoded {
            [Some(a_text), Some(b_text)] => {
                [a.with_bytes(a_text.as_bytes()), b.with_bytes(b_text.as_bytes())]
            }
            _ => [a, b],
        };
        let [in_a, in_b] = [a, b].map(|m| m.segments().map(|s| s.raw()).collect::<Vec<_>>());
        compare(
            Side { segments: &in_a, separators: a.separators() },
            Side { segments: &in_b, separators: b.separators() },
            &self.args.ignore,
        )
    }

    /// Where a message is in its input; with its file if the input is a folder.
    fn place(&self, side: usize, held: &Held) -> String {
        let operand = if side == 0 { &self.args.a } else { &self.args.b };
        let place = format!("message {} (byte {})", held.number, held.offset);
        if held.source.argument() == operand {
            place
        } else {
            format!("{}: {place}", held.source.name())
        }
    }

    /// A line that says which messages what follows is about.
    fn heading(&mut self, places: &str, held: &Held) {
        let (bold, plain) = if self.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        self.out.extend_from_slice(bold.as_bytes());
        visible::append(places.as_bytes(), usize::MAX, &mut self.out);
        if let By::Value(path) = &self.args.by {
            let with = if held.key.is_empty() { "no " } else { "" };
            self.out.extend_from_slice(format!(", {with}{path}").as_bytes());
            if !held.key.is_empty() {
                self.out.push(b' ');
                visible::append(&held.key, usize::MAX, &mut self.out);
            }
        }
        self.out.extend_from_slice(plain.as_bytes());
        self.out.push(b'\n');
    }

    /// An object for a change, or for a message that is only on one side.
    fn object(&mut self, sides: [Option<&Held>; 2], change: Option<&Change>) {
        let out = &mut self.out;
        for (name, held) in [("{\"a\":", sides[0]), (",\"b\":", sides[1])] {
            out.extend_from_slice(name.as_bytes());
            let number = held.map_or("null".to_owned(), |held| held.number.to_string());
            out.extend_from_slice(number.as_bytes());
        }
        out.extend_from_slice(b",\"key\":");
        match (&self.args.by, sides[0].or(sides[1])) {
            (By::Value(_), Some(held)) => push_value(&held.key, out),
            _ => out.extend_from_slice(b"null"),
        }
        out.push(b',');
        match change {
            Some(change) => write_json(change, out),
            None => out.extend_from_slice(b"\"path\":null,\"before\":null,\"after\":null"),
        }
        out.extend_from_slice(b"}\n");
    }

    fn flush(&mut self) -> Result<()> {
        self.flush_above(0)
    }

    /// Writes what there is, if that is much.
    fn flush_above(&mut self, most: usize) -> Result<()> {
        if self.out.len() > most {
            self.output.put(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }
}

/// What the two inputs are called.
const NAMES: [&str; 2] = ["A", "B"];

impl FromStr for By {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        if text == "order" { Ok(Self::Order) } else { text.parse().map(Self::Value) }
    }
}
