//! The configuration in effect, shared by all parts.

use std::sync::{Arc, PoisonError, RwLock};

use crate::clouds::aws::client::{Accounts, AwsError, Iam};
use crate::clouds::aws::dialect::AccountId;
use crate::clouds::aws::sharing::Sharing;
use crate::clouds::guardrail::Guardrail;
use crate::framework::{Attr, Context, StringMap};

/// Set when the host configures the provider, read at every call.
#[derive(Clone, Debug, Default)]
pub struct Configuration(Arc<RwLock<Arc<Configured>>>);

/// What the provider block says for AWS.
#[derive(Debug, Default)]
pub struct Configured {
    /// Who uses which provider, and what this process did to roles.
    pub sharing: Sharing,
    /// PEM, checked; trusted besides the system's roots.
    pub ca_bundle: Option<Arc<[u8]>>,
    /// `None`: a value that calls need is not known yet, or the provider was not configured.
    pub accounts: Option<Accounts>,
    pub default_tags: StringMap,
    pub guardrail: Guardrail,
    pub allow_loopback_issuers: bool,
}

impl Configured {
    /// IAM of an account, or of the own one, within the limits of a call.
    ///
    /// # Errors
    /// An account that is not allowed or cannot be entered; a configuration that is not known yet.
    pub async fn iam(&self, context: &Context, account: Option<&AccountId>) -> Result<Iam, AwsError> {
        Ok(self.accounts()?.iam(account).await?.within(context))
    }

    /// The accounts.
    ///
    /// # Errors
    /// While the configuration holds unknown values.
    pub fn accounts(&self) -> Result<&Accounts, AwsError> {
        let missing = || AwsError::configuration("the provider's `aws` configuration is not known yet");
        self.accounts.as_ref().ok_or_else(missing)
    }
}

impl Configuration {
    pub fn set(&self, configured: Configured) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(configured);
    }

    /// What is in effect now.
    pub fn get(&self) -> Arc<Configured> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// True while calls are not possible, because the configuration holds unknown values.
    pub fn waits(&self) -> bool {
        self.get().accounts.is_none()
    }

    /// The accounts.
    ///
    /// # Errors
    /// While the configuration holds unknown values.
    pub fn accounts(&self) -> Result<Accounts, AwsError> {
        self.get().accounts().cloned()
    }

    /// IAM of an account, or of the own one, within the limits of a call.
    ///
    /// # Errors
    /// An account that is not allowed or cannot be entered.
    pub async fn iam(&self, context: &Context, account: Option<&AccountId>) -> Result<Iam, AwsError> {
        self.get().iam(context, account).await
    }

    /// The account an `account_id` means: itself, or that of the own credentials when it is null.
    /// `Ok(None)` while it cannot be known.
    ///
    /// # Errors
    /// No usable credentials.
    pub async fn account(&self, given: &Attr<String>) -> Result<Option<AccountId>, AwsError> {
        match given {
            Attr::Unknown => Ok(None),
            Attr::Known(text) => AccountId::parse(text).map(Some).map_err(AwsError::configuration),
            Attr::Null if self.waits() => Ok(None),
            Attr::Null => Ok(Some(self.accounts()?.own_account().await?.account)),
        }
    }
}
