//! From the text of a token to claims that are true for a provider.
//!
//! SECURITY: keys are asked for only of the issuer that the provider names, and only `oidc::verify` makes claims.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::refusal::{invalid_grant, invalid_target};
use crate::clouds::gcp::dialect;
use crate::clouds::gcp::emulator::instance::Emulator;
use crate::clouds::gcp::emulator::server::Trace;
use crate::clouds::gcp::emulator::store::Provider;
use crate::clouds::gcp::emulator::wire::{ApiError, object};
use crate::oidc::{Algorithm, Duplicates, KeySet, Policy, Profile, Refusal, Unverified, Verified, verify};
use crate::trust::{Audience, Claims, IssuerUrl, Verdict};

/// The longest token, in characters.
const TOKEN: usize = 20_000;
/// The longest `exp - iat`.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const PROFILE: Profile = Profile {
    kid_required: true,
    ..Profile::STRICT
};
const EXPECTED: &str = "signed by the issuer, in time, for an audience of the provider";

/// Claims of a token that the issuer of the provider signed for it.
///
/// # Errors
/// `invalid_grant`.
pub async fn verified(
    emulator: &Emulator,
    provider: &Provider,
    accepted: &dialect::Provider,
    token: &str,
    trace: &mut Trace,
) -> Result<Verified<Claims>, ApiError> {
    let oidc = object(&provider.fields, "oidc");
    let text = |name: &str| oidc.get(name).and_then(Value::as_str).unwrap_or_default();
    let issuer = IssuerUrl::parse(text("issuerUri")).map_err(|_| invalid_target())?;
    named_key(token).map_err(|refusal| refused(trace, &refusal))?;
    let audiences = accepted.accepted_audiences();
    let audiences = audiences
        .iter()
        .filter_map(|one| Audience::parse(one).ok())
        .collect();
    let policy = Policy::new(issuer.clone(), audiences)
        .with_algorithms(vec![Algorithm::Rs256, Algorithm::Es256])
        .with_leeway(Duration::ZERO)
        .with_max_lifetime(Some(LIFETIME))
        .with_max_token_chars(TOKEN)
        .with_profile(PROFILE);
    let now = emulator.clock.now();
    let uploaded = match text("jwksJson") {
        "" => None,
        document => {
            Some(KeySet::parse(document.as_bytes()).map_err(|_| unconnected(trace, "uploaded keys"))?)
        }
    };
    let outcome = match uploaded {
        Some(keys) => verify(token, &keys, &policy, now),
        None => {
            let elsewhere =
                !matches!(text("discoveryUri"), "") && text("discoveryUri") != issuer.discovery_url();
            if elsewhere {
                return Err(unconnected(
                    trace,
                    "another discovery document is not fetched here",
                ));
            }
            let keys = emulator.keys.key_set(&issuer).await;
            let keys = keys.map_err(|error| unconnected(trace, &error.to_string()))?;
            match verify(token, &keys, &policy, now) {
                Err(Refusal::UnknownKey) => {
                    let keys: Result<Arc<KeySet>, _> = emulator.keys.refreshed_key_set(&issuer).await;
                    let keys = keys.map_err(|error| unconnected(trace, &error.to_string()))?;
                    verify(token, &keys, &policy, now)
                }
                outcome => outcome,
            }
        }
    };
    let claims = outcome.map_err(|refusal| refused(trace, &refusal))?;
    trace.step("token", EXPECTED, "so it is", Verdict::Allow);
    Ok(claims)
}

/// A token has to say which key signed it, whatever the key set holds.
fn named_key(token: &str) -> Result<(), Refusal> {
    let token = Unverified::decode(token, TOKEN, Duplicates::Refuse)?;
    match token.header().kid() {
        Some(kid) if !kid.is_empty() => Ok(()),
        _ => Err(Refusal::AmbiguousKey),
    }
}

fn refused(trace: &mut Trace, refusal: &Refusal) -> ApiError {
    trace.step("token", EXPECTED, &refusal.to_string(), Verdict::Deny);
    match refusal {
        Refusal::AudienceMismatch { expected, found } => invalid_grant(format!(
            "The audience in ID Token [{found}] does not match the expected audience [{expected}]."
        )),
        Refusal::IssuerMismatch { expected, found } => invalid_grant(format!(
            "The issuer in ID Token {found} does not match the expected ones: {expected}."
        )),
        Refusal::Expired { exp, .. } => invalid_grant(format!(
            "ID Token issued at or valid until {exp} is stale to sign-in."
        )),
        Refusal::UnknownKey
        | Refusal::UnusableKey(_)
        | Refusal::WeakKey(_)
        | Refusal::KeyTypeMismatch(_)
        | Refusal::AlgorithmMismatch { .. }
        | Refusal::InvalidKeySet(_) => invalid_grant("Error connecting to the given credential's issuer."),
        Refusal::BadSignature => invalid_grant("Invalid signature of the ID Token."),
        other => invalid_grant(format!("The given credential is rejected: {other}.")),
    }
}

fn unconnected(trace: &mut Trace, why: &str) -> ApiError {
    trace.step("keys of the issuer", "a key set", why, Verdict::Deny);
    invalid_grant("Error connecting to the given credential's issuer.")
}
