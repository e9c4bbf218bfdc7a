//! How far a run is, on stderr.

use crate::io::Diagnostics;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal};
use std::time::Duration;

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ProgressWhen {
    /// When stderr is a terminal, the results do not go there, and it takes longer than a second.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The progress of one run.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Starts to show the bytes read, of as many as the files hold if that is known.
    pub(super) fn start(
        when: ProgressWhen,
        files: &[OsString],
        diagnostics: &Diagnostics,
        results_on_terminal: bool,
    ) -> Self {
        let show = match when {
            ProgressWhen::Never => false,
            ProgressWhen::Always => true,
            ProgressWhen::Auto => io::stderr().is_terminal() && !results_on_terminal,
        };
        if !show {
            return Self(None);
        }
        let template = match total(files) {
            Some(_) => "{bytes} of {total_bytes} ({percent} %), {binary_bytes_per_sec}, {eta} left",
            None => "{bytes}, {binary_bytes_per_sec}, {elapsed}",
        };
        let bar = ProgressBar::with_draw_target(total(files), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if when == ProgressWhen::Auto {
            // Most runs are over before anybody wonders.
            let delayed = bar.clone();
            bar.set_draw_target(ProgressDrawTarget::hidden());
            let _ = std::thread::Builder::new().spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                if !delayed.is_finished() {
                    delayed.set_draw_target(ProgressDrawTarget::stderr());
                }
            });
        }
        diagnostics.share_with(Some(bar.clone()));
        Self(Some(bar))
    }

    /// What a pipeline advances.
    pub(super) fn bar(&self) -> Option<&ProgressBar> {
        self.0.as_ref()
    }

    /// Removes it from the terminal.
    pub(super) fn finish(&self, diagnostics: &Diagnostics) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
            diagnostics.share_with(None);
        }
    }
}

/// The bytes of plain files; `None` when there are others, whose length in bytes read is unknown.
fn total(files: &[OsString]) -> Option<u64> {
    if files.is_empty() {
        return None;
    }
    let mut total = 0;
    for file in files {
        let metadata = fs::metadata(file).ok()?;
        let name = file.to_string_lossy();
        if !metadata.is_file() || name.ends_with(".gz") || name.ends_with(".zst") {
            return None;
        }
        total += metadata.len();
    }
    Some(total)
}
