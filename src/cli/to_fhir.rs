//! `pipehat to-fhir`: messages as Bundles of FHIR R4.

use super::Verdict;
use super::args::{Common, Plan, Weight};
use crate::core::Cutter;
use crate::io::pipeline::{Job, View};
use crate::io::{Diagnostics, Folder, Output};
use crate::ops::fhir::{
    BundleKind, Converter, Ids, LocalCodes, Memory, Report, Settings, Systems, Upsert,
};
use crate::ops::quoted::misquoted_line;
use anyhow::{Context, Result, anyhow, bail};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Convert messages to FHIR R4
///
/// Writes one Bundle a message, one a line, by the HL7 Version 2 to FHIR Implementation Guide. Every
/// message becomes a Bundle, whatever its type; what has no place in a resource is counted, kept
/// as an extension if asked for, and stands in the message itself, which goes along.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all messages were converted; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat to-fhir adt.hl7 | jq .
  pipehat to-fhir --timezone Europe/Berlin --bundle transaction archive/ > bundles.ndjson
  pipehat to-fhir --resources --no-source results.hl7 > resources.ndjson
  pipehat to-fhir --codes local-to-loinc.csv --systems names.csv --report lost.ndjson in.hl7

Ids:
Ids are made of identifiers in the message and their authorities, so that a patient has the same id
in every message. Equal input gives equal output, on any machine and at any time.

Changes:
With --upsert put, the default, a message takes the place of what those before it told: a result with
no more than a number of its patient leaves a patient without a name. With conditional, a server that
knows a patient, practitioner, organization, place or visit keeps what it has: merges, discharges and
cancellations never arrive there. Feeds of several types of messages need maintain: ADT changes
patients and visits, other messages refer to them.

Times:
A time without an offset gets that of MSH-7, else that of --timezone; without any, only its date is
written.

Exit status:
  0  all messages were converted; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The type of the Bundles
    #[arg(long, value_enum, value_name = "TYPE", default_value_t)]
    bundle: BundleArg,

    /// How a transaction asks a server to keep resources
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    upsert: UpsertArg,

    /// Writes into files of a folder: one a message, or with --resources one a type of resource
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    out_dir: Option<PathBuf>,

    /// Writes the resources alone, one a line
    #[arg(long, conflicts_with = "bundle")]
    resources: bool,

    /// Of what ids are made
    #[arg(long, value_enum, value_name = "BY", default_value_t)]
    ids: IdsArg,

    /// What joins identifiers without an authority, in place of MSH-4 and MSH-3
    #[arg(long, value_name = "NAME")]
    id_scope: Option<String>,

    /// The time zone of times without an offset, for all messages or for those of a sender (MSH-4
    /// or MSH-3)
    #[arg(long = "timezone", value_name = "[SENDER=]ZONE", allow_hyphen_values = true)]
    timezones: Vec<String>,

    /// URIs of coding systems and authorities: a CSV file of names and URIs
    #[arg(long, value_name = "FILE")]
    systems: Option<PathBuf>,

    /// What local codes are elsewhere: a CSV file of system, code, system, code, display
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,

    /// Leaves out the message itself
    #[arg(long)]
    no_source: bool,

    /// What becomes of values that have no place in a resource
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    unmapped: UnmappedArg,

    /// Counts what was not carried over into FILE, an object a line
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum BundleArg {
    /// Messages of FHIR, with a MessageHeader
    #[default]
    Message,
    /// To put on a server all or not at all
    Transaction,
    /// To put on a server one by one
    Batch,
    /// Resources that belong together
    Collection,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum UpsertArg {
    /// Under their ids, which are created or updated
    #[default]
    Put,
    /// Patients, practitioners, organizations, places and visits only if none has their identifier; what
    /// the server has of them is never changed. Accounts and specimens, too, of which only a number is told
    Conditional,
    /// As conditional, but messages of ADT update the patients and visits that have their identifiers, MFN
    /// and PMU the practitioners
    Maintain,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum IdsArg {
    /// Identifiers: the same thing has the same id in every message
    #[default]
    Business,
    /// The message and the place in it
    Message,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum UnmappedArg {
    /// They are counted
    #[default]
    None,
    /// They are kept in extensions
    Extension,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let converter = Converter::new(settings(args)?);
    let text = args.common.text();
    let mut to = Destination::open(args)?;
    let plan = Plan { weight: Weight::Swelling, beside: args.report.as_deref(), ..Plan::default() };
    // What threads keep from chunk to chunk: chunks are small, and each would begin to learn what
    // values become.
    let memories = Mutex::new(Vec::<Memory>::new());
    let kept = || memories.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |view: View<'_>, job: &mut Job<Report>| {
        let mut memory = kept().pop().unwrap_or_default();
        view.messages(job, |item, job: &mut Job<Report>| {
            let report = &mut job.tally;
            let done = converter.message(&item.message, text, &mut memory, report, &mut job.out);
            if let Err(why) = done {
                job.reject(&item, why.to_string());
            }
        });
        kept().push(memory);
    };
    let mut total = Report::default();
    let resources = args.resources;
    let (output, mut folder) = to.parts();
    let shown = output.as_deref().is_some_and(Output::is_terminal);
    let mut written = 0_u64;
    args.common.run_gathered::<Cutter, _>(
        &args.files,
        (output, shown),
        diagnostics,
        plan,
        work,
        |_, job| {
            total += std::mem::take(&mut job.tally);
            let Some(folder) = folder.as_deref_mut() else { return Ok(()) };
            for line in job.out.split_inclusive(|&b| b == b'\n') {
                written += 1;
                match resources {
                    true => folder.add(&format!("{}.ndjson", type_of(line)), line)?,
                    false => folder.put(&format!("{written:09}.json"), line)?,
                }
            }
            Ok(())
        },
    )?;
    to.finish()?;
    tell(args, &total, diagnostics)?;
    Ok(Verdict::Yes)
}

/// Where results go.
enum Destination {
    Output(Output),
    Folder(Folder),
}

impl Destination {
    fn open(args: &Args) -> Result<Self> {
        let Some(path) = &args.out_dir else {
            let (output, _) = args.common.output_beside(args.report.as_deref())?;
            return Ok(Self::Output(output));
        };
        let folder =
            Folder::create(path).with_context(|| format!("creating {}", path.display()))?;
        Ok(Self::Folder(folder))
    }

    fn parts(&mut self) -> (Option<&mut Output>, Option<&mut Folder>) {
        match self {
            Self::Output(output) => (Some(output), None),
            Self::Folder(folder) => (None, Some(folder)),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Output(output) => output.finish()?,
            Self::Folder(folder) => folder.finish()?,
        }
        Ok(())
    }
}

/// The type of a resource, which it begins with.
fn type_of(line: &[u8]) -> &str {
    let name = line.strip_prefix(b"{\"resourceType\":\"").unwrap_or_default();
    let name = name.split(|&b| b == b'"').next().unwrap_or_default();
    std::str::from_utf8(name).unwrap_or("Resource")
}

fn settings(args: &Args) -> Result<Settings> {
    if args.upsert != UpsertArg::Put && args.bundle != BundleArg::Transaction {
        // In no other are references rewritten to the ids that the server gives.
        bail!("--upsert other than put needs --bundle transaction");
    }
    let mut settings = Settings {
        bundle: match args.bundle {
            BundleArg::Message => BundleKind::Message,
            BundleArg::Transaction => BundleKind::Transaction,
            BundleArg::Batch => BundleKind::Batch,
            BundleArg::Collection => BundleKind::Collection,
        },
        upsert: match args.upsert {
            UpsertArg::Put => Upsert::Put,
            UpsertArg::Conditional => Upsert::Conditional,
            UpsertArg::Maintain => Upsert::Maintain,
        },
        resources: args.resources,
        ids: match args.ids {
            IdsArg::Business => Ids::Business,
            IdsArg::Message => Ids::Message,
        },
        id_scope: args.id_scope.clone(),
        source: !args.no_source,
        unmapped: args.unmapped == UnmappedArg::Extension,
        counts: args.report.is_some(),
        ..Settings::default()
    };
    for zone in &args.timezones {
        settings.zones.add(zone).map_err(|why| anyhow!("--timezone {why}"))?;
    }
    if let Some(path) = &args.systems {
        settings.systems = systems(path)?;
    }
    if let Some(path) = &args.codes {
        settings.codes = codes(path)?;
    }
    Ok(settings)
}

/// The lines of a CSV file, each with its number, blanks around values cut.
fn records(path: &Path) -> Result<Vec<(u64, csv::StringRecord)>> {
    let named = || format!("reading {}", path.display());
    let bytes = fs::read(path).with_context(named)?;
    if let Some(line) = misquoted_line(&bytes) {
        bail!("{}:{line}: a quote that is not closed as it should be", path.display());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(&bytes[..]);
    let mut all = Vec::new();
    for record in reader.records() {
        let record = record.with_context(named)?;
        let line = record.position().map_or(0, csv::Position::line);
        all.push((line, record));
    }
    Ok(all)
}

fn systems(path: &Path) -> Result<Systems> {
    let mut systems = Systems::default();
    for (line, record) in records(path)? {
        let place = format!("{}:{line}", path.display());
        let (Some(name), Some(uri), 2) = (record.get(0), record.get(1), record.len()) else {
            bail!("{place}: a name and a URI are expected");
        };
        systems.add(name, uri).map_err(|why| anyhow!("{place}: {why}"))?;
    }
    Ok(systems)
}

fn codes(path: &Path) -> Result<LocalCodes> {
    let mut codes = LocalCodes::default();
    for (line, record) in records(path)? {
        if !(4..=5).contains(&record.len()) {
            let place = format!("{}:{line}", path.display());
            bail!("{place}: system, code, system, code and display are expected");
        }
        codes.add([0, 1, 2, 3, 4].map(|n| record.get(n).unwrap_or_default().as_bytes()));
    }
    Ok(codes)
}

/// Tells what was not carried over: all of it in the file that was asked for, what is not seen in
/// the Bundles on stderr.
fn tell(args: &Args, report: &Report, diagnostics: &Diagnostics) -> Result<()> {
    if report.zones_unknown > 0 {
        let count = match report.zones_unknown {
            1 => "1 time without an offset was".to_owned(),
            count => format!("{count} times without an offset were"),
        };
        diagnostics.note(&format!("{count} cut to the date; --timezone tells the zone"));
    }
    let Some(path) = &args.report else { return Ok(()) };
    let named = || format!("writing {}", path.display());
    let mut file = Output::file(path).with_context(named)?;
    file.write_all(&report.to_ndjson()).with_context(named)?;
    file.finish().with_context(named)
}
