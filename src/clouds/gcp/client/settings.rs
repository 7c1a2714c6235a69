//! What the user configured for Google Cloud, parsed: the `gcp` part of the provider block.

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoints;
use crate::clouds::Environment;
use crate::trust::Secret;

/// How Google Cloud is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where resources are that name no project.
    pub project: Option<String>,
    /// `None`: Application Default Credentials, looked for when the first call is made.
    pub credentials: Option<Source>,
    pub endpoints: Endpoints,
    /// PEM; trusted besides the system's roots.
    pub ca_bundle: Option<Arc<[u8]>>,
    /// For one attempt of a call, from the first byte sent to the last received.
    pub request_timeout: Duration,
    /// Where Application Default Credentials are looked for.
    pub environment: Environment,
}

/// Credentials that the user chose.
#[derive(Clone, Debug)]
pub enum Source {
    AccessToken(Secret<String>),
}

impl Default for Settings {
    /// No variable of the environment is seen.
    fn default() -> Self {
        Self {
            project: None,
            credentials: None,
            endpoints: Endpoints::default(),
            ca_bundle: None,
            request_timeout: Duration::from_secs(30),
            environment: Environment::of([]),
        }
    }
}

/// What is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("expected an address that starts with `https://` (or `http://` on this machine), found `{0}`")]
    Endpoint(String),
    #[error("expected an address without a user name or password, found one with them")]
    Userinfo,
    #[error("expected the path of a method, found `{0}`")]
    Path(String),
}
