//! Answers about pools and providers, read.

use std::collections::BTreeSet;

use serde_json::Value;

use super::GcpError;
use super::pools::{Life, Oidc, Pool, PoolProvider};
use crate::clouds::gcp::dialect::{PoolName, ProviderName};

/// A 404 is an answer.
pub(super) fn found(answer: Result<Value, GcpError>) -> Result<Option<Value>, GcpError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn next_page(answer: &Value) -> Option<String> {
    let token = answer.get("nextPageToken").and_then(Value::as_str)?;
    (!token.is_empty()).then(|| token.to_owned())
}

fn text(json: &Value, name: &str) -> String {
    json.get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn flag(json: &Value, name: &str) -> bool {
    json.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Anything that is not said to be deleted counts as there.
fn life(json: &Value) -> Life {
    match json.get("state").and_then(Value::as_str) {
        Some("DELETED") => Life::Deleted,
        _ => Life::Active,
    }
}

pub(super) fn pool(json: &Value) -> Result<Pool, GcpError> {
    let name =
        PoolName::parse(&text(json, "name")).map_err(|error| GcpError::configuration(error.to_string()))?;
    Ok(Pool {
        name,
        display_name: text(json, "displayName"),
        description: text(json, "description"),
        life: life(json),
        disabled: flag(json, "disabled"),
    })
}

pub(super) fn provider(json: &Value) -> Result<PoolProvider, GcpError> {
    let name = ProviderName::parse(&text(json, "name"))
        .map_err(|error| GcpError::configuration(error.to_string()))?;
    let mapping = json.get("attributeMapping").and_then(Value::as_object);
    let mapping = mapping.into_iter().flatten();
    Ok(PoolProvider {
        name,
        display_name: text(json, "displayName"),
        description: text(json, "description"),
        life: life(json),
        disabled: flag(json, "disabled"),
        oidc: json.get("oidc").map(|oidc| Oidc {
            issuer_uri: text(oidc, "issuerUri"),
            allowed_audiences: texts(oidc, "allowedAudiences"),
            jwks_json: text(oidc, "jwksJson"),
            discovery_uri: text(oidc, "discoveryUri"),
        }),
        attribute_mapping: mapping
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect(),
        attribute_condition: text(json, "attributeCondition"),
    })
}

fn texts(json: &Value, name: &str) -> BTreeSet<String> {
    let items = json.get(name).and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
