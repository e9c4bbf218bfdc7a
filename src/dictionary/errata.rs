//! Single facts that the sources of the data have wrong, or that the standard itself has wrong and
//! practice has put right. Each says why. What the sources have wrong throughout is put right
//! where the data is made, in `tools/dictionary`.

use super::table::Code;
use super::{Field, Usage, Version};

/// A field of one segment in some versions, and what is so about it.
pub(super) struct FieldErratum {
    pub(super) segment: &'static str,
    /// From 1.
    pub(super) field: usize,
    pub(super) first: Version,
    pub(super) last: Version,
    pub(super) correction: Correction,
    /// For the reader of this file alone.
    #[allow(dead_code)]
    why: &'static str,
}

/// What is put right in a field.
pub(super) enum Correction {
    Length(u32),
    Usage(Usage),
    Item(u32),
    Table(&'static str),
    NoTable,
}

impl FieldErratum {
    /// Puts `field` right.
    pub(super) fn correct(&self, field: &mut Field) {
        match self.correction {
            Correction::Length(length) => field.length = Some(length),
            Correction::Usage(usage) => field.usage = usage,
            Correction::Item(item) => field.item = Some(item),
            Correction::Table(table) => field.table = Some(table),
            Correction::NoTable => field.table = None,
        }
    }
}

const fn field(
    segment: &'static str,
    field: usize,
    (first, last): (Version, Version),
    correction: Correction,
    why: &'static str,
) -> FieldErratum {
    FieldErratum { segment, field, first, last, correction, why }
}

/// A field of OBX that is optional in all versions.
const fn obx_optional(number: usize) -> FieldErratum {
    field(
        "OBX",
        number,
        (Version::V2_7_1, Version::V2_8),
        Correction::Usage(Usage::Optional),
        "optional in 2.7 and 2.8.1; a source reads the condition on OBX-11 as not supported",
    )
}

/// An action code of a segment of problems, goals, pathways, roles or participation.
const fn action_code(segment: &'static str, number: usize) -> FieldErratum {
    field(
        segment,
        number,
        (Version::V2_8, Version::NEWEST),
        Correction::Table("0287"),
        "CDO-2, new in 2.8, shares their item 00816 and has table 0206; a source that keeps one \
         table for an item gives it to all. The published table 0287 still names these segments",
    )
}

/// A usage that a source has lost in 2.3.1.
const fn usage_2_3_1(segment: &'static str, number: usize, usage: Usage) -> FieldErratum {
    field(
        segment,
        number,
        (Version::V2_3_1, Version::V2_3_1),
        Correction::Usage(usage),
        "the segment's table in 2.3.1 says so, as that of 2.4 does; a source has optional",
    )
}

/// Fields put right.
pub(super) const FIELDS: &[FieldErratum] = &[
    field(
        "OBX",
        2,
        (Version::V2_3, Version::V2_5_1),
        Correction::Length(3),
        "table 0125 has codes of three letters (XCN, XAD); 2.3.1 and 2.6 say 3",
    ),
    field(
        "OBX",
        2,
        (Version::V2_7_1, Version::V2_8),
        Correction::Usage(Usage::Conditional),
        "conditional on OBX-11 in all of 2.3.1 to 2.8.2; a source has R and B here",
    ),
    field(
        "OBX",
        4,
        (Version::V2_7_1, Version::V2_8),
        Correction::Usage(Usage::Conditional),
        "conditional in all of 2.2 to 2.8.2; a source has R and B here",
    ),
    obx_optional(7),
    obx_optional(8),
    obx_optional(9),
    obx_optional(10),
    obx_optional(12),
    obx_optional(13),
    obx_optional(14),
    obx_optional(15),
    obx_optional(16),
    obx_optional(17),
    field(
        "OBX",
        23,
        (Version::V2_5_1, Version::V2_5_1),
        Correction::Item(2283),
        "came with 2.5.1; a source has no numbers for its new fields",
    ),
    field("OBX", 24, (Version::V2_5_1, Version::V2_5_1), Correction::Item(2284), "as OBX-23"),
    field("OBX", 25, (Version::V2_5_1, Version::V2_5_1), Correction::Item(2285), "as OBX-23"),
    field(
        "DB1",
        1,
        (Version::V2_3, Version::V2_3),
        Correction::NoTable,
        "a set id is a number, in 2.3 as since; a source has the table of another element",
    ),
    field(
        "GT1",
        48,
        (Version::V2_4, Version::V2_4),
        Correction::Length(3),
        "2.4 gave table 0063 codes of three letters; 2.5 says 3",
    ),
    field(
        "GP2",
        12,
        (Version::V2_4, Version::V2_6),
        Correction::Length(5),
        "table 0470 has codes of up to five letters, most of them of more than two",
    ),
    usage_2_3_1("ORC", 1, Usage::Required),
    usage_2_3_1("ORC", 2, Usage::Conditional),
    usage_2_3_1("ORC", 3, Usage::Conditional),
    usage_2_3_1("CTD", 1, Usage::Required),
    usage_2_3_1("LCH", 5, Usage::Required),
    action_code("GOL", 1),
    action_code("PRB", 1),
    action_code("PRT", 2),
    action_code("PTH", 1),
    action_code("ROL", 2),
];

/// A component of a data type that a source gives a table in one version: the data type, its
/// number from 1, the version, and why it has none.
pub(super) const WITHOUT_TABLE: &[(&str, usize, Version, &str)] = &[(
    "CM_RMC",
    3,
    Version::V2_3,
    "an amount is a number; the class of amounts is that of IN2-29",
)];

const fn coded_2_5(code: &'static str, display: &'static str) -> Code {
    Code::new(code, display, Version::V2_5, Version::V2_6)
}

const fn listed_2_3(code: &'static str, display: &'static str) -> Code {
    Code::new(code, display, Version::V2_3, Version::V2_3)
}

/// A code system that came to table 0396 between versions.
const fn system(code: &'static str, display: &'static str) -> Code {
    Code::new(code, display, Version::NEWEST, Version::NEWEST)
}

/// Codes added: the table, the codes, and why.
pub(super) const CODES: &[(&str, &[Code], &str)] = &[
    (
        "0125",
        &[
            coded_2_5("CNE", "Coded with no exceptions"),
            coded_2_5("CWE", "Coded with exceptions"),
            coded_2_5("DTM", "Date/Time"),
            Code::new("EI", "Entity identifier", Version::V2_5, Version::V2_8_1),
        ],
        "the table of 2.5 lags behind its data types: implementation guides for 2.5.1 (laboratory \
         reporting, immunization) send these in OBX-5; EI came to the table last, in 2.8.2",
    ),
    (
        "0125",
        &[
            listed_2_3("AD", "Address"),
            listed_2_3("CE", "Coded Entry"),
            listed_2_3("CF", "Coded Element With Formatted Values"),
            listed_2_3("CK", "Composite ID With Check Digit"),
            listed_2_3("CN", "Composite ID And Name"),
            listed_2_3("CP", "Composite Price"),
            listed_2_3("CX", "Extended Composite ID With Check Digit"),
            listed_2_3("DT", "Date"),
            listed_2_3("ED", "Encapsulated Data"),
            listed_2_3("FT", "Formatted Text (Display)"),
            listed_2_3("MO", "Money"),
            listed_2_3("NM", "Numeric"),
            listed_2_3("PN", "Person Name"),
            listed_2_3("RP", "Reference Pointer"),
            listed_2_3("SN", "Structured Numeric"),
            listed_2_3("ST", "String Data."),
            listed_2_3("TM", "Time"),
            listed_2_3("TN", "Telephone Number"),
            listed_2_3("TS", "Time Stamp (Date & Time)"),
            listed_2_3("TX", "Text Data (Display)"),
            listed_2_3("XAD", "Extended Address"),
            listed_2_3("XCN", "Extended Composite Name And Number For Persons"),
            listed_2_3("XON", "Extended Composite Name And Number For Organizations"),
            listed_2_3("XPN", "Extended Person Name"),
            listed_2_3("XTN", "Extended Telecommunications Number"),
        ],
        "2.3 has the same table as 2.3.1; the source begins it with 2.3.1",
    ),
    (
        "0359",
        &[Code::new("2 ...", "For ranked secondary diagnoses", Version::V2_6, Version::NEWEST)],
        "ranks go on, as the table of 2.5 says; that of later versions ends with 2",
    ),
    (
        "0396",
        &[
            system("CDCINDUSTRY2010", "Industries, CDC and census of 2010"),
            system("CDCOCCUPATION2010", "Occupations, CDC and census of 2010"),
            system("CDCODH", "Occupational data for health"),
            system("CLINVAR-V", "ClinVar variants"),
            system("CMSHCC", "CMS hierarchical condition categories"),
            system("CMSOEC", "CMS outpatient edit codes"),
            system("CMSOMC", "CMS outpatient modifier codes"),
            system("COSMIC-Smpl", "COSMIC, simple variants"),
            system("COSMIC-Strc", "COSMIC, structural variants"),
            system("Chrom-Loc", "Chromosome locations"),
            system("DAR", "Data absent reasons"),
            system("Ensembl-P", "Ensembl, protein sequences"),
            system("FIPS55_3", "Populated places (FIPS 55-3)"),
            system("HGNC-Symb", "HGNC gene symbols"),
            system("HGVS.c", "HGVS, transcript syntax"),
            system("HGVS.g", "HGVS, genomic syntax"),
            system("HGVS.p", "HGVS, protein syntax"),
            system("I10P0", "ICD-10, places of occurrence"),
            system("ISCN", "Human cytogenetic nomenclature"),
            system("LRG-RefSeq", "Locus reference genomic sequences"),
            system("Medgen-Dis", "NCBI MedGen, diseases"),
            system("NCIT", "NCI Thesaurus"),
            system("RefSeq-P", "NCBI, protein sequences"),
            system("RxT-Ingrd", "RxTerms, ingredients"),
            system("SPCU", "Sex parameters for clinical use"),
            system("UB04FL42", "UB-04, revenue codes"),
            system("UB04FL67", "UB-04, present on admission"),
            system("dbVar-GL", "dbVar, germline"),
            system("dbVar-som", "dbVar, somatic"),
            system("ensembl-G", "Ensembl, genomic sequences"),
            system("ensembl-T", "Ensembl, transcript sequences"),
            system("refSeq-G", "NCBI, genomic sequences"),
            system("refSeq-T", "NCBI, transcript sequences"),
        ],
        "HL7 goes on with this table between versions; it had these in 2025, the sources do not",
    ),
];

/// Trigger events of one message type, and the structure that its messages have.
pub(super) struct EventErratum {
    pub(super) code: &'static str,
    pub(super) events: &'static [&'static str],
    pub(super) structure: &'static str,
    pub(super) first: Version,
    pub(super) last: Version,
    /// For the reader of this file alone.
    #[allow(dead_code)]
    why: &'static str,
}

/// A message structure that the sources lack, or have wrong, in some versions.
pub(super) struct StructureErratum {
    pub(super) id: &'static str,
    pub(super) grammar: &'static str,
    pub(super) first: Version,
    pub(super) last: Version,
    /// For the reader of this file alone.
    #[allow(dead_code)]
    why: &'static str,
}

/// Message structures added, or put in place of others.
pub(super) const STRUCTURES: &[StructureErratum] = &[
    StructureErratum {
        id: "RSP_K22",
        grammar: "MSH SFT* MSA ERR? QAK QPD (QUERY_RESPONSE:PID PD1? NK1* QRI?)* DSC?",
        first: Version::V2_5,
        last: Version::V2_6,
        why: "table 0354 has it; the sources give K22 the structure of K21, whose answer is one patient",
    },
    StructureErratum {
        id: "QBP_Qnn",
        grammar: "MSH SFT* UAC? QPD RDF? RCP DSC?",
        first: Version::V2_6,
        last: Version::V2_6,
        why: "chapter 5, as before and since; the source has the response behind the query as one message",
    },
];

/// Trigger events added, or given another structure.
pub(super) const EVENTS: &[EventErratum] = &[
    EventErratum {
        code: "MFK",
        events: &["M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09", "M10", "M11"],
        structure: "MFK_M01",
        first: Version::V2_3_1,
        last: Version::NEWEST,
        why: "table 0354 gives all acknowledgments of master files this structure; the sources lack it",
    },
    EventErratum {
        code: "RSP",
        events: &["K22"],
        structure: "RSP_K22",
        first: Version::V2_5,
        last: Version::V2_6,
        why: "table 0354; the sources have RSP_K21",
    },
];
