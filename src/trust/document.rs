//! Documents of others as JSON in which every member of an object occurs once.
//!
//! SECURITY: a document with two members of one name (two conditions, two subjects) must not be read as if it had one of
//! them; `serde_json`'s own map silently keeps the last.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// What was expected where. `pointer` is a JSON pointer (RFC 6901) into the document; empty: the document itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}expected {expected}, found {found}", at(.pointer))]
pub struct DocumentError {
    pub pointer: String,
    pub expected: String,
    pub found: String,
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!("at `{pointer}`: ")
    }
}

impl DocumentError {
    pub fn new(pointer: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            pointer: pointer.to_owned(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}

/// Reads a document and refuses members that occur twice. Depth is limited by `serde_json`.
///
/// # Errors
/// A text that is no JSON, with line and column, or the pointer of the first member that occurs twice.
pub fn parse(text: &str) -> Result<Value, DocumentError> {
    let duplicate = RefCell::new(None);
    let once = Once {
        pointer: String::new(),
        duplicate: &duplicate,
    };
    let no_json = |e| DocumentError::new("", "JSON", format!("no JSON ({e})"));
    let mut reader = serde_json::Deserializer::from_str(text);
    once.deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(no_json)?;
    match duplicate.into_inner() {
        Some(pointer) => Err(DocumentError::new(&pointer, "every member once", "it twice")),
        None => serde_json::from_str(text).map_err(no_json),
    }
}

/// What a value is, for error messages; long texts are cut.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(value) => format!("the number `{value}`"),
        Value::String(value) => {
            let shown: String = value.chars().take(80).collect();
            let dots = if shown.len() < value.len() { "…" } else { "" };
            format!("`{shown}{dots}`")
        }
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// The JSON pointer of a member.
pub fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The name behind one part of a JSON pointer.
pub fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Walks a value and notes the first member that occurs twice.
struct Once<'a> {
    pointer: String,
    duplicate: &'a RefCell<Option<String>>,
}

impl Once<'_> {
    fn below(&self, name: &str) -> Self {
        Self {
            pointer: child(&self.pointer, name),
            duplicate: self.duplicate,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut at = 0_usize;
        while seq.next_element_seed(self.below(&at.to_string()))?.is_some() {
            at += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let below = self.below(&name);
            if seen.insert(name) {
                map.next_value_seed(below)?;
            } else {
                self.duplicate.borrow_mut().get_or_insert(below.pointer);
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_refused_where_they_are() {
        let twice = |text| parse(text).unwrap_err().pointer;
        assert_eq!(twice(r#"{"a":1,"a":2}"#), "/a");
        assert_eq!(twice(r#"{"a":[{"b/c":{"x":[],"x":[]}}]}"#), "/a/0/b~1c/x");
        assert_eq!(twice(r#"{"a":{"b":1,"b":1},"a":2}"#), "/a/b");
        assert!(parse(r#"{"a":[{"x":1.5e300},{"x":12345678901234567890123}]}"#).is_ok());
        assert!(parse("{} {}").is_err());
        assert!(parse(&"[".repeat(10_000)).is_err());
    }
}
