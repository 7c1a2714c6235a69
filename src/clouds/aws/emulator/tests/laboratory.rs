//! An emulator behind a listener, and SDK clients that talk to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_credential_types::Credentials as SdkCredentials;
use aws_smithy_http_client::Builder;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::clouds::aws::dialect::AccountId;
use crate::clouds::aws::emulator::{Credentials, Emulator, Settings};
use crate::oidc::{Clock, KeySet, KeySource, KeySourceError, SystemClock};
use crate::trust::IssuerUrl;

pub const ACCOUNT: &str = "111122223333";
pub const OTHER_ACCOUNT: &str = "444455556666";

/// Key sets that a test puts there.
#[derive(Default)]
pub struct Keys(Mutex<BTreeMap<String, Arc<KeySet>>>);

impl Keys {
    pub fn publish(&self, issuer: &str, document: &str) {
        let set = KeySet::parse(document.as_bytes()).unwrap();
        self.0.lock().unwrap().insert(issuer.to_owned(), Arc::new(set));
    }
}

#[async_trait]
impl KeySource for Keys {
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        let found = self.0.lock().unwrap().get(issuer.as_str()).cloned();
        found.ok_or_else(|| KeySourceError::Unreachable {
            issuer: issuer.to_string(),
            reason: "nobody published keys".to_owned(),
        })
    }
}

pub struct Laboratory {
    pub emulator: Arc<Emulator>,
    pub keys: Arc<Keys>,
    pub endpoint: String,
}

impl Laboratory {
    pub async fn open() -> Self {
        Self::with_clock(Arc::new(SystemClock)).await
    }

    pub async fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let keys = Arc::new(Keys::default());
        let emulator = Emulator::new(Settings {
            accounts: vec![ACCOUNT.to_owned(), OTHER_ACCOUNT.to_owned()],
            partition: "aws".to_owned(),
            keys: keys.clone(),
            clock,
            allow_loopback_issuers: true,
            run_secret: Some("open sesame".to_owned().into()),
        })
        .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = emulator.clone().router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            emulator,
            keys,
            endpoint,
        }
    }

    pub fn administrator(&self) -> Credentials {
        self.administrator_of(ACCOUNT)
    }

    pub fn administrator_of(&self, id: &str) -> Credentials {
        self.emulator.root_credentials(id).unwrap()
    }

    /// IAM as the administrator of the first account.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        self.iam_as(&self.administrator())
    }

    pub fn iam_as(&self, credentials: &Credentials) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(aws_sdk_iam::config::BehaviorVersion::latest())
            .endpoint_url(&self.endpoint)
            .region(aws_sdk_iam::config::Region::new("eu-central-1"))
            .credentials_provider(sdk(credentials))
            .retry_config(aws_sdk_iam::config::retry::RetryConfig::disabled())
            .http_client(Builder::new().build_http())
            .build();
        aws_sdk_iam::Client::from_conf(config)
    }

    pub fn sts_as(&self, credentials: &Credentials) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
            .endpoint_url(&self.endpoint)
            .region(aws_sdk_sts::config::Region::new("eu-central-1"))
            .credentials_provider(sdk(credentials))
            .retry_config(aws_sdk_sts::config::retry::RetryConfig::disabled())
            .http_client(Builder::new().build_http())
            .build();
        aws_sdk_sts::Client::from_conf(config)
    }
}

pub fn account(id: &str) -> AccountId {
    AccountId::parse(id).unwrap()
}

fn sdk(credentials: &Credentials) -> SdkCredentials {
    SdkCredentials::new(
        &credentials.access_key_id,
        credentials.secret_access_key.expose(),
        credentials
            .session_token
            .as_ref()
            .map(|token| token.expose().clone()),
        None,
        "test",
    )
}

/// The code on the wire of a refused call.
pub fn code<T: std::fmt::Debug, E: ProvideErrorMetadata>(outcome: Result<T, E>) -> String {
    outcome.unwrap_err().code().unwrap_or_default().to_owned()
}

/// The text of a refused call.
pub fn message<T: std::fmt::Debug, E: ProvideErrorMetadata>(outcome: Result<T, E>) -> String {
    outcome.unwrap_err().message().unwrap_or_default().to_owned()
}
