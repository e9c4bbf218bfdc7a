//! The program with arguments and input; what came of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// The program, to be run with these arguments.
pub(crate) fn pipehat<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Run {
    let mut command = assert_cmd::Command::new(binary());
    command.args(args).timeout(Duration::from_secs(60));
    for name in ["NO_COLOR", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    Run { command }
}

pub(crate) fn binary() -> PathBuf {
    PathBuf::from(assert_cmd::cargo::cargo_bin!("pipehat"))
}

/// The program as a child with pipes, for tests that talk with it while it runs.
pub(crate) fn spawn(args: &[&str]) -> std::process::Child {
    let mut command = std::process::Command::new(binary());
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// A run to be.
pub(crate) struct Run {
    command: assert_cmd::Command,
}

/// What came of a run.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Out {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.stdout[..self.stdout.len().min(4000)].escape_ascii();
        write!(f, "exit {}\nstdout: {shown}\nstderr: {}", self.code, self.stderr)
    }
}

impl Run {
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.command.write_stdin(bytes.as_ref());
        self
    }

    pub(crate) fn dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn run(mut self) -> Out {
        let output = self.command.output().unwrap();
        Out {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs; all went well and nothing was said about it.
    #[track_caller]
    pub(crate) fn bytes(self) -> Vec<u8> {
        let out = self.run();
        assert!(out.code == 0 && out.stderr.is_empty(), "{out:?}");
        out.stdout
    }

    /// As [`Run::bytes`], as text.
    #[track_caller]
    pub(crate) fn text(self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }
}

impl Out {
    /// The output as text.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// The exit status and both outputs are these.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, stdout: &str, stderr: &str) {
        let expected = Out { code, stdout: stdout.as_bytes().to_vec(), stderr: stderr.to_owned() };
        assert_eq!(*self, expected);
    }
}

/// What PATH is for scripts that call the program: its folder, and then these.
pub(crate) fn search_path(others: &str) -> String {
    format!("{}:{others}", binary().parent().unwrap().display())
}
