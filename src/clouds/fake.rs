//! A server of canned answers, for what no emulator does: lost answers, throttling, a wrong clock, odd bodies.
//!
//! Owns HTTP over TCP and TLS, and the record of what came. Must not know any service: each cloud says its own words on
//! top of this.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// One request, as it came.
#[derive(Clone, Debug)]
pub(in crate::clouds) struct Call {
    /// `POST / HTTP/1.1`
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// The body read as a form.
    pub form: BTreeMap<String, String>,
}

impl Call {
    pub fn get(&self, name: &str) -> &str {
        self.form.get(name).map_or("", String::as_str)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Calls of AWS's query protocol differ in the action only, those of others in their line.
    fn is_like(&self, other: &Self) -> bool {
        self.line == other.line && self.get("Action") == other.get("Action")
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(in crate::clouds) enum Reply {
    Body(u16, String),
    With(u16, Vec<(&'static str, String)>, String),
    /// The connection is closed after the request was read.
    Lost,
    /// Nothing, ever.
    Silence,
}

type Answer = dyn Fn(&Call, usize) -> Reply + Send + Sync;

/// The server; it ends with the runtime of the test.
pub(in crate::clouds) struct Fake {
    pub url: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Fake {
    /// The same over TLS, as `localhost`, with a certificate of its own authority; the authority's as PEM.
    pub async fn start_tls(answer: impl Fn(&Call, usize) -> Reply + Send + Sync + 'static) -> (Self, String) {
        let (config, authority) = throw_away();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let answer: Arc<Answer> = Arc::new(answer);
        let seen = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answer, seen) = (acceptor.clone(), Arc::clone(&answer), Arc::clone(&seen));
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, answer, seen).await;
                    }
                });
            }
        });
        (Self { url, calls }, authority)
    }

    /// `answer` gets the call, and how many like it (same line, same action) came before it.
    pub async fn start(answer: impl Fn(&Call, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let answer: Arc<Answer> = Arc::new(answer);
        let seen = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(serve(stream, Arc::clone(&answer), Arc::clone(&seen)));
            }
        });
        Self { url, calls }
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn throw_away() -> (rustls::ServerConfig, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = authority.self_signed(&key).unwrap().pem();
    let issuer = rcgen::Issuer::new(authority, key);
    let leaf_key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
    let private = rustls::pki_types::PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], private.into())
            .unwrap();
    (config, pem)
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: Arc<Answer>,
    seen: Arc<Mutex<Vec<Call>>>,
) {
    while let Some(call) = read(&mut stream).await {
        let before = {
            let mut seen = seen.lock().unwrap();
            let before = seen.iter().filter(|earlier| earlier.is_like(&call)).count();
            seen.push(call.clone());
            before
        };
        let (status, headers, body) = match answer(&call, before) {
            Reply::Body(status, body) => (status, Vec::new(), body),
            Reply::With(status, headers, body) => (status, headers, body),
            Reply::Lost => return,
            Reply::Silence => std::future::pending().await,
        };
        let mut text = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {}\r\ncontent-length: {}\r\n",
            if body.starts_with('{') {
                "application/json"
            } else {
                "text/xml"
            },
            body.len()
        );
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(&body);
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Call> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&chunk[..read]);
    }
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    Some(Call {
        line,
        headers,
        body,
        form,
    })
}
