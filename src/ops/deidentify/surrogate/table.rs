//! Frozen lists: what stands for a value is the same in each version of the program.

use std::sync::LazyLock;

/// The lines of a text that do not begin with `#`.
pub(super) type Table = LazyLock<Vec<&'static str>>;

macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub(super) static $name: Table = LazyLock::new(|| lines(include_str!($file)));
    };
}

table!(
    /// Family names.
    FAMILY,
    "data/family.txt"
);
table!(
    /// Given names, none of which is a family name.
    GIVEN,
    "data/given.txt"
);
table!(
    /// Streets, without a number.
    STREETS,
    "data/streets.txt"
);
table!(
    /// Cities that do not exist.
    CITIES,
    "data/cities.txt"
);
table!(
    /// Employers that do not exist.
    EMPLOYERS,
    "data/employers.txt"
);

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// The entry for a number, or the next if that is the value itself, which is folded and has letters
/// and digits alone.
pub(super) fn pick(table: &'static [&'static str], number: u64, value: &[u8]) -> &'static str {
    let at = (number % table.len() as u64) as usize;
    let is_value = |entry: &str| {
        let letters = entry.bytes().filter(u8::is_ascii_alphanumeric);
        letters.map(|b| b.to_ascii_lowercase()).eq(value.iter().copied())
    };
    if is_value(table[at]) { table[(at + 1) % table.len()] } else { table[at] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn checked(table: &'static [&'static str]) -> HashSet<String> {
        assert!(table.is_sorted(), "lists are sorted");
        let set: HashSet<_> = table.iter().map(|entry| entry.to_ascii_lowercase()).collect();
        assert_eq!(set.len(), table.len(), "each stands there once");
        set
    }

    /// Lists never change, for the surrogates of all keys would: counts and ends are those of
    /// version 1.
    #[test]
    fn lists_are_frozen() {
        for (table, count, first, last) in [
            (&FAMILY, 2000, "Abernathy", "Zuniga"),
            (&GIVEN, 1000, "Abby", "Zelma"),
            (&STREETS, 108, "Alder Avenue", "Yarrow Court"),
            (&CITIES, 186, "Alderdale", "Yarrowworth"),
            (&EMPLOYERS, 120, "Amberline Bakery", "Woodgate Tool Company"),
        ] {
            checked(table);
            let ends = (table[0], table[table.len() - 1]);
            assert_eq!((table.len(), ends), (count, (first, last)));
        }
    }

    #[test]
    fn names_are_plain_and_of_one_kind() {
        let (family, given) = (checked(&FAMILY), checked(&GIVEN));
        assert!(family.is_disjoint(&given));
        assert!(family.iter().chain(&given).all(|n| n.bytes().all(|b| b.is_ascii_lowercase())));
        for word in
            ["long", "young", "rice", "brown", "may", "grace", "parkinson", "crohn", "april"]
        {
            assert!(!family.contains(word) && !given.contains(word), "{word}");
        }
    }

    #[test]
    fn nothing_stands_for_itself() {
        static TABLE: [&str; 3] = ["A b", "C", "D"];
        assert_eq!(pick(&TABLE, 3, b""), "A b");
        assert_eq!(pick(&TABLE, 3, b"ab"), "C");
        assert_eq!(pick(&TABLE, 5, b"d"), "A b");
    }
}
