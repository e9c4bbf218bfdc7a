//! `pipehat transform`: messages edited by a script.

use super::Verdict;
use super::amounts::whole;
use super::args::{Common, Plan};
use super::dry_run::{self, Outcome};
use super::form::Form;
use crate::core::{Line, Message};
use crate::io::pipeline::{Item, Job, View};
use crate::io::{Diagnostics, Files, Output};
use crate::ops::pass::PassOn;
use crate::ops::transform::{Fault, Script, Sink, SourceText, Unmapped};
use anyhow::{Context, Result, anyhow, bail};
use bumpalo::Bump;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Edit messages by a script
///
/// Reads messages, does the statements of a script to each, and writes them, one a line. What no
/// statement touches stays as it came, byte for byte. The script is the first operand, unless -e
/// or -f gives one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 all messages were done; 1 the input holds none; 2 some could not be handled.",
    after_long_help = "\
Examples:
  pipehat transform 'set MSH-3 = \"LAB\"' adt.hl7
  pipehat transform -e 'when MSH-9.1 != ORU { drop }' -e 'delete NTE' archive/ > results.hl7
  pipehat transform 'map OBX-3 with \"loinc.csv\" keep original' --report unmapped.csv in.hl7
  pipehat transform 'each OBX where OBX-8 = H { set OBX-11 = C }' -n results.hl7
  pipehat transform 'emit \"out/\" + MSH-4.1 + \".hl7\" drop' archive/*.hl7.gz
  pipehat transform -f rules.hat --rejects bad.hl7 < in.hl7 > out.hl7

Statements:
  set PATH = VALUE              copy PATH to PATH            move PATH to PATH
  delete PATH|GROUP|Z*          append SEGMENT [{ ... }]     append FIELD = VALUE
  insert SEGMENT before|after SEGMENT [{ ... }]              replace PATH /regex/ \"text\"
  map PATH with \"codes.csv\" [default keep|empty|reject|\"X\"] [keep original [always]]
  when CONDITION { ... } else { ... }                        let NAME = VALUE, then $NAME
  each SEGMENT|GROUP [where CONDITION] { ... }               split by SEGMENT
  drop    reject \"why\"    emit \"FILE\"    upgrade to VERSION    downgrade to VERSION

Values:
Texts stand in quotes, words need none; text is escaped on the way into the message. A path alone
is copied as it is written. hl7(\"A^B\") is HL7 as it is to stand there. There are functions for
texts, numbers, times, ids, and tables; docs/transform.md tells all of them.

Exit status:
  0  all messages were done; an empty input has none
  1  the input is not empty, but holds no message
  2  the work was not fully done: usage, I/O, or a message that could not be handled"
)]
pub(super) struct Args {
    /// The script, unless -e or -f gives one, and then the files to read; without files standard
    /// input
    #[arg(value_name = "SCRIPT|FILE")]
    operands: Vec<OsString>,

    /// A script, or a further part of it
    #[arg(short, value_name = "SCRIPT")]
    expressions: Vec<String>,

    /// A file with a script; those of -e come behind all files
    #[arg(short, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Only reads the script; tells what is wrong with it
    #[arg(long)]
    check: bool,

    /// Tells what would change, as paths with the values before and after, and writes no messages
    #[arg(short = 'n', long, conflicts_with_all = ["check", "eol", "mllp"])]
    dry_run: bool,

    /// Writes codes that no table had, with their number, as CSV
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// So many files of `emit` are open at a time
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = whole::<u16>(1..), allow_negative_numbers = true)]
    max_open: u16,

    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    pub(super) common: Common,
}

/// What a thread keeps of memory from one message to the next.
const KEPT: usize = 4 << 20;

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let (script, files) = compile(args)?;
    if args.check {
        return Ok(Verdict::Yes);
    }
    let (mut output, taken) = args.common.output_beside(args.report.as_deref())?;
    let pass = args.form.pass(&args.common, &output);
    let text = args.common.text();
    let color = args.common.color(&output);
    let mut emitted = Files::new(args.max_open.into(), taken);
    let plan = Plan {
        numbered: true,
        files: Some(&mut emitted),
        beside: args.report.as_deref(),
        ..Plan::default()
    };
    let work = |view: View<'_>, job: &mut Job<Unmapped>| {
        let mut arena = Bump::new();
        let mut taken = Taken::new(&pass, args.dry_run);
        view.messages(job, |item, job: &mut Job<Unmapped>| {
            if arena.allocated_bytes() > KEPT {
                arena = Bump::new();
            } else {
                arena.reset();
            }
            taken.begin(&item, std::mem::take(&mut job.out));
            let unmapped = &mut job.tally;
            let done =
                script.apply(&item.message, item.origin(), text, &arena, unmapped, &mut taken);
            job.out = taken.end(done.is_ok());
            match done {
                Ok(()) if args.dry_run => {
                    let outcomes = std::mem::take(&mut taken.outcomes);
                    dry_run::tell(&item.place(), &item.message, &outcomes, color, &mut job.out);
                }
                Ok(()) => {
                    for (file, bytes) in taken.files.drain(..) {
                        job.emit(&file, &bytes);
                    }
                }
                Err(fault) => job.reject(&item, fault.to_string()),
            }
        });
    };
    let unmapped = args.common.run(&files, &mut output, diagnostics, plan, work)?;
    output.finish()?;
    emitted.finish()?;
    report(args, &unmapped, diagnostics)?;
    Ok(Verdict::Yes)
}

/// The script and the files to read.
fn compile(args: &Args) -> Result<(Script, Vec<OsString>)> {
    let mut texts = Vec::new();
    let mut files = args.operands.clone();
    for path in &args.files {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {name}"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        texts.push(SourceText { name, text, folder });
    }
    for (n, text) in args.expressions.iter().enumerate() {
        let name =
            if args.expressions.len() > 1 { format!("-e {}", n + 1) } else { "-e".to_owned() };
        texts.push(SourceText { name, text: text.clone(), folder: PathBuf::new() });
    }
    if texts.is_empty() {
        if files.is_empty() {
            bail!("a script is missing: give one, or a file with one with -f");
        }
        let text = files.remove(0);
        if Path::new(&text).is_file() {
            let name = text.display();
            bail!("{name}: a script is expected first; with -f the file is one");
        }
        let text = text.into_string().map_err(|_| anyhow!("the script is no UTF-8"))?;
        let name = "script".to_owned();
        texts.push(SourceText { name, text, folder: PathBuf::new() });
    }
    let script = Script::compile(&texts).map_err(|(n, error)| {
        let SourceText { name, text, .. } = &texts[n];
        let before = text.get(..error.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        anyhow!("{name}:{line}:{column}:\n{}", error.explain(text))
    })?;
    Ok((script, files))
}

/// What came of one message, until it is known whether all of it can be handled.
struct Taken<'p, 'm> {
    pass: &'p PassOn,
    message: Option<Message<'m>>,
    out: Vec<u8>,
    /// Where the message begins in it.
    start: usize,
    files: Vec<(String, Vec<u8>)>,
    /// Nothing is written, but what would be is kept here.
    dry_run: bool,
    outcomes: Vec<Outcome>,
}

impl<'p, 'm> Taken<'p, 'm> {
    fn new(pass: &'p PassOn, dry_run: bool) -> Self {
        Self {
            pass,
            message: None,
            out: Vec::new(),
            start: 0,
            files: Vec::new(),
            dry_run,
            outcomes: Vec::new(),
        }
    }

    fn begin(&mut self, item: &Item<'m>, out: Vec<u8>) {
        self.message = Some(item.message);
        self.start = out.len();
        self.out = out;
        self.files.clear();
        self.outcomes.clear();
    }

    /// Gives the output back, without what came of a message that could not be handled.
    fn end(&mut self, keep: bool) -> Vec<u8> {
        if !keep {
            self.out.truncate(self.start);
            self.files.clear();
        }
        std::mem::take(&mut self.out)
    }

    fn append(
        &self,
        lines: Option<&[Line<'_>]>,
        pass: &PassOn,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let Some(message) = &self.message else { return Ok(()) };
        let appended = match lines {
            None => pass.append(message, out),
            Some(lines) => {
                let segments: Vec<&[u8]> = lines.iter().map(|line| line.bytes).collect();
                pass.append_segments(&segments, message.separators(), out)
            }
        };
        appended.map_err(|why| Fault::of(why.to_string()))
    }
}

impl Sink for Taken<'_, '_> {
    fn message(&mut self, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        if let Some(message) = self.message.filter(|_| self.dry_run) {
            self.outcomes.push(Outcome::Written(dry_run::segments(&message, lines)));
            return Ok(());
        }
        let mut out = std::mem::take(&mut self.out);
        let appended = self.append(lines, self.pass, &mut out);
        self.out = out;
        appended
    }

    fn emit(&mut self, file: &str, lines: Option<&[Line<'_>]>) -> Result<(), Fault> {
        if self.dry_run {
            let lines = self.message.map(|message| dry_run::segments(&message, lines));
            self.outcomes.push(Outcome::Emitted(file.to_owned(), lines.unwrap_or_default()));
            return Ok(());
        }
        let mut bytes = Vec::new();
        let pass = self.pass.in_files();
        self.append(lines, &pass, &mut bytes)?;
        self.files.push((file.to_owned(), bytes));
        Ok(())
    }
}

/// Tells of codes that no table had: how many on stderr, which only in the file that was asked for.
fn report(args: &Args, unmapped: &Unmapped, diagnostics: &Diagnostics) -> Result<()> {
    if unmapped.total() > 0 {
        let hint = if args.report.is_none() { "; --report FILE lists them" } else { "" };
        let count = match unmapped.total() {
            1 => "1 code was".to_owned(),
            total => format!("{total} codes were"),
        };
        diagnostics.note(&format!("{count} in no table{hint}"));
    }
    if unmapped.empty() > 0 {
        let count = match unmapped.empty() {
            1 => "1 value came out empty and".to_owned(),
            total => format!("{total} values came out empty and"),
        };
        diagnostics.note(&format!("{count} replaced nothing"));
    }
    let Some(path) = &args.report else { return Ok(()) };
    let mut lines = csv::Writer::from_writer(Vec::new());
    lines.write_record(["table", "path", "code", "system", "count"])?;
    for (code, count) in unmapped.codes() {
        let count = count.to_string();
        lines.write_record([
            code.table.as_bytes(),
            code.path.as_bytes(),
            &code.code,
            &code.system,
            count.as_bytes(),
        ])?;
    }
    let named = || format!("writing {}", path.display());
    let mut file = Output::file(path).with_context(named)?;
    file.write_all(&lines.into_inner()?).with_context(named)?;
    file.finish().with_context(named)
}
