//! The messages of two inputs that are read in step, paired by a key.

use crate::core::{Framed, LineEnding, Message};
use crate::io::pipeline::{Job, Sink, View};
use crate::io::{Chunker, Source, Steps};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::vec;

/// A message on its own, kept until its partner comes.
#[derive(Debug)]
pub(super) struct Held {
    /// What its partner has, too.
    pub(super) key: Vec<u8>,
    pub(super) source: Arc<Source>,
    /// Its number and offset in its source.
    pub(super) number: u64,
    pub(super) offset: u64,
    bytes: Vec<u8>,
    line_ending: LineEnding,
    header_len: usize,
    /// Its number among all messages of its input.
    sequence: u64,
}

/// What came of the next messages.
#[derive(Debug)]
pub(super) enum Met {
    /// Two with the same key, of the first input and of the second.
    Pair(Box<[Held; 2]>),
    /// One that may find its partner later.
    Waits,
    /// Both inputs have ended.
    End,
}

/// The key of a message; `None` to pair by order.
pub(super) type KeyOf<'k> = Option<&'k (dyn Fn(&Message<'_>) -> Vec<u8> + Sync)>;

/// Two inputs.
///
/// They are read message by message in turns. Only messages whose partner has not come yet are
/// kept, so two inputs in the same order need the memory of a few buffers.
pub(super) struct Pairs<'a> {
    inputs: [Input<'a>; 2],
    waiting: [HashMap<Vec<u8>, VecDeque<Held>>; 2],
    key_of: KeyOf<'a>,
    /// The input whose turn it is.
    turn: usize,
    ended: [bool; 2],
}

struct Input<'a> {
    steps: Steps<Vec<Held>>,
    sink: Sink<'a>,
    ready: vec::IntoIter<Held>,
    /// The source of the last message, its number there, and among all of the input.
    last: (usize, u64, u64),
}

impl<'a> Pairs<'a> {
    /// Pairs the messages of two inputs; what is no message is reported to their sinks.
    pub(super) fn new(inputs: [(Chunker, Sink<'a>); 2], key_of: KeyOf<'a>) -> Self {
        let inputs = inputs.map(|(chunks, sink)| Input {
            steps: Steps::new(chunks),
            sink,
            ready: Vec::new().into_iter(),
            last: (0, 0, 0),
        });
        Self { inputs, waiting: Default::default(), key_of, turn: 0, ended: [false; 2] }
    }

    /// Whether something was read of one of them, and no message in it.
    pub(super) fn found_nothing(&self) -> bool {
        self.inputs.iter().any(|input| input.sink.found_nothing())
    }

    /// Whether the next message is there without reading on, which may have to wait.
    pub(super) fn is_ready(&self) -> bool {
        self.inputs[self.side()].ready.len() > 0
    }

    /// The input to read from: they take turns, while both go on.
    fn side(&self) -> usize {
        if self.ended[self.turn] { 1 - self.turn } else { self.turn }
    }

    /// Reads the next message of one input.
    ///
    /// # Errors
    /// When reports cannot be written.
    pub(super) fn next(&mut self) -> io::Result<Met> {
        let side = self.side();
        self.turn = 1 - side;
        let Some(held) = self.inputs[side].next(self.key_of)? else {
            self.ended[side] = true;
            return Ok(if self.ended == [true; 2] { Met::End } else { Met::Waits });
        };
        let others = &mut self.waiting[1 - side];
        let Some(queue) = others.get_mut(&held.key) else {
            self.waiting[side].entry(held.key.clone()).or_default().push_back(held);
            return Ok(Met::Waits);
        };
        let partner = queue.pop_front();
        if queue.is_empty() {
            others.remove(&held.key);
        }
        Ok(match partner {
            Some(partner) if side == 0 => Met::Pair(Box::new([held, partner])),
            Some(partner) => Met::Pair(Box::new([partner, held])),
            None => Met::Waits,
        })
    }

    /// The messages of each input that have found no partner, in order.
    pub(super) fn alone(&mut self) -> [Vec<Held>; 2] {
        std::mem::take(&mut self.waiting).map(|waiting| {
            let mut alone: Vec<_> = waiting.into_values().flatten().collect();
            alone.sort_unstable_by_key(|held| held.sequence);
            alone
        })
    }
}

impl Input<'_> {
    fn next(&mut self, key_of: KeyOf<'_>) -> io::Result<Option<Held>> {
        let work = |view: View<'_>, job: &mut Job<Vec<Held>>| hold(view, job, key_of);
        loop {
            if let Some(mut held) = self.ready.next() {
                // One that could not be handled is counted, so that those behind it keep their
                // partners.
                let (source, number, sequence) = self.last;
                let before = if source == held.source.index { number } else { 0 };
                held.sequence = sequence + held.number.saturating_sub(before);
                self.last = (held.source.index, held.number, held.sequence);
                if key_of.is_none() {
                    held.key = held.sequence.to_be_bytes().to_vec();
                }
                return Ok(Some(held));
            }
            match self.steps.step(&mut self.sink, &work)? {
                Some((held, _)) => self.ready = held.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

/// Takes the messages of a part.
fn hold(view: View<'_>, job: &mut Job<Vec<Held>>, key_of: KeyOf<'_>) {
    view.messages(job, |item, job| {
        let message = item.message;
        job.tally.push(Held {
            key: key_of.map(|key_of| key_of(&message)).unwrap_or_default(),
            source: view.part.source.clone(),
            number: item.number,
            offset: item.offset,
            bytes: message.bytes().to_vec(),
            line_ending: message.line_ending(),
            header_len: message.header().raw().len(),
            sequence: 0,
        });
    });
}

impl Held {
    /// The message; `None` for none that was read.
    pub(super) fn message(&self) -> Option<Message<'_>> {
        Message::new(Framed {
            bytes: &self.bytes,
            offset: 0,
            whole: &self.bytes,
            line_ending: self.line_ending,
            header_len: self.header_len,
        })
        .ok()
    }

    /// Whether two messages are the same, byte for byte.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.line_ending == other.line_ending && self.bytes == other.bytes
    }
}
