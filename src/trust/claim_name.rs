//! The name of a further claim that a trust tests.

use std::fmt;

/// The name of a claim, flat or as a JSON pointer, exactly as written; never `iss`, `aud` or `sub`, which have arguments of
/// their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimName(String);

/// Why a text is no name of a further claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimNameError {
    #[error("expected the name of a claim, found an empty string")]
    Empty,
    #[error("expected a further claim, found `{found}`; use the argument {argument} instead")]
    HasItsOwnArgument { found: String, argument: &'static str },
    #[error("expected the name of a claim, found white space or control characters in `{0}`")]
    WhiteSpace(String),
}

impl ClaimName {
    /// # Errors
    /// An empty name, one with outer white space or control characters, or one of the claims with an argument of their own.
    pub fn parse(text: &str) -> Result<Self, ClaimNameError> {
        let own = |argument| ClaimNameError::HasItsOwnArgument {
            found: text.to_owned(),
            argument,
        };
        match text {
            "" => Err(ClaimNameError::Empty),
            "iss" => Err(own("`issuer`")),
            "aud" => Err(own("`audiences`")),
            "sub" => Err(own("`subjects` or `subject_patterns`")),
            _ if text.trim() != text || text.chars().any(char::is_control) => {
                Err(ClaimNameError::WhiteSpace(text.to_owned()))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in [
            "repository_id",
            "azp",
            "/kubernetes.io/namespace",
            "https://pulumi.com/org_id",
        ] {
            assert_eq!(ClaimName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "iss", "aud", "sub", " x", "a\nb"] {
            assert!(ClaimName::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            ClaimName::parse("aud").unwrap_err().to_string(),
            "expected a further claim, found `aud`; use the argument `audiences` instead"
        );
    }
}
