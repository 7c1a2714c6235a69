//! From federated identity credentials back to the trust that renders to them.
//!
//! Names and descriptions do not matter, nor does the order of credentials, clauses or branches. Credentials that differ only in
//! the subject are one branch.
//!
//! INVARIANT: what is read back renders to credentials that mean the same; otherwise nothing is read back.

use std::collections::{BTreeMap, BTreeSet};

use super::azure_trust::AzureTrust;
use super::credential::{Credential, Holder, Matching};
use super::expression::{Comparand, Operator};
use super::render::render;
use crate::trust::{Audience, ClaimName, IssuerUrl, Pattern, Terms, Trust};

/// Why credentials are not those of any trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadBackError {
    #[error("expected a federated identity credential, found none")]
    None,
    #[error(
        "expected credentials of one identity, found some of an application and some of a managed identity"
    )]
    SeveralHolders,
    #[error("the trust arguments cannot express the credential {credential}: {reason}")]
    Inexpressible { credential: String, reason: String },
    #[error("the trust arguments would say something else than the credentials do")]
    NotTheSame,
}

/// Reads the credentials of one identity.
///
/// # Errors
/// A credential that the arguments cannot express, or that they would say differently.
pub fn read_back(credentials: &[Credential]) -> Result<AzureTrust, ReadBackError> {
    let holder = credentials.first().ok_or(ReadBackError::None)?.holder;
    if credentials.iter().any(|credential| credential.holder != holder) {
        return Err(ReadBackError::SeveralHolders);
    }
    let mut groups: BTreeMap<Group, BTreeSet<Row>> = BTreeMap::new();
    for (at, credential) in credentials.iter().enumerate() {
        let (group, row) = read(credential).map_err(|reason| ReadBackError::Inexpressible {
            credential: credential.name.clone().unwrap_or_else(|| (at + 1).to_string()),
            reason,
        })?;
        groups.entry(group).or_default().insert(row);
    }
    let terms = groups
        .into_iter()
        .flat_map(|(group, rows)| branches(&group, &rows))
        .collect();
    let trust = AzureTrust {
        trust: Trust { terms },
        holder,
    };
    match render(&trust) {
        Ok(rendered) if meaning(&rendered) == meaning(credentials) => Ok(trust),
        _ => Err(ReadBackError::NotTheSame),
    }
}

/// What the credentials of one branch have in common: issuer, audience, and the claims that they test besides the subject.
type Group = (IssuerUrl, Audience, BTreeSet<ClaimName>);

/// What they differ in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    subject: Value,
    claims: BTreeMap<ClaimName, Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Exact(String),
    Wild(Pattern),
}

fn read(credential: &Credential) -> Result<(Group, Row), String> {
    let issuer = IssuerUrl::parse(&credential.issuer).map_err(|e| e.to_string())?;
    let audience = Audience::parse(&credential.audience).map_err(|e| e.to_string())?;
    let mut row = Row {
        subject: Value::Exact(String::new()),
        claims: BTreeMap::new(),
    };
    match &credential.matching {
        Matching::Subject(subject) => row.subject = Value::Exact(subject.clone()),
        Matching::Expression(expression) => {
            let mut seen = BTreeSet::new();
            for clause in expression.clauses() {
                if !seen.insert(&clause.claim) {
                    return Err(format!("its expression tests `{}` twice", clause.claim));
                }
                let value = match (&clause.comparand, clause.operator) {
                    (Comparand::Contested(_), _) => {
                        return Err("its expression has a quote in a text".to_owned());
                    }
                    (Comparand::Text(text), Operator::Eq) => Value::Exact(text.clone()),
                    (Comparand::Text(text), Operator::Matches) => Value::Wild(pattern(text)?),
                };
                if clause.claim == "sub" {
                    row.subject = value;
                } else {
                    let name = ClaimName::parse(&clause.claim).map_err(|e| e.to_string())?;
                    row.claims.insert(name, value);
                }
            }
            if !seen.contains(&"sub".to_owned()) {
                return Err("its expression does not test `sub`".to_owned());
            }
        }
    }
    let names = row.claims.keys().cloned().collect();
    Ok(((issuer, audience, names), row))
}

/// A backslash means nothing to the language, and much to ours.
fn pattern(comparand: &str) -> Result<Pattern, String> {
    Pattern::parse(&comparand.replace('\\', r"\\")).map_err(|e| e.to_string())
}

/// One branch when the rows are every combination of their values, else one for each combination of claim values.
fn branches(group: &Group, rows: &BTreeSet<Row>) -> Vec<Terms> {
    let all: Vec<&Row> = rows.iter().collect();
    let together = terms(group, &all);
    let subjects = together.subjects.len() + together.subject_patterns.len();
    let values = |name| {
        let exact = together.claims.get(name).map_or(0, BTreeSet::len);
        exact + together.claim_patterns.get(name).map_or(0, BTreeSet::len)
    };
    let combinations = group.2.iter().map(values).fold(subjects, usize::saturating_mul);
    if combinations == rows.len() {
        return vec![together];
    }
    let mut by_claims: BTreeMap<&BTreeMap<ClaimName, Value>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_claims.entry(&row.claims).or_default().push(row);
    }
    by_claims.values().map(|rows| terms(group, rows)).collect()
}

fn terms((issuer, audience, _): &Group, rows: &[&Row]) -> Terms {
    let mut terms = Terms {
        issuer: issuer.clone(),
        audiences: BTreeSet::from([audience.clone()]),
        subjects: BTreeSet::new(),
        subject_patterns: BTreeSet::new(),
        claims: BTreeMap::new(),
        claim_patterns: BTreeMap::new(),
    };
    for row in rows {
        match row.subject.clone() {
            Value::Exact(text) => terms.subjects.insert(text),
            Value::Wild(pattern) => terms.subject_patterns.insert(pattern),
        };
        for (name, value) in row.claims.clone() {
            match value {
                Value::Exact(text) => terms.claims.entry(name).or_default().insert(text),
                Value::Wild(pattern) => terms.claim_patterns.entry(name).or_default().insert(pattern),
            };
        }
    }
    terms
}

/// What the credentials admit, apart from how it is written.
fn meaning(credentials: &[Credential]) -> BTreeSet<Meaning<'_>> {
    credentials
        .iter()
        .map(|credential| Meaning {
            on_application: credential.holder == Holder::Application,
            issuer: &credential.issuer,
            audience: &credential.audience,
            matched: match &credential.matching {
                Matching::Subject(subject) => Matched::Subject(subject),
                Matching::Expression(expression) => Matched::Clauses(expression.clauses().iter().collect()),
            },
        })
        .collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Meaning<'a> {
    on_application: bool,
    issuer: &'a str,
    audience: &'a str,
    matched: Matched<'a>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Matched<'a> {
    Subject(&'a str),
    Clauses(BTreeSet<&'a super::expression::Clause>),
}

#[cfg(test)]
mod tests;
