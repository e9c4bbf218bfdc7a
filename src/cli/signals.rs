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
            crate::io::output::end_unfinished();
            let _ = emulate_default_handler(signal);
        }
    };
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}
