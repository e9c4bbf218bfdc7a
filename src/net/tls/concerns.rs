//! What an operator should know of files that work, today.

use super::{Identity, certificates};
use crate::core::time::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

/// A certificate that ends within so many days is told. Those that renew themselves are renewed
/// before (after two thirds of 90 days, or of 47), so nobody is told of them each time.
const DAYS: u64 = 10;

impl Identity {
    /// A key that others can read, a certificate that is over or soon will be: sentences that name
    /// the files. None of it is a reason to end, as no web server takes it for one: a link that
    /// worked yesterday has to work tomorrow.
    #[must_use]
    pub fn concerns(&self) -> Vec<String> {
        self.open_key().into_iter().chain(self.end(UnixTime::now())).collect()
    }

    /// Any user of the machine can read or change the key. A group may: systems have one for such
    /// keys (`ssl-cert`).
    fn open_key(&self) -> Option<String> {
        let mode = fs::metadata(&self.key).ok()?.mode();
        (mode & 0o007 != 0).then(|| {
            format!(
                "{}: everybody on this machine can read or change this key (mode {:03o}); \
                 `chmod 600` it",
                self.key.display(),
                mode & 0o777
            )
        })
    }

    /// That the certificate is over, will be soon, or has not begun. Those behind it are not looked
    /// at: servers are told to show old ones that lead to an authority that is known longer.
    pub(super) fn end(&self, now: UnixTime) -> Option<String> {
        let certs = certificates(&self.cert).ok()?;
        let cert = certs.first()?;
        let soon = now.as_secs().saturating_add(DAYS * 86_400);
        let soon = UnixTime::since_unix_epoch(Duration::from_secs(soon));
        let (words, limit) = match (outside(cert, now), outside(cert, soon)) {
            (Some(Outside::Before(start)), _) => ("is not valid before", start),
            (Some(Outside::After(end)), _) => ("has expired: it was valid until", end),
            (_, Some(Outside::After(end))) => ("expires soon: it is valid until", end),
            _ => return None,
        };
        Some(format!("{}: this certificate {words} {}", self.cert.display(), utc(limit)?))
    }
}

/// On which side of a certificate's time a time is.
enum Outside {
    Before(UnixTime),
    After(UnixTime),
}

/// Asks who judges certificates of the other side, for the answer tells the limits. Whom the judge
/// trusts does not matter, for it looks at the time before all else.
fn outside(cert: &CertificateDer<'static>, at: UnixTime) -> Option<Outside> {
    let mut roots = RootCertStore::empty();
    roots.add(cert.clone()).ok()?;
    let provider = ring::default_provider().into();
    let judge = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build().ok()?;
    let anybody = ServerName::try_from("localhost").ok()?;
    match judge.verify_server_cert(cert, &[], &anybody, &[], at) {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Some(Outside::After(not_after))
        }
        Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
            not_before, ..
        })) => Some(Outside::Before(not_before)),
        _ => None,
    }
}

fn utc(time: UnixTime) -> Option<String> {
    let mut text = Vec::new();
    Timestamp::from_unix(time.as_secs())?.write_iso(&mut text);
    String::from_utf8(text).ok()
}
