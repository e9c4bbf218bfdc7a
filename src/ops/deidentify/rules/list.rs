//! The rules as text, in the form in which rules of a site are read.

use super::{Action, Rules};
use sha2::{Digest, Sha256};
use std::fmt::Write;

impl Rules {
    /// All rules as an overlay ([`super::Overlay`]) that gives the same rules over any profile.
    #[must_use]
    pub fn list(&self) -> String {
        let mut out = String::new();
        let mut line = |target: &str, action: Action, remark: &str| {
            let _ = match action {
                Action::Constant(n) => {
                    write!(out, "{target} = constant {}", self.constant_text(n))
                }
                action => write!(out, "{target} = {}", action.word()),
            };
            if remark.is_empty() {
                out.push('\n');
            } else {
                let _ = writeln!(out, "\t# {remark}");
            }
        };
        line("*", self.others.action, "segments that are in no version of the standard");
        line("Z*", self.local.action, "segments of sites");
        for (name, action) in &self.observed {
            line(&format!("@{name}"), *action, "");
        }
        for segment in &self.segments {
            let id = String::from_utf8_lossy(&segment.id);
            if segment.beyond.action != self.unknown(&segment.id).action {
                line(&id, segment.beyond.action, "");
            }
            for rule in &segment.fields {
                if &segment.id == b"MSH" && rule.field <= 2 {
                    continue;
                }
                let target = format!("{id}-{}", rule.field);
                let remark = match rule.names {
                    "" => rule.category_name.to_owned(),
                    names => format!("{} {names}", rule.category_name),
                };
                line(&target, rule.action, &remark);
                for (component, action) in &rule.components {
                    line(&format!("{target}.{component}"), *action, "");
                }
            }
        }
        out
    }

    /// By which two sets of rules can be told apart: 16 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let digest = Sha256::digest(self.list().as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
