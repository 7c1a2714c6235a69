//! Making tokens of a service account for whoever may have them.

use serde_json::{Map, Value, json};

use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::permission;
use crate::clouds::gcp::emulator::store::{Account, Identity, Token};
use crate::clouds::gcp::emulator::wire::{ApiError, Field, Members, Reply, Shape, random, read, timestamp};
use crate::trust::Verdict;

/// Seconds; longer needs a policy of the organization.
const LONGEST: i64 = 3_600;

static ACCESS: [Field; 3] = [
    Field::new("delegates", Shape::Texts),
    Field::new("scope", Shape::Texts),
    Field::new("lifetime", Shape::Text),
];
static ID: [Field; 4] = [
    Field::new("delegates", Shape::Texts),
    Field::new("audience", Shape::Text),
    Field::new("includeEmail", Shape::Bool),
    Field::new("organizationNumberIncluded", Shape::Bool),
];

/// # Errors
/// No permission, which is not told from a missing account; no scope; a lifetime that is too long.
pub fn access_token(call: &mut Call<'_>) -> Answer {
    let body = read(&ACCESS, &call.request.json()?)?;
    let account = impersonated(call, &body, "iam.serviceAccounts.getAccessToken")?;
    let scopes = body.get("scope").and_then(Value::as_array);
    let scopes = scopes
        .into_iter()
        .flatten()
        .filter_map(|scope| scope.as_str().map(str::to_owned));
    let scopes: std::collections::BTreeSet<String> = scopes.collect();
    if scopes.is_empty() {
        return Err(ApiError::invalid("scope: expected at least one."));
    }
    let lifetime = body.get("lifetime").and_then(Value::as_str);
    let lifetime = lifetime.map_or(Ok(LONGEST), seconds)?;
    let expires = call.now.saturating_add(lifetime);
    let text = random::access_token()?;
    let token = Token {
        identity: Identity::Account {
            email: account.email,
            unique_id: account.unique_id,
        },
        scopes,
        expires,
    };
    call.world.tokens.insert(text.clone(), token);
    Ok(Reply::Json(
        json!({ "accessToken": text, "expireTime": timestamp::rfc3339(expires) }),
    ))
}

/// A duration, as protocol buffers write it (`3600s`).
fn seconds(text: &str) -> Result<i64, ApiError> {
    let number = text
        .strip_suffix('s')
        .and_then(|number| number.parse::<f64>().ok());
    match number {
        Some(number) if number > 0.0 && number <= LONGEST as f64 => Ok((number as i64).max(1)),
        Some(_) => Err(ApiError::invalid(format!(
            "The access token lifetime cannot be more than {LONGEST} seconds without \
             constraints/iam.allowServiceAccountCredentialLifetimeExtension, and not less than one."
        ))),
        None => Err(ApiError::invalid(
            "lifetime: expected a duration such as `3600s`.",
        )),
    }
}

/// # Errors
/// No permission, which is not told from a missing account; no audience.
pub fn id_token(call: &mut Call<'_>) -> Answer {
    let body = read(&ID, &call.request.json()?)?;
    let account = impersonated(call, &body, "iam.serviceAccounts.getOpenIdToken")?;
    let audience = body.get("audience").and_then(Value::as_str).unwrap_or_default();
    if audience.is_empty() {
        return Err(ApiError::invalid("audience: expected one."));
    }
    let mut claims = Map::new();
    for (name, value) in [
        // SECURITY: the emulated issuer's own name, never Google's: nobody else takes such a token
        ("iss", json!(call.rules.oauth2_url)),
        ("aud", json!(audience)),
        ("azp", json!(account.unique_id)),
        ("sub", json!(account.unique_id)),
        ("iat", json!(call.now)),
        ("exp", json!(call.now.saturating_add(LONGEST))),
    ] {
        claims.insert(name.to_owned(), value);
    }
    if body.contains_key("includeEmail") {
        claims.insert("email".to_owned(), json!(account.email));
        claims.insert("email_verified".to_owned(), json!(true));
    }
    let key = call.rules.key.get().ok_or_else(ApiError::internal)?;
    let token = key.sign(&claims).ok_or_else(ApiError::internal)?;
    Ok(Reply::Json(json!({ "token": token })))
}

/// The account in the path, once the caller may speak for it, through the delegates if there are any.
fn impersonated(call: &mut Call<'_>, body: &Members, permission: &str) -> Result<Account, ApiError> {
    if call.segment(2) != "-" {
        return Err(ApiError::invalid(
            "name: the wildcard character - is required in place of the project.",
        ));
    }
    let delegates = body
        .get("delegates")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut chain = Vec::new();
    for delegate in &delegates {
        let name = delegate
            .as_str()
            .and_then(|name| name.strip_prefix("projects/-/serviceAccounts/"));
        chain.push(name.ok_or_else(|| {
            ApiError::invalid("delegates: expected `projects/-/serviceAccounts/{ACCOUNT_EMAIL_OR_UNIQUEID}`.")
        })?);
    }
    let target = call.segment(4).to_owned();
    if chain.is_empty() {
        let account = call.account(2, 4, permission)?;
        return usable(call, account, permission);
    }
    let mut speaker = call.identity.clone();
    for (at, name) in chain.iter().copied().chain([target.as_str()]).enumerate() {
        let needed = if at < chain.len() {
            "iam.serviceAccounts.implicitDelegation"
        } else {
            permission
        };
        let denied = || {
            ApiError::denied(
                needed,
                call.service,
                &format!("projects/-/serviceAccounts/{name}"),
            )
        };
        let account = call.world.live_account(name).cloned().ok_or_else(denied)?;
        let (now, delay) = (call.now, call.rules.delay);
        let decision = permission::decide(call.world, &speaker, needed, &account.key(), now, delay);
        let allowed = decision.verdict == Verdict::Allow;
        call.trace.conclude(decision);
        if !allowed || account.disabled {
            return Err(denied());
        }
        speaker = Identity::Account {
            email: account.email.clone(),
            unique_id: account.unique_id.clone(),
        };
        if at == chain.len() {
            return usable(call, account, permission);
        }
    }
    Err(ApiError::internal())
}

fn usable(call: &Call<'_>, account: Account, permission: &str) -> Result<Account, ApiError> {
    match account.disabled {
        true => Err(ApiError::denied(permission, call.service, &account.name())),
        false => Ok(account),
    }
}
