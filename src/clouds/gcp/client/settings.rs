//! What the user configured for Google Cloud, parsed: the `gcp` part of the provider block.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Endpoints;
use crate::clouds::Environment;
use crate::clouds::gcp::dialect::ProviderName;
use crate::oidc::WorkloadToken;
use crate::trust::Secret;

/// How Google Cloud is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where resources are that name no project.
    pub project: Option<String>,
    /// `None`: Application Default Credentials, looked for when the first call is made.
    pub credentials: Option<Source>,
    /// Whose access token is used in the end, whatever the credentials are.
    pub impersonate: Option<ServiceAccount>,
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
    /// The path of a credentials file, or what stands in one.
    Credentials(Secret<String>),
    WorkloadIdentity(WorkloadIdentity),
}

/// The exchange of a workload's own token for one of Google's.
#[derive(Clone, Debug)]
pub struct WorkloadIdentity {
    pub provider_name: ProviderName,
    /// Whose token is used then; `None`: the identity of the pool makes the calls itself.
    pub service_account: Option<ServiceAccount>,
    pub token: WorkloadToken,
}

/// A service account by its e-mail address or its unique id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount(String);

impl ServiceAccount {
    // SECURITY: it becomes part of the path of a method.
    /// # Errors
    /// Neither an e-mail address nor a number.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let named = |part: &str| !part.is_empty() && part.bytes().all(fits);
        let is_email = text.split_once('@').is_some_and(|(name, domain)| {
            named(name) && named(domain) && domain.contains('.') && !domain.starts_with('.')
        });
        let is_id = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if is_email || is_id {
            return Ok(Self(text.to_owned()));
        }
        Err(SettingsError::ServiceAccount(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for Settings {
    /// No variable of the environment is seen.
    fn default() -> Self {
        Self {
            project: None,
            credentials: None,
            impersonate: None,
            endpoints: Endpoints::default(),
            ca_bundle: None,
            request_timeout: Duration::from_secs(30),
            environment: Environment::of([]),
        }
    }
}

/// # Errors
/// What is neither the id nor the number of a project.
pub fn check_project(text: &str) -> Result<(), SettingsError> {
    // ids of old projects of an organisation have its domain before them: `example.com:project`
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b':');
    if (1..=63).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with(['-', '.', ':']) {
        return Ok(());
    }
    Err(SettingsError::Project(text.to_owned()))
}

/// What is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("expected an address that starts with `https://` (or `http://` on this machine), found `{0}`")]
    Endpoint(String),
    #[error("expected an address without a user name or password, found one with them")]
    Userinfo,
    #[error("expected the id or the number of a project, found `{0}`")]
    Project(String),
    #[error("expected the path of a method, found `{0}`")]
    Path(String),
    #[error(
        "expected the e-mail address of a service account (`NAME@PROJECT.iam.gserviceaccount.com`) or its unique id, \
         found `{0}`"
    )]
    ServiceAccount(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_accounts_by_address_or_number() {
        for fine in [
            "deploy@my-project.iam.gserviceaccount.com",
            "123-compute@developer.gserviceaccount.com",
            "a@p.example.com.iam.gserviceaccount.com",
            "104857600000000000001",
        ] {
            assert_eq!(ServiceAccount::parse(fine).unwrap().as_str(), fine);
        }
        for wrong in [
            "",
            "deploy",
            "a@b",
            "@b.c",
            "a@.c",
            "a@b@c.d",
            "a/../b@c.d",
            "a b@c.d",
            "a%2f@c.d",
            "a@b.c:d",
        ] {
            assert!(ServiceAccount::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn projects_by_id_or_number() {
        for fine in ["my-project", "123456789012", "example.com:my-project"] {
            assert_eq!(check_project(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "",
            "My Project",
            "projects/my-project",
            "..",
            "a b",
            &"a".repeat(64),
        ] {
            assert!(check_project(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn secrets_stay_out_of_debug() {
        let secret = || Secret::new("canary".to_owned());
        for source in [Source::AccessToken(secret()), Source::Credentials(secret())] {
            let settings = Settings {
                credentials: Some(source),
                ..Settings::default()
            };
            assert!(!format!("{settings:?}").contains("canary"));
        }
    }
}
