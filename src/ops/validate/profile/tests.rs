//! Overlays and maps from memory, held against messages.

use super::*;
use crate::core::{Frame, Frames, Message, TextOptions};
use crate::ops::validate::{Scratch, Settings, Validator};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files in memory.
#[derive(Default)]
pub(super) struct Memory(pub(super) BTreeMap<PathBuf, Vec<u8>>);

impl Store for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        self.0.get(&load::plain(path)).cloned().ok_or_else(|| "no such file".to_owned())
    }

    fn list(&self, path: &Path) -> Result<Option<Vec<PathBuf>>, String> {
        let inside = self.0.keys().filter(|file| file.parent() == Some(path) && *file != path);
        let found: Vec<_> = inside.cloned().collect();
        Ok((!found.is_empty() && !self.0.contains_key(path)).then_some(found))
    }
}

pub(super) fn files(all: &[(&str, &str)]) -> Memory {
    Memory(all.iter().map(|(name, text)| (name.into(), text.as_bytes().to_vec())).collect())
}

/// What is found in a message that is held against the profile of a file: severity, rule, place.
#[track_caller]
pub(super) fn found_in(store: &Memory, paths: &[&str], message: &str) -> Vec<String> {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let profiles = load(store, &paths, None, false).unwrap_or_else(|error| panic!("{error}"));
    found_by(profiles, message)
}

fn found_by(profiles: Profiles, message: &str) -> Vec<String> {
    let validator = Validator::new(Settings::new(), profiles);
    let message = message.replace('\n', "\r");
    let Some(Frame::Message(framed)) = Frames::new(message.as_bytes()).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
    validator.check(&message, &TextOptions::default(), &mut scratch, &mut findings);
    let told = findings.iter().map(|finding| {
        let At { segment, occurrence, field, component, subcomponent, .. } = finding.at;
        let place = crate::ops::validate::settings::PlacePattern {
            segment,
            field,
            component,
            subcomponent,
        };
        let place = if segment == [0; 3] { String::new() } else { place.to_string() };
        let which = if occurrence > 1 { format!("#{occurrence}") } else { String::new() };
        format!("{} {} {place}{which}", finding.severity, finding.rule)
    });
    told.collect()
}

const ADT: &str = "MSH|^~\\&|A|NORTH|||20240131||ADT^A01^ADT_A01|1|P|2.5.1\nEVN||20240131\n\
    PID|1||4711^^^N^MR||Brook^Wilma||19800229|F\nPV1|1|I";

/// What an overlay of 2.5.1 finds in a message, errors in the standard aside: there are none.
#[track_caller]
fn overlay(text: &str, message: &str) -> Vec<String> {
    assert_eq!(
        found_in(&files(&[("p.toml", "extends = \"2.5.1\"")]), &["p.toml"], message),
        [""; 0]
    );
    let text = format!("extends = \"2.5.1\"\n{text}");
    found_in(&files(&[("p.toml", &text)]), &["p.toml"], message)
}

/// The overlay finds this in a message in which the standard finds nothing, and nothing in another.
#[track_caller]
fn fires(text: &str, bad: &str, expected: &[&str], good: &str) {
    assert_eq!(overlay(text, bad), expected);
    assert_eq!(overlay(text, good), [""; 0]);
}

fn adt(from: &str, to: &str) -> String {
    assert!(ADT.contains(from), "{from}");
    ADT.replace(from, to)
}

#[test]
fn usages() {
    let text = "fields.PID-6.usage = \"R\"";
    fires(text, ADT, &["error USE-1 PID-6"], &adt("|19800229|F", "Moor|19800229|F"));
    fires("fields.PID-7.usage = \"X\"", ADT, &["error USE-3 PID-7"], &adt("|19800229", "|"));
    fires(
        "fields.PID-3 = { 6 = { usage = \"R\" } }",
        ADT,
        &["error USE-1 PID-3.6"],
        &adt("^MR", "^MR^X"),
    );
    let text = "[fields]\n\"PID-3.4.2\" = { usage = \"R\" }";
    fires(text, ADT, &["error USE-1 PID-3.4.2"], &adt("^N^", "^N&1.2&ISO^"));
    let text = "fields.PID-5.1 = { 2 = { usage = \"X\" } }";
    fires(text, &adt("Brook^", "Brook&van^"), &["error USE-3 PID-5.1.2"], ADT);
    // Other fields of the same data type are as they were.
    let text = "fields.PID-3.6.usage = \"R\"";
    let message = adt("^MR|", "^MR^X|").replace("|F\n", "|F||||||||||4712^^^N^AN\n");
    assert_eq!(overlay(text, &message), [""; 0]);
}

#[test]
fn usages_with_conditions() {
    let text = "fields.PV1-44 = { usage = \"C(R/X)\", when = \"PV1-2 = I\" }";
    let discharged = ADT.to_owned() + &"|".repeat(42) + "20240131";
    fires(text, ADT, &["error USE-4 PV1-44"], &discharged);
    fires(text, &discharged.replace("|1|I", "|1|O"), &["error USE-4 PV1-44"], &adt("|1|I", "|1|O"));
    // Each segment is looked at by itself; a component, in each repetition.
    let text = "fields.NK1-3 = { usage = \"R\", when = \"NK1-7\" }";
    let two = adt("\nPV1", "\nNK1|1||||||N^N\nNK1|2||F|||\nPV1");
    fires(text, &two, &["error USE-4 NK1-3"], &two.replace("1||||||N^N", "1||M||||N^N"));
    let text = "fields.PID-3.6 = { usage = \"R\", when = \"PID-8 = F\" }";
    let two = adt("^MR|", "^MR^X~900^^^S^SS|");
    fires(text, &two, &["error USE-4 PID-3.6"], &adt("^MR|", "^MR^X~900^^^S^SS^X|"));
}

#[test]
fn cardinalities_and_lengths() {
    let text = "fields.PID-3.cardinality = \"2..3\"";
    fires(text, ADT, &["error CAR-1 PID-3"], &adt("^MR|", "^MR~5|"));
    fires("fields.PID-3.cardinality = 1", &adt("^MR|", "^MR~5|"), &["error CAR-1 PID-3"], ADT);
    fires("fields.PID-3.1.length = \"..3\"", ADT, &["error LEN-1 PID-3.1"], &adt("4711", "471"));
    // Length counts characters, not bytes, and escape sequences as what they stand for.
    assert_eq!(overlay("fields.PID-3.1.length = 3", &adt("4711", "4\u{e4}\\T\\")), [""; 0]);
    let text = "fields.PID-3.1.length = \"5..\"";
    fires(text, ADT, &["error LEN-1 PID-3.1"], &adt("4711", "47110"));
}

#[test]
fn values() {
    fires("fields.MSH-4.1.constant = \"N\"", ADT, &["error VAL-3 MSH-4.1"], &adt("|NORTH|", "|N|"));
    let text = "fields.PID-3.1.pattern = 'a|\\d{3}'";
    for bad in ["4711", "ab", "b471"] {
        fires(text, &adt("4711", bad), &["error VAL-3 PID-3.1"], &adt("4711", "471"));
    }
    let text = "fields.PID-8.codes = [\"M\", \"X\"]";
    fires(text, ADT, &["error VAL-1 PID-8"], &adt("|F", "|X"));
    let text = "fields.PID-8 = { codes = [\"M\"], strength = \"S\" }";
    assert_eq!(overlay(text, ADT), ["warning VAL-1 PID-8"]);
    let text = text.to_owned() + "\nseverities.\"VAL-1@PID-8\" = \"off\"";
    assert_eq!(overlay(&text, ADT), [""; 0]);
    let text = "fields.PID-10 = { codes = { A = \"one\" }, system = \"99AC\" }";
    let races = |value: &str| ADT.replace("|F\n", &format!("|F||{value}\n"));
    fires(text, &races("A^x^99B"), &["error VAL-1 PID-10.1"], &races("A^x^99AC"));
    fires(text, &races("B^x^99AC"), &["error VAL-1 PID-10.1"], &races("A"));
    // A table of the standard by its number.
    let text = "fields.PID-3.1.value-set = \"HL70001\"";
    assert_eq!(overlay(text, &adt("4711", "F")), [""; 0]);
    // To an open one others may add codes, unless the profile says that it is binding.
    let text = "fields.PID-8 = { value-set = \"HL70001\" }";
    assert_eq!(overlay(text, &adt("|F", "|Q")), ["info VAL-1 PID-8"]);
    let text = "fields.PID-8 = { value-set = \"HL70001\", strength = \"R\" }";
    fires(text, &adt("|F", "|Q"), &["error VAL-1 PID-8"], ADT);
}

#[test]
fn codes_of_the_header_that_has_rules_of_its_own() {
    for (field, own) in
        [("MSH-9.2", "A01"), ("MSH-9.3", "ADT_A01"), ("MSH-11.1", "P"), ("MSH-12.1", "2.5.1")]
    {
        let text = |code: &str| format!("fields.{field}.codes = [\"{code}\"]");
        assert_eq!(overlay(&text(own), ADT), [""; 0]);
        assert_eq!(overlay(&text("T"), ADT), [format!("error VAL-1 {field}")]);
    }
    // What the standard lists is told once, by that rule.
    let text = "extends = \"2.5.1\"\nfields.MSH-11.1.value-set = \"HL70103\"";
    let found = found_in(&files(&[("p.toml", text)]), &["p.toml"], &adt("|P|", "|X|"));
    assert_eq!(found, ["warning MSG-4 MSH-11.1"]);
}

#[test]
fn codes_of_files() {
    let text = "extends = \"2.5.1\"\nfields.PID-8 = { codes = \"codes/sex.csv\" }\n\
        value-sets.ids = { codes = \"codes/sex.csv\", column = \"other\", open = false }\n\
        fields.PID-3.1 = { value-set = \"ids\" }";
    let csv = "code,display,other\nF,Female,4711\n\"X\",\"Not, told\",4712\n";
    let store = files(&[("a/p.toml", text), ("a/codes/sex.csv", csv)]);
    assert_eq!(found_in(&store, &["a/p.toml"], ADT), [""; 0]);
    let found = found_in(&store, &["a/p.toml"], &adt("|F", "|M").replace("4711", "4713"));
    assert_eq!(found, ["error VAL-1 PID-3.1", "error VAL-1 PID-8"]);
}

#[test]
fn segments_of_their_own() {
    let text = "[segments.ZPD]\nname = \"Details\"\nfields = [\n{ name = \"Consent\", usage = \"R\", codes = [\"Y\", \"N\"] },\n\
        { name = \"Ward\", type = \"PL\" },\n{ name = \"Day\", type = \"DT\" }]\n\
        [structures.ADT_A01]\nZPD = { usage = \"R\", after = \"PID\" }";
    let with = |z: &str| adt("\nPV1", &format!("\n{z}\nPV1"));
    fires(text, ADT, &["error STR-2 ZPD"], &with("ZPD|Y|2^3|20240101"));
    fires(text, &with("ZPD||2"), &["error USE-1 ZPD-1"], &with("ZPD|N"));
    fires(text, &with("ZPD|Q"), &["error VAL-1 ZPD-1"], &with("ZPD|N"));
    fires(text, &with("ZPD|N||20240231"), &["error FMT-1 ZPD-3"], &with("ZPD|N"));
    let misplaced = ADT.to_owned() + "\nZPD|Y";
    let found = overlay(text, &misplaced);
    assert!(found.iter().all(|told| told.contains(" STR-")) && !found.is_empty(), "{found:?}");
    // One that is only described may stand anywhere.
    let (described, _) = text.split_once("[structures").unwrap();
    fires(described, &(ADT.to_owned() + "\nZPD|"), &["error USE-1 ZPD-1"], &misplaced);
}

#[test]
fn structures() {
    let nk1 = adt("\nPV1", "\nNK1|1\nPV1");
    fires("structures.ADT_A01.NK1.usage = \"R\"", ADT, &["error STR-2 NK1"], &nk1);
    fires("structures.ADT_A01.NK1.usage = \"X\"", &nk1, &["error STR-1 NK1"], ADT);
    let two = adt("\nPV1", "\nNK1|1\nNK1|2\nPV1");
    fires("structures.ADT_A01.NK1.cardinality = 1", &two, &["error STR-3 NK1#2"], &nk1);
    fires("structures.ADT_A01.NK1.cardinality = \"1..\"", ADT, &["error STR-2 NK1"], &two);
    // A segment in a group, and one of several of its name.
    let insured = ADT.to_owned() + "\nIN1|1|A|1\nIN2|1";
    let text = "structures.ADT_A01.INSURANCE.IN2.usage = \"X\"";
    fires(text, &insured, &["error STR-1 IN2"], &(ADT.to_owned() + "\nIN1|1|A|1"));
    fires("structures.ADT_A01.INSURANCE.usage = \"R\"", ADT, &["error STR-2 "], &insured);
    let text = "structures.ADT_A01.\"ROL[3]\".usage = \"X\"";
    let role = "\nROL||AD|PP|1";
    assert_eq!(overlay(text, &adt("\nPV1", &(role.to_owned() + "\nPV1"))), [""; 0]);
    // In any structure that has the neighbour.
    let text = "structures.\"*\".ZXX = { usage = \"R\", before = \"PV1\" }";
    fires(text, ADT, &["error STR-2 ZXX"], &adt("\nPV1", "\nZXX|1\nPV1"));
    // An event of one's own.
    let message = adt("A01^ADT_A01", "Z01");
    let text = "events.\"ADT^Z01\" = \"ADT_A01\"\nstructures.ADT_A01.NK1.usage = \"R\"";
    let store = files(&[("p.toml", &format!("extends = \"2.5.1\"\n{text}"))]);
    assert_eq!(found_in(&store, &["p.toml"], &message), ["error STR-2 NK1"]);
}

#[test]
fn data_types() {
    let text = "types.CX = { 4 = { usage = \"R\" } }";
    let message = adt("|F\n", "|F||||||||||4712^^^^AN\n");
    fires(text, &message, &["error USE-1 PID-18.4"], ADT);
    let text = "types.ZZZ.components = [{ name = \"a\", usage = \"R\" }, { name = \"b\", type = \"NM\" }]\n\
        fields.PID-40 = { name = \"Own\", type = \"ZZZ\" }";
    let of = |value: &str| {
        let text = format!("extends = \"2.5.1\"\n{text}");
        let message = ADT.replace("|F\n", &format!("|F{}{value}\n", "|".repeat(32)));
        found_in(&files(&[("p.toml", &text)]), &["p.toml"], &message)
    };
    assert_eq!(of("^x"), ["error USE-1 PID-40.1", "error FMT-2 PID-40.2"]);
    assert_eq!(of("a^1"), [""; 0]);
    fires("fields.PID-3.1.type = \"NM\"", &adt("4711", "x"), &["error FMT-2 PID-3.1"], ADT);
}

#[test]
fn rules() {
    let text = "[[rules]]\nrequire = \"PID-3[5=SS]\"\nid = \"ssn\"";
    fires(text, ADT, &["error COC-3 PID-3"], &adt("^MR|", "^MR~9^^^S^SS|"));
    let text = "[[rules]]\nwhen = \"PV1-2 = I\"\nrequire = \"PV1-3\"\nat = \"PV1-3.1\"\nseverity = \"info\"";
    fires(text, ADT, &["info COC-3 PV1-3.1"], &adt("|1|I", "|1|O"));
    // For each segment what belongs to it, and no other.
    let text = "[[rules]]\neach = \"NK1\"\nwhen = \"NK1-3 = M\"\nrequire = \"NK1-2 and PID-8 = F\"";
    let two = adt("\nPV1", "\nNK1|1|A^B|M\nNK1|2||M\nPV1");
    fires(text, &two, &["error COC-3 NK1-2#2"], &two.replace("|2||M", "|2||F"));
    // For each group.
    let text = "[[rules]]\neach = \"INSURANCE\"\nrequire = \"exists(IN2)\"";
    let insured = ADT.to_owned() + "\nIN1|1|A|1\nIN2|1\nIN1|2|A|1";
    fires(text, &insured, &["error COC-3 IN1#2"], &(insured.clone() + "\nIN2|2"));
    // A severity of the profile counts, and one that is off is silent.
    let text = "[[rules]]\nrequire = \"NK1\"\n[severities]\nCOC-3 = \"warning\"";
    assert_eq!(overlay(text, ADT), ["warning COC-3 NK1"]);
    assert_eq!(overlay(&text.replace("warning", "off"), ADT), [""; 0]);
}

#[test]
fn severities_by_place() {
    let text =
        "fields.PID-6.usage = \"R\"\nfields.PID-9.usage = \"R\"\n[severities]\n\"USE-1@PID-6\" = ";
    assert_eq!(overlay(&format!("{text}\"off\""), ADT), ["error USE-1 PID-9"]);
    let found = overlay(&format!("{text}\"info\""), ADT);
    assert_eq!(found, ["info USE-1 PID-6", "error USE-1 PID-9"]);
}

#[test]
fn one_profile_extends_another() {
    let base = "extends = \"2.5.1\"\n[fields]\nPID-6.usage = \"R\"\nPV1-3 = { usage = \"R\", when = \"PV1-2 = I\" }\n\
        [[rules]]\nid = \"a\"\nrequire = \"NK1\"";
    let own = "extends = \"../base.toml\"\n[fields]\nPID-6.usage = \"O\"\nPV1-3.usage = \"O\"\nPID-9.usage = \"R\"\n\
        [[rules]]\nid = \"a\"\nrequire = \"GT1\"";
    let store = files(&[("x/base.toml", base), ("x/y/own.toml", own)]);
    let found = found_in(&store, &["x/base.toml"], ADT);
    assert_eq!(found, ["error COC-3 NK1", "error USE-1 PID-6", "error USE-4 PV1-3"]);
    assert_eq!(found_in(&store, &["x/y/own.toml"], ADT), ["error COC-3 GT1", "error USE-1 PID-9"]);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let long = format!("extends = \"2.5.1\"\nname = \"{}", "x".repeat(1_000_000));
    let deep = format!("extends = \"2.5.1\"\nname = {}", "[".repeat(100_000));
    for (text, expected) in [
        ("", "p.toml: `extends` is missing"),
        ("extends = \"\"", "p.toml:1: the file of a profile is expected"),
        ("extends = 2.5", "p.toml:1: a text in quotes is expected"),
        ("extends = \"2.9\"", "p.toml:1: there are the versions 2.1, "),
        ("extends = \"other.toml\"", "other.toml: no such file"),
        ("extends = \"2.5.1\"\nextends = \"2.5\"", "p.toml:2: "),
        (
            "extends = \"2.5.1\"\n\nfeilds = {}",
            "p.toml:3: `feilds` is no key here; perhaps `fields` is meant",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { usege = \"R\" }",
            "p.toml:3: `usege` is no key here; perhaps `usage`",
        ),
        ("extends = \"2.5.1\"\n[fields]\nPID-3 = \"R\"", "p.toml:3: a table is expected"),
        (
            "extends = \"2.5.1\"\n[fields]\nPID = { usage = \"R\" }",
            "p.toml:3: a field is expected, such as PID-1",
        ),
        ("extends = \"2.5.1\"\n[fields]\nPIDX-3 = { usage = \"R\" }", "p.toml:3: PIDX-3: column"),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-99 = { usage = \"R\" }",
            "p.toml:3: PID-99: there are only 39 here",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nZZZ-1 = { usage = \"R\" }",
            "p.toml:3: HL7 2.5.1 has no segment ZZZ",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { 2 = { usage = \"R\" } }",
            "p.toml:3: PID-8.2: its type is IS",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { 0 = { usage = \"R\" } }",
            "p.toml:3: a number is expected",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { usage = \"M\" }",
            "p.toml:3: a usage is expected",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { usage = \"C(R/X)\" }",
            "p.toml:3: a usage that depends",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { when = \"PID-8\" }",
            "p.toml:3: `when` needs a `usage`",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { usage = \"R\", when = \"PID-8 =\" }",
            "p.toml:3: column 8: expected",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { cardinality = \"3..2\" }",
            "p.toml:3: no number is both",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { cardinality = true }",
            "p.toml:3: a cardinality is expected",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-3 = { length = 3 }",
            "p.toml:3: PID-3 has parts; say which, such as PID-3.1",
        ),
        ("extends = \"2.5.1\"\n[fields]\nPID-3 = { codes = [\"A\"] }", "p.toml:3: PID-3 has parts"),
        (
            "extends = \"2.5.1\"\n[fields]\nMSH-2 = { constant = \"x\" }",
            "p.toml:3: MSH-1 and MSH-2 are the delimiters",
        ),
        ("extends = \"2.5.1\"\n[fields]\nPID-8 = { codes = [] }", "p.toml:3: there are no codes"),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { codes = \"no.csv\" }",
            "p.toml:3: no.csv: no such file",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { codes = [1] }",
            "p.toml:3: a text in quotes is expected",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { value-set = \"x\" }",
            "p.toml:3: there is no such set",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { pattern = \"(\" }",
            "p.toml:3: no regular expression",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { pattern = '(\\w{1000}){1000}' }",
            "p.toml:3: no regular expression",
        ),
        (
            "extends = \"2.5.1\"\n[fields]\nPID-8 = { type = \"QQ\" }",
            "p.toml:3: HL7 2.5.1 has no such data type",
        ),
        (
            "extends = \"2.5.1\"\n[structures]\nADT_A99 = {}",
            "p.toml:3: HL7 2.5.1 has no such message structure",
        ),
        (
            "extends = \"2.5.1\"\n[structures]\nADT_A01.ZPD = {}",
            "p.toml:3: ADT_A01 has no ZPD; to add it",
        ),
        (
            "extends = \"2.5.1\"\n[structures]\nADT_A01.ZPD.after = \"XXX\"",
            "p.toml:3: ADT_A01 has no XXX",
        ),
        (
            "extends = \"2.5.1\"\n[structures]\nORU_R01.NTE.usage = \"X\"",
            "p.toml:3: NTE stands at 3 places",
        ),
        (
            "extends = \"2.5.1\"\n[structures]\nADT_A01.visit = {}",
            "p.toml:3: `visit` is no key here",
        ),
        ("extends = \"2.5.1\"\n[segments]\nPID = {}", "p.toml:3: HL7 2.5.1 has this segment"),
        (
            "extends = \"2.5.1\"\n[segments]\nzpd = {}",
            "p.toml:3: a segment id of three capital letters",
        ),
        ("extends = \"2.5.1\"\n[[rules]]\nid = \"x\"", "p.toml:3: a rule needs `require`"),
        ("extends = \"2.5.1\"\n[[rules]]\nrequire = \"PID-3[\"", "p.toml:3: column 7: expected"),
        (
            "extends = \"2.5.1\"\n[[rules]]\neach = \"x\"\nrequire = \"PID\"",
            "p.toml:3: there is no such segment or group",
        ),
        ("extends = \"2.5.1\"\n[severities]\nVAL-9 = \"off\"", "p.toml:3: VAL-9: no such rule"),
        ("extends = \"2.5.1\"\n[severities]\nVAL-1 = \"bad\"", "p.toml:3: bad: a severity is"),
        ("extends = \"2.5.1\"\n[applies-to]\nmsh-9 = 3", "p.toml:3: a text in quotes, or an array"),
        (
            "extends = \"2.5.1\"\n[events]\n\"ADT\" = \"ADT_A01\"",
            "p.toml:3: a message type and an event",
        ),
        ("extends = \"p.toml\"", "p.toml: the profile extends itself"),
        (&long, "p.toml:2: "),
        (&deep, "p.toml:2: "),
    ] {
        let store = files(&[("p.toml", text)]);
        let error = load(&store, &["p.toml".into()], None, false).expect_err(text).to_string();
        let start: String = text.chars().take(200).collect();
        assert!(error.starts_with(expected), "{start}\n{error}");
    }
}

#[test]
fn profiles_that_extend_each_other_without_end_are_refused() {
    let round =
        files(&[("a.toml", "extends = \"x/../b.toml\""), ("b.toml", "extends = \"./a.toml\"")]);
    let error = load(&round, &["a.toml".into()], None, false).expect_err("refused").to_string();
    assert_eq!(
        error,
        "x/../b.toml/.././a.toml: the profile extends itself".replace("b.toml/../", "")
    );
    let mut chain = Memory::default();
    for n in 0..1000 {
        let text = format!("extends = \"{}.toml\"", n + 1);
        chain.0.insert(format!("{n}.toml").into(), text.into_bytes());
    }
    let error = load(&chain, &["0.toml".into()], None, false).expect_err("refused").to_string();
    assert!(error.ends_with("more than 16 profiles extend each other"), "{error}");
}

#[test]
fn large_profiles_are_read() {
    let mut text = String::from("extends = \"2.5.1\"\n[value-sets.large]\ncodes = [");
    for n in 0..500_000 {
        text.push_str(&format!("\"code{n}\","));
    }
    text.push_str("]\n[fields]\nPID-8.value-set = \"large\"");
    let store = files(&[("p.toml", &text)]);
    assert_eq!(found_in(&store, &["p.toml"], &adt("|F", "|code499999")), [""; 0]);
    assert_eq!(found_in(&store, &["p.toml"], ADT), ["error VAL-1 PID-8"]);
}

/// The profile that is chosen, by its name; `-` for the standard, `?` for none.
fn chosen(profiles: &Profiles, message: &str) -> String {
    let message = message.replace('\n', "\r");
    let Some(Frame::Message(framed)) = Frames::new(message.as_bytes()).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    match profiles.choose(&Scope::new(&message)) {
        Choice::Profile(at, _) => profiles.all[at].model.name.to_string(),
        Choice::Standard => "-".to_owned(),
        Choice::NoneFits => "?".to_owned(),
    }
}

fn header(kind: &str, sender: &str, profile: &str) -> String {
    format!("MSH|^~\\&|A|{sender}|||20240131||{kind}|1|P|2.5.1|||||||||{profile}")
}

#[test]
fn the_profile_that_fits_best_is_chosen() {
    let file = |asked: &str| format!("extends = \"2.5.1\"\n[applies-to]\n{asked}");
    let named =
        "extends = \"2.5.1\"\nidentifiers = [\"1.2.3\", \"ACME\"]\n[applies-to]\nmsh-9 = \"ORU\"";
    let store = files(&[
        ("type.toml", &file("msh-9 = \"ADT\"")),
        ("structure.toml", &file("msh-9 = \"ADT_A05\"")),
        ("event.toml", &file("msh-9 = [\"ADT^A04\", \"ADT^A31\"]")),
        ("sender.toml", &file("msh-4 = \"ACME^1.2\"\nwhen = \"MSH-9.1 = ADT\"")),
        ("named.toml", named),
    ]);
    let names = ["type.toml", "structure.toml", "event.toml", "sender.toml", "named.toml"];
    let profiles = load(&store, &names.map(PathBuf::from), None, false).unwrap();
    let chosen = |kind, sender, profile| chosen(&profiles, &header(kind, sender, profile));
    assert_eq!(chosen("ADT^A01", "X", ""), "type");
    assert_eq!(chosen("ADT^A05", "X", ""), "structure");
    assert_eq!(chosen("ADT^A28^ADT_A05", "X", ""), "structure");
    assert_eq!(chosen("ADT^A31", "X", ""), "event");
    assert_eq!(chosen("ADT^A31", "ACME^1.2^ISO", ""), "sender");
    assert_eq!(chosen("ADT^A31", "ACME^1.3", ""), "event");
    assert_eq!(chosen("ORU^R01", "X", "q~^^1.2.3^ISO"), "named");
    assert_eq!(chosen("ORU^R01", "X", "ACME"), "named");
    assert_eq!(chosen("ORU^R01", "X", "OTHER"), "named");
    assert_eq!(chosen("SIU^S12", "X", "ACME"), "?");
    assert_eq!(chosen("", "X", ""), "?");
}

#[test]
fn a_map_chooses_by_its_first_entry_that_fits() {
    let map = "default = \"none\"\n[[use]]\nmsh-9 = \"ADT^A01\"\nmsh-12 = \"2.5.1\"\nprofile = \"a.toml\"\n\
        [[use]]\nmsh-3 = \"A\"\nmsh-21 = [\"P\"]\nprofile = \"b.toml\"\n[[use]]\nmsh-4 = \"HERE\"\nprofile = \"none\"\n\
        [[use]]\nwhen = \"MSH-4 = THERE\"\nprofile = \"a.toml\"";
    let simple = "extends = \"2.5.1\"";
    let store = files(&[("f/a.toml", simple), ("f/b.toml", simple), ("f/map.toml", map)]);
    let profiles = load(&store, &[], Some(Path::new("f/map.toml")), false).unwrap();
    assert_eq!(profiles.all.len(), 2);
    let of = |kind, sender, profile| chosen(&profiles, &header(kind, sender, profile));
    assert_eq!(of("ADT^A01", "HERE", "P"), "a");
    assert_eq!(of("ADT^A02", "HERE", "P"), "b");
    assert_eq!(of("ADT^A02", "HERE", ""), "-");
    assert_eq!(of("ADT^A02", "THERE", ""), "a");
    assert_eq!(of("ADT^A02", "ELSE", ""), "-");
    let store = files(&[
        ("f/a.toml", simple),
        ("map.toml", "[[use]]\nmsh-9 = \"ADT\"\nprofile = \"f/a.toml\""),
    ]);
    let profiles = load(&store, &[], Some(Path::new("map.toml")), false).unwrap();
    assert_eq!(chosen(&profiles, &header("ORU^R01", "", "")), "?");
    assert_eq!(
        found_by(profiles, &header("ACK", "", "")),
        ["warning PRF-1 MSH", "error STR-2 MSA"]
    );
    for (text, expected) in [
        ("", "map.toml: there is no [[use]]"),
        ("[[use]]\nmsh-9 = \"ADT\"", "map.toml:2: `profile` is missing"),
        (
            "[[use]]\nmsh9 = \"ADT\"\nprofile = \"none\"",
            "map.toml:2: `msh9` is no key here; perhaps `msh-9`",
        ),
        ("[[use]]\nprofile = \"no.toml\"", "no.toml: no such file"),
        ("use = 3", "map.toml:1: an array is expected"),
    ] {
        let store = files(&[("map.toml", text)]);
        let error =
            load(&store, &[], Some(Path::new("map.toml")), false).expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
}

#[test]
fn a_folder_is_all_profiles_in_it() {
    let base = "extends = \"2.5.1\"\n[applies-to]\nmsh-9 = \"ADT\"";
    let own = "extends = \"base.toml\"";
    let map = "default = \"none\"\n[[use]]\nprofile = \"base.toml\"";
    let store = files(&[
        ("f/base.toml", base),
        ("f/map.toml", map),
        ("f/own.toml", own),
        ("f/README.md", "[ no TOML"),
        ("f/codes.csv", "code"),
    ]);
    let profiles = load(&store, &["f".into()], None, false).unwrap();
    let names: Vec<_> = profiles.all.iter().map(|p| &*p.model.name).collect();
    assert_eq!(names, ["own"]);
    let error = load(&store, &["f/map.toml".into()], None, false).expect_err("a map").to_string();
    assert_eq!(error, "f/map.toml: this is a profile map; it is given with --profile-map");
    let error = load(&store, &["f/codes.csv".into()], None, false).expect_err("codes").to_string();
    assert!(error.starts_with("f/codes.csv: this is no profile"), "{error}");
    // What is no profile does not matter, and what is a broken one does.
    for (foreign, text) in [("a.xml", "<html/>"), ("a.xml", "<p><br></p>"), ("a.toml", "a = 1")] {
        let foreign = format!("f/{foreign}");
        let store = files(&[(&foreign, text), ("f/p.toml", base)]);
        let profiles = load(&store, &["f".into()], None, false).unwrap();
        assert_eq!(profiles.all.len(), 1, "{text}");
        let store = files(&[(&foreign, text)]);
        let error = load(&store, &["f".into()], None, false).expect_err(text).to_string();
        assert_eq!(error, "f: no profile in this folder");
        load(&store, &[foreign.into()], None, false).expect_err(text);
    }
    for (broken, text) in [("b.xml", "<ConformanceProfile>"), ("b.toml", "extends = 2.")] {
        let broken = format!("f/{broken}");
        let store = files(&[(&broken, text), ("f/p.toml", base)]);
        let error = load(&store, &["f".into()], None, false).expect_err(text).to_string();
        assert!(error.starts_with(&format!("{broken}:1: ")), "{error}");
    }
}
