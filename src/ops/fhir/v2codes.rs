//! The codes that R4 has of the tables of HL7 v2, of some systems of HL7 v3 and of DICOM: no other may stand under their
//! URIs.
//!
//! The data is `v2codes.tsv` beside this file, made by `tools/fhir`.

use super::hash::ByName;
use super::systems::TABLE;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The codes of a table by its four digits, of another system by its URI.
static TABLES: LazyLock<HashMap<&'static [u8], Vec<&'static str>, ByName>> = LazyLock::new(|| {
    let table = |line: &'static str| {
        let (number, codes) = line.split_once('\t')?;
        let mut codes: Vec<_> = codes.split('\t').collect();
        codes.sort_unstable();
        Some((number.as_bytes(), codes))
    };
    include_str!("v2codes.tsv").lines().filter_map(table).collect()
});

/// Whether the system with this URI is one whose codes are all known, and this is none of them.
pub(crate) fn lacks(uri: &[u8], code: &[u8]) -> bool {
    let Some(codes) = TABLES.get(uri.strip_prefix(TABLE).unwrap_or(uri)) else { return false };
    codes.binary_search_by(|known| known.as_bytes().cmp(code)).is_err()
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
        assert!(lacks(b"http://dicom.nema.org/resources/ontology/DCM", b"IMP"));
        assert!(!lacks(b"http://terminology.hl7.org/CodeSystem/v2-9999", b"1"));
    }
}
