//! Expected values come from chapter 2 of the standard, section 2.10.3 (batches), and from what
//! `rules.tsv` says of MSG-3.

use super::*;
use crate::core::{Frame, Frames};
use crate::ops::validate::settings::Settings;

fn facts(text: &str) -> Facts {
    let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
    Facts::of(&Message::new(framed).unwrap())
}

fn message(id: &str) -> Facts {
    facts(&format!("MSH|^~\\&|A|B|C|D|2024||ADT^A01|{id}|P|2.5\rPID|1\r\n"))
}

/// The numbers of the messages with findings, of messages with these ids.
fn repeated(source: &mut Source, ids: &[&str]) -> Vec<usize> {
    let severities = Settings::new().severities;
    let mut with = Vec::new();
    for (number, id) in (1..).zip(ids) {
        let mut findings = Vec::new();
        source.message(&message(id), number as u64, &severities, &mut findings);
        if !findings.is_empty() {
            with.push(number);
        }
    }
    with
}

#[test]
fn ids_are_remembered_for_so_many_messages_and_no_more_than_twice_as_many() {
    let source = || Source::remembering(3);
    assert_eq!(repeated(&mut source(), &["A", "B", "C", "A"]), [4]);
    // Seen again, it is remembered anew.
    assert_eq!(repeated(&mut source(), &["A", "B", "A", "C", "D", "A"]), [3, 6]);
    let mut long: Vec<String> = (0..7).map(|n| format!("L{n}")).collect();
    long.push("L0".to_owned());
    let ids: Vec<&str> = long.iter().map(String::as_str).collect();
    assert_eq!(repeated(&mut source(), &ids), [] as [usize; 0]);
    let mut source = source();
    for n in 0..1000 {
        repeated(&mut source, &[&format!("X{n}")]);
        assert!(source.seen.recent.len() <= 3 && source.seen.older.len() <= 3);
    }
}

#[test]
fn an_empty_id_is_not_one() {
    assert_eq!(repeated(&mut Source::default(), &["", "", "\"\"", "\"\""]), [] as [usize; 0]);
}

#[test]
fn the_first_message_with_the_id_is_told() {
    let severities = Settings::new().severities;
    let mut source = Source::default();
    let mut findings = Vec::new();
    for number in [3, 8, 9] {
        source.message(&message("A"), number, &severities, &mut findings);
    }
    let wrong = |f: &Finding<'_>| match &f.problem {
        Problem::Plain { wrong, .. } => wrong.to_string(),
        other => panic!("{other:?}"),
    };
    let expected = "message 3 has the same control id";
    assert_eq!(findings.iter().map(wrong).collect::<Vec<_>>(), [expected, expected]);
    let text = "MSH|^~\\&|A|B|C|D|2024||ADT^A01|A|P|2.5\r";
    let (from, to) = findings[0].span;
    assert_eq!(&text[from as usize..to as usize], "A");
}

#[test]
fn rules_that_are_off_are_not_looked_at() {
    let mut settings = Settings::new();
    settings.set(Rule::Msg3, None, Severity::Off);
    settings.set(Rule::Bat1, None, Severity::Off);
    let mut source = Source::default();
    let mut findings = Vec::new();
    for number in 1..3 {
        source.message(&message("A"), number, &settings.severities, &mut findings);
    }
    source.envelope(b"BTS|7", 0, 2, &settings.severities, &mut findings);
    source.envelope(b"BHS|^~\\&", 9, 2, &settings.severities, &mut findings);
    assert!(findings.is_empty() && source.end(&settings.severities).is_empty());
}

/// The findings of a stream of envelope segments and counts of messages behind each, by how severe
/// they are.
fn severities_of(stream: &[(&str, u64)]) -> Vec<Severity> {
    let severities = Settings::new().severities;
    let mut source = Source::default();
    let mut findings = Vec::new();
    let mut before = 0;
    for (offset, (segment, messages)) in (0..).zip(stream) {
        source.envelope(segment.as_bytes(), offset, before, &severities, &mut findings);
        before += messages;
    }
    let end = source.end(&severities).into_iter().map(|(_, finding)| finding);
    findings.into_iter().chain(end).map(|finding| finding.severity).collect()
}

fn findings_of(stream: &[(&str, u64)]) -> usize {
    severities_of(stream).len()
}

#[test]
fn any_envelope_may_be_missing() {
    let (fhs, bhs) = ("FHS|^~\\&", "BHS|^~\\&");
    // Messages without a header are a batch: one, or as many as there are trailers.
    for stream in [
        &[(fhs, 2), ("FTS|1", 0)][..],
        &[(fhs, 0), ("FTS|0", 0)],
        &[(fhs, 2), (bhs, 1), ("BTS|1", 1), ("FTS|3", 0)],
        &[(fhs, 0), (bhs, 1), ("BTS|1", 0), (bhs, 1), ("BTS|1", 0), ("FTS|2", 0)],
        &[("", 3), (bhs, 1), ("BTS|1", 0)],
    ] {
        assert_eq!(severities_of(stream), [], "{stream:?}");
    }
    // Where only one of a pair is there, something may have been cut off.
    let warning = Severity::Warning;
    for stream in [
        &[(fhs, 2)][..],
        &[(bhs, 2)],
        &[("", 2), ("BTS|2", 0)],
        &[("", 2), ("FTS|1", 0)],
        &[(fhs, 2), ("BTS|2", 0), ("FTS|1", 0)],
        &[(fhs, 0), (bhs, 1), ("FTS|1", 0)],
        &[(fhs, 0), (bhs, 1), (bhs, 1), ("BTS|1", 0), ("FTS|2", 0)],
    ] {
        assert_eq!(severities_of(stream), [warning], "{stream:?}");
    }
    for stream in
        [&[(fhs, 2), ("FTS|2", 0)][..], &[(fhs, 2), ("FTS|0", 0)], &[(bhs, 2), ("BTS|1", 0)]]
    {
        assert_eq!(severities_of(stream), [Severity::Error], "{stream:?}");
    }
}

#[test]
fn envelopes_of_all_kinds() {
    for (stream, expected) in [
        (
            &[
                ("FHS|^~\\&", 0),
                ("BHS|^~\\&", 2),
                ("BTS|2", 0),
                ("BHS|^~\\&", 0),
                ("BTS|0", 0),
                ("FTS|2", 0),
            ][..],
            0,
        ),
        (&[("BHS|^~\\&", 2), ("BTS", 0)], 0),
        (&[("BHS|^~\\&", 2), ("BTS| 2 |x", 0)], 0),
        (&[("BHS|^~\\&", 2), ("BTS|\"\"", 0)], 0),
        (&[("BHS|^~\\&", 2), ("BTS|-2", 0)], 1),
        (&[("BHS|^~\\&", 2), ("BTS|99999999999999999999", 0)], 1),
        (&[("BHS", 0), ("BTS|0", 0)], 1),
        (&[("BHS|^^", 0), ("BTS|0", 0)], 1),
        (&[("BHS#*!?@", 1), ("BTS#1", 0)], 0),
        (&[("BHS#*!?@", 1), ("BTS|1", 0)], 1),
        (&[("FHS#*!?@", 0), ("BHS|^~\\&", 0), ("BTS|0", 0), ("FTS#1", 0)], 1),
        (&[("FTS|0", 0)], 1),
        (&[("FHS|^~\\&", 0), ("BHS|^~\\&", 1), ("FTS|1", 0)], 1),
        (&[("FHS|^~\\&", 0), ("FHS|^~\\&", 1), ("FTS|1", 0)], 1),
        (&[("FHS|^~\\&", 0), ("BHS|^~\\&", 1)], 2),
    ] {
        assert_eq!(findings_of(stream), expected, "{stream:?}");
    }
}
