//! Profiles of the Messaging Workbench: what is read of them, and what is found by them.

use super::super::tests::{files, found_in};
use super::super::{Profiles, load};

/// A profile of ADT^A01 whose segments behind MSH are these.
fn profile(segments: &str) -> String {
    let field = |name: &str, ty: &str| {
        format!("<Field Name='{name}' Usage='R' Min='1' Max='1' Datatype='{ty}' Length='99'/>")
    };
    let header: String = ["ST", "ST", "HD", "HD", "HD", "HD", "TS", "ST", "MSG", "ST", "PT", "VID"]
        .iter()
        .map(|ty| field("f", ty).replace("'R' Min='1'", "'O' Min='0'"))
        .collect();
    format!(
        "<?xml version='1.0'?>\n<!DOCTYPE HL7v2xConformanceProfile SYSTEM 'message_profile.dtd'>\n\
         <HL7v2xConformanceProfile HL7Version='2.5' ProfileType='Implementation' Identifier='1.2.3'>\n\
         <MetaData Name='Own ADT' OrgName='x'/><Encodings><Encoding>ER7</Encoding></Encodings>\
         <DynamicDef/>\n<HL7v2xStaticDef MsgType='ADT' EventType='A01' MsgStructID='ADT_A01' EventDesc=''>\n\
         <Segment Name='MSH' LongName='Header' Usage='R' Min='1' Max='1'>{header}</Segment>\n\
         {segments}</HL7v2xStaticDef></HL7v2xConformanceProfile>"
    )
}

const HEADER: &str = "MSH|^~\\&|A|B|||20240131||ADT^A01^ADT_A01|1|P|2.5";

/// The profile finds this in a message of MSH and one more segment, and nothing in another.
#[track_caller]
fn fires(segments: &str, bad: &str, expected: &[&str], good: &str) {
    let store = files(&[("p.xml", &profile(segments))]);
    let found = |rest: &str| found_in(&store, &["p.xml"], format!("{HEADER}\n{rest}").trim_end());
    assert_eq!(found(bad), expected);
    assert_eq!(found(good), [""; 0]);
}

fn pid(fields: &str) -> String {
    format!("<Segment Name='PID' Usage='R' Min='1' Max='1'>{fields}</Segment>")
}

#[test]
fn segments_and_groups() {
    let plain = "<Field Name='a' Usage='R' Min='1' Max='1' Datatype='ST'/>";
    let pid = pid(plain);
    fires(&pid, "", &["error STR-2 PID"], "PID|1");
    fires(&pid, "PID|1\nPV1|1", &["error STR-1 PV1"], "PID|1");
    fires(&pid.replace("'R' Min='1'", "'X' Min='1'"), "PID|1", &["error STR-1 PID"], "");
    let group =
        format!("<SegGroup Name='G' LongName='g' Usage='O' Min='0' Max='2'>{pid}</SegGroup>");
    fires(&group, "PID|1\nPID|2\nPID|3", &["error STR-3 PID#3"], "PID|1\nPID|2");
    let group = group.replace("Usage='O' Min='0' Max='2'", "Usage='R' Min='1' Max='*'");
    fires(&group, "", &["error STR-2 "], "PID|1\nPID|2\nPID|3");
}

#[test]
fn fields_and_what_is_in_them() {
    let field = |of: &str, inside: &str| {
        pid(&format!("<Field Name='a' Usage='O' Min='0' Max='*' {of}>{inside}</Field>"))
    };
    let of = field("Datatype='ST' Length='3'", "");
    fires(&of, "PID|abcd", &["warning LEN-1 PID-1"], "PID|abc");
    fires(&of, "PID|a|b", &["error EXT-1 PID-2"], "PID|a");
    fires(&field("Datatype='NM'", ""), "PID|x", &["error FMT-2 PID-1"], "PID|1.5");
    fires(&field("Datatype='ST' ConstantValue='k'", ""), "PID|x", &["error VAL-3 PID-1"], "PID|k");
    let once = field("Datatype='ST'", "").replace("Max='*'", "Max='1'");
    fires(&once, "PID|a~b", &["error CAR-1 PID-1"], "PID|a");
    let must = field("Datatype='ST'", "").replace("Usage='O' Min='0'", "Usage='R' Min='1'");
    fires(&must, "PID|", &["error USE-1 PID-1"], "PID|a");
    let not = field("Datatype='ST'", "").replace("Usage='O' Min='0'", "Usage='X' Min='1'");
    fires(&not, "PID|a", &["error USE-3 PID-1"], "PID|");
    let inside = "<Component Name='b' Usage='R' Datatype='ST'/>\
        <Component Name='c' Usage='X' Datatype='ST'/><Component Name='d' Usage='O' Datatype='HD'>\
        <SubComponent Name='e' Usage='O' Datatype='IS'/><SubComponent Name='f' Usage='R' Datatype='ST'/>\
        </Component>";
    let of = field("Datatype='CX'", inside);
    fires(&of, "PID|^b", &["error USE-1 PID-1.1", "error USE-3 PID-1.2"], "PID|a");
    fires(&of, "PID|a^^b", &["error USE-1 PID-1.3.2"], "PID|a^^b&c");
    fires(&of, "PID|a^^^d", &["error EXT-1 PID-1.4"], "PID|a^^&c");
    // What the profile does not list of a type, the standard does.
    fires(&field("Datatype='TS'", ""), "PID|20240231", &["error FMT-1 PID-1.1"], "PID|2024");
}

#[test]
fn tables() {
    let field = "<Field Name='a' Usage='O' Min='0' Max='*' Datatype='IS' Table='0001'/>";
    // By its number alone a table is of the standard; sites may add to it.
    fires(&pid(field), "PID|?", &["info VAL-1 PID-1"], "PID|F");
    let tables = "<Specification><hl7tables><hl7table id='0001' name='Sex' type='USER'>\
        <tableElement code='W' description='Woman'/></hl7table><hl7table id=''/></hl7tables></Specification>";
    let store = files(&[("p.xml", &profile(&pid(field))), ("t.xml", tables)]);
    let found =
        |value: &str| found_in(&store, &["p.xml", "t.xml"], &format!("{HEADER}\nPID|{value}"));
    assert_eq!(found("F"), ["error VAL-1 PID-1"]);
    assert_eq!(found("W"), [""; 0]);
}

#[test]
fn conditions_are_told_once_and_evaluated_never() {
    let field = "<Field Name='a' Usage='C' Min='0' Max='*' Datatype='ST'><Predicate>If so.</Predicate></Field>";
    let store = files(&[("p.xml", &profile(&pid(&field.repeat(7))))]);
    for values in ["", "|a", "|a|b"] {
        let message = format!("{HEADER}\nPID{values}");
        assert_eq!(found_in(&store, &["p.xml"], &message), ["warning PRF-1 "]);
    }
    let Profiles { all, .. } = load(&store, &["p.xml".into()], None, false).unwrap();
    let told = &all[0].unevaluated[0].text;
    assert_eq!(told, "conditions in prose, 7 in all: PID-1, PID-2, PID-3, PID-4, PID-5, ...");
    assert_eq!((&*all[0].model.name, &*all[0].identifiers[0]), ("Own ADT", "1.2.3"));
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let whole =
        profile(&pid("<Field Name='a' Usage='O' Min='0' Max='1' Datatype='ST' Length='3'/>"));
    let deep = "<SegGroup Name='G' Usage='R' Min='1' Max='1'>".repeat(200_000);
    let laughs = whole.replace("'message_profile.dtd'", "'x' [<!ENTITY a 'b'>]");
    for (text, expected) in [
        (
            whole.replace(
                "Usage='O' Min='0' Max='1' Datatype='ST' Length='3'",
                "Usage='N' Length='3'",
            ),
            "p.xml:7: Usage is one of",
        ),
        (whole.replace("Length='3'", "Length='3..4'"), "p.xml:7: Length is no number"),
        (
            whole.replace("Max='1' Datatype='ST' Length='3'", "Max='many'"),
            "p.xml:7: Max is no number",
        ),
        (whole.replace("HL7Version='2.5'", "HL7Version='3'"), "p.xml:3: HL7Version is no version"),
        (whole.replace("'MSH'", "'EVN'"), "p.xml:5: a message begins with"),
        (whole.replace("'PID'", "'PATIENT'"), "p.xml:7: the name of a segment"),
        (whole.replace("HL7v2xStaticDef", "Other"), "p.xml:3: there is no <HL7v2xStaticDef>"),
        (whole.replace("</Segment>", ""), "p.xml:7: no well-formed XML"),
        (laughs, "p.xml:2: the file defines entities"),
        (profile(&deep), "p.xml:7: "),
        (
            profile(&(deep.clone() + &"</SegGroup>".repeat(200_000))),
            "p.xml:7: elements nest deeper",
        ),
        ("<Specification/>".to_owned(), "p.xml:1: <Specification> with <hl7tables>"),
        ("<html/>".to_owned(), "p.xml: this is no profile"),
        ("<".to_owned(), "p.xml:1: no well-formed XML"),
    ] {
        let store = files(&[("p.xml", &text)]);
        let error = load(&store, &["p.xml".into()], None, false).expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_overlay_extends_such_a_profile() {
    let base = profile(&pid("<Field Name='a' Usage='O' Min='0' Max='1' Datatype='ST'/>"));
    let own = "extends = \"p.xml\"\nfields.PID-1.usage = \"R\"";
    let store = files(&[("p.xml", &base), ("own.toml", own)]);
    let message = format!("{HEADER}\nPID|");
    assert_eq!(found_in(&store, &["own.toml"], &message), ["error USE-1 PID-1"]);
    assert_eq!(found_in(&store, &["p.xml"], &message), [""; 0]);
}
