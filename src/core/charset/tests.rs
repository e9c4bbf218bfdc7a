use proptest::prelude::*;

use super::*;

fn named(label: &str) -> Charset {
    Charset::from_label(label.as_bytes()).unwrap_or_else(|| panic!("{label} is unknown"))
}

fn all() -> Vec<Charset> {
    let mut all: Vec<_> = NAMES.iter().map(|(_, label)| named(label)).collect();
    all.sort_by_key(Charset::name);
    all.dedup();
    all
}

fn encoded(charset: Charset, text: &str) -> Result<Vec<u8>, Unencodable> {
    let mut out = b"before ".to_vec();
    let result = charset.encode_into(text, &mut out);
    let written = out.strip_prefix(b"before ").unwrap().to_vec();
    assert!(result.is_ok() || written.is_empty());
    result.map(|()| written)
}

#[test]
fn knows_table_0211() {
    for (label, name) in [
        ("ASCII", "UTF-8"),
        ("8859/1", "windows-1252"),
        ("8859/2", "ISO-8859-2"),
        ("8859/3", "ISO-8859-3"),
        ("8859/4", "ISO-8859-4"),
        ("8859/5", "ISO-8859-5"),
        ("8859/6", "ISO-8859-6"),
        ("8859/7", "ISO-8859-7"),
        ("8859/8", "ISO-8859-8"),
        ("8859/9", "windows-1254"),
        ("8859/10", "ISO-8859-10"),
        ("8859/11", "windows-874"),
        ("8859/13", "ISO-8859-13"),
        ("8859/14", "ISO-8859-14"),
        ("8859/15", "ISO-8859-15"),
        ("8859/16", "ISO-8859-16"),
        ("ISO IR6", "UTF-8"),
        ("ISO IR14", "ISO-2022-JP"),
        ("ISO IR87", "ISO-2022-JP"),
        ("ISO IR159", "ISO-2022-JP"),
        ("JAS2020", "ISO-2022-JP"),
        ("JIS X 0202", "ISO-2022-JP"),
        ("GB 18030-2000", "gb18030"),
        ("KS X 1001", "EUC-KR"),
        ("BIG-5", "Big5"),
        ("UNICODE", "UTF-8"),
        ("UNICODE UTF-8", "UTF-8"),
        ("UNICODE UTF-16", "UTF-8"),
        ("UNICODE UTF-32", "UTF-8"),
    ] {
        assert_eq!(named(label).name(), name, "{label}");
    }
    assert_eq!(Charset::from_label(b"CNS 11643-1992"), None);
}

#[test]
fn knows_what_vendors_write() {
    for (label, name) in [
        ("ISO-8859-1", "windows-1252"),
        ("ISO8859_1", "windows-1252"),
        ("ISO8859/1", "windows-1252"),
        ("iso_8859-1:1987", "windows-1252"),
        ("8859-1", "windows-1252"),
        ("8859\u{2f}15", "ISO-8859-15"),
        ("latin1", "windows-1252"),
        ("LATIN-1", "windows-1252"),
        ("LATIN 9", "ISO-8859-15"),
        ("ISO_IR 100", "windows-1252"),
        ("ISO_IR 101", "ISO-8859-2"),
        ("ISO_IR 144", "ISO-8859-5"),
        ("ISO_IR 148", "windows-1254"),
        ("ISO_IR 192", "UTF-8"),
        ("ISO_IR 13", "Shift_JIS"),
        ("ISO 2022 IR 87", "ISO-2022-JP"),
        ("ISO 2022 IR 100", "windows-1252"),
        ("WINDOWS-1252", "windows-1252"),
        ("Windows 1250", "windows-1250"),
        ("CP1252", "windows-1252"),
        ("cp-1251", "windows-1251"),
        ("UTF-8", "UTF-8"),
        (" UTF8 ", "UTF-8"),
        ("utf-16le", "UTF-8"),
        ("SHIFT_JIS", "Shift_JIS"),
        ("SJIS", "Shift_JIS"),
        ("EUC-JP", "EUC-JP"),
        ("GBK", "GBK"),
        ("GB18030", "gb18030"),
        ("BIG5", "Big5"),
        ("ISO-2022-JP", "ISO-2022-JP"),
        ("KOI8-R", "KOI8-R"),
        ("koi8_u", "KOI8-U"),
        ("macintosh", "macintosh"),
        ("UNKNOWN-8BIT", "UTF-8"),
    ] {
        assert_eq!(named(label).name(), name, "{label}");
    }
    for unknown in ["", "X", "8859", "8859/12", "8859/17", "ISO-2022-KR", "x-user-defined"] {
        assert_eq!(Charset::from_label(unknown.as_bytes()), None, "{unknown}");
    }
    assert_eq!(Charset::from_label(&[b'-'; 1000]), None);
    assert_eq!(Charset::from_label(b"\xFF\xFE"), None);
}

#[test]
fn the_table_of_names_is_sound() {
    for (at, (name, label)) in NAMES.iter().enumerate() {
        assert!(name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{name}");
        assert!(Encoding::for_label_no_replacement(label.as_bytes()).is_some(), "{label}");
        assert!(NAMES[..at].iter().all(|(other, _)| other != name), "{name}");
        assert!(!name.starts_with("ISO8859"), "{name}");
    }
}

#[test]
fn reads_msh18() {
    let of = |field: &str| Charset::of_msh18(field.as_bytes(), b'~').map(|c| c.name());
    assert_eq!(of(""), Some("UTF-8"));
    assert_eq!(of("\"\""), Some("UTF-8"));
    assert_eq!(of("~~"), Some("UTF-8"));
    assert_eq!(of("8859/1"), Some("windows-1252"));
    assert_eq!(of("8859/1~8859/2"), Some("windows-1252"));
    assert_eq!(of("~ISO IR87"), Some("ISO-2022-JP"));
    assert_eq!(of("ISO IR14~ISO IR87~ISO IR159"), Some("ISO-2022-JP"));
    assert_eq!(of("ASCII~JIS X 0202"), Some("ISO-2022-JP"));
    assert_eq!(of("KLINGON~8859/2"), Some("ISO-8859-2"));
    assert_eq!(of("KLINGON"), None);
    assert_eq!(of("KLINGON~"), None);
    assert_eq!(Charset::of_msh18(b"~ISO IR87", b'!'), Some(named("ISO IR87")));
    assert_eq!(Charset::of_msh18(b"8859/1!8859/2", b'!'), Some(named("8859/1")));
    assert_eq!(Charset::default(), Charset::UTF_8);
}

#[test]
fn decodes_exactly() {
    assert_eq!(named("8859/1").decode(b"M\xFCller").unwrap(), "M\u{fc}ller");
    assert_eq!(named("8859/2").decode(b"\xA1").unwrap(), "\u{104}");
    assert_eq!(named("8859/5").decode(b"\xB0").unwrap(), "\u{410}");
    assert_eq!(named("8859/7").decode(b"\xC1").unwrap(), "\u{391}");
    assert_eq!(named("8859/15").decode(b"\xA4").unwrap(), "\u{20ac}");
    assert_eq!(named("SJIS").decode(b"\x83\x5C").unwrap(), "\u{30bd}");
    assert_eq!(named("KS X 1001").decode(b"\xB0\xA1").unwrap(), "\u{ac00}");
    assert_eq!(named("BIG-5").decode(b"\xA4\xA4").unwrap(), "\u{4e2d}");
    assert_eq!(named("GB 18030-2000").decode(b"\xD6\xD0").unwrap(), "\u{4e2d}");
    assert_eq!(
        named("ISO IR87").decode(b"\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B").unwrap(),
        "\u{5c71}\u{7530}^\u{592a}\u{90ce}"
    );
    assert!(matches!(
        Charset::UTF_8.decode("\u{feff}\u{e4}".as_bytes()),
        Ok(Cow::Borrowed("\u{feff}\u{e4}"))
    ));
    assert!(matches!(named("8859/1").decode(b"plain"), Ok(Cow::Borrowed("plain"))));
    for (label, bytes) in [
        ("UTF-8", b"\xFC".as_slice()),
        ("8859/3", b"\xA5"),
        ("8859/7", b"\xFF"),
        ("ISO IR87", b"\xFC"),
        ("ISO IR159", b"\x1B$(D\x30\x21\x1B(B"),
        ("SJIS", b"a\x83"),
    ] {
        assert_eq!(named(label).decode(bytes), Err(Malformed), "{label}");
    }
}

#[test]
fn encodes_exactly() {
    assert_eq!(encoded(named("8859/1"), "M\u{fc}ller"), Ok(b"M\xFCller".to_vec()));
    assert_eq!(encoded(named("8859/1"), "a\u{fc}\u{104}b"), Err(Unencodable { at: 2 }));
    assert_eq!(encoded(named("8859/2"), "\u{104}"), Ok(b"\xA1".to_vec()));
    assert_eq!(encoded(Charset::UTF_8, "\u{104}"), Ok("\u{104}".as_bytes().to_vec()));
    assert_eq!(encoded(named("ISO IR87"), "\u{5c71}^a"), Ok(b"\x1B$B;3\x1B(B^a".to_vec()));
    assert_eq!(encoded(named("ISO IR87"), "\u{5c71}"), Ok(b"\x1B$B;3\x1B(B".to_vec()));
    assert_eq!(encoded(named("ISO IR87"), "a\u{1b}"), Err(Unencodable { at: 1 }));
    for label in ["SJIS", "EUC-JP"] {
        assert_eq!(encoded(named(label), "\u{5c71}\u{a5}"), Err(Unencodable { at: 1 }));
        assert_eq!(encoded(named(label), "\u{203e}"), Err(Unencodable { at: 0 }));
        assert_eq!(encoded(named(label), "\u{ac00}\u{a5}"), Err(Unencodable { at: 0 }));
    }
    let long = "\u{5c71}a".repeat(10_000);
    for label in ["ISO IR87", "SJIS", "GB18030", "BIG5"] {
        let bytes = encoded(named(label), &long).unwrap();
        assert_eq!(named(label).decode(&bytes).unwrap(), long);
    }
}

#[test]
fn single_bytes_make_the_round_trip() {
    let mut complete = Vec::new();
    for charset in all().into_iter().filter(|c| c.0.is_single_byte()) {
        let mut defined = 0;
        for byte in 0..=u8::MAX {
            let Ok(text) = charset.decode(&[byte]).map(Cow::into_owned) else { continue };
            defined += 1;
            assert_eq!(encoded(charset, &text), Ok(vec![byte]), "{} {byte}", charset.name());
        }
        assert!(defined >= 200, "{}", charset.name());
        if defined == 256 {
            complete.push(charset.name());
        }
    }
    for name in ["windows-1252", "windows-1254", "ISO-8859-2", "ISO-8859-15", "KOI8-R"] {
        assert!(complete.contains(&name), "{name}");
    }
}

#[test]
fn tells_where_second_bytes_can_be_delimiters() {
    // By trial of all pairs: does one character of two bytes end in a possible delimiter?
    let delimiters = (0x21..0x7F).filter(|b: &u8| b.is_ascii_punctuation());
    for charset in all() {
        let found = delimiters.clone().any(|second| {
            (0x80..=0xFF)
                .any(|first| charset.decode(&[first, second]).is_ok_and(|t| t.chars().count() == 1))
        });
        let expected = found || charset.name() == "ISO-2022-JP";
        assert_eq!(charset.structure_unsafe(), expected, "{}", charset.name());
    }
    assert!(named("SJIS").structure_unsafe());
    assert!(!Charset::UTF_8.structure_unsafe());
    // Nor does encoding write a delimiter for anything but itself.
    for charset in all().into_iter().filter(|c| c.name() != "ISO-2022-JP") {
        for c in ('\u{80}'..='\u{ffff}').filter(|_| !charset.0.is_single_byte()) {
            if let Ok(bytes) = encoded(charset, c.encode_utf8(&mut [0; 4])) {
                let safe = !bytes.iter().any(u8::is_ascii_punctuation);
                assert!(safe || (charset.structure_unsafe() && bytes.len() > 1), "{c}");
            }
        }
    }
}

#[test]
fn decodes_switches() {
    let switched = br"YAMADA \M2442\;3ED\C2842\ A\T\B";
    assert_eq!(decode_switches(switched, b'\\').unwrap(), "YAMADA \u{5c71}\u{7530} A\\T\\B");
    // A second byte that equals the escape character, and another escape character.
    assert_eq!(
        decode_switches(b"!M2442!%!\x25\x5C!C284a!", b'!').as_deref(),
        Some("\u{30a1}\u{30dc}")
    );
    assert_eq!(decode_switches(br"\M2442\%\\C2842\", b'\\').as_deref(), Some("\u{30dc}"));
    for none in [
        br"YAMADA".as_slice(),
        br"A\T\B",
        br"\C28\",
        br"\M24424\",
        br"\C284242\",
        br"\M24422844\",
        br"\C2842",
        br"\C28G2\",
        br"\",
        // JIS X 0212, bytes that are not ASCII, half a character.
        br"\M242844\0!\C2842\",
        b"\xE5\xB1\xB1\\M2442\\;3\\C2842\\",
        br"\M2442\;\C2842\",
    ] {
        assert_eq!(decode_switches(none, b'\\'), None, "{none:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, escape: u8) {
        let _ = Charset::from_label(&bytes);
        let _ = Charset::of_msh18(&bytes, escape);
        let _ = decode_switches(&bytes, escape);
        for charset in all() {
            if let Ok(text) = charset.decode(&bytes) {
                let _ = encoded(charset, &text);
            }
        }
    }

    #[test]
    fn any_text_that_is_written_reads_as_text(text: String) {
        for charset in all() {
            if let Ok(bytes) = encoded(charset, &text) {
                let back = charset.decode(&bytes).unwrap();
                prop_assert_eq!(back.chars().count(), text.chars().count());
            }
        }
    }

    #[test]
    fn switches_never_panic(raw in r"(\\|[CM]|2442|2842|[0-9A-F]|;3|.){0,20}") {
        let _ = decode_switches(raw.as_bytes(), b'\\');
    }
}
