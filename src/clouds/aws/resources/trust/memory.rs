//! What a trust remembers in its private state.

use std::collections::{BTreeMap, BTreeSet};

use super::implied::Implied;
use super::model::TrustModel;
use super::shown::Shown;
use crate::clouds::Judged;
use crate::clouds::aws::sharing::Membership;
use crate::clouds::trust_arguments::FindingModel;
use crate::framework::Private;

const PROVIDERS: &str = "providers";
const IMPORTED: &str = "imported";
const SHOWN: &str = "shown";
const INCOMPLETE: &str = "incomplete";
const IMPLIED: &str = "implied";
const FOREIGN_TAGS: &str = "foreign_tags";

/// The record of one trust.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// By the provider's ARN.
    pub memberships: BTreeMap<String, Membership>,
    /// Imported, and nothing was applied since.
    pub imported: bool,
    /// Whose the permissions and tags of the state are.
    pub shown: Shown,
    /// Nothing at all was written down: a crash wiped it.
    pub lost: bool,
    /// Read found a provider without what the trust needs, or one that it needs no longer.
    pub incomplete: bool,
    /// What the catalogue implied.
    pub implied: Implied,
    /// Keys of the role's tags that the state does not show, as a refresh found them.
    pub foreign_tags: BTreeSet<String>,
    /// The findings with which the trust was last applied or imported.
    judged: Judged,
}

impl Memory {
    pub fn of(private: &Private) -> Self {
        // what the role shows again is no sign that anything else is left
        let mut beside = private.clone();
        beside.remove(IMPLIED);
        beside.remove(FOREIGN_TAGS);
        Self {
            lost: beside.is_empty(),
            memberships: private.get(PROVIDERS).unwrap_or_default(),
            imported: private.get(IMPORTED).unwrap_or_default(),
            shown: private.get(SHOWN).unwrap_or_default(),
            incomplete: private.get(INCOMPLETE).unwrap_or_default(),
            implied: private.get(IMPLIED).unwrap_or_default(),
            foreign_tags: private.get(FOREIGN_TAGS).unwrap_or_default(),
            judged: Judged::of(private),
        }
    }

    /// The record with which an import begins.
    pub fn of_import() -> Self {
        Self {
            imported: true,
            shown: Shown::found(),
            ..Self::default()
        }
    }

    /// Writes down the findings that somebody has seen and applied, or imported.
    pub fn judge(&mut self, state: &TrustModel) {
        self.judged.see(&state.findings);
    }

    /// The findings that are not new.
    pub fn known_findings(&self, prior: Option<&TrustModel>) -> Vec<FindingModel> {
        self.judged.known(prior.map(|prior| &prior.findings))
    }

    pub fn keep_in(&self, private: &mut Private) {
        if self.memberships.is_empty() {
            private.remove(PROVIDERS);
        } else {
            private.set(PROVIDERS, &self.memberships);
        }
        if self.shown == Shown::default() {
            private.remove(SHOWN);
        } else {
            private.set(SHOWN, &self.shown);
        }
        if self.implied == Implied::default() {
            private.remove(IMPLIED);
        } else {
            private.set(IMPLIED, &self.implied);
        }
        if self.foreign_tags.is_empty() {
            private.remove(FOREIGN_TAGS);
        } else {
            private.set(FOREIGN_TAGS, &self.foreign_tags);
        }
        self.judged.keep_in(private);
        for (key, flag) in [(IMPORTED, self.imported), (INCOMPLETE, self.incomplete)] {
            if flag {
                private.set(key, true);
            } else {
                private.remove(key);
            }
        }
    }
}
