//! Receivers behind TLS and HTTP.

use super::*;
use pipehat::net::tls::{Identity, Server};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;

/// A certificate and its key as files; `openssl req -x509` makes such, too.
fn certificate(folder: &tempfile::TempDir, name: &str, host: &str) -> Identity {
    let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
    let cert = put(folder, &format!("{name}.pem"), made.cert.pem());
    let key = put(folder, &format!("{name}.key"), made.signing_key.serialize_pem());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    Identity { cert: cert.into(), key: key.into() }
}

/// A receiver behind TLS.
fn encrypted(server: Server) -> Host {
    let inner = friendly();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let behind = inner.address.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut tcp = stream.unwrap();
            let mut tls = rustls::ServerConnection::new(server.config()).unwrap();
            let behind = behind.clone();
            std::thread::spawn(move || {
                let mut plain = std::net::TcpStream::connect(behind).unwrap();
                let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
                let mut buf = [0; 4096];
                // One message fits into a read, as does its answer.
                while let Ok(n @ 1..) = stream.read(&mut buf) {
                    plain.write_all(&buf[..n]).unwrap();
                    let n = plain.read(&mut buf).unwrap();
                    stream.write_all(&buf[..n]).unwrap();
                }
            });
        }
    });
    Host { address, ..inner }
}

#[test]
fn tls_knows_with_whom_it_speaks() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = certificate(&folder, "server", "lab.example");
    let client = certificate(&folder, "client", "ward.example");
    certificate(&folder, "other", "lab.example");
    let (ca, other) = (path("server.pem"), path("other.pem"));
    let host = encrypted(Server::new(server.clone(), None).unwrap());
    let ok = send(&host, &["--tls", "--ca", &ca, "-f", "none"]).stdin(many(3)).run();
    ok.is(0, "", "");
    assert_eq!(host.ids(), ["M-1", "M-2", "M-3"]);
    // Retries do not help against a certificate that is not trusted.
    let unknown = "TLS: its certificate comes from no authority that is trusted here";
    for args in [&["--ca", &other][..], &[]] {
        let args = [&["--tls", "-f", "none", "--retries", "9"], args].concat();
        let out = send(&host, &args).env("SSL_CERT_FILE", &other).stdin(many(1)).run();
        assert!(out.code == 2 && out.stderr.contains(unknown), "{out:?}");
    }
    let out = send(&host, &["--tls", "--insecure", "-f", "none"]).stdin(many(1)).run();
    assert!(out.code == 0 && out.stderr.starts_with("pipehat: WARNING: --insecure"), "{out:?}");
    let out = send(&host, &["--tls", "--insecure", "-q", "-f", "none"]).stdin(many(1)).run();
    assert!(out.code == 0 && out.stderr.starts_with("pipehat: WARNING: --insecure"), "{out:?}");
    assert_eq!(host.ids(), ["M-1", "M-1"]);
    let out = send(&host, &["--tls", "--ca", &ca, "--ping"]).run();
    assert!(out.code == 0 && out.text().contains("TLSv1_3"), "{out:?}");

    let mutual = encrypted(Server::new(server, Some(client.cert.clone())).unwrap());
    let (cert, key) = (path("client.pem"), path("client.key"));
    let args = ["--tls", "--ca", &ca, "--cert", &cert, "--key", &key, "-f", "none"];
    send(&mutual, &args).stdin(many(2)).run().is(0, "", "");
    assert_eq!(mutual.ids(), ["M-1", "M-2"]);
    // A key that others can read is told; a group may be one for such keys.
    for (mode, told) in [(0o640, false), (0o644, true)] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let out = send(&mutual, &args).stdin(many(1)).run();
        let warned = out.stderr.contains("client.key: everybody on this machine can read");
        assert!(out.code == 0 && warned == told, "{out:?}");
        assert_eq!(mutual.ids(), ["M-1"]);
    }
    let out = send(&mutual, &["--tls", "--ca", &ca, "-f", "none"]).stdin(many(2)).run();
    let wanted = "not sent: TLS: it wants a certificate of ours";
    assert!(out.code == 2 && out.stderr.contains(wanted), "{out:?}");
    assert!(out.stderr.contains("2 not sent") && !out.stderr.contains("unknown"), "{out:?}");
    let out = send(&mutual, &["--tls", "--ca", &ca, "--ping"]).run();
    assert!(out.code == 2 && out.stderr.contains("TLS: "), "{out:?}");
    assert!(mutual.ids().is_empty());
}

#[test]
fn tls_at_one_side_only_is_told() {
    let folder = folder();
    let server = certificate(&folder, "server", "lab.example");
    let host = encrypted(Server::new(server, None).unwrap());
    // The other side has read nothing of it.
    let out = send(&host, &["-f", "none"]).stdin(many(2)).run();
    let told = "not sent: the receiver speaks TLS here, and TLS was not asked for";
    assert!(out.code == 2 && out.stderr.contains(told), "{out:?}");
    assert!(out.stderr.contains("2 not sent") && host.ids().is_empty(), "{out:?}");

    // One closes at once, another answers in its own language.
    for (answer, told) in [
        ("", "no connection: closed by the receiver before TLS began; does it speak TLS?"),
        ("\x0bMSH|^~\\&|\x1c\r", "TLS: it speaks no TLS"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let plain = std::thread::spawn(move || {
            let (mut tcp, _) = listener.accept().unwrap();
            let _ = tcp.read(&mut [0; 4096]).unwrap();
            tcp.write_all(answer.as_bytes()).unwrap();
        });
        let out = pipehat(&["send", &address, "--tls", "--insecure"]).stdin(many(1)).run();
        assert!(out.code == 2 && out.stderr.contains(told), "{out:?}");
        plain.join().unwrap();
    }
}

/// Answers HTTP requests with a status and a body; what came, as text.
fn web(
    server: Option<Server>,
    answer: impl Fn(&str) -> (u16, String) + Send + 'static,
) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let scheme = if server.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}/hl7", listener.local_addr().unwrap());
    let (sender, came) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            match &server {
                None => serve_web(stream, &answer, &sender),
                Some(server) => {
                    let tls = rustls::ServerConnection::new(server.config()).unwrap();
                    serve_web(rustls::StreamOwned::new(tls, stream), &answer, &sender);
                }
            }
        }
    });
    (url, came)
}

fn serve_web(
    mut stream: impl Read + Write,
    answer: &impl Fn(&str) -> (u16, String),
    sender: &std::sync::mpsc::Sender<String>,
) {
    let mut bytes = Vec::new();
    let mut buf = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut buf) {
        bytes.extend_from_slice(&buf[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if body.len() < length {
            continue;
        }
        let (status, answer) = answer(body);
        bytes.clear();
        let _ = sender.send(text);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", answer.len());
        let _ = stream.write_all((head + &answer).as_bytes());
        let _ = stream.flush();
    }
}

#[test]
fn http_carries_messages_as_bodies() {
    let folder = folder();
    let headers = put(&folder, "headers", "Authorization: Bearer secret\nX-Site: 7\n");
    let body_of = |code: &'static str| {
        move |body: &str| {
            let block =
                String::from_utf8(ack(code, &crate::receiver::id_of(body.as_bytes()))).unwrap();
            (200, block.replace('\x0b', "").replace("\x1c\r", ""))
        }
    };
    let (url, came) = web(None, body_of("AA"));
    let latin = adt("M-2", "A").replace("|2.4\r", "|2.4||||||8859/1\r");
    let input = adt("M-1", "Adams^Ann") + &latin;
    let args = ["send", "--http", &url, "--headers", &headers];
    let out = pipehat(&args).stdin(input).run();
    assert!(out.code == 0 && out.stderr.is_empty(), "{out:?}");
    assert_eq!(out.text().matches("MSA|AA|").count(), 2);
    let first = came.recv().unwrap();
    let (head, body) = first.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    assert!(head.starts_with("post /hl7 http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: x-application/hl7-v2+er7; charset=utf-8"), "{head}");
    assert!(head.contains("authorization: bearer secret") && head.contains("x-site: 7"), "{head}");
    assert_eq!(body, adt("M-1", "Adams^Ann").strip_suffix('\n').unwrap());
    assert!(came.recv().unwrap().to_lowercase().contains("charset=iso-8859-1"));

    let server = certificate(&folder, "server", "lab.example");
    let ca = server.cert.to_str().unwrap().to_owned();
    let (url, came) = web(Some(Server::new(server, None).unwrap()), body_of("AA"));
    let args = ["send", "--http", &url, "-f", "none"];
    pipehat(&[&args[..], &["--ca", &ca]].concat()).stdin(many(2)).run().is(0, "", "");
    assert_eq!(came.try_iter().count(), 2);
    let other = certificate(&folder, "other", "lab.example").cert;
    let out = pipehat(&args).env("SSL_CERT_FILE", other.to_str().unwrap()).stdin(many(1)).run();
    assert!(out.code == 2 && out.stderr.contains("not sent: TLS: "), "{out:?}");
    assert_eq!(came.try_iter().count(), 0);

    let (url, _came) = web(None, body_of("AE"));
    assert_eq!(pipehat(&["send", "--http", &url]).stdin(many(2)).run().code, 1);
    // Line ends, marks and the bytes of MLLP around an acknowledgment do not hide it.
    for (before, behind) in [("\r\n", ""), ("\u{feff}", "\r\n"), ("\x0b", "\x1c\r")] {
        let plain = body_of("AA");
        let (url, came) =
            web(None, move |body| (200, format!("{before}{}{behind}", plain(body).1)));
        let out = pipehat(&["send", "--http", &url, "-f", "none"]).stdin(many(2)).run();
        assert!(out.code == 0 && came.try_iter().count() == 2, "{before:?}: {out:?}");
    }
    // Who is not let in is told so once, and what was not taken is not unknown.
    for status in [401, 403, 404, 405, 302] {
        let (url, came) = web(None, move |_| (status, String::new()));
        let args = ["send", "--http", &url, "--retries", "forever", "-f", "ndjson"];
        let out = pipehat(&args).stdin(many(2)).run();
        let why = format!("not sent: HTTP status {status}, without an acknowledgment");
        assert!(out.code == 2 && out.stderr.contains(&why), "{out:?}");
        assert_eq!(out.text().matches("\"outcome\":\"unsent\"").count(), 2);
        assert_eq!(came.try_iter().count(), 1);
    }
    // A type of one's own takes the place of the usual one.
    let headers = put(&folder, "types", "content-type: text/plain\n");
    let (url, came) = web(None, body_of("AA"));
    let args = ["send", "--http", &url, "-f", "none", "--headers", &headers];
    assert_eq!(pipehat(&args).stdin(many(1)).run().code, 0);
    let head = came.recv().unwrap().to_lowercase();
    assert!(head.contains("content-type: text/plain\r\n"), "{head}");
    assert_eq!(head.matches("content-type").count(), 1);
    for wrong in ["X-Site: a\x01b\n", "Content-Length: 1\n", "no header\n"] {
        put(&folder, "types", wrong);
        let out = pipehat(&args).stdin(many(1)).run();
        assert!(out.code == 2 && out.stderr.contains("header 1"), "{out:?}");
    }
    assert_eq!(came.try_iter().count(), 0);
    for (status, body) in [(500, "failed: Adams"), (200, "OK")] {
        let (url, came) = web(None, move |_| (status, body.to_owned()));
        let out = pipehat(&["send", "--http", &url]).stdin(many(2)).run();
        let why = format!("HTTP status {status}, without an acknowledgment");
        assert!(out.code == 2 && out.stderr.contains(&why), "{out:?}");
        assert!(!out.stderr.contains("Adams"));
        assert_eq!(came.try_iter().count(), 1);
    }
    let closed = Closed::new();
    let url = format!("http://{}/", closed.address);
    let out = pipehat(&["send", "--http", &url]).stdin(many(1)).run();
    assert!(out.stderr.contains("not sent: no connection: Connection refused"), "{out:?}");
}
