//! A report for people: tables with bars.

use super::report::{FieldRow, Known, Listing, Report, SegmentRow};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

/// How a report looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// The columns of the terminal, to which lines are cut; without it they are whole.
    pub width: Option<usize>,
    /// Bars are drawn with block characters, finer than columns; else with `#`.
    pub blocks: bool,
    /// With colours.
    pub color: bool,
}

/// The columns where nobody says how many there are.
const WIDTH: usize = 100;
/// The columns of the labels of the first lines.
const LABEL: usize = 13;
/// The most columns of a name in a table.
const NAME: usize = 36;
/// The columns of bars of fill rates.
const RATE: usize = 10;
/// The most columns of other bars.
const BAR: usize = 50;

const HEADING: Style = Style::new().bold();
const BARS: Style = AnsiColor::Cyan.on_default();

/// Writes a report.
#[must_use]
pub fn write(report: &Report, look: Look) -> String {
    let mut page = Page { out: String::new(), look };
    page.summary(report);
    page.chart("Types", "messages", &rows(&report.types));
    page.chart("Senders (MSH-3|MSH-4)", "messages", &rows(&report.senders));
    page.times(report);
    page.segments(report);
    page.fields(&report.fields);
    page.problems(report);
    page.out
}

struct Page {
    out: String,
    look: Look,
}

/// A row of a chart: what it is of and how often.
type Row = (String, u64);

impl Page {
    /// A line: columns, a bar if there is one, and more columns; cut to the terminal.
    fn line(&mut self, before: &str, bar: &str, after: &str) {
        let mut left = self.look.width.unwrap_or(usize::MAX);
        for (text, style) in [(before, Style::new()), (bar, BARS), (after, Style::new())] {
            let cut: String = text.chars().take(left).collect();
            left -= cut.chars().count();
            self.styled(&cut, style);
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.styled(text, HEADING);
        self.out.push('\n');
    }

    fn styled(&mut self, text: &str, style: Style) {
        if self.look.color && style != Style::new() && !text.is_empty() {
            // Writing to memory does not fail.
            _ = write!(self.out, "{style}{text}{style:#}");
        } else {
            self.out.push_str(text);
        }
    }

    fn fact(&mut self, label: &str, text: &str) {
        self.line(&format!("{label:LABEL$}{text}"), "", "");
    }

    fn summary(&mut self, report: &Report) {
        let sources = plural(report.sources, "file");
        let bytes = size(report.bytes);
        self.fact("messages", &format!("{} in {sources}, {bytes}", report.messages));
        if report.not_handled > 0 {
            self.fact(
                "not handled",
                &format!("{}; stderr tells what", plural(report.not_handled, "time")),
            );
        }
        if let Some(lengths) = report.lengths {
            let super::report::Lengths { min, median, p99, max } = lengths;
            self.fact("lengths", &format!("{min} to {max} bytes, median {median}, p99 {p99}"));
        }
        self.fact("versions", &inline(&report.versions));
        self.fact("processing", &inline(&report.processing_ids));
        self.fact("charsets", &inline(&report.charsets));
        self.fact("line ends", &inline(&report.line_endings));
        let times = &report.times;
        let mut text = match (&times.first, &times.last) {
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => "none".to_owned(),
        };
        for (count, what) in [(times.missing, "missing"), (times.unreadable, "unreadable")] {
            if count > 0 {
                _ = write!(text, ", {count} {what}");
            }
        }
        self.fact("times", &text);
        let order = &times.order;
        let late = match order.late {
            0 => "none earlier than one before it".to_owned(),
            late => {
                format!("{late} earlier than one before, by {} at most", duration(order.step_back))
            }
        };
        self.fact("order", &late);
        if let Some(after) = &order.gap_max_after {
            let [median, p99, max] = [order.gap_median, order.gap_p99, order.gap_max].map(duration);
            self.fact("gaps", &format!("median {median}, p99 {p99}, longest {max} after {after}"));
        }
    }

    /// Counts with bars, as parts of the sum.
    fn chart(&mut self, title: &str, what: &str, rows: &[Row]) {
        let sum = rows.iter().map(|row| row.1).sum::<u64>();
        let most = rows.iter().map(|row| row.1).max().unwrap_or(0);
        if most == 0 {
            return;
        }
        let width = columns(rows.iter().map(|row| row.0.as_str())).max(title.len()).min(NAME + 10);
        let numbers = digits(most).max(what.len());
        self.heading(&format!("{title:width$}  {what:>numbers$}"));
        let room = self.look.width.unwrap_or(WIDTH).saturating_sub(width + numbers + 12).min(BAR);
        for (label, count) in rows {
            if *count == 0 {
                self.line(label, "", "");
                continue;
            }
            let percent = percent(*count as f64 / sum as f64);
            let label = cut(label, width);
            let before = format!("{label:width$}  {count:numbers$}  {percent}  ");
            let bar = self.bar(*count as f64 / most as f64, room);
            self.line(&before, &bar, "");
        }
    }

    fn times(&mut self, report: &Report) {
        let mut rows = Vec::new();
        let mut before = None;
        for span in &report.times.spans {
            if before.replace(span.place).is_some_and(|before| before + 1 < span.place) {
                rows.push(("...".to_owned(), 0));
            }
            rows.push((span.from.clone(), span.messages));
        }
        self.chart(&format!("By {}", report.times.unit), "messages", &rows);
    }

    fn segments(&mut self, report: &Report) {
        for (kind, title) in Known::TABLES {
            let all = report.segments.iter().filter(|row| row.kind == kind);
            let rows: Vec<&SegmentRow> = all.collect();
            if rows.is_empty() {
                continue;
            }
            let name = columns(rows.iter().map(|row| row.name)).min(NAME);
            let first = (5 + name).max(title.len());
            self.heading(&format!(
                "{title:first$}  messages  {:width$}  segments    mean     max",
                "",
                width = RATE + 7
            ));
            for row in rows {
                let label = format!("{}  {}", row.id, cut(row.name, NAME));
                let before =
                    format!("{label:first$}  {:8}  {}  ", row.messages, percent(row.share));
                let bar = self.bar(row.share, RATE);
                let pad = RATE - bar.chars().count();
                let after =
                    format!("{:pad$}  {:8}  {:6.1}  {:6}", "", row.count, row.mean, row.max);
                self.line(&before, &bar, &after);
            }
        }
        if report.odd_lines > 0 {
            let lines = plural(report.odd_lines, "line");
            self.line(&format!("{lines} of messages do not begin as segments do"), "", "");
        }
    }

    fn fields(&mut self, fields: &[FieldRow]) {
        if fields.is_empty() {
            return;
        }
        let path = columns(fields.iter().map(|row| row.path.as_str()));
        let name = columns(fields.iter().map(|row| row.name)).min(NAME);
        let first = path + 2 + name;
        self.heading(&format!(
            "{:first$}  filled  {:RATE$}  distinct  repeats  longest  values",
            "Fields", ""
        ));
        for row in fields {
            let before = format!(
                "{:path$}  {:name$}  {}  ",
                row.path,
                cut(row.name, NAME),
                percent(row.rate)
            );
            let bar = self.bar(row.rate, RATE);
            let pad = RATE - bar.chars().count();
            let about = if row.estimated { "~" } else { "" };
            let distinct = format!("{about}{}", row.distinct);
            let values = row.values.as_ref().map(inline).unwrap_or_default();
            let after = format!(
                "{:pad$}  {distinct:>8}  {:7}  {:7}  {values}",
                "", row.repetitions, row.longest
            );
            self.line(&before, &bar, &after);
        }
    }

    fn problems(&mut self, report: &Report) {
        let Some(problems) = &report.problems else { return };
        let messages = plural(problems.messages, "message");
        self.heading(&format!("Problems in {messages}"));
        for row in &problems.rules {
            let in_messages = plural(row.messages, "message");
            let found = format!("{:8} in {in_messages}", row.findings);
            self.line(
                &format!("{:6}  {:7}  {found:28}  {}", row.rule, row.severity, row.title),
                "",
                "",
            );
        }
    }

    /// A bar of so much of the columns; what is there at all has some.
    fn bar(&self, share: f64, columns: usize) -> String {
        if self.look.blocks {
            let eighths = ((share * columns as f64 * 8.0).round() as usize).min(columns * 8);
            let eighths = if share > 0.0 { eighths.max(1) } else { eighths };
            let mut bar = "█".repeat(eighths / 8);
            bar.extend(
                [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'].get(eighths % 8).filter(|c| **c != ' '),
            );
            bar
        } else {
            let whole = ((share * columns as f64).round() as usize).min(columns);
            "#".repeat(if share > 0.0 { whole.max(1) } else { whole })
        }
    }
}

/// What is told of a listing in a chart.
fn rows(listing: &Listing) -> Vec<Row> {
    let mut rows: Vec<Row> =
        listing.top.iter().map(|v| (or_none(&v.value).to_owned(), v.count)).collect();
    if listing.others > 0 {
        rows.push(("others".to_owned(), listing.others));
    }
    rows
}

/// A listing in a line.
fn inline(listing: &Listing) -> String {
    let counted = listing.top.iter().map(|v| format!("{} {}", or_none(&v.value), v.count));
    let others = (listing.others > 0).then(|| format!("others {}", listing.others));
    counted.chain(others).collect::<Vec<_>>().join(", ")
}

pub(super) fn or_none(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}

/// A share in five columns.
pub(super) fn percent(share: f64) -> String {
    format!("{:>6}", format!("{:.1}%", share * 100.0))
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The columns of the widest.
fn columns<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

fn digits(number: u64) -> usize {
    number.to_string().len()
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Bytes in a unit that leaves up to four digits.
pub(super) fn size(bytes: u64) -> String {
    let mut amount = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if amount < 1000.0 {
            return if unit == "bytes" {
                format!("{bytes} {unit}")
            } else {
                format!("{amount:.1} {unit}")
            };
        }
        amount /= 1000.0;
    }
    format!("{amount:.1} TB")
}

/// Seconds as the two greatest units that they have.
pub(super) fn duration(seconds: u64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let at = units.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(units.len() - 1);
    let (unit, name) = units[at];
    let mut text = format!("{} {name}", seconds / unit);
    if let Some((smaller, name)) =
        units.get(at + 1).filter(|(smaller, _)| seconds % unit >= *smaller)
    {
        _ = write!(text, " {} {name}", seconds % unit / smaller);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3605, "1 h"),
            (3660, "1 h 1 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
        for (bytes, text) in [(999, "999 bytes"), (1000, "1.0 kB"), (30_004_983, "30.0 MB")] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn bars_are_as_long_as_the_share() {
        let bar = |blocks, share| {
            let look = Look { blocks, ..Look::default() };
            Page { out: String::new(), look }.bar(share, 4)
        };
        let bars = |blocks| [0.0, 0.001, 0.5, 0.6, 1.0].map(|share| bar(blocks, share));
        assert_eq!(bars(false), ["", "#", "##", "##", "####"]);
        assert_eq!(bars(true), ["", "▏", "██", "██▍", "████"]);
    }
}
