//! `pipehat parse`: look at messages, or convert them to JSON or to one form of HL7.

use super::args::{Common, Plan, Weight};
use super::form::Form;
use super::{Tally, Verdict, terminal};
use crate::io::pipeline::{Item, Job, View};
use crate::io::{Diagnostics, Output};
use crate::ops::json::{JsonOptions, JsonWriter};
use crate::ops::names::Names;
use crate::ops::tree::{TreeOptions, TreeWriter};
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::sync::Arc;

/// Look at messages, or convert them to JSON or to a clean stream
///
/// On a terminal each segment, field and component is shown on a line, with the standard's name,
/// data type and the meaning of codes. In a pipe each message is a JSON object on a line. With
/// -f hl7 messages of any form become a stream of one message a line, nothing inside a segment
/// touched.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all messages were written; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat parse adt.hl7
  pipehat parse -f json adt.hl7 | jq -r '.segments[] | select(.id == \"PID\") | .\"5\"[0].\"1\"'
  pipehat parse --raw -f json adt.hl7 | pipehat from-json --raw | cmp - adt.hl7
  pipehat parse -f hl7 archive/ | split -l 10000 - part-
  pipehat parse -f hl7 --eol lf adt.hl7 | less

JSON:
    {\"delimiters\":\"|^~\\\\&\",\"segments\":[{\"id\":\"PID\",\"3\":[{\"1\":\"123\",\"5\":\"MR\"}]}]}
A field is an array of repetitions, a repetition an object by component number, a component a
string or an object by subcomponent number. null is HL7's null, two double quotes. Escape
sequences are decoded and text is UTF-8, unless --raw is given, which makes the way back exact.

Exit status:
  0  all messages were written; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The form of the output [default: tree on a terminal, else json]
    #[arg(short, long, value_enum)]
    format: Option<Format>,

    /// Adds the standard's names to JSON: `name` and `names` in each segment
    #[arg(long)]
    names: bool,

    /// Values as written: escape sequences and character set are left as they are
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    form: Form,

    /// Envelopes of batches in hl7: `wrap` puts BHS and BTS around all messages, `keep` passes on
    /// those of the input, which are left out otherwise
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "wrap", conflicts_with = "mllp")]
    batch: Option<Batch>,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: a line for each segment, field, component
    Tree,
    /// A JSON object a line
    Json,
    /// One message a line: segments end with CR, messages with LF
    Hl7,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Batch {
    /// BHS before all messages, BTS with their number behind
    Wrap,
    /// As in the input
    Keep,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let mut output = args.common.output()?;
    let format = args.format.unwrap_or(match output.is_terminal() {
        _ if args.form.is_given() || args.batch.is_some() => Format::Hl7,
        true if !args.names => Format::Tree,
        _ => Format::Json,
    });
    args.check(format)?;
    match format {
        Format::Tree => tree(args, &mut output, diagnostics)?,
        Format::Json => json(args, &mut output, diagnostics)?,
        Format::Hl7 => hl7(args, &mut output, diagnostics)?,
    }
    output.finish()?;
    Ok(Verdict::Yes)
}

impl Args {
    /// Refuses options that would do nothing.
    fn check(&self, format: Format) -> Result<()> {
        if format != Format::Hl7 && (self.form.is_given() || self.batch.is_some()) {
            bail!("--eol, --mllp and --batch go with --format hl7");
        }
        if format != Format::Json && self.names {
            bail!("--names goes with --format json; a tree has them anyway");
        }
        if format == Format::Hl7 && self.raw {
            bail!("--raw goes with --format json or tree; hl7 is as written anyway");
        }
        Ok(())
    }
}

fn tree(args: &Args, output: &mut Output, diagnostics: &Arc<Diagnostics>) -> Result<()> {
    let options = TreeOptions {
        color: args.common.color(output),
        width: output.is_terminal().then(terminal::width).flatten(),
        raw: args.raw,
    };
    let text = args.common.text();
    let plan = Plan { numbered: true, weight: Weight::Swelling, ..Plan::default() };
    let work = |view: View<'_>, job: &mut Job<Tally>| {
        let mut writer = TreeWriter::new(options);
        view.messages(job, |item, job| {
            writer.write(&item.message, text, &item.place(), &mut job.out);
        });
    };
    args.common.run(&args.files, output, diagnostics, plan, work)?;
    Ok(())
}

fn json(args: &Args, output: &mut Output, diagnostics: &Arc<Diagnostics>) -> Result<()> {
    let names = Names::new();
    let options =
        JsonOptions { raw: args.raw, names: if args.names { Some(&names) } else { None } };
    let text = args.common.text();
    let work = |view: View<'_>, job: &mut Job<Tally>| {
        let mut writer = JsonWriter::new();
        view.messages(job, |item, job| {
            writer.write(&item.message, &options, text, &mut job.out);
            job.out.push(b'\n');
        });
    };
    args.common.run(&args.files, output, diagnostics, Plan::default(), work)?;
    Ok(())
}

fn hl7(args: &Args, output: &mut Output, diagnostics: &Arc<Diagnostics>) -> Result<()> {
    let form = args.form.pass(&args.common, output);
    let keep = args.batch == Some(Batch::Keep);
    let wrap = args.batch == Some(Batch::Wrap);
    let mut envelope = Vec::new();
    if wrap {
        form.append_envelope(b"BHS|^~\\&", &mut envelope);
        output.put(&envelope)?;
    }
    let plan = Plan { weight: Weight::Light, ..Plan::default() };
    let work = |view: View<'_>, job: &mut Job<Tally>| {
        let message = |item: Item<'_>, job: &mut Job<Tally>| {
            // The trailer of a batch counts what was written.
            match form.append(&item.message, &mut job.out) {
                Ok(()) => job.tally.matched += 1,
                Err(why) => job.reject(&item, why.to_string()),
            }
        };
        view.frames(job, message, |segment, job| {
            if keep {
                form.append_envelope(segment, &mut job.out);
            }
        });
    };
    let total = args.common.run(&args.files, output, diagnostics, plan, work)?;
    if wrap {
        envelope.clear();
        form.append_envelope(format!("BTS|{}", total.matched).as_bytes(), &mut envelope);
        output.put(&envelope)?;
    }
    Ok(())
}
