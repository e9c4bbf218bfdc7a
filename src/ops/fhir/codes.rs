//! The code tables of the guide: which code of HL7 v2 is which of FHIR.
//!
//! The data is `codes.tsv` beside this file, made by `tools/fhir`, which also has the corrections.

use super::hash;
use super::json::Json;
use std::collections::HashMap;
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
    /// All three as members of a Coding.
    pub(crate) json: &'static [u8],
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
    ConsentScope = "ConsentScope",
    ConsentStatus = "ConsentStatus",
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
    TransactionCode = "TransactionType[code]",
    UniversalIdType = "UniversalIDType",
    VisitUserCode = "VisitUserCode",
    YesNoIndicator = "YesNoIndicator",
    YesNoAvailability = "YesNoIndicator[AvailabilityStatus]",
}

/// The tables, and where each code of them stands.
#[derive(Debug)]
struct Rows {
    /// In the order of `codes.tsv`: by table, then by code of HL7 v2.
    rows: Vec<Row>,
    /// Numbers of rows by table and code.
    exact: Places,
    /// The same by the code in small letters; of several rows the one in capitals, else the first.
    folded: Places,
}

#[derive(Debug)]
struct Row {
    table: usize,
    from: &'static str,
    code: Code,
}

/// Numbers of rows by a hash, in the first place that was free behind it.
#[derive(Debug)]
struct Places(Vec<u16>);

const FREE: u16 = u16::MAX;

impl Places {
    /// Half of the places stay free, so that what is looked for is found at once, or is not there.
    fn new(rows: usize) -> Self {
        Self(vec![FREE; (rows * 2).next_power_of_two()])
    }

    /// The place of the row with a code that `is_it`, and whose hash is this; else one that is free.
    #[inline]
    fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> usize {
        let last = self.0.len() - 1;
        let mut at = hash as usize & last;
        while let Some(&row) = self.0.get(at).filter(|&&row| row != FREE) {
            if is_it(row.into()) {
                break;
            }
            at = (at + 1) & last;
        }
        at
    }
}

static ROWS: LazyLock<Rows> = LazyLock::new(|| {
    let mut rows: Vec<Row> = Vec::with_capacity(2400);
    let mut json = Json::default();
    let mut ends = Vec::with_capacity(2400);
    let mut table = 0;
    for line in include_str!("codes.tsv").lines() {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let name = next();
        while NAMES.get(table).is_some_and(|known| *known != name) {
            table += 1;
        }
        let from = next();
        let code = Code { code: next(), display: next(), system: next(), json: &[] };
        json.string("system", code.system.as_bytes());
        json.string("code", code.code.as_bytes());
        json.string("display", code.display.as_bytes());
        ends.push(json.len());
        rows.push(Row { table, from, code });
    }
    // Never freed, as the tables are not.
    let mut json: &'static [u8] = Vec::leak(json.bytes().to_vec());
    let mut start = 0;
    for (row, end) in rows.iter_mut().zip(ends) {
        (row.code.json, json) = json.split_at(end - start);
        start = end;
    }
    let mut all = Rows { exact: Places::new(rows.len()), folded: Places::new(rows.len()), rows };
    for (n, row) in all.rows.iter().enumerate() {
        let at = all.exact.find(hash::of(row.table as u64, row.from.as_bytes()), |_| false);
        all.exact.0[at] = n as u16;
    }
    for (n, row) in all.rows.iter().enumerate() {
        let capitals = row.from.to_ascii_uppercase();
        let n = all.exact(row.table, capitals.as_bytes()).unwrap_or(n);
        let folded = row.from.to_ascii_lowercase();
        let hash = hash::of(row.table as u64, folded.as_bytes());
        let at = all.folded.find(hash, |other| all.is_folded(other, row.table, folded.as_bytes()));
        if all.folded.0[at] == FREE {
            all.folded.0[at] = n as u16;
        }
    }
    all
});

impl Rows {
    #[inline]
    fn exact(&self, table: usize, code: &[u8]) -> Option<usize> {
        let at = self.exact.find(hash::of(table as u64, code), |n| {
            self.rows.get(n).is_some_and(|row| row.table == table && row.from.as_bytes() == code)
        });
        self.exact.0.get(at).filter(|&&n| n != FREE).map(|&n| n.into())
    }

    fn folded(&self, table: usize, code: &[u8]) -> Option<usize> {
        let mut buffer = [0; 32];
        let long;
        let folded = match buffer.get_mut(..code.len()) {
            Some(folded) => {
                folded.copy_from_slice(code);
                folded.make_ascii_lowercase();
                &*folded
            }
            None => {
                long = code.to_ascii_lowercase();
                &long[..]
            }
        };
        let hash = hash::of(table as u64, folded);
        let at = self.folded.find(hash, |n| self.is_folded(n, table, folded));
        self.folded.0.get(at).filter(|&&n| n != FREE).map(|&n| n.into())
    }

    fn is_folded(&self, n: usize, table: usize, folded: &[u8]) -> bool {
        let is_it = |row: &Row| row.from.as_bytes().eq_ignore_ascii_case(folded);
        self.rows.get(n).is_some_and(|row| row.table == table && is_it(row))
    }
}

impl Table {
    /// Its name in the guide.
    pub(crate) fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The code of FHIR for one of HL7 v2; also where the case of letters differs.
    pub(crate) fn get(self, code: &[u8]) -> Option<Code> {
        if code.is_empty() {
            return None;
        }
        let (rows, table) = (&*ROWS, self as usize);
        let n = rows.exact(table, code).or_else(|| rows.folded(table, code))?;
        rows.rows.get(n).map(|row| row.code)
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
        for row in &ROWS.rows {
            assert!(!row.code.code.is_empty() && row.code.system.contains(':'));
            assert!(row.table < NAMES.len());
        }
        let key = |row: &Row| (row.table, row.from);
        assert!(ROWS.rows.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
        for (n, name) in NAMES.iter().enumerate() {
            assert!(ROWS.rows.iter().any(|row| row.table == n), "{name}");
        }
    }
}
