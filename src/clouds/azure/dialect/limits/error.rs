//! What Microsoft Entra would refuse.

/// What has the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Name,
    Issuer,
    Subject,
    Audience,
    Description,
    Count,
}

/// A value that Entra does not take: what was expected, what was found, and what to do where that is not plain.
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
    if text.is_empty() {
        return "an empty string".to_owned();
    }
    let count = text.chars().count();
    let shown: String = text.chars().take(SHOWN).collect();
    if count > SHOWN {
        return format!("`{shown}…` ({count} characters)");
    }
    format!("`{shown}`")
}
