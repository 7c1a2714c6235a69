//! `unknown-claim`: a claim that the issuer's tokens do not have.

use crate::lint::analysis::Analysis;
use crate::lint::rule::{Checked, Class, Hit, Rule};
use crate::trust::Severity;

pub(super) const RULE: Checked = Checked {
    rule: Rule {
        id: "unknown-claim",
        title: "The issuer has no such claim",
        class: Class::Outage,
        meaning: "The issuer's tokens do not have the claim, so that the test never holds, or never keeps anybody out.",
        fix: "test a claim that the issuer has",
    },
    check,
};

/// Registered, or made of registered ones.
const REGISTERED: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp"];

fn check(analysis: &Analysis<'_>) -> Vec<Hit> {
    let branch = analysis.branch;
    let unknown = |claim: &str| {
        let is_registered = REGISTERED.contains(&claim) || branch.is_audience(claim);
        !is_registered && branch.facts.emits(claim) == Some(false)
    };
    let tests = branch.tests.iter().filter(|test| unknown(&test.claim));
    tests
        .map(|test| Hit {
            severity: Severity::Medium,
            value: test.claim.clone(),
            message: format!(
                "tokens of `{}` have no claim `{}`: the test {}",
                branch.issuer,
                test.claim,
                if test.restricts() {
                    "never holds"
                } else {
                    "keeps nobody out"
                }
            ),
            witness: None,
        })
        .collect()
}
