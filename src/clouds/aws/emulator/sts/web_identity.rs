//! `AssumeRoleWithWebIdentity`: a token for a session.

use std::collections::BTreeMap;

use super::session_reply;
use super::session_request::SessionRequest;
use super::token::{self, Presented};
use crate::clouds::aws::dialect::policy::ConditionKey;
use crate::clouds::aws::dialect::{
    Exchange, RegisteredProvider, StsError, Timestamps, WebIdentityRequest, exchange_web_identity,
};
use crate::clouds::aws::emulator::instance::Emulator;
use crate::clouds::aws::emulator::request_context;
use crate::clouds::aws::emulator::rule;
use crate::clouds::aws::emulator::server::Trace;
use crate::clouds::aws::emulator::store::{Role, Session};
use crate::clouds::aws::emulator::wire::{ApiError, Query, Reply};
use crate::trust::{Claims, Verdict};

/// # Errors
/// Those of the service. `AccessDenied` never says whether the role does not exist or does not trust the token.
pub async fn assume_role_with_web_identity(
    emulator: &Emulator,
    query: &Query,
    trace: &mut Trace,
) -> Result<Reply, ApiError> {
    let request = SessionRequest::read(query)?;
    let token = rule::WEB_IDENTITY_TOKEN.required(query, "WebIdentityToken")?;
    if query.get("ProviderId").is_some() {
        return Err(ApiError::validation(
            "ProviderId is for the OAuth 2.0 tokens of Facebook and Amazon, which have no place here; leave it out",
        ));
    }
    trace.resource = Some(request.role_arn_text.to_owned());
    trace.account = Some(request.role_arn.account().to_string());
    let presented = token::presented(emulator, request.role_arn.account(), token, trace).await?;
    trace.caller = Some(caller(presented.claims.get()));
    start(emulator, &request, &presented, trace)
}

fn start(
    emulator: &Emulator,
    request: &SessionRequest<'_>,
    presented: &Presented,
    trace: &mut Trace,
) -> Result<Reply, ApiError> {
    let now = emulator.clock.now();
    let mut world = emulator.world();
    let role = request.role(&world).cloned().ok_or_else(|| {
        trace.step("role", request.role_arn_text, "no such role", Verdict::Deny);
        access_denied()
    })?;
    let exchange = decide(&role, request, presented, now, trace)?;
    let duration = request.duration_for(&role, false)?;
    request.check_policy_arns(&world)?;
    let packed = request.packed(&exchange.session.tags)?;
    let session = Session {
        tags: exchange.session.tags.clone(),
        transitive_tag_keys: exchange.session.transitive_tag_keys.clone(),
        source_identity: exchange.session.source_identity.clone(),
        provider: Some(presented.provider.arn.clone()),
        claims: lasting_claims(presented, &exchange),
        ..request.session(&role, now, duration)
    };
    let credentials = world.start(session.clone())?;
    Ok(Reply::result(|xml| {
        xml.optional("SubjectFromWebIdentityToken", exchange.subject.as_deref())
            .optional("Audience", exchange.audience.as_deref());
        session_reply::write(xml, &session, &credentials, packed);
        xml.text("Provider", &presented.provider.arn);
    }))
}

/// SECURITY: the one place where a token meets a trust policy. Anything but `Allow` is a refusal.
fn decide(
    role: &Role,
    request: &SessionRequest<'_>,
    presented: &Presented,
    now: i64,
    trace: &mut Trace,
) -> Result<Exchange, ApiError> {
    let Presented { provider, claims } = presented;
    let asked = WebIdentityRequest {
        provider: RegisteredProvider {
            url: provider.url.clone(),
            arn: provider.arn.clone(),
            client_ids: provider.client_ids.iter().cloned().collect(),
        },
        role_arn: role.arn.clone(),
        session_name: Some(request.name.to_owned()),
        claims: claims.get(),
        timestamps: Timestamps::Required,
        surroundings: request_context::surroundings(now),
    };
    let exchange = exchange_web_identity(role.trust.meaning(), &asked);
    trace.conclude(exchange.decision.clone());
    match (exchange.decision.verdict, exchange.error) {
        (Verdict::Allow, None) => Ok(exchange),
        (_, Some(StsError::InvalidIdentityToken)) => {
            let step = exchange.decision.refused_by().map_or("token", |step| &step.name);
            Err(ApiError::new(
                400,
                "InvalidIdentityToken",
                format!("The token is not acceptable: {step}"),
            ))
        }
        _ => Err(access_denied()),
    }
}

/// Of all keys of the token, `aud`, `sub` and `amr` stay with the session.
fn lasting_claims(presented: &Presented, exchange: &Exchange) -> BTreeMap<String, Vec<String>> {
    let key = |claim: &str| {
        ConditionKey::of_claim(&presented.provider.url, claim)
            .as_str()
            .to_owned()
    };
    let mut claims = BTreeMap::new();
    if let Some(audience) = &exchange.audience {
        claims.insert(key("aud"), vec![audience.clone()]);
    }
    if let Some(subject) = &exchange.subject {
        claims.insert(key("sub"), vec![subject.clone()]);
    }
    let methods: Vec<String> = match presented.claims.get().get("amr") {
        Some(serde_json::Value::Array(items)) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        Some(serde_json::Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    };
    if !methods.is_empty() {
        claims.insert(key("amr"), methods);
    }
    claims
}

/// Issuer and subject of a token that was verified.
fn caller(claims: &Claims) -> String {
    format!(
        "{} {}",
        claims.text("iss").unwrap_or_default(),
        claims.text("sub").unwrap_or_default()
    )
}

fn access_denied() -> ApiError {
    ApiError::access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
}
