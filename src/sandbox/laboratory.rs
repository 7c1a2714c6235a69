//! The sandbox as its owner sees it: started, described, stopped.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use crate::clouds::aws::emulator::{Emulator, EmulatorError};
use crate::oidc::{Clock, SystemClock};
use crate::trust::{IssuerError, IssuerUrl, Secret};

use super::authority::{Authority, AuthorityError};
use super::aws::{self, AwsAccount, REGION};
use super::bundle::Bundle;
use super::environment::{self, TO_UNSET, Variables};
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
    Aws(#[from] EmulatorError),
}

/// A running sandbox. It ends when it is stopped or dropped; nothing of it is left then.
pub struct Sandbox {
    issuer: IssuerUrl,
    aws_url: String,
    first: AwsAccount,
    accounts: Vec<AwsAccount>,
    secret: Secret<String>,
    bundle: Bundle,
    emulator: Arc<Emulator>,
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
        let secret = secret_of_this_run()?;
        let url = IssuerUrl::parse(&format!("https://localhost:{}", issuer_port.number()))?;
        let keyring = Arc::new(Keyring::new()?);
        let keys = SandboxKeys::new(
            url.clone(),
            options.imitated.clone(),
            Arc::clone(&keyring),
            Arc::clone(&options.clock),
        );
        let (emulator, accounts) = aws::accounts(
            &options.accounts,
            Arc::new(keys),
            Arc::clone(&options.clock),
            &secret,
        )?;
        let first = accounts.first().cloned().ok_or(SandboxError::NoAccount)?;
        let bundle = Bundle::write(&options.directory, authority.certificate()).map_err(|source| {
            SandboxError::Bundle {
                directory: options.directory.display().to_string(),
                source,
            }
        })?;
        let development = Arc::new(DevelopmentIssuer {
            url: url.clone(),
            imitated: options.imitated,
            keyring,
            secret: secret.clone(),
            clock: options.clock,
        });
        let aws_url = format!("https://localhost:{}", aws_port.number());
        let mut servers = Vec::new();
        for (port, router) in [
            (issuer_port, development.router()),
            (aws_port, Arc::clone(&emulator).router()),
        ] {
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
    pub fn aws(&self) -> &Arc<Emulator> {
        &self.emulator
    }

    /// The variables for Terraform and for the AWS command line, acting as the administrator of the first account.
    pub fn environment(&self) -> Variables {
        let bundle = self.bundle.path();
        let mut variables = environment::of_tls(&bundle);
        let directory = bundle.parent().unwrap_or(&bundle);
        variables.extend(environment::of_aws(&self.aws_url, &self.first, directory));
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

/// SECURITY: made anew for each run, 256 bits, in memory only.
fn secret_of_this_run() -> Result<Secret<String>, SandboxError> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| SandboxError::Randomness)?;
    Ok(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
}
