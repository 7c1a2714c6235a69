//! A piece of a foreign document inside an error text: short, and without control characters that a terminal obeys.

use serde_json::Value;

const MAX_CHARS: usize = 120;

/// The beginning of a foreign text.
pub(super) fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// The beginning of a foreign value: a text without quotes, anything else as JSON.
pub(super) fn excerpt_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| excerpt(&value.to_string()), excerpt)
}
