//! The token endpoint: a signed assertion of a service account (RFC 7523), or the refresh token of a person.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::assertion;
use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::store::{Identity, Token};
use crate::clouds::gcp::emulator::wire::{ApiError, Reply, random};

const LIFETIME: i64 = 3_600;
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// # Errors
/// Those of OAuth.
pub fn token(call: &mut Call<'_>) -> Answer {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&call.request.body)
        .into_owned()
        .collect();
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    let scopes = match get("grant_type") {
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => assertion::scopes(call, get("assertion"))?,
        "refresh_token" => {
            let user = &call.rules.user;
            let same = get("client_id") == user.client_id
                && get("client_secret") == user.client_secret.expose()
                && get("refresh_token") == user.refresh_token.expose();
            if !same {
                return Err(ApiError::new(400, "invalid_grant", "Bad Request"));
            }
            BTreeSet::from([CLOUD_PLATFORM.to_owned()])
        }
        other => {
            let message = format!("Invalid grant_type: {other}");
            return Err(ApiError::new(400, "unsupported_grant_type", message));
        }
    };
    let text = deployer_token(call, scopes)?;
    Ok(Reply::Json(
        json!({ "access_token": text, "token_type": "Bearer", "expires_in": LIFETIME }),
    ))
}

/// A token of the deployer.
pub fn deployer_token(call: &mut Call<'_>, scopes: BTreeSet<String>) -> Result<String, ApiError> {
    let account = call.world.live_account(&call.world.deployer).cloned();
    let account =
        account.ok_or_else(|| ApiError::new(400, "invalid_grant", "Invalid grant: account not found"))?;
    let text = random::access_token()?;
    let token = Token {
        identity: Identity::Account {
            email: account.email,
            unique_id: account.unique_id,
        },
        scopes,
        expires: call.now.saturating_add(LIFETIME),
    };
    call.world.tokens.insert(text.clone(), token);
    Ok(text)
}

/// Of the issuer of the ID tokens that are made here.
///
/// # Errors
/// None.
pub fn discovery(call: &mut Call<'_>) -> Answer {
    let url = &call.rules.oauth2_url;
    Ok(Reply::Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/oauth2/v3/certs"),
        "token_endpoint": format!("{url}/token"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })))
}

/// # Errors
/// No key could be made.
pub fn keys(call: &mut Call<'_>) -> Answer {
    let key = call.rules.key.get().ok_or_else(ApiError::internal)?;
    Ok(Reply::Json(json!({ "keys": [key.jwk()] })))
}
