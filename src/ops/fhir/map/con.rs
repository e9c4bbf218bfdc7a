//! CON as Consent. The guide has no map of it.

use super::super::bundle::Arena;
use super::super::codes::Table;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::time;
use super::super::types::{coded, identifier, name, text, timing};
use super::{pid, subject_required};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const ALTERNATE_CODES: &str = "http://hl7.org/fhir/StructureDefinition/alternate-codes";
const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";

/// Who consented: each of CON-24, by what CON-25 says of the same place (table 0548).
fn consenters<'m>(cx: &mut Context<'m>, con: Seg<'m>, of: Ref) -> Vec<Consenter<'m>> {
    let mut relations = con.all_again(25);
    let mut found: Vec<_> = con.all(24).map(|name| (name, relations.next())).collect();
    if found.is_empty() {
        // Of whom no name is told.
        found.extend(relations.by_ref().map(|relation| (Parts::EMPTY, Some(relation))));
    }
    let each = found.into_iter().zip(0..).filter_map(|((name, relation), part)| {
        let kind = match relation.map(|r| r.first()).unwrap_or_default() {
            b"1" if cx.story.patient(con).is_some() => Kind::Patient,
            b"6" | b"7" => Kind::Practitioner,
            _ => Kind::RelatedPerson,
        };
        let own = match kind {
            Kind::Patient => {
                // The patient has the names of PID-5.
                name.give_up();
                pid::patient(cx, cx.story.patient(con)?)
            }
            _ => cx.own_of(kind, (con, part), Some(of), &[&part.to_be_bytes()]),
        };
        Some(Consenter { own, name, relation })
    });
    each.collect()
}

struct Consenter<'m> {
    own: Ref,
    name: Parts<'m>,
    relation: Option<Parts<'m>>,
}

/// Writes the Consent, and who gave it if it is not the patient.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, con: Seg<'m>) {
    con.done(1);
    let own = cx.own(Kind::Consent, con, |cx| identifier::ei_key(cx, Kind::Consent, con.peek(4)));
    let consenters = consenters(cx, con, own);
    out.resource(own, Some(con), |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, con.get(4), None));
        status(w, cx, con);
        scope(w, con);
        let start = w.len();
        w.array("category", |w| _ = coded::concept_item(w, cx, con.get(2)));
        if w.len() == start {
            w.array("category", |w| {
                coded::fixed_item(w, "http://loinc.org", "59284-0", "Consent Document");
            });
        }
        subject_required(w, cx, "patient", con);
        time::date_time(w, cx, "dateTime", con.get(13));
        w.array("performer", |w| {
            consenters.iter().for_each(|who| cx.reference_item(w, who.own));
        });
        w.object("sourceAttachment", |w| source(w, cx, con));
        // Every consent has a policy or a rule (ppc-1).
        w.object("policyRule", |w| {
            if !text::string(w, cx, "text", con.get(3)) {
                w.literal("text", "unknown");
            }
        });
        w.object("provision", |w| {
            timing::period(w, cx, "period", [con.get(14), con.get(15)]);
        });
    });
    for who in consenters {
        if who.own.kind != Kind::Patient {
            write_consenter(out, cx, con, &who);
        }
    }
}

/// The status is required: CON-11 (table 0498), kept as it came where R4 has no such status. Without one
/// nobody is to act on the consent.
fn status(w: &mut Json, cx: &mut Context<'_>, con: Seg<'_>) {
    let value = con.get(11);
    coded::code(w, cx, "status", value, Table::ConsentStatus, "draft");
    if !matches!(value.first(), b"B" | b"L") {
        return;
    }
    w.object("_status", |w| {
        w.array("extension", |w| {
            w.extension(ALTERNATE_CODES, |w| {
                _ = coded::concept(w, cx, "valueCodeableConcept", value)
            });
        });
    });
}

/// The scope is required: by CON-2 (table 0496), which has consents to treatments but for a few. Codes of
/// sites do not tell.
fn scope(w: &mut Json, con: Seg<'_>) {
    let kind = con.peek(2);
    let system = kind.peek(3).first();
    let is_known = system.is_empty() || system.ends_with(b"0496");
    let code = Table::ConsentScope.get(kind.first());
    w.object("scope", |w| {
        if !is_known || kind.is_empty() {
            w.literal("text", "unknown");
            return;
        }
        w.array("coding", |w| {
            w.item(|w| match code {
                Some(code) => coded::code_in(w, code),
                None => {
                    w.literal("system", SCOPE);
                    w.literal("code", "treatment");
                    w.literal("display", "Treatment");
                }
            });
        });
    });
}

/// The text of the consent (CON-5), and what of it is the patient's own (CON-6).
fn source<'m>(w: &mut Json, cx: &mut Context<'m>, con: Seg<'m>) {
    let mut lines = Vec::new();
    for value in con.all(5).chain(con.all(6)) {
        if !lines.is_empty() {
            lines.push(b'\n');
        }
        lines.extend_from_slice(&cx.text(value.raw()));
    }
    if !lines.is_empty() {
        w.literal("contentType", "text/plain");
        w.string("data", STANDARD.encode(&lines).as_bytes());
    }
}

/// Writes somebody who consented for the patient: a practitioner (an emergency, a committee), or somebody
/// who is related.
fn write_consenter<'m>(out: &mut Arena, cx: &mut Context<'m>, con: Seg<'m>, who: &Consenter<'m>) {
    out.resource(who.own, None, |w| {
        if who.own.kind == Kind::RelatedPerson {
            subject_required(w, cx, "patient", con);
            w.array("relationship", |w| {
                if let Some(relation) = who.relation {
                    coded::concept_item(w, cx, relation);
                }
            });
        }
        w.array("name", |w| name::xpn_items(w, cx, who.name));
    });
}
