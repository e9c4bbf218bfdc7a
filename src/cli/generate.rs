//! `pipehat generate`: messages of people who do not exist.

use super::Verdict;
use super::amounts::whole;
use super::form::Form;
use super::terminal::ColorWhen;
use crate::core::Separators;
use crate::core::time::{Timestamp, days_from_civil};
use crate::dictionary::Version;
use crate::io::Output;
use crate::ops::generate::{Fill, Generator, NoType, Settings, Wanted};
use crate::ops::pass::PassOn;
use anyhow::{Result, anyhow};
use std::path::PathBuf;

/// The version of messages unless another is asked for.
pub(super) const USUAL: Version = Version::V2_5_1;

/// Make up valid messages, for tests and load
///
/// Writes messages of any type and version of the standard that `validate --strict` accepts:
/// a patient, a visit and orders that agree in all segments, with plausible values. All people,
/// addresses and numbers are invented; MSH-11 is T, so that nobody takes them for real ones. The
/// same arguments give the same bytes, whenever and wherever.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all was written; 2 the version has no such messages, usage or I/O.",
    after_long_help = "\
Types:
  ADT^A01    a message type and trigger event
  ADT_A01    a message structure: any event that has it
  all        every structure of the version, in turn
Several come in turn; with =WEIGHT behind some of them by chance, ORU^R01=5 five times as often as
those without. Without a type there is what a hospital sends: ADT, orders, results, appointments,
documents, charges, vaccinations.

Examples:
  pipehat generate 'ADT^A01'
  pipehat generate 'ORU^R01' -n 1000 --seed 7 > oru.hl7
  pipehat generate -n 100000 'ADT^A08=5' 'ORU^R01=3' | pipehat send localhost:2575
  pipehat generate all -n 200 --version 2.3.1 --fill all | pipehat validate --strict
  pipehat generate | pipehat transform -e 'set MSH-3 = \"LAB\"'

Exit status:
  0  all was written
  2  the version has no such messages, usage or I/O"
)]
pub(super) struct Args {
    /// What messages, see below [default: what a hospital sends]
    #[arg(value_name = "TYPE", value_parser = wanted, add = super::complete::types())]
    types: Vec<Wanted>,

    /// How many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = whole::<u64>(..), allow_negative_numbers = true)]
    count: u64,

    /// The same seed gives the same messages, another one others
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>(..), allow_negative_numbers = true)]
    seed: u64,

    /// The version of the standard
    #[arg(long, value_name = "VERSION", value_parser = super::explain::version, default_value = USUAL.as_str())]
    version: Version,

    /// How much of what is optional is there
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    fill: FillArg,

    /// When the first message is sent, YYYYMMDD[HHMM[SS]] or as in ISO 8601; others follow within
    /// a minute each
    #[arg(long, value_name = "DATE", value_parser = start, default_value = "20240101")]
    start: i64,

    #[command(flatten)]
    form: Form,

    /// Writes to FILE, which appears whole when all is done, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Colours the output; `auto` on a terminal unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: ColorWhen,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FillArg {
    /// Nothing of it
    Required,
    /// What such messages have in general
    #[default]
    Typical,
    /// All of it, each segment and field once
    All,
}

/// Messages are written together from so many bytes on.
const BLOCK: usize = 1 << 18;

pub(super) fn run(args: &Args) -> Result<Verdict> {
    let settings = Settings {
        seed: args.seed,
        version: args.version,
        fill: match args.fill {
            FillArg::Required => Fill::Required,
            FillArg::Typical => Fill::Typical,
            FillArg::All => Fill::All,
        },
        start: args.start,
    };
    let generator = Generator::new(&args.types, settings)?;
    let mut output = super::destinations::open(args.output.as_deref())?;
    let form = args.form.shown(args.color.decide(&output), &output);
    write(args.count, &generator, &form, &mut output)?;
    output.finish()?;
    Ok(Verdict::Yes)
}

fn write(count: u64, generator: &Generator, form: &PassOn, output: &mut Output) -> Result<()> {
    let mut messages = generator.messages();
    let mut message = Vec::new();
    let mut out = Vec::with_capacity(2 * BLOCK);
    for _ in 0..count {
        message.clear();
        messages.append(&mut message);
        let written = match form.terminal {
            None => form.append_bytes(&message, &mut out),
            Some(_) => {
                let segments: Vec<&[u8]> = message.split(|&b| b == b'\r').collect();
                form.append_segments(&segments, Separators::of(&message)?, &mut out)
            }
        };
        written.map_err(|why| anyhow!("{why}"))?;
        if out.len() >= BLOCK {
            output.put(&out)?;
            out.clear();
        }
    }
    output.put(&out)?;
    Ok(())
}

fn wanted(text: &str) -> Result<Wanted, String> {
    text.parse().map_err(|why: NoType| why.to_string())
}

/// A date, or a date and time, in seconds since 1970. Years that leave room for births before and
/// long runs behind.
fn start(text: &str) -> Result<i64, String> {
    let bytes = text.as_bytes();
    let time = Timestamp::parse(bytes).or_else(|| Timestamp::parse_iso(bytes));
    let time = time.filter(|time| text.len() >= 8 && (1900..=9000).contains(&time.year()));
    let time = time.ok_or("a date from 1900 on is expected, such as 20240101 or 2024-01-01")?;
    let days = i64::from(days_from_civil(time.year(), time.month(), time.day()));
    let seconds = [time.hour(), time.minute(), time.second()].map(i64::from);
    Ok(((days * 24 + seconds[0]) * 60 + seconds[1]) * 60 + seconds[2])
}
