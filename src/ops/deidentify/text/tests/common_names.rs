//! Names that are words, or too short to tell alone.

use super::*;
use Kind::{Family, Given};

#[test]
fn what_joins_names_is_one_where_it_is_all_of_a_name() {
    scrubs_of(
        &[(Family, "LE"), (Given, "AN")],
        &[
            ("Mr Le was seen", "Mr [NAME] was seen"),
            ("An Le was seen today", "[NAME] [NAME] was seen today"),
            ("it was Le, An", "it was [NAME], [NAME]"),
            ("patient Le", "patient [NAME]"),
            ("Dear Mrs Le,", "Dear Mrs [NAME],"),
            ("an ulcer, le grand", "an ulcer, le grand"),
        ],
    );
    scrubs_of(&[(Family, "DO"), (Given, "THI")], &[("Thi Do", "[NAME] [NAME]")]);
    scrubs_of(
        &[(Family, "DO"), (Given, "MAY")],
        &[("it may do harm", "it may do harm"), ("May Do", "[NAME] [NAME]")],
    );
    scrubs_of(
        &[(Family, "NGUY\u{1EC4}N"), (Given, "V\u{102}N")],
        &[("Nguyen V\u{103}n", "[NAME] [NAME]"), ("Nguyen Van", "[NAME] [NAME]")],
    );
    // In a name of more words it says nothing.
    scrubs_of(
        &[(Family, "de la Kjorn")],
        &[("Mr la Vrandt", "Mr [NAME] [NAME]"), ("de la", "de la")],
    );
}

#[test]
fn two_names_of_one_character_are_a_full_name() {
    scrubs_of(
        &[(Family, "\u{738B}"), (Given, "\u{4F1F}")],
        &[
            (
                "\u{60A3}\u{8005}\u{738B}\u{4F1F}\u{6765}\u{9662}",
                "\u{60A3}\u{8005}[NAME]\u{6765}\u{9662}",
            ),
            ("\u{738B}\u{4F1F},\u{7537},40\u{5C81}", "[NAME],\u{7537},40\u{5C81}"),
            ("\u{60A3}\u{8005}\u{FF1A}\u{738B}\u{4F1F}", "\u{60A3}\u{8005}\u{FF1A}[NAME]"),
            ("\u{738B}\u{738B}\u{6C34}\u{4F1F}", "\u{738B}\u{738B}\u{6C34}\u{4F1F}"),
        ],
    );
}

#[test]
fn common_names_are_found_beside_names_and_initials() {
    scrubs_of(
        &[(Family, "BROWN"), (Given, "MAY"), (Given, "ROSE")],
        &[
            ("Her husband Tom Brown came", "Her husband [NAME] [NAME] came"),
            ("Spoke with Tom Brown today.", "Spoke with [NAME] [NAME] today."),
            ("it was May R. Brown", "it was [NAME] [NAME]"),
            ("Brown, M. was discharged", "[NAME]. was discharged"),
            ("Brown M was discharged", "[NAME] was discharged"),
            ("M Brown was discharged", "[NAME] was discharged"),
            ("BROWN has pain", "[NAME] has pain"),
            ("Saw Brown today", "Saw [NAME] today"),
            ("Re: Brown", "Re: [NAME]"),
            ("user BROWNM", "user [NAME]"),
            ("brown urine, dark Brown stool is brown.", "brown urine, dark [NAME] stool is brown."),
            ("Dark Brown stools. Brown sputum, M", "Dark Brown stools. Brown sputum, M"),
            ("BROWN SPUTUM, VITAMIN M BROWN", "BROWN SPUTUM, VITAMIN M BROWN"),
            ("Brown M-mode, brownish, browns", "Brown M-mode, brownish, browns"),
        ],
    );
    scrubs_of(
        &[(Family, "KING"), (Given, "STEPHEN")],
        &[
            ("was King, S. then", "was [NAME]. then"),
            ("S King", "[NAME]"),
            ("the king size, Kings", "the king size, Kings"),
        ],
    );
    scrubs_of(
        &[(Family, "PARK"), (Given, "JUNE")],
        &[("J Park", "[NAME]"), ("Park J-pouch", "Park J-pouch")],
    );
}

#[test]
fn a_name_ends_with_its_sentence() {
    scrubs_of(
        &[(Family, "SMITH"), (Given, "JOHN"), (Family, "BROWN")],
        &[("seen by Dr Brown. J. Smith reports that", "seen by Dr [NAME]. [NAME] reports that")],
    );
}

#[test]
fn a_full_name_is_found_in_one_word() {
    for (family, given, word) in [
        ("ZABRISKIE", "JOHN", "johnzabriskie"),
        ("ZABRISKIE", "JOHN", "JOHNZABRISKIE"),
        ("SMITH", "JOHN", "JOHNSMITH"),
        ("KHAN", "ASIF", "asifkhan"),
        ("ALI", "OMAR", "omarali"),
        ("FOX", "JOHN", "johnfox"),
    ] {
        scrubs_of(
            &[(Family, family), (Given, given)],
            &[(&format!("user @{word} here"), "user @[NAME] here")],
        );
    }
    // Which is a word, or a name, is that.
    scrubs_of(&[(Family, "DAM"), (Given, "BEAVER"), (Given, "WILL")], &[("Williams", "Williams")]);
}
