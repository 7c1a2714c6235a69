//! What IAM would refuse.

use super::super::policy::PolicyError;

/// What has the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Issuer,
    ClientId,
    ClientIdCount,
    Thumbprint,
    ThumbprintCount,
    RoleName,
    RoleNamePrefix,
    RolePath,
    Description,
    MaxSessionDuration,
    PermissionsBoundary,
    ManagedPolicyCount,
    PolicyPartition,
    PolicyName,
    TrustPolicy,
    TrustPolicyLength,
    InlinePolicy,
    InlinePolicyLength,
    TagKey,
    TagValue,
    TagCount,
    SessionTagKey,
}

/// A value that IAM does not take.
pub type LimitError = crate::trust::LimitError<Limit>;

/// A policy that cannot be read has no limit to name but its own.
pub(super) fn unread(limit: Limit, error: &PolicyError) -> LimitError {
    let place = if error.pointer.is_empty() {
        "the policy"
    } else {
        error.pointer.as_str()
    };
    LimitError::new(
        limit,
        format!("{} at `{place}`", error.expected),
        error.found.clone(),
    )
}
