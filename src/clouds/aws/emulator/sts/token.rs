//! From the token of a request to claims that are true for a provider of the role's account.
//!
//! SECURITY: keys are asked for only of an issuer that the account has registered, and only `oidc::verify` makes claims.

use super::token_profile;
use crate::clouds::aws::dialect::AccountId;
use crate::clouds::aws::emulator::instance::Emulator;
use crate::clouds::aws::emulator::server::Trace;
use crate::clouds::aws::emulator::store::Provider;
use crate::clouds::aws::emulator::wire::ApiError;
use crate::oidc::{Duplicates, KeySourceError, Refusal, Unverified, Verified, verify};
use crate::trust::{Claims, IssuerUrl, Verdict};

const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  please reference \
                      AssumeRoleWithWebIdentity documentation for requirements";

/// A token that the issuer of a registered provider signed for it.
pub struct Presented {
    pub provider: Provider,
    pub claims: Verified<Claims>,
}

/// # Errors
/// `InvalidIdentityToken`, `ExpiredTokenException`, `IDPCommunicationError`.
pub async fn presented(
    emulator: &Emulator,
    account: &AccountId,
    token: &str,
    trace: &mut Trace,
) -> Result<Presented, ApiError> {
    let issuer = unverified_issuer(token).map_err(|refusal| refused(trace, &refusal))?;
    let provider = provider(emulator, account, &issuer).ok_or_else(|| {
        trace.step(
            "provider",
            &format!("an OIDC provider for the issuer in account {account}"),
            &format!("none for `{issuer}`"),
            Verdict::Deny,
        );
        invalid(format!(
            "No OpenIDConnect provider found in your account for {issuer}"
        ))
    })?;
    let issuer = IssuerUrl::parse(&issuer).map_err(|_| invalid(NO_KEY))?;
    let keys = emulator.keys.key_set(&issuer).await;
    let keys = keys.map_err(|error| unreachable(trace, &error))?;
    let policy = token_profile::policy(issuer.clone(), &provider.client_ids);
    let now = emulator.clock.now();
    let outcome = match verify(token, &keys, &policy, now) {
        Err(Refusal::UnknownKey) => {
            let keys = emulator.keys.refreshed_key_set(&issuer).await;
            let keys = keys.map_err(|error| unreachable(trace, &error))?;
            verify(token, &keys, &policy, now)
        }
        outcome => outcome,
    };
    let claims = outcome.map_err(|refusal| refused(trace, &refusal))?;
    trace.step(
        "token",
        "signed by the issuer, in time, for a client id of the provider",
        "so it is",
        Verdict::Allow,
    );
    Ok(Presented { provider, claims })
}

/// Who the token says issued it: good for finding the provider, and for nothing else.
fn unverified_issuer(token: &str) -> Result<String, Refusal> {
    let token = Unverified::decode(token, token_profile::TOKEN, Duplicates::LastWins)?;
    let issuer = token.unverified().text("iss");
    issuer.map(str::to_owned).ok_or(Refusal::MissingClaim("iss"))
}

/// The provider whose URL is exactly the issuer. A fresh one may not be visible to STS yet.
fn provider(emulator: &Emulator, account: &AccountId, issuer: &str) -> Option<Provider> {
    let url = issuer.strip_prefix("https://")?;
    let mut world = emulator.world();
    let provider = world.account_mut(account)?.providers.get_mut(url)?;
    if provider.unseen_exchanges > 0 {
        provider.unseen_exchanges -= 1;
        return None;
    }
    Some(provider.clone())
}

fn refused(trace: &mut Trace, refusal: &Refusal) -> ApiError {
    trace.step(
        "token",
        "signed by the issuer, in time, for a client id of the provider",
        &refusal.to_string(),
        Verdict::Deny,
    );
    match refusal {
        Refusal::Expired { exp, now } => ApiError::new(
            400,
            "ExpiredTokenException",
            format!("Token expired: current date/time {now} must be before the expiration date/time {exp}"),
        ),
        Refusal::AudienceMismatch { .. }
        | Refusal::NoAudienceConfigured
        | Refusal::MissingAuthorizedParty => invalid("Incorrect token audience"),
        Refusal::MissingClaim(claim) => invalid(format!("Missing a required claim: {claim}")),
        Refusal::UnknownKey
        | Refusal::UnusableKey(_)
        | Refusal::WeakKey(_)
        | Refusal::AmbiguousKey
        | Refusal::InvalidKeySet(_) => invalid(NO_KEY),
        Refusal::MalformedToken | Refusal::MalformedHeader(_) | Refusal::MalformedPayload(_) => invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        ),
        Refusal::BadSignature => invalid("The signature of the token is not valid"),
        other => invalid(format!("The token is not valid: {}", other.reason())),
    }
}

fn unreachable(trace: &mut Trace, error: &KeySourceError) -> ApiError {
    trace.step(
        "keys of the issuer",
        "a key set",
        &error.to_string(),
        Verdict::Deny,
    );
    match error {
        KeySourceError::Unreachable { .. } => ApiError::new(
            400,
            "IDPCommunicationError",
            "The identity provider could not be reached to verify the token. Retry the request.",
        ),
        KeySourceError::Unusable { .. } => invalid(NO_KEY),
    }
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidIdentityToken", message)
}
