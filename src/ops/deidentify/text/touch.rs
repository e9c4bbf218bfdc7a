//! Whether a text is about anybody at all.

use super::identity::Identity;
use super::labels;

impl Identity {
    /// Whether anything that was noted can be what is found in a text, in plain ASCII: a word of
    /// it, a part of a word, or a number. If not, the text is to this message what it is to any
    /// other.
    #[must_use]
    pub fn may_name(&self, text: &[u8]) -> bool {
        labels::may_name(self, text)
    }
}
