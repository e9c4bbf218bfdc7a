//! What GT1, IN1 and IN2 tell of the work of a person: the employer as Organization, the job as
//! Observation, as the HL7 guide Occupational Data for Health has it.

use super::super::bundle::Arena;
use super::super::context::{Context, Ref};
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{address, coded, contact, identifier, name, text, timing};
use super::facts;

const EMPLOYER: &str = "http://hl7.org/fhir/us/odh/StructureDefinition/odh-Employer-extension";
/// The part of a segment that its employer is, and that its job is.
const PART: u32 = 1000;

/// What is told of a job; what is not is empty.
#[derive(Clone, Copy)]
pub(crate) struct Job<'m> {
    /// The segment that tells of it.
    pub(crate) seg: Seg<'m>,
    /// The Patient or RelatedPerson who has it.
    pub(crate) holder: Ref,
    /// The employer as XON.
    pub(crate) organization: Parts<'m>,
    /// The employer as XPN.
    pub(crate) person: Parts<'m>,
    /// The number of the employer, CX.
    pub(crate) number: Parts<'m>,
    /// XAD of the employer.
    pub(crate) address: Parts<'m>,
    /// XTN of the employer.
    pub(crate) phone: Parts<'m>,
    /// Whom to ask there (XPN), their number (XTN), and what for (CWE).
    pub(crate) contact: [Parts<'m>; 3],
    /// When it began and ended.
    pub(crate) period: [Parts<'m>; 2],
    /// ST.
    pub(crate) title: Parts<'m>,
    /// JCC.
    pub(crate) code: Parts<'m>,
}

/// Writes the employer and the job, if something is told of them.
pub(crate) fn write<'m>(out: &mut Arena, cx: &mut Context<'m>, job: &Job<'m>) {
    // An Organization needs a name or an identifier (org-1).
    let name = [job.organization.peek(1), job.person.peek(1), job.person.peek(2)];
    let number = [job.organization.peek(10), job.organization.peek(3), job.number.peek(1)];
    let is_named = name.iter().chain(&number).any(|part| !part.is_empty());
    let (place, holder, what) = ((job.seg, PART), Some(job.holder), [&job.seg.id()[..]]);
    let employer = is_named.then(|| cx.own_of(Kind::Organization, place, holder, &what));
    if let Some(employer) = employer {
        out.resource(employer, None, |w| employer_in(w, cx, job));
    }
    let told = [job.period[0], job.period[1], job.title, job.code];
    if employer.is_none() && told.iter().all(Parts::is_empty) {
        return;
    }
    let own = cx.own_of(Kind::Observation, place, holder, &what);
    out.resource(own, None, |w| {
        facts::head(w, "11341-5", "History of Occupation");
        facts::about(w, cx, job.seg, job.holder);
        timing::period(w, cx, "effectivePeriod", job.period);
        w.object("valueCodeableConcept", |w| {
            let code = job.code.get(1);
            w.array("coding", |w| _ = coded::coding_first_item(w, cx, code));
            let _ = text::string(w, cx, "text", job.title)
                || text::string(w, cx, "text", job.code.get(3));
        });
        w.extensions(|w| {
            w.extension(EMPLOYER, |w| {
                if let Some(employer) = employer {
                    cx.reference(w, "valueReference", employer);
                }
            });
        });
    });
}

fn employer_in<'m>(w: &mut Json, cx: &mut Context<'m>, job: &Job<'m>) {
    w.array("identifier", |w| {
        for at in [identifier::XON, identifier::OLD_XON] {
            identifier::item_at(w, cx, job.organization, &at);
        }
        identifier::cx_item(w, cx, job.number);
    });
    if text::string(w, cx, "name", job.organization.get(1)) {
        w.array("alias", |w| {
            let alias = name::plain(cx, job.person);
            w.string_item(&alias);
        });
    } else {
        w.string("name", &name::plain(cx, job.person));
    }
    w.array("telecom", |w| contact::item(w, cx, job.phone, "work"));
    w.array("address", |w| _ = address::item(w, cx, job.address, Parts::EMPTY));
    w.array("contact", |w| {
        let [who, phone, reason] = job.contact;
        w.item(|w| {
            coded::concept(w, cx, "purpose", reason);
            name::xpn_member(w, cx, "name", who);
            w.array("telecom", |w| contact::item(w, cx, phone, "work"));
        });
    });
}
