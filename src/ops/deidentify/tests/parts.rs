//! What the parts of a value are, where versions and senders differ.

use super::*;

/// OBR-32 to OBR-35 had a number and a name (CN) in 2.2, and have them in messages of later versions, too.
#[test]
fn who_read_a_result_has_a_name_in_either_form() {
    for readers in [
        "4411^QUENNELL^OTTILIE^M^^DR~4412^GRIMALDI^ENZO",
        "4411&QUENNELL&OTTILIE&M&&DR^202401050800~4412&GRIMALDI&ENZO",
    ] {
        let bars = "|".repeat(32);
        let text = format!(
            "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.2\nOBR{bars}{readers}\nNTE|1||Seen with Quennell and Grimaldi, Enzo."
        );
        let all = run(Profile::Pseudonymise, &text);
        for gone in ["QUENNELL", "OTTILIE", "GRIMALDI", "ENZO"] {
            assert!(!all[1].contains(gone) && !all[2].to_uppercase().contains(gone), "{all:?}");
        }
        let name = |reader: &str| reader.split(['^', '&']).nth(1).unwrap_or_default().to_owned();
        for reader in field(&all[1], 32).split('~') {
            assert!(name(reader).len() > 1, "{reader}");
            assert!(!name(reader).starts_with(|c: char| c.is_ascii_digit()), "{reader}");
        }
    }
}

/// Why a telephone number or an address is no longer right, in what context a name is used, and in which
/// state a number is one are codes, and nobody's name or number.
#[test]
fn what_is_said_of_a_name_or_number_by_a_code_is_no_name_or_number() {
    let all = run(
        Profile::Pseudonymise,
        "MSH|^~\\&|A|B|C|D|20240105||ADT^A08|1|P|2.8\n\
         PID|1||77612348^^^H^MR^^^^IL&Illinois&USPS||GRIMALDI^ENZO^^^^^L^^C&Customary&L||||||||^PRN^PH^^^312^5550134^^^^^^^^M&Moved&L^W&Work&L",
    );
    assert_eq!(component(field(&all[1], 3), 9), "IL&Illinois&USPS");
    assert_eq!(component(field(&all[1], 5), 9), "C&Customary&L");
    assert!(field(&all[1], 13).ends_with("^M&Moved&L^W&Work&L"), "{}", all[1]);
}

/// A site that says so has them replaced.
#[test]
fn a_code_within_a_number_has_a_rule_of_its_own() {
    let text =
        "MSH|^~\\&|A|B|C|D|20240105||ADT^A08|1|P|2.8\rPID|1||77612348^^^H^MR^^^^ILX&Illinois&USPS";
    for action in ["surrogate", "token", "name"] {
        let overlay = format!("PID-3.9 = {action}");
        let settings = Settings::of(Profile::Pseudonymise);
        let (out, ..) = with(&settings, &overlay, text.as_bytes());
        let out = String::from_utf8(out).unwrap();
        assert!(!out.contains("ILX") && !out.contains("Illinois"), "{action}: {out}");
    }
}

/// When a charge is made is told of the patient.
#[test]
fn the_day_of_a_charge_is_one_of_the_patient() {
    let blg = |profile| {
        let all = run(
            profile,
            "MSH|^~\\&|A|B|C|D|20240105||ORM^O01|1|P|2.5\nPID|1||77612348^^^H^MR\nBLG|D^20240103",
        );
        field(&all[2], 1).to_owned()
    };
    assert_eq!(blg(Profile::SafeHarbor), "D^2024");
    let moved = blg(Profile::Pseudonymise);
    assert!(moved.len() == 10 && moved.starts_with("D^") && moved != "D^20240103", "{moved}");
    let rules = Rules::new(&Settings::of(Profile::SafeHarbor));
    assert!(rules.list().contains("\nBLG-1 = clean\t"));
}

/// What an observation is called says whether its value is a name, a number or an address.
#[test]
fn an_observation_that_is_called_a_name_is_one() {
    let one = |profile, named: &str, of: &str, value: &str| {
        let text = format!(
            "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5.1\nPID|1||77612348^^^H^MR\nOBX|1|{of}|{named}||{value}||||||F"
        );
        field(&run(profile, &text)[2], 5).to_owned()
    };
    for (named, value) in [
        ("45392-8^First name^LN", "Will"),
        ("45394-4^Last name^LN", "Young"),
        ("X^Patient's name^L", "Hope Rose"),
        ("X^Name of mother^L^Y^Mother's maiden name^L", "Baker"),
        ("NAME", "Rose Price"),
        ("X^Provider name^L", "Dr Will"),
        ("X^Employer^L", "Steel Works"),
        ("MRN", "8831"),
        ("X^Medical record number^L", "A8831"),
        ("76435-7^Patient identifier^LN", "B-7712"),
        ("X^Passport number^L", "X12345"),
        ("X^Specimen ID [Identifier] in Blood^L", "S231"),
        ("X^Home phone number^L", "5550134"),
        ("X^Telephone^L", "555-0134"),
        ("X^Home address^L", "Steel Works"),
        ("X^City of residence^L", "Normal"),
        ("X^County^L", "Cook"),
        ("X^Place of birth^L", "Normal"),
        ("X^E-mail address^L", "will@home.example"),
    ] {
        for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
            assert_ne!(one(profile, named, "ST", value), value, "{named}");
        }
    }
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise] {
        assert_eq!(one(profile, "45401-7^Postal code^LN", "ST", "62701"), "627");
        assert_eq!(one(profile, "45401-7^Postal code^LN", "NM", "62701"), "");
        assert_eq!(one(profile, "X^Order number^L", "NM", "551234"), "");
        assert_eq!(one(profile, "X^County^L", "CWE", "17031^Cook^FIPS5_2"), "");
    }
    // Who has a surrogate has it in a text, too, and no amount and no kind of thing is one.
    let number = one(Profile::Pseudonymise, "X^Medical record number^L", "ST", "77612348");
    assert_eq!(
        number,
        component(
            field(
                &run(
                    Profile::Pseudonymise,
                    "MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1|P|2.5\nPID|1||77612348^^^H^MR"
                )[1],
                3
            ),
            1
        )
    );
    for (named, value) in [
        ("X^Organism name^L", "Staph aureus"),
        ("X^Names test^L", "Normal"),
        ("X^Number of fetuses^L", "Two"),
        ("X^Patient status^L", "Normal"),
        ("X^CD4 cell number^L", "450"),
        ("X^Visit number^L", "12"),
        ("X^Last menstrual period^L", "Normal"),
        ("X^Family history^L", "Positive"),
        ("X^Specimen type^L", "Urine"),
        ("X^Code status^L", "Full"),
        ("X^Telephone contact^L", "Yes"),
        ("X^Birth weight^L", "3400"),
        ("X^Lot number^L", "A1234"),
    ] {
        for profile in [Profile::SafeHarbor, Profile::Pseudonymise] {
            assert_eq!(one(profile, named, "ST", value), value, "{named}");
        }
    }
    // What is known from there is found elsewhere.
    let all = run(
        Profile::Pseudonymise,
        "MSH|^~\\&|A|B|C|D|20240105||ORU^R01|1|P|2.5.1\nOBX|1|ST|45392-8^First name^LN||Zephyrina||||||F\nNTE|1||zephyrina sleeps well",
    );
    assert!(!all[2].contains("zephyrina") && all[2].ends_with(" sleeps well"), "{}", all[2]);
}

/// Providers who stay do so whatever they are called, and dates of what they did do not.
#[test]
fn a_provider_who_stays_has_any_name() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise] {
        let settings = Settings { keep_providers: true, ..Settings::of(profile) };
        for name in [
            "QUENNELL^OTTILIE^M^^DR",
            "Quattropani^Zephyrina",
            "O'Brien^Mary Ann",
            "Müller-Lüdenscheidt^Karl Heinz",
            "van der Berg&van der&Berg^Jan",
        ] {
            let text = format!(
                "MSH|^~\\&|A|B|C|D|20240105||ADT^A01|1|P|2.5||||||UNICODE UTF-8\rPID|1||77612348^^^H^MR\rPV1|1|I|||||4411^{name}|219-09-9999^X|77612348^{name}"
            );
            let (out, ..) = with(&settings, "", text.as_bytes());
            let out = String::from_utf8(out).unwrap();
            let visit = out.split('\r').nth(2).unwrap();
            assert_eq!(field(visit, 7), format!("4411^{name}"), "{profile:?}");
            assert!(!visit.contains("219-09-9999") && !visit.contains("77612348"), "{visit}");
        }
    }
}
