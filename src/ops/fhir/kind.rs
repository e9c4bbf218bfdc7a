//! The types of resources that messages become.

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

            /// All of them, in order.
            pub(super) const ALL: &'static [Self] = &[$(Self::$kind,)*];
        }
    };
}

kinds! {
    Account,
    AllergyIntolerance,
    Appointment,
    Basic,
    CarePlan,
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
