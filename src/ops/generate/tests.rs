//! What is promised of messages: that they are valid, and the same again.

use super::*;
use crate::core::{Frame, Frames, Message, TextOptions};
use crate::ops::validate::{Scratch, Settings as Strictness, Severity, Validator};
use std::collections::BTreeMap;

fn settings(version: Version, fill: Fill) -> Settings {
    // 2024-01-01.
    Settings { seed: 7, version, fill, start: 19_723 * 86_400 }
}

fn all() -> Wanted {
    Wanted { what: Kind::All, weight: None }
}

/// What is wrong with a message: an entry for each finding.
fn wrong(validator: &Validator, bytes: &[u8], scratch: &mut Scratch) -> Vec<String> {
    let Some(Frame::Message(framed)) = Frames::new(bytes).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let mut findings = Vec::new();
    let checked = validator.check(&message, &TextOptions::default(), scratch, &mut findings);
    let severe = findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let mut wrong: Vec<String> = severe
        .map(|finding| {
            let (at, line) = (finding.at, finding.at.line.saturating_sub(1) as usize);
            let segment = bytes.split(|&b| b == b'\r').nth(line).unwrap_or_default();
            format!(
                "{} {}-{}.{}.{} {:?}\n    {}",
                finding.rule,
                at.segment.escape_ascii(),
                at.field,
                at.component,
                at.subcomponent,
                finding.problem,
                segment.escape_ascii()
            )
        })
        .collect();
    if checked.structure.is_none() {
        wrong.push("it has no structure".to_owned());
    }
    wrong
}

#[test]
fn every_structure_of_every_version_is_valid() {
    let validator = Validator::standard(Strictness::strict());
    let mut scratch = Scratch::default();
    let mut all_wrong = BTreeMap::<String, String>::new();
    let mut pairs = 0;
    let mut out = Vec::new();
    for version in Version::ALL {
        for (fill, rounds) in [(Fill::Required, 1), (Fill::Typical, 2), (Fill::All, 1)] {
            let generator = Generator::new(&[all()], settings(version, fill)).unwrap();
            let mut messages = generator.messages();
            for _ in 0..rounds * generator.turns() {
                out.clear();
                messages.append(&mut out);
                for what in wrong(&validator, &out, &mut scratch) {
                    let header = out.split(|&b| b == b'\r').next().unwrap_or_default();
                    let key: String = what.lines().next().unwrap_or_default().to_owned();
                    all_wrong
                        .entry(key)
                        .or_insert(format!("{what}\n    {fill:?} {}\n", header.escape_ascii()));
                }
            }
            pairs += if fill == Fill::Typical { generator.turns() } else { 0 };
        }
    }
    assert!(pairs > 2100, "{pairs} structures of versions");
    let shown: String = all_wrong.values().take(150).map(String::as_str).collect();
    assert!(all_wrong.is_empty(), "{} kinds\n{shown}", all_wrong.len());
}
