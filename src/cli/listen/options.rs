//! The options of `pipehat listen`.

use super::place::{At, address};
use crate::cli::amounts::{seconds, size, whole};
use crate::cli::args::Reading;
use crate::cli::syntax::parsed;
use crate::core::expr::Expression;
use crate::net::ack::{Code, Kind};
use crate::net::listen::{Duplicate, LogForm, Sync};
use crate::net::send::Address;
use ipnet::IpNet;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Receive messages over MLLP and acknowledge them
///
/// Each message goes to standard output, one a line, and is answered AA. With --archive, --files,
/// --exec or --forward it goes there, and also to standard output if that is a pipe or a file. It
/// is answered when all of them have it: what is acknowledged is not lost.
///
/// Only this machine can connect, unless an address says otherwise: 0.0.0.0:2575 is for all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 it was ended, or had the messages wanted; 1 some of those were not \
                  accepted; 2 something failed.",
    after_long_help = "\
Examples:
  pipehat listen 2575                            look at what comes
  pipehat listen 2575 --archive in/ | pipehat query MSH-7 MSH-9 MSH-10
  pipehat listen 0.0.0.0:2575 --archive in/ --tls-cert cert.pem --tls-key key.pem --log json
  pipehat listen 2575 --exec 'curl -sf --data-binary @- http://localhost/hl7'
  pipehat listen 2575 --forward lab.example:2575 --archive copies/
  pipehat listen 2575 --where 'MSH-9.1 = ORU' --duplicate ack --archive results/
  pipehat listen 2575 --validate=profiles/ --archive in/ --rejects invalid.hl7
  pipehat listen 0 --once --ack-code AE          test how a sender takes a refusal

Answers:
  AA  the message is where it is to be     CA, CE, CR  if MSH-15 asks for them
  AE  it could not be kept or handled, or its content is wrong; the sender may try again
  AR  it is no message, or not one that is taken here
What cannot be handled goes to --rejects; a message that is too long is held nowhere. One that is
not complete is not answered.

Commands:
A command of --exec gets the message on standard input, and PIPEHAT_TYPE, PIPEHAT_CONTROL_ID and
PIPEHAT_PEER in its environment. Its exit status answers: 0 is AA, 65 AR, any other AE. What it
prints goes to stderr, or nowhere with --log.

Signals:
SIGTERM and Ctrl-C end it: what was received is answered, and no more taken; a second one ends it
at once. SIGHUP reads certificates and profiles, and begins the file of --rejects, anew.

Times and sizes:
TIME is a number of seconds, or has a unit: 500ms, 30s, 5m, 2h, 1d. BYTES may have K, M, G or T.

Exit status:
  0  it was ended by a signal or a closed output, or had the messages of --count
  1  of the messages of --count some were not accepted
  2  it could not listen, or could not keep messages, or not answer all in time"
)]
pub(crate) struct Args {
    /// Where to listen; 0 takes a free port and tells which. Not needed with a socket of systemd
    #[arg(value_name = "[ADDR:]PORT", value_parser = address)]
    pub(super) address: Option<At>,

    /// Appends messages to files in DIR; each is on the disk before it is acknowledged
    #[arg(long, value_name = "DIR", help_heading = "Keeping")]
    pub(super) archive: Option<PathBuf>,

    /// Begins a new file of the archive when one is as long as this
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = size, requires = "archive", help_heading = "Keeping")]
    pub(super) rotate_size: u64,

    /// Begins a new file of the archive after so long; a span that divides a day counts from
    /// midnight UTC
    #[arg(long, value_name = "TIME", default_value = "1d", value_parser = whole_seconds, requires = "archive", help_heading = "Keeping")]
    pub(super) rotate_every: Duration,

    /// When the disk is waited for, of --archive and --files [default: group]
    #[arg(long, value_name = "WHEN", value_enum, help_heading = "Keeping")]
    pub(super) sync: Option<SyncArg>,

    /// Writes each message into a file of its own in DIR
    #[arg(long, value_name = "DIR", help_heading = "Keeping")]
    pub(super) files: Option<PathBuf>,

    /// Runs a command of the shell for each message; its exit status is the answer
    #[arg(long, value_name = "CMD", help_heading = "Keeping")]
    pub(super) exec: Option<OsString>,

    /// Ends a command that takes longer, and answers AE
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = seconds, requires = "exec", help_heading = "Keeping")]
    pub(super) exec_timeout: Duration,

    /// So many commands run at a time [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = whole::<u16>(1..), allow_negative_numbers = true, requires = "exec", help_heading = "Keeping")]
    pub(super) exec_jobs: Option<u16>,

    /// Sends each message on, and answers what is answered there
    #[arg(long, value_name = "HOST:PORT", help_heading = "Keeping")]
    pub(super) forward: Option<Address>,

    /// Waits so long for that answer, and then answers AE
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = seconds, requires = "forward", help_heading = "Keeping")]
    pub(super) forward_timeout: Duration,

    /// Whether messages go to standard output, too
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Keeping")]
    pub(super) stdout: StdoutArg,

    /// Keeps each message in an MLLP block
    #[arg(long, help_heading = "Keeping")]
    pub(super) mllp: bool,

    /// Appends what could not be handled to FILE, in MLLP blocks, but for messages that are too long
    #[arg(long, value_name = "FILE", help_heading = "Keeping")]
    pub(super) rejects: Option<PathBuf>,

    /// Takes only messages for which EXPR is true; others are answered AR
    #[arg(short = 'w', long = "where", value_name = "EXPR", value_parser = parsed::<Expression>, help_heading = "Answers", add = crate::cli::complete::paths_alone())]
    pub(super) condition: Option<Expression>,

    /// Takes only messages that are valid: as the standard says, or the profiles of a file or folder
    #[arg(long, value_name = "PROFILE", num_args = 0..=1, require_equals = true, help_heading = "Answers")]
    pub(super) validate: Option<Option<PathBuf>>,

    /// What is done with a message that was accepted before: same sender, control id and content
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, help_heading = "Answers")]
    pub(super) duplicate: DuplicateArg,

    /// How long it is known
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = seconds, requires = "duplicate", help_heading = "Answers")]
    pub(super) duplicate_window: Duration,

    /// Waits so long before each answer, to test a sender
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Answers")]
    pub(super) ack_delay: Option<Duration>,

    /// Answers CODE (AA, AE, AR, CA, CE, CR) to what is accepted, to test a sender
    #[arg(long, value_name = "CODE", value_parser = code, help_heading = "Answers")]
    pub(super) ack_code: Option<(Code, Kind)>,

    /// Speaks MLLP release 2: each block is answered by a commit block first
    #[arg(long, help_heading = "Answers")]
    pub(super) release2: bool,

    /// Ends after N messages
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1..), allow_negative_numbers = true, help_heading = "Limits")]
    pub(super) count: Option<u64>,

    /// Ends after one message
    #[arg(long, conflicts_with = "count", help_heading = "Limits")]
    pub(super) once: bool,

    /// Serves so many connections at a time
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = whole::<u16>(1..), allow_negative_numbers = true, help_heading = "Limits")]
    pub(super) max_connections: u16,

    /// Closes a connection on which no message comes for so long [default: never]
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Limits")]
    pub(super) idle_timeout: Option<Duration>,

    /// Closes a connection on which a message takes longer; it gets a second more for each 16K
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = seconds, help_heading = "Limits")]
    pub(super) message_timeout: Duration,

    /// Only these addresses may connect, such as 10.1.0.0/16; may be given more than once
    #[arg(long, value_name = "CIDR", value_parser = network, help_heading = "Limits")]
    pub(super) allow: Vec<IpNet>,

    /// When it ends, answers what was received within so long
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = seconds, help_heading = "Limits")]
    pub(super) grace: Duration,

    #[command(flatten)]
    pub(super) reading: Reading,

    /// Speaks TLS and shows this certificate (PEM, with those that lead to the authority)
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "TLS")]
    pub(super) tls_cert: Option<PathBuf>,

    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "TLS")]
    pub(super) tls_key: Option<PathBuf>,

    /// Demands a certificate of each client: from an authority in FILE, or itself in it
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "TLS")]
    pub(super) client_ca: Option<PathBuf>,

    /// Tells each event on stderr, a line each; nothing of what messages say
    #[arg(long, value_name = "FORM", value_enum, help_heading = "Seeing")]
    pub(super) log: Option<LogArg>,

    /// Serves figures for Prometheus at http://[ADDR:]PORT/metrics
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = address, help_heading = "Seeing")]
    pub(super) metrics: Option<At>,

    /// Tells figures on stderr, so often
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Seeing")]
    pub(super) stats: Option<Duration>,

    /// Reports nothing on stderr, unless --log asks for it; the exit status still tells
    #[arg(short, long, help_heading = "Seeing")]
    pub(super) quiet: bool,
}

impl Args {
    /// What is told over days is not counted as that of one run is.
    pub(in crate::cli) fn loudness(&self) -> (bool, bool) {
        (self.quiet, !self.quiet)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SyncArg {
    /// After each message
    Message,
    /// Once for all messages that came while it was busy
    #[default]
    Group,
    /// Never: a power failure loses what was acknowledged
    None,
}

impl From<SyncArg> for Sync {
    fn from(sync: SyncArg) -> Self {
        match sync {
            SyncArg::Message => Self::Message,
            SyncArg::Group => Self::Group,
            SyncArg::None => Self::None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StdoutArg {
    /// If nothing else keeps them, or it is a pipe or a file
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum DuplicateArg {
    /// Answers it, and does not keep it again
    Ack,
    /// Answers AR
    Reject,
    /// Takes it like any other
    #[default]
    Pass,
}

impl DuplicateArg {
    pub(super) fn then(self) -> Option<Duplicate> {
        match self {
            Self::Ack => Some(Duplicate::Ack),
            Self::Reject => Some(Duplicate::Reject),
            Self::Pass => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogArg {
    /// Time, event, and facts as NAME=VALUE
    Text,
    /// An object a line
    Json,
}

impl From<LogArg> for LogForm {
    fn from(form: LogArg) -> Self {
        match form {
            LogArg::Text => Self::Text,
            LogArg::Json => Self::Json,
        }
    }
}

fn whole_seconds(text: &str) -> Result<Duration, String> {
    let time = seconds(text)?;
    if time.subsec_nanos() > 0 {
        return Err("whole seconds are expected".to_owned());
    }
    Ok(time)
}

fn code(text: &str) -> Result<(Code, Kind), String> {
    Code::of(text.to_ascii_uppercase().as_bytes())
        .ok_or_else(|| "AA, AE, AR, CA, CE or CR is expected".to_owned())
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address
        .or_else(|_| text.parse())
        .map_err(|_| "an address is expected, or 10.1.0.0/16".to_owned())
}
