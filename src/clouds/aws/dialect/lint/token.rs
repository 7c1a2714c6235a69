//! Tokens of a provider, and what STS makes of them.

use serde_json::{Value, json};

use super::super::condition_keys::{KeyKind, claim_keys};
use super::super::escape::{read_exact, read_wildcard};
use super::super::evaluate::{
    Context, RegisteredProvider, Timestamps, WebIdentityRequest, evaluate_web_identity,
};
use super::super::policy::{Effect, PolicyDocument, Test as Operator};
use super::super::render::AUTHORIZED;
use crate::lint::Test;
use crate::trust::{Claims, Verdict};

const ROLES: &str = "https://aws.amazon.com/roles";
const SESSION_NAME: &str = "sts:RoleSessionName";

/// A federated principal that signs web identity tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Provider {
    /// As the principal names it.
    pub name: String,
    /// The issuer without its scheme.
    pub url: String,
}

impl Provider {
    /// Adds what a token has to have besides: its issuer, an audience that the tests accept, and the role where one is asked
    /// for.
    pub(super) fn finish(&self, policy: &PolicyDocument, tests: &[Test], mut claims: Claims) -> Claims {
        claims.insert("iss", json!(format!("https://{}", self.url)));
        let compared = value_of(tests, "aud").unwrap_or_else(|| "any-audience".to_owned());
        match value_of(tests, "oaud").filter(|original| *original != compared) {
            Some(original) => {
                claims.insert("aud", json!(original));
                claims.insert("azp", json!(compared));
            }
            None => claims.insert("aud", json!(compared)),
        }
        for key in claim_keys(&self.url).filter(|key| key.kind == KeyKind::List) {
            if let Some(Value::String(text)) = claims.get(key.claim) {
                let list = json!([text]);
                claims.insert(key.claim, list);
            }
        }
        let mut allowed = policy.statements.iter().filter(|s| s.effect == Effect::Allow);
        let asks = allowed.any(|statement| statement.conditions.iter().any(|c| c.key.is(AUTHORIZED)));
        if asks {
            claims.insert(ROLES, json!(self.role()));
        }
        claims
    }

    /// What STS would decide, for a session name that the policy accepts.
    pub(in super::super) fn verdict(&self, policy: &PolicyDocument, claims: &Claims) -> Verdict {
        let compared = claims.text("azp").or_else(|| claims.text("aud"));
        let request = WebIdentityRequest {
            provider: RegisteredProvider {
                url: self.url.clone(),
                arn: self.name.clone(),
                client_ids: compared.into_iter().map(str::to_owned).collect(),
            },
            role_arn: self.role(),
            session_name: Some(session_name(policy)),
            claims,
            timestamps: Timestamps::Assumed,
            surroundings: Context::partial(),
        };
        evaluate_web_identity(policy, &request).verdict
    }

    /// A role of the provider's account.
    pub(in super::super) fn role(&self) -> String {
        let account = self.name.split(':').nth(4).unwrap_or("111122223333");
        format!("arn:aws:iam::{account}:role/this-role")
    }
}

/// A value of a claim that its tests accept.
fn value_of(tests: &[Test], claim: &str) -> Option<String> {
    let own = || tests.iter().filter(|test| test.claim == claim);
    own().next()?;
    let positive = own().filter(|test| !test.is_negated);
    let examples = positive.flat_map(|test| test.values.iter().map(|glob| glob.example("x")));
    let mut all = examples.chain(["any-audience".to_owned(), "x".to_owned()]);
    all.find(|value| own().all(|test| test.accepts(value)))
}

/// Whoever calls chooses the name of the session.
fn session_name(policy: &PolicyDocument) -> String {
    let conditions = policy.statements.iter().flat_map(|s| &s.conditions);
    let of_name = conditions.filter(|c| c.key.is(SESSION_NAME) && !c.operator.test.is_negated());
    let wanted = of_name.flat_map(|condition| {
        let wildcards = condition.operator.test == Operator::StringLike;
        condition.values.iter().filter_map(move |value| {
            if wildcards {
                read_wildcard(value).map(|glob| glob.example("x"))
            } else {
                read_exact(value)
            }
        })
    });
    wanted.min().unwrap_or_else(|| "session".to_owned())
}
