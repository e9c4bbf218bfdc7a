use super::*;
use crate::core::frame::{Frame, Frames};
use crate::core::message::Message;
use crate::core::scope::TextOptions;
use crate::core::time::Timestamp;

mod properties;

const TEXT: &[u8] = b"MSH|^~\\&|LAB|HOSP|||20240131103000+0100||ORU^R01^ORU_R01|M1|P|2.5.1\r\
    PID|1||00123^^^HOSP&1.2^MR~456^^^^SS~8-1^^^CLINIC^MR||DOE^JANE~ROE^JANE M||19800229|F||\"\"|\
    1 \\T\\ 2 ST^^SALEM^OR\r\
    PV1|1|I|||||||||||||||||V-77\r\
    OBX|1|NM|718-7^Hb||13.50|10*3/uL|12-16|N\r\
    OBX|2|NM|4544-3^Hct||40~41|%\r\
    OBX|3|ST|2345-7^Glu||<0.5|mg/dL\r\
    OBX|4|DT|ABC-1||20240102\r\
    NTE|1|L|M\xC3\xBCller said \"no\"\r\
    ZPD|0|false|O'BRIEN|\xFF";

fn with_scope<T>(run: impl FnOnce(&Scope<'_, '_>) -> T) -> T {
    let Some(Frame::Message(framed)) = Frames::new(TEXT).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let now = Timestamp::parse(b"20240228120000.5+0000");
    run(&Scope::with(&message, TextOptions { now, ..TextOptions::default() }))
}

fn parse(text: &str) -> Expression {
    text.parse().unwrap_or_else(|e: SyntaxError| panic!("{}", e.explain(text)))
}

fn holds(text: &str) -> bool {
    with_scope(|scope| parse(text).holds(scope))
}

/// Each expression holds or does not, prints as a text that means the same, and prints as that
/// from then on.
fn check(cases: &[(&str, bool)]) {
    for (text, expected) in cases {
        assert_eq!(holds(text), *expected, "{text}");
        let printed = parse(text).to_string();
        assert_eq!(parse(&printed), parse(text), "{text} as {printed}");
        assert_eq!(parse(&printed).to_string(), printed);
    }
}

#[test]
fn equality_of_texts() {
    check(&[
        ("MSH-9.1 = ORU", true),
        ("MSH-9.1=ORU", true),
        ("msh-9.1 == 'ORU'", true),
        ("MSH-9.1 = oru", false),
        ("MSH-9 = ORU^R01^ORU_R01", true),
        ("MSH-9.3 = ORU_R01", true),
        ("MSH-12 = 2.5.1", true),
        ("MSH-9.1 != ORU", false),
        ("MSH-9.1 != ADT", true),
        ("ORU = MSH-9.1", false), // a segment of that name on the left
        ("\"ORU\" = MSH-9.1", true),
        ("PID-5.1 = ROE", true),
        ("PID-5.1 != ROE", true), // DOE is not
        ("not PID-5.1 = ROE", false),
        ("PID-5.2 = \"JANE M\"", true),
        ("PID-5.2 = 'JANE M'", true),
        ("PID-11.1 = \"1 & 2 ST\"", true), // decoded
        ("PID-11.1 = \"1 \\\\T\\\\ 2 ST\"", false),
        ("PID-11.4 = OR", true),
        ("PID-11.4 = OR and PID-11.4 in (IN, OR)", true),
        ("OBX-6 = 10*3/uL", true),
        ("OBX-6 = mg/dL or 'false' = true", true),
        ("OBX-3.1 = 718-7", true),
        ("OBX-3.1 = 'ABC-1'", true),
        ("OBX-3.1 = ABC-1", false), // the path: there is no segment ABC
        ("NTE-3 = 'Müller said \"no\"'", true),
        ("NTE-3 = \"Müller said \\\"no\\\"\"", true),
        ("ZPD-3 = O'BRIEN", true),
        ("PID-8 = F&&MSH-11=P", true),
        ("PID-8 = M || MSH-11 = P", true),
    ]);
}

#[test]
fn what_is_not_there_is_empty_or_nothing() {
    check(&[
        ("PID-99 = \"\"", true),
        ("PID-9 = \"\"", true),
        ("PID-99 != x", true),
        ("PID-5.9.2 = ''", true),
        ("NK1-2 = \"\"", false),
        ("NK1-2 != x", false),
        ("not NK1-2 = x", true),
        ("NK1-2 not in (x)", false),
        ("PID-10 = \"\"", false), // null
        ("PID-10 = '\"\"'", true),
        ("PID-10 != F", true),
        ("null(PID-10)", true),
        ("null(PID-9)", false),
        ("null(NK1-2)", false),
        ("valued(PID-10)", false),
        ("valued(PID-8)", true),
        ("PID-8", true),
        ("PID-9 or PID-10 or NK1-1 or NK1", false),
        ("PV1", true),
        ("exists(PV1)", true),
        ("exists(NK1)", false),
        ("exists(PID-10)", true),
        ("exists(PID-9)", false),
        ("exists(PID-99)", false),
        ("exists(OBX[5])", false),
        ("exists(OBX[4])", true),
        ("count(OBX) = 4", true),
        ("count(NK1) = 0", true),
        ("count(PID-3) = 3", true),
        ("count(PID-9) = 0", true),
        ("count(OBX-5) = 5", true),
        ("count(PID-3.4) = 2", true),
        ("count(OBX)", true),
        ("count(NK1)", false),
    ]);
}

#[test]
fn equality_of_numbers() {
    check(&[
        ("OBX-5 = 13.5", true),
        ("OBX-5 = 13.500", true),
        ("OBX-5 = +13.5", true),
        ("'.5' = 0.5", true),
        ("'-.50' = -0.5", true),
        ("'5.' = 5", true),
        ("'05' = 5", false),
        ("'01.20' = 1.2 and '1.2' = 01.20 and '-00.5' = -0.5", true), // NM, chapter 2A
        ("'00' = 0", false),
        ("'05.' = 5", false),
        ("OBX-5 = 13.51", false),
        ("OBX-5 = \"13.5\"", false),
        ("OBX-5 = \"13.50\"", true),
        ("PID-3.1 = 123", false), // an identifier with leading zeros
        ("PID-3.1 = 00123", true),
        ("PID-3.1 = 0123", false),
        ("PID-3.1 = 456.0", true),
        ("456.0 = PID-3.1", true),
        ("1 = 1.0 and 0 = -0.0 and -1 != 1", true),
        ("'1.0' = 1", true), // the literal on the right counts
        ("100000000000000000000000001 = 100000000000000000000000002", false),
        ("100000000000000000000000001 = 100000000000000000000000001.0", true),
        ("OBX[1]-5 = OBX[1]-5", true),
        ("PID-3.1 in (1, 456.0)", true),
    ]);
}

#[test]
fn equality_of_times() {
    check(&[
        ("MSH-7 = 20240131", true),
        ("MSH-7 = 2024-01-31", true),
        ("MSH-7 = \"2024-01-31\"", true),
        ("MSH-7 = \"20240131\"", false),
        ("MSH-7 = 2024-01", true),
        ("MSH-7 = 2024-02", false),
        ("MSH-7 = 2024-01-31T10:30", true),
        ("MSH-7 = '2024-01-31 10:30'", true),
        ("MSH-7 = 2024-01-31T09:30Z", true),
        ("MSH-7 = 2024-01-31T10:30Z", false),
        ("MSH-7 = 202401311030+0100", true),
        ("MSH-7 = 20240131103001", false),
        ("MSH-7 != 20240131", false),
        ("MSH-7 in (2023-12-31, 2024-01-31)", true),
        ("PID-7 = 1980-02-29T00:00", false), // known to the day only
        ("PID-7 = 19800229", true),
        ("PID-7 = 1980-02-30", false),
        ("OBX-5 = 2024", false),
    ]);
}

/// Beside a field that is a time in the standard, a year or a month is a time, and nowhere else.
#[test]
fn years_beside_fields_of_times() {
    check(&[
        ("PID-7 < 1981 and PID-7 > 1979", true),
        ("PID-7 < 1980 or PID-7 > 1980", false),
        ("PID-7 <= 1980 and PID-7 >= 1980 and PID-7 = 1980", true),
        ("PID-7 > '1979' and PID-7 != '1980'", true),
        ("1979 < PID-7 and 1980 = PID-7", true),
        ("PID-7.1 < 1981 and pid.7 in (1979, 1980)", true),
        ("PID-7 not in (1980)", false),
        ("PID-7 = 198002 and PID-7 > 198001 and PID-7 < 198003", true),
        ("PID-7.2 > 1979", false),
        ("count(PID[7 < 1981]) = 1 and count(PID[7 < 1980]) = 0", true),
        ("MSH-7 > 2023 and MSH-7 < 2025 and MSH-7 = 2024", true),
        // What is no year stays a number, and so does what is beside another field.
        ("PID-7 > 20000", true),
        ("OBX[4]-5 < 2025", false),
        ("count(OBX[5 > 2024]) = 1", true),
        ("OBX[4]-5 = 2024", false),
    ]);
}

#[test]
fn order() {
    check(&[
        ("OBX-5 > 40", true),
        ("OBX[1]-5 > 9", true),
        ("OBX[1]-5 > \"9\"", true),
        ("OBX[1]-5 < 013.6", true),
        ("OBX[1]-5 >= 13.5 and OBX[1]-5 <= 13.5", true),
        ("OBX[1]-5 > 13.5 or OBX[1]-5 < 13.5", false),
        ("9 < OBX[1]-5 and 14 > OBX[1]-5", true),
        ("OBX[3]-5 < 100", false), // <0.5 is no number
        ("OBX[3]-5 > 0 or OBX[3]-5 >= 0 or OBX[3]-5 <= 100", false),
        ("100 > OBX[3]-5", false),
        ("OBX[3]-5 < OBX[1]-5", false),
        ("OBX[1]-5 < OBX[2]-5", true),
        ("OBX[2]-5 < OBX[1]-5", false),
        ("PID-5.1 > D and PID-5.1 < DP", true),
        ("PID-5.1 > RZ", false),
        ("PID-9 < A or PID-9 >= ''", false), // empty
        ("PID-10 < A or PID-10 > A", false), // null
        ("PID-9 < 5 or PID-10 < 5", false),
        ("PID-9 < 2024-01-01 or PID-10 < 2024-01-01", false),
        ("PID-5.1 < 2024-01-01 or PID-5.1 > 2024-01-01", false),
        ("-5 < -4 and -4.5 > -4.6 and -1 < 0 and 0 < .5", true),
        ("PID-7 < 1980-03-01", true),
        ("PID-7 < 19800301", true),
        ("PID-7 < \"19800301\"", true),
        ("PID-7 < 1980-02", false), // in that month
        ("PID-7 <= 1980-02 and PID-7 >= 1980-02", true),
        ("PID-7 < 1980-02-29T00:01", true),
        ("MSH-7 > 2024-01-31", false),
        ("MSH-7 >= 2024-01-31", true),
        ("MSH-7 < 2024-01-31T09:31Z and MSH-7 > 2024-01-31T09:29Z", true),
        ("MSH-7 > PID-7", true),
        ("MSH-7 < today()", true),
        ("PID-7 < now()", true),
        ("2024-01-01 < MSH-7", true),
        ("OBX[4]-5 > 5", true), // a number, too
    ]);
}

#[test]
fn a_day_is_that_of_the_offset_of_the_literal() {
    let literal = compare::Literal::new("20240101+0100", false);
    assert!(literal.equals(b"202312312330+0000"));
    assert!(!literal.equals(b"202312312230+0000"));
    assert!(literal.equals(b"202401010030")); // a local time
    let literal = compare::Literal::new("2024-01-01T10+0530", false);
    assert!(literal.equals(b"202401010445+0000"));
    assert!(literal.compare(b"202401010429+0000", compare::Op::Less));
}

#[test]
fn lists() {
    check(&[
        ("MSH-9.1 in (ADT, ORU)", true),
        ("MSH-9.1 IN(ADT,ORU)", true),
        ("MSH-9.1 in (ADT)", false),
        ("MSH-9.1 not in (ADT)", true),
        ("MSH-9.1 NOT IN (ADT, ORU)", false),
        ("OBX-3.1 in (\"ABC-1\", x)", true),
        ("OBX-3.1 in (1-1, 718-7)", true),
        ("PID-5.1 in (PID-3, lower(PID-5.1), concat('R', 'OE'))", true),
        ("not (PID-5.1 in (DOE))", false),
        ("PID-5.1 not in (DOE)", true), // ROE is not
    ]);
}

#[cfg(feature = "regex")]
#[test]
fn matches() {
    check(&[
        ("PID-5.1 ~ /^R/", true),
        ("NK1-2 !~ /x/", false),
        ("PID-5.1 ~ /^r/", false),
        ("PID-5.1 ~ /^r/i", true),
        ("PID-5.1 !~ /^R/", true), // DOE does not
        ("not PID-5.1 ~ /E$/", false),
        ("OBX-6 ~ /mg\\/dL/", true),
        ("OBX-6 ~ /^[^\\/]+$/", true),
        ("PID-5.1~/^D/ and PID-8=F", true),
        ("NTE-3 ~ /^M.ller/", true),
        ("NTE-3 ~ /MÜLLER/i", true),
        ("ZPD-4 ~ /^$/ or ZPD-4 ~ /^.$/", false),
        ("'a\\nb' ~ /a.b/s and 'a\\nb' ~ /^b/m and not 'a\\nb' ~ /a.b/", true),
        ("PID-3[1 ~ /^0+\\d/].5 = MR", true),
        ("PID-3[1 ~ /[]]|6$/].5 = SS", true),
        ("OBX-5 ~ /\\d{2}/", true),
    ]);
}

#[test]
fn precedence() {
    check(&[
        ("PID-8 = F or PID-8 = F and PID-8 = M", true),
        ("(PID-8 = F or PID-8 = F) and PID-8 = M", false),
        ("not PID-8 = M and PID-8 = F", true),
        ("not (PID-8 = M and PID-8 = F)", true),
        ("not PID-8 = F or PID-8 = F", true),
        ("!PID-8 = M", true),
        ("! !PID-8", true),
        ("not not (PID-8 = M or (PID-9 or PID-8)) AND (PID-8 and PV1)", true),
        ("1 + 2 * 3 = 7 and (1 + 2) * 3 = 9", true),
        ("8 - 4 - 2 = 2 and 8 - (4 - 2) = 6", true),
        ("8 / 4 / 2 = 1 and 8 / (4 / 2) = 4", true),
        ("1+1 = 1 + 1", true),
        ("7 = 10 -3 and 7 = (10 - 3)", true),
        ("--2 = 2 and -(1 + 1) = -2 and - 2 = -(2)", true),
        ("lower('x') and 1 + 0 and lower('0.0') and -(1)", true),
        ("1 - 1 or lower('') or lower('0') or lower('FALSE') or lower('\"\"')", false),
        ("ZPD-1 and ZPD-2", true), // a path alone is valued
        ("lower(ZPD-2) or ZPD-1 + 0", false),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        ("0.1 + 0.2 = 0.3", true),
        ("OBX[1]-5 * 2 = 27", true),
        ("OBX[1]-5*2 = 27", true),
        ("27 = OBX[1]-5*2", true),
        ("2*OBX[1]-5 = 27", true),
        ("OBX-5 - 1 = 40", true),
        ("OBX[2]-5 + 1 = 42 and OBX[2]-5 + 1 = 41", true),
        ("1 / 3 = 0.333333333333", true),
        ("2 / 3 = 0.666666666667 and -2 / 3 = -0.666666666667", true),
        ("1 / 8 = 0.125", true),
        ("1.5 / 0.05 = 30", true),
        ("1 / 0 = ''", true),
        ("OBX[3]-5 + 1 = \"\"", true), // not a number
        ("OBX[3]-5 + 1 > 0", false),
        ("NK1-1 + 1 = \"\" or NK1-1 + 1", false), // no value at all
        ("ZPD-1 - 1 = -1", true),
        ("count(OBX)-1 = 3", true),
        ("-count(OBX) = -4", true),
        ("count(OBX) = count(PID-3) + 1", true),
        ("99999999999999999999 * 99999999999999999999 = ''", true), // too big
        ("OBX[2]-5 - OBX[2]-5 = 0", true),
        ("OBX[2]-5 - OBX[2]-5 = 1", false), // side by side
    ]);
}

#[test]
fn plus_joins_texts() {
    check(&[
        ("\"out/\" + MSH-4 = out/HOSP", true),
        ("MSH-4 + '' = HOSP", true),
        ("PID-5.1 + \", \" + PID-5.2 = 'DOE, JANE'", true),
        ("PID-5.1 + ', ' + PID-5.2 = 'DOE, JANE M'", false), // side by side
        ("NK1-1 + 'x' = x or NK1-1 + 'x' = ''", false),      // no value at all
        ("1 + 2 + 'x' = 12x and (1 + 2) + 'x' = 3x and 'x' + (1 + 2) = x3", true),
        ("'x' + 2 * 3 = x6 and ('1' + 2) * 2 = 24 and -('1' + 2) = -12", true),
        ("'a' + ('b' + 'c') = abc and 'a' + concat('b', 'c') = abc", true),
        ("MSH-4 = \"HO\" + SP", true), // a word on the right
        ("MSH-4 = upper('ho' + \"sp\")", true),
        ("OBX[5 = '<' + 0.5]-1 = 3", true),
        ("OBX['x' + 1 = x1]-1 = 4", true), // behind an operator a number is a number
        ("OBX[2 + '' = ST]-1 = 3 and OBX[2 + '' = ST]-1 = 1", false),
        ("OBX[concat('x', 2) = 'x' + ST]-1 = 3", true),
        // Without a text in quotes it is a sum, with a difference too.
        ("OBX[1]-5 + 1 = 14.5", true),
        ("OBX-5 + 1 = 41", true),
        ("MSH-4 + MSH-4 = ''", true),
        ("'1' + 2 - 3 = 0 and '12' - 2 = 10 and 'x' + 1 - 1 = ''", true),
    ]);
}

#[test]
fn functions_of_text() {
    check(&[
        ("upper(PID-5.2) = JANE and lower(PID-5.1) = roe", true),
        ("UPPER('müller') = MÜLLER", true),
        ("trim('  a b ') = \"a b\"", true),
        ("length(PID-3.1) = 5 and length('äöü') = 3 and length('') = 0", true),
        ("length(ZPD-4) = 1", true), // no UTF-8
        ("substr(PID-5.1, 2) = OE and substr(PID-5.1, 1, 2) = RO", true),
        ("substr('äöü', 2, 1) = ö and substr('abc', -2) = bc and substr('abc', -2, 1) = b", true),
        ("substr('abc', 9) = '' and substr('abc', -9) = abc and substr('abc', 0) = abc", true),
        ("substr('abc', 'x') = '' and substr('abc', 1, 'x') = ''", true),
        ("concat(PID-5.1, \", \", PID-5.2) = 'DOE, JANE'", true),
        ("concat(PID-5.1, PID-5.2) = 'DOEJANE M'", false), // side by side
        ("concat(PID-5.1, NK1-1) = DOE", false),
        ("concat(PID-5.1, default(NK1-1, '-')) = 'DOE-'", true),
        ("replace(PID-3.1, \"0\", \"\") = 123", true),
        ("replace('aaa', 'a', 'bb') = bbbbbb and replace('a', '', 'b') = a", true),
        (
            "default(PID-9, \"x\") = x and default(PID-10, 'x') = x and default(PID-8, 'x') = F",
            true,
        ),
        ("default(NK1-1, PID-5.1) = ROE", true),
        ("contains(PID-5.2, ' ') and not contains(PID-5.1, 'X')", true),
        ("starts_with(PID-5.1, 'R') and not starts_with(PID-5.1, 'E')", true),
        ("ends_with(PID-5.1, \"E\") and !ends_with(PID-5.1, 'R')", true),
        ("contains(upper(PID-5.1), 'RO')", true),
        ("contains(PID-5.1, PID-5.1)", true),
        ("valued (PID-5.1) and upper (PID-8) = F", true),
    ]);
}

#[test]
fn functions_that_pad_and_split() {
    check(&[
        ("pad_left('7', 3, '0') = '007' and pad_left('äö', 4) = '  äö'", true),
        ("pad_right('äö', 4, '€') = 'äö€€' and pad_right('x', 2) = 'x '", true),
        ("pad_left('1234', 3, '0') = '1234' and pad_left('', 2, 'x') = xx", true),
        ("pad_left('x', -1) = x and pad_left('x', 0) = x", true),
        (
            "pad_left('x', 'y') = '' and pad_left('x', 2, '') = '' and pad_left('x', 2, 'ab') = ''",
            true,
        ),
        ("length(pad_left('x', 1000)) = 1000 and pad_left('x', 1001) = ''", true),
        ("pad_right('x', 1.5) = '' and pad_right('x', 99999999999) = ''", true),
        ("length(pad_left(ZPD-4, 3)) = 3", true), // no UTF-8
        ("pad_left(PID-3.1, 5, '0') = 00456 and pad_left(PID-3.1, 5, '0') = 008-1", true),
        ("OBX[pad_left(1, 2, '0') = '04']-2 = DT", true),
        ("pad_left(NK1-1, 3) = ''", false),
        ("split('a^b^^c', '^', 1) = a and split('a^b^^c', '^', 2) = b", true),
        ("split('a^b^^c', '^', 3) = '' and split('a^b^^c', '^', 4) = c", true),
        ("split('a^b^^c', '^', 5) = '' and split('a^b^^c', '^', 0) = ''", true),
        ("split('a^b^^c', '^', -1) = c and split('a^b^^c', '^', -4) = a", true),
        ("split('a^b^^c', '^', -5) = '' and split('a^b', '^', 'x') = ''", true),
        (
            "split('äöü', 'ö', 2) = ü and split('a::b', '::', -1) = b and split('', ',', 1) = ''",
            true,
        ),
        (
            "split('abc', '', 1) = abc and split('abc', '', -1) = abc and split('abc', '', 2) = ''",
            true,
        ),
        ("split('x', ',', 99999999999) = '' and split('x', ',', -2147483648) = ''", true),
        ("split(PID-3.1, '-', 1) = 8 and split(PID-3.1, '-', 2) = 1", true),
    ]);
}

#[test]
fn functions_of_all_values() {
    check(&[
        ("join(PID-5.1, ', ') = 'DOE, ROE' and join(PID-5.1, '') = DOEROE", true),
        ("join(PID-3.4, '+') = '++CLINIC'", false), // the first has subcomponents
        ("join(PID-3[2].4, '+') = '' and join(PID-3[5=MR].5, '+') = MR+MR", true),
        ("join(OBX-3.2, '/') = 'Hb/Hct/Glu/' and join('x', ',') = x", true),
        ("join(NK1-1, ',') = '' or join('x', NK1-1) = x or join(NK1-1, ',') != x", false),
        ("first(PID-5.1) = DOE and last(PID-5.1) = ROE and first('x') = x", true),
        ("first(PID-5.1) = ROE or last(PID-5.1) = DOE", false),
        ("first(NK1-1) = '' or last(NK1-1) = ''", false),
        ("first(PID-3.5) = MR and last(upper(PID-5.2)) = 'JANE M'", true),
        ("OBX[last(5) = 41]-1 = 2 and PID-3[first(5) = SS].1 = 456", true),
    ]);
}

#[test]
fn functions_of_letters() {
    check(&[
        ("capitalize('MARY ann') = 'Mary Ann' and capitalize('') = ''", true),
        (r#"capitalize("O'BRIEN-SMITH") = "O'Brien-Smith""#, true),
        ("capitalize('ÉLODIE ÖZIL') = 'Élodie Özil' and capitalize('3RD') = '3rd'", true),
        ("capitalize('MU\u{308}LLER') = 'Mu\u{308}ller'", true), // an accent of its own
        ("capitalize(\"ΟΔΟΣ\") = Οδος", true),
        ("capitalize(PID-5.2) = Jane and capitalize(PID-5.2) = 'Jane M'", true),
        ("length(capitalize(ZPD-4)) = 1", true),
        ("digits('+1 (503) 555-0100') = '15035550100' and digits('x٣') = ''", true),
        ("digits(PID-3.1) = 81 and digits(ZPD-4) = ''", true),
    ]);
}

#[test]
fn functions_that_move_times() {
    check(&[
        ("add_days('20240228', 1) = '20240229' and add_days('20240228', 2) = '20240301'", true),
        ("add_days('20230228', 1) = '20230301' and add_days('20240101', -1) = '20231231'", true),
        ("add_days(MSH-7, 1) = '20240201103000+0100'", true), // keeps its form
        ("add_days('2024-01-31T10:30Z', 1) = '202402011030+0000'", true),
        ("add_days('202401', 1) = '' and add_days('2024', 1) = '' and add_days('x', 1) = ''", true),
        ("add_days('99991231', 1) = '' and add_days('00010101', -1) = ''", true),
        ("add_days('20240101', 2147483647) = '' and add_days('20240101', 'x') = ''", true),
        ("add_days('20240101', 1.5) = '' and add_days('', 1) = ''", true),
        ("add_hours(MSH-7, 14) = '20240201003000+0100'", true),
        (
            "add_hours('2024013123', 1) = '2024020100' and add_hours('2024020100', -1) = '2024013123'",
            true,
        ),
        ("add_hours('20240131', 1) = '' and add_hours('20240131', 24) = ''", true),
        ("add_hours('202401311030', 99999999) = '' and add_hours('x', 1) = ''", true),
        ("add_minutes('20240131235930.25-0500', 1) = '20240201000030.25-0500'", true),
        ("add_minutes('202401010000', -1) = '202312312359'", true),
        (
            "add_minutes('2024010100', 1) = '' and add_minutes('2024010100', 60) = '2024010101'",
            true,
        ),
        ("add_days(PID-7, count(OBX)) = '19800304'", true),
    ]);
}

#[test]
fn functions_of_forms_of_times() {
    check(&[
        (
            "precision(MSH-7, 'day') = '20240131+0100' and precision(MSH-7, \"year\") = '2024+0100'",
            true,
        ),
        ("precision(MSH-7, 'MINUTE') = '202401311030+0100'", true),
        ("precision('20240131103059.99', 'second') = '20240131103059'", true),
        ("precision('2024-01-31T10', 'hour') = '2024013110'", true),
        ("precision(PID-7, 'second') = '19800229' and precision('202402', 'day') = '202402'", true),
        ("precision('x', 'day') = '' and precision('', 'day') = ''", true),
        ("time('2024-01-31T10:30:59.5+01:00') = '20240131103059.5+0100'", true),
        ("time('2024-01-31') = '20240131' and time('202401') = '202401'", true),
        ("time('31.1.2024') = '' and time('20240231') = ''", true),
        ("iso(MSH-7) = '2024-01-31T10:30:00+01:00' and iso(PID-7) = '1980-02-29'", true),
        (
            "iso('2024013110+0000') = '2024-01-31T10Z' and iso('2024') = '2024' and iso('x') = ''",
            true,
        ),
        ("iso(OBX-5) = 2024-01-02", true),
        ("time(iso(MSH-7)) = '20240131103000+0100'", true),
    ]);
}

#[test]
fn functions_of_numbers_and_times() {
    check(&[
        ("number(PID-3.1) = 123 and number('+7.50') = \"7.5\" and number('x') = ''", true),
        ("round(2.5) = 3 and round(-2.5) = -3 and round(2.449, 1) = \"2.4\"", true),
        ("round(1250, -2) = 1300 and round(7, 2) = 7 and round('x') = ''", true),
        ("round(OBX[1]-5) = 14", true),
        ("abs(-3.0) = 3 and abs(2) = 2", true),
        ("max(OBX-5) = 20240102 and min(OBX-5) = 13.5 and max(3, 10, 9) = 10", true),
        ("max(PID-5) = '' and not max(NK1-1) = ''", true),
        ("date(MSH-7) = 20240131 and date('2024-01-31T10:30') = '20240131'", true),
        ("date('2024') = '2024' and date('x') = ''", true),
        ("year(PID-7) = 1980 and month(PID-7) = 2 and month('2024') = ''", true),
        ("now() = '20240228120000.5+0000' and today() = '20240228'", true),
        ("date(MSH-7) = date('20240131')", true),
        ("age(PID-7) = 43", true), // born on 29 February, and it is the 28th
        ("age(PID-7, 20240229) = 44", true),
        ("age(PID-7, \"2023-03-01\") = 43", true),
        ("age(PID-7, 19700101) = ''", true),
        ("age(PID-7) >= 18 and age(PID-7) < 65", true),
        ("age(PID-5) = ''", true),
        // Born in 2006: 17 or 18 on that day, and 18 at the end of the year. And in a month.
        ("age('2006', '20240105') = '' and age('2006', '20241231') = 18", true),
        ("age('2006', '2024') = '' and age('200601', '20240201') = 18", true),
        ("age('200601', '20240131') = 18 and age('200601', '20240130') = ''", true),
        ("days('202403', '20240401') = '' and days('20240331', '2024') = ''", true),
        ("days(MSH-7, today()) = 28", true),
        ("days('20240301', '20240228') = -2", true),
        ("days('x', 'y') = ''", true),
    ]);
    let Some(Frame::Message(framed)) = Frames::new(TEXT).next() else { panic!() };
    let message = Message::new(framed).unwrap();
    let timeless = "now() = '' and today() = '' and age(PID-7) = ''";
    assert!(parse(timeless).holds(&Scope::new(&message)));
}

#[test]
fn brackets_select() {
    check(&[
        ("PID-3[5=MR].1 = 00123", true),
        ("PID-3[5=MR].1 = 456", false),
        ("PID-3[5 = SS].1 = 456", true),
        ("PID-3[5=MR and 4.1=HOSP].1 != 00123", false),
        ("PID-3[5=MR and 4.1=CLINIC].1 = 8-1", true),
        ("PID-3[4.2=1.2].1 = 00123", true),
        ("PID-3[not valued(4)].1 = 456", true),
        ("PID-3[4].5 = MR", false), // there is no fourth
        ("PID-3[(4)].5 = SS", false),
        ("PID-3[(4)].1 = 8-1", true),
        ("PID-3[5 in (SS, PI)].1 = 456", true),
        ("PID-3[1 > 200].5 = SS", true),
        ("PID-3[1 = 8-1].4 = CLINIC", true),
        ("PID-3[5=XX].1 = ''", false),
        ("not valued(PID-3[5=XX])", true),
        ("OBX[3.1=718-7]-5 = 13.5", true),
        ("OBX[3.1=718-7]-5 > 13.5", false),
        ("OBX[3.1='718-7' and 8=N]-6 = 10*3/uL", true),
        ("OBX[5>40]-3.2 = Hct", true),
        ("OBX[5>41]-2 = NM", false),
        ("OBX[5[2]=41]-1 = 2", true),
        ("OBX[5[last] = 41]-3.1.1 = 4544-3", true),
        ("OBX[3[2=Hct].1=4544-3]-1 = 2", true),
        ("OBX[count(5) = 2]-1 = 2", true),
        ("OBX[5 - 1 = 39]-1 = 2", true),
        ("OBX[substr(3, 1, 3) = 718]-1 = 1", true),
        ("OBX[round(5, 0) = 14]-1 = 1", true),
        ("count(OBX[2=NM]) = 2", true),
        ("OBX[MSH-9.1 = ORU]-1 = 4", true),
        ("OBX[MSH-9.1 = ADT]-1 = 4", false),
        ("OBX[1 = count(PID-3)]-2 = ST", true),
        ("exists(OBX[OBX[3.1=718-7]-5 = 13.5])", true),
        ("OBX[3.1 = 718-7 ]-5 = OBX[ 1 = 1 ]-5", true),
        ("PID-5[1=DOE or 1=ROE].2 = 'JANE M'", true),
        ("PID-5[2 = 'JANE M'].1 = ROE", true),
    ]);
}

#[test]
fn paths_in_brackets_count_as_well() {
    let text =
        "PID-3[MSH-4 = 4.1].1 = upper(OBX[PV1-2 = I and 5 > ZPD-1]-5) and NTE in (-AL1-1, x)";
    let expression = parse(text);
    let segments: Vec<_> = expression.paths().map(|path| path.segment).collect();
    assert_eq!(segments, [*b"PID", *b"MSH", *b"OBX", *b"PV1", *b"ZPD", *b"NTE", *b"AL1"]);
}

#[test]
fn printed() {
    for (text, printed) in [
        ("pid-3.1==x", "PID-3.1 = x"),
        ("PID.3.1 !=  'a\"b'", "PID-3.1 != \"a\\\"b\""),
        ("PID-8", "valued(PID-8)"),
        ("!(a(1))", ""),
        ("! ( PID-8 = F && PID-7 )", "not (PID-8 = F and valued(PID-7))"),
        ("(PID-8 = F or PID-7) and PV1", "(PID-8 = F or valued(PID-7)) and valued(PV1)"),
        ("((PID-8)) = ((F))", "PID-8 = F"),
        ("PID-8 NOT IN(F,'M')", "PID-8 not in (F, \"M\")"),
        ("1*(2+3)-4 = 1", "1 * (2 + 3) - 4 = 1"),
        ("SUBSTR(PID-8,1) = x", "substr(PID-8, 1) = x"),
        ("PID-3[(5)].1 = x", "PID-3[valued(5)].1 = x"),
        ("OBX[3.1=718-7][2] = x", ""),
        ("OBX[ 3-1=718-7 ].5 = x", "OBX[3.1 = 718-7]-5 = x"),
    ] {
        match printed {
            "" => assert!(text.parse::<Expression>().is_err(), "{text}"),
            _ => assert_eq!(parse(text).to_string(), printed),
        }
    }
    #[cfg(feature = "regex")]
    assert_eq!(parse("PID-8!~/a\\/b/is").to_string(), "PID-8 !~ /a\\/b/is");
}

#[test]
fn errors_point_at_the_place() {
    for (text, at, expected) in [
        ("", 0, "a path, a value or a function"),
        ("  ", 2, "a path, a value or a function"),
        ("PID-8 =", 7, "a value"),
        ("PID-8 = ", 8, "a value"),
        ("PID-8 = )", 8, "a value"),
        ("PID-8 in F", 9, "`(` and a list of values"),
        ("PID-8 in (F", 11, "`,` or `)`"),
        ("PID-8 in ()", 10, "a value"),
        ("PID-8 not F", 10, "`in`"),
        ("PID-8 F", 6, "a comparison such as `=`, `and`, `or` or the end"),
        ("PID-8 = F PID-7", 10, "`and`, `or` or the end"),
        ("PID-8 = F = G", 10, "`and`, `or` or the end"),
        ("PID-8 = F and", 13, "a path, a value or a function"),
        ("and PID-8", 0, "a path, a value or a function"),
        ("(PID-8 = F", 10, "`and`, `or` or `)`"),
        ("(PID-8", 6, "a comparison such as `=`, `and`, `or` or `)`"),
        ("(PID-8 = F) = G", 12, "`and`, `or` or the end, for a condition has no value"),
        ("valued(PID-8) = F", 14, "`and`, `or` or the end, for a condition has no value"),
        ("1 + valued(PID-8)", 4, "a value, not a condition"),
        ("PID-8 = valued(PID-8)", 8, "a value, not a condition"),
        ("PID-8 = \"F", 10, "`\"`, the end of the text"),
        ("PID-8 = 'a\\d'", 10, "one of the escapes \\\" \\' \\\\ \\n \\r \\t"),
        ("uper(PID-5) = X", 0, "a function, perhaps `upper`"),
        ("PID-5 = lenght(PID-3)", 8, "a function, perhaps `length`"),
        ("upper() = X", 6, "a value, as in `upper(x)`"),
        ("now(1) = X", 4, "`)`, as in `now()`"),
        ("upper(PID-5, PID-3) = X", 11, "`)`, as in `upper(x)`"),
        ("replace(PID-5, 'a') = X", 18, "`,` and another value, as in `replace(x, text, with)`"),
        ("upper(PID-5", 11, "`,` or `)`"),
        ("count(\"x\")", 6, "a path or a segment"),
        ("precision(PID-7, \"days\")", 17, functions::UNITS),
        ("precision(PID-7, day)", 17, functions::UNITS),
        ("split(PID-3, '-')", 16, "`,` and another value, as in `split(x, separator, n)`"),
        ("pad_lift(x, 2)", 0, "a function, perhaps `pad_left`"),
        ("iso = x", 3, "`(`, for `iso` is a function"),
        ("upper(PID-8 = F)", 12, "`,` or `)`"),
        ("now = 3", 3, "`(`, for `now` is a function"),
        ("PID- = F", 4, "a field number"),
        ("PID-3[5=] = F", 8, "a value"),
        ("PID-3[5=MR = F", 11, "`and`, `or` or `]`"),
        ("PID-3[] = F", 6, "a path, a value or a function"),
        ("OBX[0=1] = F", 4, "a field number, which counts from 1"),
        ("PID-3[0=1] = F", 6, "a component number, which counts from 1"),
        ("PID-8 = ü \u{20AC} ", 11, "`and`, `or` or the end"),
    ] {
        let error = text.parse::<Expression>().expect_err(text);
        assert_eq!((error.at, &*error.expected), (at, expected), "{text}");
    }
    let error = "frobnicate(x)".parse::<Expression>().unwrap_err();
    assert!(error.expected.starts_with("a function: one of valued, null, exists,"), "{error}");
}

#[cfg(feature = "regex")]
#[test]
fn errors_of_regular_expressions() {
    for (text, at, expected) in [
        ("PID-8 ~ F", 8, "`/`, a regular expression and `/`"),
        ("PID-8 ~ /F", 10, "`/`, the end of the regular expression"),
        ("PID-8 ~ /F/iq", 12, "one of the flags `i`, `s` and `m`"),
        ("PID-8 ~ /(F/", 9, "a regular expression, but unclosed group"),
        ("PID-8 ~ /(a{999}){999}/", 9, "a regular expression, but it is too big"),
    ] {
        let error = text.parse::<Expression>().expect_err(text);
        assert_eq!((error.at, &*error.expected), (at, expected), "{text}");
    }
}

#[cfg(not(feature = "regex"))]
#[test]
fn errors_of_regular_expressions() {
    let error = "PID-8 ~ /F/".parse::<Expression>().unwrap_err();
    let expected = "another operator: this build has no regular expressions";
    assert_eq!((error.at, &*error.expected), (6, expected));
}
