//! SPM with its SAC, or what OBR tells of it, as Specimen (guide: SPM[Specimen], OBR[Specimen]).

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, participant, practitioner, quantity, text, timing};
use super::super::wanted::Wanted;
use super::{field, fields, note, obr, prt, service_request, subject, valued};

const ROLE: &str = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Specimen.role";
const HANDLING: &str = "http://hl7.org/fhir/StructureDefinition/specimen-specialHandling";

/// The Specimen of an SPM.
pub(crate) fn specimen<'m>(cx: &mut Context<'m>, spm: Seg<'m>) -> Ref {
    cx.own(Kind::Specimen, spm, |cx| identifier::eip_key(cx, Kind::Specimen, spm.peek(2)))
}

/// Whether an OBR tells of a specimen that no SPM does.
pub(crate) fn is_of_obr<'m>(cx: &Context<'m>, obr: Seg<'m>) -> bool {
    if cx.story.specimens(obr).next().is_some() {
        return false;
    }
    [9, 10, 14, 15, 39].into_iter().any(|n| obr.valued(n))
        || obr.all_again(13).any(|value| is_fasting(&value))
        || cx.story.first_of(obr, b"SAC").is_some()
}

fn of_obr<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Ref {
    let of = match obr::is_report(cx, obr) {
        true => obr::report(cx, obr),
        false => service_request::request(cx, obr),
    };
    cx.own_of(Kind::Specimen, (obr, 0), Some(of), &[])
}

/// Writes items that refer to the specimens of an OBR.
pub(crate) fn references<'m>(w: &mut Json, cx: &mut Context<'m>, obr: Seg<'m>) {
    if is_of_obr(cx, obr) {
        let to = of_obr(cx, obr);
        cx.reference_item(w, to);
        return;
    }
    for spm in cx.story.specimens(obr) {
        let to = specimen(cx, spm);
        cx.reference_item(w, to);
    }
}

/// The specimen of an OBR, if it has one and no more.
pub(crate) fn only<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Option<Ref> {
    if is_of_obr(cx, obr) {
        return Some(of_obr(cx, obr));
    }
    let mut specimens = cx.story.specimens(obr);
    let first = specimens.next()?;
    let is_only = specimens.next().is_none();
    is_only.then(|| specimen(cx, first))
}

/// The specimen with an identifier (EIP): that of an SPM, else one of which no more is told.
pub(crate) fn by_id<'m>(cx: &mut Context<'m>, value: Parts<'m>) -> Option<Ref> {
    let same = |a: Parts<'_>, b: Parts<'_>| {
        !a.peek(1).is_empty() && a.peek(1).peek_raw() == b.peek(1).peek_raw()
    };
    let mut spms = cx.story.input().segs().filter(|seg| seg.is(b"SPM"));
    let found = spms.find(|spm| {
        let id = spm.peek(2);
        same(id.peek(1), value.peek(1)) || same(id.peek(2), value.peek(2))
    });
    match found {
        Some(spm) => {
            value.raw();
            Some(specimen(cx, spm))
        }
        None => cx.refer(Wanted::Specimen(value)),
    }
}

/// Whether a value of OBR-13 tells whether the patient fasted, by table 0916.
pub(crate) fn is_fasting(value: &Parts<'_>) -> bool {
    let table = value.peek(3).peek_raw();
    table.ends_with(b"0916") && !value.peek(1).is_empty()
}

/// Writes the Specimen of an SPM; what the OBR before it tells of it is said of the first.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, spm: Seg<'m>) {
    let obr = cx.story.owner(spm).filter(|owner| owner.is(b"OBR"));
    let is_first =
        obr.is_some_and(|obr| cx.story.first_of(obr, b"SPM").is_some_and(|s| s.at() == spm.at()));
    let own = specimen(cx, spm);
    spm.done(1);
    write_as(out, cx, own, Some(spm), obr.filter(|_| is_first));
}

/// Writes the Specimen that only an OBR tells of.
pub(crate) fn write_of_obr<'m>(out: &mut Arena, cx: &mut Context<'m>, obr: Seg<'m>) {
    let own = of_obr(cx, obr);
    write_as(out, cx, own, None, Some(obr));
}

fn write_as<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    spm: Option<Seg<'m>>,
    obr: Option<Seg<'m>>,
) {
    let Some(seg) = spm.or(obr) else { return };
    let source = field(obr, 15);
    out.resource(own, Some(seg), |w| {
        w.array("identifier", |w| identifiers(w, cx, spm));
        identifier::cx_member(w, cx, "accessionIdentifier", field(spm, 30));
        coded::code(w, cx, "status", field(spm, 20), Table::YesNoAvailability, "");
        let kind = [(field(spm, 4)), source.get(1)].into_iter().find(|kind| !kind.is_empty());
        if let Some(kind) = kind {
            coded::concept_by(w, cx, "type", kind, Table::SpecimenType);
        }
        subject(w, cx, "subject", seg);
        let received = if valued(spm, 18) { field(spm, 18) } else { field(obr, 14) };
        time::date_time(w, cx, "receivedTime", received);
        w.array("parent", |w| {
            for value in fields(spm, 3) {
                if let Some(parent) = by_id(cx, value) {
                    cx.reference_item(w, parent);
                }
            }
        });
        if let Some(obr) = obr
            && service_request::is_asked(cx, obr)
        {
            w.array("request", |w| {
                let to = service_request::request(cx, obr);
                cx.reference_item(w, to);
            });
        }
        w.object("collection", |w| collection(w, cx, spm, obr));
        w.array("container", |w| {
            containers(w, cx, spm, seg, source);
        });
        w.array("condition", |w| {
            for value in fields(spm, 24) {
                coded::concept_item_by(w, cx, value, Table::SpecimenCondition);
            }
            for value in fields(spm, 21) {
                coded::concept_item_by(w, cx, value, Table::SpecimenRejectReason);
            }
            coded::concept_item_by(w, cx, source.get(6), Table::SpecimenCondition);
        });
        w.array("note", |w| {
            for value in fields(spm, 14) {
                w.item(|w| _ = text::string(w, cx, "text", value));
            }
            w.item(|w| _ = text::of_coded(w, cx, "text", source.get(3)));
            for value in fields(obr, 39) {
                w.item(|w| _ = text::of_coded(w, cx, "text", value));
            }
            if let Some(spm) = spm {
                note::items(w, cx, spm);
            }
        });
        w.extensions(|w| {
            for value in fields(spm, 11) {
                w.extension(ROLE, |w| _ = coded::concept(w, cx, "valueCodeableConcept", value));
            }
        });
    });
    cx.story.of(seg, b"SAC").for_each(|sac| out.takes(sac));
}

fn identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, spm: Option<Seg<'m>>) {
    participant::specimen_identifiers(w, cx, field(spm, 2));
    for value in fields(spm, 31) {
        identifier::cx_item(w, cx, value);
    }
    // Table 0203 of R4 has no type for shipments.
    identifier::ei_item(w, cx, field(spm, 32), None);
    for value in fields(spm, 30).skip(1) {
        identifier::cx_item_typed(w, cx, value, ("ACSN", "Accession ID"));
    }
}

fn collection<'m>(w: &mut Json, cx: &mut Context<'m>, spm: Option<Seg<'m>>, obr: Option<Seg<'m>>) {
    let source = field(obr, 15);
    w.array("extension", |w| {
        for value in fields(spm, 15) {
            w.extension(HANDLING, |w| _ = coded::concept(w, cx, "valueCodeableConcept", value));
        }
    });
    let collector = obr.and_then(|obr| {
        let orc = super::orc::of(cx, obr);
        let mut owners = orc.into_iter().chain([obr]).chain(spm);
        owners.find_map(|owner| prt::of(cx, owner, &[b"SC"]).next())
    });
    match collector.and_then(|prt| prt::role(cx, prt)) {
        Some(role) => cx.reference(w, "collector", role),
        None => _ = practitioner::member(w, cx, "collector", field(obr, 10)),
    }
    if valued(spm, 17) {
        let when = field(spm, 17);
        match when.peek(2).is_empty() {
            true => _ = time::date_time(w, cx, "collectedDateTime", when.get(1)),
            false => _ = timing::range(w, cx, "collectedPeriod", when),
        }
    } else if let Some(obr) = obr {
        // These are the times of the observation too, where they count as mapped.
        match obr.valued(8) {
            true => {
                timing::period(w, cx, "collectedPeriod", [obr.get(7), obr.get(8)]);
            }
            false => _ = time::date_time(w, cx, "collectedDateTime", obr.get(7)),
        }
    }
    let amount = if valued(spm, 12) { field(spm, 12) } else { field(obr, 9) };
    if !quantity::simple(w, cx, "quantity", amount.first(), amount.get(2)) && !amount.is_empty() {
        cx.give_up(&amount, "number");
    }
    let method = field(spm, 7);
    coded::concept_by(w, cx, "method", method, Table::SpecimenCollectionMethod);
    if !coded::concept(w, cx, "bodySite", field(spm, 8)) {
        coded::concept_by(w, cx, "bodySite", source.get(4), Table::BodySite);
    }
    if let Some(obr) = obr
        && let Some(value) = obr.all(13).find(is_fasting)
    {
        coded::concept(w, cx, "fastingStatusCodeableConcept", value);
    }
}

/// The containers: that of SPM-27 with what is in it and the first SAC, and one for each further SAC.
fn containers<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    spm: Option<Seg<'m>>,
    owner: Seg<'m>,
    source: Parts<'m>,
) {
    let mut sacs = cx.story.of(owner, b"SAC");
    let sac = sacs.next();
    let additives = fields(spm, 6).chain([source.get(2)]).chain(fields(sac, 27));
    container(w, cx, field(spm, 27), sac, additives);
    for sac in sacs {
        container(w, cx, Parts::EMPTY, Some(sac), sac.all(27));
    }
}

/// A container and what SAC tells of it. R4 has room for one additive in each.
fn container<'m>(
    w: &mut Json,
    cx: &mut Context<'m>,
    kind: Parts<'m>,
    sac: Option<Seg<'m>>,
    additives: impl Iterator<Item = Parts<'m>>,
) {
    let mut additives = additives.filter(|value| !value.is_empty());
    let unit = field(sac, 24);
    w.item(|w| {
        w.array("identifier", |w| {
            identifier::ei_item(w, cx, field(sac, 3), None);
        });
        coded::concept(w, cx, "type", kind);
        quantity::simple(w, cx, "capacity", field(sac, 21).first(), unit);
        quantity::simple(w, cx, "specimenQuantity", field(sac, 22).first(), unit);
        if let Some(first) = additives.next() {
            additive(w, cx, first);
        }
    });
    for value in additives {
        w.item(|w| additive(w, cx, value));
    }
}

fn additive(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    coded::concept_by(w, cx, "additiveCodeableConcept", value, Table::AdditivePreservative);
}
