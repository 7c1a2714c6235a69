//! A policy's JSON, read strictly.

use serde_json::Value;

use super::PolicyError;
use crate::trust::document;

pub(super) use crate::trust::document::{child, describe};

/// Parses a text and refuses duplicate members.
pub(super) fn parse(text: &str) -> Result<Value, PolicyError> {
    document::parse(text).map_err(|e| {
        let expected = if e.pointer.is_empty() {
            "a JSON object with the policy"
        } else {
            e.expected.as_str()
        };
        PolicyError::new(&e.pointer, expected, e.found)
    })
}
