//! `pipehat send`: messages to a receiver, and what it answers.

mod desk;
mod interrupt;
mod letters;
mod place;
mod queue;
mod tempo;

use super::Verdict;
use super::amounts::{seconds, size, whole};
use super::args::{Common, Plan, Weight};
use crate::core::Path as Hl7Path;
use crate::io::pipeline::{Flow, Job, View};
use crate::io::{Diagnostics, Output, Rejects};
use crate::net::ack::{Code, Kind};
use crate::net::reply::Expect;
use crate::net::send::{Backoff, Journal, Lane, Pacer, Policy, Refusal, deliver};
use anyhow::{Context, Result, bail};
use desk::{Desk, Sheet, Source};
use letters::Letters;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempo::{Rate, Retries, rate, retries};

/// Send messages over MLLP and wait for the answers
///
/// Reads messages, sends each to HOST:PORT, and waits for its acknowledgment. On a terminal it
/// shows a line for each message (code, control id, time), else it writes the acknowledgments,
/// one a line. Messages arrive in the order in which they were read. Segments end with CR on the
/// way; nothing else is changed.
///
/// Nothing is sent twice unless you ask for it: when no answer comes, the message may have arrived
/// or not, so the run stops there. --retries sends it again, and then it may arrive twice.
#[derive(Debug, clap::Args)]
#[command(
    mut_arg("threads", |arg| arg.hide(true)),
    after_help = "Exit status: 0 all were accepted; 1 some were refused; 2 some may not have arrived.",
    after_long_help = "\
Examples:
  pipehat send lab.example:2575 adt.hl7
  pipehat send lab.example:2575 adt.hl7 -f ndjson --rejects undelivered.hl7
  pipehat send lab.example:2575 archive/ --state sent.state --retries 5 --rate 50/s
  pipehat send lab.example:2575 m.hl7 --set 'MSH-10 = control_id()' --set 'MSH-7 = now()'
  pipehat listen 2575 | pipehat send lab.example:2575 --queue /var/spool/lab
  pipehat send lab.example:2575 --tls --ca lab.pem --cert me.pem --key me.key adt.hl7
  pipehat send --ping lab.example:2575
  pipehat send --http https://lab.example/hl7 adt.hl7

What becomes of a message:
  accepted    AA or CA came, and its MSA-2 is the message's MSH-10
  refused     AE, AR, CE or CR came, or the NAK of MLLP release 2; the run goes on
  unknown     it was sent and no answer came: it may have arrived or not; the run stops
  unsent      there was no connection, or a message before it stopped the run

Times and sizes:
TIME is a number of seconds, or has a unit: 500ms, 30s, 5m, 2h, 1d. BYTES may have K, M, G or T.

Exit status:
  0  all messages were accepted
  1  some were refused, or the input is not empty, but holds no message
  2  some may not have arrived; or usage, I/O, a message that cannot be sent"
)]
pub(super) struct Args {
    /// Where to, as HOST:PORT, and then the files to read; without files standard input
    #[arg(value_name = "HOST:PORT|FILE")]
    operands: Vec<OsString>,

    /// What is written for each message [default: text on a terminal, else ack]
    #[arg(short, long, value_enum)]
    format: Option<FormatArg>,

    /// So many messages of a connection may wait for their answers
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<u16>(1..=1024), allow_negative_numbers = true, help_heading = "Delivery")]
    window: u16,

    /// Sends over N connections; messages of one key (--order-by) keep their order
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<u16>(1..=256), allow_negative_numbers = true, help_heading = "Delivery")]
    connections: u16,

    /// The key whose messages keep their order on several connections
    #[arg(long, value_name = "PATH", default_value = "PID-3[1].1", requires = "connections", help_heading = "Delivery", add = super::complete::paths_alone())]
    order_by: Hl7Path,

    /// How long to wait for an answer
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = seconds, help_heading = "Delivery")]
    timeout: Duration,

    /// How long to look for the name of the host and wait for a connection
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = seconds, help_heading = "Delivery")]
    connect_timeout: Duration,

    /// Sends a message so many times more, or `forever`, when no answer comes; it may then arrive
    /// twice [default: 0; forever with --queue]
    #[arg(long, value_name = "N", value_parser = retries, help_heading = "Delivery")]
    retries: Option<Retries>,

    /// The pause before the first retry; it doubles each time, up to a minute [default: 1]
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Delivery")]
    retry_delay: Option<Duration>,

    /// Sends again also what was refused with one of these codes
    #[arg(
        long,
        value_name = "CODES",
        value_enum,
        value_delimiter = ',',
        ignore_case = true,
        help_heading = "Delivery"
    )]
    retry_on: Vec<RefusalArg>,

    /// Goes on behind a message that may not have arrived; those behind it may overtake it
    #[arg(long, help_heading = "Delivery")]
    keep_going: bool,

    /// Makes a new connection for each message
    #[arg(long, help_heading = "Delivery")]
    reconnect: bool,

    /// Sends not more than so many messages: N/s, N/m or N/h; N alone is N/s
    #[arg(long, value_name = "N/s", value_parser = rate, help_heading = "Delivery")]
    rate: Option<Rate>,

    /// Notes in FILE what was answered, and sends only what is not in it
    #[arg(long, value_name = "FILE", help_heading = "Delivery")]
    state: Option<PathBuf>,

    /// Keeps messages of standard input in DIR until they are answered
    #[arg(long, value_name = "DIR", conflicts_with_all = ["state", "keep_going", "ping"], help_heading = "Delivery")]
    queue: Option<PathBuf>,

    /// With so much in the queue nothing more is read; what was read at once may be above it
    #[arg(long, value_name = "BYTES", value_parser = size, default_value = "1G", requires = "queue", help_heading = "Delivery")]
    queue_max: u64,

    /// Changes each message on the way, as `set` of transform does
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Message", add = super::complete::paths_alone())]
    set: Vec<String>,

    /// Asks for the enhanced mode: MSH-15 is AL, and MSH-16 NE, or AL with --expect AA
    #[arg(long, help_heading = "Message")]
    enhanced: bool,

    /// The code to wait for: AA passes over a CA before it; for CA, an AA is not the right answer
    #[arg(long, value_name = "CODE", value_enum, ignore_case = true, help_heading = "Message")]
    expect: Option<ExpectArg>,

    #[command(flatten)]
    place: place::Options,

    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// A line for people: code, control id, time
    Text,
    /// The acknowledgments, one a line
    Ack,
    /// An object a line: what became of the message
    Ndjson,
    /// Nothing
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ExpectArg {
    #[value(name = "AA")]
    Aa,
    #[value(name = "CA")]
    Ca,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum RefusalArg {
    Ae,
    Ar,
    Ce,
    Cr,
    /// The commit block of MLLP release 2
    Nak,
}

impl From<RefusalArg> for Refusal {
    fn from(refusal: RefusalArg) -> Self {
        match refusal {
            RefusalArg::Ae => Self::Code(Code::Error, Kind::Application),
            RefusalArg::Ar => Self::Code(Code::Reject, Kind::Application),
            RefusalArg::Ce => Self::Code(Code::Error, Kind::Accept),
            RefusalArg::Cr => Self::Code(Code::Reject, Kind::Accept),
            RefusalArg::Nak => Self::Nak,
        }
    }
}

pub(super) fn run(mut args: Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    let mut files = std::mem::take(&mut args.operands);
    let place = args.place.place(&mut files, args.connect_timeout, diagnostics)?;
    if args.place.ping {
        super::signals::end_unfinished_on_signals();
        if !files.is_empty() {
            bail!("--ping sends nothing, so it takes no files");
        }
        return place.ping();
    }
    args.check(&files)?;
    let letters = Letters::new(&args.set, args.enhanced_mode(), place.packing())?;
    let receiver = place.name();
    let queue = args.open_queue()?;
    let rejects_path = args.rejects_path();
    let sidecar = rejects_path.as_deref().and_then(desk::sidecar);
    let journal_path = args.journal_path();
    let kept = [rejects_path.as_deref(), sidecar.as_deref(), journal_path.as_deref()];
    let output = args.common.output_among(&kept)?;
    let journal = args.journal(journal_path.as_deref(), &receiver)?;
    let rejects = match &rejects_path {
        None => None,
        Some(path) => Some(args.common.append_rejects(path, sidecar.as_deref())?),
    };
    let terminal = output.is_terminal();
    let format = args.format.unwrap_or(if terminal { FormatArg::Text } else { FormatArg::Ack });
    let desk = Desk::new(output, format, diagnostics, args.common.text())
        .with_rejects(rejects.as_ref())
        .with_journal(journal)
        .hearing_refusals(args.expect() == Expect::Either)
        .in_queue(queue.is_some());
    let policy = args.policy(place.connector());
    let mut lanes = Vec::new();
    lanes.resize_with(args.connections.into(), Lane::default);
    if queue.is_some() {
        args.common.hide_progress();
        diagnostics.tell_all();
    }
    let office = Office {
        letters,
        policy,
        order_by: args.order_by.clone(),
        common: &args.common,
        rejects: rejects.as_ref(),
        diagnostics,
    };
    let work = Mutex::new(Work { desk, lanes, failed: None, parts: 0 });
    // Lines and a progress bar would write over each other.
    let mut shown = if terminal { Output::stdout()? } else { Output::Gone };
    let all = || {
        match &queue {
            Some(queue) => queue::run(queue, &office, &work)?,
            None => office.run(&files, &mut shown, &work)?,
        }
        Ok(office.hear_out(&work)?)
    };
    interrupt::until_done(&office.policy, &work, all)
}

impl Args {
    fn check(&self, files: &[OsString]) -> Result<()> {
        let retries = self.retries.map_or(0, |Retries(n)| n.unwrap_or(u32::MAX));
        let never = retries == 0 && self.queue.is_none();
        if never && !self.retry_on.is_empty() {
            bail!("--retry-on needs --retries: how often?");
        }
        if never && self.retry_delay.is_some() {
            bail!("--retry-delay needs --retries: how often?");
        }
        if !self.retry_on.is_empty() && self.window > 1 {
            bail!("--retry-on needs --window 1, or messages would overtake those sent again");
        }
        if self.window > 1 && self.reconnect {
            bail!("--reconnect has one message on a connection; --window would have several");
        }
        if self.window > 1 && self.place.http.is_some() {
            bail!("--http sends one message after the other; --connections sends more at a time");
        }
        if self.queue.is_some() && (!files.is_empty() || self.common.reads_list()) {
            bail!("--queue takes messages from standard input; pipe the files into it");
        }
        Ok(())
    }

    fn enhanced_mode(&self) -> Option<Expect> {
        self.enhanced.then(|| self.expect())
    }

    fn expect(&self) -> Expect {
        match self.expect {
            None => Expect::Either,
            Some(ExpectArg::Aa) => Expect::Application,
            Some(ExpectArg::Ca) => Expect::Accept,
        }
    }

    fn policy(&self, connect: place::Connector) -> Policy {
        let retries = match self.retries {
            Some(Retries(retries)) => retries,
            None if self.queue.is_some() => None,
            None => Some(0),
        };
        let delay = self.retry_delay.unwrap_or(Duration::from_secs(1));
        Policy {
            connect,
            window: self.window.into(),
            timeout: self.timeout,
            retries,
            retry_on: self.retry_on.iter().map(|&refusal| refusal.into()).collect(),
            backoff: Backoff { first: delay, most: LONGEST_PAUSE.max(delay) },
            expect: self.expect(),
            pacer: self.rate.map(|Rate(step)| Pacer::new(step)),
            reconnect: self.reconnect,
            keep_going: self.keep_going,
            stopped: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            strays: AtomicU64::new(0),
            clock: super::terminal::now,
            receipts: AtomicU64::new(0),
        }
    }

    /// A queue has rejects in any case: what was refused must not be gone.
    fn rejects_path(&self) -> Option<PathBuf> {
        let of_queue = || Some(self.queue.as_ref()?.join("rejects.hl7"));
        self.common.rejects_path().map(Path::to_owned).or_else(of_queue)
    }

    fn open_queue(&self) -> Result<Option<crate::net::send::Queue>> {
        let Some(folder) = &self.queue else { return Ok(None) };
        let opened = crate::net::send::Queue::open(folder, self.queue_max);
        Ok(Some(opened.with_context(|| format!("the queue {}", folder.display()))?))
    }

    fn journal_path(&self) -> Option<PathBuf> {
        let of_queue = || Some(self.queue.as_ref()?.join("state"));
        self.state.clone().or_else(of_queue)
    }

    fn journal(&self, path: Option<&Path>, receiver: &str) -> Result<Option<Journal>> {
        let Some(path) = path else { return Ok(None) };
        // What waits in a queue goes wherever it is sent now.
        let receiver = if self.queue.is_some() { "a queue" } else { receiver };
        let journal = Journal::open(path, receiver);
        Ok(Some(journal.with_context(|| format!("the state {}", path.display()))?))
    }
}

/// So long a run waits at its end for what may follow on a CA.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// Longer than this no retry waits.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How messages become parcels, and how those are sent.
struct Office<'a> {
    letters: Letters,
    policy: Policy,
    order_by: Hl7Path,
    common: &'a Common,
    rejects: Option<&'a Rejects>,
    diagnostics: &'a Arc<Diagnostics>,
}

/// What changes while messages are sent.
struct Work<'d> {
    desk: Desk<'d>,
    lanes: Vec<Lane>,
    /// Why the run had to end.
    failed: Option<io::Error>,
    /// How many parts of the input were settled.
    parts: u64,
}

impl Office<'_> {
    /// Sends all messages of the inputs.
    fn run(&self, files: &[OsString], shown: &mut Output, work: &Mutex<Work<'_>>) -> Result<()> {
        let plan = Plan {
            weight: Weight::Light,
            numbered: true,
            in_order: true,
            rejects: self.rejects,
            ..Plan::default()
        };
        let send = |view: View<'_>, job: &mut Job<super::Tally>| {
            let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = self.send(&mut work, view, job) {
                work.failed = Some(error);
                job.flow = Flow::Stop;
            }
        };
        self.common.run(files, shown, self.diagnostics, plan, send)?;
        match work.lock().unwrap_or_else(PoisonError::into_inner).failed.take() {
            None => Ok(()),
            Some(error) => Err(error.into()),
        }
    }

    /// Hears what receivers say behind their last answers.
    fn hear_out(&self, work: &Mutex<Work<'_>>) -> io::Result<()> {
        let Work { desk, lanes, .. } = &mut *work.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + LAST_WORDS;
        let sheet = Sheet::default();
        let observer = Mutex::new(desk.over(&sheet));
        lanes.iter_mut().try_for_each(|lane| lane.hear_out(&self.policy, until, &observer))
    }

    /// Sends the messages of a part, and returns when each is settled.
    fn send(
        &self,
        work: &mut Work<'_>,
        view: View<'_>,
        job: &mut Job<super::Tally>,
    ) -> io::Result<()> {
        let Work { desk, lanes, parts, .. } = work;
        *parts += 1;
        if self.policy.is_stopped() && !desk.keeps_undelivered() {
            desk.leave_off();
            job.flow = Flow::Stop;
            return Ok(());
        }
        let text = self.common.text();
        let mut sheet = Sheet::default();
        let mut bytes = Vec::with_capacity(view.bytes.len() + view.bytes.len() / 8);
        view.messages(job, |item, job: &mut Job<super::Tally>| {
            let fingerprint = desk.fingerprint(&item);
            if desk.is_settled(fingerprint) {
                return;
            }
            match self.letters.pack(&item, text, &mut bytes) {
                Ok(packed) => {
                    let key = letters::key(self.order_by.first(&item.message));
                    sheet.add(item, fingerprint, packed, key);
                }
                Err(why) => {
                    desk.count_unsendable();
                    job.reject(&item, why);
                }
            }
        });
        if desk.has_rejects() {
            sheet.rejected = view.keep_rejected(job);
            let source = &view.part.source;
            sheet.source = Source { index: source.index, file: source.argument().as_bytes() };
        }
        let parcels = sheet.parcels(&bytes);
        let observer = Mutex::new(desk.over(&sheet));
        let delivered = deliver(lanes, &self.policy, &parcels, &observer);
        let mut observer = observer.into_inner().unwrap_or_else(PoisonError::into_inner);
        let closed = observer.close();
        drop(observer);
        delivered.and(closed)?;
        if self.policy.is_stopped() && !desk.keeps_undelivered() {
            desk.leave_off();
            job.flow = Flow::Stop;
        }
        Ok(())
    }
}
