//! Findings as acknowledgments: one for each message, with ERR segments.

use super::{Options, Subject, describe};
use crate::core::{Charset, segment_id};
use crate::dictionary::{Version, standard};
use crate::net::ack::{Answer, Code, Condition, Fault, Header, Kind, Location, Severity as Grade};
use crate::ops::validate::finding::{At, Finding};
use crate::ops::validate::rule::{Rule, Severity};
use crate::ops::visible;
use sha2::{Digest, Sha256};

/// Appends the acknowledgment of a message in a line of its own, as [`judge`] has it. Messages that
/// are acknowledgments have none.
pub(super) fn append(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    out: &mut Vec<u8>,
) {
    let Some(number) = subject.number else { return };
    let header = Header::of(subject.bytes);
    if header.is_some_and(|header| header.is_acknowledgment()) {
        return;
    }
    let header = header.map(usable);
    let (code, faults) = judge(options, subject, findings, has_fatal(header.as_ref()));
    let id = id(subject.file, number, options);
    let now = options.now;
    let answer = Answer { code, kind: Kind::Application, id: &id, now, faults: &faults };
    if !options.terminal {
        answer.append(header.as_ref(), out);
        out.push(b'\n');
        return;
    }
    let mut bytes = Vec::new();
    answer.append(header.as_ref(), &mut bytes);
    for segment in bytes.split(|&b| b == b'\r') {
        visible::append(segment, usize::MAX, out);
        out.push(b'\n');
    }
}

/// See [`Options::judge`].
pub(super) fn judge(
    options: &Options,
    subject: &Subject<'_>,
    findings: &[Finding<'_>],
    has_fatal: bool,
) -> (Code, Vec<Fault>) {
    let fails = |finding: &&Finding<'_>| options.fails(std::slice::from_ref(*finding));
    let is_refused = |finding: &Finding<'_>| {
        finding.rule == Rule::Enc1 || (200..204).contains(&finding.rule.description().code)
    };
    let failures = || findings.iter().filter(fails);
    let code = match failures().next() {
        None => Code::Accept,
        Some(_) if failures().any(is_refused) => Code::Reject,
        Some(_) => Code::Error,
    };
    let has_grades = subject.version >= Version::V2_5;
    let is_told = |finding: &&Finding<'_>| {
        fails(finding) || (has_grades && finding.severity >= Severity::Warning)
    };
    let told = findings.iter().filter(is_told);
    (code, told.map(|finding| fault(subject, finding, has_fatal)).collect())
}

/// The header, as far as an acknowledgment can repeat it. Instead of a version, processing id,
/// event or character set that nobody knows it has its own, or none: else it would be as wrong as
/// the message.
fn usable(header: Header<'_>) -> Header<'_> {
    let event = header.component(9, 2);
    let is_event = event.len() == 3 && event.iter().all(u8::is_ascii_alphanumeric);
    let id = header.component(11, 1);
    let is_processing_id = matches!(id, b"P" | b"T" | b"D");
    let version = header.component(12, 1);
    let sets = header.field(18);
    let mut labels = sets.split(|&b| b == header.separators().repetition).map(<[u8]>::trim_ascii);
    let table = standard().table("0211");
    let are_known = labels.all(|label| {
        label.is_empty()
            || Charset::from_label(label).is_some()
            || table.is_some_and(|table| table.knows(label))
    });
    header
        .with(9, if is_event { header.field(9) } else { b"" })
        .with(11, if is_processing_id { id } else { b"" })
        .with(12, if Version::from_msh12(version).is_some() { version } else { b"" })
        .with(18, if are_known { sets } else { b"" })
}

/// Whether a version has the severity F (table 0516). An acknowledgment of what has no header, or
/// no version, is of 2.5.1.
fn has_fatal(header: Option<&Header<'_>>) -> bool {
    let version = header.and_then(|header| Version::from_msh12(header.component(12, 1)));
    fatal_in(version.unwrap_or(Version::V2_5_1))
}

/// As [`has_fatal`], of a version.
pub(super) fn fatal_in(version: Version) -> bool {
    standard().table("0516").is_some_and(|table| table.code(version, b"F").is_some())
}

fn fault(subject: &Subject<'_>, finding: &Finding<'_>, has_fatal: bool) -> Fault {
    let At { segment, occurrence, field, repetition, component, subcomponent, .. } = finding.at;
    let location = segment_id::is_proper(segment).then_some(Location {
        segment,
        sequence: occurrence.max(1) as usize,
        field: field.into(),
        repetition: if field > 0 { repetition.max(1) as usize } else { 0 },
        component: component.into(),
        subcomponent: subcomponent.into(),
    });
    let severity = match finding.severity {
        _ if finding.rule == Rule::Enc1 && has_fatal => Grade::Fatal,
        Severity::Error => Grade::Error,
        Severity::Warning => Grade::Warning,
        Severity::Info | Severity::Off => Grade::Information,
    };
    let code = finding.rule.description().code;
    let condition = Condition::of(code).unwrap_or(Condition::OtherError);
    let text = format!("{} [{}]", describe::sentence(subject, finding), finding.rule);
    Fault { location, condition, severity, text }
}

/// A control id that no other acknowledgment of a run has, of 20 characters at most.
fn id(file: &str, number: u64, options: &Options) -> String {
    let mut digest = Sha256::new();
    digest.update(file);
    digest.update(number.to_be_bytes());
    if let Some(now) = &options.now {
        let mut time = Vec::new();
        now.write_hl7(&mut time);
        digest.update(time);
    }
    digest.finalize().iter().take(10).map(|byte| format!("{byte:02X}")).collect()
}
