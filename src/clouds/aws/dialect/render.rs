//! From a trust to a trust policy.
//!
//! SECURITY: what AWS cannot say exactly is an error. Nothing that a trust tests may be missing from its policy, and an empty
//! set never becomes an absent condition.

mod error;

use std::collections::BTreeSet;

pub use error::{NoKey, RenderError, RenderMistake};

use super::arn::ProviderArn;
use super::aws_trust::AwsTrust;
use super::condition_keys::{KeyKind, claim_key, claim_keys, is_built_in};
use super::escape::{exact, wildcard};
use super::policy::{
    Actions, Condition, ConditionKey, Effect, Operator, PolicyDocument, PrincipalSet, Principals, Qualifier,
    Statement, Test,
};
use crate::trust::{ClaimName, Glob, Pattern, Terms};

pub(super) const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";
pub(super) const TAG_SESSION: &str = "sts:TagSession";
pub(super) const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";
pub(super) const AUTHORIZED: &str = "sts:RoleAuthorizedByIdp";
pub(super) const TAG_KEYS: &str = "aws:TagKeys";

/// The trust policy that admits exactly the tokens of the trust.
///
/// # Errors
/// The first argument that AWS cannot express, with the nearest thing that it can.
pub fn render(trust: &AwsTrust) -> Result<PolicyDocument, RenderError> {
    let mut statements = Vec::new();
    for (branch, terms) in trust.trust.terms.iter().enumerate() {
        statements.push(
            statement(trust, terms, branch).map_err(|(argument, reason)| RenderError {
                branch,
                argument,
                reason,
            })?,
        );
    }
    if statements.is_empty() {
        return Err(whole("subjects", RenderMistake::TestsNothing));
    }
    let own = statements.len();
    for additional in &trust.additional_statements {
        let sid = additional.sid.as_ref().filter(|sid| !sid.is_empty());
        if let Some(sid) = sid
            && let Some(at) = statements
                .iter()
                .position(|earlier| earlier.sid.as_ref() == Some(sid))
        {
            let sid = sid.clone();
            let reason = if at < own {
                RenderMistake::SidTaken { sid }
            } else {
                RenderMistake::SidTwice { sid }
            };
            return Err(whole("additional_statements", reason));
        }
        statements.push(additional.clone());
    }
    Ok(PolicyDocument::new(statements))
}

type Mistake = (String, RenderMistake);

fn whole(argument: &str, reason: RenderMistake) -> RenderError {
    RenderError {
        branch: 0,
        argument: argument.to_owned(),
        reason,
    }
}

fn statement(trust: &AwsTrust, terms: &Terms, branch: usize) -> Result<Statement, Mistake> {
    if !terms.tests_something() {
        return Err(("subjects".to_owned(), RenderMistake::TestsNothing));
    }
    if terms.audiences.is_empty() {
        return Err(("audiences".to_owned(), RenderMistake::NoAudience));
    }
    let url = terms.issuer.without_scheme();
    let principal = if is_built_in(url) {
        url.to_owned()
    } else {
        ProviderArn::new(trust.partition, trust.account.clone(), &terms.issuer).to_string()
    };
    let mut actions = vec![ASSUME.to_owned()];
    let mut conditions = audience_conditions(trust, terms)?;
    conditions.extend(
        values(&terms.subjects, &terms.subject_patterns)
            .map(|test| test.on(ConditionKey::of_claim(url, "sub"), None)),
    );
    conditions.extend(claim_conditions(trust, terms)?);
    if let Some(keys) = &trust.session_tag_keys {
        if keys.is_empty() {
            return Err(("session_tag_keys".to_owned(), RenderMistake::EmptySet));
        }
        actions.push(TAG_SESSION.to_owned());
        // A token without tags has no `aws:TagKeys`; it is admitted, and one with other tags is not.
        conditions.push(exact_test(keys).on(ConditionKey::new(TAG_KEYS), Some(Qualifier::ForAllValues)));
    }
    if trust.source_identity {
        actions.push(SET_SOURCE_IDENTITY.to_owned());
    }
    if trust.require_authorized_role {
        conditions.push(Condition {
            operator: Operator::plain(Test::Bool),
            key: ConditionKey::new(AUTHORIZED),
            values: vec!["true".to_owned()],
        });
    }
    Ok(Statement {
        sid: Some(sid(branch)),
        effect: Effect::Allow,
        principals: Some(Principals::Principal(PrincipalSet::federated(principal))),
        actions: Actions::Action(actions),
        resources: None,
        conditions,
    })
}

/// `Trust`, then `TrustAlso1`, `TrustAlso2` …, in the order of the branches.
pub(super) fn sid(branch: usize) -> String {
    match branch {
        0 => "Trust".to_owned(),
        also => format!("TrustAlso{also}"),
    }
}

/// Texts to compare, exactly or with wildcards.
struct Values {
    test: Test,
    values: Vec<String>,
}

impl Values {
    fn on(self, key: ConditionKey, qualifier: Option<Qualifier>) -> Condition {
        Condition {
            operator: Operator {
                qualifier,
                test: self.test,
                if_exists: false,
            },
            key,
            values: self.values,
        }
    }
}

fn exact_test<'a>(texts: impl IntoIterator<Item = &'a String>) -> Values {
    Values {
        test: Test::StringEquals,
        values: texts.into_iter().map(|text| exact(text)).collect(),
    }
}

/// Two operators on one key are and-ed, so that all values go under one: the wildcard operator as soon as there is a
/// pattern. Nothing when there is nothing to compare.
fn values(texts: &BTreeSet<String>, patterns: &BTreeSet<Pattern>) -> Option<Values> {
    if texts.is_empty() && patterns.is_empty() {
        return None;
    }
    if patterns.is_empty() {
        return Some(exact_test(texts));
    }
    let literals = texts.iter().map(|text| wildcard(&Glob::literal(text)));
    let all: BTreeSet<String> = literals
        .chain(patterns.iter().map(|pattern| wildcard(pattern.glob())))
        .collect();
    Some(Values {
        test: Test::StringLike,
        values: all.into_iter().collect(),
    })
}

/// `:aud` is always tested. For tokens that always carry `azp` it holds `azp`, and `:oaud` the audience.
fn audience_conditions(trust: &AwsTrust, terms: &Terms) -> Result<Vec<Condition>, Mistake> {
    let url = terms.issuer.without_scheme();
    let audiences: Vec<String> = terms.audiences.iter().map(|a| a.as_str().to_owned()).collect();
    let aud = ConditionKey::of_claim(url, "aud");
    if !trust.azp_always.contains(&terms.issuer) {
        return Ok(vec![exact_test(&audiences).on(aud, None)]);
    }
    let azp = ClaimName::parse(AZP).ok();
    let is_azp = |name: &ClaimName| Some(name) == azp.as_ref();
    if terms.claim_patterns.keys().any(is_azp) {
        return Err(("claim_patterns[\"azp\"]".to_owned(), RenderMistake::AzpPattern));
    }
    let clients = claim_values(terms, AZP).ok_or_else(|| ("claims".to_owned(), RenderMistake::AzpMissing))?;
    Ok(vec![
        clients.on(aud, None),
        exact_test(&audiences).on(ConditionKey::of_claim(url, "oaud"), None),
    ])
}

const AZP: &str = "azp";

fn claim_conditions(trust: &AwsTrust, terms: &Terms) -> Result<Vec<Condition>, Mistake> {
    let url = terms.issuer.without_scheme();
    let mut conditions = Vec::new();
    for name in terms.claim_names() {
        let at = || format!("{}[\"{name}\"]", argument_of(terms, name));
        if name.as_str() == AZP {
            if trust.azp_always.contains(&terms.issuer) {
                continue;
            }
            return Err((at(), RenderMistake::AzpIsTheAudience));
        }
        let qualifier = match claim_key(url, name.as_str()).map(|key| key.kind) {
            Some(KeyKind::Text) => None,
            Some(KeyKind::List) => Some(Qualifier::ForAnyValue),
            Some(KeyKind::Number) => return Err((at(), RenderMistake::Number(name.to_string()))),
            None => return Err((at(), no_key(url, name))),
        };
        let test = claim_values(terms, name.as_str()).ok_or_else(|| (at(), RenderMistake::EmptySet))?;
        conditions.push(test.on(ConditionKey::of_claim(url, name.as_str()), qualifier));
    }
    Ok(conditions)
}

fn claim_values(terms: &Terms, name: &str) -> Option<Values> {
    let name = ClaimName::parse(name).ok()?;
    let (no_texts, no_patterns) = (BTreeSet::new(), BTreeSet::new());
    values(
        terms.claims.get(&name).unwrap_or(&no_texts),
        terms.claim_patterns.get(&name).unwrap_or(&no_patterns),
    )
}

fn argument_of(terms: &Terms, name: &ClaimName) -> &'static str {
    if terms.claims.contains_key(name) {
        "claims"
    } else {
        "claim_patterns"
    }
}

fn no_key(url: &str, name: &ClaimName) -> RenderMistake {
    let keys: Vec<String> = claim_keys(url)
        .filter(|key| key.kind != KeyKind::Number)
        .map(|key| key.claim.to_owned())
        .collect();
    RenderMistake::NoKey(Box::new(NoKey {
        claim: name.to_string(),
        issuer: url.to_owned(),
        nearest: nearest(&keys, name.as_str()),
        keys,
    }))
}

/// The key with the longest common beginning or end of at least four characters.
fn nearest(keys: &[String], name: &str) -> Option<String> {
    let common = |key: &String| {
        let ahead = key.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
        let behind = key
            .chars()
            .rev()
            .zip(name.chars().rev())
            .take_while(|(a, b)| a == b)
            .count();
        ahead.max(behind)
    };
    let best = keys.iter().max_by_key(|key| common(key))?;
    (common(best) >= 4).then(|| best.clone())
}

#[cfg(test)]
mod tests;
