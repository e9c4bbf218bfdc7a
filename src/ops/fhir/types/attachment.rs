//! ED and RP as Attachment.

use super::text;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::systems;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Writes a member of type Attachment from ED. Returns whether it is there.
pub(crate) fn ed(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| ed_in(w, cx, value))
}

/// Writes the members of an Attachment from ED. Data that is not Base64 is encoded as it is.
pub(crate) fn ed_in(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    let data = value.get(5);
    if data.is_empty() {
        return;
    }
    let text = cx.text(data.raw());
    let encoding = value.get(4).first().to_ascii_uppercase();
    let compact: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = match &encoding[..] {
        b"BASE64" => STANDARD.decode(&compact).ok(),
        b"HEX" => bytes_of_hex(&compact),
        _ => None,
    };
    let bytes = bytes.as_deref().unwrap_or(&text);
    // Data needs a type (att-1).
    let default = if encoding == b"A" { "text/plain" } else { "application/octet-stream" };
    let mime = mime(value.get(2).first(), value.get(3).first());
    w.string("contentType", mime.as_deref().unwrap_or(default).as_bytes());
    w.string("data", STANDARD.encode(bytes).as_bytes());
}

/// Writes a member of type Attachment from RP. Returns whether it is there.
pub(crate) fn rp(w: &mut Json, cx: &mut Context<'_>, name: &str, value: Parts<'_>) -> bool {
    w.object(name, |w| rp_in(w, cx, value))
}

/// Writes the members of an Attachment from RP. What is no URL is its title.
pub(crate) fn rp_in(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    let pointer = value.get(1);
    if pointer.is_empty() {
        return;
    }
    if let Some(mime) = mime(value.get(3).first(), value.get(4).first()) {
        w.string("contentType", mime.as_bytes());
    }
    let url = cx.text(pointer.raw()).into_owned();
    if systems::is_uri(&url) {
        w.string("url", &url);
    } else {
        text::string(w, cx, "title", pointer);
    }
}

/// The type of contents by tables 0191 and 0291: some senders put a whole type in one of them.
pub(crate) fn mime(kind: &[u8], subtype: &[u8]) -> Option<String> {
    let lower = |text: &[u8]| String::from_utf8_lossy(text.trim_ascii()).to_ascii_lowercase();
    let (kind, subtype) = (lower(kind), lower(subtype));
    for whole in [&subtype, &kind] {
        if whole.split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b)) {
            return Some(whole.clone());
        }
    }
    let known = match subtype.as_str() {
        "pdf" => "application/pdf",
        "jpeg" | "jpg" => "image/jpeg",
        "png" | "gif" | "tiff" | "bmp" => return Some(format!("image/{subtype}")),
        "html" | "xml" | "plain" | "csv" | "richtext" => return Some(format!("text/{subtype}")),
        "rtf" => "application/rtf",
        "dicom" => "application/dicom",
        "octet-stream" | "zip" | "json" => return Some(format!("application/{subtype}")),
        "x-hl7-cda-level-one" => "text/xml",
        "" => match kind.as_str() {
            "text" | "tx" | "ft" => "text/plain",
            "ap" | "application" | "im" | "image" | "multipart" => return None,
            _ => return None,
        },
        _ => {
            let kind = match kind.as_str() {
                "ap" | "application" => "application",
                "au" | "audio" => "audio",
                "im" | "image" => "image",
                "tx" | "ft" | "text" => "text",
                "video" => "video",
                _ => return None,
            };
            return is_token(&subtype).then(|| format!("{kind}/{subtype}"));
        }
    };
    Some(known.to_owned())
}

fn is_token(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
    !text.is_empty() && text.bytes().all(allowed)
}

fn bytes_of_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16);
    let pair = |pair: &[u8]| {
        let [high, low] = pair else { return None };
        u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
    };
    text.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::fhir::testing::field;

    #[test]
    fn data_is_base64_and_has_a_type() {
        let of = |value: &str| field(value, |w, cx, v| _ = ed(w, cx, "a", v));
        assert_eq!(
            of("^IM^JPEG^Base64^aGk="),
            r#"{"a":{"contentType":"image/jpeg","data":"aGk="}}"#
        );
        assert_eq!(
            of("^AP^PDF^Hex^6869"),
            r#"{"a":{"contentType":"application/pdf","data":"aGk="}}"#
        );
        assert_eq!(of("^TEXT^^A^hi"), r#"{"a":{"contentType":"text/plain","data":"aGk="}}"#);
        assert_eq!(of("^TEXT^^Base64^h!"), r#"{"a":{"contentType":"text/plain","data":"aCE="}}"#);
    }

    #[test]
    fn pointers_are_urls() {
        let of = |value: &str| field(value, |w, cx, v| _ = rp(w, cx, "a", v));
        assert_eq!(
            of("https://h.example/1^PACS^IM^JPEG"),
            r#"{"a":{"contentType":"image/jpeg","url":"https://h.example/1"}}"#
        );
        assert_eq!(of("shelf 3"), r#"{"a":{"title":"shelf 3"}}"#);
    }
}
