//! `AssumeRoleWithWebIdentity`: would STS give credentials for this token.
//!
//! The signature is not looked at: that is done before anybody asks here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::arn::AccountId;
use super::super::condition_keys::is_built_in;
use super::super::policy::{ConditionKey, PolicyDocument};
use super::context::Context;
use super::principal::reaches_federated;
use super::session_claims::SessionClaims;
use super::statement::rule;
use super::token_context::{scalar, set_claims};
use crate::trust::{Claims, Decision, Step, Verdict};

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";
const TAG_SESSION: &str = "sts:TagSession";
const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";
/// The step that compares the audience with them.
pub(super) const CLIENT_IDS: &str = "client ids of the provider";

/// An OIDC provider as IAM has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredProvider {
    /// The issuer without `https://`.
    pub url: String,
    pub arn: String,
    pub client_ids: BTreeSet<String>,
}

/// What is asked of the times in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timestamps {
    /// `exp` and `iat` must be there and be integers. Whether they are in time is for the caller, who has the clock.
    Required,
    /// The token is taken to be in time, whatever it says.
    Assumed,
}

/// A call of `AssumeRoleWithWebIdentity`.
#[derive(Clone, Debug)]
pub struct WebIdentityRequest<'a> {
    pub provider: RegisteredProvider,
    pub role_arn: String,
    /// `RoleSessionName`; not known: `None`.
    pub session_name: Option<String>,
    pub claims: &'a Claims,
    pub timestamps: Timestamps,
    /// What else is known about the request: global keys such as `aws:SourceIp`, `aws:CurrentTime`.
    pub surroundings: Context,
}

/// The error code STS answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StsError {
    InvalidIdentityToken,
    AccessDenied,
}

/// The decision with what an exchange needs besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub decision: Decision,
    /// `None` when it is allowed.
    pub error: Option<StsError>,
    /// What the token asks of the session; meaningful when it is allowed.
    pub session: SessionClaims,
    /// What STS reports as the token's audience: `azp`, else `aud`.
    pub audience: Option<String>,
    pub subject: Option<String>,
}

/// Would STS accept this token for the role with this trust policy.
pub fn evaluate_web_identity(policy: &PolicyDocument, request: &WebIdentityRequest<'_>) -> Decision {
    exchange_web_identity(policy, request).decision
}

/// The same with the error code and what the session would carry.
pub fn exchange_web_identity(policy: &PolicyDocument, request: &WebIdentityRequest<'_>) -> Exchange {
    let mut trail = Trail::default();
    let Some(token) = trail.token(request) else {
        return trail.refused(StsError::InvalidIdentityToken);
    };
    let context = context(request, &token);
    let names = names(&request.provider.arn, &request.provider.url);
    let mut actions = vec![ACTION];
    if !token.session.tags.is_empty() || !token.session.transitive_tag_keys.is_empty() {
        actions.push(TAG_SESSION);
    }
    if token.session.source_identity.is_some() {
        actions.push(SET_SOURCE_IDENTITY);
    }
    let mut verdict = Verdict::Allow;
    for action in actions {
        let ruling = rule(std::slice::from_ref(policy), action, &context, |_, statement| {
            reaches_federated(statement, &names).truth()
        });
        trail.steps.extend(ruling.steps);
        match ruling.verdict {
            Verdict::Allow => {}
            Verdict::Deny => return trail.refused(StsError::AccessDenied),
            Verdict::Unknown => verdict = Verdict::Unknown,
        }
    }
    Exchange {
        decision: Decision {
            verdict,
            steps: trail.steps,
        },
        error: (verdict != Verdict::Allow).then_some(StsError::AccessDenied),
        session: token.session,
        audience: Some(token.audience),
        subject: Some(token.subject),
    }
}

/// What the policy says about a bare exchange of a token of this provider, in a context that the caller has filled.
pub(in super::super) fn federated_verdict(
    policy: &PolicyDocument,
    arn: &str,
    url: &str,
    context: &Context,
) -> Verdict {
    let names = names(arn, url);
    rule(std::slice::from_ref(policy), ACTION, context, |_, statement| {
        reaches_federated(statement, &names).truth()
    })
    .verdict
}

/// The forms in which a statement may name a provider.
fn names<'a>(arn: &'a str, url: &'a str) -> Vec<&'a str> {
    if is_built_in(url) {
        vec![arn, url]
    } else {
        vec![arn]
    }
}

/// What the claims say, once they are known to be well formed.
struct Token {
    subject: String,
    /// What is compared with the client ids and what `:aud` holds.
    audience: String,
    /// `aud` as it came.
    audiences: Vec<String>,
    session: SessionClaims,
    authorized_role: bool,
}

#[derive(Default)]
struct Trail {
    steps: Vec<Step>,
}

impl Trail {
    /// All that STS checks before it reads the trust policy.
    fn token(&mut self, request: &WebIdentityRequest<'_>) -> Option<Token> {
        let claims = request.claims;
        let issuer = format!("https://{}", request.provider.url);
        let found = claims.text("iss").unwrap_or("no text").to_owned();
        self.step("issuer", &issuer, &found, found == issuer)?;
        self.account(request)?;
        if request.timestamps == Timestamps::Required {
            self.times(claims)?;
        }
        let subject = claims.get("sub").and_then(scalar);
        self.step("sub", "a text", &shown(claims.get("sub")), subject.is_some())?;
        let (audiences, azp) = self.audiences(claims)?;
        let audience = azp.or_else(|| audiences.first().cloned())?;
        let client_ids: Vec<&str> = request.provider.client_ids.iter().map(String::as_str).collect();
        let registered =
            request.provider.client_ids.contains(&audience) || is_built_in(&request.provider.url);
        self.step(CLIENT_IDS, &client_ids.join(", "), &audience, registered)?;
        let session = match SessionClaims::read(claims) {
            Ok(session) => session,
            Err(e) => {
                self.step(e.claim, e.expected, &e.found, false)?;
                return None;
            }
        };
        if let Some(roles) = &session.roles {
            let authorized = roles.contains(&request.role_arn);
            self.step(
                "https://aws.amazon.com/roles",
                &request.role_arn,
                &roles.join(", "),
                authorized,
            )?;
        }
        Some(Token {
            subject: subject?,
            audience,
            audiences,
            authorized_role: session.roles.is_some(),
            session,
        })
    }

    /// STS looks for the provider in the account that owns the role.
    fn account(&mut self, request: &WebIdentityRequest<'_>) -> Option<()> {
        if is_built_in(&request.provider.url) {
            return Some(());
        }
        let owner = account_of(&request.role_arn);
        let provider = account_of(&request.provider.arn);
        let found = provider.clone().unwrap_or_else(|| request.provider.arn.clone());
        let expected = owner.clone().unwrap_or_else(|| "an account".to_owned());
        self.step(
            "account of the provider",
            &expected,
            &found,
            owner.is_some() && owner == provider,
        )
    }

    fn times(&mut self, claims: &Claims) -> Option<()> {
        for name in ["iat", "exp"] {
            let value = claims.get(name);
            // Observed: integer texts pass, fractions fail.
            let whole = value
                .and_then(scalar)
                .is_some_and(|text| text.parse::<i64>().is_ok());
            self.step(name, "a whole number", &shown(value), whole)?;
        }
        Some(())
    }

    fn audiences(&mut self, claims: &Claims) -> Option<(Vec<String>, Option<String>)> {
        let value = claims.get("aud");
        let audiences = match value {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        self.step(
            "aud",
            "a text or a list of texts",
            &shown(value),
            !audiences.is_empty(),
        )?;
        let azp = claims.text("azp").map(str::to_owned);
        let needed = audiences.len() > 1 || claims.get("azp").is_some();
        if needed {
            let expected = "a text, which is compared in place of `aud`";
            self.step("azp", expected, &shown(claims.get("azp")), azp.is_some())?;
        }
        Some((audiences, azp))
    }

    fn step(&mut self, name: &str, expected: &str, found: &str, holds: bool) -> Option<()> {
        self.steps.push(Step {
            name: name.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            verdict: if holds { Verdict::Allow } else { Verdict::Deny },
        });
        holds.then_some(())
    }

    fn refused(self, error: StsError) -> Exchange {
        Exchange {
            decision: Decision {
                verdict: Verdict::Deny,
                steps: self.steps,
            },
            error: Some(error),
            session: SessionClaims::default(),
            audience: None,
            subject: None,
        }
    }
}

fn context(request: &WebIdentityRequest<'_>, token: &Token) -> Context {
    let url = &request.provider.url;
    let mut context = request.surroundings.clone();
    context
        .set(ConditionKey::of_claim(url, "sub").as_str(), &token.subject)
        .set(ConditionKey::of_claim(url, "aud").as_str(), &token.audience);
    let original = ConditionKey::of_claim(url, "oaud");
    match token.audiences.as_slice() {
        [single] => context.set(original.as_str(), single),
        several => context.set_many(original.as_str(), several.to_vec()),
    };
    set_claims(&mut context, url, request.claims);
    let federated = if is_built_in(url) {
        url
    } else {
        &request.provider.arn
    };
    context
        .set("aws:FederatedProvider", federated)
        .set("aws:userid", federated)
        .mark_absent("aws:PrincipalArn")
        .mark_absent("aws:PrincipalTag/")
        .mark_absent("aws:username")
        .mark_absent("aws:RequestTag/")
        .mark_absent("aws:TagKeys")
        .set("sts:RoleAuthorizedByIdp", token.authorized_role.to_string());
    if let Some(account) = account_of(&request.provider.arn) {
        context.set("aws:PrincipalAccount", account);
    }
    match &request.session_name {
        Some(name) => context.set("sts:RoleSessionName", name),
        None => context.mark_unknown("sts:RoleSessionName"),
    };
    context.mark_unknown("sts:DurationSeconds");
    if let Some(identity) = &token.session.source_identity {
        context.set("sts:SourceIdentity", identity);
    }
    for (key, value) in &token.session.tags {
        context.set(&format!("aws:RequestTag/{key}"), value);
    }
    context
        .set_many("aws:TagKeys", token.session.tags.keys().cloned().collect())
        .set_many(
            "sts:TransitiveTagKeys",
            token.session.transitive_tag_keys.iter().cloned().collect(),
        );
    context
}

fn account_of(arn: &str) -> Option<String> {
    let account = arn.split(':').nth(4)?;
    AccountId::parse(account).ok().map(|account| account.to_string())
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(
        || "absent".to_owned(),
        |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    )
}
