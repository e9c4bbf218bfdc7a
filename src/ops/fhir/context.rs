//! What maps need besides the fields: settings, text, ids, and the resources that are referred to.

use super::codes::{Code, Table};
use super::id::{Id, Key};
use super::input::{Parts, Seg};
use super::json::Json;
use super::kind::Kind;
use super::names::{Claim, Names, is_told_again, more_of, write_place};
use super::recall::Recall;
use super::report::Report;
use super::results::Results;
use super::settings::{BundleKind, Ids, Settings};
use super::story::Story;
use super::uri::Uri;
use super::wanted::Wanted;
use super::{id, map, plain, systems, time, v2codes};
use crate::core::Scope;
use crate::ops::groups::is_about_one_patient;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

/// A resource of the Bundle, to be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ref {
    /// Its type.
    pub(crate) kind: Kind,
    /// Its id.
    pub(crate) id: Id,
}

/// One message on its way.
#[derive(Debug)]
pub(crate) struct Context<'m> {
    pub(crate) settings: &'m Settings,
    /// What belongs to what in the message.
    pub(crate) story: Story<'m>,
    pub(crate) report: &'m mut Report,
    scope: Scope<'m, 'm>,
    /// The delimiter of escape sequences.
    escape: u8,
    source: &'m [u8],
    msh: Seg<'m>,
    /// Whether it asks for something.
    asks: bool,
    header_offset: Option<i16>,
    zone: Option<&'m TimeZone>,
    message_key: Id,
    /// The id of the MessageHeader, once it was asked for.
    header: Option<Id>,
    /// See [`Context::known_report`].
    report_at: Cell<Option<(usize, bool)>>,
    /// See [`Context::same_owner`].
    known: [Option<(usize, Option<Ref>)>; 3],
    /// The OBR by whose OBR-26 results were looked for last, and those.
    pub(super) parent_results: Option<(usize, Vec<Ref>)>,
    /// The positions of all PRB, GOL and PTH by the ids of what they become.
    pub(super) problems: Option<Vec<([u8; 16], u32)>>,
    /// What values became before.
    pub(super) recall: &'m mut Recall,
    /// What results became before.
    pub(super) results: &'m mut Results,
    names: &'m mut Names,
    wanted: Vec<(Ref, Wanted<'m>)>,
    /// The last of `wanted` of each variant.
    latest: [u32; 64],
}

impl<'m> Context<'m> {
    pub(crate) fn new(
        settings: &'m Settings,
        story: Story<'m>,
        scope: Scope<'m, 'm>,
        source: &'m [u8],
        report: &'m mut Report,
        (names, recall, results): (&'m mut Names, &'m mut Recall, &'m mut Results),
    ) -> Self {
        names.clear();
        recall.begin(scope.message.separators());
        results.begin(scope.message.separators());
        let msh = story.input().seg(0);
        let (application, facility) = (msh.peek(3), msh.peek(4));
        names.scope.clear();
        let sender = [facility.peek_raw(), application.peek_raw()];
        match &settings.id_scope {
            Some(scope) => id::join(&mut names.scope, scope.as_bytes()),
            None => sender.iter().for_each(|part| id::join(&mut names.scope, part)),
        }
        let control = msh.peek(10);
        let key = [application, facility, msh.peek(7), control]
            .iter()
            .fold(Key::new("message"), |key, part| key.with(part.peek_raw()));
        // Numbers of messages begin anew every day or at every start, and times may be dates: the patient
        // tells messages apart, else all that they say.
        let patient = story.input().first(b"PID").and_then(map::pid::best_id);
        let patient = patient.filter(|patient| !patient.peek(1).is_empty() && !control.is_empty());
        let mut key = match patient {
            Some(patient) => key.with(patient.peek_raw()),
            None => key.with(story.input().bytes()),
        };
        Self {
            settings,
            story,
            report,
            escape: scope.message.separators().escape,
            scope,
            source,
            msh,
            asks: map::asks_by(msh.peek(9).first()),
            header_offset: time::read(&msh.peek(7)).and_then(|time| time.offset()),
            zone: settings.zones.of(facility.first(), application.first()),
            message_key: key.id(),
            header: None,
            report_at: Cell::new(None),
            known: [None; 3],
            parent_results: None,
            problems: None,
            recall,
            results,
            names,
            wanted: Vec::with_capacity(128),
            latest: [u32::MAX; 64],
        }
    }

    /// The MSH segment.
    pub(crate) fn msh(&self) -> Seg<'m> {
        self.msh
    }

    /// The bytes of the message as they came, whatever its character set.
    pub(super) fn source(&self) -> &'m [u8] {
        self.source
    }

    /// Whether the message asks for something, by its type.
    pub(crate) fn asks(&self) -> bool {
        self.asks
    }

    /// Whether the structure of the message has one patient.
    pub(crate) fn is_about_one_patient(&self) -> bool {
        is_about_one_patient(self.scope.message.header())
    }

    /// The trigger event, MSH-9.2; in older versions EVN-1 has it alone.
    pub(crate) fn event(&self) -> &'m [u8] {
        let event = self.msh.peek(9).at(2);
        if !event.is_empty() {
            return event;
        }
        self.story.input().first(b"EVN").map_or(b"", |evn| evn.peek(1).first())
    }

    /// The offset of MSH-7, in minutes.
    pub(super) fn header_offset(&self) -> Option<i16> {
        self.header_offset
    }

    /// The time zone set for the sender.
    pub(super) fn zone(&self) -> Option<&'m TimeZone> {
        self.zone
    }

    /// Bytes of the message as text: escape sequences and character set decoded.
    #[inline]
    pub(crate) fn text<'r>(&self, raw: &'r [u8]) -> Cow<'r, [u8]> {
        self.scope.text(raw)
    }

    /// Whether bytes of the message stand for themselves as text, and in JSON.
    #[inline]
    pub(crate) fn is_plain(&self, raw: &[u8]) -> bool {
        // The usual delimiter of escapes is not plain.
        plain::is_plain(raw) && (self.escape == b'\\' || !raw.contains(&self.escape))
    }

    /// How many delimiters of repetitions stand in a place of the message.
    pub(super) fn repetitions_between(&self, place: Range<usize>) -> usize {
        let message = self.scope.message;
        let between = message.bytes().get(place).unwrap_or_default();
        between.iter().filter(|&&b| b == message.separators().repetition).count()
    }

    /// Counts a value as not carried, so that it is among the unmapped ones.
    pub(crate) fn give_up(&mut self, value: &Parts<'_>, kind: &'static str) {
        value.give_up();
        self.report.dropped(kind);
    }

    /// The code of FHIR for one of HL7 v2; one that the table does not have is counted.
    pub(crate) fn code(&mut self, table: Table, code: &[u8]) -> Option<Code> {
        let code = code.trim_ascii();
        if code.is_empty() {
            return None;
        }
        let found = table.get(code);
        if found.is_none() {
            self.report.code(table.name(), code);
        }
        found
    }

    /// The URI of a coding system or authority by its name as written; `None` without a name.
    pub(crate) fn system<'n>(&mut self, name: &'n [u8]) -> Option<Uri<'n>>
    where
        'm: 'n,
    {
        let (uri, known) = systems::uri_of(&self.settings.systems, name)?;
        if !known {
            self.report.system(name);
        }
        Some(uri)
    }

    /// As [`Context::system`] for a code: one that a table of HL7 v2 does not have is of a system
    /// of the sender's, though it bears the name of the table.
    pub(crate) fn system_of<'n>(&mut self, name: &'n [u8], code: &[u8]) -> Option<Uri<'n>>
    where
        'm: 'n,
    {
        let uri = self.system(name)?;
        if !v2codes::lacks(&uri, code) {
            return Some(uri);
        }
        self.report.code("HL7 v2", code);
        Some(systems::own_uri(name.trim_ascii()))
    }

    /// Writes a member that refers to a resource.
    #[inline(always)]
    pub(crate) fn reference(&self, w: &mut Json, name: &str, to: Ref) {
        w.object(name, |w| self.reference_in(w, to));
    }

    /// Writes an item that refers to a resource.
    pub(crate) fn reference_item(&self, w: &mut Json, to: Ref) {
        w.item(|w| self.reference_in(w, to));
    }

    /// Writes the member `reference`.
    pub(crate) fn reference_in(&self, w: &mut Json, to: Ref) {
        if self.settings.resources || self.settings.bundle == BundleKind::Batch {
            // Servers do not rewrite references in a batch, and alone nothing tells what a UUID is.
            w.verbatim("reference", |out| {
                out.extend_from_slice(to.kind.name().as_bytes());
                out.push(b'/');
                to.id.write(out);
            });
            return;
        }
        // Of all that is written one part in nine.
        const TEXT: &str = concat!("\"reference\":\"urn:uuid:", blank_id!(), "\",");
        w.ready_with_id(TEXT.as_bytes(), TEXT.len() - 36 - 2, &to.id);
    }

    /// The MessageHeader.
    pub(super) fn header(&mut self) -> Ref {
        let kind = Kind::MessageHeader;
        let make = || self.message_id(Key::of(kind));
        let id = self.header.unwrap_or_else(make);
        self.header = Some(id);
        Ref { kind, id }
    }

    /// Which resource an OBR is: whether it `is_report`, for that is asked with each result.
    pub(super) fn known_report(&self, obr: Seg<'m>, is_report: impl FnOnce() -> bool) -> bool {
        if let Some((at, known)) = self.report_at.get()
            && at == obr.at()
        {
            return known;
        }
        let known = is_report();
        self.report_at.set(Some((obr.at(), known)));
        known
    }

    /// What a segment refers to that all of its owner refer to, such as the patient: the segments of an
    /// owner come one after the other. `n` numbers such things.
    #[inline]
    pub(super) fn same_owner(
        &mut self,
        seg: Seg<'m>,
        n: usize,
        find: impl FnOnce(&mut Self) -> Option<Ref>,
    ) -> Option<Ref> {
        let Some(owner) = self.story.owner_at(seg) else { return find(self) };
        match self.known.get(n).copied().flatten() {
            Some((at, to)) if at == owner => to,
            _ => {
                let to = find(self);
                if let Some(known) = self.known.get_mut(n) {
                    *known = Some((owner, to));
                }
                to
            }
        }
    }

    /// What keys of things begin with that have an identifier without an authority.
    pub(crate) fn scope_key(&self, kind: Kind) -> Key {
        Key::of(kind).and(&self.names.scope)
    }

    /// Adds to a key what stands for the authority of an identifier that has none.
    pub(crate) fn push_scope(&self, key: &mut Key) {
        key.add(&self.names.scope);
    }

    /// A key that holds within this message.
    pub(crate) fn message_key(&self, kind: Kind) -> Key {
        Key::of(kind).with(self.message_key.bytes())
    }

    /// An id that holds within this message.
    pub(super) fn message_id(&self, key: Key) -> Id {
        key.with(self.message_key.bytes()).id()
    }

    /// The resource of a type that a segment becomes. `business` makes the key of what it is
    /// about, if its identifiers tell; an id that another segment's resource has is not given
    /// twice.
    pub(crate) fn own(
        &mut self,
        kind: Kind,
        seg: Seg<'m>,
        business: impl FnOnce(&mut Self) -> Option<Key>,
    ) -> Ref {
        self.own_part(kind, seg, 0, business)
    }

    /// As [`Context::own`] for one of several resources of a type, by a number of the map's choice.
    pub(crate) fn own_part(
        &mut self,
        kind: Kind,
        seg: Seg<'m>,
        part: u32,
        business: impl FnOnce(&mut Self) -> Option<Key>,
    ) -> Ref {
        self.own_by_id(kind, seg, part, |cx| business(cx).map(|mut key| key.id()))
    }

    /// As [`Context::own_part`], where the id of the key is known.
    pub(crate) fn own_by_id(
        &mut self,
        kind: Kind,
        seg: Seg<'m>,
        part: u32,
        business: impl FnOnce(&mut Self) -> Option<Id>,
    ) -> Ref {
        if let Some(id) = self.names.own(seg.at(), kind, part) {
            return Ref { kind, id };
        }
        let own = self.own_once(kind, seg, part, business);
        self.names.add_own(seg.at(), kind, part, own.id);
        own
    }

    /// As [`Context::own_by_id`], which finds those of a segment one after the other: for one that is asked for
    /// once, and has many beside it.
    #[inline]
    pub(crate) fn own_once(
        &mut self,
        kind: Kind,
        seg: Seg<'m>,
        part: u32,
        business: impl FnOnce(&mut Self) -> Option<Id>,
    ) -> Ref {
        let by_business = match self.settings.ids {
            Ids::Business => business(self),
            Ids::Message => None,
        };
        let own = by_business.filter(|id| match self.names.claims.get(id) {
            None => true,
            Some(Claim::Wanted(_)) => false,
            Some(Claim::Segment(at)) => {
                let is_same = is_told_again(kind, self.story.input().seg(at as usize), seg);
                if is_same {
                    self.names.told_again.push([at, seg.at() as u32]);
                }
                is_same
            }
        });
        let id = own.unwrap_or_else(|| self.id_by_place(kind, seg, part));
        // Whoever was the first to say it may have said more.
        if self.names.claims.get(&id).is_none() {
            self.names.claims.insert(&id, Claim::Segment(seg.at() as u32));
        }
        Ref { kind, id }
    }

    /// The segments that say again what another one says, each behind that.
    pub(super) fn told_again(&self) -> impl Iterator<Item = [Seg<'m>; 2]> {
        let input = self.story.input();
        self.names.told_again.iter().map(move |all| all.map(|at| input.seg(at as usize)))
    }

    /// Counts what is said again as mapped where it is said first.
    pub(super) fn count_told_again(&self) {
        for [first, again] in self.told_again() {
            again.count_as(&first);
            if let (Some(first), Some(again)) = (more_of(first), more_of(again)) {
                again.count_as(&first);
            }
        }
    }

    /// Whether what a segment becomes is told of before, beside it: by one with the same owner.
    pub(crate) fn is_told_beside(&self, seg: Seg<'m>, to: Ref) -> bool {
        let owner = |seg| self.story.owner_at(seg);
        self.told_before(seg, to).is_some_and(|before| owner(before) == owner(seg))
    }

    /// The segment that told before of the resource that this one becomes, if one did.
    pub(crate) fn told_before(&self, seg: Seg<'m>, to: Ref) -> Option<Seg<'m>> {
        match self.names.claims.get(&to.id) {
            Some(Claim::Segment(at)) if at as usize != seg.at() => {
                Some(self.story.input().seg(at as usize))
            }
            _ => None,
        }
    }

    /// The resource of a segment before that has the id of a key.
    pub(crate) fn known(&self, kind: Kind, mut key: Key) -> Option<Ref> {
        let id = key.id();
        matches!(self.names.claims.get(&id), Some(Claim::Segment(_))).then_some(Ref { kind, id })
    }

    fn id_by_place(&mut self, kind: Kind, seg: Seg<'m>, part: u32) -> Id {
        write_place(&mut self.names.place, seg, part);
        self.message_key(kind).with(&self.names.place).id()
    }

    /// The resource of a type that a segment became, if that was asked before.
    #[inline]
    pub(crate) fn owned(&self, kind: Kind, seg: Seg<'m>) -> Option<Ref> {
        self.names.own(seg.at(), kind, 0).map(|id| Ref { kind, id })
    }

    /// As [`Context::own_part`] for what has no identifier, and is told of again with each message about
    /// what it belongs to: it is known by that and by what it is to it.
    pub(crate) fn own_of(
        &mut self,
        kind: Kind,
        (seg, part): (Seg<'m>, u32),
        of: Option<Ref>,
        what: &[&[u8]],
    ) -> Ref {
        self.own_by_id(kind, seg, part, |cx| {
            let mut key = Key::of(kind);
            key.push(of?.id.bytes());
            what.iter().for_each(|part| key.push(part));
            let id = key.id();
            match cx.names.claims.get(&id) {
                None => Some(id),
                Some(claim) if cx.is_of_same(kind, claim, seg) => Some(id),
                Some(_) => Some(cx.further_id(&mut key, id)),
            }
        })
    }

    /// Whether who has an id says what a segment says again.
    #[cold]
    fn is_of_same(&self, kind: Kind, claim: Claim, seg: Seg<'m>) -> bool {
        let Claim::Segment(at) = claim else { return false };
        is_told_again(kind, self.story.input().seg(at as usize), seg)
    }

    /// The id of a key, unless something of the message has it.
    pub(crate) fn free_id(&self, key: &mut Key) -> Option<Id> {
        Some(key.id()).filter(|id| self.names.claims.get(id).is_none())
    }

    /// As [`Context::next_id`], where the second with a key is known by the patient, too: senders without
    /// numbers of their own begin anew with each.
    pub(crate) fn further_of_patient(&mut self, mut key: Key, seg: Seg<'m>) -> Id {
        if let Some(id) = self.free_id(&mut key) {
            return id;
        }
        let patient = self.story.patient(seg).map(|pid| map::pid::patient(self, pid));
        key.push(patient.as_ref().map_or(&[], |patient| patient.id.bytes()));
        self.next_id(&mut key)
    }

    /// The id of a key, with its place among those with the same: each has another.
    #[inline(always)]
    pub(crate) fn next_id(&mut self, key: &mut Key) -> Id {
        let id = key.id();
        match self.names.claims.get(&id) {
            None => id,
            Some(_) => self.further_id(key, id),
        }
    }

    /// The id of a key whose own is taken.
    #[cold]
    fn further_id(&mut self, key: &mut Key, taken: Id) -> Id {
        let times = self.names.repeats.get(&taken).unwrap_or(1);
        self.names.repeats.insert(&taken, times + 1);
        key.push(times.to_string().as_bytes());
        key.id()
    }

    /// A resource that is written later, once, however often it is referred to; `None` if there is
    /// nothing to say of it.
    pub(crate) fn refer(&mut self, wanted: Wanted<'m>) -> Option<Ref> {
        if wanted.is_empty() {
            return None;
        }
        let kind = wanted.kind();
        let variant = usize::from(wanted.variant());
        // What all results of a message have in common is told with each of them.
        if wanted.is_nameless()
            && let Some(&last) = self.latest.get(variant)
            && let Some((to, before)) = self.wanted.get(last as usize)
            && before.variant() == wanted.variant()
            && before.same(&wanted)
        {
            wanted.count_as_mapped();
            return Some(*to);
        }
        let by_business = match self.settings.ids {
            Ids::Business => wanted.id(self),
            Ids::Message => None,
        };
        let by_content = |cx: &Self| wanted.content(cx.message_key(kind).with(b"content")).id();
        // One id of content is one content, though there be other blanks around it.
        let is_of_content = by_business.is_none();
        let mut id = by_business.unwrap_or_else(|| by_content(self));
        for is_of_content in [is_of_content, true] {
            match self.names.claims.get(&id) {
                None => break,
                Some(Claim::Wanted(n))
                    if is_of_content || self.wanted[n as usize].1.same(&wanted) =>
                {
                    wanted.count_as_mapped();
                    return Some(Ref { kind, id });
                }
                // The same thing, but told otherwise: it keeps what is said of it here.
                Some(_) => id = by_content(self),
            }
        }
        let n = self.wanted.len() as u32;
        self.names.claims.insert(&id, Claim::Wanted(n));
        let to = Ref { kind, id };
        if let Some(last) = self.latest.get_mut(variant) {
            *last = n;
        }
        self.wanted.push((to, wanted));
        Some(to)
    }

    /// The resource that was referred to as the `n`th, from 0.
    pub(super) fn wanted(&self, n: usize) -> Option<&(Ref, Wanted<'m>)> {
        self.wanted.get(n)
    }
}
