//! Forms of input: line endings, MLLP, batches, packed files, UTF-16; and the forms of output.

use crate::folders::{folder, put};
use crate::inputs::{adt, fixture, gzip, many, zstd};
use crate::program::pipehat;
use std::fs;

const HEAD: &str = "MSH|^~\\&|A|B|C|D|20240101||ADT^A08|";

#[test]
fn every_form_gives_the_same_stream() {
    let clean = many(3);
    let one = |n: usize| clean.split_inclusive('\n').nth(n).unwrap().strip_suffix("\n").unwrap();
    let each = |wrap: &dyn Fn(&str) -> String| (0..3).map(|n| wrap(one(n))).collect::<String>();
    let forms = [
        each(&|m| m.to_owned()),
        each(&|m| format!("{m}\n")),
        each(&|m| format!("{m}\r")),
        each(&|m| m.replace('\r', "\n")),
        each(&|m| m.replace('\r', "\r\n")),
        each(&|m| m.replace('\r', "\n") + "\n"),
        each(&|m| m.replace('\r', "\r\n") + "\r\n"),
        each(&|m| format!("\x0b{m}\x1c\r")),
        each(&|m| format!("\x0b{}\x1c\r", m.trim_end())),
        each(&|m| format!("\x0b{m}\x1c\r\n")),
        each(&|m| format!("\x0b{m}\x1c")),
        each(&|m| format!("\x0b{}\x1c\r", m.replace('\r', "\r\n"))),
        each(&|m| format!("\u{feff}{m}\n")),
        each(&|m| format!("FHS|^~\\&\rBHS|^~\\&\r{m}BTS|1\rFTS|1\r")),
        // The line feed closes what stands before: behind CR, LF is content.
        format!("\n{}", each(&|m| format!("BHS|^~\\&\n{}BTS|1\n", m.replace('\r', "\n")))),
        each(&|m| format!("\n \t\r\n{m}\n\n")),
    ];
    for form in &forms {
        for end in [form.as_str(), form.trim_end_matches(['\r', '\n'])] {
            let shown = end.escape_debug();
            let out = pipehat(&["parse", "-f", "hl7"]).stdin(end).run();
            assert_eq!((out.code, out.text(), out.stderr.as_str()), (0, &*clean, ""), "{shown}");
        }
    }
    // All of them in one stream.
    let all = forms.concat();
    let out = pipehat(&["parse", "-f", "hl7"]).stdin(&all).run();
    out.is(0, &clean.repeat(forms.len()), "");
}

#[test]
fn offsets_and_numbers_are_those_of_the_input() {
    let input = fs::read_to_string(fixture("dirty/mixed_endings.hl7")).unwrap();
    let shown = pipehat(&["query", "@n", "@offset", "MSH-10"]).stdin(&input).text();
    let starts = input.match_indices("MSH|").enumerate();
    let expected: String =
        starts.map(|(n, (at, _))| format!("{}\t{at}\tM-{}\n", n + 1, n + 1)).collect();
    assert_eq!(shown, expected);
}

#[test]
fn output_can_have_other_line_endings_and_mllp() {
    let input = many(2);
    for (args, wrap) in [
        (&["--eol", "cr"][..], ("", "\r", "\n")),
        (&["--eol", "lf"], ("", "\n", "\n")),
        (&["--eol", "crlf"], ("", "\r\n", "\r\n")),
        (&["--mllp"], ("\x0b", "\r", "\x1c\r")),
    ] {
        let (before, eol, after) = wrap;
        let expected: String = input
            .lines()
            .map(|m| format!("{before}{}{after}", m.replace('\r', eol)))
            .collect::<String>();
        // `lines` takes the CR of the last segment with it.
        let expected =
            expected.replace(&format!("Adams^Ann{after}"), &format!("Adams^Ann{eol}{after}"));
        let shown = pipehat(&[&["parse", "-f", "hl7"], args].concat()).stdin(&input).text();
        assert_eq!(shown.escape_debug().to_string(), expected.escape_debug().to_string());
        // The option alone asks for HL7, and what was written is read again as the same.
        assert_eq!(pipehat(&[&["parse"], args].concat()).stdin(&input).text(), shown);
        assert_eq!(pipehat(&["parse", "-f", "hl7"]).stdin(&shown).text(), input);
        // Colours are for people, and who names a form asks for these bytes.
        let colored = [&["sort", "--color", "always"], args].concat();
        assert_eq!(pipehat(&colored).stdin(&input).text(), shown);
        let json = pipehat(&["parse", "--raw"]).stdin(&input).bytes();
        assert_eq!(pipehat(&[&["from-json"], args].concat()).stdin(&json).text(), shown);
    }
}

#[test]
fn batches_are_dropped_kept_or_made() {
    let envelope = |m: &str| format!("FHS|^~\\&|A\r\nBHS|^~\\&|B\r\n{m}BTS|2|end\r\nFTS|1\r\n");
    let clean = many(2);
    for input in [envelope(&clean), envelope(&clean).replace("\r\n", "\r")] {
        let parse = |args: &[&str]| pipehat(&[&["parse"], args].concat()).stdin(&input).text();
        assert_eq!(parse(&["-f", "hl7"]), clean);
        assert_eq!(parse(&["--batch=keep"]), envelope(&clean));
        let wrapped = format!("BHS|^~\\&\r\n{clean}BTS|2\r\n");
        assert_eq!(parse(&["--batch"]), wrapped);
        assert_eq!(parse(&["--batch=wrap", "-j2"]), wrapped);
        assert_eq!(parse(&["-f", "hl7", "--batch", "--eol", "lf"]), {
            let lf = clean.replace("\r\n", "\r\r\n").replace("\r\r\n", "\n\n").replace('\r', "\n");
            format!("BHS|^~\\&\n{lf}BTS|2\n")
        });
    }
    pipehat(&["parse", "--batch"]).run().is(0, "BHS|^~\\&\r\nBTS|0\r\n", "");
    // The trailer counts what was written.
    let refused = format!("{}MSH|^~\\&|A\rNTE|1||a\nb\r\n", many(1));
    let out = pipehat(&["parse", "--batch", "--eol=lf"]).stdin(&refused).run();
    assert!(out.text().ends_with("\n\nBTS|1\n"), "{}", out.text());
    assert_eq!(out.code, 2);
    // What is kept is read as before: envelopes are no messages and no junk.
    let kept = pipehat(&["parse", "--batch=keep", &fixture("batch.hl7")]).text();
    assert_eq!(pipehat(&["query", "MSH-10"]).stdin(&kept).text(), "M-1\nM-2\n");
}

#[test]
fn packed_files_are_unpacked_whatever_their_name() {
    let clean = many(500);
    let (front, back) = clean.split_at(clean.len() / 2);
    let dir = folder();
    for (name, bytes) in [
        ("gz", gzip(clean.as_bytes())),
        ("zst", zstd(clean.as_bytes())),
        ("members.gz", [gzip(front.as_bytes()), gzip(back.as_bytes())].concat()),
        ("frames.zst", [zstd(front.as_bytes()), zstd(back.as_bytes())].concat()),
        ("empty member.gz", [gzip(b""), gzip(clean.as_bytes())].concat()),
    ] {
        let path = put(&dir, name, &bytes);
        for threads in ["-j1", "-j2"] {
            assert_eq!(pipehat(&["parse", "-f", "hl7", threads, &path]).text(), clean, "{name}");
        }
        assert_eq!(pipehat(&["parse", "-f", "hl7"]).stdin(&bytes).text(), clean, "{name}");
    }
    // Beside plain ones, also for JSON.
    let all = pipehat(&["query", "-c", "--where", "MSH-10 = M-7"]).stdin(gzip(clean.as_bytes()));
    assert_eq!(all.text(), "1\n");
    let json = pipehat(&["parse", "--raw"]).stdin(&clean).bytes();
    assert_eq!(pipehat(&["from-json"]).stdin(zstd(&json)).text(), clean);
    pipehat(&["query", "MSH-10"]).stdin(gzip(b"")).run().is(1, "", "");
}

#[test]
fn a_packed_file_that_is_cut_off_gives_what_is_whole() {
    // Random digits, so that packed bytes stand for few messages each.
    let mut seed = 7_u64;
    let clean: String = (1..=300)
        .map(|n| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n);
            adt(&format!("M-{n}"), &format!("{seed}{}", seed.rotate_left(21)))
        })
        .collect();
    let dir = folder();
    let rejects = dir.path().join("rejects").to_str().unwrap().to_owned();
    for packed in [gzip(clean.as_bytes()), zstd(clean.as_bytes())] {
        let input = put(&dir, "cut", &packed[..packed.len() / 2]);
        let after = put(&dir, "plain", adt("after", "Adams"));
        for threads in ["-j1", "-j2"] {
            let args = ["parse", "-f", "hl7", &input, &after, "--rejects", &rejects, threads];
            let out = pipehat(&args).run();
            assert_eq!(out.code, 2);
            let whole = out.text().strip_suffix(&adt("after", "Adams")).unwrap();
            let cut = fs::read_to_string(&rejects).unwrap();
            assert!(clean.starts_with(&format!("{whole}{cut}")), "{out:?}");
            assert!(whole.ends_with("\r\n") || whole.is_empty());
            assert!(!cut.contains('\n'), "no whole message is among the rejects");
            assert!(out.stderr.starts_with(&format!("pipehat: {input}: ")), "{out:?}");
        }
    }
}

#[test]
fn utf16_is_read_as_text() {
    let message = format!("{HEAD}W-1|P|2.4\rPID|1||W-1||Müller^愛\r\n");
    let little: Vec<u8> = message.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = message.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [b"\xFF\xFE", &little[..]].concat(),
        [b"\xFE\xFF", &big[..]].concat(),
        little.clone(),
        big.clone(),
    ] {
        assert_eq!(pipehat(&["query", "PID-5.1", "PID-5.2"]).stdin(&bytes).text(), "Müller\t愛\n");
        assert_eq!(pipehat(&["parse", "-f", "hl7"]).stdin(&bytes).text(), message);
    }
    pipehat(&["parse", "-f", "hl7"]).stdin(b"\xFF\xFE").run().is(0, "", "");
}

#[test]
fn utf32_is_told_for_what_it_is() {
    let message = format!("{HEAD}W-1|P|2.4\r\n");
    let little: Vec<u8> = message.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let big: Vec<u8> = message.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    for (bytes, name) in [
        ([b"\xFF\xFE\0\0", &little[..]].concat(), "UTF-32"),
        ([b"\0\0\xFE\xFF", &big[..]].concat(), "UTF-32"),
        (little.clone(), "UTF-32LE"),
        (big.clone(), "UTF-32BE"),
    ] {
        let out = pipehat(&["query", "PID-5"]).stdin(&bytes).run();
        let told = format!("this looks like UTF-32: iconv -f {name} -t UTF-8 FILE | pipehat ...");
        assert!(out.code == 2 && out.stderr.contains(&told), "{out:?}");
    }
}
