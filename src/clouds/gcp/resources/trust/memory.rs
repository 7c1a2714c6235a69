//! What a trust remembers in its private state.

use super::implied::Implied;
use super::model::TrustModel;
use crate::clouds::trust_arguments::FindingModel;
use crate::framework::{Attr, Private};

const IMPLIED: &str = "implied";
const JUDGED: &str = "judged";
const POOL_MADE: &str = "pool_made";
const IMPORTED: &str = "imported";
const STRANGERS: &str = "strangers";

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
    /// Rule and witness of the findings with which the trust was last applied or imported; what is not among them is new.
    judged: Option<Vec<(String, Option<String>)>>,
}

impl Memory {
    pub fn of(private: &Private) -> Self {
        Self {
            implied: private.get(IMPLIED).unwrap_or_default(),
            pool_made: private.get(POOL_MADE).unwrap_or_default(),
            imported: private.get(IMPORTED).unwrap_or_default(),
            strangers: private.get(STRANGERS).unwrap_or_default(),
            judged: private.get(JUDGED),
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
        let seen = |finding: &FindingModel| {
            Some((finding.rule.text()?.to_owned(), finding.witness.known().cloned()))
        };
        self.judged = state
            .findings
            .known()
            .map(|findings| findings.iter().filter_map(seen).collect());
    }

    /// The findings that are not new: those written down, else those of the state.
    pub fn known_findings(&self, prior: Option<&TrustModel>) -> Vec<FindingModel> {
        match &self.judged {
            None => prior
                .and_then(|prior| prior.findings.known().cloned())
                .unwrap_or_default(),
            Some(judged) => judged
                .iter()
                .map(|(rule, witness)| FindingModel {
                    rule: Attr::from_text(rule),
                    witness: Attr::from_option(witness.clone()),
                    ..FindingModel::default()
                })
                .collect(),
        }
    }

    pub fn keep_in(&self, private: &mut Private) {
        if self.implied == Implied::default() {
            private.remove(IMPLIED);
        } else {
            private.set(IMPLIED, &self.implied);
        }
        match &self.judged {
            Some(judged) => private.set(JUDGED, judged),
            None => private.remove(JUDGED),
        }
        if self.strangers.is_empty() {
            private.remove(STRANGERS);
        } else {
            private.set(STRANGERS, &self.strangers);
        }
        for (key, flag) in [(POOL_MADE, self.pool_made), (IMPORTED, self.imported)] {
            if flag {
                private.set(key, true);
            } else {
                private.remove(key);
            }
        }
    }
}
