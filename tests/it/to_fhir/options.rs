//! What the options of the command do, as docs/to-fhir.md says.

use super::valid;
use crate::fhir_path::find;
use crate::folders::{folder, mode, put};
use crate::inputs::adt;
use crate::program::pipehat;
use crate::r4;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// A result of a patient, as a message of version 2.5.
const RESULT: &str = "MSH|^~\\&|ANALYSER|LAB|EHR|WARD|20240501120000||ORU^R01|M1|P|2.5\r\
    PID|1||P,1^^^NORTH^MR||Doe^Jo||19800101|F\r\
    PV1|1|I|W1^R2^B3||||||||||||||||V7^^^NORTH^VN\r\
    OBR|1|PL1^EHR|FI1^LAB|CBC^Blood count^99LAB|||20240501101500\r\
    OBX|1|NM|HBA1C^Hgb A1c^99LAB||5.6|%|||||F|||20240501101500\r\n";

fn one(args: &[&str], message: &str) -> Value {
    let out = pipehat(&[&["to-fhir"], args].concat()).stdin(message).run();
    assert_eq!(out.code, 0, "{}", out.stderr);
    let mut bundles = valid(&out);
    assert_eq!(bundles.len(), 1);
    bundles.remove(0)
}

fn requests(bundle: &Value) -> Vec<(&str, &Value)> {
    let entries = bundle["entry"].as_array().unwrap();
    entries
        .iter()
        .map(|e| (e["resource"]["resourceType"].as_str().unwrap(), &e["request"]))
        .collect()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_transaction_puts_each_resource_under_its_id() {
    for kind in ["transaction", "batch"] {
        let bundle = one(&["--bundle", kind], RESULT);
        for entry in bundle["entry"].as_array().unwrap() {
            let resource = &entry["resource"];
            let url =
                format!("{}/{}", text_of(&resource["resourceType"]), text_of(&resource["id"]));
            assert_eq!(entry["request"]["method"], "PUT");
            assert_eq!(entry["request"]["url"], url.as_str());
        }
    }
    for kind in ["message", "collection"] {
        let bundle = one(&["--bundle", kind], RESULT);
        assert!(requests(&bundle).iter().all(|(_, request)| request.is_null()), "{kind}");
    }
}

/// What a server may know is created unless it has the first identifier that has a system; a comma in
/// a search value is escaped (R4, section 3.1.1.4.0.2).
#[test]
fn conditional_upserts_search_by_the_first_identifier() {
    let bundle = one(&["--bundle", "transaction", "--upsert", "conditional"], RESULT);
    let shared = ["Patient", "Practitioner", "Organization", "Location", "Encounter"];
    let mut seen = BTreeSet::new();
    for (kind, request) in requests(&bundle) {
        let condition = request["ifNoneExist"].as_str();
        match (shared.contains(&kind), condition) {
            (true, Some(query)) => {
                assert_eq!((&request["method"], &request["url"]), (&"POST".into(), &kind.into()));
                assert!(query.starts_with("identifier="), "{query}");
                seen.insert(kind);
            }
            (_, condition) => {
                assert_eq!(condition, None, "{kind}");
                assert_eq!(request["method"], "PUT");
            }
        }
    }
    let query = |kind| {
        let found = requests(&bundle).into_iter().find(|(k, _)| *k == kind).unwrap();
        text_of(&found.1["ifNoneExist"]).to_owned()
    };
    assert_eq!(query("Patient"), "identifier=urn%3Aid%3ANORTH%7CP%5C%2C1");
    assert_eq!(query("Encounter"), "identifier=urn%3Aid%3ANORTH%7CV7");
    assert!(seen.contains("Patient") && seen.contains("Encounter"), "{seen:?}");

    // In no other Bundle would references lead to what the server has.
    for (kind, how) in
        [("message", "conditional"), ("batch", "conditional"), ("collection", "maintain")]
    {
        let args = ["to-fhir", "--upsert", how, "--bundle", kind];
        let out = pipehat(&args).stdin(RESULT).run();
        assert!(
            out.code == 2 && out.stdout.is_empty() && out.stderr.contains("--bundle transaction")
        );
    }
}

/// Messages that maintain patients and visits update them, and others leave them as they are.
#[test]
fn patients_and_visits_are_maintained_by_adt() {
    const ARGS: [&str; 4] = ["--bundle", "transaction", "--upsert", "maintain"];
    let queries = [
        ("Patient", "identifier=urn%3Aid%3ANORTH%7CP%5C%2C1"),
        ("Encounter", "identifier=urn%3Aid%3ANORTH%7CV7"),
    ];
    let of = |bundle: &Value, kind: &str| {
        let entries = bundle["entry"].as_array().unwrap();
        let found = entries.iter().find(|entry| entry["resource"]["resourceType"] == kind);
        found.unwrap().clone()
    };
    let result = one(&ARGS, RESULT);
    assert_eq!(result, one(&["--bundle", "transaction", "--upsert", "conditional"], RESULT));

    let admitted = RESULT.replace("ORU^R01", "ADT^A01");
    let made = one(&ARGS, &admitted);
    let put = one(&["--bundle", "transaction"], &admitted);
    for (kind, query) in queries {
        let entry = of(&made, kind);
        let request = &entry["request"];
        assert_eq!((text_of(&request["method"]), &request["ifNoneExist"]), ("PUT", &Value::Null));
        assert_eq!(text_of(&request["url"]), format!("{kind}?{query}"));
        // The server has an id for it, and nothing else is left out.
        let mut whole = of(&put, kind);
        assert!(whole["resource"]["id"].is_string());
        whole["resource"].as_object_mut().unwrap().remove("id");
        assert_eq!(
            (&entry["resource"], &entry["fullUrl"]),
            (&whole["resource"], &whole["fullUrl"])
        );
    }
    assert_eq!(of(&made, "Location")["request"]["method"], "PUT");
    assert_eq!(of(&made, "Observation"), of(&put, "Observation"));

    // A merge that has no more than numbers takes no name away, and still arrives.
    let merge =
        "MSH|^~\\&|A|B|||20240501||ADT^A40|1|P|2.5\rPID|1||P1^^^NORTH^MR\rMRG|P2^^^NORTH^MR\r";
    let made = one(&ARGS, merge);
    let requests: Vec<_> = made["entry"].as_array().unwrap().iter().collect();
    let patients = requests.iter().filter(|entry| entry["resource"]["resourceType"] == "Patient");
    let found: BTreeSet<_> = patients
        .map(|entry| {
            let [merged, method] = [&entry["resource"]["active"], &entry["request"]["method"]];
            (text_of(method), *merged == Value::Bool(false))
        })
        .collect();
    assert_eq!(found, BTreeSet::from([("POST", false), ("PUT", true)]));

    // Whom no system tells of is known by its id.
    let nobody = admitted.replace("^^^NORTH^MR", "");
    let nobody = of(&one(&ARGS, &nobody), "Patient");
    let url = format!("Patient/{}", text_of(&nobody["resource"]["id"]));
    assert_eq!(text_of(&nobody["request"]["url"]), url);
}

/// An account or a specimen of which a message has no more than the number takes away nothing that another told.
#[test]
fn numbers_alone_take_nothing_away() {
    let how = |upsert: &str, event: &str, segments: &str, kind: &str| {
        let message = format!(
            "MSH|^~\\&|A|B|||20240501||{event}|1|P|2.5.1\rPID|1||P1^^^NORTH^MR||Doe^Jo|||||||||||||A1^^^NORTH^AN\r{segments}\r"
        );
        let made = one(&["--bundle", "transaction", "--upsert", upsert], &message);
        let found = requests(&made).into_iter().find(|(found, _)| *found == kind).unwrap().1;
        [text_of(&found["method"]), text_of(&found["url"])].join(" ")
    };
    let order = "OBR|1|P1^EHR|F1^LAB|A^A^L";
    let specimen = format!("{order}\rSPM|1|S1&NORTH");
    let told = format!("{specimen}||BLD");
    let part = format!("{order}\rSPM|1|S2&NORTH|S1&NORTH|BLD");
    for upsert in ["conditional", "maintain"] {
        let how = |event: &str, segments: &str, kind: &str| how(upsert, event, segments, kind);
        for (event, segments, expected) in [
            ("ADT^A08", "PV1|1|I", "POST Account"),
            ("ORU^R01", order, "POST Account"),
            (
                "ADT^A08",
                "IN1|1|PL1^Plan|N1|Insurer",
                "PUT Account?identifier=urn%3Aid%3ANORTH%7CA1",
            ),
            ("BAR^P01", "GT1|1||Doe^Al", "PUT Account?identifier=urn%3Aid%3ANORTH%7CA1"),
            ("BAR^P06", "PV1|1|I", "PUT Account?identifier=urn%3Aid%3ANORTH%7CA1"),
        ] {
            assert_eq!(how(event, segments, "Account"), expected, "{event} {segments}");
        }
        assert_eq!(how("OML^O21", &specimen, "Specimen"), "POST Specimen");
        let by_number = "PUT Specimen?identifier=urn%3Aid%3ANORTH%7CS1";
        assert_eq!(how("OML^O21", &told, "Specimen"), by_number);
        assert_ne!(how("OML^O21", &part, "Specimen"), by_number);
    }
    assert!(how("put", "ADT^A08", "PV1|1|I", "Account").starts_with("PUT Account/"));
}

/// Messages about staff maintain practitioners, and those that only name them do not.
#[test]
fn staff_is_maintained_by_master_files() {
    let how = |event: &str, segments: &str, family: &str| {
        let message = format!("MSH|^~\\&|A|B|||20240501||{event}|1|P|2.5.1\r{segments}\r");
        let made = one(&["--bundle", "transaction", "--upsert", "maintain"], &message);
        let entries = made["entry"].as_array().unwrap();
        let is_it = |e: &&Value| e["resource"]["name"][0]["family"] == family;
        let found = &entries.iter().find(is_it).unwrap()["request"];
        [text_of(&found["method"]), text_of(&found["url"])].join(" ")
    };
    let by_number = "PUT Practitioner?identifier=urn%3Aid%3ANORTH%7C7";
    let staff = "EVN||20240501|||9^Clerk^Cy^^^^^^NORTH\rSTF||7^^^NORTH|Roe^Ann||||A";
    for event in ["MFN^M02", "PMU^B02"] {
        assert_eq!(how(event, staff, "Roe"), by_number);
        assert_eq!(how(event, staff, "Clerk"), "POST Practitioner");
    }
    let visit = "PID|1||P1^^^NORTH^MR\rPV1|1|I|||||7^Roe^Ann^^^^^^NORTH";
    assert_eq!(how("ADT^A01", visit, "Roe"), "POST Practitioner");
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_folder_gets_a_file_for_each_message() {
    let folder = folder();
    let into = folder.path().join("out");
    let input = [adt("A", "Adams"), adt("B", "Brown"), RESULT.to_owned()].concat();
    let out = pipehat(&["to-fhir", "--out-dir", into.to_str().unwrap()]).stdin(&input).run();
    assert!(out.code == 0 && out.stdout.is_empty(), "{}", out.stderr);
    assert_eq!(files(&into), ["000000001.json", "000000002.json", "000000003.json"]);
    let lines: Vec<_> = files(&into).iter().map(|n| std::fs::read(into.join(n)).unwrap()).collect();
    assert_eq!(lines.concat(), pipehat(&["to-fhir"]).stdin(&input).run().stdout);
    for (name, id) in files(&into).iter().zip(["A", "B", "M1"]) {
        let bundle = r4::parse(&std::fs::read(into.join(name)).unwrap()).unwrap();
        assert_eq!(bundle["identifier"]["value"], id);
        // Messages are nobody else's business.
        assert_eq!(mode(into.join(name).to_str().unwrap()), 0o600);
    }
}

#[test]
fn a_folder_gets_a_file_for_each_type_of_resource() {
    let folder = folder();
    let into = folder.path().join("out");
    let input = [RESULT.to_owned(), adt("B", "Brown")].concat();
    let args = ["to-fhir", "--no-source", "--resources", "--out-dir", into.to_str().unwrap()];
    let out = pipehat(&args).stdin(&input).run();
    assert!(out.code == 0 && out.stdout.is_empty(), "{}", out.stderr);
    let mut all = Vec::new();
    for name in files(&into) {
        let kind = name.strip_suffix(".ndjson").unwrap();
        for line in std::fs::read_to_string(into.join(&name)).unwrap().lines() {
            assert_eq!(r4::parse(line.as_bytes()).unwrap()["resourceType"], kind);
            all.push(line.to_owned());
        }
    }
    let patients = std::fs::read_to_string(into.join("Patient.ndjson")).unwrap();
    let families: Vec<_> = patients
        .lines()
        .map(|line| r4::parse(line.as_bytes()).unwrap()["name"][0]["family"].clone())
        .collect();
    assert_eq!(families, ["Doe", "Brown"]);
    let plain = pipehat(&["to-fhir", "--no-source", "--resources"]).stdin(&input).run();
    let mut plain: Vec<_> = plain.text().lines().map(str::to_owned).collect();
    plain.sort_unstable();
    all.sort_unstable();
    assert_eq!(all, plain);
}

/// The code that is found comes first, the original stays behind it; a system may be told by the name
/// in messages or by its URI.
#[test]
fn local_codes_are_told_elsewhere() {
    let folder = folder();
    let loinc = "Hemoglobin A1c/Hemoglobin.total in Blood";
    let codes = put(
        &folder,
        "codes.csv",
        format!("# local codes\n99LAB, HBA1C, LN, 4548-4, {loinc}\nurn:id:99LAB,CBC,LN,58410-2\n"),
    );
    let bundle = one(&["--codes", &codes], RESULT);
    let path = "Observation.code.coding";
    let at = |part: &str| find(&bundle, &format!("{path}.{part}"));
    assert_eq!(at("code"), ["4548-4", "HBA1C"]);
    assert_eq!(at("system"), ["http://loinc.org", "urn:id:99LAB"]);
    assert_eq!(at("display"), [loinc, "Hgb A1c"]);
    assert_eq!(find(&bundle, "DiagnosticReport.code.coding.code"), ["58410-2", "CBC"]);

    // Nothing is said twice: not what the sender says too, nor what two codes are.
    let codes = put(&folder, "both.csv", "99LAB,HBA1C,LN,4548-4,A1c\n99OLD,GHB,LN,4548-4,A1c\n");
    for (code, expected) in [
        ("HBA1C^Hgb A1c^99LAB^4548-4^Hb A1c^LN", ["HBA1C", "4548-4"].as_slice()),
        ("HBA1C^Hgb A1c^99LAB^GHB^^99OLD", &["4548-4", "HBA1C", "GHB"]),
        ("HBA1C^Hgb A1c^99LAB^4548-4^^99OLD", &["4548-4", "HBA1C", "4548-4"]),
    ] {
        let text = format!("MSH|^~\\&|A|B|||2024||ORU^R01|1|P|2.5\rOBX|1|NM|{code}||5||||||F\r");
        let bundle = one(&["--codes", &codes], &text);
        assert_eq!(find(&bundle, &format!("{path}.code")), expected, "{code}");
    }

    // Nor what the guide says too.
    let codes = put(
        &folder,
        "married.csv",
        "HL70002,M,http://terminology.hl7.org/CodeSystem/v3-MaritalStatus,M,Married\n",
    );
    let text = "MSH|^~\\&|A|B|||2024||ADT^A08|1|P|2.5\rPID|1||7||X|||||||||||M^Married^HL70002\r";
    let bundle = one(&["--codes", &codes], text);
    let systems = find(&bundle, "Patient.maritalStatus.coding.system");
    let married = |system: &&String| system.ends_with("v3-MaritalStatus");
    assert_eq!(systems.iter().filter(married).count(), 1, "{systems:?}");

    let torn = "99LAB,HBA1C,LN,4548-4,\"Hb\n99LAB,CBC,LN,58410-2,CBC\n";
    for wrong in ["99LAB,HBA1C,LN\n", "a,b,c,d,e,f\n", torn] {
        let codes = put(&folder, "wrong.csv", wrong);
        let out = pipehat(&["to-fhir", "--codes", &codes]).stdin(RESULT).run();
        assert!(out.code == 2 && out.stderr.contains("wrong.csv:1"), "{}", out.stderr);
    }
}

#[test]
fn names_of_systems_have_uris() {
    let folder = folder();
    let names = "99LAB,https://lab.example/codes\nNORTH,urn:oid:1.2.3.4\n";
    let systems = put(&folder, "names.csv", names);
    let bundle = one(&["--systems", &systems], RESULT);
    assert_eq!(find(&bundle, "Observation.code.coding.system"), ["https://lab.example/codes"],);
    assert_eq!(find(&bundle, "Patient.identifier.system"), ["urn:oid:1.2.3.4"]);
    // The name stays with it.
    assert_eq!(find(&bundle, "Patient.identifier.assigner.display"), ["NORTH"]);

    for wrong in ["99LAB,codes\n", "99LAB\n", "a,https://a.example,b\n"] {
        let systems = put(&folder, "wrong.csv", wrong);
        let out = pipehat(&["to-fhir", "--systems", &systems]).stdin(RESULT).run();
        assert!(out.code == 2 && out.stderr.contains("wrong.csv:1"), "{}", out.stderr);
    }
}

/// The offset of a time: that of the value, of MSH-7, of the sender's zone, of the zone for all; without
/// any the date is what is known.
#[test]
fn times_have_the_offset_of_their_sender() {
    let when = |args: &[&str], message: &str| {
        let out = pipehat(&[&["to-fhir"], args].concat()).stdin(message).run();
        let bundles = valid(&out);
        (find(&bundles[0], "Observation.effectiveDateTime").remove(0), out.stderr)
    };
    let new_york = "LAB=America/New_York";
    assert_eq!(when(&["--timezone", new_york], RESULT).0, "2024-05-01T10:15:00-04:00");
    // By the application, too; the sender's counts before that of all.
    let both = ["--timezone", "ANALYSER=+05:30", "--timezone", "Europe/Berlin"];
    assert_eq!(when(&both, RESULT).0, "2024-05-01T10:15:00+05:30");
    assert_eq!(when(&["--timezone", "-05:00"], RESULT).0, "2024-05-01T10:15:00-05:00");
    let other = ["--timezone", "OTHER=+05:30", "--timezone", "Europe/Berlin"];
    assert_eq!(when(&other, RESULT).0, "2024-05-01T10:15:00+02:00");
    let of_header = RESULT.replacen("20240501120000", "20240501120000+0100", 1);
    assert_eq!(when(&["--timezone", new_york], &of_header).0, "2024-05-01T10:15:00+01:00");
    let of_value = of_header.replace("F|||20240501101500", "F|||20240501101500-0800");
    assert_eq!(when(&[], &of_value).0, "2024-05-01T10:15:00-08:00");

    let (date, note) = when(&[], RESULT);
    assert_eq!(date, "2024-05-01");
    assert!(note.contains("--timezone tells the zone"), "{note}");

    let out = pipehat(&["to-fhir", "--timezone", "LAB=Atlantis/Main"]).stdin(RESULT).run();
    assert!(out.code == 2 && out.stderr.contains("--timezone"), "{}", out.stderr);
}

/// The same patient has the same id in every message, unless ids are those of a message; what another
/// sender calls so is another.
#[test]
fn ids_are_of_identifiers_or_of_messages() {
    let second = RESULT.replacen("|M1|", "|M2|", 1);
    let elsewhere = RESULT.replace("^NORTH^", "^SOUTH^");
    let id = |args: &[&str], message: &str| find(&one(args, message), "Patient.id").remove(0);
    assert_eq!(id(&[], RESULT), id(&[], &second));
    assert_ne!(id(&[], RESULT), id(&[], &elsewhere));
    let by_message = ["--ids", "message"];
    assert_ne!(id(&by_message, RESULT), id(&by_message, &second));
    assert_eq!(id(&by_message, RESULT), id(&by_message, RESULT));

    // Without an authority a number counts within the sender, or the scope that is named.
    let bare = RESULT.replace("^^^NORTH^MR", "");
    let other_sender = bare.replacen("|ANALYSER|LAB|", "|OTHER|CLINIC|", 1);
    assert_ne!(id(&[], &bare), id(&[], &other_sender));
    let scope = ["--id-scope", "region"];
    assert_eq!(id(&scope, &bare), id(&scope, &other_sender));
}

/// An object a line: what was lost, how often.
/// A second patient where the structure has one may be a mistake; in an ORU there may be several.
#[test]
fn the_report_tells_of_patients_that_should_not_be_there() {
    let (pid, order) = ("PID|1||P1^^^H^MR||Doe^Jo\r", "ORC|NW|1^A\rOBR|1|1^A||X^Y^L\r");
    let other = "PID|2||P2^^^H^MR||Roe^Ray\rORC|NW|2^A\rOBR|1|2^A||X^Y^L\r";
    let before = "PID|2||P3^^^H^MR||Doe^J\rOBR|1|3^A||X^Y^L\rOBX|1|ST|X^Y^L||old\r";
    for (event, segments, count) in [
        ("ORM^O01^ORM_O01", [pid, order, ""], 0),
        ("ORM^O01^ORM_O01", [pid, order, pid], 0),
        ("ORM^O01^ORM_O01", [pid, order, other], 1),
        ("ADT^A08^ADT_A01", [pid, "PV1|1|O\r", "PID|2||P2^^^H^MR\r"], 1),
        ("ADT^A40^ADT_A39", [pid, "MRG|P7^^^H^MR\r", "PID|2||P2^^^H^MR\rMRG|P8^^^H^MR\r"], 0),
        ("ORU^R01^ORU_R01", [pid, order, other], 0),
        ("OML^O21^OML_O21", [pid, order, before], 0),
        ("ZZZ^Z99", [pid, order, other], 0),
    ] {
        let folder = folder();
        let report = put(&folder, "report", "");
        let message =
            format!("MSH|^~\\&|A|B|||20240501||{event}|M1|P|2.5.1\r{}", segments.concat());
        pipehat(&["to-fhir", "-q", "--report", &report]).stdin(&message).run();
        let lines = std::fs::read_to_string(&report).unwrap();
        let told = lines.lines().filter(|line| line.contains("contradiction")).collect::<Vec<_>>();
        let expected = [r#"{"contradiction":"patient","count":1}"#];
        assert_eq!(told, expected[..count], "{event} {segments:?}");
    }
}

#[test]
fn the_report_counts_what_was_not_carried_over() {
    let folder = folder();
    let report = put(&folder, "report", "");
    let message = "MSH|^~\\&|A|B|||20240501120000+0100||ADT^A08|M1|P|2.5\r\
        PID|1||P1^^^H^MR||Doe^Jo||19800230|9|||||||||||||\"\"\r\
        PV1|1|I|W1\r\
        OBX|1|CE|X^Y^99LOCAL||Q^R^99LOCAL||||||F|||20240501101500\r\
        ZPI|1|kept\r\n";
    let input = message.repeat(2);
    let out = pipehat(&["to-fhir", "-q", "--report", &report]).stdin(&input).run();
    assert_eq!(valid(&out).len(), 2);
    let lines = std::fs::read_to_string(&report).unwrap();
    let lines: BTreeSet<_> = lines.lines().collect();
    for expected in [
        r#"{"unmapped":"ZPI-1","count":2}"#,
        r#"{"unmapped":"ZPI-2","count":2}"#,
        // 30 February.
        r#"{"unmapped":"PID-7","count":2}"#,
        r#"{"dropped":"time","count":2}"#,
        r#"{"table":"AdministrativeSex","code":"9","count":2}"#,
        r#"{"system":"99LOCAL","count":4}"#,
        r#"{"null":"field","count":2}"#,
    ] {
        assert!(lines.contains(expected), "{expected} is not among {lines:#?}");
    }
    assert!(lines.iter().any(|line| line.starts_with(r#"{"zone":"header","#)), "{lines:#?}");
    assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

/// What is counted for a report is not looked for without one; the Bundles are the same.
#[test]
fn a_report_changes_nothing_else() {
    let folder = folder();
    let report = put(&folder, "report", "");
    for options in [&[][..], &["--unmapped", "extension"], &["--bundle", "transaction"]] {
        let run = |more: &[&str]| {
            let files =
                ["to-fhir", "fixtures/oru_r01.hl7", "fixtures/adt_a01.hl7", "fixtures/dirty"];
            pipehat(&[&files, options, more].concat()).run().stdout
        };
        assert!(run(&[]) == run(&["--report", &report]), "{options:?}");
    }
    assert!(std::fs::read_to_string(report).unwrap().contains("\"unmapped\""));
}
