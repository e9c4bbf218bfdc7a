//! Texts as clinicians, secretaries and interfaces write them.

use super::*;

/// Who the texts of this file are about.
const PEOPLE: &[(Kind, &str)] = &[
    (Kind::Family, "Hutchinson"),
    (Kind::Given, "Margaret"),
    (Kind::Given, "Ellen"),
    (Kind::Family, "Gram"),
    (Kind::Given, "Robert"),
    (Kind::Family, "Long"),
    (Kind::Given, "Hope"),
    (Kind::Given, "W"),
    (Kind::Family, "Delacroix"),
    (Kind::Given, "Annette"),
    (Kind::Family, "Hutchinson"),
    (Kind::Given, "Gerald"),
];

/// Behind "patient" a verb stands in most languages, not a name.
#[test]
fn verbs_of_other_languages_are_no_names() {
    let texts = [
        "Patient klagt über Schmerzen, Patient wünscht keine Therapie.",
        "Le patient présente une toux, il poursuit son traitement habituel.",
        "Wij zagen patient vandaag. Patient heeft koorts.",
        "Name unbekannt.",
    ];
    scrubs_of(PEOPLE, &texts.map(|text| (text, text)));
    scrubs_of(
        PEOPLE,
        &[
            ("the pt zvorkin denies pain", "the pt [NAME] denies pain"),
            ("Her son Zvorkin called", "Her son [NAME] called"),
            ("Patient Zvorkin klagt", "Patient [NAME] klagt"),
        ],
    );
}

/// What people are seen by and treated with is often a department or a drug.
#[test]
fn departments_and_drugs_are_no_names() {
    let texts = [
        "Seen with Radiology, discussed with Cardiology, followed by Neurosurgery.",
        "Treated with Zosyn. Managed with Keflex. Wrapped with Kerlix. Started with Lasix",
        "Contact Dermatitis.",
    ];
    scrubs_of(PEOPLE, &texts.map(|text| (text, text)));
    scrubs_of(PEOPLE, &[("Seen with Zvorkin", "Seen with [NAME]")]);
}

#[test]
fn the_time_of_a_call_is_no_telephone_number() {
    scrubs_of(
        PEOPLE,
        &[
            ("CALLED TO RN AT 0415 03/11/2024", "CALLED TO RN AT 0415 2024"),
            ("Phone note 01/18 1620h", "Phone note 01/18 1620h"),
            ("Tel. 0221/4711-889", "Tel. [PHONE]"),
        ],
    );
}

#[test]
fn initials_of_the_people_of_a_message_go() {
    scrubs_of(
        PEOPLE,
        &[
            ("Told M.H. to hold it", "Told [NAME] to hold it"),
            (
                "M.E.H. consented. M. H. seen. H.L. agrees.",
                "[NAME] consented. [NAME] seen. [NAME] agrees.",
            ),
            ("HUTCHINSON, M.E. DOB", "[NAME]. DOB"),
            ("Hutchinson M.E.", "[NAME]."),
            (
                "spoke with Annette D. today, Gerald H at bedside",
                "spoke with [NAME]. today, [NAME] at bedside",
            ),
            ("Hope W. is well", "[NAME]. is well"),
            ("GRAM, R MD / LONG, H  MRN", "[NAME] MD / [NAME]  MRN"),
            // Those of others, and what is no name.
            (
                "P.O. and I.V., M.D., R.N., T.B. neg, M.R. of H.",
                "P.O. and I.V., M.D., R.N., T.B. neg, M.R. of H.",
            ),
            ("Hutchinson. E. coli grew", "[NAME]. E. coli grew"),
            ("GERALD A FIB", "[NAME] A FIB"),
        ],
    );
}

#[test]
fn an_initial_behind_a_title_goes() {
    scrubs_of(
        PEOPLE,
        &[
            ("Mrs. H. has a cough", "Mrs. [NAME]. has a cough"),
            ("Ms. K's pain, Ms K reports", "Ms. [NAME]'s pain, Ms [NAME] reports"),
            ("Frau M. klagt, Herr K klagt", "Frau [NAME]. klagt, Herr [NAME] klagt"),
            ("Fr. M. und Mw. V., 16 Fr. A.", "Fr. [NAME]. und Mw. [NAME]., 16 Fr. A."),
            ("dhr. W.J. de Vries", "dhr. [NAME]. de Vries"),
            ("MR C SPINE, MR. L-spine, DR T", "MR C SPINE, MR. L-spine, DR T"),
        ],
    );
}

#[test]
fn her_or_his_tells_of_whom_is_spoken() {
    scrubs_of(
        PEOPLE,
        &[
            ("Hope and her dad came", "[NAME] and her dad came"),
            ("Hope, 36, here with dad", "[NAME], 36, here with dad"),
            ("GRAM MD. RN Long. Long, RN", "[NAME] MD. RN [NAME]. [NAME], RN"),
            ("GRAM POSITIVE. LONG PA VIEW", "GRAM POSITIVE. LONG PA VIEW"),
        ],
    );
}

#[test]
fn addresses_without_all_of_their_words_are_found() {
    let people = [(Kind::Street, "418 Old Mill Road"), (Kind::Place, "Rice")];
    scrubs_of(
        &people,
        &[
            ("from 418 Old Mill, RICE TX 75155", "from [ADDRESS], [ADDRESS] TX [ADDRESS]"),
            ("an old mill in 12 Old rice TX", "an old mill in 12 Old rice TX"),
        ],
    );
}

#[test]
fn names_that_are_adjectives_elsewhere_need_a_capital() {
    let people = [(Kind::Family, "Rossi"), (Kind::Given, "Giuseppe"), (Kind::Family, "Klein")];
    scrubs_of(
        &people,
        &[
            ("Globuli rossi 4,5. Rossi dimesso", "Globuli rossi 4,5. [NAME] dimesso"),
            ("giuseppe rossi, dr. klein, 2 cm klein", "[NAME] [NAME], dr. [NAME], 2 cm klein"),
        ],
    );
}

#[test]
fn a_foley_is_a_catheter_where_no_person_is_meant() {
    let people = [(Kind::Family, "Foley"), (Kind::Given, "Patrick")];
    let texts = [
        "Foley to gravity, foley draining. New Foley. Has foley. FOLEY IN PLACE.",
        "Remove Foley in AM. Foley 16 Fr. Foley d/c'd. Foley intact and patent. w/o Foley",
    ];
    scrubs_of(&people, &texts.map(|text| (text, text)));
    scrubs_of(
        &people,
        &[
            (
                "Dr. Foley to see. P. Foley. Foley's read. Foley notified.",
                "Dr. [NAME] to see. [NAME]. [NAME]'s read. [NAME] notified.",
            ),
            ("Foley in to see pt", "[NAME] in to see pt"),
        ],
    );
}

#[test]
fn ages_over_89_in_a_sentence_of_words() {
    scrubs_of(
        &[],
        &[("She is ninety-two. He is ninety percent", "She is [AGE]. He is ninety percent")],
    );
}

#[test]
fn postal_codes_of_letters_and_digits_are_found() {
    let people = [(Kind::Zip, "1016 GV"), (Kind::Zip, "SW1A 2AA")];
    scrubs_of(&people, &[("1016GV, 1016 GV, sw1a2aa", "[ADDRESS], [ADDRESS], [ADDRESS]")]);
}

/// What is in no field, where what stands before it tells.
#[test]
fn names_behind_titles_and_relatives_of_other_languages() {
    scrubs_of(
        &[],
        &[
            ("Fr. Lehmann und Hr. Schneider", "Fr. [NAME] und Hr. [NAME]"),
            ("Tochter Petra, Sohn Thomas Schneider", "Tochter [NAME], Sohn [NAME] [NAME]"),
            ("Sig. Colombo, Sr. Ortega, Familie Krause", "Sig. [NAME], Sr. [NAME], Familie [NAME]"),
            ("Baby Oliver feeding", "Baby [NAME] feeding"),
            (
                "16 Fr. Foley, Sig. Take one, Sr. Creatinine",
                "16 Fr. Foley, Sig. Take one, Sr. Creatinine",
            ),
            (
                "Mutter Diabetes, Baby Boy, John Doe Sr. Kept",
                "Mutter Diabetes, Baby Boy, [NAME] [NAME] Sr. Kept",
            ),
        ],
    );
}

#[test]
fn a_street_goes_with_its_flat_and_its_place() {
    for (raw, expected) in [
        ("at 12 Oak Street, Apt 3B, alone", "at [ADDRESS], alone"),
        ("at 12 Oak Street Unit #4 now", "at [ADDRESS] now"),
        ("Rue de Rivoli 12, 75001 Paris", "[ADDRESS]"),
        ("wohnt Tzomstr. 12, D-80331 Muenchen.", "wohnt [ADDRESS]."),
        // A stop of its own is none, nor are a dose and a number of another length.
        ("12 Oak Street, 50 mg daily", "[ADDRESS], 50 mg daily"),
        ("12 Oak Street, 75001 cells", "[ADDRESS], 75001 cells"),
    ] {
        scrubs(raw, expected);
    }
}

#[test]
fn titles_with_the_ending_of_a_woman_and_ages_in_one_word() {
    for (raw, expected) in [
        ("Dott.ssa Vrandtz ha visto", "Dott.ssa [NAME] ha visto"),
        ("Dr.ssa Vrandtz visita", "Dr.ssa [NAME] visita"),
        ("Dr.in Vrandtz war da", "Dr.in [NAME] war da"),
        ("zweiundneunzigj\u{e4}hriger Patient", "[AGE] Patient"),
        ("Hundertj\u{e4}hrige Dame", "[AGE] Dame"),
        ("achtzigj\u{e4}hrige Patientin", "achtzigj\u{e4}hrige Patientin"),
    ] {
        scrubs(raw, expected);
    }
}
