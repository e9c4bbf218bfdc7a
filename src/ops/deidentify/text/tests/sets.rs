//! Names in the letters and character sets of other countries.

use super::*;

/// What becomes of a text in a message of a character set (MSH-18) about somebody of this family name,
/// under Safe Harbor.
fn scrubbed_in(set: &str, name: &[u8], raw: &[u8]) -> String {
    let header = format!("MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||{set}");
    let Some(Frame::Message(framed)) = Frames::new(header.as_bytes()).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    identity.note(Kind::Family, &scope.text(name));
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    let mut out = Vec::new();
    Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
    out.escape_ascii().to_string()
}

#[test]
fn names_are_found_in_any_spelling_where_no_character_set_is_said() {
    // What is no UTF-8 may be Latin-1, or the set of Windows for the middle of Europe.
    for set in ["", "UNICODE UTF-8"] {
        for raw in ["Vruendt", "VRUENDT", "Vrundt", "VR\u{DC}NDT"] {
            let raw: Vec<u8> = raw.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
            assert_eq!(scrubbed_in(set, b"Vr\xFCndt", &raw), "[NAME]", "{raw:?}");
        }
        for raw in [&b"\xA3\xEA\x9Cwen"[..], b"\xA3\xCA\x8CWEN", b"\xB3\xEA\x9Cwen", b"Leswen"] {
            assert_eq!(scrubbed_in(set, b"\xA3\xEA\x9Cwen", raw), "[NAME]", "{raw:?}");
        }
    }
}

#[test]
fn an_accent_may_stand_for_an_apostrophe() {
    for raw in ["O\u{B4}Xyrven", "O\u{2032}Xyrven", "O\u{201B}Xyrven", "O`Xyrven"] {
        for name in ["OXyrven", "O'Xyrven"] {
            let found = scrubbed_in("UNICODE UTF-8", name.as_bytes(), raw.as_bytes());
            assert_eq!(found, "[NAME]", "{raw}");
        }
    }
    for raw in [&b"O\xB4Xyrven"[..], b"O\x92Xyrven"] {
        assert_eq!(scrubbed_in("", b"OXyrven", raw), "[NAME]");
        assert_eq!(scrubbed_in("8859/1", b"OXyrven", raw), "[NAME]");
    }
}

#[test]
fn names_are_found_in_both_kana() {
    let kana = [
        "\u{3084}\u{307E}\u{3060}",
        "\u{30E4}\u{30DE}\u{30C0}",
        "\u{FF94}\u{FF8F}\u{FF80}\u{FF9E}",
    ];
    for name in kana {
        for raw in kana {
            let found = scrubbed_in("UNICODE UTF-8", name.as_bytes(), raw.as_bytes());
            assert!(found.starts_with("[NAME]"), "{name} {raw} {found}");
        }
    }
}

#[test]
fn short_names_are_found_behind_a_preposition() {
    // Hebrew and Arabic: "for", "and".
    for (name, raw, rest) in [
        ("\u{5DB}\u{5D4}\u{5DF}", "\u{5DC}\u{5DB}\u{5D4}\u{5DF}", "\u{5DC}"),
        ("\u{639}\u{645}\u{631}", "\u{648}\u{639}\u{645}\u{631}", "\u{648}"),
    ] {
        let found = scrubbed_in("UNICODE UTF-8", name.as_bytes(), raw.as_bytes());
        assert_eq!(found, format!("{}[NAME]", rest.as_bytes().escape_ascii()));
    }
    // Another letter makes another word.
    let other = scrubbed_in(
        "",
        "\u{5DB}\u{5D4}\u{5DF}".as_bytes(),
        "\u{5D2}\u{5DB}\u{5D4}\u{5DF}".as_bytes(),
    );
    assert!(!other.contains("NAME"));
}
