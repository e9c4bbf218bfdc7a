//! How far a run is, on stderr.

use crate::io::Diagnostics;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError::Disconnected};
use std::thread::JoinHandle;
use std::time::Duration;

/// When to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ProgressWhen {
    /// When stderr is a terminal, the results do not go there, and it takes longer than a second
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
    /// For programs: an object a line, every second and at the end
    Json,
}

/// The progress of one run.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    /// Ends the thread that reports to programs, which then says the last word.
    reporter: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

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
            ProgressWhen::Always | ProgressWhen::Json => true,
            ProgressWhen::Auto => io::stderr().is_terminal() && !results_on_terminal,
        };
        if !show {
            return Self { bar: None, reporter: None };
        }
        let total = total(files);
        if when == ProgressWhen::Json {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
            let reporter = report(bar.clone());
            return Self { bar: Some(bar), reporter };
        }
        let template = match total {
            Some(_) => {
                "{bar:20} {bytes} of {total_bytes} ({percent} %), {binary_bytes_per_sec}, {eta} left"
            }
            None => "{bytes}, {binary_bytes_per_sec}, {elapsed}",
        };
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
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
        Self { bar: Some(bar), reporter: None }
    }

    /// What a pipeline advances.
    pub(super) fn bar(&self) -> Option<&ProgressBar> {
        self.bar.as_ref()
    }

    /// Removes it from the terminal, or says the last word.
    pub(super) fn finish(self, diagnostics: &Diagnostics) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            diagnostics.share_with(None);
        }
        if let Some((done, thread)) = self.reporter {
            drop(done);
            let _ = thread.join();
        }
    }
}

/// Tells programs each second how far it is, and at the end.
fn report(bar: ProgressBar) -> Option<(mpsc::Sender<()>, JoinHandle<()>)> {
    let (done, wait) = mpsc::channel();
    let thread = std::thread::Builder::new().spawn(move || {
        loop {
            let is_done = wait.recv_timeout(Duration::from_secs(1)) == Err(Disconnected);
            let elapsed = bar.elapsed().as_secs_f64();
            let line = serde_json::json!({
                "bytes": bar.position(),
                "total": bar.length(),
                "seconds": (elapsed * 1000.0).round() / 1000.0,
                "done": is_done,
            });
            // Nobody may be listening any more.
            let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
            if is_done {
                return;
            }
        }
    });
    thread.ok().map(|thread| (done, thread))
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
