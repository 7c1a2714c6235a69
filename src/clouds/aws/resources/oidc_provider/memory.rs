//! What the resource remembers in its private state.

use std::collections::BTreeSet;

use crate::clouds::aws::sharing::Membership;
use crate::framework::Private;

const MEMBERSHIP: &str = "membership";
const SHOWS_AUDIENCES: &str = "shows_audiences";
const SHOWS_THUMBPRINTS: &str = "shows_thumbprints";
const SHOWS_OWNERSHIP: &str = "shows_ownership";
const SHOWS_TAGS: &str = "shows_tags";
const TAG_KEYS: &str = "tag_keys";

/// The record of one provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Memory {
    /// What may be taken away again, and from which provider.
    pub membership: Option<Membership>,
    /// `audiences` shows what an import found, while the configuration has none.
    pub shows_audiences: bool,
    /// The same of `thumbprints`.
    pub shows_thumbprints: bool,
    /// `ownership` shows that nothing is known but the default, while the configuration has none.
    pub shows_ownership: bool,
    /// `tags` shows what an import found, until the configuration says otherwise.
    pub shows_tags: bool,
    /// Keys of tags that this resource wrote: what it may take away again.
    pub tag_keys: BTreeSet<String>,
}

impl Memory {
    pub fn of(private: &Private) -> Self {
        Self {
            membership: private.get(MEMBERSHIP),
            shows_audiences: private.get(SHOWS_AUDIENCES).unwrap_or_default(),
            shows_thumbprints: private.get(SHOWS_THUMBPRINTS).unwrap_or_default(),
            shows_ownership: private.get(SHOWS_OWNERSHIP).unwrap_or_default(),
            shows_tags: private.get(SHOWS_TAGS).unwrap_or_default(),
            tag_keys: private.get(TAG_KEYS).unwrap_or_default(),
        }
    }

    /// Of a provider that is only named so far: everything is shown.
    pub fn of_import() -> Self {
        Self {
            shows_audiences: true,
            shows_thumbprints: true,
            shows_ownership: true,
            shows_tags: true,
            ..Self::default()
        }
    }

    pub fn keep_in(&self, private: &mut Private) {
        match &self.membership {
            Some(membership) => private.set(MEMBERSHIP, membership),
            None => private.remove(MEMBERSHIP),
        }
        if self.tag_keys.is_empty() {
            private.remove(TAG_KEYS);
        } else {
            private.set(TAG_KEYS, &self.tag_keys);
        }
        for (key, shows) in [
            (SHOWS_AUDIENCES, self.shows_audiences),
            (SHOWS_THUMBPRINTS, self.shows_thumbprints),
            (SHOWS_OWNERSHIP, self.shows_ownership),
            (SHOWS_TAGS, self.shows_tags),
        ] {
            if shows {
                private.set(key, true);
            } else {
                private.remove(key);
            }
        }
    }
}
