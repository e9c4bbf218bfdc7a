//! One patient in messages of several senders.

use super::*;

fn segments(text: &str) -> Vec<String> {
    run(Profile::Pseudonymise, &format!("MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1|P|2.5\n{text}"))
}

/// Dates as they become where PID-3 is `list`.
fn born(list: &str) -> String {
    field(&segments(&format!("PID|1||{list}||||20000103"))[1], 7).to_owned()
}

#[test]
fn dates_of_a_patient_move_alike_however_the_number_is_written() {
    let moved = born("12345678^^^H^MR");
    assert_ne!(moved, born("12345679^^^H^MR"));
    for list in [
        "0012345678^^^H^MR",
        " 12345678 ^^^H^MR",
        "12-345678^4^M10^H^MR",
        "777777^^^Z^PI~12345678^^^H^MR",
        "^^^Z^PI~12345678^^^H^MR",
        "\"\"^^^Z^MR~12345678^^^H^PI",
        // A blank is no number.
        " ^^^Z^MR~12345678^^^H^PI",
    ] {
        assert_eq!(born(list), moved, "{list}");
    }
}

/// A name in a text is that of its field, in the case of the text, whatever letter it begins with.
#[test]
fn a_name_that_begins_beyond_ascii_is_written_as_its_field() {
    let all = segments(
        "PID|1||7^^^H^MR||Şahinter^Ümitan\nNTE|1||Şahinter, Sahinter, ŞAHINTER, şahinter, Ümitan",
    );
    let (family, given) = field(&all[1], 5).split_once('^').unwrap();
    let (upper, lower) = (family.to_uppercase(), family.to_lowercase());
    let expected = format!("{family}, {family}, {upper}, {lower}, {given}");
    assert!(family.starts_with(char::is_uppercase) && upper != family);
    assert_eq!(field(&all[2], 3), expected);
}

/// Queries for identifiers and immunizations have the patient's as it is, without a field's name.
#[test]
fn a_query_has_the_number_of_the_patient() {
    let known = segments("PID|1||12345678^^^H^MR||||20000103");
    let query = segments("QPD|Q23^Get^HL7|tag|12345678^^^H^MR~999^^^X&1.2.3&ISO^PI\nRCP|I");
    assert_eq!(field(&query[0], 6), field(&known[0], 6));
    let list: Vec<&str> = field(&query[1], 3).split('~').collect();
    assert_eq!(list[0], field(&known[1], 3));
    assert!(list[1].ends_with("^^^X&1.2.3&ISO^PI") && !list[1].contains("999"), "{}", list[1]);
    // What is no number with an authority is not known.
    for other in ["Novak^Jan^^^^L", "12345678", "12345678^Novak^Jan^H"] {
        let query = segments(&format!("QPD|Q23^Get^HL7|tag|{other}"));
        let known = field(&query[1], 3).chars().any(|c| c.is_ascii_alphanumeric());
        assert!(!known, "{}", query[1]);
    }
}

/// What was learnt of a text in one message does not hold for the next, which is about somebody in it.
#[test]
fn a_message_is_what_it_is_whatever_came_before() {
    let of = Deidentifier::new(Rules::new(&Settings::of(Profile::Pseudonymise)), &key());
    let mut memory = Memory::default();
    let clean = |name: &str, text: &str, memory: &mut Memory| {
        let header = "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5";
        let text = format!("{header}\rPID|||1^^^H^MR||{name}\rNTE|1||{text}\rOBX|1|ST|X^Y||{text}");
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let mut tally = Tally::default();
        let out = of.message(&message, TextOptions::default(), memory, &mut tally).unwrap();
        String::from_utf8_lossy(out).into_owned()
    };
    for (text, name) in [
        ("Peggy feels fine", "Hall^Margaret"),
        ("told M.H. so", "Hall^Margaret"),
        ("Annie D. called", "Dupont^Annette"),
    ] {
        let alone = clean(name, text, &mut Memory::default());
        for other in ["Zork^Uwe", name] {
            let after = clean(other, text, &mut memory);
            assert!(other != name || after == alone, "{after}");
        }
        assert!(!alone.contains(text), "{alone}");
    }
}

/// The number of a message in the order of its sender (MSH-13, MSA-4) is as good as its time.
#[test]
fn no_number_tells_the_order_of_messages() {
    let text = "MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1|P|2.5|4711|5\nMSA|AA|1||4712";
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise] {
        let all = run(profile, text);
        assert!(!all[0].contains("4711") && !all[1].contains("4712"), "{all:?}");
    }
}

/// So is a UUID, whatever it begins with.
#[test]
fn a_uuid_has_one_surrogate_wherever_it_stands() {
    for uuid in [
        "550e8400-e29b-41d4-a716-446655440000",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "12345678-1234-1234-1234-123456789012",
        "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE",
    ] {
        let all = segments(&format!(
            "IPC|{uuid}\nOBX|1|ST|X^y^L|{uuid}|Images {uuid}, urn:uuid:{uuid}.||||||F"
        ));
        let told = field(&all[1], 1);
        assert!(told != uuid && told.len() == 36, "{told}");
        let expected = format!("{told}|Images {told}, urn:uuid:{told}.");
        assert!(all[2].contains(&expected), "{}", all[2]);
    }
    // An authority stays.
    let kept = "7^^^H&f81d4fae-7dec-11d0-a765-00a0c91e6bf6&UUID^MR";
    assert!(segments(&format!("PID|1||{kept}"))[1].ends_with(&kept[1..]));
}

/// The identifier of a study is the same in the fields and texts of all that name it.
#[test]
fn a_study_has_one_surrogate_wherever_it_stands() {
    let study = "1.2.840.113619.2.55.3.604688119.971.1465478000.123";
    let text = format!(
        "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5.1\n\
         OBX|1|HD|113014^DICOM Study^DCM|{study}|{study}^^ISO||||||F\n\
         OBX|2|ST|X^Study Instance UID^L|1|{study}||||||F\n\
         OBX|3|EI|X^y^L|1|{study}||||||F\n\
         OBX|4|TX|X^y^L|1|Images of {study}. System 2.16.840.1.113883.6.1, 1.2.840.10008.5.1.4.1.1.2||||||F\n\
         IPC|A|B|{study}|C|CT"
    );
    let all = run(Profile::Pseudonymise, &text);
    let told = field(&all[5], 3);
    assert!(told.starts_with("2.25.") && told.len() > 20, "{told}");
    assert_eq!((field(&all[1], 4), field(&all[1], 5)), (told, &*format!("{told}^^ISO")));
    assert_eq!((field(&all[2], 5), field(&all[3], 5)), (told, told));
    let stays = "System 2.16.840.1.113883.6.1, 1.2.840.10008.5.1.4.1.1.2";
    assert_eq!(field(&all[4], 5), format!("Images of {told}. {stays}"));
    let all = run(Profile::SafeHarbor, &text);
    assert!(!all.iter().any(|line| line.contains("604688119")), "{all:?}");
    assert_eq!(component(field(&all[1], 5), 1), field(&all[5], 3));
}
