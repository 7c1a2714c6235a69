//! What is asked of the exchange: a form with names in snake case, or JSON with names in camel case.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::refusal::invalid_request;
use crate::clouds::gcp::dialect::ProviderName;
use crate::clouds::gcp::emulator::wire::{ApiError, Request};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// What an access token is called (RFC 8693, section 3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const SUBJECT_TYPES: [&str; 2] = [
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
];
/// Names in a form, and in JSON.
const NAMES: [(&str, &str); 9] = [
    ("grant_type", "grantType"),
    ("audience", "audience"),
    ("scope", "scope"),
    ("requested_token_type", "requestedTokenType"),
    ("subject_token", "subjectToken"),
    ("subject_token_type", "subjectTokenType"),
    ("options", "options"),
    ("actor_token", "actorToken"),
    ("actor_token_type", "actorTokenType"),
];

/// A request that has the right form.
pub struct ExchangeRequest {
    /// Nothing when the audience names a project by its id: nobody is called so.
    pub provider: Option<ProviderName>,
    pub scopes: BTreeSet<String>,
    pub subject_token: String,
}

impl ExchangeRequest {
    /// # Errors
    /// `invalid_request`, in the order in which the service looks.
    pub fn read(request: &Request) -> Result<Self, ApiError> {
        if request.header("authorization").is_some() {
            return Err(invalid_request(
                "The exchange takes no Authorization header: the subject token is the credential.",
            ));
        }
        let given = parameters(request)?;
        let get = |name: &str| given.get(name).map_or("", String::as_str);
        if get("grant_type") != GRANT {
            return Err(invalid_request(format!(
                "Invalid value for \"grant_type\": expected {GRANT}."
            )));
        }
        let provider = audience(get("audience"))?;
        let scopes: BTreeSet<String> = get("scope").split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(invalid_request(
                "Invalid value for \"scope\": expected at least one.",
            ));
        }
        if get("requested_token_type") != ACCESS_TOKEN {
            return Err(invalid_request(format!(
                "Invalid value for \"requested_token_type\": expected {ACCESS_TOKEN}."
            )));
        }
        if !SUBJECT_TYPES.contains(&get("subject_token_type")) {
            let expected = SUBJECT_TYPES.join(" or ");
            return Err(invalid_request(format!(
                "Invalid value for \"subject_token_type\": a provider of OpenID Connect takes {expected}."
            )));
        }
        if get("subject_token").is_empty() {
            return Err(invalid_request(
                "Invalid value for \"subject_token\": expected a token.",
            ));
        }
        if given.contains_key("actor_token") || given.contains_key("actor_token_type") {
            return Err(invalid_request(
                "Actor tokens are not emulated: nobody acts for the subject.",
            ));
        }
        options(get("options"))?;
        Ok(Self {
            provider,
            scopes,
            subject_token: get("subject_token").to_owned(),
        })
    }
}

fn parameters(request: &Request) -> Result<BTreeMap<String, String>, ApiError> {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let mut given = BTreeMap::new();
    let mut put = |name: &str, value: String| match given.insert(name.to_owned(), value) {
        Some(_) => Err(invalid_request(format!(
            "The parameter \"{name}\" is there twice."
        ))),
        None => Ok(()),
    };
    match kind.as_str() {
        "application/x-www-form-urlencoded" => {
            for (name, value) in url::form_urlencoded::parse(&request.body) {
                let known = NAMES.iter().any(|(form, _)| *form == name);
                match known {
                    true if value.is_empty() => {}
                    true => put(&name, value.into_owned())?,
                    false => return Err(unknown(&name)),
                }
            }
        }
        "application/json" => {
            let body = request.json().map_err(|error| invalid_request(error.message))?;
            for (name, value) in body.as_object().into_iter().flatten() {
                let known = NAMES.iter().find(|(form, json)| json == name || form == name);
                let (form, _) = known.ok_or_else(|| unknown(name))?;
                match value {
                    Value::Null => {}
                    Value::String(text) if text.is_empty() => {}
                    Value::String(text) => put(form, text.clone())?,
                    _ => {
                        return Err(invalid_request(format!(
                            "Invalid value for \"{name}\": expected a string."
                        )));
                    }
                }
            }
        }
        other => {
            return Err(invalid_request(format!(
                "Expected a form or JSON as the content type, found \"{other}\"."
            )));
        }
    }
    Ok(given)
}

fn unknown(name: &str) -> ApiError {
    invalid_request(format!(
        "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
    ))
}

/// The full name of a provider. A project by its id has the right form, and is nobody's number.
fn audience(text: &str) -> Result<Option<ProviderName>, ApiError> {
    let refused = || {
        invalid_request(
            "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.",
        )
    };
    let name = text.strip_prefix("//iam.googleapis.com/").ok_or_else(refused)?;
    match ProviderName::parse(name) {
        Ok(name) => Ok(Some(name)),
        Err(crate::clouds::gcp::dialect::NameError::ProjectId { .. }) => Ok(None),
        Err(_) => Err(refused()),
    }
}

/// JSON, percent-encoded or not.
fn options(text: &str) -> Result<(), ApiError> {
    if text.is_empty() {
        return Ok(());
    }
    let refused = |what: &str| invalid_request(format!("Invalid value for \"options\": {what}."));
    let decoded = percent_decode_str(text).decode_utf8().unwrap_or_default();
    let read = serde_json::from_str::<Value>(text).or_else(|_| serde_json::from_str(&decoded));
    let Ok(Value::Object(members)) = read else {
        return Err(refused("expected a JSON object"));
    };
    for (name, value) in &members {
        match (name.as_str(), value) {
            ("userProject", Value::String(project)) if project.chars().count() <= 32 => {}
            ("userProject", _) => return Err(refused("userProject has at most 32 characters")),
            // SECURITY: a token that should be narrower and is not would be worse than none
            ("accessBoundary", _) => return Err(refused("access boundaries are not emulated")),
            ("bindCertFingerprint", _) => return Err(refused("bound tokens are not emulated")),
            _ => return Err(refused("there is an unknown member")),
        }
    }
    Ok(())
}
