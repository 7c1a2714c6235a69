//! Session tags of `AssumeRole`, and those that a chain of roles passes on.

use std::collections::{BTreeMap, BTreeSet};

use crate::clouds::aws::emulator::iam::GivenTags;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::store::{KeyCase, Principal};
use crate::clouds::aws::emulator::wire::{ApiError, Query};

/// Tags of a session that is asked for.
#[derive(Debug, Default)]
pub struct SessionTags {
    /// What the request brings.
    pub given: BTreeMap<String, String>,
    pub transitive_keys: BTreeSet<String>,
    /// What the caller's own session passes on.
    pub inherited: BTreeMap<String, String>,
}

impl SessionTags {
    /// # Errors
    /// `ValidationError`, `InvalidParameterValue`.
    pub fn read(query: &Query, caller: &Principal) -> Result<Self, ApiError> {
        let given = GivenTags::read(query, KeyCase::Ignored)?.into_map();
        let transitive_keys: BTreeSet<String> = rule::TAG_KEY
            .list(query, "TransitiveTagKeys")?
            .unwrap_or_default()
            .into_iter()
            .collect();
        if let Some(key) = transitive_keys.iter().find(|key| !given.contains_key(*key)) {
            return Err(invalid(format!(
                "The transitive tag key {key} must be one of the requested tags"
            )));
        }
        let mut inherited = BTreeMap::new();
        if let Principal::Session(session) = caller {
            let passed = session
                .tags
                .iter()
                .filter(|(key, _)| session.transitive_tag_keys.contains(*key));
            inherited.extend(passed.map(|(key, value)| (key.clone(), value.clone())));
        }
        let clash = |key: &&String| inherited.keys().any(|passed| KeyCase::Ignored.same(passed, key));
        if let Some(key) = given.keys().find(clash) {
            return Err(invalid(format!(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                 from the calling session: {key}"
            )));
        }
        Ok(Self {
            given,
            transitive_keys,
            inherited,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.inherited.is_empty()
    }

    /// All tags of the new session.
    pub fn all(&self) -> BTreeMap<String, String> {
        self.given
            .iter()
            .chain(&self.inherited)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// The keys that the new session passes on.
    pub fn passed_on(&self) -> BTreeSet<String> {
        self.transitive_keys
            .iter()
            .chain(self.inherited.keys())
            .cloned()
            .collect()
    }
}

fn invalid(message: String) -> ApiError {
    ApiError::new(400, "InvalidParameterValue", message)
}
