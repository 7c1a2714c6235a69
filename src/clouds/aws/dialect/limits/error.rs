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

/// A value that IAM does not take: what was expected, what was found, and what to do where that is not plain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}{}", .fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default())]
pub struct LimitError {
    pub limit: Limit,
    pub expected: String,
    pub found: String,
    pub fix: Option<String>,
}

impl LimitError {
    pub(super) fn new(limit: Limit, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            limit,
            expected: expected.into(),
            found: found.into(),
            fix: None,
        }
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    pub(super) fn policy(limit: Limit, error: &PolicyError) -> Self {
        let place = if error.pointer.is_empty() {
            "the policy"
        } else {
            error.pointer.as_str()
        };
        Self::new(
            limit,
            format!("{} at `{place}`", error.expected),
            error.found.clone(),
        )
    }
}

/// A text in backticks, cut when it is long.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 120;
    if text.is_empty() {
        return "an empty string".to_owned();
    }
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        return format!("`{shown}…` ({} characters)", text.chars().count());
    }
    format!("`{shown}`")
}
