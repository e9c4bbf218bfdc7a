//! Text as it is compared: without case and accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Appends a text in lower case and without accents: `Müller-Łoś` is `muller-los`.
///
/// Compatibility decomposition (NFKD, UAX #15) less the combining marks, lower case, and the Latin
/// letters that Unicode does not decompose as they are commonly written (`ø` is `o`, `ß` is `ss`).
/// Hiragana are the same syllables in Katakana. Bytes that are no UTF-8 stay as they are.
pub(super) fn fold(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        let start = out.len();
        out.extend_from_slice(text);
        out[start..].make_ascii_lowercase();
        return;
    }
    let mut bytes = [0; 4];
    for chunk in text.utf8_chunks() {
        let letters = chunk.valid().nfkd().filter(|&c| !is_combining_mark(c));
        for c in letters.flat_map(char::to_lowercase).filter(|&c| !is_combining_mark(c)) {
            let c = katakana(c);
            match spelled_out(c) {
                Some(letters) => out.extend_from_slice(letters.as_bytes()),
                None => out.extend_from_slice(c.encode_utf8(&mut bytes).as_bytes()),
            }
        }
        out.extend_from_slice(chunk.invalid());
    }
}

/// What is written for a letter that has no decomposition.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'ð' | 'đ' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ς' => "σ",
        'þ' => "th",
        'ŧ' => "t",
        _ => return None,
    })
}

/// A syllable in Katakana if it is one in Hiragana: those are in the same order, 96 places before.
fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &[u8]) -> Vec<u8> {
        let mut out = b"x".to_vec();
        fold(text, &mut out);
        out.split_off(1)
    }

    #[test]
    fn case_and_accents_go() {
        for (text, expected) in [
            ("O'BRIEN-Smith 2", "o'brien-smith 2"),
            ("MÜLLER", "muller"),
            ("Mu\u{308}ller", "muller"),
            ("Żółć", "zolc"),
            ("Łoś", "los"),
            ("Ñandú", "nandu"),
            ("Strauß", "strauss"),
            ("Ødegård", "odegard"),
            ("Ærø", "aero"),
            ("İstanbul", "istanbul"),
            ("Nguyễn", "nguyen"),
            ("ﬁ", "fi"),
            ("ＡＢ", "ab"),
            ("山田", "山田"),
            ("やまだ", "ヤマタ"),
            ("ﾔﾏﾀﾞ", "ヤマタ"),
            ("ΡΟΔΟΣ ρόδος", "ροδοσ ροδοσ"),
            ("", ""),
        ] {
            assert_eq!(folded(text.as_bytes()), expected.as_bytes(), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        assert_eq!(folded(b"M\xFCLLER \xC3\x9C"), b"m\xFCller u");
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text: String) {
            let once = folded(text.as_bytes());
            prop_assert_eq!(folded(&once), once);
        }
    }
}
