//! The addresses that a name leads to, within a time: the system may take half a minute to find
//! that nobody answers.

use super::Failure;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// The addresses of a host.
///
/// # Errors
/// When there is none, or none is found in time.
pub(super) fn addresses(
    host: &str,
    port: u16,
    timeout: Duration,
) -> Result<Vec<SocketAddr>, Failure> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![(address, port).into()]);
    }
    let host = host.to_owned();
    in_time(timeout, move || Ok((&*host, port).to_socket_addrs()?.collect()))
}

/// Looks up in a thread of its own, which is left to itself when the time is over: nothing can
/// end it but the system.
fn in_time(
    timeout: Duration,
    look_up: impl FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
) -> Result<Vec<SocketAddr>, Failure> {
    let (found, addresses) = sync_channel(1);
    let work = move || drop(found.send(look_up()));
    let started = thread::Builder::new().name("names".to_owned()).spawn(work);
    started.map_err(|e| Failure::connect(&e))?;
    match addresses.recv_timeout(timeout) {
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(Failure::name()),
        Err(RecvTimeoutError::Timeout) => {
            Err(Failure::of("no connection: the name was not found in time"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_name_that_is_not_found_in_time_is_given_up() {
        let (go, wait) = channel::<()>();
        let look_up = move || {
            let _ = wait.recv();
            Ok(Vec::new())
        };
        let failure = in_time(Duration::from_millis(20), look_up).unwrap_err();
        assert_eq!(failure.to_string(), "no connection: the name was not found in time");
        drop(go);
    }

    #[test]
    fn an_address_is_its_own() {
        let found = addresses("::1", 2575, Duration::ZERO).unwrap();
        assert_eq!(found, ["[::1]:2575".parse().unwrap()]);
        let failure = in_time(Duration::from_secs(60), || Err(io::Error::other("x"))).unwrap_err();
        assert_eq!(failure.to_string(), "no connection: the name leads to no address");
    }
}
