//! An issuer's key set (RFC 7517, section 5), and the choice of one key.

use std::collections::BTreeSet;

use serde_json::Value;

use super::algorithm::Algorithm;
use super::json::{self, Duplicates, JsonError};
use super::jwk::{Key, PublicKey};
use super::policy::Profile;
use super::refusal::Refusal;

/// Every `kid` of the development issuer starts with this, so that its keys are known wherever they turn up.
pub const SANDBOX_KID_PREFIX: &str = "oidcfed-sandbox-";

/// A key set as published: keys that cannot be used are kept, with the reason, because a report shows them.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// Why a document is no key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error("the key set is not readable: {0}")]
    Json(#[from] JsonError),
    #[error("expected a key set: an object with the member `keys`, a list of objects")]
    Shape,
}

impl KeySet {
    /// Reads a key set. An unknown or broken key is no error: it is never used.
    ///
    /// # Errors
    /// A document that is no JSON, has duplicate members, or is not an object with a list of objects in `keys`.
    pub fn parse(document: &[u8]) -> Result<Self, KeySetError> {
        let mut members = json::parse_object(document, Duplicates::Refuse)?.ok_or(KeySetError::Shape)?;
        let Some(Value::Array(entries)) = members.remove("keys") else {
            return Err(KeySetError::Shape);
        };
        let mut keys = Vec::with_capacity(entries.len());
        for entry in entries {
            let Value::Object(members) = entry else {
                return Err(KeySetError::Shape);
            };
            keys.push(Key::new(members));
        }
        Ok(Self { keys })
    }

    /// All keys in the order of the document, usable or not.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Why a strict verifier refuses the set as a whole, when it does.
    pub fn fault(&self, profile: &Profile) -> Option<String> {
        if let Some(key) = self.keys.iter().find(|key| key.has_private_members()) {
            return Some(format!(
                "expected public keys only, found private parts in the key `{}`",
                key.kid().unwrap_or_default()
            ));
        }
        if profile.duplicate_kids == Duplicates::LastWins {
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut kids = self.usable(profile).filter_map(|(key, _)| key.kid());
        kids.find(|kid| !seen.insert(*kid))
            .map(|kid| format!("expected a `kid` of its own for each key, found `{kid}` twice"))
    }

    /// The key that a token with this header names.
    ///
    /// # Errors
    /// No key, several, one that is not used, or one that does not fit the algorithm.
    pub(super) fn select(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        profile: &Profile,
    ) -> Result<&PublicKey, Refusal> {
        if let Some(reason) = self.fault(profile) {
            return Err(Refusal::InvalidKeySet(reason));
        }
        let (key, public_key) = match kid {
            Some(kid) => self.named(kid, profile)?,
            None => self.only(profile)?,
        };
        if !public_key.fits(algorithm) {
            return Err(Refusal::KeyTypeMismatch(algorithm));
        }
        if let Some(label) = key.algorithm_label().filter(|_| profile.key_algorithm_binds)
            && label != algorithm.name()
        {
            return Err(Refusal::AlgorithmMismatch {
                header: algorithm,
                key: label.to_owned(),
            });
        }
        self.within_limits(public_key, profile)?;
        Ok(public_key)
    }

    fn named(&self, kid: &str, profile: &Profile) -> Result<(&Key, &PublicKey), Refusal> {
        // the last one: with duplicates refused there is only one
        if let Some(found) = self
            .usable(profile)
            .filter(|(key, _)| key.kid() == Some(kid))
            .last()
        {
            return Ok(found);
        }
        let fault = self
            .keys
            .iter()
            .filter(|key| key.kid() == Some(kid))
            .find_map(|key| key.usable(profile).err());
        Err(match fault {
            Some(fault) if fault.is_weak() => Refusal::WeakKey(fault),
            Some(fault) => Refusal::UnusableKey(fault),
            None => Refusal::UnknownKey,
        })
    }

    fn only(&self, profile: &Profile) -> Result<(&Key, &PublicKey), Refusal> {
        let mut usable = self.usable(profile);
        match (usable.next(), usable.next()) {
            (Some(found), None) => Ok(found),
            (Some(_), Some(_)) => Err(Refusal::AmbiguousKey),
            (None, _) => Err(Refusal::UnknownKey),
        }
    }

    fn usable<'a, 'p>(
        &'a self,
        profile: &'p Profile,
    ) -> impl Iterator<Item = (&'a Key, &'a PublicKey)> + use<'a, 'p> {
        self.keys
            .iter()
            .filter(|key| key.kid().is_some() || !profile.kid_required)
            .filter_map(|key| key.usable(profile).ok().map(|public_key| (key, public_key)))
    }

    /// A limit counts keys of one type, and keys of the other type stay usable.
    fn within_limits(&self, chosen: &PublicKey, profile: &Profile) -> Result<(), Refusal> {
        let Some(limit) = profile.max_keys_of_a_type else {
            return Ok(());
        };
        let of_a_type = |key: &&Key| {
            let found = key.public_key();
            found.is_ok_and(|key| std::mem::discriminant(key) == std::mem::discriminant(chosen))
        };
        let count = self.keys.iter().filter(of_a_type).count();
        if count > limit {
            return Err(Refusal::InvalidKeySet(format!(
                "expected at most {limit} keys of a type, found {count}"
            )));
        }
        Ok(())
    }
}

/// True when any key is one of the development issuer: no real cloud may ever be told to trust it.
pub fn is_sandbox_key_set(keys: &KeySet) -> bool {
    keys.keys()
        .iter()
        .any(|key| key.kid().is_some_and(|kid| kid.starts_with(SANDBOX_KID_PREFIX)))
}
