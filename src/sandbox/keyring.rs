//! The keys of the development issuer: published, rotated, withdrawn.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::oidc::{Algorithm, KeySet};

use super::signing_key::{SigningError, SigningKey};

/// Every cloud looks at that many keys.
const MAX_KEYS: usize = 100;

/// Why the keys did not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error(transparent)]
    Signing(#[from] SigningError),
    #[error("expected a published key, found `{0}`")]
    UnknownKey(String),
    #[error("expected an old key, found `{0}`, which signs; rotate first")]
    CurrentKey(String),
    #[error("expected fewer than {MAX_KEYS} published keys; withdraw some")]
    TooMany,
}

/// All published keys. The newest of an algorithm signs; older ones stay published until somebody withdraws them.
pub struct Keyring {
    keys: RwLock<Vec<Arc<SigningKey>>>,
    /// Held while a key is made, so that two first callers make one key.
    making: Mutex<()>,
}

impl Keyring {
    /// A ring with one ES256 key; the RS256 key is made when it is first asked for.
    ///
    /// # Errors
    /// No randomness.
    pub fn new() -> Result<Self, SigningError> {
        let first = Arc::new(SigningKey::generate(Algorithm::Es256)?);
        Ok(Self {
            keys: RwLock::new(vec![first]),
            making: Mutex::default(),
        })
    }

    /// The key that signs with an algorithm.
    ///
    /// # Errors
    /// An algorithm the development issuer does not sign with, or no randomness.
    pub async fn current(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyringError> {
        if let Some(key) = self.newest(algorithm) {
            return Ok(key);
        }
        let _making = self.making.lock().await;
        match self.newest(algorithm) {
            Some(key) => Ok(key),
            None => self.add(algorithm).await,
        }
    }

    /// A published key by its `kid`.
    ///
    /// # Errors
    /// No such key.
    pub fn named(&self, kid: &str) -> Result<Arc<SigningKey>, KeyringError> {
        let found = self.all().into_iter().find(|key| key.kid() == kid);
        found.ok_or_else(|| KeyringError::UnknownKey(kid.to_owned()))
    }

    /// Makes a new key for an algorithm, which signs from now on. The old ones stay published.
    ///
    /// # Errors
    /// Too many keys, an algorithm the development issuer does not sign with, or no randomness.
    pub async fn rotate(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyringError> {
        let _making = self.making.lock().await;
        self.add(algorithm).await
    }

    /// Takes an old key out of the key set: its tokens are worth nothing from now on.
    ///
    /// # Errors
    /// No such key, or the one that signs.
    pub fn withdraw(&self, kid: &str) -> Result<(), KeyringError> {
        let key = self.named(kid)?;
        if self
            .newest(key.algorithm())
            .is_some_and(|newest| newest.kid() == kid)
        {
            return Err(KeyringError::CurrentKey(kid.to_owned()));
        }
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|key| key.kid() != kid);
        Ok(())
    }

    /// The key set as published.
    pub fn jwks(&self) -> Value {
        let keys: Vec<_> = self.all().iter().map(|key| key.jwk()).collect();
        json!({ "keys": keys })
    }

    /// The key set as a verifier reads it.
    pub fn key_set(&self) -> Option<KeySet> {
        KeySet::parse(self.jwks().to_string().as_bytes()).ok()
    }

    fn all(&self) -> Vec<Arc<SigningKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn newest(&self, algorithm: Algorithm) -> Option<Arc<SigningKey>> {
        self.all()
            .into_iter()
            .rev()
            .find(|key| key.algorithm() == algorithm)
    }

    async fn add(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyringError> {
        if self.all().len() >= MAX_KEYS {
            return Err(KeyringError::TooMany);
        }
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
        let key = Arc::new(made.map_err(|_| SigningError::Key(algorithm.name()))??);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.push(Arc::clone(&key));
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kids(ring: &Keyring) -> Vec<String> {
        ring.all().iter().map(|key| key.kid().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_rotated_key_stays_until_it_is_withdrawn() {
        let ring = Keyring::new().unwrap();
        let old = ring.current(Algorithm::Es256).await.unwrap();
        let new = ring.rotate(Algorithm::Es256).await.unwrap();
        assert_eq!(kids(&ring), [old.kid(), new.kid()]);
        assert_eq!(ring.current(Algorithm::Es256).await.unwrap().kid(), new.kid());
        assert_eq!(
            ring.withdraw(new.kid()),
            Err(KeyringError::CurrentKey(new.kid().to_owned()))
        );
        ring.withdraw(old.kid()).unwrap();
        assert_eq!(kids(&ring), [new.kid()]);
        assert_eq!(
            ring.withdraw(old.kid()),
            Err(KeyringError::UnknownKey(old.kid().to_owned()))
        );
        assert_eq!(ring.key_set().unwrap().keys().len(), 1);
    }

    #[tokio::test]
    async fn two_first_callers_make_one_rsa_key() {
        let ring = Keyring::new().unwrap();
        assert_eq!(kids(&ring).len(), 1, "not made before it is asked for");
        let (a, b) = tokio::join!(ring.current(Algorithm::Rs256), ring.current(Algorithm::Rs256));
        assert_eq!(a.unwrap().kid(), b.unwrap().kid());
        assert_eq!(kids(&ring).len(), 2);
    }

    #[tokio::test]
    async fn the_ring_has_an_end() {
        let ring = Keyring::new().unwrap();
        for _ in 1..MAX_KEYS {
            ring.rotate(Algorithm::Es256).await.unwrap();
        }
        assert_eq!(
            ring.rotate(Algorithm::Es256).await.err(),
            Some(KeyringError::TooMany)
        );
    }
}
