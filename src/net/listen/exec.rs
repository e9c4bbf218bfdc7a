//! A command for each message, whose exit status is the answer.

use super::Label;
use crate::net::ack::{Code, Condition, Fault, Header};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The exit status by which a command says that the data is wrong (EX_DATAERR of sysexits.h).
const DATA_ERROR: i32 = 65;

/// A command of the shell, run for each message with the message on its standard input.
#[derive(Debug)]
pub struct Exec {
    command: OsString,
    timeout: Duration,
    /// What it prints goes to our stderr, else nowhere.
    prints: bool,
    /// So many more may run now.
    free: Mutex<usize>,
    freed: Condvar,
    /// The process groups of those that run.
    running: Mutex<Vec<Pid>>,
}

impl Exec {
    /// A command that is ended after `timeout`, and of which at most `jobs` run at a time. What it
    /// prints goes to stderr if `prints`, else nowhere.
    #[must_use]
    pub fn new(command: OsString, timeout: Duration, jobs: usize, prints: bool) -> Self {
        let (free, freed) = (Mutex::new(jobs.max(1)), Condvar::new());
        Self { command, timeout, prints, free, freed, running: Mutex::default() }
    }

    /// Ends those that run; nobody waits for them any more.
    pub(super) fn kill(&self) {
        for group in self.lock_running().iter() {
            let _ = kill_process_group(*group, Signal::KILL);
        }
    }

    fn lock_running(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs it for a message.
    ///
    /// # Errors
    /// The code to answer and why, unless it says that all is well.
    pub fn run(
        &self,
        message: &[u8],
        header: &Header<'_>,
        label: Label,
        peer: SocketAddr,
    ) -> Result<(), (Code, Fault)> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        drop(free);
        let ended = self.run_now(message, header, label, peer);
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.freed.notify_one();
        let failed = |text: String| Err((Code::Error, Fault::new(Condition::Internal, text)));
        match ended {
            Err(_) => failed("the command could not be run".to_owned()),
            Ok(None) => failed("the command took too long".to_owned()),
            Ok(Some(status)) => match (status.code(), status.signal()) {
                (Some(0), _) => Ok(()),
                (Some(DATA_ERROR), _) => {
                    let fault = Fault::new(Condition::MessageType, "the command rejected it");
                    Err((Code::Reject, fault))
                }
                (Some(code), _) => failed(format!("the command failed with status {code}")),
                (None, _) => failed("the command was ended by a signal".to_owned()),
            },
        }
    }

    /// Its exit status; `None` if it took too long.
    fn run_now(
        &self,
        message: &[u8],
        header: &Header<'_>,
        label: Label,
        peer: SocketAddr,
    ) -> io::Result<Option<ExitStatus>> {
        // What it prints must not mix with messages, nor with the lines of a log.
        let (stdout, stderr) = if self.prints {
            (io::stderr().as_fd().try_clone_to_owned()?.into(), Stdio::inherit())
        } else {
            (Stdio::null(), Stdio::null())
        };
        // An environment cannot hold NUL.
        let id: Vec<u8> = header.field(10).iter().copied().filter(|&b| b != 0).collect();
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(&self.command)
            .env("PIPEHAT_TYPE", label.to_string())
            .env("PIPEHAT_CONTROL_ID", OsStr::from_bytes(&id))
            .env("PIPEHAT_PEER", peer.ip().to_canonical().to_string())
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .spawn()?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (ended, watched) = channel::<()>();
        self.lock_running().extend(group);
        let timeout = self.timeout;
        let watch = std::thread::Builder::new().name("exec".to_owned()).spawn(move || {
            let late = watched.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout);
            if late && let Some(group) = group {
                let _ = kill_process_group(group, Signal::KILL);
            }
            late
        });
        if watch.is_err() {
            let _ = child.kill();
        }
        if let Some(mut stdin) = child.stdin.take() {
            // One that does not want all of it may say so by its status.
            let _ = stdin.write_all(message);
        }
        let status = child.wait();
        self.lock_running().retain(|running| Some(*running) != group);
        drop(ended);
        let late = watch?.join().unwrap_or(false);
        Ok(if late { None } else { Some(status?) })
    }
}
