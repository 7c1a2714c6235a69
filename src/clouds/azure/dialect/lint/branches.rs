//! A credential as a branch.

use serde_json::json;

use super::super::credential::{Credential, Holder, Matching};
use super::super::evaluate::evaluate_azure;
use super::super::expression::{Clause, Comparand, filled};
use super::super::issuers;
use super::issuer;
use crate::lint::{Branch, IssuerFacts, Test, Without};
use crate::trust::{Claims, Glob};

/// What `*` is taken to stand for, which the vendor does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    MayBeEmpty,
    HaveACharacter,
}

/// One credential of an identity.
pub(super) fn branch<'a>(
    all: &'a [Credential],
    credential: &'a Credential,
    facts: &dyn Fn(&str) -> IssuerFacts,
    runs: Runs,
) -> Branch<'a> {
    let mut tests = vec![exact("aud", &credential.audience)];
    let mut is_opaque = false;
    match &credential.matching {
        Matching::Subject(subject) => tests.push(exact("sub", subject)),
        Matching::Expression(expression) => {
            is_opaque =
                credential.holder == Holder::ManagedIdentity || issuers::rules(&credential.issuer).is_none();
            for clause in expression.clauses() {
                match test(credential, clause, runs) {
                    Some(test) => tests.push(test),
                    None => is_opaque = true,
                }
            }
        }
    }
    let url = issuer::without_scheme(&credential.issuer);
    Branch {
        facts: facts(&url),
        is_dead: issuer::is_impossible(&credential.issuer),
        issuer: url,
        tests: Test::in_order(tests),
        is_opaque,
        is_mixed: false,
        testable: Some(testable(credential)),
        audience_claims: vec!["aud".to_owned()],
        receiver: "azure",
        finish: Box::new(|mut claims: Claims| {
            claims.insert("iss", json!(credential.issuer));
            claims.insert("aud", json!(credential.audience));
            claims
        }),
        accepts: Box::new(move |claims| evaluate_azure(all, claims).verdict),
    }
}

/// A clause, unless what Entra makes of it is not known.
fn test(credential: &Credential, clause: &Clause, runs: Runs) -> Option<Test> {
    if is_undocumented(credential, clause) {
        return None;
    }
    let Comparand::Text(text) = &clause.comparand else {
        return None;
    };
    let test = exact(&clause.claim, text);
    Some(match clause.glob() {
        None => test,
        Some(glob) => Test {
            values: vec![match runs {
                Runs::MayBeEmpty => glob,
                Runs::HaveACharacter => filled(&glob),
            }],
            knows_wildcards: true,
            ..test
        },
    })
}

/// Whether Entra takes no such clause today, so that nobody can say what it would do with one.
pub(super) fn is_undocumented(credential: &Credential, clause: &Clause) -> bool {
    match issuers::rules(&credential.issuer) {
        // Which is said of the issuer.
        None => clause.claim != "sub",
        Some(rules) => rules
            .claim(&clause.claim)
            .is_none_or(|rule| clause.glob().is_some() && !rule.wildcards),
    }
}

fn exact(claim: &str, text: &str) -> Test {
    Test {
        claim: claim.to_owned(),
        values: vec![Glob::literal(text)],
        written: vec![text.to_owned()],
        expression: None,
        is_negated: false,
        without: Without::Fails,
        ignores_case: false,
        knows_wildcards: false,
        is_from_deny: false,
    }
}

/// Claims that a credential of this issuer on this identity could test.
fn testable(credential: &Credential) -> std::collections::BTreeSet<String> {
    let rules = match credential.holder {
        Holder::Application => issuers::rules(&credential.issuer),
        Holder::ManagedIdentity => None,
    };
    let claims = rules.into_iter().flat_map(|rules| rules.claims);
    claims
        .map(|rule| rule.claim)
        .chain(["sub", "aud"])
        .map(str::to_owned)
        .collect()
}
