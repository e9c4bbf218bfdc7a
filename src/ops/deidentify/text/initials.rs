//! Initials in place of names: `M.H.`, `Mrs. H`, `Annette D.`

use super::identity::Identity;
use super::letters::{Case, case, is_alnum, is_any, word_at};
use super::names::gap_end;
use super::strangers::is_imaged;
use crate::ops::deidentify::Kind;
use std::ops::Range;

/// More initials than these nobody has.
const LETTERS_MAX: usize = 5;

/// What is written so, and no name.
const OTHERS: [&[u8]; 12] =
    [b"MD", b"DO", b"RN", b"NP", b"PA", b"IV", b"IM", b"US", b"AM", b"PM", b"TB", b"CT"];

/// Capitals with dots behind them that begin with the one at `at`: the first, the last, and where they
/// end. `M.H.`, `M. H.`, `J.-B. L.`
pub(super) fn dotted(text: &[u8], at: usize) -> Option<(u8, u8, usize)> {
    let capital = |at: usize| text.get(at).copied().filter(u8::is_ascii_uppercase);
    let first = capital(at)?;
    if at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|&b| is_alnum(b)) {
        return None;
    }
    let mut letters = [0; LETTERS_MAX];
    let mut count = 0;
    let mut next = at;
    let mut end = at;
    while let (Some(letter), Some(b'.')) = (capital(next), text.get(next + 1)) {
        *letters.get_mut(count)? = letter;
        count += 1;
        end = next + 2;
        let signs = text.get(end..).unwrap_or_default().iter();
        next = end + signs.take(1).take_while(|b| b" -".contains(b)).count();
    }
    // Behind the last dot a word may begin: "M. Hutchinson".
    let letters = letters.get(..count).filter(|letters| letters.len() > 1)?;
    let is_whole = !text.get(end).is_some_and(|&b| is_alnum(b));
    let is_other = OTHERS.contains(&letters);
    (is_whole && !is_other).then(|| (first, letters[count - 1], end))
}

/// Where the initials of somebody of the message end that begin at `at`.
pub(super) fn own(identity: &Identity, text: &[u8], at: usize) -> Option<usize> {
    let (given, family, end) = dotted(text, at)?;
    identity.are_initials(given, family).then_some(end)
}

/// Where the initials end that stand behind a given name: "Annette D.", "Gerald H at bedside".
pub(super) fn behind_given(
    identity: &Identity,
    text: &[u8],
    name: &[u8],
    end: usize,
    needs_dot: bool,
) -> Option<usize> {
    let initial = word_at(text, end + 1);
    let [letter] = *text.get(initial.clone())? else { return None };
    let given = *name.first()?;
    let is_own = letter.is_ascii_uppercase()
        && text.get(end) == Some(&b' ')
        && (identity.are_initials(given, letter) || identity.is_initial(letter));
    // Behind it, or with it, the family name may stand, which is found on its own.
    let behind = text.get(word_at(text, gap_end(text, initial.end))).unwrap_or_default();
    let is_family = |word: &[u8]| identity.of_word(word).any(|noted| noted.kind == Kind::Family);
    if is_family(&[letter]) || is_family(behind) {
        return None;
    }
    let has_dot = text.get(initial.end) == Some(&b'.');
    let is_word = matches!(letter, b'A' | b'I');
    let ends = text.get(initial.end).is_none_or(|b| b" ,;)\n\x1E".contains(b));
    (is_own && (has_dot || ends && !needs_dot && !is_word)).then_some(initial.end)
}

/// The initial of a name, alone behind a title: "Mrs. H.", "Ms K reports".
pub(super) fn behind_title(text: &[u8], title: &Range<usize>) -> Option<Range<usize>> {
    let initial = word_at(text, gap_end(text, title.end));
    let gap = text.get(title.end..initial.start)?;
    let [letter] = *text.get(initial.clone())? else { return None };
    let rest = text.get(initial.end..).unwrap_or_default();
    let ends = match rest {
        [] | [b' ' | b'.' | b',' | b';' | b':' | b')' | b'\n' | 0x1E, ..] => true,
        _ => rest.starts_with(b"'s"),
    };
    let next = text.get(word_at(text, initial.end + 1)).unwrap_or_default();
    // `MR C SPINE` is a method.
    let letters = text.get(title.clone())?;
    let is_title = case(letters) != Case::Upper || !is_any(letters, &[b"mr", b"ms", b"dr"]);
    let is_initial = matches!(gap, b" " | b". ")
        && letter.is_ascii_uppercase()
        && ends
        && is_title
        && !is_imaged(next);
    // "dhr. W.J. de Vries"
    let mut end = initial.end;
    while let Some([b'.', b'A'..=b'Z', b'.', ..]) = text.get(end..) {
        end += 2;
    }
    is_initial.then_some(initial.start..end)
}

/// As [`behind_title`], with its dot, behind what is a title in few texts only: "Fr. M. klagt".
pub(super) fn behind_courtesy(text: &[u8], title: &Range<usize>) -> Option<Range<usize>> {
    let letters = text.get(title.clone())?;
    let initial = behind_title(text, title)?;
    // `16 Fr. A.`
    let head = text.get(..title.start)?.trim_ascii_end();
    let is_size = head.last().is_some_and(u8::is_ascii_digit);
    let is_title = is_any(letters, &[b"hr", b"fr", b"mw", b"sig"]) && case(letters) == Case::Title;
    (is_title && !is_size && text.get(initial.end) == Some(&b'.')).then_some(initial)
}
