//! What can be wrong with the file of a platform.

use super::tenancy::Tenancy;

/// What is wrong with the file of a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    #[error(
        "expected the id of a platform, or the text of a platform file (`file(\"acme.toml\")`), found `{found}`; the catalogue has: {known}"
    )]
    NoSuchId { found: String, known: String },
    #[error("expected the TOML of a platform file{}: {reason}", at(*line))]
    Toml { line: Option<usize>, reason: String },
    #[error("platform file: expected `{field}`{hint}, found none")]
    Missing { field: &'static str, hint: &'static str },
    #[error("platform file{}, `{}`: {reason}", at(*line), path.join("."))]
    Field {
        /// The first line is 1.
        line: Option<usize>,
        /// The way to the member; the elements of a list count from 0.
        path: Vec<String>,
        reason: String,
    },
    #[error(
        "platform `{id}` is declared `{declared}`{}, but the catalogue knows `{host}` as `{known}`; a declaration may be stricter than the catalogue, never looser", at(*line)
    )]
    Looser {
        id: String,
        line: Option<usize>,
        host: String,
        declared: Tenancy,
        known: Tenancy,
    },
}

fn at(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}

impl PlatformError {
    pub(super) fn toml(error: &toml::de::Error, text: &str) -> Self {
        Self::Toml {
            line: error.span().map(|span| line_of(text, span.start)),
            reason: error.message().trim().replace('\n', " "),
        }
    }
}

/// The line of a place in a text.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}
