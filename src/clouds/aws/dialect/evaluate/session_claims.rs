//! What a token asks of the session: its tags, its source identity, and the roles it may take (IAM User Guide, "Pass
//! session tags in AWS STS", "Monitor and control actions taken with assumed roles").

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::trust::Claims;

const TAGS: &str = "https://aws.amazon.com/tags";
const FLAT_TAG: &str = "https://aws.amazon.com/tags/principal_tags/";
const FLAT_TRANSITIVE: &str = "https://aws.amazon.com/tags/transitive_tag_keys";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";
const ROLES: &str = "https://aws.amazon.com/roles";

/// The claims by which an identity provider speaks to AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionClaims {
    pub tags: BTreeMap<String, String>,
    pub transitive_tag_keys: BTreeSet<String>,
    pub source_identity: Option<String>,
    /// ARNs of the only roles that the token may be used for; `None`: the token does not say.
    pub roles: Option<Vec<String>>,
}

/// A claim that is not as documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("claim `{claim}`: expected {expected}, found {found}")]
pub struct SessionClaimsError {
    pub claim: &'static str,
    pub expected: &'static str,
    pub found: String,
}

impl SessionClaims {
    /// # Errors
    /// A claim that is there and not as documented.
    pub fn read(claims: &Claims) -> Result<Self, SessionClaimsError> {
        let mut session = Self {
            source_identity: source_identity(claims)?,
            roles: claims
                .get(ROLES)
                .map(|value| texts(value).ok_or_else(|| wrong(ROLES, "a role ARN or a list of them", value)))
                .transpose()?,
            ..Self::default()
        };
        match claims.get(TAGS) {
            Some(Value::Object(members)) => session.read_nested(members)?,
            Some(other) => return Err(wrong(TAGS, "an object with `principal_tags`", other)),
            None => session.read_flat(claims)?,
        }
        if session.tags.len() > 50 {
            return Err(wrong(TAGS, "at most 50 tags", &session.tags.len().into()));
        }
        for (key, value) in &session.tags {
            if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
                let found = Value::String(key.clone());
                return Err(wrong(
                    TAGS,
                    "keys of 1 to 128 and values of up to 256 characters",
                    &found,
                ));
            }
        }
        Ok(session)
    }

    fn read_nested(&mut self, members: &Map<String, Value>) -> Result<(), SessionClaimsError> {
        let form = "`principal_tags` with lists of one text each";
        let tags = match members.get("principal_tags") {
            Some(Value::Object(tags)) => tags,
            Some(other) => return Err(wrong(TAGS, form, other)),
            None => return Ok(()),
        };
        for (key, value) in tags {
            let [Value::String(text)] = value.as_array().map_or(&[][..], Vec::as_slice) else {
                return Err(wrong(TAGS, form, value));
            };
            self.tags.insert(key.clone(), text.clone());
        }
        if let Some(keys) = members.get("transitive_tag_keys") {
            self.transitive_tag_keys = transitive(keys, TAGS)?;
        }
        Ok(())
    }

    fn read_flat(&mut self, claims: &Claims) -> Result<(), SessionClaimsError> {
        for (name, value) in claims.members() {
            if let Some(key) = name.strip_prefix(FLAT_TAG) {
                let text = value.as_str().ok_or_else(|| wrong(TAGS, "a text", value))?;
                self.tags.insert(key.to_owned(), text.to_owned());
            }
        }
        if let Some(keys) = claims.get(FLAT_TRANSITIVE) {
            self.transitive_tag_keys = transitive(keys, FLAT_TRANSITIVE)?;
        }
        Ok(())
    }
}

fn source_identity(claims: &Claims) -> Result<Option<String>, SessionClaimsError> {
    let form = "a text of 2 to 64 characters of `[\\w+=,.@-]`";
    let Some(value) = claims.get(SOURCE_IDENTITY) else {
        return Ok(None);
    };
    let fits = |text: &&str| {
        (2..=64).contains(&text.len())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
    };
    match value.as_str().filter(fits) {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(wrong(SOURCE_IDENTITY, form, value)),
    }
}

fn transitive(value: &Value, claim: &'static str) -> Result<BTreeSet<String>, SessionClaimsError> {
    texts(value)
        .map(|keys| keys.into_iter().collect())
        .ok_or_else(|| wrong(claim, "a list of tag keys", value))
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

fn wrong(claim: &'static str, expected: &'static str, found: &Value) -> SessionClaimsError {
    let found = found.to_string();
    SessionClaimsError {
        claim,
        expected,
        found: format!("`{}`", found.chars().take(200).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<SessionClaims, SessionClaimsError> {
        let Value::Object(members) = value else {
            panic!("an object")
        };
        SessionClaims::read(&Claims::new(members))
    }

    #[test]
    fn both_forms_of_tags() {
        let nested =
            read(json!({TAGS: {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]}}))
                .unwrap();
        let flat = read(json!({
            "https://aws.amazon.com/tags/principal_tags/team": "a",
            "https://aws.amazon.com/tags/transitive_tag_keys": ["team"],
        }))
        .unwrap();
        assert_eq!(nested, flat);
        assert_eq!(nested.tags, BTreeMap::from([("team".to_owned(), "a".to_owned())]));
        assert_eq!(read(json!({"sub": "x"})).unwrap(), SessionClaims::default());
    }

    #[test]
    fn not_as_documented() {
        for bad in [
            json!({TAGS: "x"}),
            json!({TAGS: {"principal_tags": {"team": "a"}}}),
            json!({TAGS: {"principal_tags": {"team": ["a", "b"]}}}),
            json!({TAGS: {"principal_tags": {"": ["a"]}}}),
            json!({"https://aws.amazon.com/tags/principal_tags/team": ["a"]}),
            json!({SOURCE_IDENTITY: "a"}),
            json!({SOURCE_IDENTITY: "a b"}),
            json!({SOURCE_IDENTITY: 5}),
            json!({ROLES: 5}),
            json!({ROLES: ["a", 5]}),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
