//! Lines of styled columns.

use crate::ops::visible;
use anstyle::{AnsiColor, Style};
use std::io::Write as _;

pub(super) const PLAIN: Style = Style::new();
pub(super) const STRONG: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const MEANING: Style = AnsiColor::Cyan.on_default();

/// A line being written. Spaces between columns are held back until a column follows, so that no
/// line ends in spaces.
pub(super) struct Line<'o> {
    pub(super) out: &'o mut Vec<u8>,
    color: bool,
    /// Columns written and columns of spaces that are owed.
    used: usize,
    owed: usize,
}

impl<'o> Line<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>, color: bool) -> Self {
        Self { out, color, used: 0, owed: 0 }
    }

    /// The column in which the next text begins.
    pub(super) fn at(&self) -> usize {
        self.used + self.owed
    }

    /// Leaves so many columns empty.
    pub(super) fn space(&mut self, columns: usize) {
        self.owed += columns;
    }

    /// Goes to a column, or a column farther if the line is there already.
    pub(super) fn tab(&mut self, column: usize) {
        self.owed += column.saturating_sub(self.at()).max(usize::from(self.owed == 0));
    }

    /// Text of messages or ours, made visible and cut to `most` columns; whether it is whole.
    pub(super) fn text(&mut self, text: &[u8], most: usize, style: Style) -> bool {
        if text.is_empty() {
            return true;
        }
        self.out.resize(self.out.len() + self.owed, b' ');
        self.used += self.owed;
        self.owed = 0;
        let styled = self.color && style != PLAIN;
        if styled {
            // Writing to memory does not fail.
            let _ = write!(self.out, "{}", style.render());
        }
        let (used, whole) = visible::append(text, most, self.out);
        if styled {
            let _ = write!(self.out, "{}", style.render_reset());
        }
        self.used += used;
        whole
    }

    /// Text that is cut with `…` where it is longer than `most` columns.
    pub(super) fn cut(&mut self, text: &[u8], most: usize, style: Style) {
        if visible::fits(text, most) {
            self.text(text, most, style);
        } else {
            self.text(text, most.saturating_sub(1), style);
            self.text("…".as_bytes(), 1, style);
        }
    }

    pub(super) fn end(self) {
        self.out.push(b'\n');
    }
}
