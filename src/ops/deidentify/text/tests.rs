use super::*;
use crate::core::{Frame, Frames, Message};
use crate::ops::deidentify::Kind;
use crate::ops::deidentify::surrogate::{Key, Style};
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
        (Kind::Family, "Zvaerkae"),
        (Kind::Given, "Marvo"),
        (Kind::Family, "\u{5C71}\u{7530}"),
        (Kind::Given, "\u{592A}\u{90CE}"),
        (Kind::Id, "KQX0098765"),
        (Kind::Id, "7318264"),
        (Kind::Id, "7318264A"),
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
fn names_that_are_words_are_found_where_persons_are_named() {
    for (raw, expected) in [
        ("Pt Long c/o pain", "Pt [NAME] c/o pain"),
        ("PT LONG C/O PAIN", "PT [NAME] C/O PAIN"),
        ("patient: Long", "patient: [NAME]"),
        ("name=Long", "name=[NAME]"),
        ("LONG DENIES PAIN", "[NAME] DENIES PAIN"),
        ("M. Long in room", "[NAME] in room"),
    ] {
        scrubs(raw, expected);
    }
    for kept in ["PATIENT MAY RETURN", "PT LONG TERM USE", "Patient May return", "pt long standing"]
    {
        scrubs(kept, kept);
    }
}

#[test]
fn names_are_found_in_longer_words_and_other_letters() {
    for (raw, expected) in [
        ("the Zvarkaes came", "the [NAME]s came"),
        ("login qzvarkae", "login q[NAME]"),
        ("QuilmoZvarkae.doc", "[NAME][NAME].doc"),
        ("Zvar\u{200B}kae, Zvar\u{AD}kae", "[NAME], [NAME]"),
        ("Bjoeltzen", "[NAME]"),
        ("from Zvärkä", "from [NAME]"),
        (
            "\u{60A3}\u{8005}\u{5C71}\u{7530}\u{592A}\u{90CE}\u{69D8}",
            "\u{60A3}\u{8005}[NAME]\u{69D8}",
        ),
    ] {
        scrubs(raw, expected);
    }
}

#[test]
fn names_are_found_though_the_character_set_is_wrong() {
    let of = |set: &str| format!("MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||{set}");
    for (set, name, raw) in [
        ("", &b"\xA3o\x9Cwen"[..], &b"Pani \xA3o\x9Cwen"[..]),
        ("8859/1", "Vr\u{FC}ndt".as_bytes(), "Pani VR\u{DC}NDT".as_bytes()),
    ] {
        let header = of(set);
        let Some(Frame::Message(framed)) = Frames::new(header.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let scope = Scope::new(&message);
        let mut identity = Identity::default();
        identity.note(Kind::Family, &scope.text(name));
        let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
        let mut out = Vec::new();
        Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
        assert_eq!(out.escape_ascii().to_string(), "Pani [NAME]");
    }
}

#[test]
fn names_of_codes_keep_their_words() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    identity.note(Kind::Family, b"Albumin");
    identity.note(Kind::Given, b"Quilmo");
    identity.note(Kind::Organisation, b"Pfentzil Hematology");
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for (raw, expected) in [
        ("Albumin in serum", "Albumin in serum"),
        ("Hematology panel", "Hematology panel"),
        ("of Quilmo Albumin", "of [NAME] [NAME]"),
    ] {
        let mut out = Vec::new();
        let raw = raw.as_bytes();
        Cleaner::new(Mode::Scrub).coded_text(raw, context, true, &mut Found::default(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
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
    scrubs("chart 7318264A or 7318264", "chart [ID] or [ID]");
    scrubs("KQX 98765, KQX98765", "[ID], [ID]");
    scrubs("(617) 555 - 8293", "([PHONE]");
    for raw in ["03021945", "02031945", "1945 03 02"] {
        scrubs(&format!("born {raw} here"), "born [DATE] here");
    }
    check(Mode::Scrub, Some(-21), "DOB19450302", "DOB19450209");
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
        ("219/09/9999", "[SSN]"),
        ("MRN 123", "MRN [ID]"),
        ("NHS 943 476 5919", "NHS [ID]"),
        ("Frau Vrandt", "Frau [NAME]"),
        ("at fe80::1 and 00:1A:2B:3C:4D:5E.", "at [URL] and [URL]."),
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
        "NDC 00093-0147-01 dispensed",
        "in May 10 mg, on Aug 5 units",
        "at 06-12-24 hours",
        "version v1.2.3.4",
        "age 95 percentile",
        "phone: 250 mg and call if 1000000 or more",
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
    for kept in [
        "POSITIVE",
        "O POS",
        "YELLOW",
        "<0.5 mg/dL",
        "not seen here",
        "120/80",
        "4711",
        "A1c 7.2",
        ">=60 mL/min",
        "",
    ] {
        check(Mode::Drop, None, kept, kept);
    }
    for dropped in [
        "Zvarkae",
        "not seen here today",
        "not\\.br\\seen,here;today",
        "not\u{A0}seen-here_today",
        "482913756",
        "112283007",
        "03/02/1945",
        "Vrandtz Pqorlo",
        "601 234 567",
        "5.3.31",
        "3/1948",
        "Mar 5",
        "DOB19481224",
        "pt 4711",
        "Tzomstr. 12",
        "12 oak street",
        "Mrs Brown",
        "long",
        "\u{5C71}\u{7530}",
        "Vran\\H\\dtz",
    ] {
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
fn texts_beside_local_codes_are_labels_where_texts_are_dropped() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let identity = identity();
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    let cleaned = |mode, raw: &str| {
        let mut out = Vec::new();
        let raw = raw.as_bytes();
        Cleaner::new(mode).coded_text(raw, context, false, &mut Found::default(), &mut out);
        String::from_utf8(out).unwrap()
    };
    let label = "Glucose in serum or plasma by test";
    assert_eq!(cleaned(Mode::Drop, label), label);
    for dropped in ["told by Vrandtz", "one and two and one and two and one", "Glucose of Zvarkae"]
    {
        assert_eq!(cleaned(Mode::Drop, dropped), "");
    }
    for mode in [Mode::Scrub, Mode::Strict] {
        assert_eq!(cleaned(mode, "told to Zvarkae of Pqorlo"), "told to [NAME] of Pqorlo");
    }
}

/// The time that a text takes grows with its length and not faster: what is quadratic here takes
/// minutes.
#[test]
fn no_text_takes_long() {
    const LENGTH: usize = 200_000;
    let of = |part: &str| part.repeat(LENGTH / part.len());
    for part in ["3a:", ":", "1:", ".com", "a1", "a@", "Dr ", "12 Elm ", "www.", "id1-", "long "] {
        let text = of(part);
        for mode in [Mode::Drop, Mode::Scrub] {
            cleaned_in(USUAL, mode, None, text.as_bytes());
        }
        let _ = identity().stands_in(text.as_bytes());
    }
    cleaned_in(USUAL, Mode::Scrub, None, format!("phone {}{}", of("a "), of("1 ")).as_bytes());
}

#[test]
fn many_values_that_share_a_word_take_no_longer() {
    let mut identity = Identity::default();
    for n in 0..100_000 {
        identity.note(Kind::Family, format!("Zvarkae {n}").as_bytes());
        identity.note(Kind::Phone, format!("{}5558293", 200 + n).as_bytes());
    }
    let long = "Quilmo ".repeat(30_000);
    identity.note(Kind::Given, long.as_bytes());
    assert!(identity.stands_in(b"Zvarkae") && identity.stands_in(b"Quilmo"));
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let surrogates = Surrogates::new(&Key::random().unwrap(), Style::Pseudonym);
    let surrogates = Some(&surrogates);
    let context = Context { scope: &scope, identity: &identity, surrogates, days: None };
    let mut out = Vec::new();
    let cleaner = Cleaner::new(Mode::Scrub);
    cleaner.free_text(long.as_bytes(), context, &mut Found::default(), &mut out);
    assert!(!out.windows(6).any(|w| w == b"Quilmo"));
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
