//! Where a verifier gets an issuer's keys.

use std::sync::Arc;

use async_trait::async_trait;

use crate::trust::IssuerUrl;

use super::key_set::KeySet;

/// Something that knows the key sets of issuers. Callers ask only for issuers that somebody configured.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The key set of an issuer, possibly from a cache.
    ///
    /// # Errors
    /// See [`KeySourceError`].
    async fn key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError>;

    /// The key set once more, after a token named a key that is not in it: keys rotate. Sources bound how often they
    /// really ask, so that tokens with invented `kid`s cause no flood.
    ///
    /// # Errors
    /// See [`KeySourceError`].
    async fn refreshed_key_set(&self, issuer: &IssuerUrl) -> Result<Arc<KeySet>, KeySourceError> {
        self.key_set(issuer).await
    }
}

/// Why there is no key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySourceError {
    /// A fault that may pass: no connection, time-out, status 429 or 5xx. Trying again makes sense.
    #[error("the issuer `{issuer}` did not answer: {reason}")]
    Unreachable { issuer: String, reason: String },
    /// The issuer answered, and the answer breaks a rule. Trying again does not help.
    #[error("the issuer `{issuer}` is not usable: {reason}")]
    Unusable { issuer: String, reason: String },
}
