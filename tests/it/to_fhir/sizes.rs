//! What stands in pairs with something else: a Bundle grows with its message, and not with the square of it.

use super::valid;
use crate::program::pipehat;

/// How long the Bundle of so many of these segments is.
fn length(count: usize, event: &str, groups: [&dyn Fn(usize) -> String; 3]) -> usize {
    let header = format!("MSH|^~\\&|A|B|||20240501120000+0000||{event}|1|P|2.5.1\r");
    let body: String = groups.iter().flat_map(|group| (0..count).map(group)).collect();
    let out = pipehat(&["to-fhir", "-q", "--no-source"]).stdin(header + &body + "\n").run();
    assert_eq!(valid(&out).len(), 1);
    out.stdout.len()
}

#[test]
fn a_bundle_grows_with_its_message() {
    let none = |_: usize| String::new();
    let one =
        |text: &'static str| move |n: usize| if n == 0 { text.to_owned() } else { String::new() };
    let patient = one("PID|1||P1^^^H^MR\rPV1|1|I\r");
    let drug = one("PID|1||P1^^^H^MR\rORC|NW|1\rRXE||D^x^L|1||mg\r");
    let appointments = |n: usize| format!("SCH|{n}\rPID|1||P{n}\rAIS|1|A|S^x^L\r");
    let behind = |n: usize| format!("SCH|{n}\r");
    let patients = |n: usize| format!("PID|1||P{n}\rPV1|1|I\rPV1|2|O\rDG1|1||D{n}^x^L\r");
    let doses = |n: usize| format!("TQ1|{n}|||08{:02}\rRXR|PO\r", n % 60);
    let documents = |n: usize| format!("OBR|1|O{n}||C^x^L\rTXA|1|CN|TX|||||||||D{n}\r");
    let visits = |n: usize| format!("PV1|1|I|||||||||||||||||V{n}\rDG1|1||D{n}^x^L\r");
    let reports = |n: usize| format!("TXA|1|CN|TX|||||||||D{n}\r");
    let orders = |n: usize| format!("OBR|1|O{n}||C^x^L\r");
    let referrals = |n: usize| format!("RF1|A|||||R{n}\r");
    let parties = |n: usize| format!("PRD|RT|N{n}\r");
    for (event, groups) in [
        ("SQR^S25", [&appointments as &dyn Fn(usize) -> String, &none, &none]),
        ("SQR^S25", [&patients, &behind, &none]),
        ("RDE^O11", [&drug, &doses, &none]),
        ("MDM^T02", [&patient, &documents, &none]),
        ("MDM^T02", [&patient, &reports, &orders]),
        ("ORU^R01", [&patient, &reports, &orders]),
        ("ADT^A01", [&patient, &visits, &none]),
        ("REF^I12", [&patient, &referrals, &parties]),
    ] {
        let [some, many] = [50, 200].map(|count| length(count, event, groups));
        assert!(many < 5 * some, "{event}: {some} bytes, {many} bytes");
    }
}
