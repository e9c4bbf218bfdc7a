//! `pipehat from-json`: the way back from `pipehat parse -f json`.

use super::args::{Common, Plan};
use super::form::Form;
use super::{Tally, Verdict};
use crate::core::Pending;
use crate::io::Diagnostics;
use crate::io::chunk::Cut;
use crate::io::pipeline::{Job, View};
use crate::ops::json::{Fit, JsonCutter, JsonFrame, JsonFrames, JsonReader, ReadOptions};
use crate::ops::pass::PassOn;
use anyhow::Result;
use std::ffi::OsString;
use std::sync::Arc;

/// Convert JSON, as parse writes it, back to messages
///
/// Reads objects one a line, pretty-printed, or in an array, and writes one message a line. Values
/// are escaped, and written in the character set that MSH-18 names, or --charset. With --raw they
/// are taken as they stand, as `parse --raw` writes them, which makes the way there and back exact.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all objects became messages; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat parse -f json adt.hl7 | jq -c '.segments[0].\"4\" = [{\"1\":\"NORTH\"}]' | pipehat from-json
  pipehat parse --raw -f json adt.hl7 | pipehat from-json --raw > same.hl7

Exit status:
  0  all objects became messages; an empty input has none
  1  the input is not empty, but holds no object
  2  the work was not fully done: usage, I/O, or an object that is no message"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Takes values as they stand: no escaping, no character set
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let mut output = args.common.output()?;
    let form = args.form.pass(&args.common, &output);
    let options = ReadOptions { raw: args.raw, charset: args.common.text().charset };
    let work = |view: View<'_>, job: &mut Job<Tally>| convert(view, job, &form, &options);
    args.common.run_cut::<JsonCutter, _>(
        &args.files,
        &mut output,
        diagnostics,
        Plan::default(),
        work,
    )?;
    output.finish()?;
    Ok(Verdict::Yes)
}

const BEYOND: &str = "has characters that the character set of MSH-18 lacks; they are written in \
                      the larger set that it is read as";

fn convert(view: View<'_>, job: &mut Job<Tally>, form: &PassOn, options: &ReadOptions) {
    let mut reader = JsonReader::new();
    let mut message = Vec::new();
    for frame in JsonFrames::new(view.bytes) {
        let (bytes, offset, is_object) = match frame {
            JsonFrame::Object { bytes, offset } => (bytes, offset, true),
            JsonFrame::Stray { bytes, offset } => (bytes, offset, false),
        };
        let range = offset..offset + bytes.len();
        if !is_object {
            let hint = if bytes.starts_with(b"MSH") { "; other commands read HL7 v2" } else { "" };
            view.report(job, range, false, format!("not a JSON object{hint}"));
            continue;
        }
        if let Some(why) = view.too_long(bytes.len()) {
            view.report(job, range, true, why);
            continue;
        }
        message.clear();
        let read = reader.read(bytes, options, &mut message).map_err(|e| e.to_string());
        let written = read.and_then(|fit| match form.append_bytes(&message, &mut job.out) {
            Ok(()) => Ok(fit),
            Err(e) => Err(e.to_string()),
        });
        match written {
            Ok(fit) => {
                view.count(job);
                if fit == Fit::Beyond {
                    view.warn(job, range, BEYOND.to_owned());
                }
            }
            Err(why) => view.report(job, range, true, why),
        }
    }
}

impl Cut for JsonCutter {
    fn advance(&mut self, buf: &[u8], eof: bool) -> usize {
        JsonCutter::advance(self, buf, eof)
    }

    fn end_pending(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        JsonCutter::end_pending(self, buf, eof)
    }

    fn removed(&mut self, n: usize) {
        JsonCutter::removed(self, n);
    }

    fn pending(&self) -> Pending {
        JsonCutter::pending(self)
    }

    fn count(buf: &[u8], _: bool) -> u64 {
        JsonFrames::new(buf).filter(|frame| matches!(frame, JsonFrame::Object { .. })).count()
            as u64
    }
}
