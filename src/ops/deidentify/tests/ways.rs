//! The short ways of plain and common fields, held to the long one.

use super::*;

/// Values as they are, and as they should not be.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        2 => "[A-Z0-9]{1,4}",
        2 => "[0-9]{5,12}(\\^{1,3}[A-Z]{2,8}(\\^(MR|SS|DL|NPI))?)?",
        2 => "[0-9]{4,10}\\^[A-Z][a-z]{2,8}\\^[A-Z][a-z]{2,8}(\\^[A-Z])?(\\^{3}MD)?",
        2 => "[A-Z][a-z]{2,8}\\^[A-Z][a-z]{2,8}(~[A-Z][a-z]{2,8}\\^[A-Z])?",
        2 => "(19|20)[0-9]{2}[01][0-9][0-3][0-9]([0-2][0-9][0-5][0-9]([0-5][0-9])?)?",
        2 => "[0-9]{3,5}-[0-9]\\^[A-Z][a-z ]{2,12}\\^(LN|L|HL70005)",
        1 => "[0-9]{1,4} [A-Z][a-z]{3,6} St\\^\\^Boston\\^(MA|XX)\\^02139(\\^(USA|CAN))?",
        1 => "\\([0-9]{3}\\)[0-9]{3}-[0-9]{4}\\^PRN(\\^PH\\^a@b\\.test\\^1\\^617\\^5550134)?",
        // About as long as what is remembered of a field.
        1 => "(7\\^{3})?[A-Z][a-z]{73,77}(\\^MR)?",
        2 => "([0-9A-Za-z.^~ -]|\\\\T\\\\|&|\u{e9}|\"\"){0,24}",
    ]
}

proptest! {
    // To read the rules takes longer than all else.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_short_way_writes_what_the_long_one_does(
        segments in proptest::collection::vec(
            ("(PID|PD1|NK1|PV1|IN1|ORC|OBR|OBX|AL1|EVN)", proptest::collection::vec(value(), 1..32)),
            1..12,
        ),
        header in proptest::collection::vec("[A-Z]{2,8}", 4),
        profile in 0..3_usize,
        changed in ("(PID|PV1|OBR|NK1)", 1..24_u8),
        action in "(keep|remove|token|surrogate|name|shift|year|zip3|clean|fake|constant X|)",
    ) {
        let mut text = format!("MSH|^~\\&|{}|20230105||ADT^A08|M1|P|2.5", header.join("|"));
        for (id, fields) in &segments {
            text = text + "\r" + id + "|" + &fields.join("|");
        }
        let (segment, field) = changed;
        let overlay =
            if action.is_empty() { String::new() } else { format!("{segment}-{field} = {action}") };
        // Not every action is for every field.
        let overlay = Overlay::parse(&overlay).unwrap_or_default();
        let profile = [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData][profile];
        let rules = || Rules::with(&Settings::of(profile), &overlay);
        let key = key();
        let mut long_ways = rules();
        long_ways.take_long_ways();
        let (short, long) = (Deidentifier::new(rules(), &key), Deidentifier::new(long_ways, &key));
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let made = |of: &Deidentifier, memory: &mut Memory| {
            let mut tally = Tally::default();
            let out = of.message(&message, TextOptions::default(), memory, &mut tally);
            (out.unwrap().escape_ascii().to_string(), format!("{tally:?}"))
        };
        let expected = made(&long, &mut Memory::default());
        // The second and third time with what is remembered.
        let mut memory = Memory::default();
        for _ in 0..3 {
            prop_assert_eq!(&made(&short, &mut memory), &expected);
        }
    }
}
