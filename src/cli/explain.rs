//! `pipehat explain`: what the standard says of a path, type, table or message.

use super::Verdict;
use crate::dictionary::Version;
use crate::io::{Diagnostics, Output};
use crate::ops::explain::{self, NoSubject, Subject};
use anyhow::{Context, Result};
use std::io::Write;

/// Look things up in the standard
///
/// Tells name, type, usage, table and codes of a segment, field, component, data type, code table
/// or message, in any version from 2.1 to 2.8.2, and what it was in the others. With `=CODE` it
/// tells what a code means.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all were found; 1 the standard has no such thing; 2 usage.",
    after_long_help = "\
Examples:
  pipehat explain PID-3
  pipehat explain PID-3.5 --version 2.3
  pipehat explain PID-8=F OBX-11=C
  pipehat explain CX 0203
  pipehat explain ADT^A04
  pipehat explain -f json OBX-11 | jq -r '.codes[] | [.code, .meaning] | @tsv'

Exit status:
  0  all were found
  1  the standard has no such thing
  2  usage"
)]
pub(super) struct Args {
    /// What to explain: PID, PID-3, PID-3.4.1, CX, CX.4, 0203, ADT^A04, ADT_A01, PID-8=F
    #[arg(value_name = "SUBJECT", required = true, value_parser = subject)]
    #[arg(add = super::complete::paths_alone())]
    subjects: Vec<Subject>,

    /// The version of the standard [default: the newest that has it]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    version: Option<Version>,

    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// An object a line
    Json,
}

pub(super) fn run(args: &Args, diagnostics: &Diagnostics) -> Result<Verdict> {
    let mut out = Vec::new();
    let mut verdict = Verdict::Yes;
    let mut is_first = true;
    for subject in &args.subjects {
        let entries = match explain::explain(subject, args.version) {
            Ok(entries) => entries,
            Err(why) => {
                diagnostics.note(&why.to_string());
                verdict = Verdict::No;
                continue;
            }
        };
        for entry in entries {
            match args.format {
                Format::Json => {
                    serde_json::to_writer(&mut out, &entry)?;
                    out.push(b'\n');
                }
                Format::Text => {
                    let between = if is_first { "" } else { "\n" };
                    write!(out, "{between}{entry}")?;
                }
            }
            is_first = false;
        }
    }
    Output::stdout().context("standard output")?.put(&out)?;
    Ok(verdict)
}

fn subject(text: &str) -> Result<Subject, String> {
    text.parse().map_err(|why: NoSubject| why.to_string())
}

/// A version that was published.
pub(super) fn version(text: &str) -> Result<Version, String> {
    Version::ALL.into_iter().find(|v| v.as_str() == text).ok_or_else(|| {
        let all: Vec<&str> = Version::ALL.into_iter().map(Version::as_str).collect();
        format!("one of {} is expected", all.join(", "))
    })
}
