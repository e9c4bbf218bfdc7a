//! Messages that nobody wrote: every structure of the standard, and every segment of every version,
//! all or some of their fields filled with values of their data types. The same seed gives the same
//! messages.

use super::{KINDS, valid};
use crate::fhir_path::find;
use crate::program::pipehat;
use pipehat::dictionary::{Node, Version, VersionView, standard};
use std::collections::BTreeMap;
use std::fmt::Write;

#[test]
fn every_segment_of_every_version_gives_valid_bundles() {
    let messages = messages();
    assert!(messages.len() > 600, "{} messages", messages.len());
    let input = messages.concat();
    let with_extensions = (KINDS[0], "extension");
    for (kind, unmapped) in KINDS.map(|kind| (kind, "none")).into_iter().chain([with_extensions]) {
        let args = ["to-fhir", "-q", "--bundle", kind, "--unmapped", unmapped];
        let out = pipehat(&args).stdin(&input).run();
        assert_eq!((out.code, valid(&out).len()), (0, messages.len()));
    }
}

/// Segments in which what FHIR requires is not there, with what must not be lost of them.
#[test]
fn what_says_little_gives_valid_bundles() {
    for (segment, path, kept) in [
        ("IN1|1||||12 Main^^Boston", "Organization.address.city", "Boston"),
        ("IN1|1||^^^H^XX", "Organization.identifier.extension.valueCode", "unknown"),
        ("AL1|1|^^C999^^^|||Rash", "AllergyIntolerance.reaction.manifestation.text", "Rash"),
        ("RF1|A|R||W^Walk-in^L", "ServiceRequest.orderDetail.coding.code", "W"),
        (
            "OBR|1|||^^^|||||||||||||||||||||||||||||||||||||||||||S^Supply^L",
            "ServiceRequest.orderDetail.coding.code",
            "S",
        ),
        ("OBR|1|P1||7^Drug^L||||||||||||||||||||||^^ ", "ServiceRequest.code.coding.code", "7"),
        ("OBR|1|P1||7^Drug^L||||||||||||||||||||||&&I10^^", "ServiceRequest.code.coding.code", "7"),
        ("SCH|1\rAIP|1|||^^^^^^^^^^^^^^^x", "Appointment.participant.status", "needs-action"),
        ("GT1|1||||||||||||||||||||^^^1^^M10^H", "Patient.identifier.value", "P1"),
    ] {
        let message = format!(
            "MSH|^~\\&|A|B|||20240501||REF^I12^REF_I12|1|P|2.7\rPID|1||P1^^^H^MR\r{segment}\r\n"
        );
        let bundle = valid(&pipehat(&["to-fhir", "-q"]).stdin(message).run()).pop().unwrap();
        let found = find(&bundle, path);
        assert!(found.iter().any(|value| value == kept), "{segment}: {found:?}");
    }
}

/// Messages with parts of them gone, said twice, or with something else within.
#[test]
fn broken_messages_give_valid_bundles() {
    let mut random = Random { state: 11, filled: 0 };
    for (kind, unmapped) in [("transaction", "extension"), ("message", "none")] {
        let broken: Vec<_> = messages().into_iter().map(|m| random.broken(m)).collect();
        let args = ["to-fhir", "-q", "--bundle", kind, "--unmapped", unmapped];
        let out = pipehat(&args).stdin(broken.concat()).run();
        assert_eq!((out.code, valid(&out).len()), (0, broken.len()));
    }
}

/// Messages of one length after the other: what has extensions in one has none in the next.
#[test]
fn extensions_stand_where_they_belong() {
    let types = ["generate", "all", "--version", "2.2", "--fill", "required", "--seed", "23"];
    let made = pipehat(&[&types[..], &["-n", "90"]].concat()).run();
    for kind in KINDS {
        let args = ["to-fhir", "-q", "--bundle", kind, "--unmapped", "extension"];
        assert_eq!(valid(&pipehat(&args).stdin(&made.stdout).run()).len(), 90);
    }
}

/// One message of each structure, in some version that has it, and one with all segments for each
/// version: with all fields and parts of them, with half of them, and with few.
pub(super) fn messages() -> Vec<String> {
    [4, 2, 1].into_iter().flat_map(messages_with).collect()
}

/// Of four fields and parts of fields, `filled` are there.
fn messages_with(filled: usize) -> Vec<String> {
    let mut random = Random { state: 7, filled };
    let mut versions = BTreeMap::<_, Vec<Version>>::new();
    for version in Version::ALL {
        for id in standard().version(version).structure_ids() {
            versions.entry(id).or_default().push(version);
        }
    }
    let mut messages = Vec::new();
    for (id, versions) in versions {
        let version = versions[random.below(versions.len())];
        let structure = standard().structure(version, id).unwrap();
        let mut segments = Vec::new();
        random.segments(structure.nodes(), &mut segments);
        messages.push(random.message(version, id, &segments));
    }
    for version in Version::ALL {
        let view = standard().version(version);
        let segments: Vec<_> = view.segments().iter().map(|segment| segment.id()).collect();
        messages.push(random.message(version, "ADT_A01", &segments));
    }
    messages
}

/// Numbers that look random (SplitMix64).
struct Random {
    state: u64,
    filled: usize,
}

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }

    /// Whether a field, or a part of one, is there.
    fn is_there(&mut self) -> bool {
        self.below(4) < self.filled
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    /// A message with some edits behind its header.
    fn broken(&mut self, message: String) -> String {
        let header = message.find('\r').unwrap() + 1;
        let mut characters: Vec<char> = message[header..].trim_end_matches('\n').chars().collect();
        for _ in 0..=self.below(10) {
            let at = self.below(characters.len() + 1);
            let end = (at + self.below(40)).min(characters.len());
            match self.below(5) {
                0 | 1 => _ = characters.splice(at..at, self.one(&FRAGMENTS).chars()),
                2 => _ = characters.drain(at..end),
                3 => _ = characters.splice(at..end, self.one(&TIMES).chars()),
                _ => {
                    let to = self.below(characters.len() + 1);
                    let again = characters[at..end].to_vec();
                    characters.splice(to..to, again);
                }
            }
        }
        format!("{}{}\n", &message[..header], characters.iter().collect::<String>())
    }

    /// The segments of a structure in their order; of what may repeat, some do.
    fn segments(&mut self, nodes: &[Node], segments: &mut Vec<&'static str>) {
        for node in nodes {
            for _ in 0..=usize::from(node.is_repeating() && self.below(3) == 0) {
                match node {
                    Node::Segment { id, .. } => segments.push(id),
                    _ => self.segments(node.children(), segments),
                }
            }
        }
    }

    fn message(&mut self, version: Version, structure: &str, segments: &[&str]) -> String {
        let (code, event) = structure.split_once('_').unwrap_or((structure, ""));
        let id = self.below(1 << 30);
        let mut message = format!(
            "MSH|^~\\&|LAB|EAST|EHR|WEST|20240501120000+0100||{code}^{event}^{structure}|{id}|P|{}\r",
            version.as_str()
        );
        let view = standard().version(version);
        for id in segments.iter().filter(|id| **id != "MSH") {
            if let Some(segment) = view.segment(id.as_bytes()) {
                message.push_str(id);
                let observed = self.one(&OBSERVED);
                for (n, field) in (1..).zip(segment.fields()) {
                    message.push('|');
                    match (*id, n) {
                        ("OBX", 2) => message.push_str(observed),
                        _ if !self.is_there() => {}
                        ("OBX", 5) => self.value(view, observed, None, "^&", &mut message),
                        _ => {
                            self.value(view, field.data_type, field.table, "^&", &mut message);
                            if field.repeats != Some(1) && self.below(2) == 0 {
                                message.push('~');
                                self.value(view, field.data_type, field.table, "^&", &mut message);
                            }
                        }
                    }
                }
                message.push('\r');
            }
        }
        message + "\n"
    }

    /// A value of a data type, its parts between the first of the delimiters.
    fn value(
        &mut self,
        view: &VersionView,
        data_type: &str,
        table: Option<&str>,
        delimiters: &str,
        out: &mut String,
    ) {
        let parts = view.data_type(data_type).map(|t| t.components()).unwrap_or_default();
        if let (Some(delimiter), false) = (delimiters.get(..1), parts.is_empty()) {
            for (i, part) in parts.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { delimiter });
                if self.is_there() {
                    let table = part.table.or(table.filter(|_| i == 0));
                    self.value(view, part.data_type, table, &delimiters[1..], out);
                }
            }
        } else {
            self.primitive(view.version(), data_type, table, out);
        }
    }

    fn primitive(
        &mut self,
        version: Version,
        data_type: &str,
        table: Option<&str>,
        out: &mut String,
    ) {
        if self.below(40) == 0 {
            return out.push_str(self.one(&ODD));
        }
        let codes: Vec<_> = table
            .and_then(|id| standard().table(id))
            .map(|table| table.codes(version).map(|code| code.code).collect())
            .unwrap_or_default();
        if !codes.is_empty() && self.below(4) != 0 {
            return out.push_str(self.one(&codes));
        }
        let number = self.below(1000);
        let written = match data_type {
            "DT" => write!(out, "2024{:02}{:02}", 1 + number % 12, 1 + number % 28),
            "TM" => write!(out, "{:02}{:02}", number % 24, number % 60),
            "DTM" | "TS" | "TSComponentOne" => {
                out.push_str(self.one(&TIMES));
                Ok(())
            }
            "NM" | "SI" | "SNM" => write!(out, "{}", self.one(&NUMBERS)),
            "ID" | "IS" => write!(out, "C{number}"),
            "TN" => write!(out, "(555)555-{number:04}"),
            _ => write!(out, "{} {number}", self.one(&WORDS)),
        };
        written.unwrap();
    }
}

/// What edits put into messages.
const FRAGMENTS: [&str; 24] = [
    "|", "||", "|||||", "^", "^^", "&", "~", "~^", "\r", "\\", "\\S\\", "\\X0A\\", "\\H\\", "\"\"",
    "\"", " ", "  ", "\u{FEFF}", "\u{A0}", "\t", "\u{7F}", "-", "1", "D",
];
const OBSERVED: [&str; 28] = [
    "NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CNE", "CF", "IS", "ID", "DT", "TM", "TS", "DTM",
    "DR", "NR", "NA", "MA", "ED", "RP", "CX", "XPN", "XAD", "XTN", "XCN", "CQ", "EI",
];
const TIMES: [&str; 8] = [
    "2024",
    "202402",
    "20240229",
    "2024022913",
    "202402291314",
    "20240229131415",
    "20240229131415.1617",
    "20240229131415+0530",
];
const NUMBERS: [&str; 6] = ["0", "1", "42", "-7", "3.50", "1000000"];
const WORDS: [&str; 6] = ["Oslo", "M\u{fc}ller", "two words", "a\\F\\b", "\u{6771}\u{4eac}", "x"];
const ODD: [&str; 12] = [
    "",
    "\"\"",
    "20230230",
    "00000000",
    "2024022925",
    "abc",
    " ",
    "\\.br\\",
    "1e5",
    "urn:x y",
    "<5",
    "\u{a0}",
];
