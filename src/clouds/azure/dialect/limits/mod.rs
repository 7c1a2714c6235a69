//! Everything that Microsoft Entra would refuse later, refused now: names, lengths, counts.

mod error;
mod issuer;

pub use crate::trust::Loopback;
pub use error::{Limit, LimitError};
pub use issuer::{IssuerRemark, issuer};

use super::credential::{Credential, Holder, Matching};
use crate::trust::quoted;

/// Characters of an issuer, a subject, an audience, a description.
const LONGEST: usize = 600;
/// Credentials of one identity.
pub const MOST_CREDENTIALS: usize = 20;

/// The name of a credential: 3 to 120 characters, letters, digits, `-` and `_`, the first one a letter or digit.
///
/// # Errors
/// Anything else.
pub fn name(text: &str) -> Result<(), LimitError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts && text.chars().all(fits) && (3..=120).contains(&text.len()) {
        return Ok(());
    }
    let expected = "a name of 3 to 120 letters, digits, `-` and `_` that begins with a letter or digit";
    Err(LimitError::new(Limit::Name, expected, quoted(text)))
}

/// # Errors
/// A subject that is empty, or longer than 600 characters.
pub fn subject(text: &str) -> Result<(), LimitError> {
    length(text, 1, Limit::Subject, "a subject")
}

/// # Errors
/// An audience that is empty, or longer than 600 characters.
pub fn audience(text: &str) -> Result<(), LimitError> {
    length(text, 1, Limit::Audience, "an audience")
}

/// A description, which only Microsoft Graph keeps.
///
/// # Errors
/// One longer than 600 characters, or one for a managed identity.
pub fn description(text: &str, holder: Holder) -> Result<(), LimitError> {
    if holder == Holder::ManagedIdentity {
        let expected = "no description, which the credentials of a managed identity do not have";
        return Err(LimitError::new(Limit::Description, expected, quoted(text)));
    }
    length(text, 0, Limit::Description, "a description")
}

/// How many credentials one identity would have.
///
/// # Errors
/// More than 20.
pub fn count(credentials: usize) -> Result<(), LimitError> {
    if credentials <= MOST_CREDENTIALS {
        return Ok(());
    }
    let expected = format!("at most {MOST_CREDENTIALS} credentials on one identity");
    Err(LimitError::new(Limit::Count, expected, credentials.to_string())
        .fix("name fewer subjects and claim values, or share them between identities"))
}

/// The lengths of all fields of a credential.
///
/// # Errors
/// The first field that is beyond its limit.
pub fn lengths(credential: &Credential) -> Result<(), LimitError> {
    length(&credential.issuer, 1, Limit::Issuer, "an issuer")?;
    audience(&credential.audience)?;
    if let Matching::Subject(text) = &credential.matching {
        subject(text)?;
    }
    if let Some(text) = &credential.description {
        description(text, credential.holder)?;
    }
    credential.name.as_deref().map_or(Ok(()), name)
}

fn length(text: &str, least: usize, limit: Limit, what: &str) -> Result<(), LimitError> {
    if (least..=LONGEST).contains(&text.chars().count()) {
        return Ok(());
    }
    let expected = format!("{what} of {least} to {LONGEST} characters");
    Err(LimitError::new(limit, expected, quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["abc", "A-_", &"a".repeat(120)] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "-abc", "_abc", "a.c", "a c", "äbc", &"a".repeat(121)] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert_eq!(
            name("-x").unwrap_err().to_string(),
            "expected a name of 3 to 120 letters, digits, `-` and `_` that begins with a letter or digit, found `-x`"
        );
    }

    #[test]
    fn lengths_are_in_characters() {
        for check in [subject, audience] {
            assert!(check(&"ü".repeat(600)).is_ok());
            assert!(check(&"u".repeat(601)).is_err());
            assert!(check("").is_err());
        }
        assert!(
            subject(&"u".repeat(601))
                .unwrap_err()
                .to_string()
                .ends_with("…` (601 characters)")
        );
        assert!(description("", Holder::Application).is_ok());
        assert!(description(&"u".repeat(601), Holder::Application).is_err());
        assert_eq!(
            description("x", Holder::ManagedIdentity).unwrap_err().limit,
            Limit::Description
        );
    }

    #[test]
    fn counts() {
        assert!(count(20).is_ok());
        assert_eq!(
            count(21).unwrap_err().to_string(),
            "expected at most 20 credentials on one identity, found 21; name fewer subjects and claim values, or share them between identities"
        );
    }
}
