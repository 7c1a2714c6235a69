//! Places as platforms have them, on this machine.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// A platform of one's own, whose token is in a variable.
pub const PLATFORM: &str = r#"
id = "acme-ci"
issuer = "https://ci.acme.example"
tenancy = "shared"
tenant = "team"

[variable]
team = { pattern = "[a-z]+", chosen_by = "platform", mutable = false }

[[subject]]
template = "team:{team}"

[[token_source]]
kind = "env"
var = "ACME_TOKEN"
"#;

/// A token with these claims and a signature that nobody can check.
pub fn token(claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    format!("{}.{}.{}", part(&header), part(claims), canary())
}

/// What no message may repeat.
pub fn canary() -> String {
    BASE64URL_NOPAD.encode(b"canary signature")
}

/// A server that gives one answer to everybody, behind a socket or else on loopback: its port, and what it is asked.
pub fn answering(socket: Option<&Path>, body: String) -> (u16, mpsc::Receiver<String>) {
    let (send, asked) = mpsc::channel();
    let text = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = move |mut stream: Box<dyn ReadWrite>| {
        let request = read(&mut stream);
        let _ = stream.write_all(text.as_bytes());
        send.send(request).is_ok()
    };
    match socket {
        Some(path) => {
            let listener = UnixListener::bind(path).unwrap();
            thread::spawn(move || {
                listener
                    .incoming()
                    .flatten()
                    .all(|stream| answer(Box::new(stream)))
            });
            (0, asked)
        }
        None => {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            thread::spawn(move || {
                listener
                    .incoming()
                    .flatten()
                    .all(|stream| answer(Box::new(stream)))
            });
            (port, asked)
        }
    }
}

trait ReadWrite: Read + Write {}

impl<T: Read + Write> ReadWrite for T {}

fn read(stream: &mut dyn ReadWrite) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
        bytes.extend(byte);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = stream.read_exact(&mut body);
    bytes.extend(body);
    String::from_utf8(bytes).unwrap()
}

/// A program in a folder. Another process writes it: a file that this one has open for writing cannot be run by a process
/// forked meanwhile.
pub fn program(folder: &Path, name: &str, script: &str) {
    let mut writer = Command::new("/bin/sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(folder.join(name))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    writer
        .stdin
        .take()
        .unwrap()
        .write_all(format!("#!/bin/sh\n{script}\n").as_bytes())
        .unwrap();
    assert!(writer.wait().unwrap().success());
}
