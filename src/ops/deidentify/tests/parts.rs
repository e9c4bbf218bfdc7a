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
