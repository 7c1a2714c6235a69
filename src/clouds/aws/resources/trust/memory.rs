//! What a trust remembers in its private state.

use std::collections::BTreeMap;

use crate::clouds::aws::sharing::Membership;
use crate::framework::Private;

const PROVIDERS: &str = "providers";
const IMPORTED: &str = "imported";
const INCOMPLETE: &str = "incomplete";

/// The record of one trust.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// By the provider's ARN.
    pub memberships: BTreeMap<String, Membership>,
    /// Arguments that are null in the configuration show what Read found, as after an import.
    pub imported: bool,
    /// Read found a provider without what the trust needs.
    pub incomplete: bool,
}

impl Memory {
    pub fn of(private: &Private) -> Self {
        Self {
            memberships: private.get(PROVIDERS).unwrap_or_default(),
            imported: private.get(IMPORTED).unwrap_or_default(),
            incomplete: private.get(INCOMPLETE).unwrap_or_default(),
        }
    }

    pub fn keep_in(&self, private: &mut Private) {
        if self.memberships.is_empty() {
            private.remove(PROVIDERS);
        } else {
            private.set(PROVIDERS, &self.memberships);
        }
        for (key, flag) in [(IMPORTED, self.imported), (INCOMPLETE, self.incomplete)] {
            if flag {
                private.set(key, true);
            } else {
                private.remove(key);
            }
        }
    }
}
