//! From a trust to federated identity credentials.
//!
//! An exact subject alone is a classic credential; anything else is a flexible one, one for each combination of subject and
//! claim values, since the language has no `or`.
//!
//! SECURITY: what Entra cannot say exactly is an error. The one thing that its documentation leaves open, whether `*` may stand
//! for nothing, can make a credential narrower than its trust, never wider.

mod error;
mod values;

use std::collections::BTreeMap;

pub use error::{RenderError, RenderMistake};
use values::{Value, combinations, subjects};

use super::azure_trust::AzureTrust;
use super::credential::{Credential, Holder, Matching};
use super::expression::{Clause, Expression};
use super::issuers::{self, IssuerRules};
use super::limits;
use super::name::credential_name;
use crate::trust::{ClaimName, Terms};

/// The credentials that admit exactly the tokens of the trust, each once, in order of branch, subject and claim values.
///
/// # Errors
/// The first argument that Entra cannot express, with the nearest thing that it can.
pub fn render(trust: &AzureTrust) -> Result<Vec<Credential>, RenderError> {
    let mut credentials: Vec<Credential> = Vec::new();
    let mut audiences: BTreeMap<(String, Matched), String> = BTreeMap::new();
    let terms = &trust.trust.terms;
    for (branch, terms) in terms.iter().enumerate() {
        let at_branch = |(argument, reason)| RenderError {
            branch,
            argument,
            reason,
        };
        for credential in of_branch(trust.holder, terms).map_err(at_branch)? {
            let key = (credential.issuer.clone(), matched(&credential.matching));
            match audiences.get(&key) {
                Some(audience) if *audience == credential.audience => continue,
                Some(first) => {
                    let twice = RenderMistake::SubjectTwice {
                        subject: key.1.1,
                        first: first.clone(),
                        second: credential.audience,
                    };
                    return Err(at_branch(("audiences".to_owned(), twice)));
                }
                None => {
                    audiences.insert(key, credential.audience.clone());
                    credentials.push(credential);
                }
            }
        }
        limits::count(credentials.len())
            .map_err(|e| at_branch(("subjects".to_owned(), RenderMistake::Limit(e))))?;
    }
    if credentials.is_empty() {
        return Err(RenderError {
            branch: 0,
            argument: "subjects".to_owned(),
            reason: RenderMistake::TestsNothing,
        });
    }
    Ok(credentials)
}

type Mistake = (String, RenderMistake);

/// What may occur once on an identity, with its issuer: whether it is a subject, and its text.
type Matched = (bool, String);

fn matched(matching: &Matching) -> Matched {
    match matching {
        Matching::Subject(subject) => (true, subject.clone()),
        Matching::Expression(expression) => (false, expression.as_str().to_owned()),
    }
}

fn of_branch(holder: Holder, terms: &Terms) -> Result<Vec<Credential>, Mistake> {
    let audience = one_audience(terms)?;
    let subjects = subjects(terms);
    let further = combinations(terms)?;
    if subjects.is_empty() && terms.claim_names().is_empty() {
        return Err(("subjects".to_owned(), RenderMistake::TestsNothing));
    }
    if subjects.is_empty() {
        expressible(holder, terms, "claims")?;
        return Err(("subjects".to_owned(), RenderMistake::NoSubject));
    }
    // Counted before anything is made of it: claim values multiply.
    let count = further.len().saturating_mul(subjects.len());
    let argument = if terms.claim_names().is_empty() {
        "subjects"
    } else {
        "claims"
    };
    limits::count(count).map_err(|e| (argument.to_owned(), RenderMistake::Limit(e)))?;
    let mut credentials = Vec::new();
    for subject in &subjects {
        for claims in &further {
            let matching = match subject {
                Value::Exact(text) if claims.is_empty() => Matching::Subject(text.clone()),
                _ => flexible(holder, terms, subject, claims)?,
            };
            let issuer = terms.issuer.as_str();
            let credential = Credential {
                name: Some(credential_name(issuer, &matching)),
                holder,
                issuer: issuer.to_owned(),
                audience: audience.clone(),
                matching,
                description: None,
            };
            limits::lengths(&credential).map_err(|e| (subject.argument("sub"), RenderMistake::Limit(e)))?;
            credentials.push(credential);
        }
    }
    Ok(credentials)
}

fn one_audience(terms: &Terms) -> Result<String, Mistake> {
    let audiences: Vec<String> = terms.audiences.iter().map(|a| a.as_str().to_owned()).collect();
    match audiences.as_slice() {
        [single] => Ok(single.clone()),
        _ => Err(("audiences".to_owned(), RenderMistake::Audiences(audiences))),
    }
}

/// Where expressions can be at all.
fn expressible(holder: Holder, terms: &Terms, argument: &str) -> Result<&'static IssuerRules, Mistake> {
    let wrong = |reason| (argument.to_owned(), reason);
    if holder == Holder::ManagedIdentity {
        return Err(wrong(RenderMistake::ManagedIdentity));
    }
    let issuer = terms.issuer.as_str();
    issuers::rules(issuer).ok_or_else(|| wrong(RenderMistake::Issuer(issuer.to_owned())))
}

fn flexible(
    holder: Holder,
    terms: &Terms,
    subject: &Value,
    claims: &[(&ClaimName, Value)],
) -> Result<Matching, Mistake> {
    let first = claims.first().map(|(name, value)| value.argument(name.as_str()));
    let reason_for_expression = match subject {
        Value::Exact(_) => first.unwrap_or_else(|| subject.argument("sub")),
        Value::Wild(_) => subject.argument("sub"),
    };
    let rules = expressible(holder, terms, &reason_for_expression)?;
    let mut clauses = vec![clause(rules, terms, "sub", subject)?];
    for (name, value) in claims {
        clauses.push(clause(rules, terms, name.as_str(), value)?);
    }
    let tested = |id: &&str| claims.iter().any(|(name, _)| name.as_str() == *id);
    if !rules.one_of.is_empty() && !rules.one_of.iter().any(tested) {
        let ids = rules.one_of.iter().map(|&id| id.to_owned()).collect();
        return Err(("claims".to_owned(), RenderMistake::NoId(ids)));
    }
    let expression =
        Expression::new(&clauses).map_err(|e| (reason_for_expression, RenderMistake::Expression(e)))?;
    Ok(Matching::Expression(expression))
}

fn clause(rules: &IssuerRules, terms: &Terms, name: &str, value: &Value) -> Result<Clause, Mistake> {
    let wrong = |reason| (value.argument(name), reason);
    let Some(rule) = rules.claim(name) else {
        return Err(wrong(RenderMistake::Claim {
            claim: name.to_owned(),
            issuer: terms.issuer.to_string(),
            known: rules.claims.iter().map(|rule| rule.claim.to_owned()).collect(),
        }));
    };
    if !rule.wildcards && matches!(value, Value::Wild(_)) {
        return Err(wrong(RenderMistake::NoWildcards(name.to_owned())));
    }
    let refused = rules
        .refused_beginnings
        .iter()
        .find(|beginning| value.begins_with(beginning));
    if let Some(beginning) = refused {
        return Err(wrong(RenderMistake::RefusedBeginning(beginning)));
    }
    let (operator, comparand) = value.written().map_err(wrong)?;
    Ok(Clause {
        claim: name.to_owned(),
        operator,
        comparand,
    })
}

#[cfg(test)]
mod tests;
