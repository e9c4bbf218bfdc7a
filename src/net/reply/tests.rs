use super::*;
use proptest::prelude::*;

fn read(content: &[u8]) -> Vec<String> {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let tell = |reply| match reply {
        Reply::Ack(ack) => {
            let (id, condition, text) = (ack.control_id, ack.condition(), ack.text());
            format!(
                "{} {} {} {}",
                ack.code.text(ack.kind),
                shown(id),
                shown(condition),
                shown(text)
            )
        }
        Reply::Commit(commit) => format!("{commit:?}"),
        Reply::Other => "other".to_owned(),
    };
    replies(content).map(tell).collect()
}

#[test]
fn the_acknowledgments_of_all_versions() {
    let ack = |rest: &str| read(format!("MSH|^~\\&|B|D|A|C|2024||ACK|9|P|2.5\r{rest}").as_bytes());
    assert_eq!(ack("MSA|AA|M-1\r"), ["AA M-1  "]);
    assert_eq!(ack("MSA|AA|M-1"), ["AA M-1  "]);
    assert_eq!(ack("MSA|CR| M 1 |no\r"), ["CR  M 1   no"]);
    assert_eq!(ack("MSA|AE|1\rERR||PID^1^5|101^x^HL70357|E||||why\r"), ["AE 1 101 why"]);
    // Up to version 2.4: segment, sequence, field, and the code with its text.
    assert_eq!(ack("MSA|AR|1|t\rERR|PID^1^5^102&Data type error\r"), ["AR 1 102 t"]);
}

#[test]
fn other_delimiters_and_line_ends() {
    assert_eq!(read(b"MSH#*!?@#B#D\rMSA#AA#M|1^2\r"), ["AA M|1^2  "]);
    assert_eq!(read(b"MSH|^~\\&|B\nMSA|AA|1\n"), ["AA 1  "]);
    assert_eq!(read(b"\r\nMSH|^~\\&|B\r\nMSA|AA|1\r\n"), ["AA 1  "]);
}

#[test]
fn what_is_no_acknowledgment() {
    let header = "MSH|^~\\&|B|D|A|C|2024||ACK|9|P|2.5\r";
    for rest in
        ["", "MSA|AA|", "MSA|AA", "MSA|ZZ|1", "MSA||1", "MSA|aa|1", "MSAX|AA|1", "MSA|AA^|1"]
    {
        assert_eq!(read(format!("{header}{rest}\r").as_bytes()), ["other"], "{rest}");
    }
    assert_eq!(read(b"OK thanks"), ["other"]);
    assert_eq!(read(b"MSA|AA|1\r"), ["other"]);
    assert_eq!(read(b""), [""; 0]);
}

#[test]
fn commit_blocks_and_batches() {
    assert_eq!(read(b"\x06"), ["Ack"]);
    assert_eq!(read(b"\x15"), ["Nak"]);
    let batch = b"BHS|^~\\&|B\rMSH|^~\\&|B\rMSA|AA|1\rMSH|^~\\&|B\rMSA|AE|2\rBTS|2\r";
    assert_eq!(read(batch), ["AA 1  ", "AE 2  "]);
}

#[test]
fn codes_and_modes() {
    use Verdict::{Accepted, Interim, Refused, Unexpected};
    let all = |expect: Expect| {
        CODES.map(|code| Code::of(code).map(|(code, kind)| expect.verdict(code, kind)).unwrap())
    };
    assert_eq!(all(Expect::Either), [Accepted, Refused, Refused, Accepted, Refused, Refused]);
    assert_eq!(all(Expect::Application), [Accepted, Refused, Refused, Interim, Refused, Refused]);
    assert_eq!(all(Expect::Accept), [Unexpected, Refused, Refused, Accepted, Refused, Refused]);
}

const CODES: [&[u8]; 6] = [b"AA", b"AE", b"AR", b"CA", b"CE", b"CR"];

proptest! {
    /// An answer is about a message only if the id stands in MSA-2, byte for byte.
    #[test]
    fn the_id_is_taken_as_it_is(id in "[ -{}~]{1,30}", code in 0usize..6) {
        let code = std::str::from_utf8(CODES[code]).unwrap();
        let ack = format!("MSH|^~\\&|B|D|A|C|2024||ACK|{id}|P|2.5\rMSA|{code}|{id}|{id}\r");
        let found: Vec<_> = replies(ack.as_bytes()).collect();
        let [Reply::Ack(ack)] = found[..] else { panic!("{found:?}") };
        prop_assert_eq!(ack.code.text(ack.kind), code);
        prop_assert_eq!(ack.control_id, id.as_bytes());
    }
}
