//! NTE as Annotation (guide: NTE[Observation], NTE[ServiceRequest]).

use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::Json;
use super::super::time;
use super::super::types::{coded, practitioner, text};

/// The extension for the type of a comment, NTE-4.
const KIND: &str = "http://hl7.org/fhir/StructureDefinition/annotationType";

/// Writes items of type Annotation, one for each NTE that belongs to a segment.
pub(crate) fn items<'m>(w: &mut Json, cx: &mut Context<'m>, owner: Seg<'m>) {
    for nte in cx.story.of(owner, b"NTE") {
        w.item(|w| inside(w, cx, nte));
    }
}

/// Writes the members of an Annotation. Without text there is none.
pub(crate) fn inside<'m>(w: &mut Json, cx: &mut Context<'m>, nte: Seg<'m>) {
    nte.done(1);
    if !nte.valued(3) && !nte.valued(9) {
        return;
    }
    // First, so that nobody is referred to as the author of nothing.
    let is_there =
        text::lines(w, cx, "text", nte.all(3)) || text::of_coded(w, cx, "text", nte.get(9));
    if !is_there {
        return;
    }
    w.array("extension", |w| {
        w.extension(KIND, |w| {
            coded::concept_by(w, cx, "valueCodeableConcept", nte.get(4), Table::CommentType);
        });
    });
    practitioner::member(w, cx, "authorReference", nte.get(5));
    time::date_time(w, cx, "time", nte.get(6));
}
