//! Documents in which one meets roles and providers: what the vendor's command line and Terraform print.

mod provider;
mod role;

pub use provider::ProviderDocument;
pub use role::{RoleDocument, decode, is_of_administrator};

use serde_json::{Map, Value};

use crate::trust::DocumentError;
use crate::trust::document::{child, describe};

type Members = Map<String, Value>;

fn wrong(pointer: &str, expected: &str, found: Option<&Value>) -> DocumentError {
    DocumentError::new(
        pointer,
        expected,
        found.map_or_else(|| "nothing".to_owned(), describe),
    )
}

/// The first of these names that has a value, and its pointer.
fn one_of<'a>(members: &'a Members, at: &str, names: &[&str]) -> Option<(String, &'a Value)> {
    names.iter().find_map(|name| {
        let value = members.get(*name).filter(|value| !value.is_null())?;
        Some((child(at, name), value))
    })
}

/// A text that may be left out.
fn text<'a>(members: &'a Members, at: &str, names: &[&str]) -> Result<Option<&'a str>, DocumentError> {
    match one_of(members, at, names) {
        None => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text)),
        Some((pointer, other)) => Err(wrong(&pointer, "a text", Some(other))),
    }
}
