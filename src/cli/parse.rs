//! `pipehat parse`: look at messages, or convert them to JSON or to one form of HL7.

use super::Verdict;
use super::args::{Common, Plan};
use crate::io::Diagnostics;
use anyhow::Result;
use std::ffi::OsString;
use std::sync::Arc;

/// Look at messages, or convert them to JSON or a clean stream
#[derive(Debug, clap::Args)]
#[command(mut_arg("verbose", |arg| arg.short('v')))]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    files: Vec<OsString>,

    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn run(args: Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let mut output = args.common.output()?;
    let pass = crate::ops::pass::PassOn::default();
    args.common.run::<super::query::Tally>(
        &args.files,
        &mut output,
        diagnostics,
        Plan::default(),
        |view, job| {
            view.messages(job, |item, job| pass.append(&item.message, &mut job.out));
        },
    )?;
    output.finish()?;
    Ok(Verdict::Yes)
}
