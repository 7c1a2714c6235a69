//! What is wrong with a trust policy: rules, one file each, over one analysis of each statement and issuer.
//!
//! Tenancy decides how bad openness is. A finding carries a witness, a foreign token that the evaluator accepts, wherever one
//! was found. Without one the rule is not proven: then it is at most high, and medium where the issuer serves one tenant.

mod branch;
mod foreign;
mod issuer_facts;
mod missing_audience;
mod missing_subject;
mod open_owner_prefix;
mod open_subject;

pub use issuer_facts::IssuerFacts;

use branch::Branch;

use super::policy::PolicyDocument;
use crate::trust::Finding;

/// A rule looks at one issuer in one statement that could let a token of it in.
type Rule = fn(&Branch<'_>) -> Vec<Finding>;

const RULES: [Rule; 4] = [
    missing_subject::check,
    open_subject::check,
    open_owner_prefix::check,
    missing_audience::check,
];

/// Everything the rules find, the worst first, then by rule and witness. `facts` says what is known about an issuer, given
/// without its scheme; [`IssuerFacts::of`] asks the catalogue.
pub fn lint(policy: &PolicyDocument, facts: &dyn Fn(&str) -> IssuerFacts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for branch in branch::branches(policy, facts) {
        for rule in RULES {
            for finding in rule(&branch) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings.sort_by(|a, b| {
        let worst_first = b.severity.cmp(&a.severity);
        worst_first.then_with(|| (a.rule, &a.witness, &a.value).cmp(&(b.rule, &b.witness, &b.value)))
    });
    findings
}

#[cfg(test)]
mod tests;
