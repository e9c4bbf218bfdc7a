//! Numbers, addresses and dates.

use super::*;

#[test]
fn numbers_of_the_message_are_found_with_any_separators() {
    for raw in ["482913756", "482-913-756", "000482913756", "482 913 756", "W4829137", "w-4829137"]
    {
        scrubs(&format!("Chart {raw} reviewed"), "Chart [ID] reviewed");
    }
    for raw in ["361-52-8847", "361528847", "361 52 8847"] {
        scrubs(&format!("has {raw} on file"), "has [SSN] on file");
    }
    for raw in ["617-555-8293", "617.555.8293", "6175558293", "617 555 8293", "555-8293"] {
        scrubs(&format!("reached at {raw} now"), "reached at [PHONE] now");
    }
    scrubs("x99482913756y", "x99[ID]y");
    scrubs("chart 7318264A or 7318264", "chart [ID] or [ID]");
    scrubs("KQX 98765, KQX98765", "[ID], [ID]");
    scrubs("(617) 555 - 8293", "([PHONE]");
    for raw in ["03021945", "02031945", "1945 03 02"] {
        scrubs(&format!("born {raw} here"), "born 1945 here");
    }
    check(Mode::Scrub, Some(-21), "DOB19450302", "DOB19450209");
}

#[test]
fn addresses_of_the_message_are_found() {
    scrubs("at 4821 Tzombek Lane, Gnuvropol, MA 02139", "at [ADDRESS], [ADDRESS], MA [ADDRESS]");
    scrubs("from 4821 tzombek lane.", "from [ADDRESS].");
    scrubs("in New Yqost", "in [ADDRESS]");
    scrubs("12 Oak Street", "[ADDRESS]");
    scrubs("an oak table", "an oak table");
}

#[test]
fn what_looks_like_an_identifier_is_replaced() {
    for (raw, expected) in [
        ("Spouse SSN 412-66-9031 recorded", "Spouse SSN [SSN] recorded"),
        ("SSN 412669031", "SSN [SSN]"),
        ("412-66-9031", "[SSN]"),
        ("call (415) 555-0199 please", "call ([PHONE] please"),
        ("415-555-0199", "[PHONE]"),
        ("Pharmacy phone 555-0199 noted", "Pharmacy phone [PHONE] noted"),
        ("+49 30 1234567", "+[PHONE]"),
        ("219/09/9999", "[SSN]"),
        ("MRN 123", "MRN [ID]"),
        ("NHS 943 476 5919", "NHS [ID]"),
        ("Frau Vrandt", "Frau [NAME]"),
        ("at fe80::1 and 00:1A:2B:3C:4D:5E.", "at [URL] and [URL]."),
        ("MRN: 7741-22", "MRN: [ID]"),
        ("record No. 55123", "record No. [ID]"),
        ("account 7712345", "account [ID]"),
        ("4111 1111 1111 1111", "[ID]"),
        ("to a.b@host.example please", "to [EMAIL] please"),
        ("see http://h.example.com/x?id=1.", "see [URL]."),
        ("at 203.0.113.77 last", "at [URL] last"),
        ("at 2001:db8:0:0:1:0:0:1 last", "at [URL] last"),
        ("this 94-year-old lady", "this [AGE]-year-old lady"),
        ("a 91 y/o", "a [AGE] y/o"),
        ("aged 93", "aged [AGE]"),
        ("at 123 Elm Street", "at [ADDRESS]"),
        ("Seen by Dr. Vrandt elsewhere", "Seen by Dr. [NAME] elsewhere"),
        ("Seen by Dr.\\.br\\Vrandt there", "Seen by Dr.\\.br\\[NAME] there"),
        ("Daughter Vrandt at bedside", "Daughter [NAME] at bedside"),
        ("Signed by Vrandt MD", "Signed by [NAME] MD"),
        ("Maria Gonzalez called", "[NAME] [NAME] called"),
    ] {
        scrubs(raw, expected);
    }
}

#[test]
fn what_is_no_identifier_stays() {
    for kept in [
        "Denies chest pain or dyspnea; BP 128/76, HR 72, temp 98.6 F.",
        "Potassium 4.1 mmol/L, sodium 138, creatinine 0.9 mg/dL, A1c 7.2.",
        "Strength 5/5 in all extremities; dilution 1/80, T12-L1 level.",
        "3 x 4 mm nodule, Gleason 3+3=6, 55-60 percent, 1:640.",
        "Troponin at 14:35, repeat pending; lot U4531AB.",
        "BP 304/46",
        "112283007",
        "O POS",
        "2345-7",
        "6-8 weeks",
        "an 89-year-old man",
        "mother states that she is well",
        "a 95 percent stenosis",
        "may 5 mg",
        "NDC 00093-0147-01 dispensed",
        "in May 10 mg, on Aug 5 units",
        "at 06-12-24 hours",
        "version v1.2.3.4",
        "age 95 percentile",
        "phone: 250 mg and call if 1000000 or more",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn dates_move_in_their_spelling() {
    // 2 March 1945 less 21 days is 9 February 1945.
    for (raw, expected) in [
        ("03/02/1945", "02/09/1945"),
        ("3/2/45", "2/9/45"),
        ("02-Mar-1945", "09-Feb-1945"),
        ("March 2, 1945", "February 9, 1945"),
        ("1945-03-02", "1945-02-09"),
        ("19450302", "19450209"),
        ("Mar 2", "Feb 9"),
        ("02.03.1945", "09.02.1945"),
        ("2 March 1945", "9 February 1945"),
        ("MARCH 2ND, 1945", "FEBRUARY 9th, 1945"),
        ("194503021435", "194502091435"),
        ("1945-03-02T14:35", "1945-02-09T14:35"),
    ] {
        check(Mode::Scrub, Some(-21), &format!("on {raw} seen"), &format!("on {expected} seen"));
    }
}

#[test]
fn years_stay_unless_they_tell_of_an_age_over_89() {
    scrubs("on 03/02/1945 seen", "on 1945 seen");
    scrubs("on 3/2/45 seen", "on [DATE] seen");
    scrubs("born March 2, 1932.", "born [DATE].");
    scrubs("born March 2, 1934.", "born 1934.");
}

#[test]
fn what_a_line_or_repetition_divides_is_found() {
    scrubs("chart 48291~3756 there", "chart [ID]~ there");
    scrubs("48291~37~56", "[ID]~~");
    scrubs("Zvar~kae and Zvar-~kae", "[NAME]~ and [NAME]~");
    scrubs("Zvar-\\.br\\kae", "[NAME]");
    scrubs("120~130~482193757", "120~130~[ID]");
    for kept in ["120~130~140", "long-\\.br\\standing", "no~long bone"] {
        scrubs(kept, kept);
    }
    check(Mode::Drop, None, "12~13", "12~13");
}

#[test]
fn dates_move_in_other_languages() {
    // 2 March 1975 less 21 days is 9 February 1975.
    for (raw, expected) in [
        ("2. M\u{E4}rz 1975", "9. Februar 1975"),
        ("2 mars 1975", "9 fevrier 1975"),
        ("2 de marzo de 1975", "9 de febrero de 1975"),
        ("2 marzo 1975", "9 febrero 1975"),
        ("2 de mar\u{E7}o de 1975", "9 de fevereiro de 1975"),
        ("2 maart 1975", "9 februari 1975"),
        ("2 marca 1975", "9 lutego 1975"),
        ("1975\u{5E74}3\u{6708}2\u{65E5}", "1975\u{5E74}2\u{6708}9\u{65E5}"),
        ("3\u{6708}2\u{65E5}", "2\u{6708}9\u{65E5}"),
        ("1975\u{B144} 3\u{C6D4} 2\u{C77C}", "1975\u{B144} 2\u{C6D4} 9\u{C77C}"),
        ("M\u{E4}rz 1975", "Februar 1975"),
        ("marzo de 1975", "febrero de 1975"),
        ("50\u{5E74}3\u{6708}2\u{65E5}", "[DATE]\u{65E5}"),
    ] {
        check(Mode::Scrub, Some(-21), &format!("am {raw} hier"), &format!("am {expected} hier"));
    }
    check(Mode::Scrub, None, "geb. 2. M\u{E4}rz 1975 in", "geb. 1975 in");
    for kept in ["Mayo Clinic", "12 sept", "5 marks", "mars 12"] {
        check(Mode::Scrub, Some(-21), kept, kept);
    }
}

/// What could be of two months is what a field has (2 March 1945), else what the message's country
/// writes.
#[test]
fn the_month_of_a_date_is_that_of_the_message() {
    let header = "MSH|^~\\&|A|B|C|D|20230601||ADT^A08|1|P|2.5.1|||||";
    for (behind, raw, expected) in [
        ("", "02/03/1945 03/02/1945", "09/02/1945 02/09/1945"),
        ("", "04/05/2020", "03/15/2020"),
        ("USA", "04/05/2020 3-2-19", "03/15/2020 2-9-19"),
        ("GBR", "04/05/2020 3-2-19", "13/04/2020 13-1-19"),
        ("GBR", "03/02/1945", "02/09/1945"),
        ("|UNICODE UTF-8|de", "04/05/2020", "13/04/2020"),
        ("|UNICODE UTF-8|en-GB", "04/05/2020", "03/15/2020"),
        ("DEU", "04.05.2020, 2020-05-04, 04/25/2020", "13.04.2020, 2020-04-13, 04/04/2020"),
    ] {
        let header = format!("{header}{behind}");
        let out = cleaned_in(header.as_bytes(), Mode::Scrub, Some(-21), raw.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), expected, "{behind} {raw}");
    }
}

#[test]
fn a_year_of_two_digits_ends_a_date() {
    // Behind a month in letters, where nothing follows that it could be the number of.
    check(Mode::Scrub, Some(-21), "on 12 mar 48, then", "on 20 feb 48, then");
    check(Mode::Scrub, Some(-21), "on 12 Mar 48", "on 20 Feb 48");
    for kept in ["12 mar 48 mg", "12 mar 48%"] {
        check(Mode::Scrub, Some(-21), kept, kept);
    }
}

#[test]
fn numbers_and_streets_of_other_countries_are_found() {
    for (raw, expected) in [
        ("+49 171 1234567", "+[PHONE]"),
        ("+49 (0) 171 1234567", "+[PHONE]"),
        ("+44 (0)20 7946 0958", "+[PHONE]"),
        ("0033 1 23 45 67 89", "[PHONE]"),
        ("0049-171-1234567", "[PHONE]"),
        ("0171 23456789", "[PHONE]"),
        ("030/1234567", "[PHONE]"),
        ("01 23 45 67 89", "[PHONE]"),
        ("01.23.45.67.89", "[PHONE]"),
        ("03-1234-5678", "[PHONE]"),
        ("Telefon 2345678", "Telefon [PHONE]"),
        ("Hauptstra\u{DF}e 12", "[ADDRESS]"),
        ("Vrandtzer Str. 5a", "[ADDRESS]"),
        ("Vrandtzweg 7", "[ADDRESS]"),
        ("Kerkstraat 112", "[ADDRESS]"),
        ("Rue de la Paix 5", "[ADDRESS]"),
        ("12, rue de Vrandt", "[ADDRESS]"),
        ("Calle Mayor 3", "[ADDRESS]"),
        ("Via Vrandtzo 12", "[ADDRESS]"),
    ] {
        scrubs(&format!("in {raw}, hier"), &format!("in {expected}, hier"));
    }
    for kept in [
        "via IV 3 times daily",
        "given via Foley",
        "rue the day",
        "Platz 12",
        "00093-0147-01",
        "ratio 01:23",
        "Brigade 5",
        "02 10 44 12 of them",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn numbers_of_the_message_are_found_in_any_form() {
    for (raw, expected) in [
        ("chart 482_913_756", "chart [ID]"),
        ("chart 482,913,756", "chart [ID]"),
        ("chart 4 8 2 9 1 3 7 5 6", "chart [ID]"),
        ("chart 48291\\.br\\3756", "chart [ID]"),
        // The number of KQX0098765 without its letters.
        ("chart 98765", "chart [ID]"),
        // Arabic and full-width digits.
        ("chart \u{664}\u{668}\u{662}\u{669}\u{661}\u{663}\u{667}\u{665}\u{666}", "chart [ID]"),
        (
            "chart \u{FF14}\u{FF18}\u{FF12}\u{FF19}\u{FF11}\u{FF13}\u{FF17}\u{FF15}\u{FF16}",
            "chart [ID]",
        ),
    ] {
        scrubs(raw, expected);
    }
    check(Mode::Drop, None, "oral a@", "");
}

#[test]
fn dates_are_found_in_other_forms() {
    // 2 March 1975 less 21 days is 9 February 1975.
    for (raw, expected) in [
        ("2. 3. 1975", "9. 2. 1975"),
        ("02 / 03 / 1975", "01 / 13 / 1975"),
        ("03/02 1975", "02/09 1975"),
        ("02 03 1975", "01 13 1975"),
        ("1975 03 02", "1975 02 09"),
        ("1975_03_02", "1975_02_09"),
        ("2.3.75", "9.2.75"),
        ("3-2-75", "2-9-75"),
        ("02MAR75", "09FEB75"),
        ("03021975", "02091975"),
        ("DOB19750302", "DOB19750209"),
        ("1975 March 2", "1975 February 9"),
        ("1975. m\u{E1}rcius 2", "1975. februar 9"),
        ("2. b\u{159}ezna 1975", "9. unora 1975"),
        ("M\u{E4}rz 2, 1975", "Februar 9, 1975"),
        ("March of 1975", "February of 1975"),
        ("1975-03", "1975-02"),
        ("2 \u{43C}\u{430}\u{440}\u{442}\u{430} 1975", "1975"),
        ("1975-W09-7", "[DATE]"),
        ("1975-061", "[DATE]"),
        ("2.III.1975", "[DATE]"),
        ("S50.3.2", "[DATE]"),
    ] {
        check(Mode::Scrub, Some(-21), &format!("am {raw} hier"), &format!("am {expected} hier"));
    }
    check(Mode::Scrub, Some(-21), "DOB 020375", "DOB [DATE]");
    for kept in ["T12.1 level", "6-8-10 weeks", "12 IV 3 mg", "10 - 12 mm", "2000-500 U"] {
        check(Mode::Scrub, Some(-21), kept, kept);
    }
}

#[test]
fn ages_over_89_are_found_in_words_and_other_languages() {
    for (raw, expected) in [
        ("a ninety-two year old man", "a [AGE] year old man"),
        ("ninety two years old", "[AGE] years old"),
        ("one hundred and two years old", "[AGE] years old"),
        ("aged ninety-seven", "aged [AGE]"),
        ("in her nineties", "in her [AGE]"),
        ("a centenarian", "a [AGE]"),
        ("97y man", "[AGE]y man"),
        ("97F with pain", "[AGE]F with pain"),
        ("pt is a 97 M.", "pt is a [AGE] M."),
        ("a 97 female", "a [AGE] female"),
        ("in her 90s, early 90s", "in her [AGE]s, early [AGE]s"),
        ("her 97th birthday", "her [AGE]th birthday"),
        ("97-j\u{E4}hrige Patientin", "[AGE]-j\u{E4}hrige Patientin"),
        ("97 Jahre alt", "[AGE] Jahre alt"),
        ("97 ans", "[AGE] ans"),
        ("97 a\u{F1}os", "[AGE] a\u{F1}os"),
        ("97\u{6B73}", "[AGE]\u{6B73}"),
    ] {
        scrubs(raw, expected);
    }
    for kept in [
        "temp 97F",
        "sats in the 90s",
        "98 F now",
        "ninety percent",
        "one hundred mg",
        "in the nineties",
        "85-j\u{E4}hrige",
        "ninety days",
        "97 years ago",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn short_dates_with_hyphens_are_dates() {
    for (raw, expected) in [
        ("seen on 9-7-24, again 9-17-24", "seen on 8-17-24, again 8-27-24"),
        ("Given on 1-5-24", "Given on 12-15-23"),
        ("appt 3-4-24", "appt 2-12-24"),
    ] {
        check(Mode::Scrub, Some(-21), raw, expected);
    }
    for kept in ["6-8-10 weeks", "doses 10-12-20 mg", "1-0-1", "0-10-20", "8-9-9", "T2-3-10"] {
        check(Mode::Scrub, Some(-21), kept, kept);
    }
}

/// 17 March 1940 less 231 days.
#[test]
fn a_short_year_is_the_last_one_so_called() {
    for (raw, expected) in
        [("Mar. 17, '40", "Jul. 30, '39"), ("3/17/40", "7/30/39"), ("3/17/23", "7/29/22")]
    {
        check(Mode::Scrub, Some(-231), raw, expected);
    }
}

#[test]
fn serial_numbers_and_plates_are_found() {
    for (raw, expected) in [
        ("Serial number: PJN123456H", "Serial number: [ID]"),
        ("SN: PJN123456H", "SN: [ID]"),
        ("pump S/N PJN123456H", "pump S/N [ID]"),
        ("device #PJN123456H", "device #[ID]"),
        ("plate ABC 1234", "plate [ID]"),
        ("plate # ABC1234", "plate # [ID]"),
        ("SN 4711-ABC-99", "SN [ID]"),
        ("A213B1(21)12345 ok", "A213B1(21)[ID] ok"),
        ("VIN 1HGCM82633A004352", "VIN [ID]"),
    ] {
        scrubs(raw, expected);
    }
    for kept in [
        "plate 3.5 mm with 12 holes",
        "plate count 100000",
        "SN 4711",
        "1HGCM82643A004352",
        "number 5 of (21) and S/N ratio 12",
    ] {
        scrubs(kept, kept);
    }
}

#[test]
fn zip_codes_that_are_said_to_be_some_are_found() {
    for (raw, expected) in [
        ("Vrandtz IL 61602", "Vrandtz IL [ADDRESS]"),
        ("in Illinois 61602, again", "in Illinois [ADDRESS], again"),
        ("New York 10001", "New York [ADDRESS]"),
        ("Vrandtz, OR 97201-1234", "Vrandtz, OR [ADDRESS]"),
        ("ZIP 61602", "ZIP [ADDRESS]"),
        ("zip code 61602-4455", "zip code [ADDRESS]"),
        // Known, with four digits more.
        ("of 02139-1234", "of [ADDRESS]"),
    ] {
        scrubs(raw, expected);
    }
    for kept in ["heparin 5000 OR 10000 units", "GIVEN IN 10000 ML", "IL 10000.5", "count 61602"] {
        scrubs(kept, kept);
    }
}

#[test]
fn dates_with_words_for_the_day_or_the_year_are_dates() {
    // 3 March 2019 less 21 days is 10 February 2019.
    for (raw, expected) in [
        ("the third of March 2019", "the tenth of February 2019"),
        ("the third of march, 2019", "the tenth of february, 2019"),
        ("March third, 2019", "February tenth, 2019"),
        ("March the third 2019", "February the tenth 2019"),
        ("THIRD OF MARCH", "TENTH OF FEBRUARY"),
        ("since March third", "since February tenth"),
        ("ok; March third;", "ok; February tenth;"),
        ("the twenty-fourth of March 2019", "the third of March 2019"),
        ("the twenty fourth of March 2019", "the third of March 2019"),
        ("March third, two thousand nineteen", "February tenth, 2019"),
        ("March third, two thousand and nineteen", "February tenth, 2019"),
        ("the third of March, twenty nineteen", "the tenth of February, 2019"),
        ("am dritten M\u{E4}rz 2019", "am zehnten Februar 2019"),
        ("dritter M\u{E4}rz", "zehnten Februar"),
        ("am dritten April", "am dreizehnten March"),
        ("le 3 mars", "le 10 fevrier"),
        ("le trois mars 2019", "le dix fevrier 2019"),
        ("le trente et un mars 2019", "le dix mars 2019"),
        ("el tres de marzo de 2019", "el diez de febrero de 2019"),
        ("el treinta y uno de marzo", "el diez de marzo"),
        ("il tre gennaio 2019", "il tredici dicembre 2018"),
        ("drie maart 2019", "tien februari 2019"),
    ] {
        check(
            Mode::Scrub,
            Some(-21),
            &format!("seen {raw} here"),
            &format!("seen {expected} here"),
        );
        let kept = cleaned_in(USUAL, Mode::Scrub, None, format!("seen {raw} here").as_bytes());
        let kept = String::from_utf8(kept).unwrap();
        let raw = raw.to_lowercase();
        let words = raw.split([' ', ',']).filter(|word| word.len() > 4 && word.is_ascii());
        let said = |word: &str| word.parse::<u32>().is_err() && kept.to_lowercase().contains(word);
        assert!(!words.filter(|word| *word != "since").any(said), "{kept}");
    }
    for kept in [
        "you may first notice pain, in march second dose",
        "May first try ice. The second may fail, the third may be given",
        "a second March dose",
        "march on, one of March's",
        "THE THIRD MAY FAIL",
        "sept trois fois",
        "twenty nineteen",
    ] {
        check(Mode::Scrub, Some(-21), kept, kept);
    }
}

#[test]
fn years_of_birth_in_words_are_capped() {
    let births = |raw: &str| {
        let Some(Frame::Message(framed)) = Frames::new(USUAL).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        let scope = Scope::new(&message);
        let mut identity = Identity::default();
        identity.tell_births(true, Some(*b"20230601"), false);
        let context = Context { scope: &scope, identity: &identity, surrogates: None, days: None };
        let mut out = Vec::new();
        let found = &mut Found::default();
        Cleaner::new(Mode::Scrub).free_text(raw.as_bytes(), context, found, &mut out);
        String::from_utf8(out).unwrap()
    };
    for (raw, expected) in [
        ("born in nineteen thirty", "born in [DATE]"),
        ("born in nineteen twenty-nine", "born in [DATE]"),
        ("born in the year nineteen oh five.", "born in the year [DATE]."),
        ("year of birth: 1930", "year of birth: [DATE]"),
        ("Born in 1930", "Born in [DATE]"),
        ("born on the third of March nineteen thirty", "born on the [DATE]"),
        ("born in nineteen fifty", "born in nineteen fifty"),
        ("Born in 1950, nineteen thirty hours", "Born in 1950, nineteen thirty hours"),
        ("birth weight 1930 g", "birth weight 1930 g"),
    ] {
        assert_eq!(births(raw), expected);
    }
}

#[test]
fn post_boxes_and_coordinates_are_places() {
    for (raw, expected) in [
        ("PO Box 4471, P.O. Box 12", "PO Box [ADDRESS], P.O. Box [ADDRESS]"),
        ("at 42.3601, -71.0589 now", "at [ADDRESS] now"),
        ("42.36013,71.05891", "[ADDRESS]"),
    ] {
        scrubs(raw, expected);
    }
    for kept in ["box 12", "a lunch box 3", "0.1234, 5.6", "1.25, 2.50", "12.5000"] {
        scrubs(kept, kept);
    }
}

#[test]
fn places_in_a_genome_are_no_numbers_of_somebody() {
    for kept in [
        "rs113993960 found",
        "chr7:117559593-117559595",
        "NC_000007.14:g.117559593G>A",
        "ENST00000288602, RCV000007523",
    ] {
        scrubs(kept, kept);
    }
    scrubs("tube 117559593-117559595 7:117559593", "tube [ID]-[ID] 7:[ID]");
}
