//! The authorities that came last: there are few, and they come with nearly every identifier.

use super::context::Context;
use super::hash;
use super::json::Json;
use super::report::Counted;
use super::systems;
use super::uri::Uri;
use super::ways::Ways;

/// Twice so many are kept.
const SETS: usize = 32;

/// Longer names are not kept.
const LONGEST: usize = 80;

/// What the names of authorities became, for messages of one converter.
#[derive(Debug, Default)]
pub(super) struct Authorities {
    known: Ways<Authority>,
}

/// An authority of which a name is told and nothing else.
#[derive(Debug, Default)]
pub(crate) struct Authority {
    name: Box<[u8]>,
    /// Its URI, empty without one.
    pub(crate) uri: Box<[u8]>,
    /// The member `system`.
    pub(crate) system: Box<[u8]>,
    /// Whether the URI shows the name.
    pub(crate) is_shown: bool,
    /// What it adds to reports.
    counted: Box<[Counted]>,
    /// The report that had it last.
    report: u64,
}

impl Authorities {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.known.clear(SETS);
    }
}

/// Looks at the authority of a name, which is counted if there is no URI for it. `make`: makes the URI,
/// by the name and the settings alone.
#[inline]
pub(crate) fn with<'m, R>(
    cx: &mut Context<'m>,
    name: &[u8],
    make: impl FnOnce(&mut Context<'m>) -> Option<Uri<'static>>,
    then: impl FnOnce(&Authority) -> R,
) -> R {
    let hash = hash::of(0, name);
    match cx.recall.authorities.known.get(hash, |known| *known.name == *name) {
        Some(known) => {
            cx.report.again(&mut known.counted, &mut known.report);
            then(known)
        }
        None => {
            let made = learn(cx, name, make);
            match cx.recall.authorities.known.place(hash) {
                Some(known) if name.len() <= LONGEST => {
                    *known = made;
                    then(known)
                }
                _ => then(&made),
            }
        }
    }
}

#[cold]
fn learn<'m>(
    cx: &mut Context<'m>,
    name: &[u8],
    make: impl FnOnce(&mut Context<'m>) -> Option<Uri<'static>>,
) -> Authority {
    let since = cx.report.record();
    let uri = make(cx).unwrap_or_default();
    let counted = cx.report.recorded(since).into();
    let mut system = Json::default();
    system.string("system", &uri);
    Authority {
        name: name.into(),
        uri: uri.to_vec().into(),
        system: system.into_bytes().into(),
        is_shown: systems::shows(&uri, name),
        counted,
        report: cx.report.key(),
    }
}
