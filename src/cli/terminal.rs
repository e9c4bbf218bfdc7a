//! What depends on the terminal and the clock.

use crate::core::time::Timestamp;
use crate::io::Output;
use std::time::{SystemTime, UNIX_EPOCH};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColorWhen {
    pub(super) fn decide(self, output: &Output) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
                output.is_terminal() && !unwanted && !dumb
            }
        }
    }
}

/// The columns of the terminal behind the standard output.
pub(super) fn width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let asked = || rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok();
    columns.or_else(|| asked().map(|size| size.ws_col.into())).filter(|&n: &usize| n > 0)
}

/// The time now, in UTC.
pub(super) fn now() -> Option<Timestamp> {
    Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
}
