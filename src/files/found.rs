//! A trust that stands in a file, in the form that its cloud reads, and what of it is not known.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cloud::Cloud;
use crate::trust::document::child;

/// Stands for a text that is not known. In a condition of IAM this is a variable about which nobody knows anything, so that
/// what depends on it is neither true nor false.
pub const UNKNOWN: &str = "${oidcfed:unknown}";

/// A trust in a file.
#[derive(Clone, Debug)]
pub struct Found {
    pub cloud: &'static Cloud,
    /// How a person calls it: an address, a logical id, a name, an ARN. Empty for a file that is one trust.
    pub name: String,
    /// Where it stands, a JSON pointer.
    pub pointer: String,
    /// The beginning of pointers into the document that stands for the place itself, where the document was wrapped.
    pub wrapping: Option<&'static str>,
    /// As the cloud's dialect reads it; `None`: too little of it is known.
    pub document: Option<Value>,
    /// Whether Terraform only reads it: the trust of a role may be the same.
    pub is_data: bool,
    pub before: Before,
    pub unknowns: Vec<Unknown>,
    /// What is taken for granted.
    pub notes: Vec<String>,
    /// `RULE` or `RULE@VALUE`, and the written reason.
    pub accepted_risks: BTreeMap<String, String>,
    /// Issuers and what the configuration says about who signs: an id, or the text of a platform file.
    pub platforms: Vec<(String, String)>,
    /// Whether it is several trusts of one thing, each of which is judged by itself too.
    pub is_group: bool,
}

/// What a file says about how a trust was before.
#[derive(Clone, Debug, PartialEq)]
pub enum Before {
    /// The file does not show a change.
    Unsaid,
    /// There was none.
    Nothing,
    Document(Value),
    /// There was one, and it cannot be read.
    Unreadable,
}

/// A part of a trust that is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Where it stands in the file.
    pub pointer: String,
    /// Why: `is known after apply`, say.
    pub reason: String,
    /// Whether it says who is trusted, so that nothing was judged.
    pub is_decisive: bool,
}

impl Found {
    /// A trust that stands as such in a document.
    pub fn new(cloud: &'static Cloud, name: String, pointer: &str, document: Value) -> Self {
        Self {
            cloud,
            name,
            pointer: pointer.to_owned(),
            wrapping: None,
            document: Some(document),
            is_data: false,
            before: Before::Unsaid,
            unknowns: Vec::new(),
            notes: Vec::new(),
            accepted_risks: BTreeMap::new(),
            platforms: Vec::new(),
            is_group: false,
        }
    }
}

impl Found {
    /// Its name, or what it calls itself.
    pub fn called(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let own = self
            .document
            .as_ref()
            .and_then(|document| (self.cloud.name)(document));
        own.unwrap_or_default()
    }

    /// A pointer into the document as one below its place in the file.
    pub(super) fn inner<'a>(&self, pointer: &'a str) -> &'a str {
        let own = self.wrapping.and_then(|wrapping| pointer.strip_prefix(wrapping));
        own.unwrap_or(pointer)
    }

    /// Whether another is written the same, what is not known of it included.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let reasons = |found: &Self| -> Vec<String> {
            found
                .unknowns
                .iter()
                .map(|unknown| unknown.reason.clone())
                .collect()
        };
        self.document.is_some() && self.document == other.document && reasons(self) == reasons(other)
    }
}

/// A value of a plan with [`UNKNOWN`] wherever its counterpart says that it is not known, and the pointers of these places.
pub fn filled(value: &Value, unknown: &Value, at: &str) -> (Value, Vec<String>) {
    let mut places = Vec::new();
    let value = fill(value, unknown, at, &mut places);
    (value, places)
}

fn fill(value: &Value, unknown: &Value, at: &str, places: &mut Vec<String>) -> Value {
    match unknown {
        Value::Bool(true) => {
            places.push(at.to_owned());
            Value::String(UNKNOWN.to_owned())
        }
        Value::Object(members) => {
            let mut filled = value.as_object().cloned().unwrap_or_default();
            for (name, unknown) in members {
                let before = filled.get(name).cloned();
                let after = fill(
                    before.as_ref().unwrap_or(&Value::Null),
                    unknown,
                    &child(at, name),
                    places,
                );
                if before.is_some() || has_unknown(unknown) {
                    filled.insert(name.clone(), after);
                }
            }
            match value.is_object() || has_unknown(unknown) {
                true => Value::Object(filled),
                false => value.clone(),
            }
        }
        Value::Array(items) => {
            let mut filled = value.as_array().cloned().unwrap_or_default();
            for (index, unknown) in items.iter().enumerate() {
                let before = filled.get(index).cloned().unwrap_or(Value::Null);
                let after = fill(&before, unknown, &child(at, &index.to_string()), places);
                match filled.get_mut(index) {
                    Some(place) => *place = after,
                    None if has_unknown(unknown) => filled.push(after),
                    None => {}
                }
            }
            match value.is_array() || has_unknown(unknown) {
                true => Value::Array(filled),
                false => value.clone(),
            }
        }
        _ => value.clone(),
    }
}

fn has_unknown(unknown: &Value) -> bool {
    match unknown {
        Value::Bool(flag) => *flag,
        Value::Array(items) => items.iter().any(has_unknown),
        Value::Object(members) => members.values().any(has_unknown),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_known_after_apply_is_marked_where_it_is() {
        let after = json!({"a": "x", "list": ["y", null, "z"], "deep": [{"k": "v"}], "none": null});
        let unknown =
            json!({"b": true, "list": [false, true, false], "deep": [{"k": false, "u": true}], "none": {}});
        let (value, places) = filled(&after, &unknown, "/after");
        assert_eq!(
            value,
            json!({"a": "x", "b": UNKNOWN, "list": ["y", UNKNOWN, "z"], "deep": [{"k": "v", "u": UNKNOWN}], "none": null})
        );
        assert_eq!(places, ["/after/b", "/after/deep/0/u", "/after/list/1"]);
        assert_eq!(filled(&after, &Value::Null, ""), (after.clone(), vec![]));
        assert_eq!(filled(&after, &json!(false), ""), (after.clone(), vec![]));
    }
}
