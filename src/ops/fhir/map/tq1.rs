//! TQ1, and the older TQ, as Timing (guide: TQ1[ServiceRequest], TQ1[MedicationRequest]).

use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::time;
use super::super::types::timing;

/// The TQ1 of an order: those of its ORC and of its detail.
pub(crate) fn of<'m>(
    cx: &Context<'m>,
    orc: Option<Seg<'m>>,
    detail: Option<Seg<'m>>,
) -> impl Iterator<Item = Seg<'m>> + use<'m> {
    let story = cx.story;
    let detail = detail.filter(|detail| !detail.is(b"ORC"));
    orc.into_iter().chain(detail).flat_map(move |owner| story.of(owner, b"TQ1"))
}

/// Of more patterns of a TQ1 the first stands for all: each has all else that the segment tells, and Bundles must
/// not grow with the square of messages.
const MOST_PATTERNS: usize = 16;

/// When something is taken or given: a TQ1 and one of its patterns, or a TQ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When<'m> {
    pub(crate) tq1: Option<Seg<'m>>,
    /// TQ1-3, or all of TQ.
    pub(crate) told: Parts<'m>,
    /// Its place among several, where these say how they go together.
    pub(crate) step: Option<i32>,
    /// Whether it is by the only pattern of its TQ1.
    is_only: bool,
}

impl<'m> When<'m> {
    /// Where nothing is told.
    pub(crate) const NEVER: Self = Self::of_old(Parts::EMPTY);

    const fn of_old(told: Parts<'m>) -> Self {
        Self { tq1: None, told, step: None, is_only: true }
    }

    /// By a TQ1 and the first of its patterns, else by TQ.
    pub(crate) fn first(tq1: Option<Seg<'m>>, old: Parts<'m>) -> Self {
        let Some(tq1) = tq1 else { return Self::of_old(old) };
        let is_only = tq1.all_again(3).nth(1).is_none();
        Self { tq1: Some(tq1), told: tq1.get(3), step: None, is_only }
    }
}

/// By each pattern of some TQ1, else by each TQ; [`When::NEVER`] where nothing is told.
pub(crate) fn whens<'m>(
    timings: impl Iterator<Item = Seg<'m>>,
    old: impl Iterator<Item = Parts<'m>>,
) -> Vec<When<'m>> {
    let mut steps = Steps { next: 1, are_told: false };
    let mut all = Vec::new();
    for tq1 in timings {
        let step = Some(steps.take(tq1.untouched(12)));
        let first = When { step, ..When::first(Some(tq1), Parts::EMPTY) };
        match first.is_only || tq1.all_again(3).nth(MOST_PATTERNS).is_some() {
            true => all.push(first),
            false => all.extend(tq1.all(3).map(|told| When { told, ..first })),
        }
    }
    if all.is_empty() {
        let steps = &mut steps;
        all.extend(old.map(|told| {
            let step = Some(steps.take(told.get(9)));
            When { step, ..When::of_old(told) }
        }));
    }
    if all.is_empty() {
        all.push(When::NEVER);
    }
    if !steps.are_told || all.len() == 1 {
        all.iter_mut().for_each(|when| when.step = None);
    }
    all
}

/// How several go together: what is behind the conjunction `S` of table 0472 comes after what is before it, and
/// what is behind an `A` goes on beside it.
struct Steps {
    next: i32,
    are_told: bool,
}

impl Steps {
    /// The step of one with a conjunction behind it.
    fn take(&mut self, conjunction: Parts<'_>) -> i32 {
        let step = self.next;
        let code = conjunction.peek_raw().trim_ascii();
        if matches!(code, b"S" | b"A") {
            conjunction.raw();
            self.are_told = true;
        }
        self.next += i32::from(code == b"S");
        step
    }
}

/// Whether something is given or done when it is needed, and not by the clock alone: `PRN`, or `PRN` and how
/// often (table 0335), as many senders have it the other way round (`Q4HPRN`); as pattern, as priority (table
/// 0485) or as condition (`PRN pain`).
pub(crate) fn is_as_needed(When { tq1, told, .. }: When<'_>) -> bool {
    let [pattern, priority, condition] = match tq1 {
        Some(tq1) => [told.peek(1), tq1.peek(9).peek(1), tq1.peek(10)],
        None => [told.peek(2), told.peek(6), told.peek(7)],
    };
    let has_code = has(pattern.part(1), b"PRN", |_| true);
    has_code
        || [pattern.part(2), priority.part(1), condition.part(1)].iter().any(|text| {
            // APRN is a nurse.
            has(text, b"PRN", |before| !before.is_ascii_alphabetic())
                || has(text, b"AS NEEDED", |_| true)
        })
}

/// Whether there are words in a text, upper or lower case, behind such a character or at its beginning.
fn has(text: &[u8], words: &[u8], behind: impl Fn(u8) -> bool) -> bool {
    let mut found = text.windows(words.len()).enumerate();
    found.any(|(at, part)| {
        part.eq_ignore_ascii_case(words)
            && at.checked_sub(1).and_then(|at| text.get(at)).is_none_or(|&before| behind(before))
    })
}

/// Writes a member of type Timing. Returns whether it is there.
pub(crate) fn member<'m>(w: &mut Json, cx: &mut Context<'m>, name: &str, when: When<'m>) -> bool {
    let Some(tq1) = when.tq1 else { return timing::tq(w, cx, name, when.told) };
    tq1.done(1);
    w.object(name, |w| {
        w.object("repeat", |w| repeat(w, cx, tq1, when));
        timing::pattern_code(w, cx, when.told);
    })
}

fn repeat<'m>(w: &mut Json, cx: &mut Context<'m>, tq1: Seg<'m>, when: When<'m>) {
    let pattern = when.told;
    let ends = [tq1.get(7), tq1.get(8)];
    let is_whole = ends.iter().all(|end| !end.is_empty());
    // How long it takes is not said where both ends are.
    let length = if is_whole { None } else { length(cx, tq1.get(6)) };
    timing::bounds(w, cx, ends, length);
    // Nothing tells how often it is by each of several patterns.
    if when.is_only {
        w.integer("count", tq1.get(14).first(), 1);
    }
    if let Some((number, unit)) = self::length(cx, tq1.get(13)) {
        w.decimal("duration", number);
        w.literal("durationUnit", unit);
    }
    timing::cycle(w, cx, pattern);
    let has_times = w.array("timeOfDay", |w| {
        for value in tq1.all(4) {
            time::time_item(w, cx, value);
        }
    });
    // Times of day and events exclude each other (tim-10).
    if has_times || pattern.peek(8).is_empty() {
        return;
    }
    let relative = tq1.get(5);
    let offset = timing::minutes(relative.get(1), relative.get(2));
    timing::event(w, cx, pattern, offset);
}

/// A CQ as a number and a unit of time in UCUM.
fn length<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<(&'m [u8], &'static str)> {
    if value.is_empty() {
        return None;
    }
    let number = value.first();
    let unit = timing::unit(value.get(2).first());
    let is_number = super::super::json::Decimal::of(number).is_some_and(|n| !n.is_negative());
    match unit.filter(|_| is_number) {
        Some(unit) => Some((number, unit)),
        None => {
            cx.give_up(&value, "timing");
            None
        }
    }
}

/// Writes a member of type code from the first priority that R4 has a code for: TQ1-9, else the
/// others given, as OBR-5. Returns whether it is there.
pub(crate) fn priority<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    tq1: Option<Seg<'m>>,
    others: impl IntoIterator<Item = Parts<'m>>,
) -> bool {
    for value in tq1.into_iter().flat_map(|tq1| tq1.all(9)).chain(others) {
        if value.is_empty() {
            continue;
        }
        if let Some(code) = cx.code(Table::ExtendedPriorityCodes, value.first()) {
            w.string("priority", code.code.as_bytes());
            return true;
        }
        value.give_up();
    }
    false
}
