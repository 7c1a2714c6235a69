//! From a trust policy back to the trust that renders to it.
//!
//! INVARIANT: what is read back renders to a policy that means the same; otherwise nothing is read back.

use std::collections::{BTreeMap, BTreeSet};

use super::arn::{AccountId, ProviderArn};
use super::aws_trust::AwsTrust;
use super::condition_keys::{KeyKind, claim_keys, is_built_in};
use super::escape::{read_exact, read_wildcard};
use super::partition::Partition;
use super::policy::{
    Actions, Condition, Effect, Operator, PolicyDocument, PrincipalKind, PrincipalSet, Principals, Qualifier,
    Statement, Test, means_same,
};
use super::render::{ASSUME, AUTHORIZED, SET_SOURCE_IDENTITY, TAG_KEYS, TAG_SESSION, render, sid};
use crate::trust::{Audience, ClaimName, IssuerUrl, Pattern, Terms, Trust};

/// Why a policy is not the trust policy of any trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadBackError {
    #[error(
        "no statement of the policy is one that the trust arguments can express: an allow of `sts:AssumeRoleWithWebIdentity` for one OIDC provider of account {account}, with `StringEquals` or `StringLike` on its condition keys, the audience among them"
    )]
    NoTrust { account: AccountId },
    #[error("the trust arguments would say something else than the policy does")]
    NotTheSame,
}

/// Reads the trust policy of a role in this account. Statements that the arguments cannot express become
/// `additional_statements`.
///
/// # Errors
/// No statement can be expressed, or all of them together cannot.
pub fn read_back(
    policy: &PolicyDocument,
    partition: Partition,
    account: &AccountId,
) -> Result<AwsTrust, ReadBackError> {
    let mut read: Vec<Read> = Vec::new();
    let mut additional: Vec<Statement> = Vec::new();
    for statement in &policy.statements {
        match Read::statement(statement, partition, account) {
            // Session arguments are said once for all branches.
            Some(found) if read.first().is_none_or(|first| first.session == found.session) => {
                read.push(found)
            }
            _ => additional.push(statement.clone()),
        }
    }
    let Some(session) = read.first().map(|first| first.session.clone()) else {
        let account = account.clone();
        return Err(ReadBackError::NoTrust { account });
    };
    for statement in &mut additional {
        // A label of ours on a statement that is not ours would clash with the one we write.
        let ours = (0..read.len()).map(sid).collect::<BTreeSet<_>>();
        statement.sid = statement.sid.take().filter(|sid| !ours.contains(sid));
    }
    let mut trust = AwsTrust::new(Trust { terms: Vec::new() }, partition, account.clone());
    trust.session_tag_keys = session.tag_keys;
    trust.source_identity = session.source_identity;
    trust.require_authorized_role = session.authorized_role;
    trust.additional_statements = additional;
    for found in read {
        if found.azp_always {
            trust.azp_always.insert(found.terms.issuer.clone());
        }
        trust.trust.terms.push(found.terms);
    }
    match render(&trust) {
        Ok(rendered) if means_same(&rendered, policy) => Ok(trust),
        _ => Err(ReadBackError::NotTheSame),
    }
}

/// One statement as a branch of a trust.
struct Read {
    terms: Terms,
    azp_always: bool,
    session: Session,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Session {
    tag_keys: Option<BTreeSet<String>>,
    source_identity: bool,
    authorized_role: bool,
}

impl Read {
    fn statement(statement: &Statement, partition: Partition, account: &AccountId) -> Option<Self> {
        if statement.effect != Effect::Allow || statement.resources.is_some() {
            return None;
        }
        let issuer = issuer(statement, partition, account)?;
        let mut read = Self {
            terms: Terms {
                issuer,
                audiences: BTreeSet::new(),
                subjects: BTreeSet::new(),
                subject_patterns: BTreeSet::new(),
                claims: BTreeMap::new(),
                claim_patterns: BTreeMap::new(),
            },
            azp_always: false,
            session: Session::default(),
        };
        let tags = read.actions(&statement.actions)?;
        let mut seen = BTreeSet::new();
        for condition in &statement.conditions {
            // Two conditions on one key are and-ed, which the arguments cannot say.
            if !seen.insert(condition.key.as_str().to_ascii_lowercase()) {
                return None;
            }
            read.condition(condition)?;
        }
        let url = read.terms.issuer.without_scheme().to_owned();
        read.azp_always = seen.contains(&format!("{url}:oaud").to_ascii_lowercase());
        let complete = !read.terms.audiences.is_empty() && read.terms.tests_something();
        (complete && tags == read.session.tag_keys.is_some()).then_some(read)
    }

    /// Whether session tags may be passed.
    fn actions(&mut self, actions: &Actions) -> Option<bool> {
        let Actions::Action(names) = actions else {
            return None;
        };
        let (mut assume, mut tags) = (false, false);
        for name in names {
            match name {
                name if name.eq_ignore_ascii_case(ASSUME) => assume = true,
                name if name.eq_ignore_ascii_case(TAG_SESSION) => tags = true,
                name if name.eq_ignore_ascii_case(SET_SOURCE_IDENTITY) => self.session.source_identity = true,
                _ => return None,
            }
        }
        assume.then_some(tags)
    }

    fn condition(&mut self, condition: &Condition) -> Option<()> {
        let operator = condition.operator;
        let plain = |test| operator == Operator::plain(test);
        if condition.values.is_empty() {
            return None;
        }
        if condition.key.is(AUTHORIZED) {
            self.session.authorized_role = true;
            return (plain(Test::Bool) && condition.values == ["true"]).then_some(());
        }
        if condition.key.is(TAG_KEYS) {
            let all_values = Operator {
                qualifier: Some(Qualifier::ForAllValues),
                ..Operator::plain(Test::StringEquals)
            };
            self.session.tag_keys = Some(exact_values(condition)?);
            return (operator == all_values).then_some(());
        }
        let url = self.terms.issuer.without_scheme().to_owned();
        let claim = condition.key.claim_of(&url)?.to_ascii_lowercase();
        match claim.as_str() {
            "sub" => {
                let (texts, patterns) = values(condition, None)?;
                self.terms.subjects = texts;
                self.terms.subject_patterns = patterns;
            }
            "aud" | "oaud" if plain(Test::StringEquals) => self.audience(&claim, condition)?,
            name => {
                let key = claim_keys(&url).find(|key| key.claim.eq_ignore_ascii_case(name))?;
                let qualifier = match key.kind {
                    KeyKind::Text => None,
                    KeyKind::List => Some(Qualifier::ForAnyValue),
                    KeyKind::Number => return None,
                };
                self.claim(key.claim, condition, qualifier)?;
            }
        }
        Some(())
    }

    /// `:aud` holds the audiences, unless there is an `:oaud`, which then holds them, and `:aud` the clients.
    fn audience(&mut self, claim: &str, condition: &Condition) -> Option<()> {
        let audiences = audiences(condition)?;
        let azp = ClaimName::parse("azp").ok()?;
        if claim == "oaud" {
            let before = std::mem::replace(&mut self.terms.audiences, audiences);
            if !before.is_empty() {
                let clients = before.iter().map(|audience| audience.as_str().to_owned());
                self.terms.claims.insert(azp, clients.collect());
            }
            self.azp_always = true;
        } else if self.azp_always {
            self.terms.claims.insert(azp, exact_values(condition)?);
        } else {
            self.terms.audiences = audiences;
        }
        Some(())
    }

    fn claim(&mut self, name: &str, condition: &Condition, qualifier: Option<Qualifier>) -> Option<()> {
        let (texts, patterns) = values(condition, qualifier)?;
        let name = ClaimName::parse(name).ok()?;
        if !texts.is_empty() {
            self.terms.claims.insert(name.clone(), texts);
        }
        if !patterns.is_empty() {
            self.terms.claim_patterns.insert(name, patterns);
        }
        Some(())
    }
}

/// The one provider a statement is for, when it is one of this account or built in.
fn issuer(statement: &Statement, partition: Partition, account: &AccountId) -> Option<IssuerUrl> {
    let Some(Principals::Principal(PrincipalSet::Listed(lists))) = &statement.principals else {
        return None;
    };
    let [name] = lists
        .get(&PrincipalKind::Federated)
        .filter(|_| lists.len() == 1)?
        .as_slice()
    else {
        return None;
    };
    let url = match ProviderArn::parse(name) {
        Ok(arn) if arn.partition() == partition && arn.account() == account => arn.url().to_owned(),
        Err(_) if is_built_in(name) => name.clone(),
        _ => return None,
    };
    // Only loopback issuers may be without TLS, and IAM knows no scheme.
    IssuerUrl::parse(&format!("https://{url}")).ok()
}

fn exact_values(condition: &Condition) -> Option<BTreeSet<String>> {
    condition
        .values
        .iter()
        .map(|value| read_exact(value).filter(|text| !text.is_empty()))
        .collect()
}

fn audiences(condition: &Condition) -> Option<BTreeSet<Audience>> {
    exact_values(condition)?
        .iter()
        .map(|text| Audience::parse(text).ok())
        .collect()
}

/// Exact texts and patterns of a condition. Under a wildcard operator a value without wildcards is an exact text, unless
/// all of them are: then the operator is kept by reading them as patterns.
fn values(
    condition: &Condition,
    qualifier: Option<Qualifier>,
) -> Option<(BTreeSet<String>, BTreeSet<Pattern>)> {
    let operator = condition.operator;
    if operator.if_exists || operator.qualifier != qualifier {
        return None;
    }
    if operator.test == Test::StringEquals {
        return Some((exact_values(condition)?, BTreeSet::new()));
    }
    if operator.test != Test::StringLike {
        return None;
    }
    let globs: Vec<_> = condition
        .values
        .iter()
        .map(|value| read_wildcard(value))
        .collect::<Option<_>>()?;
    let all_literal = globs.iter().all(|glob| glob.as_literal().is_some());
    let (mut texts, mut patterns) = (BTreeSet::new(), BTreeSet::new());
    for glob in globs {
        match glob.as_literal().filter(|_| !all_literal) {
            Some(text) if text.is_empty() => return None,
            Some(text) => {
                texts.insert(text);
            }
            None => {
                patterns.insert(Pattern::from_glob(&glob).ok()?);
            }
        }
    }
    Some((texts, patterns))
}

#[cfg(test)]
mod tests;
