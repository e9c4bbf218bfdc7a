//! `pipehat stats`: what is in an archive.

use super::Verdict;
use super::amounts::whole;
use super::args::{Common, Plan, Weight};
use super::syntax::parsed;
use super::terminal;
use crate::core::expr::Expression;
use crate::core::scope::with_scope;
use crate::core::{Cutter, Message, TextOptions};
use crate::io::pipeline::{Item, Job, Met, Unusable, View};
use crate::io::{Chunk, Diagnostics, Output};
use crate::ops::stats::text::Look;
use crate::ops::stats::{Archive, Counts, Report, Settings, csv, html, text};
use crate::ops::validate::batch::Facts;
use crate::ops::validate::{self, Scratch, Validator, unusable};
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

/// Tell what is in an archive
///
/// Counts messages by type, version, sender and time, segments, and of every field how often there
/// is something in it, how many different values it has, and how long they are. Memory does not
/// grow with the archive.
///
/// Values are told of fields that hold codes and tell nothing of a person; of others only with
/// --values.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 messages were counted; 1 there is none such; 2 the work was not fully done.",
    after_long_help = "\
Examples:
  pipehat stats archive/
  pipehat stats -f html -o archive.html archive/
  pipehat stats --where 'MSH-9.1 = ORU' --problems *.hl7.gz
  pipehat stats -f csv archive/ | sort -t, -k4 -g
  pipehat stats -f json archive/ | jq '.segments[] | select(.kind == \"unknown\")'

Exit status:
  0  messages were counted; an empty input has none
  1  --where matched none, or the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Counts only messages for which EXPR is true
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = parsed::<Expression>, add = super::complete::paths_alone())]
    condition: Option<Expression>,

    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,

    /// How many values are told of each kind
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole::<u16>(1..=1000), allow_negative_numbers = true)]
    top: u16,

    /// Tells values of all fields; it may be patient data
    #[arg(long)]
    values: bool,

    /// Counts also the rules that messages break, as `validate` finds them
    #[arg(long)]
    problems: bool,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Tables with bars, for people
    #[default]
    Text,
    /// One object
    Json,
    /// Comma-separated values, a row for each field
    Csv,
    /// One page with charts, which needs nothing else
    Html,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if args.problems && args.format == Format::Csv {
        bail!(
            "--problems has no place in csv, where a row is a field; text, json and html have it"
        );
    }
    let mut output = args.common.output()?;
    let archive = count(args, &mut output, diagnostics)?;
    let top = usize::from(args.top);
    let report = Report::of(&archive, top, diagnostics.failures(), args.problems);
    let written = match args.format {
        Format::Text => text::write(&report, look(args, &output)).into_bytes(),
        Format::Json => [serde_json::to_vec_pretty(&report)?, b"\n".to_vec()].concat(),
        Format::Csv => csv::write(&report)?,
        Format::Html => html::write(&report).into_bytes(),
    };
    output.put(&written)?;
    output.finish()?;
    // Of nothing all was counted, but nothing matches a condition.
    Ok(if report.messages > 0 || args.condition.is_none() { Verdict::Yes } else { Verdict::No })
}

/// How the text looks on what it goes to.
fn look(args: &Args, output: &Output) -> Look {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    Look {
        width: output.is_terminal().then(terminal::width).flatten(),
        blocks: output.is_terminal() && !is_dumb,
        color: args.common.color(output),
    }
}

/// Counts the messages of all inputs. Several threads count parts, which are merged in order; one
/// thread counts all at once, which spares it the merging.
fn count(args: &Args, output: &mut Output, diagnostics: &Arc<Diagnostics>) -> Result<Archive> {
    let is_terminal = output.is_terminal();
    let plan = Plan { numbered: args.problems, weight: Weight::Gathered, ..Plan::default() };
    let is_alone = args.common.threads(plan.weight) == 1;
    let counting = Counting::new(args);
    let severities = counting.validator.as_ref().map(|known| &known.settings().severities);
    let archive = Mutex::new(Archive::default());
    let archive_now = || archive.lock().unwrap_or_else(PoisonError::into_inner);
    // Counts of parts that are used again, for the next part that comes.
    let of_parts = Mutex::new(Vec::<Box<Counts>>::new());
    let of_parts_now = || of_parts.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |view: View<'_>, job: &mut Job<Tally>| {
        if is_alone {
            counting.part(&view, job, archive_now().counts_mut(), Counts::message_of_all);
        } else {
            let taken = job.tally.take().or_else(|| of_parts_now().pop());
            let mut counts = taken.unwrap_or_default();
            counting.part(&view, job, &mut counts, Counts::message);
            job.tally = Some(counts);
        }
    };
    let gather = |_: &Chunk, job: &mut Job<Tally>| {
        let mut archive = archive_now();
        if let Some(mut counts) = job.tally.take() {
            archive.merge(&mut counts);
            of_parts_now().push(counts);
        }
        archive.settle(severities);
        Ok(())
    };
    let to = (Some(output), is_terminal);
    args.common.run_gathered::<Cutter, _>(&args.files, to, diagnostics, plan, work, gather)?;
    let mut archive = archive.into_inner().unwrap_or_else(PoisonError::into_inner);
    of_parts_now().iter_mut().for_each(|counts| archive.merge_rest(counts));
    archive.end(severities);
    Ok(archive)
}

/// The counts of the parts of a chunk.
type Tally = Option<Box<Counts>>;

/// How messages are counted.
struct Counting<'a> {
    settings: Settings,
    condition: Option<&'a Expression>,
    /// Tells what is wrong with messages.
    validator: Option<Validator>,
}

/// Counts a message of which nothing is wrong.
type Count = fn(&mut Counts, &Message<'_>, &[u8], usize, &Settings);

impl<'a> Counting<'a> {
    fn new(args: &'a Args) -> Self {
        let settings = Settings { values: args.values, text: args.common.text() };
        let validator = || Validator::standard(validate::Settings::new());
        let condition = args.condition.as_ref();
        Self { settings, condition, validator: args.problems.then(validator) }
    }

    /// Counts the messages of a part.
    fn part(&self, view: &View<'_>, job: &mut Job<Tally>, counts: &mut Counts, count: Count) {
        let mut scratch = Scratch::default();
        view.walk(job, |met, job| match met {
            Met::Message(item) if self.wants(&item.message) => {
                count(counts, &item.message, item.whole, item.source.index, &self.settings);
                if let Some(validator) = &self.validator {
                    check(validator, &item, self.settings.text, &mut scratch, counts);
                }
            }
            Met::Message(_) => {}
            Met::Unusable(found) => {
                if let Some(validator) = &self.validator {
                    blame(validator, &found, counts);
                }
                job.reject_marked(found.mark, found.error.to_string());
            }
            Met::Envelope { bytes, offset, before } if self.validator.is_some() => {
                counts.problems.envelope(view.part.source.index, bytes, offset, before);
            }
            Met::Envelope { .. } => {}
        });
    }

    fn wants(&self, message: &Message<'_>) -> bool {
        let Some(condition) = self.condition else { return true };
        with_scope(message, self.settings.text, |scope| condition.holds(scope))
    }
}

/// Counts what is wrong with a message.
fn check(
    validator: &Validator,
    item: &Item<'_>,
    text: TextOptions,
    scratch: &mut Scratch,
    counts: &mut Counts,
) {
    let mut findings = Vec::new();
    validator.check(&item.message, &text, scratch, &mut findings);
    let facts = Some(Facts::of(&item.message));
    counts.problems.message(item.source.index, item.number, facts, &findings);
}

/// Counts what is wrong with a message whose delimiters cannot be used.
fn blame(validator: &Validator, found: &Unusable<'_>, counts: &mut Counts) {
    let severities = &validator.settings().severities;
    let finding = unusable::finding(found.error, found.framed.bytes, severities);
    counts.problems.message(found.source.index, found.number, None, finding.as_slice());
}
