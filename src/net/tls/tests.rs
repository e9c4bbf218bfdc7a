use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ClientConnection, ServerConnection};
use std::fs;

/// A folder with files in PEM: an authority, and certificates with their keys that it issued or not.
struct Desk {
    folder: tempfile::TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Desk {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Self { folder, authority }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, pem: &str, key: &KeyPair) -> Identity {
        let (cert, key_file) = (self.path(name), self.path(&format!("{name}.key")));
        fs::write(&cert, pem).unwrap();
        fs::write(&key_file, key.serialize_pem()).unwrap();
        Identity { cert, key: key_file }
    }

    fn issue(&self, name: &str, host: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let cert = params.signed_by(&key, &self.authority).unwrap();
        self.put(name, &cert.pem(), &key)
    }

    /// Signed by itself and marked as an authority, as `openssl req -x509` makes them.
    fn self_signed(&self, name: &str, host: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let cert = params.self_signed(&key).unwrap();
        self.put(name, &cert.pem(), &key)
    }

    fn trust(&self, name: &str) -> Trust {
        Trust::File(self.path(name))
    }
}

/// A handshake in memory; what either side says against it.
fn shake(client: Arc<ClientConfig>, name: &str, server: Arc<ServerConfig>) -> Result<(), Error> {
    let mut client = ClientConnection::new(client, server_name(name).unwrap()).unwrap();
    let mut server = ServerConnection::new(server).unwrap();
    for _ in 0..8 {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut bytes = &bytes[..];
        while !bytes.is_empty() {
            server.read_tls(&mut bytes).unwrap();
            server.process_new_packets()?;
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let mut bytes = &bytes[..];
        while !bytes.is_empty() {
            client.read_tls(&mut bytes).unwrap();
            client.process_new_packets()?;
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    Ok(())
}

#[test]
fn a_chain_is_trusted_and_the_name_counts() {
    let desk = Desk::new();
    let server = Server::new(desk.issue("server", "lab.example"), None).unwrap();
    let with = |trust: &Trust, name| shake(client(trust, None).unwrap(), name, server.config());
    assert_eq!(with(&desk.trust("ca.pem"), "lab.example"), Ok(()));
    assert!(matches!(
        with(&desk.trust("ca.pem"), "ward.example"),
        Err(Error::InvalidCertificate(_))
    ));
    let other = Desk::new();
    assert!(matches!(
        with(&other.trust("ca.pem"), "lab.example"),
        Err(Error::InvalidCertificate(_))
    ));
    assert_eq!(with(&Trust::Anybody, "ward.example"), Ok(()));
}

#[test]
fn a_certificate_of_the_file_is_trusted_itself() {
    let desk = Desk::new();
    let server = Server::new(desk.self_signed("server", "lab.example"), None).unwrap();
    desk.self_signed("other", "lab.example");
    let with = |file| shake(client(&desk.trust(file), None).unwrap(), "10.0.0.1", server.config());
    assert_eq!(with("server"), Ok(()));
    assert!(with("other").is_err());
}

#[test]
fn a_client_must_show_what_the_server_knows() {
    let desk = Desk::new();
    let trust = desk.trust("ca.pem");
    let issued = desk.issue("issued", "ward.example");
    let own = desk.self_signed("own", "ward.example");
    let identity = || desk.issue("server", "lab.example");
    let with = |ca: &str, shown: Option<&Identity>| {
        let server = Server::new(identity(), Some(desk.path(ca))).unwrap();
        shake(client(&trust, shown).unwrap(), "lab.example", server.config())
    };
    assert_eq!(with("ca.pem", Some(&issued)), Ok(()));
    assert_eq!(with("own", Some(&own)), Ok(()));
    assert!(matches!(with("ca.pem", None), Err(Error::NoCertificatesPresented)));
    assert!(matches!(with("ca.pem", Some(&own)), Err(Error::InvalidCertificate(_))));
    assert!(matches!(with("own", Some(&issued)), Err(Error::InvalidCertificate(_))));
}

#[test]
fn a_server_takes_new_files_or_stays_what_it_was() {
    let desk = Desk::new();
    let server = Server::new(desk.issue("server", "old.example"), None).unwrap();
    let with = |name| shake(client(&desk.trust("ca.pem"), None).unwrap(), name, server.config());
    desk.issue("server", "new.example");
    assert_eq!(with("old.example"), Ok(()));
    server.reload().unwrap();
    assert_eq!(with("new.example"), Ok(()));
    fs::write(desk.path("server"), "nothing").unwrap();
    assert!(server.reload().is_err());
    assert_eq!(with("new.example"), Ok(()));
}

#[test]
fn the_end_of_a_certificate_is_told_before_it_comes() {
    let desk = Desk::new();
    let identity = |is_ca: bool| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["lab.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 3, 1);
        params.not_after = rcgen::date_time_ymd(2026, 5, 30);
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            return desk.put("own", &params.self_signed(&key).unwrap().pem(), &key);
        }
        desk.put("issued", &params.signed_by(&key, &desk.authority).unwrap().pem(), &key)
    };
    // Seconds since 1970 of the start and the end.
    let (start, end, day) = (1_772_323_200, 1_780_099_200, 86_400);
    for (name, identity) in [("issued", identity(false)), ("own", identity(true))] {
        let told =
            |now| identity.end(UnixTime::since_unix_epoch(std::time::Duration::from_secs(now)));
        let text = |words| Some(format!("{}: this certificate {words}", desk.path(name).display()));
        assert_eq!(told(start - 1), text("is not valid before 2026-03-01T00:00:00Z"));
        assert_eq!(told(start), None);
        assert_eq!(told(end - 10 * day), None);
        let soon = text("expires soon: it is valid until 2026-05-30T00:00:00Z");
        assert_eq!(told(end - 10 * day + 1), soon);
        assert_eq!(told(end), soon);
        assert_eq!(told(end + 1), text("has expired: it was valid until 2026-05-30T00:00:00Z"));
    }
}

#[test]
fn what_is_wrong_names_the_file() {
    let desk = Desk::new();
    let server = desk.issue("server", "lab.example");
    let text = |identity: Identity| Server::new(identity, None).unwrap_err().to_string();
    let missing = text(Identity { cert: desk.path("none"), ..server.clone() });
    assert!(missing.contains("none: "), "{missing}");
    let no_key = text(Identity { key: server.cert.clone(), ..server.clone() });
    assert!(
        no_key.ends_with("server: no private key in it; PEM is expected, not encrypted"),
        "{no_key}"
    );
    let other = desk.issue("other", "lab.example");
    let unlike = text(Identity { key: other.key, ..server });
    assert!(unlike.contains("other.key: not the key of the certificate in "), "{unlike}");
    assert!(unlike.ends_with("server"), "{unlike}");
    assert!(server_name("[::1]").is_ok() && server_name("a b").is_err());
}
