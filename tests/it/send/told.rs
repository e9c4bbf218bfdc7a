//! What is told of a run in which much goes wrong, and of one whose disk is full.

use super::*;

#[test]
fn many_refusals_do_not_hide_how_a_run_ended() {
    let folder = folder();
    let file = put(&folder, "in.hl7", many(200));
    let refusing = || {
        receiver(|n, id| match n {
            150 => vec![Do::Close],
            _ => say("AE", id),
        })
    };
    let out = send(&refusing(), &[&file, "-f", "none"]).run();
    assert_eq!(out.code, 2);
    let lines: Vec<&str> = out.stderr.lines().collect();
    assert!(lines.len() < 110, "{}", out.stderr);
    let lost = lines.iter().position(|line| line.contains("it may have arrived or not")).unwrap();
    assert!(lines[lost].contains(": message 151 ("), "{}", lines[lost]);
    let account = "pipehat: 0 accepted, 150 refused, 1 unknown, 49 not sent in ";
    assert!(lines[lost + 1].starts_with(account), "{}", out.stderr);
    assert_eq!(lines.last(), Some(&"pipehat: 151 reports in all"));
    send(&refusing(), &[&file, "-f", "none", "--quiet"]).run().is(2, "", "");
}

#[test]
fn a_queue_tells_each_refusal_for_it_may_run_for_weeks() {
    let folder = folder();
    let queue = folder.path().join("queue");
    let host = receiver(|_, id| say("AE", id));
    let args = ["--queue", queue.to_str().unwrap(), "-f", "none"];
    let out = send(&host, &args).stdin(many(150)).run();
    assert_eq!(out.code, 1);
    assert_eq!(out.stderr.matches(": refused: AE\n").count(), 150, "{}", out.stderr);
}

#[test]
fn what_was_not_read_is_not_counted_as_if_it_were_all() {
    let folder = folder();
    // Several times what is read at once.
    let file = put(&folder, "in.hl7", many(10_000));
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let closing = || receiver(|_, _| vec![Do::Close]);
    let left_off = "s; nothing more was read\n";
    let out = send(&closing(), &[&file, "--state", &path("state")]).run();
    assert!(out.code == 2 && out.stderr.ends_with(left_off), "{out:?}");
    // Who puts all into the rejects has read it.
    let out = send(&closing(), &[&file, "--rejects", &path("rejects")]).run();
    assert!(out.code == 2 && out.stderr.contains(", 1 unknown, 9999 not sent in "), "{out:?}");
    assert!(!out.stderr.contains(left_off), "{out:?}");
    // So has who keeps it in a queue.
    let args = ["--queue", &path("queue"), "--retries", "0"];
    let out = send(&closing(), &args).stdin(many(3)).run();
    assert!(out.code == 2 && out.stderr.contains("1 unknown, 2 not sent in "), "{out:?}");
    assert!(!out.stderr.contains(left_off), "{out:?}");
}

/// Runs with files that cannot grow above a few kilobytes, as a full disk has it.
fn on_a_full_disk(args: &[&str]) -> Out {
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"";
    let command = Command::new("sh").args(["-c", script]).arg(binary()).args(args).output();
    let out = command.unwrap();
    let stderr = String::from_utf8(out.stderr).unwrap();
    Out { code: out.status.code().unwrap_or(-1), stdout: out.stdout, stderr }
}

#[test]
fn a_full_disk_leaves_each_refusal_and_its_reason_once() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Short, so that their reasons are what no room is left for.
    let message = |n: usize| format!("MSH|^~\\&|||||||A|M-{n:02}|P|2\r\n");
    let file = put(&folder, "in.hl7", (1..=60).map(message).collect::<String>());
    let host = receiver(|_, id| say("AE", id));
    let (rejects, state) = (path("rejects.hl7"), path("state"));
    let reasons = format!("{rejects}.ndjson");
    let args = ["send", &host.address, &file, "--rejects", &rejects, "--state", &state];
    for _ in 0..2 {
        let out = on_a_full_disk(&args);
        assert!(out.code == 2 && out.stderr.contains("writing the rejects: "), "{out:?}");
        let kept = fs::read_to_string(&rejects).unwrap();
        assert_eq!(kept.matches("MSH").count(), ndjson(&reasons).len());
        assert!(kept.len() < 4000, "the reasons came second");
    }
    assert_eq!(pipehat(&args).run().code, 1);
    assert_eq!(fs::read(&rejects).unwrap(), fs::read(&file).unwrap());
    let numbers: Vec<_> = ndjson(&reasons).iter().map(|r| r["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=60).collect::<Vec<_>>());
}
