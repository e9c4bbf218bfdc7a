use super::*;
use crate::core::{Frame, Frames, Message};
use crate::ops::deidentify::Kind;
use proptest::prelude::*;

const USUAL: &[u8] = b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||UNICODE UTF-8";

/// What is known of the persons of the tests.
fn identity() -> Identity {
    let mut identity = Identity::default();
    for (kind, text) in [
        (Kind::Family, "Zvarkae"),
        (Kind::Given, "Quilmo"),
        (Kind::Family, "Long"),
        (Kind::Given, "May"),
        (Kind::Family, "O'Xyrven"),
        (Kind::Family, "de la Kjorn"),
        (Kind::Family, "Bjöltzen"),
        (Kind::Id, "482913756"),
        (Kind::Id, "W4829137"),
        (Kind::Ssn, "361-52-8847"),
        (Kind::Phone, "(617)555-8293"),
        (Kind::Email, "quilmo.z@vrendt.example.com"),
        (Kind::Street, "4821 Tzombek Lane"),
        (Kind::Street, "12 Oak Street"),
        (Kind::Place, "Gnuvropol"),
        (Kind::Place, "New Yqost"),
        (Kind::Zip, "02139"),
        (Kind::Organisation, "Pfentzil Works"),
        (Kind::Date, "19450302"),
    ] {
        identity.note(kind, text.as_bytes());
    }
    identity.seal();
    identity
}

fn cleaned_in(header: &[u8], mode: Mode, days: Option<i32>, raw: &[u8]) -> Vec<u8> {
    let Some(Frame::Message(framed)) = Frames::new(header).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let identity = identity();
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days };
    let mut out = b"x".to_vec();
    Cleaner::new(mode).free_text(raw, context, &mut Found::default(), &mut out);
    out.split_off(1)
}

#[track_caller]
fn check(mode: Mode, days: Option<i32>, raw: &str, expected: &str) {
    let out = cleaned_in(USUAL, mode, days, raw.as_bytes());
    assert_eq!(String::from_utf8_lossy(&out), expected);
}

#[track_caller]
fn scrubs(raw: &str, expected: &str) {
    check(Mode::Scrub, None, raw, expected);
}

#[test]
fn names_of_the_message_are_found_in_any_spelling() {
    for (raw, expected) in [
        ("Patient Quilmo Zvarkae was seen", "Patient [NAME] [NAME] was seen"),
        ("ZVARKAE, QUILMO seen", "[NAME], [NAME] seen"),
        ("quilmo zvarkae seen", "[NAME] [NAME] seen"),
        ("Mr. Zvarkae", "Mr. [NAME]"),
        ("Q. Zvarkae left", "[NAME] left"),
        ("Zvarkae's knee", "[NAME]'s knee"),
        ("Zvarkae\\S\\Quilmo", "[NAME]\\S\\[NAME]"),
        ("\\H\\Zvarkae\\N\\ ok", "\\H\\[NAME]\\N\\ ok"),
        ("see \\X5A7661726B6165\\ now", "see [NAME] now"),
        ("Quilmo\\.br\\Zvarkae", "[NAME]\\.br\\[NAME]"),
        ("Zvarkae_Quilmo_report.pdf", "[NAME]_[NAME]_report.pdf"),
        ("Zvarkae-Smith", "[NAME]-Smith"),
        ("Quilmo  Zvarkae", "[NAME]  [NAME]"),
        ("Zvar\\H\\kae", "[NAME]"),
        ("OXYRVEN and O'Xyrven", "[NAME] and [NAME]"),
        ("with de la Kjorn today", "with [NAME] today"),
        ("with Kjorn today", "with [NAME] today"),
        ("Bjoltzen, Bjöltzen", "[NAME], [NAME]"),
        ("at Pfentzil since", "at [NAME] since"),
    ] {
        scrubs(raw, expected);
    }
}

#[test]
fn names_that_are_words_need_something_beside_them() {
    for kept in [
        "The long bone series shows no long segment stenosis.",
        "Long bones normal. May return to work.",
        "It may be long.",
        "New onset.",
    ] {
        scrubs(kept, kept);
    }
    scrubs("Seen by Dr. Long.", "Seen by Dr. [NAME].");
    scrubs("LONG, MAY", "[NAME], [NAME]");
    scrubs("spoke with Long today", "spoke with [NAME] today");
}

#[test]
fn numbers_of_the_message_are_found_with_any_separators() {
    for raw in ["482913756", "482-913-756", "000482913756", "482 913 756", "W4829137", "w-4829137"]
    {
        scrubs(&format!("Chart {raw} reviewed"), "Chart [ID] reviewed");
    }
    for raw in ["361-52-8847", "361528847", "361 52 8847"] {
        scrubs(&format!("has {raw} on file"), "has [SSN] on file");
    }
    for raw in ["617-555-8293", "617.555.8293", "6175558293", "617 555 8293", "555-8293"] {
        scrubs(&format!("reached at {raw} now"), "reached at [PHONE] now");
    }
    scrubs("x99482913756y", "x99[ID]y");
}

#[test]
fn addresses_of_the_message_are_found() {
    scrubs("at 4821 Tzombek Lane, Gnuvropol, MA 02139", "at [ADDRESS], [ADDRESS], MA [ADDRESS]");
    scrubs("from 4821 tzombek lane.", "from [ADDRESS].");
    scrubs("in New Yqost", "in [ADDRESS]");
    scrubs("12 Oak Street", "[ADDRESS]");
    scrubs("an oak table", "an oak table");
}

#[test]
fn what_looks_like_an_identifier_is_replaced() {
    for (raw, expected) in [
        ("Spouse SSN 412-66-9031 recorded", "Spouse SSN [SSN] recorded"),
        ("SSN 412669031", "SSN [SSN]"),
        ("412-66-9031", "[SSN]"),
        ("call (415) 555-0199 please", "call ([PHONE] please"),
        ("415-555-0199", "[PHONE]"),
        ("Pharmacy phone 555-0199 noted", "Pharmacy phone [PHONE] noted"),
        ("+49 30 1234567", "+[PHONE]"),
        ("MRN 123", "MRN [ID]"),
        ("MRN: 7741-22", "MRN: [ID]"),
        ("record No. 55123", "record No. [ID]"),
        ("account 7712345", "account [ID]"),
        ("4111 1111 1111 1111", "[ID]"),
        ("to a.b@host.example please", "to [EMAIL] please"),
        ("see http://h.example.com/x?id=1.", "see [URL]."),
        ("at 203.0.113.77 last", "at [URL] last"),
        ("at 2001:db8:0:0:1:0:0:1 last", "at [URL] last"),
        ("this 94-year-old lady", "this [AGE]-year-old lady"),
        ("a 91 y/o", "a [AGE] y/o"),
        ("aged 93", "aged [AGE]"),
        ("at 123 Elm Street", "at [ADDRESS]"),
        ("Seen by Dr. Vrandt elsewhere", "Seen by Dr. [NAME] elsewhere"),
        ("Seen by Dr.\\.br\\Vrandt there", "Seen by Dr.\\.br\\[NAME] there"),
        ("Daughter Vrandt at bedside", "Daughter [NAME] at bedside"),
        ("Signed by Vrandt MD", "Signed by [NAME] MD"),
        ("Maria Gonzalez called", "[NAME] [NAME] called"),
    ] {
        scrubs(raw, expected);
    }
}

#[test]
fn what_is_no_identifier_stays() {
    for kept in [
        "Denies chest pain or dyspnea; BP 128/76, HR 72, temp 98.6 F.",
        "Potassium 4.1 mmol/L, sodium 138, creatinine 0.9 mg/dL, A1c 7.2.",
        "Strength 5/5 in all extremities; dilution 1/80, T12-L1 level.",
        "3 x 4 mm nodule, Gleason 3+3=6, 55-60 percent, 1:640.",
        "Troponin at 14:35, repeat pending; lot U4531AB.",
        "BP 304/46",
        "112283007",
        "O POS",
        "2345-7",
        "6-8 weeks",
        "an 89-year-old man",
        "mother states that she is well",
        "a 95 percent stenosis",
        "may 5 mg",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn dates_move_in_their_spelling() {
    // 2 March 1945 less 21 days is 9 February 1945.
    for (raw, expected) in [
        ("03/02/1945", "02/09/1945"),
        ("3/2/45", "2/9/45"),
        ("02-Mar-1945", "09-Feb-1945"),
        ("March 2, 1945", "February 9, 1945"),
        ("1945-03-02", "1945-02-09"),
        ("19450302", "19450209"),
        ("Mar 2", "Feb 9"),
        ("02.03.1945", "09.02.1945"),
        ("2 March 1945", "9 February 1945"),
        ("MARCH 2ND, 1945", "FEBRUARY 9th, 1945"),
        ("194503021435", "194502091435"),
        ("1945-03-02T14:35", "1945-02-09T14:35"),
    ] {
        check(Mode::Scrub, Some(-21), &format!("on {raw} seen"), &format!("on {expected} seen"));
    }
}

#[test]
fn years_stay_unless_they_tell_of_an_age_over_89() {
    scrubs("on 03/02/1945 seen", "on 1945 seen");
    scrubs("on 3/2/45 seen", "on [DATE] seen");
    scrubs("born March 2, 1932.", "born [DATE].");
    scrubs("born March 2, 1934.", "born 1934.");
}

#[test]
fn bytes_that_are_not_replaced_stay() {
    let latin = b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||8859/1";
    for (header, raw, expected) in [
        (&latin[..], &b"\xE9t\xE9 Bj\xF6ltzen \xFF"[..], &b"\xE9t\xE9 [NAME] \xFF"[..]),
        (USUAL, b"\xE9\xFF Zvarkae \0 \\foo\\ \\X00\\", b"\xE9\xFF [NAME] \0 \\foo\\ \\X00\\"),
        (USUAL, b"Bj\xF6ltzen", b"[NAME]"),
        (USUAL, "Zvarkae 5\u{B0} \u{5C71}".as_bytes(), "[NAME] 5\u{B0} \u{5C71}".as_bytes()),
        (b"MSH#[~\\&#A", b"Zvarkae~ok", b"\\S\\NAME]~ok"),
        (b"MSH|^-\\/|A", b"482-913-756", b"482-913-756"),
    ] {
        let out = cleaned_in(header, Mode::Scrub, None, raw);
        assert_eq!(out.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
}

#[test]
fn dropped_texts_leave_short_values_in_which_nothing_is_found() {
    for kept in ["POSITIVE", "O POS", "112283007", "not seen here", ""] {
        check(Mode::Drop, None, kept, kept);
    }
    for dropped in ["Zvarkae", "not seen here today", "482913756", "03/02/1945"] {
        check(Mode::Drop, None, dropped, "");
    }
    check(Mode::Keep, None, "Zvarkae", "Zvarkae");
}

#[test]
fn strict_masks_words_that_no_list_has() {
    for (raw, expected) in [
        ("Neighbours said Vrandtz came.", "Neighbours said [WORD] came."),
        (
            "WBC 7.4, Hgb 13.2, platelets 245; INR 1.1.",
            "WBC 7.4, Hgb 13.2, platelets 245; INR 1.1.",
        ),
        ("Smith was seen", "[WORD] was seen"),
        ("Continue metformin 500 mg twice daily", "Continue metformin 500 mg twice daily"),
        ("T12-L1, 5mL", "T12-L1, 5mL"),
        ("when Grace came", "when [WORD] came"),
    ] {
        check(Mode::Strict, None, raw, expected);
    }
}

#[test]
fn texts_beside_codes_are_scrubbed_whatever_the_mode() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let identity = identity();
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for mode in [Mode::Drop, Mode::Scrub, Mode::Strict, Mode::Keep] {
        let mut out = Vec::new();
        let raw = b"Vrandtz panel of Zvarkae";
        Cleaner::new(mode).coded_text(raw, context, true, &mut Found::default(), &mut out);
        assert_eq!(out, b"Vrandtz panel of [NAME]");
    }
}

#[test]
fn kept_values_are_searched_for_what_was_noted() {
    let identity = identity();
    for text in [
        "Zvarkae",
        "seen zvarkae",
        "482-913-756",
        "0482913756",
        "W4829137",
        "(617) 555-8293",
        "quilmo.z@vrendt.example.com",
        "Bjöltzen",
        "Tzombek",
    ] {
        assert!(identity.stands_in(text.as_bytes()), "{text}");
    }
    for text in
        ["", "Long", "MAY", "02139", "M", "MA", "12345", "POSITIVE", "482913757", "4821", "Street"]
    {
        assert!(!identity.stands_in(text.as_bytes()), "{text}");
    }
}

#[test]
fn nothing_stays_from_one_message_to_the_next() {
    let mut identity = identity();
    identity.clear();
    assert!(!identity.stands_in(b"Zvarkae 482913756 W4829137"));
}

#[test]
fn counts_add_up() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let identity = identity();
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    let mut found = Found::default();
    Cleaner::new(Mode::Scrub).free_text(
        b"Quilmo Zvarkae 482913756",
        context,
        &mut found,
        &mut vec![],
    );
    let mut sum = found.clone();
    sum += &found;
    let counts: Vec<_> = sum.iter().filter(|&(_, n)| n > 0).collect();
    assert_eq!(counts, [("names", 4), ("ids", 2)]);
}

#[test]
fn the_lists_hold_what_they_should() {
    let words = words::words();
    for word in ["the", "Patient", "creatinine", "mmol", "pneumothorax", "metformin"] {
        assert!(words.of(word.as_bytes()).is_word(), "{word}");
    }
    for name in ["smith", "johnson", "maria", "rodriguez", "vrandtz"] {
        assert!(!words.of(name.as_bytes()).is_word(), "{name}");
    }
    assert!(words.of(b"Maria").is_given() && words.of(b"smith").is_name());
}

proptest! {
    #[test]
    fn any_bytes_are_read(raw in prop::collection::vec(any::<u8>(), 0..200)) {
        for mode in [Mode::Drop, Mode::Scrub, Mode::Strict] {
            cleaned_in(USUAL, mode, Some(-21), &raw);
        }
        let _ = identity().stands_in(&raw);
    }

    #[test]
    fn text_that_tells_of_nobody_stays(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "the", "bone", "is", "normal", "\\.br\\", "\\H\\", "5/5", "3.5", "mg", "~", "^", "\\T\\",
                "\u{E9}", ",", ";", "12", "no", "A1c", "\\XE9\\",
            ]),
            0..30,
        ),
    ) {
        let raw = words.join(" ");
        let out = cleaned_in(USUAL, Mode::Scrub, Some(-21), raw.as_bytes());
        prop_assert_eq!(out, raw.as_bytes());
    }

    #[test]
    fn an_identifier_never_stays(
        before in "[ -~]{0,30}", behind in "[ -~]{0,30}",
        own in prop::sample::select(vec!["Zvarkae", "482913756", "W4829137", "361528847"]),
    ) {
        let raw = format!("{before} {own} {behind}");
        let out = cleaned_in(USUAL, Mode::Scrub, None, raw.as_bytes());
        prop_assert!(!String::from_utf8_lossy(&out).contains(own), "{}", raw);
    }
}
