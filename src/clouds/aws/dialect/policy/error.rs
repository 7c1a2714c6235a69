//! Why a text is no policy document.

/// What was expected where. `pointer` is a JSON pointer (RFC 6901) into the document; empty: the document itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}expected {expected}, found {found}", at(.pointer))]
pub struct PolicyError {
    pub pointer: String,
    pub expected: String,
    pub found: String,
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!("at `{pointer}` of the policy: ")
    }
}

impl PolicyError {
    pub(super) fn new(pointer: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            pointer: pointer.to_owned(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}
