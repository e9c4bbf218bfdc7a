//! Observations that are somebody's name, number or address, as what they are called says: forms of
//! registries and questions at orders have such.

use crate::core::message::pieces;
use crate::ops::deidentify::Kind;
use crate::ops::deidentify::rules::parts::Part;

/// A longer value is no name, number or address.
const LONGEST: usize = 64;

/// What a word in the name of an observation says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Other,
    Name,
    Given,
    Family,
    Surname,
    /// Somebody who has a name, a number, an address.
    Person,
    Employer,
    Number,
    /// What has a number that is nobody else's.
    Owner,
    Security,
    Phone,
    Address,
    Email,
    Web,
    Town,
    Place,
    Birth,
    Zip,
    Postal,
    Code,
    /// Behind it stands of whom or what.
    Of,
}

/// What a value is by the name of its observation (OBX-3), if that is something that identifies.
pub(in super::super) fn told(code: &[u8], component: u8, value: &[u8]) -> Option<Part> {
    if value.len() < 3 || value.len() > LONGEST {
        return None;
    }
    let part = pieces(code, component).take(5).enumerate().find_map(|(n, part)| match n {
        // LOINC: the identifier of a patient
        0 | 3 if part == b"76435-7" => Some(Part::Is(Kind::Id)),
        2 => None,
        _ => of_phrase(part),
    })?;
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let is_likely = match part {
        Part::Is(Kind::Id | Kind::Ssn) | Part::Zip => digits > 2,
        Part::Is(Kind::Phone) => digits > 4,
        Part::Is(Kind::Email) => value.contains(&b'@'),
        Part::Is(Kind::Street | Kind::Place) => true,
        // Numbers and signs are no name.
        _ => value.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii()),
    };
    is_likely.then_some(part)
}

/// What something is that is called so: the last word says it that stands before `of` or a bracket.
fn of_phrase(text: &[u8]) -> Option<Part> {
    let mut seen = 0_u32;
    let mut head = Word::Other;
    let mut is_behind = false;
    let mut words = 0;
    for part in text.split(|b| !b.is_ascii_alphanumeric() && b.is_ascii()) {
        let is_number = part.iter().all(u8::is_ascii_digit);
        if part.is_empty() || is_number || matches!(part, b"s" | b"S") {
            continue;
        }
        match word(part) {
            Word::Of => is_behind = true,
            word @ (Word::Person | Word::Birth) if is_behind => seen |= 1 << word as u32,
            _ if is_behind => {}
            word => {
                head = if word == Word::Person && head == Word::Name { head } else { word };
                seen |= 1 << word as u32;
                words += 1;
            }
        }
    }
    let has = |word: Word| seen >> word as u32 & 1 != 0;
    let kind = match head {
        Word::Surname => Kind::Family,
        Word::Name if has(Word::Employer) => Kind::Organisation,
        Word::Name if has(Word::Given) => Kind::Given,
        Word::Name if has(Word::Family) || has(Word::Person) || words == 1 => Kind::Family,
        Word::Employer => Kind::Organisation,
        Word::Number if has(Word::Phone) => Kind::Phone,
        Word::Number if has(Word::Security) => Kind::Ssn,
        Word::Number if has(Word::Owner) || has(Word::Person) => Kind::Id,
        Word::Security => Kind::Ssn,
        Word::Owner if words == 1 && text.eq_ignore_ascii_case(b"MRN") => Kind::Id,
        Word::Phone => Kind::Phone,
        Word::Address if has(Word::Email) => Kind::Email,
        Word::Address if has(Word::Web) => Kind::Url,
        Word::Address => Kind::Street,
        Word::Email => Kind::Email,
        Word::Town => Kind::Place,
        Word::Place if has(Word::Birth) => Kind::Place,
        Word::Zip => return Some(Part::Zip),
        Word::Code if has(Word::Zip) || has(Word::Postal) => return Some(Part::Zip),
        _ => return None,
    };
    Some(Part::Is(kind))
}

fn word(text: &[u8]) -> Word {
    let mut small = [0; 12];
    let Some(small) = small.get_mut(..text.len()) else { return Word::Other };
    small.copy_from_slice(text);
    small.make_ascii_lowercase();
    match &*small {
        b"name" | b"names" => Word::Name,
        b"first" | b"given" | b"middle" | b"preferred" => Word::Given,
        b"last" | b"family" | b"maiden" | b"full" | b"legal" | b"alias" => Word::Family,
        b"surname" | b"lastname" => Word::Surname,
        b"patient" | b"patients" | b"mother" | b"mothers" | b"father" | b"fathers" | b"parent"
        | b"guardian" | b"spouse" | b"husband" | b"wife" | b"partner" | b"child" | b"infant"
        | b"contact" | b"kin" | b"relative" | b"physician" | b"doctor" | b"provider" | b"nurse"
        | b"caregiver" | b"donor" | b"recipient" | b"subject" | b"participant" | b"person"
        | b"subscriber" | b"insured" | b"member" | b"employee" | b"student" => Word::Person,
        b"employer" | b"employers" => Word::Employer,
        b"number" | b"no" | b"nr" | b"num" | b"id" | b"identifier" => Word::Number,
        b"record" | b"mrn" | b"account" | b"acct" | b"chart" | b"visit" | b"encounter"
        | b"admission" | b"medicare" | b"medicaid" | b"insurance" | b"policy" | b"passport"
        | b"license" | b"licence" | b"certificate" | b"accession" | b"specimen" | b"sample"
        | b"order" | b"requisition" | b"serial" | b"case" | b"hospital" | b"nhs" | b"plate" => {
            Word::Owner
        }
        b"security" | b"ssn" => Word::Security,
        b"phone" | b"telephone" | b"fax" | b"mobile" | b"pager" => Word::Phone,
        b"address" | b"street" => Word::Address,
        b"email" | b"mail" => Word::Email,
        b"ip" | b"web" | b"mac" => Word::Web,
        b"city" | b"town" | b"village" | b"county" | b"municipality" | b"birthplace" => Word::Town,
        b"place" => Word::Place,
        b"birth" => Word::Birth,
        b"zip" | b"zipcode" | b"postcode" => Word::Zip,
        b"postal" => Word::Postal,
        b"code" => Word::Code,
        b"of" | b"at" | b"in" | b"for" | b"on" | b"by" | b"from" => Word::Of,
        _ => Word::Other,
    }
}
