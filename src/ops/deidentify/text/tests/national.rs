//! Numbers of persons, accounts and places in other countries, which stand in no field.

use super::*;

#[test]
fn numbers_of_states_are_told_by_their_form() {
    scrubs_of(
        &[],
        &[
            ("CF RSSGPP51C12H501X, DNI 12345678Z", "CF [ID], DNI [ID]"),
            ("(12.345.678-Z) X1234567L; 1 52 08 69 123 456 78", "([ID]) [ID]; [ID]"),
            ("lot 12345678A, 12345678ZZ", "lot 12345678A, 12345678ZZ"),
            ("677 88 99 00", "[PHONE]"),
            ("counts 377 88 99 00", "counts 377 88 99 00"),
        ],
    );
}

/// By form and check digits, of nobody.
#[test]
fn numbers_of_more_states_are_told_by_their_form() {
    for number in [
        "492 918 0732", // NHS
        "1893.42.584",  // BSN
        "811228-6326",  // personnummer
        "811228+6326",
        "19811228-6326",
        "010190-1234", // CPR
        "736028/1302", // rodne cislo
        "131052-366N", // HETU
        "131005A366J",
        "010190 47446",       // fodselsnummer
        "93.05.18-223.61",    // numero national, Belgium
        "756.9217.0769.85",   // AHV
        "123.456.789-09",     // CPF
        "751 7817 6460 6003", // CNS
        "2388 92280 2",       // Medicare, Australia
        "3137 6971 2052",     // Aadhaar
        "5290 2600 7756",     // My Number
        "1499 010113",        // SVNR
        "28/43284309/36",     // NSS
        "65 170839 J 008",    // RVNR
        "65170839J008",
        "QX 12 34 56 C", // NINO, of no prefix that is given
        "AB123456C",
        "A655811(1)",         // HKID
        "S0152022I",          // NRIC
        "810101-1234567",     // RRN
        "810101 2973 895",    // South Africa
        "HEGG560427MVZRRL04", // CURP
    ] {
        scrubs(&format!("mit {number}, dann"), "mit [ID], dann");
        scrubs(&format!("({number})"), "([ID])");
    }
    // The check digit is another one, a sign is, or more stands beside it.
    for kept in [
        "120 130 1400",
        "492 918 0733",
        "811328-6326",
        "736028/1303",
        "131052-366M",
        "010190 47447",
        "2388 92281 2",
        "3137 6971 2053",
        "1499 010114",
        "28/43284309/37",
        "A655811(2)",
        "S0152022J",
        "QX 12 34 56 E",
        "A*02:01 DRB1*15:01",
        "2000-3000 kcal",
        "100-200/3000",
        "10.5 12.5 99.3",
        "C34.1, T2 N1 M0",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn account_numbers_of_banks_are_found() {
    for number in [
        "DE86607193567023876831",
        "DE86 6071 9356 7023 8768 31",
        "GB04 NWBK 1626 3385 5216 05",
        "NL91ABNA7666799964",
        "FR93 8996 6571 6700 013M 9240 631",
    ] {
        scrubs(&format!("IBAN {number} Bank"), "IBAN [ID] Bank");
        scrubs(&format!("auf {number}."), "auf [ID].");
    }
}

#[test]
fn postcodes_and_places_of_other_countries_are_found() {
    for (raw, expected) in [
        ("from SW1A 2AA, alone", "from [ADDRESS], alone"),
        ("in M1 1AE.", "in [ADDRESS]."),
        ("Ottawa K1A 0B1", "Ottawa [ADDRESS]"),
        ("aus D-10115 Vrandtz, allein", "aus [ADDRESS], allein"),
        ("CH-8001 Vrandtz", "[ADDRESS]"),
        ("PLZ 10115 Vrandtz", "PLZ [ADDRESS]"),
        ("wohnhaft in 80331 Vrandtz", "wohnhaft in [ADDRESS]"),
        ("Vrandtzgatan 5, 111 22 Vrandtz", "[ADDRESS]"),
        ("Vrandtzweg 12, 8001 Vrandtz", "[ADDRESS]"),
        ("Vrandtzweg 12, 2024 Visit", "[ADDRESS], 2024 Visit"),
        ("Vrandtzgracht 12, 1016 GV Vrandtz", "[ADDRESS]"),
        ("Rua Vrandtza 1500, 01310-100 Vrandtz", "[ADDRESS]"),
        ("ul. Vrandtza 10/5, 00-950 Vrandtz", "[ADDRESS]"),
        ("12 bis rue de Vrandt, 75002 Paris", "[ADDRESS]"),
        ("C/ Mayor 3, 2\u{BA}B, 28013 Madrid", "[ADDRESS]"),
        ("Calle Mayor 3, 2\u{BA} B", "[ADDRESS]"),
        ("Karl-Vrandtz-Allee 5", "[ADDRESS]"),
        ("lives in Apt 3B now", "lives in [ADDRESS] now"),
        ("Apartment 12, alone", "[ADDRESS], alone"),
    ] {
        scrubs(raw, expected);
    }
    for kept in [
        "L4 5TH toe",
        "T2 2GY given",
        "S1 2ND dose",
        "B12 1BD",
        "2000 IU Vitamin",
        "10000 Units",
        "D-10115 units",
        "10 ul. Added 5",
        "Apt 10 am",
        "C/S 2, C/O 3",
        "T1N0 M0",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn telephone_numbers_of_more_countries_are_found() {
    for (raw, expected) in [
        ("06-12345678", "[PHONE]"),
        ("(02) 9374 4000", "([PHONE]"),
        ("02 9374 4000", "[PHONE]"),
        ("(11) 91234-5678", "([PHONE]"),
        ("335 1234567", "[PHONE]"),
        ("335/1234567", "[PHONE]"),
        ("Handy 171 2345678", "Handy [PHONE]"),
    ] {
        scrubs(&format!("unter {raw}, dann"), &format!("unter {expected}, dann"));
    }
    for kept in ["335 1234567 cells", "(11) 12345", "12 1000 2000", "(12) 120-130"] {
        scrubs(kept, kept);
    }
}
