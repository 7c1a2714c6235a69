//! The sandbox over its real ports.

mod fetching;
mod google;
mod impossible;
mod issuer;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::oidc::{
    ExtraRoots, FetchError, FetchSettings, Fetcher, KeySet, Policy, inspect, is_sandbox_key_set, thumbprint,
    verify,
};
use crate::trust::{Audience, IssuerUrl, Severity};

use super::*;

struct Lab {
    sandbox: Sandbox,
    _directory: tempfile::TempDir,
}

/// An answer to a raw request: its status and its body.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

impl Lab {
    async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    async fn start_with(options: Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options {
            directory: directory.path().to_owned(),
            ..options
        };
        Self {
            sandbox: Sandbox::start(options).await.unwrap(),
            _directory: directory,
        }
    }

    /// Of the issuer and of every emulated API.
    fn ports(&self) -> Vec<u16> {
        let gcp = self.sandbox.gcp().endpoints.clone();
        let urls = [
            self.sandbox.issuer().to_string(),
            self.sandbox.aws_url().to_owned(),
            gcp.iam,
            gcp.sts,
            gcp.iam_credentials,
            gcp.resource_manager,
            gcp.storage,
            gcp.oauth2,
        ];
        let port = |url: &String| IssuerUrl::parse(url).unwrap().port().unwrap();
        urls.iter().map(port).collect()
    }

    fn bundle(&self) -> Vec<u8> {
        std::fs::read(self.sandbox.bundle()).unwrap()
    }

    fn fetcher(&self, allow_loopback: bool) -> Fetcher {
        let extra_roots = Some(ExtraRoots::from_pem(&self.bundle()).unwrap());
        Fetcher::new(FetchSettings {
            allow_loopback,
            extra_roots,
            ..FetchSettings::default()
        })
    }

    /// One request as written, over TLS that believes nothing but this sandbox.
    async fn raw(&self, port: u16, request: &str) -> Answer {
        let mut roots = rustls::RootCertStore::empty();
        let last = CertificateDer::pem_slice_iter(&self.bundle())
            .last()
            .unwrap()
            .unwrap();
        roots.add(last).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let mut stream = connector.connect(name, tcp).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {answer}"));
        Answer {
            status: head[9..12].parse().unwrap(),
            body: body.to_owned(),
        }
    }

    async fn get(&self, port: u16, path: &str, headers: &str) -> Answer {
        self.raw(
            port,
            &format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n"),
        )
        .await
    }

    async fn post(&self, path: &str, secret: Option<&str>, body: &Value) -> Answer {
        let port = self.ports()[0];
        let body = body.to_string();
        let secret = secret.map_or_else(String::new, |secret| format!("{SECRET_HEADER}: {secret}\r\n"));
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\n{secret}content-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        self.raw(port, &(head + &body)).await
    }

    async fn mint(&self, path: &str, request: &Value) -> Answer {
        self.post(path, Some(self.sandbox.secret().expose()), request)
            .await
    }

    async fn published(&self) -> KeySet {
        let url = format!("{}/.well-known/jwks.json", self.sandbox.issuer());
        KeySet::parse(&self.fetcher(true).get(&url).await.unwrap().body).unwrap()
    }
}

fn policy(issuer: &str) -> Policy {
    Policy::new(
        IssuerUrl::parse(issuer).unwrap(),
        vec![Audience::parse("sts.amazonaws.com").unwrap()],
    )
}

fn now() -> i64 {
    use crate::oidc::Clock;
    crate::oidc::SystemClock.now()
}
