//! The fields of a role.

use super::super::arn::ManagedPolicyArn;
use super::super::partition::Partition;
use super::error::{Limit, LimitError};
use crate::trust::quoted;

const NAME_LENGTH: usize = 64;
/// What IAM's limit leaves when a suffix of 26 characters is appended.
const PREFIX_LENGTH: usize = 38;
/// Managed policies that a role may have in every account.
const MANAGED_DEFAULT: usize = 10;
/// And in one whose quota was raised as far as it goes.
const MANAGED_MAXIMUM: usize = 25;

/// How many managed policies a role has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagedPolicyCount {
    Fits,
    /// Only in accounts whose quota L-0DA4ABF3 was raised. Holds the default.
    NeedsRaisedQuota(usize),
}

/// A role's name: 1 to 64 characters of `[\w+=,.@-]`.
///
/// # Errors
/// Anything else.
pub fn role_name(text: &str) -> Result<(), LimitError> {
    name(text, NAME_LENGTH, Limit::RoleName, "a role name")
}

/// The start of a role's name: 1 to 38 characters, so that a unique end fits behind it.
///
/// # Errors
/// Anything else.
pub fn role_name_prefix(text: &str) -> Result<(), LimitError> {
    name(
        text,
        PREFIX_LENGTH,
        Limit::RoleNamePrefix,
        "a prefix of role names",
    )
}

/// The name of an inline policy: 1 to 128 characters of `[\w+=,.@-]`.
///
/// # Errors
/// Anything else.
pub fn inline_policy_name(text: &str) -> Result<(), LimitError> {
    name(text, 128, Limit::PolicyName, "the name of an inline policy")
}

fn name(text: &str, longest: usize, limit: Limit, what: &str) -> Result<(), LimitError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !text.is_empty() && text.len() <= longest && text.chars().all(fits) {
        return Ok(());
    }
    let expected = format!("{what} of 1 to {longest} letters, digits and `_+=,.@-`");
    Err(LimitError::new(limit, expected, quoted(text)))
}

/// A role's path: `/`, or up to 512 characters between two slashes.
///
/// # Errors
/// Anything else.
pub fn role_path(text: &str) -> Result<(), LimitError> {
    let printable = text.chars().all(|c| ('\u{21}'..='\u{7e}').contains(&c));
    let closed = text == "/" || (text.len() > 2 && text.starts_with('/') && text.ends_with('/'));
    if closed && printable && text.len() <= 512 {
        return Ok(());
    }
    let expected = "a path of at most 512 printable ASCII characters that starts and ends with `/`";
    Err(LimitError::new(Limit::RolePath, expected, quoted(text)))
}

/// A role's description: up to 1000 characters of Latin-1, line breaks and tabs.
///
/// # Errors
/// Anything else.
pub fn description(text: &str) -> Result<(), LimitError> {
    let expected = "a description of at most 1000 characters";
    if text.chars().count() > 1000 {
        return Err(LimitError::new(Limit::Description, expected, quoted(text)));
    }
    let fits = |c: char| {
        matches!(c, '\t' | '\n' | '\r')
            || ('\u{20}'..='\u{7e}').contains(&c)
            || ('\u{a1}'..='\u{ff}').contains(&c)
    };
    match text.chars().find(|c| !fits(*c)) {
        Some(c) => {
            let found = format!("`{}` in {}", c.escape_default(), quoted(text));
            Err(LimitError::new(
                Limit::Description,
                format!("{expected} of Latin-1"),
                found,
            ))
        }
        None => Ok(()),
    }
}

/// The longest session in seconds: 3600 to 43200.
///
/// # Errors
/// Anything else.
pub fn max_session_duration(seconds: i64) -> Result<(), LimitError> {
    if (3600..=43_200).contains(&seconds) {
        return Ok(());
    }
    let expected = "a duration of 3600 to 43200 seconds (1 to 12 hours)";
    let error = LimitError::new(Limit::MaxSessionDuration, expected, seconds.to_string());
    Err(match seconds {
        1..=12 => error.fix(format!("{seconds} hours are {} seconds", seconds * 3600)),
        _ => error,
    })
}

/// A permissions boundary: the ARN of a managed policy.
///
/// # Errors
/// Anything else.
pub fn permissions_boundary(text: &str) -> Result<(), LimitError> {
    let partition = Partition::of_arn(text);
    match partition.map(|partition| ManagedPolicyArn::parse(text, partition)) {
        Some(Ok(_)) => Ok(()),
        _ => Err(LimitError::new(
            Limit::PermissionsBoundary,
            "the ARN of a managed policy (`arn:aws:iam::111122223333:policy/NAME`)",
            quoted(text),
        )),
    }
}

/// A managed policy that a role of this partition can have: a bare name, or an ARN of the same partition.
///
/// # Errors
/// An ARN of another partition, where IAM would look for the policy in vain.
pub fn policy_partition(text: &str, partition: Partition) -> Result<(), LimitError> {
    match Partition::of_arn(text) {
        Some(named) if named != partition => Err(LimitError::new(
            Limit::PolicyPartition,
            format!("a managed policy of the role's own partition (`arn:{partition}:iam::…`)"),
            quoted(text),
        )
        .fix(format!(
            "partitions share no policies: name one that exists in `{partition}`"
        ))),
        _ => Ok(()),
    }
}

/// Managed policies of a role: at most 25, and more than the default of 10 only in accounts whose quota was raised.
///
/// # Errors
/// More than IAM ever allows.
pub fn managed_policies(count: usize) -> Result<ManagedPolicyCount, LimitError> {
    if count <= MANAGED_DEFAULT {
        return Ok(ManagedPolicyCount::Fits);
    }
    if count <= MANAGED_MAXIMUM {
        return Ok(ManagedPolicyCount::NeedsRaisedQuota(MANAGED_DEFAULT));
    }
    let expected = format!(
        "at most {MANAGED_MAXIMUM} managed policies on a role ({MANAGED_DEFAULT} unless the quota was raised)"
    );
    Err(LimitError::new(
        Limit::ManagedPolicyCount,
        expected,
        count.to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(role_name("deploy_1+=,.@-X").is_ok());
        assert!(role_name(&"a".repeat(64)).is_ok());
        assert!(role_name_prefix(&"a".repeat(38)).is_ok());
        assert!(inline_policy_name(&"a".repeat(128)).is_ok());
        for bad in ["", "a b", "a/b", "ü", &"a".repeat(65)] {
            assert!(role_name(bad).is_err(), "{bad}");
        }
        assert!(role_name_prefix(&"a".repeat(39)).is_err());
        assert!(inline_policy_name(&"a".repeat(129)).is_err());
        assert_eq!(
            role_name("a b").unwrap_err().to_string(),
            "expected a role name of 1 to 64 letters, digits and `_+=,.@-`, found `a b`"
        );
    }

    #[test]
    fn paths() {
        for good in ["/", "/a/", "/a/b/", "/{}/"] {
            assert!(role_path(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "/a",
            "a/",
            "//",
            "/a b/",
            "/ü/",
            &format!("/{}/", "a".repeat(511)),
        ] {
            assert!(role_path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn other_fields() {
        assert!(description("Für alle\n\t~").is_ok());
        assert!(description(&"a".repeat(1001)).is_err());
        assert!(description("“quoted”").is_err());
        assert!(max_session_duration(3600).is_ok() && max_session_duration(43_200).is_ok());
        assert!(max_session_duration(3599).is_err() && max_session_duration(43_201).is_err());
        assert!(
            max_session_duration(2)
                .unwrap_err()
                .to_string()
                .ends_with("; 2 hours are 7200 seconds")
        );
        assert!(permissions_boundary("arn:aws:iam::111122223333:policy/x").is_ok());
        assert!(permissions_boundary("ReadOnlyAccess").is_err());
        assert!(permissions_boundary("arn:aws:iam::111122223333:role/x").is_err());
        assert_eq!(managed_policies(10), Ok(ManagedPolicyCount::Fits));
        for raised in [11, 25] {
            assert_eq!(
                managed_policies(raised),
                Ok(ManagedPolicyCount::NeedsRaisedQuota(10))
            );
        }
        assert!(managed_policies(26).is_err());
    }

    #[test]
    fn policies_of_another_partition() {
        for fine in ["ReadOnlyAccess", "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"] {
            assert_eq!(policy_partition(fine, Partition::China), Ok(()), "{fine}");
        }
        let error = policy_partition("arn:aws:iam::111122223333:policy/x", Partition::China).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a managed policy of the role's own partition (`arn:aws-cn:iam::…`), found \
             `arn:aws:iam::111122223333:policy/x`; partitions share no policies: name one that exists in `aws-cn`"
        );
    }
}
