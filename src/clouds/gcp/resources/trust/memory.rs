//! What a trust remembers in its private state.

use serde::Serialize;

use super::implied::Implied;
use super::model::TrustModel;
use crate::clouds::Judged;
use crate::clouds::gcp::client::{Grant, Target};
use crate::clouds::trust_arguments::FindingModel;
use crate::framework::Private;

const IMPLIED: &str = "implied";
const POOL_MADE: &str = "pool_made";
const IMPORTED: &str = "imported";
const STRANGERS: &str = "strangers";
const BEGUN: &str = "begun";
const LEAVING: &str = "leaving";

/// The record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// What the catalogue implied.
    pub implied: Implied,
    /// The pool is one that trusts of ours made: whoever leaves last deletes it.
    pub pool_made: bool,
    /// Read has not seen an apply yet.
    pub imported: bool,
    /// Other providers of the pool, as Read found them, that could give their tokens the binding key of this trust.
    pub strangers: Vec<String>,
    /// Grants that may be there although the state does not say so: an apply that ended in the middle began them or did not take
    /// them away, or somebody took away a part. The next update and the delete take care of them.
    pub begun: Vec<(Target, Grant)>,
    /// Project and unique id of service accounts that were made for this trust and are not meant any more.
    pub leaving: Vec<(String, String)>,
    /// The findings with which the trust was last applied or imported.
    judged: Judged,
}

impl Memory {
    pub fn of(private: &Private) -> Self {
        Self {
            implied: private.get(IMPLIED).unwrap_or_default(),
            pool_made: private.get(POOL_MADE).unwrap_or_default(),
            imported: private.get(IMPORTED).unwrap_or_default(),
            strangers: private.get(STRANGERS).unwrap_or_default(),
            begun: private.get(BEGUN).unwrap_or_default(),
            leaving: private.get(LEAVING).unwrap_or_default(),
            judged: Judged::of(private),
        }
    }

    /// The record with which an import begins.
    pub fn of_import() -> Self {
        Self {
            imported: true,
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
        if self.implied == Implied::default() {
            private.remove(IMPLIED);
        } else {
            private.set(IMPLIED, &self.implied);
        }
        self.judged.keep_in(private);
        keep(private, STRANGERS, &self.strangers);
        keep(private, BEGUN, &self.begun);
        keep(private, LEAVING, &self.leaving);
        for (key, flag) in [(POOL_MADE, self.pool_made), (IMPORTED, self.imported)] {
            if flag {
                private.set(key, true);
            } else {
                private.remove(key);
            }
        }
    }
}

fn keep<T: Serialize>(private: &mut Private, key: &str, list: &[T]) {
    if list.is_empty() {
        private.remove(key);
    } else {
        private.set(key, list);
    }
}
