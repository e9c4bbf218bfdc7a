//! PID-10 and PID-22, which the guide leaves to those who need them, as the extensions for race and
//! ethnicity of US Core: codes of the CDC (table 0005 and 0189 have the same), and a text.

use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::types::text;

const RACE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
const ETHNICITY: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity";
const CDC: &str = "urn:oid:2.16.840.1.113883.6.238";

/// The categories of the Office of Management and Budget among the codes of the CDC.
const RACES: &[&[u8]] = &[b"1002-5", b"2028-9", b"2054-5", b"2076-8", b"2106-3"];
const ETHNICITIES: &[&[u8]] = &[b"2135-2", b"2186-5"];

/// Writes both extensions of Patient.
pub(super) fn extensions(w: &mut Json, cx: &mut Context<'_>, pid: Seg<'_>) {
    extension(w, cx, pid, 10, (RACE, RACES));
    extension(w, cx, pid, 22, (ETHNICITY, ETHNICITIES));
}

fn extension(
    w: &mut Json,
    cx: &mut Context<'_>,
    pid: Seg<'_>,
    field: usize,
    (url, categories): (&str, &[&[u8]]),
) {
    w.extension(url, |w| {
        w.array("extension", |w| {
            let is_category = |code: &[u8]| categories.contains(&code);
            for value in pid.all(field).filter(|value| is_category(value.peek(1).first())) {
                w.extension("ombCategory", |w| {
                    w.object("valueCoding", |w| {
                        w.literal("system", CDC);
                        w.code("code", value.first());
                        text::string(w, cx, "display", value.get(2));
                    });
                });
                value.get(3).translated();
            }
            // The text is required, and is all there is of other codes.
            let mut texts = Vec::new();
            for value in pid.all(field) {
                let parts = [2, 9, 5, 1, 4].map(|n| value.peek(n));
                let Some(n) = parts.iter().position(|part| !part.is_empty()) else { continue };
                let shown = [2, 9, 5, 1, 4][n];
                if !texts.is_empty() {
                    texts.extend_from_slice(b", ");
                }
                texts.extend_from_slice(&cx.text(value.get(shown).raw()));
                if shown == 2 && !is_category(value.peek(1).first()) {
                    texts.extend_from_slice(b" (");
                    texts.extend_from_slice(&cx.text(value.get(1).raw()));
                    texts.push(b')');
                }
            }
            w.extension("text", |w| _ = w.string("valueString", &texts));
        });
    });
}
