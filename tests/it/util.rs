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

/// A folder for one test; it goes with the value.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file and the folders above it, and returns its path.
pub(crate) fn put(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// As [`put`], readable by nobody else: a key.
pub(crate) fn secret(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = put(folder, name, text);
    set_mode(&path, 0o600);
    path
}

/// Gives a file or folder these permissions.
pub(crate) fn set_mode(path: impl AsRef<Path>, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, mode).unwrap();
}

/// What PATH is for scripts that call the program: its folder, and then these.
pub(crate) fn search_path(others: &str) -> String {
    format!("{}:{others}", binary().parent().unwrap().display())
}

/// The path of a fixture.
pub(crate) fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// All fixtures whose messages can be handled, by their paths, sorted.
pub(crate) fn fixtures() -> Vec<String> {
    let mut found = hl7_files(Path::new(&fixture("")));
    found.retain(|path| {
        !path.ends_with("equal_delimiters.hl7")
            && !path.parent().is_some_and(|p| p.ends_with("readme"))
    });
    assert!(found.len() > 25, "fixtures are missing");
    found.into_iter().map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// The `.hl7` files at and below a folder, sorted.
pub(crate) fn hl7_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(hl7_files(&path));
        } else if path.extension().is_some_and(|e| e == "hl7") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A message in the form between filters: id in MSH-10 and PID-3, family name in PID-5.
pub(crate) fn adt(id: &str, family: &str) -> String {
    format!("MSH|^~\\&|A|B|C|D|20240101||ADT^A08|{id}|P|2.4\rPID|1||{id}||{family}\r\n")
}

/// That many messages with ids `M-1`, `M-2`, ... .
pub(crate) fn many(count: usize) -> String {
    (1..=count).map(|n| adt(&format!("M-{n}"), "Adams^Ann")).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// The permissions of a file.
pub(crate) fn mode(path: impl AsRef<Path>) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
}
