//! What becomes of texts in which nothing is found.

use super::*;

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
        "X RAY HEAD",
        "Frank blood",
        "Patient Blood Type",
        "amber",
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
        "Rose Price",
        "MARK YOUNG",
        "seen by Price",
        "son Mark",
        "call Penny",
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
        ("QRS 92, NT-proBNP 1240 pg/mL, UACR 45", "QRS 92, NT-proBNP 1240 pg/mL, UACR 45"),
        ("Lasix 40 mg, Humalog SSI, IVF NS", "Lasix 40 mg, Humalog SSI, IVF NS"),
        ("S. epidermidis, oxacillin R; Cl 101", "S. epidermidis, oxacillin R; Cl 101"),
        ("when Grace came", "when [WORD] came"),
        // A name that is a word, too, behind what stands before persons.
        ("spoke with Grant today, signed by Price", "spoke with [WORD] today, signed by [WORD]"),
        ("with Down syndrome", "with Down syndrome"),
        ("walks with cane, seen by day", "walks with cane, seen by day"),
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

#[test]
fn what_is_remembered_of_a_text_holds_for_nobody_of_the_next_message() {
    let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    let texts = [
        ("Vrandtz", "Panel of Vrandtz", "Panel of [NAME]"),
        ("Zvarkae", "the Zvarkaes mean", "the [NAME]s mean"),
        ("Quilmo", "OraQuilmo of blood", "Ora[NAME] of blood"),
        ("4711832", "kit 47-11-832", "kit [ID]"),
    ];
    for is_known in [false, true, false, true] {
        for (name, raw, expected) in texts {
            identity.clear();
            if is_known {
                let kind = if name == "4711832" { Kind::Id } else { Kind::Family };
                identity.note(kind, name.as_bytes());
            }
            let context =
                Context { scope: &scope, identity: &identity, surrogates: None, days: None };
            let mut out = Vec::new();
            let cleaner = Cleaner::new(Mode::Scrub);
            cleaner.coded_text(raw.as_bytes(), context, false, &mut Found::default(), &mut out);
            let expected = if is_known { expected } else { raw };
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}

#[test]
fn the_name_of_an_image_is_a_label() {
    for kept in ["MR Brain", "MR Abdomen", "DR Chest"] {
        check(Mode::Drop, None, kept, kept);
    }
    for gone in ["MR Brown", "Dr Chest", "MR. Brain"] {
        check(Mode::Drop, None, gone, "");
    }
}
