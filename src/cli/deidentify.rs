//! `pipehat deidentify`: messages without the people in them.

mod keys;
mod report;

use super::args::{Common, Plan};
use super::form::Form;
use super::{Tally as Count, Verdict};
use crate::io::pipeline::{Job, View};
use crate::io::{Diagnostics, Output};
use crate::ops::deidentify::surrogate::Key;
use crate::ops::deidentify::{
    BirthDate, Deidentifier, Memory, Overlay, Profile, Rules, Settings, ShiftScope, Tally, text,
};
use anyhow::{Context, Result, anyhow, bail};
use std::ffi::OsString;
use std::io::Write;
use std::ops::AddAssign;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Remove or replace what tells who a message is about
///
/// Reads messages and writes them without names, numbers, addresses, dates and texts that
/// identify a patient, relatives, providers. What no rule knows is removed. Everything else stays
/// as it came, byte for byte.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Exit status: 0 all messages were done; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat deidentify archive/ > safe.hl7
  pipehat deidentify keygen study.key
  pipehat deidentify --profile pseudonymise --key-file study.key --rejects bad.hl7 < in > out
  pipehat deidentify --profile test-data --key-file test.key --rules site.rules in.hl7 -o out.hl7
  pipehat deidentify --dry-run archive/ | jq .residual

Profiles:
  safe-harbor   removes the 18 kinds of identifiers of 45 CFR 164.514(b)(2): names, numbers,
                geography below the state (three digits of the ZIP code stay where the rule allows
                it), all of a date but the year, ages over 89, and free text. Numbers that link
                messages become tokens under a random key which is gone when the run ends: links
                hold within a run, and across none.
  pseudonymise  the same patient is the same surrogate in every field, file, run and machine that
                has the key. Dates are moved by whole weeks, one shift for each patient. This is
                NOT Safe Harbor: whoever has the key can find the people again, shifted dates are
                dates, and free text is scrubbed, not removed. It is a tool for limited data sets
                and for expert determination (164.514(b)(1), (e)).
  test-data     as pseudonymise, with addresses, telephones and employers as they could be, and
                MSH-11 = T.

What scrubbing finds:
Whatever the message itself knows of its people, in the usual spellings, and what looks like a
telephone or social security number, an e-mail address, a URL, a record number, a date. A name
that stands in no field is found only beside a title or another word that names go with: of 1,500
texts by others, every third was. --text strict masks every word that is in no list of words: there
94 of 100 names went, and 1 of 150 other words. --text drop removes texts.

Keys:
A key is a file of 64 hexadecimal digits that nobody but its owner can read. It is never an
argument. --key-file or the variable PIPEHAT_KEY_FILE names it. Who has it can undo numbers.

Exit status:
  0  all messages were done; an empty input has none
  1  the input is not empty, but holds no message
  2  not fully done: usage, I/O, a message not handled, or what --fail-on-residual asks for"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// What becomes of what identifies people
    #[arg(long, value_enum, default_value_t)]
    profile: ProfileArg,

    /// The file with the key; without, the one that the variable PIPEHAT_KEY_FILE names
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,

    /// Only reports, on standard output unless --report is given; writes no messages
    #[arg(short = 'n', long, conflicts_with_all = ["eol", "mllp"])]
    dry_run: bool,

    /// Writes what was done, in numbers and without anything a message says, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Exit status 2 if something that identifies somebody stood where no rule expects it (it is
    /// removed in any case)
    #[arg(long)]
    fail_on_residual: bool,

    /// Rules for fields, components, data types or segments, which count more than the profile's
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    rules: Option<PathBuf>,

    /// Lists the rules that would apply, in the form of a file for --rules
    #[arg(long, help_heading = "Rules")]
    list_rules: bool,

    /// What becomes of free text [default: drop for safe-harbor, else scrub]
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Rules")]
    text: Option<TextArg>,

    /// What becomes of dates of birth where dates are shifted
    #[arg(long, value_enum, value_name = "HOW", default_value_t, help_heading = "Rules")]
    birth_date: BirthDateArg,

    /// Dates of birth and ages over 89 lose their year (always so in safe-harbor)
    #[arg(long, help_heading = "Rules")]
    cap_age: bool,

    /// Whose dates are moved alike
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t, help_heading = "Rules")]
    shift_scope: ShiftScopeArg,

    /// The assigning authority (PID-3.4) of the number that decides how far dates are moved
    #[arg(long, value_name = "AUTHORITY", help_heading = "Rules")]
    anchor: Option<String>,

    /// Keeps names and numbers of providers
    #[arg(long, help_heading = "Rules")]
    keep_providers: bool,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a new key
    ///
    /// Writes 32 random bytes as hexadecimal digits to a new file that only its owner can read.
    #[command(after_long_help = "\
Examples:
  pipehat deidentify keygen study.key
  pipehat deidentify --profile pseudonymise --key-file study.key in.hl7 -o out.hl7

Exit status:
  0  the key is there, on disk
  2  it is not: the file is there already, or cannot be written")]
    Keygen {
        /// The file, which must not be there yet
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ProfileArg {
    /// 45 CFR 164.514(b)(2): identifiers go, dates become years
    #[default]
    SafeHarbor,
    /// Surrogates by a key, the same everywhere; dates are shifted. Not Safe Harbor
    Pseudonymise,
    /// As pseudonymise, to look like real data; MSH-11 = T
    TestData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TextArg {
    /// It is removed; up to three words in which nothing is found stay, such as POSITIVE
    Drop,
    /// What the message knows of its people, and what looks like an identifier, is replaced
    Scrub,
    /// As scrub, and every word that is in no list of words is masked
    Strict,
    /// It stays as it is: for texts that nobody wrote about anybody
    Keep,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum BirthDateArg {
    /// As other dates: right to about a year
    #[default]
    Shift,
    /// Only the year stays
    Year,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum ShiftScopeArg {
    /// Those of a patient
    #[default]
    Patient,
    /// All of them, so that times between patients stay, too
    Key,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if let Some(Command::Keygen { file }) = &args.command {
        return keys::generate(file).map(|()| Verdict::Yes);
    }
    let settings = settings(args);
    let rules = rules(args, &settings)?;
    let beside = args.report.as_deref();
    // A key that is lost cannot be made again, nor can what was written with it be linked to more.
    let kept = [keys::place(args.key_file.as_deref()), args.rules.clone()];
    let kept: Vec<OsString> = kept.into_iter().flatten().map(PathBuf::into_os_string).collect();
    if !kept.is_empty() {
        args.common.keep(&kept, beside)?;
    }
    if args.list_rules {
        let mut output = args.common.output()?;
        output.put(rules.list().as_bytes())?;
        output.finish()?;
        return Ok(Verdict::Yes);
    }
    let profile = settings.profile;
    let key = key(args, profile, diagnostics)?;
    let deidentifier = Deidentifier::new(rules, &key);
    let (mut output, _) = args.common.output_beside(beside)?;
    let pass = args.form.pass(&args.common, &output);
    let text = args.common.text();
    // A thread goes on with what another one remembers; so there are as many as threads.
    let memories = Mutex::new(Vec::new());
    let memories = || memories.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |view: View<'_>, job: &mut Job<Done>| {
        let mut memory: Memory = memories().pop().unwrap_or_default();
        view.messages(job, |item, job: &mut Job<Done>| {
            job.tally.messages.matched += 1;
            let done = &mut job.tally.done;
            let written = deidentifier.message(&item.message, text, &mut memory, done);
            let written = written.map_err(|why| why.to_string()).and_then(|bytes| {
                if args.dry_run {
                    return Ok(());
                }
                let message = item.message.with_bytes(bytes);
                pass.append(&message, &mut job.out).map_err(|why| why.to_string())
            });
            match written {
                Ok(()) => job.tally.written += u64::from(!args.dry_run),
                Err(why) => job.reject(&item, why),
            }
        });
        memories().push(memory);
    };
    let plan = Plan { beside, ..Plan::default() };
    let total = args.common.run(&args.files, &mut output, diagnostics, plan, work)?;
    let key_id = || (profile != Profile::SafeHarbor).then(|| key.id());
    let report = || report::json(&deidentifier, key_id(), &total, diagnostics.failures());
    if args.dry_run && args.report.is_none() {
        output.write_all(report()?.as_bytes()).context("writing the report")?;
    }
    output.finish()?;
    if let Some(path) = &args.report {
        let named = || format!("writing {}", path.display());
        let mut file = Output::file(path).with_context(named)?;
        file.write_all(report()?.as_bytes()).with_context(named)?;
        file.finish().with_context(named)?;
    }
    tell(args, deidentifier.rules(), &total, diagnostics);
    Ok(Verdict::Yes)
}

fn settings(args: &Args) -> Settings {
    let profile = match args.profile {
        ProfileArg::SafeHarbor => Profile::SafeHarbor,
        ProfileArg::Pseudonymise => Profile::Pseudonymise,
        ProfileArg::TestData => Profile::TestData,
    };
    let text = match args.text {
        Some(TextArg::Drop) => text::Mode::Drop,
        Some(TextArg::Scrub) => text::Mode::Scrub,
        Some(TextArg::Strict) => text::Mode::Strict,
        Some(TextArg::Keep) => text::Mode::Keep,
        None => Settings::of(profile).text,
    };
    Settings {
        text,
        birth_date: match args.birth_date {
            BirthDateArg::Shift => BirthDate::Shift,
            BirthDateArg::Year => BirthDate::Year,
        },
        cap_age: args.cap_age,
        shift_scope: match args.shift_scope {
            ShiftScopeArg::Patient => ShiftScope::Patient,
            ShiftScopeArg::Key => ShiftScope::Key,
        },
        keep_providers: args.keep_providers,
        anchor: args.anchor.as_ref().map(|authority| authority.clone().into_bytes()),
        ..Settings::of(profile)
    }
}

/// The rules of the profile and of the file that counts more.
fn rules(args: &Args, settings: &Settings) -> Result<Rules> {
    let Some(path) = &args.rules else { return Ok(Rules::new(settings)) };
    let named = || format!("reading {}", path.display());
    let text = std::fs::read_to_string(path).with_context(named)?;
    let overlay = Overlay::parse(&text).map_err(|errors| {
        let lines = errors.iter().map(|e| format!("{}:{}: {}", path.display(), e.line, e.expected));
        anyhow!("{}", lines.collect::<Vec<_>>().join("\n"))
    })?;
    Ok(Rules::with(settings, &overlay))
}

/// The key of the run: a random one that nobody keeps for safe-harbor, else the one of the file.
fn key(args: &Args, profile: Profile, diagnostics: &Diagnostics) -> Result<Key> {
    if profile == Profile::SafeHarbor {
        if args.key_file.is_some() {
            diagnostics.note("--key-file is not used: safe-harbor has a random key for each run");
        }
        return Key::random().context("random bytes of the system");
    }
    match keys::place(args.key_file.as_deref()) {
        Some(path) => keys::read(&path),
        None => bail!(
            "this profile needs a key: --key-file FILE, or {} in the environment; \
             `pipehat deidentify keygen FILE` makes one",
            keys::VARIABLE
        ),
    }
}

/// Says what a person should look at. The report has the places.
fn tell(args: &Args, rules: &Rules, total: &Done, diagnostics: &Diagnostics) {
    let residual: u64 = total.done.residual_hits(rules).map(|(_, count)| count).sum();
    if residual > 0 {
        let hint = if args.report.is_some() || args.dry_run {
            ""
        } else {
            "; --report FILE has the places"
        };
        let values = if residual == 1 { "value was" } else { "values were" };
        let line = format!("{residual} {values} removed where no rule expects any{hint}");
        if args.fail_on_residual {
            diagnostics.error(&line);
        } else {
            diagnostics.note(&line);
        }
    }
}

/// What a run counts.
#[derive(Debug, Default)]
struct Done {
    /// Messages read.
    messages: Count,
    /// Messages written.
    written: u64,
    done: Tally,
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.written += other.written;
        self.done += &other.done;
    }
}
