//! A report as one page that needs nothing else: no scripts, no network; charts are drawings in it.
//! All that comes from messages is escaped.

use super::report::{Known, Listing, Report, Span};
use super::text::{duration, or_none, percent, size};
use std::fmt::Write;

/// The width and height of the chart of times, and what its labels take of it.
const CHART: (i64, i64) = (960, 220);
const LABELS: (i64, i64) = (56, 24);

/// The width and height of a bar in a table, and the width with the number beside it.
const BAR: (f64, u32) = (120.0, 10);
const BESIDE: u32 = 176;

/// Writes a page.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut page = Page(String::new());
    page.head(report);
    page.facts(report);
    page.times(report);
    page.listing("Types", "Type", &report.types);
    page.listing("Senders", "MSH-3|MSH-4", &report.senders);
    page.segments(report);
    page.fields(report);
    page.problems(report);
    page.add("</body>\n</html>\n");
    page.0
}

/// A cell of a table.
enum Cell<'t> {
    Text(&'t str),
    /// A path or an id, which is not to be broken.
    Path(&'t str),
    Number(String),
    /// A share of all, as a bar.
    Share(f64),
    /// Values, which may be many.
    Values(String),
}

struct Page(String);

impl Page {
    fn add(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn head(&mut self, report: &Report) {
        let what = if report.messages == 1 { "message" } else { "messages" };
        let title = format!("{} {what}", grouped(report.messages));
        let css = include_str!("page.css");
        self.add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        self.add("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
        self.add(&format!("<title>{title}</title>\n<style>\n{css}</style>\n</head>\n"));
        let sources = if report.sources == 1 { "file" } else { "files" };
        let of = format!("in {} {sources}, {}", grouped(report.sources), size(report.bytes));
        self.add(&format!("<body>\n<h1>{title} {of}</h1>\n"));
    }

    fn facts(&mut self, report: &Report) {
        let mut facts: Vec<(&str, String)> = Vec::new();
        if report.not_handled > 0 {
            facts.push(("Not handled", format!("{} times", grouped(report.not_handled))));
        }
        if let Some(lengths) = report.lengths {
            let [min, median, p99, max] =
                [lengths.min, lengths.median, lengths.p99, lengths.max].map(grouped);
            facts.push(("Lengths", format!("{min} to {max} bytes, median {median}, p99 {p99}")));
        }
        for (label, listing) in [
            ("Versions", &report.versions),
            ("Processing", &report.processing_ids),
            ("Character sets", &report.charsets),
            ("Line ends", &report.line_endings),
        ] {
            facts.push((label, inline(listing)));
        }
        let times = &report.times;
        if let (Some(first), Some(last)) = (&times.first, &times.last) {
            facts.push(("Times", format!("{first} to {last}")));
        }
        if times.missing + times.unreadable > 0 {
            let (missing, unreadable) = (grouped(times.missing), grouped(times.unreadable));
            facts.push(("No times", format!("{missing} missing, {unreadable} unreadable")));
        }
        let order = &times.order;
        if order.late > 0 {
            let by = duration(order.step_back);
            let late = grouped(order.late);
            facts.push(("Order", format!("{late} earlier than one before, by {by} at most")));
        }
        if let Some(after) = &order.gap_max_after {
            let [median, p99, max] = [order.gap_median, order.gap_p99, order.gap_max].map(duration);
            facts
                .push(("Gaps", format!("median {median}, p99 {p99}, longest {max} after {after}")));
        }
        self.add("<table class=\"facts\">\n");
        for (label, text) in facts {
            self.add(&format!(
                "<tr><th scope=\"row\">{label}</th><td>{}</td></tr>\n",
                escape(&text)
            ));
        }
        self.add("</table>\n");
    }

    /// Messages by span of time, as columns on a line on which spans without messages have their
    /// places, too.
    fn times(&mut self, report: &Report) {
        let spans = &report.times.spans;
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return };
        let most = spans.iter().map(|span| span.messages).max().unwrap_or(1).max(1);
        let (width, height) = CHART;
        let (left, below) = LABELS;
        let floor = height - below;
        let places = i64::from(last.place) - i64::from(first.place) + 1;
        // In hundredths, so that all machines write the same digits.
        let step = (width - left) * 100 / places;
        let gap = if step > 600 { 200 } else { 0 };
        let x = |span: &Span| {
            left * 100
                + (i64::from(span.place) - i64::from(first.place)) * (width - left) * 100 / places
        };
        let unit = report.times.unit;
        self.add(&format!("<h2>By {unit}</h2>\n<div class=\"scroll\">"));
        self.add(&format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-label=\"Messages by {unit}\">\n"
        ));
        self.add(&format!(
            "<text x=\"{}\" y=\"12\" text-anchor=\"end\">{}</text>\n\
             <text x=\"{}\" y=\"{floor}\" text-anchor=\"end\">0</text>\n\
             <path class=\"axis\" d=\"M{left} {floor}H{width}M{left} 4H{width}\"/>\n",
            left - 8,
            grouped(most),
            left - 8
        ));
        for span in spans {
            let tall =
                i64::try_from(u128::from(span.messages) * (floor as u128 - 4) / u128::from(most));
            let tall = tall.unwrap_or(0).max(1);
            self.add(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\" rx=\"1\"><title>{} {}</title></rect>\n",
                hundredths(x(span)),
                floor - tall,
                hundredths((step - gap).max(100)),
                span.from,
                grouped(span.messages)
            ));
        }
        self.add(&format!("<text x=\"{left}\" y=\"{}\">{}</text>\n", height - 6, first.from));
        if places > 1 {
            self.add(&format!(
                "<text x=\"{width}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
                height - 6,
                last.from
            ));
        }
        self.add("</svg></div>\n");
    }

    fn listing(&mut self, title: &str, what: &str, listing: &Listing) {
        let sum = listing.top.iter().map(|v| v.count).sum::<u64>() + listing.others;
        let others = (listing.others > 0).then_some(("others", listing.others));
        let all = listing.top.iter().map(|v| (or_none(&v.value), v.count)).chain(others);
        let rows = all.map(|(value, count)| {
            let share = count as f64 / sum.max(1) as f64;
            vec![Cell::Text(value), Cell::Number(grouped(count)), Cell::Share(share)]
        });
        self.table(title, &[what, "#Messages", "Share"], rows.collect());
    }

    fn segments(&mut self, report: &Report) {
        for (kind, title) in Known::TABLES {
            let rows = report.segments.iter().filter(|row| row.kind == kind).map(|row| {
                vec![
                    Cell::Path(&row.id),
                    Cell::Text(row.name),
                    Cell::Number(grouped(row.messages)),
                    Cell::Share(row.share),
                    Cell::Number(grouped(row.count)),
                    Cell::Number(format!("{:.1}", row.mean)),
                    Cell::Number(grouped(row.max)),
                ]
            });
            let titles = ["Segment", "Name", "#Messages", "Of all", "#Segments", "#Mean", "#Most"];
            self.table(title, &titles, rows.collect());
        }
        if report.odd_lines > 0 {
            let lines = grouped(report.odd_lines);
            self.add(&format!(
                "<p>Lines of messages that do not begin as segments do: {lines}</p>\n"
            ));
        }
    }

    fn fields(&mut self, report: &Report) {
        let rows = report.fields.iter().map(|row| {
            let about = if row.estimated { "~" } else { "" };
            vec![
                Cell::Path(&row.path),
                Cell::Text(row.name),
                Cell::Share(row.rate),
                Cell::Number(format!("{about}{}", grouped(row.distinct))),
                Cell::Number(grouped(row.repetitions)),
                Cell::Number(grouped(row.longest)),
                Cell::Values(row.values.as_ref().map(inline).unwrap_or_default()),
            ]
        });
        let titles = ["Field", "Name", "Filled", "#Distinct", "#Repeats", "#Longest", "Values"];
        self.table("Fields", &titles, rows.collect());
    }

    fn problems(&mut self, report: &Report) {
        let Some(problems) = &report.problems else { return };
        let title = format!("Problems in {} messages", grouped(problems.messages));
        let rows = problems.rules.iter().map(|row| {
            vec![
                Cell::Path(row.rule),
                Cell::Text(row.severity),
                Cell::Number(grouped(row.findings)),
                Cell::Number(grouped(row.messages)),
                Cell::Text(row.title),
            ]
        });
        let titles = ["Rule", "Severity", "#Findings", "#Messages", "What it is about"];
        self.table(&title, &titles, rows.collect());
    }

    /// A table, if it has rows. Titles of numbers begin with `#`.
    fn table(&mut self, title: &str, titles: &[&str], rows: Vec<Vec<Cell<'_>>>) {
        if rows.is_empty() {
            return;
        }
        self.add(&format!("<h2>{title}</h2>\n<div class=\"scroll\"><table>\n<thead><tr>"));
        for title in titles {
            match title.strip_prefix('#') {
                Some(title) => self.add(&format!("<th scope=\"col\" class=\"n\">{title}</th>")),
                None => self.add(&format!("<th scope=\"col\">{title}</th>")),
            }
        }
        self.add("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.add("<tr>");
            row.into_iter().for_each(|cell| self.cell(&cell));
            self.add("</tr>\n");
        }
        self.add("</tbody></table></div>\n");
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        // Writing to memory does not fail.
        _ = match cell {
            Cell::Text(text) => write!(self.0, "<td>{}</td>", escape(text)),
            Cell::Path(text) => write!(self.0, "<td class=\"p\">{}</td>", escape(text)),
            Cell::Number(text) => write!(self.0, "<td class=\"n\">{text}</td>"),
            Cell::Values(text) => write!(self.0, "<td class=\"v\">{}</td>", escape(text)),
            Cell::Share(share) => {
                let percent = percent(*share);
                let long = (share * BAR.0).round().max(1.0);
                let height = BAR.1;
                write!(
                    self.0,
                    "<td><svg width=\"{BESIDE}\" height=\"{height}\">\
                     <rect width=\"{long}\" height=\"{height}\" rx=\"2\"/>\
                     <text x=\"{}\" y=\"{height}\">{}</text></svg></td>",
                    long + 6.0,
                    percent.trim()
                )
            }
        };
    }
}

/// A listing in a line.
fn inline(listing: &Listing) -> String {
    let counted = listing.top.iter().map(|v| format!("{} {}", or_none(&v.value), grouped(v.count)));
    let others = (listing.others > 0).then(|| format!("others {}", grouped(listing.others)));
    counted.chain(others).collect::<Vec<_>>().join(", ")
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn hundredths(n: i64) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

/// Text as it is written between tags and in attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_text_is_escaped() {
        let numbers = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }
}
