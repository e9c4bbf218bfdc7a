//! Streets: those that were noted, and those that their form tells of.

use super::digits::digits_end;
use super::identity::is_particle;
use super::letters::{Case, case, is_alnum, is_any, is_any_at, word_at, word_before};
use super::names::{gap_end, gap_start};
use super::postcodes;
use super::words::words;
use std::ops::Range;

/// Words that streets end with.
pub(super) fn is_street_type(word: &[u8]) -> bool {
    const TYPES: [&[u8]; 33] = [
        b"street",
        b"st",
        b"avenue",
        b"ave",
        b"av",
        b"road",
        b"rd",
        b"lane",
        b"ln",
        b"drive",
        b"dr",
        b"court",
        b"ct",
        b"boulevard",
        b"blvd",
        b"place",
        b"pl",
        b"way",
        b"terrace",
        b"ter",
        b"circle",
        b"cir",
        b"highway",
        b"hwy",
        b"parkway",
        b"pkwy",
        b"square",
        b"sq",
        b"trail",
        b"trl",
        b"loop",
        b"alley",
        b"strasse",
    ];
    TYPES.iter().any(|kind| word.eq_ignore_ascii_case(kind))
}

/// The name of a street with its number and what kind of street it is.
pub(super) fn street(text: &[u8], name: Range<usize>) -> Range<usize> {
    let mut range = name;
    let next = word_at(text, gap_end(text, range.end));
    if text.get(next.clone()).is_some_and(is_street_type) {
        range.end = next.end;
    }
    let before = text.get(..range.start).unwrap_or_default().trim_ascii_end();
    let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if (1..=6).contains(&digits) && range.start - before.len() <= 2 {
        range.start = before.len() - digits;
    }
    range
}

/// A street that is in no field: a number, words with capitals, and what kind of street it is.
pub(super) fn unknown_street(text: &[u8], number: Range<usize>) -> Option<Range<usize>> {
    if number.len() > 5 {
        return None;
    }
    let mut at = number.end;
    for n in 0..5 {
        if text.get(at) != Some(&b' ') {
            return None;
        }
        let word = word_at(text, at + 1);
        let letters = text.get(word.clone())?;
        if n > 0 && is_street_type(letters) && case(letters) != Case::Lower {
            return Some(number.start..word.end);
        }
        if letters.is_empty() || case(letters) == Case::Lower {
            return None;
        }
        at = word.end + usize::from(text.get(word.end) == Some(&b'.'));
    }
    None
}

/// A street that is in no field, in a language in which what kind of street it is ends its name and
/// the number stands behind: `Hauptstraße 12`, `Lange Str. 5a`.
pub(super) fn ending(text: &[u8], word: &Range<usize>) -> Option<Range<usize>> {
    const ENDS: [&[u8]; 17] = [
        b"strasse",
        b"str",
        b"gasse",
        b"platz",
        b"weg",
        b"allee",
        b"damm",
        b"ufer",
        b"chaussee",
        b"straat",
        b"laan",
        b"plein",
        b"gracht",
        b"gatan",
        b"vagen",
        b"gade",
        b"vej",
    ];
    let dot = usize::from(text.get(word.end) == Some(&b'.'));
    let number = number_behind(text, word.end + dot)?;
    let letters = text.get(word.clone())?;
    if case(letters) == Case::Lower {
        return None;
    }
    let kind = ENDS.into_iter().find(|kind| {
        let at = letters.len().checked_sub(kind.len());
        at.and_then(|at| letters.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(kind))
    })?;
    if letters.len() > kind.len() + 2 {
        return (!words().of(letters).is_word()).then_some(word.start..number);
    }
    // Its name may be joined to the kind: `Karl-Marx-Allee 5`.
    let joined = text
        .get(..word.start)?
        .strip_suffix(b"-")
        .map_or(0, |head| head.iter().rev().take_while(|&&b| is_alnum(b) || b == b'-').count() + 1);
    if joined > 3 && letters.len() == kind.len() {
        let start = word.start - joined;
        return text.get(start).is_some_and(u8::is_ascii_uppercase).then_some(start..number);
    }
    // Before a word that is the kind alone, its name stands.
    let before = word_before(text, gap_start(text, word.start));
    let is_name = text.get(before.clone()).is_some_and(|name| case(name) != Case::Lower);
    (letters.len() == kind.len() && kind.starts_with(b"str") && is_name && !before.is_empty())
        .then_some(before.start..number)
}

/// A street that is in no field, whose name stands behind what kind of street it is: `Rue de la
/// Paix 5`, `12, rue Monge`, `Calle Mayor 3`.
pub(super) fn behind(text: &[u8], kind: Range<usize>) -> Option<Range<usize>> {
    // "via" is English, too.
    let word = text.get(kind.clone())?;
    let style = case(word);
    let rest = text.get(kind.end..)?;
    // Short for a calle or an ulica. Of what is measured, ul is a unit.
    let (is_short, stroke) = match word {
        b"C" if rest.starts_with(b"/ ") => (true, 1),
        b"c" | b"C" => return None,
        b"ul" => {
            let before = text.get(..kind.start)?.trim_ascii_end().last();
            (rest.starts_with(b". ") && !before.is_some_and(u8::is_ascii_digit), 0)
        }
        _ => (false, 0),
    };
    let sure = [&b"rue"[..], b"calle", b"avenida", b"piazza", b"viale", b"rua", b"ulica"];
    let is_sure = sure.iter().any(|sure| word.eq_ignore_ascii_case(sure));
    if style != Case::Title && !is_sure && !is_short && words().of(word).is_word() {
        return None;
    }
    let mut end = kind.end + stroke;
    let mut has_name = false;
    for _ in 0..5 {
        let start = end + usize::from(matches!(text.get(end), Some(b' ' | b'\'' | b'-' | b'.')));
        let start = start + usize::from(text.get(start) == Some(&b' '));
        let word = word_at(text, start);
        let letters = text.get(word.clone())?;
        let is_name = case(letters) != Case::Lower;
        let joins =
            is_particle(letters) || matches!(letters, b"des" | b"d" | b"l" | b"los" | b"las");
        if start == end || letters.is_empty() || !(is_name || joins) {
            break;
        }
        has_name |= !joins && (case(letters) == Case::Title || style == Case::Upper);
        end = word.end;
    }
    let comma = usize::from(text.get(end) == Some(&b','));
    let number = number_behind(text, end + comma);
    let before = text.get(..kind.start)?.trim_ascii_end();
    let before = before.strip_suffix(b",").unwrap_or(before);
    let is_second = |word: &&[u8]| before.ends_with(word);
    let second = [&b" bis"[..], b" ter"].into_iter().find(is_second).map_or(0, <[u8]>::len);
    let before = &before[..before.len() - second];
    let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let is_numbered = (1..=4).contains(&digits) && kind.start - before.len() <= 2 + second;
    let start = if is_numbered { before.len() - digits } else { kind.start };
    (has_name && (is_sure || is_numbered || number.is_some())).then(|| start..number.unwrap_or(end))
}

/// A street with what stands behind it: the number of a flat, or a postcode and a place, in which nobody
/// would find a street otherwise.
pub(super) fn whole(text: &[u8], street: Range<usize>) -> Range<usize> {
    let flat = flat_behind(text, street.end).or_else(|| floor_behind(text, street.end));
    let end = flat.unwrap_or(street.end);
    let place = skip_comma(text, end).and_then(|at| postcodes::behind_street(text, at));
    street.start..place.unwrap_or(end)
}

/// Where a floor and its door end, as in Spain: `, 2ºB`, which is looked at as `2oB`.
fn floor_behind(text: &[u8], at: usize) -> Option<usize> {
    let start = skip_comma(text, at)?;
    let end = digits_end(text, start);
    let sign = word_at(text, end);
    let is_floor = (1..=2).contains(&(end - start));
    let door = match text.get(sign.clone())? {
        [b'o' | b'a', door] if door.is_ascii_uppercase() => return is_floor.then_some(sign.end),
        b"o" | b"a" => word_at(text, sign.end + 1),
        _ => return None,
    };
    let is_door = match text.get(door.clone())? {
        [letter] => letter.is_ascii_uppercase(),
        word => is_any(word, &[b"izq", b"izda", b"dcha", b"der"]),
    };
    (is_floor && is_door && text.get(sign.end) == Some(&b' ')).then_some(door.end)
}

/// Where the number of a flat ends: `, Apt 3B`, ` Unit 4`.
fn flat_behind(text: &[u8], at: usize) -> Option<usize> {
    let word = word_at(text, skip_comma(text, at)?);
    if !is_any_at(text, &word, &[b"apt", b"apartment", b"unit", b"suite", b"ste"]) {
        return None;
    }
    let rest = text.get(word.end..)?;
    let start = word.end + rest.iter().take_while(|b| b". #".contains(b)).count();
    let length = text.get(start..)?.iter().take_while(|&&b| is_alnum(b)).count();
    let number = text.get(start..start + length)?;
    let fits = (1..=5).contains(&length) && start > word.end;
    (fits && (length == 1 || number.iter().any(u8::is_ascii_digit))).then_some(start + length)
}

/// Behind a comma and a blank, or one of them.
fn skip_comma(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let length = rest.iter().take(2).take_while(|b| b", \n".contains(b)).count();
    (length > 0).then_some(at + length)
}

/// Where the number of a house ends behind a blank: up to four digits, and a letter, and the number of
/// a flat behind a stroke (`10/5`).
#[inline]
fn number_behind(text: &[u8], at: usize) -> Option<usize> {
    // Behind nearly every word there is none.
    match text.get(at..)? {
        [b' ', b'0'..=b'9', ..] => house_number(text, at + 1),
        _ => None,
    }
}

fn house_number(text: &[u8], start: usize) -> Option<usize> {
    let digits = digits_end(text, start);
    let letter = usize::from(text.get(digits).is_some_and(u8::is_ascii_lowercase));
    let end = digits + letter;
    if digits - start > 4 || text.get(end).is_some_and(|&b| is_alnum(b)) {
        return None;
    }
    let flat = digits_end(text, end + 1);
    let has_flat = text.get(end) == Some(&b'/')
        && (1..=3).contains(&(flat - end).saturating_sub(1))
        && !text.get(flat).is_some_and(|&b| is_alnum(b) || b == b'/');
    Some(if has_flat { flat } else { end })
}
