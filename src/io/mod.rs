//! Files and streams: what is read, in which pieces, through which threads, and where it goes.

pub mod chunk;
pub mod diagnostics;
pub mod files;
pub mod folder;
pub mod foreign;
pub mod output;
pub mod pipeline;
pub mod rejects;
pub mod seen;
pub mod source;
pub mod spill;
pub mod store;

pub use chunk::{Chunk, Chunker, Options, Part, PartKind};
pub use diagnostics::Diagnostics;
pub use files::Files;
pub use folder::Folder;
pub use foreign::Foreign;
pub use output::Output;
pub use pipeline::{Flow, Job, Report, Steps, run_gathered};
pub use rejects::{Rejects, append_object, origin};
pub use source::{Source, Sources};
pub use spill::Sorter;
pub use store::Store;
