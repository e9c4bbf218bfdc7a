//! `pipehat validate`: messages held against the standard and against profiles.

use super::Verdict;
use super::args::{Common, Plan};
use super::verdicts::{Check, Verdicts};
use crate::core::Cutter;
use crate::io::{Diagnostics, Output};
use crate::ops::pass::PassOn;
use crate::ops::validate::report::{Form, Options};
use crate::ops::validate::settings::Override;
use crate::ops::validate::{Rule, Settings, Severity, Validator};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Check messages against the standard
///
/// Tells every problem of every message: the place, what is wrong, what was expected, and the
/// rule. Messages are held against the version of HL7 that they name. As a filter (--pass) it
/// passes valid messages on and keeps invalid ones back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 no finding at or above --fail-on; 1 some; 2 some messages could not be handled.",
    after_long_help = "\
Examples:
  pipehat validate adt.hl7
  pipehat validate --strict --severity USE-3=off archive/
  pipehat validate --severity VAL-1@PID-8=error -f ndjson in.hl7 | jq -r .path | sort | uniq -c
  pipehat validate --pass --rejects bad.hl7 --report why.txt < in.hl7 > good.hl7
  pipehat validate -f sarif -o findings.sarif tests/messages/
  pipehat validate --explain STR-1

Severities:
Each rule is an error, a warning, an info, or off; --list-rules tells which. --strict takes
everything more seriously, --severity one rule, everywhere or at one place of messages. The last
word counts. Findings as severe as --fail-on make a message invalid and the exit status 1.

What a message says:
Reports tell places and reasons, and nothing that a message says. On a terminal, and with
--show-values, the text report shows the segment with the place marked, and others the value.

Exit status:
  0  no finding at or above --fail-on
  1  there are such findings, or the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// Files or folders to read; none or `-` is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// The form of the report
    #[arg(short, long, value_enum, default_value_t, help_heading = "Report")]
    format: FormArg,

    /// Reports go to FILE, which appears whole when all is done, instead of stderr
    #[arg(long, value_name = "FILE", requires = "pass", help_heading = "Report")]
    report: Option<PathBuf>,

    /// Shows what messages say at the places of findings; it may be patient data
    #[arg(long, help_heading = "Report")]
    show_values: bool,

    /// Writes valid messages, one a line, and reports on stderr
    #[arg(long)]
    pass: bool,

    /// Findings as severe as this make a message invalid, and the exit status 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,

    /// Profiles: files in TOML or XML, or folders with such; the one that fits a message is taken
    #[arg(long = "profile", value_name = "PATH", help_heading = "Profiles")]
    profiles: Vec<PathBuf>,

    /// A file that says which messages are held against which profile
    #[arg(long, value_name = "FILE", conflicts_with = "profiles", help_heading = "Profiles")]
    profile_map: Option<PathBuf>,

    /// Takes every rule as seriously as it can be
    #[arg(long, help_heading = "Rules")]
    strict: bool,

    /// How severe a rule is (error, warning, info, off), everywhere or at PATH
    #[arg(long = "severity", value_name = "RULE[@PATH]=LEVEL", help_heading = "Rules", add = super::complete::severities())]
    severities: Vec<Override>,

    /// Refuses Z-segments that no profile describes
    #[arg(long, help_heading = "Rules")]
    deny_z: bool,

    /// Checks as NIST's validator does, its gaps included
    #[arg(long, help_heading = "Rules")]
    nist_compat: bool,

    /// Tells what a rule asks for
    #[arg(long, value_name = "RULE", exclusive = true, help_heading = "Rules", add = super::complete::rules())]
    explain: Option<Rule>,

    /// Lists all rules
    #[arg(long, exclusive = true, help_heading = "Rules")]
    list_rules: bool,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FormArg {
    /// A line for each problem, for people
    #[default]
    Text,
    /// An object a line, one for each problem
    Ndjson,
    /// One document: the same objects in an array, and the counts
    Json,
    /// An object a line, one for each message, in the shape of NIST's validator
    Nist,
    /// One SARIF 2.1.0 document, for code scanning
    Sarif,
    /// One JUnit document: a suite for each file, a case for each message
    Junit,
    /// An acknowledgment a line, one for each message, with ERR segments
    Ack,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Errors and warnings
    Warning,
    /// Nothing: all messages are valid
    Never,
}

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if let Some(rule) = args.explain {
        return print(&explain(rule));
    }
    if args.list_rules {
        return print(&list_rules());
    }
    if args.nist_compat && args.profiles.is_empty() && args.profile_map.is_none() {
        bail!("--nist-compat needs --profile: it is about what a profile asks for");
    }
    let settings = settings(args)?;
    let profiles = super::profiles::profiles(
        &args.profiles,
        args.profile_map.as_deref(),
        args.nist_compat,
        diagnostics,
    )?;
    let validator = Validator::new(settings, profiles);
    let (mut messages, mut report) = outputs(args)?;
    let is_shown = report.is_terminal();
    let options = Options {
        form: args.format.into(),
        color: args.common.color(&report),
        terminal: is_shown,
        values: args.show_values || (is_shown && args.format == FormArg::Text),
        fail_on: args.fail_on.into(),
        now: args.common.text().now,
    };
    let pass = messages.as_ref().map(|to| PassOn::new(to.is_terminal(), args.common.color(to)));
    let check = Check { validator: &validator, text: args.common.text(), options, pass };
    let mut verdicts = Verdicts::begin(check, &mut report)?;
    let plan = Plan { numbered: true, beside: args.report.as_deref(), ..Plan::default() };
    args.common.run_gathered::<Cutter, _>(
        &args.files,
        (messages.as_mut(), is_shown),
        diagnostics,
        plan,
        |view, job| check.messages(view, job),
        |chunk, job| verdicts.take(chunk, job),
    )?;
    let summary = verdicts.end(diagnostics.failures())?;
    if let Some(messages) = messages {
        messages.finish()?;
    }
    report.finish().context("writing the report")?;
    if !options.tells_summary() {
        diagnostics.note(&summary.to_string());
    }
    Ok(if options.has_failed(&summary) { Verdict::No } else { Verdict::Yes })
}

/// Where valid messages go, if they are passed on, and where the report goes.
fn outputs(args: &Args) -> Result<(Option<Output>, Output)> {
    let (output, _) = args.common.output_beside(args.report.as_deref())?;
    if !args.pass {
        return Ok((None, output));
    }
    let report = match &args.report {
        Some(path) => super::destinations::open(Some(path))?,
        None if args.common.loudness().0 => {
            super::destinations::open(Some(Path::new("/dev/null")))?
        }
        None => Output::stderr().context("standard error")?,
    };
    Ok((Some(output), report))
}

/// Which rules count how much: first all of them, then those asked for by name.
fn settings(args: &Args) -> Result<Settings> {
    let mut settings = if args.strict { Settings::strict() } else { Settings::new() };
    settings.nist = args.nist_compat;
    if args.nist_compat {
        // Off otherwise: most elements that a sender need not know are empty.
        settings.set(Rule::Use2, None, Severity::Warning);
    }
    if args.deny_z {
        let everywhere = |said: &&Override| said.rule == Rule::Str5 && said.place.is_none();
        let last = args.severities.iter().rev().find(everywhere);
        if last.is_some_and(|said| said.severity == Severity::Off) {
            bail!("--deny-z and --severity STR-5=off exclude each other");
        }
        settings.set(Rule::Str5, None, Severity::Error);
    }
    for &Override { rule, place, severity } in &args.severities {
        settings.set(rule, place, severity);
    }
    Ok(settings)
}

fn explain(rule: Rule) -> String {
    let told = rule.description();
    format!(
        "{rule}  {}\n\n{}\n\n\
         Severity: {}, against a profile {}, with --strict {}. Code of table 0357: {}.\n",
        told.title, told.text, told.default, told.profile, told.strict, told.code
    )
}

fn list_rules() -> String {
    let mut text = "rule    severity  profile   strict    title\n".to_owned();
    for &rule in Rule::ALL {
        let told = rule.description();
        // Writing to memory does not fail.
        _ = write!(text, "{:6}", rule.id());
        for severity in [told.default, told.profile, told.strict] {
            _ = write!(text, "  {:8}", severity.name());
        }
        _ = writeln!(text, "  {}", told.title);
    }
    text
}

fn print(text: &str) -> Result<Verdict> {
    let mut output = Output::stdout().context("standard output")?;
    output.put(text.as_bytes())?;
    Ok(Verdict::Yes)
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Text => Self::Text,
            FormArg::Ndjson => Self::Ndjson,
            FormArg::Json => Self::Json,
            FormArg::Nist => Self::Nist,
            FormArg::Sarif => Self::Sarif,
            FormArg::Junit => Self::Junit,
            FormArg::Ack => Self::Ack,
        }
    }
}

impl From<FailOn> for Option<Severity> {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Never => None,
        }
    }
}
