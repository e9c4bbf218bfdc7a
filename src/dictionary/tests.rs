//! Facts of the standard, over versions and kinds, that the dictionary has to tell.

use super::Version::{
    V2_1, V2_2, V2_3, V2_3_1, V2_4, V2_5, V2_5_1, V2_6, V2_7, V2_7_1, V2_8, V2_8_1, V2_8_2,
};
use super::{Node, Version, standard};

/// Version, segment, number, and what [`field`] tells.
type FieldFact = (Version, &'static str, usize, &'static str);

/// The attributes of a field or component in one line: `name|type|usage|repeats|length|table`.
fn field(version: Version, segment: &str, n: usize) -> String {
    standard().segment(version, segment.as_bytes()).and_then(|s| s.field(n)).map_or_else(
        || "none".to_owned(),
        |f| {
            let (repeats, length) = (f.repeats.unwrap_or(0), f.length.unwrap_or(0));
            let table = f.table.unwrap_or("-");
            format!("{}|{}|{}|{repeats}|{length}|{table}", f.name, f.data_type, f.usage)
        },
    )
}

#[test]
fn codes_are_as_they_are_written() {
    let codes = |table: &str, version| -> Vec<String> {
        let table = standard().table(table.as_bytes()).unwrap();
        table.codes(version).map(|code| format!("{}|{}", code.code, code.display)).collect()
    };
    let parts = codes("0550", V2_7_1);
    for part in ["CHEST|Chest Tube", "KIDN|Kidney"] {
        assert!(parts.iter().any(|code| code == part), "{part}");
    }
    for (table, version) in [("0550", V2_5), ("0550", V2_8_2), ("0396", V2_5_1)] {
        for code in codes(table, version) {
            assert!(!code.starts_with('|') && !code.contains('\u{c2}'), "{table}: {code}");
        }
    }
}

#[test]
fn fields() {
    let facts: &[FieldFact] = &[
        (V2_1, "MSH", 9, "Message Type|ID|R|1|7|0076"),
        (V2_1, "PID", 5, "Patient Name|PN|R|1|48|-"),
        (V2_2, "OBX", 3, "Observation Identifier|CE|R|1|80|-"),
        (V2_3, "PID", 8, "Sex|IS|O|1|1|0001"),
        (V2_2, "PV1", 4, "Admission Type|ID|O|1|2|0007"),
        (V2_3, "PV1", 4, "Admission Type|IS|O|1|2|0007"),
        (V2_3, "PV1", 10, "Hospital Service|IS|O|1|3|0069"),
        (V2_3, "PID", 3, "Patient ID (Internal ID)|CX|R|0|20|-"),
        (V2_3, "OBX", 2, "Value Type|ID|R|1|3|0125"),
        (V2_3_1, "OBX", 5, "Observation Value|varies|C|0|65536|-"),
        (V2_3_1, "ORC", 1, "Order Control|ID|R|1|2|0119"),
        (V2_3_1, "ORC", 2, "Placer Order Number|EI|C|1|22|-"),
        (V2_3_1, "ORC", 3, "Filler Order Number|EI|C|1|22|-"),
        (V2_3_1, "CTD", 1, "Contact Role|CE|R|0|200|0131"),
        (V2_3_1, "LCH", 5, "Location Characteristic Value|CE|R|1|80|-"),
        (V2_4, "PID", 3, "Patient Identifier List|CX|R|0|250|-"),
        (V2_4, "PID", 8, "Administrative Sex|IS|O|1|1|0001"),
        (V2_5, "OBX", 2, "Value Type|ID|C|1|3|0125"),
        (V2_5_1, "OBX", 2, "Value Type|ID|C|1|3|0125"),
        (V2_5_1, "OBX", 5, "Observation Value|varies|C|0|99999|-"),
        (V2_5_1, "OBX", 11, "Observation Result Status|ID|R|1|1|0085"),
        (V2_5_1, "MSH", 1, "Field Separator|ST|R|1|1|-"),
        (V2_5_1, "MSH", 7, "Date/Time of Message|TS|R|1|26|-"),
        (V2_5_1, "MSH", 9, "Message Type|MSG|R|1|15|-"),
        (V2_5_1, "MSH", 12, "Version ID|VID|R|1|60|-"),
        (V2_5_1, "MSH", 18, "Character Set|ID|O|0|16|0211"),
        (V2_5_1, "PID", 2, "Patient ID|CX|B|1|20|-"),
        (V2_5_1, "PID", 3, "Patient Identifier List|CX|R|0|250|-"),
        (V2_5_1, "PID", 5, "Patient Name|XPN|R|0|250|-"),
        (V2_5_1, "PID", 7, "Date/Time of Birth|TS|O|1|26|-"),
        (V2_5_1, "PV1", 2, "Patient Class|IS|R|1|1|0004"),
        (V2_5_1, "PV1", 7, "Attending Doctor|XCN|O|0|250|0010"),
        (V2_5_1, "ORC", 1, "Order Control|ID|R|1|2|0119"),
        (V2_5_1, "OBR", 4, "Universal Service Identifier|CE|R|1|250|-"),
        (V2_5_1, "OBR", 25, "Result Status|ID|C|1|1|0123"),
        (V2_5_1, "SPM", 4, "Specimen Type|CWE|R|1|250|0487"),
        (V2_5_1, "RXA", 5, "Administered Code|CE|R|1|250|0292"),
        (V2_5_1, "NK1", 3, "Relationship|CE|O|1|250|0063"),
        (V2_5_1, "AL1", 3, "Allergen Code/Mnemonic/Description|CE|R|1|250|-"),
        (V2_5_1, "DG1", 6, "Diagnosis Type|IS|R|1|2|0052"),
        (V2_5_1, "MSA", 1, "Acknowledgment Code|ID|R|1|2|0008"),
        (V2_5_1, "ERR", 4, "Severity|ID|R|1|2|0516"),
        (V2_5_1, "EVN", 1, "Event Type Code|ID|B|1|3|0003"),
        (V2_6, "OBX", 14, "Date/Time of the Observation|DTM|O|1|24|-"),
        (V2_7, "OBX", 8, "Interpretation Codes|CWE|O|0|0|0078"),
        (V2_7, "PID", 7, "Date/Time of Birth|DTM|O|1|0|-"),
        (V2_8, "PID", 8, "Administrative Sex|CWE|O|1|0|0001"),
        (V2_8, "PID", 19, "SSN Number - Patient||W|1|0|-"),
        (V2_8, "PID", 28, "Nationality||W|1|0|-"),
        (V2_8, "PID", 40, "Patient Telecommunication Information|XTN|O|0|0|-"),
        (V2_8_2, "RXA", 17, "Substance Manufacturer Name|CWE|O|0|0|0227"),
        (V2_8_2, "OBX", 4, "Observation Sub-ID|OG|C|1|0|-"),
        (V2_8_2, "OBX", 2, "Value Type|ID|C|1|3|0125"),
        (V2_5_1, "PID", 0, "none"),
        (V2_5_1, "PID", 40, "none"),
        (V2_5_1, "ZPI", 1, "none"),
        (V2_5_1, "PIDX", 1, "none"),
        (V2_8, "QRD", 1, "none"),
        // Segments of problems, goals and roles have the table of their own; CDO shares the item.
        (V2_7_1, "PRT", 2, "Action Code|ID|R|1|2|0287"),
        (V2_8, "PRT", 2, "Action Code|ID|R|1|2|0287"),
        (V2_8_2, "ROL", 2, "Action Code|ID|R|1|0|0287"),
        (V2_8_2, "PRB", 1, "Action Code|ID|R|1|0|0287"),
        (V2_8_1, "GOL", 1, "Action Code|ID|R|1|0|0287"),
        (V2_8_1, "PTH", 1, "Action Code|ID|R|1|0|0287"),
        (V2_8_2, "CDO", 2, "Action Code|ID|O|1|0|0206"),
    ];
    for (version, segment, n, fact) in facts {
        assert_eq!(&field(*version, segment, *n), fact, "{version} {segment}-{n}");
    }
    let obx = standard().segment(V2_5_1, b"OBX").unwrap();
    assert_eq!((obx.id(), obx.name(), obx.field_count()), ("OBX", "Observation/Result", 25));
    assert_eq!((obx.field(5).unwrap().item, obx.field(24).unwrap().item), (Some(573), Some(2284)));
    assert_eq!(obx.field(20).unwrap().usage.letter(), 'X');
    assert!(obx.field(5).unwrap().is_repeating() && !obx.field(1).unwrap().is_repeating());
}

#[test]
fn segments_of_other_versions() {
    let found = |version, id: &[u8]| standard().segment_or_newest(version, id).map(|s| s.name());
    assert!(standard().segment(V2_1, b"SPM").is_none());
    assert_eq!(found(V2_1, b"SPM"), Some("Specimen"));
    assert_eq!(found(V2_8_2, b"PID"), Some("Patient Identification"));
    assert_eq!(found(V2_5_1, b"ZZZ"), None);
    // Withdrawn with 2.8: what 2.7.1 had.
    let qrd = standard().segment_or_newest(V2_8_1, b"QRD").unwrap();
    assert!(std::ptr::eq(qrd, standard().segment(V2_7_1, b"QRD").unwrap()));
}

#[test]
fn components() {
    for (version, data_type, n, fact) in [
        (V2_2, "CM_MSG", 2, "Trigger Event|ID|O|-"),
        (V2_3, "CX", 4, "Assigning Authority|HD|O|-"),
        (V2_3, "XPN", 1, "Family Name|ST|O|-"),
        (V2_4, "XPN", 1, "Family Name|FN|O|-"),
        (V2_5_1, "CX", 1, "ID Number|ST|R|-"),
        (V2_5_1, "CX", 4, "Assigning Authority|HD|O|0363"),
        (V2_5_1, "CX", 5, "Identifier Type Code|ID|O|0203"),
        (V2_5_1, "HD", 2, "Universal ID|ST|O|-"),
        (V2_5_1, "CE", 3, "Name of Coding System|ID|O|0396"),
        (V2_5_1, "XPN", 6, "Degree (e.g., MD)|IS|O|0360"),
        (V2_5_1, "XAD", 1, "Street Address|SAD|O|-"),
        (V2_5_1, "XAD", 7, "Address Type|ID|O|0190"),
        (V2_5_1, "TS", 1, "Time|DTM|R|-"),
        (V2_5_1, "MSG", 3, "Message Structure|ID|O|0354"),
        (V2_7, "CWE", 9, "Original Text|ST|O|-"),
        (V2_8, "CX", 5, "Identifier Type Code|ID|R|0203"),
        (V2_8_2, "CWE", 3, "Name of Coding System|ID|O|0396"),
    ] {
        let component = standard().data_type(version, data_type).and_then(|d| d.component(n));
        let told = component.map(|c| {
            let table = c.table.unwrap_or("-");
            format!("{}|{}|{}|{table}", c.name, c.data_type, c.usage)
        });
        assert_eq!(told.as_deref(), Some(fact), "{version} {data_type}.{n}");
    }
    let cx = standard().data_type(V2_5_1, b"CX").unwrap();
    assert_eq!((cx.id(), cx.component_count()), ("CX", 10));
    assert_eq!(cx.component(4).unwrap().length, Some(227));
    assert_eq!((cx.component(0), cx.component(11)), (None, None));
    for (version, id) in [(V2_5_1, "ST"), (V2_7, "CE"), (V2_5_1, ""), (V2_5_1, "varies")] {
        assert!(standard().data_type(version, id).is_none(), "{version} {id}");
    }
}

#[test]
fn codes() {
    for (version, table, code, display) in [
        (V2_1, "0001", "F", Some("Female")),
        (V2_5_1, "0001", "F", Some("Female")),
        (V2_5_1, "0001", "A", Some("Ambiguous")),
        (V2_3, "0001", "A", None),
        (V2_5_1, "0001", "f", None),
        (V2_5_1, "0085", "F", Some("Final results")),
        (V2_5_1, "0076", "ADT", Some("ADT message")),
        (V2_5_1, "0003", "A04", Some("ADT/ACK - Register a patient")),
        (V2_5_1, "0203", "SS", Some("Social Security number")),
        (V2_5_1, "0104", "2.5.1", Some("Release 2.5.1")),
        (V2_2, "0104", "2.5.1", None),
        (V2_3, "0125", "NM", Some("Numeric")),
        (V2_4, "0125", "CWE", None),
        (V2_5, "0125", "CWE", Some("Coded with exceptions")),
        (V2_5_1, "0125", "EI", Some("Entity identifier")),
        (V2_5_1, "0125", "DTM", Some("Date/Time")),
        (V2_5_1, "0125", "CNE", Some("Coded with no exceptions")),
        (V2_7, "0125", "CWE", Some("Coded Entry")),
        (V2_8_1, "0125", "TS", None),
    ] {
        let found = standard().table(table).unwrap().code(version, code.as_bytes());
        assert_eq!(found, display, "{version} {table} {code}");
    }
    let sex = standard().table(b"0001").unwrap();
    assert_eq!((sex.id(), sex.name()), ("0001", "Administrative Sex"));
    assert_eq!(sex.codes(V2_3).map(|c| c.code).collect::<String>(), "FMOU");
    let closed = |version, id: &str| standard().table(id).unwrap().is_closed(version);
    assert!(!closed(V2_5_1, "0001") && !closed(V2_2, "0001"), "user-defined");
    assert!(closed(V2_5_1, "0085") && closed(V2_2, "0085") && closed(V2_5_1, "0003"));
    assert!(standard().table("0085").unwrap().is_listed(V2_5_1));
    assert!(!standard().table("0010").unwrap().is_listed(V2_5_1), "physicians are a site's own");
    assert!(standard().table("1").is_none() && standard().table("").is_none());
}

#[test]
fn structures_of_events() {
    for (version, code, event, structure) in [
        (V2_1, "ADT", "A04", Some("ADT_A04")),
        (V2_2, "ORU", "", Some("ORU_R01")),
        (V2_3_1, "ADT", "A04", Some("ADT_A01")),
        (V2_3_1, "ADT", "A31", Some("ADT_A01")),
        (V2_5_1, "ADT", "A01", Some("ADT_A01")),
        (V2_5_1, "ADT", "A04", Some("ADT_A01")),
        (V2_5_1, "ADT", "A08", Some("ADT_A01")),
        (V2_5_1, "ADT", "A31", Some("ADT_A05")),
        (V2_5_1, "ADT", "A40", Some("ADT_A39")),
        (V2_5_1, "SIU", "S14", Some("SIU_S12")),
        (V2_5_1, "MDM", "T08", Some("MDM_T02")),
        (V2_5_1, "ORU", "R01", Some("ORU_R01")),
        (V2_5_1, "QBP", "Q22", Some("QBP_Q21")),
        (V2_5_1, "MFK", "M02", Some("MFK_M01")),
        (V2_5_1, "ACK", "A01", Some("ACK")),
        (V2_5_1, "ACK", "", Some("ACK")),
        (V2_5_1, "ADT", "", None),
        (V2_5_1, "ADT", "A99", None),
        (V2_5_1, "AD", "", None),
        (V2_5_1, "", "", None),
        (V2_7, "ORM", "O01", None),
        // An event is in no version that is older than table 0003 has it.
        (V2_5_1, "ORU", "R40", None),
        (V2_7_1, "ORU", "R40", None),
        (V2_8, "ORU", "R40", Some("ORU_R01")),
        (V2_6, "SIU", "S27", None),
        (V2_7, "SIU", "S27", Some("SIU_S12")),
        (V2_8_2, "VXU", "V04", Some("VXU_V04")),
    ] {
        let found = standard().structure_of_event(version, code, event);
        assert_eq!(found, structure, "{version} {code}^{event}");
    }
}

/// The names of the nodes.
fn names(nodes: &[Node]) -> String {
    nodes.iter().map(Node::name).collect::<Vec<_>>().join(" ")
}

#[test]
fn structures() {
    let group = |version, id: &str, group: &str| {
        let structure = standard().structure(version, id).unwrap();
        structure.group(group).unwrap_or_else(|| panic!("{version} {id} {group}"))
    };
    for (version, id, name, children) in [
        (V2_3, "ORU_R01", "ORDER_OBSERVATION", "ORC OBR NTE OBSERVATION CTI"),
        (
            V2_5_1,
            "ORU_R01",
            "ORDER_OBSERVATION",
            "ORC OBR NTE TIMING_QTY CTD OBSERVATION FT1 CTI SPECIMEN",
        ),
        (V2_5_1, "ORU_R01", "PATIENT_RESULT", "PATIENT ORDER_OBSERVATION"),
        (V2_5_1, "ORU_R01", "PATIENT", "PID PD1 NTE NK1 VISIT"),
        (V2_5_1, "ORU_R01", "OBSERVATION", "OBX NTE"),
        (V2_5_1, "ADT_A01", "PROCEDURE", "PR1 ROL"),
        (V2_5_1, "ADT_A01", "INSURANCE", "IN1 IN2 IN3 ROL"),
        (V2_5_1, "VXU_V04", "ORDER", "ORC TIMING RXA RXR OBSERVATION"),
        (V2_5_1, "RDE_O11", "COMPONENT", "RXC NTE"),
        (V2_5_1, "SIU_S12", "PERSONNEL_RESOURCE", "AIP NTE"),
        (V2_8_2, "ORU_R01", "SPECIMEN", "SPM SPECIMEN_OBSERVATION"),
        (V2_8_1, "CCI_I22", "RESOURCE_OBJECT", "AIS AIG AIL AIP"),
    ] {
        assert_eq!(names(group(version, id, name).children()), children, "{version} {id} {name}");
    }
    let cardinality = |node: &Node| (node.is_optional(), node.is_repeating());
    assert_eq!(cardinality(group(V2_5_1, "ORU_R01", "PATIENT_RESULT")), (false, true));
    assert_eq!(cardinality(group(V2_5_1, "ORU_R01", "PATIENT")), (true, false));
    assert_eq!(cardinality(group(V2_5_1, "ORU_R01", "OBSERVATION")), (true, true));
    let obx = &group(V2_5_1, "ORU_R01", "OBSERVATION").children()[0];
    assert_eq!(*obx, Node::Segment { id: "OBX", optional: false, repeating: false });
    let oru = standard().structure(V2_5_1, "ORU_R01").unwrap();
    assert_eq!((oru.id(), names(oru.nodes()).as_str()), ("ORU_R01", "MSH SFT PATIENT_RESULT DSC"));
    assert!(standard().structure(V2_7, "ORM_O01").is_none());
    assert!(standard().structure(V2_1, "ORU_R30").is_none());
}
