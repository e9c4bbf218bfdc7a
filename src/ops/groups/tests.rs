// Groups of one occurrence are meant: ranges of segments, not their elements.
#![allow(clippy::single_range_in_vec_init)]

use super::*;
use crate::core::{Frame, Frames};

/// A message of these segments, ids alone or with fields, with its type and version.
fn text(kind: &str, version: &str, segments: &str) -> String {
    let mut text = format!("MSH|^~\\&|||||||{kind}|||{version}\r");
    for segment in segments.split_whitespace() {
        text.push_str(segment);
        text.push_str("|1\r");
    }
    text
}

fn with<T>(text: &str, then: impl FnOnce(&Message<'_>) -> T) -> T {
    let Some(Frame::Message(framed)) = Frames::new(text.as_bytes()).next() else { panic!() };
    then(&Message::new(framed).unwrap())
}

fn context(text: &str) -> Context {
    let mut context = Context::new();
    with(text, |message| context.read(message));
    context
}

/// Checks the occurrences of groups; segments count from MSH, which is 0.
#[track_caller]
fn groups(kind: &str, version: &str, segments: &str, expected: &[(&str, &[Range<usize>])]) {
    let context = context(&text(kind, version, segments));
    for (group, ranges) in expected {
        let found: Vec<_> = context.occurrences(group).collect();
        assert_eq!(&found, ranges, "{group} in {segments}");
    }
}

/// Checks which segments of an id belong to a row.
#[track_caller]
fn belong(context: &Context, table: &[(usize, &[u8; 3], &[usize])]) {
    let mut found = Vec::new();
    for (row, id, expected) in table {
        context.resolve(*row, **id, &mut found);
        assert_eq!(&found, expected, "{} of {row}", id.escape_ascii());
    }
}

#[test]
fn results_of_several_patients() {
    //                  1   2   3   4   5   6   7   8   9   10  11  12  13
    let segments = "PID PV1 ORC OBR OBX OBX ORC OBR OBX PID OBR OBX SPM";
    for version in ["2.5", "2.5.1", "2.6", "2.7", "2.8.2"] {
        groups(
            "ORU^R01^ORU_R01",
            version,
            segments,
            &[
                ("PATIENT_RESULT", &[1..10, 10..14]),
                ("PATIENT", &[1..3, 10..11]),
                ("VISIT", &[2..3]),
                ("ORDER_OBSERVATION", &[3..7, 7..10, 11..14]),
                ("OBSERVATION", &[5..6, 6..7, 9..10, 12..13]),
                ("SPECIMEN", &[13..14]),
                ("ORDER", &[]),
                ("", &[]),
            ],
        );
    }
    groups(
        "ORU^R01",
        "2.3",
        "PID PV1 OBR NTE OBX NTE OBX OBR OBX PID OBR OBX",
        &[
            ("RESPONSE", &[1..10, 10..13]),
            ("ORDER_OBSERVATION", &[3..8, 8..10, 11..13]),
            ("OBSERVATION", &[5..7, 7..8, 9..10, 12..13]),
        ],
    );
}

#[test]
fn several_requests_under_one_order() {
    // The first OBR ends with a note; the second has no ORC of its own.
    let oru = "PID ORC OBR NTE OBX NTE OBR OBX";
    groups("ORU^R01", "2.5.1", oru, &[("ORDER_OBSERVATION", &[2..7, 7..9])]);
    groups(
        "ORM^O01",
        "2.4",
        "PID PV1 IN1 IN1 ORC OBR NTE OBX OBR OBX ORC RXO NTE",
        &[
            ("PATIENT", &[1..5]),
            ("INSURANCE", &[3..4, 4..5]),
            ("ORDER", &[5..11, 11..14]),
            ("ORDER_DETAIL", &[6..9, 9..11, 12..14]),
            ("OBSERVATION", &[8..9, 10..11]),
        ],
    );
    for version in ["2.3", "2.3.1", "2.5"] {
        let orders: &[Range<usize>] = &[2..4, 4..7, 7..9];
        groups("ORM^O01", version, "PID ORC OBR ORC OBR OBX ORC RQD", &[("ORDER", orders)]);
    }
}

#[test]
fn orders_are_not_prior_results() {
    groups(
        "OML^O21^OML_O21",
        "2.5.1",
        //1  2   3   4   5   6   7   8   9   10  11  12  13  14  15  16
        "PID PV1 ORC TQ1 OBR NTE OBX SPM SAC ORC OBR OBR PID OBR OBX ORC",
        &[
            ("PATIENT", &[1..3]),
            ("ORDER", &[3..10, 10..17]),
            ("TIMING", &[4..5]),
            ("OBSERVATION_REQUEST", &[5..10, 11..12, 12..17]),
            ("SPECIMEN", &[8..10]),
            ("CONTAINER", &[9..10]),
            // The standard cannot tell the last ORC from one more order among the prior results.
            ("PRIOR_RESULT", &[13..17]),
            ("ORDER_PRIOR", &[14..16, 16..17]),
        ],
    );
}

/// An order of a laboratory can hold prior results (OML_O21, chapter 4), with patients and orders of their
/// own.
#[test]
fn prior_results_tell_nothing_of_their_order() {
    let plain = context(&text("OML^O21^OML_O21", "2.5.1", "PID PV1 ORC OBR DG1 SPM ORC OBR SPM"));
    belong(
        &plain,
        &[
            (4, b"PID", &[1]),
            (4, b"PV1", &[2]),
            (4, b"ORC", &[3]),
            (4, b"SPM", &[6]),
            (5, b"PID", &[1]),
            (6, b"ORC", &[3]),
            (8, b"PID", &[1]),
            (8, b"ORC", &[7]),
            (9, b"OBR", &[8]),
        ],
    );
    assert_eq!(plain.view(3..7, &[*b"PID", *b"ORC"]), [0, 1, 3, 4, 5, 6]);
    //                  1   2   3   4   5   6   7   8   9   10  11  12  13
    let segments = "PID PV1 ORC OBR SPM PID PV1 AL1 ORC OBR OBX ORC OBR";
    let asked =
        text("OML^O21^OML_O21", "2.5.1", segments).replace("ORC|1\rOBR|1\r", "ORC|RE\rOBR|1\r");
    // The last order is a new one, by its control code.
    let (before, last) = asked.rsplit_once("ORC|RE").unwrap();
    let prior = context(&format!("{before}ORC|NW{last}"));
    assert_eq!(prior.occurrences("ORDER").collect::<Vec<_>>(), [3..12, 12..14]);
    belong(
        &prior,
        &[
            (4, b"PID", &[1]),
            (4, b"PV1", &[2]),
            (4, b"AL1", &[]),
            (4, b"ORC", &[3]),
            (4, b"OBX", &[]),
            (5, b"PID", &[1]),
            (5, b"ORC", &[3]),
            (10, b"PID", &[6]),
            (11, b"PID", &[6]),
            (11, b"PV1", &[7]),
            (11, b"ORC", &[9]),
            (11, b"AL1", &[8]),
            (13, b"PID", &[1]),
            (13, b"PV1", &[2]),
            (13, b"ORC", &[12]),
        ],
    );
    assert_eq!(prior.view(3..12, &[*b"PID"]), [&[0, 1][..], &(3..12).collect::<Vec<_>>()].concat());
    // Without a patient of their own they are the patient's of the message.
    let same = context(&text("OML^O21^OML_O21", "2.5.1", "PID ORC OBR SPM AL1 ORC OBR OBX"));
    belong(&same, &[(8, b"PID", &[1]), (8, b"AL1", &[5]), (3, b"AL1", &[]), (8, b"ORC", &[6])]);
}

#[test]
fn admissions() {
    groups(
        "ADT^A01^ADT_A01",
        "2.5",
        //1  2   3   4   5   6   7   8   9   10  11  12  13  14
        "EVN PID NK1 PV1 ROL DG1 PR1 ROL PR1 GT1 IN1 IN2 IN1 ACC",
        &[("PROCEDURE", &[7..9, 9..10]), ("INSURANCE", &[11..13, 13..14])],
    );
    // Of another event with the same structure, and insurance before procedures, as some send it.
    groups(
        "ADT^A08",
        "2.3.1",
        "EVN PID IN1 IN2 ZIN IN3 PV1 PR1 PR1",
        &[("INSURANCE", &[3..7]), ("PROCEDURE", &[8..9, 9..10])],
    );
    // OBX belongs to no insurance wherever it stands.
    groups("ADT^A01", "2.5", "PID PV1 IN1 IN2 OBX IN1", &[("INSURANCE", &[3..5, 6..7])]);
}

#[test]
fn appointments_and_vaccinations() {
    groups(
        "SIU^S12^SIU_S12",
        "2.5",
        //1  2   3   4   5   6   7   8   9   10  11
        "SCH PID PV1 RGS AIS NTE AIP AIL RGS AIG AIG",
        &[
            ("PATIENT", &[2..4]),
            ("RESOURCES", &[4..9, 9..12]),
            ("SERVICE", &[5..7]),
            ("PERSONNEL_RESOURCE", &[7..8]),
            ("LOCATION_RESOURCE", &[8..9]),
            ("GENERAL_RESOURCE", &[10..11, 11..12]),
        ],
    );
    groups("SIU^S12", "2.4", "SCH PID AIS AIG", &[("RESOURCES", &[3..5])]);
    groups(
        "VXU^V04^VXU_V04",
        "2.5.1",
        "PID PD1 NK1 ORC RXA RXR OBX OBX NTE ORC RXA RXA OBX",
        &[("PATIENT", &[]), ("ORDER", &[4..10, 10..14]), ("OBSERVATION", &[7..8, 8..10, 13..14])],
    );
    groups("VXU^V04", "2.3.1", "PID RXA RXR RXA OBX", &[("ORDER", &[2..4, 4..6])]);
}

#[test]
fn what_is_unexpected_stays_with_the_segment_before() {
    groups(
        "ORU^R01^ORU_R01",
        "2.5.1",
        //1  2   3   4   5   6   7   8   9   10
        "PID ZPI OBR PV1 OBX ZBX OBX ZBX ZZZ OBR",
        &[
            ("PATIENT", &[1..3]),
            ("ORDER_OBSERVATION", &[3..10, 10..11]),
            ("OBSERVATION", &[5..7, 7..10]),
        ],
    );
    // Without the segments that the groups require.
    groups("ORU^R01", "2.5.1", "OBX OBX", &[("OBSERVATION", &[1..2, 2..3])]);
    groups("ORU^R01", "2.5.1", "PID PV1 NTE ORC NTE OBR", &[("ORDER_OBSERVATION", &[4..7])]);
    groups("ORU^R01", "2.5.1", "", &[("PATIENT_RESULT", &[])]);
}

#[test]
fn the_structure_is_found() {
    for (kind, version, expected) in [
        ("ADT^A04^ADT_A01", "2.5", Some("ADT_A01")),
        ("ADT^A04", "2.5", Some("ADT_A01")),
        // No such structure: the event tells.
        ("ADT^A04^ADT_A04", "2.5", Some("ADT_A01")),
        ("ADT^A04", "", Some("ADT_A01")),
        ("ADT^A04", "2.5^USA", Some("ADT_A01")),
        // Came with 2.4.
        ("OML^O21", "2.3", Some("OML_O21")),
        // Left with 2.6.
        ("ORM^O01", "2.8.2", Some("ORM_O01")),
        ("ZZZ^Z01", "2.5", None),
        ("", "2.5", None),
    ] {
        let found = context(&text(kind, version, "PID")).structure();
        assert_eq!(found, expected, "{kind} {version}");
    }
    assert!(is_group_name("ORDER_OBSERVATION") && is_group_name("FINANCIAL"));
    assert!(!is_group_name("ORDER_OBSERVATIONS") && !is_group_name("PID"));
}

#[test]
fn results_belong_to_their_orders_and_patients() {
    let context = context(&text(
        "ORU^R01^ORU_R01",
        "2.5.1",
        //1  2   3   4   5   6   7   8   9   10  11  12  13
        "PID NTE PV1 ORC OBR NTE OBX NTE NTE OBX OBR OBX SPM \
         PID ORC OBR OBX OBX NTE OBR OBX", // 14 to 21
    ));
    belong(
        &context,
        &[
            (7, b"OBX", &[7]),
            (7, b"OBR", &[5]),
            (7, b"ORC", &[4]),
            (7, b"PID", &[1]),
            (7, b"PV1", &[3]),
            (7, b"MSH", &[0]),
            (7, b"NTE", &[8, 9]),
            (7, b"SPM", &[]),
            (7, b"DSC", &[]),
            (10, b"NTE", &[]),
            (10, b"OBR", &[5]),
            (12, b"OBR", &[11]),
            (12, b"SPM", &[13]),
            // The second request is under the ORC of the first.
            (12, b"ORC", &[4]),
            (11, b"ORC", &[4]),
            (5, b"NTE", &[6]),
            (5, b"OBX", &[7, 10]),
            (11, b"OBX", &[12]),
            (11, b"NTE", &[]),
            (4, b"NTE", &[]),
            (4, b"OBR", &[5]),
            (8, b"OBX", &[7]),
            (8, b"OBR", &[5]),
            (6, b"OBR", &[5]),
            (6, b"OBX", &[7, 10]),
            (1, b"NTE", &[2]),
            (1, b"OBR", &[5, 11]),
            (1, b"PV1", &[3]),
            (2, b"PID", &[1]),
            (13, b"OBR", &[11]),
            // The second patient has no visit; that of the first is not taken for it.
            (17, b"PID", &[14]),
            (17, b"PV1", &[]),
            (14, b"PV1", &[]),
            (14, b"NTE", &[]),
            (14, b"OBX", &[17, 18, 21]),
            (16, b"OBX", &[17, 18]),
            (18, b"NTE", &[19]),
            (21, b"ORC", &[15]),
            (0, b"PID", &[1, 14]),
            (0, b"OBX", &[7, 10, 12, 17, 18, 21]),
            (99, b"PID", &[]),
        ],
    );
    let chain: Vec<_> = context.enclosing(7).collect();
    assert_eq!(
        chain,
        [("OBSERVATION", 7..10), ("ORDER_OBSERVATION", 4..11), ("PATIENT_RESULT", 1..14)]
    );
    assert_eq!((context.len(), context.is_empty()), (22, false));
}

#[test]
fn observations_of_a_patient_in_newer_versions() {
    let oru = |segments| context(&text("ORU^R01^ORU_R01", "2.8.2", segments));
    belong(&oru("PID OBR OBX"), &[(1, b"OBX", &[3]), (3, b"OBR", &[2])]);
    belong(&oru("PID OBX OBR OBX"), &[(1, b"OBX", &[2]), (3, b"OBX", &[4]), (4, b"OBR", &[3])]);
    let vxu = context(&text("VXU^V04", "2.8.2", "PID ORC RXA OBX ORC RXA OBX"));
    belong(&vxu, &[(1, b"OBX", &[4, 7]), (2, b"OBX", &[4]), (0, b"OBX", &[4, 7])]);
}

#[test]
fn what_belongs_together_in_other_messages() {
    let dft = context(&text(
        "DFT^P03^DFT_P03",
        "2.3.1",
        //1  2   3   4   5   6   7   8   9
        "EVN PID PV1 FT1 PR1 PR1 FT1 DG1 IN1",
    ));
    belong(
        &dft,
        &[
            (4, b"PR1", &[5, 6]),
            (7, b"PR1", &[]),
            (5, b"FT1", &[4]),
            (4, b"PID", &[2]),
            (4, b"DG1", &[8]),
            (6, b"PR1", &[6]),
            (2, b"FT1", &[4, 7]),
            (2, b"IN1", &[9]),
        ],
    );
    let vxu = context(&text("VXU^V04^VXU_V04", "2.5.1", "PID ORC RXA RXR OBX OBX ORC RXA OBX"));
    belong(
        &vxu,
        &[
            (3, b"OBX", &[5, 6]),
            (3, b"RXR", &[4]),
            (8, b"OBX", &[9]),
            (8, b"RXR", &[]),
            (6, b"RXA", &[3]),
            (9, b"ORC", &[7]),
        ],
    );
    let siu = context(&text(
        "SIU^S12^SIU_S12",
        "2.5",
        //1  2   3   4   5   6   7   8   9
        "SCH NTE PID RGS AIS NTE AIG RGS AIS",
    ));
    belong(
        &siu,
        &[
            (5, b"AIG", &[7]),
            (5, b"NTE", &[6]),
            (5, b"RGS", &[4]),
            (9, b"AIG", &[]),
            (9, b"NTE", &[]),
            (1, b"NTE", &[2]),
            (3, b"NTE", &[]),
            (4, b"AIS", &[5]),
            (7, b"SCH", &[1]),
        ],
    );
}

#[test]
fn segments_without_a_place_belong_to_the_one_before() {
    let adt = context(&text(
        "ADT^A01^ADT_A01",
        "2.5",
        //1  2   3   4   5   6   7   8   9   10
        "EVN PID ZPI PV1 OBX NTE ZBX OBX DG1 AL1",
    ));
    belong(
        &adt,
        &[
            (5, b"NTE", &[6]),
            (5, b"ZBX", &[7]),
            (8, b"NTE", &[]),
            (8, b"ZBX", &[]),
            (7, b"OBX", &[5]),
            (7, b"NTE", &[6]),
            (7, b"PID", &[2]),
            (8, b"ZPI", &[3]),
            (2, b"ZPI", &[3]),
            (9, b"AL1", &[10]),
            (2, b"NTE", &[]),
        ],
    );
    let oru = context(&text("ORU^R01", "2.5.1", "PID ZPI OBR PV1 OBX PID OBR OBX"));
    belong(
        &oru,
        &[
            (5, b"ZPI", &[2]),
            (8, b"ZPI", &[]),
            (5, b"PV1", &[4]),
            (3, b"PV1", &[4]),
            (8, b"PV1", &[]),
        ],
    );
}

/// An order that the structure of admissions does not know, and segments of a site.
#[test]
fn segments_without_a_place_take_turns() {
    let adt = context(&text(
        "ADT^A01^ADT_A01",
        "2.5",
        //1  2   3   4   5   6   7   8   9   10  11  12  13  14  15  16
        "EVN PID PV1 ORC OBR NTE ORC OBR OBR DG1 ZAA ZAA ZBB ZBB ZAA ZBB",
    ));
    belong(
        &adt,
        &[
            (5, b"ORC", &[4]),
            (8, b"ORC", &[7]),
            (9, b"ORC", &[7]),
            (4, b"OBR", &[5]),
            (7, b"OBR", &[8, 9]),
            (5, b"NTE", &[6]),
            (6, b"OBR", &[5]),
            (13, b"ZAA", &[11, 12]),
            (14, b"ZAA", &[11, 12]),
            (16, b"ZAA", &[15]),
            (12, b"ZBB", &[13, 14]),
            (15, b"ZBB", &[16]),
            (3, b"ORC", &[4, 7]),
            (10, b"ZBB", &[13, 14, 16]),
        ],
    );
}

#[test]
fn messages_of_no_known_structure() {
    let unknown = context(&text(
        "ZRU^Z01",
        "2.5",
        //1  2   3   4   5   6   7   8   9   10  11  12
        "PID PV1 ORC OBR NTE OBX NTE ZBX OBX OBR OBX PID \
         OBX FT1", // 13, 14
    ));
    belong(
        &unknown,
        &[
            (6, b"OBR", &[4]),
            (6, b"NTE", &[7]),
            (6, b"ZBX", &[8]),
            (9, b"NTE", &[]),
            (4, b"NTE", &[5]),
            (4, b"OBX", &[6, 9]),
            (11, b"ORC", &[3]),
            (11, b"PV1", &[2]),
            (1, b"OBX", &[6, 9, 11]),
            (13, b"PID", &[12]),
            (13, b"PV1", &[]),
            (13, b"OBR", &[]),
            (13, b"FT1", &[14]),
            (14, b"PID", &[12]),
        ],
    );
    assert_eq!(unknown.occurrences("").count(), 0);
    // Orders without a patient, too.
    let orders = context(&text("", "", "OBR OBX OBX OBR OBX"));
    belong(&orders, &[(2, b"OBR", &[1]), (4, b"OBX", &[5]), (5, b"OBR", &[4])]);
}

#[test]
fn a_context_is_read_again_and_bad_ids_do_no_harm() {
    let mut context = Context::new();
    let mut found = vec![1];
    context.resolve(0, *b"PID", &mut found);
    assert!(found.is_empty() && context.is_empty());
    for _ in 0..2 {
        for (kind, structure) in [("ORU^R01", Some("ORU_R01")), ("ZZZ^Z", None)] {
            with(&text(kind, "2.5", "PID OBR OBX obx X \u{e9}"), |m| context.read(m));
            assert_eq!(context.structure(), structure);
            belong(&context, &[(3, b"PID", &[1]), (5, b"OBX", &[3])]);
        }
    }
}

/// Every segment of a message that is as its structure says has a place, in every structure.
#[test]
fn every_structure_takes_its_own_segments() {
    use crate::dictionary::{Node, Version, standard};
    fn write(nodes: &[Node], text: &mut String) {
        for node in nodes {
            match node {
                Node::Segment { id, .. } if id.len() == 3 => text.push_str(&format!("{id}|1\r")),
                Node::Segment { .. } => {}
                Node::Group { children, .. } => write(children, text),
                Node::Choice { children, .. } => write(&children[..1], text),
            }
        }
    }
    for version in Version::ALL {
        let view = standard().version(version);
        for id in view.structure_ids() {
            let mut text = String::new();
            write(view.structure(id).unwrap().nodes(), &mut text);
            let head = format!("MSH|^~\\&|||||||X^X^{id}|||{version}");
            let context = context(&text.replacen("MSH|1", &head, 1));
            assert_eq!(context.structure(), Some(id));
            // What ROL and PRT are about the standard itself leaves open in places: after an ADJ
            // that could be of two groups, after an OBX that could.
            let annotates = |s: &&Seated| s.key == key(*b"ROL") || s.key == key(*b"PRT");
            let lost = context.segments.iter().find(|s| s.place == NOWHERE && !annotates(s));
            assert!(lost.is_none(), "{version} {id}: {lost:?}");
            assert_eq!(context.occurrences[0].end as usize, context.len());
        }
    }
}

/// The same MSH-9 says something else with other delimiters.
#[test]
fn a_message_with_other_delimiters_is_of_another_kind() {
    let usual = text("ORU^R01", "2.5.1", "PID OBR OBX");
    let other = usual.replace("MSH|^", "MSH|$");
    let mut context = Context::new();
    for (text, expected) in [(&other, None), (&usual, Some("ORU_R01")), (&other, None)] {
        with(text, |message| context.read(message));
        assert_eq!(context.structure(), expected);
    }
}
