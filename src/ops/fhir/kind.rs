//! The types of resources that messages become.

use super::id::NAMESPACE;

/// The namespace of ids, and a name behind it.
const fn start(name: &str) -> [u8; 48] {
    let mut start = [0; 48];
    let (namespace, rest) = start.split_at_mut(NAMESPACE.len());
    namespace.copy_from_slice(&NAMESPACE);
    rest.split_at_mut(name.len()).0.copy_from_slice(name.as_bytes());
    start
}

macro_rules! kinds {
    ($($kind:ident,)*) => {
        /// A type of resource.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Kind {
            $(#[doc = stringify!($kind)] $kind,)*
        }

        impl Kind {
            /// Its name in FHIR.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                }
            }

            /// How a resource of it begins, with a place for its id and `",` behind that.
            pub(crate) fn opening(self) -> &'static [u8] {
                match self {
                    $(Self::$kind => concat!(
                        "{\"resourceType\":\"", stringify!($kind), "\",\"id\":\"", blank_id!(), "\",",
                    ).as_bytes(),)*
                }
            }

            /// How keys of it begin: the namespace and its name, and how long that is.
            #[inline]
            pub(super) fn key(self) -> (&'static [u8; 48], usize) {
                match self {
                    $(Self::$kind => {
                        const START: [u8; 48] = start(stringify!($kind));
                        (&START, NAMESPACE.len() + stringify!($kind).len())
                    })*
                }
            }
        }
    };
}

kinds! {
    Account,
    AllergyIntolerance,
    Appointment,
    Basic,
    CareTeam,
    ChargeItem,
    ClaimResponse,
    Condition,
    Consent,
    Coverage,
    Device,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    EpisodeOfCare,
    Flag,
    Goal,
    HealthcareService,
    Immunization,
    Location,
    Medication,
    MedicationAdministration,
    MedicationDispense,
    MedicationRequest,
    MessageHeader,
    Observation,
    OperationOutcome,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    Procedure,
    Provenance,
    RelatedPerson,
    ServiceRequest,
    Specimen,
}
