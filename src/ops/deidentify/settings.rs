//! What can be chosen.

use super::text::Mode;
use super::zip3::List;

/// What messages are made into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// 45 CFR 164.514(b)(2): what identifies is removed, or becomes a token of this run where it
    /// tells what belongs together.
    SafeHarbor,
    /// The same value becomes the same surrogate wherever the key is.
    Pseudonymise,
    /// As pseudonyms, in values that could be real.
    TestData,
}

impl Profile {
    /// The name on the command line, in rules and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SafeHarbor => "safe-harbor",
            Self::Pseudonymise => "pseudonymise",
            Self::TestData => "test-data",
        }
    }
}

/// Which dates are moved by the same number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftScope {
    /// Those of a patient.
    Patient,
    /// All.
    Key,
}

/// What is done with dates of birth where dates are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BirthDate {
    /// They are moved like all others.
    Shift,
    /// Only the year stays.
    Year,
}

/// What can be chosen of a profile.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The profile.
    pub profile: Profile,
    /// What is done with free text.
    pub text: Mode,
    /// What is done with dates of birth where dates are moved.
    pub birth_date: BirthDate,
    /// Whether ages over 89 are capped outside of `safe-harbor`, which always does.
    pub cap_age: bool,
    /// Which dates are moved by the same number of days.
    pub shift_scope: ShiftScope,
    /// Which beginnings of postal codes may stay.
    pub zip3: List,
    /// Names and numbers of providers stay.
    pub keep_providers: bool,
    /// The assigning authority (CX.4, its namespace or universal id) of the identifier that tells
    /// by how many days a patient's dates are moved.
    pub anchor: Option<Vec<u8>>,
}

impl Settings {
    /// What a profile does when nothing else is said.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        let text = if profile == Profile::SafeHarbor { Mode::Drop } else { Mode::Scrub };
        Self {
            profile,
            text,
            birth_date: BirthDate::Shift,
            cap_age: false,
            shift_scope: ShiftScope::Patient,
            zip3: List::default(),
            keep_providers: false,
            anchor: None,
        }
    }
}
