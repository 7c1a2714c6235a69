//! From a trust policy to what the linter looks at, and the rules that only AWS has.
//!
//! Each issuer of each statement that allows web identity is a branch; what the denies refuse is added to it as tests of the
//! opposite. What the linter finds there is said of AWS's own words by nobody but this room.

mod atom;
mod branches;
mod own;
mod principals;
mod role;
mod token;

pub use role::{lint_rights, lint_role};
pub(super) use token::Provider;

use super::policy::PolicyDocument;
use crate::lint::{IssuerFacts, Rule};
use crate::trust::Finding;

/// The rules of this room.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    own::RULES.iter().chain([&principals::RULE, &role::RULE])
}

/// Everything the rules find, the worst first, then by rule, witness and value. `facts` says what is known about an issuer,
/// given without its scheme; [`IssuerFacts::of`] asks the catalogue.
pub fn lint(policy: &PolicyDocument, facts: &dyn Fn(&str) -> IssuerFacts) -> Vec<Finding> {
    let mut findings = crate::lint::lint(&branches::branches(policy, facts));
    findings.extend(own::check(policy, facts));
    findings.extend(principals::check(policy));
    crate::lint::sorted(findings)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
