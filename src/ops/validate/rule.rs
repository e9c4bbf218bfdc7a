//! The rules, and how severe it is to break them. Their texts are data, in `rules.tsv`.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

macro_rules! rules {
    ($($name:ident $id:literal),* $(,)?) => {
        /// A rule that messages are held against; `rules.tsv` tells what each asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // Said in the data.
        pub enum Rule { $($name),* }

        impl Rule {
            /// All rules, in the order of the data.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Such as `STR-1`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }
        }
    };
}

rules! {
    Enc1 "ENC-1", Enc2 "ENC-2", Enc3 "ENC-3", Enc4 "ENC-4", Enc5 "ENC-5", Enc6 "ENC-6",
    Msg1 "MSG-1", Msg2 "MSG-2", Msg3 "MSG-3", Msg4 "MSG-4",
    Str1 "STR-1", Str2 "STR-2", Str3 "STR-3", Str4 "STR-4", Str5 "STR-5",
    Use1 "USE-1", Use2 "USE-2", Use3 "USE-3", Use4 "USE-4", Use5 "USE-5",
    Car1 "CAR-1", Ext1 "EXT-1", Len1 "LEN-1",
    Fmt1 "FMT-1", Fmt2 "FMT-2", Fmt3 "FMT-3", Fmt4 "FMT-4", Fmt5 "FMT-5",
    Val1 "VAL-1", Val2 "VAL-2", Val3 "VAL-3",
    Coc1 "COC-1", Coc2 "COC-2", Coc3 "COC-3",
    Seq1 "SEQ-1", Bat1 "BAT-1", Prf1 "PRF-1",
}

/// How bad it is that a rule is broken, the worst being the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It is not looked at.
    #[default]
    Off,
    /// Good to know.
    Info,
    /// Likely to make trouble.
    Warning,
    /// The message is invalid.
    Error,
}

/// What the data says of a rule.
#[derive(Debug)]
pub struct Description {
    /// The code of table 0357 for ERR-3.
    pub code: u16,
    /// Severity against the standard, unless something else is said.
    pub default: Severity,
    /// Severity against a profile.
    pub profile: Severity,
    /// Severity under `--strict`.
    pub strict: Severity,
    /// A few words.
    pub title: &'static str,
    /// What holds where the rule is kept.
    pub text: &'static str,
}

impl Rule {
    /// What the data says of it.
    #[must_use]
    pub fn description(self) -> &'static Description {
        static ALL: LazyLock<Vec<Description>> = LazyLock::new(|| {
            let lines = include_str!("rules.tsv").lines().skip(1);
            lines.filter_map(Description::of).map(|(_, description)| description).collect()
        });
        &ALL[self as usize]
    }
}

impl Description {
    /// Reads a line of the data: the rule's id, and the rest.
    fn of(line: &'static str) -> Option<(&'static str, Self)> {
        let mut columns = line.split('\t');
        let mut next = || columns.next();
        let (id, code) = (next()?, next()?.parse().ok()?);
        let mut severity = || next()?.parse().ok();
        let (default, profile, strict) = (severity()?, severity()?, severity()?);
        Some((id, Self { code, default, profile, strict, title: next()?, text: next()? }))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|rule| rule.id().eq_ignore_ascii_case(id));
        found.ok_or_else(|| format!("{id}: no such rule; --list-rules names all"))
    }
}

impl Severity {
    /// In small letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Severity {
    /// One more.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Off => Self::Info,
            Self::Info => Self::Warning,
            Self::Warning | Self::Error => Self::Error,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::Off, Self::Info, Self::Warning, Self::Error];
        let found = all.into_iter().find(|severity| severity.name() == name);
        found.ok_or_else(|| format!("{name}: a severity is error, warning, info or off"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_describes_every_rule_in_order() {
        let lines = include_str!("rules.tsv").lines().skip(1);
        let ids: Vec<_> = lines.map(|line| Description::of(line).map(|(id, _)| id)).collect();
        let expected: Vec<_> = Rule::ALL.iter().map(|rule| Some(rule.id())).collect();
        assert_eq!(ids, expected);
        assert_eq!("str-1".parse(), Ok(Rule::Str1));
        assert!("STR-9".parse::<Rule>().is_err());
    }
}
