//! `pipehat deidentify`: what goes, what stays, and that nothing is said of it.
//!
//! In `fixtures/deidentify/marked.txt` everything that identifies somebody stands in braces, which
//! the tests take away before the program reads it: what was in braces must be gone, and what was
//! not must be there, byte for byte.

use crate::folders::{folder, mode, put, secret, set_mode};
use crate::inputs::fixture;
use crate::program::{Out, pipehat};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const KEY: &str = "8f1c2e3d4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n";
const OTHER_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000001\n";

/// The fixture with and without its braces; a line is a message.
fn marked() -> (String, String) {
    let marked = fs::read_to_string(fixture("deidentify/marked.txt")).unwrap();
    let plain = marked.replace(['{', '}'], "");
    (marked, plain)
}

/// The marked fixture de-identified, its messages as lines of segments.
fn deidentified(args: &[&str], input: &str) -> Vec<Vec<String>> {
    let out = pipehat(&[&["deidentify"], args].concat()).stdin(input).run();
    assert_eq!(out.code, 0, "{out:?}");
    split(&String::from_utf8(out.stdout).unwrap())
}

fn split(stream: &str) -> Vec<Vec<String>> {
    let lines = stream.trim_end_matches('\n').split('\n').filter(|line| !line.is_empty());
    lines.map(|line| line.trim_end_matches('\r').split('\r').map(str::to_owned).collect()).collect()
}

/// The marked messages, as lines of segments.
fn marked_messages(marked: &str) -> Vec<Vec<String>> {
    let mut messages: Vec<Vec<String>> = Vec::new();
    for line in marked.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("MSH") {
            messages.push(Vec::new());
        }
        messages.last_mut().unwrap().push(line.to_owned());
    }
    messages
}

/// What stands in braces.
fn needles(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(inside, _)| inside)
        .collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A line without tokens: under a random key they hold any short word or number at times.
fn without_tokens(line: &str) -> String {
    let is_token = |word: &&str| {
        word.len() == 16
            && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'Z') && !b"ILOU".contains(&b))
    };
    let mut line = line.to_owned();
    let words: Vec<_> = line.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    for token in words.iter().map(String::as_str).filter(is_token) {
        line = line.replace(token, "");
    }
    line
}

/// Tells what of the braces is still there.
fn leaks(marked: &[Vec<String>], out: &[Vec<String>]) -> Vec<String> {
    let mut leaks = Vec::new();
    for (before, after) in marked.iter().zip(out) {
        let delimiter = before[0].chars().nth(3).unwrap();
        let told: Vec<String> = after.iter().map(|line| without_tokens(line)).collect();
        let whole = told.join("\n").to_lowercase();
        let numbers: Vec<String> =
            told.iter().flat_map(|line| line.split(delimiter)).map(digits).collect();
        for (line, new) in before.iter().zip(after) {
            for needle in needles(line) {
                // Words of four letters and more are looked for in the whole message.
                for word in needle.split(|c: char| !c.is_alphabetic()) {
                    let is_general = [
                        "lane",
                        "court",
                        "road",
                        "drive",
                        "unit",
                        "clinic",
                        "corner",
                        "march",
                        "note",
                        "chapel",
                        "cottage",
                        "foundry",
                        "ninth",
                        "example",
                        "private",
                        "https",
                        "pacs",
                        "elsewhere",
                        "someone",
                    ];
                    let word = word.to_lowercase();
                    if word.len() > 3 && !is_general.contains(&&*word) && whole.contains(&word) {
                        leaks.push(format!("{}: {word}", &line[..3]));
                    }
                }
                let number = digits(needle);
                if number.len() > 5 && numbers.iter().any(|n| n.contains(&number)) {
                    leaks.push(format!("{}: {number}", &line[..3]));
                }
            }
            // Short values only at their place.
            for (field, new) in line.split(delimiter).zip(new.split(delimiter)) {
                let is_one = field.starts_with('{') && field.ends_with('}');
                if is_one && field.matches('{').count() == 1 && field[1..field.len() - 1] == *new {
                    leaks.push(format!("{}: {field}", &line[..3]));
                }
            }
        }
    }
    leaks
}

/// Tells which fields without braces are not as they were.
fn changes(marked: &[Vec<String>], out: &[Vec<String>]) -> Vec<String> {
    let mut changes = Vec::new();
    for (before, after) in marked.iter().zip(out) {
        assert_eq!(before.len(), after.len(), "segments of {}", before[0]);
        let delimiter = before[0].chars().nth(3).unwrap();
        for (line, new) in before.iter().zip(after) {
            let (old, new): (Vec<_>, Vec<_>) =
                (line.split(delimiter).collect(), new.split(delimiter).collect());
            assert_eq!(old.len(), new.len(), "fields of {line}");
            for (n, (old, new)) in old.iter().zip(&new).enumerate() {
                if !old.contains('{') && old != new {
                    changes.push(format!("{}-{n}: {old} became {new}", &line[..3]));
                }
            }
        }
    }
    changes
}

fn pseudonymise(dir: &TempDir) -> Vec<String> {
    let key = secret(dir, "key", KEY);
    ["--profile", "pseudonymise", "--key-file", &key].map(str::to_owned).to_vec()
}

fn strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn what_is_marked_goes_and_all_else_stays() {
    let dir = folder();
    let (marked, plain) = marked();
    let messages = marked_messages(&marked);
    let with_key = pseudonymise(&dir);
    let safe_harbor = deidentified(&[], &plain);
    assert_eq!(leaks(&messages, &safe_harbor), [""; 0]);
    assert_eq!(changes(&messages, &safe_harbor), [""; 0]);
    for text in ["scrub", "strict", "drop"] {
        let out = deidentified(&[&strs(&with_key)[..], &["--text", text]].concat(), &plain);
        assert_eq!(leaks(&messages, &out), [""; 0], "{text}");
        assert_eq!(changes(&messages, &out), [""; 0], "{text}");
    }
    let out = deidentified(&["--profile", "test-data", "--key-file", &with_key[3]], &plain);
    assert_eq!(leaks(&messages, &out), [""; 0]);
    let processing = changes(&messages, &out);
    assert!(processing.iter().all(|c| c == "MSH-10: P became T") && processing.len() == 9);
}

#[test]
fn words_around_what_is_found_stay_as_they_were() {
    let dir = folder();
    let (marked, plain) = marked();
    let out = deidentified(&strs(&pseudonymise(&dir)), &plain).concat().join("\n");
    for words in [
        "Seen after a fall, ",
        " was alone",
        "Type 2 diabetes of ",
        "Skidded, says ",
        "; potassium 4.1 mmol/L, BP 128/76.",
        " was admitted on ",
        " after a fall at ",
        "; strength 5/5.",
        "Daughter ",
        " drives.\\.br\\Seen by ",
        "\\H\\",
        "\\N\\ lives in ",
        ", T12-L1 level.",
        " has no name",
    ] {
        assert!(marked.contains(words) && out.contains(words), "{words}: {out}");
    }
}

#[test]
fn the_same_value_is_the_same_surrogate_everywhere() {
    let dir = folder();
    let (_, plain) = marked();
    let args = pseudonymise(&dir);
    let out = pipehat(&[&["deidentify"], &strs(&args)[..]].concat()).stdin(&plain).text();
    let values = |path: &str| -> Vec<String> {
        let rows = pipehat(&["query", path]).stdin(&out).text();
        let all = rows.split(['\n', '~']).map(str::trim).filter(|value| !value.is_empty());
        all.map(str::to_owned).collect()
    };
    let of_patient = values("PID-3[1].1");
    assert_eq!(of_patient.len(), 7, "one for each message with a PID");
    let patient = &of_patient[0];
    // All but the vaccination are of one patient.
    assert_eq!(of_patient.iter().filter(|id| *id == patient).count(), 6, "{of_patient:?}");
    assert_eq!(values("PID-2.1"), [patient.as_str()]);
    assert!(patient.len() == 9 && patient.bytes().all(|b| b.is_ascii_digit()), "{patient}");
    assert_eq!(values("QPD-3[4].2"), [patient.as_str()]);
    // In texts, too.
    for path in ["NTE-3", "ERR-7"] {
        let text = values(path).concat();
        assert!(text.contains(patient.as_str()), "{path}: {text}");
    }
    // The acknowledgment answers the message that it answered.
    assert_eq!(values("MSA-2")[0], values("MSH-10")[2]);
    assert_eq!(values("ORC-2.1")[0], values("OBR-2.1")[0]);
    // The number of nine digits in PID-3 and with hyphens in PID-19.
    let ssn = values("PID-19").concat();
    assert_eq!(digits(&ssn), values("PID-3[2].1")[0]);
    assert!(ssn.starts_with('9') && ssn.as_bytes()[3] == b'-', "{ssn}");
    let (from, to) = (values("PV1-44").concat(), values("PV1-45").concat());
    // Admitted on a Tuesday at 7:30, four days before a Saturday at 11:00.
    assert!(from.ends_with("0730") && to.ends_with("1100"), "{from} {to}");
    let days = |time: &str| {
        let [year, month, day] = [&time[..4], &time[4..6], &time[6..8]].map(|n| n.parse().unwrap());
        jiff::civil::date(year, month as i8, day as i8)
    };
    let [admitted, left] = [days(&from), days(&to)];
    assert_eq!((left - admitted).get_days(), 4);
    assert_eq!(admitted.weekday(), jiff::civil::Weekday::Tuesday);
    let moved = (jiff::civil::date(2024, 3, 5) - admitted).get_days();
    assert!((7..=364).contains(&moved) && moved % 7 == 0, "{moved}");
}

#[test]
fn the_output_depends_on_the_key_and_the_message_alone() {
    let dir = folder();
    let (_, plain) = marked();
    let args = pseudonymise(&dir);
    let run =
        |args: &[&str], input: &str| pipehat(&[&["deidentify"], args].concat()).stdin(input).text();
    let many = plain.repeat(300);
    let once = run(&strs(&args), &plain);
    assert_eq!(run(&strs(&args), &plain), once);
    for threads in ["1", "2", "7"] {
        let out = run(&[&strs(&args)[..], &["-j", threads]].concat(), &many);
        assert!(out == once.repeat(300), "-j {threads}");
    }
    let messages: Vec<&str> = plain.split("\n\n").collect();
    let mut alone: Vec<String> = messages.iter().rev().map(|m| run(&strs(&args), m)).collect();
    alone.reverse();
    assert_eq!(alone.concat(), once);
    let other = secret(&dir, "other", OTHER_KEY);
    let differs = run(&["--profile", "pseudonymise", "--key-file", &other], &plain);
    for (one, other) in once.lines().zip(differs.lines()) {
        assert_ne!(one, other);
    }
    // Safe Harbor's key is gone when the run is.
    assert_ne!(run(&[], &plain), run(&[], &plain));
}

#[test]
fn safe_harbor_keeps_years_states_and_three_digits() {
    let msh = "MSH|^~\\&|A|B|||20240305081500||ADT^A08|1|P|2.5.1\r";
    let out = |pid: &str| {
        let out = pipehat(&["deidentify"]).stdin(format!("{msh}{pid}\r\n")).text();
        out.split('\r').nth(1).unwrap().to_owned()
    };
    let pid =
        |born: &str, zip: &str| format!("PID|1||||DOE^JANE||{born}|F|||1 A ST^^B^MA^{zip}^USA");
    let kept = |born: &str, zip: &str| format!("PID|1||||||{born}|F|||^^^MA^{zip}^USA");
    // 45 CFR 164.514(b)(2)(i)(B) and (C).
    assert_eq!(out(&pid("19610417", "02139")), kept("1961", "021"));
    assert_eq!(out(&pid("19610417", "02139-4307")), kept("1961", "021"));
    // 036 has fewer than 20,000 people.
    assert_eq!(out(&pid("19610417", "03601")), kept("1961", "000"));
    // 89 on the day of the message, 90 on the day after.
    assert_eq!(out(&pid("19340306", "02139")), kept("1934", "021"));
    assert_eq!(out(&pid("19340305", "02139")), kept("", "021"));
    assert_eq!(out(&pid("1920", "02139")), kept("", "021"));
    assert_eq!(out(&pid("1933", "02139")), kept("", "021"));
}

#[test]
fn a_key_is_made_once_and_only_for_its_owner() {
    let dir = folder();
    let path = dir.path().join("study.key");
    let name = path.to_str().unwrap();
    let made = pipehat(&["deidentify", "keygen", name]).run();
    assert_eq!((made.code, made.stdout.as_slice(), &*made.stderr), (0, &b""[..], ""));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.len() == 65 && text.trim_end().bytes().all(|b| b.is_ascii_hexdigit()), "{text}");
    assert_eq!(mode(&path), 0o600);
    let again = pipehat(&["deidentify", "keygen", name]).run();
    assert_eq!(again.code, 2, "{again:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "a key is never replaced");
    let second = dir.path().join("second.key");
    assert_eq!(pipehat(&["deidentify", "keygen", second.to_str().unwrap()]).run().code, 0);
    assert_ne!(fs::read_to_string(second).unwrap(), text);
}

#[test]
fn a_key_that_others_can_read_or_that_is_none_is_refused() {
    let dir = folder();
    let (_, plain) = marked();
    let run = |file: &str| -> Out {
        pipehat(&["deidentify", "--profile", "pseudonymise", "--key-file", file])
            .stdin(&plain)
            .run()
    };
    for (text, mode) in [
        (KEY, 0o640),
        (KEY, 0o604),
        (KEY, 0o620),
        ("", 0o600),
        (&KEY[1..], 0o600),
        (&*format!("{KEY}{KEY}"), 0o600),
        (&*KEY.replace('f', "g"), 0o600),
    ] {
        let file = secret(&dir, "k", text);
        set_mode(&file, mode);
        let out = run(&file);
        assert_eq!(out.code, 2, "{text} {mode:o} {out:?}");
        assert!(out.stdout.is_empty() && out.stderr.contains("k: "), "{out:?}");
        assert!(!out.stderr.contains(&KEY[1..20]), "the key is not shown: {out:?}");
    }
    let none = pipehat(&["deidentify", "--profile", "pseudonymise"]).stdin(&plain).run();
    assert!(none.code == 2 && none.stdout.is_empty() && none.stderr.contains("keygen"), "{none:?}");
    // That a folder is closed to others makes no key of it.
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let out = run(folder.to_str().unwrap());
    assert!(out.code == 2 && out.stdout.is_empty(), "{out:?}");
    assert!(out.stderr.contains("a folder") && !out.stderr.contains("chmod"), "{out:?}");
    // The variable names the file, too.
    let file = secret(&dir, "good", KEY);
    let by_name = run(&file);
    let by_variable = pipehat(&["deidentify", "--profile", "pseudonymise"])
        .env("PIPEHAT_KEY_FILE", &file)
        .stdin(&plain)
        .run();
    assert_eq!((by_variable.code, by_variable.stdout), (0, by_name.stdout));
}

/// systemd 254 and later makes a credential readable by a group, in a folder of the service alone.
#[test]
fn a_credential_of_a_service_is_a_key() {
    let dir = folder();
    let (_, plain) = marked();
    let file = secret(&dir, "study.key", KEY);
    let run = |mode: u32, credentials: &str| {
        set_mode(&file, mode);
        pipehat(&["deidentify", "--profile", "pseudonymise"])
            .env("PIPEHAT_KEY_FILE", &file)
            .env("CREDENTIALS_DIRECTORY", credentials)
            .stdin(&plain)
            .run()
            .code
    };
    let own = dir.path().to_str().unwrap();
    let another = folder();
    for folder in [&dir, &another] {
        set_mode(folder.path(), 0o700);
    }
    assert_eq!(run(0o440, own), 0);
    assert_eq!(run(0o440, another.path().to_str().unwrap()), 2);
    assert_eq!(run(0o440, ""), 2);
    assert_eq!(run(0o460, own), 2, "a group that can write");
    assert_eq!(run(0o444, own), 2, "readable by all");
    set_mode(dir.path(), 0o755);
    assert_eq!(run(0o440, own), 2, "a folder that all can enter");
}

#[test]
fn the_report_counts_and_says_nothing_of_the_messages() {
    let dir = folder();
    let (marked, plain) = marked();
    let report = dir.path().join("report.json");
    let args = pseudonymise(&dir);
    let common = ["--report", report.to_str().unwrap()];
    let input = format!("{plain}\nMSH|^~\\&|CUT\rPID|1||904417263\r\n\nMSH|\r");
    let out = pipehat(&[&["deidentify"], &strs(&args)[..], &common].concat()).stdin(&input).run();
    assert_eq!(out.code, 2, "the last is no message: {out:?}");
    let text = fs::read_to_string(&report).unwrap();
    let shown = format!("{text}{}", out.stderr).to_lowercase();
    for needle in needles(&marked).into_iter().filter(|needle| needle.len() > 3) {
        assert!(!shown.contains(&needle.to_lowercase()), "{needle} in {shown}");
    }
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["profile"], "pseudonymise");
    assert_eq!(report["messages"]["read"], 10);
    assert_eq!(report["messages"]["written"], 10);
    assert_eq!(report["messages"]["rejected"], 1);
    assert_eq!(report["unknown_segments"]["ZPI"], 1);
    assert_eq!(report["emptied_documents"], 2);
    let fields = report["fields"].as_array().unwrap();
    let of = |path: &str| -> u64 {
        let counts =
            fields.iter().filter(|f| f["path"] == path).map(|f| f["count"].as_u64().unwrap());
        counts.sum()
    };
    assert_eq!(of("PID-19"), 1);
    // All but the query and the acknowledgment have a PID.
    assert_eq!(of("PID-5"), 7, "{text}");
    // The same rules and key have the same names; the key itself is nowhere.
    assert_eq!(report["key"].as_str().unwrap().len(), 16);
    assert!(!text.contains(&KEY[..16]) && report["rules"].as_str().unwrap().len() >= 16);
}

#[test]
fn a_dry_run_only_reports() {
    let (_, plain) = marked();
    let out = pipehat(&["deidentify", "--dry-run"]).stdin(&plain).run();
    assert_eq!((out.code, &*out.stderr), (0, ""));
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(report["messages"]["written"], 0);
    assert_eq!(report["messages"]["read"], 9);
    assert_eq!(report["key"], Value::Null);
}

#[test]
fn an_identifier_where_none_is_expected_is_removed_and_counted() {
    let dir = folder();
    // The name stands in PID-8 and as the unit of a measurement.
    let message = "MSH|^~\\&|A|B|||20240305||ORU^R01|1|P|2.5.1\r\
        PID|1||904417263^^^N^MR||ZORVATH^MIRELDA||19610417|ZORVATH\r\
        OBX|1|NM|1^Weight^L||81.5|Zorvath|904417263||||F\r\n";
    let args = pseudonymise(&dir);
    for profile in [&[][..], &strs(&args)] {
        let args = [&["deidentify", "--fail-on-residual"], profile].concat();
        let out = pipehat(&args).stdin(message).run();
        assert_eq!(out.code, 2, "{out:?}");
        let text = String::from_utf8(out.stdout).unwrap().to_lowercase();
        assert!(!text.contains("zorvath") && !text.contains("904417263"), "{text}");
        assert!(text.contains("|81.5|"), "{text}");
        assert!(out.stderr.contains('3') && !out.stderr.to_lowercase().contains("zorvath"));
        let dry = pipehat(&[&args[..], &["-n"]].concat()).stdin(message).run();
        let report: Value = serde_json::from_slice(&dry.stdout).unwrap();
        assert_eq!(report["residual"]["PID-8"], 1, "{report}");
        assert_eq!(report["residual"]["OBX-6"], 1, "{report}");
        assert_eq!(report["residual"]["OBX-7"], 1, "{report}");
    }
}

#[test]
fn odd_messages_leak_nothing() {
    let dir = folder();
    let args = pseudonymise(&dir);
    let msh = "MSH|^~\\&|A|B|||20240305||ADT^A08|1|P|2.5.1";
    let pid = "PID|1||904417263^^^N^MR||ZORVATH^MIRELDA||19610417|F";
    let big = format!("{msh}\r{pid}\rOBX|1|TX|1||{}ZORVATH\r\n", "all well ".repeat(250_000));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("lower case", format!("{msh}\r{}\r\n", pid.replace("PID", "pid")).into()),
        ("unknown", format!("{msh}\r{}\r\n", pid.replace("PID", "QQQ")).into()),
        ("no segment", format!("{msh}\r{pid}\rZORVATH MIRELDA 904417263 19610417\r\n").into()),
        ("beyond the map", format!("{msh}\r{pid}{}ZORVATH^904417263\r\n", "|".repeat(90)).into()),
        ("component beyond", format!("{msh}\rPID|1||904417263^^^N^MR^^^^^^^^^^904417263||ZORVATH^MIRELDA^^^^^^^^^^^^^^^^^^ZORVATH\r\n").into()),
        ("subcomponents", format!("{msh}\rPID|1||&904417263^&904417263^^&904417263&ZORVATH^&ZORVATH||&ZORVATH&MIRELDA\r\n").into()),
        ("repetitions", format!("{msh}\rPID|1~904417263||904417263~904417263^^^N~^904417263||ZORVATH~^MIRELDA~^^^^^^^ZORVATH|||ZORVATH~F\r\n").into()),
        ("escapes", format!("{msh}\rPID|1||904\\.br\\417263~\\X39\\04417263||Z\\X4F\\RVATH^MIR\\E\\ELDA\\T\\\r\nNTE|1||\\X5A4F5256415448\\\r").into()),
        ("other delimiters", format!("{msh}\r{pid}\r\n").replace('|', "$").replace('^', "!").replace('~', "%").replace('\\', "?").replace('&', "*").into()),
        ("no escape character", format!("{msh}\r{pid}\rNTE|1||ZORVATH\r\n").replace("^~\\&", "^~").into()),
        ("latin-1", [format!("{msh}||||||8859/1\r").as_bytes(), b"PID|1||904417263||Z\xD6RVATH^MIRELDA\rNTE|1||z\xF6rvath, ZORVATH\r\n"].concat()),
        ("broken utf-8", [format!("{msh}\r").as_bytes(), b"PID|1||904417263\xFF||ZORVATH\xC3^MIRELDA\xE2\x82\rNTE|1||\xFFZORVATH\xFF 904417263\r\n"].concat()),
        ("nul", format!("{msh}\rPID|1||9044\017263||ZORV\0ATH^MIRELDA\rNTE|1||MIRELDA\0 904417263\r\n").into()),
        ("no type", format!("{msh}\r{pid}\rOBX|1||1||ZORVATH^MIRELDA\rOBX|2|QQ|1||904417263\rOBX|3|NM|1||ZORVATH\rOBX|4|DT|1||ZORVATH 1961\rOBX|5|NM|1||904417263\r\n").into()),
        ("mllp", format!("\x0b{msh}\r{pid}\r\x1c\r").into()),
        ("crlf", format!("{msh}\r\n{pid}\r\n\r\n").into()),
        ("lf", format!("{msh}\n{pid}\nZORVATH\n\n").into()),
        ("batch", format!("FHS|^~\\&|ZORVATH||||19610417||904417263\rBHS|^~\\&|ZORVATH||||||||ZORVATH\r{msh}\r{pid}\rBTS|1|ZORVATH\rFTS|1|904417263\r").into()),
        ("2 MB", big.into()),
    ];
    for (name, input) in cases {
        for profile in [&[][..], &strs(&args)] {
            let report = dir.path().join("r.json");
            let more = ["--report", report.to_str().unwrap()];
            let out = pipehat(&[&["deidentify"], profile, &more].concat()).stdin(&input).run();
            assert!(out.code == 0 || out.code == 2, "{name}: {out:?}");
            let report = fs::read_to_string(report).unwrap();
            let stdout = String::from_utf8_lossy(&out.stdout).to_lowercase();
            for text in [&*stdout, &*report.to_lowercase(), &*out.stderr.to_lowercase()] {
                for needle in ["zorvath", "z\u{f6}rvath", "mirelda", "904417263", "19610417"] {
                    assert!(!text.contains(needle), "{name}: {needle} in {text}");
                }
            }
            assert!(stdout.contains("msh") || out.code == 2, "{name}: {out:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_goes_to_the_rejects_and_nowhere_else() {
    let dir = folder();
    let rejects: PathBuf = dir.path().join("bad.hl7");
    let bad = "MSH|\rPID|1||904417263\r\n";
    let good = "MSH|^~\\&|A|B|||20240305||ADT^A08|1|P|2.5.1\r\n";
    let out = pipehat(&["deidentify", "--rejects", rejects.to_str().unwrap()])
        .stdin(format!("{bad}{good}"))
        .run();
    assert_eq!(out.code, 2, "{out:?}");
    assert!(!String::from_utf8_lossy(&out.stdout).contains("904417263"));
    assert!(String::from_utf8_lossy(&out.stdout).starts_with("MSH|^~\\&|A|B|||2024||"));
    assert!(fs::read_to_string(&rejects).unwrap().starts_with(bad.trim_end()));
    assert_eq!(mode(&rejects), 0o600);
}

#[test]
fn rules_of_a_file_count_more_and_the_list_is_such_a_file() {
    let dir = folder();
    let (_, plain) = marked();
    let rules =
        put(&dir, "site.rules", "# ours\nPID-8 = remove\nZPI-4 = keep\nMSH-4 = constant SITE\n");
    let rules = rules.as_str();
    let out = deidentified(&["--rules", rules], &plain);
    assert_eq!(out[0][0].split('|').nth(3), Some("SITE"));
    assert_eq!(out[0][2].split('|').nth(8), Some(""));
    assert!(out[0].last().unwrap().starts_with("ZPI|"));
    // A rule that is none is told with its line, and nothing is read.
    let wrong = put(&dir, "wrong.rules", "PID-8 = remove\nPID-5 = secret Zorvath\n");
    let out = pipehat(&["deidentify", "--rules", &wrong]).stdin(&plain).run();
    assert!(
        out.code == 2 && out.stdout.is_empty() && out.stderr.contains("wrong.rules:2:"),
        "{out:?}"
    );
    // What is listed can be read again and changes nothing.
    let listed = pipehat(&["deidentify", "--rules", rules, "--list-rules"]).text();
    assert!(listed.contains("PID-8"), "{listed}");
    let again = put(&dir, "listed.rules", &listed);
    assert_eq!(pipehat(&["deidentify", "--rules", &again, "--list-rules"]).text(), listed);
}

#[test]
fn no_output_replaces_the_key_or_the_rules() {
    let dir = folder();
    let (_, plain) = marked();
    let key = secret(&dir, "k", KEY);
    let rules = put(&dir, "r", "PID-8 = keep\n");
    for file in [&key, &rules] {
        let before = fs::read_to_string(file).unwrap();
        for option in ["-o", "--report", "--rejects"] {
            let args = ["--profile", "pseudonymise", "--key-file", &key, "--rules", &rules];
            let out = pipehat(&[&["deidentify"], &args[..], &[option, file]].concat());
            let out = out.stdin(&plain).run();
            assert!(out.code == 2 && out.stdout.is_empty(), "{option} {file}: {out:?}");
            assert_eq!(fs::read_to_string(file).unwrap(), before, "{option} {file}");
        }
        let args = ["--profile", "pseudonymise", "--key-file", &key, "--rules", &rules];
        let out = pipehat(&[&["deidentify", "--list-rules", "-o", file], &args[..]].concat()).run();
        assert_eq!(out.code, 2, "{file}: {out:?}");
        assert_eq!(fs::read_to_string(file).unwrap(), before, "{file}");
    }
}
