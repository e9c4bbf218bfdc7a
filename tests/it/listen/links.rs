//! TLS.

use super::{Listening, adt, block, msa};
use crate::folders::folder;
use crate::program::pipehat;
use pipehat::net::tls::{Identity, Trust, client, server_name};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ClientConnection, StreamOwned};
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(folder: &Path) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    authority
}

/// Writes `NAME.pem` and `NAME.key`.
fn issue(folder: &Path, authority: &Authority, name: &str) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let cert = params.signed_by(&key, authority).unwrap();
    let identity = Identity {
        cert: folder.join(name).with_extension("pem"),
        key: folder.join(name).with_extension("key"),
    };
    fs::write(&identity.cert, cert.pem()).unwrap();
    fs::write(&identity.key, key.serialize_pem()).unwrap();
    fs::set_permissions(&identity.key, fs::Permissions::from_mode(0o600)).unwrap();
    identity
}

/// Sends bytes over TLS; what comes back until the other side closes or has answered.
fn exchange(
    port: u16,
    folder: &Path,
    identity: Option<&Identity>,
    bytes: &[u8],
) -> io::Result<String> {
    let config = client(&Trust::File(folder.join("ca.pem")), identity)?;
    let session = ClientConnection::new(config, server_name("localhost")?).unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(super::LONG))?;
    let mut tls = StreamOwned::new(session, stream);
    tls.write_all(bytes)?;
    let mut answers = Vec::new();
    let mut piece = [0; 4096];
    while answers.iter().filter(|&&b| b == 0x1C).count()
        < bytes.iter().filter(|&&b| b == 0x1C).count()
    {
        match tls.read(&mut piece)? {
            0 => break,
            count => answers.extend_from_slice(&piece[..count]),
        }
    }
    Ok(String::from_utf8(answers).unwrap())
}

#[test]
fn clients_that_are_known_speak_over_tls() {
    let folder = folder();
    let folder = folder.path();
    let ca = authority(folder);
    let server = issue(folder, &ca, "server");
    let known = issue(folder, &ca, "client");
    let at = |path: &Path| path.to_str().unwrap().to_owned();
    let (cert, key, clients) = (at(&server.cert), at(&server.key), at(&folder.join("ca.pem")));
    let args = ["--tls-cert", &cert, "--tls-key", &key, "--client-ca", &clients];
    let mut listening = Listening::start(&[&args[..], &["--log", "text"]].concat());
    // Many at once, and one that is longer than a record of TLS.
    let long = adt("L") + &format!("NTE|1||{}\r", "x".repeat(100_000));
    let bytes: Vec<u8> =
        (0..200).map(|n| adt(&format!("M{n}"))).chain([long]).flat_map(block).collect();
    let mut output = listening.output();
    let reader = std::thread::spawn(move || {
        let mut all = String::new();
        output.read_to_string(&mut all).unwrap();
        all
    });
    let answers = exchange(listening.port, folder, Some(&known), &bytes).unwrap();
    let ids: Vec<_> =
        answers.split("\x1c\r").filter(|a| !a.is_empty()).map(|a| msa(a).1.to_owned()).collect();
    let expected: Vec<_> = (0..200).map(|n| format!("M{n}")).chain(["L".to_owned()]).collect();
    assert_eq!(ids, expected);
    // Nobody else, with a certificate or without, or without TLS.
    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = issue(elsewhere.path(), &authority(elsewhere.path()), "client");
    for identity in [None, Some(&stranger)] {
        let answered = exchange(listening.port, folder, identity, &block(adt("X")));
        assert!(answered.as_ref().is_ok_and(String::is_empty) || answered.is_err(), "{answered:?}");
    }
    let mut plain = listening.connect();
    plain.send(block(adt("X")));
    let mut refused = Vec::new();
    let _ = plain.stream.read_to_end(&mut refused);
    assert!(!refused.windows(3).any(|three| three == b"MSA"));
    // A new certificate is shown without a new start.
    let other = authority(folder);
    issue(folder, &other, "server");
    listening.signal(rustix::process::Signal::HUP);
    listening.wait_for("reloaded");
    let known = issue(folder, &other, "client");
    let answer = exchange(listening.port, folder, Some(&known), &block(adt("N"))).unwrap();
    assert_eq!(msa(&answer), ("AA", "N"));
    assert_eq!(listening.stop().code, 0);
    let messages = reader.join().unwrap();
    assert_eq!(messages.lines().count(), 202);
}

#[test]
fn what_fails_about_tls_is_told() {
    let folder = folder();
    let folder = folder.path();
    let ca = authority(folder);
    let server = issue(folder, &ca, "server");
    let at = |path: &Path| path.to_str().unwrap().to_owned();
    let (cert, key, clients) = (at(&server.cert), at(&server.key), at(&folder.join("ca.pem")));
    let args = ["--tls-cert", &cert, "--tls-key", &key, "--client-ca", &clients];
    let mut listening = Listening::start(&args);
    let _ = exchange(listening.port, folder, None, &block(adt("X")));
    listening.wait_for("a connection from 127.0.0.1 was refused: TLS: it showed no certificate\n");
    let mut listening = Listening::start(&args);
    let mut plain = listening.connect();
    plain.send(block(adt("X")));
    listening.wait_for("a connection from 127.0.0.1 was refused: TLS: it speaks no TLS\n");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o604)).unwrap();
    let out = Listening::start(&args).stop();
    let told = "server.key: everybody on this machine can read or change this key (mode 604)";
    assert!(out.code == 0 && out.stderr.contains(told), "{out:?}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let other = at(&issue(folder, &ca, "other").key);
    let args = ["listen", "0", "--tls-cert", &cert, "--tls-key", &other];
    let expected = format!("pipehat: {other}: not the key of the certificate in {cert}\n");
    pipehat(&args).run().is(2, "", &expected);
}

#[test]
fn an_operator_is_told_of_certificates_that_are_over_and_of_those_that_cannot_be_read() {
    let folder = folder();
    let folder = folder.path();
    let ca = authority(folder);
    let server = issue(folder, &ca, "server");
    let at = |path: &Path| path.to_str().unwrap().to_owned();
    let (cert, key) = (at(&server.cert), at(&server.key));
    let args = ["--tls-cert", &cert, "--tls-key", &key];
    let over = |name: &str| {
        let own = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2020, 1, 31);
        fs::write(
            folder.join(name).with_extension("pem"),
            params.signed_by(&own, &ca).unwrap().pem(),
        )
        .unwrap();
        fs::write(folder.join(name).with_extension("key"), own.serialize_pem()).unwrap();
    };
    let expired =
        format!("{cert}: this certificate has expired: it was valid until 2020-01-31T00:00:00Z");
    let mut listening = Listening::start(&[&args[..], &["--log", "text"]].concat());
    // What cannot be read is not called read.
    let whole = fs::read(&cert).unwrap();
    fs::write(&cert, "nothing").unwrap();
    listening.signal(rustix::process::Signal::HUP);
    let line = listening.wait_for("reloaded");
    assert!(line.ends_with(" not reloaded kept=certificates\n"), "{line}");
    let answer = exchange(listening.port, folder, None, &block(adt("A"))).unwrap();
    assert_eq!(msa(&answer), ("AA", "A"));
    // The key of the new certificate is open, and then the certificate is over.
    fs::write(&cert, whole).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o604)).unwrap();
    listening.signal(rustix::process::Signal::HUP);
    listening.wait_for("everybody on this machine can read or change this key (mode 604)");
    assert!(listening.wait_for("reloaded").ends_with("Z reloaded\n"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    over("server");
    listening.signal(rustix::process::Signal::HUP);
    listening.wait_for(&expired);
    listening.wait_for("reloaded");
    assert_eq!(listening.stop().code, 0);
    // It is told at the start, also to those who want nothing but warnings.
    let out = Listening::start(&[&args[..], &["--quiet"]].concat()).stop();
    assert!(out.code == 0 && out.stderr.starts_with(&format!("pipehat: {expired}\n")), "{out:?}");
}

#[test]
fn rejects_begin_anew_when_they_were_moved() {
    let folder = folder();
    let (now, then) = (folder.path().join("rejects"), folder.path().join("rejects.1"));
    let mut listening = Listening::start(&["--rejects", now.to_str().unwrap(), "--log", "text"]);
    listening.answer_to(block("one"));
    fs::rename(&now, &then).unwrap();
    listening.signal(rustix::process::Signal::HUP);
    listening.wait_for("reloaded");
    listening.answer_to(block("two"));
    assert_eq!(fs::read(then).unwrap(), block("one"));
    assert_eq!(fs::read(now).unwrap(), block("two"));
}
