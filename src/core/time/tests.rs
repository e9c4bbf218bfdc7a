use proptest::prelude::*;

use super::*;

fn at(raw: &str) -> Timestamp {
    Timestamp::parse(raw.as_bytes()).unwrap_or_else(|| panic!("{raw} is no time"))
}

fn iso(raw: &str) -> Option<String> {
    Timestamp::parse_iso(raw.as_bytes()).map(|t| t.to_string())
}

fn written_iso(raw: &str) -> String {
    let mut out = Vec::new();
    at(raw).write_iso(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn reads_every_precision() {
    for (raw, precision) in [
        ("2024", Precision::Year),
        ("202402", Precision::Month),
        ("20240229", Precision::Day),
        ("2024022923", Precision::Hour),
        ("202402292359", Precision::Minute),
        ("20240229235958", Precision::Second),
        ("20240229235958.1", Precision::Fraction(1)),
        ("20240229235958.1234", Precision::Fraction(4)),
        ("20240229235958.123456789", Precision::Fraction(9)),
    ] {
        assert_eq!(at(raw).precision(), precision);
        assert_eq!(at(raw).to_string(), raw);
        let ahead = format!("{raw}+0130");
        assert_eq!(at(&ahead).precision(), precision);
        assert_eq!(at(&ahead).offset(), Some(90));
        assert_eq!(at(&ahead).to_string(), ahead);
    }
    let t = at("20240229235958.0120-0500");
    assert_eq!((t.year(), t.month(), t.day()), (2024, 2, 29));
    assert_eq!((t.hour(), t.minute(), t.second(), t.nanosecond()), (23, 59, 58, 12_000_000));
    assert_eq!(t.offset(), Some(-300));
    let t = at("2024");
    assert_eq!((t.month(), t.day(), t.hour(), t.offset()), (1, 1, 0, None));
    assert_eq!(at("2024-0000").to_string(), "2024+0000");
    assert_eq!(at("2024+1459").offset(), Some(899));
}

#[test]
fn refuses_what_is_no_time() {
    for raw in [
        "",
        "\"\"",
        "2",
        "202",
        "20240",
        "0000",
        "000001",
        "202400",
        "202413",
        "20240100",
        "20240132",
        "20240431",
        "20230229",
        "19000229",
        "2024010124",
        "202401012360",
        "20240101235960",
        "20240101235961",
        "20240101235959.",
        "20240101235959.1234567890",
        "2024010123.5",
        "202401012359.5",
        "20240101235959,5",
        "2024+",
        "2024+1",
        "2024+010",
        "2024+1500",
        "2024+0160",
        "2024+01000",
        "2024+01:00",
        "2024++0100",
        "+0100",
        "-2024",
        "2024-01-01",
        " 2024",
        "2024 ",
        "20240101T10",
        "2024010110Z",
        "2O24",
        "20240101235959.1x",
    ] {
        assert_eq!(Timestamp::parse(raw.as_bytes()), None, "{raw}");
    }
    for long in [b'0', b'9', b'.', b'+', b'\xB2'] {
        assert_eq!(Timestamp::parse(&vec![long; 1 << 20]), None);
        let mut fraction = b"20240101235959.".to_vec();
        fraction.resize(1 << 20, long);
        assert_eq!(Timestamp::parse(&fraction), None);
        assert_eq!(Timestamp::parse_iso(&fraction), None);
        assert_eq!(Time::parse(&vec![long; 1 << 20]), None);
    }
}

#[test]
fn what_is_read_at_once_is_read_as_in_parts() {
    for from in ["20240229235959", "00010101000000", "19991231093015"] {
        for at in 0..14 {
            for b in 0..=u8::MAX {
                let mut raw = from.as_bytes().to_vec();
                raw[at] = b;
                let at_once = Timestamp::parse(&raw);
                // With an offset behind it all is read two digits at a time.
                let in_parts = Timestamp::parse(&[&raw[..], b"+0000"].concat());
                assert_eq!(at_once, in_parts.map(|time| time.with_offset(None)), "{b:#x} at {at}");
            }
        }
    }
}

#[test]
fn knows_leap_years() {
    for year in ["2000", "2024", "1600", "0004", "2400"] {
        assert!(Timestamp::parse(format!("{year}0229").as_bytes()).is_some(), "{year}");
    }
    for year in ["1900", "2100", "2023", "0100", "2200"] {
        assert!(Timestamp::parse(format!("{year}0229").as_bytes()).is_none(), "{year}");
    }
}

#[test]
fn reads_the_precision_codes_of_ts() {
    let ts = |time: &str, code: &str| {
        Timestamp::parse_ts(time.as_bytes(), code.as_bytes()).map(|t| t.to_string())
    };
    let full = "19990102030405.67+0100";
    assert_eq!(ts(full, "Y").as_deref(), Some("1999+0100"));
    assert_eq!(ts(full, "L").as_deref(), Some("199901+0100"));
    assert_eq!(ts(full, "D").as_deref(), Some("19990102+0100"));
    assert_eq!(ts(full, "H").as_deref(), Some("1999010203+0100"));
    assert_eq!(ts(full, "M").as_deref(), Some("199901020304+0100"));
    assert_eq!(ts(full, "S").as_deref(), Some("19990102030405+0100"));
    assert_eq!(ts(full, "").as_deref(), Some(full));
    assert_eq!(ts(full, "X").as_deref(), Some(full));
    assert_eq!(ts("199901", "M").as_deref(), Some("199901"));
    assert_eq!(ts("199913", "M"), None);
}

#[test]
fn reads_iso() {
    for (raw, hl7) in [
        ("2024", "2024"),
        ("2024-01", "202401"),
        ("2024-01-31", "20240131"),
        ("2024-01-31T10", "2024013110"),
        ("2024-01-31T10:20", "202401311020"),
        ("2024-01-31 10:20", "202401311020"),
        ("2024-01-31t10:20:30z", "20240131102030+0000"),
        ("2024-01-31T10:20:30", "20240131102030"),
        ("2024-01-31T10:20:30.123", "20240131102030.123"),
        ("2024-01-31T10:20:30,123", "20240131102030.123"),
        ("2024-01-31T10:20Z", "202401311020+0000"),
        ("2024-01-31T10:20:30.123+01:00", "20240131102030.123+0100"),
        ("2024-01-31 10:20:30-0130", "20240131102030-0130"),
        ("2024-01-31T10+01:00", "2024013110+0100"),
    ] {
        assert_eq!(iso(raw).as_deref(), Some(hl7), "{raw}");
    }
    for raw in [
        "",
        "20240131",
        "2024-1-31",
        "2024-13",
        "2024-02-30",
        "2024-01-31T",
        "2024-01-31T1",
        "2024-01-31T1020",
        "2024-01-31T10:2030",
        "2024-01-31T24:00",
        "2024-01-31T10:20:30.",
        "2024-01-31T10:20Z+01:00",
        "2024-01-31T10:20+01:",
        "2024-01-31T10:20+1",
        "2024-01-31  10:20",
        "2024-01-31Z",
        "2024-",
        "2024-01-",
        "2024-01-31T10:20ZZ",
        "2024-01-31T10:20:60",
        "0000-01-01",
        "2024-01-31T10:20+15:00",
    ] {
        assert_eq!(iso(raw), None, "{raw}");
    }
}

#[test]
fn writes_iso() {
    assert_eq!(written_iso("2024"), "2024");
    assert_eq!(written_iso("202401+0100"), "2024-01");
    assert_eq!(written_iso("00010101"), "0001-01-01");
    assert_eq!(written_iso("2024013110"), "2024-01-31T10");
    assert_eq!(written_iso("202401311020-0000"), "2024-01-31T10:20Z");
    assert_eq!(written_iso("20240131102030-0330"), "2024-01-31T10:20:30-03:30");
    assert_eq!(written_iso("20240131102030.0500+0100"), "2024-01-31T10:20:30.0500+01:00");
}

#[test]
fn reads_and_writes_times_of_day() {
    for raw in ["00", "23", "2359", "235959", "235959.1", "235959.0001-0500", "01+1400"] {
        assert_eq!(Time::parse(raw.as_bytes()).unwrap().to_string(), raw);
    }
    for raw in ["", "2", "24", "2360", "235960", "235", "23:59", "235959.", "+0100", "01+01:00"] {
        assert_eq!(Time::parse(raw.as_bytes()), None, "{raw}");
    }
    let t = Time::parse(b"102030.5+0100").unwrap();
    assert_eq!((t.hour(), t.minute(), t.second()), (10, 20, 30));
    assert_eq!((t.nanosecond(), t.offset()), (500_000_000, Some(60)));
    assert_eq!(t.precision(), Precision::Fraction(1));
    assert_eq!(t.truncated(Precision::Minute).to_string(), "1020+0100");
    assert_eq!(t.truncated(Precision::Year).to_string(), "10+0100");
    let mut out = Vec::new();
    t.write_iso(&mut out);
    assert_eq!(out, b"10:20:30.5+01:00");
    let time = |raw: &[u8]| Time::parse(raw).unwrap();
    assert_eq!(time(b"10").compare(&time(b"1000")), Ordering::Equal);
    assert_eq!(time(b"10+0100").compare(&time(b"0930+0000")), Ordering::Less);
    assert_eq!(time(b"10+0100").compare(&time(b"0930")), Ordering::Greater);
}

#[test]
fn compares_instants_and_local_clocks() {
    for (a, b, order) in [
        ("2024", "20240101", Ordering::Equal),
        ("2024", "20240101000000.000", Ordering::Equal),
        ("2024", "202402", Ordering::Less),
        ("20240131102030.5", "20240131102030.25", Ordering::Greater),
        // The same instant, and the day before in UTC.
        ("202401010030+0100", "202312312330+0000", Ordering::Equal),
        ("202401010030+0100", "202312312331+0000", Ordering::Less),
        // Only one has an offset, so clocks are compared.
        ("202401010030+0100", "202312312331", Ordering::Greater),
        ("000101010000+1400", "00010101+0000", Ordering::Less),
        ("99991231-1400", "99991231235959", Ordering::Less),
    ] {
        assert_eq!(at(a).compare(&at(b)), order, "{a} {b}");
        assert_eq!(at(b).compare(&at(a)), order.reverse(), "{b} {a}");
    }
    assert_ne!(at("2024"), at("20240101"));
    assert!(Precision::Second < Precision::Fraction(1));
    assert!(Precision::Fraction(1) < Precision::Fraction(4));
    assert!(Precision::Year < Precision::Month);
}

#[test]
fn truncates() {
    let t = at("20241231235958.987654");
    for (precision, expected) in [
        (Precision::Year, "2024"),
        (Precision::Month, "202412"),
        (Precision::Day, "20241231"),
        (Precision::Hour, "2024123123"),
        (Precision::Minute, "202412312359"),
        (Precision::Second, "20241231235958"),
        (Precision::Fraction(0), "20241231235958"),
        (Precision::Fraction(3), "20241231235958.987"),
        (Precision::Fraction(6), "20241231235958.987654"),
        (Precision::Fraction(9), "20241231235958.987654"),
        (Precision::Fraction(200), "20241231235958.987654"),
    ] {
        assert_eq!(t.truncated(precision).to_string(), expected);
        // Nothing is left below, or it would not be equal to what is read.
        assert_eq!(t.truncated(precision), at(expected));
    }
    assert_eq!(at("2024").truncated(Precision::Second), at("2024"));
    assert_eq!(at("202405").truncated(Precision::Day), at("202405"));
}

#[test]
fn counts_days() {
    for (day, (year, month, of_month)) in [
        (0, (1970, 1, 1)),
        (-1, (1969, 12, 31)),
        (31, (1970, 2, 1)),
        (365, (1971, 1, 1)),
        (10_957, (2000, 1, 1)),
        (11_016, (2000, 2, 29)),
        (19_782, (2024, 2, 29)),
        // The epochs of NTP and of the modified Julian day.
        (-25_567, (1900, 1, 1)),
        (-40_587, (1858, 11, 17)),
        (-719_162, (1, 1, 1)),
        (2_932_896, (9999, 12, 31)),
    ] {
        assert_eq!(days_from_civil(year, month, of_month), day);
        assert_eq!(civil_from_days(day), Some((year, month, of_month)));
    }
    for outside in [i32::MIN, -719_163, 2_932_897, i32::MAX] {
        assert_eq!(civil_from_days(outside), None);
    }
    let mut last = None;
    for day in -719_162..=2_932_896 {
        let (year, month, of_month) = civil_from_days(day).unwrap();
        assert_eq!(days_from_civil(year, month, of_month), day);
        assert!((1..=days_of_month(year, month)).contains(&of_month));
        assert!(last < Some((year, month, of_month)));
        last = Some((year, month, of_month));
    }
    // Whatever is given, nothing overflows.
    for month in [0, 13, u8::MAX] {
        let _ = days_from_civil(u16::MAX, month, u8::MAX) + days_from_civil(0, month, 0);
    }
}

#[test]
fn adds_days() {
    let add = |raw: &str, days| at(raw).add_days(days).map(|t| t.to_string());
    assert_eq!(add("20240228", 1).as_deref(), Some("20240229"));
    assert_eq!(add("20230228", 1).as_deref(), Some("20230301"));
    assert_eq!(add("20240101", -1).as_deref(), Some("20231231"));
    assert_eq!(add("20240101235959.9+0100", 366).as_deref(), Some("20250101235959.9+0100"));
    assert_eq!(add("202401", 30).as_deref(), Some("202401"));
    assert_eq!(add("202401", 31).as_deref(), Some("202402"));
    assert_eq!(add("2024", -1).as_deref(), Some("2023"));
    assert_eq!(at("202401").add_days(40), Some(at("202402")));
    assert_eq!(add("99991231", 1), None);
    assert_eq!(add("00010101", -1), None);
    assert_eq!(add("2024", i32::MAX), None);
    assert_eq!(add("1969", i32::MIN), None);
}

/// Times of every precision, as HL7 writes them.
fn timestamps() -> impl Strategy<Value = Timestamp> {
    let clock = (0..24_u32, 0..60_u32, 0..60_u32, 0..1_000_000_000_u32);
    let offset = prop::option::of((-14..=14_i32, 0..60_i32));
    (-719_162..=2_932_896, clock, offset, 0..16_u8).prop_map(|(day, clock, offset, cut)| {
        let (year, month, day) = civil_from_days(day).unwrap();
        let (h, m, s, n) = clock;
        let offset = offset.map_or(String::new(), |(h, m)| format!("{h:+03}{m:02}"));
        let raw = format!("{year:04}{month:02}{day:02}{h:02}{m:02}{s:02}.{n:09}{offset}");
        at(&raw).truncated(match cut {
            0 => Precision::Year,
            1 => Precision::Month,
            2 => Precision::Day,
            3 => Precision::Hour,
            4 => Precision::Minute,
            5 | 6 => Precision::Second,
            n => Precision::Fraction(n - 6),
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(t in timestamps()) {
        prop_assert_eq!(Timestamp::parse(t.to_string().as_bytes()), Some(t));
        let mut out = Vec::new();
        t.write_iso(&mut out);
        let back = Timestamp::parse_iso(&out).unwrap();
        let mut expected = t;
        if t.precision() < Precision::Hour {
            expected.clock.offset = None;
        }
        prop_assert_eq!(back, expected);
        out.clear();
        t.clock.write_hl7(&mut out);
        if t.precision() >= Precision::Hour {
            prop_assert_eq!(Time::parse(&out), Some(t.clock));
        }
    }

    #[test]
    fn days_added_are_taken_away(t in timestamps(), days in -40_000..40_000) {
        let t = if t.precision() < Precision::Day { at("20240131") } else { t };
        if let Some(moved) = t.add_days(days) {
            prop_assert_eq!(moved.add_days(-days), Some(t));
            prop_assert_eq!(t.compare(&moved), 0.cmp(&days));
        }
    }

    #[test]
    fn cutting_goes_back_at_most(t in timestamps(), other in timestamps()) {
        let cut = t.truncated(other.precision());
        prop_assert!(cut.precision() <= t.precision());
        prop_assert!(cut.precision() <= other.precision());
        prop_assert_ne!(cut.compare(&t), Ordering::Greater);
        prop_assert_eq!(cut.truncated(other.precision()), cut);
        prop_assert_eq!(t.compare(&other), other.compare(&t).reverse());
    }

    #[test]
    fn any_bytes_are_read_or_refused(raw: Vec<u8>, like in "[0-9+.:TZ -]{0,30}") {
        for bytes in [raw.as_slice(), like.as_bytes()] {
            let _ = Timestamp::parse_iso(bytes);
            let _ = Time::parse(bytes);
            if let Some(t) = Timestamp::parse(bytes) {
                prop_assert_eq!(Timestamp::parse(t.to_string().as_bytes()), Some(t));
            }
        }
    }
}

#[test]
fn moves_to_another_offset() {
    let moved = |text: &str, offset| {
        let time = Timestamp::parse(text.as_bytes()).unwrap();
        time.at_offset(offset).map(|time| time.to_string())
    };
    assert_eq!(moved("20240229233015.5-0100", 60).as_deref(), Some("20240301013015.5+0100"));
    assert_eq!(moved("202401010030+0100", 0).as_deref(), Some("202312312330+0000"));
    assert_eq!(moved("2024010110+0000", 330).as_deref(), Some("202401011530+0530"));
    assert_eq!(moved("20240101+0100", 0).as_deref(), Some("20240101+0100"));
    assert_eq!(moved("202401010030", 0), None);
    assert_eq!(moved("000101010000+0100", 0), None);
}

#[test]
fn minutes_are_added_to_what_is_known() {
    for (text, minutes, expected) in [
        ("202401312359", 1, Some("202402010000")),
        ("20240301000030.25-0500", -1, Some("20240229235930.25-0500")),
        ("2024013123", 60, Some("2024020100")),
        ("2024013123", 90, None),
        ("20240131", 60, None),
        ("202401", 0, None),
        ("999912312359", 1, None),
        ("202401010000", i32::MAX, Some("610701240207")),
        ("999901010001", i32::MAX, None),
    ] {
        let moved = Timestamp::parse(text.as_bytes()).unwrap().add_minutes(minutes);
        assert_eq!(moved.map(|t| t.to_string()).as_deref(), expected, "{text} {minutes}");
    }
}
