//! Rules about credentials and their expressions, which only Azure has.

use std::collections::BTreeMap;

use super::super::credential::{Credential, Draft, Holder, Matching};
use super::super::expression::{Clause, Comparand, Expression};
use super::super::{issuers, limits};
use super::branches::is_undocumented;
use super::{issued, issuer};
use crate::lint::{Branch, Class, Rule};
use crate::trust::{Finding, Severity};

/// The rules of this file.
pub const RULES: &[Rule] = &[SYNTAX, UNDOCUMENTED, REFUSED, LIMITS, ALGORITHM, NEVER_ISSUED];

const SYNTAX: Rule = Rule {
    id: "expression-syntax",
    title: "Neither a subject nor an expression",
    class: Class::Outage,
    meaning: "Entra takes a subject or an expression of its language, never both, and what is written here is neither.",
    fix: "write either `subject`, or `claimsMatchingExpression` with `languageVersion` 1, as `claims['sub'] matches 'TEXT'`",
};

pub(super) const UNDOCUMENTED: Rule = Rule {
    id: "undocumented-expression",
    title: "Nobody knows whether the expression holds",
    class: Class::Outage,
    meaning: "Somebody gets in only if Entra does something that it does not document, or that it refuses to store today.",
    fix: "use exact subjects, or an expression on an application for an issuer and claims that Entra documents",
};

const REFUSED: Rule = Rule {
    id: "expression-refused-today",
    title: "Entra refuses new expressions like this",
    class: Class::Hygiene,
    meaning: "A credential that is there keeps working, but Entra stores no new one like it, so that it cannot be made again.",
    fix: "test `sub` and an id besides (`repository_id` or `repository_owner_id` on GitHub), or use exact subjects",
};

pub(super) const LIMITS: Rule = Rule {
    id: "credential-limits",
    title: "Entra stores no such credential",
    class: Class::Outage,
    meaning: "The credential is beyond a limit of Entra: the length of a field, the number of credentials, or one that is there twice.",
    fix: "shorten the field, or spread the subjects over several identities",
};

const ALGORITHM: Rule = Rule {
    id: "algorithm-not-accepted",
    title: "Entra verifies no such signature",
    class: Class::Outage,
    meaning: "Entra verifies RS256 only, and the platform signs with other algorithms: nobody gets in.",
    fix: "have the issuer sign with an RSA key and RS256",
};

const NEVER_ISSUED: Rule = Rule {
    id: "value-never-issued",
    title: "No token has this value",
    class: Class::Outage,
    meaning: "The issuer puts this value into no token, so that nobody gets in.",
    fix: "take the value from a token of the workload",
};

/// What cannot be stored for what it matches.
pub(super) fn of_drafts(drafts: &[Draft]) -> Vec<Finding> {
    let broken = drafts.iter().filter_map(|draft| match draft {
        Draft::Whole(_) => None,
        Draft::Unmatched { issuer, reason } => Some((issuer, reason)),
    });
    broken
        .map(|(issuer, reason)| {
            let message = format!("the credential for `{issuer}` cannot be stored: {reason}");
            SYNTAX.found(Severity::Medium, reason.pointer.clone(), message)
        })
        .collect()
}

/// What is wrong with the credentials of an identity together.
pub(super) fn together(credentials: &[Credential]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = limits::count(credentials.len()) {
        findings.push(LIMITS.found(Severity::Medium, credentials.len().to_string(), error.to_string()));
    }
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for credential in credentials {
        let matched = match &credential.matching {
            Matching::Subject(text) => text,
            Matching::Expression(expression) => expression.as_str(),
        };
        *counts.entry((&credential.issuer, matched)).or_default() += 1;
    }
    let twice = counts.iter().filter(|(_, count)| **count > 1);
    findings.extend(twice.map(|((issuer, matched), count)| {
        let message = format!(
            "expected issuer and subject once on an identity, found `{issuer}` with `{matched}` {count} times"
        );
        LIMITS.found(Severity::Medium, (*matched).to_owned(), message)
    }));
    findings
}

/// What is wrong with one credential.
pub(super) fn of_credential(credential: &Credential, branch: &Branch<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = issuer::check(&credential.issuer).into_iter().collect();
    if let Err(error) = limits::lengths(credential) {
        findings.push(LIMITS.found(Severity::Medium, credential.issuer.clone(), error.to_string()));
    }
    let platforms = &branch.facts.platforms;
    let never_rsa = |algs: &[String]| !algs.is_empty() && !algs.iter().any(|alg| alg == "RS256");
    if !platforms.is_empty() && platforms.iter().all(|platform| never_rsa(&platform.algs)) {
        let algs: Vec<&str> = platforms
            .iter()
            .flat_map(|p| &p.algs)
            .map(String::as_str)
            .collect();
        let message = format!(
            "tokens of `{}` are signed with {}, never with RS256",
            credential.issuer,
            algs.join(", ")
        );
        findings.push(ALGORITHM.found(Severity::Medium, credential.issuer.clone(), message));
    }
    findings.extend(
        issued::never(credential, &branch.facts)
            .into_iter()
            .map(|(claim, value, reason)| {
                let message = format!(
                    "no token of `{}` has `{claim}` `{value}`: {reason}",
                    credential.issuer
                );
                NEVER_ISSUED.found(Severity::Medium, value, message)
            }),
    );
    if let Matching::Expression(expression) = &credential.matching {
        findings.extend(undocumented(credential, expression));
        findings.extend(refused(credential, expression));
    }
    findings
}

/// What Entra documents nothing about.
fn undocumented(credential: &Credential, expression: &Expression) -> Vec<Finding> {
    let found = |value: &str, message| UNDOCUMENTED.found(Severity::Medium, value.to_owned(), message);
    let mut findings = Vec::new();
    if credential.holder == Holder::ManagedIdentity {
        let message =
            "Entra documents expressions on applications, and this is a managed identity".to_owned();
        findings.push(found(expression.as_str(), message));
    }
    let rules = issuers::rules(&credential.issuer);
    if rules.is_none() {
        let message = format!(
            "Entra takes expressions for {} only, and this is one for `{}`",
            issuers::LISTED,
            credential.issuer
        );
        findings.push(found(&credential.issuer, message));
    }
    let clauses = expression.clauses().iter();
    findings.extend(clauses.filter_map(|clause| {
        let problem = match &clause.comparand {
            Comparand::Contested(_) => "has a quote in its text, and what that stands for is not documented",
            Comparand::Text(_) if !is_undocumented(credential, clause) => return None,
            Comparand::Text(_) if allows(credential, clause) => {
                "has wildcards, and Entra compares this claim exactly only"
            }
            Comparand::Text(_) => "is about a claim on which Entra takes no expression for this issuer",
        };
        Some(found(
            &clause.to_string(),
            format!("the clause `{clause}` {problem}"),
        ))
    }));
    findings
}

/// Whether the claim itself may be tested.
fn allows(credential: &Credential, clause: &Clause) -> bool {
    issuers::rules(&credential.issuer).is_some_and(|rules| rules.claim(&clause.claim).is_some())
}

/// What Entra stores no longer.
fn refused(credential: &Credential, expression: &Expression) -> Option<Finding> {
    let rules = issuers::rules(&credential.issuer)?;
    let tests = |claim: &str| expression.clauses().iter().any(|clause| clause.claim == claim);
    let has_id = rules.one_of.is_empty() || (tests("sub") && rules.one_of.iter().any(|id| tests(id)));
    let begins = |clause: &Clause| {
        let mut beginnings = rules.refused_beginnings.iter();
        clause.claim == "sub" && beginnings.any(|text| clause.comparand.written().starts_with(text))
    };
    let message = if !has_id {
        let ids = rules.one_of.join("` or `");
        format!(
            "for `{}` Entra takes a new expression only on `sub` and on `{ids}`",
            credential.issuer
        )
    } else if expression.clauses().iter().any(begins) {
        format!(
            "for `{}` Entra was seen to refuse new expressions on subjects that begin with `{}`",
            credential.issuer,
            rules.refused_beginnings.join("`, `")
        )
    } else {
        return None;
    };
    Some(REFUSED.found(Severity::Low, expression.as_str().to_owned(), message))
}
