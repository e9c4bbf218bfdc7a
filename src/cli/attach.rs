//! `pipehat attach`: documents out of messages, and back into them.

use super::amounts::size;
use super::args::{Common, Plan, Weight};
use super::form::Form;
use super::syntax::parsed;
use super::{Tally, Verdict};
use crate::core::{Message, Path as Place};
use crate::io::pipeline::{Item, Job, View};
use crate::io::source::plain_error;
use crate::io::{Diagnostics, Store};
use crate::ops::attach::{documents, names, replaced, restored};
use anyhow::{Context, Result, anyhow};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

/// Take documents out of messages, and put them back
///
/// Results and documents carry PDFs and pictures of megabytes in base64. Without them messages are
/// small; `restore` makes them again what they were, byte for byte.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Exit status: 0 all messages were written; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat attach extract --dir documents archive/ > small.hl7
  pipehat attach restore --dir documents small.hl7 > archive.hl7

Exit status:
  0  all messages were written; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) what: What,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum What {
    Extract(Box<Extract>),
    Restore(Box<Restore>),
}

/// Write documents into files, and their names into the messages
///
/// A document is the fifth component of OBX-5 where OBX-2 is ED and the fourth component says
/// base64, or what is at PATH. It becomes a file of DIR, named by the digest of its content, so
/// that a document that comes again is kept once. What base64 writes as it was is decoded; the
/// rest is kept as it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all messages were written; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat attach extract --dir documents archive/ > small.hl7
  pipehat attach extract --dir documents --path ZDS-2 --min-size 4K in.hl7 > small.hl7

Exit status:
  0  all messages were written; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Extract {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The folder of the documents; it is made if need be
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,

    /// Takes out what is at PATH, whatever its type
    #[arg(long = "path", value_name = "PATH", value_parser = place)]
    #[arg(add = super::complete::paths_alone())]
    paths: Vec<Place>,

    /// Leaves in what is shorter
    #[arg(long, value_name = "BYTES", value_parser = size, default_value = "1K")]
    min_size: u64,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

/// Put documents back where their names stand
///
/// A message whose document is missing, or is no longer what its name says, is rejected.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all messages were written; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat attach restore --dir documents small.hl7 > archive.hl7

Exit status:
  0  all messages were written; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Restore {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The folder of the documents
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    match &args.what {
        What::Extract(args) => extract(args, diagnostics),
        What::Restore(args) => restore(args, diagnostics),
    }
}

fn extract(args: &Extract, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let named = || format!("creating {}", args.dir.display());
    let store = Store::create(&args.dir).with_context(named)?;
    let text = args.common.text();
    let least = usize::try_from(args.min_size).unwrap_or(usize::MAX);
    rewrite(&args.common, &args.files, args.form, diagnostics, |message| {
        let found = documents(message, &args.paths, least, text)?;
        let mut parts = Vec::with_capacity(found.len());
        for document in found {
            let stored = document.stored();
            let kept = store.put(&stored.name, &stored.content);
            kept.map_err(|e| anyhow!("writing {}: {e}", args.dir.display()))?;
            parts.push((document.written, stored.name.into_bytes()));
        }
        Ok(parts)
    })
}

fn restore(args: &Restore, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    rewrite(&args.common, &args.files, args.form, diagnostics, |message| {
        let mut parts = Vec::new();
        for name in names(message) {
            // Not before: where `extract` stands before it in a pipe, the folder may still be to come.
            let store =
                Store::open(&args.dir).with_context(|| format!("{}", args.dir.display()))?;
            let content = store.get(name).map_err(|e| anyhow!("the document {name}: {e}"))?;
            let written = restored(name, content)
                .with_context(|| format!("the document {name} is not what it was"))?;
            parts.push((name.as_bytes(), written));
        }
        Ok(parts)
    })
}

/// Parts of a message, and what comes in their place.
type Parts<'m> = Vec<(&'m [u8], Vec<u8>)>;

/// Writes each message with parts replaced.
fn rewrite(
    common: &Common,
    files: &[OsString],
    form: Form,
    diagnostics: &Arc<Diagnostics>,
    parts: impl for<'m> Fn(&Message<'m>) -> Result<Parts<'m>> + Sync,
) -> Result<Verdict> {
    let mut output = common.output()?;
    let pass = form.pass(common, &output);
    let plan = Plan { weight: Weight::Swelling, ..Plan::default() };
    common.run(files, &mut output, diagnostics, plan, |view: View<'_>, job| {
        view.messages(job, |item: Item<'_>, job: &mut Job<Tally>| {
            let written = match parts(&item.message) {
                Err(why) => Err(plain_error(&why)),
                Ok(parts) if parts.is_empty() => {
                    pass.append(&item.message, &mut job.out).map_err(|e| e.to_string())
                }
                Ok(parts) => {
                    let bytes = replaced(&item.message, &parts);
                    let message = item.message.with_bytes(&bytes);
                    pass.append(&message, &mut job.out).map_err(|e| e.to_string())
                }
            };
            if let Err(why) = written {
                job.reject(&item, why);
            }
        });
    })?;
    output.finish()?;
    Ok(Verdict::Yes)
}

fn place(text: &str) -> Result<Place, String> {
    let place: Place = parsed(text)?;
    match place.position {
        Some(_) => Ok(place),
        None => Err("a field or a part of one is expected, not a segment".to_owned()),
    }
}
