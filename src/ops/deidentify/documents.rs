//! Documents and data where a text should be: no scrubbing finds whom they are about.

use memchr::memchr_iter;

/// Data that is written as letters and digits is longer than any word.
const LONGEST_WORD: usize = 24;

/// No word of the name of a code is longer and has digits, capitals and small letters.
const LONGEST_NAME: usize = 40;

/// So many lines of a text are looked at for one that is a segment.
const LINES_MAX: usize = 64;

/// A text without data in base64 or hexadecimal digits; `None` if it has none.
pub(super) fn without(raw: &[u8]) -> Option<Vec<u8>> {
    let data = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    if raw.len() <= LONGEST_WORD {
        return None;
    }
    if is_whole(raw) {
        return Some(Vec::new());
    }
    let mut out: Option<Vec<u8>> = None;
    let mut taken = 0;
    // Where a run may begin: behind something else.
    let mut from = 0;
    // Long runs have one of each so many bytes; others need not be looked at.
    while let Some(byte) = raw.get(from + LONGEST_WORD) {
        let at = from + LONGEST_WORD;
        if !data(byte) {
            from = at + 1;
            continue;
        }
        let before = raw[from..at].iter().rev().take_while(|b| data(b)).count();
        let behind = raw[at..].iter().take_while(|b| data(b)).count();
        let run = at - before..at + behind;
        from = run.end + 1;
        if run.len() > LONGEST_WORD && is_data(&raw[run.clone()]) {
            out.get_or_insert_default().extend_from_slice(&raw[taken..run.start]);
            taken = run.end;
        }
    }
    if let Some(out) = &mut out {
        out.extend_from_slice(&raw[taken..]);
    }
    out
}

/// Whether a text is a document whose own fields tell whom it is about, so that no scrubbing finds
/// them: a message in HL7 or a part of one, XML, JSON, PDF.
fn is_whole(raw: &[u8]) -> bool {
    const SEGMENTS: [&[u8]; 16] = [
        b"MSH", b"EVN", b"PID", b"PD1", b"MRG", b"NK1", b"PV1", b"PV2", b"GT1", b"IN1", b"IN2",
        b"STF", b"ORC", b"OBR", b"FHS", b"BHS",
    ];
    let text = raw.trim_ascii_start();
    let is_segment = |at: usize| {
        let (id, rest) = text[at..].split_at_checked(3).unwrap_or_default();
        SEGMENTS.contains(&id) && (rest.starts_with(b"\\F\\") || rest.starts_with(b"|"))
    };
    match text.first() {
        Some(b'<') => {
            [&b"<?xml"[..], b"<ClinicalDocument", b"<Bundle", b"<Patient"]
                .iter()
                .any(|begin| text.starts_with(begin))
                || text.windows(6).any(|part| part == b"xmlns=" || part == b"xmlns:")
        }
        Some(b'{' | b'[') => {
            let begin: Vec<u8> =
                text.iter().copied().filter(|b| !b.is_ascii_whitespace()).take(3).collect();
            matches!(begin.as_slice(), [b'{', b'"', ..] | [b'[', b'{', b'"'])
                && text.windows(2).any(|two| two == b"\":" || two == b"\" ")
        }
        Some(b'%') => text.starts_with(b"%PDF-"),
        _ => {
            // Nearly all texts are one line.
            let mut line = 0;
            let lines = memchr_iter(b'\\', text).filter_map(|at| {
                let is_end = at >= line && text[at..].starts_with(b"\\.br\\");
                line = if is_end { at + 5 } else { line };
                is_end.then_some(line)
            });
            is_segment(0) || lines.take(LINES_MAX).any(is_segment)
        }
    }
}

/// Whether a text beside a code of the standard is no name of one: a document, or data in base64.
pub(super) fn is_no_name(raw: &[u8]) -> bool {
    let is_data = |run: &[u8]| {
        let has = |test: fn(&u8) -> bool| run.iter().any(test);
        run.len() > LONGEST_NAME
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_uppercase)
    };
    raw.len() > LONGEST_WORD
        && (is_whole(raw)
            || raw.split(|b| !b.is_ascii_alphanumeric() && !b"+/=".contains(b)).any(is_data))
}

/// Whether a run of letters and digits is no word: it has digits, or capitals among small letters.
fn is_data(run: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| run.iter().any(test);
    (has(u8::is_ascii_digit)
        || (has(u8::is_ascii_lowercase) && run.iter().skip(1).any(u8::is_ascii_uppercase)))
        && !are_words(run)
}

/// Whether a run is words and short numbers with strokes between them: `SOB/CP/palpitations/dizziness`.
fn are_words(run: &[u8]) -> bool {
    let is_word = |part: &[u8]| {
        let is_all = |test: fn(&u8) -> bool| part.iter().all(test);
        let is_title = part.first().is_some_and(u8::is_ascii_uppercase)
            && part.iter().skip(1).all(u8::is_ascii_lowercase);
        (is_all(u8::is_ascii_digit) || part.len() < 4 && is_all(u8::is_ascii_alphanumeric))
            && part.len() < 10
            || is_title
            || is_all(u8::is_ascii_lowercase)
            || is_all(u8::is_ascii_uppercase)
    };
    run.contains(&b'/') && run.split(|&b| b == b'/').all(|part| part.len() < 20 && is_word(part))
}
