//! What must not make a difference: where the stream is cut, how many threads work, how the
//! input arrives.

use crate::folders::{folder, put};
use crate::inputs::{adt, fixture, gzip};
use crate::program::{Out, pipehat, spawn};
use pipehat::core::{Cutter, Frame, Frames};
use proptest::prelude::*;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;

/// A small stream in all forms, with junk.
fn mixed() -> Vec<u8> {
    let lf = adt("L-1", "Lane").replace('\r', "");
    [
        fs::read(fixture("dirty/mixed_endings.hl7")).unwrap(),
        b"junk line\n\xEF\xBB\xBF".to_vec(),
        fs::read(fixture("dirty/embedded_lf.hl7")).unwrap(),
        lf.replace("PID", "\nPID").into_bytes(),
        b"\n \t\n".to_vec(),
        fs::read(fixture("dirty/equal_delimiters.hl7")).unwrap(),
        b"\x0bMSH|^~\\&|A\rNTE|1||MSH|not a header\x1c\rMSHX|junk\r\n".to_vec(),
        fs::read(fixture("dirty/embedded_lf_lines.hl7")).unwrap(),
    ]
    .concat()
}

/// What a stream holds: messages and envelopes with their offsets, and all other bytes that are
/// not blank.
#[derive(Debug, Default, PartialEq)]
struct Held {
    found: Vec<(usize, Vec<u8>)>,
    strays: Vec<u8>,
}

impl Held {
    fn add(&mut self, base: usize, buffer: &[u8]) {
        for frame in Frames::new(buffer) {
            match frame {
                Frame::Message(m) => self.found.push((base + m.offset, m.bytes.to_vec())),
                Frame::Envelope { bytes, offset } => {
                    self.found.push((base + offset, bytes.to_vec()));
                }
                Frame::Stray { bytes, .. } => self.strays.extend_from_slice(bytes),
            }
        }
    }
}

/// Feeds a stream in pieces that end at `cuts`.
fn in_pieces(stream: &[u8], cuts: impl IntoIterator<Item = usize>) -> Held {
    let mut held = Held::default();
    let mut cutter = Cutter::default();
    let mut done = 0;
    for cut in cuts {
        let complete = cutter.advance(&stream[done..cut], false);
        held.add(done, &stream[done..done + complete]);
        cutter.removed(complete);
        done += complete;
    }
    let complete = cutter.advance(&stream[done..], true);
    assert_eq!(complete, stream.len() - done, "nothing is left at the end");
    held.add(done, &stream[done..]);
    held
}

fn whole(stream: &[u8]) -> Held {
    let mut held = Held::default();
    held.add(0, stream);
    held
}

#[test]
fn cuts_at_every_offset_make_no_difference() {
    let stream = mixed();
    let expected = whole(&stream);
    assert!(expected.found.len() > 12 && !expected.strays.is_empty());
    for cut in 0..=stream.len() {
        assert_eq!(in_pieces(&stream, [cut]), expected, "cut at {cut}");
    }
    for size in 1..40 {
        assert_eq!(in_pieces(&stream, (size..stream.len()).step_by(size)), expected, "by {size}");
    }
}

/// Pieces of which streams are made.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let fixed: [&[u8]; 26] = [
        b"MSH|^~\\&|A",
        b"MSH",
        b"MSH|^~\\&",
        b"PID|1||x^y~z",
        b"NTE|1||MSH|",
        b"FHS|^~\\&",
        b"BHS",
        b"BTS|1",
        b"FTS",
        b"\r",
        b"\r",
        b"\r",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r\n",
        b"\x0b",
        b"\x1c\r",
        b"\x1c",
        b"\xEF\xBB\xBF",
        b"\xEF\xBB",
        b" ",
        b"\t",
        b"M",
        b"MS",
        b"\0",
    ];
    prop_oneof![
        9 => prop::sample::select(fixed.to_vec()).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn cuts_anywhere_make_no_difference(
        pieces in prop::collection::vec(piece(), 0..40),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let stream = pieces.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(in_pieces(&stream, cuts), whole(&stream));
        let bytes = 1..stream.len();
        prop_assert_eq!(in_pieces(&stream, bytes), whole(&stream));
    }
}

const WAYS: [&[&str]; 6] = [
    &["query", "@n", "@offset", "MSH-10", "PID-5", "OBX-5"],
    &["query", "-f", "json", "--each", "OBX", "OBX-5", "PID-3", "@n"],
    &["query", "--messages", "--where", "PID-3 ~ /[0-9]/"],
    &["parse", "-f", "hl7", "--batch=keep"],
    &["parse", "-f", "json"],
    &["parse", "-f", "tree"],
];

/// A stream of several buffers' length, with all that is awkward in it.
fn long() -> Vec<u8> {
    let mut stream = Vec::new();
    let small = mixed();
    let oru = fs::read(fixture("oru_r01.hl7")).unwrap();
    for n in 0..900 {
        stream.extend_from_slice(if n % 3 == 0 { &small } else { &oru });
        stream.extend_from_slice(b"\r\n");
    }
    assert!(stream.len() > 600_000);
    stream
}

#[test]
fn threads_and_ways_of_arrival_make_no_difference() {
    let dir = folder();
    let stream = long();
    fs::create_dir(dir.path().join("a")).unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    put(&dir, "a/in", &stream);
    put(&dir, "b/in", gzip(&stream));
    for args in WAYS {
        let run = |more: &[&str], folder: &str, stdin: &[u8]| {
            let args = [args, &["--rejects", "../rejects", "--verbose"], more].concat();
            let out = pipehat(&args).dir(&dir.path().join(folder)).stdin(stdin).run();
            let name = |text: &str| text.replace("stdin:", "in:");
            let rejects = fs::read(dir.path().join("rejects")).unwrap();
            let stdout = if args.contains(&"tree") {
                name(out.text()).into_bytes()
            } else {
                out.stdout.clone()
            };
            (out.code, stdout, name(&out.stderr), rejects)
        };
        let expected = run(&["-j1", "in"], "a", b"");
        assert!(expected.0 == 2 && !expected.1.is_empty() && !expected.3.is_empty(), "{args:?}");
        for threads in ["-j1", "-j2", "-j8"] {
            assert!(run(&[threads, "in"], "a", b"") == expected, "{args:?} {threads}");
            assert!(run(&[threads, "in"], "b", b"") == expected, "{args:?} {threads} gz");
            assert!(run(&[threads], "a", &stream) == expected, "{args:?} {threads} pipe");
        }
    }
}

#[test]
fn many_small_files_make_no_difference() {
    let dir = folder();
    let oru = fs::read(fixture("oru_r01.hl7")).unwrap();
    for n in 0..300 {
        let name = format!("in/{:02}/{n:03}.hl7", n % 7);
        put(&dir, &name, if n % 50 == 9 { mixed() } else { oru.clone() });
    }
    for args in WAYS {
        let run = |threads| {
            let args = [args, &["in", "--verbose", threads]].concat();
            pipehat(&args).dir(dir.path()).run()
        };
        let expected = run("-j1");
        assert_eq!(expected.code, 2);
        for threads in ["-j2", "-j8"] {
            assert!(run(threads) == expected, "{args:?} {threads}");
        }
    }
}

#[test]
fn threads_make_no_difference_to_objects() {
    let json = pipehat(&["parse", "--raw"]).stdin(long()).run().stdout;
    let json = [json, b"junk\n{\"segments\":[]}\n".to_vec()].concat().repeat(3);
    let run = |threads| pipehat(&["from-json", threads]).stdin(&json).run();
    let expected = run("-j1");
    assert_eq!((expected.code, expected.stderr.lines().count()), (2, 6), "{}", expected.stderr);
    assert!(run("-j2") == expected && run("-j8") == expected);
}

#[test]
fn single_bytes_through_a_pipe_make_no_difference() {
    let stream = mixed();
    for args in [&["parse", "-f", "hl7"][..], &["query", "@n", "@offset", "PID-3", "-j2"]] {
        let expected = pipehat(args).stdin(&stream).run();
        let mut child = spawn(args);
        let mut stdin = child.stdin.take().unwrap();
        let bytes = stream.clone();
        let feeder = std::thread::spawn(move || {
            for byte in bytes {
                stdin.write_all(&[byte]).unwrap();
                // So that it is read before the next one comes, mostly.
                std::thread::yield_now();
            }
        });
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        let mut stderr = String::new();
        output.stderr.as_slice().read_to_string(&mut stderr).unwrap();
        let code = output.status.code().unwrap();
        assert_eq!(Out { code, stdout: output.stdout, stderr }, expected);
    }
}

/// Messages that have the same bytes and say different things: by their delimiters, their version, their
/// character set.
fn ambiguous() -> Vec<Vec<u8>> {
    let kinds = ["adt_a01", "oru_r01", "oml_o21", "siu_s12", "mdm_t02", "dft_p03", "vxu_v04"];
    let mut all = Vec::new();
    for kind in kinds {
        let text = fs::read_to_string(fixture(&format!("{kind}.hl7"))).unwrap();
        let (header, rest) = text.trim_end().split_once(['\r', '\n']).unwrap();
        let rest = rest.trim_start().replace("\r\n", "\r").replace('\n', "\r").replace('e', "é");
        for (version, charset) in
            [("2.3", ""), ("2.3", "8859/1"), ("2.7", "8859/2"), ("2.7", "UNICODE UTF-8")]
        {
            for delimiters in ["^~\\&", "&~\\^", "^&\\~", "$~\\&"] {
                let mut fields: Vec<_> = header.split('|').map(str::to_owned).collect();
                fields.resize(fields.len().max(18), String::new());
                fields[1] = delimiters.to_owned();
                fields[9] = format!("N{}", all.len());
                fields[11] = version.to_owned();
                fields[17] = charset.to_owned();
                all.push(format!("{}\r{rest}\r", fields.join("|")).into_bytes());
            }
        }
    }
    all
}

/// What is remembered of a message for the next ones never shows in them.
#[test]
fn what_came_before_makes_no_difference() {
    let dir = folder();
    let key = put(&dir, "key", format!("{}\n", "8f".repeat(32)));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let grouped = ambiguous();
    // Those that differ in their heads alone are beside each other, or a sixteenth of all apart.
    let spread: Vec<_> = (0..16).flat_map(|n| grouped.iter().skip(n).step_by(16)).collect();
    let backwards: Vec<_> = grouped.iter().rev().collect();
    for args in [
        &["to-fhir", "--no-source"][..],
        &["to-fhir", "--unmapped", "extension", "--bundle", "transaction"],
        &["parse", "--names", "-f", "json"],
        &["validate", "-f", "ndjson"],
        &["query", "MSH-10", "PID-5.1", "OBX-5.1", "PID-3.4"],
        &["query", "--each", "OBX", "MSH-10", "OBX-3", "OBR-4", "PID-3.1"],
        &["query", "--each", "ORDER_OBSERVATION", "MSH-10", "OBR-1", "OBX-1"],
        &["transform", "each OBX { set OBX-3.1 = upper(OBX-3.2) set OBX-4 = OBR-4.1 }"],
        &[
            "transform",
            "each PATIENT_RESULT { set PID-8 = 'X' } each ORDER_OBSERVATION { set OBR-1 = 7 }",
        ],
        &["deidentify", "--profile", "pseudonymise", "--key-file", &key],
        &["deidentify", "--profile", "test-data", "--text", "strict", "--key-file", &key],
    ] {
        let run = |messages: &[&Vec<u8>]| {
            let stream: Vec<u8> = messages.iter().flat_map(|m| m.iter().copied()).collect();
            let out = pipehat(&[args, &["-j1"]].concat()).stdin(stream).run();
            let text = String::from_utf8_lossy(&out.stdout).into_owned();
            let mut units: Vec<String> = match args[0] {
                "transform" | "deidentify" => text.split("MSH|").map(str::to_owned).collect(),
                "validate" => text.lines().map(without_place).collect(),
                _ => text.lines().map(str::to_owned).collect(),
            };
            units.sort_unstable();
            (out.code, units)
        };
        let expected = run(&grouped.iter().collect::<Vec<_>>());
        assert!(!expected.1.is_empty(), "{args:?}");
        for other in [&spread, &backwards] {
            let (code, units) = run(other);
            assert_eq!((code, units.len()), (expected.0, expected.1.len()), "{args:?}");
            for (unit, expected) in units.iter().zip(&expected.1) {
                assert_eq!(unit, expected, "{args:?}");
            }
        }
    }
}

/// A finding without the place of its message in the stream.
fn without_place(finding: &str) -> String {
    let mut finding: serde_json::Value = serde_json::from_str(finding).unwrap();
    for place in ["message", "offset", "byte"] {
        finding.as_object_mut().unwrap().remove(place);
    }
    finding.to_string()
}
