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
