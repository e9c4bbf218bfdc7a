//! Rules of a site: what counts where several are about the same, and what they are about.

use super::*;

const MESSAGE: &str = "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5
PID|1||12345678^^^H^MR~219-09-9999^^^S^SS||Kowalczyk^Bogumila||19501203|F|||12 Main St^^Boston^MA^02115||(617)555-1234||EN|M|||219099999||||Worcester
AL1|1|DA|0123^Penicillin^L|SV|rash since 1994
OBX|1|ST|8480-6^SBP^LN||seen Mrs Kowalczyk
NTE|1||Mrs Kowalczyk (12345678) called
ZPI|1|12345678^Kowalczyk|20240105";

/// A message, and the hash of the rules.
fn under(overlay: &str) -> (String, String) {
    let text = MESSAGE.replace('\n', "\r");
    let (out, _, rules) = with(&Settings::of(Profile::Pseudonymise), overlay, text.as_bytes());
    (String::from_utf8(out).unwrap(), rules.hash())
}

/// A line counts as if no other were about the same before it.
#[test]
fn of_lines_about_the_same_the_last_one_counts_alone() {
    let actions =
        ["keep", "remove", "token", "surrogate", "name", "shift", "year", "clean", "constant X"];
    for target in ["PID-3", "PID-8", "AL1-3", "AL1-5", "NTE-3", "OBX-5", "ZPI-2", "PID-5.1"] {
        for last in actions {
            let alone = under(&format!("{target} = {last}"));
            for first in actions {
                let both = under(&format!("{target} = {first}\n{target} = {last}"));
                assert_eq!(both, alone, "{target}: {first}, then {last}");
            }
        }
    }
}

/// What `--list-rules` prints gives the same messages, too, not only the same list.
#[test]
fn the_list_of_rules_does_what_they_do() {
    for overlay in ["PID = keep", "@CX = keep", "@ST = keep\nPID-19 = surrogate", "@XPN = keep"] {
        let rules = Overlay::parse(overlay).unwrap();
        let list = Rules::with(&Settings::of(Profile::Pseudonymise), &rules).list();
        assert_eq!(under(&list), under(overlay), "{overlay}");
    }
}

/// A data type is that of a field whose newer name is another one.
#[test]
fn a_data_type_is_known_by_its_older_names() {
    let remains = |overlay: &str, n: usize| {
        let (out, _) = under(overlay);
        !field(out.split('\r').nth(1).unwrap(), n).is_empty()
    };
    for (older, n) in
        [("CX", 3), ("PN", 5), ("TS", 7), ("IS", 8), ("AD", 11), ("TN", 13), ("CE", 15)]
    {
        assert!(remains("", n) && !remains(&format!("@{older} = remove"), n), "{older}");
    }
    // What was text once, and is no text now, is none.
    assert!(remains("@ST = remove", 3) && remains("@ST = remove", 13));
}

/// The only component of a text is the text.
#[test]
fn a_text_that_is_kept_by_its_component_is_looked_into() {
    for overlay in ["NTE-3 = keep", "NTE-3.1 = keep", "NTE-3 = token\nNTE-3 = keep"] {
        let (out, _) = under(overlay);
        let note = out.split('\r').nth(4).unwrap();
        assert!(note.ends_with(" called") && !note.contains("Kowalczyk"), "{overlay}: {note}");
        assert!(!note.contains("12345678"), "{overlay}: {note}");
    }
}

#[test]
fn a_social_security_number_is_one_by_its_component_too() {
    let (out, _) = under("PID-3.1 = surrogate");
    assert_eq!(out, under("").0);
}

/// The patient's number in a query goes the way of PID-3, the rules of its components included.
#[test]
fn the_number_in_a_query_has_the_rules_of_components_too() {
    let message =
        "MSH|^~\\&|A|B|C|D|20240105||QBP^Q23|1|P|2.5\rQPD|Q23^Get^HL7|tag|12345678^^^H^MR\rRCP|I";
    let written = |overlay: &str| {
        let settings = Settings::of(Profile::Pseudonymise);
        let (out, ..) = with(&settings, overlay, message.as_bytes());
        field(String::from_utf8(out).unwrap().split('\r').nth(1).unwrap(), 3).to_owned()
    };
    assert_eq!(written("PID-3 = keep"), "12345678^^^H^MR");
    for overlay in ["PID-3 = keep\nPID-3.1 = token", "PID-3 = keep\nPID-3.1 = remove"] {
        assert!(!written(overlay).contains("12345678"), "{overlay}");
    }
}

/// OBX-5 has the data type that OBX-2 says, for the rules of its components, too.
#[test]
fn a_component_of_an_observation_is_of_its_data_type() {
    let written = |kind: &str, value: &str, overlay: &str| {
        let message = format!(
            "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5\rOBX|1|{kind}|1^x^L||{value}||||||F"
        );
        let (out, ..) = with(&Settings::of(Profile::Pseudonymise), overlay, message.as_bytes());
        field(String::from_utf8(out).unwrap().split('\r').nth(1).unwrap(), 5).to_owned()
    };
    for (kind, value) in [
        ("XPN", "Quattropani^Zebulonia"),
        ("CX", "77612348^^^NORTH^MR"),
        ("XTN", "(617)555-1234^PRN^PH"),
        ("EI", "77612348^NORTH"),
    ] {
        let whole = written(kind, value, "OBX-5 = surrogate");
        assert_eq!(written(kind, value, "OBX-5.1 = surrogate"), whole, "{kind}");
    }
    for (kind, value) in [
        ("ST", "seen at home"),
        ("", "seen at home"),
        ("FT", "seen^at home"),
        ("NM", "97"),
        ("SN", ">^97"),
        ("ID", "A97"),
        ("TM", "0815"),
        ("DT", "20231201"),
        ("TS", "202312010815^M"),
        ("DTM", "20231201"),
        ("DR", "20231201^20231205"),
        ("TN", "(617)555-1234"),
        ("CWE", "A97^seen"),
        ("XAD", "12 Main St^^Boston"),
    ] {
        let head = component(value, 1);
        for (action, expected) in [("remove", ""), ("constant X", "X"), ("keep", head)] {
            // What identifies somebody goes from an observation that is kept, too.
            if action == "keep" && matches!(kind, "TN" | "XAD") {
                continue;
            }
            let out = written(kind, value, &format!("OBX-5.1 = {action}"));
            assert_eq!(component(&out, 1), expected, "{kind} {action}: {out}");
        }
        let token = written(kind, value, "OBX-5.1 = token");
        assert_eq!(component(&token, 1).len(), 16, "{kind}: {token}");
        // The others as before.
        let rest = |out: &str| out.split_once('^').map(|(_, rest)| rest.to_owned());
        assert_eq!(rest(&token), rest(&written(kind, value, "")), "{kind}");
    }
}

/// A number in two parts is one token, the same as in one piece.
#[test]
fn a_telephone_number_in_parts_becomes_one_token() {
    let written = |value: &str| {
        let message =
            format!("MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1|P|2.5\rPID|{}{value}", "|".repeat(12));
        let (out, ..) =
            with(&Settings::of(Profile::Pseudonymise), "PID-13 = token", message.as_bytes());
        field(String::from_utf8(out).unwrap().split('\r').nth(1).unwrap(), 13).to_owned()
    };
    let token = written("(617)555-1234^PRN^PH");
    let token = component(&token, 1);
    assert_eq!(token.len(), 16);
    assert_eq!(written("^PRN^PH^^1^617^5551234"), format!("^PRN^PH^^1^^{token}"));
}

/// A check digit and who assigns a number have rules of their own like any other component.
#[test]
fn every_component_obeys_its_rule() {
    let written = |overlay: &str| {
        let message = "MSH|^~\\&|A|NORTH^1.2.3^ISO|C|D|20240105||ADT^A01|1|P|2.5\rPID|1||77612348^4^M10^NORTH&1.2.3&ISO^MR";
        let (out, ..) = with(&Settings::of(Profile::Pseudonymise), overlay, message.as_bytes());
        let out = String::from_utf8(out).unwrap();
        let segments: Vec<&str> = out.split('\r').collect();
        (field(segments[0], 3).to_owned(), field(segments[1], 3).to_owned())
    };
    assert_eq!(component(&written("PID-3.2 = remove").1, 2), "");
    assert_eq!(component(&written("PID-3.2 = constant X").1, 2), "X");
    assert_eq!(component(&written("PID-3.2 = keep").1, 2), "4");
    for overlay in ["PID-3.4 = token", "MSH-4 = token"] {
        let (sender, number) = written(overlay);
        let authority =
            if overlay.starts_with('M') { sender } else { component(&number, 4).into() };
        assert!(!authority.contains("NORTH") && !authority.contains("1.2.3"), "{authority}");
        assert!(authority.ends_with("ISO"), "{authority}");
    }
}

/// How precise a date is stands behind it (TS.2), in an observation as in other fields.
#[test]
fn a_date_keeps_its_precision() {
    let message = "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5\nPID|1||7^^^H^MR||||19450302^D\nOBX|1|TS|1^x^L||20231201^D";
    for (profile, expected) in [(Profile::Pseudonymise, "^D"), (Profile::SafeHarbor, "2023^D")] {
        let all = run(profile, message);
        for value in [field(&all[1], 7), field(&all[2], 5)] {
            let expected = if value.starts_with("1945") { "^D" } else { expected };
            assert!(value.ends_with(expected) && value.len() > 2, "{value}");
        }
    }
}
