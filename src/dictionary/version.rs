//! The versions of the standard.

use std::fmt;

/// A published version of HL7 v2, older ones being less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 2.1, of 1990.
    V2_1,
    /// 2.2, of 1994.
    V2_2,
    /// 2.3, of 1997.
    V2_3,
    /// 2.3.1, of 1999.
    V2_3_1,
    /// 2.4, of 2000.
    V2_4,
    /// 2.5, of 2003.
    V2_5,
    /// 2.5.1, of 2007.
    V2_5_1,
    /// 2.6, of 2007.
    V2_6,
    /// 2.7, of 2011.
    V2_7,
    /// 2.7.1, of 2012.
    V2_7_1,
    /// 2.8, of 2014.
    V2_8,
    /// 2.8.1, of 2014.
    V2_8_1,
    /// 2.8.2, of 2015.
    V2_8_2,
}

impl Version {
    /// All versions, oldest first; [`Version::index`] is the position in it.
    pub const ALL: [Self; 13] = [
        Self::V2_1,
        Self::V2_2,
        Self::V2_3,
        Self::V2_3_1,
        Self::V2_4,
        Self::V2_5,
        Self::V2_5_1,
        Self::V2_6,
        Self::V2_7,
        Self::V2_7_1,
        Self::V2_8,
        Self::V2_8_1,
        Self::V2_8_2,
    ];

    /// The newest version that the dictionary knows.
    pub const NEWEST: Self = Self::V2_8_2;

    /// The version that the first component of MSH-12 names, spaces around it aside.
    ///
    /// A well-formed number that was never published, or not yet known here, is read as the last
    /// version before it: `2.3.2` as 2.3.1, `2.9` as 2.8.2. `None` is for what is no such number
    /// (empty, `2.10`, `D`) and for what precedes 2.1.
    #[must_use]
    pub fn from_msh12(value: &[u8]) -> Option<Self> {
        let wanted = match value.trim_ascii() {
            [b'2', b'.', minor @ b'1'..=b'9'] => [*minor, b'0'],
            [b'2', b'.', minor @ b'1'..=b'9', b'.', patch @ b'0'..=b'9'] => [*minor, *patch],
            _ => return None,
        };
        Self::ALL.into_iter().rev().find(|v| v.digits() <= wanted)
    }

    /// The number, such as `2.5.1`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2_1 => "2.1",
            Self::V2_2 => "2.2",
            Self::V2_3 => "2.3",
            Self::V2_3_1 => "2.3.1",
            Self::V2_4 => "2.4",
            Self::V2_5 => "2.5",
            Self::V2_5_1 => "2.5.1",
            Self::V2_6 => "2.6",
            Self::V2_7 => "2.7",
            Self::V2_7_1 => "2.7.1",
            Self::V2_8 => "2.8",
            Self::V2_8_1 => "2.8.1",
            Self::V2_8_2 => "2.8.2",
        }
    }

    /// Position in [`Version::ALL`], from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Minor and patch number as digits, the patch `0` where there is none.
    fn digits(self) -> [u8; 2] {
        let number = self.as_str().as_bytes();
        [number[2], number.get(4).copied().unwrap_or(b'0')]
    }

    /// Whether a mask of the data file has this version's bit.
    pub(super) const fn is_in(self, mask: u16) -> bool {
        mask >> self.index() & 1 == 1
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_msh_12() {
        for version in Version::ALL {
            assert_eq!(Version::from_msh12(version.to_string().as_bytes()), Some(version));
            assert_eq!(Version::ALL[version.index()], version);
        }
        assert!(Version::ALL.is_sorted());
        for (written, read) in [
            ("2.9", Some(Version::V2_8_2)),
            ("2.9.1", Some(Version::V2_8_2)),
            ("2.8.3", Some(Version::V2_8_2)),
            ("2.3.2", Some(Version::V2_3_1)),
            ("2.5.0", Some(Version::V2_5)),
            (" 2.4 ", Some(Version::V2_4)),
            ("2.10", None),
            ("2.0", None),
            ("2", None),
            ("2.", None),
            ("3.0", None),
            ("2.5.1^USA", None),
            ("D", None),
            ("", None),
        ] {
            assert_eq!(Version::from_msh12(written.as_bytes()), read, "{written:?}");
        }
    }
}
