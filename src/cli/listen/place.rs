//! Addresses to listen on, and whether messages go to the standard output.

use super::options::StdoutArg;
use rustix::fs::{FileType, fstat};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};

/// `[ADDR:]PORT`; without an address, this machine alone can connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At(pub(super) SocketAddr);

pub(super) fn address(text: &str) -> Result<At, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(At(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)));
    }
    if let Ok(address) = text.parse() {
        return Ok(At(address));
    }
    let expected = "PORT or ADDRESS:PORT is expected, such as 2575 or 0.0.0.0:2575";
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
            let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
            found.map(At).ok_or_else(|| format!("{host} is not known"))
        }
        _ => Err(expected.to_owned()),
    }
}

/// Whether messages go to the standard output: always if nothing else keeps them. Else only if
/// somebody made it a pipe or a file, for then it is meant; a terminal, or the socket of a journal,
/// is just there.
pub(super) fn takes_messages(when: StdoutArg, alone: bool) -> bool {
    match when {
        StdoutArg::Always => true,
        StdoutArg::Never => false,
        StdoutArg::Auto if alone => true,
        StdoutArg::Auto => fstat(rustix::stdio::stdout()).is_ok_and(|found| {
            let kind = FileType::from_raw_mode(found.st_mode);
            matches!(kind, FileType::Fifo | FileType::RegularFile)
        }),
    }
}

/// Whether the standard output is that of systemd's journal, which many can read.
pub(super) fn is_journal() -> bool {
    let Ok(found) = fstat(rustix::stdio::stdout()) else { return false };
    let named = format!("{}:{}", found.st_dev, found.st_ino);
    std::env::var("JOURNAL_STREAM").is_ok_and(|stream| stream == named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let at = |text: &str| address(text).map(|at| at.0.to_string());
        assert_eq!(at("2575"), Ok("127.0.0.1:2575".to_owned()));
        assert_eq!(at("0.0.0.0:0"), Ok("0.0.0.0:0".to_owned()));
        assert_eq!(at("[::]:2575"), Ok("[::]:2575".to_owned()));
        for wrong in ["", "x", ":2575", "65536", "127.0.0.1", "127.0.0.1:x", "::"] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
    }
}
