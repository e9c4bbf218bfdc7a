//! Names of the message, and those that what stands beside them tells of.

use super::*;

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

/// The second is a word, too, which only a name of its own makes strong.
#[test]
fn a_name_is_another_one_where_it_is_spelled_with_two_letters() {
    for names in [["Jäger", "Jaeger"], ["Jaeger", "Jäger"]] {
        let mut identity = Identity::default();
        names.iter().for_each(|name| identity.note(Kind::Family, name.as_bytes()));
        assert!(names.iter().all(|name| identity.stands_in(name.as_bytes())), "{names:?}");
        assert!(identity.stands_in(b"seen by Jaeger today"), "{names:?}");
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
        ("Long was seen today.", "[NAME] was seen today."),
        ("Stable. LONG WAS ADMITTED", "Stable. [NAME] WAS ADMITTED"),
        ("Long is a 45 year old man", "[NAME] is a 45 year old man"),
        ("Long, 45 yo male", "[NAME], 45 yo male"),
        ("Long has been evaluated", "[NAME] has been evaluated"),
        ("Long has no complaints", "[NAME] has no complaints"),
        ("May underwent surgery", "[NAME] underwent surgery"),
        ("Long presented with pain", "[NAME] presented with pain"),
        ("Long's knee is better", "[NAME]'s knee is better"),
        ("Plan: Long agreed", "Plan: [NAME] agreed"),
    ] {
        scrubs(raw, expected);
    }
    for kept in [
        "Long segment was seen",
        "Long was the wait",
        "a long, 45 mm segment",
        "May's clinic",
        "Long 45 mm tube",
        "long was seen",
    ] {
        scrubs(kept, kept);
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
fn names_of_one_letter_need_a_person() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    identity.note(Kind::Family, b"O");
    identity.note(Kind::Given, b"Sejun");
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for (raw, expected) in [
        ("Mr. O here", "Mr. [NAME] here"),
        ("O was seen", "[NAME] was seen"),
        ("patient O denies pain", "patient [NAME] denies pain"),
        ("Sejun O", "[NAME] [NAME]"),
        ("blood group O positive", "blood group O positive"),
        ("O 2 by mask", "O 2 by mask"),
    ] {
        let mut out = Vec::new();
        let raw = raw.as_bytes();
        Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

#[test]
fn what_is_known_is_found_as_other_formats_write_it() {
    for (raw, expected) in [
        // HTML, also with its ampersand escaped or written so itself.
        ("Bj&ouml;ltzen seen", "[NAME] seen"),
        ("Bj\\T\\ouml;ltzen seen", "[NAME] seen"),
        ("Bj&#246;ltzen, Bj&#xF6;ltzen", "[NAME], [NAME]"),
        ("Bj&amp;ouml;ltzen", "[NAME]"),
        ("O&#39;Xyrven and O&apos;Xyrven", "[NAME] and [NAME]"),
        ("&#90;varkae", "[NAME]"),
        ("LONG&#44;&nbsp;MAY", "[NAME]&#44;&nbsp;[NAME]"),
        // Quoted-printable (RFC 2045): 8859/1, UTF-8, and a line broken in two.
        ("Bj=F6ltzen", "[NAME]"),
        ("Bj=C3=B6ltzen", "[NAME]"),
        ("Zvar=\\.br\\kae", "[NAME]"),
        // URLs (RFC 3986) and JavaScript.
        ("?name=Bj%C3%B6ltzen", "?name=[NAME]"),
        ("Quilmo%20Zvarkae", "[NAME]%20[NAME]"),
        ("quilmo.z%40vrendt.example.com", "[EMAIL]"),
        ("482%2D913%2D756", "[ID]"),
        ("Bj\\u00f6ltzen", "[NAME]"),
        ("Bj\\E\\u00f6ltzen", "[NAME]"),
        ("Bj%u00F6ltzen Bj\\xF6ltzen", "[NAME] [NAME]"),
        // RTF.
        ("{\\E\\b Bj\\E\\'f6ltzen}", "{\\E\\b [NAME]}"),
        ("{\\E\\b Bj\\E\\u246?ltzen}", "{\\E\\b [NAME]}"),
    ] {
        scrubs(raw, expected);
    }
    for kept in ["A&amp;B = 12%; SpO2=98% of 20% and &c. =FA", "R&D \\u12 %zz"] {
        scrubs(kept, kept);
    }
    assert!(identity().stands_in(b"Bj%C3%B6ltzen") && !identity().stands_in(b"12%C3"));
    check(Mode::Drop, None, "oral&#90;varkae", "");
}

#[test]
fn names_are_found_in_parts() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    for name in ["Zvarkae", "OXyrven", "MacVrandt", "Meierqostra", "Vanderkjorn", "Goodman"] {
        identity.note(Kind::Family, name.as_bytes());
    }
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for (raw, expected) in [
        ("it was O'Xyrven", "it was [NAME]"),
        ("it was O Xyrven", "it was [NAME]"),
        ("the Mac Vrandt case", "the [NAME] case"),
        ("the Meier-Qostra case", "the [NAME] case"),
        ("the van der Kjorn case", "the [NAME] case"),
        ("the Zvar kae case", "the [NAME] case"),
        ("the Zvar\\.br\\kae case", "the [NAME] case"),
        ("the Zvar\\X0D\\kae case", "the [NAME] case"),
        ("Z V A R K A E", "[NAME]"),
        ("Z.V.A.R.K.A.E.", "[NAME]."),
        ("<b>Z</b>varkae, <i>Zvar</i><b>kae</b>", "<b>[NAME], <i>[NAME]</b>"),
        // Words, and the end of a sentence between.
        ("a good man, Good-man", "a good man, Good-man"),
        ("the Zvar. Kae was", "the Zvar. Kae was"),
    ] {
        let mut out = Vec::new();
        let raw = raw.as_bytes();
        Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

#[test]
fn names_are_found_with_endings_and_in_names_of_users() {
    for (raw, expected) in [
        ("die Zvarkaesche Probe", "die [NAME] Probe"),
        ("pani Zvarkaeov\u{E1}, Zvarkaeem", "pani [NAME], [NAME]"),
        ("user quilmozvarkae or ZVARKAEQUILMO", "user [NAME] or [NAME]"),
        ("home/zvarkaeshare", "home/[NAME]"),
        // No name begins these: they are words, or too long for a name so short.
        ("Marvoxilinate 5 mg", "Marvoxilinate 5 mg"),
    ] {
        scrubs(raw, expected);
    }
    let identity = identity();
    for code in ["ZVARKAEQ", "QZVARKAE", "qzvarkae1", "ZVARKAE_Q", "zvarkaequilmo", "QuilmoZvarkae"]
    {
        assert!(identity.stands_in(code.as_bytes()), "{code}");
    }
    for code in ["ZVARK", "QZVARK", "LONGM", "MARVELOUS", "GLUCOSE", "ZVARKAESON"] {
        assert!(!identity.stands_in(code.as_bytes()), "{code}");
    }
}

#[test]
fn a_name_that_begins_with_another_one_is_that_of_somebody_else() {
    let mut identity = Identity::default();
    identity.note(Kind::Family, b"Martin");
    identity.note(Kind::Given, b"David");
    for other in ["MARTINEZ", "DAVIDSON"] {
        assert!(!identity.stands_in(other.as_bytes()), "{other}");
    }
    assert!(identity.stands_in(b"MARTIND"));
}

#[test]
fn names_are_found_in_spellings_that_are_words_and_that_mix() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    for name in
        ["J\u{E4}ger", "\u{D8}deg\u{E5}rd", "McZvarkae", "MacVrandt", "\u{110}or\u{111}evi\u{107}"]
    {
        identity.note(Kind::Family, name.as_bytes());
    }
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for (raw, expected) in [
        // A word of medicine, too, wherever it stands.
        ("seen by Jaeger today", "seen by [NAME] today"),
        ("Jaeger", "[NAME]"),
        ("Odegaard, Oedegard, \u{D8}degaard", "[NAME], [NAME], [NAME]"),
        ("MacZvarkae, McVrandt, Mc Vrandt", "[NAME], [NAME], [NAME]"),
        ("Djordjevic", "[NAME]"),
    ] {
        let mut out = Vec::new();
        let raw = raw.as_bytes();
        Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

#[test]
fn names_are_found_in_other_writings() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    for name in [
        "\u{0421}\u{043E}\u{043A}\u{043E}\u{043B}\u{043E}\u{0432}\u{0430}",
        "\u{5E8}\u{5D5}\u{5D6}\u{5E0}\u{5D1}\u{5E8}\u{5D2}",
        "\u{738B}",
    ] {
        identity.note(Kind::Family, name.as_bytes());
    }
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for (raw, expected) in [
        // Another case, a preposition, a title behind a name of one character.
        (
            "\u{0421}\u{043E}\u{043A}\u{043E}\u{043B}\u{043E}\u{0432}\u{043E}\u{0439}",
            "[NAME]\u{043E}\u{0439}",
        ),
        ("\u{5DC}\u{5E8}\u{5D5}\u{5D6}\u{5E0}\u{5D1}\u{5E8}\u{5D2}", "\u{5DC}[NAME]"),
        ("\u{738B}\u{5148}\u{751F}", "[NAME]\u{5148}\u{751F}"),
        ("\u{738B}\u{6C34}", "\u{738B}\u{6C34}"),
    ] {
        let mut out = Vec::new();
        let raw = raw.as_bytes();
        Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

#[test]
fn utf_8_is_read_in_a_message_that_says_latin_2() {
    let header = b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||8859/2";
    let Some(Frame::Message(framed)) = Frames::new(header).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    identity.note(Kind::Family, &scope.text("Vr\u{FC}ndt".as_bytes()));
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    for raw in ["VR\u{DC}NDT".as_bytes(), b"Vr\xFCndt", b"Vrundt"] {
        let mut out = Vec::new();
        Cleaner::new(Mode::Scrub).free_text(raw, context, &mut Found::default(), &mut out);
        assert_eq!(out, b"[NAME]");
    }
}

#[test]
fn what_two_lines_divide_is_found() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let identity = identity();
    let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
    let cleaned = |mode, lines: &[&str]| {
        let line = |n: Option<usize>| {
            n.and_then(|n| lines.get(n)).map_or(&b""[..], |line| line.as_bytes())
        };
        let clean = |n: usize| {
            let beside = Beside { before: line(n.checked_sub(1)), behind: line(Some(n + 1)) };
            let mut out = Vec::new();
            let found = &mut Found::default();
            Cleaner::new(mode).line_of_text(line(Some(n)), beside, context, found, &mut out);
            String::from_utf8(out).unwrap()
        };
        (0..lines.len()).map(clean).collect::<Vec<_>>()
    };
    for (lines, expected) in [
        (["seen by Dr. Zvar", "kae today"], ["seen by Dr. [NAME]", " today"]),
        (["the chart 48291", "3756 there"], ["the chart [ID]", " there"]),
        (["call 617-555-", "8293 today"], ["call [PHONE]", " today"]),
        (["seen by Dr.", "Ferncastle today"], ["seen by Dr.", "[NAME] today"]),
        (["spoke with Maria", "Gonzalez today"], ["spoke with [NAME]", "[NAME] today"]),
        (["lives at 12 Elm", "Street still"], ["lives at [ADDRESS]", " still"]),
        (["mail to a.b@", "host.example now"], ["mail to [EMAIL]", " now"]),
        (["SSN 412-66-", "9031 given"], ["SSN [SSN]", " given"]),
        (["no long", "bone seen"], ["no long", "bone seen"]),
        (["temp 98.6 F.", "CT of abdomen"], ["temp 98.6 F.", "CT of abdomen"]),
        (["WBC 120", "130 and 140"], ["WBC 120", "130 and 140"]),
    ] {
        assert_eq!(cleaned(Mode::Scrub, &lines), expected);
    }
    assert_eq!(cleaned(Mode::Drop, &["48291", "3756"]), ["", ""]);
    assert_eq!(cleaned(Mode::Keep, &["Zvar", "kae"]), ["Zvar", "kae"]);
}
