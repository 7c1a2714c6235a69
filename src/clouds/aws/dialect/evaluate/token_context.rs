//! The condition keys that a token fills.

use serde_json::Value;

use super::super::condition_keys::{KeyKind, claim_keys};
use super::super::policy::ConditionKey;
use super::context::Context;
use crate::trust::Claims;

/// Sets the keys of the further claims of a token: those that AWS turns into keys for this issuer, and no other.
pub(super) fn set_claims(context: &mut Context, provider_url: &str, claims: &Claims) {
    for key in claim_keys(provider_url) {
        let name = ConditionKey::of_claim(provider_url, key.claim);
        let Some(value) = claim(claims, key.claim) else {
            continue;
        };
        match (key.kind, value) {
            (KeyKind::List, Value::Array(items)) => {
                match items.iter().map(scalar).collect::<Option<Vec<_>>>() {
                    Some(values) => context.set_many(name.as_str(), values),
                    None => context.mark_unknown(name.as_str()),
                }
            }
            (kind, value) => match (kind, scalar(value)) {
                (KeyKind::List, Some(text)) => context.set_many(name.as_str(), vec![text]),
                (_, Some(text)) => context.set(name.as_str(), text),
                // What AWS makes of a boolean or a structure in such a claim is written nowhere.
                (_, None) => context.mark_unknown(name.as_str()),
            },
        };
    }
}

/// Texts as they are; numbers as their digits.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A claim by its name, or by `object/member` when there is no such flat name.
fn claim<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (object, member) = name.split_once('/')?;
        claims.get(object)?.get(member)
    })
}
