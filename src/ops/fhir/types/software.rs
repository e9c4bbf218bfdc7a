//! HD of an application as Device.

use super::identifier;
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::input::Parts;

/// Writes the Device of an HD.
pub(crate) fn write_application<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| identifier::hd_items(w, cx, value));
    });
}
