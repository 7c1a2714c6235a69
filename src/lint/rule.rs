//! What a rule is.

use super::analysis::{Analysis, Kind};
use super::witness::shown;
use crate::trust::{Claims, Finding, Severity};

/// What kind of thing a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Somebody else gets in; shown by a token.
    Open,
    /// Nobody gets in.
    Outage,
    /// Safe only by luck.
    Fragile,
    Hygiene,
    /// Cannot be decided.
    Unanalysable,
}

/// A rule: what it is called, what it means, how to mend what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    /// The same for every finding of the rule.
    pub title: &'static str,
    pub class: Class,
    pub meaning: &'static str,
    pub fix: &'static str,
}

/// A rule with its check.
pub(crate) struct Checked {
    pub rule: Rule,
    pub check: fn(&Analysis<'_>) -> Vec<Hit>,
}

/// Something that a rule found.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub severity: Severity,
    /// The pattern, subject or issuer it is about.
    pub value: String,
    pub message: String,
    pub witness: Option<Claims>,
}

impl Rule {
    /// A finding of this rule that a dialect makes itself, without a witness.
    pub fn found(&self, severity: Severity, value: String, message: String) -> Finding {
        self.finding(Hit {
            severity,
            value,
            message,
            witness: None,
        })
    }

    pub(crate) fn finding(&self, hit: Hit) -> Finding {
        Finding {
            rule: self.id,
            severity: hit.severity,
            message: hit.message,
            fix: self.fix.to_owned(),
            witness: hit.witness.as_ref().map(shown),
            value: Some(hit.value),
            accepted: None,
        }
    }
}

impl Analysis<'_> {
    /// What is open in this way, said in these words. Without a witness it is not proven, and less grave; what nobody can
    /// decide is left to the rule for that.
    pub(crate) fn hits(&self, kind: Kind, words: &dyn Fn(&str) -> String) -> Vec<Hit> {
        let openings = self.openings.iter().filter(|opening| opening.kind == kind);
        openings
            .filter_map(|opening| {
                let witness = self.shown(opening).cloned();
                let severity = self.proven(opening.severity, witness.is_some())?;
                Some(Hit {
                    severity,
                    value: opening.value.clone(),
                    message: words(&self.said(opening)),
                    witness,
                })
            })
            .collect()
    }

    /// How grave something is, with or without a witness.
    pub(crate) fn proven(&self, severity: Severity, has_witness: bool) -> Option<Severity> {
        let branch = self.branch;
        match has_witness {
            true => Some(severity),
            // As it stands nobody gets in.
            false if self.admits_nobody() => Some(Severity::Info),
            false if branch.is_opaque => None,
            false => Some(severity.min(branch.facts.severity_of_unproven())),
        }
    }

    /// A finding about the branch as a whole.
    pub(crate) fn about_issuer(
        &self,
        severity: Severity,
        message: String,
        witness: Option<Claims>,
    ) -> Vec<Hit> {
        let severity = match (&witness, self.branch.is_dead) {
            (None, true) => Severity::Info,
            _ => severity,
        };
        vec![Hit {
            severity,
            value: self.branch.issuer.clone(),
            message,
            witness,
        }]
    }

    /// A token of anybody, or of whoever is meant where nobody else gets in.
    pub(crate) fn any_token(&self) -> Option<Claims> {
        let mut openings = self.openings.iter();
        openings
            .find_map(|opening| self.shown(opening))
            .or_else(|| self.meant())
            .cloned()
    }
}
