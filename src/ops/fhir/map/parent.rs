//! OBR-26, the result that an order or its results are about: the organism of a susceptibility panel. With
//! OBR-29 it names an OBX by its order, OBX-3 and OBX-4 (chapter 4, PRL).

use super::super::context::{Context, Ref};
use super::super::id::Key;
use super::super::input::{Parts, Seg};
use super::super::json::Json;
use super::super::kind::Kind;
use super::super::types::{identifier, text};
use super::{obx, orc, pid, txa};

/// So many segments before an OBR are looked at: more than a report has, and no time that grows with the
/// square of a message's length.
const FARTHEST: usize = 1024;

/// Writes the items that refer to it: to its resources if it stands before, else in words.
///
/// Nothing is guessed: a drug that works on one bacterium may not work on the other.
#[cold]
pub(crate) fn items<'m>(w: &mut Json, cx: &mut Context<'m>, obr: Seg<'m>) {
    let parent = obr.get(26);
    let known = cx.parent_results.take().filter(|(at, _)| *at == obr.at());
    let (at, results) = known.unwrap_or_else(|| (obr.at(), find(cx, obr)));
    for &to in &results {
        // The same stands there.
        [1, 2].into_iter().for_each(|n| _ = parent.get(n).raw());
        w.item(|w| {
            cx.reference_in(w, to);
            text::string(w, cx, "display", parent.get(3));
        });
    }
    match results.is_empty() {
        true if is_link(cx, obr, parent) && in_words(w, cx, parent) => {}
        true => parent.give_up(),
        false => {}
    }
    cx.parent_results = Some((at, results));
}

/// Adds to a key which result OBR-26 tells of: by its code and its sub-id, else its words.
#[cold]
pub(crate) fn push_key<'m>(key: &mut Key, cx: &Context<'m>, obr: Seg<'m>) {
    let parent = obr.peek(26);
    if !is_link(cx, obr, parent) {
        return;
    }
    let [code, sub_id, value] = [1, 2, 3].map(|n| parent.peek(n));
    identifier::push_code(key, code);
    key.push(if code.is_empty() && sub_id.is_empty() { value } else { sub_id }.peek_raw());
}

/// Whether it tells of a result, and is not one value that stands in a wrong field, such as the status of the
/// field before it.
fn is_link<'m>(cx: &Context<'m>, obr: Seg<'m>, parent: Parts<'m>) -> bool {
    let has_more = [2, 3].into_iter().any(|n| !parent.peek(n).is_empty());
    has_more || parent.peek(1).is_split() || !order_of(cx, obr).is_empty()
}

/// Writes a reference that has no more than words: `Bacteria identified (1): Escherichia coli`. Returns whether it is
/// there.
fn in_words(w: &mut Json, cx: &Context<'_>, parent: Parts<'_>) -> bool {
    let [code, sub_id, value] = [1, 2, 3].map(|n| parent.get(n));
    let words = [2, 9, 1].into_iter().map(|n| code.part(n)).find(|part| !part.is_empty());
    let mut said = cx.text(words.unwrap_or_default()).into_owned();
    if code.is_split() {
        code.translated();
    }
    if !sub_id.is_empty() {
        let blank: &[u8] = if said.is_empty() { b"" } else { b" " };
        said.extend_from_slice(&[blank, b"(", &cx.text(sub_id.raw()), b")"].concat());
    }
    if !value.is_empty() {
        said.extend_from_slice(if said.is_empty() { b"" } else { b": " });
        said.extend_from_slice(&cx.text(value.raw()));
    }
    w.item_with(|w| w.literal("type", Kind::Observation.name()), |w| _ = w.string("display", &said))
}

/// The Observations of it; none if it is not there, or if it may be one or another.
fn find<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Vec<Ref> {
    let mut found = candidates(cx, obr);
    let parent = obr.peek(26);
    let value = parent.peek(3);
    let named: Vec<Seg<'m>> = found.iter().copied().filter(|obx| says(*obx, value)).collect();
    let is_told = [1, 2].map(|n| !parent.peek(n).is_empty());
    if !named.is_empty() {
        found = named;
    } else if is_told == [false, false] {
        return Vec::new();
    }
    // What has the same code and the same sub-id is one observation.
    let is_one = match is_told {
        [true, true] => {
            let order = found.first().and_then(|obx| cx.story.owner_at(*obx));
            found.iter().all(|obx| cx.story.owner_at(*obx) == order)
        }
        _ => found.len() == 1,
    };
    if !is_one {
        return Vec::new();
    }
    found.into_iter().map(|obx| obx::observation(cx, obx)).collect()
}

/// The OBX before an OBR that have the code and the sub-id of OBR-26, are of an order with the number of
/// OBR-29, or of any without such, and are of the same patient.
fn candidates<'m>(cx: &mut Context<'m>, obr: Seg<'m>) -> Vec<Seg<'m>> {
    let input = cx.story.input();
    let parent = obr.peek(26);
    let [code, sub_id] = [1, 2].map(|n| parent.peek(n));
    let patient = patient_of(cx, obr);
    let mut order: Option<(usize, bool)> = None;
    let mut found = Vec::new();
    for at in obr.at().saturating_sub(FARTHEST)..obr.at() {
        if input.id_at(at) != *b"OBX" {
            continue;
        }
        let obx = input.seg(at);
        if !is_coded(obx.peek(3), code) || !is_numbered(obx.peek(4), sub_id) {
            continue;
        }
        let Some(owner) = cx.story.owner(obx).filter(|owner| owner.is(b"OBR")) else { continue };
        let is_meant = match order {
            Some((known, is_meant)) if known == owner.at() => is_meant,
            _ => has_number(cx, owner, obr) && patient_of(cx, owner) == patient,
        };
        order = Some((owner.at(), is_meant));
        if is_meant && !txa::is_content(cx, obx) {
            found.push(obx);
        }
    }
    found
}

fn patient_of<'m>(cx: &mut Context<'m>, seg: Seg<'m>) -> Option<Ref> {
    let pid = cx.story.patient(seg)?;
    Some(pid::patient(cx, pid))
}

/// The numbers of the order before an order: OBR-29, else ORC-8.
pub(crate) fn order_of<'m>(cx: &Context<'m>, obr: Seg<'m>) -> Parts<'m> {
    let of_orc = || orc::of(cx, obr).map_or(Parts::EMPTY, |orc| orc.peek(8));
    if obr.valued(29) { obr.peek(29) } else { of_orc() }
}

/// Whether an order has a number of those of another one; without such any has.
fn has_number<'m>(cx: &Context<'m>, order: Seg<'m>, obr: Seg<'m>) -> bool {
    let number = order_of(cx, obr);
    if number.is_empty() {
        return true;
    }
    let own = [Some(order), orc::of(cx, order)];
    [(1, 2), (2, 3)].into_iter().any(|(n, field)| {
        let number = number.peek(n);
        own.into_iter().flatten().any(|seg| is_number(seg.peek(field), number))
    })
}

/// Whether two EI are one: of one authority, as far as both tell.
pub(crate) fn is_number(known: Parts<'_>, number: Parts<'_>) -> bool {
    let same = |n| {
        let [known, number] = [known, number].map(|value| value.part(n).trim_ascii());
        known == number || (n > 1 && (known.is_empty() || number.is_empty()))
    };
    !number.part(1).trim_ascii().is_empty() && (1..=4).all(same)
}

/// Whether OBX-3 has a code of PRL.1, with its system as far as both tell.
fn is_coded(of: Parts<'_>, code: Parts<'_>) -> bool {
    let is_same = |own: [usize; 2], sought: [usize; 2]| {
        let [own, sought] =
            [(of, own), (code, sought)].map(|(value, at)| at.map(|n| value.part(n)));
        let is_of_system = own[1] == sought[1] || own[1].is_empty() || sought[1].is_empty();
        !own[0].is_empty() && own[0] == sought[0] && is_of_system
    };
    const CODES: [[usize; 2]; 2] = [[1, 3], [4, 6]];
    code.is_empty() || CODES.iter().any(|&own| CODES.iter().any(|&sought| is_same(own, sought)))
}

/// Whether OBX-4 is PRL.2: all of it, or its first component where PRL.2 has no more.
fn is_numbered(sub_id: Parts<'_>, sought: Parts<'_>) -> bool {
    let last = if sought.is_split() { 4 } else { 1 };
    sought.is_empty()
        || (1..=last).all(|n| sub_id.part(n).trim_ascii() == sought.part(n).trim_ascii())
}

/// Whether OBX-5 says what PRL.3 does, as a code or in words.
fn says(obx: Seg<'_>, value: Parts<'_>) -> bool {
    let own = obx.peek(5);
    let said = [own.peek_raw(), own.part(1), own.part(2), own.part(4), own.part(5), own.part(9)];
    let sought = [value.peek_raw(), value.part(1), value.part(2)];
    let is_said = |sought: &[u8]| {
        !sought.trim_ascii().is_empty()
            && said.iter().any(|said| said.trim_ascii().eq_ignore_ascii_case(sought.trim_ascii()))
    };
    !value.is_empty() && sought.into_iter().any(is_said)
}
