//! Messages that are sent together, with their places in the input.

use crate::cli::send::letters::Packed;
use crate::io::pipeline::{Item, Rejected};
use crate::net::send::{Fingerprint, Parcel};

/// A message on its way, with its place in the input.
pub(in crate::cli::send) struct Letter<'v> {
    pub(super) item: Item<'v>,
    pub(super) fingerprint: Option<Fingerprint>,
    packed: Packed,
    key: u64,
}

/// The messages that are sent together, and what stands between them and cannot be sent.
#[derive(Default)]
pub(in crate::cli::send) struct Sheet<'v> {
    pub(super) letters: Vec<Letter<'v>>,
    /// In the order of the input.
    pub(in crate::cli::send) rejected: Vec<Rejected<'v>>,
    pub(in crate::cli::send) source: Source<'v>,
}

/// The source of a sheet.
#[derive(Clone, Copy, Default)]
pub(in crate::cli::send) struct Source<'v> {
    pub(in crate::cli::send) index: usize,
    pub(in crate::cli::send) file: &'v [u8],
}

impl<'v> Sheet<'v> {
    pub(in crate::cli::send) fn add(
        &mut self,
        item: Item<'v>,
        fingerprint: Option<Fingerprint>,
        packed: Packed,
        key: u64,
    ) {
        self.letters.push(Letter { item, fingerprint, packed, key });
    }

    /// The messages as they are sent, which stand in `bytes`.
    pub(in crate::cli::send) fn parcels<'b>(&self, bytes: &'b [u8]) -> Vec<Parcel<'b>> {
        let part = |range: &std::ops::Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        let parcel = |letter: &Letter<'_>| Parcel {
            content: part(&letter.packed.content),
            control_id: part(&letter.packed.control_id),
            key: letter.key,
        };
        self.letters.iter().map(parcel).collect()
    }
}
