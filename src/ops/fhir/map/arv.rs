//! ARV as Flag: access to the data of a patient is restricted. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::types::{coded, identifier, text, timing};
use super::{patient_of, subject_required};

/// Writes the Flag.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, arv: Seg<'m>) {
    arv.done(1);
    let patient = patient_of(cx, arv);
    let what = [identifier::code_parts(arv.peek(3)), [arv.peek(4).peek_raw(), b""]];
    let own = cx.own_of(Kind::Flag, (arv, 0), patient, what.as_flattened());
    out.resource(own, Some(arv), |w| {
        // Table 0206: what is deleted is restricted no more.
        let is_over = matches!(arv.get(2).first(), b"D" | b"DE");
        w.literal("status", if is_over { "inactive" } else { "active" });
        w.array("category", |w| {
            w.item(|w| w.literal("text", "Access restriction"));
            for value in arv.all(4) {
                coded::concept_item(w, cx, value);
            }
        });
        // The code is required: what is restricted, and the instructions in words.
        w.object("code", |w| {
            let start = w.len();
            w.array("coding", |w| _ = coded::coding_first_item(w, cx, arv.get(3)));
            text::lines(w, cx, "text", arv.all(5));
            if w.len() == start {
                w.literal("text", "Access restriction");
            }
        });
        subject_required(w, cx, "subject", arv);
        timing::range(w, cx, "period", arv.get(6));
    });
}
