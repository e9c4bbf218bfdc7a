//! What a later message changes: its resource has the id of what an earlier one made, so that a PUT
//! replaces it, and what was taken back does not stay as it was.

use super::valid;
use crate::fhir_path::find;
use crate::program::pipehat;
use serde_json::Value;

const PID: &str = "PID|1||P1^^^HOSP^MR||Doe^Jo";

/// The Bundle of message `control` of these segments after MSH.
#[track_caller]
fn bundle(control: &str, event: &str, segments: &[&str]) -> Value {
    let header =
        format!("MSH|^~\\&|APP|EAST|EHR|WEST|20240501120000+0000||{event}|{control}|P|2.5.1");
    let message = format!("{header}\r{}\r\n", segments.join("\r"));
    let out = pipehat(&["to-fhir", "-q", "--no-source"]).stdin(message).run();
    valid(&out).pop().unwrap()
}

/// Checks that two messages tell of one resource of a type, and returns what the second says at a path.
#[track_caller]
fn changed(event: &str, kind: &str, [before, after]: [&[&str]; 2], path: &str) -> Vec<String> {
    let [first, then] = [bundle("1", event, before), bundle("2", event, after)];
    let id = format!("{kind}.id");
    assert_eq!(find(&then, &id), find(&first, &id), "{after:?}");
    assert_eq!(find(&then, &id).len(), 1);
    find(&then, &format!("{kind}.{path}"))
}

#[test]
fn an_order_of_a_medication_is_the_same_when_it_is_changed_or_stopped() {
    const WARFARIN: &str = "RXE|1^BID^^20240105|WAR^Warfarin^L|5||mg";
    let first = [PID, "ORC|NW|P9^HIS", WARFARIN];
    for (control, detail, status) in [
        ("DC", WARFARIN, "stopped"),
        ("DC", "RXE||WAR^Warfarin sodium^L|5||mg", "stopped"),
        ("CA", WARFARIN, "cancelled"),
        ("OC", WARFARIN, "cancelled"),
        ("HD", "RXE|1^TID^^20240105|WAR^Warfarin^L|5||mg", "active"),
    ] {
        let orc = format!("ORC|{control}|P9^HIS|RX9^PH");
        let after = [PID, &orc, detail];
        let found = changed("RDE^O11", "MedicationRequest", [&first, &after], "status");
        assert_eq!(found, [status], "{control}");
    }
    let found = changed(
        "OMP^O09",
        "MedicationRequest",
        [
            &[PID, "ORC|NW|P9^HIS", "RXO|WAR^Warfarin^L|5||mg"],
            &[PID, "ORC|DC|P9^HIS|RX9^PH", "RXO|WAR^Warfarin 5 mg^L|5||mg"],
        ],
        "status",
    );
    assert_eq!(found, ["stopped"]);
}

/// What is given of an order counts up in RXG-1 (chapter 4A).
#[test]
fn each_that_is_to_be_given_of_an_order_is_one_of_its_own() {
    let give = |count: &str| {
        let rxg = format!("RXG|{count}||1^^^202405011000|WAR^Warfarin^L|5||mg");
        find(&bundle("1", "RGV^O15", &[PID, "ORC|RE|P9^HIS", &rxg]), "MedicationRequest.id")
    };
    assert_ne!(give("1"), give("2"));
}
