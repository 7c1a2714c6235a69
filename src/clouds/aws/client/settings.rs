//! What the user configured for AWS, parsed: the `aws` part of the provider block.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use crate::clouds::aws::dialect::{AccountId, RoleArn};
use crate::oidc::WorkloadToken;
use crate::trust::Secret;

/// How AWS is reached. What is `None` or empty is left to the environment and the files of the AWS tools, which the
/// SDK reads when the first call is made; what is set here beats them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, then `us-east-1` (IAM is global per partition).
    pub region: Option<String>,
    /// Beats keys in the environment, like `--profile` of the AWS command line.
    pub profile: Option<String>,
    pub access_keys: Option<AccessKeys>,
    /// Exchanged for the first credentials; excludes `access_keys` and `profile`.
    pub web_identity: Option<WebIdentity>,
    /// Assumed one after another, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// How other accounts are entered.
    pub accounts: BTreeMap<AccountId, AssumeRole>,
    /// The role entered in every other account that `accounts` does not name. A path before the name is allowed.
    pub account_role_name: Option<String>,
    /// When not empty: no call for an account that is not in it.
    pub allowed_account_ids: BTreeSet<AccountId>,
    pub forbidden_account_ids: BTreeSet<AccountId>,
    pub endpoints: Endpoints,
    pub use_fips_endpoint: Option<bool>,
    /// How often a throttled call is repeated; other passing failures are repeated at most twice. Default: the
    /// environment's `AWS_MAX_ATTEMPTS` less one, else 9.
    pub max_retries: Option<u32>,
    /// PEM; trusted besides the system's roots.
    pub ca_bundle: Option<Vec<u8>>,
    /// For one attempt of a call, from the first byte sent to the last received.
    pub request_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            region: None,
            profile: None,
            access_keys: None,
            web_identity: None,
            assume_role: Vec::new(),
            accounts: BTreeMap::new(),
            account_role_name: None,
            allowed_account_ids: BTreeSet::new(),
            forbidden_account_ids: BTreeSet::new(),
            endpoints: Endpoints::default(),
            use_fips_endpoint: None,
            max_retries: None,
            ca_bundle: None,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// Long-lived or session keys given in the provider block.
#[derive(Clone, Debug)]
pub struct AccessKeys {
    pub access_key: Secret<String>,
    pub secret_key: Secret<String>,
    pub token: Option<Secret<String>>,
}

/// One `AssumeRole`.
#[derive(Clone, Debug)]
pub struct AssumeRole {
    pub role_arn: RoleArn,
    pub session_name: SessionName,
    pub external_id: Option<String>,
    /// Default: an hour, by STS.
    pub duration: Option<SessionDuration>,
}

impl AssumeRole {
    /// The role with this project's session name and STS's own duration.
    pub fn plain(role_arn: RoleArn) -> Self {
        Self {
            role_arn,
            session_name: SessionName::default(),
            external_id: None,
            duration: None,
        }
    }
}

/// One `AssumeRoleWithWebIdentity`.
#[derive(Clone, Debug)]
pub struct WebIdentity {
    pub role_arn: RoleArn,
    pub session_name: SessionName,
    pub duration: Option<SessionDuration>,
    pub token: WorkloadToken,
}

/// Addresses used instead of AWS's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    pub iam: Option<String>,
    pub sts: Option<String>,
}

/// 2 to 64 characters of `[\w+=,.@-]` (STS service model).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionName(String);

/// 900 to 43,200 seconds (STS service model).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionDuration(Duration);

/// What is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error(
        "expected a session name of 2 to 64 characters out of letters, digits and `_+=,.@-`, found `{0}`"
    )]
    SessionName(String),
    #[error("expected a session duration of 15 minutes to 12 hours, found {0} seconds")]
    Duration(u64),
    #[error(
        "expected a role of account {account}, found `{role}`; name a role of the account that is to be entered"
    )]
    OtherAccount { account: AccountId, role: RoleArn },
    #[error("expected a region such as `eu-central-1`, found `{0}`")]
    Region(String),
    #[error("expected an address that starts with `https://` (or `http://` on this machine), found `{0}`")]
    Endpoint(String),
}

impl SessionName {
    /// # Errors
    /// A length or character STS refuses.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if (2..=64).contains(&text.len()) && text.chars().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(SettingsError::SessionName(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SessionName {
    fn default() -> Self {
        Self("oidcfed".to_owned())
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SessionDuration {
    /// # Errors
    /// Less than 900 or more than 43,200 seconds.
    pub fn parse(duration: Duration) -> Result<Self, SettingsError> {
        if (900..=43_200).contains(&duration.as_secs()) {
            return Ok(Self(duration));
        }
        Err(SettingsError::Duration(duration.as_secs()))
    }

    /// In seconds, as the API wants it.
    pub fn seconds(self) -> i32 {
        i32::try_from(self.0.as_secs()).unwrap_or(3600)
    }
}

impl Endpoints {
    /// # Errors
    /// An address that is neither `https` nor a plain one on a loopback host: signed requests carry session tokens.
    pub fn check(address: &str) -> Result<(), SettingsError> {
        let wrong = || SettingsError::Endpoint(address.to_owned());
        let url = url::Url::parse(address).map_err(|_| wrong())?;
        if url.host().is_none() {
            return Err(wrong());
        }
        match url.scheme() {
            "https" => Ok(()),
            "http" if Self::is_loopback(&url) => Ok(()),
            _ => Err(wrong()),
        }
    }
}

impl Endpoints {
    /// Whether an address is one of this machine.
    pub fn is_loopback(address: &url::Url) -> bool {
        match address.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl Settings {
    /// What only several settings together, or a plain text, can have wrong. Everything else is a type.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), SettingsError> {
        if let Some(region) = &self.region {
            check_region(region)?;
        }
        for (account, entry) in &self.accounts {
            check_entry(account, entry)?;
        }
        for address in self.endpoints.iam.iter().chain(&self.endpoints.sts) {
            Endpoints::check(address)?;
        }
        Ok(())
    }
}

// SECURITY: the region becomes part of a host name.
/// # Errors
/// Anything but the characters of a region.
pub fn check_region(region: &str) -> Result<(), SettingsError> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !region.is_empty() && region.len() <= 63 && region.bytes().all(fits) && region.contains('-') {
        return Ok(());
    }
    Err(SettingsError::Region(region.to_owned()))
}

// SECURITY: a role of another account under this key would write into the wrong account.
/// # Errors
/// A role that is not in the account its key names.
pub fn check_entry(account: &AccountId, entry: &AssumeRole) -> Result<(), SettingsError> {
    if entry.role_arn.account() == account {
        return Ok(());
    }
    Err(SettingsError::OtherAccount {
        account: account.clone(),
        role: entry.role_arn.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_names_and_durations() {
        assert!(SessionName::parse("team@ci-1").is_ok());
        for wrong in ["", "a", "a b", &"a".repeat(65), "ä1"] {
            assert!(SessionName::parse(wrong).is_err(), "{wrong}");
        }
        assert!(SessionDuration::parse(Duration::from_secs(900)).is_ok());
        assert!(SessionDuration::parse(Duration::from_secs(899)).is_err());
        assert!(SessionDuration::parse(Duration::from_secs(43_201)).is_err());
    }

    #[test]
    fn an_entry_is_of_its_account() {
        let account = AccountId::parse("222233334444").unwrap();
        let role = RoleArn::parse("arn:aws:iam::111122223333:role/deployer").unwrap();
        let settings = Settings {
            accounts: [(account, AssumeRole::plain(role))].into(),
            ..Settings::default()
        };
        assert!(matches!(
            settings.check(),
            Err(SettingsError::OtherAccount { .. })
        ));
    }

    #[test]
    fn endpoints_are_encrypted_or_local() {
        for fine in [
            "https://iam.example",
            "http://127.0.0.1:4566",
            "http://localhost:1",
            "http://[::1]:2",
        ] {
            assert_eq!(Endpoints::check(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "http://iam.example",
            "iam.example",
            "ftp://localhost",
            "",
            "http://127.0.0.1.example",
        ] {
            assert!(Endpoints::check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_cannot_become_another_host() {
        for wrong in ["", "eu-central-1.evil.example/", "EU-CENTRAL-1", "europe"] {
            assert!(check_region(wrong).is_err(), "{wrong}");
        }
        assert!(check_region("eusc-de-east-1").is_ok());
    }

    #[test]
    fn secrets_stay_out_of_debug() {
        let settings = Settings {
            access_keys: Some(AccessKeys {
                access_key: "AKIACANARY".to_owned().into(),
                secret_key: "canary-secret".to_owned().into(),
                token: Some("canary-token".to_owned().into()),
            }),
            ..Settings::default()
        };
        let text = format!("{settings:?}").to_lowercase();
        assert!(!text.contains("canary"), "{text}");
    }
}
