//! The sandbox as its owner sees it: started, described, stopped.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use crate::clouds::aws::emulator as aws_emulator;
use crate::clouds::gcp::emulator as gcp_emulator;
use crate::oidc::{Clock, KeySource, SystemClock};
use crate::trust::{IssuerError, IssuerUrl, Secret};

use super::authority::{Authority, AuthorityError};
use super::aws::{self, AwsAccount, REGION};
use super::bundle::Bundle;
use super::environment::{self, TO_UNSET, Variables};
use super::gcp::{self, Gcp, GcpEndpoints, GcpProject};
use super::issuer::{DevelopmentIssuer, SECRET_HEADER};
use super::keyring::Keyring;
use super::sandbox_keys::SandboxKeys;
use super::server::{Port, Server};
use super::signing_key::SigningError;

/// What to start.
pub struct Options {
    /// Ids of the emulated AWS accounts, at least one.
    pub accounts: Vec<String>,
    /// Issuers whose tokens the development issuer mints as well, and for which the emulated clouds take its keys.
    pub imitated: Vec<IssuerUrl>,
    /// Ports on loopback; 0 means a free one.
    pub issuer_port: u16,
    pub aws_port: u16,
    /// Ids and numbers of the emulated Google Cloud projects, at least one.
    pub projects: Vec<GcpProject>,
    /// The first of the ports of the emulated Google Cloud, one for each API; 0 means free ones.
    pub gcp_port: u16,
    /// Seconds after which what is new is seen in the emulated Google Cloud, and changed policies decide.
    pub consistency_delay: u32,
    /// Where the directory with the bundle is made.
    pub directory: PathBuf,
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            accounts: ["111122223333", "222233334444", "333344445555"]
                .map(str::to_owned)
                .to_vec(),
            imitated: Vec::new(),
            issuer_port: 0,
            aws_port: 0,
            projects: GcpProject::usual(),
            gcp_port: 0,
            consistency_delay: 0,
            directory: std::env::temp_dir(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// Why the sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("expected at least one account id of twelve digits, found none")]
    NoAccount,
    #[error("expected to listen on loopback, port {port}: {source}")]
    Listen { port: u16, source: io::Error },
    #[error("expected to write the bundle of certificates below `{directory}`: {source}")]
    Bundle { directory: String, source: io::Error },
    #[error("the system gives no randomness")]
    Randomness,
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error(transparent)]
    Aws(#[from] aws_emulator::EmulatorError),
    #[error(transparent)]
    Gcp(#[from] gcp_emulator::EmulatorError),
}

/// A running sandbox. It ends when it is stopped or dropped; nothing of it is left then.
pub struct Sandbox {
    issuer: IssuerUrl,
    aws_url: String,
    first: AwsAccount,
    accounts: Vec<AwsAccount>,
    secret: Secret<String>,
    bundle: Bundle,
    emulator: Arc<aws_emulator::Emulator>,
    gcp: Gcp,
    gcp_emulator: Arc<gcp_emulator::Emulator>,
    servers: Vec<Server>,
}

impl Sandbox {
    /// Starts issuer and clouds. They listen when this returns.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let authority = Authority::new()?;
        let issuer_port = bind(options.issuer_port)?;
        let aws_port = bind(options.aws_port)?;
        let gcp_ports = consecutive(options.gcp_port, gcp_emulator::Service::ALL.len())?;
        let secret = secret_of_this_run()?;
        let url = IssuerUrl::parse(&format!("https://localhost:{}", issuer_port.number()))?;
        let keyring = Arc::new(Keyring::new()?);
        let keys: Arc<dyn KeySource> = Arc::new(SandboxKeys::new(
            url.clone(),
            options.imitated.clone(),
            Arc::clone(&keyring),
            Arc::clone(&options.clock),
        ));
        let (emulator, accounts) = aws::accounts(
            &options.accounts,
            Arc::clone(&keys),
            Arc::clone(&options.clock),
            &secret,
        )?;
        let first = accounts.first().cloned().ok_or(SandboxError::NoAccount)?;
        let bundle = Bundle::write(&options.directory, authority.certificate())
            .map_err(|source| unwritten(&options.directory, source))?;
        let numbers: Vec<u16> = gcp_ports.iter().map(Port::number).collect();
        let (gcp_emulator, gcp, files) = gcp::projects(gcp::Ingredients {
            endpoints: GcpEndpoints::on(&numbers),
            projects: options.projects,
            keys,
            clock: Arc::clone(&options.clock),
            consistency_delay: options.consistency_delay.into(),
            secret: secret.clone(),
            directory: bundle.directory().to_owned(),
        })
        .await?;
        for (name, content) in files {
            let written = bundle.add_private(name, &content);
            written.map_err(|source| unwritten(&options.directory, source))?;
        }
        let development = Arc::new(DevelopmentIssuer {
            url: url.clone(),
            imitated: options.imitated,
            keyring,
            secret: secret.clone(),
            clock: options.clock,
        });
        let aws_url = format!("https://localhost:{}", aws_port.number());
        let mut servers = Vec::new();
        let mut listening = vec![
            (issuer_port, development.router()),
            (aws_port, Arc::clone(&emulator).router()),
        ];
        for (port, service) in gcp_ports.into_iter().zip(gcp_emulator::Service::ALL) {
            listening.push((port, Arc::clone(&gcp_emulator).router(service)));
        }
        for (port, router) in listening {
            let number = port.number();
            let served = port.serve(router, authority.server_config());
            servers.push(served.map_err(|source| SandboxError::Listen { port: number, source })?);
        }
        Ok(Self {
            issuer: url,
            aws_url,
            first,
            accounts,
            secret,
            bundle,
            emulator,
            gcp,
            gcp_emulator,
            servers,
        })
    }

    /// The global development issuer. A team's issuer is one path segment below.
    pub fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// IAM and STS of all accounts.
    pub fn aws_url(&self) -> &str {
        &self.aws_url
    }

    pub fn accounts(&self) -> &[AwsAccount] {
        &self.accounts
    }

    /// What minting and rotating take, in the header [`SECRET_HEADER`].
    pub fn secret(&self) -> &Secret<String> {
        &self.secret
    }

    /// The system's roots and the authority of this run, as PEM.
    pub fn bundle(&self) -> PathBuf {
        self.bundle.path()
    }

    /// The emulated AWS, for whoever watches its decisions.
    pub fn aws(&self) -> &Arc<aws_emulator::Emulator> {
        &self.emulator
    }

    /// Where the emulated Google Cloud is, and who may do everything there.
    pub fn gcp(&self) -> &Gcp {
        &self.gcp
    }

    /// The emulated Google Cloud, for whoever watches its decisions.
    pub fn gcp_emulator(&self) -> &Arc<gcp_emulator::Emulator> {
        &self.gcp_emulator
    }

    /// The variables for Terraform and for the AWS command line, acting as the administrator of the first account;
    /// those for the Cloud CLI and Google's libraries, acting as the deployer of the first project.
    pub fn environment(&self) -> Variables {
        let bundle = self.bundle.path();
        let mut variables = environment::of_tls(&bundle);
        let directory = bundle.parent().unwrap_or(&bundle);
        variables.extend(environment::of_aws(&self.aws_url, &self.first, directory));
        variables.extend(self.gcp.environment(&bundle));
        variables
    }

    /// Everything a program needs to use this sandbox.
    ///
    /// SECURITY: holds the secret of the run; for the one who started it.
    pub fn description(&self) -> Value {
        let environment: serde_json::Map<_, _> = self
            .environment()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::String(value)))
            .collect();
        json!({
            "issuer": {
                "url": self.issuer.as_str(),
                "team_url": format!("{}/TEAM", self.issuer),
                "token_url": format!("{}/token", self.issuer),
                "rotate_url": format!("{}/api/rotate", self.issuer),
                "withdraw_url": format!("{}/api/withdraw", self.issuer),
            },
            "secret_header": SECRET_HEADER,
            "secret": self.secret.expose(),
            "bundle": self.bundle.path().display().to_string(),
            "aws": { "url": self.aws_url, "region": REGION, "accounts": self.accounts },
            "gcp": self.gcp.description(),
            "environment": environment,
            "unset": TO_UNSET,
        })
    }

    /// Ends it: ports are free and files are gone when this returns.
    pub async fn stop(mut self) {
        for server in self.servers.drain(..) {
            server.stop().await;
        }
    }
}

fn bind(port: u16) -> Result<Port, SandboxError> {
    Port::bind(port).map_err(|source| SandboxError::Listen { port, source })
}

/// Ports one after the other from a first one, or free ones.
fn consecutive(first: u16, count: usize) -> Result<Vec<Port>, SandboxError> {
    let numbers = (0..count).map(|at| match first {
        0 => 0,
        _ => first.saturating_add(u16::try_from(at).unwrap_or(u16::MAX)),
    });
    numbers.map(bind).collect()
}

fn unwritten(directory: &Path, source: io::Error) -> SandboxError {
    SandboxError::Bundle {
        directory: directory.display().to_string(),
        source,
    }
}

/// SECURITY: made anew for each run, 256 bits, in memory only.
fn secret_of_this_run() -> Result<Secret<String>, SandboxError> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| SandboxError::Randomness)?;
    Ok(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
}
