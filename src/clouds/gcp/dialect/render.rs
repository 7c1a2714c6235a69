//! From a trust to a provider's issuer, audiences and condition.
//!
//! SECURITY: what Google cannot say exactly is an error. Nothing that a trust tests may be missing from its condition, and an
//! empty set never becomes an absent test. Conditions have no negation, so that a claim that is missing, or of another type,
//! which is an error of CEL, never admits.

mod error;

use std::collections::BTreeSet;

pub use error::{RenderError, RenderMistake};

use super::cel::{Program, quote};
use super::claim_path::ClaimPath;
use super::gcp_trust::{GcpTrust, Rendered};
use super::provider::MOST_IN_CONDITION;
use super::wildcard::regular;
use crate::trust::{Audience, ClaimKind, ClaimName, Pattern, Terms};

/// The settings of the provider that admits exactly the tokens of the trust, as far as they are plain.
///
/// # Errors
/// The first argument that Google cannot express, with the nearest thing that it can.
pub fn render(trust: &GcpTrust) -> Result<Rendered, RenderError> {
    let Some(top) = trust.trust.terms.first() else {
        return Err(whole("subjects", RenderMistake::TestsNothing));
    };
    let allowed: BTreeSet<Audience> = trust
        .trust
        .terms
        .iter()
        .flat_map(|terms| terms.audiences.iter().cloned())
        .collect();
    let mut branches = Vec::new();
    for (branch, terms) in trust.trust.terms.iter().enumerate() {
        let parts = parts(trust, terms, &allowed);
        let parts = parts.map_err(|(argument, reason)| RenderError {
            branch,
            argument,
            reason,
        })?;
        if terms.issuer != top.issuer {
            let reason = RenderMistake::OtherIssuer {
                expected: top.issuer.clone(),
                found: terms.issuer.clone(),
            };
            return Err(RenderError {
                branch,
                argument: "issuer".to_owned(),
                reason,
            });
        }
        branches.push(parts.join(" && "));
    }
    let condition = match branches.as_slice() {
        [only] => only.clone(),
        several => several
            .iter()
            .map(|branch| format!("({branch})"))
            .collect::<Vec<_>>()
            .join(" || "),
    };
    let condition = match &trust.attribute_condition {
        Some(own) => with_own(&condition, own)?,
        None => condition,
    };
    let found = condition.chars().count();
    if found > MOST_IN_CONDITION {
        let most = MOST_IN_CONDITION;
        return Err(whole("subjects", RenderMistake::TooLong { most, found }));
    }
    Ok(Rendered {
        issuer_uri: top.issuer.clone(),
        allowed_audiences: allowed,
        attribute_condition: condition,
    })
}

type Mistake = (String, RenderMistake);

fn whole(argument: &str, reason: RenderMistake) -> RenderError {
    RenderError {
        branch: 0,
        argument: argument.to_owned(),
        reason,
    }
}

/// `(…) && (…)`. SECURITY: the own condition is read alone first, so that it cannot close the bracket and say `|| true`.
fn with_own(condition: &str, own: &str) -> Result<String, RenderError> {
    let own = own.trim();
    let wrong = |error| whole("attribute_condition", RenderMistake::Condition(error));
    Program::parse(own, MOST_IN_CONDITION).map_err(wrong)?;
    Ok(format!("({condition}) && ({own}{})", end_of_own(own)))
}

/// A comment would hide the bracket that follows it.
fn end_of_own(own: &str) -> &'static str {
    match own.lines().last().is_some_and(|line| line.contains("//")) {
        true => "\n",
        false => "",
    }
}

/// What has to hold in a branch, in a fixed order.
fn parts(trust: &GcpTrust, terms: &Terms, allowed: &BTreeSet<Audience>) -> Result<Vec<String>, Mistake> {
    if !terms.tests_something() {
        return Err(("subjects".to_owned(), RenderMistake::TestsNothing));
    }
    if terms.audiences.is_empty() {
        return Err(("audiences".to_owned(), RenderMistake::NoAudience));
    }
    let mut parts = Vec::new();
    // The provider compares audiences itself, with those of all branches.
    if terms.audiences != *allowed {
        let path = ClaimPath::flat("aud").written();
        parts.push(one_of(&path, terms.audiences.iter().map(Audience::as_str)));
    }
    if !(terms.subjects.is_empty() && terms.subject_patterns.is_empty()) {
        let path = ClaimPath::flat("sub").written();
        parts.push(any(text_tests(&path, &terms.subjects, &terms.subject_patterns)));
    }
    for name in terms.claim_names() {
        let argument = match terms.claims.contains_key(name) {
            true => format!("claims[\"{name}\"]"),
            false => format!("claim_patterns[\"{name}\"]"),
        };
        let tests = claim_tests(trust, terms, name).map_err(|reason| (argument, reason))?;
        parts.push(any(tests));
    }
    Ok(parts)
}

fn claim_tests(trust: &GcpTrust, terms: &Terms, name: &ClaimName) -> Result<Vec<String>, RenderMistake> {
    let (texts, patterns) = (terms.claims.get(name), terms.claim_patterns.get(name));
    let empty = texts.is_some_and(BTreeSet::is_empty) || patterns.is_some_and(BTreeSet::is_empty);
    let (no_texts, no_patterns) = (BTreeSet::new(), BTreeSet::new());
    let (texts, patterns) = (texts.unwrap_or(&no_texts), patterns.unwrap_or(&no_patterns));
    if empty || (texts.is_empty() && patterns.is_empty()) {
        return Err(RenderMistake::EmptySet);
    }
    let path = ClaimPath::of(name)?.written();
    match error::of_kind(name.as_str(), trust.kinds.get(name).copied())? {
        ClaimKind::List => {
            let mut tests: Vec<String> = texts
                .iter()
                .map(|text| format!("{} in {path}", quote(text)))
                .collect();
            if !patterns.is_empty() {
                tests.push(format!("{path}.exists(x, {})", matches("x", patterns)));
            }
            Ok(tests)
        }
        ClaimKind::Boolean => {
            if !patterns.is_empty() {
                return Err(RenderMistake::BooleanPattern(name.to_string()));
            }
            let wrong = texts
                .iter()
                .find(|text| !matches!(text.as_str(), "true" | "false"));
            match wrong {
                Some(found) => Err(RenderMistake::Boolean {
                    claim: name.to_string(),
                    found: found.clone(),
                }),
                None => Ok(texts.iter().map(|text| format!("{path} == {text}")).collect()),
            }
        }
        ClaimKind::Text | ClaimKind::Number => Ok(text_tests(&path, texts, patterns)),
    }
}

fn text_tests(path: &str, texts: &BTreeSet<String>, patterns: &BTreeSet<Pattern>) -> Vec<String> {
    let mut tests = Vec::new();
    if !texts.is_empty() {
        tests.push(one_of(path, texts.iter().map(String::as_str)));
    }
    if !patterns.is_empty() {
        tests.push(matches(path, patterns));
    }
    tests
}

fn one_of<'a>(path: &str, texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(quote).collect();
    format!("{path} in [{}]", texts.join(", "))
}

fn matches(path: &str, patterns: &BTreeSet<Pattern>) -> String {
    format!("{path}.matches({})", quote(&regular(patterns)))
}

/// Any of the tests; several stand in brackets.
fn any(tests: Vec<String>) -> String {
    match tests.as_slice() {
        [only] => only.clone(),
        several => format!("({})", several.join(" || ")),
    }
}

#[cfg(test)]
mod property_test;
#[cfg(test)]
mod tests;
