//! Documents in which one meets a provider: what the API and `gcloud` print, what Terraform shows, and our own short form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::provider::ProviderSettings;
use crate::trust::DocumentError;
use crate::trust::document::{self, child, describe};

type Members = Map<String, Value>;

impl ProviderSettings {
    /// Reads the JSON of a workload identity pool provider. Members that say nothing about tokens are left alone.
    ///
    /// # Errors
    /// What is wrong, with a JSON pointer into the document. Expressions are not read here.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        Self::from_value(&document::parse(text)?)
    }

    /// The same from a document that was parsed already, duplicate members refused.
    ///
    /// # Errors
    /// As [`ProviderSettings::from_json`].
    pub fn from_value(value: &Value) -> Result<Self, DocumentError> {
        let Value::Object(members) = value else {
            return Err(wrong(
                "",
                "a workload identity pool provider (an object)",
                Some(value),
            ));
        };
        if let Some(kind) = ["aws", "saml", "x509"].iter().find(|kind| is_set(members, kind)) {
            return Err(DocumentError::new(
                &child("", kind),
                "an OIDC provider",
                "one of another kind",
            ));
        }
        let (oidc, at) = match members.get("oidc") {
            Some(Value::Object(oidc)) => (oidc, "/oidc"),
            Some(Value::Array(items)) => match items.as_slice() {
                [Value::Object(oidc)] => (oidc, "/oidc/0"),
                _ => return Err(wrong("/oidc", "an object", members.get("oidc"))),
            },
            None | Some(Value::Null) => (members, ""),
            other => return Err(wrong("/oidc", "an object", other)),
        };
        let deleted = members.get("state").and_then(Value::as_str) == Some("DELETED");
        let disabled = members.get("disabled").and_then(Value::as_bool) == Some(true);
        Ok(Self {
            name: text(members, "", &["name"])?
                .ok_or_else(|| wrong("/name", "the full name of the provider", None))?,
            issuer_uri: text(oidc, at, &["issuerUri", "issuer_uri"])?
                .ok_or_else(|| wrong(&child(at, "issuerUri"), "the issuer", None))?,
            allowed_audiences: texts(oidc, at, &["allowedAudiences", "allowed_audiences"])?,
            attribute_mapping: mapping(members, &["attributeMapping", "attribute_mapping"])?,
            attribute_condition: text(members, "", &["attributeCondition", "attribute_condition"])?
                .unwrap_or_default(),
            // That the provider is enabled says nothing about its pool.
            disabled: (deleted || disabled).then_some(true),
        })
    }

    /// Whether a document looks like one of those that are read here.
    pub fn recognises(value: &Value) -> bool {
        let has = |name: &&str| value.get(*name).is_some();
        [
            "oidc",
            "issuer_uri",
            "issuerUri",
            "attributeMapping",
            "attribute_mapping",
        ]
        .iter()
        .any(has)
    }
}

fn is_set(members: &Members, name: &str) -> bool {
    match members.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}

fn one_of<'a>(members: &'a Members, at: &str, names: &[&str]) -> Option<(String, &'a Value)> {
    names.iter().find_map(|name| {
        let value = members.get(*name).filter(|value| !value.is_null())?;
        Some((child(at, name), value))
    })
}

fn text(members: &Members, at: &str, names: &[&str]) -> Result<Option<String>, DocumentError> {
    match one_of(members, at, names) {
        None => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text.clone())),
        Some((pointer, other)) => Err(wrong(&pointer, "a text", Some(other))),
    }
}

fn texts(members: &Members, at: &str, names: &[&str]) -> Result<BTreeSet<String>, DocumentError> {
    match one_of(members, at, names) {
        None => Ok(BTreeSet::new()),
        Some((pointer, Value::Array(items))) => {
            let each = items.iter().enumerate().map(|(at, item)| {
                let no_text = || wrong(&child(&pointer, &at.to_string()), "a text", Some(item));
                item.as_str().map(str::to_owned).ok_or_else(no_text)
            });
            each.collect()
        }
        Some((pointer, other)) => Err(wrong(&pointer, "a list of texts", Some(other))),
    }
}

fn mapping(members: &Members, names: &[&str]) -> Result<BTreeMap<String, String>, DocumentError> {
    match one_of(members, "", names) {
        None => Ok(BTreeMap::new()),
        Some((pointer, Value::Object(entries))) => {
            let each = entries.iter().map(|(name, value)| match value {
                Value::String(expression) => Ok((name.clone(), expression.clone())),
                other => Err(wrong(
                    &child(&pointer, name),
                    "an expression (a text)",
                    Some(other),
                )),
            });
            each.collect()
        }
        Some((pointer, other)) => Err(wrong(&pointer, "an object", Some(other))),
    }
}

fn wrong(pointer: &str, expected: &str, found: Option<&Value>) -> DocumentError {
    DocumentError::new(
        pointer,
        expected,
        found.map_or_else(|| "nothing".to_owned(), describe),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAME: &str = "projects/1/locations/global/workloadIdentityPools/ci/providers/github";

    fn api() -> Value {
        json!({"name": NAME, "state": "ACTIVE", "displayName": "x", "attributeMapping": {"google.subject": "assertion.sub"},
            "attributeCondition": "assertion.repository_id == '7'", "oidc": {"issuerUri": "https://issuer.example", "allowedAudiences": ["a"]}})
    }

    #[test]
    fn every_shape_says_the_same() {
        let expected = ProviderSettings::from_value(&api()).unwrap();
        assert_eq!(expected.attribute_condition, "assertion.repository_id == '7'");
        assert_eq!(expected.allowed_audiences, BTreeSet::from(["a".to_owned()]));
        let short = json!({"name": NAME, "issuer_uri": "https://issuer.example", "allowed_audiences": ["a"],
            "attribute_mapping": {"google.subject": "assertion.sub"}, "attribute_condition": "assertion.repository_id == '7'"});
        let terraform = json!({"name": NAME, "oidc": [{"issuer_uri": "https://issuer.example", "allowed_audiences": ["a"], "jwks_json": null}],
            "aws": [], "saml": [], "disabled": false,
            "attribute_mapping": {"google.subject": "assertion.sub"}, "attribute_condition": "assertion.repository_id == '7'"});
        for document in [short, terraform] {
            assert!(ProviderSettings::recognises(&document));
            assert_eq!(
                ProviderSettings::from_json(&document.to_string()).unwrap(),
                expected
            );
        }
        assert!(!ProviderSettings::recognises(
            &json!({"issuer": "x", "subject": "y"})
        ));
    }

    #[test]
    fn disabled_and_deleted() {
        for (change, disabled) in [
            (("disabled", json!(true)), Some(true)),
            (("disabled", json!(false)), None),
            (("state", json!("DELETED")), Some(true)),
        ] {
            let mut document = api();
            document[change.0] = change.1;
            assert_eq!(
                ProviderSettings::from_value(&document).unwrap().disabled,
                disabled
            );
        }
    }

    #[test]
    fn errors_say_where() {
        for (change, error) in [
            (
                ("name", Value::Null),
                "at `/name`: expected the full name of the provider, found nothing",
            ),
            (
                ("oidc", json!({})),
                "at `/oidc/issuerUri`: expected the issuer, found nothing",
            ),
            (
                ("oidc", json!(1)),
                "at `/oidc`: expected an object, found the number `1`",
            ),
            (
                ("oidc", json!({"issuerUri": "i", "allowedAudiences": ["a", 1]})),
                "at `/oidc/allowedAudiences/1`: expected a text, found the number `1`",
            ),
            (
                ("attributeMapping", json!({"google.subject": 1})),
                "at `/attributeMapping/google.subject`: expected an expression (a text), found the number `1`",
            ),
            (
                ("attributeCondition", json!(true)),
                "at `/attributeCondition`: expected a text, found `true`",
            ),
            (
                ("aws", json!({"accountId": "1"})),
                "at `/aws`: expected an OIDC provider, found one of another kind",
            ),
        ] {
            let mut document = api();
            document[change.0] = change.1;
            assert_eq!(
                ProviderSettings::from_value(&document).unwrap_err().to_string(),
                error
            );
        }
    }
}
