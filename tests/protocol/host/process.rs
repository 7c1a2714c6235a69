//! The plugin process.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tonic::transport::Channel;

use super::certificate::HostCertificate;
use super::connection::connect;
use super::go_plugin::Empty;
use super::go_plugin::grpc_controller_client::GrpcControllerClient;
use super::tfplugin6::provider_client::ProviderClient;
use crate::programs::fixture;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// A started plugin.
pub struct Plugin {
    pub child: Child,
    pub line: Line,
    pub certificate: HostCertificate,
}

/// The handshake line.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub network: String,
    pub address: String,
    pub certificate: String,
}

impl Line {
    fn parse(text: &str) -> Self {
        let fields: Vec<&str> = text.trim().split('|').collect();
        assert_eq!((fields[0], fields[1], fields[4]), ("1", "6", "grpc"), "{text}");
        let field = |at: usize| fields[at].to_owned();
        Self {
            text: text.to_owned(),
            network: field(2),
            address: field(3),
            certificate: field(5),
        }
    }
}

impl Plugin {
    /// Starts the fixture provider with mutual TLS and further variables.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let certificate = HostCertificate::new();
        let pem = certificate.pem();
        let mut all = vec![("PLUGIN_CLIENT_CERT", pem.as_str())];
        all.extend(variables);
        Self::start_with(&all, certificate).await
    }

    pub async fn start_with(variables: &[(&str, &str)], certificate: HostCertificate) -> Self {
        let mut child = command(variables).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        let read = tokio::time::timeout(Duration::from_secs(30), stdout.read_line(&mut text)).await;
        read.expect("a handshake line").unwrap();
        assert!(!text.is_empty(), "no handshake line");
        // nothing more is ever written there
        tokio::spawn(async move {
            let mut rest = String::new();
            stdout.read_to_string(&mut rest).await.unwrap();
            assert_eq!(rest, "");
        });
        Self {
            child,
            line: Line::parse(&text),
            certificate,
        }
    }

    pub async fn channel(&self) -> Channel {
        connect(&self.line, Some(&self.certificate), &rustls::version::TLS13)
            .await
            .unwrap()
    }

    pub async fn channel_over(&self, version: &'static rustls::SupportedProtocolVersion) -> Channel {
        connect(&self.line, Some(&self.certificate), version)
            .await
            .unwrap()
    }

    /// Tries with another certificate, or none.
    pub async fn as_stranger(&self, shown: Option<&HostCertificate>) -> Result<(), String> {
        let channel = connect(&self.line, shown, &rustls::version::TLS13).await;
        let mut client = ProviderClient::new(channel.map_err(|error| error.to_string())?);
        let called = client
            .get_metadata(super::tfplugin6::get_metadata::Request {})
            .await;
        called.map(drop).map_err(|error| error.to_string())
    }

    pub async fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel().await)
            .max_decoding_message_size(256 << 20)
            .max_encoding_message_size(256 << 20)
    }

    pub async fn shut_down(&mut self) -> i32 {
        let mut controller = GrpcControllerClient::new(self.channel().await);
        controller.shutdown(Empty {}).await.unwrap();
        self.exit_code().await
    }

    /// The exit code; the host waits two seconds for it.
    pub async fn exit_code(&mut self) -> i32 {
        let status = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
        status
            .expect("the process ends in time")
            .unwrap()
            .code()
            .expect("an exit code")
    }

    pub async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
    }

    pub async fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .await
            .unwrap();
        text
    }
}

/// A start as the host does it.
pub fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(fixture());
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .env_remove("TF_LOG")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}
