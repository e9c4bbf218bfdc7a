use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn surrogates(key: &str, style: Style) -> Surrogates {
    Surrogates::new(&Key::from_hex(key.as_bytes()).unwrap(), style)
}

fn made(surrogates: &Surrogates, kind: Kind, text: &str) -> String {
    let mut out = b"before ".to_vec();
    surrogates.write(kind, text.as_bytes(), &mut out);
    String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
}

/// A surrogate of a pseudonym.
fn of(kind: Kind, text: &str) -> String {
    made(&surrogates(KEY, Style::Pseudonym), kind, text)
}

/// Digits as `9` and letters as `A` and `a`.
fn form(text: &str) -> String {
    let shape = |c: char| match c {
        '0'..='9' => '9',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        _ => c,
    };
    text.chars().map(shape).collect()
}

fn is_token(text: &str) -> bool {
    let is_digit = |b: u8| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b));
    text.len() == 16 && text.bytes().all(is_digit)
}

#[test]
fn kinds_are_in_their_order() {
    assert!(KINDS.iter().enumerate().all(|(at, (kind, _))| *kind as usize == at));
    assert_eq!(Kind::Date as usize, KINDS.len());
}

#[test]
fn digits_stay_digits_in_their_places() {
    for text in ["123456", "000000", "0012345678", "12-345678", "123 45 6789", "1.2/3_4:5#6,7"] {
        let new = of(Kind::Id, text);
        assert_eq!(form(&new), form(text));
        assert_ne!(new, text);
    }
    assert_eq!(of(Kind::Id, " 123456\t"), of(Kind::Id, "123456"));
    let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), "");
    assert_eq!(digits(&of(Kind::Id, "12-345678")), of(Kind::Id, "12345678"));
    assert_ne!(of(Kind::Id, "00123456")[2..], of(Kind::Id, "123456"));
}

#[test]
fn letters_and_digits_keep_a_letter_and_their_case() {
    for text in ["A123", "MRN0012345", "ab12cd34", "W-12345", "a1b2-c3d4-e5f6"] {
        let new = of(Kind::Id, text);
        assert_eq!(new.len(), text.len());
        assert!(new.bytes().any(|b| b.is_ascii_alphabetic()), "{new}");
        for (old, new) in text.chars().zip(new.chars()) {
            assert_eq!(old.is_ascii_alphanumeric(), new.is_ascii_alphanumeric());
            assert!(old.is_ascii_alphanumeric() || old == new);
        }
        assert_eq!(of(Kind::Id, &text.to_uppercase()), new.to_uppercase());
        assert_eq!(of(Kind::Id, &text.to_lowercase()), new.to_lowercase());
    }
}

#[test]
fn other_identifiers_are_tokens() {
    let long = "9".repeat(77);
    let long_mixed = format!("A{}", "9".repeat(48));
    for text in [
        "1",
        "12345",
        "A12",
        "12-34",
        "Ä123456",
        "123456|7",
        "A&B123456",
        "---",
        &long,
        &long_mixed,
    ] {
        assert!(is_token(&of(Kind::Id, text)), "{text}");
    }
    assert_ne!(of(Kind::Id, "1-23"), of(Kind::Id, "12-3"));
    assert_eq!(of(Kind::Id, " a12"), of(Kind::Id, "A12"));
    assert_eq!(of(Kind::Id, &"9".repeat(76)).len(), 76);
}

#[test]
fn provider_identifiers_stay_such_and_nothing_else_becomes_one() {
    use crate::core::check_digit::is_npi;
    let surrogates = surrogates(KEY, Style::Pseudonym);
    let mut seen = HashSet::new();
    for n in 0..2000 {
        let nine = format!("{}", 100_000_000 + n * 99_991);
        let digit = crate::core::check_digit::npi(nine.as_bytes().try_into().unwrap()).unwrap();
        for last in [digit, b'0' + (digit - b'0' + 1 + (n % 9) as u8) % 10] {
            let number = format!("{nine}{}", char::from(last));
            let new = made(&surrogates, Kind::Id, &number);
            assert_eq!(is_npi(new.as_bytes()), is_npi(number.as_bytes()), "{number} {new}");
            assert!(seen.insert(new));
        }
    }
    assert_eq!(of(Kind::Id, "123-456-7893").replace('-', ""), of(Kind::Id, "1234567893"));
}

#[test]
fn universal_identifiers_keep_their_form() {
    let uuid = "550e8400-e29b-41d4-a716-446655440000";
    let new = of(Kind::Id, uuid);
    let lengths: Vec<_> = new.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert!(new.bytes().all(|b| matches!(b, b'-' | b'0'..=b'9' | b'a'..=b'f')), "{new}");
    assert!(new.as_bytes()[14] == b'8' && b"89ab".contains(&new.as_bytes()[19]), "{new}");
    assert_eq!(of(Kind::Id, &uuid.to_uppercase()), new.to_uppercase());
    let new = of(Kind::Id, "1.2.840.113619.2.176");
    assert!(new.strip_prefix("2.25.").unwrap().parse::<u128>().unwrap() > 1 << 100, "{new}");
    assert_eq!(form(&of(Kind::Id, "123.456.789")), "999.999.999");
}

#[test]
fn security_numbers_are_those_of_nobody() {
    for text in ["123-45-6789", "123456789", "912 45 6789"] {
        let new = of(Kind::Ssn, text);
        assert!(new.starts_with('9') && new != text, "{new}");
        assert_eq!(form(&new), form(text));
    }
    assert_eq!(of(Kind::Ssn, "123-45-6789").replace('-', ""), of(Kind::Ssn, "123456789"));
    assert_eq!(form(&of(Kind::Ssn, "6789")), "9999");
    assert!(is_token(&of(Kind::Ssn, "unknown")));
}

#[test]
fn telephone_numbers_are_in_area_555() {
    for (text, expected) in [
        ("(212)867-5309", "(555)999-9999"),
        ("2128675309", "5559999999"),
        ("+1 212-867-5309", "+1 555-999-9999"),
        ("1.212.867.5309", "1.555.999.9999"),
        ("867-5309", "999-9999"),
        ("+44 20 7946 0958", "+55 59 9999 9999"),
        ("(212)867-5309X123", "(555)999-9999X999"),
        ("212 867 5309 ext. 12", "555 999 9999 ext. 99"),
        ("(212)867-5309CASK FOR ANN", "(555)999-9999"),
    ] {
        let new = of(Kind::Phone, text);
        let area = expected
            .bytes()
            .zip(new.bytes())
            .all(|(e, n)| n == e || (e == b'9' && n.is_ascii_digit()));
        assert!(area && new.len() == expected.len(), "{text}: {new}");
        assert_ne!(new, text);
    }
    let digits = |text| of(Kind::Phone, text).replace(|c: char| !c.is_ascii_digit(), "");
    for text in ["(212)867-5309", "212.867.5309", "(212)867-5309CASK"] {
        assert_eq!(digits(text), digits("2128675309"));
    }
    assert_eq!(digits("+1 212-867-5309")[1..], digits("2128675309"));
    assert!(is_token(&of(Kind::Phone, "NONE")));
}

#[test]
fn telephone_numbers_in_parts() {
    let surrogates = surrogates(KEY, Style::Pseudonym);
    let whole = made(&surrogates, Kind::Phone, "(212)867-5309");
    let digits = surrogates.phone_digits(b"212 867-5309").unwrap();
    assert_eq!(surrogates.phone_digits(b"1-212-867-5309"), Some(digits));
    assert_eq!(surrogates.phone_digits(b"867-5309"), None);
    let mut out = b"(".to_vec();
    lay_out(b"212", &digits[..3], &mut out);
    out.push(b')');
    lay_out(b"867-5309", &digits[3..], &mut out);
    assert_eq!(out, whole.as_bytes());
}

#[test]
fn names_are_other_names_in_their_case() {
    for kind in [Kind::Family, Kind::Given] {
        let title = of(kind, "Müller");
        let list = if kind == Kind::Family { &table::FAMILY } else { &table::GIVEN };
        assert!(list.contains(&title.as_str()));
        assert_eq!(of(kind, "MULLER"), title.to_uppercase());
        assert_eq!(of(kind, "müller"), title.to_lowercase());
        assert_eq!(of(kind, " Mu\u{308}l-ler "), title);
        for name in list.iter() {
            assert_ne!(of(kind, name).to_lowercase(), name.to_lowercase());
        }
        assert!(list.contains(&of(kind, "山田").as_str()));
    }
    assert_ne!(of(Kind::Family, "Quill"), of(Kind::Given, "Quill"));
    assert_eq!(of(Kind::Family, "O'BRIEN"), of(Kind::Family, "OBRIEN"));
}

#[test]
fn initials_become_other_initials() {
    for letter in 'A'..='Z' {
        let new = of(Kind::Given, &letter.to_string());
        assert!(new.len() == 1 && new.bytes().all(|b| b.is_ascii_uppercase()));
        assert_ne!(new, letter.to_string());
        assert_eq!(of(Kind::Given, &format!("{letter}.")), format!("{new}."));
        assert_eq!(of(Kind::Given, &letter.to_lowercase().to_string()), new.to_lowercase());
    }
}

#[test]
fn addresses_of_the_net_are_kept_for_documentation() {
    let email = of(Kind::Email, "Ann.Smith@hospital.org");
    assert!(is_token(&email.strip_suffix("@example.org").unwrap().to_uppercase()), "{email}");
    assert_eq!(of(Kind::Email, "ann.smith@HOSPITAL.org"), email);
    let url = of(Kind::Url, "http://hospital.org/ann");
    assert!(is_token(&url.strip_prefix("https://example.org/").unwrap().to_uppercase()), "{url}");
    assert!(of(Kind::Url, "10.1.2.3").starts_with("192.0.2."));
    let v6 = of(Kind::Url, "fe80::1");
    assert!(v6.starts_with("2001:db8:") && v6.parse::<std::net::Ipv6Addr>().is_ok(), "{v6}");
}

#[test]
fn addresses_are_tokens_or_invented() {
    let test_data = surrogates(KEY, Style::TestData);
    for (kind, text, list) in [
        (Kind::Street, "12 Main St", &table::STREETS),
        (Kind::Place, "Boston", &table::CITIES),
        (Kind::Organisation, "General Hospital", &table::EMPLOYERS),
    ] {
        assert!(is_token(&of(kind, text)));
        let new = made(&test_data, kind, text);
        let name = if kind == Kind::Street { new.split_once(' ').unwrap().1 } else { &new };
        assert!(list.contains(&name), "{new}");
        assert_eq!(made(&test_data, kind, &text.to_uppercase()), new.to_uppercase());
    }
    let number = made(&test_data, Kind::Street, "12 Main St");
    let number: u32 = number.split_once(' ').unwrap().0.parse().unwrap();
    assert!((1..=9999).contains(&number));
    assert_eq!(of(Kind::Zip, "02139-4307"), "021");
    assert_eq!(of(Kind::Zip, "03601"), "000");
    assert_eq!(of(Kind::Zip, "M5V 3L9"), "");
    let zip = made(&test_data, Kind::Zip, "02139-4307");
    assert!(zip.starts_with("021") && form(&zip) == "99999", "{zip}");
}

#[test]
fn tokens_for_all_kinds() {
    let surrogates = surrogates(KEY, Style::Token);
    let mut seen = HashSet::new();
    for (kind, _) in KINDS {
        let token = made(&surrogates, kind, "2128675309");
        assert!(is_token(&token), "{token}");
        assert!(seen.insert(token));
    }
    let token = |kind, text| made(&surrogates, kind, text);
    assert_eq!(token(Kind::Ssn, "123-45-6789"), token(Kind::Ssn, "123456789"));
    assert_eq!(token(Kind::Phone, "+1 (212)867-5309"), token(Kind::Phone, "2128675309"));
    assert_eq!(token(Kind::Id, "a12"), token(Kind::Id, "A12 "));
    assert_ne!(token(Kind::Id, "1-23"), token(Kind::Id, "12-3"));
}

#[test]
fn nothing_has_no_surrogate() {
    for style in [Style::Token, Style::Pseudonym, Style::TestData] {
        let surrogates = surrogates(KEY, style);
        for (kind, _) in KINDS {
            assert_eq!(made(&surrogates, kind, ""), "");
            assert_eq!(made(&surrogates, kind, " "), "");
        }
        assert_eq!(made(&surrogates, Kind::Date, "20230105"), "");
    }
}

#[test]
fn dates_are_moved_by_whole_weeks_into_the_past() {
    let (surrogates, other) = (surrogates(KEY, Style::Pseudonym), surrogates(OTHER, Style::Token));
    let days: Vec<_> = (0..2000).map(|n| surrogates.days(format!("MRN{n}").as_bytes())).collect();
    assert!(days.iter().all(|days| days % 7 == 0 && (-364..=-7).contains(days)));
    assert_eq!(days.iter().collect::<HashSet<_>>().len(), 52);
    assert_eq!(surrogates.days(b"00123"), surrogates.days(b"123"));
    assert_eq!(surrogates.days(b"a-12"), surrogates.days(b" A12"));
    assert!((0..100).any(|n: u8| surrogates.days(&[b'A', n]) != other.days(&[b'A', n])));
}

#[test]
fn a_memo_tells_the_same() {
    let key = Key::from_hex(KEY.as_bytes()).unwrap();
    let own = Surrogates::new(&key, Style::Pseudonym);
    let token = Surrogates::new(&key, Style::Token);
    let mut memo = Memo::default();
    // More values than it holds, and some that are too long for it.
    for n in (0..9000).chain(0..3000).chain(0..10) {
        let long = if n % 50 == 0 { "Z".repeat(60) } else { String::new() };
        let text = format!("A{}{long}", n % 7000);
        for (look, surrogates) in [(0, &own), (1, &token)] {
            for kind in [Kind::Id, Kind::Family] {
                let expected = made(surrogates, kind, &text);
                let made = memo.get(look, surrogates, kind, text.as_bytes());
                assert_eq!(made.text, expected.as_bytes());
                let is_plain = expected.bytes().all(|b| b.is_ascii_alphanumeric());
                assert!(is_plain || !made.is_plain);
            }
        }
    }
}

/// The surrogates of a key are the same for ever. All but those of numbers that FF1 permutes were
/// reckoned with another implementation of HMAC, from what this module says.
#[test]
fn surrogates_are_frozen() {
    let surrogates = surrogates(KEY, Style::TestData);
    for (kind, text, expected) in [
        (Kind::Family, "Smith", "Enriquez"),
        (Kind::Given, "ANN", "ILA"),
        (Kind::Id, "00123456", "97233454"),
        (Kind::Id, "MRN123", "7XNKEZ"),
        (Kind::Id, "12", "JA4VVW7CND0KF236"),
        (Kind::Id, "1234567893", "1294928027"),
        (Kind::Ssn, "123-45-6789", "972-42-8438"),
        (Kind::Phone, "(212)867-5309", "(555)940-4204"),
        (Kind::Email, "ann@hospital.org", "v2mgycej42rvg8nc@example.org"),
        (Kind::Url, "10.1.2.3", "192.0.2.228"),
        (Kind::Street, "12 Main St", "3694 Buttercup Lane"),
        (Kind::Place, "Boston", "Garnetworth"),
        (Kind::Zip, "02139", "02162"),
        (Kind::Organisation, "General Hospital", "Northgate Foods"),
    ] {
        assert_eq!(made(&surrogates, kind, text), expected);
    }
    assert_eq!(surrogates.days(b"MRN123"), -343);
}

proptest! {
    #[test]
    fn another_key_makes_others(text in "[A-Z0-9]{8,20}") {
        let other = surrogates(OTHER, Style::Pseudonym);
        for kind in [Kind::Id, Kind::Email, Kind::Url, Kind::Street] {
            prop_assert_ne!(of(kind, &text), made(&other, kind, &text));
        }
    }

    /// Foreseen, they are the same; those of providers walk on, as `1234567893` does.
    #[test]
    fn identifiers_that_are_foreseen_are_the_same(
        mut texts in proptest::collection::vec("[0-9]{4,20}|[A-Z][0-9]{6}", 0..20),
    ) {
        texts.push("1234567893".to_owned());
        let surrogates = surrogates(KEY, Style::Pseudonym);
        let mut memo = Memo::default();
        let ids: Vec<_> = texts.iter().map(String::as_bytes).collect();
        memo.foresee(0, &surrogates, &ids);
        for (text, id) in texts.iter().zip(ids) {
            let expected = made(&surrogates, Kind::Id, text);
            let found = memo.get(0, &surrogates, Kind::Id, id);
            let mut out = Vec::new();
            found.append(&mut out);
            prop_assert_eq!(found.text, expected.as_bytes());
            prop_assert_eq!(out, expected.as_bytes());
        }
    }

    #[test]
    fn identifiers_stay_distinct(texts in proptest::collection::hash_set("[A-C0-3]{1,7}|[0-9]{5,10}", 2..50)) {
        let surrogates = surrogates(KEY, Style::Pseudonym);
        let made: HashSet<_> = texts.iter().map(|text| made(&surrogates, Kind::Id, text)).collect();
        prop_assert_eq!(made.len(), texts.len());
    }

    /// Whatever it is, in ASCII, and nothing of the value is left but its form.
    #[test]
    fn anything_has_a_surrogate(text: Vec<u8>, words in "[A-Za-z0-9 .,'()+#ÄöŁ-]{0,30}") {
        for style in [Style::Token, Style::Pseudonym, Style::TestData] {
            let surrogates = surrogates(KEY, style);
            for (kind, _) in KINDS {
                for text in [&text[..], words.as_bytes()] {
                    let mut out = Vec::new();
                    surrogates.write(kind, text, &mut out);
                    prop_assert!(out.is_ascii());
                    let mut again = Vec::new();
                    surrogates.write(kind, text, &mut again);
                    prop_assert_eq!(out, again);
                }
            }
        }
    }
}
