//! `sort` and `dedup`: order, and each message once.

use crate::folders::{folder, mode};
use crate::inputs::{adt, many};
use crate::program::pipehat;

/// A message with a control id and a time.
fn at(id: &str, time: &str) -> String {
    format!("MSH|^~\\&|A|B|C|D|{time}||ADT^A08|{id}|P|2.4\rPID|1||{id}\r\n")
}

/// The control ids of messages, one a line each.
fn ids(messages: &[u8]) -> String {
    let text = std::str::from_utf8(messages).unwrap();
    let ids: Vec<&str> = text.lines().map(|line| line.split('|').nth(9).unwrap()).collect();
    ids.join(" ")
}

#[test]
fn messages_come_in_the_order_of_their_times() {
    let input = [
        at("b", "20240102"),
        // 01:30 at +0200 is the day before in UTC.
        at("a", "20240102013000+0200"),
        at("none", ""),
        at("c", "2024010200"),
        at("d", "20231231235959"),
    ]
    .concat();
    let sorted = pipehat(&["sort"]).stdin(&input).bytes();
    // Equal times stay in their order: a day is the time at which it begins.
    assert_eq!(ids(&sorted), "none d a b c");
    let back = pipehat(&["sort", "--by", "MSH-7:desc"]).stdin(&input).bytes();
    assert_eq!(ids(&back), "b c a d none");
    assert_eq!(sorted.len(), input.len(), "not a byte is lost");
}

#[test]
fn several_keys_count_one_after_the_other() {
    let input: String = ["b2", "a10", "b1", "a9"].iter().map(|id| adt(id, &id[..1])).collect();
    let sorted = pipehat(&["sort", "--by", "PID-5", "--by", "MSH-10"]).stdin(&input).bytes();
    assert_eq!(ids(&sorted), "a10 a9 b1 b2");
    let numbers: String = ["10", "9", "x", "-1.5"].iter().map(|id| adt(id, "A")).collect();
    let sorted = pipehat(&["sort", "--by", "MSH-10:number"]).stdin(&numbers).bytes();
    assert_eq!(ids(&sorted), "-1.5 9 10 x", "what is no number comes last");
}

#[test]
fn memory_and_threads_make_no_difference_to_order() {
    let input: String = (0..30_000_u32)
        .map(|n| at(&n.to_string(), &format!("2024{:04}", n * 7919 % 1201)))
        .collect();
    let expected = pipehat(&["sort", "--by", "MSH-7:text", "-j", "1"]).stdin(&input).bytes();
    for more in [["--memory", "1M"], ["-j", "4"]] {
        let args = [&["sort", "--by", "MSH-7:text"], &more[..]].concat();
        assert!(pipehat(&args).stdin(&input).bytes() == expected, "{more:?}");
    }
    let mut lines: Vec<&str> = input.split_inclusive('\n').collect();
    lines.sort_by_key(|line| line.split('|').nth(6));
    assert!(expected == lines.concat().as_bytes(), "a stable sort");
}

#[test]
fn a_key_that_no_message_has_is_told() {
    let input = at("1", "2024") + &at("2", "2023");
    let out = pipehat(&["sort", "--by", "FOO-3", "--by", "MSH-7"]).stdin(&input).run();
    let expected = at("2", "2023") + &at("1", "2024");
    out.is(0, &expected, "pipehat: no message has a value at FOO-3\n");
    pipehat(&["sort", "--by", "FOO-3"]).stdin("").run().is(0, "", "");
    let out = pipehat(&["dedup", "--by", "FOO"]).stdin(&input).run();
    out.is(0, &input, "pipehat: no message has a value at FOO\n");
}

#[test]
fn delimiters_alone_are_no_key() {
    let of = |id: &str, mrn: &str| format!("MSH|^~\\&|A|||||||{id}|P\rPID|||{mrn}\r\n");
    let input = of("1", "^^^") + &of("2", "^^^") + &of("3", "7^^^N") + &of("4", "7^^^N");
    let kept = pipehat(&["dedup", "-q", "--by", "PID-3"]).stdin(&input).bytes();
    assert_eq!(ids(&kept), "1 2 3");
}

#[test]
fn what_cannot_be_sorted_is_rejected_and_the_rest_comes() {
    let dir = folder();
    let rejects = dir.path().join("rejects");
    let input = format!("{}MSH||broken\rPID|1\r\n{}", at("b", "2024"), at("a", "2023"));
    let out = pipehat(&["sort", "--rejects", rejects.to_str().unwrap()]).stdin(&input).run();
    assert_eq!((out.code, ids(&out.stdout).as_str()), (2, "a b"), "{out:?}");
    assert_eq!(std::fs::read(&rejects).unwrap(), b"MSH||broken\rPID|1\r\n");
    let out =
        pipehat(&["sort", "--temp-dir", "/nowhere", "--memory", "1M"]).stdin(many(20_000)).run();
    assert_eq!((out.code, out.stdout.len()), (2, 0), "{out:?}");
    assert!(out.stderr.starts_with("pipehat: a temporary file in /nowhere: "), "{out:?}");
    pipehat(&["sort"]).run().is(0, "", "");
}

#[test]
fn a_message_that_came_before_is_left_out() {
    let dir = folder();
    let aside = dir.path().join("again.hl7");
    let input = [at("1", "2024"), at("2", "2024"), at("1", "2025"), at("", "2024"), at("", "2024")];
    let args = ["dedup", "--duplicates", aside.to_str().unwrap()];
    let out = pipehat(&args).stdin(input.concat()).run();
    out.is(
        0,
        &[&*input[0], &input[1], &input[3], &input[4]].concat(),
        "pipehat: 1 message was left out\n",
    );
    assert_eq!(std::fs::read(&aside).unwrap(), input[2].as_bytes());
    assert_eq!(mode(aside.to_str().unwrap()), 0o600);
}

/// What a terminal is shown is for people; the file is messages all the same.
#[test]
fn what_is_left_out_is_messages_however_the_others_are_shown() {
    let dir = folder();
    let aside = dir.path().join("again.hl7");
    let input = [at("1", "2024"), at("2", "2024"), at("1", "2025\x07")];
    for (more, kept, left_out) in
        [(&[][..], [0, 1], 2), (&["--window", "5"], [0, 1], 2), (&["--keep", "last"], [1, 2], 0)]
    {
        let args = ["dedup", "--color", "always", "--duplicates", aside.to_str().unwrap()];
        let out = pipehat(&[&args, more].concat()).stdin(input.concat()).run();
        assert_eq!(std::fs::read_to_string(&aside).unwrap(), input[left_out], "{more:?}");
        let kept = kept.map(|n| &*input[n]).concat();
        let shown = pipehat(&["query", "--color", "always", "--messages"]).stdin(kept).bytes();
        assert_eq!(out.stdout, shown, "{more:?}");
    }
}

#[test]
fn senders_have_ids_of_their_own() {
    let other = at("1", "2024").replace("|A|B|", "|A|X|");
    let input = at("1", "2024") + &other;
    assert_eq!(pipehat(&["dedup"]).stdin(&input).text(), input);
    let out = pipehat(&["dedup", "--by", "MSH-10"]).stdin(&input).run();
    assert_eq!(out.text(), at("1", "2024"));
}

#[test]
fn the_last_is_kept_in_its_place() {
    let input = [at("1", "2023"), at("2", "2023"), at("1", "2024"), at("3", "2023")];
    let out = pipehat(&["dedup", "--keep", "last"]).stdin(input.concat()).run();
    assert_eq!(out.text(), input[1..].concat());
    let out = pipehat(&["dedup", "--whole", "--keep", "last"]).stdin(input.concat()).run();
    assert_eq!(out.text(), input.concat(), "no two are the same byte for byte");
}

#[test]
fn memory_makes_no_difference_to_what_is_left_out() {
    // More than 1 MiB of fingerprints, each number twice, far apart.
    let input = many(30_000) + &many(30_000);
    let expected = many(30_000);
    for more in [&[][..], &["--memory", "1M"], &["-j", "1"], &["--keep", "first", "--whole"]] {
        let out = pipehat(&[&["dedup"], more].concat()).stdin(&input).run();
        assert!(out.text() == expected, "{more:?}");
        let hint =
            if more.contains(&"--whole") { "" } else { " (--duplicates FILE would keep them)" };
        assert_eq!(out.stderr, format!("pipehat: 30000 messages were left out{hint}\n"));
    }
}

#[test]
fn a_window_looks_back_so_far() {
    let input: String = ["1", "2", "1", "3", "4", "1"].iter().map(|id| at(id, "2024")).collect();
    let out = pipehat(&["dedup", "--window", "2"]).stdin(&input).run();
    assert_eq!(ids(&out.stdout), "1 2 3 4 1");
    assert_eq!(pipehat(&["dedup", "--window", "2", "--keep", "last"]).stdin(&input).run().code, 2);
}
