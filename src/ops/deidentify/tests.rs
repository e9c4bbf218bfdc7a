use super::*;
use crate::core::{Frame, Frames};
use proptest::prelude::*;

mod amounts;
mod births;
mod linkage;
mod list;
mod overlays;
mod parts;
mod times;
mod values;
mod ways;

/// The same in each run: among random tokens any short value turns up at times.
fn key() -> Key {
    Key::from_hex(b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap()
}

/// Segments of a message made of `text`, whose line ends become CR.
fn with(settings: &Settings, overlay: &str, text: &[u8]) -> (Vec<u8>, Tally, Rules) {
    let overlay = Overlay::parse(overlay).unwrap();
    let of = Deidentifier::new(Rules::with(settings, &overlay), &key());
    let mut tally = Tally::default();
    let mut memory = Memory::default();
    let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!("no message") };
    let message = Message::new(framed).unwrap();
    let out = of.message(&message, TextOptions::default(), &mut memory, &mut tally).unwrap();
    (out.to_vec(), tally, Rules::with(settings, &overlay))
}

fn run(profile: Profile, text: &str) -> Vec<String> {
    let text = text.replace('\n', "\r");
    let (out, ..) = with(&Settings::of(profile), "", text.as_bytes());
    String::from_utf8(out).unwrap().split('\r').map(str::to_owned).collect()
}

fn field(segment: &str, n: usize) -> &str {
    segment.split('|').nth(n).unwrap_or_default()
}

fn component(field: &str, n: usize) -> &str {
    field.split('^').nth(n - 1).unwrap_or_default()
}

const ADT: &str = "MSH|^~\\&|ADT|HOSP|LAB|HOSP|20230105101500||ADT^A01^ADT_A01|77341|P|2.5.1
EVN|A01|202301051015
PID|1|0044556677^^^HOSP|0044556677^^^HOSP&1.2.3&ISO^MR~123-45-6789^^^SSA^SS||DOE^JOHN^QUINCY^JR^DR^MD^L||19300203|M||2106-3^White^CDCREC|12 OAK ST^APT 4^BOSTON^MA^02139^USA^H^^MIDDLESEX||^PRN^PH^^1^617^2345678~^NET^Internet^john.doe@mail.test|(617)234-5679^WPN^PH||||880011223^^^HOSP^AN|123456789
PV1|1|I|W3^201^B^HOSP||||1234567893^SMITH^ANN^^^DR^MD^^NPI||||||||||||990011^^^HOSP^VN
ZPI|1|DOE^JOHN|\"\"|x
";

#[test]
fn nothing_of_a_person_passes_safe_harbor() {
    let all = run(Profile::SafeHarbor, ADT);
    let text = all.join("\r");
    for leak in [
        "44556677",
        "6789",
        "DOE",
        "JOHN",
        "QUINCY",
        "OAK",
        "BOSTON",
        "02139",
        "MIDDLESEX",
        "617",
        "2345678",
        "mail.test",
        "880011223",
        "990011",
        "77341",
        "SMITH",
        "ANN",
        "1234567893",
        "1930",
        "0105",
        "APT",
    ] {
        assert!(!text.contains(leak), "{leak}: {text}");
    }
    let [msh, evn, pid, pv1, zpi] = &all[..] else { panic!("{text}") };
    assert_eq!(field(msh, 6), "2023");
    assert_eq!(evn, "EVN|A01|2023");
    // What tells of nobody stays: sex, race, state, country, kinds of numbers and names.
    assert_eq!(field(pid, 8), "M");
    assert_eq!(component(field(pid, 10), 1), "2106-3");
    assert_eq!((component(field(pid, 11), 4), component(field(pid, 11), 6)), ("MA", "USA"));
    assert_eq!(component(field(pid, 18), 5), "AN");
    assert_eq!(component(field(pv1, 7), 9), "NPI");
    // Numbers of the same kind stay the same within the run; a social security number goes.
    assert_eq!(component(field(pid, 2), 1), component(field(pid, 3), 1));
    assert!(field(pid, 3).ends_with("^MR~"), "{pid}");
    // Segments and fields stay.
    assert_eq!(zpi, "ZPI||||");
    assert_eq!(pid.split('|').count(), ADT.lines().nth(2).unwrap().split('|').count());
}

#[test]
fn pseudonyms_keep_what_belongs_together() {
    let all = run(Profile::Pseudonymise, ADT);
    let [msh, evn, pid, ..] = &all[..] else { panic!() };
    let text = all.join("\r");
    for leak in [
        "44556677",
        "6789",
        "DOE",
        "JOHN",
        "QUINCY",
        "OAK",
        "BOSTON",
        "2345678",
        "mail.test",
        "1930020",
    ] {
        assert!(!text.contains(leak), "{leak}: {text}");
    }
    // The time of day stays, and both dates are moved by the same number of days.
    let moved = field(msh, 6).strip_suffix("101500").unwrap();
    assert_eq!(field(evn, 2), format!("{moved}1015"));
    assert_ne!(moved, "20230105");
    assert_eq!(field(pid, 7).len(), 8);
    assert_eq!(component(field(pid, 2), 1), component(field(pid, 3), 1));
    assert_eq!(component(field(pid, 3), 4), "HOSP&1.2.3&ISO");
    assert_eq!(component(field(pid, 5), 7), "L");
    assert_eq!(component(field(pid, 13), 2), "PRN");
}

#[test]
fn test_data_is_marked() {
    let all = run(Profile::TestData, ADT);
    assert_eq!(field(&all[0], 10), "T");
    assert!(!component(field(&all[2], 11), 1).is_empty());
    assert!(!all[2].contains("OAK"));
}

#[test]
fn old_fields_and_numbers_in_names_are_known() {
    // MRG-7 was a number before it was a name; NDL has the name in its first component.
    let all = run(
        Profile::Pseudonymise,
        "MSH|^~\\&|A|B|C|D|20230105||ADT^A40|1|P|2.3\nPID|1||5566778^^^H^MR\nMRG|4455667^^^H^MR||||||DOE^JOHN\nOBR|1|||||||||||||||||||||||||||||||12345&SMITH&ANN^202301051200^^W3\nOBR|1|||||||||||||||||||||||||||||||998877^MILLER^BOB",
    );
    let text = all.join("\r");
    for leak in [
        "4455667", "DOE", "JOHN", "12345", "SMITH", "ANN", "W3", "998877", "MILLER", "BOB",
        "20230105",
    ] {
        // As a word: a surrogate may have the same letters in it.
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        assert!(!words.any(|word| word == leak), "{leak}: {text}");
    }
    assert!(component(field(&all[3], 32), 2).ends_with("1200"), "{text}");
}

#[test]
fn ages_over_89_lose_their_year() {
    let born = |birth: &str| {
        let text =
            format!("MSH|^~\\&|A|B|C|D|20230105||ADT^A01|1|P|2.5\nPID|1||5^^^H^MR||||{birth}");
        field(&run(Profile::SafeHarbor, &text)[1], 7).to_owned()
    };
    assert_eq!(born("19330106"), "1933");
    assert_eq!(born("19330105"), "");
    assert_eq!(born("1932"), "");
    assert_eq!(born("19401224"), "1940");
}

#[test]
fn ages_are_capped() {
    let age = |value: &str, units: &str| {
        let text = format!(
            "MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5\nOBX|1|NM|30525-0^Age^LN||{value}|{units}"
        );
        field(&run(Profile::SafeHarbor, &text)[1], 5).to_owned()
    };
    assert_eq!(age("89", "a"), "89");
    assert_eq!(age("93", "a"), "90");
    assert_eq!(age("1100", "mo"), "1080");
    assert_eq!(age("100", "mo"), "100");
}

#[test]
fn observations_are_what_obx_2_says() {
    let value = |name: &str, value: &str| {
        let text =
            format!("MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5\nOBX|1|{name}|1^x^L||{value}");
        field(&run(Profile::Pseudonymise, &text)[1], 5).to_owned()
    };
    assert_eq!(value("NM", "13.2"), "13.2");
    assert_eq!(value("SN", ">^100^:^2"), ">^100^:^2");
    assert_eq!(value("TM", "1015"), "1015");
    assert_eq!(component(&value("CE", "112283007^E. coli^SCT"), 1), "112283007");
    assert_eq!(value("ED", "LAB^TEXT^PLAIN^Base64^UGF0aWVudA=="), "^TEXT^PLAIN^Base64^");
    assert!(!value("RP", "https://x.test/DOE.pdf^PACS^IM^PDF").contains("DOE"));
    assert!(!value("XPN", "DOE^JOHN").contains("DOE"));
    assert!(!value("CX", "4455667^^^H^MR").contains("4455667"));
    assert!(!value("XTN", "^PRN^PH^^1^617^2345678").contains("2345678"));
    assert!(!value("DT", "20220304").contains("20220304"));
    assert_eq!(value("DT", "20220304").len(), 8);
}

#[test]
fn queries_are_treated_as_the_field_they_name() {
    let all = run(
        Profile::Pseudonymise,
        "MSH|^~\\&|A|B|C|D|20230105||QBP^Q22|1|P|2.5\nQPD|Q|T1|@PID.5.1.1^DOE~@PID.7^19700203~@PID.3.1^4455667~@PID.8^F~@XYZ.1^DOE~DOE",
    );
    let names: Vec<_> = field(&all[1], 3).split('~').collect();
    assert_eq!(component(names[0], 1), "@PID.5.1.1");
    assert!(!all[1].contains("DOE") && !all[1].contains("19700203") && !all[1].contains("4455667"));
    assert_eq!(component(names[1], 2).len(), 8);
    assert_eq!(names[3], "@PID.8^F");
    assert_eq!((names[4], names[5]), ("^", ""));
}

#[test]
fn lines_that_are_no_segments_are_dropped() {
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ADT^A01|1|P|2.5\rPID|1||5\rDOE JOHN\r|x\rpid|1|DOE\rKIM|1\rZZZ|DOE||x";
    let (out, tally, _) = with(&Settings::of(Profile::Pseudonymise), "", text);
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("DOE"), "{text}");
    assert!(text.ends_with("\rpid||\rKIM|\rZZZ|||"), "{text}");
    assert_eq!(tally.dropped_lines, 2);
    assert_eq!(tally.unknown_segments().collect::<Vec<_>>(), [("ZZZ".to_owned(), 1)]);
    // What looks like an id may be a name.
    assert_eq!(tally.unusual_segments, 2);
}

#[test]
fn null_and_empty_tell_nothing() {
    let all = run(
        Profile::SafeHarbor,
        "MSH|^~\\&|A|B|C|D|20230105||ADT^A08|1|P|2.5\nPID|1||\"\"||\"\"||\"\"|\"\"|||\"\"^^\"\"||~\"\"",
    );
    assert_eq!(all[1], "PID|1||\"\"||\"\"||\"\"|\"\"|||\"\"^^\"\"||");
}

#[test]
fn characters_that_hold_delimiters_are_no_delimiters() {
    // In Shift_JIS U+8868 is 95 5C and U+7E4B is 8C 71; 5C is the escape character, 7C `|`.
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ADT^A01|1|P|2.5||||||SHIFT_JIS\rPID|1||5^^^H^MR||\x95\x5C^\x83\x7C||19700101|F\r";
    let (out, ..) = with(&Settings::of(Profile::Pseudonymise), "", text);
    assert!(!out.windows(2).any(|part| part == b"\x95\x5C" || part == b"\x83\x7C"));
    let pid = out.split(|&b| b == b'\r').nth(1).unwrap();
    assert_eq!(pid.split(|&b| b == b'|').nth(8).unwrap(), b"F");
}

#[test]
fn bytes_of_no_character_set_are_refused_where_they_could_be_delimiters() {
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ADT^A01|1|P|2.5||||||SHIFT_JIS\rPID|1||5\xFF\xFF";
    let of = Deidentifier::new(Rules::new(&Settings::of(Profile::SafeHarbor)), &key());
    let Some(Frame::Message(framed)) = Frames::new(text).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let (mut memory, mut tally) = (Memory::default(), Tally::default());
    let done = of.message(&message, TextOptions::default(), &mut memory, &mut tally);
    assert_eq!(done, Err(Unhandled::Undecodable));
}

#[test]
fn dates_follow_their_patient() {
    // Two patients in one message: what follows a PID is moved with it.
    let all = run(
        Profile::Pseudonymise,
        "MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5\nPID|1||5566778^^^H^MR\nOBR|1||||||20230105\nPID|2||1122334^^^H^MR\nOBR|1||||||20230105\nPID|3||005566778^^^H^PI~x^^^H^XX\nOBR|1||||||20230105",
    );
    assert_eq!(field(&all[0], 6), field(&all[2], 7));
    assert_eq!(field(&all[2], 7), field(&all[6], 7));
}

#[test]
fn rules_of_a_site() {
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ADT^A01|1|P|2.5\rPID|1||5566778^^^H^MR||DOE^JOHN||19700203|F\rZPI|20220304|DOE^ANN|keep me|gone\rZZZ|x";
    let overlay = "
# of the site
PID-5 = remove
PID-3.4 = remove   # the authority
PID-8 = constant U
ZPI-1 = shift
ZPI-2 = name
ZPI-3 = keep
PID-7 = keep
";
    let (out, ..) = with(&Settings::of(Profile::Pseudonymise), overlay, text);
    let text = String::from_utf8(out).unwrap();
    let all: Vec<_> = text.split('\r').collect();
    assert_eq!((field(all[1], 5), field(all[1], 7), field(all[1], 8)), ("", "19700203", "U"));
    assert!(field(all[1], 3).ends_with("^^^^MR"), "{text}");
    assert_eq!(field(all[2], 1).len(), 8);
    assert_ne!(field(all[2], 1), "20220304");
    assert!(!["", "ANN"].contains(&component(field(all[2], 2), 2)));
    assert_eq!((field(all[2], 3), field(all[2], 4)), ("keep me", ""));
    assert_eq!(all[3], "ZZZ|");
}

#[test]
fn what_is_wrong_with_rules() {
    let errors = Overlay::parse("PID-3 = hash\nPID-3\n\nPID-0 = keep\n@QQ = keep\nZPI = name\nPID-5 = constant\nMSH-2 = remove\nPID-8 = keep x\n").unwrap_err();
    let lines: Vec<_> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [1, 2, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn the_list_is_an_overlay() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        let mut settings = Settings::of(profile);
        settings.keep_providers = profile == Profile::TestData;
        let overlay = Overlay::parse(
            "ZPD = keep\nZPD-3 = name\n@XTN = remove\nPID-3.2 = constant a # b\nZ* = clean",
        )
        .unwrap();
        let rules = Rules::with(&settings, &overlay);
        let list = rules.list();
        for other in [Profile::SafeHarbor, Profile::Pseudonymise] {
            let again = Rules::with(&Settings::of(other), &Overlay::parse(&list).unwrap());
            // The profile decides by itself what a constant for MSH-11 is.
            assert_eq!(again.list(), list);
            assert_eq!(again.hash(), rules.hash());
        }
    }
}

/// Fields in which a person's own name, number or address stands.
const IDENTIFYING: [(&str, usize); 22] = [
    ("PID", 2),
    ("PID", 3),
    ("PID", 4),
    ("PID", 5),
    ("PID", 6),
    ("PID", 9),
    ("PID", 11),
    ("PID", 13),
    ("PID", 14),
    ("PID", 18),
    ("PID", 19),
    ("PID", 20),
    ("PID", 21),
    ("PID", 23),
    ("PID", 40),
    ("NK1", 2),
    ("NK1", 4),
    ("NK1", 5),
    ("GT1", 3),
    ("GT1", 12),
    ("IN1", 16),
    ("MRG", 1),
];

proptest! {
    #[test]
    fn any_bytes_become_something(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        profile in prop_oneof![Just(Profile::SafeHarbor), Just(Profile::Pseudonymise), Just(Profile::TestData)],
    ) {
        let mut text = b"MSH|^~\\&|A|B\rPID|1||".to_vec();
        text.extend(bytes);
        with(&Settings::of(profile), "", &text);
    }

    #[test]
    fn a_canary_is_gone_wherever_it_stands(
        at in 0..IDENTIFYING.len(),
        place in 0_usize..8,
        sub in 0_usize..3,
        canary in "[G-Z]{9}|[1-9][0-9]{8}",
        profile in prop_oneof![Just(Profile::SafeHarbor), Just(Profile::Pseudonymise), Just(Profile::TestData)],
    ) {
        let (id, n) = IDENTIFYING[at];
        let fields = format!("{}{}{}{canary}", "|".repeat(n), "^".repeat(place), "&".repeat(sub));
        let text = format!("MSH|^~\\&|A|B|C|D|20230105||ADT^A01|1|P|2.5\r{id}{fields}|\rZZZ|{canary}\r");
        let (out, ..) = with(&Settings::of(profile), "", text.as_bytes());
        let out = String::from_utf8(out).unwrap();
        // Parts that hold codes or an authority are not where a person's identifiers stand.
        let identifies = place == 0 || matches!((n, id), (5 | 6 | 9, "PID") | (2, "NK1") | (3, "GT1")) && place < 3;
        if identifies {
            prop_assert!(!out.contains(&canary), "{out}");
        }
        let lines: Vec<_> = out.split('\r').collect();
        prop_assert_eq!(lines.len(), 3);
        prop_assert_eq!(lines[1].matches('|').count(), n + 1);
        prop_assert_eq!(lines[2], "ZZZ|");
    }
}

/// Whatever a message says of itself, one for tests is one.
#[test]
fn a_message_for_tests_says_that_it_is_one() {
    let processing = |header: &str, overlay: &str| {
        let text = format!("MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1{header}\rPID|1");
        let (out, ..) = with(&Settings::of(Profile::TestData), overlay, text.as_bytes());
        let out = String::from_utf8(out).unwrap();
        assert!(out.ends_with("\rPID|1"), "{out}");
        field(out.split('\r').next().unwrap(), 10).to_owned()
    };
    for (said, becomes) in [
        ("|P|2.5", "T"),
        ("|P^A|2.5", "T^A"),
        ("||2.5", "T"),
        ("|\"\"|2.5", "T"),
        ("|^A|2.5", "T^A"),
        ("|T", "T"),
        ("|", "T"),
        ("", "T"),
    ] {
        assert_eq!(processing(said, ""), becomes, "{said}");
    }
    assert_eq!(processing("|P^A|2.5", "MSH-11 = keep"), "P^A");
    assert_eq!(processing("||2.5", "MSH-11 = keep"), "");
    assert_eq!(processing("|P|2.5", "MSH-11.1 = constant D"), "D");
}
