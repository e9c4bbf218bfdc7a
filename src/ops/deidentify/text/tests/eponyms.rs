//! What is called after somebody, in messages about somebody who is called so.

use super::*;
use Kind::{Family, Given};

#[test]
fn what_is_called_after_somebody_stays() {
    for (family, given, texts) in [
        ("Jones", "Thomas", &["Jones fracture healed", "with JONES FRACTURE", "Thomas splint"][..]),
        ("Parkinson", "John", &["Saint John's wort", "St. John\u{2019}s Wort 300 mg"]),
        ("Parkinson", "Xyla", &["Parkinson's disease", "Parkinsons disease", "parkinson disease"]),
        (
            "White",
            "Parkinson",
            &["Wolff-Parkinson-White syndrome", "WOLFF PARKINSON WHITE SYNDROME"],
        ),
        ("Johnson", "Stevens", &["Stevens-Johnson syndrome", "a Stevens Johnson syndrome"]),
        ("Graves", "Foley", &["Graves' disease", "by Foley catheter", "Foley catheters"]),
        ("Jones", "Bence", &["Bence-Jones protein", "Bence Jones proteinuria"]),
        ("Murphy", "Baker", &["Murphy's sign negative, Baker's cyst"]),
    ] {
        for text in texts {
            scrubs_of(&[(Family, family), (Given, given)], &[(text, text)]);
        }
    }
}

#[test]
fn somebody_who_has_it_is_somebody() {
    scrubs_of(
        &[(Family, "JONES"), (Given, "THOMAS")],
        &[
            ("Mr. Jones fracture healed", "Mr. [NAME] fracture healed"),
            ("Thomas Jones fracture", "[NAME] [NAME] fracture"),
            ("T. Jones fracture", "[NAME] fracture"),
            ("Anna Jones fracture", "[NAME] [NAME] fracture"),
            ("Jones has a fracture", "[NAME] has a fracture"),
            ("Jones's fractured wrist", "[NAME]'s fractured wrist"),
            ("Jones, fracture", "[NAME], fracture"),
            ("Jones protein", "[NAME] protein"),
            ("Jones disease", "[NAME] disease"),
            ("with Jones today", "with [NAME] today"),
        ],
    );
}
