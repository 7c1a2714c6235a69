//! The entrance: whose credentials, and which account.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::pool::Client as HttpClient;
use tokio::sync::OnceCell;

use super::account::Caller;
use super::attempt::{call, patience};
use super::connect;
use super::credentials::{Assumed, FromWebIdentity, Remembered, keys};
use super::endpoint::check_named;
use super::error::{AwsError, Kind};
use super::iam::{Account, Iam, Standing};
use super::providers::ProviderCache;
use super::settings::{AssumeRole, Settings};
use crate::clouds::aws::dialect::{AccountId, Partition, RoleArn};
use crate::clouds::limits::Limits;
use crate::clouds::patience::{Effect, Patience};

/// IAM is one service per partition; the region only chooses the partition and the STS endpoint.
const DEFAULT_REGION: &str = "us-east-1";
const DEFAULT_MAX_RETRIES: u32 = 9;

/// Every account one configuration of the provider works in. Cheap to clone; nothing happens before the first call.
#[derive(Clone, Debug)]
pub struct Accounts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    base: OnceCell<Base>,
    caller: OnceCell<Caller>,
    /// `None`: the own credentials, whatever their account is.
    entered: Mutex<HashMap<Option<AccountId>, Arc<OnceCell<Iam>>>>,
    providers: ProviderCache,
    #[cfg(test)]
    patience_unit: Option<std::time::Duration>,
}

/// What the first call builds.
#[derive(Debug)]
pub(super) struct Base {
    pub config: SdkConfig,
    credentials: SharedCredentialsProvider,
    patience: Arc<Patience>,
}

impl Accounts {
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            base: OnceCell::new(),
            caller: OnceCell::new(),
            entered: Mutex::default(),
            providers: ProviderCache::default(),
            #[cfg(test)]
            patience_unit: None,
        }))
    }

    #[cfg(test)]
    pub(super) fn impatient(settings: Settings) -> Self {
        let accounts = Self::new(settings);
        let mut inner = Arc::try_unwrap(accounts.0).unwrap();
        inner.patience_unit = Some(std::time::Duration::from_millis(1));
        Self(Arc::new(inner))
    }

    /// Where the token for the own credentials comes from.
    #[cfg(test)]
    pub(in crate::clouds::aws) fn web_identity(&self) -> Option<&crate::oidc::WorkloadToken> {
        Some(&self.0.settings.web_identity.as_ref()?.token)
    }

    /// Account, ARN and partition of the own credentials; asked at most once per process.
    ///
    /// # Errors
    /// No usable credentials, or no answer.
    pub async fn own_account(&self) -> Result<Caller, AwsError> {
        self.0
            .caller
            .get_or_try_init(|| self.ask_own_account())
            .await
            .cloned()
    }

    /// The region that is in effect: the configured one, else that of the environment and the profile.
    ///
    /// # Errors
    /// Settings that cannot work.
    pub async fn region(&self) -> Result<String, AwsError> {
        let base = self.base().await?;
        Ok(base
            .config
            .region()
            .map_or(DEFAULT_REGION, |region| region.as_ref())
            .to_owned())
    }

    /// IAM of an account; `None` is the account of the own credentials.
    ///
    /// Whether the account may be used at all is decided before anything else. Another account is entered by
    /// `accounts`, else by `account_role_name`; without both, the own credentials are used, and what they answer is
    /// held against the account that was asked for before anything is written and before anything counts as missing.
    ///
    /// # Errors
    /// An account that is not allowed or cannot be entered.
    pub async fn iam(&self, account: Option<&AccountId>) -> Result<Iam, AwsError> {
        self.check_allowed(account).await?;
        let cell = {
            let mut entered = self.0.entered.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(entered.entry(account.cloned()).or_default())
        };
        cell.get_or_try_init(|| self.enter(account)).await.cloned()
    }

    pub(super) fn providers(&self) -> &ProviderCache {
        &self.0.providers
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    // SECURITY: this comes before every other call for the account.
    async fn check_allowed(&self, account: Option<&AccountId>) -> Result<(), AwsError> {
        let Settings {
            allowed_account_ids: allowed,
            forbidden_account_ids: forbidden,
            ..
        } = &self.0.settings;
        if allowed.is_empty() && forbidden.is_empty() {
            return Ok(());
        }
        let account = match account {
            Some(account) => account.clone(),
            None => self.own_account().await?.account,
        };
        let list = |accounts: &BTreeSet<AccountId>| {
            let texts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
            texts.join(", ")
        };
        let message = if forbidden.contains(&account) {
            let list = list(forbidden);
            format!(
                "expected an account outside of the provider's `forbidden_account_ids` ({list}), found {account}"
            )
        } else if !allowed.is_empty() && !allowed.contains(&account) {
            let list = list(allowed);
            format!("expected an account of the provider's `allowed_account_ids` ({list}), found {account}")
        } else {
            return Ok(());
        };
        Err(AwsError::new(Kind::WrongAccount, "aws", message)
            .with_hint("use credentials of the right account, or change the list"))
    }

    async fn enter(&self, account: Option<&AccountId>) -> Result<Iam, AwsError> {
        let base = self.base().await?;
        let (credentials, standing) = match account {
            None => (base.credentials.clone(), Standing::Own),
            Some(account) => match self.role_of(account).await? {
                Some(role) => (
                    self.assume(base, base.credentials.clone(), role),
                    Standing::Entered(account.clone()),
                ),
                None => (base.credentials.clone(), Standing::Claimed(account.clone())),
            },
        };
        let mut config = aws_sdk_iam::config::Builder::from(&base.config)
            .credentials_provider(credentials)
            .retry_config(RetryConfig::disabled());
        if let Some(endpoint) = &self.0.settings.endpoints.iam {
            config.set_endpoint_url(Some(endpoint.clone()));
        }
        let client = aws_sdk_iam::Client::from_conf(config.build());
        let account = Account::new(standing, self.clone());
        Ok(Iam::new(client, account, Arc::clone(&base.patience)))
    }

    /// The role through which another account is entered; `None` when the own credentials are to be used.
    async fn role_of(&self, account: &AccountId) -> Result<Option<AssumeRole>, AwsError> {
        let settings = &self.0.settings;
        if let Some(entry) = settings.accounts.get(account) {
            return Ok(Some(entry.clone()));
        }
        let Some(name) = &settings.account_role_name else {
            return Ok(None);
        };
        let own = self.own_account().await?;
        if own.account == *account {
            return Ok(None);
        }
        let text = format!(
            "arn:{}:iam::{account}:role/{}",
            own.partition,
            name.trim_start_matches('/')
        );
        let role = RoleArn::parse(&text).map_err(AwsError::configuration)?;
        Ok(Some(AssumeRole::plain(role)))
    }

    fn assume(
        &self,
        base: &Base,
        with: SharedCredentialsProvider,
        role: AssumeRole,
    ) -> SharedCredentialsProvider {
        let client =
            aws_sdk_sts::Client::from_conf(self.sts(&base.config).credentials_provider(with).build());
        Remembered::wrap(Assumed { client, role })
    }

    /// Keeps the SDK's own repetition: the calls of STS create nothing that stays.
    fn sts(&self, config: &SdkConfig) -> aws_sdk_sts::config::Builder {
        let mut builder = aws_sdk_sts::config::Builder::from(config);
        if let Some(endpoint) = &self.0.settings.endpoints.sts {
            builder.set_endpoint_url(Some(endpoint.clone()));
        }
        builder
    }

    async fn ask_own_account(&self) -> Result<Caller, AwsError> {
        const OPERATION: &str = "sts:GetCallerIdentity";
        let base = self.base().await?;
        let config = self
            .sts(&base.config)
            .credentials_provider(base.credentials.clone());
        let client = aws_sdk_sts::Client::from_conf(config.retry_config(RetryConfig::disabled()).build());
        let limits = Limits::default();
        let answer = call((OPERATION, Effect::Read), &base.patience, &limits, || {
            client.get_caller_identity().send()
        })
        .await?;
        let arn = answer.arn.unwrap_or_default();
        let account = AccountId::parse(&answer.account.unwrap_or_default())
            .map_err(|e| AwsError::unreadable(OPERATION, e.to_string()))?;
        let partition = Partition::of_arn(&arn)
            .ok_or_else(|| AwsError::unreadable(OPERATION, format!("expected an ARN, found `{arn}`")))?;
        Ok(Caller {
            account,
            arn,
            partition,
        })
    }

    pub(super) async fn base(&self) -> Result<&Base, AwsError> {
        self.0.base.get_or_try_init(|| self.build()).await
    }

    async fn build(&self) -> Result<Base, AwsError> {
        let settings = &self.0.settings;
        settings.check().map_err(AwsError::configuration)?;
        let environment_bundle = if settings.ca_bundle.is_none() {
            environment_bundle()?
        } else {
            None
        };
        let http = connect::client(settings.ca_bundle.as_deref().or(environment_bundle.as_deref()))?;
        let config = self.load(http.clone()).await;
        check_named(&config)?;
        let patience = Arc::new(self.patience(&config));
        let mut credentials = self.first_credentials(&config, http)?;
        let base = Base {
            config,
            credentials: credentials.clone(),
            patience,
        };
        for role in &settings.assume_role {
            credentials = self.assume(&base, credentials, role.clone());
        }
        Ok(Base { credentials, ..base })
    }

    async fn load(&self, http: HttpClient) -> SdkConfig {
        let settings = &self.0.settings;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(connect::CONNECT_TIMEOUT)
            .operation_attempt_timeout(settings.request_timeout)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .region(self.regions())
            .timeout_config(timeouts);
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(fips) = settings.use_fips_endpoint {
            loader = loader.use_fips(fips);
        }
        self.loaded_credentials(loader).load().await
    }

    /// Not the SDK's own chain, which asks the metadata service of EC2 before it says that there is no region.
    fn regions(&self) -> RegionProviderChain {
        let settings = &self.0.settings;
        let mut profile = ProfileFileRegionProvider::builder();
        if let Some(name) = &settings.profile {
            profile = profile.profile_name(name);
        }
        RegionProviderChain::first_try(settings.region.clone().map(Region::new))
            .or_else(EnvironmentVariableRegionProvider::new())
            .or_else(profile.build())
            .or_else(Region::from_static(DEFAULT_REGION))
    }

    /// Keys and web identity replace the environment's chain, so that it is not even looked at.
    fn loaded_credentials(&self, loader: ConfigLoader) -> ConfigLoader {
        let settings = &self.0.settings;
        match (&settings.access_keys, &settings.web_identity) {
            (Some(given), _) => loader.credentials_provider(keys(given)),
            (None, Some(_)) => loader.no_credentials(),
            (None, None) => loader,
        }
    }

    fn first_credentials(
        &self,
        config: &SdkConfig,
        http: HttpClient,
    ) -> Result<SharedCredentialsProvider, AwsError> {
        let Settings {
            access_keys,
            web_identity,
            profile,
            ..
        } = &self.0.settings;
        match (access_keys, web_identity, profile) {
            (None, Some(identity), _) => {
                let client = aws_sdk_sts::Client::from_conf(self.sts(config).build());
                Ok(Remembered::wrap(FromWebIdentity {
                    client,
                    identity: identity.clone(),
                }))
            }
            (None, None, Some(profile)) => {
                let context = ProviderConfig::without_region()
                    .with_region(config.region().cloned())
                    .with_http_client(http);
                let source = ProfileFileCredentialsProvider::builder()
                    .configure(&context)
                    .profile_name(profile);
                Ok(Remembered::wrap(source.build()))
            }
            _ => {
                let missing = || AwsError::configuration("no source of credentials is configured");
                Ok(Remembered::wrap(
                    config.credentials_provider().ok_or_else(missing)?,
                ))
            }
        }
    }

    fn patience(&self, config: &SdkConfig) -> Patience {
        let loaded = config.retry_config().map(RetryConfig::max_attempts);
        // The SDK says 3 when nobody said anything.
        let from_environment = loaded
            .filter(|attempts| *attempts != 3)
            .map(|attempts| attempts.saturating_sub(1));
        let retries = self
            .0
            .settings
            .max_retries
            .or(from_environment)
            .unwrap_or(DEFAULT_MAX_RETRIES);
        let patience = patience(retries.saturating_add(1));
        #[cfg(test)]
        if let Some(unit) = self.0.patience_unit {
            return patience.with_unit(unit);
        }
        patience
    }
}

/// `AWS_CA_BUNDLE` of the AWS tools, which the SDK for Rust does not read.
fn environment_bundle() -> Result<Option<Vec<u8>>, AwsError> {
    let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    // a thread for it would cost more than the file, and the system's roots are read in the same way
    let text = std::fs::read(&path);
    text.map(Some).map_err(|e| {
        let path = path.to_string_lossy();
        AwsError::configuration(format!(
            "`AWS_CA_BUNDLE` names `{path}`, which cannot be read: {e}"
        ))
    })
}
