//! A report as comma-separated values: a row for each field.

use super::Report;
use std::fmt::Write;

/// The names of the columns.
const HEADER: [&str; 9] =
    ["path", "name", "filled", "rate", "nulls", "distinct", "repetitions", "longest", "values"];

/// Writes a header and a row for each field (RFC 4180). In the last column stand values and how
/// often each occurs, the most frequent first, a space between: `M=12 F=10`.
///
/// # Errors
/// When memory ends.
pub fn write(report: &Report) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for field in &report.fields {
        let mut values = String::new();
        for counted in field.values.iter().flat_map(|listing| &listing.top) {
            let between = if values.is_empty() { "" } else { " " };
            // Writing to memory does not fail.
            _ = write!(values, "{between}{}={}", counted.value, counted.count);
        }
        writer.write_record([
            &field.path,
            field.name,
            &field.filled.to_string(),
            &format!("{:.4}", field.rate),
            &field.nulls.to_string(),
            &field.distinct.to_string(),
            &field.repetitions.to_string(),
            &field.longest.to_string(),
            &values,
        ])?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}
