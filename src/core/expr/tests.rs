use super::*;
use crate::core::frame::{Frame, Frames};
use crate::core::message::Message;
use crate::core::scope::TextOptions;
use crate::core::time::Timestamp;

mod errors;
mod functions;
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
fn delimiters_alone_are_no_value() {
    let of = |field: &str, expression: &str| {
        let text = format!("MSH|^~\\&|A\rPID|||{field}\r");
        let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
        let message = Message::new(framed).unwrap();
        parse(expression).holds(&Scope::with(&message, TextOptions::default()))
    };
    for field in ["", "^^", "&^&&", "^~&~"] {
        for told in ["not valued(PID-3)", "not PID-3", "not exists(PID-3)", "count(PID-3) = 0"] {
            assert!(of(field, told), "{field} {told}");
        }
    }
    for field in ["^^a", "^~^7", "^\"\""] {
        assert!(of(field, "valued(PID-3) and exists(PID-3) and count(PID-3) = 1"), "{field}");
    }
    assert!(of("", "valued(MSH-1) and valued(MSH-2) and valued(PID)"));
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
