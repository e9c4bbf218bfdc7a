//! Numbers that were measured: none becomes another one.

use super::*;

const HEADER: &str = "MSH|^~\\&|A|B|C|D|20230105||ORU^R01|1|P|2.5";

/// What is measured may have the digits of somebody's number: no result becomes another one.
#[test]
fn no_result_becomes_another_one() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        let result = |number: &str, observation: &str, n: usize| {
            let pid = format!("PID|1||{number}^^^N^MR||DOE^JOHN||19400317|M|||||5551234");
            let mut settings = Settings::of(profile);
            settings.text = text::Mode::Scrub;
            let text = format!("{HEADER}\r{pid}\rOBX|1|{observation}");
            let (out, tally, rules) = with(&settings, "", text.as_bytes());
            let out = String::from_utf8(out).unwrap();
            let value = field(out.split('\r').nth(2).unwrap(), n).to_owned();
            (value, tally.residual_hits(&rules).any(|(_, n)| n > 0))
        };
        for (number, observation, n, stays) in [
            ("150000", "NM|777-3^Platelets^LN||150000|/uL|150000-400000", 5, "150000"),
            ("150000", "NM|777-3^Platelets^LN||150000|/uL|150000-400000", 7, "150000-400000"),
            ("150000", "NM|777-3^Platelets^LN||99|/uL|<150000", 7, "<150000"),
            ("150000", "SN|777-3^Platelets^LN||>^150000|/uL", 5, ">^150000"),
            ("150000", "SN|777-3^Platelets^LN||>^1500001", 5, ">^1500001"),
            ("15000", "NM|777-3^Platelets^LN||15000|/uL", 5, "15000"),
            ("15000", "NM|777-3^Platelets^LN||15000.5", 5, "15000.5"),
            ("15000", "NM|777-3^Platelets^LN||150000", 5, "150000"),
            ("1234567", "NM|777-3^Platelets^LN||12345678|/uL", 5, "12345678"),
            ("1234567", "NM|20447-9^HIV^LN||170000000|[IU]/mL", 5, "170000000"),
            ("99", "NM|777-3^Platelets^LN||5551234|/uL", 5, "5551234"),
            // So does one that stands in a text, as in most messages.
            ("150000", "ST|777-3^Platelets^LN||150000|10*3/uL", 5, "150000"),
            ("150000", "|777-3^Platelets^LN||150000|10*3/uL", 5, "150000"),
            ("150000", "TX|777-3^Platelets^LN||<150,000|10*3/uL", 5, "<150,000"),
            ("150000", "ST|777-3^Platelets^LN||150000-400000|/uL", 5, "150000-400000"),
            ("150000", "ST|777-3^Platelets^LN||150000~150001|/uL", 5, "150000~150001"),
            (
                "150000",
                "FT|777-3^Platelets^LN||plt 150000/uL, 150000 /uL",
                5,
                "plt 150000/uL, 150000 /uL",
            ),
            ("150000", "TX|777-3^Platelets^LN||WBC 150000 x10^9/L", 5, "WBC 150000 x10^9/L"),
            ("15000", "TX|777-3^Platelets^LN||heparin 15000 units", 5, "heparin 15000 units"),
        ] {
            let expected = (stays.to_owned(), false);
            assert_eq!(result(number, observation, n), expected, "{profile:?} {observation}");
        }
        for (number, observation, n) in [
            ("150000", "NM|777-3^Platelets^LN||150000", 5),
            ("150000", "NM|777-3^Platelets^LN||<150000", 5),
            ("150000", "NM|777-3^Platelets^LN||150000 about", 5),
            ("150000", "SN|777-3^Platelets^LN||>^150000", 5),
            ("150000", "NM|777-3^Platelets^LN||9||150000", 7),
            ("99", "NM|777-3^Platelets^LN||5551234", 5),
            ("99", "NM|777-3^Platelets^LN||555-1234|/uL", 5),
            ("150000", "ST|777-3^Platelets^LN||150000", 5),
            ("99", "NM|777-3^Platelets^LN||3128675309", 5),
            ("99", "NM|777-3^Platelets^LN||19400317", 5),
            // No amount has so many digits, and all of them.
            ("482913756", "NM|777-3^Platelets^LN||482913756|/uL", 5),
        ] {
            let expected = (String::new(), true);
            assert_eq!(result(number, observation, n), expected, "{profile:?} {observation}");
        }
    }
}

#[test]
fn no_amount_becomes_another_one() {
    for profile in [Profile::SafeHarbor, Profile::Pseudonymise, Profile::TestData] {
        let amount = |segment: &str, n: usize| {
            let pid = "PID|1||150000^^^N^MR||ZABRISKIE^JOHN||19400317|M";
            let text = format!("{HEADER}\r{pid}\r{segment}");
            let (out, tally, rules) = with(&Settings::of(profile), "", text.as_bytes());
            let out = String::from_utf8(out).unwrap();
            let value = field(out.split('\r').nth(2).unwrap(), n).to_owned();
            (value, tally.residual_hits(&rules).any(|(_, n)| n > 0))
        };
        // Nothing says what the number is of.
        for (segment, n) in [("RXE||A|150000", 3), ("FT1||||||||||150000", 10)] {
            assert_eq!(amount(segment, n), (String::new(), true), "{profile:?} {segment}");
        }
        for (segment, n, kept) in [
            ("OBR|1||||||||150000^mL", 9, "150000^mL"),
            ("FT1|||||||||||150000^USD", 11, "150000^USD"),
            ("FT1|||||||||||150000&USD^UP", 11, "150000&USD^UP"),
            ("TQ1|1|||||5^ann", 6, "5^ann"),
            ("SPM|1|||||||||||150000^mL&ml&UCUM", 12, "150000^mL&ml&UCUM"),
        ] {
            assert_eq!(amount(segment, n), (kept.to_owned(), false), "{profile:?} {segment}");
        }
        let (out, is_found) = amount("OBR|1||||||||150000^ZABRISKIE", 9);
        assert!(
            is_found && !["150000", "ZABRISKIE"].iter().any(|gone| out.contains(gone)),
            "{out}"
        );
    }
}
