//! Values as JSON text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Whether a byte cannot stand for itself in a JSON string.
#[inline]
pub(super) fn must_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Appends `text`, which is UTF-8, as a JSON string.
pub(crate) fn push_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&b| must_escape(b)) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, behind)) = tail.split_first() else { break };
        rest = behind;
        push_escape(byte, out);
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Appends the escape sequence of a byte that [`must_escape`].
fn push_escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => {
            let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' - 10 + n };
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends a value as a JSON string, or as `{"bytes":"..."}` when it is not UTF-8.
pub(crate) fn push_value(value: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(value) {
        Ok(_) => push_string(value, out),
        Err(_) => push_bytes(value, out),
    }
}

/// Appends `{"bytes":"..."}` for bytes that are no text.
pub(crate) fn push_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"bytes\":\"");
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.extend_from_slice(b"\"}");
}

/// Appends `{"raw":"..."}` for text, which is UTF-8, whose escape sequences are not decoded.
pub(super) fn push_raw(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"raw\":");
    push_string(text, out);
    out.push(b'}');
}

/// The bytes that the text of a `bytes` member stands for.
pub(super) fn bytes_of(base64: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(base64).ok()
}
