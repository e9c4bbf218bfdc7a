//! `pipehat listen`: messages received over MLLP.

mod check;
mod options;
mod place;

use super::Verdict;
use super::signals::on_signals;
use crate::io::source::plain_error;
use crate::io::{Diagnostics, Output, Rejects};
use crate::net::listen::{
    Archive, Check, Control, Ended, Exec, Forward, Listener, Log, MessageFiles, Reason, Rotation,
    Rules, Seen, Settings, Storing, Sync, bind,
};
use crate::net::tls::{Identity, Server};
use crate::ops::pass::PassOn;
use anyhow::{Context, Result, bail};
use check::Checker;
use jiff::tz::TimeZone;
pub(super) use options::Args;
use place::{is_journal, takes_messages};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sd_notify::NotifyState;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

/// Descriptors beyond those of connections.
const OTHER_FILES: usize = 64;

pub(super) fn run(args: &Args, diagnostics: &Arc<Diagnostics>) -> Result<Verdict> {
    if args.sync.is_some() && args.archive.is_none() && args.files.is_none() {
        bail!("--sync needs --archive or --files: of standard output no disk is waited for");
    }
    let listeners = listeners(args)?;
    let metrics = args.metrics.as_ref().map(|at| bind(at.0).with_context(|| at.0.to_string()));
    let metrics = metrics.transpose()?;
    let log = Log::new(args.log.map(Into::into), diagnostics.clone());
    let tls = tls(args, &log)?;
    let (storing, pass) = storing(args, &log)?;
    let checker = args.validate.as_ref().map(|path| Checker::new(path.as_deref(), diagnostics));
    let checker = checker.transpose()?.map(Arc::new);
    let check = checker.clone().map(Checker::check);
    let settings = settings(args, &storing, pass, &log, check)?;
    allow_files(args.max_connections.into(), &log);
    let watched = metrics.as_ref().map(TcpListener::local_addr).transpose()?;
    let shows = storing.output.as_ref().is_some_and(IsTerminal::is_terminal);
    let seen = Seen {
        log,
        metrics,
        stats: args.stats,
        status: args.log.is_none() && !args.quiet && !shows && io::stderr().is_terminal(),
    };
    let control = Arc::new(Control::new()?);
    let listener =
        Listener::new(settings, storing, seen, tls, control.clone(), diagnostics.clone())?;
    let listener = Arc::new(listener);
    let (of, stopped, rejects) = (listener.clone(), control.clone(), args.rejects.clone());
    let ending = listener.clone();
    let told = diagnostics.clone();
    on_signals(
        move || {
            let _ = sd_notify::notify(&[NotifyState::Stopping]);
            stopped.stop(Reason::Asked);
        },
        move || {
            let read = checker.as_ref().map_or(Ok(()), |checker| checker.reload(&told));
            of.reload(rejects.as_deref(), read.map_err(|e| plain_error(&e)));
        },
        move || ending.end_commands(),
    )?;
    for listening in &listeners {
        let address = listening.local_addr()?;
        if args.quiet
            && args.log.is_none()
            && args.address.as_ref().is_some_and(|at| at.0.port() == 0)
        {
            // Who leaves the port to us asks for it.
            let _ = writeln!(io::stderr(), "pipehat: listening on {address} for messages");
            continue;
        }
        listener.tell_of(address, "messages");
    }
    if let Some(address) = watched {
        listener.tell_of(address, "metrics");
    }
    // Where there is no systemd, nobody hears it.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    stay_alive(&control)?;
    let ended = listener.run(listeners)?;
    Ok(verdict(&ended))
}

fn verdict(ended: &Ended) -> Verdict {
    match ended.reason {
        Reason::Count if ended.refused => Verdict::No,
        // What could not be done was told as an error already.
        Reason::Count | Reason::Asked | Reason::Closed | Reason::Broken => Verdict::Yes,
    }
}

/// The sockets that systemd has opened, or one of our own.
fn listeners(args: &Args) -> Result<Vec<TcpListener>> {
    if let Some(at) = &args.address {
        return Ok(vec![bind(at.0).with_context(|| at.0.to_string())?]);
    }
    let mut passed = listenfd::ListenFd::from_env();
    let mut listeners = Vec::new();
    for n in 0..passed.len() {
        listeners.extend(passed.take_tcp_listener(n).context("a socket of systemd")?);
    }
    for listener in &listeners {
        // Commands must not inherit it.
        rustix::io::fcntl_setfd(listener, rustix::io::FdFlags::CLOEXEC)?;
    }
    if listeners.is_empty() {
        bail!("a port is missing: name one, such as 2575");
    }
    Ok(listeners)
}

fn tls(args: &Args, log: &Log) -> Result<Option<Arc<Server>>> {
    let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    let identity = Identity { cert: cert.clone(), key: key.clone() };
    let server = Server::new(identity, args.client_ca.clone())?;
    server.identity().concerns().iter().for_each(|concern| log.alert(concern));
    Ok(Some(Arc::new(server)))
}

/// Opens the archive and the output.
fn storing(args: &Args, log: &Log) -> Result<(Storing, PassOn)> {
    let mut archive = None;
    if let Some(folder) = &args.archive {
        let rotation = Rotation { size: args.rotate_size, every: args.rotate_every };
        let (opened, torn) = Archive::open(folder, rotation)?;
        for torn in torn {
            log.note(&format!(
                "{}: the last {} bytes were a message that was not complete; they are in {} now",
                torn.file.display(),
                torn.bytes,
                torn.kept.display()
            ));
        }
        archive = Some(opened);
    }
    let alone =
        archive.is_none() && args.files.is_none() && args.exec.is_none() && args.forward.is_none();
    let stdout = Output::stdout();
    let is_terminal = stdout.as_ref().is_ok_and(Output::is_terminal);
    let mut output = None;
    if takes_messages(args.stdout, alone) {
        if alone && is_journal() {
            bail!(
                "the messages would go to the journal; name --archive, or another place for them"
            );
        }
        stdout.context("standard output")?;
        output = Some(File::from(io::stdout().as_fd().try_clone_to_owned()?));
    }
    let people = is_terminal && output.is_some() && alone && !args.mllp;
    let pass = PassOn { mllp: args.mllp, ..PassOn::new(people, false) };
    Ok((Storing { archive, sync: args.sync.unwrap_or_default().into(), output }, pass))
}

fn settings(
    args: &Args,
    storing: &Storing,
    pass: PassOn,
    log: &Log,
    check: Option<Check>,
) -> Result<Settings> {
    let mut files = None;
    if let Some(folder) = &args.files {
        let (opened, removed) = MessageFiles::open(folder)?;
        if removed > 0 {
            let folder = folder.display();
            log.note(&format!("{folder}: {removed} files were not complete and are gone"));
        }
        files = Some(opened);
    }
    let rejects = match &args.rejects {
        None => None,
        Some(path) => {
            let file = Rejects::appending(path);
            Some(file.with_context(|| format!("opening {}", path.display()))?)
        }
    };
    let jobs = args.exec_jobs.map(usize::from);
    let jobs = jobs.or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    Ok(Settings {
        pass,
        rules: Rules { condition: args.condition.clone(), text: args.reading.text(), check },
        max_message: args.reading.max_message,
        duplicates: args.duplicate.then().map(|then| (then, args.duplicate_window)),
        exec: args.exec.as_ref().map(|command| {
            let prints = args.log.is_none();
            Exec::new(command.clone(), args.exec_timeout, jobs.unwrap_or(1), prints)
        }),
        forward: args
            .forward
            .as_ref()
            .map(|to| Forward { to: to.clone(), timeout: args.forward_timeout }),
        files,
        sync_files: Sync::from(args.sync.unwrap_or_default()) != Sync::None,
        stores: storing.archive.is_some() || storing.output.is_some(),
        rejects,
        ack_delay: args.ack_delay.unwrap_or_default(),
        ack_code: args.ack_code,
        release2: args.release2,
        max_connections: args.max_connections.into(),
        idle_timeout: args.idle_timeout,
        message_timeout: args.message_timeout,
        count: if args.once { Some(1) } else { args.count },
        grace: args.grace,
        allow: args.allow.clone(),
        zone: args.metrics.is_some().then(TimeZone::system),
    })
}

/// Raises the limit of open files to what so many connections need, as far as the system lets.
fn allow_files(connections: usize, log: &Log) {
    let wanted = (connections + OTHER_FILES) as u64;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let most = limit.maximum.unwrap_or(wanted).min(wanted);
    let raised = Rlimit { current: Some(most), maximum: limit.maximum };
    if setrlimit(Resource::Nofile, raised).is_err() || most < wanted {
        log.note("the limit of open files (ulimit -n) is too low for --max-connections");
    }
}

/// Tells systemd that we are alive, if it wants to know.
fn stay_alive(control: &Arc<Control>) -> io::Result<()> {
    let Some(within) = sd_notify::watchdog_enabled() else { return Ok(()) };
    let control = control.clone();
    let every = (within / 2).max(Duration::from_millis(1));
    let alive = move || {
        while !control.sleep(every) {
            let _ = sd_notify::notify(&[NotifyState::Watchdog]);
        }
    };
    std::thread::Builder::new().name("watchdog".to_owned()).spawn(alive).map(drop)
}
