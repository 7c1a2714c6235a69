//! Ids of pools and providers, and what people read about them.

use super::error::{Limit, LimitError};
use crate::trust::quoted;

/// Checks the id of a pool.
///
/// # Errors
/// Another length, another character, or a start that Google keeps for itself.
pub fn pool_id(id: &str) -> Result<(), LimitError> {
    checked(id, Limit::PoolId, "pool")
}

/// Checks the id of a provider; the rules are those of pools.
///
/// # Errors
/// Another length, another character, or a start that Google keeps for itself.
pub fn provider_id(id: &str) -> Result<(), LimitError> {
    checked(id, Limit::ProviderId, "provider")
}

fn checked(id: &str, limit: Limit, what: &str) -> Result<(), LimitError> {
    let wrong = |expected: String| Err(LimitError::new(limit, expected, quoted(id)));
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(4..=32).contains(&id.len()) || !id.chars().all(fits) {
        return wrong(format!("an id of a {what} of 4 to 32 characters of `[a-z0-9-]`"));
    }
    if id.starts_with("gcp-") {
        return wrong(format!(
            "an id of a {what} that does not start with `gcp-`, which Google keeps for itself"
        ));
    }
    Ok(())
}

/// # Errors
/// More than 32 characters.
pub fn display_name(name: &str) -> Result<(), LimitError> {
    at_most(name, 32, Limit::DisplayName, "a display name")
}

/// # Errors
/// More than 256 characters.
pub fn description(text: &str) -> Result<(), LimitError> {
    at_most(text, 256, Limit::Description, "a description")
}

pub(super) fn at_most(text: &str, most: usize, limit: Limit, what: &str) -> Result<(), LimitError> {
    match text.chars().count() <= most {
        true => Ok(()),
        false => Err(LimitError::new(
            limit,
            format!("{what} of at most {most} characters"),
            quoted(text),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names() {
        for good in ["pool", "a-b9", "-abc", &"p".repeat(32)] {
            assert_eq!(pool_id(good), Ok(()));
            assert_eq!(provider_id(good), Ok(()));
        }
        for bad in ["abc", "", "Pool", "po_ol", "poöl", &"p".repeat(33), "gcp-pool"] {
            assert!(pool_id(bad).is_err(), "{bad}");
        }
        assert_eq!(
            provider_id("gcp-x").unwrap_err().to_string(),
            "expected an id of a provider that does not start with `gcp-`, which Google keeps for itself, found `gcp-x`"
        );
        assert_eq!(
            pool_id("Acme").unwrap_err().to_string(),
            "expected an id of a pool of 4 to 32 characters of `[a-z0-9-]`, found `Acme`"
        );
        assert_eq!(display_name(&"é".repeat(32)), Ok(()));
        assert_eq!(
            display_name(&"é".repeat(33)).unwrap_err().limit,
            Limit::DisplayName
        );
        assert_eq!(description(&"x".repeat(256)), Ok(()));
        let long = description(&"x".repeat(257)).unwrap_err().to_string();
        assert!(
            long.starts_with("expected a description of at most 256 characters, found `xxx"),
            "{long}"
        );
        assert!(long.ends_with("…` (257 characters)"), "{long}");
    }
}
