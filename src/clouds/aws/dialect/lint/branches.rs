//! The branches of a trust policy.

use super::super::admission::never_admits;
use super::super::arn::ProviderArn;
use super::super::condition_keys::{claim_keys, is_built_in};
use super::super::evaluate::covers_action;
use super::super::policy::{Effect, PolicyDocument, PrincipalKind, PrincipalSet, Principals, Statement};
use super::atom::Atom;
use super::token::Provider;
use crate::lint::{Branch, IssuerFacts, Test, Without};

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// More combinations of what denies leave open are not looked at.
const MAX_COMBINATIONS: usize = 24;

/// Conditions that all have to hold.
#[derive(Clone, Debug, Default)]
struct Conjunction {
    tests: Vec<Test>,
    is_opaque: bool,
    is_dead: bool,
    has_foreign: bool,
}

/// All issuers of all statements that allow web identity, without those that a deny shuts out.
pub(super) fn branches<'a>(
    policy: &'a PolicyDocument,
    facts: &dyn Fn(&str) -> IssuerFacts,
) -> Vec<Branch<'a>> {
    let mut branches = Vec::new();
    let allows = policy.statements.iter().filter(|s| s.effect == Effect::Allow);
    for statement in allows.filter(|statement| covers_action(statement, ACTION)) {
        let providers = providers(statement);
        for provider in &providers {
            let own = conjunction(statement, provider, policy.has_variables());
            let alone = PolicyDocument {
                statements: vec![statement.clone()],
                ..policy.clone()
            };
            let is_dead = own.is_dead || never_admits(&alone, &provider.name, &provider.url, None);
            for conjunction in with_denies(policy, provider, own) {
                branches.push(branch(
                    policy,
                    facts,
                    provider,
                    conjunction,
                    is_dead,
                    providers.len(),
                ));
            }
        }
    }
    branches
}

/// The federated principals of a statement that are issuers of web identity.
pub(super) fn providers(statement: &Statement) -> Vec<Provider> {
    let Some(Principals::Principal(set)) = &statement.principals else {
        return Vec::new();
    };
    let names = set.of(PrincipalKind::Federated).iter();
    names
        .filter_map(|name| {
            let url = match ProviderArn::parse(name) {
                Ok(arn) => arn.url().to_owned(),
                Err(_) if is_built_in(name) => name.clone(),
                // SAML providers have rules of their own.
                Err(_) => return None,
            };
            Some(Provider {
                name: name.clone(),
                url,
            })
        })
        .collect()
}

fn branch<'a>(
    policy: &'a PolicyDocument,
    facts: &dyn Fn(&str) -> IssuerFacts,
    provider: &Provider,
    conjunction: Conjunction,
    is_dead: bool,
    providers: usize,
) -> Branch<'a> {
    let url = provider.url.clone();
    let common = ["sub", "aud", "oaud"].into_iter();
    let testable = common.chain(claim_keys(&url).map(|key| key.claim));
    let own = provider.clone();
    let tests = conjunction.tests.clone();
    let dressed = provider.clone();
    Branch {
        facts: facts(&url),
        testable: Some(testable.map(str::to_owned).collect()),
        issuer: url,
        tests: conjunction.tests,
        is_opaque: conjunction.is_opaque,
        is_dead: is_dead || conjunction.is_dead,
        is_mixed: providers > 1 && conjunction.has_foreign,
        audience_claims: vec!["aud".to_owned(), "oaud".to_owned()],
        receiver: "aws",
        finish: Box::new(move |claims| dressed.finish(policy, &tests, claims)),
        accepts: Box::new(move |claims| own.verdict(policy, claims)),
    }
}

fn conjunction(statement: &Statement, provider: &Provider, variables: bool) -> Conjunction {
    let mut conjunction = Conjunction::default();
    for condition in &statement.conditions {
        conjunction.add(Atom::of(condition, &provider.url, variables));
    }
    conjunction
}

impl Conjunction {
    fn add(&mut self, atom: Atom) {
        match atom {
            Atom::True { foreign } => self.has_foreign |= foreign,
            Atom::Never => self.is_dead = true,
            Atom::Opaque => self.is_opaque = true,
            Atom::Test(test) if !self.tests.contains(&test) => self.tests.push(test),
            Atom::Test(_) => {}
        }
    }

    /// A claim that one test demands is there for the others too.
    fn settle(mut self) -> Self {
        let demanded: Vec<String> = self
            .tests
            .iter()
            .filter(|test| !test.is_negated && test.without == Without::Fails)
            .map(|test| test.claim.clone())
            .collect();
        for test in self.tests.iter_mut().filter(|test| !test.is_negated) {
            if demanded.contains(&test.claim) {
                test.without = Without::Fails;
            }
        }
        self.tests = Test::in_order(self.tests);
        self
    }
}

/// What is left of a conjunction when no deny may apply: for each deny one of its conditions must not hold.
fn with_denies(policy: &PolicyDocument, provider: &Provider, own: Conjunction) -> Vec<Conjunction> {
    let mut combinations = vec![own];
    let denies = policy.statements.iter().filter(|s| s.effect == Effect::Deny);
    for deny in denies.filter(|deny| covers_action(deny, ACTION)) {
        let opposites: Vec<Atom> = match reaches(deny, provider) {
            Some(false) => continue,
            // Whether it is about this caller is not known.
            None => vec![Atom::Opaque],
            Some(true) => {
                let conditions = deny.conditions.iter();
                conditions
                    .map(|c| Atom::of(c, &provider.url, policy.has_variables()).opposite())
                    .filter(|atom| *atom != Atom::Never)
                    .collect()
            }
        };
        if opposites.iter().any(|atom| matches!(atom, Atom::True { .. })) {
            continue;
        }
        if combinations.len() * opposites.len() > MAX_COMBINATIONS {
            combinations.iter_mut().for_each(|one| one.is_opaque = true);
            continue;
        }
        combinations = combinations
            .iter()
            .flat_map(|one| {
                opposites.iter().map(move |atom| {
                    let mut next = one.clone();
                    next.add(atom.clone());
                    next
                })
            })
            .collect();
    }
    combinations.into_iter().map(Conjunction::settle).collect()
}

/// Whether a deny is about a provider's tokens.
fn reaches(deny: &Statement, provider: &Provider) -> Option<bool> {
    let named = |set: &PrincipalSet| {
        let mut names = set.of(PrincipalKind::Federated).iter();
        names.any(|name| *name == provider.name || (is_built_in(&provider.url) && *name == provider.url))
    };
    match &deny.principals {
        Some(Principals::Principal(set)) if named(set) => Some(true),
        Some(Principals::Principal(PrincipalSet::Everyone)) => None,
        Some(Principals::Principal(set)) if set.of(PrincipalKind::Aws).iter().any(|name| name == "*") => None,
        Some(Principals::NotPrincipal(set)) if !named(set) => None,
        _ => Some(false),
    }
}
