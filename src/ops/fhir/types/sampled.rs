//! NA as SampledData.

use super::quantity;
use crate::ops::fhir::context::Context;
use crate::ops::fhir::input::{Parts, Seg};
use crate::ops::fhir::json::{Decimal, Json};

/// Writes a member of type SampledData from the repetitions of a field of type NA: each is a
/// dimension, and as long as the others. Returns whether it is there; values that are no numbers
/// are none.
pub(crate) fn member<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    name: &str,
    (seg, field): (Seg<'m>, usize),
    unit: Parts<'m>,
) -> bool {
    let rows: Vec<&[u8]> = seg.all_again(field).map(|row| row.peek_raw()).collect();
    let columns = |row: &[u8]| row.iter().filter(|&&b| b == seg.component_separator()).count() + 1;
    let width = rows.first().map_or(0, |row| columns(row));
    if rows.iter().any(|row| columns(row) != width) {
        return false;
    }
    let mut data = Vec::new();
    let mut rows: Vec<_> =
        rows.iter().map(|row| row.split(|&b| b == seg.component_separator())).collect();
    let dimensions = rows.len();
    for _ in 0..width {
        for row in &mut rows {
            let Some(number) = row.next().and_then(Decimal::of) else { return false };
            if !data.is_empty() {
                data.push(b' ');
            }
            number.write(&mut data);
        }
    }
    seg.done(field);
    w.object(name, |w| {
        w.object("origin", |w| {
            w.count("value", 0);
            quantity::unit_in(w, cx, unit);
        });
        // NA does not tell how far apart its values are.
        w.unknown("_period");
        w.count("dimensions", i32::try_from(dimensions).unwrap_or(1));
        w.string("data", &data);
    })
}
