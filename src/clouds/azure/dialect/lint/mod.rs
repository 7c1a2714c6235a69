//! From federated identity credentials to what the linter looks at, and the rules that only Azure has.
//!
//! Each credential is a branch; any one of them admits. Where an expression has a run, `*`, it is looked at twice: as if the
//! run may be empty, and as if it may not. What somebody may get in by is said after the first, what is proven and whether
//! anybody certainly gets in after the second.

mod branches;
mod issued;
mod issuer;
mod nobody;
mod own;

pub use own::RULES;

use super::credential::{Credential, Draft};
use crate::lint::{IssuerFacts, examine};
use crate::trust::Finding;
use branches::{Runs, branch};

/// Everything the rules find about the credentials of one identity, the worst first, then by rule, witness and value. `facts`
/// says what is known about an issuer, given without its scheme; [`IssuerFacts::of`] asks the catalogue.
pub fn lint(drafts: &[Draft], facts: &dyn Fn(&str) -> IssuerFacts) -> Vec<Finding> {
    let credentials: Vec<Credential> = drafts
        .iter()
        .filter_map(|draft| match draft {
            Draft::Whole(credential) => Some(credential.clone()),
            Draft::Unmatched { .. } => None,
        })
        .collect();
    let mut findings = own::of_drafts(drafts);
    findings.extend(own::together(&credentials));
    for credential in &credentials {
        let wide = branch(&credentials, credential, facts, Runs::MayBeEmpty);
        let narrow = branch(&credentials, credential, facts, Runs::HaveACharacter);
        let mut found = own::of_credential(credential, &wide);
        let possible = examine(&wide);
        let certain = (wide.tests != narrow.tests).then(|| examine(&narrow));
        // Of an issuer that no token has more is said here.
        let is_told = found.iter().any(|finding| finding.rule == issuer::RULE);
        let said = possible.findings.iter();
        found.extend(said.filter(|f| f.rule != issuer::RULE || !is_told).cloned());
        found.extend(nobody::check(credential, &found, &possible, certain.as_ref()));
        let proven = certain.into_iter().flat_map(|examined| examined.findings);
        found.extend(proven.filter(|finding| finding.witness.is_some()));
        findings.extend(found);
    }
    crate::lint::sorted(findings)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
