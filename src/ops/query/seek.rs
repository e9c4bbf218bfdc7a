//! The segments that a query asks for, found by a vector search for their ids.

use crate::core::{LineEnding, Message, Segment, SegmentId};
use memchr::{memchr, memmem};

/// Finds the segments of a few ids, message after message of one buffer.
///
/// One search for each id goes through the whole buffer and stops at what it finds, so that a
/// message without such a segment costs nothing of its own. With more ids than [`Seeker::MOST`]
/// one walk from segment to segment is cheaper.
#[derive(Debug)]
pub(super) struct Seeker<'a> {
    buffer: &'a [u8],
    wanted: Vec<Wanted>,
}

#[derive(Debug)]
struct Wanted {
    id: SegmentId,
    finder: memmem::Finder<'static>,
    /// The first hit at or behind the last place searched from.
    ahead: Option<usize>,
    searched_from: usize,
    fresh: bool,
}

impl<'a> Seeker<'a> {
    /// The number of ids up to which searching is faster than walking: a search costs about 10 ms
    /// for 500 MB, the walk 50.
    const MOST: usize = 4;

    /// Prepares the search for `ids` in messages of `buffer`.
    pub(super) fn new(buffer: &'a [u8], ids: &[SegmentId]) -> Self {
        let wanted = ids.iter().map(|&id| Wanted {
            id,
            finder: memmem::Finder::new(&[b'\r', id[0], id[1], id[2]]).into_owned(),
            ahead: None,
            searched_from: 0,
            fresh: true,
        });
        Self { buffer, wanted: wanted.collect() }
    }

    /// Looks at a message of the buffer, which begins at `start`, and puts the segments of each id
    /// into `found`.
    #[inline]
    pub(super) fn look(
        &mut self,
        message: &Message<'a>,
        start: usize,
        found: &mut [Vec<Segment<'a>>],
    ) {
        for found in &mut *found {
            found.clear();
        }
        if self.wanted.len() > Self::MOST || message.line_ending() == LineEnding::Lf {
            for segment in message.segments() {
                if let Some(n) = self.wanted.iter().position(|w| segment.has_id(w.id)) {
                    found[n].push(segment);
                }
            }
            return;
        }
        let end = start + message.bytes().len();
        let separators = message.separators();
        for (wanted, found) in self.wanted.iter_mut().zip(found) {
            let mut at = start;
            while let Some(hit) = wanted.next(self.buffer, at).filter(|&hit| hit + 4 <= end) {
                let from = hit + 1;
                let to = memchr(b'\r', &self.buffer[from..end]).map_or(end, |n| from + n);
                let segment = Segment::new(&self.buffer[from..to], separators);
                if segment.has_id(wanted.id) {
                    found.push(segment);
                }
                at = to;
            }
        }
    }
}

impl Wanted {
    /// The next hit at or behind `at`.
    #[inline]
    fn next(&mut self, buffer: &[u8], at: usize) -> Option<usize> {
        let valid =
            !self.fresh && self.searched_from <= at && self.ahead.is_none_or(|ahead| at <= ahead);
        if !valid {
            self.ahead = self.finder.find(&buffer[at..]).map(|n| at + n);
            self.searched_from = at;
            self.fresh = false;
        }
        self.ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Frame, Frames};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn seeking_finds_what_walking_finds(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "MSH|^~\\&|a\r", "MSH|^~\\&|a\n", "PID|1\r", "PID\r", "PIDX|\r", "OBX|1\r",
                    "OBX|2\n", "PID|2", "\r", "\n", "\r\n", "NTE|\nPID|3\r",
                ]),
                0..20,
            ),
        ) {
            let stream = pieces.concat().into_bytes();
            let ids = [*b"PID", *b"OBX"];
            let mut seeker = Seeker::new(&stream, &ids);
            let mut found = vec![Vec::new(); 2];
            for frame in Frames::new(&stream) {
                let Frame::Message(framed) = frame else { continue };
                let message = Message::new(framed).unwrap();
                seeker.look(&message, framed.offset, &mut found);
                for (n, id) in ids.iter().enumerate() {
                    let walked: Vec<_> = message.segments_named(*id).map(|s| s.raw()).collect();
                    let sought: Vec<_> = found[n].iter().map(|s| s.raw()).collect();
                    prop_assert_eq!(sought, walked);
                }
            }
        }
    }
}
