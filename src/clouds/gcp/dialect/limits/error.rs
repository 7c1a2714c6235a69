//! What Google would refuse.

/// What has the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    PoolId,
    ProviderId,
    DisplayName,
    Description,
    Issuer,
    Audience,
    AudienceCount,
    MappingKey,
    MappingExpression,
    MappingCount,
    Subject,
    Condition,
    ConditionOfSharedIssuer,
    Jwks,
    JwksCount,
    DiscoveryUri,
}

/// A value that Google does not take: what was expected, what was found, and what to do where that is not plain.
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
}

/// A text in backticks, cut when it is long.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 120;
    let characters = text.chars().count();
    if characters == 0 {
        return "an empty text".to_owned();
    }
    if characters > SHOWN {
        let shown: String = text.chars().take(SHOWN).collect();
        return format!("`{shown}…` ({characters} characters)");
    }
    format!("`{text}`")
}
