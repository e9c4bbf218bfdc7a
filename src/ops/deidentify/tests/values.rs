//! What becomes of values.

use super::*;

pub(super) const HEADER: &str = "MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5";

/// Field `n` of the only segment behind the header.
pub(super) fn one(profile: Profile, segment: &str, n: usize) -> String {
    field(&run(profile, &format!("{HEADER}\n{segment}"))[1], n).to_owned()
}

#[test]
fn a_narrative_is_none_of_any_data_type() {
    let text = "Ludmila Wojciechowska phoned from 312 867 5309 on 4 March 2021";
    for name in "ED RP HD OG NR SN DLT RPT EI CX PL XPN XTN XAD CE CWE TS TM DT NM ID IS PTA DDI MOC CP CQ MO FC TQ PN DR AUI NA SI XON CF JCC ICD OCD GTS ELD ZZ TX ST FT".split(' ') {
        let out = one(Profile::SafeHarbor, &format!("OBX|1|{name}|X^Y||{text}||||||F"), 5);
        for gone in ["Ludmila", "Wojciechowska", "867", "March"] {
            assert!(!out.contains(gone), "{name}: {out}");
        }
    }
}

#[test]
fn documents_keep_nothing_but_their_form() {
    let value = |name: &str, value: &str| {
        one(Profile::Pseudonymise, &format!("OBX|1|{name}|X^Y||{value}"), 5)
    };
    assert_eq!(value("ED", "Novak^IM^JPEG^Base64^QUJD"), "^IM^JPEG^Base64^");
    assert_eq!(value("ED", "^Novak^Novak^Novak^QUJD"), "^^^^");
    assert_eq!(
        value("RP", "x/Novak.pdf^PACS&1.2.840.99&ISO^Application^PDF"),
        "^PACS&1.2.840.99&ISO^Application^PDF"
    );
}

#[test]
fn a_text_without_a_code_is_none_beside_one() {
    let safe = |segment: &str, n| one(Profile::SafeHarbor, segment, n);
    let text = "fell at home of Bogumila Wojciechowska in Krakow";
    for (segment, n) in [
        (format!("DG1|1|I9|^{text}^L"), 3),
        (format!("DG1|1|I9|^{text}^I9"), 3),
        (format!("PV1|1|I bring {text}"), 2),
        (format!("PID|1|||||||||{text}"), 10),
        (format!("OBX|1|CWE|X^Y||{text}"), 5),
        (format!("OBX|1|IS|X^Y||{text}"), 5),
        (format!("OBX|1|CWE|X^Y||A^B^L^^^^^^{text}"), 5),
        ("OBX|1|CE|X^Y||^RG9rdG9yIEtvd2FsY3p5ayBCb2d1bWlsYSBXb2pjaWVjaG93c2th^L".to_owned(), 5),
    ] {
        let out = safe(&segment, n);
        assert!(!["Bogumila", "Krakow", "RG9r"].iter().any(|gone| out.contains(gone)), "{out}");
    }
    // The name of a code of the standard stays.
    for kept in ["34000006^Crohn's disease^SCT", "2951-2^Sodium [Moles/volume] in Serum^LN"] {
        assert_eq!(safe(&format!("OBX|1|CE|{kept}||{kept}"), 5), kept);
        assert_eq!(safe(&format!("OBX|1|CE|{kept}||{kept}"), 3), kept);
    }
}

#[test]
fn numbers_of_somebody_are_no_amounts() {
    let safe = |name: &str, value: &str| {
        one(Profile::SafeHarbor, &format!("OBX|1|{name}|X^Y||{value}"), 5)
    };
    for (name, value, part) in [
        ("NM", "3128675309", "867"),
        ("NM", "+13128675309", "867"),
        ("NM", "19481224", "1224"),
        ("NM", "219-09-9999", "9999"),
        ("SN", "^219-09-9999", "9999"),
        ("SN", "^1948-12-24", "12-24"),
        ("TM", "19481224", "1224"),
        ("TM", "3128675309", "867"),
        ("IS", "312-867-5309", "867"),
        ("CE", "lw@wojcik.example", "wojcik"),
        ("CWE", "19481224^dob", "1224"),
    ] {
        let out = safe(name, value);
        assert!(!out.contains(part), "{name} {value}: {out}");
    }
    for (name, value) in [
        ("NM", "-12.5"),
        ("NM", "250000"),
        ("NM", "0.123456789"),
        ("SN", ">^100^:^2"),
        ("SN", "^12^-^16"),
        ("TM", "235959.1234+0100"),
        ("IS", "POS"),
        ("CE", "112283007^E. coli^SCT"),
        ("CE", "00093-0147-01^Naproxen 500 MG^NDC"),
    ] {
        assert_eq!(safe(name, value), value);
    }
}

#[test]
fn what_is_kept_is_no_text() {
    let text = "Bogumila Wojciechowska 219-09-9999";
    for (segment, n) in [
        (format!("OBX|1|ST|A^B|{text}"), 4),
        (format!("OBX|1|ST|A^B||5||{text}"), 7),
        (format!("ORC|{text}"), 1),
        (format!("ORC|RE|||||x~{text}"), 6),
        (format!("OBR|1|||A^B|{text}"), 5),
        (format!("OBR|1|||A^B|||||||{text}"), 11),
        (format!("PRD|RP^{text}"), 1),
        (format!("CTD|^{text}"), 1),
        (format!("TQ1|1|||08001030~{text}"), 4),
    ] {
        let out = one(Profile::SafeHarbor, &segment, n);
        assert!(!out.contains("Bogumila") && !out.contains("9999"), "{segment}: {out}");
    }
    for range in ["12.0-16.0", "<5", ">=1.5", "negative", "0-0.5", "4.0 - 10.5", "Negative"] {
        assert_eq!(one(Profile::SafeHarbor, &format!("OBX|1|NM|A^B||5||{range}"), 7), range);
    }
}

#[test]
fn an_address_in_the_wrong_components_keeps_no_zip_code() {
    for address in [
        "12 Elmwood Ave^Springfield^IL^62704^USA",
        "12 Elmwood Ave^^^^Springfield^62704",
        "^^^^^^62704",
        "^^^^^Springfield IL 62704",
    ] {
        let out = one(Profile::SafeHarbor, &format!("PID|1||7^^^H^MR||||||||{address}"), 11);
        assert!(!out.contains("62704") && !out.contains("Springfield"), "{out}");
    }
    let kept = "^^^New York^^USA^H";
    assert_eq!(one(Profile::SafeHarbor, &format!("PID|1||7^^^H^MR||||||||{kept}"), 11), kept);
}

#[test]
fn authorities_and_titles_have_the_form_of_some() {
    let number = one(
        Profile::SafeHarbor,
        "PID|1||7654321^219-09-9999^12-04-1948^Bogumila Wojciechowska&219-09-9999&X^MR^Krakow&Elm Street 12~7^^^HOSP&2.16.840.1.113883.19&ISO^MR",
        3,
    );
    assert!(!["9999", "1948", "Bogumila", "Elm"].iter().any(|gone| number.contains(gone)));
    assert!(number.ends_with("^^^HOSP&2.16.840.1.113883.19&ISO^MR"), "{number}");
    let name = one(Profile::Pseudonymise, "PV1|1|I|||||5^NOVAK^JAN^^^Dr.^MD, PhD", 7);
    assert!(name.ends_with("^^^Dr.^MD, PhD"), "{name}");
    let name = one(Profile::Pseudonymise, "PV1|1|I|||||5^NOVAK^JAN^^^Bogumila^Krakow", 7);
    assert!(name.ends_with("^^^^"), "{name}");
}

#[test]
fn an_insurer_is_told_but_no_social_security_number() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise] {
        for number in [2, 3, 4, 35, 46] {
            let bars = "|".repeat(number);
            let out = one(profile, &format!("IN1{bars}219-09-9999"), number);
            assert!(!out.contains("09-9999"), "IN1-{number}: {out}");
            let kept = "BCBS^Blue 800-555-1212";
            assert_eq!(one(profile, &format!("IN1{bars}{kept}"), number), kept, "IN1-{number}");
        }
    }
}

#[test]
fn actions_of_a_site_reach_plain_values() {
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5\rNTE|1||Bogumila Nowak\rOBX|1|ST|X||Bogumila Nowak\rOBX|2|IS|X||WOJCIE\rOBX|3|NM|X||4711";
    let of = |overlay: &str| {
        let (out, ..) = with(&Settings::of(Profile::Pseudonymise), overlay, text);
        String::from_utf8(out).unwrap()
    };
    for action in ["token", "name", "surrogate", "fake"] {
        let out = of(&format!("NTE-3 = {action}\nOBX-5 = {action}"));
        assert!(!["Bogumila", "WOJCIE", "4711"].iter().any(|gone| out.contains(gone)), "{out}");
        assert!(out.split('\r').all(|segment| !segment.ends_with('|')), "{out}");
    }
    let out = of("@IS = token\n@ST = constant x y");
    assert!(!out.contains("WOJCIE") && out.contains("OBX|1|ST|X||x y\r"), "{out}");
    let errors =
        Overlay::parse("PID-11 = zip3\nNTE-3 = zip3\n@ST = zip3\nZPI-3 = zip3").unwrap_err();
    assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn what_a_site_keeps_is_still_known_elsewhere() {
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5\rPID|1||7654321^^^H^MR||Kowalczyk^Zdzislawa\rNTE|1||seen: Kowalczyk, 7654321\rZPI|Kowalczyk";
    for overlay in ["PID-5 = keep", "PID-5.1 = keep", "@XPN = keep", "PID = keep"] {
        let overlay = format!("{overlay}\nZ* = keep");
        let (out, tally, rules) = with(&Settings::of(Profile::Pseudonymise), &overlay, text);
        let out = String::from_utf8(out).unwrap();
        let all: Vec<_> = out.split('\r').collect();
        assert!(field(all[1], 5).starts_with("Kowalczyk^"), "{overlay}: {out}");
        assert!(!all[2].contains("Kowalczyk") && !all[2].contains("7654321"), "{overlay}: {out}");
        // No rule knows the field.
        assert_eq!(tally.residual_hits(&rules).collect::<Vec<_>>(), [("*".to_owned(), 1)]);
    }
}

#[test]
fn providers_that_stay_do_so_in_observations() {
    let mut settings = Settings::of(Profile::Pseudonymise);
    settings.keep_providers = true;
    let text = b"MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5\rOBX|1|XCN|x||555^Nowak^Jan";
    let (out, ..) = with(&settings, "", text);
    assert!(out.ends_with(b"||555^Nowak^Jan"));
}

#[test]
fn queries_for_texts_are_emptied() {
    let all = run(
        Profile::Pseudonymise,
        "MSH|^~\\&|A|B|C|D|20230105||QBP^Q22|1|P|2.5\nQPD|Q|T1|@OBX.5^NOWAKOWSKA~@NTE.3^NOWAKOWSKA\nQRD|20240315|R|I|1|||10^RD|5|DEM|NOWAKOWSKA|7654321^19610305|T\nQRD|20240315|R|I|1|||10^RD|5|DEM|ALL||T",
    );
    assert_eq!(field(&all[1], 3), "^~^");
    assert_eq!((field(&all[2], 10), field(&all[2], 11)), ("", ""));
    assert_eq!(field(&all[3], 10), "ALL");
}

#[test]
fn organisations_and_payers_are_no_persons() {
    let message = "MSH|^~\\&|ADT|GOODHEALTH|LAB|HOSP|20230105||ADT^A01|1|P|2.5
PID|1||7654321^^^GOODHEALTH^MR||NOVAK^JAN||19700203|M|||12 OAK ST^^OMAHA^NE^68102^USA^H^^DOUGLAS
PD1|||Goodhealth Clinic^^840
IN1|1|PPO|3563^^^PAYOR|Aetna|7910 Hill St^^OMAHA^NE^68102^USA^H^^DOUGLAS||(731)891-2999^WPN^PH";
    let text = message.replace('\n', "\r");
    let (out, tally, rules) = with(&Settings::of(Profile::SafeHarbor), "", text.as_bytes());
    let out = String::from_utf8(out).unwrap();
    let all: Vec<_> = out.split('\r').collect();
    assert_eq!(field(all[0], 3), "GOODHEALTH");
    assert!(field(all[1], 3).ends_with("^^^GOODHEALTH^MR"), "{out}");
    assert_eq!(field(all[3], 5), "7910 Hill St^^OMAHA^NE^68102^USA^H^^DOUGLAS");
    assert_eq!(field(all[3], 7), "(731)891-2999^WPN^PH");
    assert_eq!(tally.residual_hits(&rules).count(), 0);
    // A person who pays, or whose number stands there, is found all the same.
    let own = text.replace("Aetna", "NOVAK").replace("3563", "7654321");
    let (out, tally, rules) = with(&Settings::of(Profile::SafeHarbor), "", own.as_bytes());
    let out = String::from_utf8(out).unwrap();
    assert!(!out.contains("NOVAK") && !out.contains("7654321"), "{out}");
    assert_eq!(tally.residual_hits(&rules).map(|(_, count)| count).sum::<u64>(), 2);
}

#[test]
fn what_has_not_the_form_of_a_code_is_none() {
    let pseudonymised = |segment: &str, n| one(Profile::Pseudonymise, segment, n);
    // A scheme of check digits, a kind of number, a kind of name.
    let number = pseudonymised("PID|1||7654321^^Wojciechowska^HOSP^Bogumila", 3);
    assert!(number.ends_with("^^^HOSP^"), "{number}");
    let name = pseudonymised("PID|1||7654321||NOVAK^JAN^^^^^Wojciechowska^Bogumila", 5);
    assert!(name.ends_with("^^^^^^"), "{name}");
    // An authority of several words becomes a token, unless it sent the message.
    let number = pseudonymised("PID|1||7654321^^^Bogumila Wojciechowska^MR", 3);
    assert!(!number.contains("Bogumila") && !component(&number, 4).is_empty(), "{number}");
    let message = "MSH|^~\\&|ADT|ELM HOSPITAL|B|C|20230105||ADT^A01|1|P|2.5\nPID|1||7654321^^^ELM HOSPITAL^MR";
    assert!(field(&run(Profile::Pseudonymise, message)[1], 3).ends_with("^^^ELM HOSPITAL^MR"));
}

/// Somebody's identifier where a code belongs: the second name is no system of codes.
#[test]
fn a_provider_is_no_code() {
    let out =
        one(Profile::SafeHarbor, "FT1|1||||||||||||||||||1234567893^Robinson^Patricia^D^^^MD", 19);
    for gone in ["1234567893", "Robinson", "Patricia"] {
        assert!(!out.contains(gone), "{out}");
    }
    for kept in ["J18.9^Pneumonia^I10", "E11.9^Diabetes^ICD-10-CM", "A^B^HL70001"] {
        assert_eq!(one(Profile::SafeHarbor, &format!("DG1|1|I9|{kept}"), 3), kept);
    }
}

/// What was written for a field in one message is not taken for another one that is about the
/// persons of the field.
#[test]
fn fields_that_come_again_are_looked_at_again() {
    let of = Deidentifier::new(Rules::new(&Settings::of(Profile::SafeHarbor)), &key());
    let (mut memory, mut tally) = (Memory::default(), Tally::default());
    let mut written = |name: &str| {
        let text = format!("{HEADER}\rPID|1||7||{name}^JAN\rOBR|1|||X^Quorvale panel^LN\rNTE|1||x");
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let out = of.message(&message, TextOptions::default(), &mut memory, &mut tally).unwrap();
        field(String::from_utf8_lossy(out).split('\r').nth(2).unwrap(), 4).to_owned()
    };
    let kept = "X^Quorvale panel^LN";
    for _ in 0..3 {
        assert_eq!(written("NOVAK"), kept);
    }
    assert_ne!(written("QUORVALE"), kept);
    assert_eq!(written("NOVAK"), kept);
}

#[test]
fn messages_and_data_in_texts_are_documents() {
    let text = |value: &str| one(Profile::Pseudonymise, &format!("OBX|1|TX|X^Y||{value}"), 5);
    for document in [
        "MSH\\F\\\\S\\\\R\\\\E\\\\T\\\\F\\LAB\\.br\\PID\\F\\1\\F\\\\F\\1234\\F\\\\F\\Novak\\S\\Jan",
        "see below\\.br\\PID\\F\\1\\F\\\\F\\1234\\F\\\\F\\Novak\\S\\Jan",
        "<?xml version=\"1.0\"?><name><family>Novak</family></name>",
        "<ClinicalDocument><family>Novak</family></ClinicalDocument>",
        "<p:n xmlns:p=\"urn:x\"><p:family>Novak</p:family></p:n>",
        "{\"family\": \"Novak\", \"given\": [\"Jan\"]}",
        "[{\"family\":\"Novak\",\"given\":[\"Jan\"]}]",
        "%PDF-1.7 (Novak) Tj and more of it",
    ] {
        assert_eq!(text(document), "", "{document}");
    }
    for kept in [
        "<p>Lungs are clear, no effusion.</p>",
        "{see the report of the film below}",
        "[1] no effusion, [2] clear",
    ] {
        assert_eq!(text(kept), kept);
    }
}

/// A name that its own letters tell, in the form of names of users, in fields that stay.
#[test]
fn names_of_users_are_no_codes() {
    let pid = "PID|1||7^^^H^MR||Wojciech^Bogumila\nPV1|1|I||||||4^Kowalczyk^Tomasz";
    for name in ["WOJCIECHB", "bwojciech", "BWOJCIECH", "tkowalczyk", "KOWALCZYKT1", "kowalczyk_t"]
    {
        for (segment, n) in [
            (format!("OBX|1|CE|{name}^X^L||1"), 3),
            (format!("OBX|1|NM|X^Y^L||5|{name}"), 6),
            (format!("ORC|RE|1^{name}"), 2),
            (format!("DG1|1|I9|{name}"), 3),
            (format!("OBX|1|IS|X^Y^L||{name}"), 5),
        ] {
            for profile in [Profile::Pseudonymise, Profile::SafeHarbor] {
                let out = run(profile, &format!("{HEADER}\n{pid}\n{segment}"));
                assert!(!field(&out[3], n).contains(name), "{}", out[3]);
            }
        }
    }
}

/// Names that many people bear, of nobody whom the message knows.
#[test]
fn frequent_names_are_no_codes() {
    for name in ["Jonathan", "Smith", "SMITH,JOHN", "john.smith", "Gonzalez_Maria"] {
        for profile in [Profile::Pseudonymise, Profile::SafeHarbor] {
            for segment in [format!("OBX|1|CE|{name}^X^L||1"), format!("OBX|1|IS|X^Y^L||{name}")] {
                let out = run(profile, &format!("{HEADER}\n{segment}"));
                assert!(!out[1].contains(name), "{}", out[1]);
            }
        }
    }
    for code in ["SMITH", "GLU", "Gram", "A-B", "HGB,RBC", "Cardiology", "mmHg", "Mixed_Growth"] {
        let segment = format!("OBX|1|CE|{code}^X^L||1");
        assert_eq!(run(Profile::Pseudonymise, &format!("{HEADER}\n{segment}"))[1], segment);
    }
    // Beside a code of the standard it is one.
    assert_eq!(one(Profile::Pseudonymise, "OBX|1|CE|Smith^X^LN||1", 3), "Smith^X^LN");
}

/// Whether a line is met before, in a message where it stood alone, changes nothing.
#[test]
fn lines_of_a_text_are_looked_at_together() {
    let pid = "PID|1||904417263^^^H^MR||Wojciech^Bogumila";
    let lines = [
        ("NTE|1||seen by Dr. Woj", "NTE|2||ciech today", 3),
        ("OBX|1|TX|X^Y||chart 90441||||||F", "OBX|2|TX|X^Y||7263 there||||||F", 5),
        ("DSP|1||spoke with Maria", "DSP|2||Gonzalez today", 3),
    ];
    for (first, second, n) in lines {
        for profile in [Profile::Pseudonymise, Profile::SafeHarbor] {
            let alone = run(profile, &format!("{HEADER}\n{first}\nOBR|1\n{second}"));
            let out = run(profile, &format!("{HEADER}\n{pid}\n{first}\n{second}"));
            assert_eq!(alone.len(), 4);
            let text = [field(&out[2], n), field(&out[3], n)].concat();
            for part in ["Woj", "ciech", "90441", "7263", "Maria", "Gonzalez"] {
                assert!(!text.contains(part), "{text}");
            }
        }
    }
    // Results of two observations are two texts.
    let two = format!("{HEADER}\n{pid}\nOBX|1|ST|A^B||chart 90441\nOBX|2|ST|C^D||7263 mg");
    assert!(run(Profile::Pseudonymise, &two)[3].ends_with("7263 mg"));
}

#[test]
fn a_provider_who_stays_may_be_called_as_the_patient() {
    let mut settings = Settings::of(Profile::SafeHarbor);
    settings.keep_providers = true;
    let text = format!("{HEADER}\rPID|1||9^^^N^MR||SMITH^JOHN\rPV1|1|I|||||1001^SMITH^PETER^^^DR");
    let (out, ..) = with(&settings, "", text.as_bytes());
    let out = String::from_utf8(out).unwrap();
    assert_eq!(field(out.split('\r').nth(2).unwrap(), 7), "1001^SMITH^PETER^^^DR");
}

#[test]
fn a_social_security_number_has_one_token() {
    let all = run(
        Profile::SafeHarbor,
        &format!(
            "{HEADER}\nPID|1||457-55-5462^^^A^PI~457555462^^^A^PI~457 55 5462^^^A^PI~457-555-462^^^A^PI"
        ),
    );
    let ids: Vec<_> = field(&all[1], 3).split('~').map(|id| component(id, 1)).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");
}

#[test]
fn what_an_error_repeats_is_no_name() {
    let mut settings = Settings::of(Profile::Pseudonymise);
    settings.text = text::Mode::Scrub;
    let of = |segment: &str| {
        let (out, ..) = with(&settings, "", format!("{HEADER}\r{segment}").as_bytes());
        String::from_utf8(out).unwrap().split('\r').nth(1).unwrap().to_owned()
    };
    for segment in [
        "MSA|AE|1|Unknown key identifier PID.5 'WOJCIECHOWSKA'",
        "ERR||||||Wojciechowska",
        "ERR|||||||value WOJCIECHOWSKA in PID-5 is wrong",
        "ERR||||||||no match: Smith=Wojciechowska",
    ] {
        let out = of(segment).to_uppercase();
        assert!(!out.contains("WOJCIE") && !out.contains("SMITH"), "{out}");
        assert!(out.contains("[WORD]") || out.contains("[NAME]"), "{out}");
    }
    for kept in [
        "ERR|||||||java.lang.NullPointerException at Foo.bar, PID-5 in ADT_A01 is required",
        "ERR||||||||Segment PID: field 5 (XPN.1) missing, HL7 version 2.5.1",
        "MSA|AE||Application internal error, code 207",
    ] {
        assert_eq!(of(kept), kept);
    }
}

/// Beside the code of a standard, too, where the names of compounds are as long as data.
#[test]
fn a_document_is_no_name_of_a_code() {
    let dg1 = |text: &str| {
        let out = one(Profile::Pseudonymise, &format!("DG1|1||E11.9^{text}^I10"), 3);
        component(&out, 2).to_owned()
    };
    for text in [
        "<Patient xmlns=\"http://hl7.org/fhir\"><family value=\"Wojcik\"/></Patient>",
        "MSH\\F\\x\\.br\\PID\\F\\1\\F\\Wojcik",
        "UGF0aWVudCBaYWJyaXNraWUgVGhlb3BoYW5lcyAwMDQ0NTU2Njc3",
    ] {
        let out = dg1(text);
        assert!(!out.contains("Wojcik") && !out.contains("UGF0"), "{out}");
    }
    for name in [
        "Dehydroepiandrosterone/Androstenedione [Mass Ratio] in Serum or Plasma",
        "Type 2 diabetes mellitus with proliferative diabetic retinopathy",
        "25-Hydroxyvitamin D2+25-Hydroxyvitamin D3 [Mass/volume] in Serum or Plasma",
    ] {
        assert_eq!(dg1(name), name);
    }
}

#[test]
fn words_with_strokes_are_no_data() {
    let text = "Denies SOB/CP/palpitations/dizziness and 12/34/Abdomen/pelvis/chest";
    let out = one(Profile::Pseudonymise, &format!("OBX|1|TX|X^Y||{text}||||||F"), 5);
    assert_eq!(out, text);
    let data = "see /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJ";
    let out = one(Profile::Pseudonymise, &format!("OBX|1|TX|X^Y||{data}||||||F"), 5);
    assert_eq!(out, "see ");
}

/// Fields are often shifted by one.
#[test]
fn a_number_of_somebody_is_no_code_of_a_table() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        for segment in ["ABS||||||||||83001122", "ABS||||||||||KQ83001122", "NTE||83001122"] {
            let out = run(profile, &format!("{HEADER}\n{segment}"));
            assert!(!out[1].contains("83001122"), "{}", out[1]);
        }
    }
}

#[test]
fn a_text_in_place_of_a_count_is_one() {
    let settings = Settings { text: text::Mode::Strict, ..Settings::of(Profile::Pseudonymise) };
    let text = format!("{HEADER}\nABS||||||||||||Zvorkin came today");
    let (out, ..) = with(&settings, "", text.as_bytes());
    assert!(!out.windows(7).any(|part| part == b"Zvorkin"), "{}", out.escape_ascii());
}

/// TQ.10 (OSD): the numbers of the orders before and behind.
#[test]
fn numbers_of_orders_in_a_sequence_go() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        let timing = "1^^^^^^^^^S&ORD4711&A&FIL0815&B&*ES+10M";
        let out = one(profile, &format!("OBR|1|||X^Y{}{timing}", "|".repeat(23)), 27);
        assert!(!out.contains("4711") && !out.contains("0815"), "{out}");
        assert!(out.contains("S&"), "{out}");
    }
}
