//! `pipehat completions`: what a shell needs to complete the command line.

use super::Verdict;
use anyhow::Result;
use clap_complete::Shell;
use std::io::{self, Write};

/// Print the completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  pipehat completions bash > ~/.local/share/bash-completion/completions/pipehat
  pipehat completions fish > ~/.config/fish/completions/pipehat.fish")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: Args) -> Result<Verdict> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "pipehat", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Verdict::Yes)
}
