//! Building tokens that a trust policy accepts.
//!
//! A witness is tried, never trusted: what does not pass the evaluator is thrown away.

use serde_json::{Value, json};

use super::condition_keys::{KeyKind, claim_key};
use super::escape::{read_exact, read_wildcard};
use super::evaluate::{Context, RegisteredProvider, Timestamps, WebIdentityRequest, evaluate_web_identity};
use super::policy::{Condition, Effect, PolicyDocument, Statement, Test};
use super::render::AUTHORIZED;
use crate::trust::{Claims, Glob, Verdict};

/// What the tokens should be like.
pub(super) struct Witness<'a> {
    pub provider_url: &'a str,
    pub provider_arn: &'a str,
    /// What STS compares with the client ids; `None`: one that the statement accepts.
    pub audience: Option<&'a str>,
}

/// What stands in for a run of characters.
const FILLERS: [&str; 4] = ["evil", "evil/x:ref:refs/heads/main", "evil:x", "1"];

/// The first token found that the policy accepts.
pub(super) fn witness(policy: &PolicyDocument, wanted: &Witness<'_>) -> Option<Claims> {
    let allows = policy.statements.iter().filter(|s| s.effect == Effect::Allow);
    let mut candidates = allows.flat_map(|statement| {
        suggested(statement, wanted.provider_url)
            .into_iter()
            .map(|subject| token(statement, wanted, &subject))
    });
    candidates.find(|claims| accepted(policy, wanted, claims))
}

fn suggested(statement: &Statement, url: &str) -> Vec<String> {
    let own = statement
        .conditions
        .iter()
        .filter(|c| {
            c.key
                .claim_of(url)
                .is_some_and(|claim| claim.eq_ignore_ascii_case("sub"))
        })
        .flat_map(|c| FILLERS.iter().flat_map(move |filler| examples(c, filler)));
    own.chain(FILLERS.map(str::to_owned)).collect()
}

fn token(statement: &Statement, wanted: &Witness<'_>, subject: &str) -> Claims {
    let url = wanted.provider_url;
    let mut claims = Claims::default();
    claims.insert("iss", json!(format!("https://{url}")));
    let first = |claim: &str| {
        let of_claim = |c: &&Condition| {
            c.key
                .claim_of(url)
                .is_some_and(|found| found.eq_ignore_ascii_case(claim))
        };
        let condition = statement.conditions.iter().filter(is_positive).find(of_claim)?;
        examples(condition, "x").next()
    };
    let audience = wanted
        .audience
        .map(str::to_owned)
        .or_else(|| first("aud"))
        .unwrap_or_else(|| "any-audience".to_owned());
    match first("oaud").filter(|original| *original != audience) {
        Some(original) => {
            claims.insert("aud", json!(original));
            claims.insert("azp", json!(audience));
        }
        None => claims.insert("aud", json!(audience)),
    }
    claims.insert("sub", json!(subject));
    for condition in statement.conditions.iter().filter(is_positive) {
        if condition.key.is(AUTHORIZED) && condition.values.iter().any(|v| v.eq_ignore_ascii_case("true")) {
            claims.insert("https://aws.amazon.com/roles", json!(role(wanted)));
        }
        let Some(claim) = condition.key.claim_of(url).map(str::to_ascii_lowercase) else {
            continue;
        };
        let (Some(key), Some(value)) = (claim_key(url, &claim), examples(condition, "x").next()) else {
            continue;
        };
        let value: Value = if key.kind == KeyKind::List {
            json!([value])
        } else {
            json!(value)
        };
        claims.insert(key.claim, value);
    }
    claims
}

/// Tests that hold only for certain values; a claim that is not there passes the others.
fn is_positive(condition: &&Condition) -> bool {
    let operator = condition.operator;
    !operator.test.is_negated() && operator.test != Test::Null && !operator.if_exists
}

/// Values that satisfy a condition for itself.
fn examples<'a>(condition: &'a Condition, filler: &'a str) -> impl Iterator<Item = String> + 'a {
    let wildcards = matches!(
        condition.operator.test,
        Test::StringLike | Test::ArnLike | Test::ArnEquals
    );
    condition.values.iter().filter_map(move |value| {
        if wildcards {
            read_wildcard(value).map(|glob: Glob| glob.example(filler))
        } else {
            read_exact(value)
        }
    })
}

/// A role of the provider's account, for tokens that have to name one.
fn role(wanted: &Witness<'_>) -> String {
    let account = wanted.provider_arn.split(':').nth(4).unwrap_or("111122223333");
    format!("arn:aws:iam::{account}:role/this-role")
}

fn accepted(policy: &PolicyDocument, wanted: &Witness<'_>, claims: &Claims) -> bool {
    let compared = claims.text("azp").or_else(|| claims.text("aud"));
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url: wanted.provider_url.to_owned(),
            arn: wanted.provider_arn.to_owned(),
            client_ids: compared.into_iter().map(str::to_owned).collect(),
        },
        role_arn: role(wanted),
        session_name: None,
        claims,
        timestamps: Timestamps::Assumed,
        surroundings: Context::partial(),
    };
    evaluate_web_identity(policy, &request).verdict == Verdict::Allow
}
