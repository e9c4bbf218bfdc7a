mod common_names;
mod eponyms;
mod modes;
mod names;
mod national;
mod numbers;
mod sets;
mod written;

use super::*;
use crate::core::{Frame, Frames, Message};
use crate::ops::deidentify::Kind;
use crate::ops::deidentify::surrogate::{Key, Style};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use std::collections::HashSet;
use std::io::Read;

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

/// What becomes of texts in a message about somebody of these names alone, under Safe Harbor.
#[track_caller]
fn scrubs_of(names: &[(Kind, &str)], texts: &[(&str, &str)]) {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    names.iter().for_each(|(kind, name)| identity.note(*kind, name.as_bytes()));
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for (raw, expected) in texts {
        let mut out = Vec::new();
        let found = &mut Found::default();
        Cleaner::new(Mode::Scrub).free_text(raw.as_bytes(), context, found, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), *expected, "{raw}");
    }
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

/// The time that a text takes grows with its length and not faster: what is quadratic here takes
/// minutes.
#[test]
fn no_text_takes_long() {
    const LENGTH: usize = 200_000;
    let of = |part: &str| part.repeat(LENGTH / part.len());
    for part in [
        "3a:",
        ":",
        "1:",
        ".com",
        "a1",
        "a@",
        "Dr ",
        "12 Elm ",
        "www.",
        "id1-",
        "long ",
        "a%40b.c ",
        "&amp;",
        "amp;",
        "&",
        "=C3",
        "\\u00",
        "1~",
        "rue ",
        "Str 1 ",
        "Long is ",
        "1\u{5E74}",
    ] {
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
    let surrogates = Surrogates::new(&Key::from_hex(&[b'7'; 64]).unwrap(), Style::Pseudonym);
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
        ["", "Long", "MAY", "02139", "M", "MA", "12345", "POSITIVE", "482193757", "4821", "Street"]
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

#[test]
fn the_table_is_that_of_the_lists() {
    let mut text = String::new();
    GzDecoder::new(&include_bytes!("../words.txt.gz")[..]).read_to_string(&mut text).unwrap();
    let paragraphs: Vec<HashSet<&str>> =
        text.split("\n\n").map(|words| words.split_whitespace().collect()).collect();
    let [common, others, family, given] = &paragraphs[..] else { panic!("four paragraphs") };
    for word in paragraphs.iter().flatten() {
        let listed = words::words().of(word.as_bytes());
        let is = |list: &HashSet<&str>| list.contains(word);
        assert_eq!(listed.is_common(), is(common), "{word}");
        assert_eq!(listed.is_word(), is(common) || is(others), "{word}");
        assert_eq!(listed.is_given(), is(given), "{word}");
        assert_eq!(listed.is_name(), is(given) || is(family), "{word}");
    }
    let with_more = paragraphs.iter().flatten().map(|word| format!("{word}qx"));
    let found = with_more.filter(|word| words::words().of(word.as_bytes()) != Default::default());
    // Words of medicine may end so, and one in a million has the fingerprint of another.
    assert!(found.count() < 3);
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
