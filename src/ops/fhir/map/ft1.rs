//! FT1 as ChargeItem. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::Context;
use super::super::input::Seg;
use super::super::json::{Decimal, Json};
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, practitioner, quantity, text};
use super::super::wanted::Wanted;
use super::{account, dg1, encounter, note, pr1, subject_required};

/// R4 has no elements for what a transaction is, and for amounts that are no prices.
const TYPE: &str = ours!("transaction-type");
const AMOUNT: &str = ours!("transaction-amount");

/// Writes the ChargeItem.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, ft1: Seg<'m>) {
    let patient = cx.story.patient(ft1).map(|pid| super::pid::patient(cx, pid));
    let own = cx.own(Kind::ChargeItem, ft1, |cx| {
        // A transaction number counts within an account, an EI of its own (FT1-2.2) more widely.
        let number = identifier::ei_key(cx, Kind::ChargeItem, ft1.peek(2))?;
        // What is credited under the number of a charge does not take its place.
        let mut key = number.with(patient?.id.bytes()).with(ft1.peek(6).first());
        identifier::push_code(&mut key, ft1.peek(7));
        Some(key)
    });
    ft1.done(1);
    let cost_center = cx.refer(Wanted::NamedOrganization(ft1.get(13)));
    let performing = cx.refer(Wanted::Organization(ft1.get(32)));
    let asking = cx.refer(Wanted::Organization(ft1.get(33)));
    out.resource(own, Some(ft1), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, ft1.get(2), None));
        let status = Table::TransactionType.get(ft1.peek(6).first());
        w.literal("status", status.map_or("unknown", |code| code.code));
        code(w, cx, ft1);
        subject_required(w, cx, "subject", ft1);
        encounter(w, cx, "context", ft1);
        w.array("account", |w| account::items(w, cx, ft1));
        occurrence(w, cx, ft1);
        w.array("performer", |w| {
            for (field, role) in [(20, "Performed by"), (21, "Ordered by")] {
                for value in ft1.all(field) {
                    w.item_with(
                        |w| _ = w.object("function", |w| w.literal("text", role)),
                        |w| _ = practitioner::member(w, cx, "actor", value),
                    );
                }
            }
        });
        for (name, to) in
            [("performingOrganization", performing), ("requestingOrganization", asking)]
        {
            if let Some(to) = to {
                cx.reference(w, name, to);
            }
        }
        if let Some(to) = cost_center {
            cx.reference(w, "costCenter", to);
        }
        w.object("quantity", |w| {
            let number = ft1.get(10);
            if !w.decimal("value", number.first()) && !number.is_empty() {
                cx.give_up(&number, "number");
            }
        });
        if is_of_charges(ft1) {
            total(w, cx, ft1, "priceOverride");
        }
        practitioner::member(w, cx, "enterer", ft1.get(24));
        time::date_time(w, cx, "enteredDate", ft1.get(5));
        w.array("reason", |w| {
            for value in ft1.all(19) {
                coded::concept_item(w, cx, value);
            }
        });
        w.array("service", |w| {
            for procedure in cx.story.of(ft1, b"PR1") {
                let to = pr1::procedure(cx, procedure);
                cx.reference_item(w, to);
            }
        });
        let products = [ft1.get(29), ft1.get(34)];
        coded::concept_of(w, cx, "productCodeableConcept", &products);
        w.array("supportingInformation", |w| {
            dg1::items_of(w, cx, ft1);
            dg1::items_behind_only(w, cx, ft1);
            identifier::ei_reference_item(
                w,
                cx,
                Kind::ServiceRequest,
                ft1.get(23),
                Some(identifier::FILLER),
            );
            w.item_with(
                |w| w.literal("type", Kind::MedicationRequest.name()),
                |w| {
                    w.object("identifier", |w| _ = text::string(w, cx, "value", ft1.get(42)));
                },
            );
        });
        w.array("note", |w| note::items(w, cx, ft1));
        w.extensions(|w| {
            w.extension(TYPE, |w| {
                let kind = ft1.get(6);
                coded::concept_by(w, cx, "valueCodeableConcept", kind, Table::TransactionCode);
            });
            if !is_of_charges(ft1) {
                w.extension(AMOUNT, |w| total(w, cx, ft1, "valueMoney"));
            }
        });
    });
}

/// Whether a transaction is a charge, as those are that do not say, or takes one back (table 0017). Of others,
/// such as a payment, it is not known that their amount is a price.
fn is_of_charges(ft1: Seg<'_>) -> bool {
    matches!(ft1.peek(6).first(), b"CG" | b"CD" | b"")
}

/// Writes a member of type Money with what all of it costs, FT1-11; else that is so many (FT1-10) times the
/// price of one, FT1-12. A credit is below 0.
fn total<'m>(w: &mut Json, cx: &mut Context<'m>, ft1: Seg<'m>, name: &str) {
    let is_credit = ft1.peek(6).first() == b"CD";
    let value = if ft1.valued(11) { ft1.get(11) } else { ft1.get(12) };
    let Some((amount, currency)) = quantity::amount(cx, value) else { return };
    let is_of_one = !ft1.valued(11) && ft1.valued(10);
    let count = Decimal::of(ft1.peek(10).first()).filter(|_| is_of_one);
    let product = count.map(|count| amount.times(&count));
    let amount = match is_of_one {
        true => {
            value.translated();
            product.as_deref().and_then(Decimal::of)
        }
        false => Some(amount),
    };
    match amount {
        Some(amount) if is_credit && !amount.is_negative() => {
            value.translated();
            quantity::money_of(w, name, &amount.negative(), currency);
        }
        Some(amount) => _ = quantity::money_of(w, name, &amount, currency),
        None => cx.give_up(&value, "number"),
    }
}

/// The code is required: that of the transaction (FT1-7), of the procedure (FT1-25), or the text
/// of either.
fn code<'m>(w: &mut Json, cx: &mut Context<'m>, ft1: Seg<'m>) {
    let has_code = coded::concept_and(w, cx, "code", &[ft1.get(7), ft1.get(25)], |w, cx| {
        coded::modified_item(w, cx, ft1.peek(25), ft1.all(26));
    });
    if has_code {
        return;
    }
    w.object("code", |w| {
        if !text::string(w, cx, "text", ft1.get(8)) && !text::string(w, cx, "text", ft1.get(9)) {
            w.literal("text", "unknown");
        }
    });
}

/// FT1-4: a time, or since 2.7 a range of times (DR).
fn occurrence(w: &mut Json, cx: &mut Context<'_>, ft1: Seg<'_>) {
    let value = ft1.get(4);
    let is_range = Decimal::of(value.peek(2).peek_raw()).is_some();
    if is_range {
        super::super::types::timing::range(w, cx, "occurrencePeriod", value);
    } else {
        time::date_time(w, cx, "occurrenceDateTime", value);
    }
}
