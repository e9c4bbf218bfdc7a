//! The command line: one file a command. The only place that prints and picks exit codes.

mod amounts;
mod args;
mod attach;
mod complete;
mod dedup;
mod deidentify;
mod destinations;
mod diff;
mod dry_run;
mod explain;
mod form;
mod from_json;
mod generate;
mod listen;
mod pairs;
mod parse;
mod paths;
mod profiles;
mod progress;
mod query;
mod send;
mod signals;
mod sort;
mod stats;
mod syntax;
mod terminal;
mod to_fhir;
mod transform;
mod validate;
mod verdicts;

use crate::io::Diagnostics;
use crate::io::source::plain_error;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io;
use std::ops::AddAssign;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// The version, and what the program is made of.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit: ",
    env!("PIPEHAT_COMMIT"),
    "\nfeatures: TLS, gzip, zstd",
    "\nstandard: HL7 v2.1 to v2.8.2",
    "\nfhir: R4 by the v2-to-FHIR guide 1.0.0",
    "\ntarget: ",
    env!("PIPEHAT_TARGET"),
);

/// Composable unix filters for HL7 v2 messages.
///
/// Messages are read from files, folders or standard input, in whatever form archives hold them:
/// segments ended by CR, LF or CRLF, MLLP blocks, batches, gzip, zstd. Between filters they
/// travel one message a line (segments end with CR, messages with LF), so that wc, head, split,
/// grep and parallel work on whole messages.
#[derive(Debug, Parser)]
#[command(
    name = "pipehat",
    version,
    long_version = LONG_VERSION,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    after_help = "Exit status: 0 yes, all done; 1 the data says no (nothing matched, files differ, no message); \
                  2 the work was not fully done (usage, I/O, or a message that could not be handled).",
    after_long_help = "\
Examples:
  pipehat parse adt.hl7                      look at a message
  pipehat query PID-3.1 PID-5 archive/       two columns, a row per message
  pipehat query --where 'MSH-9.1 = ORU' --messages *.hl7.gz > oru.hl7
  pipehat parse -f json m.hl7 | jq '.segments[0]'

Exit status:
  0  yes, all done
  1  the data says no: nothing matched, files differ, no message in an input that is not empty
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Parse(parse::Args),
    Query(Box<query::Args>),
    Stats(Box<stats::Args>),
    FromJson(from_json::Args),
    Diff(Box<diff::Args>),
    Transform(transform::Args),
    Validate(Box<validate::Args>),
    ToFhir(Box<to_fhir::Args>),
    Deidentify(Box<deidentify::Args>),
    Listen(Box<listen::Args>),
    Send(Box<send::Args>),
    Sort(Box<sort::Args>),
    Dedup(Box<dedup::Args>),
    Attach(attach::Args),
    Generate(generate::Args),
    Explain(explain::Args),
    Paths(paths::Args),
    Completions(complete::Args),
}

/// What a run found, unless it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    No,
}

/// What a run counts.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Messages that were wanted.
    matched: u64,
    /// Rows that were made of them.
    rows: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.matched += other.matched;
        self.rows += other.rows;
    }
}

/// The definition of the command line, from which completions and man pages are made.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// The script by which a shell asks for completions; `None` for a shell that is not known.
#[must_use]
pub fn completions(shell: &str) -> Option<Vec<u8>> {
    complete::script(shell)
}

/// Runs the program and returns its exit status.
#[must_use]
pub fn main() -> ExitCode {
    match complete::answer() {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    }
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            if let Some(file) = file_for_command(&error) {
                let diagnostics = Diagnostics::new(false, false);
                diagnostics.error(&format!(
                    "{file} is a file; a command comes first, for example: pipehat parse {file}"
                ));
                return ExitCode::from(2);
            }
            // Help and version go to stdout, errors to stderr; either may be closed.
            let is_whole =
                error.print().map_or_else(|e| e.kind() == io::ErrorKind::BrokenPipe, |()| true);
            return ExitCode::from(if error.use_stderr() || !is_whole { 2 } else { 0 });
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    // Those two settle first what they have begun.
    if !matches!(cli.command, Command::Listen(_) | Command::Send(_)) {
        signals::end_unfinished_on_signals();
    }
    let (quiet, verbose) = cli.command.loudness();
    let diagnostics = Arc::new(Diagnostics::new(quiet, verbose));
    let result = match cli.command {
        Command::Parse(args) => parse::run(&args, &diagnostics),
        Command::Query(args) => query::run(&args, &diagnostics),
        Command::Stats(args) => stats::run(&args, &diagnostics),
        Command::FromJson(args) => from_json::run(&args, &diagnostics),
        Command::Diff(args) => diff::run(&args, &diagnostics),
        Command::Transform(args) => transform::run(&args, &diagnostics),
        Command::Validate(args) => validate::run(&args, &diagnostics),
        Command::ToFhir(args) => to_fhir::run(&args, &diagnostics),
        Command::Deidentify(args) => deidentify::run(&args, &diagnostics),
        Command::Listen(args) => listen::run(&args, &diagnostics),
        Command::Send(args) => send::run(*args, &diagnostics),
        Command::Sort(args) => sort::run(&args, &diagnostics),
        Command::Dedup(args) => dedup::run(&args, &diagnostics),
        Command::Attach(args) => attach::run(&args, &diagnostics),
        Command::Generate(args) => generate::run(&args),
        Command::Explain(args) => explain::run(&args, &diagnostics),
        Command::Paths(args) => paths::run(&args, &diagnostics),
        Command::Completions(args) => complete::run(&args),
    };
    diagnostics.finish();
    match result {
        Ok(_) if diagnostics.failed() => ExitCode::from(2),
        Ok(Verdict::Yes) if !diagnostics.missed() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            diagnostics.error(&plain_error(&error));
            ExitCode::from(2)
        }
    }
}

/// The file that somebody named where a command is expected, to look at it.
fn file_for_command(error: &clap::Error) -> Option<&str> {
    match error.get(clap::error::ContextKind::InvalidSubcommand)? {
        clap::error::ContextValue::String(name) if Path::new(name).exists() => Some(name),
        _ => None,
    }
}

impl Command {
    fn loudness(&self) -> (bool, bool) {
        match self {
            Self::Parse(args) => args.common.loudness(),
            Self::Query(args) => args.common.loudness(),
            Self::Stats(args) => args.common.loudness(),
            Self::FromJson(args) => args.common.loudness(),
            Self::Diff(args) => args.telling.loudness(),
            Self::Transform(args) => args.common.loudness(),
            Self::Validate(args) => args.common.loudness(),
            Self::ToFhir(args) => args.common.loudness(),
            Self::Deidentify(args) => args.common.loudness(),
            Self::Listen(args) => args.loudness(),
            Self::Send(args) => args.common.loudness(),
            Self::Sort(args) => args.common.loudness(),
            Self::Dedup(args) => args.common.loudness(),
            Self::Attach(attach::Args { what: attach::What::Extract(args) }) => {
                args.common.loudness()
            }
            Self::Attach(attach::Args { what: attach::What::Restore(args) }) => {
                args.common.loudness()
            }
            Self::Generate(_) | Self::Explain(_) | Self::Paths(_) | Self::Completions(_) => {
                (false, false)
            }
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }

    /// All commands that do something, by their names.
    fn commands() -> Vec<(String, clap::Command)> {
        let mut root = super::command();
        root.build();
        let mut found = Vec::new();
        let mut open: Vec<_> = root.get_subcommands().cloned().collect();
        while let Some(command) = open.pop() {
            open.extend(command.get_subcommands().cloned());
            if command.get_name() != "help" {
                let name = command.get_display_name().unwrap_or_default().to_owned();
                found.push((name, command));
            }
        }
        found
    }

    /// What an option says of itself.
    #[derive(Debug, PartialEq)]
    struct Said {
        help: String,
        letter: Option<char>,
        value: Option<String>,
        default: Vec<std::ffi::OsString>,
    }

    /// An option that several commands have is the same in all of them: words, letter, value and
    /// default. So its help can be read once, and a script that knows one command knows the others.
    #[test]
    fn an_option_is_the_same_in_every_command() {
        // Each command has its own form of these.
        const OF_EACH: [&str; 18] = [
            "by",
            "count",
            "dir",
            "dry-run",
            "format",
            "list-rules",
            "max-message",
            "mllp",
            "path",
            "profile",
            "quiet",
            "raw",
            "rejects",
            "report",
            "verbose",
            "version",
            "where",
            "window",
        ];
        let mut known: BTreeMap<String, (String, Said)> = BTreeMap::new();
        for (name, command) in commands() {
            for arg in command.get_arguments() {
                let Some(long) = arg.get_long().filter(|long| !OF_EACH.contains(long)) else {
                    continue;
                };
                let values = arg.get_value_names().filter(|_| arg.get_action().takes_values());
                let said = Said {
                    help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
                    letter: arg.get_short(),
                    value: values.and_then(|names| names.first()).map(ToString::to_string),
                    default: arg.get_default_values().iter().map(|v| v.into()).collect(),
                };
                match known.get(long) {
                    None => _ = known.insert(long.to_owned(), (name.clone(), said)),
                    Some((first, same)) => {
                        assert_eq!(same, &said, "--{long} of {first} and of {name}");
                    }
                }
            }
        }
        assert!(known.len() > 60, "the options are looked at");
    }
}
