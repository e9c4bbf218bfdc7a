//! NPU as Location: the status of a bed, A20 (the guide has no map).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::kind::Kind;
use super::super::types::{coded, place};

/// Writes the Location of the bed.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, npu: Seg<'m>) {
    let value = npu.get(1);
    let Some(level) = place::innermost(value) else { return };
    let own = cx.own(Kind::Location, npu, |cx| Some(place::key(cx, value.again(), level)));
    place::write_with(out, cx, own, value, level, |w, cx| {
        coded::coding_by(w, cx, "operationalStatus", npu.get(2), Table::BedStatus);
    });
    out.stands_alone();
    out.takes(npu);
}
