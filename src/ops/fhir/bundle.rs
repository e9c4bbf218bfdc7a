//! The resources of a message and the Bundle that they are put into.

use super::by_id::ById;
use super::context::{Context, Ref};
use super::id::Key;
use super::input::Seg;
use super::json::Json;
use super::kind::Kind;
use super::settings::{BundleKind, Settings, Upsert};
use super::{map, request, time, wanted};
use memchr::{memchr, memmem};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::ops::Range;

/// The extension for a value of the message that has no place in a resource.
const UNMAPPED: &str = ours!("v2-field");

/// The extension for a note about a resource that R4 has no place for it in (FHIR Extensions Pack 5.1).
const NOTE: &str = "http://hl7.org/fhir/StructureDefinition/note";

const NO_ENTRY: u32 = u32::MAX;

/// The entry of the header, while that is not written.
const HEADER: usize = usize::MAX;

/// The resources of a message as they are written, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    json: Json,
    entries: Vec<Entry>,
    /// The ids of those that are written.
    written: ById<()>,
    /// The entry of each segment by the position of this; [`NO_ENTRY`] if it has none.
    owners: Vec<u32>,
    /// Extensions for notes and for unmapped values, of which an entry has some.
    extensions: Json,
    added: Vec<(usize, Range<usize>)>,
    /// What is written around each resource.
    around: Around,
}

/// What is around a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Around {
    /// An entry of a Bundle.
    #[default]
    Entry,
    /// The same with how a server is asked to keep it.
    Request(Upsert),
    /// A line.
    Line,
}

#[derive(Clone, Debug)]
struct Entry {
    own: Ref,
    /// The resource with what is around it.
    all: Range<usize>,
    /// The resource.
    range: Range<usize>,
    /// It ends with the array `extension`, so that more can follow.
    open: bool,
    /// It was made of a segment, not because others refer to it.
    focus: bool,
    /// Nothing need refer to it, so that the header does.
    stands_alone: bool,
    /// As `stands_alone`, if nothing else refers to it.
    may_stand_alone: bool,
}

/// Whether the members of an Organization begin with what it is known by, as those of most do.
fn starts_with_a_name(members: &[u8]) -> bool {
    members.starts_with(b"\"identifier\":") || members.starts_with(b"\"name\":")
}

/// Says that nobody knows the identifier of an Organization, if it has none and no name: one is
/// required (org-1).
#[cold]
fn tell_unnamed(w: &mut Json, start: usize) {
    let members = w.bytes()[start..].strip_suffix(b",").unwrap_or_default();
    let object = [b"{", members, b"}"].concat();
    let members: Map<String, Value> = serde_json::from_slice(&object).unwrap_or_default();
    if !members.contains_key("identifier") && !members.contains_key("name") {
        let end = w.len();
        w.array("identifier", |w| _ = w.item(Json::unknown_in));
        w.put_first(start, end);
    }
}

impl Arena {
    /// Empties it and keeps its memory.
    pub(crate) fn begin(&mut self, settings: &Settings) {
        self.around = match settings.bundle {
            _ if settings.resources => Around::Line,
            BundleKind::Transaction | BundleKind::Batch => Around::Request(settings.upsert),
            BundleKind::Message | BundleKind::Collection => Around::Entry,
        };
        self.json.clear();
        self.entries.clear();
        self.written.clear();
        self.owners.clear();
        self.extensions.clear();
        self.added.clear();
    }

    /// Writes a resource, unless it is there already. `seg`: what it is made of, if that is a
    /// segment; the first resource of a segment also takes its unmapped values. Whatever of
    /// `extension` there is, is the last that `write` writes.
    pub(crate) fn resource(
        &mut self,
        own: Ref,
        seg: Option<Seg<'_>>,
        write: impl FnOnce(&mut Json),
    ) {
        if self.written.insert(&own.id, ()).is_some() {
            return;
        }
        if let Some(seg) = seg {
            self.owns(seg, self.entries.len());
        }
        let all = self.json.len();
        if self.around != Around::Line {
            const BEHIND: &str = "\",\"resource\":";
            const TEXT: &str = concat!("{\"fullUrl\":\"urn:uuid:", blank_id!(), "\",\"resource\":");
            self.json.ready_with_id(TEXT.as_bytes(), TEXT.len() - 36 - BEHIND.len(), &own.id);
        }
        let start = self.json.len();
        self.json.begin_organization(own.kind == Kind::Organization);
        self.json.resource(own.kind.opening(), &own.id, |w| {
            let start = w.len();
            write(w);
            if own.kind == Kind::Organization && !starts_with_a_name(&w.bytes()[start..]) {
                tell_unnamed(w, start);
            }
        });
        // The comma behind the extensions became the brace.
        let open = self.json.extension_end() == self.json.len();
        let mut range = start..self.json.len();
        match self.around {
            Around::Entry => self.json.ready(b"},"),
            Around::Request(upsert) => {
                let request = request::of(&self.json.bytes()[range.clone()], own, upsert);
                if request.is_nameless {
                    // `"id":"...",` is the end of the opening.
                    const ID: usize = 44;
                    let end = start + own.kind.opening().len();
                    self.json.remove(end - ID..end);
                    range.end -= ID;
                }
                self.json.ready(&request.json);
                self.json.ready(b"},");
            }
            Around::Line => self.json.ready(b"\n"),
        }
        self.entries.push(Entry {
            own,
            all: all..self.json.len(),
            range,
            open,
            focus: seg.is_some(),
            stands_alone: false,
            may_stand_alone: own.kind == Kind::PractitionerRole && seg.is_some(),
        });
    }

    /// The header refers to the resource written last, whatever its type.
    pub(crate) fn stands_alone(&mut self) {
        if let Some(last) = self.entries.last_mut() {
            last.stands_alone = true;
        }
    }

    /// The header refers to the resource written last, if nothing else does.
    pub(crate) fn may_stand_alone(&mut self) {
        if let Some(last) = self.entries.last_mut() {
            last.may_stand_alone = true;
        }
    }

    /// The resource written last also takes the unmapped values of a segment, unless one does.
    pub(crate) fn takes(&mut self, seg: Seg<'_>) {
        if let Some(last) = self.entries.len().checked_sub(1) {
            self.owns(seg, last);
        }
    }

    fn owns(&mut self, seg: Seg<'_>, entry: usize) {
        if self.owners.len() <= seg.at() {
            self.owners.resize(seg.at() + 1, NO_ENTRY);
        }
        if let Some(owner) = self.owners.get_mut(seg.at()).filter(|owner| **owner == NO_ENTRY) {
            *owner = u32::try_from(entry).unwrap_or(NO_ENTRY);
        }
    }

    /// The resources that the message is about, and who takes part and nothing else refers to.
    pub(crate) fn focus(&self) -> Vec<Ref> {
        let alone = self.alone();
        let about = |entry: &&Entry| match entry.own.kind {
            _ if entry.stands_alone => true,
            _ if entry.may_stand_alone => alone.contains(entry.own.id.text()),
            Kind::Provenance | Kind::MessageHeader | Kind::Device | Kind::PractitionerRole => false,
            _ => entry.focus,
        };
        // With room at once: to let it grow took a third of all this.
        let mut all = Vec::with_capacity(self.entries.len());
        all.extend(self.entries.iter().filter(about).map(|entry| entry.own));
        all
    }

    /// The ids of those that nothing refers to, among those of which that is asked.
    fn alone(&self) -> HashSet<[u8; 36]> {
        const REFERENCE: &[u8] = b"\"reference\":\"";
        let asked = self.entries.iter().filter(|entry| entry.may_stand_alone);
        let mut alone: HashSet<_> = asked.map(|entry| *entry.own.id.text()).collect();
        let mut rest = self.json.bytes();
        while !alone.is_empty()
            && let Some(at) = memmem::find(rest, REFERENCE)
        {
            rest = &rest[at + REFERENCE.len()..];
            let end = memchr(b'"', rest).unwrap_or(rest.len());
            // `urn:uuid:...`, in a batch `Type/...`.
            rest[..end].last_chunk().map(|id| alone.remove(id));
        }
        alone
    }

    /// What tells again of a thing belongs to that thing.
    fn own_told_again(&mut self, cx: &Context<'_>) {
        for [first, again] in cx.told_again() {
            if let Some(&entry) = self.owners.get(first.at()).filter(|&&entry| entry != NO_ENTRY) {
                self.owns(again, entry as usize);
            }
        }
    }

    /// Keeps each note that no map asked for as an extension of what it is about, so that whoever reads that reads
    /// the note, too.
    fn notes(&mut self, cx: &mut Context<'_>) {
        let input = cx.story.input();
        if !input.has(b"NTE") {
            return;
        }
        for nte in input.segs().filter(|seg| seg.is(b"NTE") && !seg.is_used(3) && !seg.is_used(9)) {
            let start = self.extensions.len();
            self.extensions.extension(NOTE, |w| {
                w.object("valueAnnotation", |w| map::note::inside(w, cx, nte));
            });
            if self.extensions.len() > start {
                let range = start..self.extensions.len();
                self.added.push((self.owner(cx, nte).unwrap_or(HEADER), range));
            }
        }
    }

    /// Finds the values that no map asked for, counts them, and keeps them as extensions. Where neither is
    /// wanted, a thirtieth of all time is saved.
    fn unmapped(&mut self, cx: &mut Context<'_>) {
        if !cx.settings.counts && !cx.settings.unmapped {
            return;
        }
        cx.count_told_again();
        map::pid::count_others(cx);
        let input = cx.story.input();
        cx.report.nulls += input.nulls();
        for seg in input.segs() {
            let start = self.extensions.len();
            let keep = cx.settings.unmapped;
            let mut last = 0;
            seg.unmapped(keep, |lost, [field, repetition, component], raw| {
                if lost && field != last {
                    cx.report.field(seg.id(), field);
                    last = field;
                }
                if !keep {
                    return;
                }
                let text = cx.text(raw);
                self.extensions.extension(UNMAPPED, |w| {
                    w.array("extension", |w| {
                        w.extension("id", |w| {
                            w.verbatim("valueString", |out| {
                                place(out, seg, field, repetition, component);
                            });
                        });
                        w.extension("value", |w| _ = w.string("valueString", &text));
                    });
                });
            });
            if self.extensions.len() == start || !keep {
                continue;
            }
            let range = start..self.extensions.len();
            self.added.push((self.owner(cx, seg).unwrap_or(HEADER), range));
        }
    }

    /// Puts what is added into the order of the entries.
    fn sort_added(&mut self, header: usize) {
        for (entry, _) in &mut self.added {
            if *entry == HEADER {
                *entry = header;
            }
        }
        self.added.sort_by_key(|(entry, _)| *entry);
    }

    /// The entry of a segment, or of what it belongs to.
    fn owner<'m>(&self, cx: &Context<'m>, seg: Seg<'m>) -> Option<usize> {
        let mut at = seg;
        loop {
            if let Some(&entry) = self.owners.get(at.at()).filter(|&&entry| entry != NO_ENTRY) {
                return Some(entry as usize);
            }
            at = cx.story.owner(at)?;
        }
    }

    /// Appends some entries, with their unmapped values.
    fn append(&self, entries: Range<usize>, out: &mut Vec<u8>) {
        let json = self.json.bytes();
        let mut from = match self.entries.get(entries.start) {
            Some(first) => first.all.start,
            None => return,
        };
        // All between those that something is added to, at once.
        let first = self.added.partition_point(|(owner, _)| *owner < entries.start);
        let added = self.added.get(first..).unwrap_or_default();
        for same in added.chunk_by(|a, b| a.0 == b.0).take_while(|s| s[0].0 < entries.end) {
            let Some(entry) = self.entries.get(same[0].0) else { continue };
            let cut = if entry.open { 2 } else { 1 };
            out.extend_from_slice(&json[from..entry.range.end - cut]);
            out.extend_from_slice(if entry.open { b"," } else { b",\"extension\":[" });
            for (_, range) in same {
                out.extend_from_slice(&self.extensions.bytes()[range.clone()]);
            }
            // In place of the last comma.
            out.pop();
            out.extend_from_slice(b"]}");
            from = entry.range.end;
        }
        if let Some(last) = self.entries.get(entries.end - 1) {
            out.extend_from_slice(&json[from..last.all.end]);
        }
    }
}

/// Appends `SEG[n]-f[r].c`.
fn place(out: &mut Vec<u8>, seg: Seg<'_>, field: usize, repetition: usize, component: usize) {
    let id = seg.id();
    let id = if id.iter().all(u8::is_ascii_alphanumeric) { &id[..] } else { b"???" };
    out.extend_from_slice(id);
    if seg.ordinal() > 1 {
        out.extend_from_slice(format!("[{}]", seg.ordinal()).as_bytes());
    }
    out.extend_from_slice(format!("-{field}").as_bytes());
    if repetition > 1 {
        out.extend_from_slice(format!("[{repetition}]").as_bytes());
    }
    if component > 0 {
        out.extend_from_slice(format!(".{component}").as_bytes());
    }
}

/// Converts the message of a context, and appends it as one line or, for resources, as several.
pub(crate) fn write<'m>(arena: &mut Arena, cx: &mut Context<'m>, out: &mut Vec<u8>) {
    if let Around::Request(upsert) = &mut arena.around {
        *upsert = upsert.of_message(cx.msh().peek(9).first());
    }
    map::segments(arena, cx);
    arena.own_told_again(cx);
    arena.notes(cx);
    let mut n = 0;
    while wanted::write(arena, cx, n) {
        n += 1;
    }
    map::source::write(arena, cx);
    let header = arena.entries.len();
    map::msh::write(arena, cx);
    // What the header refers to.
    while wanted::write(arena, cx, n) {
        n += 1;
    }
    arena.unmapped(cx);
    arena.sort_added(header);
    if !cx.settings.resources {
        let mut w = Json::over(std::mem::take(out));
        w.root(|w| head(w, cx));
        *out = w.into_bytes();
        out.pop();
        out.extend_from_slice(b",\"entry\":[");
    }
    arena.append(header..header + 1, out);
    arena.append(0..header, out);
    arena.append(header + 1..arena.entries.len(), out);
    if !cx.settings.resources {
        // In place of the last comma.
        out.pop();
        out.extend_from_slice(b"]}\n");
    }
}

/// Writes what a Bundle has besides its entries.
fn head(w: &mut Json, cx: &mut Context<'_>) {
    let msh = cx.msh();
    let id = cx.message_id(Key::new("Bundle"));
    w.literal("resourceType", "Bundle");
    w.verbatim("id", |out| id.write(out));
    let control = msh.get(10);
    w.object("identifier", |w| {
        if !control.is_empty() {
            if let Some(uri) = cx.system(msh.peek(3).first()) {
                w.string("system", &uri);
            }
            w.string("value", &cx.text(control.raw()));
        }
    });
    w.literal("type", cx.settings.bundle.name());
    time::instant(w, cx, "timestamp", msh.get(7));
}
