//! Service accounts and roles (field documentation of the IAM API, `projects.serviceAccounts`; "Understanding roles").

use super::error::{Limit, LimitError};
use crate::trust::quoted;

/// Checks the id of a service account, the part of its address before the `@`.
///
/// # Errors
/// Another length, or another form.
pub fn account_id(id: &str) -> Result<(), LimitError> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let begins = id.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let fits = (6..=30).contains(&id.len()) && begins && id.bytes().all(inner) && !id.ends_with('-');
    if fits {
        return Ok(());
    }
    let expected =
        "an id of a service account of 6 to 30 characters of `[a-z0-9-]`, a letter first and no hyphen last";
    Err(LimitError::new(Limit::AccountId, expected, quoted(id)))
}

/// # Errors
/// More than 100 bytes.
pub fn account_display_name(text: &str) -> Result<(), LimitError> {
    bytes(text, 100, "a display name")
}

/// # Errors
/// More than 256 bytes.
pub fn account_description(text: &str) -> Result<(), LimitError> {
    bytes(text, 256, "a description")
}

fn bytes(text: &str, most: usize, what: &str) -> Result<(), LimitError> {
    if text.len() <= most {
        return Ok(());
    }
    let expected = format!("{what} of at most {most} bytes");
    let found = format!("{} of {} bytes", quoted(text), text.len());
    Err(LimitError::new(Limit::AccountText, expected, found))
}

/// Checks the name of a role: `roles/NAME`, `projects/ID/roles/NAME` or `organizations/NUMBER/roles/NAME`.
///
/// # Errors
/// Another form.
pub fn role(name: &str) -> Result<(), LimitError> {
    let fits = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-:".contains(&b))
    };
    let parts: Vec<&str> = name.split('/').collect();
    let known = match parts.as_slice() {
        ["roles", name] => fits(name),
        ["projects" | "organizations", owner, "roles", name] => fits(owner) && fits(name),
        _ => false,
    };
    if known {
        return Ok(());
    }
    let expected = "a role, `roles/NAME`, `projects/ID/roles/NAME` or `organizations/NUMBER/roles/NAME`";
    Err(LimitError::new(Limit::Role, expected, quoted(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_roles() {
        for good in ["deploy-ci", "a12345", &format!("a{}", "b".repeat(29))] {
            assert_eq!(account_id(good), Ok(()), "{good}");
        }
        for bad in [
            "short",
            "1abcdef",
            "abcdef-",
            "Abcdef",
            "abc_def",
            &"a".repeat(31),
            "",
        ] {
            assert_eq!(account_id(bad).unwrap_err().limit, Limit::AccountId, "{bad}");
        }
        assert_eq!(account_display_name(&"é".repeat(50)), Ok(()));
        assert!(
            account_display_name(&"é".repeat(51)).is_err(),
            "bytes are counted"
        );
        for good in [
            "roles/viewer",
            "roles/storage.objectViewer",
            "projects/acme/roles/own",
            "organizations/1/roles/own",
        ] {
            assert_eq!(role(good), Ok(()), "{good}");
        }
        for bad in [
            "viewer",
            "roles/",
            "roles/a/b",
            "folders/1/roles/own",
            "roles/a b",
            "",
        ] {
            assert_eq!(role(bad).unwrap_err().limit, Limit::Role, "{bad}");
        }
    }
}
