//! Words that tell what comes behind or before them.

use super::letters::{Filter, key};
use std::sync::OnceLock;

/// What a word tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// A name comes: Dr, Mrs.
    Title,
    /// A name may come: daughter, signed by.
    Person,
    /// A name was there: MD, RN.
    Degree,
    /// A telephone number comes.
    Phone,
    /// A social security number comes.
    Ssn,
    /// An identifier comes, however short.
    Record,
    /// A number comes that may be an identifier.
    Number,
    /// Stands between such a word and the number: no, is.
    Link,
    /// An age comes.
    Age,
    /// A month, 1 to 12.
    Month(u8),
    /// http, www and such.
    Web,
    /// The end of a host's name: com, org.
    Domain,
}

/// The words, in lower case.
const WORDS: &[(Cue, &str)] = &[
    (
        Cue::Title,
        "dr drs mr mrs ms miss prof professor doctor rev mx messrs dra herr frau mme sra dott",
    ),
    (
        Cue::Person,
        "patient pt daughter son wife husband mother father brother sister neighbor neighbour \
         friend spouse partner aunt uncle niece nephew cousin grandson granddaughter grandmother \
         grandfather caregiver guardian mom dad fiance fiancee boyfriend girlfriend stepson \
         stepdaughter stepmother stepfather contact by with attn nurse name named sincerely \
         physician provider surgeon radiologist pathologist resident therapist attending",
    ),
    (Cue::Degree, "md rn lpn np pa phd dds dmd crna facs aprn msw lcsw pharmd dnp facp mbbs"),
    (
        Cue::Phone,
        "phone telephone tel ph fax cell cellphone mobile pager beeper call callback called calls \
         dial number voicemail whatsapp",
    ),
    (Cue::Ssn, "ssn socsec security"),
    (
        Cue::Record,
        "mrn acct npi dea passport medicaid medicare mbi hicn license licence urn nhs fin csn",
    ),
    (
        Cue::Number,
        "record chart account visit encounter accession policy member subscriber id identifier \
         case claim order certificate serial registration",
    ),
    (Cue::Link, "no num nr is was id of the at"),
    (Cue::Age, "age aged"),
    (Cue::Web, "http https ftp sftp www"),
    (Cue::Domain, "com org net edu gov mil info biz io"),
];

const MONTHS: [&str; 12] = [
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sep sept",
    "october oct",
    "november nov",
    "december dec",
];

/// The words by their keys.
#[derive(Debug)]
pub(super) struct Cues {
    filter: Filter,
    /// Sorted by key.
    entries: Vec<(u64, Cue)>,
}

/// All cues.
pub(super) fn cues() -> &'static Cues {
    static CUES: OnceLock<Cues> = OnceLock::new();
    CUES.get_or_init(|| {
        let months = (1..).zip(MONTHS).map(|(n, words)| (Cue::Month(n), words));
        let mut cues = Cues { filter: Filter::default(), entries: Vec::new() };
        for (cue, words) in WORDS.iter().copied().chain(months) {
            for word in words.split_ascii_whitespace() {
                cues.filter.add(word.as_bytes());
                cues.entries.push((key(word.as_bytes()), cue));
            }
        }
        cues.entries.sort_by_key(|&(key, _)| key);
        cues
    })
}

impl Cues {
    /// What a word tells, in any case.
    #[inline]
    pub(super) fn of(&self, word: &[u8]) -> Option<Cue> {
        if !self.filter.may_have(word) {
            return None;
        }
        let key = key(word);
        let at = self.entries.binary_search_by_key(&key, |&(key, _)| key).ok()?;
        self.entries.get(at).map(|&(_, cue)| cue)
    }
}
