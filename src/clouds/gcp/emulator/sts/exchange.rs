//! The exchange itself, in the order in which Google looks at things.

use serde_json::{Value, json};

use super::refusal::{invalid_grant, invalid_request, invalid_target, unauthorized_client};
use super::request::{ACCESS_TOKEN, ExchangeRequest};
use super::token::verified;
use crate::clouds::gcp::dialect::{
    self, Exchange, Mapped, MappedValue, ProviderName, ProviderSettings, StsError, evaluate,
};
use crate::clouds::gcp::emulator::instance::Emulator;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::server::Trace;
use crate::clouds::gcp::emulator::store::{Federated, Identity, Provider, Token};
use crate::clouds::gcp::emulator::wire::{ApiError, Reply, Request, random};
use crate::trust::{Claims, Decision, Verdict};

/// Seconds for which an access token is good at most.
const LIFETIME: i64 = 3_600;
/// Bytes of all that a token carries.
const MOST_IN_TOKEN: usize = 12 * 1024;

/// # Errors
/// Those of the service.
pub async fn exchange(emulator: &Emulator, request: &Request, trace: &mut Trace) -> Answer {
    let asked = ExchangeRequest::read(request)?;
    let name = asked.provider.as_ref().ok_or_else(invalid_target)?;
    trace.resource = Some(name.to_string());
    let provider = usable(emulator, name, trace)?;
    let accepted = readable(&provider)?;
    let claims = verified(emulator, &provider, &accepted, &asked.subject_token, trace).await?;
    let mapped = decide(&accepted, claims.get(), trace)?;
    let now = emulator.clock.now();
    let lives = claims
        .get()
        .get("exp")
        .and_then(seconds)
        .map_or(0, |exp| exp.saturating_sub(now));
    let lifetime = lives.min(LIFETIME);
    if lifetime <= 0 {
        return Err(invalid_grant("ID Token is stale to sign-in."));
    }
    let identity = Identity::Federated(Box::new(Federated {
        provider: name.clone(),
        mapped,
    }));
    trace.caller = Some(identity.principal());
    let text = random::access_token()?;
    let mut world = emulator.world();
    // SECURITY: the pool may have been disabled while the issuer was asked for its keys
    usable_now(&world, name).ok_or_else(invalid_target)?;
    world.tokens.insert(
        text.clone(),
        Token {
            identity,
            scopes: asked.scopes,
            expires: now.saturating_add(lifetime),
        },
    );
    Ok(Reply::Json(json!({
        "access_token": text,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": lifetime,
    })))
}

fn seconds(time: &Value) -> Option<i64> {
    time.as_i64().or_else(|| time.as_f64().map(|time| time as i64))
}

/// The provider, if it and its pool are there, active and enabled.
fn usable(emulator: &Emulator, name: &ProviderName, trace: &mut Trace) -> Result<Provider, ApiError> {
    let now = emulator.clock.now();
    let mut world = emulator.world();
    world.purge(now);
    usable_now(&world, name).ok_or_else(|| {
        let expected = "a pool and a provider that are active and enabled";
        trace.step("provider", expected, &format!("`{name}` is not"), Verdict::Deny);
        invalid_target()
    })
}

fn usable_now(world: &crate::clouds::gcp::emulator::store::World, name: &ProviderName) -> Option<Provider> {
    let pool = world.pools.get(&name.pool().to_string())?;
    let provider = pool.providers.get(name.id())?;
    let usable = pool.is_active() && !pool.is_disabled() && provider.is_active() && !provider.is_disabled();
    usable.then(|| provider.clone())
}

/// The provider as the dialect reads it; only those of OpenID Connect are emulated.
fn readable(provider: &Provider) -> Result<dialect::Provider, ApiError> {
    let settings = ProviderSettings::from_value(&provider.shown()).map_err(|error| {
        invalid_request(format!("The provider does not take tokens of this type: {error}"))
    })?;
    dialect::Provider::parse(&settings).map_err(|error| unauthorized_client(error.to_string()))
}

/// SECURITY: the one place where a token meets a provider. Anything but `Allow` is a refusal.
fn decide(provider: &dialect::Provider, claims: &Claims, trace: &mut Trace) -> Result<Mapped, ApiError> {
    let Exchange {
        decision,
        error,
        mapped,
    } = evaluate(provider, claims, None);
    let refusal = match (decision.verdict, error) {
        (Verdict::Allow, None) => match bytes(&mapped) > MOST_IN_TOKEN {
            true => Some(invalid_request("The access token would be larger than 12 KB.")),
            false => None,
        },
        (_, error) => Some(refused(&decision, error)),
    };
    trace.conclude(decision);
    refusal.map_or(Ok(mapped), Err)
}

fn refused(decision: &Decision, error: Option<StsError>) -> ApiError {
    let step = decision.refused_by();
    let (name, found) = step.map_or(("", ""), |step| (step.name.as_str(), step.found.as_str()));
    match error {
        Some(StsError::InvalidTarget) => invalid_target(),
        Some(StsError::InvalidGrant) => {
            invalid_grant(format!("The given credential is rejected: {name}: {found}."))
        }
        Some(StsError::InvalidRequest) => invalid_request(format!("{name}: {found}.")),
        _ if name == "condition" => {
            unauthorized_client("The given credential is rejected by the attribute condition.")
        }
        _ => unauthorized_client(format!("The given credential cannot be mapped: {name}: {found}.")),
    }
}

fn bytes(mapped: &Mapped) -> usize {
    let text = |value: &MappedValue<String>| match value {
        MappedValue::Known(text) => text.len(),
        MappedValue::Unknown(_) => 0,
    };
    let groups = match &mapped.groups {
        Some(MappedValue::Known(groups)) => groups.iter().map(String::len).sum(),
        _ => 0,
    };
    mapped.subject.as_ref().map_or(0, text) + groups + mapped.attributes.values().map(text).sum::<usize>()
}
