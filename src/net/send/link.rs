//! A connection as a lane sees it: messages go out, answers come in.

use super::Failure;
use super::wire::{Address, Got, Wire};
use crate::core::mllp::{Deframer, Piece, append_block};
use std::time::{Duration, Instant};

/// A connection on which messages are sent and answered.
pub trait Link: Send {
    /// Takes a message; returns its place among the bytes of the connection.
    fn put(&mut self, content: &[u8]) -> u64;

    /// Sends what is no message that waits for an answer, where the connection can carry it.
    fn answer(&mut self, content: &[u8]);

    /// Whether nothing of a message has left, given its place.
    fn is_untouched(&self, place: u64) -> bool;

    /// Writes what can be written at once; tells whether something was.
    fn flush(&mut self) -> bool;

    /// Whether something waits to be written.
    fn has_more(&self) -> bool;

    /// Waits until something comes or can be written, at most until then. What has come,
    /// [`Link::take`] tells.
    ///
    /// # Errors
    /// When the connection is gone and all that came was taken.
    fn wait(&mut self, until: Instant) -> Result<(), Failure>;

    /// Looks whether anything comes or the other side has closed, while no message is under way.
    /// It need not wait, and does not beyond `until`.
    ///
    /// # Errors
    /// When the connection is gone.
    fn look(&mut self, until: Instant) -> Result<(), Failure>;

    /// The next piece of what came.
    fn take(&mut self) -> Option<Piece<'_>>;
}

/// No answer is longer, also one that carries what was asked for, in bytes.
const LONGEST_ACK: usize = 4 << 20;

/// Who waits looks after so much time whether it is still wanted; longer than [`SILENCE`].
const NAP: Duration = Duration::from_millis(300);

/// After so much silence, an FS without CR ends a block.
const SILENCE: Duration = Duration::from_millis(250);

/// A connection that speaks MLLP.
#[derive(Debug)]
pub struct Mllp {
    wire: Wire,
    deframer: Deframer,
    /// Something has come since the last message was put.
    heard: bool,
    /// Why nothing more will come.
    ended: Option<Failure>,
}

impl Mllp {
    /// Connects.
    ///
    /// # Errors
    /// As [`Wire::connect`].
    pub fn connect(address: &Address, timeout: Duration) -> Result<Self, Failure> {
        let wire = Wire::connect(address, timeout)?;
        Ok(Self { wire, deframer: Deframer::new(LONGEST_ACK), heard: false, ended: None })
    }

    /// Whether the other side has closed, and has said nothing since the last message.
    #[must_use]
    pub fn has_closed_in_silence(&self) -> bool {
        self.ended.is_some() && !self.heard
    }

    fn end(&mut self, why: Failure) {
        self.deframer.silence();
        self.ended.get_or_insert(why);
    }

    /// Reads what is there, up to the length of an answer; tells whether that was anything.
    fn read(&mut self) -> bool {
        let mut total = 0;
        while total <= LONGEST_ACK {
            let space = self.deframer.space();
            let room = space.len();
            match self.wire.read(space) {
                Ok(Got::Bytes(count)) => {
                    self.deframer.filled(count);
                    total += count;
                    self.heard = true;
                    if count < room {
                        return true;
                    }
                }
                Ok(Got::Nothing) => return total > 0,
                Ok(Got::End) => {
                    self.end(Failure::closed());
                    return true;
                }
                Err(failure) => {
                    self.end(failure);
                    return true;
                }
            }
        }
        true
    }
}

impl Link for Mllp {
    fn put(&mut self, content: &[u8]) -> u64 {
        let place = self.wire.handed_on() + self.wire.waiting() as u64;
        append_block(content, self.wire.out());
        self.heard = false;
        place
    }

    fn answer(&mut self, content: &[u8]) {
        append_block(content, self.wire.out());
        self.flush();
    }

    fn is_untouched(&self, place: u64) -> bool {
        self.wire.handed_on() <= place
    }

    fn flush(&mut self) -> bool {
        if self.ended.is_some() {
            return false;
        }
        match self.wire.flush() {
            Ok(progress) => progress,
            Err(failure) => {
                // Answers may have come before the end.
                self.read();
                self.end(failure);
                false
            }
        }
    }

    fn has_more(&self) -> bool {
        self.wire.has_more()
    }

    fn wait(&mut self, until: Instant) -> Result<(), Failure> {
        if let Some(failure) = &self.ended {
            return Err(failure.clone());
        }
        let waits_for_end = self.deframer.waits_for_end();
        let most = if waits_for_end { SILENCE } else { NAP };
        let until = until.min(Instant::now() + most);
        self.wire.wait(until)?;
        if !self.read() && waits_for_end && Instant::now() >= until {
            self.deframer.silence();
        }
        Ok(())
    }

    fn look(&mut self, until: Instant) -> Result<(), Failure> {
        if !until.saturating_duration_since(Instant::now()).is_zero() {
            self.wire.wait(until)?;
        }
        self.read();
        self.ended.clone().map_or(Ok(()), Err)
    }

    fn take(&mut self) -> Option<Piece<'_>> {
        self.deframer.next()
    }
}
