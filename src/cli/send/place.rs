//! Where messages are sent to, and how it is reached.

use super::letters::Packing;
use crate::cli::Verdict;
use crate::io::source::plain_error;
use crate::io::{Diagnostics, Output};
use crate::net::send::{Address, Encryption, Failure, Http, Link, Mllp, Wire};
use crate::net::tls::{Identity, Trust, client, server_name};
use anyhow::{Context, Result, anyhow, bail};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use ureq::http::HeaderValue;

/// Makes a connection for a lane.
pub(super) type Connector = Box<dyn Fn() -> Result<Box<dyn Link>, Failure> + Send + Sync>;

/// Which receiver, and how to reach it.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only connects, and tells whether that went well; sends nothing
    #[arg(long, help_heading = "Connection")]
    pub(super) ping: bool,

    /// Sends over HTTP (x-application/hl7-v2+er7, as HAPI's HL7 over HTTP has it) instead of MLLP
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    pub(super) http: Option<String>,

    /// Adds the headers in FILE to each request, one `Name: value` a line
    #[arg(long, value_name = "FILE", requires = "http", help_heading = "Connection")]
    headers: Option<PathBuf>,

    /// Encrypts with TLS 1.2 or 1.3; the receiver must show a certificate that is trusted
    #[arg(long, help_heading = "Connection")]
    tls: bool,

    /// Trusts the certificates in FILE (PEM), authorities or the receiver's own, instead of those
    /// of the system
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    ca: Option<PathBuf>,

    /// Shows the certificate in FILE (PEM) to the receiver
    #[arg(long, value_name = "FILE", requires = "key", help_heading = "Connection")]
    cert: Option<PathBuf>,

    /// The private key of the certificate (PEM, not encrypted)
    #[arg(long, value_name = "FILE", requires = "cert", help_heading = "Connection")]
    key: Option<PathBuf>,

    /// The name that the receiver's certificate must have [default: that of HOST]
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    server_name: Option<String>,

    /// Trusts any certificate: whoever answers gets the messages
    #[arg(long, conflicts_with = "ca", help_heading = "Connection")]
    insecure: bool,
}

/// A receiver.
pub(super) struct Place {
    address: Address,
    /// With HTTP: the URL and headers.
    http: Option<(String, Vec<(String, String)>)>,
    connect_timeout: Duration,
}

impl Options {
    /// The receiver, which is the first operand unless `--http` tells it.
    pub(super) fn place(
        &self,
        operands: &mut Vec<OsString>,
        connect_timeout: Duration,
        diagnostics: &Diagnostics,
    ) -> Result<Place> {
        let (host, port, encrypted) = match &self.http {
            Some(url) => {
                let (host, port, encrypted) = of_url(url)?;
                if self.tls && !encrypted {
                    bail!("--tls with http:// sends in the clear; use https://");
                }
                (host, port, encrypted)
            }
            None => {
                if operands.is_empty() {
                    bail!("a receiver is missing: HOST:PORT");
                }
                let (host, port) = of_operand(&operands.remove(0))?;
                (host, port, self.tls)
            }
        };
        let tls = encrypted.then(|| self.encryption(&host)).transpose()?;
        let asked = self.ca.is_some() || self.cert.is_some() || self.server_name.is_some();
        if !encrypted && (asked || self.insecure) {
            let how = if self.http.is_some() { "https://" } else { "--tls" };
            bail!("options of TLS without it; {how} is missing");
        }
        if let Some(identity) = self.identity() {
            identity.concerns().iter().for_each(|concern| diagnostics.warn(concern));
        }
        if self.insecure {
            diagnostics.warn(
                "WARNING: --insecure: the receiver's certificate is not checked. Anybody on the \
                 way can take its place, and would get all messages.",
            );
        }
        let http =
            self.http.as_ref().map(|url| Ok::<_, anyhow::Error>((url.clone(), self.headers()?)));
        let address = Address { host, port, tls };
        Ok(Place { address, http: http.transpose()?, connect_timeout })
    }

    /// What the receiver is shown of us.
    fn identity(&self) -> Option<Identity> {
        let (cert, key) = (self.cert.clone()?, self.key.clone()?);
        Some(Identity { cert, key })
    }

    fn encryption(&self, host: &str) -> Result<Encryption> {
        let trust = match (&self.ca, self.insecure) {
            (_, true) => Trust::Anybody,
            (Some(path), _) => Trust::File(path.clone()),
            (None, _) => Trust::System,
        };
        let identity = self.identity();
        let name = server_name(self.server_name.as_deref().unwrap_or(host))?;
        Ok((client(&trust, identity.as_ref())?, name))
    }

    /// Headers come from a file, for they hold secrets.
    fn headers(&self) -> Result<Vec<(String, String)>> {
        let Some(path) = &self.headers else { return Ok(Vec::new()) };
        let named = || path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", named()))?;
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let pairs = lines.enumerate().map(|(n, line)| match line.split_once(':') {
            Some((name, _)) if IS_OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) => {
                Err(anyhow!("{}: header {}: {name} is up to the message", named(), n + 1))
            }
            Some((name, value))
                if is_header_name(name) && HeaderValue::from_str(value.trim_start()).is_ok() =>
            {
                Ok((name.to_owned(), value.trim_start().to_owned()))
            }
            // Not what it says: it may be a secret.
            _ => Err(anyhow!("{}: header {}: not `Name: value`", named(), n + 1)),
        });
        pairs.collect()
    }
}

/// Headers that tell where a body ends.
const IS_OURS: [&str; 2] = ["Content-Length", "Transfer-Encoding"];

/// A token of RFC 9110, section 5.6.2.
fn is_header_name(name: &str) -> bool {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !name.is_empty() && name.bytes().all(is_token)
}

fn of_operand(operand: &OsString) -> Result<(String, u16)> {
    let text = operand.to_string_lossy();
    let read = text.parse().map_err(|why| anyhow!("{text}: as the first operand {why}"));
    read.map(|Address { host, port, .. }| (host, port))
}

fn of_url(url: &str) -> Result<(String, u16, bool)> {
    let parsed: ureq::http::Uri =
        url.parse().map_err(|_| anyhow!("{url}: not a URL such as https://lab.example/hl7"))?;
    let encrypted = match parsed.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => bail!("{url}: http:// or https:// is expected"),
    };
    let authority = parsed.authority().with_context(|| format!("{url}: a host is missing"))?;
    if authority.as_str().contains('@') {
        bail!("a URL with a password in it is seen by everybody; put it into a file (--headers)");
    }
    let port = parsed.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
    Ok((authority.host().to_owned(), port, encrypted))
}

impl Place {
    /// What carries messages there.
    pub(super) fn packing(&self) -> Packing {
        if self.http.is_some() { Packing::Http } else { Packing::Mllp }
    }

    /// Its name in reports and state files.
    pub(super) fn name(&self) -> String {
        match &self.http {
            Some((url, _)) => url.clone(),
            None => self.address.to_string(),
        }
    }

    /// Makes connections to it.
    pub(super) fn connector(&self) -> Connector {
        let (address, timeout) = (self.address.clone(), self.connect_timeout);
        match &self.http {
            Some((url, headers)) => {
                let (url, headers) = (url.clone(), headers.clone());
                Box::new(move || {
                    let (url, headers) = (url.clone(), headers.clone());
                    Ok(Box::new(Http::new(url, headers, address.tls.clone(), timeout)))
                })
            }
            None => Box::new(move || Ok(Box::new(Mllp::connect(&address, timeout)?))),
        }
    }

    /// Connects, and tells how long that took.
    pub(super) fn ping(&self) -> Result<Verdict> {
        let start = Instant::now();
        let link = Wire::connect(&self.address, self.connect_timeout)
            .and_then(|mut wire| wire.stays_open(UNTIL_CLOSED).map(|()| wire));
        let wire = link.map_err(|failure| anyhow!("{}: {failure}", self.name()))?;
        let took = (start.elapsed().saturating_sub(UNTIL_CLOSED)).as_secs_f64() * 1000.0;
        let peer = wire.peer().map(|peer| peer.to_string()).filter(|peer| *peer != self.name());
        let peer = peer.map(|peer| format!(" ({peer})")).unwrap_or_default();
        let encryption = wire.encryption().map(|with| format!(", {with}")).unwrap_or_default();
        let line = format!("{}{peer}: connected in {took:.1} ms{encryption}\n", self.name());
        Output::stdout()?.write_all(line.as_bytes()).map_err(|e| anyhow!(plain_error(&e)))?;
        Ok(Verdict::Yes)
    }
}

/// Receivers that do not want a connection take it and close it at once; with TLS 1.3 one that
/// wants a certificate says so only then.
const UNTIL_CLOSED: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_are_read() {
        let of = |text: &str| of_operand(&text.into()).ok();
        assert_eq!(of("lab.example:2575"), Some(("lab.example".to_owned(), 2575)));
        assert_eq!(of("[::1]:2575"), Some(("[::1]".to_owned(), 2575)));
        for wrong in
            ["lab", "lab:", ":2575", "lab:0", "lab:65536", "::1:2575", "[::1:2575", "a.hl7"]
        {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        let of = |text: &str| of_url(text).ok();
        assert_eq!(of("https://lab.example/hl7"), Some(("lab.example".to_owned(), 443, true)));
        assert_eq!(of("http://[::1]:8080"), Some(("[::1]".to_owned(), 8080, false)));
        for wrong in ["lab.example:80", "ftp://lab/", "/hl7", "https://a:b@lab/", "http://"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
