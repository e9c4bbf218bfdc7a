//! What stands in place of a value: the same for the same value and key, without a table.
//!
//! Everything follows from one key: subkeys by HKDF-SHA256 (RFC 5869), one for each kind of value;
//! HMAC-SHA256 (RFC 2104) of the value as it is compared; and FF1 (NIST SP 800-38G) for what must
//! keep its form without two values becoming one. Labels, lists and forms are frozen: a key makes
//! the same surrogates in every version of the program.

mod ff1;
mod id;
mod key;
mod memo;
mod name;
pub(crate) mod names;
mod net;
mod number;
mod prf;
mod table;

pub use key::{Key, KeyError};
pub use memo::{Made, Memo};
pub use number::lay_out;

use super::Kind;
use super::zip3::{List, zip3};
use id::Ids;
use number::Digits;
use prf::{Digest, Prf, Subkeys, first_64, last_64, write_token, write_token_for};
use std::io::Write;

/// How surrogates look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Sixteen letters and digits for whatever it is.
    Token,
    /// In the form of the value: as many digits, a name, a telephone number.
    Pseudonym,
    /// As pseudonyms, and streets, places and organisations as they could be, too.
    TestData,
}

/// The kinds in their order, with the labels of their keys.
const KINDS: [(Kind, &str); 11] = [
    (Kind::Family, "family"),
    (Kind::Given, "given"),
    (Kind::Id, "id"),
    (Kind::Ssn, "ssn"),
    (Kind::Phone, "phone"),
    (Kind::Email, "email"),
    (Kind::Url, "url"),
    (Kind::Street, "street"),
    (Kind::Place, "place"),
    (Kind::Zip, "zip"),
    (Kind::Organisation, "organisation"),
];

/// Makes surrogates by a key.
pub struct Surrogates {
    style: Style,
    /// By kind, dates have none.
    prfs: [Prf; KINDS.len()],
    ids: Ids,
    days: Prf,
    extension: Prf,
}

impl Surrogates {
    /// Derives what is needed of a key.
    #[must_use]
    pub fn new(key: &Key, style: Style) -> Self {
        let keys = Subkeys::of(key.bytes());
        Self {
            style,
            prfs: KINDS.map(|(_, label)| keys.prf(label)),
            ids: Ids::new(&keys),
            days: keys.prf("days"),
            extension: keys.prf("phone extension"),
        }
    }

    /// Appends the surrogate of a value as text, in ASCII.
    ///
    /// `text`: the value in UTF-8, escape sequences decoded, as it stands (case, blanks,
    /// punctuation). What counts of it is what its kind says; the form follows the value's. What is
    /// appended is text, too: letters, digits and a few characters between them that the value had,
    /// to be escaped where they are delimiters. Nothing, and a date, have no surrogate.
    ///
    /// As [`Style::Token`], 16 letters and digits. As others, by kind:
    /// - names: one of a list, in the case of the value, never the value. Case, accents, blanks and
    ///   punctuation do not count. A single letter becomes another one.
    /// - identifiers: as many letters and digits, see `id`.
    /// - social security numbers: nine digits that begin with 9, in the form of the value. So there
    ///   are fewer than values: among 10,000 persons one pair shares a number with a chance of 2 in 5.
    /// - telephone numbers: as many digits, with area 555, in the form of the value; a country code
    ///   1 or none is the same.
    /// - e-mail addresses, URLs: of `example.org`; network addresses: kept for documentation.
    /// - postal codes: what [`zip3`] says by the current census; as test data with two more digits.
    /// - streets, places, organisations: a token; as test data one of a list, in the case of the
    ///   value, streets with a number.
    pub fn write(&self, kind: Kind, text: &[u8], out: &mut Vec<u8>) {
        if text.trim_ascii().is_empty() || kind == Kind::Date {
            return;
        }
        if kind == Kind::Id && self.style != Style::Token {
            return self.ids.write(&self.prfs[Kind::Id as usize], text, out);
        }
        // The value as it is compared stands in the output for a moment, to save a buffer.
        let start = out.len();
        normalise(kind, text, out);
        let digest = self.prfs[kind as usize].digest(&out[start..]);
        match self.style {
            Style::Token => {
                out.truncate(start);
                write_token_for(text.trim_ascii(), &self.prfs[kind as usize], digest, out);
            }
            Style::Pseudonym | Style::TestData => self.write_form(kind, text, start, &digest, out),
        }
    }

    /// Whether the surrogate of an identifier can be made by [`Surrogates::write_together`].
    #[inline]
    fn are_made_together(&self, id: &[u8]) -> bool {
        self.style != Style::Token && Ids::is_digits(id)
    }

    /// As [`Surrogates::write`] of several identifiers, with each surrogate and its number.
    fn write_together(&self, ids: &[&[u8]], each: impl FnMut(usize, &[u8])) {
        self.ids.write_together(ids, each);
    }

    /// Whether what replaces something are letters and digits, without the form of a value.
    pub(super) fn are_tokens(&self) -> bool {
        self.style == Style::Token
    }

    /// Whether several identifiers take less time together.
    pub(super) fn gain_together(&self) -> bool {
        self.style != Style::Token
    }

    /// Puts a surrogate in the form of the value where the value stands as it is compared.
    fn write_form(
        &self,
        kind: Kind,
        text: &[u8],
        start: usize,
        digest: &Digest,
        out: &mut Vec<u8>,
    ) {
        let table = match kind {
            Kind::Family => Some(&table::FAMILY),
            Kind::Given => Some(&table::GIVEN),
            Kind::Street if self.style == Style::TestData => Some(&table::STREETS),
            Kind::Place if self.style == Style::TestData => Some(&table::CITIES),
            Kind::Organisation if self.style == Style::TestData => Some(&table::EMPLOYERS),
            _ => None,
        };
        let is_name = matches!(kind, Kind::Family | Kind::Given);
        let initial = if is_name { name::initial(&out[start..], digest) } else { None };
        let entry = table.map(|table| table::pick(table, first_64(digest), &out[start..]));
        out.truncate(start);
        match (kind, entry) {
            (_, Some(entry)) => {
                if kind == Kind::Street {
                    let number = 1 + last_64(digest) % 9999;
                    write!(out, "{number} ").expect("a vector takes all that is written");
                }
                match initial {
                    Some(letter) => name::write_initial(text, letter, out),
                    None => name::write_like(text, entry, out),
                }
            }
            (Kind::Ssn, _) => number::write_security_number(text, digest, out),
            (Kind::Phone, _) => number::write_phone(text, digest, &self.extension, out),
            (Kind::Email, _) => net::write_email(digest, out),
            (Kind::Url, _) => net::write_url(text, digest, out),
            (Kind::Zip, _) => self.write_zip(text, digest, out),
            _ => write_token(digest, out),
        }
    }

    fn write_zip(&self, text: &[u8], digest: &Digest, out: &mut Vec<u8>) {
        let Some(code) = zip3(text, List::default()) else { return };
        out.extend_from_slice(&code);
        if self.style == Style::TestData {
            let two = (first_64(digest) % 100) as u8;
            out.extend([b'0' + two / 10, b'0' + two % 10]);
        }
    }

    /// The digits that stand for those of a telephone number, for numbers whose parts stand in
    /// several places: area 555 and seven digits, cut and written in the form of the parts by
    /// [`lay_out`]. `None` without a number of 10 digits, or 11 with a country code 1.
    ///
    /// `text`: the number, or its parts one behind the other, whatever stands between the digits.
    /// [`Surrogates::write`] makes the same of the whole number.
    #[must_use]
    pub fn phone_digits(&self, text: &[u8]) -> Option<[u8; 10]> {
        let digits = Digits::of(text)?;
        let national: [u8; 10] = digits.national().try_into().ok()?;
        let digest = self.prfs[Kind::Phone as usize].digest(&national);
        let new = number::phone_number(&Digits::of(&national)?, &digest);
        new.as_bytes().try_into().ok()
    }

    /// By how many days the dates of an anchor (a patient's identifier) are moved: whole weeks
    /// into the past, 7 to 364 days; negative. So days of the week stay, and nothing is in the
    /// future.
    ///
    /// Case, punctuation, blanks and leading zeros of the anchor do not count, for a number with
    /// leading zeros and without is one patient. Without letters and digits there is one shift for
    /// all.
    #[must_use]
    pub fn days(&self, anchor: &[u8]) -> i32 {
        let mut value = [0; 64];
        let mut count = 0;
        let letters = anchor.iter().filter(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
        for b in letters.skip_while(|&&b| b == b'0').take(value.len()) {
            value[count] = b.to_ascii_uppercase();
            count += 1;
        }
        let weeks = first_64(&self.days.digest(&value[..count])) % 52;
        -7 * (1 + weeks as i32)
    }
}

/// Whether an identifier is written as social security numbers are: `123-45-6789`, `123 45 6789`.
fn is_security_number(text: &[u8]) -> bool {
    text.len() == 11
        && text.iter().enumerate().all(|(n, b)| match n {
            3 | 6 => matches!(b, b'-' | b' '),
            _ => b.is_ascii_digit(),
        })
}

/// Appends what of a value counts.
fn normalise(kind: Kind, text: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    match kind {
        Kind::Ssn | Kind::Phone => {
            let main = if kind == Kind::Phone { number::split_phone(text).0 } else { text };
            if let Some(digits) = Digits::of(main) {
                let is_phone = kind == Kind::Phone;
                let digits = if is_phone { digits.national() } else { digits.as_bytes() };
                return out.extend_from_slice(digits);
            }
            out.extend_from_slice(text.trim_ascii());
        }
        // A social security number is one however it is written.
        Kind::Id if is_security_number(text.trim_ascii()) => {
            out.extend(text.iter().filter(|b| b.is_ascii_digit()));
        }
        Kind::Id | Kind::Email | Kind::Url | Kind::Zip => out.extend_from_slice(text.trim_ascii()),
        Kind::Family
        | Kind::Given
        | Kind::Street
        | Kind::Place
        | Kind::Organisation
        | Kind::Date => return name::normalise(text, out),
    }
    out[start..].make_ascii_uppercase();
}

#[cfg(test)]
mod tests;
