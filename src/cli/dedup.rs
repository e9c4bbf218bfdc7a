//! `pipehat dedup`: each message once.

use super::Verdict;
use super::amounts::whole;
use super::args::{Common, Plan, Spilling, Weight};
use super::destinations::open;
use super::form::Form;
use super::sort::{keys, tell_missing};
use super::syntax::parsed;
use crate::core::Cutter;
use crate::io::pipeline::{Job, View};
use crate::io::seen::{Fingerprint, Recent, Whole};
use crate::io::{Diagnostics, Output};
use crate::ops::pass::PassOn;
use crate::ops::sort::{SortKey, append_keys};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Leave out messages that came before
///
/// Messages are the same if they have the same values at all PATHs; without any, the same control
/// id of the same sender. A message without a value at the first PATH is the same as no other. How
/// many were left out is told on stderr.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 messages were written; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat dedup archive/ > once.hl7
  pipehat dedup --by MSH-10 --duplicates again.hl7 archive/ > once.hl7
  pipehat dedup --whole in.hl7
  pipehat dedup --by PID-3.1 --keep last updates.hl7 > newest.hl7
  tail -f feed.hl7 | pipehat dedup --window 10000

Memory:
A message takes 48 bytes. With more messages than fit into --memory, and with --keep last, messages
go to a temporary file that nobody else can read, and come out at the end of the input.

Exit status:
  0  messages were written; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// What makes messages the same [default: MSH-10, MSH-3 and MSH-4]
    #[arg(short, long = "by", value_name = "PATH", value_parser = parsed::<SortKey>)]
    #[arg(add = super::complete::paths_alone())]
    keys: Vec<SortKey>,

    /// Messages are the same if all their bytes are
    #[arg(long, conflicts_with = "keys")]
    whole: bool,

    /// Which one is kept
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    keep: Keep,

    /// Looks back over N messages only
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..), allow_negative_numbers = true)]
    window: Option<u32>,

    /// Writes those that are left out into FILE
    #[arg(long, value_name = "FILE")]
    duplicates: Option<PathBuf>,

    #[command(flatten)]
    spilling: Spilling,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Keep {
    /// The first of those that are the same
    #[default]
    First,
    /// The last, in its place
    Last,
}

/// The messages of a chunk: where each ends, and by what it is known.
#[derive(Default)]
struct Known {
    bytes: Vec<u8>,
    ends: Vec<(usize, Option<Fingerprint>)>,
}

/// What remembers the messages that came before.
enum Memory {
    Recent(Recent),
    Whole(Box<Whole>),
}

/// The messages that came before, and how many there were.
struct Sieve {
    memory: Memory,
    /// How those are written that are kept.
    form: PassOn,
    duplicates: Duplicates,
    all: usize,
    /// Those that have a value by which they are known.
    with_value: usize,
}

/// Where the messages go that are left out.
struct Duplicates {
    file: Option<Output>,
    count: u64,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if args.window.is_some() && args.keep == Keep::Last {
        anyhow::bail!("--keep last goes with the whole input, not with --window");
    }
    let (mut output, _) = args.common.output_beside(args.duplicates.as_deref())?;
    let shown_as = args.form.pass(&args.common, &output);
    let mut sieve = Sieve::new(args, shown_as)?;
    // What is left out is known later, and goes to a file.
    let form = shown_as.in_files();
    let text = args.common.text();
    let keys = keys(&args.keys, &["MSH-10", "MSH-3", "MSH-4"])?;
    let shown = output.is_terminal();
    let plan =
        Plan { weight: Weight::Heavy, beside: args.duplicates.as_deref(), ..Plan::default() };
    let work = |view: View<'_>, job: &mut Job<Known>| {
        let mut key = Vec::new();
        view.messages(job, |item, job: &mut Job<Known>| {
            let Known { bytes, ends } = &mut job.tally;
            key.clear();
            let mut is_known = args.whole;
            if args.whole {
                key.extend_from_slice(item.message.bytes());
            } else {
                append_keys(&keys, &item.message, text, &mut key, |n| is_known |= n == 0);
            }
            match form.append(&item.message, bytes) {
                Ok(()) => ends.push((bytes.len(), is_known.then(|| fingerprint(&key)))),
                Err(why) => job.reject(&item, why.to_string()),
            }
        });
    };
    args.common.run_gathered::<Cutter, _>(
        &args.files,
        (Some(&mut output), shown),
        diagnostics,
        plan,
        work,
        |_, job: &mut Job<Known>| sieve.take(&mut job.tally, &mut job.out),
    )?;
    if let Some(key) = keys.first().filter(|_| sieve.all > 0 && sieve.with_value == 0) {
        tell_missing(key, diagnostics);
    }
    let duplicates = sieve.finish(&mut output)?;
    output.finish()?;
    let left_out = duplicates.finish()?;
    // Of messages that are the same in all bytes nothing is lost.
    tell_left_out(left_out, args.duplicates.is_some() || args.whole, diagnostics);
    Ok(Verdict::Yes)
}

impl Sieve {
    fn new(args: &Args, form: PassOn) -> Result<Self> {
        let file = args.duplicates.as_ref().map(|path| open(Some(path))).transpose()?;
        let keeps_first = args.keep == Keep::First;
        let memory = match args.window {
            Some(window) => Memory::Recent(Recent::new(window as usize)),
            None => {
                let (folder, memory) = (args.spilling.folder(), args.spilling.memory);
                Memory::Whole(Box::new(Whole::new(&folder, memory, keeps_first)?))
            }
        };
        Ok(Self { memory, form, duplicates: Duplicates { file, count: 0 }, all: 0, with_value: 0 })
    }

    /// Takes the messages of a chunk, and appends those that are the first to `out`.
    fn take(&mut self, Known { bytes, ends }: &mut Known, out: &mut Vec<u8>) -> io::Result<()> {
        let mut start = 0;
        self.all += ends.len();
        for (end, known) in ends.drain(..) {
            self.with_value += usize::from(known.is_some());
            let message = &bytes[start..end];
            start = end;
            let is_first = match &mut self.memory {
                Memory::Recent(recent) => Some(recent.is_first(known)),
                Memory::Whole(whole) => whole.take(known, message)?,
            };
            match is_first {
                Some(true) => self.form.append_written(message, out),
                Some(false) => self.duplicates.put(message)?,
                // It waits for the end.
                None => {}
            }
        }
        bytes.clear();
        Ok(())
    }

    /// Writes the messages that have waited for the end of the input.
    fn finish(self, output: &mut Output) -> Result<Duplicates> {
        let Self { memory, form, mut duplicates, .. } = self;
        if let Memory::Whole(whole) = memory {
            let mut out = Vec::new();
            whole.finish(|message, is_first| {
                if !is_first {
                    return duplicates.put(message);
                }
                form.append_written(message, &mut out);
                if out.len() >= 256 << 10 {
                    output.put(&out)?;
                    out.clear();
                }
                Ok(())
            })?;
            output.put(&out)?;
        }
        Ok(duplicates)
    }
}

impl Duplicates {
    fn put(&mut self, message: &[u8]) -> io::Result<()> {
        self.count += 1;
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(message))
    }

    /// How many there were.
    fn finish(self) -> Result<u64> {
        if let Some(file) = self.file {
            file.finish().context("writing the duplicates")?;
        }
        Ok(self.count)
    }
}

fn tell_left_out(count: u64, is_kept: bool, diagnostics: &Diagnostics) {
    let (messages, them) = match count {
        0 => return,
        1 => ("message was", "it"),
        _ => ("messages were", "them"),
    };
    let hint = format!(" (--duplicates FILE would keep {them})");
    let hint = if is_kept { "" } else { &hint };
    diagnostics.note(&format!("{count} {messages} left out{hint}"));
}

/// By what a message is known: so much of SHA-256 that nobody makes two that are the same.
fn fingerprint(key: &[u8]) -> Fingerprint {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let (half, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
    *half
}
