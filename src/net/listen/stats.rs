//! Figures for people: now and then in the log, each second on a terminal.

use super::shared::Shared;
use crate::io::Diagnostics;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Tells figures until the listener ends; a thread of its own.
pub(super) fn run(shared: &Shared, every: Option<Duration>, status: Option<&Diagnostics>) {
    let bar = status.map(|diagnostics| {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        diagnostics.share_with(Some(bar.clone()));
        bar
    });
    let step = if bar.is_some() { Duration::from_secs(1) } else { every.unwrap_or_default() };
    let mut shown = Figures::of(shared);
    let mut logged = shown;
    loop {
        let ends = shared.control.sleep(step.min(every.unwrap_or(step)));
        let now = Figures::of(shared);
        if let Some(bar) = &bar {
            bar.set_message(now.line(&shown));
            shown = now;
        }
        if let Some(every) = every
            && (ends || now.when.duration_since(logged.when) >= every)
        {
            now.log(&logged, shared);
            logged = now;
        }
        if ends {
            break;
        }
    }
    if let (Some(bar), Some(diagnostics)) = (bar, status) {
        bar.finish_and_clear();
        diagnostics.share_with(None);
    }
}

#[derive(Clone, Copy)]
struct Figures {
    when: Instant,
    messages: u64,
    refused: u64,
    bytes: u64,
    connections: u64,
}

impl Figures {
    fn of(shared: &Shared) -> Self {
        let metrics = &shared.metrics;
        Self {
            when: Instant::now(),
            messages: metrics.messages.load(Relaxed),
            refused: metrics.refused.load(Relaxed),
            bytes: metrics.bytes.load(Relaxed),
            connections: metrics.connections.load(Relaxed),
        }
    }

    /// Messages a second.
    fn rate(&self, before: &Self) -> u64 {
        let millis = self.when.duration_since(before.when).as_millis().max(1);
        let count = u128::from(self.messages - before.messages);
        u64::try_from(count * 1000 / millis).unwrap_or(u64::MAX)
    }

    fn line(&self, before: &Self) -> String {
        format!(
            "{} messages, {} refused, {} a second, {} connections",
            self.messages,
            self.refused,
            self.rate(before),
            self.connections
        )
    }

    fn log(&self, before: &Self, shared: &Shared) {
        if shared.log.is_on() {
            let facts = [
                ("messages", json!(self.messages)),
                ("refused", json!(self.refused)),
                ("bytes", json!(self.bytes)),
                ("per_second", json!(self.rate(before))),
                ("connections", json!(self.connections)),
            ];
            shared.log.event("stats", None, &facts);
        } else {
            shared.log.warn(None, &self.line(before));
        }
    }
}
