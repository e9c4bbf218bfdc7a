//! The code tables of the guide: which code of HL7 v2 is which of FHIR.
//!
//! The data is `codes.tsv` beside this file, made by `tools/fhir`, which also has the corrections.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// A code of FHIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// The code.
    pub(crate) code: &'static str,
    /// Its meaning; may be empty.
    pub(crate) display: &'static str,
    /// The URI of its system.
    pub(crate) system: &'static str,
}

macro_rules! tables {
    ($($variant:ident = $name:literal,)*) => {
        /// A table of the guide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(dead_code, reason = "the guide's tables, all of them")]
        pub(crate) enum Table {
            $(#[doc = $name] $variant,)*
        }

        /// The names of the tables, in the order of the variants.
        const NAMES: &[&str] = &[$($name,)*];
    };
}

tables! {
    AdditivePreservative = "AdditivePreservative",
    AddressType = "AddressType[Type]",
    AddressUse = "AddressType[Use]",
    AdministrationMethod = "AdministrationMethod",
    AdministrativeSex = "AdministrativeSex",
    AdmissionLevelOfCareCode = "AdmissionLevelOfCareCode",
    AdmissionType = "AdmissionType",
    AllergenCategory = "AllergenType[AllergyIntoleranceCategory]",
    AllergenOriginalCategory = "AllergenType[AllergyIntoleranceOriginalCategory]",
    AllergyCriticalityOriginal = "AllergySeverity[AllergyIntolerance.criticality-original]",
    AllergyCriticality = "AllergySeverity[AllergyIntolerance.criticality]",
    AllergyReactionSeverity = "AllergySeverity[AllergyIntolerance.reaction.severity]",
    AllergyClinicalStatus = "AllergyStatus[clinicalStatus]",
    AllergyVerificationStatus = "AllergyStatus[verificationStatus]",
    AllergyType = "AllergyType",
    AllowSubstitution = "AllowSubstitution",
    AmbulatoryStatus = "AmbulatoryStatus",
    AppointmentReasonCodes = "AppointmentReasonCodes",
    AppointmentTypeCodes = "AppointmentTypeCodes",
    BedStatus = "BedStatus",
    BodyParts = "BodyParts",
    BodySite = "BodySite",
    CommentType = "CommentType",
    CompletionStatus = "CompletionStatus",
    ConditionClinicalStatus = "ConditionStatus[clinicalStatus]",
    ConditionVerificationStatus = "ConditionStatus[verificationStatus]",
    ConfidentialityCode = "ConfidentialityCode",
    ContactRole = "ContactRole",
    CountryCode = "CountryCode",
    DegreeLicenseCertificate = "DegreeLicenseCertificate",
    DiagnosisType = "DiagnosisType",
    DiagnosticServiceSectionId = "DiagnosticServiceSectionID",
    DocumentAvailabilityStatus = "DocumentAvailabilityStatus",
    DocumentCompletionStatus = "DocumentCompletionStatus",
    DocumentConfidentialityStatus = "DocumentConfidentialityStatus",
    EncounterPriority = "EncounterPriority",
    EventReason = "EventReason",
    EventRelatedPeriod = "EventRelatedPeriod",
    EventType = "EventType",
    EventAppointmentStatus = "Event[AppointmentStatus]",
    EventEncounterStatus = "Event[EncounterStatus]",
    ExtendedPriorityCodes = "ExtendedPriorityCodes",
    FillerStatusAppointment = "FillerStatusCodes[Appointment]",
    GoalLifecycleStatus = "GoalLifecycleStatus",
    HospitalService = "HospitalService",
    IdentifierType = "IdentifierType",
    InterpretationCodes = "InterpretationCodes",
    LivingWillCode = "LivingWillCode",
    MaritalStatus = "MaritalStatus",
    ModeOfArrivalCode = "ModeOfArrivalCode",
    NameAssemblyOrder = "NameAssemblyOrder",
    NameType = "NameType",
    NatureOfAbnormalTesting = "NatureOfAbnormalTesting",
    ObservationStatus = "ObservationResultStatusCodesInterpretation",
    OrderControlStatus = "OrderControlCode[ServiceRequest.status]",
    OrderStatus = "OrderStatus",
    OrderType = "OrderType",
    OrganizationalNameType = "OrganizationalNameType",
    Participation = "Participation",
    PatientClassEncounterClass = "PatientClass[EncounterClass]",
    PatientClassEncounterStatus = "PatientClass[EncounterStatus]",
    PractitionerIdNumberType = "PractitionerIDNumberType",
    PreferredMethodOfContact = "PreferredMethodOfContact",
    ProcessingId = "ProcessingID",
    ProcessingMode = "ProcessingMode",
    ProviderRole = "ProviderRole",
    PublicityCode = "PublicityCode",
    ReadmissionIndicator = "ReadmissionIndicator",
    ReferralPriority = "ReferralPriority",
    ReferralStatus = "ReferralStatus",
    Relationship = "Relationship",
    Religion = "Religion",
    RepeatPattern = "RepeatPattern",
    ResultStatus = "ResultStatus[Non-Queries]",
    RouteOfAdministration = "RouteOfAdministration",
    SegmentActionCode = "SegmentActionCode",
    SpecimenCollectionMethod = "SpecimenCollectionMethod",
    SpecimenCondition = "SpecimenCondition",
    SpecimenRejectReason = "SpecimenRejectReason",
    SpecimenType = "SpecimenType",
    TelecommunicationEquipmentType = "TelecommunicationEquipmentType",
    TelecommunicationUseCode = "TelecommunicationUseCode",
    TransactionType = "TransactionType",
    UniversalIdType = "UniversalIDType",
    VisitUserCode = "VisitUserCode",
    YesNoIndicator = "YesNoIndicator",
    YesNoAvailability = "YesNoIndicator[AvailabilityStatus]",
}

#[derive(Debug)]
struct Rows {
    /// In the order of `codes.tsv`: by table, then by code of HL7 v2.
    rows: Vec<(&'static str, Code)>,
    /// Of each table.
    ranges: Vec<Range<usize>>,
}

static ROWS: LazyLock<Rows> = LazyLock::new(|| {
    let mut rows: Vec<(&'static str, Code)> = Vec::with_capacity(2400);
    let mut ranges = vec![0..0; NAMES.len()];
    let mut table = 0;
    for line in include_str!("codes.tsv").lines() {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let name = next();
        while NAMES.get(table).is_some_and(|known| *known != name) {
            table += 1;
            if let Some(range) = ranges.get_mut(table) {
                *range = rows.len()..rows.len();
            }
        }
        let from = next();
        rows.push((from, Code { code: next(), display: next(), system: next() }));
        if let Some(range) = ranges.get_mut(table) {
            range.end = rows.len();
        }
    }
    Rows { rows, ranges }
});

impl Table {
    /// Its name in the guide.
    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The code of FHIR for one of HL7 v2; also where the case of letters differs.
    pub(crate) fn get(self, code: &[u8]) -> Option<Code> {
        let rows = &ROWS.rows[ROWS.ranges[self as usize].clone()];
        let find = |code: &[u8]| {
            rows.binary_search_by(|(from, _)| from.as_bytes().cmp(code)).ok().map(|n| rows[n].1)
        };
        let as_word = || rows.iter().find(|(from, _)| from.as_bytes().eq_ignore_ascii_case(code));
        find(code)
            .or_else(|| find(&code.to_ascii_uppercase()))
            .or_else(|| as_word().map(|(_, code)| *code))
    }
}

/// Codes of a site and what they are elsewhere.
#[derive(Clone, Debug, Default)]
pub struct LocalCodes {
    targets: HashMap<(Vec<u8>, Vec<u8>), LocalCode>,
}

/// What a local code is elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalCode {
    pub(crate) system: Vec<u8>,
    pub(crate) code: Vec<u8>,
    pub(crate) display: Vec<u8>,
}

impl LocalCodes {
    /// Adds that `code` of `system` (its name in messages, or its URI) is `to_code` of `to_system`,
    /// which means `display`.
    pub fn add(&mut self, [system, code, to_system, to_code, display]: [&[u8]; 5]) {
        let target = LocalCode {
            system: to_system.to_vec(),
            code: to_code.to_vec(),
            display: display.to_vec(),
        };
        self.targets.insert((system.to_vec(), code.to_vec()), target);
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    pub(crate) fn get(&self, system: &[u8], code: &[u8]) -> Option<&LocalCode> {
        self.targets.get(&(system.to_vec(), code.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_the_codes_of_the_guide() {
        let sex = Table::AdministrativeSex.get(b"F").unwrap();
        assert_eq!((sex.code, sex.display), ("female", "Female"));
        assert_eq!(Table::AdministrativeSex.get(b"f"), Some(sex));
        assert_eq!(Table::AdministrativeSex.get(b"X"), None);
        assert_eq!(Table::AddressUse.get(b"H").map(|c| c.code), Some("home"));
        assert_eq!(Table::AddressType.get(b"H"), None);
        let sixth = Table::YesNoAvailability.get(b"Y").map(|c| c.code);
        assert_eq!(sixth, Some("available"));
    }

    #[test]
    fn required_statuses_are_complete() {
        for code in [b"B", b"U", b"V"] {
            assert_eq!(Table::ObservationStatus.get(code).map(|c| c.code), Some("final"));
        }
        assert_eq!(Table::ResultStatus.get(b"M").map(|c| c.code), Some("preliminary"));
    }

    #[test]
    fn the_data_is_sorted_and_whole() {
        for pair in ROWS.rows.windows(2) {
            assert!(!pair[1].1.code.is_empty() && pair[1].1.system.contains(':'));
        }
        for (n, range) in ROWS.ranges.iter().enumerate() {
            assert!(!range.is_empty(), "{}", NAMES[n]);
            let rows = &ROWS.rows[range.clone()];
            assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}", NAMES[n]);
        }
        let all: usize = ROWS.ranges.iter().map(ExactSizeIterator::len).sum();
        assert_eq!(ROWS.rows.len(), all);
    }
}
