//! PID-10 and PID-22, which the guide leaves to those who need them, as the extensions for race and
//! ethnicity of US Core: codes of the CDC (table 0005 and 0189 have the same), and a text.

use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::types::text;

const RACE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
const ETHNICITY: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity";
const CDC: &str = "urn:oid:2.16.840.1.113883.6.238";

/// The code of a category among those of a field.
type Category = fn(&[u8]) -> Option<&str>;

/// The categories of the Office of Management and Budget among the codes of the CDC.
fn race(code: &[u8]) -> Option<&str> {
    let races = ["1002-5", "2028-9", "2054-5", "2076-8", "2106-3"];
    races.into_iter().find(|race| race.as_bytes() == code)
}

/// As [`race`]; table 0189 has letters for the same.
fn ethnicity(code: &[u8]) -> Option<&str> {
    match code {
        b"2135-2" | b"H" => Some("2135-2"),
        b"2186-5" | b"N" => Some("2186-5"),
        _ => None,
    }
}

/// Writes both extensions of Patient.
pub(super) fn extensions(w: &mut Json, cx: &mut Context<'_>, pid: Seg<'_>) {
    extension(w, cx, pid, 10, (RACE, race));
    extension(w, cx, pid, 22, (ETHNICITY, ethnicity));
}

fn extension(
    w: &mut Json,
    cx: &mut Context<'_>,
    pid: Seg<'_>,
    field: usize,
    (url, category): (&str, Category),
) {
    if !pid.valued(field) {
        return;
    }
    w.extension(url, |w| {
        w.array("extension", |w| {
            for value in pid.all(field) {
                let Some(code) = category(value.peek(1).first()) else { continue };
                w.extension("ombCategory", |w| {
                    w.object("valueCoding", |w| {
                        w.literal("system", CDC);
                        w.literal("code", code);
                        text::string(w, cx, "display", value.get(2));
                    });
                });
                if code.as_bytes() != value.get(1).first() {
                    value.get(1).translated();
                }
                value.get(3).translated();
            }
            // The text is required, and is all there is of other codes.
            let mut texts = Vec::with_capacity(64);
            for value in pid.all(field) {
                let parts = [2, 9, 5, 1, 4].map(|n| value.peek(n));
                let Some(n) = parts.iter().position(|part| !part.is_empty()) else { continue };
                let shown = [2, 9, 5, 1, 4][n];
                if !texts.is_empty() {
                    texts.extend_from_slice(b", ");
                }
                texts.extend_from_slice(&cx.text(value.get(shown).raw()));
                if shown == 2 && category(value.peek(1).first()).is_none() {
                    texts.extend_from_slice(b" (");
                    texts.extend_from_slice(&cx.text(value.get(1).raw()));
                    texts.push(b')');
                }
            }
            w.extension("text", |w| _ = w.string("valueString", &texts));
        });
    });
}
