//! What is wrong with messages, by the rules that they break.

use crate::ops::validate::batch::{self, Facts};
use crate::ops::validate::{Finding, Rule, Severities, Severity};

/// How often rules are broken.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    of_rules: Vec<OfRule>,
    /// Messages that break any.
    pub(super) messages: u64,
    /// What is held against messages before, in order.
    events: Vec<Event>,
}

/// How often a rule is broken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfRule {
    pub(super) findings: u64,
    pub(super) messages: u64,
    /// That of the worst.
    pub(super) severity: Severity,
}

#[derive(Clone, Debug)]
struct Event {
    source: usize,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// A message, its number in the source, and whether something is wrong with it alone.
    Message {
        facts: Facts,
        number: u64,
        is_broken: bool,
    },
    Envelope {
        bytes: Box<[u8]>,
        offset: u64,
        before: u64,
    },
}

impl Problems {
    /// Counts what is wrong with a message by itself. `facts` and its number are kept to hold it
    /// against others; a message whose delimiters cannot be used has none.
    pub fn message(
        &mut self,
        source: usize,
        number: u64,
        facts: Option<Facts>,
        findings: &[Finding<'_>],
    ) {
        let is_broken = self.add(findings);
        self.messages += u64::from(is_broken);
        if let Some(facts) = facts {
            let what = What::Message { facts, number, is_broken };
            self.events.push(Event { source, what });
        }
    }

    /// Keeps an envelope segment, which stands at `offset` with `before` messages before it.
    pub fn envelope(&mut self, source: usize, bytes: &[u8], offset: u64, before: u64) {
        let what = What::Envelope { bytes: bytes.into(), offset, before };
        self.events.push(Event { source, what });
    }

    /// Counts what was found in one message, or around messages; tells whether it was anything.
    fn add(&mut self, findings: &[Finding<'_>]) -> bool {
        self.of_rules.resize(Rule::ALL.len(), OfRule::default());
        for (n, finding) in findings.iter().enumerate() {
            let of_rule = &mut self.of_rules[finding.rule as usize];
            of_rule.findings += 1;
            of_rule.severity = of_rule.severity.max(finding.severity);
            let is_first = findings[..n].iter().all(|before| before.rule != finding.rule);
            of_rule.messages += u64::from(is_first);
        }
        !findings.is_empty()
    }

    /// Adds what comes behind, and empties it.
    pub(super) fn merge(&mut self, other: &mut Self) {
        self.of_rules.resize(self.of_rules.len().max(other.of_rules.len()), OfRule::default());
        for (own, theirs) in self.of_rules.iter_mut().zip(&mut other.of_rules) {
            own.findings += theirs.findings;
            own.messages += theirs.messages;
            own.severity = own.severity.max(theirs.severity);
            *theirs = OfRule::default();
        }
        self.messages += std::mem::take(&mut other.messages);
        self.events.append(&mut other.events);
    }

    /// The rules that are broken.
    pub(super) fn broken(&self) -> impl Iterator<Item = (Rule, OfRule)> {
        let all = Rule::ALL.iter().copied().zip(self.of_rules.iter().copied());
        all.filter(|(_, of_rule)| of_rule.findings > 0)
    }
}

/// The source under way, to hold messages against those before them.
#[derive(Debug, Default)]
pub(super) struct Across {
    current: Option<(usize, batch::Source)>,
}

impl Across {
    /// Counts what messages and envelopes have against those before them.
    pub(super) fn settle(&mut self, problems: &mut Problems, severities: &Severities) {
        let mut findings = Vec::new();
        for Event { source, what } in std::mem::take(&mut problems.events) {
            if self.current.as_ref().is_none_or(|(current, _)| *current != source) {
                self.end(problems, severities);
                self.current = Some((source, batch::Source::default()));
            }
            let Some((_, current)) = &mut self.current else { continue };
            findings.clear();
            match what {
                What::Message { facts, number, is_broken } => {
                    current.message(&facts, number, severities, &mut findings);
                    problems.messages += u64::from(problems.add(&findings) && !is_broken);
                }
                What::Envelope { bytes, offset, before } => {
                    current.envelope(&bytes, offset, before, severities, &mut findings);
                    problems.add(&findings);
                }
            }
        }
    }

    /// Counts what is missing at the end of the source under way.
    pub(super) fn end(&mut self, problems: &mut Problems, severities: &Severities) {
        if let Some((_, source)) = self.current.take() {
            let findings: Vec<_> = source.end(severities).into_iter().map(|(_, f)| f).collect();
            problems.add(&findings);
        }
    }
}
