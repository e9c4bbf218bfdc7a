//! `pipehat paths`: the paths of the standard, one a line.

use super::Verdict;
use crate::dictionary::{Segment, Version, standard};
use crate::io::{Diagnostics, Output};
use crate::ops::explain::{Listed, paths};
use anyhow::{Context, Result};
use std::io::Write;

/// List the paths that the standard defines
///
/// A path a line with tabs between path, data type, usage, whether it repeats (`*`), table and
/// name: all fields of the segments, or of all segments; with -c their components, too.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all segments were found; 1 the standard has no such segment; 2 usage.",
    after_long_help = "\
Examples:
  pipehat paths PID
  pipehat paths -c PID NK1 | grep -i birth
  pipehat paths | grep -i allerg
  pipehat paths --version 2.3.1 OBX

Exit status:
  0  all segments were found
  1  the standard has no such segment
  2  usage"
)]
pub(super) struct Args {
    /// Segments; without them all of the version
    #[arg(value_name = "SEGMENT", add = super::complete::segments())]
    segments: Vec<String>,

    /// Adds components; given twice subcomponents, too
    #[arg(short, long, action = clap::ArgAction::Count)]
    components: u8,

    /// The version of the standard [default: for each segment the newest that has it]
    #[arg(long, value_name = "VERSION", value_parser = super::explain::version)]
    version: Option<Version>,
}

pub(super) fn run(args: &Args, diagnostics: &Diagnostics) -> Result<Verdict> {
    let mut out = Vec::new();
    let mut verdict = Verdict::Yes;
    let newest = standard().version(args.version.unwrap_or(Version::NEWEST));
    let depth = usize::from(args.components);
    if args.segments.is_empty() {
        for segment in newest.segments() {
            list(newest.version(), segment, depth, &mut out)?;
        }
    }
    for id in &args.segments {
        let id = id.to_ascii_uppercase();
        let versions = Version::ALL.into_iter().rev();
        let wanted = versions.filter(|v| args.version.is_none_or(|wanted| wanted == *v));
        let found = wanted.map(|v| (v, standard().segment(v, id.as_bytes())));
        match found.into_iter().find_map(|(version, segment)| Some((version, segment?))) {
            Some((version, segment)) => list(version, segment, depth, &mut out)?,
            None => {
                let of = args
                    .version
                    .map_or_else(|| "no version".to_owned(), |v| format!("version {v}"));
                let has = if args.version.is_some() { "has no" } else { "has" };
                let more = match id.len() {
                    3 => String::new(),
                    _ => format!("; `pipehat explain {id}` looks for what is no segment"),
                };
                diagnostics.note(&format!("{of} {has} segment {id}{more}"));
                verdict = Verdict::No;
            }
        }
    }
    Output::stdout().context("standard output")?.put(&out)?;
    Ok(verdict)
}

fn list(
    version: Version,
    segment: &'static Segment,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<()> {
    for Listed { path, data_type, usage, repeats, table, names } in paths(version, segment, depth) {
        let repeats = if repeats { "*" } else { "" };
        let table = table.unwrap_or_default();
        let name = names.join(" / ");
        writeln!(out, "{path}\t{data_type}\t{usage}\t{repeats}\t{table}\t{name}")?;
    }
    Ok(())
}
