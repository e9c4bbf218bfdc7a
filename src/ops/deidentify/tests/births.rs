//! What texts may tell of when somebody was born, and how old they are.

use super::*;

/// OBX-5 of a patient born on `born`, in a message of 2024.
fn text(settings: &Settings, born: &str, raw: &str) -> String {
    let message = format!(
        "MSH|^~\\&|A|B|C|D|20240305||ORU^R01|1|P|2.5\rPID|1||5^^^H^MR||||{born}\rOBX|1|TX|1^x^L||{raw}"
    );
    let (out, ..) = with(settings, "", message.as_bytes());
    let out = String::from_utf8(out).unwrap();
    field(out.split('\r').nth(2).unwrap(), 5).to_owned()
}

fn settings(profile: Profile, text: text::Mode) -> Settings {
    Settings { text, ..Settings::of(profile) }
}

/// 45 CFR 164.514(b)(2)(i)(C): years that tell of an age over 89 go.
#[test]
fn no_text_tells_that_somebody_is_over_89() {
    let modes = [text::Mode::Drop, text::Mode::Scrub, text::Mode::Strict];
    for mode in modes {
        let settings = settings(Profile::SafeHarbor, mode);
        for raw in ["Birth year: 1931", "b. 1931", "born in 1931", "DOB: 1931", "geb. 1931"] {
            let out = text(&settings, "19310302", raw);
            assert!(!out.contains("1931"), "{raw} as {out}");
        }
        for raw in ["She is 93.", "ninety three years", "he turned 93", "93 years"] {
            let out = text(&settings, "19310302", raw);
            assert!(!out.contains("93") && !out.contains("ninety"), "{raw} as {out}");
        }
        // That of a number is none, nor is what is no year of hers.
        let out = text(&settings, "19310302", "HDL 1932");
        assert_eq!(out, "HDL 1932", "{mode:?}");
        assert_eq!(text(&settings, "19840302", "HDL 1931"), "HDL 1931", "{mode:?}");
    }
}

/// What is remembered of a text of one message holds for no other.
#[test]
fn a_year_is_asked_about_in_each_message() {
    let settings = settings(Profile::SafeHarbor, text::Mode::Drop);
    let of = Deidentifier::new(Rules::with(&settings, &Overlay::default()), &key());
    let (mut memory, mut tally) = (Memory::default(), Tally::default());
    for (born, expected) in [("19840302", "HDL 1931"), ("19310302", ""), ("19840302", "HDL 1931")] {
        for _ in 0..3 {
            let raw = format!(
                "MSH|^~\\&|A|B|C|D|20240305||ORU^R01|1|P|2.5\rPID|1||5^^^H^MR||||{born}\rOBX|1|CE|1||HDL 1931"
            );
            let Some(Frame::Message(framed)) = Frames::new(raw.as_bytes()).next() else { panic!() };
            let message = Message::new(framed).unwrap();
            let out =
                of.message(&message, TextOptions::default(), &mut memory, &mut tally).unwrap();
            let out = std::str::from_utf8(out).unwrap().to_owned();
            assert_eq!(field(out.split('\r').nth(2).unwrap(), 5), expected, "{born}");
        }
    }
}

#[test]
fn capped_ages_have_no_year_in_texts_either() {
    let capped = Settings { cap_age: true, ..settings(Profile::Pseudonymise, text::Mode::Scrub) };
    for raw in ["DOB 03/02/1931", "DOB 03/02/31", "born in 1931", "b. 2 March 1931"] {
        let out = text(&capped, "19310302", raw);
        assert!(!out.contains("31") && !out.contains("30"), "{raw} as {out}");
    }
    let out = text(&capped, "19840302", "DOB 03/02/1984");
    assert!(out.starts_with("DOB ") && out.contains("/198") && !out.contains("03/02"), "{out}");
}

#[test]
fn years_of_birth_are_the_same_in_texts() {
    let years = Settings {
        birth_date: BirthDate::Year,
        ..settings(Profile::Pseudonymise, text::Mode::Scrub)
    };
    assert_eq!(text(&years, "19840302", "DOB 03/02/1984"), "DOB 1984");
    let out = text(&years, "19840302", "2 March 1984, then 6 March 1985");
    assert!(out.starts_with("1984, then ") && !out.contains("6 March"), "{out}");
    // Of another person: a word tells that it is one of birth.
    assert_eq!(text(&years, "19840302", "son born 04/05/2010"), "son born 2010");
}
