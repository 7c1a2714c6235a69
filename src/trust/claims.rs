//! The claims of a token: a JSON object, nothing more is known about it yet.

use serde_json::{Map, Value};

/// The payload of a JSON Web Token (RFC 7519, section 4), as parsed.
///
/// Nothing here says whether anybody verified the token; that level of trust is a type of the `oidc` room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Takes a JSON object as claims.
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The value of a claim by its exact name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The value of a claim that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// All members.
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Sets one member.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }
}
