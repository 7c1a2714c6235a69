//! The text of a file as a tree of values that know where they stand.

use serde_json::Value;

use super::places::{self, KnownPlaces, Position};
use super::{toml, yaml};
use crate::trust::document::{self, child};

/// A file, read but not understood.
#[derive(Clone, Debug)]
pub struct Source {
    pub tree: Value,
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    Json(String),
    Known(KnownPlaces),
}

/// Why a text is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}expected {expected}, found {found}", at(.position, .pointer))]
pub struct SourceError {
    pub position: Option<Position>,
    pub pointer: String,
    pub expected: String,
    pub found: String,
}

fn at(position: &Option<Position>, pointer: &str) -> String {
    let place = position.map(|place| format!("line {}, column {}: ", place.line, place.column));
    let pointer = match pointer {
        "" => String::new(),
        pointer => format!("at `{pointer}`: "),
    };
    format!("{}{pointer}", place.unwrap_or_default())
}

impl Source {
    /// Reads JSON, or YAML where the text does not begin like JSON. Members that occur twice are refused.
    ///
    /// # Errors
    /// A text that is neither, with the place.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let first = text.trim_start().chars().next();
        if matches!(first, Some('{' | '[' | '"') | None) {
            let tree = document::parse(text).map_err(|error| SourceError {
                position: match error.pointer.as_str() {
                    "" => None,
                    pointer => places::place(text, pointer),
                },
                pointer: error.pointer,
                expected: error.expected,
                found: error.found,
            })?;
            return Ok(Self {
                tree,
                places: Places::Json(text.to_owned()),
            });
        }
        let (tree, places) = yaml::read(text)?;
        Ok(Self {
            tree,
            places: Places::Known(places),
        })
    }

    /// Reads JSON, or TOML where the text does not begin like JSON.
    ///
    /// # Errors
    /// As [`Source::parse`].
    pub fn parse_settings(text: &str) -> Result<Self, SourceError> {
        if text.trim_start().starts_with('{') {
            return Self::parse(text);
        }
        let (tree, places) = toml::read(text)?;
        Ok(Self {
            tree,
            places: Places::Known(places),
        })
    }

    /// Where the value stands that a JSON pointer names, or what is nearest around it.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        match &self.places {
            Places::Json(text) => places::place(text, pointer),
            Places::Known(places) => places.nearest(pointer),
        }
    }

    /// The first place at or below a pointer where a text stands: a value, the end of one behind a slash, or the name of a
    /// member.
    pub fn pointer_of(&self, below: &str, text: &str) -> Option<String> {
        let found = self.tree.pointer(below)?;
        holds(found, below, text)
    }
}

fn holds(value: &Value, pointer: &str, text: &str) -> Option<String> {
    match value {
        Value::String(found) => {
            let ends = found
                .strip_suffix(text)
                .is_some_and(|start| start.is_empty() || start.ends_with('/'));
            (ends && !text.is_empty()).then(|| pointer.to_owned())
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| holds(item, &child(pointer, &at.to_string()), text)),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let below = child(pointer, name);
            if name == text {
                return Some(below);
            }
            holds(value, &below, text)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_where_they_stand() {
        let json = "{\"a\": [\"x\"],\n \"b\": {\"k/ey\": \"arn:y/z\"}}";
        let yaml = "a:\n  - x\nb:\n  k/ey: arn:y/z\n";
        for (text, line) in [(json, 2), (yaml, 4)] {
            let source = Source::parse(text).unwrap();
            assert_eq!(source.pointer_of("", "x").as_deref(), Some("/a/0"));
            assert_eq!(source.pointer_of("", "z").as_deref(), Some("/b/k~1ey"));
            assert_eq!(source.pointer_of("", "k/ey").as_deref(), Some("/b/k~1ey"));
            assert_eq!(source.pointer_of("/a", "z"), None);
            assert_eq!(source.position("/b/k~1ey").map(|place| place.line), Some(line));
        }
    }

    #[test]
    fn what_is_no_document_has_a_place() {
        for (text, error) in [
            (
                "{\"a\":1,\n\"a\":2}",
                "line 1, column 6: at `/a`: expected every member once, found it twice",
            ),
            (
                "{\"a\":\n}",
                "expected JSON, found no JSON (expected value at line 2 column 1)",
            ),
            ("a: [", "line 2, column 1: expected JSON or YAML, found no YAML ("),
            (
                "a: 1\na: 2\n",
                "line 2, column 1: at `/a`: expected every member once, found it twice",
            ),
        ] {
            let found = Source::parse(text).unwrap_err().to_string();
            assert!(found.starts_with(error), "{found}");
        }
        assert!(Source::parse("").is_err());
    }
}
