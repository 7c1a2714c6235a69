//! An accepted `aud`.

use std::fmt;

/// One accepted audience: a non-empty string, compared exactly and never as a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Audience(String);

/// Why a text is no audience.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    #[error("expected an audience, found an empty string")]
    Empty,
    #[error("expected an exact audience, found white space around `{0}`")]
    OuterWhiteSpace(String),
    #[error("expected an audience without control characters, found `{0}`")]
    ControlCharacter(String),
}

impl Audience {
    /// # Errors
    /// An empty text, one with white space around it, which no cloud would match, or with control characters.
    pub fn parse(text: &str) -> Result<Self, AudienceError> {
        if text.is_empty() {
            return Err(AudienceError::Empty);
        }
        if text.trim() != text {
            return Err(AudienceError::OuterWhiteSpace(text.to_owned()));
        }
        if text.chars().any(char::is_control) {
            return Err(AudienceError::ControlCharacter(text.escape_debug().to_string()));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
