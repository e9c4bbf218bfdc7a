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

#[test]
fn given_names_that_are_words_are_found_side_by_side() {
    scrubs_of(
        &[(Family, "ZABRISKIE"), (Given, "MAY"), (Given, "ROSE")],
        &[
            ("spoke with May Rose today", "spoke with [NAME] [NAME] today"),
            ("May-Rose came", "[NAME]-[NAME] came"),
            ("asked MAY ROSE to come", "asked [NAME] [NAME] to come"),
            ("LEVELS MAY ROSE", "LEVELS MAY ROSE"),
            ("it may rose", "it may rose"),
            ("May rose hips, Rose hips", "May rose hips, Rose hips"),
        ],
    );
    // What is one name is no two.
    scrubs_of(&[(Given, "MAY")], &[("May May do", "May May do")]);
}

#[test]
fn names_in_small_letters_are_found_behind_titles() {
    scrubs_of(
        &[(Family, "ZABRISKIE")],
        &[
            ("mr brown came", "mr [NAME] came"),
            ("seen by dr smith today", "seen by dr [NAME] today"),
            ("mrs. white and ms green", "mrs. [NAME] and ms [NAME]"),
            ("pt johnson denies", "pt [NAME] denies"),
            ("pt brown urine, pt young", "pt brown urine, pt young"),
            ("dr may see pt, dr will see", "dr may see pt, dr will see"),
            ("patient lives alone, pt white male", "patient lives alone, pt white male"),
            ("dr office, dr on call, mr angiography", "dr office, dr on call, mr angiography"),
        ],
    );
}

#[test]
fn two_short_names_are_found_in_one_word() {
    scrubs_of(
        &[(Family, "LEE"), (Given, "ANN")],
        &[
            ("user ANNLEE here", "user [NAME] here"),
            ("annlee", "[NAME]"),
            ("annular lesion, leeway, leech", "annular lesion, leeway, leech"),
        ],
    );
}

#[test]
fn a_name_with_an_ampersand_inside_is_found() {
    scrubs_of(
        &[(Family, "ZABRISKIE"), (Family, "O'BRIEN")],
        &[("Zabris\\T\\kie, O\\T\\Brien", "[NAME], [NAME]"), ("H\\T\\H", "H\\T\\H")],
    );
}

#[test]
fn methods_are_no_titles() {
    scrubs_of(
        &[(Family, "ZABRISKIE"), (Family, "HEAD")],
        &[
            ("MR Brain w/o contrast, MR ABDOMEN", "MR Brain w/o contrast, MR ABDOMEN"),
            ("MR Lumbar Spine, MR Angiography", "MR Lumbar Spine, MR Angiography"),
            ("DR Chest 2 Views, MS Contin", "DR Chest 2 Views, MS Contin"),
            ("by LC-MS/MS. See CLSI EP28", "by LC-MS/MS. See CLSI EP28"),
            ("GC-MS Confirmation, GC/MS Panel", "GC-MS Confirmation, GC/MS Panel"),
            ("MR BROWN, MR. HEAD, Mr Head", "MR [NAME], MR. [NAME], Mr [NAME]"),
            ("DR WOJCIK, Ms Long, MR ZABRISKIE", "DR [NAME], Ms [NAME], MR [NAME]"),
        ],
    );
}

#[test]
fn letters_of_another_alphabet_hide_no_name() {
    scrubs_of(
        &[(Family, "ZABRISKIE")],
        &[
            ("Z\u{430}briskie, Zabr\u{456}sk\u{456}e", "[NAME], [NAME]"),
            ("\u{410}\u{41D}\u{41D}\u{410} mm\u{3BC}l", "\u{410}\u{41D}\u{41D}\u{410} mm\u{3BC}l"),
        ],
    );
}

#[test]
fn names_before_a_marriage_are_names() {
    scrubs_of(
        &[(Family, "ZABRISKIE")],
        &[(
            "her sister, nee Wojciechowska, and n\u{E9}e Kowal",
            "her sister, nee [NAME], and n\u{E9}e [NAME]",
        )],
    );
}

#[test]
fn what_is_everyday_behind_a_title_is_no_name() {
    scrubs_of(
        &[(Family, "ZABRISKIE")],
        &[
            ("Dr Notified, per Dr Orders", "Dr Notified, per Dr Orders"),
            ("Timothy Grass, Johnson Grass IgE", "Timothy Grass, Johnson Grass IgE"),
            ("Dr. Notified, Dr Brown, Dr Wojcik", "Dr. [NAME], Dr [NAME], Dr [NAME]"),
        ],
    );
}

#[test]
fn who_is_called_by_a_shorter_name_is_found() {
    let of =
        |given, texts: &[(&str, &str)]| scrubs_of(&[(Family, "Zvarkae"), (Given, given)], texts);
    of(
        "William",
        &[
            ("Billy denies pain", "[NAME] denies pain"),
            ("Bill's wife called", "[NAME]'s wife called"),
            ("Will was seen today.", "[NAME] was seen today."),
            ("Will follow up. Bill sent.", "Will follow up. Bill sent."),
        ],
    );
    of("PATRICIA", &[("Trish c/o hip pain", "[NAME] c/o hip pain")]);
    // Abbreviations, and who is nobody of the message.
    of("Edward", &[("seen in ED today", "seen in ED today")]);
    of("Margaret", &[("PEG tube in place", "PEG tube in place")]);
    of("Quilmo", &[("Billy denies pain", "Billy denies pain")]);
}

#[test]
fn words_for_nobody_are_nobodys_names() {
    for (family, given, raw) in [
        ("TEST", "PATIENT", "Patient tolerated the test well. Test was negative."),
        ("UNKNOWN", "UNKNOWN", "Cause unknown. Source: Unknown. Unknown was the cause."),
        ("Zvarkae", "BABY BOY", "Baby boy in crib. Baby's weight 3420 g."),
    ] {
        scrubs_of(&[(Family, family), (Given, given)], &[(raw, raw)]);
    }
    scrubs_of(
        &[(Family, "Zvarkae"), (Given, "BABY BOY")],
        &[("Baby boy Zvarkae", "Baby boy [NAME]")],
    );
}

#[test]
fn a_verb_behind_a_name_stays() {
    for (family, given, raw, expected) in [
        ("Long", "May", "Ms. Long may return.", "Ms. [NAME] may return."),
        ("Day", "Will", "Dr. Day will follow up.", "Dr. [NAME] will follow up."),
        ("Frank", "Rose", "Ms. Frank rose from the chair.", "Ms. [NAME] rose from the chair."),
        ("Zvarkae", "Quilmo", "Frau Weber klagt", "Frau [NAME] klagt"),
        ("Zvarkae", "Quilmo", "Monsieur Leroy souffre", "Monsieur [NAME] souffre"),
        ("Zvarkae", "Quilmo", "dhr. Jansen hoest", "dhr. [NAME] hoest"),
    ] {
        scrubs_of(&[(Family, family), (Given, given)], &[(raw, expected)]);
    }
}

#[test]
fn two_names_that_are_words_are_names_before_a_degree() {
    scrubs_of(
        &[],
        &[
            ("seen by Chase Walker MD", "seen by [NAME] [NAME] MD"),
            ("Chase Walker, MD signed", "[NAME] [NAME], MD signed"),
            ("Home Visit RN, Long Term NP", "Home Visit RN, Long Term NP"),
            ("may price RN", "may price RN"),
        ],
    );
}
