//! Ctrl-C and its kin: half-written output files go, rejects stay, then the signal does what it always does.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Waits for the signals that end a process in a thread of its own. The shell sees the process
/// ended by the signal (status 130 for Ctrl-C), as if nobody had caught it.
pub(super) fn end_unfinished_on_signals() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            end_by(signal);
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

/// For a command that runs until it is told to end: `stop` is called at the first SIGINT or
/// SIGTERM, the second calls `at_once` and does what it always does. SIGHUP calls `reload`.
///
/// # Errors
/// When signals cannot be waited for.
pub(super) fn on_signals(
    stop: impl Fn() + Send + 'static,
    reload: impl Fn() + Send + 'static,
    at_once: impl Fn() + Send + 'static,
) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let wait = move || {
        let mut stopped = false;
        for signal in signals.forever() {
            match (signal, stopped) {
                (SIGHUP, _) => reload(),
                (_, false) => {
                    stopped = true;
                    stop();
                }
                (signal, true) => {
                    at_once();
                    drop(emulate_default_handler(signal));
                }
            }
        }
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
}

/// The signals that end a process, from now on.
///
/// # Errors
/// When they cannot be waited for.
pub(super) fn ending() -> std::io::Result<Signals> {
    Signals::new([SIGINT, SIGTERM, SIGHUP])
}

/// Ends the process as if nobody had caught the signal.
pub(super) fn end_by(signal: i32) {
    crate::io::output::end_unfinished();
    let _ = emulate_default_handler(signal);
}
