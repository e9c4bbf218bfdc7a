//! `pipehat query`: values as rows, or the messages for which a condition holds.

use super::amounts::whole;
use super::args::{Common, Plan, Weight};
use super::syntax::parsed;
use super::{Tally, Verdict};
use crate::core::expr::Expression;
use crate::io::pipeline::{Flow, Job};
use crate::io::{Diagnostics, Output};
use crate::ops::pass::PassOn;
use crate::ops::query::{Column, Each, Format, Query};
use anyhow::{Result, bail};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Print values as rows, or the messages that match
///
/// Each PATH is a column, each message a row. Without paths, or with --messages, the messages
/// themselves are printed, one a line.
///
/// A path is SEG[i]-F[r].C.S: PID-3, PID-3.1, PID-5[1].2, OBX[2]-5, PID-3[5=MR].1. Without an index
/// every one is meant; several values in a cell are joined by `~`. @file, @n and @offset tell where
/// the message comes from. NAME=PATH names the column.
#[derive(Debug, clap::Args)]
#[command(
    mut_arg("verbose", |arg| arg.short(None)),
    after_help = "Exit status: 0 something was printed; 1 nothing matched; 2 the work was not fully done.",
    after_long_help = "\
Examples:
  pipehat query PID-3.1 PID-5 MSH-10 adt.hl7
  pipehat query -H mrn='PID-3[5=MR].1' name=PID-5.1 -f csv archive/ > patients.csv
  pipehat query --each OBX MSH-10 OBR-4.1 OBX-3.1 OBX-5 OBX-6 results.hl7
  pipehat query --where 'MSH-9.1 = ORU and OBX-8 ~ /^H/' --messages *.hl7.gz > high.hl7
  pipehat query -c --where 'MSH-9.2 in (A01, A04)' archive/
  tail -f feed.hl7 | pipehat query MSH-7 MSH-9 MSH-10

Conditions:
Paths are compared with `= != < <= > >=`, `~ /regex/i` and `in (a, b)`, and joined with `and`,
`or`, `not` and parentheses. valued(PATH), null(PATH), count(OBX) and exists(ZPD) ask what is
there. Numbers compare as numbers, HL7 and ISO times as times. A path with several values is
true if any value is.

Exit status:
  0  something was printed
  1  nothing matched
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Paths, which become columns, and then the files to read; without files standard input
    #[arg(value_name = "PATH|FILE", add = super::complete::paths_and_files())]
    operands: Vec<OsString>,

    /// Adds a column; of use where a file has the name of a path
    #[arg(short, long = "path", value_name = "[NAME=]PATH", value_parser = parsed::<Column>, add = super::complete::paths_alone())]
    paths: Vec<Column>,

    /// Keeps only messages for which EXPR is true
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = parsed::<Expression>, add = super::complete::paths_alone())]
    condition: Option<Expression>,

    /// Keeps only messages for which EXPR is not true
    #[arg(short = 'v', long, requires = "condition")]
    invert: bool,

    /// Gives a row for each segment SEG, or each group such as ORDER_OBSERVATION; other paths
    /// show what belongs to it
    #[arg(long, value_name = "SEG|GROUP", value_parser = parsed::<Each>, add = super::complete::segments())]
    each: Option<Each>,

    /// Prints the messages themselves, one a line
    #[arg(long, conflicts_with_all = ["each", "format", "header", "join", "first", "raw"])]
    messages: bool,

    /// Prints only the number of matching messages, or with --each of rows; columns make no difference
    #[arg(short, long, conflicts_with_all = ["files_with_matches", "messages", "max", "format", "header", "join", "first", "raw"])]
    count: bool,

    /// Prints only the names of files with matching messages; columns make no difference
    #[arg(short = 'l', long, conflicts_with_all = ["messages", "max", "each", "format", "header", "join", "first", "raw"])]
    files_with_matches: bool,

    /// Stops after N matching messages
    #[arg(short, long, value_name = "N", value_parser = whole::<u64>(1..), allow_negative_numbers = true)]
    max: Option<u64>,

    /// The form of the rows [default: tsv]
    #[arg(short, long, value_enum)]
    format: Option<FormatArg>,

    /// Begins with a line of column names (tsv and csv)
    #[arg(short = 'H', long)]
    header: bool,

    /// Joins several values in a cell with TEXT [default: ~; in JSON they are an array]
    #[arg(long, value_name = "TEXT")]
    join: Option<String>,

    /// Only the first value of each cell
    #[arg(long)]
    first: bool,

    /// Values as written: escape sequences and character set are left as they are
    #[arg(long)]
    raw: bool,

    /// Stays open and reads on as the files grow
    #[arg(long)]
    follow: bool,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// Cells between tabs, a row a line
    #[default]
    Tsv,
    /// Comma-separated values, RFC 4180, but rows end with LF
    Csv,
    /// One array of objects
    Json,
    /// An object a line
    Ndjson,
    /// Each value on a line of its own, escaped as in tsv
    Values,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Tsv => Self::Tsv,
            FormatArg::Csv => Self::Csv,
            FormatArg::Json => Self::Json,
            FormatArg::Ndjson => Self::Ndjson,
            FormatArg::Values => Self::Values,
        }
    }
}

impl Args {
    /// Where messages are printed whole, such an option would do nothing.
    fn refuse_what_is_about_rows(&self) -> Result<()> {
        let given = [
            ("--each", self.each.is_some()),
            ("--format", self.format.is_some()),
            ("--header", self.header),
            ("--join", self.join.is_some()),
            ("--first", self.first),
            ("--raw", self.raw),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => bail!("{option} is about rows; name a path such as PID-3"),
            None => Ok(()),
        }
    }
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let (columns, files) = split_operands(args)?;
    let whole = columns.is_empty() || args.messages;
    let listing = args.count || args.files_with_matches;
    if whole && !listing {
        args.refuse_what_is_about_rows()?;
    }
    let format = args.format.unwrap_or_default();
    let is_object = matches!(format, FormatArg::Json | FormatArg::Ndjson);
    if is_object && let Some(name) = named_twice(&columns) {
        bail!("two columns are called {name}; NAME=PATH gives another name");
    }
    if args.header && !matches!(format, FormatArg::Tsv | FormatArg::Csv) {
        bail!("--header goes with --format tsv or csv");
    }
    let mut output = args.common.output()?;
    let query = Query {
        columns,
        format: format.into(),
        join: args.join.clone().map(String::into_bytes),
        first: args.first,
        as_written: args.raw,
        each: args.each.clone(),
        condition: args.condition.clone(),
        invert: args.invert,
        text: args.common.text(),
    };
    let mut plan = Plan {
        weight: Weight::Light,
        numbered: query.is_numbered(),
        in_order: args.max.is_some() || args.files_with_matches,
        follow: args.follow,
        ..Plan::default()
    };
    if !whole && !listing {
        plan.drop_first = begin(&query, args.header, &mut output)?;
    }
    // Only a run in order is ended by it.
    let matched = AtomicU64::new(0);
    let pass = PassOn::new(output.is_terminal(), args.common.color(&output));
    let total = args.common.run(&files, &mut output, diagnostics, plan, |view, job| {
        let mut rows = query.rows(view.bytes);
        view.messages(job, |item, job: &mut Job<Tally>| {
            if !query.wants(&item.message) {
                return;
            }
            job.tally.matched += 1;
            if args.files_with_matches {
                job.out.extend_from_slice(item.source.argument().as_bytes());
                job.out.push(b'\n');
                job.flow = Flow::SkipSource;
            } else if args.count {
                if query.each.is_some() {
                    let end = job.out.len();
                    job.tally.rows +=
                        rows.append(&item.message, item.start, item.origin(), &mut job.out);
                    job.out.truncate(end);
                }
            } else if whole {
                if let Err(why) = pass.append(&item.message, &mut job.out) {
                    job.reject(&item, why.to_string());
                }
            } else {
                job.tally.rows +=
                    rows.append(&item.message, item.start, item.origin(), &mut job.out);
            }
            if let Some(max) = args.max
                && matched.fetch_add(1, Ordering::Relaxed) + 1 >= max
            {
                job.flow = Flow::Stop;
            }
        });
    })?;
    let found = if args.each.is_some() { total.rows } else { total.matched };
    if args.count {
        output.put(format!("{found}\n").as_bytes())?;
    } else if !whole && !listing && query.format == Format::Json {
        output.put(if total.rows > 0 { b"\n]\n" } else { b"]\n" })?;
    }
    output.finish()?;
    Ok(if found > 0 { Verdict::Yes } else { Verdict::No })
}

/// Writes what stands before the rows; returns how much of what comes then is to be dropped: the
/// comma before the first object of an array.
fn begin(query: &Query, header: bool, output: &mut Output) -> Result<usize> {
    if query.format == Format::Json {
        output.put(b"[\n")?;
        return Ok(2);
    }
    if header {
        let mut line = Vec::new();
        query.header(&mut line);
        output.put(&line)?;
    }
    Ok(0)
}

/// The name of a column that another one has, too.
fn named_twice(columns: &[Column]) -> Option<&str> {
    let names: Vec<_> = columns.iter().map(|column| &*column.name).collect();
    names.iter().enumerate().find(|(n, name)| names[..*n].contains(name)).map(|(_, name)| *name)
}

/// Tells the paths among the operands from the files: paths come first.
fn split_operands(args: &Args) -> Result<(Vec<Column>, Vec<OsString>)> {
    let mut columns = args.paths.clone();
    let mut operands = args.operands.iter();
    let mut files = Vec::new();
    for operand in operands.by_ref() {
        match as_column(operand)? {
            Some(column) => columns.push(column),
            None => {
                files.push(operand.clone());
                break;
            }
        }
    }
    for operand in operands {
        let text = operand.to_str().unwrap_or_default();
        if looks_like_path(text) && std::fs::symlink_metadata(operand).is_err() {
            bail!("{text}: there is no such file; paths come before files");
        }
        files.push(operand.clone());
    }
    if columns.is_empty() && args.condition.is_none() && !args.messages && !args.count {
        if let Some(first) = files.first().filter(|first| std::fs::symlink_metadata(first).is_err())
        {
            bail!("{}: neither a path such as PID-3 nor a file that is there", first.display());
        }
        bail!("nothing is asked for: name a path such as PID-3, or a condition with --where");
    }
    Ok((columns, files))
}

/// The column that an operand is, `None` for a file. What can be both, such as `ADT` or `LOG.1`,
/// is the file if there is one; `PID-3` never is.
fn as_column(operand: &OsStr) -> Result<Option<Column>> {
    let Some(text) = operand.to_str() else { return Ok(None) };
    let exists = || std::fs::symlink_metadata(operand).is_ok();
    // A selection has such a sign, too: PID-3[5=MR].
    let named = text.split_once('=').filter(|(name, _)| !name.contains('['));
    let what = named.map_or(text, |(_, what)| what);
    let clear = what.as_bytes().get(3) == Some(&b'-') || text.starts_with('@');
    match text.parse::<Column>() {
        Ok(column) if clear || !exists() => Ok(Some(column)),
        Ok(_) => Ok(None),
        Err(_) if exists() => Ok(None),
        Err(error) if looks_like_path(what) => {
            bail!("not a path, and there is no such file:\n{}", error.explain(text))
        }
        Err(_) => Ok(None),
    }
}

/// Whether somebody who wrote this meant a path: a segment id and what can follow it.
fn looks_like_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.starts_with('@')
        || (bytes.len() > 4
            && bytes[..3].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && matches!(bytes[3], b'-' | b'[')
            && !text.contains('/'))
}
