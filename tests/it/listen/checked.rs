//! Messages held against the standard or a profile before they are taken.

use super::{Listening, adt, block, msa, stream};
use crate::folders::{folder, put};
use crate::inputs::fixture;
use crate::program::pipehat;

/// A message that is valid by the standard.
fn valid(id: &str) -> String {
    format!(
        "MSH|^~\\&|A|NORTH|||20240131||ADT^A01^ADT_A01|{id}|P|2.5.1\rEVN||20240131\r\
         PID|1||4711^^^N^MR||Brook^Wilma||19800229|F\rPV1|1|I\r"
    )
}

/// A birthday that is none, and no PV1.
fn invalid(id: &str) -> String {
    valid(id).replace("19800229", "SECRET").replace("PV1|1|I\r", "")
}

/// The ERR segments of an answer.
fn errors(answer: &str) -> Vec<&str> {
    answer.split('\r').filter(|segment| segment.starts_with("ERR")).collect()
}

#[test]
fn a_message_that_is_not_valid_is_refused_and_kept() {
    let folder = folder();
    let rejects = put(&folder, "rejects", "");
    let args = ["--validate", "--rejects", &rejects, "--log", "json", "--count", "4"];
    let listening = Listening::start(&args);
    let mut sender = listening.connect();
    // A version that there is not is a reason to reject, for trying again would not help.
    let unknown = valid("M3").replace("2.5.1", "9.9");
    let contents = [valid("M1"), invalid("M2"), unknown.clone(), valid("M4")];
    sender.send(contents.iter().map(block).collect::<Vec<_>>().concat());
    let answers: Vec<_> = (0..4).map(|_| sender.answer()).collect();
    let said: Vec<_> = answers.iter().map(|answer| msa(answer)).collect();
    assert_eq!(said, [("AA", "M1"), ("AE", "M2"), ("AR", "M3"), ("AA", "M4")]);
    assert!(errors(&answers[0]).is_empty() && errors(&answers[3]).is_empty());
    let told = errors(&answers[1]);
    assert!(told[0].starts_with("ERR||PID^1^7^1^1|102^Data type error^HL70357|E||||"), "{told:?}");
    assert!(told[1].starts_with("ERR||PV1^1|100^Segment sequence error^HL70357|E||||"), "{told:?}");
    assert_eq!(told.len(), 2);
    let told = errors(&answers[2]);
    assert!(told[0].contains("|203^Unsupported version id^HL70357|E|"), "{told:?}");
    // The same is told of it without a link.
    let reported = pipehat(&["validate", "-q", "-f", "ack"]).stdin(invalid("M2")).run();
    assert_eq!(errors(reported.text()), errors(&answers[1]));
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (1, stream(&[valid("M1"), valid("M4")])));
    assert_eq!(out.stderr.matches("\"validation\"").count(), 2, "{}", out.stderr);
    assert!(!out.stderr.contains("SECRET") && !answers.concat().contains("SECRET"));
    let kept = std::fs::read_to_string(&rejects).unwrap().replace('\n', "");
    assert_eq!(kept.into_bytes(), [block(invalid("M2")), block(&unknown)].concat());
}

#[test]
fn a_profile_says_what_is_valid() {
    let profile = format!("--validate={}", fixture("profiles/otterford.toml"));
    let folder = folder();
    let copies = folder.path().join("archive");
    let listening = Listening::start(&[
        &profile,
        "--archive",
        copies.to_str().unwrap(),
        "--stdout",
        "always",
        "--count",
        "2",
    ]);
    let text = std::fs::read_to_string(fixture("profiles/otterford.hl7")).unwrap();
    let messages: Vec<_> = text.lines().collect();
    assert_eq!(msa(&listening.answer_to(block(messages[0]))), ("AA", "ADT-0101"));
    // As the profile asks for: ZPD is missing, and PID-8 has a code that is not agreed on.
    let answer = listening.answer_to(block(messages[1]));
    assert_eq!(msa(&answer), ("AE", "ADT-0102"));
    let told = errors(&answer);
    let has = |start: &str| told.iter().any(|error| error.starts_with(start));
    assert!(has("ERR||PID^1^8^1|103^Table value not found^HL70357|E|"), "{told:?}");
    assert!(has("ERR||ZPD^1|100^Segment sequence error^HL70357|E|"), "{told:?}");
    let out = listening.end();
    assert_eq!(out.stdout, format!("{}\r\n", messages[0].trim_end()).into_bytes());
    // A profile that cannot be read ends the start.
    let broken = put(&folder, "broken.toml", "extends = 7");
    let out = pipehat(&["listen", "0", "--once", &format!("--validate={broken}")]).run();
    assert_eq!((out.code, out.stdout.is_empty()), (2, true), "{out:?}");
    assert!(out.stderr.contains("broken.toml"), "{out:?}");
}

#[test]
fn profiles_are_read_anew_when_asked_for() {
    let folder = folder();
    let name = put(&folder, "p.toml", "extends = \"2.5.1\"\n");
    let mut listening = Listening::start(&[&format!("--validate={name}"), "--log", "text"]);
    let mut sender = listening.connect();
    let mut answer = |id: &str| {
        sender.send(block(valid(id)));
        msa(&sender.answer()).0.to_owned()
    };
    assert_eq!(answer("M1"), "AA");
    put(&folder, "p.toml", "extends = \"2.5.1\"\n[fields]\n\"PID-11\" = { usage = \"R\" }\n");
    assert_eq!(answer("M2"), "AA");
    listening.signal(rustix::process::Signal::HUP);
    listening.wait_for("reloaded");
    assert_eq!(answer("M3"), "AE");
    // What cannot be read changes nothing.
    put(&folder, "p.toml", "extends = 7");
    listening.signal(rustix::process::Signal::HUP);
    listening.wait_for("the profiles stay what they were");
    listening.wait_for("not reloaded kept=profiles\n");
    assert_eq!(answer("M4"), "AE");
    assert_eq!(listening.stop().code, 0);
}

#[test]
fn conditions_come_before_and_duplicates_after() {
    let folder = folder();
    let rejects = put(&folder, "rejects", "");
    let listening = Listening::start(&[
        "--validate",
        "--where",
        "MSH-4 = NORTH",
        "--duplicate",
        "ack",
        "--rejects",
        &rejects,
        "--count",
        "5",
    ]);
    let mut sender = listening.connect();
    let mut say = |message: &str| {
        sender.send(block(message));
        msa(&sender.answer()).0.to_owned()
    };
    // Not wanted, and so never looked at.
    assert_eq!(say(&invalid("M1").replace("NORTH", "SOUTH")), "AR");
    // What was refused has not come before.
    assert_eq!([say(&invalid("M2")), say(&invalid("M2"))], ["AE", "AE"]);
    assert_eq!([say(&valid("M3")), say(&valid("M3"))], ["AA", "AA"]);
    let out = listening.end();
    assert_eq!((out.code, out.stdout), (1, stream(&[valid("M3")])));
    let kept = std::fs::read_to_string(&rejects).unwrap().replace('\n', "");
    assert_eq!(kept.into_bytes(), block(invalid("M2")).repeat(2));
}

#[test]
fn of_thousands_of_problems_some_are_told() {
    let listening = Listening::start(&["--validate", "--once"]);
    let answer = listening.answer_to(block(valid("M1") + &"PV1|2|I\r".repeat(5000)));
    assert_eq!(msa(&answer), ("AE", "M1"));
    let told = errors(&answer);
    assert_eq!(told.len(), 101);
    assert!(told[100].ends_with("there are more problems in this message than are told"));
}

#[test]
fn before_2_5_the_first_problem_is_told_in_msa_3() {
    let listening = Listening::start(&["--validate", "--once"]);
    let answer = listening.answer_to(block(adt("M1").replace("PID|1||M1", "PID|1||")));
    assert_eq!(msa(&answer), ("AE", "M1"));
    let said = answer.split("\rMSA|AE|M1|").nth(1).unwrap();
    assert!(said.starts_with("EVN (Event Type): the segment EVN is missing [STR-2]\r"), "{said}");
    let errors: Vec<_> = errors(&answer)[0].split(['|', '~']).skip(1).collect();
    let expected = [
        "EVN^1^^100&Segment sequence error&HL70357",
        "PID^1^3^101&Required field missing&HL70357",
        "PV1^1^^100&Segment sequence error&HL70357",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn many_connections_are_checked_at_a_time() {
    let listening = Listening::start(&["--validate", "--count", "320"]);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            let mut sender = listening.connect();
            scope.spawn(move || {
                for n in 0..10 {
                    sender.send([block(valid(&format!("V{n}"))), block(invalid("I"))].concat());
                    assert_eq!(msa(&sender.answer()).0, "AA");
                    let answer = sender.answer();
                    assert_eq!((msa(&answer).0, errors(&answer).len()), ("AE", 2));
                }
            });
        }
    });
    let out = listening.end();
    assert_eq!(out.stdout.split(|&b| b == b'\n').count(), 161);
}
