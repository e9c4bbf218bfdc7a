//! MSA as the response of MessageHeader, MSA and ERR as OperationOutcome (guide: MSA[MessageHeader];
//! it has no map of ERR).

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{coded, text};

/// The OperationOutcome, if the message tells of errors.
fn outcome<'m>(cx: &mut Context<'m>) -> Option<Ref> {
    let seg = told(cx)?;
    Some(cx.own(Kind::OperationOutcome, seg, |_| None))
}

/// The first segment that tells of an error: ERR, or MSA with a text or a condition.
fn told<'m>(cx: &Context<'m>) -> Option<Seg<'m>> {
    let input = cx.story.input();
    let msa = input.first(b"MSA").filter(|msa| msa.valued(3) || msa.valued(6));
    input.first(b"ERR").or(msa)
}

/// Writes the OperationOutcome. Only for the first segment that tells of errors, so that it is there
/// once.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>) {
    if told(cx).is_none_or(|told| told.at() != seg.at()) {
        return;
    }
    let Some(own) = outcome(cx) else { return };
    let input = cx.story.input();
    out.resource(own, Some(seg), |w| {
        w.array("issue", |w| {
            if let Some(msa) = input.first(b"MSA").filter(|msa| msa.valued(3) || msa.valued(6)) {
                msa_issue(w, cx, msa);
            }
            for err in input.segs().filter(|seg| seg.is(b"ERR")) {
                err_issue(w, cx, err);
            }
        });
    });
}

/// MSA-3 and MSA-6, which ERR took the place of in 2.5.
fn msa_issue(w: &mut Json, cx: &mut Context<'_>, msa: Seg<'_>) {
    let severity = match msa.peek(1).first() {
        b"AA" | b"CA" => "information",
        _ => "error",
    };
    let condition = msa.get(6);
    w.item(|w| {
        w.literal("severity", severity);
        w.literal("code", issue_type(condition.peek(1).first(), severity));
        coded::concept(w, cx, "details", condition);
        text::string(w, cx, "diagnostics", msa.get(3));
    });
}

fn err_issue<'m>(w: &mut Json, cx: &mut Context<'m>, err: Seg<'m>) {
    // Before 2.5 there was ERR-1 alone: where, and which error.
    let old = err.get(1);
    let condition = if err.valued(3) { err.get(3) } else { old.get(4) };
    let severity = severity(cx, err.get(4));
    w.item(|w| {
        w.literal("severity", severity);
        w.literal("code", issue_type(condition.peek(1).first(), severity));
        w.object("details", |w| {
            w.array("coding", |w| {
                coded::coding_first_item(w, cx, condition);
                coded::coding_first_item(w, cx, err.get(5));
            });
            text::string(w, cx, "text", err.get(8));
        });
        text::lines(w, cx, "diagnostics", err.all(7));
        w.array("location", |w| {
            for place in err.all(2) {
                location(w, cx, place);
            }
            if !old.is_empty() {
                location(w, cx, old);
            }
        });
    });
}

/// Writes where an error is, ERL or ELD: `PID[1]-3[2].1`.
fn location(w: &mut Json, cx: &Context<'_>, place: Parts<'_>) {
    let mut words = cx.text(place.get(1).raw()).into_owned();
    for (n, before, after) in
        [(2, "[", "]"), (3, "-", ""), (4, "[", "]"), (5, ".", ""), (6, ".", "")]
    {
        // ELD has an error where ERL has a repetition.
        let part = if n == 4 && place.peek(4).is_split() { Parts::EMPTY } else { place.get(n) };
        if part.is_empty() {
            continue;
        }
        words.extend_from_slice(before.as_bytes());
        words.extend_from_slice(&cx.text(part.raw()));
        words.extend_from_slice(after.as_bytes());
    }
    w.string_item(&words);
}

/// The severity by table 0516.
fn severity(cx: &mut Context<'_>, value: Parts<'_>) -> &'static str {
    match value.first().trim_ascii() {
        b"E" => "error",
        b"F" => "fatal",
        b"I" => "information",
        b"W" => "warning",
        b"" => "error",
        _ => {
            cx.give_up(&value, "code");
            "error"
        }
    }
}

/// The type of an issue by table 0357.
fn issue_type(condition: &[u8], severity: &str) -> &'static str {
    match condition.trim_ascii() {
        b"0" => "informational",
        b"100" => "structure",
        b"101" => "required",
        b"102" => "value",
        b"103" => "code-invalid",
        b"104" => "too-long",
        b"200" | b"201" | b"202" | b"203" => "not-supported",
        b"204" => "not-found",
        b"205" => "duplicate",
        b"206" => "lock-error",
        b"207" => "exception",
        _ if severity == "information" => "informational",
        _ => "processing",
    }
}

/// Writes MessageHeader.response.
pub(crate) fn response<'m>(w: &mut Json, cx: &mut Context<'m>) {
    let Some(msa) = cx.story.input().first(b"MSA") else { return };
    let details = outcome(cx);
    w.object("response", |w| {
        let id = msa.get(2);
        let is_id = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
        let text = id.first().trim_ascii();
        if (1..=64).contains(&text.len()) && text.iter().all(is_id) {
            w.string("identifier", text);
        } else {
            if !id.is_empty() {
                cx.give_up(&id, "id");
            }
            w.unknown("_identifier");
        }
        let code = msa.get(1);
        match code.first().trim_ascii() {
            b"AA" | b"CA" => w.literal("code", "ok"),
            b"AE" | b"CE" => w.literal("code", "transient-error"),
            b"AR" | b"CR" => w.literal("code", "fatal-error"),
            _ => {
                if !code.is_empty() {
                    cx.give_up(&code, "code");
                }
                w.unknown("_code");
            }
        }
        if let Some(details) = details {
            cx.reference(w, "details", details);
        }
    });
}
