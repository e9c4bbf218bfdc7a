//! People and organizations with what fields beside theirs tell of them: addresses, numbers to call,
//! what they do.

use super::place::{self, Form};
use super::{address, coded, contact, identifier, organization, practitioner, text, timing};
use crate::ops::fhir::bundle::Arena;
use crate::ops::fhir::codes::Table;
use crate::ops::fhir::context::{Context, Ref};
use crate::ops::fhir::input::Parts;
use crate::ops::fhir::json::Json;
use crate::ops::fhir::wanted::Wanted;

/// Table 0912, participation.
const ROLES: &str = "http://terminology.hl7.org/CodeSystem/v2-0912";

/// What a practitioner is in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// It is not told.
    Plain,
    /// OBX-16.
    Observer,
    /// OBX-25.
    Director,
}

/// A practitioner (XCN) with an address (XAD), and the organization (XON) that they are of with
/// its address (XAD) and its number (XTN). Each may be missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acting<'m> {
    /// XCN.
    pub(crate) who: Parts<'m>,
    /// XAD of the practitioner.
    pub(crate) who_at: Parts<'m>,
    /// XON.
    pub(crate) of: Parts<'m>,
    /// XAD of the organization.
    pub(crate) of_at: Parts<'m>,
    /// XTN of the organization.
    pub(crate) of_call: Parts<'m>,
}

impl<'m> Acting<'m> {
    /// One of whom nothing else is told.
    pub(crate) fn alone(who: Parts<'m>) -> Self {
        let none = Parts::EMPTY;
        Self { who, who_at: none, of: none, of_at: none, of_call: none }
    }

    /// All that is said.
    pub(crate) fn parts(&self) -> [&Parts<'m>; 5] {
        [&self.who, &self.who_at, &self.of, &self.of_at, &self.of_call]
    }
}

/// The Practitioner of an XCN, with an address if there is one.
pub(crate) fn person<'m>(cx: &mut Context<'m>, who: Parts<'m>, at: Parts<'m>) -> Option<Ref> {
    match at.is_empty() || who.is_empty() {
        true => cx.refer(Wanted::Practitioner(who)),
        false => cx.refer(Wanted::PractitionerAt(who, at)),
    }
}

/// The Organization of an XON, with an address and a number if there are such.
pub(crate) fn of<'m>(
    cx: &mut Context<'m>,
    of: Parts<'m>,
    at: Parts<'m>,
    call: Parts<'m>,
) -> Option<Ref> {
    match (at.is_empty() && call.is_empty()) || of.is_empty() {
        true => cx.refer(Wanted::Organization(of)),
        false => cx.refer(Wanted::OrganizationAt(Box::new([of, at, call]))),
    }
}

/// Writes the Practitioner of an XCN and an XAD.
pub(crate) fn write_person<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    [who, at]: [Parts<'m>; 2],
) {
    practitioner::write_with(out, cx, own, who, |w, cx| {
        w.array("address", |w| _ = address::item(w, cx, at, Parts::EMPTY));
    });
}

/// Writes the Organization of an XON, an XAD and an XTN.
pub(crate) fn write_organization<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    [of, at, call]: [Parts<'m>; 3],
) {
    organization::write_with(out, cx, own, of, |w, cx| {
        w.array("telecom", |w| contact::item(w, cx, call, ""));
        w.array("address", |w| _ = address::item(w, cx, at, Parts::EMPTY));
    });
}

/// Writes the Location of an XON, an XAD and an XTN: where an organization is.
pub(crate) fn write_site<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    [of, at, call]: [Parts<'m>; 3],
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            w.item(|w| {
                identifier::system_and_value(w, cx, identifier::hd(of.get(6)), of.get(10));
            });
        });
        text::string(w, cx, "name", of.get(1));
        w.literal("mode", "instance");
        w.array("telecom", |w| contact::item(w, cx, call, ""));
        address::member(w, cx, "address", at);
    });
}

/// Writes the PractitionerRole.
pub(crate) fn write_acting<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    function: Function,
    role: Acting<'m>,
) {
    let who = person(cx, role.who, role.who_at);
    let of = of(cx, role.of, role.of_at, role.of_call);
    write_role(out, cx, own, function, [who, of]);
}

/// As [`write_acting`] for one of whom nothing else is told.
pub(crate) fn write_alone<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    function: Function,
    who: Parts<'m>,
) {
    let who = cx.refer(Wanted::Practitioner(who));
    write_role(out, cx, own, function, [who, None]);
}

fn write_role(
    out: &mut Arena,
    cx: &Context<'_>,
    own: Ref,
    function: Function,
    [who, of]: [Option<Ref>; 2],
) {
    out.resource(own, None, |w| {
        if let Some(who) = who {
            cx.reference(w, "practitioner", who);
        }
        if let Some(of) = of {
            cx.reference(w, "organization", of);
        }
        match function {
            Function::Plain => {}
            Function::Observer => w.ready(OBSERVER.as_bytes()),
            Function::Director => {
                w.array("code", |w| coded::fixed_item(w, ROLES, "MDIR", "Medical Director"));
            }
        }
    });
}

/// What observers do, which is told with most results. The second is the guide's code, which the code
/// system that it names does not have in R4.
const OBSERVER: &str = concat!(
    r#""code":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0912","#,
    r#""code":"RO","display":"Responsible Observer"}]},"#,
    r#"{"coding":[{"code":"responsibleObserver"}]}],"#
);

/// Writes the PractitionerRole of an NDL: the person, when and where.
pub(crate) fn write_ndl<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    let who = cx.refer(Wanted::NamedPractitioner(value));
    let place = place::refer_as(cx, value, Form::Ndl);
    out.resource(own, None, |w| {
        timing::period(w, cx, "period", [value.get(2), value.get(3)]);
        if let Some(who) = who {
            cx.reference(w, "practitioner", who);
        }
        if let Some(place) = place {
            w.array("location", |w| cx.reference_item(w, place));
        }
    });
}

/// Writes the Device of an EI.
pub(crate) fn write_device<'m>(out: &mut Arena, cx: &mut Context<'m>, own: Ref, value: Parts<'m>) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| _ = identifier::ei_item(w, cx, value, None));
    });
}

/// Writes the Device of a CWE.
pub(crate) fn write_coded_device<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| {
            w.item(|w| {
                if value.peek(1).is_empty() {
                    return;
                }
                if let Some(uri) = cx.system(value.at(3)) {
                    w.string("system", &uri);
                }
                text::string(w, cx, "value", value.get(1));
            });
        });
        w.array("deviceName", |w| {
            w.item(|w| {
                if text::of_coded(w, cx, "name", value) {
                    w.literal("type", "user-friendly-name");
                }
            });
        });
    });
}

/// Writes the Specimen of an EIP: nothing but its identifiers.
pub(crate) fn write_specimen<'m>(
    out: &mut Arena,
    cx: &mut Context<'m>,
    own: Ref,
    value: Parts<'m>,
) {
    out.resource(own, None, |w| {
        w.array("identifier", |w| specimen_identifiers(w, cx, value));
    });
}

/// Writes items of type Identifier from EIP as specimens and groups have them.
pub(crate) fn specimen_identifiers<'m>(w: &mut Json, cx: &mut Context<'m>, value: Parts<'m>) {
    identifier::ei_item(w, cx, value.get(1), Some(PLACER_GROUP));
    identifier::ei_item(w, cx, value.get(2), Some(FILLER_GROUP));
}

/// The types that the guide has for the two identifiers of EIP.
pub(crate) const PLACER_GROUP: (&str, &str) = ("PGN", "Placer Group Number");
/// See [`PLACER_GROUP`].
pub(crate) const FILLER_GROUP: (&str, &str) = ("FGN", "Filler Group Number");

/// Writes items of `code`, and other roles, from a code of table 0443 or 0912.
pub(crate) fn role_code(w: &mut Json, cx: &mut Context<'_>, value: Parts<'_>) {
    coded::concept_item_by(w, cx, value, Table::Participation);
}
