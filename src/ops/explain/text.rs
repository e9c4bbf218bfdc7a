//! An explanation for people.

use super::entry::{Entry, Era, Part};
use std::fmt::{self, Write};

/// The columns of labels.
const LABEL: usize = 10;

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.subject)?;
        if !self.name.is_empty() {
            write!(f, "  {}", self.name)?;
        }
        writeln!(f, "  ({}, {})", self.kind, self.version)?;
        for (path, name) in &self.of {
            line(f, "of", format_args!("{path} {name}"))?;
        }
        if let Some(data_type) = self.data_type {
            let name = self.data_type_name.unwrap_or_default();
            line(f, "type", format_args!("{data_type} {name}"))?;
        }
        if let Some(form) = self.form {
            line(f, "form", format_args!("{form}"))?;
        }
        if !self.usage_word.is_empty() {
            line(f, "usage", format_args!("{}", self.usage_word))?;
        }
        match (self.repeats, self.most) {
            (Some(true), Some(most)) => line(f, "repeats", format_args!("up to {most} times"))?,
            (Some(true), None) => line(f, "repeats", format_args!("yes"))?,
            _ => {}
        }
        if let Some(length) = self.length {
            line(f, "length", format_args!("{length}"))?;
        }
        if let Some(table) = &self.table {
            let whose = if table.fixed { "fixed by HL7" } else { "sites may add codes" };
            let name = if table.name.is_empty() { "" } else { ", " };
            line(f, "table", format_args!("{} {}{name}{whose}", table.id, table.name))?;
        }
        if !self.messages.is_empty() {
            line(f, "messages", format_args!("{}", self.messages.join(", ")))?;
        }
        if !self.used_by.is_empty() {
            line(f, "used by", format_args!("{}", self.used_by.join(", ")))?;
        }
        self.past(f)?;
        parts(f, &self.parts)?;
        let width = self.codes.iter().map(|c| c.code.len()).max().unwrap_or(0).min(20);
        for code in &self.codes {
            writeln!(f, "  {:width$}  {}", code.code, code.meaning)?;
        }
        for row in &self.structure {
            let indent = row.depth * 2;
            let room = 30_usize.saturating_sub(indent);
            let text = format!("  {:indent$}{:room$}{}", "", row.text, row.name);
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

impl Entry {
    /// The versions that have it, and what it was in older ones.
    fn past(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = |era: &Era| match era.first == era.last {
            true => era.first.to_owned(),
            false => format!("{} to {}", era.first, era.last),
        };
        for (n, era) in self.history.iter().rev().enumerate() {
            let mut what = String::new();
            if n > 0 || era.name != self.name {
                write!(what, "  {}", era.name)?;
            }
            if self.history.len() > 1 {
                let usage = era.usage.map(String::from);
                let table = era.table.map(|table| format!("table {table}"));
                let words = [Some(era.data_type.to_owned()), usage, table];
                let words: Vec<String> =
                    words.into_iter().flatten().filter(|word| !word.is_empty()).collect();
                if !words.is_empty() {
                    write!(what, "  {}", words.join(" "))?;
                }
            }
            line(f, if n == 0 { "versions" } else { "" }, format_args!("{}{what}", span(era)))?;
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, label: &str, what: fmt::Arguments<'_>) -> fmt::Result {
    writeln!(f, "  {label:LABEL$}{}", what.to_string().trim_end())
}

fn parts(f: &mut fmt::Formatter<'_>, parts: &[Part]) -> fmt::Result {
    let widest = |of: fn(&Part) -> usize| parts.iter().map(of).max().unwrap_or(0);
    let path = widest(|part| part.path.len());
    let name = widest(|part| part.name.len());
    let data_type = widest(|part| part.data_type.len());
    for part in parts {
        let repeats = if part.repeats { "repeats" } else { "" };
        let table = part.table.unwrap_or_default();
        let text = format!(
            "  {:path$}  {:name$}  {:data_type$}  {}  {table:4}  {repeats}",
            part.path, part.name, part.data_type, part.usage
        );
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}
