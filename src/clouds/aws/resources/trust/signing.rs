//! What the linter makes of who signs.

use crate::clouds::aws::dialect::{PolicyDocument, lint};
use crate::clouds::trust_arguments::Signer;
use crate::lint::IssuerFacts;
use crate::trust::{Finding, IssuerUrl};

/// What the linter says of a policy that trusts these issuers.
pub fn lint_with(policy: &PolicyDocument, signers: &[(IssuerUrl, Signer)]) -> Vec<Finding> {
    let facts = |url: &str| {
        let known = signers.iter().find(|(issuer, _)| issuer.without_scheme() == url);
        known.map_or_else(|| IssuerFacts::of(url), |(_, signer)| signer.facts(url))
    };
    lint(policy, &facts)
}
