//! That nobody gets in by a credential, where nothing else says why.

use super::super::credential::{Credential, Matching};
use super::super::expression::Operator;
use super::own::{LIMITS, RULES, UNDOCUMENTED};
use crate::lint::{Class, Examined, rules};
use crate::trust::{Finding, Severity};

/// The rule that all clouds have about trusts that admit nobody.
const RULE: &str = "never-admits";

/// `possible` is what was found when a run may be empty, `certain` when it may not, where that is something else.
pub(super) fn check(
    credential: &Credential,
    found: &[Finding],
    possible: &Examined,
    certain: Option<&Examined>,
) -> Option<Finding> {
    if certain.unwrap_or(possible).token.is_some() || found.iter().any(is_outage) {
        return None;
    }
    let issuer = &credential.issuer;
    let matched = matched(credential);
    if let (Some(_), false) = (certain, possible.admits_nobody) {
        let message = format!(
            "a token of `{issuer}` matches `{matched}` only if `*` may stand for nothing, which is not documented"
        );
        return Some(UNDOCUMENTED.found(Severity::Medium, matched, message));
    }
    let message = match possible.admits_nobody {
        true => format!("no token that `{issuer}` signs passes `{matched}`"),
        false => format!("no token that `{issuer}` signs was found that passes `{matched}`"),
    };
    let rule = rules().find(|rule| rule.id == RULE)?;
    Some(rule.found(Severity::Medium, matched, message))
}

/// Whether a finding says why no token gets in. What cannot be stored says nothing of tokens.
fn is_outage(finding: &Finding) -> bool {
    let mut all = rules().chain(RULES).filter(|rule| rule.id != LIMITS.id);
    let says_so = all.any(|rule| rule.id == finding.rule && rule.class == Class::Outage);
    says_so && finding.severity >= Severity::Medium
}

/// What a credential matches, in its own words; of an expression only what has wildcards, if something has.
fn matched(credential: &Credential) -> String {
    let expression = match &credential.matching {
        Matching::Subject(subject) => return subject.clone(),
        Matching::Expression(expression) => expression,
    };
    let clauses = expression.clauses().iter();
    let wild: Vec<String> = clauses
        .filter(|clause| clause.operator == Operator::Matches)
        .map(ToString::to_string)
        .collect();
    match wild.is_empty() {
        true => expression.as_str().to_owned(),
        false => wild.join(" and "),
    }
}
