//! The shape of what is told of a subject; its names are those of `explain -f json`.

use super::structure;
use serde::Serialize;

/// What the standard says of a subject, in one version.
#[derive(Debug, Default, Serialize)]
pub struct Entry {
    /// The subject: `PID-3.5`.
    pub subject: String,
    /// What it is: `field`, `component`, `segment`, `data type`, `table`, `message structure`.
    pub kind: &'static str,
    /// Its name; empty where the sources do not tell.
    pub name: &'static str,
    /// The version that is explained.
    pub version: &'static str,
    /// What it is a part of, the nearest first, each with its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<(String, &'static str)>,
    /// The data type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type: Option<&'static str>,
    /// The name of the data type, if it has components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type_name: Option<&'static str>,
    /// The form of values of a data type without components, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// Whether it has to be sent, as the letter of the standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<char>,
    /// As [`Entry::usage`], in words.
    #[serde(skip)]
    pub usage_word: &'static str,
    /// Whether it may occur more than once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<bool>,
    /// How often it may occur, if there is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u16>,
    /// The greatest length in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// The code table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<TableFacts>,
    /// Its fields, or components.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The codes of its table, or the one that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Coded>,
    /// Messages that have this structure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    /// The lines of the abstract message syntax.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub structure: Vec<structure::Line>,
    /// Fields and components that take their values from the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<String>,
    /// What it was in all versions that have it, one entry while nothing changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Era>,
}

/// A code table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TableFacts {
    /// Four digits.
    pub id: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether the standard fixes the codes.
    pub fixed: bool,
}

/// A field of a segment, or a component of a data type.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its path.
    pub path: String,
    /// Its name.
    pub name: &'static str,
    /// Its data type.
    pub data_type: &'static str,
    /// Whether it has to be sent.
    pub usage: char,
    /// Whether it may occur more than once.
    pub repeats: bool,
    /// Its code table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<&'static str>,
}

/// A code and its meaning.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Coded {
    /// The code.
    pub code: &'static str,
    /// What it means; empty where the sources do not tell.
    pub meaning: &'static str,
}

/// Versions in which nothing changed.
#[derive(Clone, Debug, Serialize)]
pub struct Era {
    /// The first version.
    pub first: &'static str,
    /// The last version.
    pub last: &'static str,
    /// The name.
    pub name: &'static str,
    /// The data type.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub data_type: &'static str,
    /// Whether it has to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<char>,
    /// Its code table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<&'static str>,
}
