//! What shells are offered for values: paths by the names of the standard, types of messages,
//! rules of `validate`.

use super::{Verdict, generate};
use crate::dictionary::{Version, standard};
use crate::io::Output;
use crate::ops::explain::paths;
use crate::ops::validate::rule::{Rule, Severity};
use anyhow::{Context, Result};
use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::{CompleteEnv, Shells};
use std::ffi::OsStr;

/// The environment variable by which a shell asks for completions.
const VARIABLE: &str = "PIPEHAT_COMPLETE";

/// A shell for which there are completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// Print the completions for a shell
///
/// The script asks the program itself, so that it knows options, files, and paths: `PID-` and the
/// tab key show the fields of PID.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  pipehat completions bash > ~/.local/share/bash-completion/completions/pipehat
  pipehat completions fish > ~/.config/fish/completions/pipehat.fish
  pipehat completions zsh > ~/.zfunc/_pipehat")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<Verdict> {
    let name = match args.shell {
        Shell::Bash => "bash",
        Shell::Elvish => "elvish",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Zsh => "zsh",
    };
    let script = script(name).context("no completions for this shell")?;
    Output::stdout().context("standard output")?.put(&script)?;
    Ok(Verdict::Yes)
}

/// The script by which a shell asks for completions.
pub(super) fn script(shell: &str) -> Option<Vec<u8>> {
    let mut script = Vec::new();
    let completer = Shells::builtins();
    let completer = completer.completer(shell)?;
    completer.write_registration(VARIABLE, "pipehat", "pipehat", "pipehat", &mut script).ok()?;
    let start = script.iter().position(|b| !b.is_ascii_whitespace())?;
    Some(script.split_off(start))
}

/// Answers a shell that asks for completions; `false` for any other run.
pub(super) fn answer() -> clap::error::Result<bool> {
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(super::command)
        .var(VARIABLE)
        .try_complete(std::env::args_os(), folder.as_deref())
}

/// Offers ids of segments.
pub(super) fn segments() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let (before, typed) = split(current.to_str().unwrap_or_default());
        of_segments(before, typed)
    })
}

/// Offers paths.
pub(super) fn paths_alone() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| of_paths(current.to_str().unwrap_or_default()))
}

/// Offers paths and files.
pub(super) fn paths_and_files() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let mut all = of_paths(current.to_str().unwrap_or_default());
        all.extend(PathCompleter::any().complete(current));
        all
    })
}

/// Offers message types with their events, and structures that no event is known of.
pub(super) fn types() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| of_types(current.to_str().unwrap_or_default()))
}

fn of_types(typed: &str) -> Vec<CompletionCandidate> {
    let view = standard().version(generate::USUAL);
    let mut all: Vec<String> = vec!["all".to_owned()];
    for id in view.structure_ids() {
        let before = all.len();
        all.extend(view.events_of(id).map(|(code, event)| format!("{code}^{event}")));
        if all.len() == before {
            all.push(id.to_owned());
        }
    }
    all.sort_unstable();
    all.dedup();
    all.retain(|name| name.starts_with(typed));
    all.into_iter().map(CompletionCandidate::new).collect()
}

/// Offers ids of rules.
pub(super) fn rules() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| of_rules(current.to_str().unwrap_or_default()))
}

/// Offers ids of rules, behind them places and severities: `RULE[@PATH]=LEVEL`.
pub(super) fn severities() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| of_severities(current.to_str().unwrap_or_default()))
}

fn of_rules(typed: &str) -> Vec<CompletionCandidate> {
    let known = Rule::ALL.iter().filter(|rule| rule.id().starts_with(typed));
    known.map(|rule| candidate("", rule.id(), rule.description().title)).collect()
}

fn of_severities(text: &str) -> Vec<CompletionCandidate> {
    if let Some((before, typed)) = text.rsplit_once('=') {
        let levels = [Severity::Error, Severity::Warning, Severity::Info, Severity::Off];
        let fitting = levels.iter().map(|level| level.name()).filter(|l| l.starts_with(typed));
        fitting.map(|level| CompletionCandidate::new(format!("{before}={level}"))).collect()
    } else if text.contains('@') {
        of_paths(text)
    } else {
        of_rules(text)
    }
}

/// What was typed, and before it what it is no part of: the name of a column, an expression.
fn split(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let at = text
        .rfind(|c| !is_part(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text.split_at(at)
}

fn of_segments(before: &str, typed: &str) -> Vec<CompletionCandidate> {
    let segments = standard().version(Version::NEWEST).segments().iter();
    segments
        .filter(|segment| segment.id().starts_with(typed))
        .map(|segment| candidate(before, segment.id(), segment.name()))
        .collect()
}

/// The segments that begin with what was typed; of the only one, or the one that was named, the
/// fields; behind a point components.
fn of_paths(text: &str) -> Vec<CompletionCandidate> {
    let (before, typed) = split(text);
    if typed.is_empty() {
        return Vec::new();
    }
    let id = typed.get(..3).filter(|_| typed.len() == 3 || typed[3..].starts_with('-'));
    let mut named =
        standard().version(Version::NEWEST).segments().iter().filter(|segment| match id {
            Some(id) => segment.id() == id,
            None => segment.id().starts_with(typed),
        });
    match (named.next(), named.next()) {
        (Some(segment), None) => {
            let depth = typed.matches('.').count();
            let all = paths(Version::NEWEST, segment, depth).into_iter();
            all.filter(|p| p.path.starts_with(typed) && p.names.len() == depth + 1)
                .map(|p| candidate(before, &p.path, p.names.last().copied().unwrap_or_default()))
                .collect()
        }
        _ => of_segments(before, typed),
    }
}

fn candidate(before: &str, text: &str, help: &'static str) -> CompletionCandidate {
    CompletionCandidate::new(format!("{before}{text}")).help(Some(help.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str) -> Vec<String> {
        let all = of_paths(text).into_iter();
        all.map(|c| c.get_value().to_str().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn paths_are_completed_step_by_step() {
        assert!(offered("P").contains(&"PV1".to_owned()));
        let fields = offered("PID");
        assert_eq!((fields[0].as_str(), fields[2].as_str()), ("PID-1", "PID-3"));
        assert_eq!(offered("PID-"), fields);
        assert_eq!(
            offered("PID-3"),
            [
                "PID-3", "PID-30", "PID-31", "PID-32", "PID-33", "PID-34", "PID-35", "PID-36",
                "PID-37", "PID-38", "PID-39"
            ]
        );
        assert!(offered("PID-3.").contains(&"PID-3.5".to_owned()));
        assert!(offered("PID-3.4.").contains(&"PID-3.4.2".to_owned()));
    }

    #[test]
    fn message_types_are_completed() {
        let all = of_types("ADT^A0").into_iter();
        let all: Vec<_> = all.map(|c| c.get_value().to_owned()).collect();
        assert!(all.len() == 9 && all[0] == "ADT^A01" && all[8] == "ADT^A09", "{all:?}");
    }

    #[test]
    fn what_stands_before_stays() {
        assert!(offered("mrn=PID-3.").contains(&"mrn=PID-3.1".to_owned()));
        assert!(offered("MSH-9 = ADT and PID-").contains(&"MSH-9 = ADT and PID-8".to_owned()));
        assert_eq!(offered(""), [""; 0]);
        assert_eq!(offered("archive/"), [""; 0]);
    }
}
