//! What a script is once it was read.

use super::bridge::Bridge;
use super::map::Map;
use crate::core::expr::{Expression, Pattern, Term};
use crate::core::{Path, SegmentId};
use crate::ops::query::Each;

/// Statements that are done one after the other.
pub(super) type Block = Vec<Statement>;

/// A statement and where it stands.
#[derive(Debug)]
pub(super) struct Statement {
    /// The name of the script and the line: `rules.hat:3`.
    pub(super) place: Box<str>,
    /// What it is about, without values: `set PID-5.1`.
    pub(super) title: Box<str>,
    pub(super) what: What,
}

/// What a statement does.
#[derive(Debug)]
pub(super) enum What {
    /// Puts values at the places of a path.
    Set { path: Path, source: Source, own: Own },
    /// Adds repetitions to a field.
    Add { path: Path, source: Source, own: Own },
    /// Takes away what stands at the places of a path.
    Delete(Path),
    /// Takes away all segments of a group.
    DeleteGroup(String),
    /// Takes away all segments whose ids start so.
    DeleteAlike(String),
    /// Puts values elsewhere and takes them away from where they stood.
    Move { from: Path, to: Path, own: Own },
    /// Puts segments beside another one.
    Shift { from: Path, to: Path, after: bool },
    /// Adds a segment, and goes on in it.
    Insert { segment: Template, at: Anchor, block: Block, ids: Vec<SegmentId> },
    /// Exchanges codes by a table.
    Map(Box<Map>),
    /// Replaces what matches in each value.
    Replace { path: Path, pattern: Pattern, with: String },
    /// Does the block of the first condition that holds.
    When { branches: Vec<(Expression, Block)>, otherwise: Block, splits: bool },
    /// Does a block for each segment or group.
    Each { each: Each, condition: Option<Expression>, block: Block, ids: Vec<SegmentId> },
    /// Ends the message without output.
    Drop,
    /// Ends the message as one that cannot be handled. The reason is the script's, never of the
    /// message, for it goes to logs.
    Reject(String),
    /// Keeps values for what follows.
    Let { number: usize, term: Term },
    /// Writes the message as it is now to a file.
    Emit(Vec<NamePart>),
    /// Goes on with a message for each segment of this id.
    Split(SegmentId),
    /// Makes it a message of another version.
    Bridge(Bridge),
}

/// Where values come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A path alone: what stands there is copied as written, structure and escapes included.
    Path(Path),
    /// A text of the script.
    Text(String),
    /// HL7 of the script, with the recommended delimiters.
    Markup(String),
    /// Texts that are worked out.
    Term(Term),
}

/// Whether a source looks into the segments that values are put into (`set OBX-8 = OBX-7`): then
/// each of them gets its own values. The other segments that it looks into.
pub(super) type Own = Option<Vec<SegmentId>>;

/// A segment as the script writes it, with the recommended delimiters.
#[derive(Clone, Debug)]
pub(super) struct Template(pub(super) String);

/// Where a segment is added.
#[derive(Clone, Debug)]
pub(super) enum Anchor {
    /// Behind the last one of the message, the group, the segment that the block is about.
    End,
    Before(Path),
    After(Path),
}

/// A part of a file's name.
#[derive(Clone, Debug)]
pub(super) enum NamePart {
    /// As the script has it; it may lead into folders.
    Fixed(String),
    /// Of the message: nothing in it leads anywhere.
    Value(Term),
}

impl Template {
    /// The id of the segment.
    pub(super) fn id(&self) -> SegmentId {
        self.0.as_bytes().first_chunk::<3>().copied().unwrap_or_default()
    }
}
