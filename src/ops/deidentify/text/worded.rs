//! Days and years in words: `the third of March`, `March third`, `le trois mars`, `nineteen thirty`.

use super::cues::{Cue, cues};
use super::dates::{Part, Written, digits_at, is_year, skip};
use super::letters::{Case, Filter, case, is_any, is_any_at, word_at, word_before};
use std::ops::Range;
use std::sync::LazyLock;

/// The days of a month without accents, a language a row: English, German, Dutch, French, Spanish,
/// Italian, Portuguese. `_` is a blank.
const DAYS: [&str; 7] = [
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth \
     fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first \
     twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh \
     twenty-eighth twenty-ninth thirtieth thirty-first",
    "ersten zweiten dritten vierten funften sechsten siebten achten neunten zehnten elften zwolften \
     dreizehnten vierzehnten funfzehnten sechzehnten siebzehnten achtzehnten neunzehnten \
     zwanzigsten einundzwanzigsten zweiundzwanzigsten dreiundzwanzigsten vierundzwanzigsten \
     funfundzwanzigsten sechsundzwanzigsten siebenundzwanzigsten achtundzwanzigsten \
     neunundzwanzigsten dreissigsten einunddreissigsten",
    "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien \
     zeventien achttien negentien twintig eenentwintig tweeentwintig drieentwintig vierentwintig \
     vijfentwintig zesentwintig zevenentwintig achtentwintig negenentwintig dertig eenendertig",
    "premier deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize \
     dix-sept dix-huit dix-neuf vingt vingt-et-un vingt-deux vingt-trois vingt-quatre vingt-cinq \
     vingt-six vingt-sept vingt-huit vingt-neuf trente trente-et-un",
    "primero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince \
     dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro \
     veinticinco veintiseis veintisiete veintiocho veintinueve treinta treinta_y_uno",
    "primo due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici \
     quindici sedici diciassette diciotto diciannove venti ventuno ventidue ventitre ventiquattro \
     venticinque ventisei ventisette ventotto ventinove trenta trentuno",
    "primeiro dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze \
     dezesseis dezessete dezoito dezenove vinte vinte_e_um vinte_e_dois vinte_e_tres \
     vinte_e_quatro vinte_e_cinco vinte_e_seis vinte_e_sete vinte_e_oito vinte_e_nove trinta \
     trinta_e_um",
];

/// The languages of which a month is called as in English.
const ENGLISH_MONTHS: usize = 3;

/// A day in so many words at most.
const WORDS_MAX: usize = 3;

/// Tells of most words that they neither begin nor end a day in words.
fn may_be_of_day(word: &[u8]) -> bool {
    static PARTS: LazyLock<Filter> = LazyLock::new(|| {
        let mut filter = Filter::default();
        let days = DAYS.iter().flat_map(|row| row.split(' '));
        days.flat_map(|day| day.split(['-', '_'])).for_each(|part| filter.add(part.as_bytes()));
        filter
    });
    let stem = word.strip_suffix(b"r").or_else(|| word.strip_suffix(b"R"));
    PARTS.may_have(word) || stem.is_some_and(|stem| PARTS.may_have(&[stem, b"n"].concat()))
}

/// The row of [`DAYS`] that has a day in words, and which day it is.
fn day(words: &[u8], rows: usize) -> Option<(usize, u32)> {
    let is_it = |known: &str, words: &[u8]| {
        known.len() == words.len()
            && known.bytes().zip(words).all(|(a, b)| match a {
                b'-' | b'_' => matches!(b, b' ' | b'-'),
                a => a == b.to_ascii_lowercase(),
            })
    };
    // In German, endings tell of cases.
    let stem = words.strip_suffix(b"r").or_else(|| words.strip_suffix(b"R"));
    let dative = stem.map(|stem| [stem, b"n"].concat());
    let find = |row: usize, words: &[u8]| {
        (1..).zip(DAYS.get(row)?.split(' ')).find(|(_, known)| is_it(known, words))
    };
    (0..rows.min(DAYS.len())).find_map(|row| {
        let dative = dative.as_deref().filter(|_| row == 1);
        find(row, dative.unwrap_or(words)).map(|(day, _)| (row, day))
    })
}

/// The day whose last word ends before `end`.
fn day_before(text: &[u8], end: usize, rows: usize) -> Option<(usize, Part)> {
    let mut start = end;
    let mut found = None;
    for _ in 0..WORDS_MAX {
        let word = word_before(text, start);
        if !text.get(word.clone()).is_some_and(may_be_of_day) {
            break;
        }
        if let Some((row, value)) = day(text.get(word.start..end)?, rows) {
            found = Some((row, Part { range: word.start..end, value }));
        }
        let gap = word.start.checked_sub(1);
        match gap.filter(|&at| matches!(text.get(at), Some(b' ' | b'-'))) {
            Some(at) => start = at,
            None => break,
        }
    }
    found
}

/// The day in English whose first word begins at `start`.
fn day_at(text: &[u8], start: usize) -> Option<Part> {
    let first = word_at(text, start);
    text.get(first.clone()).filter(|word| may_be_of_day(word))?;
    let second = word_at(text, first.end + 1);
    let both = text
        .get(start..second.end)
        .filter(|_| !second.is_empty() && matches!(text.get(first.end), Some(b' ' | b'-')));
    let both = both.and_then(|words| Some((start..second.end, day(words, 1)?)));
    let (range, (_, value)) =
        both.or_else(|| Some((first.clone(), day(text.get(first.clone())?, 1)?)))?;
    Some(Part { range, value })
}

/// A date of which the day is a word before or behind a month.
pub(super) fn of_month(
    text: &[u8],
    word: Range<usize>,
    month: u8,
    foreign: bool,
) -> Option<Written> {
    let at = |range: Range<usize>| text.get(range).unwrap_or_default();
    let is = |range: &Range<usize>, of: &[&[u8]]| is_any_at(text, range, of);
    let month = Part { range: word.clone(), value: u32::from(month) };
    let end = word.start.checked_sub(1).filter(|&at| text.get(at) == Some(&b' '))?;
    let previous = word_before(text, end);
    let joins = is(&previous, &[b"of", b"de", b"di"]) && previous.start > 0;
    let before = if joins { previous.start - 1 } else { end };
    let rows = if foreign { DAYS.len() } else { ENGLISH_MONTHS };
    if let Some((row, day)) = day_before(text, before, rows) {
        let year = year(text, word.end);
        return match joins || row > 0 || year.is_some() {
            true => Written::new(year, month, Some(day)),
            false => None,
        };
    }
    if foreign {
        return None;
    }
    let behind = skip(text, word.end, b" ", 1);
    let article = word_at(text, behind);
    let has_article = is(&article, &[b"the"]);
    let day = day_at(text, if has_article { skip(text, article.end, b" ", 1) } else { behind })?;
    let year = year(text, day.range.end);
    // "May first try" is no date.
    let is_dated = || {
        let next = word_at(text, skip(text, day.range.end, b" ", 1));
        let ends = text.get(day.range.end).is_none_or(|b| b".,;:)\n".contains(b));
        case(at(word.clone())) == Case::Title
            && (ends || is(&previous, &BEFORE) || !previous.is_empty() && is(&next, &BEHIND))
    };
    (year.is_some() || has_article || is_dated())
        .then(|| Written::new(year, month, Some(day)))
        .flatten()
}

/// Words before a date.
const BEFORE: [&[u8]; 11] = [
    b"on", b"since", b"from", b"until", b"till", b"by", b"before", b"after", b"through", b"of",
    b"born",
];

/// Words behind one.
const BEHIND: [&[u8]; 10] =
    [b"at", b"and", b"to", b"with", b"she", b"he", b"was", b"when", b"patient", b"pt"];

/// The year behind a day or a month, in digits or words.
fn year(text: &[u8], at: usize) -> Option<Part> {
    let at = skip(text, at, b" ,", 2);
    let joins = text.get(at..at + 3).is_some_and(|of| matches!(of, b"of " | b"de " | b"in "));
    let at = if joins { at + 3 } else { at };
    let digits = digits_at(text, at);
    match digits {
        Some(year) => Some(year).filter(|year| year.range.len() == 4 && is_year(year.value)),
        None => year_in_words(text, at),
    }
}

/// A year in words: `nineteen thirty-one`, `nineteen oh five`, `two thousand and nineteen`.
pub(super) fn year_in_words(text: &[u8], start: usize) -> Option<Part> {
    let number = |words: &[u8]| {
        let at = |of: &[&str]| of.iter().position(|n| words.eq_ignore_ascii_case(n.as_bytes()));
        None.or_else(|| at(&ONES).map(|n| n as u32))
            .or_else(|| at(&TENS).map(|n| 10 * (n as u32 + 2)))
    };
    let next = |at: usize| {
        let at = at + usize::from(matches!(text.get(at), Some(b' ' | b'-')));
        word_at(text, at)
    };
    let of = |range: &Range<usize>| text.get(range.clone()).and_then(number);
    let is = |range: &Range<usize>, word: &[u8]| is_any_at(text, range, &[word]);
    let first = word_at(text, start);
    let century = of(&first)?;
    let mut second = next(first.end);
    let (mut value, mut end) = match century {
        2 if is(&second, b"thousand") => (2000, second.end),
        18..=20 if is(&second, b"hundred") => (100 * century, second.end),
        18..=20 => (100 * century, first.end),
        _ => return None,
    };
    if end == second.end {
        second = next(end);
        if is(&second, b"and") {
            second = next(second.end);
        }
    } else if is(&second, b"oh") {
        second = next(second.end);
        of(&second).filter(|ones| *ones < 10)?;
    } else {
        of(&second).filter(|&tens| tens > 9)?;
    }
    if let Some(rest) = of(&second) {
        (value, end) = (value + rest, second.end);
        let third = next(end);
        if let Some(ones) = of(&third).filter(|ones| (1..10).contains(ones) && rest > 19) {
            (value, end) = (value + ones, third.end);
        }
    }
    is_year(value).then_some(Part { range: start..end, value })
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The year alone behind a word that tells of a birth, in words: `born in nineteen thirty`.
pub(super) fn year_of_birth(text: &[u8], end: usize) -> Option<Part> {
    let mut at = skip(text, end, b" :", 2);
    for _ in 0..3 {
        let word = word_at(text, at);
        let joins = [&b"in"[..], b"the", b"year", b"of", b"about", b"around", b"circa"];
        let letters = text.get(word.clone())?;
        if !is_any(letters, &joins) {
            break;
        }
        at = skip(text, word.end, b" ", 1);
    }
    year_in_words(text, at)
}

/// Whether the words before a year say that somebody was born then: `born in`, `year of birth:`.
pub(super) fn is_of_birth(text: &[u8], at: usize) -> bool {
    const SAID: [&[u8]; 9] =
        [b"birth", b"yob", b"ne", b"nee", b"nacido", b"nacida", b"nato", b"nata", b"jahrgang"];
    let head = text.get(..at).unwrap_or_default();
    let gap = head.iter().rev().take(3).take_while(|b| b" :=(.".contains(b)).count();
    let mut word = word_before(text, at - gap);
    let letters = text.get(word.clone()).unwrap_or_default();
    if gap > 0 && [&b"in"[..], b"en", b"nel", b"ca", b"circa"].contains(&letters) {
        word = word_before(text, word.start.saturating_sub(1));
    }
    let letters = text.get(word).unwrap_or_default();
    cues().of(letters) == Some(Cue::Birth) || is_any(letters, &SAID)
}

/// Appends a day in the words and case of another one.
pub(super) fn write_day(written: &[u8], value: u32, out: &mut Vec<u8>) {
    let row = day(written, DAYS.len()).map_or(0, |(row, _)| row);
    let words =
        DAYS.get(row).and_then(|days| days.split(' ').nth(value.saturating_sub(1) as usize));
    let style = case(written);
    let blanks = written.contains(&b' ');
    for (n, byte) in words.unwrap_or_default().bytes().enumerate() {
        out.push(match (style, byte) {
            (_, b'_') => b' ',
            (_, b'-') if blanks => b' ',
            (Case::Upper, byte) => byte.to_ascii_uppercase(),
            (Case::Title, byte) if n == 0 => byte.to_ascii_uppercase(),
            (_, byte) => byte,
        });
    }
}
