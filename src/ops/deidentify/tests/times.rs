//! What becomes of days, times and ages.

use super::values::HEADER;
use super::values::one;
use super::*;

#[test]
fn clocks_that_were_never_set_tell_no_age() {
    let born = |sent: &str| {
        let text = format!(
            "MSH|^~\\&|A|B|C|D|{sent}||ORU^R01|1|P|2.5\nPID|1||5^^^H^MR||||19300305\nOBR|1||||||20240315"
        );
        field(&run(Profile::SafeHarbor, &text)[1], 7).to_owned()
    };
    for sent in ["", "1970", "19700101000000", "00000000", "99991231", "20240315", "2010"] {
        assert_eq!(born(sent), "", "{sent}");
    }
}

#[test]
fn ages_are_capped_as_they_are_written() {
    let age = |name: &str, code: &str, value: &str, units: &str| {
        one(Profile::SafeHarbor, &format!("OBX|1|{name}|{code}||{value}|{units}"), 5)
    };
    let code = "30525-0^Age^LN";
    assert_eq!(age("SN", code, "^93", "a"), "^90");
    assert_eq!(age("SN", code, ">^93", "a"), ">^90");
    assert_eq!(age("NM", code, "45~95", "a"), "45~90");
    assert_eq!(age("NM", code, "093.5", "a"), "90");
    assert_eq!(age("NM", code, "1116", "{month}"), "1080");
    assert_eq!(age("NM", code, "34000", "d"), "32850");
    assert_eq!(age("NM", code, "900", "d"), "900");
    assert_eq!(age("NM", "X^Y^L^30525-0^Age^LN", "93", "a"), "90");
    assert_eq!(age("NM", "AGE^Age", "93", "a"), "90");
    assert_eq!(age("NM", "35659-2^Age at specimen collection^LN", "93", ""), "90");
    assert!(!age("CE", code, "93^93 years^L", "a").contains("93"));
    // No age, and no unit of one.
    assert_eq!(age("NM", "2345-7^Glucose^LN", "93", ""), "93");
    assert_eq!(age("NM", "1^Gestational age^LN", "280", ""), "280");
    assert_eq!(age("NM", "1^Age percentile^L", "95", "%"), "95");
}

/// 72 fields are kept as dates of no person: nothing but a date or a time may stand in them.
#[test]
fn dates_of_products_are_dates() {
    for date in ["20240517", "2024", "202405171015-0500", "1015", "20240517101500.12", "2024-05-17"]
    {
        assert_eq!(one(Profile::SafeHarbor, &format!("OBX|1|NM|A^B||5|||||||{date}"), 12), date);
    }
    for other in ["3128675309", "219-09-9999", "(312)867-5309", "20231305", "219099999"] {
        let out = one(Profile::SafeHarbor, &format!("OBX|1|NM|A^B||5|||||||{other}"), 12);
        assert_ne!(out, other);
    }
}

/// In texts as in fields: a date without its year is that of the last year, which may be a leap year.
#[test]
fn a_date_without_a_year_moves_as_with_it() {
    for (sent, with_year, without) in [
        ("20240305", "5 March 2024", "5 March"),
        ("20240305", "1 March 2024", "1 March"),
        ("20240115", "28 December 2023", "28 December"),
        ("20250301", "29 January 2025", "29 January"),
    ] {
        let text = format!(
            "MSH|^~\\&|A|B|C|D|{sent}||ORU^R01|1|P|2.5\nPID|1||5^^^H^MR\nOBX|1|TX|1||{with_year}~{without}"
        );
        let settings = Settings { text: text::Mode::Scrub, ..Settings::of(Profile::Pseudonymise) };
        let (out, ..) = with(&settings, "", text.replace('\n', "\r").as_bytes());
        let out = String::from_utf8(out).unwrap();
        let [one, other] = field(out.split('\r').nth(2).unwrap(), 5)
            .split('~')
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        assert_eq!(one.rsplit_once(' ').unwrap().0, other, "{with_year} as {one}");
    }
}

/// As in texts, in which ages over 89 are found whatever the profile.
#[test]
fn ages_over_89_are_capped_in_every_profile() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        assert_eq!(one(profile, "OBX|1|NM|30525-0^Age^LN||93|a", 5), "90", "{profile:?}");
    }
}

#[test]
fn a_year_of_birth_moves_with_the_birth() {
    let of = |profile, born: &str, rest: &str| {
        let mut settings = Settings::of(profile);
        settings.text = text::Mode::Scrub;
        let text = format!("{HEADER}\rPID|1||7654321^^^N^MR||DOE^JOHN||{born}|M\r{rest}");
        let (out, ..) = with(&settings, "", text.as_bytes());
        let out = String::from_utf8(out).unwrap();
        let all: Vec<_> = out.split('\r').map(str::to_owned).collect();
        (field(&all[1], 7).get(..4).unwrap_or_default().to_owned(), all[2].clone())
    };
    // Moved by a week at least, the first of January is in the year before.
    for text in [
        "NTE|1||Born in #",
        "NTE|1||year of birth: #.",
        "OBX|1|NM|YOB^Year of birth||#",
        "OBX|1|ST|80904-6^Birth year^LN||#",
    ] {
        let text_of = |year: &str| text.replace('#', year);
        for year in ["1960", "2004"] {
            let (moved, out) = of(Profile::Pseudonymise, &format!("{year}0101"), &text_of(year));
            assert_eq!(out, text_of(&moved), "{year}");
            assert_ne!(moved, year);
            let (stays, out) = of(Profile::SafeHarbor, &format!("{year}0101"), &text_of(year));
            assert_eq!((stays.as_str(), out), (year, text_of(year)));
            // That of somebody else stays.
            let (_, out) = of(Profile::Pseudonymise, "19520101", &text_of(year));
            assert_eq!(out, text_of(year));
        }
        // Who is over 89 is told by no year.
        let (_, out) = of(Profile::SafeHarbor, "19520101", &text_of("1925"));
        assert!(!out.contains("1925"), "{out}");
    }
    let (_, out) = of(Profile::SafeHarbor, "19520101", "OBX|1|NM|1^Birth weight^L||1925|g");
    assert!(out.contains("1925"), "{out}");
}

#[test]
fn times_of_day_stay_in_intervals() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise] {
        let timing = |value: &str| one(profile, &format!("RXE|{value}"), 1);
        for kept in
            ["1^BID&0800,2000^D10^^^R", "^Q6H&0600,1200,1800,2359^D10", "^QD&08", "^QD&12:30:05"]
        {
            assert_eq!(timing(kept), kept);
        }
        assert!(!timing("1^BID&3128675309").contains("8675309"));
    }
}
