//! HD of an application as Device.

use super::identifier;
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::wanted::Wanted;

/// Writes the Device of an HD, and that of the facility which has it.
pub(crate) fn write_application<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    [application, facility]: [Parts<'m>; 2],
) {
    let owner = cx.refer(Wanted::Authority(facility));
    out.resource(own, None, |w| {
        w.array("identifier", |w| identifier::hd_items(w, cx, application));
        if let Some(owner) = owner {
            cx.reference(w, "owner", owner);
        }
    });
}
