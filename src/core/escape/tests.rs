use proptest::prelude::*;

use super::*;

fn usual() -> Separators {
    Separators::default()
}

fn of(head: &[u8]) -> Separators {
    Separators::of(head).unwrap()
}

fn truncating() -> Separators {
    of(b"MSH|^~\\&#|")
}

fn text(raw: &[u8], sep: &Separators) -> String {
    String::from_utf8(decode(raw, sep).into_owned()).unwrap()
}

fn raw(text: &[u8], sep: &Separators) -> Vec<u8> {
    let mut out = Vec::new();
    encode_into(text, sep, &mut out).unwrap();
    out
}

fn decoded(raw: &[u8], sep: &Separators) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let found = decode_into(raw, sep, &mut |b, out| out.extend_from_slice(b), &mut out);
    (out, found.ambiguous)
}

/// The bodies of the kept sequences of a raw value, in order.
fn kept(raw: &[u8], sep: &Separators) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = raw;
    while let Some((_, body, after)) = split_body(rest, sep.escape) {
        let sequence = Sequence::of(body, sep);
        if sequence == Some(Sequence::Kept) {
            found.push(body.to_vec());
        }
        rest = if sequence.is_some() { &after[1..] } else { after };
    }
    found
}

#[test]
fn borrows_what_has_no_escape_character() {
    assert!(matches!(decode(b"DOE^JOHN", &usual()), Cow::Borrowed(b"DOE^JOHN")));
    assert!(!needs_decoding(b"DOE^JOHN", &usual()));
    assert!(needs_decoding(b"a\\b", &usual()));
    let without = of(b"MSH|^~|");
    assert!(!needs_decoding(b"a|b\\F\\", &without));
    assert!(matches!(decode(b"a|b\\F\\|", &without), Cow::Borrowed(b"a|b\\F\\|")));
}

#[test]
fn decodes_delimiters_to_those_of_the_message() {
    assert_eq!(text(br"\F\\S\\T\\R\\E\", &usual()), r"|^&~\");
    let own = of(b"MSH#*!?@#");
    assert_eq!(text(b"?F??S??T??R??E?", &own), "#*@!?");
    let no_subcomponent = of(b"MSH|^~\\|");
    assert_eq!(text(br"a\T\b", &no_subcomponent), "a&b");
}

#[test]
fn decodes_the_truncation_character_only_if_declared() {
    assert_eq!(text(br"a\P\b", &truncating()), "a#b");
    assert_eq!(text(br"a\P\b", &usual()), r"a\P\b");
    assert_eq!(text(br"a\P\T\b", &usual()), r"a\P&b");
}

#[test]
fn decodes_hexadecimal_bytes() {
    assert_eq!(text(br"\X41\\X0d0A\\X7c\", &usual()), "A\r\n|");
    assert_eq!(text(br"\XC3A4\", &usual()), "\u{e4}");
    for broken in [br"\X\".as_slice(), br"\X4\", br"\X414\", br"\XG1\", br"\x41\", br"\X41"] {
        assert_eq!(decode(broken, &usual()), broken);
    }
}

#[test]
fn hands_runs_of_hexadecimal_sequences_to_the_hook() {
    let mut runs = Vec::new();
    let mut out = b"before ".to_vec();
    let mut hook = |bytes: &[u8], out: &mut Vec<u8>| {
        runs.push(bytes.to_vec());
        out.extend_from_slice(b"<>");
    };
    decode_into(br"a\XC3\\XA4\b\X41\\T\\X42\", &usual(), &mut hook, &mut out);
    assert_eq!(out, b"before a<>b<>&<>");
    assert_eq!(runs, [b"\xC3\xA4".to_vec(), b"A".to_vec(), b"B".to_vec()]);
}

#[test]
fn decodes_line_commands_to_line_feeds() {
    assert_eq!(text(br"a\.br\b\.sp\c\.ce\d", &usual()), "a\nb\nc\nd");
    assert_eq!(text(br"a\.sp3\b\.sp+3\c\.sp03\", &usual()), "a\n\n\nb\n\n\nc\n\n\n");
    assert_eq!(text(br"\.sp99\", &usual()), "\n".repeat(99));
    for same in [r"\.sp100\", r"\.sp0\", r"\.sp-1\", r"\.spx\", r"\.sp99999999999999999999\"] {
        assert_eq!(text(same.as_bytes(), &usual()), same);
    }
}

#[test]
fn keeps_what_carries_no_text() {
    for same in [
        r"\H\bold\N\",
        r"\.in+4\",
        r"\.in-4\",
        r"\.in4\",
        r"\.ti+1\",
        r"\.ti-1\",
        r"\.sk5\",
        r"\.fi\",
        r"\.nf\",
        r"\Zlocal+1.5\",
        r"\C2842\",
        r"\M2442\",
        r"\M242844\",
        r"\.sp100\",
    ] {
        assert_eq!(text(same.as_bytes(), &usual()), same);
        assert_eq!(raw(same.as_bytes(), &usual()), same.as_bytes());
        assert_eq!(decoded(same.as_bytes(), &usual()), (same.as_bytes().to_vec(), false));
    }
    // Their second escape character does not open another one.
    assert_eq!(text(br"\H\F\T\", &usual()), r"\H\F&");
}

#[test]
fn leaves_the_unknown_and_reads_on_right_behind_it() {
    assert_eq!(text(br"a\b \T\ c", &usual()), r"a\b & c");
    assert_eq!(text(br"\foo\T\", &usual()), r"\foo&");
    assert_eq!(text(br"\\T\", &usual()), r"\&");
    for same in [
        r"\",
        r"\\",
        r"\\\",
        r"a\",
        r"\a",
        r"C:\dir\",
        r"\f\",
        r"\FF\",
        r"\.br",
        r"\.BR\",
        r"\.in\",
        r"\.in+\",
        r"\.ti+-1\",
        r"\.\",
        r"\.b\",
        r"\.br1\",
        r"\C28\",
        r"\CZZZZ\",
        r"\M24424\",
        r"\Z\",
        r"\Zwith space\",
        r"\Za^b\",
        r"\H \",
    ] {
        assert_eq!(text(same.as_bytes(), &usual()), same);
        assert_eq!(text(&raw(same.as_bytes(), &usual()), &usual()), same);
    }
    let long = format!(r"\.in{}\", "1".repeat(COMMAND_MAX - 3));
    assert_eq!(raw(long.as_bytes(), &usual()), long.as_bytes());
    let longer = format!(r"\.in{}\", "1".repeat(COMMAND_MAX - 2));
    assert_ne!(raw(longer.as_bytes(), &usual()), longer.as_bytes());
}

#[test]
fn encodes_delimiters_and_control_characters() {
    assert_eq!(raw(r"|^&~\".as_bytes(), &usual()), br"\F\\S\\T\\R\\E\");
    assert_eq!(raw(b"a#b", &usual()), b"a#b");
    assert_eq!(raw(b"a#b", &truncating()), br"a\P\b");
    assert_eq!(raw(b"a\nb\r\n", &usual()), br"a\.br\b\X0D\\.br\");
    assert_eq!(raw(b"\x00\x0B\x1C\x1F", &usual()), br"\X00\\X0B\\X1C\\X1F\");
    assert_eq!(raw(b"\t\x1B\x7F\x80\xFF ", &usual()), b"\t\x1B\x7F\x80\xFF ");
    assert_eq!(raw(b"a&b", &of(b"MSH|^~\\|")), b"a&b");
    assert_eq!(raw(b"#*@!?|", &of(b"MSH#*!?@#")), b"?F??S??T??R??E?|");
    assert_eq!(raw(b"\t", &of(b"MSH|\t~\\&|")), br"\S\");
    let mut out = b"before ".to_vec();
    encode_into(b"plain", &usual(), &mut out).unwrap();
    assert_eq!(out, b"before plain");
}

#[test]
fn encodes_lines_where_a_dot_delimits() {
    for head in [b"MSH|.~\\&|", b"MSH|^~.&|"] {
        let sep = of(head);
        let encoded = raw(b"a\nb.c", &sep);
        assert!(!encoded.contains(&b'\n'));
        assert_eq!(decode(&encoded, &sep), b"a\nb.c".as_slice());
    }
    assert_eq!(raw(b"\n", &of(b"MSH|^~.&|")), b".X0A.");
}

#[test]
fn refuses_what_needs_an_escape_character_that_is_missing() {
    let sep = of(b"MSH|^~&|");
    for text in ["a|b", "a^b", "a~b", "a&b", "a\rb", "a\nb", "\u{b}", "\u{1c}"] {
        let mut out = b"x".to_vec();
        assert_eq!(encode_into(text.as_bytes(), &sep, &mut out), Err(NoEscape));
        assert_eq!(out, b"x");
    }
    assert_eq!(raw(br"C:\dir\T\", &sep), br"C:\dir\T\");
    assert_eq!(raw(b"a&b", &of(b"MSH|^~|")), b"a&b");
}

#[test]
fn tells_when_text_reads_like_a_kept_sequence() {
    for (raw, ambiguous) in [
        (r"\E\H\E\", true),
        (r"\X5C\H\X5C\", true),
        (r"\E\.in4\E\", true),
        // The first literal escape character takes the opening one of the kept sequence.
        (r"\E\H\H\", true),
        (r"\\E\H\", true),
        // A literal one, completed by decoded text.
        (r"\.in\X34\\", true),
        (r"\E\Hx\E\", false),
        (r"\E\T\E\", false),
        (r"\E\", false),
        (r"C:\E\dir\E\H", false),
        (r"\H\bold\N\", false),
        (r"a\b\T\c", false),
    ] {
        assert_eq!(decoded(raw.as_bytes(), &usual()).1, ambiguous, "{raw}");
    }
    // What the vector held before does not matter.
    let mut out = br"\H".to_vec();
    let copy = &mut |b: &[u8], out: &mut Vec<u8>| out.extend_from_slice(b);
    assert!(!decode_into(br"\E\", &usual(), copy, &mut out).ambiguous);
}

#[test]
fn takes_linear_time_on_hostile_values() {
    let size = 4 << 20;
    let started = std::time::Instant::now();
    for unit in [r"\", r"\Z", r"\X4", r"\X41\", r"\.in", r"\E\", r"\H\", "\n"] {
        let value = unit.repeat(size / unit.len());
        let (out, _) = decoded(value.as_bytes(), &usual());
        raw(&out, &usual());
    }
    let spread = format!("{}\\", "a".repeat(1023)).repeat(size / 1024);
    decoded(spread.as_bytes(), &usual());
    raw(spread.as_bytes(), &usual());
    // Quadratic time would be hours.
    assert!(started.elapsed().as_secs() < 60);
}

/// Delimiters of all kinds, all with an escape character.
fn separators() -> impl Strategy<Value = Separators> {
    prop::sample::select(vec![
        usual(),
        truncating(),
        of(b"MSH|^~\\|"),
        of(b"MSH#*!?@#"),
        of(b"MSH|.~\\&|"),
        of(b"MSH|^~.&|"),
        of(b"MSH|+~\\-|"),
        of(b"MSH|\t\x01\x02\x03\x04|"),
    ])
}

/// Bytes in which escape characters, delimiters and bodies are frequent.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => Just(b"\\".to_vec()),
        6 => prop::sample::select(
            &["F", "S", "T", "R", "E", "P", "H", "N", "X5C", "X5c5C", "X34", "X", ".br", ".sp2",
             ".sp", ".in", ".in+4", "4", "Zab", "Z", "C2842", "M2442", ".", "?", " ", "#"][..],
        ).prop_map(|s| s.as_bytes().to_vec()),
        2 => prop::sample::select(b"|^~&#*!?@.+-\t\n\r\x01\x02\x03\x0B\x1C\x1B".to_vec())
            .prop_map(|b| vec![b]),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn encoding_loses_nothing(text in value(), sep in separators()) {
        let encoded = raw(&text, &sep);
        for b in [b'\r', b'\n', 0x0B, 0x1C, sep.field] {
            prop_assert!(b == sep.escape || !encoded.contains(&b));
        }
        for b in [sep.component, sep.repetition, sep.subcomponent, sep.truncation] {
            prop_assert!(!encoded.contains(&b));
        }
        prop_assert_eq!(decode(&encoded, &sep).into_owned(), text);
    }

    #[test]
    fn unambiguous_text_means_what_the_raw_value_meant(value in value(), sep in separators()) {
        let (text, ambiguous) = decoded(&value, &sep);
        let again = raw(&text, &sep);
        prop_assert_eq!(decode(&again, &sep).into_owned(), text);
        prop_assert_eq!(kept(&value, &sep) == kept(&again, &sep) || ambiguous, true);
    }

    #[test]
    fn ambiguous_text_does_not(value in value()) {
        let (text, ambiguous) = decoded(&value, &usual());
        let starts = |raw: &[u8]| {
            let mut prefix = 0;
            let mut found = Vec::new();
            let mut rest = raw;
            while let Some((plain, body, after)) = split_body(rest, b'\\') {
                let sequence = Sequence::of(body, &usual());
                prefix += plain.len();
                match sequence {
                    Some(Sequence::Kept) => {
                        found.push(prefix);
                        prefix += body.len() + 2;
                    }
                    Some(Sequence::Byte(_)) => prefix += 1,
                    Some(Sequence::Lines(n)) => prefix += usize::from(n),
                    Some(Sequence::Hex) => prefix += body.len() / 2,
                    None => prefix += body.len() + 1,
                }
                rest = if sequence.is_some() { &after[1..] } else { after };
            }
            found
        };
        // The places of kept sequences in the text tell exactly.
        prop_assert_eq!(starts(&value) != starts(&raw(&text, &usual())), ambiguous);
    }
}
