//! A value that a cloud does not take.

use std::fmt;

/// What was expected, what was found, and what to do where that is not plain. `L` names what has the limit: every cloud has its
/// own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitError<L> {
    pub limit: L,
    pub expected: String,
    pub found: String,
    pub fix: Option<String>,
}

impl<L> LimitError<L> {
    pub fn new(limit: L, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            limit,
            expected: expected.into(),
            found: found.into(),
            fix: None,
        }
    }

    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl<L> fmt::Display for LimitError<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)?;
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}

impl<L: fmt::Debug> std::error::Error for LimitError<L> {}

/// A text in backticks, cut when it is long.
pub fn quoted(text: &str) -> String {
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
