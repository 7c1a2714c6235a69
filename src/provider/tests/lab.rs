//! An emulated AWS on a loopback port.

use std::sync::Arc;

use async_trait::async_trait;

use crate::clouds::aws::client::{AccessKeys, Accounts, Endpoints, Iam, Settings};
use crate::clouds::aws::emulator::{Emulator, Settings as EmulatorSettings};
use crate::framework::Value;
use crate::oidc::{KeySet, KeySource, KeySourceError, SystemClock};
use crate::trust::{IssuerUrl, Secret};

pub const OWN: &str = "111122223333";
pub const OTHER: &str = "222233334444";
pub const ISSUER: &str = "https://issuer.example/team";

pub struct Lab {
    pub emulator: Arc<Emulator>,
    pub url: String,
}

/// Nobody exchanges a token here.
struct NoKeys;

#[async_trait]
impl KeySource for NoKeys {
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        let reason = "no issuer is running".to_owned();
        Err(KeySourceError::Unreachable {
            issuer: issuer.to_string(),
            reason,
        })
    }
}

impl Lab {
    pub async fn start() -> Self {
        let emulator = Emulator::new(EmulatorSettings {
            accounts: vec![OWN.to_owned(), OTHER.to_owned()],
            partition: "aws".to_owned(),
            keys: Arc::new(NoKeys),
            clock: Arc::new(SystemClock),
            allow_loopback_issuers: false,
            run_secret: None,
        })
        .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Arc::clone(&emulator).router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { emulator, url }
    }

    /// Members of the `aws` attribute that reach this laboratory.
    pub fn aws(&self) -> Vec<(&'static str, Value)> {
        let keys = self.emulator.root_credentials(OWN).unwrap();
        let endpoints = [
            ("iam".to_owned(), Value::string(&self.url)),
            ("sts".to_owned(), Value::string(&self.url)),
        ];
        vec![
            ("region", Value::string("us-east-1")),
            ("access_key", Value::string(&keys.access_key_id)),
            ("secret_key", Value::string(keys.secret_access_key.expose())),
            ("endpoints", Value::Object(endpoints.into())),
        ]
    }

    /// The endpoints of this laboratory, but for IAM a real one: writes would go there.
    pub fn aws_with_iam_elsewhere(&self) -> (&'static str, Value) {
        let endpoints = [
            ("iam".to_owned(), Value::string("https://iam.example.com")),
            ("sts".to_owned(), Value::string(&self.url)),
        ];
        ("endpoints", Value::Object(endpoints.into()))
    }

    /// Somebody else with the same rights.
    pub async fn stranger(&self) -> Iam {
        let keys = self.emulator.root_credentials(OWN).unwrap();
        let settings = Settings {
            access_keys: Some(AccessKeys {
                access_key: Secret::new(keys.access_key_id),
                secret_key: keys.secret_access_key,
                token: None,
            }),
            endpoints: Endpoints {
                iam: Some(self.url.clone()),
                sts: Some(self.url.clone()),
            },
            ..Settings::default()
        };
        Accounts::new(settings).iam(None).await.unwrap()
    }

    pub fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{OWN}:oidc-provider/{}",
            ISSUER.trim_start_matches("https://")
        )
    }

    /// How often an operation was called since the last reset.
    pub fn calls(&self) -> Vec<(String, u64)> {
        self.emulator.calls().into_iter().collect()
    }
}
