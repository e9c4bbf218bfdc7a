//! Looks through a text for what identifies somebody.

use super::cues::{Cue, Cues, cues};
use super::dates::{self, Written};
use super::digits::{Groups, digits_end};
use super::divided::Behind;
use super::found::Sort;
use super::identity::{Hold, Identity, Noted};
use super::letters::{Case, case, is_any, is_letter, without_look_alikes, word_at, word_before};
use super::words::words;
use super::{
    ages, codes, contacts, divided, eponyms, iban, initials, names, national, numbers, places,
    postcodes, serials, strangers, streets, worded, zips,
};
use crate::ops::deidentify::Kind;
use crate::ops::deidentify::shape::LONG;
use std::ops::Range;

/// How far behind a word the number may begin that it announces.
const CUE_REACH: usize = 24;

/// What is to be replaced.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) what: What,
}

/// What a span is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Something that was noted.
    Own(Noted),
    /// Something that looks like it.
    Other(Sort),
    /// A date, and whether a word before it says that it is one of birth.
    Date(Written, bool),
    /// The year of a birth.
    BirthYear(u32),
}

impl Span {
    fn is_name(&self) -> bool {
        is_name(&self.what)
    }
}

/// Whether something is a name, or may be one.
fn is_name(what: &What) -> bool {
    match what {
        What::Own(noted) => matches!(noted.kind, Kind::Family | Kind::Given),
        What::Other(sort) => matches!(sort, Sort::Name | Sort::Word),
        What::Date(..) | What::BirthYear(_) => false,
    }
}

/// Whether a word says no more than that a number comes: of a telephone, unless a word before it says
/// of what.
fn is_number_of(gap: &[u8]) -> bool {
    gap.strip_prefix(b" ").is_some_and(|word| word.eq_ignore_ascii_case(b"number"))
}

/// How a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    Usual,
    /// Words that no list has are replaced, too.
    Strict,
    /// The text is the name of a code: names that are words of medicine are none, unless something
    /// beside them tells so.
    Code,
    /// The text repeats what somebody typed, in words of programs: names that no list of words has are
    /// replaced.
    Echo,
}

/// All that is to be replaced in a text, in order, without overlaps.
pub(super) fn scan(identity: &Identity, text: &[u8], care: Care) -> Vec<Span> {
    let mut scan = Scan { identity, cues: cues(), text, care, spans: Vec::new(), cue: None };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at = if is_letter(byte) {
            scan.word(word_at(text, at))
        } else if byte.is_ascii_digit() {
            scan.number(at)
        } else if byte == b'@' {
            scan.email(at)
        } else if byte == b':' {
            scan.colon(at)
        } else if byte == b'-' {
            // Those that begin with letters.
            match serials::uuid(text, at) {
                Some(range) => scan.push(range, What::Other(Sort::Id)),
                None => at + 1,
            }
        } else {
            at + 1
        };
    }
    scan.spans
}

struct Scan<'t> {
    identity: &'t Identity,
    cues: &'t Cues,
    text: &'t [u8],
    care: Care,
    spans: Vec<Span>,
    /// The last word that announces a number, and where it ends.
    cue: Option<(Cue, usize)>,
}

impl Scan<'_> {
    /// Takes a span; gives where to go on.
    fn push(&mut self, mut range: Range<usize>, what: What) -> usize {
        if let Some(last) = self.spans.last_mut()
            && last.is_name()
            && is_name(&what)
            && let Some([b' ', initial, rest @ ..]) = self.text.get(last.range.end..range.start)
            && initial.is_ascii_uppercase()
            && matches!(rest, b" " | b". ")
        {
            last.range.end = range.start - 1;
        }
        while let Some(last) = self.spans.pop_if(|last| last.range.start >= range.start) {
            range.end = range.end.max(last.range.end);
        }
        match self.spans.last_mut() {
            Some(last) if last.range.end > range.start => {
                last.range.end = last.range.end.max(range.end);
                last.range.end
            }
            _ => {
                let end = range.end;
                self.spans.push(Span { range, what });
                end
            }
        }
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.text.get(range.clone()).unwrap_or_default()
    }

    #[inline]
    fn word(&mut self, word: Range<usize>) -> usize {
        let letters = self.text.get(word.clone()).unwrap_or_default();
        if let Some((range, noted)) = self.own(word.clone()) {
            if let Some(end) = self.eponym(&word, noted) {
                return end;
            }
            let end = self.push(range, What::Own(noted));
            return end.max(word.end);
        }
        if !letters.is_ascii()
            && let Some(noted) = self.alike(letters)
        {
            return self.push(word, What::Own(noted));
        }
        match self.cues.of(letters) {
            None => self.plain_word(word),
            Some(cue) => self.cue(word, cue),
        }
    }

    fn own(&self, word: Range<usize>) -> Option<(Range<usize>, Noted)> {
        names::own(self.identity, self.text, word, self.care == Care::Code)
    }

    /// Where the name of a disease or device ends that a noted name is a part of.
    #[cold]
    fn eponym(&self, word: &Range<usize>, noted: Noted) -> Option<usize> {
        let is_name = matches!(noted.kind, Kind::Family | Kind::Given);
        if is_name { eponyms::eponym(self.identity, self.text, word) } else { None }
    }

    /// The name that a word looks like, though letters of it are of another alphabet.
    #[cold]
    fn alike(&self, word: &[u8]) -> Option<Noted> {
        let latin = without_look_alikes(word)?;
        let mut noted = self.identity.of_word(&latin).filter(|noted| noted.hold == Hold::Strong);
        noted.next()
    }

    /// Takes a word that neither is known of somebody nor tells of what is beside it.
    fn plain_word(&mut self, word: Range<usize>) -> usize {
        if word.len() == 1
            && let Some(end) = initials::own(self.identity, self.text, word.start)
        {
            return self.push(word.start..end, What::Other(Sort::Name));
        }
        if let Some(noted) =
            names::nickname(self.identity, self.text, &word, self.care == Care::Code)
        {
            return self.push(word, What::Own(noted));
        }
        if let Some(flat) = postcodes::flat(self.text, &word) {
            return self.push(flat, What::Other(Sort::Address));
        }
        if let Some(street) = streets::ending(self.text, &word) {
            return self.push(streets::whole(self.text, street), What::Other(Sort::Address));
        }
        if let Some(last) = strangers::listed(self.text, &word) {
            self.name(word);
            return self.name(last);
        }
        if let Some((range, noted)) = names::inside(self.identity, self.text, &word, Behind::Ending)
        {
            // "Parkinsons disease"
            if let Some(end) = self.eponym(&word, noted) {
                return end;
            }
            return self.push(range, What::Own(noted));
        }
        if let Some((range, noted)) = divided::divided(self.identity, self.text, &word) {
            return self.push(range, What::Own(noted));
        }
        let is_other = match self.care {
            Care::Strict => !self.tells_of_nobody(&word),
            Care::Echo => self.is_echoed(&word),
            Care::Usual | Care::Code => false,
        };
        if is_other {
            return self.push(word, What::Other(Sort::Word));
        }
        word.end
    }

    /// Whether a word may be a name that a program repeats: it is written as one, no list of words has
    /// it, and it is no part of the name of something in a program (`java.lang.Foo`, `PID_5`).
    fn is_echoed(&self, word: &Range<usize>) -> bool {
        let letters = self.slice(word);
        let beside = [word.start.checked_sub(1), Some(word.end)].into_iter().flatten();
        let mut beside = beside.filter_map(|at| self.text.get(at));
        let is_part = beside.any(|b| b.is_ascii_digit() || *b == b'_')
            || word.start.checked_sub(1).and_then(|at| self.text.get(at)) == Some(&b'.')
            || self.text.get(word.end) == Some(&b'.')
                && self.text.get(word.end + 1).is_some_and(|&b| is_letter(b));
        let is_mixed =
            case(letters) == Case::Title && letters.iter().skip(1).any(u8::is_ascii_uppercase);
        letters.len() > 2
            && !letters.first().is_some_and(u8::is_ascii_lowercase)
            && !is_mixed
            && !is_part
            && !words().of(letters).is_word()
    }

    /// Whether a word is in a list of words, or is a part of a code or a unit.
    fn tells_of_nobody(&self, word: &Range<usize>) -> bool {
        let beside = [word.start.checked_sub(1), Some(word.end)];
        let is_glued = beside
            .into_iter()
            .flatten()
            .any(|at| self.text.get(at).is_some_and(u8::is_ascii_digit));
        let most = if is_glued { 3 } else { 1 };
        let letters = self.slice(word);
        let listed = words().of(letters);
        if word.len() <= most || !listed.is_word() || !listed.is_name() {
            return word.len() <= most || listed.is_word();
        }
        let is_behind_a_name = self.spans.last().is_some_and(|last| {
            last.is_name() && self.slice(&(last.range.end..word.start)) == b" "
        });
        let is_name = case(letters) == Case::Title
            && (is_behind_a_name
                || self.is_behind_with(word)
                || listed.is_given()
                    && (!names::begins_sentence(self.text, word.start)
                        || strangers::is_before_a_name(self.text, word.end)));
        !is_name
    }

    /// Whether a word stands behind "with" or "by", and is none of the name of a disease.
    fn is_behind_with(&self, word: &Range<usize>) -> bool {
        let before = word_before(self.text, word.start.saturating_sub(1));
        is_any(self.slice(&before), &[b"by", b"with"])
            && !strangers::is_treated(self.text, &before)
            && eponyms::eponym(self.identity, self.text, word).is_none()
    }

    fn cue(&mut self, word: Range<usize>, cue: Cue) -> usize {
        match cue {
            Cue::Title if strangers::is_method(self.text, &word) => word.end,
            Cue::Title => self.names_behind(strangers::whole_title(self.text, word), cue),
            Cue::Person => self.names_behind(word, cue),
            Cue::Courtesy => {
                let parts = strangers::behind_courtesy(self.text, &word);
                if let Some(initial) = initials::behind_courtesy(self.text, &word) {
                    return self.push(initial, What::Other(Sort::Name));
                }
                if parts.is_empty() {
                    return self.plain_word(word);
                }
                let end = word.end;
                parts.into_iter().fold(end, |end, part| self.name(part).max(end))
            }
            Cue::Degree => {
                for part in strangers::before(self.text, word.start) {
                    self.name(part);
                }
                word.end
            }
            Cue::Month(month) => {
                let written = worded::of_month(self.text, word.clone(), month, false)
                    .or_else(|| dates::of_month(self.text, word.clone(), month));
                written.map_or(word.end, |written| self.date(written))
            }
            Cue::ForeignMonth(month) => {
                let written = worded::of_month(self.text, word.clone(), month, true)
                    .or_else(|| dates::of_foreign_month(self.text, word.clone(), month));
                match written {
                    Some(written) => self.date(written),
                    None => self.plain_word(word),
                }
            }
            Cue::Birth => {
                self.cue_of(cue, word.end);
                match worded::year_of_birth(self.text, word.end) {
                    Some(year) => self.push(year.range, What::BirthYear(year.value)),
                    None => word.end,
                }
            }
            Cue::Old => match ages::in_words(self.text, word.clone()) {
                Some(range) => self.push(range, What::Other(Sort::Age)),
                None => word.end,
            },
            Cue::Street => match streets::behind(self.text, word.clone()) {
                Some(street) => {
                    self.push(streets::whole(self.text, street), What::Other(Sort::Address))
                }
                None => self.plain_word(word),
            },
            Cue::Web => match contacts::url(self.text, word.clone()) {
                Some(range) => self.push(range, What::Other(Sort::Url)),
                None => word.end,
            },
            Cue::Domain => match contacts::host(self.text, word.clone()) {
                Some(range) => self.push(range, What::Other(Sort::Url)),
                None => word.end,
            },
            _ => {
                self.cue_of(cue, word.end);
                word.end
            }
        }
    }

    /// Takes the name that a title, or a word for a person, stands before.
    fn names_behind(&mut self, word: Range<usize>, cue: Cue) -> usize {
        if word.len() <= 4 || cue == Cue::Person {
            self.cue_of(cue, word.end);
        }
        let is_joined = is_any(self.slice(&word), &[b"by", b"with"]);
        if is_joined && strangers::is_treated(self.text, &word) {
            return word.end;
        }
        for part in strangers::behind(self.text, word.end, cue == Cue::Title) {
            // "with Down syndrome"
            if is_joined && eponyms::eponym(self.identity, self.text, &part).is_some() {
                return word.end;
            }
            self.name(part);
        }
        if cue == Cue::Title
            && let Some(initial) = initials::behind_title(self.text, &word)
        {
            return self.push(initial, What::Other(Sort::Name));
        }
        self.spans.last().map_or(word.end, |last| last.range.end.max(word.end))
    }

    /// Remembers a word that announces a number. A word between stays with it: "record No.".
    fn cue_of(&mut self, cue: Cue, end: usize) {
        self.cue = match (cue, self.cue) {
            (Cue::Title, known) => known,
            (Cue::Link, Some((known, at))) if end - at < CUE_REACH => Some((known, end)),
            (Cue::Link, _) => None,
            (Cue::Number, Some((Cue::Record | Cue::Ssn, _))) => self.cue.map(|(c, _)| (c, end)),
            // "Serial number"
            (Cue::Phone, Some((known @ (Cue::Number | Cue::Record | Cue::Ssn), at)))
                if self.text.get(at..end).is_some_and(is_number_of) =>
            {
                Some((known, end))
            }
            _ => Some((cue, end)),
        };
    }

    /// A word of a name that a word beside it told of.
    fn name(&mut self, part: Range<usize>) -> usize {
        match self.own(part.clone()) {
            Some((range, noted)) => self.push(range, What::Own(noted)),
            None => {
                if let Some((range, noted)) = divided::divided(self.identity, self.text, &part) {
                    return self.push(range, What::Own(noted));
                }
                let noted = self.identity.of_word(self.slice(&part)).next();
                let what = noted.map_or(What::Other(Sort::Name), What::Own);
                self.push(part, what)
            }
        }
    }

    fn date(&mut self, written: Written) -> usize {
        let is_of_birth = self.cue_before(written.range.start) == Some(Cue::Birth);
        self.push(written.range.clone(), What::Date(written, is_of_birth))
    }

    fn number(&mut self, at: usize) -> usize {
        let instance = serials::of_instance(self.text, at);
        if let Some(range) = instance.or_else(|| serials::uuid(self.text, at + 8)) {
            return self.push(range, What::Other(Sort::Id));
        }
        let own = codes::own(self.identity, self.text, at);
        if let Some((range, noted)) = own.clone() {
            if self.is_amount(&range, noted) {
                return range.end.max(digits_end(self.text, at));
            }
            if noted.kind != Kind::Date {
                return self.own_number(at, range, noted);
            }
        }
        if let Some((written, is_of_era)) = dates::of_signs(self.text, at) {
            return match is_of_era {
                true => self.push(written.range, What::Other(Sort::Date)),
                false => self.date(written),
            };
        }
        let groups = Groups::at(self.text, at);
        // Of some, the first part is a date of birth.
        let of_person = national::number(self.text, at, groups.width(0));
        if let Some(range) = of_person.or_else(|| iban::iban(self.text, at)) {
            return self.push(range, What::Other(Sort::Id));
        }
        // A date is moved, if it is written as one.
        if let Some(written) = dates::of_digits(self.text, &groups) {
            return self.date(written).max(groups.range(0).end);
        }
        if let Some(range) = dates::other(self.text, &groups) {
            return self.push(range, What::Other(Sort::Date));
        }
        match own {
            Some((range, noted)) => self.own_date(at, range, noted),
            None => self.number_of_nobody(at, &groups),
        }
    }

    /// Takes a number that was noted.
    fn own_number(&mut self, at: usize, mut range: Range<usize>, noted: Noted) -> usize {
        if noted.kind == Kind::Zip {
            range.end = zips::whole_end(self.text, range.end);
        }
        let end = range.end;
        self.push(range, What::Own(noted));
        end.max(digits_end(self.text, at))
    }

    /// Takes a date that was noted, of which only eight digits in a row can be moved here.
    fn own_date(&mut self, at: usize, range: Range<usize>, noted: Noted) -> usize {
        let end = range.end.max(digits_end(self.text, at));
        let written =
            if range.len() == 8 { dates::compact(self.text, range.clone()) } else { None };
        match written {
            Some(written) => self.date(written),
            None => self.push(range, What::Own(noted)),
        };
        end
    }

    /// Takes a number that neither was noted nor is a date, if its form or what is beside it tells
    /// what it is.
    fn number_of_nobody(&mut self, at: usize, groups: &Groups) -> usize {
        if let Some(range) = serials::by_form(self.text, at) {
            return self.push(range, What::Other(Sort::Id));
        }
        let cue = self.cue_before(at);
        if let Some((Cue::Plate, from)) = self.cue.filter(|_| cue == Some(Cue::Plate))
            && let Some(range) = serials::plate(self.text, from, at)
        {
            return self.push(range, What::Other(Sort::Id));
        }
        if let Some(end) = zips::zip(self.text, groups, cue) {
            let place = postcodes::place(self.text, end).filter(|_| cue == Some(Cue::Zip));
            return self.push(at..place.unwrap_or(end), What::Other(Sort::Address));
        }
        if let Some(range) = postcodes::postcode(self.text, at, groups) {
            return self.push(range, What::Other(Sort::Address));
        }
        let is_serial = cue.is_none() && serials::is_announced(self.text, at);
        let cue = if is_serial { Some(Cue::Number) } else { cue };
        if let Some((range, sort)) = numbers::by_form(self.text, at, groups, cue) {
            return self.push(range, What::Other(sort)).max(groups.range(0).end);
        }
        if let Some(what) = self.year(at, groups, cue) {
            return self.push(groups.range(0), what);
        }
        if cue == Some(Cue::Birth)
            && let Some(end) = dates::short(self.text, groups)
        {
            return self.push(at..end, What::Other(Sort::Date));
        }
        if let Some(end) = ages::in_digits(self.text, groups, cue) {
            return self.push(at..end, What::Other(Sort::Age));
        }
        let street = streets::unknown_street(self.text, groups.range(0));
        let place = street
            .map(|street| streets::whole(self.text, street))
            .or_else(|| places::post_box(self.text, groups.range(0)))
            .or_else(|| places::coordinates(self.text, groups));
        if let Some(range) = place {
            return self.push(range, What::Other(Sort::Address));
        }
        groups.range(0).end
    }

    /// What a year alone tells: a birth, or that somebody is too old.
    fn year(&self, at: usize, groups: &Groups, cue: Option<Cue>) -> Option<What> {
        if groups.width(0) != 4 {
            return None;
        }
        let year = groups.number(self.text, 0);
        let is_of_birth = || cue == Some(Cue::Birth) || worded::is_of_birth(self.text, at);
        if dates::is_year(year) && is_of_birth() {
            return Some(What::BirthYear(year));
        }
        let is_old = self.identity.is_old_year(year, false);
        is_old.then_some(What::Other(Sort::Date))
    }

    /// Whether a number that was noted is one that was measured: it has a unit, and no more digits than
    /// amounts have.
    fn is_amount(&self, range: &Range<usize>, noted: Noted) -> bool {
        matches!(noted.kind, Kind::Id | Kind::Phone | Kind::Ssn | Kind::Zip)
            && range.len() < LONG
            && self.slice(range).iter().all(|b| b.is_ascii_digit() || *b == b',')
            && numbers::is_amount(self.text, range.end)
            && !matches!(self.cue_before(range.start), Some(cue) if cue.is_of_number())
    }

    /// The word that announces the number at `at`, if only signs are between them.
    fn cue_before(&self, at: usize) -> Option<Cue> {
        let (cue, end) = self.cue?;
        let reach = if cue == Cue::Phone { CUE_REACH } else { 8 };
        let gap = self.text.get(end..at).filter(|gap| gap.len() <= reach)?;
        let signs = gap.iter().all(|&b| b" .:#=-()+\n\x1E".contains(&b) || is_letter(b));
        let letters = gap.iter().filter(|&&b| is_letter(b)).count();
        let glued = match cue {
            Cue::Phone => 12,
            Cue::Zip => 4,
            _ => 3,
        };
        (signs && letters <= glued).then_some(cue)
    }

    fn colon(&mut self, at: usize) -> usize {
        let is_next = self.text.get(at + 1).is_some_and(|&b| b == b':' || b.is_ascii_hexdigit());
        match contacts::ipv6(self.text, at) {
            Some(range) if is_next => self.push(range, What::Other(Sort::Url)),
            _ => at + 1,
        }
    }

    fn email(&mut self, at: usize) -> usize {
        match contacts::email(self.text, at) {
            Some(range) => self.push(range, What::Other(Sort::Email)),
            None => at + 1,
        }
    }
}
