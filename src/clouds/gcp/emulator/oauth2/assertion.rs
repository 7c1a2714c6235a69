//! What a service account signs to log in ("Using OAuth 2.0 for Server to Server Applications").
//!
//! Its issuer is the email of the account and no URL, so that it is no token of OpenID Connect.

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use crate::clouds::gcp::emulator::Service;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::credentials::RsaKey;
use crate::clouds::gcp::emulator::wire::ApiError;

/// The audience that libraries write whatever the key file says.
const GOOGLE: &str = "https://oauth2.googleapis.com/token";
const LONGEST: i64 = 3_600;

/// The scopes that the deployer asks for.
///
/// # Errors
/// `invalid_grant`: another signer, another audience, out of time.
pub fn scopes(call: &Call<'_>, assertion: &str) -> Result<BTreeSet<String>, ApiError> {
    let refused = |what: &str| ApiError::new(400, "invalid_grant", format!("Invalid JWT: {what}"));
    let key = call.rules.deployer_key.get();
    let claims = key.and_then(|key| signed(key, assertion));
    let claims = claims.ok_or_else(|| refused("the signature is not that of the key file"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let email = call
        .world
        .live_account(&call.world.deployer)
        .map(|account| account.email.as_str());
    let subject = claims.get("sub").is_none_or(|subject| subject.as_str() == email);
    if Some(text("iss")) != email || !subject {
        return Err(refused("the issuer is not the account of the key"));
    }
    if text("aud") != GOOGLE && text("aud") != format!("{}/token", call.rules.oauth2_url) {
        return Err(refused("the audience is not the token endpoint"));
    }
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let in_time = match (time("iat"), time("exp")) {
        // libraries set `iat` a little back; clocks of this machine are one clock
        (Some(iat), Some(exp)) => iat <= call.now && exp > call.now && exp.saturating_sub(iat) <= LONGEST,
        _ => false,
    };
    if !in_time {
        return Err(refused(
            "expected a short-lived token (60 minutes) of now, check iat and exp",
        ));
    }
    let scopes: BTreeSet<String> = text("scope").split_whitespace().map(str::to_owned).collect();
    match scopes.is_empty() {
        true => Err(ApiError::new(
            400,
            "invalid_scope",
            "Empty or missing scope not allowed.",
        )),
        false => Ok(scopes),
    }
}

/// Whose bearer token a service account signed itself: no call to the token endpoint comes before it ("Service account
/// authorization without OAuth", AIP-4111). The address of the account, and the scopes; with the address of the service as
/// `aud` in place of scopes, those of the service.
pub fn self_signed(
    key: &RsaKey,
    now: i64,
    service: Service,
    token: &str,
) -> Option<(String, BTreeSet<String>)> {
    let claims = signed(key, token)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let (begins, ends) = (time("iat")?, time("exp")?);
    let in_time = begins <= now && ends > now && ends.saturating_sub(begins) <= LONGEST;
    let email = text("iss").filter(|issuer| text("sub") == Some(*issuer))?;
    let scopes: BTreeSet<String> = match (text("scope"), text("aud")) {
        (Some(scopes), _) => scopes.split_whitespace().map(str::to_owned).collect(),
        (None, Some(audience)) if audience == format!("https://{}/", service.host()) => {
            service.scopes().iter().map(|scope| (*scope).to_owned()).collect()
        }
        _ => return None,
    };
    in_time.then(|| (email.to_owned(), scopes))
}

/// The claims of a text that the key of the key file signed with RS256.
fn signed(key: &RsaKey, assertion: &str) -> Option<Map<String, Value>> {
    let (input, signature) = assertion.rsplit_once('.')?;
    let (header, payload) = input.split_once('.')?;
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
    let header: Map<String, Value> = serde_json::from_slice(&decode(header)?).ok()?;
    let is = |name: &str, value: &str| header.get(name).and_then(Value::as_str) == Some(value);
    let names_it = header.get("kid").is_none() || is("kid", key.id());
    if !is("alg", "RS256") || !names_it || !key.signed(input.as_bytes(), &decode(signature)?) {
        return None;
    }
    serde_json::from_slice(&decode(payload)?).ok()
}
