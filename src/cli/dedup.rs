//! `pipehat dedup`: each message once.

use super::Verdict;
use super::amounts::whole;
use super::args::{Common, Plan, Spilling, Weight};
use super::destinations::open;
use super::form::Form;
use super::sort::{keys, tell_missing};
use super::syntax::parsed;
use crate::core::Cutter;
use crate::io::Diagnostics;
use crate::io::pipeline::{Job, View};
use crate::io::seen::{Fingerprint, Recent, Whole};
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

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if args.window.is_some() && args.keep == Keep::Last {
        anyhow::bail!("--keep last goes with the whole input, not with --window");
    }
    let (mut output, _) = args.common.output_beside(args.duplicates.as_deref())?;
    let mut aside = match &args.duplicates {
        None => None,
        Some(path) => Some(open(Some(path))?),
    };
    let form = args.form.pass(&args.common, &output);
    let text = args.common.text();
    let keys = keys(&args.keys, &["MSH-10", "MSH-3", "MSH-4"])?;
    let mut seen = match args.window {
        Some(window) => Memory::Recent(Recent::new(window as usize)),
        None => {
            let whole = Whole::new(
                &args.spilling.folder(),
                args.spilling.memory,
                args.keep == Keep::First,
            )?;
            Memory::Whole(Box::new(whole))
        }
    };
    let mut left_out = 0_u64;
    // Messages, and those that have a value by which they are known.
    let (mut all, mut with_value) = (0, 0);
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
    let mut write = |message: &[u8], is_first: bool, out: &mut Vec<u8>| -> io::Result<()> {
        if is_first {
            out.extend_from_slice(message);
            return Ok(());
        }
        left_out += 1;
        aside.as_mut().map_or(Ok(()), |aside| aside.write_all(message))
    };
    let gather = |_: &_, job: &mut Job<Known>| {
        let Known { bytes, ends } = &mut job.tally;
        let mut start = 0;
        all += ends.len();
        for (end, known) in ends.drain(..) {
            with_value += usize::from(known.is_some());
            let message = &bytes[start..end];
            start = end;
            let fate = match (&mut seen, known) {
                (Memory::Recent(seen), known) => Some(seen.is_first(known)),
                (Memory::Whole(seen), known) => seen.take(known, message)?,
            };
            // Without an answer the message waits for the end.
            if let Some(is_first) = fate {
                write(message, is_first, &mut job.out)?;
            }
        }
        bytes.clear();
        Ok(())
    };
    args.common.run_gathered::<Cutter, _>(
        &args.files,
        (Some(&mut output), shown),
        diagnostics,
        plan,
        work,
        gather,
    )?;
    if let Memory::Whole(seen) = seen {
        let mut out = Vec::new();
        seen.finish(|message, is_first| {
            write(message, is_first, &mut out)?;
            if out.len() >= 256 << 10 {
                output.put(&out)?;
                out.clear();
            }
            Ok(())
        })?;
        output.put(&out)?;
    }
    output.finish()?;
    if let Some(aside) = aside {
        aside.finish().context("writing the duplicates")?;
    }
    if let Some(key) = keys.first().filter(|_| all > 0 && with_value == 0) {
        tell_missing(key, diagnostics);
    }
    // Of messages that are the same in all bytes nothing is lost.
    let is_kept = args.duplicates.is_some() || args.whole;
    if left_out > 0 {
        let (messages, them) =
            if left_out == 1 { ("message was", "it") } else { ("messages were", "them") };
        let hint = format!(" (--duplicates FILE would keep {them})");
        let hint = if is_kept { "" } else { &hint };
        diagnostics.note(&format!("{left_out} {messages} left out{hint}"));
    }
    Ok(Verdict::Yes)
}

/// By what a message is known: so much of SHA-256 that nobody makes two that are the same.
fn fingerprint(key: &[u8]) -> Fingerprint {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let (half, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
    *half
}
