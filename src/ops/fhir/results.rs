//! What results of one kind have in common: the code, the unit, the range and the flag of an analyte come
//! again with each of its results, and are found with one question in place of six: 2 % of all the time,
//! where a fifth of the results are of kinds that never come again.
//!
//! It is known by the bytes of all fields that it is made of, as they stand in the segment.

use super::context::Context;
use super::hash;
use super::input::Seg;
use super::json::Json;
use super::parts::Marks;
use super::report::Counted;
use super::ways::Ways;
use crate::core::Separators;

/// Twice so many kinds are kept: laboratories have some hundred, of which each comes with several flags.
const SETS: usize = 1 << 9;
/// So many bytes of what is known by.
const LONGEST: usize = 512;
/// So many bytes of what is made.
const LONGEST_MADE: usize = 4096;
/// The fields that it is made of besides OBX-2.
const FIELDS: [usize; 5] = [3, 6, 7, 8, 11];

/// A part of an Observation, of those that are remembered. They are written in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The members `status` and `code`.
    Head,
    /// The members of a Quantity behind its number.
    Unit,
    /// The member `interpretation`.
    Interpretation,
    /// The member `referenceRange`.
    Range,
}

const PARTS: usize = Part::Range as usize + 1;

/// What is known of results, for messages of one converter.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// Where it stands in `known`.
    ways: Ways<Option<u16>>,
    known: Vec<Known>,
    /// The delimiters of the message as a number; 0 before there are any.
    separators: u64,
}

#[derive(Debug, Default)]
struct Known {
    separators: u64,
    form: u64,
    /// How long the two runs of bytes are that it is known by.
    lengths: [usize; 2],
    /// Those, and then the parts.
    text: Box<[u8]>,
    /// Where each part ends in the text.
    ends: [usize; PARTS],
    /// What is asked of [`FIELDS`].
    marks: [Marks; FIELDS.len()],
    /// What it adds to reports.
    counted: Box<[Counted]>,
    /// The report that had it last.
    report: u64,
}

impl Results {
    /// Begins a message: bytes with other delimiters are something else.
    pub(super) fn begin(&mut self, separators: Separators) {
        if self.separators == 0 {
            self.ways.clear(SETS);
        }
        let Separators { field, component, repetition, escape, subcomponent, truncation } =
            separators;
        let bytes = [1, 0, field, component, repetition, escape, subcomponent, truncation];
        self.separators = u64::from_be_bytes(bytes);
    }

    fn find(&mut self, sought: &Sought<'_>) -> Option<usize> {
        let Self { ways, known, separators } = self;
        let found = |&at: &Option<u16>| {
            let known = at.and_then(|at| known.get(usize::from(at)));
            known.is_some_and(|known| known.separators == *separators && sought.is(known))
        };
        ways.get(sought.hash, found).copied().flatten().map(usize::from)
    }

    fn part(&self, at: usize, part: Part) -> &[u8] {
        let Some(known) = self.known.get(at) else { return &[] };
        let part = part as usize;
        let start = match part.checked_sub(1) {
            Some(before) => known.ends[before],
            None => known.lengths[0] + known.lengths[1],
        };
        known.text.get(start..known.ends[part]).unwrap_or_default()
    }

    fn keep(&mut self, hash: u64, made: Known) {
        let Some(place) = self.ways.place(hash) else { return };
        match place {
            Some(at) => {
                if let Some(known) = self.known.get_mut(usize::from(*at)) {
                    *known = made;
                }
            }
            None => {
                *place = u16::try_from(self.known.len()).ok();
                self.known.push(made);
            }
        }
    }
}

/// What something is looked for by.
#[derive(Clone, Copy, Debug)]
struct Sought<'m> {
    /// OBX-2 and OBX-3, and the fields from OBX-6 to OBX-11.
    runs: [&'m [u8]; 2],
    /// How the value is written, by a number.
    form: u64,
    hash: u64,
}

impl<'m> Sought<'m> {
    #[inline]
    fn of(obx: Seg<'m>, form: u64, seed: u64) -> Option<Self> {
        let runs = [obx.run(2, 3), obx.run(6, 11)];
        if runs[0].len() + runs[1].len() > LONGEST {
            return None;
        }
        let hash = runs.iter().fold(seed ^ form, |seed, run| hash::of(seed, run));
        Some(Self { runs, form, hash })
    }

    fn lengths(&self) -> [usize; 2] {
        self.runs.map(<[u8]>::len)
    }

    #[inline]
    fn is(&self, known: &Known) -> bool {
        let [first, second] = self.runs;
        known.form == self.form
            && known.lengths == self.lengths()
            && known.text.get(..first.len()) == Some(first)
            && known.text.get(first.len()..first.len() + second.len()) == Some(second)
    }
}

/// What a result has in common with others, as it is written.
#[derive(Debug)]
pub(crate) enum Common<'m> {
    /// It is known, and stands here.
    Known(usize),
    /// It is to be remembered.
    New(Box<Learning<'m>>),
    /// It is not.
    Made,
}

/// What was made so far.
#[derive(Debug)]
pub(crate) struct Learning<'m> {
    sought: Sought<'m>,
    obx: Seg<'m>,
    made: Known,
    parts: Vec<u8>,
    counted: Vec<Counted>,
    /// Nothing was counted that depends on more than the bytes.
    is_sound: bool,
}

impl<'m> Common<'m> {
    /// What is known of an OBX, which is counted and marked again. `form`: all that decides which
    /// parts are written, besides the bytes.
    pub(crate) fn of(cx: &mut Context<'m>, obx: Seg<'m>, form: u8) -> Self {
        let separators = cx.results.separators;
        let Some(sought) = Sought::of(obx, form.into(), separators) else { return Self::Made };
        if let Some(at) = cx.results.find(&sought) {
            if let Some(known) = cx.results.known.get_mut(at) {
                cx.report.again(&mut known.counted, &mut known.report);
                FIELDS.iter().zip(&known.marks).for_each(|(&n, marks)| obx.mark(n, marks));
            }
            return Self::Known(at);
        }
        // What bytes that are not plain mean is told by the message.
        let is_plain = sought.runs.iter().all(|run| cx.is_plain(run));
        if !is_plain || !cx.results.ways.is_awaited(sought.hash) {
            return Self::Made;
        }
        let lengths = sought.lengths();
        let made = Known { separators, form: sought.form, lengths, ..Known::default() };
        let (parts, counted) = (Vec::new(), Vec::new());
        Self::New(Box::new(Learning { sought, obx, made, parts, counted, is_sound: true }))
    }

    /// Writes a part: as it was before, or with `write`. This may write, mark what it asks of the fields,
    /// and count codes and systems, all of it by the bytes and the form alone.
    #[inline]
    pub(crate) fn write(
        &mut self,
        w: &mut Json,
        cx: &mut Context<'m>,
        part: Part,
        write: impl FnOnce(&mut Json, &mut Context<'m>),
    ) {
        match self {
            Self::Known(at) => w.ready(cx.results.part(*at, part)),
            Self::New(learning) => learning.write(w, cx, part, write),
            Self::Made => write(w, cx),
        }
    }

    /// Remembers what was made.
    #[inline]
    pub(crate) fn remember(self, cx: &mut Context<'m>) {
        if let Self::New(learning) = self {
            learning.remember(cx);
        }
    }
}

impl<'m> Learning<'m> {
    fn write(
        &mut self,
        w: &mut Json,
        cx: &mut Context<'m>,
        part: Part,
        write: impl FnOnce(&mut Json, &mut Context<'m>),
    ) {
        let fields = FIELDS.map(|n| self.obx.untouched(n));
        let circumstances = cx.report.circumstances();
        let before = fields.each_ref().map(|field| field.note());
        let (since, start) = (cx.report.record(), w.len());
        write(w, cx);
        self.parts.extend_from_slice(&w.bytes()[start..]);
        self.counted.extend(cx.report.recorded(since));
        for ((field, before), marks) in fields.iter().zip(before).zip(&self.made.marks) {
            marks.join(&field.noted(before));
        }
        self.is_sound &= cx.report.circumstances() == circumstances;
        let end = self.made.lengths[0] + self.made.lengths[1] + self.parts.len();
        self.made.ends[part as usize..].fill(end);
    }

    fn remember(self, cx: &mut Context<'m>) {
        let Self { sought, mut made, parts, counted, is_sound, .. } = self;
        if !is_sound || parts.len() > LONGEST_MADE {
            return;
        }
        made.text = [sought.runs[0], sought.runs[1], &parts].concat().into();
        made.counted = counted.into();
        made.report = cx.report.key();
        cx.results.keep(sought.hash, made);
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::fhir::testing::same_with_any_memory;

    /// Results of which each field of those that decide is another once, and some that no memory may
    /// serve: with escapes, nulls, several values, codes that no table has, times that none are.
    const RESULTS: &[&str] = &[
        "NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|12-16|H|||F",
        "NM|1-1^Hb^LN^HB^Hb^9X||<2.50|g/dL^^UCUM|12-16|H|||F|||20240101120000",
        "NM|1-1^Hb^LN^HB^Hb^9X||low|g/dL^^UCUM|12-16|H|||F",
        "NM|1-1^Hb^LN^HB^Hb^9X||\"\"|g/dL^^UCUM|12-16|H|||F",
        "NM|1-1^Hb^LN^HB^Hb^9X|||g/dL^^UCUM|12-16|H|||X",
        "NM|1-1^Hb^LN^HB^Hb^9X||1~2|g/dL^^UCUM|12-16|H|||F",
        "NM|1-1^Hb^LN^HB^Hb^9X|1.2|1|g/dL^^UCUM|12-16|H|||F",
        "NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|12-16|H~LL~?|||F",
        "NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|12-16|H||S|F",
        "NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|12-16|H|||?",
        "NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|12-16|H|||B||||C^Lab|7^Roe",
        "NM|1-1^Hb^LN^HB^Hb^9X||1|g/dL^^UCUM|\"\"|H|||F",
        "NM|1-1^Hb\\T\\x^LN^HB^Hb^9X||1|g/dL^^UCUM|16-12|H|||F",
        "NM|1-1^H@^LN||1|g/dL&x^@^UCUM|12-16|H|||F",
        "NM|1-1&a^Hb^LN||1|g/dL&x^^UCUM|12-16&3|H|||F|||yesterday",
        "NM|1-1^Hb^LN||1",
        "NM|1-1^Hb^LN||1||||||",
        "NM||||1|||||F|||||||||||||||QST",
        "SN|1-1^Hb^LN||<^1|g/dL^^UCUM|12-16|H|||F",
        "SN|1-1^Hb^LN||^x|g/dL^^UCUM|12-16|H|||F",
        "TX|1-1^Hb^LN||a~b|g/dL^^UCUM|12-16|H|||F",
        "ST|1-1^Hb^LN||a~b|g/dL^^UCUM|12-16|H|||F",
        "ST|1-1^Hb^LN||a|g/dL^^UCUM|12-16|H|||F|||2024010112+0500",
        "CE|1-1^Hb^LN||A^a^L~B|g/dL^^UCUM|12-16|H|||F||||||M^m~N|D7^9X|2024|@|X^9",
        "|1-1^Hb^LN||a|g/dL^^UCUM|12-16|H|||F",
    ];

    #[test]
    fn what_came_before_makes_no_difference() {
        let mut all = Vec::new();
        let senders = [("|^~\\&", "8859/1", ""), ("|$~\\&", "8859/15", "+0100"), ("|^~!&", "", "")];
        for round in 0..4 {
            for (n, (delimiters, charset, offset)) in senders.iter().enumerate() {
                let header = format!(
                    "\nMSH{delimiters}|A|B|||20240101{offset}||ORU^R01|{round}{n}|P|2.5.1||||||{charset}\rPID|1||7\rOBR|1||{round}\r"
                );
                let mut text = header;
                for (n, result) in RESULTS.iter().cycle().skip(round * 7).take(30).enumerate() {
                    text += &format!("OBX|{n}|{result}\r");
                    if n % 7 == 0 {
                        text += "NTE|1||Note\r";
                    }
                }
                if delimiters.contains('$') {
                    text = text.replace('^', "$");
                }
                // One sign in one character set, another in the other.
                all.extend(text.bytes().map(|b| if b == b'@' { 0xA4 } else { b }));
            }
        }
        same_with_any_memory(&all);
    }
}
