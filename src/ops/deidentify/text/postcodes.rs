//! Postcodes beyond those of the United States, and the places behind them.

use super::digits::{Groups, digits_end};
use super::letters::{Case, case, is_alnum, word_at};
use super::words::words;
use std::ops::Range;

/// The areas of British postcodes.
const AREAS: &str = "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN \
                     DT DY E EC EH EN EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA \
                     LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S \
                     SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF \
                     WN WR WS WV YO ZE";

/// What stands behind a digit in clinical texts and not at the end of an address: `L4 5TH`, `2GY`.
const ENDINGS: &str = "TH ND RD ST HR LB BD YR GY HZ DB EA WK";

/// Signs of countries before a postcode.
const COUNTRIES: &str = "A AT B BE CH CZ D DE DK F FI FL FR I IT L LU N NL NO PL S SE";

fn has(words: &str, word: &[u8]) -> bool {
    words.split_ascii_whitespace().any(|one| one.as_bytes() == word)
}

/// A postcode whose first digit is at `at`: `SW1A 2AA`, `K1A 0B1`, `D-10115 Berlin`.
pub(super) fn postcode(text: &[u8], at: usize, groups: &Groups) -> Option<Range<usize>> {
    let head = text.get(..at)?;
    match head.last()? {
        b'A'..=b'Z' => lettered(text, at),
        b'-' if matches!(groups.width(0), 4 | 5) => {
            let letters = head.iter().rev().skip(1).take_while(|&&b| is_alnum(b)).count();
            let start = at.checked_sub(letters + 1)?;
            let end = place(text, groups.range(0).end)?;
            has(COUNTRIES, text.get(start..at - 1)?).then_some(start..end)
        }
        _ => None,
    }
}

/// A British or Canadian postcode.
fn lettered(text: &[u8], at: usize) -> Option<Range<usize>> {
    let letters = text.get(..at)?.iter().rev().take(3).take_while(|&&b| is_alnum(b)).count();
    let area = text.get(at - letters..at)?;
    let rest = text.get(at..)?;
    let first = rest.iter().take(3).take_while(|&&b| is_alnum(b)).count();
    let [b' ', number, one, other, behind @ ..] = rest.get(first..)? else { return None };
    if behind.first().is_some_and(|&b| is_alnum(b)) || !number.is_ascii_digit() {
        return None;
    }
    let is_canadian = area.len() == 1
        && first == 2
        && rest.get(1).is_some_and(u8::is_ascii_uppercase)
        && one.is_ascii_uppercase()
        && other.is_ascii_digit();
    let last = [*one, *other];
    let is_british = first < 3
        && has(AREAS, area)
        && last.iter().all(|b| b"ABDEFGHJLNPQRSTUWXYZ".contains(b))
        && !has(ENDINGS, &last);
    (is_canadian || is_british).then(|| at - letters..at + first + 4)
}

/// Where the place ends behind a postcode that ends at `end`.
pub(super) fn place(text: &[u8], end: usize) -> Option<usize> {
    let place = word_at(text, end + 1);
    let name = text.get(place.clone())?;
    let fits = text.get(end) == Some(&b' ')
        && name.len() > 2
        && case(name) != Case::Lower
        && !words().of(name).is_common();
    fits.then_some(place.end)
}

/// Where a postcode and its place end behind a street: `75001 Paris`, `D-80331 Muenchen`, `111 22
/// Stockholm`, `00-950 Warszawa`, `1016 GV Amsterdam`. A year is none.
pub(super) fn behind_street(text: &[u8], at: usize) -> Option<usize> {
    let has_country = matches!(text.get(at..), Some([b'A'..=b'Z', b'-', ..]));
    let start = at + if has_country { 2 } else { 0 };
    let groups = Groups::at(text, start);
    let between = groups.between(text, 0);
    let end = match (groups.width(0), groups.width(1), between) {
        (5, 3, b"-") | (3, 2, b" ") | (2, 3, b"-") => groups.range(1).end,
        (5, ..) => groups.range(0).end,
        (4, ..) => {
            let end = groups.range(0).end;
            let is_year = (1900..2100).contains(&groups.number(text, 0));
            match text.get(end..)? {
                [b' ', b'A'..=b'Z', b'A'..=b'Z', b' ', ..] => end + 3,
                _ if is_year && !has_country => return None,
                _ => end,
            }
        }
        _ => return None,
    };
    place(text, end)
}

/// A flat that stands without its street: `Apt 3B`, `Apartment 12`. An appointment has no letter.
pub(super) fn flat(text: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    let is_whole = match text.get(word.clone())? {
        b"Apartment" | b"APARTMENT" => true,
        b"Apt" | b"APT" => false,
        _ => return None,
    };
    let signs = text.get(word.end..)?.iter().take(3).take_while(|b| b". #".contains(b)).count();
    let start = word.end + signs;
    let end = digits_end(text, start);
    let letter = usize::from(text.get(end).is_some_and(u8::is_ascii_uppercase));
    let ends = !text.get(end + letter).is_some_and(|&b| is_alnum(b) || b == b':' || b == b'/');
    let fits = signs > 0 && (1..=4).contains(&(end - start)) && ends;
    (fits && (is_whole || letter > 0)).then(|| word.start..end + letter)
}
