//! Where the emulated clouds get the keys of issuers.

use std::sync::Arc;

use async_trait::async_trait;

use crate::oidc::{CachedKeys, Clock, FetchSettings, Fetcher, KeySet, KeySource, KeySourceError};
use crate::trust::IssuerUrl;

use super::keyring::Keyring;
use super::team::Team;

/// The development issuer's keys for its own issuers and the imitated ones; every other issuer is asked over the
/// network, as a cloud would.
pub struct SandboxKeys {
    own: IssuerUrl,
    imitated: Vec<IssuerUrl>,
    keyring: Arc<Keyring>,
    outside: CachedKeys,
}

impl SandboxKeys {
    pub fn new(
        own: IssuerUrl,
        imitated: Vec<IssuerUrl>,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        // SECURITY: loopback stays shut: what listens there besides the sandbox is nobody's issuer
        let outside = CachedKeys::new(Fetcher::new(FetchSettings::default()), clock);
        Self {
            own,
            imitated,
            keyring,
            outside,
        }
    }

    fn is_ours(&self, issuer: &IssuerUrl) -> bool {
        *issuer == self.own || self.imitated.contains(issuer) || Team::of_issuer(issuer, &self.own).is_some()
    }

    fn published(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        let keys = self.keyring.key_set().map(Arc::new);
        keys.ok_or_else(|| KeySourceError::Unusable {
            issuer: issuer.to_string(),
            reason: "the development keys are not readable".to_owned(),
        })
    }
}

#[async_trait]
impl KeySource for SandboxKeys {
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        if self.is_ours(issuer) {
            return self.published(issuer);
        }
        self.outside.key_set(issuer).await
    }

    async fn refreshed_key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        if self.is_ours(issuer) {
            return self.published(issuer);
        }
        self.outside.refreshed_key_set(issuer).await
    }
}
