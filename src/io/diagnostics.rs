//! What is told on stderr: places and reasons, never what a message says.

use indicatif::ProgressBar;
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How many reports of a kind a run prints before it only counts them; a cron mail stays readable.
const MOST: u64 = 100;

/// Prints to stderr and remembers that something went wrong.
#[derive(Debug, Default)]
pub struct Diagnostics {
    quiet: bool,
    verbose: bool,
    /// A run without end: nobody waits for a count.
    endless: AtomicBool,
    noted: AtomicU64,
    /// These have room of their own: what was only noted must not keep out why a run ended.
    errors: AtomicU64,
    failures: AtomicU64,
    /// A report was not printed.
    cut: AtomicBool,
    missed: AtomicBool,
    /// Hidden while a line is printed.
    bar: Mutex<Option<ProgressBar>>,
}

impl Diagnostics {
    /// `quiet` prints nothing, `verbose` everything.
    #[must_use]
    pub fn new(quiet: bool, verbose: bool) -> Self {
        Self { quiet, verbose, ..Self::default() }
    }

    /// Prints every report from now on, for the run may last for weeks.
    pub fn tell_all(&self) {
        self.endless.store(true, Ordering::Relaxed);
    }

    /// Something could not be done: the exit status will be 2.
    pub fn error(&self, text: &str) {
        self.fail();
        self.tell(text, &self.errors);
    }

    /// As [`Diagnostics::error`] for what is told elsewhere.
    pub fn fail(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// What was expected is not there: the exit status will be 1, if nothing is worse.
    pub fn missing(&self, text: &str) {
        self.missed.store(true, Ordering::Relaxed);
        self.note(text);
    }

    /// There is no message in an input that is not empty, unless something else was said of it.
    pub fn no_message(&self) {
        if !self.failed() {
            self.missing("no message in the input");
        }
    }

    /// Something the user should know.
    pub fn note(&self, text: &str) {
        self.tell(text, &self.noted);
    }

    fn tell(&self, text: &str, of_its_kind: &AtomicU64) {
        if self.quiet {
            return;
        }
        let before = of_its_kind.fetch_add(1, Ordering::Relaxed);
        if before < MOST || self.prints_all() {
            self.print(text);
        } else if !self.cut.swap(true, Ordering::Relaxed) {
            self.print("more reports follow and are only counted; --verbose prints them all");
        }
    }

    fn prints_all(&self) -> bool {
        self.verbose || self.endless.load(Ordering::Relaxed)
    }

    /// What came of a run as a whole, however much was told before.
    pub fn conclude(&self, text: &str) {
        if !self.quiet {
            self.print(text);
        }
    }

    /// What also those must see who asked for silence.
    pub fn warn(&self, text: &str) {
        self.print(text);
    }

    /// What only `--verbose` tells.
    pub fn detail(&self, text: &str) {
        if self.verbose && !self.quiet {
            self.print(text);
        }
    }

    /// The count of what was not printed, at the end of a run.
    pub fn finish(&self) {
        if self.cut.load(Ordering::Relaxed) {
            let all = self.noted.load(Ordering::Relaxed) + self.errors.load(Ordering::Relaxed);
            self.print(&format!("{all} reports in all"));
        }
    }

    /// Whether something could not be done.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.failures() > 0
    }

    /// Whether what was expected is not there.
    #[must_use]
    pub fn missed(&self) -> bool {
        self.missed.load(Ordering::Relaxed)
    }

    /// How often something could not be done.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Shares the terminal with a progress bar, or no longer.
    pub fn share_with(&self, bar: Option<ProgressBar>) {
        if let Ok(mut shared) = self.bar.lock() {
            *shared = bar;
        }
    }

    fn print(&self, text: &str) {
        // One write, so that lines of several processes do not mix. A closed stderr is no reason
        // to stop.
        let line = format!("pipehat: {}\n", printable(text));
        let write = || {
            let _ = io::stderr().write_all(line.as_bytes());
        };
        match self.bar.lock().ok().and_then(|bar| bar.clone()) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// A text without control characters, which names of files may hold and a terminal would act on.
fn printable(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() && c != '\n';
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if acts(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(printable("Zo\u{eb}.hl7: byte 0\n^"), "Zo\u{eb}.hl7: byte 0\n^");
        assert_eq!(printable("a\u{1b}[31m\tb\u{9b}"), "a\\u{1b}[31m\\tb\\u{9b}");
    }
}
