//! ZIP codes that are in no field: behind the name of a state, or a word that says so.

use super::cues::Cue;
use super::dates::is_measured;
use super::digits::{Groups, digits_end};
use super::letters::{Case, case, is_alnum, word_before};
use crate::ops::deidentify::shape::is_state;

/// The codes of states (USPS Publication 28, appendix B) that are no words of English or medicine.
const STATES: &str = "AL AK AS AZ AR CA CO DE DC FL GA GU IA ID IL KS KY LA MA MI MN MO MT NC ND NE NH \
                      NJ NM NV NY PR RI SC SD TN TX UT VA VI VT WA WI WV WY";

/// Those that are.
const WORDS: &str = "CT HI IN MD ME MS OH OK OR PA";

/// Whether a word is the code of a state that is no other word.
pub(super) fn is_state_code(word: &[u8]) -> bool {
    STATES.split_ascii_whitespace().any(|code| code.as_bytes() == word)
}

/// Where the four digits end that may be behind a ZIP code that ends at `end`.
pub(super) fn whole_end(text: &[u8], end: usize) -> usize {
    let four = digits_end(text, end + 1);
    let has = text.get(end) == Some(&b'-') && four - end == 5;
    if has && !text.get(four).is_some_and(|&b| is_alnum(b)) { four } else { end }
}

/// Where a ZIP code ends that is the first of some groups.
pub(super) fn zip(text: &[u8], groups: &Groups, cue: Option<Cue>) -> Option<usize> {
    let code = groups.range(0);
    let end = whole_end(text, code.end);
    let goes_on = match text.get(end..)? {
        [b'.' | b',' | b'/' | b'-', b'0'..=b'9', ..] => true,
        [next, ..] => is_alnum(*next) || *next == b'%',
        [] => false,
    };
    if code.len() != 5 || goes_on || is_measured(text, end) {
        return None;
    }
    if cue == Some(Cue::Zip) {
        return Some(end);
    }
    let head = text.get(..code.start)?.strip_suffix(b" ")?;
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let state = word_before(text, head.len());
    let name = text.get(state.clone())?;
    let is_in = |codes: &str| codes.split_ascii_whitespace().any(|code| code.as_bytes() == name);
    let is_behind_city = || {
        let before = text.get(..state.start).unwrap_or_default().trim_ascii_end();
        let end = before.strip_suffix(b",").unwrap_or(before).len();
        let city = text.get(word_before(text, end)).unwrap_or_default();
        before.ends_with(b",") || city.len() > 1 && case(city) == Case::Title
    };
    let is_name = || {
        let first = word_before(text, state.start.saturating_sub(1));
        let is_two = text.get(first.start..state.end).is_some_and(is_state);
        case(name) != Case::Lower && name.len() > 3 && (is_state(name) || is_two)
    };
    (is_in(STATES) || is_in(WORDS) && is_behind_city() || is_name()).then_some(end)
}
