//! A small profile (`fixtures/profiles/nist`), and messages as NIST's validator would report them.

use super::*;
use crate::core::{Frame, Frames, Message};
use crate::ops::validate::constraint;
use crate::ops::validate::layout::Seating;
use crate::ops::validate::rule::{Rule, Severity};
use crate::ops::validate::settings::Settings;
use crate::ops::validate::tree::{Index, Tree};

const PROFILE: &str = include_str!("../../../../../fixtures/profiles/nist/profile.xml");
const CONSTRAINTS: &str = include_str!("../../../../../fixtures/profiles/nist/constraints.xml");
const SETS: &str = include_str!("../../../../../fixtures/profiles/nist/value-sets.xml");
const BINDINGS: &str = include_str!("../../../../../fixtures/profiles/nist/value-set-bindings.xml");
const CO_CONSTRAINTS: &str =
    include_str!("../../../../../fixtures/profiles/nist/co-constraints.xml");

/// No errors, no warnings.
const MESSAGE: &str = "MSH|^~\\&|LAB|HOSP|EHR|HOSP|20240101120000||ORU^R01^ORU_R01|1|P|2.5.1
PID|1||123^^^HOSP&1.2.3&ISO^MR||Doe^Jane|Roe|19800229|F
OBR|1|P1||GLU^Glucose^L|||20240101
OBX|1|NM|GLU^Glucose^L||5.6
NTE|1||fasting
";

fn read(files: &[(&str, &str)], nist: bool) -> Result<Model, ProfileError> {
    let sources: Vec<_> =
        files.iter().map(|(name, text)| Source { name, bytes: text.as_bytes() }).collect();
    super::read(&sources, nist)
}

/// What is found, as `line path category class`, without what a profile says of itself.
fn found(model: &Model, text: &str, nist: bool) -> Vec<String> {
    let text = text.trim_end().replace('\n', "\r");
    let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let mut settings = Settings::new();
    settings.set(Rule::Use2, None, Severity::Warning);
    let severities = &settings.profile_severities;
    let (mut seating, mut index) = (Seating::default(), Index::default());
    let mut findings = Vec::new();
    let structure = &model.messages[0];
    if nist {
        let scratch = (&mut seating, &mut index);
        check(model, structure, severities, &message, scratch, &mut findings);
    } else {
        matcher::seat(&structure.layout, &message, &mut seating);
        index.read(&message, &seating, false);
        let tree = Tree::new(model, structure, &seating, &index, &message);
        constraint::check(&tree, false, severities, &mut findings);
    }
    let mut lines: Vec<_> = findings
        .iter()
        .filter(|finding| !matches!(nist_category(finding), (_, "Informational")))
        .map(|finding| {
            let (category, class) = nist_category(finding);
            format!("{} {} {category} {class}", finding.at.line, nist_path(finding))
        })
        .collect();
    lines.sort();
    lines
}

/// With the profile and value sets, as NIST finds it.
fn of_structure(text: &str) -> Vec<String> {
    let model = read(&[("p", PROFILE), ("s", SETS)], true).unwrap();
    found(&model, text, true)
}

/// The message, one text in it being another.
fn with(old: &str, new: &str) -> String {
    assert!(MESSAGE.contains(old), "{old}");
    MESSAGE.replacen(old, new, 1)
}

/// What changes if the message has another text at a place.
fn changed(old: &str, new: &str) -> Vec<String> {
    of_structure(&with(old, new))
}

#[test]
fn a_good_message_has_no_findings() {
    assert_eq!(of_structure(MESSAGE), [""; 0]);
    let all = [("p", PROFILE), ("s", SETS), ("c", CONSTRAINTS)];
    let model = read(&all, true).unwrap();
    // What is in Java is told, and not passed over.
    let told = ["1 ORU_R01[1] Constraint Spec Error Spec Error"];
    assert_eq!(found(&model, MESSAGE, true), told);
    assert_eq!(found(&model, MESSAGE, false), told);
}

#[test]
fn segments_are_seated_without_going_back() {
    assert_eq!(changed("PID|", "PIX|"), ["1 PID[1] Usage Error", "2 PIX Unexpected Error"]);
    assert_eq!(
        changed("OBR|1|P1||GLU^Glucose^L|||20240101\n", "ZZZ|\n"),
        [
            "1 ORDER[1] Usage Error",
            "3 ZZZ Unexpected Error",
            "4 OBX Unexpected Error",
            "5 NTE Unexpected Error"
        ]
    );
    // A group is entered at any of its first segments.
    assert_eq!(changed("OBX|1|NM|GLU^Glucose^L||5.6\n", ""), ["4 OBX[1] Usage Error"]);
    let three = format!("{MESSAGE}OBR|2|P||GLU^^L|||2024\nOBR|3|P||GLU^^L|||2024\nTQ1|1\n");
    assert_eq!(
        of_structure(&three),
        [
            "6 OBSERVATION[1] Usage Warning",
            "7 OBSERVATION[1] Usage Warning",
            "7 ORDER[3] Cardinality Error",
            "8 TQ1[1] Usage Error",
        ]
    );
    assert_eq!(of_structure(&format!("{MESSAGE}NTE|2||more\n")), ["6 NTE[2] Cardinality Error"]);
    assert_eq!(of_structure(&format!("{MESSAGE}no segment\n")), ["6  Invalid Content Error"]);
}

#[test]
fn usage_comes_first() {
    assert_eq!(
        changed("||123^^^HOSP&1.2.3&ISO^MR|", "|9^x^x|~|"),
        ["2 PID[1]-2[1] Usage Error", "2 PID[1]-3[1] Usage Error",]
    );
    assert_eq!(changed("MR||", "MR|9|"), ["2 PID[1]-4[1] Usage Error"]);
    assert_eq!(
        changed("Doe^Jane|Roe|", "^Jane| |"),
        ["2 PID[1]-5[1].1 Usage Error", "2 PID[1]-6[1] Usage Warning",]
    );
    assert_eq!(changed("HOSP&1.2.3&ISO", "&1.2.3"), ["2 PID[1]-3[1].4.1 Usage Warning"]);
    // Of a backward compatible element nothing is said, and a conditional one may be missing.
    assert_eq!(changed("GLU^Glucose^L||5.6", "GLU^Glucose^L|1|"), [""; 0]);
}

#[test]
fn repetitions_count_with_those_that_are_empty() {
    assert_eq!(changed("Doe^Jane|", "Doe^Jane~~Doe^Jo|"), [""; 0]);
    let ids = "MR~~4^^^HOSP^MR";
    assert_eq!(changed("MR|", &format!("{ids}|")), ["2 PID[1]-3[3] Cardinality Error"]);
    assert_eq!(changed("|F\n", "|F|1\n"), ["2 PID[1]-9[1] Cardinality Error"]);
    assert_eq!(
        changed("|F\n", "|F|1~2~3~4~5\n"),
        ["2 PID[1]-9[4] Cardinality Error", "2 PID[1]-9[5] Cardinality Error",]
    );
}

#[test]
fn a_null_beside_others_hides_what_was_before() {
    assert_eq!(changed("123^^^HOSP&1.2.3&ISO^MR||Doe^Jane", "\"\"||Doe^Jane"), [""; 0]);
    let hidden = changed("||123^^^HOSP&1.2.3&ISO^MR||Doe^Jane", "|9|||\"\"~Doe");
    assert_eq!(hidden, ["2 PID[1]-5[1] Cardinality Error"]);
}

#[test]
fn more_than_defined_is_extra() {
    assert_eq!(changed("NTE|1||fasting", "NTE|1||fasting|x"), ["5 NTE[1] Extra Error"]);
    assert_eq!(changed("NTE|1||fasting", "NTE|1||fasting||"), [""; 0]);
    assert_eq!(changed("Doe^Jane", "Doe^Jane^Q"), ["2 PID[1]-5[1] Extra Error"]);
    assert_eq!(changed("&ISO", "&ISO&x"), ["2 PID[1]-3[1].4 Extra Error"]);
}

#[test]
fn values_have_forms_and_lengths() {
    let wrong = ["5,6", "1e5", "+", "x"];
    for value in wrong {
        let expected = ["4 OBX[1]-5[1] Format Error"];
        assert_eq!(changed("5.6", value), expected, "{value}");
    }
    for value in ["5.", ".5", "-1", "+0.10"] {
        assert_eq!(changed("5.6", value), [""; 0], "{value}");
    }
    assert_eq!(changed("|20240101\n", "|20240230\n"), ["3 OBR[1]-7[1] Format Error"]);
    // 1900 was no leap year, but its number can be divided by 4.
    assert_eq!(changed("19800229", "19000229"), [""; 0]);
    assert_eq!(changed("19800229", "19010229"), ["2 PID[1]-7[1].1 Format Error"]);
    assert_eq!(changed("Roe", "R&oe"), ["2 PID[1]-6[1] Unescaped Separator Error"]);
    assert_eq!(changed("Roe", "R\\T\\\\S\\oe5678"), [""; 0]);
    assert_eq!(changed("Roe", "R"), ["2 PID[1]-6[1] Length Warning"]);
    assert_eq!(changed("Roe", "Roe45678901"), ["2 PID[1]-6[1] Length Warning"]);
    assert_eq!(changed("Roe", "\"\""), [""; 0]);
    // Optional values are not looked at.
    assert_eq!(changed("PID|1|", "PID|x^y&z|"), [""; 0]);
}

#[test]
fn lengths_are_said_in_one_way() {
    let neither =
        PROFILE.replace("MinLength=\"2\" MaxLength=\"10\"", "MinLength=\"NA\" MaxLength=\"NA\"");
    let model = read(&[("p", &neither), ("s", SETS)], true).unwrap();
    assert_eq!(found(&model, MESSAGE, true), ["2 PID[1]-6[1] Length Spec Error Spec Error"]);
    let both = PROFILE.replace("MaxLength=\"10\"", "MaxLength=\"10\" ConfLength=\"10#\"");
    let model = read(&[("p", &both), ("s", SETS)], true).unwrap();
    assert_eq!(found(&model, MESSAGE, true), ["2 PID[1]-6[1] Length Spec Error Spec Error"]);
}

#[test]
fn other_fields_choose_the_type() {
    assert_eq!(changed("NM|GLU", "XX|GLU"), ["4 OBX[1]-5[1] Unresolved Field Model Error"]);
    assert_eq!(
        changed("NM|GLU^Glucose^L||5.6", "|GLU^^L||1"),
        ["4 OBX[1]-5[1] Unresolved Field Model Error",]
    );
    assert_eq!(changed("NM|GLU^Glucose^L||5.6", "ST|GLU^^L||2024-01"), [""; 0]);
    assert_eq!(
        changed("NM|GLU^Glucose^L||5.6", "ST|DATES^^L||2024-01"),
        ["4 OBX[1]-5[1] Format Error",]
    );
}

#[test]
fn codes_are_of_their_sets() {
    assert_eq!(changed("|F\n", "|X\n"), ["2 PID[1]-8[1] Code Not Found Error",]);
    assert_eq!(changed("|F\n", "|U\n"), ["2 PID[1]-8[1] PVS Alert"]);
    assert_eq!(changed("|F\n", "|A\n"), ["2 PID[1]-8[1] EVS Error"]);
    assert_eq!(changed("|F\n", "|T\n"), ["2 PID[1]-8[1] VS Error Spec Error"]);
    assert_eq!(changed("ISO^MR", "ISO^XX"), ["2 PID[1]-3[1].5 Code Not Found Error"]);
    // Bound, but optional.
    assert_eq!(changed("123^^^", "123^^XXX^"), [""; 0]);
    assert_eq!(
        changed("P1||GLU^Glucose^L", "P1||GLU^Glucose^M"),
        ["3 OBR[1]-4[1].3 Coded Element Error",]
    );
    assert_eq!(
        changed("P1||GLU^Glucose^L", "P1||GLU^Glucose"),
        ["3 OBR[1]-4[1] Binding Location Spec Error",]
    );
    assert_eq!(
        changed("P1||GLU^Glucose^L", "P1||LAC^^L"),
        ["3 OBR[1]-4[1].1 Code Not Found Error",]
    );
}

#[test]
fn one_of_two_codes_is_of_the_set() {
    let race = |value: &str| changed("|F\n", &format!("|F||{value}\n"));
    assert_eq!(
        race("2106-3^White^CDCREC^x^^L"),
        ["2 PID[1]-10[1].4 Code Not Found (Open ValueSet) Alert",]
    );
    assert_eq!(
        race("2106-3^White^CDCREC^2028-9^Asian^CDCREC"),
        ["2 PID[1]-10[1] Coded Element Error",]
    );
    assert_eq!(
        race("x^^L^y^^L"),
        [
            "2 PID[1]-10[1].1 Code Not Found (Open ValueSet) Error",
            "2 PID[1]-10[1].4 Code Not Found (Open ValueSet) Error",
        ]
    );
    assert_eq!(race("2106-3^White^CDCREC"), ["2 PID[1]-10[1] Binding Location Alert"]);
    assert_eq!(
        race("\"\""),
        [
            "2 PID[1]-10[1] Binding Location Spec Error",
            "2 PID[1]-10[1] Binding Location Spec Error",
        ]
    );
}

#[test]
fn sets_that_cannot_be_used_are_told() {
    let bound = |attributes: &str| {
        let profile = PROFILE.replace("Binding=\"SEX\" BindingStrength=\"R\"", attributes);
        found(&read(&[("p", &profile), ("s", SETS)], true).unwrap(), MESSAGE, true)
    };
    assert_eq!(bound("Binding=\"NONE\""), ["2 PID[1]-8[1] VS Not Found Spec Error"]);
    assert_eq!(bound("Binding=\"EMPTY\""), ["2 PID[1]-8[1] Empty VS Alert"]);
    assert_eq!(bound("Binding=\"UNCHECKED\""), [""; 0]);
    assert_eq!(bound("Binding=\"SEX:RACE\""), ["2 PID[1]-8[1] VS Error Spec Error"]);
    let tests = |attributes: &str| {
        let old = "Binding=\"TESTS\" BindingStrength=\"R\" BindingLocation=\"1\"";
        let profile = PROFILE.replace(old, attributes);
        found(&read(&[("p", &profile), ("s", SETS)], true).unwrap(), MESSAGE, true)
    };
    assert_eq!(
        tests("Binding=\"NONE\" BindingLocation=\"1\""),
        ["3 OBR[1]-4[1] Coded Element Error",]
    );
    assert_eq!(tests("Binding=\"TESTS\""), ["3 OBR[1]-4[1] VS Error Spec Error"]);
    assert_eq!(tests("Binding=\"TESTS:RACE\" BindingLocation=\"1\""), [""; 0]);
    assert_eq!(
        tests("Binding=\"RACE:IDTYPES\" BindingLocation=\"1\""),
        ["3 OBR[1]-4[1].3 Coded Element Error",]
    );
    assert_eq!(
        tests("Binding=\"SEX:TESTS\" BindingLocation=\"1\""),
        ["3 OBR[1]-4[1] VS Error Spec Error",]
    );
}

/// What is found of one constraint about each kind of element, as NIST finds it and as we do.
fn of_constraint(part: &str, subject: &str, constraint: &str, text: &str) -> [Vec<String>; 2] {
    let kind = match subject {
        "MSH_S" | "PID_S" | "OBR_S" | "OBX_S" | "NTE_S" => "Segment",
        "order" | "observation" => "Group",
        "small-oru" => "Message",
        _ => "Datatype",
    };
    let file = format!(
        "<ConformanceContext><{part}><{kind}><ByID ID='{subject}'>{constraint}</ByID></{kind}>\
         </{part}></ConformanceContext>"
    );
    let of = |nist| {
        let model = read(&[("p", PROFILE), ("s", SETS), ("c", &file)], nist).unwrap();
        let lines = found(&model, text, nist);
        lines.into_iter().filter(|l| l.contains("Constraint") || l.contains("Predicate")).collect()
    };
    [of(true), of(false)]
}

fn asserted(subject: &str, assertion: &str, text: &str) -> [Vec<String>; 2] {
    let constraint = format!(
        "<Constraint ID='C'><Description>D</Description><Assertion>{assertion}</Assertion>\
         </Constraint>"
    );
    of_constraint("Constraints", subject, &constraint, text)
}

/// Whether an expression about OBX holds; `None` if it is not evaluated. Both ways agree.
#[track_caller]
fn holds(assertion: &str, text: &str) -> Option<bool> {
    let [nist, own] = asserted("OBX_S", assertion, text);
    assert_eq!(nist, own, "{assertion}");
    match nist.first() {
        None => Some(true),
        Some(line) if line.contains("Constraint Failure Error") => Some(false),
        Some(_) => None,
    }
}

#[test]
fn expressions_hold_or_not() {
    let yes = [
        "<Presence Path='5[1]'/>",
        "<Presence Path='3[1].3[1]'/>",
        "<Presence Path='5[*]'/>",
        "<PlainText Path='3[1].2[1]' Text='GLUCOSE' IgnoreCase='true'/>",
        "<PlainText Path='6[1].1[1]' Text='x' IgnoreCase='false'/>",
        "<PlainText Path='3[1].1[1]' Text='GLU'/>",
        "<Format Path='5[1]' Regex='[0-9]\\.[0-9]'/>",
        "<Format Path='3[1].2[1]' Regex='^(?!\\s*$).+'/>",
        "<StringList Path='3[1].3[1]' CSV='LN,L'/>",
        "<NumberList Path='5[1]' CSV='1,5.60'/>",
        "<SimpleValue Path='5[1]' Operator='LT' Value='10' Type='Number'/>",
        "<SimpleValue Path='5[1]' Operator='GE' Value='5.60'/>",
        "<SimpleValue Path='3[1].1[1]' Operator='NE' Value='ABC'/>",
        "<PathValue Path1='3[1].1[1]' Operator='NE' Path2='3[1].2[1]'/>",
        "<SetID Path='1[1]'/>",
        "<NOT><Presence Path='6[1]'/></NOT>",
        "<AND><Presence Path='1[1]'/><Presence Path='2[1]'/></AND>",
        "<OR><Presence Path='6[1]'/><Presence Path='2[1]'/></OR>",
        "<XOR><Presence Path='6[1]'/><Presence Path='2[1]'/></XOR>",
        "<IMPLY><Presence Path='6[1]'/><Presence Path='4[1]'/></IMPLY>",
        "<FORALL><Presence Path='1[1]'/><Presence Path='2[1]'/><Presence Path='3[1]'/></FORALL>",
        "<EXIST><Presence Path='4[1]'/><Presence Path='6[1]'/><Presence Path='3[1]'/></EXIST>",
        "<ValueSet Path='3[1]' ValueSetID='TESTS' BindingLocation='1'/>",
        "<PlainText Path='6[1]' Text='x' NotPresentBehavior='PASS'/>",
    ];
    for assertion in yes {
        assert_eq!(holds(assertion, MESSAGE), Some(true), "{assertion}");
        let not = format!("<NOT>{assertion}</NOT>");
        assert_eq!(holds(&not, MESSAGE), Some(false), "{not}");
    }
    let unclear = [
        "<Plugin QualifiedClassName='org.example.X'/>",
        "<PlainText Path='3[1]' Text='x'/>",
        "<Presence Path='1[1].1[1]'/>",
        "<Presence Path='1'/>",
        "<Format Path='5[1]' Regex='('/>",
        "<Unknown/>",
        "<SimpleValue Path='5[1]' Operator='LT' Value='x' Type='Number'/>",
        "<StringFormat Path='3[1].1[1]' Format='ICD'/>",
        "<PlainText Path='6[1].1[1]' Text='x' NotPresentBehavior='INCONCLUSIVE'/>",
        "<AND><Presence Path='1[1]'/><Plugin QualifiedClassName='x'/></AND>",
        "<OR><Presence Path='6[1]'/><Plugin QualifiedClassName='x'/></OR>",
        "<FORALL/>",
    ];
    for assertion in unclear {
        assert_eq!(holds(assertion, MESSAGE), None, "{assertion}");
        assert_eq!(holds(&format!("<NOT>{assertion}</NOT>"), MESSAGE), None, "{assertion}");
    }
    // What is decided before is not in doubt.
    let decided = "<OR><Presence Path='1[1]'/><Plugin QualifiedClassName='x'/></OR>";
    assert_eq!(holds(decided, MESSAGE), Some(true));
    let decided = "<AND><Presence Path='6[1]'/><Plugin QualifiedClassName='x'/></AND>";
    assert_eq!(holds(decided, MESSAGE), Some(false));
}

#[test]
fn several_values_all_pass_or_one_does() {
    let two = with("NM|GLU^Glucose^L||5.6", "ST|GLU^^L||a~b");
    let text = |more: &str| format!("<PlainText Path='5[*]' Text='a' {more}/>");
    assert_eq!(holds(&text(""), &two), Some(false));
    assert_eq!(holds(&text("AtLeastOnce='true'"), &two), Some(true));
    assert_eq!(holds("<PlainText Path='5[2]' Text='b'/>", &two), Some(true));
    assert_eq!(holds("<SetID Path='5[*]'/>", &two), None);
    assert_eq!(holds("<PathValue Path1='5[*]' Operator='EQ' Path2='2[1]'/>", &two), None);
    let absent = "<PlainText Path='6[1].1[1]' Text='a' NotPresentBehavior='FAIL'/>";
    assert_eq!(holds(absent, &two), Some(false));
    assert_eq!(holds("<isNULL Path='5[1]'/>", &two), Some(false));
    let null = with("||5.6", "||\"\"");
    assert_eq!(holds("<isNULL Path='5[1]'/>", &null), Some(true));
}

#[test]
fn the_place_that_fails_is_named() {
    let at = |subject: &str, assertion: &str| {
        let [nist, own] = asserted(subject, assertion, MESSAGE);
        assert_eq!(nist, own, "{assertion}");
        nist.join("; ")
    };
    let failed = |path: &str| format!("{path} Constraint Failure Error");
    let presence = "<Presence Path='4[1].3[1].1[1].6[1]'/>";
    assert_eq!(at("small-oru", presence), failed("4 OBX[1]"));
    assert_eq!(at("small-oru", "<Presence Path='3[1]'/>"), failed("1 ORU_R01[1]"));
    assert_eq!(at("order", "<Presence Path='4[1]'/>"), failed("3 ORDER[1]"));
    assert_eq!(
        at("observation", "<PlainText Path='2[1].3[1]' Text='x'/>"),
        failed("5 NTE[1]-3[1]")
    );
    assert_eq!(at("CX", "<PlainText Path='4[1].1[1]' Text='x'/>"), failed("2 PID[1]-3[1].4.1"));
    assert_eq!(at("DTM", "<Format Path='.' Regex='[0-9]{8}'/>"), failed("1 MSH[1]-7[1].1"));
    let not = "<NOT><Presence Path='2[1].3[1]'/></NOT>";
    assert_eq!(at("observation", not), failed("5 NTE[1]-3[1]"));
    assert_eq!(at("CX", "<NOT><PlainText Path='1[1]' Text='123'/></NOT>"), failed("2 PID[1]-3[1]"));
    let codes = "<ValueSet Path='4[1]' ValueSetID='RACE' BindingLocation='1'/>";
    let [nist, _] = asserted("OBR_S", codes, MESSAGE);
    assert_eq!(nist, ["3 OBR[1]-4[1].1 Constraint Failure Error"]);
}

#[test]
fn set_ids_count() {
    let four = "OBX|2|NM|GLU^^L||1\nOBX|4|NM|GLU^^L||1\n";
    let [nist, _] = asserted("OBX_S", "<SetID Path='1[1]'/>", &format!("{MESSAGE}{four}"));
    // Each is the first of its group.
    assert_eq!(nist.len(), 2);
    let assertion = "<IZSetID Parent='3[*].1[1]' Element='1[1]'/>";
    let [nist, own] = asserted("order", assertion, &format!("{MESSAGE}{four}"));
    assert_eq!(nist, ["7 OBX[3]-1[1] Constraint Failure Error"]);
    assert_eq!(nist, own);
    let [nist, _] = asserted("order", assertion, &format!("{MESSAGE}OBX|2|NM|GLU^^L||1\n"));
    assert_eq!(nist, [""; 0]);
}

#[test]
fn a_constraint_is_as_severe_as_it_says() {
    let of = |attributes: &str| {
        let constraint = format!(
            "<Constraint ID='C' {attributes}><Description>D</Description><Assertion>\
             <Presence Path='6[1]'/></Assertion></Constraint>"
        );
        let [nist, own] = of_constraint("Constraints", "OBX_S", &constraint, MESSAGE);
        assert_eq!(nist, own);
        nist.join("; ")
    };
    assert_eq!(of(""), "4 OBX[1] Constraint Failure Error");
    assert_eq!(of("Strength='SHALL'"), "4 OBX[1] Constraint Failure Error");
    assert_eq!(of("Strength='SHOULD'"), "4 OBX[1] Constraint Failure Warning");
    assert_eq!(of("Classification='W'"), "4 OBX[1] Constraint Failure Warning");
    assert_eq!(of("Classification='A'"), "4 OBX[1] Constraint Failure Alert");
}

#[test]
fn predicates_ask_for_elements_or_forbid_them() {
    let of = |subject: &str, target: &str, usages: [&str; 2], condition: &str| {
        let [yes, no] = usages;
        let predicate = format!(
            "<Predicate Target='{target}' TrueUsage='{yes}' FalseUsage='{no}'>\
             <Description>D</Description><Condition>{condition}</Condition></Predicate>"
        );
        let [nist, own] = of_constraint("Predicates", subject, &predicate, MESSAGE);
        assert_eq!(nist, own);
        nist.join("; ")
    };
    let (yes, no) = ("<Presence Path='1[1]'/>", "<Presence Path='99[1]'/>");
    let failed = |path: &str| format!("{path} Predicate Failure Error");
    assert_eq!(of("OBX_S", "6[1]", ["R", "X"], yes), failed("4 OBX[1]-6[1]"));
    assert_eq!(of("OBX_S", "6[1]", ["R", "X"], no), "");
    assert_eq!(of("OBX_S", "5[1]", ["R", "X"], no), failed("4 OBX[1]-5[1]"));
    assert_eq!(of("OBX_S", "6[1]", ["RE", "O"], yes), "");
    assert_eq!(of("OBX_S", "3[1].4[1]", ["R", "O"], yes), failed("4 OBX[1]-3[1].4"));
    // A missing parent is asked for elsewhere.
    assert_eq!(of("OBX_S", "6[1].1[1]", ["R", "O"], yes), "");
    assert_eq!(of("CX", "2[1]", ["R", "X"], yes), failed("2 PID[1]-3[1].2"));
    assert_eq!(of("order", "4[1]", ["R", "X"], yes), failed("3 SPECIMEN[1]"));
    assert_eq!(of("order", "2[1]", ["R", "X"], yes), failed("3 TQ1[1]"));
    assert_eq!(of("observation", "2[1]", ["X", "X"], yes), failed("5 NTE[1]"));
    let told = "4 OBX[1] Predicate Spec Error Spec Error";
    assert_eq!(of("OBX_S", "6[1]", ["R", "X"], "<Plugin QualifiedClassName='x'/>"), told);
    assert_eq!(of("OBX_S", "1[1].1[1]", ["R", "X"], yes), told);
}

#[test]
fn newer_files_are_evaluated_but_not_as_nist() {
    let all = [("p", PROFILE), ("s", SETS), ("b", BINDINGS), ("c", CO_CONSTRAINTS)];
    let of = |text: &str| {
        assert_eq!(found(&read(&all, true).unwrap(), text, true).len(), 0);
        found(&read(&all, false).unwrap(), text, false)
    };
    assert_eq!(of(MESSAGE), [""; 0]);
    // A code of a pattern, and one of two that may have it.
    let text = |observation: &str| with("NM|GLU^Glucose^L", &format!("NM|{observation}"));
    assert_eq!(of(&text("X12^Research^L")), [""; 0]);
    assert_eq!(of(&text("y^^L^X12^Research^L")), [""; 0]);
    assert_eq!(of(&text("y^^L")), ["4 OBX[1]-3[1].1 Code Not Found Error"]);
    assert_eq!(of(&text("GLU^Glucose^M")), ["4 OBX[1]-3[1].1 Coded Element Error"]);
    assert_eq!(of(&with("|P|2.5.1", "|T|2.5.1")), ["1 MSH[1]-11[1] Code Not Found Error"]);
    let text = with("NM|GLU^Glucose^L||5.6", "ST|GLU^Glucose^L||high");
    assert_eq!(of(&text), ["4 OBX[1]-2[1] CoConstraint Failure Error"]);
    let slicing = "<ProfileSlicing ID='s'><SlicingContext/></ProfileSlicing>";
    let model = read(&[("p", PROFILE), ("s", SETS), ("x", slicing)], false).unwrap();
    assert_eq!(found(&model, MESSAGE, false), ["1 ORU_R01[1] Constraint Spec Error Spec Error"]);
}

#[test]
fn values_at_two_paths_compare_as_the_profile_says() {
    let text = format!("{MESSAGE}OBX|2|NM|GLU^^L||7\nOBX|3|NM|LAC^^L||7\n");
    let of = |modes: &str| {
        let values = format!(
            "<PathValue Path1='3[*].1[1].3[1].1[1]' Operator='EQ' Path2='1[1].4[1].1[1]' {modes}/>"
        );
        let [nist, own] = asserted("order", &values, &text);
        assert_eq!(nist, ["3 ORDER[1] Constraint Spec Error Spec Error"]);
        own.join("; ")
    };
    let failed = "7 OBX[3]-3[1].1 Constraint Failure Error";
    assert_eq!(of("Path1Mode='All' Path2Mode='All'"), failed);
    assert_eq!(of("Path1Mode='AtLeastOne' Path2Mode='All'"), "");
    assert_eq!(of("Path1Mode='2' Path2Mode='1'"), "");
    assert_eq!(of("Path1Mode='1' Path2Mode='1'"), failed);
    assert_eq!(of(""), "3 ORDER[1] Constraint Spec Error Spec Error");
    assert_eq!(of("Path1Mode='Most'"), "3 ORDER[1] Constraint Spec Error Spec Error");
}

#[test]
fn tables_of_the_standard_stand_in_for_missing_sets() {
    let profile =
        PROFILE.replace("Binding=\"SEX\" BindingStrength", "Binding=\"HL70001\" BindingStrength");
    let is_missing = |nist| {
        let model = read(&[("p", &profile)], nist).unwrap();
        let set = model.value_sets.iter().find(|set| set.id == "HL70001").unwrap();
        matches!(set.codes, crate::ops::validate::model::Codes::Missing)
    };
    assert_eq!((is_missing(true), is_missing(false)), (true, false));
}

#[test]
fn what_is_wrong_with_a_profile_is_told_with_its_line() {
    let refused = |files: &[(&str, &str)]| read(files, false).map(|_| ()).unwrap_err().to_string();
    let changed = |old: &str, new: &str| {
        assert!(PROFILE.contains(old), "{old}");
        refused(&[("p.xml", &PROFILE.replacen(old, new, 1))])
    };
    let none = "c.xml: none of the files is the profile itself, <ConformanceProfile>";
    assert_eq!(refused(&[("c.xml", CONSTRAINTS), ("s.xml", SETS)]), none);
    let two = refused(&[("a.xml", PROFILE), ("b.xml", PROFILE)]);
    assert_eq!(two, "b.xml:3: a second profile; the first is a.xml");
    assert_eq!(changed("Ref=\"PID_S\"", "Ref=\"PID_T\""), "p.xml:8: no segment has the ID PID_T");
    assert_eq!(changed("Usage=\"R\"", "Usage=\"Q\""), "p.xml:7: Q is no usage");
    assert_eq!(
        changed("Min=\"1\" Max=\"2\"", "Min=\"3\" Max=\"2\""),
        "p.xml:10: Max is less than Min"
    );
    assert_eq!(
        changed("Datatype=\"HD\"", "Datatype=\"XX\""),
        "p.xml:27: no data type has the ID XX"
    );
    let cycle = changed(
        "Name=\"Namespace ID\" Usage=\"RE\" Datatype=\"IS\"",
        "Usage=\"RE\" Datatype=\"CX\"",
    );
    assert!(cycle.contains("holds itself"), "{cycle}");
    assert!(changed("</Messages>", "").starts_with("p.xml:"), "not well-formed");
    assert_eq!(
        changed("Name=\"PID\"", "Name=\"PATIENT\""),
        "p.xml:38: PATIENT is no segment, which has three letters"
    );
    let other = refused(&[("p.xml", PROFILE), ("x.xml", "<html/>")]);
    assert_eq!(other, "x.xml:1: <html> is no part of a profile");
    let bound = "<ValueSetBindingsContext><ValueSetBindings><Segment><ByID ID='OBX_S'>\
                 <ValueSetBinding Target='x'/></ByID></Segment></ValueSetBindings>\
                 </ValueSetBindingsContext>";
    assert_eq!(refused(&[("p.xml", PROFILE), ("b.xml", bound)]), "b.xml:1: Target: x is no path");
}
