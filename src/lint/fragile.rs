//! Tests that tokens without the claim pass.

use super::analysis::{Analysis, Kind};
use super::branch::Without;
use super::rule::Hit;
use crate::trust::Severity;

impl Analysis<'_> {
    /// Hits for tests of the identity that hold without the claim for a reason.
    pub(crate) fn passing_without(&self, why: Without, words: &dyn Fn(&str) -> String) -> Vec<Hit> {
        let branch = self.branch;
        let mut claims: Vec<&str> = branch
            .tests
            .iter()
            .filter(|test| test.without == why && !test.is_negated && branch.is_identity(&test.claim))
            .map(|test| test.claim.as_str())
            .collect();
        claims.sort_unstable();
        claims.dedup();
        let untested = self
            .openings
            .iter()
            .find(|opening| opening.kind == Kind::Untested);
        let mut hits = Vec::new();
        for claim in claims {
            let witness = untested.and_then(|opening| self.shown(opening).cloned());
            let severity = match (untested, &witness) {
                (Some(opening), Some(_)) => opening.severity.max(Severity::High),
                _ if branch
                    .restricting(claim)
                    .any(|test| test.without == Without::Fails) =>
                {
                    Severity::Low
                }
                // The claim is always there, today.
                _ if claim == "sub" && !self.is_pinned_by_id => Severity::High,
                (Some(_), None) => Severity::High,
                (None, _) => Severity::Low,
            };
            let severity = if branch.is_dead { Severity::Info } else { severity };
            hits.push(Hit {
                severity,
                value: claim.to_owned(),
                message: words(claim),
                witness,
            });
        }
        hits
    }
}
