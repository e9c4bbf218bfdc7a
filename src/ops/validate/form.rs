//! The forms of data types with components: check digits, universal ids, encapsulated data.

use super::content::Walk;
use super::finding::{At, Problem};
use super::model::{Element, TypeDef, TypeKind};
use super::rule::Rule;
use crate::core::uuid::is_uuid;
use crate::core::{check_digit, escape};

/// Checks a whole value whose data type has a form that its components alone do not tell.
#[inline]
pub(super) fn check<'v>(
    walk: &mut Walk<'v, '_>,
    element: &'v Element,
    data_type: &'v TypeDef,
    value: &[u8],
    at: At,
) {
    let fault = match &*data_type.name {
        "CX" => identifier(walk, value),
        "HD" => universal_id(walk, value, at, 2),
        "EI" => universal_id(walk, value, at, 3),
        "SN" => structured_number(walk, value),
        "ED" => encapsulated_data(walk, value),
        _ => None,
    };
    let Some((rule, part, expected)) = fault else { return };
    let at = if at.component == 0 {
        At { component: part, ..at }
    } else {
        At { subcomponent: part, ..at }
    };
    let by = delimiter(walk, at.subcomponent > 0);
    let bytes = value.split(|&b| b == by).nth(usize::from(part) - 1).unwrap_or_default();
    let own = match &data_type.kind {
        TypeKind::Composite(components) => components.get(usize::from(part) - 1),
        _ => None,
    };
    let own = own.unwrap_or(element);
    let (name, data_type) = (&own.name, &data_type.name);
    walk.report(rule, at, bytes, Problem::Misfit { name, data_type, expected });
}

type Fault = (Rule, u16, &'static str);

fn delimiter(walk: &Walk<'_, '_>, is_inner: bool) -> u8 {
    if is_inner { walk.separators.subcomponent } else { walk.separators.component }
}

/// The first parts of a value.
fn parts<const N: usize>(value: &[u8], by: u8) -> [&[u8]; N] {
    let mut parts = value.split(|&b| b == by);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// CX: the check digit fits the number by the scheme of table 0061.
fn identifier(walk: &Walk<'_, '_>, value: &[u8]) -> Option<Fault> {
    let [number, digit, scheme] = parts(value, delimiter(walk, false));
    // M10 and M11 tell nothing of a number with letters.
    let is_right = match scheme {
        b"M10" if !digit.is_empty() => Some(digit == [check_digit::mod10(number)?]),
        b"M11" if !digit.is_empty() => Some(digit == [check_digit::mod11(number)?]),
        b"NPI" => npi(number, digit),
        _ => return None,
    };
    let expected = "the check digit of the number, by the scheme in the third component";
    (is_right != Some(true)).then_some((Rule::Fmt4, 2, expected))
}

/// US national provider identifiers: nine digits and the check digit of `80840` before them, which
/// stands behind them, in the second component, or both (45 CFR 162.406).
fn npi(number: &[u8], digit: &[u8]) -> Option<bool> {
    let (nine, own) = match number.len() {
        9 => (number, None),
        10 => (&number[..9], number.last().copied()),
        _ => return None,
    };
    let expected = check_digit::npi(nine.try_into().ok()?)?;
    let said = [own, digit.first().copied()];
    Some(digit.len() <= 1 && said != [None; 2] && said.iter().flatten().all(|&d| d == expected))
}

/// HD and EI: an id of type ISO, UUID or DNS has its form (table 0301).
fn universal_id(walk: &Walk<'_, '_>, value: &[u8], at: At, part: u16) -> Option<Fault> {
    let by = delimiter(walk, at.component > 0);
    let mut parts = value.split(|&b| b == by).skip(usize::from(part) - 1);
    let (id, kind) = (parts.next()?, parts.next()?);
    if id.is_empty() || id == b"\"\"" {
        return None;
    }
    let (is_right, expected) = match kind {
        b"ISO" => {
            (is_oid(id), "an object identifier: numbers joined by points, the first 0, 1 or 2")
        }
        b"UUID" | b"GUID" => (is_uuid(id), "a UUID: 8-4-4-4-12 hexadecimal digits"),
        b"DNS" => (is_domain(id), "a domain name"),
        _ => return None,
    };
    (!is_right).then_some((Rule::Fmt5, part, expected))
}

/// `1.2.840...`: the first number is 0 to 2, under 0 and 1 the second is at most 39, none has
/// leading zeros (ITU-T X.660).
fn is_oid(id: &[u8]) -> bool {
    let mut arcs = id.split(|&b| b == b'.');
    let is_number = |arc: &[u8]| {
        !arc.is_empty() && arc.iter().all(u8::is_ascii_digit) && (arc.len() == 1 || arc[0] != b'0')
    };
    let (Some(first), Some(second)) = (arcs.next(), arcs.next()) else { return false };
    let second_fits = match first {
        [b'0' | b'1'] => second.len() == 1 || (second.len() == 2 && second[0] <= b'3'),
        [b'2'] => true,
        _ => return false,
    };
    second_fits && is_number(second) && arcs.all(is_number)
}

/// RFC 1123, section 2.1; underscores are seen in practice.
fn is_domain(id: &[u8]) -> bool {
    let is_label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
    };
    id.len() <= 253 && id.strip_suffix(b".").unwrap_or(id).split(|&b| b == b'.').all(is_label)
}

/// SN: comparator, number, separator or suffix, number (chapter 2A, "SN").
fn structured_number(walk: &Walk<'_, '_>, value: &[u8]) -> Option<Fault> {
    let [comparator, _, separator] = parts(value, delimiter(walk, false));
    let comparators: [&[u8]; 7] = [b"", b">", b"<", b">=", b"<=", b"=", b"<>"];
    if !comparators.contains(&comparator) {
        return Some((Rule::Fmt3, 1, "one of > < >= <= = <>"));
    }
    let separators: [&[u8]; 6] = [b"", b"-", b"+", b"/", b".", b":"];
    (!separators.contains(&separator)).then_some((Rule::Fmt3, 3, "one of - + / . :"))
}

/// ED: data are in the encoding that the fourth component names (table 0299).
fn encapsulated_data(walk: &Walk<'_, '_>, value: &[u8]) -> Option<Fault> {
    let [_, _, _, encoding, data] = parts(value, delimiter(walk, false));
    let data = escape::decode(data, &walk.separators);
    // Lines of MIME may end anywhere in it (RFC 2045, section 6.8).
    let data: Vec<u8> = data.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let is_base64 = || {
        let digits = data.iter().rev().skip_while(|&&b| b == b'=');
        let padding = data.iter().rev().take_while(|&&b| b == b'=').count();
        data.len().is_multiple_of(4)
            && padding <= 2
            && digits.into_iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    };
    let (is_right, expected) = match encoding {
        _ if data.is_empty() => return None,
        b"Base64" => (is_base64(), "Base64 (RFC 4648), its length a multiple of four"),
        b"Hex" => (
            data.len().is_multiple_of(2) && data.iter().all(u8::is_ascii_hexdigit),
            "pairs of hexadecimal digits",
        ),
        _ => return None,
    };
    (!is_right).then_some((Rule::Fmt3, 5, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the NPI check digit standard (CMS).
    #[test]
    fn provider_identifiers_in_one_component_or_two() {
        assert_eq!(npi(b"123456789", b"3"), Some(true));
        assert_eq!(npi(b"1234567893", b""), Some(true));
        assert_eq!(npi(b"1234567890", b""), Some(false));
        assert_eq!(npi(b"1234567893", b"4"), Some(false));
    }

    #[test]
    fn universal_ids_have_their_forms() {
        for right in ["2.16.840.1.113883", "1.2", "0.39.0", "2.999"] {
            assert!(is_oid(right.as_bytes()), "{right}");
        }
        for wrong in ["", "1", "3.1", "1.40", "2.16.", "2.016", "2..1", "urn:oid:2.16", "2.16.x"] {
            assert!(!is_oid(wrong.as_bytes()), "{wrong}");
        }
        assert!(is_domain(b"lab.example.org") && !is_domain(b"lab..org") && !is_domain(b"a b"));
    }
}
