//! The codes that R4 has of the tables of HL7 v2: no other may stand under the URI of a table.
//!
//! The data is `v2codes.tsv` beside this file, made by `tools/fhir`.

use std::collections::HashMap;
use std::sync::LazyLock;

const BEFORE: &[u8] = b"http://terminology.hl7.org/CodeSystem/v2-";

/// By the four digits of a table its name, `HL7nnnn`, and its codes.
static TABLES: LazyLock<HashMap<&'static [u8], Vec<&'static str>>> = LazyLock::new(|| {
    let table = |line: &'static str| {
        let (number, codes) = line.split_once('\t')?;
        Some((number.as_bytes(), codes.split('\t').collect()))
    };
    include_str!("v2codes.tsv").lines().filter_map(table).collect()
});

/// Whether the system with this URI is a table whose codes are all known, and this is none of them.
pub(crate) fn lacks(uri: &[u8], code: &[u8]) -> bool {
    let Some(number) = uri.strip_prefix(BEFORE) else { return false };
    let Some(codes) = TABLES.get(number) else { return false };
    !codes.iter().any(|known| known.as_bytes() == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_their_codes_and_no_others() {
        let sex = b"http://terminology.hl7.org/CodeSystem/v2-0001";
        assert!(!lacks(sex, b"F"));
        assert!(lacks(sex, b"weiblich"));
        assert!(!lacks(b"http://loinc.org", b"1"));
        assert!(!lacks(b"http://terminology.hl7.org/CodeSystem/v2-9999", b"1"));
    }
}
