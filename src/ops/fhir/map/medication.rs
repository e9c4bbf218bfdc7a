//! What all segments of pharmacy tell: the Medication, and how it is taken or given (guide:
//! RXO[MedicationRequest], RXR[MedicationRequest], TQ1[MedicationRequest]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, quantity, text, timing};
use super::super::wanted::Wanted;
use super::tq1::{self, When};
use super::{field, rxa, rxd, rxo};

const UCUM: &str = "http://unitsofmeasure.org";
const DOSE_TYPES: &str = "http://terminology.hl7.org/CodeSystem/dose-rate-type";

/// More pairs of a way to give it and a time are not written out: a message of 70 KB became 3.6 GB.
const MOST_DOSAGES: usize = 1024;

/// Where a segment has what. 0 is nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Places {
    /// CWE: what is given.
    pub(crate) code: usize,
    /// NM, NM, CWE: how much, at least and at most, and its unit.
    pub(crate) amount: [usize; 3],
    /// CWE: the form, such as a tablet.
    pub(crate) form: usize,
    /// NM, CWE: how much of the substance is in it.
    pub(crate) strength: [usize; 2],
    /// NM, CWE: in how much of it that is.
    pub(crate) volume: [usize; 2],
    /// CQ: the most in a day.
    pub(crate) daily: usize,
    /// NM, CWE, ST: how fast it is given: so much, in so long.
    pub(crate) rate: [usize; 3],
    /// TQ of old versions.
    pub(crate) timing: usize,
    /// CWE: what who gives it should know.
    pub(crate) instructions: usize,
    /// ST, DTM, CWE: lot number, when it expires, who made it.
    pub(crate) batch: [usize; 3],
}

/// The Medication of a segment of pharmacy: that of what is asked for or given.
pub(crate) fn medication<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Ref {
    let of = match &seg.id() {
        b"RXD" => rxd::dispense(cx, seg),
        b"RXA" => rxa::given(cx, seg),
        _ => rxo::request(cx, seg),
    };
    cx.own_of(Kind::Medication, (seg, 0), Some(of), &[])
}

/// Writes the Medication.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, seg: Seg<'m>, at: Places) {
    let own = medication(cx, seg);
    let [lot, expires, maker] = at.batch;
    let maker = cx.refer(Wanted::NamedOrganization(seg.get(maker)));
    out.resource(own, Some(seg), |w| {
        if !coded::concept(w, cx, "code", seg.get(at.code)) {
            w.object("code", |w| w.literal("text", "unknown"));
        }
        if let Some(maker) = maker {
            cx.reference(w, "manufacturer", maker);
        }
        coded::concept(w, cx, "form", seg.get(at.form));
        w.array("ingredient", |w| ingredients(w, cx, seg, at));
        w.object("batch", |w| {
            text::string(w, cx, "lotNumber", seg.get(lot));
            time::date_time(w, cx, "expirationDate", seg.get(expires));
        });
    });
    for rxc in cx.story.of(seg, b"RXC") {
        out.takes(rxc);
    }
}

/// The substance itself with its strength, and what is mixed with it, RXC.
fn ingredients<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>, at: Places) {
    if seg.valued(at.strength[0]) && Decimal::of(seg.peek(at.strength[0]).first()).is_some() {
        w.item(|w| {
            if !coded::concept(w, cx, "itemCodeableConcept", seg.get(at.code)) {
                w.object("itemCodeableConcept", |w| w.literal("text", "unknown"));
            }
            strength(w, cx, seg, at.strength, at.volume);
        });
    }
    for rxc in cx.story.of(seg, b"RXC") {
        w.item(|w| {
            if !coded::concept(w, cx, "itemCodeableConcept", rxc.get(2)) {
                w.object("itemCodeableConcept", |w| w.literal("text", "unknown"));
            }
            // A base may be active itself, such as glucose.
            if rxc.peek(1).first() == b"A" {
                rxc.done(1);
                w.boolean("isActive", true);
            }
            // How much of it there is; the strength it has itself only where that is not told.
            match rxc.valued(3) {
                true => strength(w, cx, rxc, [3, 4], [0, 0]),
                false => strength(w, cx, rxc, [5, 6], [8, 9]),
            };
        });
    }
}

/// Writes `strength`, whose denominator is 1 unless a volume is told (rat-1).
fn strength<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    seg: Seg<'m>,
    [number, unit]: [usize; 2],
    [volume, volume_unit]: [usize; 2],
) {
    w.object("strength", |w| {
        let number = seg.get(number);
        if !quantity::quantity(w, cx, "numerator", number.first(), seg.get(unit)) {
            if !number.is_empty() {
                cx.give_up(&number, "number");
            }
            return;
        }
        let volume = seg.get(volume);
        if !quantity::quantity(w, cx, "denominator", volume.first(), seg.get(volume_unit)) {
            w.object("denominator", |w| w.count("value", 1));
        }
    });
}

/// Writes the items of `dosageInstruction`: one for each RXR and TQ1.
pub(crate) fn dosages<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    orc: Option<Seg<'m>>,
    seg: Seg<'m>,
    at: Places,
) {
    let owner =
        if seg.valued(at.timing) { Some((seg, at.timing)) } else { orc.map(|orc| (orc, 7)) };
    let old = owner.into_iter().flat_map(|(owner, field)| owner.all(field));
    let whens = tq1::whens(tq1::of(cx, orc, Some(seg)), old);
    // Each RXR is a way to give it that may be chosen (chapter 4A, 4A.4.2).
    let routes: Vec<Option<Seg<'m>>> = match cx.story.first_of(seg, b"RXR") {
        Some(_) => cx.story.of(seg, b"RXR").map(Some).collect(),
        None => vec![None],
    };
    if whens.len() * routes.len() > MOST_DOSAGES {
        for &when in &whens {
            w.item(|w| dosage(w, cx, seg, at, (when, None)));
        }
        for rxr in routes {
            w.item(|w| dosage(w, cx, seg, at, (When::NEVER, rxr)));
        }
        return;
    }
    for rxr in routes {
        for &when in &whens {
            w.item(|w| dosage(w, cx, seg, at, (when, rxr)));
        }
    }
}

fn dosage<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    seg: Seg<'m>,
    at: Places,
    (when, rxr): (When<'m>, Option<Seg<'m>>),
) {
    let When { tq1, told, step, .. } = when;
    let old = if tq1.is_some() { Parts::EMPTY } else { told };
    if let Some(step) = step {
        w.count("sequence", step);
    }
    if !text::string(w, cx, "text", field(tq1, 11)) && !text::string(w, cx, "text", old.get(8)) {
        amount_in_words(w, cx, seg, at);
    }
    w.array("additionalInstruction", |w| {
        let condition = if tq1.is_some() { field(tq1, 10) } else { old.get(7) };
        w.item(|w| _ = text::string(w, cx, "text", condition));
        for value in seg.all(at.instructions) {
            coded::concept_item(w, cx, value);
        }
        coded::concept_item(w, cx, field(rxr, 5));
        // The device, for which there is no element.
        coded::concept_item(w, cx, field(rxr, 3));
    });
    tq1::member(w, cx, "timing", when);
    if tq1::is_as_needed(when) {
        w.boolean("asNeededBoolean", true);
    }
    coded::concept_by(w, cx, "site", field(rxr, 2), Table::BodyParts);
    coded::concept_by(w, cx, "route", field(rxr, 1), Table::RouteOfAdministration);
    coded::concept_by(w, cx, "method", field(rxr, 4), Table::AdministrationMethod);
    w.array("doseAndRate", |w| {
        w.item_with(
            |w| {
                coded::fixed(w, "type", DOSE_TYPES, "ordered", "Ordered");
            },
            |w| {
                amount(w, cx, seg, at);
                rate(w, cx, seg, at);
            },
        );
        let each = if tq1.is_some() { field(tq1, 2) } else { old.get(1) };
        if is_once_the_amount(seg, at, each) {
            each.raw();
            return;
        }
        w.item(|w| _ = quantity::simple(w, cx, "doseQuantity", each.first(), each.get(2)));
    });
    let daily = seg.get(at.daily);
    if Decimal::of(daily.first()).is_some() {
        w.object("maxDosePerPeriod", |w| {
            quantity::cq(w, cx, "numerator", daily);
            w.object("denominator", |w| {
                w.count("value", 1);
                w.literal("unit", "d");
                w.literal("system", UCUM);
                w.literal("code", "d");
            });
        });
    } else if !daily.is_empty() {
        cx.give_up(&daily, "number");
    }
}

/// Whether TQ1-2 or TQ.1 is no amount of its own: 1 without a unit is the amount to give of the segment, or of the
/// order behind an RXD, once (2.8.2, 4A.4.4.3), and not one of whatever it may be.
fn is_once_the_amount(seg: Seg<'_>, at: Places, each: Parts<'_>) -> bool {
    let is_one = Decimal::of(each.peek(1).first()).and_then(|n| n.whole()) == Some(1);
    is_one && each.peek(2).is_empty() && (seg.valued(at.amount[0]) || seg.is(b"RXD"))
}

/// Writes how much is given at once, as a Range. Without a maximum the minimum is what is given, neither
/// more nor less (2.8.2, 4A.4.1.2 and 4A.4.4.3).
fn amount<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>, at: Places) {
    let [low, high, unit] = at.amount;
    let (low, high) = (seg.get(low), seg.get(high));
    let is_reversed =
        !low.is_empty() && !high.is_empty() && !quantity::is_ordered(low.first(), high.first());
    w.object("doseRange", |w| {
        quantity::simple(w, cx, "low", low.first(), seg.get(unit));
        if is_reversed {
            cx.give_up(&high, "number");
        } else if high.is_empty() && Decimal::of(low.first()).is_some() {
            quantity::simple(w, cx, "high", low.first(), seg.get(unit));
        } else {
            quantity::simple(w, cx, "high", high.first(), seg.get(unit));
        }
    });
}

/// Writes an amount that is no number, such as `1-2`, as text.
fn amount_in_words<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>, at: Places) {
    let [amount, _, unit] = at.amount.map(|n| seg.get(n));
    if amount.is_empty() || Decimal::of(amount.first()).is_some() {
        return;
    }
    let [amount, unit] = [words(cx, amount), words(cx, unit)];
    w.string("text", [amount, unit].join(&b' ').trim_ascii());
}

/// Writes how fast it is given: as a Ratio if the time is told, as `H1`, and the unit has none in it already.
fn rate<'m>(w: &mut Json, cx: &mut Context<'m>, seg: Seg<'m>, at: Places) {
    let [number, unit, per] = at.rate.map(|n| seg.get(n));
    if Decimal::of(number.first()).is_none() {
        if !number.is_empty() {
            cx.give_up(&number, "number");
        }
        return;
    }
    let is_rate = unit.peek_raw().contains(&b'/');
    match timing::time_unit(per.first()).filter(|_| !is_rate) {
        Some((count, of_time)) => {
            w.object("rateRatio", |w| {
                quantity::simple(w, cx, "numerator", number.first(), unit);
                quantity::duration(w, "denominator", count, of_time);
            });
        }
        None if is_rate || per.is_empty() => {
            quantity::simple(w, cx, "rateQuantity", number.first(), unit);
            per.raw();
        }
        None => {
            // So much, without the time that it takes, would be no rate.
            w.object("rateQuantity", |w| {
                w.decimal("value", number.first());
                w.string("unit", &[&words(cx, unit)[..], &words(cx, per)].join(&b'/'));
            });
        }
    }
}

/// What a coded value is called, else its code.
fn words<'m>(cx: &Context<'m>, value: Parts<'m>) -> Vec<u8> {
    let told = [2, 9, 1].into_iter().find(|&n| !value.peek(n).is_empty());
    told.map_or(Vec::new(), |n| cx.text(value.get(n).raw()).trim_ascii().to_vec())
}
