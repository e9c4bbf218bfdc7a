//! `pipehat sort`: messages in the order of their values.

use super::Verdict;
use super::args::{Common, Plan, Spilling, Weight};
use super::form::Form;
use super::syntax::parsed;
use crate::core::{Cutter, SyntaxError};
use crate::io::output::result_written;
use crate::io::pipeline::{Job, View};
use crate::io::{Diagnostics, Output, Sorter};
use crate::ops::sort::{SortKey, append_keys};
use anyhow::Result;
use std::ffi::OsString;
use std::io::{BufWriter, Write};
use std::sync::Arc;

/// Sort messages by values
///
/// Messages with equal values stay in their order; those without a value come first. What does not
/// fit into memory goes to temporary files that nobody else can read, and that are gone when the
/// run ends, however it does.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all messages were written; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat sort --by MSH-7 archive/ > by-time.hl7
  pipehat sort --by PID-3.1 --by MSH-7:desc in.hl7
  pipehat sort --by OBX-5:number --memory 2G --temp-dir /scratch big.hl7.gz -o sorted.hl7

Order:
PATH:text, PATH:number and PATH:time tell how values compare; without it the data type of the
field in the standard does. PATH:desc turns the order round. A time without an offset counts as
UTC; of several values at a path the first one counts.

Exit status:
  0  all messages were written; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// What to sort by, the first one first [default: MSH-7]
    #[arg(short, long = "by", value_name = "PATH[:HOW]", value_parser = parsed::<SortKey>)]
    #[arg(add = super::complete::paths_alone())]
    keys: Vec<SortKey>,

    #[command(flatten)]
    spilling: Spilling,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

/// The messages of a chunk with their keys.
#[derive(Default)]
struct Keyed {
    bytes: Vec<u8>,
    /// Where the key ends that began where the message before ended, and where its message does.
    ends: Vec<(usize, usize)>,
    /// Which of the keys some message has a value for.
    found: Vec<bool>,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let mut output = args.common.output()?;
    let form = args.form.pass(&args.common, &output);
    let text = args.common.text();
    let keys = keys(&args.keys, &["MSH-7"])?;
    let mut sorter = Sorter::new(&args.spilling.folder(), args.spilling.memory);
    let plan = Plan { weight: Weight::Heavy, ..Plan::default() };
    let work = |view: View<'_>, job: &mut Job<Keyed>| {
        view.messages(job, |item, job: &mut Job<Keyed>| {
            let Keyed { bytes, ends, found } = &mut job.tally;
            found.resize(keys.len(), false);
            let start = bytes.len();
            append_keys(&keys, &item.message, text, bytes, |n| found[n] = true);
            let key = bytes.len();
            match form.append(&item.message, bytes) {
                Ok(()) => ends.push((key, bytes.len())),
                Err(why) => {
                    bytes.truncate(start);
                    job.reject(&item, why.to_string());
                }
            }
        });
    };
    let mut sorted = 0_u64;
    let mut found = vec![false; keys.len()];
    let gather = |_: &_, job: &mut Job<Keyed>| {
        let Keyed { bytes, ends, found: here } = &mut job.tally;
        sorted += ends.len() as u64;
        found.iter_mut().zip(here).for_each(|(found, here)| *found |= *here);
        let mut start = 0;
        for (key, end) in ends.drain(..) {
            sorter.push(&bytes[start..key], &bytes[key..end])?;
            start = end;
        }
        bytes.clear();
        Ok(())
    };
    args.common.run_gathered::<Cutter, _>(
        &args.files,
        (None, output.is_terminal()),
        diagnostics,
        plan,
        work,
        gather,
    )?;
    write_sorted(sorter, &mut output)?;
    output.finish()?;
    for key in keys.iter().zip(found).filter(|(_, found)| !found && sorted > 0).map(|(key, _)| key)
    {
        tell_missing(key, diagnostics);
    }
    Ok(Verdict::Yes)
}

fn write_sorted(sorter: Sorter, output: &mut Output) -> Result<()> {
    let mut output = BufWriter::with_capacity(256 << 10, output);
    sorter.finish(|_, message| result_written(output.write_all(message)))?;
    Ok(result_written(output.flush())?)
}

/// Says that a path tells nothing of any message.
pub(super) fn tell_missing(key: &SortKey, diagnostics: &Diagnostics) {
    diagnostics.note(&format!("no message has a value at {}", key.path()));
}

/// The keys that were given, or else the usual ones.
pub(super) fn keys(given: &[SortKey], usual: &[&str]) -> Result<Vec<SortKey>> {
    if given.is_empty() {
        return Ok(usual.iter().map(|path| path.parse()).collect::<Result<_, SyntaxError>>()?);
    }
    Ok(given.to_vec())
}
