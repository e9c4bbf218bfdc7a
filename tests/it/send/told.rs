//! What is told of a run in which much goes wrong.

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
