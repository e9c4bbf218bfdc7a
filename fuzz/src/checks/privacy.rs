//! De-identification.

use super::messages;
use pipehat::core::{Frame, Frames, Message, Scope, TextOptions};
use pipehat::ops::deidentify::surrogate::Key;
use pipehat::ops::deidentify::text::{
    Cleaner, Context as Cleaning, Found as TextFound, Identity, Mode,
};
use pipehat::ops::deidentify::{self as deid, Deidentifier, Kind as Identifies, Memory, Rules};

/// Any message keeps its delimiters and has no segment more; the same rules and key give the same
/// bytes again.
pub fn deidentify(data: &[u8]) {
    use deid::Profile::{Pseudonymise, SafeHarbor, TestData};
    let Ok(key) = Key::from_hex("0123456789abcdef".repeat(4).as_bytes()) else { return };
    for profile in [SafeHarbor, Pseudonymise, TestData] {
        let rules = Rules::new(&deid::Settings::of(profile));
        let deidentifier = Deidentifier::new(rules, &key);
        let (mut memory, mut other) = (Memory::default(), Memory::default());
        let mut tally = deid::Tally::default();
        for message in messages(data) {
            let options = TextOptions::default();
            let done = deidentifier.message(&message, options, &mut memory, &mut tally);
            let again = deidentifier.message(&message, options, &mut other, &mut tally);
            assert_eq!(done, again);
            let Ok(done) = done else { continue };
            assert_eq!(done.get(..4), message.bytes().get(..4));
            let count = done.split(|&b| b == b'\r').count();
            assert!(count <= message.segments().count());
        }
    }
}

/// Texts are cleaned without a panic: what was noted goes, what a text without any of it and
/// without anything that looks so has stays.
pub fn deid_text(data: &[u8]) {
    const OWN: &[u8] = b"Zvarkae";
    // The first byte chooses the delimiters, the next where in the text the name stands.
    let [choice, place, raw @ ..] = data else { return };
    let headers: [&[u8]; 3] = [
        b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||UNICODE UTF-8",
        b"MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1||||||8859/1",
        b"MSH#$*!%#A#B#C#D#20230601##ADT$A08#1#P#2.5.1",
    ];
    let header = headers[usize::from(*choice) % headers.len()];
    let Some(Frame::Message(framed)) = Frames::new(header).next() else { panic!() };
    let message = Message::new(framed).expect("a header that can be read");
    let scope = Scope::new(&message);
    let mut identity = Identity::default();
    let clean = |identity: &Identity, mode, days, raw: &[u8]| {
        let context = Cleaning { scope: &scope, identity, surrogates: None, days };
        let mut out = Vec::new();
        Cleaner::new(mode).free_text(raw, context, &mut TextFound::default(), &mut out);
        out
    };
    for kind in [
        Identifies::Given,
        Identifies::Id,
        Identifies::Phone,
        Identifies::Street,
        Identifies::Date,
        Identifies::Email,
    ] {
        identity.note(kind, raw);
    }
    identity.note(Identifies::Family, OWN);
    for mode in [Mode::Drop, Mode::Scrub, Mode::Strict] {
        clean(&identity, mode, Some(-21), raw);
        clean(&identity, mode, None, raw);
    }
    let _ = identity.stands_in(raw);

    identity.clear();
    identity.note(Identifies::Family, OWN);
    let at = usize::from(*place).min(raw.len());
    // Blanks and a line feed keep the name apart from escape sequences that are not closed.
    let text = [&raw[..at], b"\n ", OWN, b" \n", &raw[at..]].concat();
    let is_alone = !raw.windows(OWN.len()).any(|part| part.eq_ignore_ascii_case(OWN));
    if is_alone && !raw.contains(&message.separators().escape) {
        let out = clean(&identity, Mode::Scrub, None, &text);
        assert!(!out.windows(OWN.len()).any(|part| part == OWN));
        assert!(identity.stands_in(&text));
    }
}
