//! TLS of both sides of a link, as configurations of rustls: versions 1.2 and 1.3 (BCP 195), mutual
//! if asked for.
//!
//! Whom to trust is said in one of two ways, as IHE's node authentication (ITI-19) knows them: the
//! other side's certificate chains to an authority of a file or of the system, or it is itself in
//! the file, byte for byte. In the second case nothing else of it is looked at, neither its name
//! nor its dates: the file names this very peer.

mod concerns;
mod words;

pub use words::words;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore};
use rustls::{ServerConfig, SignatureScheme};
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// What a side shows of itself: files in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, and behind it those that lead to the authority.
    pub cert: PathBuf,
    /// Its private key, not encrypted; may be the same file.
    pub key: PathBuf,
}

/// Whom a client trusts.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The authorities of the system (on Linux those of OpenSSL, or of `SSL_CERT_FILE`).
    #[default]
    System,
    /// Authorities and certificates of a file in PEM, and no others.
    File(PathBuf),
    /// Anybody. The link is encrypted, but nobody knows to whom.
    Anybody,
}

/// The configuration of a client.
///
/// # Errors
/// When a file cannot be read or has not in it what it should; the text names the file.
pub fn client(trust: &Trust, identity: Option<&Identity>) -> io::Result<Arc<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    let trusted = |roots: RootCertStore, known| {
        let chains = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone());
        Trusted::new(chains.build(), known, &provider)
    };
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::Anybody => Arc::new(Unchecked(provider.signature_verification_algorithms)),
        Trust::System => Arc::new(trusted(system()?, Vec::new())?),
        Trust::File(path) => {
            let certs = certificates(path)?;
            Arc::new(trusted(authorities(path, &certs)?, certs)?)
        }
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(invalid)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(Identity { cert, key }) => builder
            .with_client_auth_cert(certificates(cert)?, private_key(key)?)
            .map_err(|e| unfit(cert, key, &e))?,
    };
    Ok(Arc::new(config))
}

/// The name of a server as its certificate has it: a host name or an address.
///
/// # Errors
/// When it is neither.
pub fn server_name(name: &str) -> io::Result<ServerName<'static>> {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    ServerName::try_from(bare.to_owned())
        .map_err(|_| invalid(format!("{name}: neither a host name nor an address")))
}

/// The configuration of a server, which can be read anew while connections go on.
#[derive(Debug)]
pub struct Server {
    identity: Identity,
    client_ca: Option<PathBuf>,
    config: RwLock<Arc<ServerConfig>>,
}

impl Server {
    /// A server that shows `identity`. With `client_ca`, a file in PEM, each client must show a
    /// certificate that leads to an authority of the file or is in it.
    ///
    /// # Errors
    /// As [`client`].
    pub fn new(identity: Identity, client_ca: Option<PathBuf>) -> io::Result<Self> {
        let config = RwLock::new(server(&identity, client_ca.as_deref())?);
        Ok(Self { identity, client_ca, config })
    }

    /// The configuration for the next connection.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it shows of itself.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Reads the files again, for connections to come.
    ///
    /// # Errors
    /// As [`client`]; the configuration stays what it was.
    pub fn reload(&self) -> io::Result<()> {
        let config = server(&self.identity, self.client_ca.as_deref())?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }
}

fn server(identity: &Identity, client_ca: Option<&Path>) -> io::Result<Arc<ServerConfig>> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(invalid)?;
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let certs = certificates(path)?;
            let roots = authorities(path, &certs)?;
            let chains =
                WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
            let verifier = Trusted::new(chains.build(), certs, &provider)?;
            builder.with_client_cert_verifier(Arc::new(verifier))
        }
    };
    let config = builder
        .with_single_cert(certificates(&identity.cert)?, private_key(&identity.key)?)
        .map_err(|e| unfit(&identity.cert, &identity.key, &e))?;
    Ok(Arc::new(config))
}

/// All certificates of a file, of which there is one at least.
fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let certs = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| unread(path, e))?;
    if certs.is_empty() {
        return Err(of_file(path, "no certificate in it; PEM is expected"));
    }
    Ok(certs)
}

fn private_key(path: &Path) -> io::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).map_err(|e| match e {
        pem::Error::NoItemsFound => {
            of_file(path, "no private key in it; PEM is expected, not encrypted")
        }
        e => unread(path, e),
    })
}

fn authorities(path: &Path, certs: &[CertificateDer<'static>]) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for cert in certs {
        roots.add(cert.clone()).map_err(|e| of_file(path, e))?;
    }
    Ok(roots)
}

/// What the system trusts. Certificates that rustls cannot read are passed over, as browsers do.
fn system() -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(invalid("the system has no trusted certificates; name a file with them"));
    }
    Ok(roots)
}

/// Trusts what leads to an authority, and certificates that are known themselves.
#[derive(Debug)]
struct Trusted<V: ?Sized> {
    known: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    chains: Arc<V>,
}

impl<V: ?Sized> Trusted<V> {
    fn new(
        chains: Result<Arc<V>, VerifierBuilderError>,
        known: Vec<CertificateDer<'static>>,
        provider: &CryptoProvider,
    ) -> io::Result<Self> {
        let algorithms = provider.signature_verification_algorithms;
        Ok(Self { known, algorithms, chains: chains.map_err(invalid)? })
    }
}

/// That the other side has the private key of its certificate is always checked.
macro_rules! verify_signatures {
    ($algorithms:ident => $of:expr) => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let $algorithms = self;
            verify_tls12_signature(message, cert, signed, $of)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let $algorithms = self;
            verify_tls13_signature(message, cert, signed, $of)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            let $algorithms = self;
            $of.supported_schemes()
        }
    };
}

impl ServerCertVerifier for Trusted<WebPkiServerVerifier> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.known.contains(end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    verify_signatures!(this => &this.algorithms);
}

impl ClientCertVerifier for Trusted<dyn ClientCertVerifier> {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chains.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if self.known.contains(end_entity) {
            return Ok(ClientCertVerified::assertion());
        }
        self.chains.verify_client_cert(end_entity, intermediates, now)
    }

    verify_signatures!(this => &this.algorithms);
}

/// Trusts anybody.
#[derive(Debug)]
struct Unchecked(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    verify_signatures!(this => &this.0);
}

/// Why a file of PEM could not be read, as other files tell it.
fn unread(path: &Path, error: pem::Error) -> io::Error {
    match error {
        pem::Error::Io(why) => {
            io::Error::new(why.kind(), format!("reading {}: {why}", path.display()))
        }
        why => of_file(path, why),
    }
}

/// Why a certificate and a key do not do.
fn unfit(cert: &Path, key: &Path, error: &Error) -> io::Error {
    match error {
        Error::InconsistentKeys(_) => {
            of_file(key, format!("not the key of the certificate in {}", cert.display()))
        }
        error => of_file(cert, error),
    }
}

fn of_file(path: &Path, why: impl Display) -> io::Error {
    invalid(format!("{}: {why}", path.display()))
}

fn invalid(why: impl Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why.to_string())
}

#[cfg(test)]
mod tests;
