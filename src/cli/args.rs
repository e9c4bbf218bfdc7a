//! The options that every filter has.

use super::amounts;
use super::destinations::{
    destinations, is_among, is_dash, no_dash, open, replaced, replaced_by_output, stdin_metadata,
};
use super::progress::{Progress, ProgressWhen};
use super::terminal::ColorWhen;
use crate::core::{Charset, Cutter, TextOptions};
use crate::io::chunk::{CHUNK, Cut, Options, SHARED_CHUNK};
use crate::io::pipeline::{Gather, Job, Sink, Work};
use crate::io::source::Written;
use crate::io::{Chunk, Chunker, Diagnostics, Files, Output, Rejects, Sources, run_gathered};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How messages are read.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// Reads every message in this character set, whatever its MSH-18 says [default: MSH-18, else
    /// UTF-8]
    #[arg(long, value_name = "NAME", value_parser = charset, help_heading = "Input")]
    charset: Option<Charset>,

    /// The longest message that is read; a longer one is reported and goes to the rejects
    #[arg(long, value_name = "BYTES", value_parser = size, default_value = "64M", help_heading = "Input")]
    pub(super) max_message: usize,
}

impl Reading {
    /// How values become text.
    pub(super) fn text(&self) -> TextOptions {
        TextOptions { charset: self.charset, now: super::terminal::now() }
    }
}

/// Options for reading, writing and reporting.
#[derive(Debug, clap::Args)]
pub(super) struct Common {
    /// Reads also the files named in LIST, one a line; `-` is standard input
    #[arg(long, value_name = "LIST", help_heading = "Input")]
    files_from: Option<OsString>,

    /// The names in LIST end with NUL, as `find DIR -type f -print0` writes them
    #[arg(short = '0', long = "null", requires = "files_from", help_heading = "Input")]
    null: bool,

    #[command(flatten)]
    reading: Reading,

    /// Writes to FILE, which appears whole when all is done, instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Puts what could not be handled into FILE, byte for byte
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    rejects: Option<PathBuf>,

    /// Works with N threads; the output is the same with any number [default: as many as serve]
    #[arg(short = 'j', long, value_name = "N", value_parser = amounts::whole::<u16>(1..=512), allow_negative_numbers = true, help_heading = "Output")]
    threads: Option<u16>,

    #[command(flatten)]
    telling: Telling,
}

/// What people see of a run besides its results.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Telling {
    /// Shows progress on stderr
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    pub(super) progress: ProgressWhen,

    /// Colours the output; `auto` on a terminal unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    pub(super) color: ColorWhen,

    /// Reports nothing on stderr; the exit status still tells
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    quiet: bool,

    /// Reports everything on stderr, also beyond the first 100 reports
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,
}

impl Telling {
    /// Whether to be quiet, and whether verbose.
    pub(super) fn loudness(self) -> (bool, bool) {
        (self.quiet, self.verbose)
    }
}

/// Where what does not fit into memory goes.
#[derive(Debug, clap::Args)]
pub(super) struct Spilling {
    /// How much memory may be taken before messages go to temporary files
    #[arg(long, value_name = "BYTES", value_parser = amounts::memory, default_value = "256M")]
    pub(super) memory: usize,

    /// Where temporary files go [default: as TMPDIR says]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

impl Spilling {
    /// The folder of temporary files.
    pub(super) fn folder(&self) -> PathBuf {
        self.temp_dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// More threads than this find nothing to do: one thread reads for all, at about the speed at which
/// so many turn messages into JSON.
const MOST_THREADS: usize = 24;

/// How much work a message is, which decides how many threads serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Reading is most of it: a second thread costs more than it gains.
    Light,
    /// Every byte is worked on.
    Heavy,
    /// As heavy, and the output is many times as long as the input.
    Swelling,
    /// As heavy, and what comes of a chunk is to be gathered, which is the same work however long
    /// the chunk is.
    Gathered,
}

/// How a run reads.
#[derive(Debug)]
pub(super) struct Plan<'p> {
    /// What decides the number of threads.
    pub(super) weight: Weight,
    /// The work must be told the numbers of the messages.
    pub(super) numbered: bool,
    /// The work ends sources or the run early, which only one thread can.
    pub(super) in_order: bool,
    /// Files are read on as they grow.
    pub(super) follow: bool,
    /// So many bytes of the results are not written: what joins the first to nothing.
    pub(super) drop_first: usize,
    /// Files whose names come up in the work.
    pub(super) files: Option<&'p mut Files>,
    /// Rejects that the work adds to, too; else they are the run's own.
    pub(super) rejects: Option<&'p Rejects>,
    /// A file that is written besides those that every run has.
    pub(super) beside: Option<&'p Path>,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self {
            weight: Weight::Heavy,
            numbered: false,
            in_order: false,
            follow: false,
            drop_first: 0,
            files: None,
            rejects: None,
            beside: None,
        }
    }
}

impl Common {
    pub(super) fn loudness(&self) -> (bool, bool) {
        self.telling.loudness()
    }

    /// How values become text.
    pub(super) fn text(&self) -> TextOptions {
        self.reading.text()
    }

    /// Whether to colour what goes to `output`.
    pub(super) fn color(&self, output: &Output) -> bool {
        self.telling.color.decide(output)
    }

    /// Whether some input is no file, so that it cannot be read again.
    fn reads_stream(&self, files: &[OsString]) -> bool {
        let is_stream = |name: &OsString| {
            let metadata = if name == "-" { stdin_metadata() } else { std::fs::metadata(name) };
            metadata.is_ok_and(|found| !found.is_file() && !found.is_dir())
        };
        let stdin = [OsString::from("-")];
        let files = if files.is_empty() && self.files_from.is_none() { &stdin } else { files };
        files.iter().any(is_stream)
    }

    /// Refuses to replace any of `files` by what the run writes, or by another file.
    pub(super) fn keep(&self, files: &[OsString], beside: Option<&Path>) -> Result<()> {
        if let Some(path) = self.output_path()
            && is_among(path, files)
        {
            bail!("{}", replaced_by_output(path));
        }
        for path in [self.rejects.as_deref(), beside].into_iter().flatten() {
            no_dash(path)?;
            if is_among(path, files) {
                bail!("{}", replaced(path));
            }
        }
        Ok(())
    }

    /// As [`Common::keep`], for the inputs: without any the standard input is read.
    fn keep_inputs(&self, files: &[OsString], beside: Option<&Path>) -> Result<()> {
        let stdin = [OsString::from("-")];
        let files = if files.is_empty() && self.files_from.is_none() { &stdin } else { files };
        self.keep(files, beside)
    }

    /// The file of `--output`.
    fn output_path(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| !is_dash(path))
    }

    /// Whether inputs come from a list.
    pub(super) fn reads_list(&self) -> bool {
        self.files_from.is_some()
    }

    /// The file of `--rejects`.
    pub(super) fn rejects_path(&self) -> Option<&Path> {
        self.rejects.as_deref()
    }

    /// Opens rejects that are there at once, for a run that cannot be done again, and a file that
    /// tells why. What an earlier run put there stays.
    pub(super) fn append_rejects(&self, path: &Path, reasons: Option<&Path>) -> Result<Rejects> {
        let named = |path: &Path| format!("creating {}", path.display());
        let rejects = Rejects::appending(path).with_context(|| named(path))?;
        match reasons {
            None => Ok(rejects),
            Some(path) => rejects.with_reasons(path).with_context(|| named(path)),
        }
    }

    /// Shows no progress.
    pub(super) fn hide_progress(&mut self) {
        self.telling.progress = ProgressWhen::Never;
    }

    /// Opens where results go.
    pub(super) fn output(&self) -> Result<Output> {
        Ok(self.output_beside(None)?.0)
    }

    /// Opens where results go, where another file will be written, too; and tells all of them.
    pub(super) fn output_beside(&self, beside: Option<&Path>) -> Result<(Output, Vec<PathBuf>)> {
        let places = destinations(self.output.as_deref(), &[self.rejects.as_deref(), beside])?;
        Ok((open(self.output.as_deref())?, places))
    }

    /// As [`Common::output`], where these files will be written, too, the rejects among them.
    pub(super) fn output_among(&self, others: &[Option<&Path>]) -> Result<Output> {
        destinations(self.output.as_deref(), others)?;
        open(self.output.as_deref())
    }

    /// Runs `work` over all messages of the inputs.
    pub(super) fn run<T>(
        &self,
        files: &[OsString],
        output: &mut Output,
        diagnostics: &Arc<Diagnostics>,
        plan: Plan<'_>,
        work: impl Work<T>,
    ) -> Result<T>
    where
        T: AddAssign + Default + Send,
    {
        self.run_cut::<Cutter, T>(files, output, diagnostics, plan, work)
    }

    /// As [`Common::run`] for streams that are cut by other rules.
    pub(super) fn run_cut<C, T>(
        &self,
        files: &[OsString],
        output: &mut Output,
        diagnostics: &Arc<Diagnostics>,
        plan: Plan<'_>,
        work: impl Work<T>,
    ) -> Result<T>
    where
        C: Cut,
        T: AddAssign + Default + Send,
    {
        let mut total = T::default();
        let is_terminal = output.is_terminal();
        let gather = |_: &Chunk, job: &mut Job<T>| {
            total += std::mem::take(&mut job.tally);
            Ok(())
        };
        self.run_gathered::<C, T>(
            files,
            (Some(output), is_terminal),
            diagnostics,
            plan,
            work,
            gather,
        )?;
        Ok(total)
    }

    /// As [`Common::run_cut`] with what is done in order, see [`run_gathered`].
    ///
    /// `output`: where results go, if there are any, and whether people read what comes out.
    pub(super) fn run_gathered<C, T>(
        &self,
        files: &[OsString],
        (output, is_terminal): (Option<&mut Output>, bool),
        diagnostics: &Arc<Diagnostics>,
        plan: Plan<'_>,
        work: impl Work<T>,
        gather: impl Gather<T> + Send,
    ) -> Result<()>
    where
        C: Cut,
        T: Default + Send,
    {
        self.keep_inputs(files, plan.beside)?;
        // Names in a list are known only as it is read.
        let outputs = [self.output_path(), self.rejects.as_deref(), plan.beside];
        let written = Written::of(outputs.into_iter().flatten());
        let written = if plan.files.is_some() { written.with_memory() } else { written };
        let written = Arc::new(written);
        let sources = self.sources(files, diagnostics)?.beside(written.clone());
        let threads = if plan.in_order || plan.follow { 1 } else { self.threads(plan.weight) };
        let options = Options {
            chunk: match plan.weight {
                // Each thread holds the output of a chunk.
                Weight::Swelling => SHARED_CHUNK / 4,
                Weight::Gathered if threads > 1 => SHARED_CHUNK * 4,
                _ if threads > 1 => SHARED_CHUNK,
                _ => CHUNK,
            },
            max_message: self.reading.max_message,
            // One thread counts them as it goes.
            count_messages: plan.numbered && threads > 1,
            follow: plan.follow,
        };
        let chunks: Chunker<C> = Chunker::new(sources, options, diagnostics.clone());
        let own = match &self.rejects {
            Some(path) if plan.rejects.is_none() => {
                // A file that is there may turn out to be in the list: it is not emptied before.
                let may_be_input = self.files_from.is_some() && path.is_file();
                let at_once = plan.follow || self.reads_stream(files);
                let made = if at_once && !may_be_input {
                    Rejects::growing(path)
                } else {
                    Rejects::create(path)
                };
                Some(made.with_context(|| format!("creating {}", path.display()))?)
            }
            _ => None,
        };
        let progress = Progress::start(self.telling.progress, files, diagnostics, is_terminal);
        let mut sink = Sink::of_reports(diagnostics, self.reading.max_message);
        sink.output = output;
        sink.drop_first = plan.drop_first;
        sink.files = plan.files;
        sink.rejects = plan.rejects.or(own.as_ref());
        sink.progress = progress.bar();
        let result = run_gathered(chunks, threads, &mut sink, work, gather);
        let found_nothing = sink.found_nothing();
        let emitted_over = sink.files.and_then(|files| {
            files.places().find(|path| written.was_read(path)).map(Path::to_owned)
        });
        progress.finish(diagnostics);
        if let Some(path) = written.met() {
            let is_output =
                self.output_path().is_some_and(|output| is_among(output, &[path.into()]));
            bail!("{}", if is_output { replaced_by_output(path) } else { replaced(path) });
        }
        // What was rejected is kept, however the run ended.
        let kept = own.map_or(Ok(()), Rejects::finish);
        result?;
        if let Some(path) = emitted_over {
            bail!("{}", replaced(&path));
        }
        kept.context("writing the rejects")?;
        // What is no message was told; blanks alone were not. Who expects messages is told that there
        // are none; an empty input, or batch, is nobody's fault.
        if found_nothing {
            diagnostics.no_message();
        }
        Ok(())
    }

    fn sources(&self, files: &[OsString], diagnostics: &Arc<Diagnostics>) -> Result<Sources> {
        let Some(list) = &self.files_from else {
            return Ok(match files {
                [] => Sources::stdin(diagnostics.clone()),
                files => Sources::new(files, diagnostics.clone())?,
            });
        };
        let end = if self.null { 0 } else { b'\n' };
        Sources::new(files, diagnostics.clone())?
            .with_list(list, end)
            .with_context(|| format!("reading {}", list.display()))
    }

    /// How many threads serve a run of that weight.
    pub(super) fn threads(&self, weight: Weight) -> usize {
        match (self.threads, weight) {
            (Some(n), _) => usize::from(n).min(MOST_THREADS),
            (None, Weight::Light) => 1,
            (None, Weight::Heavy | Weight::Swelling | Weight::Gathered) => {
                std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS)
            }
        }
    }
}

/// A character set by any of its names.
fn charset(label: &str) -> Result<Charset, String> {
    Charset::from_label(label.as_bytes())
        .ok_or_else(|| "no such character set; for example UTF-8, 8859/1, latin1".to_owned())
}

/// How long a message may be.
fn size(text: &str) -> Result<usize, String> {
    match usize::try_from(amounts::size(text)?) {
        Ok(bytes) if (1 << 10..=4 << 30).contains(&bytes) => Ok(bytes),
        _ => Err("it must be between 1K and 4G".to_owned()),
    }
}
