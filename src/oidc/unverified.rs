//! What a token says of itself, before anybody checked it.

use serde_json::{Map, Value};

use crate::trust::Claims;

use super::json::{self, Duplicates, JsonError};
use super::jws::Jws;
use super::refusal::Refusal;

/// A value out of a token that nobody verified. Good for showing, and for finding out whose key set to ask; never for
/// a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Unverified<T> {
    header: Header,
    value: T,
}

impl Unverified<Claims> {
    /// Takes a token apart: size, encoding, JSON. No signature, no time, no claim is looked at.
    ///
    /// # Errors
    /// What is wrong with the form of the token.
    pub fn decode(token: &str, max_chars: usize, duplicates: Duplicates) -> Result<Self, Refusal> {
        let jws = Jws::parse(token, max_chars, duplicates)?;
        let value = payload_claims(&jws.payload, duplicates)?;
        Ok(Self {
            header: jws.header,
            value,
        })
    }
}

impl<T> Unverified<T> {
    /// The value, which anybody may have written.
    pub fn unverified(&self) -> &T {
        &self.value
    }

    /// The header, which anybody may have written.
    pub fn header(&self) -> &Header {
        &self.header
    }
}

/// The header of a token (RFC 7515, section 4). `jwk`, `jku`, `x5u` and `x5c` have no accessor on purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    members: Map<String, Value>,
}

impl Header {
    pub(super) fn parse(bytes: &[u8], duplicates: Duplicates) -> Result<Self, Refusal> {
        let members = json::parse_object(bytes, duplicates)
            .map_err(|error| match error {
                JsonError::DuplicateMember(_) => Refusal::DuplicateMember("header"),
                other => Refusal::MalformedHeader(other.to_string()),
            })?
            .ok_or_else(|| Refusal::MalformedHeader("found no object".to_owned()))?;
        for name in ["alg", "kid", "typ", "cty"] {
            if members.get(name).is_some_and(|value| !value.is_string()) {
                return Err(Refusal::MalformedHeader(format!("`{name}` is no text")));
            }
        }
        Ok(Self { members })
    }

    /// `alg`; empty when absent.
    pub fn algorithm(&self) -> &str {
        self.text("alg").unwrap_or_default()
    }

    /// `kid`: an opaque name, compared and nothing else.
    pub fn kid(&self) -> Option<&str> {
        self.text("kid")
    }

    /// All members.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        self.text("cty")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }
}

/// The payload as claims.
pub(super) fn payload_claims(payload: &[u8], duplicates: Duplicates) -> Result<Claims, Refusal> {
    json::parse_object(payload, duplicates)
        .map_err(|error| match error {
            JsonError::DuplicateMember(_) => Refusal::DuplicateMember("payload"),
            other => Refusal::MalformedPayload(other.to_string()),
        })?
        .map(Claims::new)
        .ok_or_else(|| Refusal::MalformedPayload("found no object".to_owned()))
}
