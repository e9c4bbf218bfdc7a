//! Store and forward.

use super::*;
use crate::inputs::hl7_files;
use std::path::Path;

/// The messages that wait in a queue.
fn waiting(queue: &Path) -> String {
    let mut files = hl7_files(queue);
    files.retain(|path| !path.ends_with("rejects.hl7"));
    files.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn a_queue_outlives_the_process_and_the_receiver() {
    let folder = folder();
    let queue = folder.path().join("queue");
    let name = queue.to_str().unwrap();
    let closed = Closed::new();
    let address = closed.address.clone();
    let args = ["send", &address, "--queue", name, "--retry-delay", "20ms", "-f", "none", "-q"];
    let mut first = start(&args);
    let mut stdin = first.0.stdin.take().unwrap();
    for n in 1..=3 {
        stdin.write_all(adt(&format!("M-{n}"), "Adams^Ann").as_bytes()).unwrap();
        // Each is on disk before the next is written.
        let deadline = Instant::now() + Duration::from_secs(20);
        while !queue.is_dir() || waiting(&queue) != many(n) {
            assert!(Instant::now() < deadline, "{}", waiting(&queue));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let out = pipehat(&args).stdin("").run();
    assert_eq!(out.code, 2);
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    // The receiver is back: what waited goes before what comes.
    let host = on(closed.open(), |_, id| say(if id == "M-2" { "AR" } else { "AA" }, id));
    let more = adt("M-4", "Adams^Ann") + &adt("M-5", "Adams^Ann");
    let out = pipehat(&args).stdin(more).run();
    assert_eq!(out.code, 1, "{out:?}");
    assert_eq!(host.ids(), ["M-1", "M-2", "M-3", "M-4", "M-5"]);
    assert_eq!(waiting(&queue), "");
    let rejects = fs::read_to_string(queue.join("rejects.hl7")).unwrap();
    assert_eq!(rejects, adt("M-2", "Adams^Ann"));
    assert_eq!(mode(name), 0o700);
}

#[test]
fn a_queue_goes_on_in_the_middle_of_a_file() {
    let folder = folder();
    let queue = folder.path().join("queue");
    let name = queue.to_str().unwrap();
    let host = receiver(|n, id| if n == 2 { vec![Do::Hold] } else { say("AA", id) });
    let args = ["send", &host.address, "--queue", name, "-f", "none", "-q"];
    let mut first = start(&args);
    first.0.stdin.take().unwrap().write_all(many(5).as_bytes()).unwrap();
    assert_eq!([host.next(), host.next(), host.next()].map(|c| c.id()), ["M-1", "M-2", "M-3"]);
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    assert_eq!(pipehat(&args).stdin("").run().code, 0);
    assert_eq!(host.ids(), ["M-3", "M-4", "M-5"]);
    // The same messages again are messages again.
    assert_eq!(pipehat(&args).stdin(many(2)).run().code, 0);
    assert_eq!(host.ids(), ["M-1", "M-2"]);
}

#[test]
fn who_gives_up_a_receiver_keeps_the_queue() {
    let folder = folder();
    let queue = folder.path().join("queue");
    let name = queue.to_str().unwrap();
    let closed = Closed::new();
    let args = ["send", &closed.address, "--queue", name, "--retries", "1", "--retry-delay", "1ms"];
    let out = pipehat(&args).stdin(many(3)).run();
    assert_eq!(out.code, 2, "{out:?}");
    assert_eq!(waiting(&queue), many(3));
    assert_eq!(fs::read_to_string(queue.join("rejects.hl7")).unwrap(), "");
}
