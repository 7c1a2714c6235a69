//! The variables of a platform's templates.

use serde::Deserialize;

use super::grammar::{Language, PatternError};
use super::platform::Chooser;

/// What may stand for a variable, and who decides it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// A regular expression for the whole value.
    pub pattern: String,
    pub chosen_by: Chooser,
    /// Whether the tenant can give the name up, so that it may later be somebody else's.
    pub mutable: bool,
    /// Values it usually has.
    #[serde(default)]
    pub usual: Vec<String>,
}

impl Variable {
    /// Whether a value is one it may have.
    pub fn allows(&self, value: &str) -> bool {
        Language::of(&self.pattern).is_ok_and(|language| language.has(value))
    }

    /// A value that nobody means: a word that says so where the pattern has one, else the shortest text. None when the pattern
    /// has no text.
    pub fn invented(&self) -> Option<String> {
        Language::of(&self.pattern).ok()?.invented()
    }

    /// # Errors
    /// A pattern that cannot be read.
    pub(super) fn language(&self) -> Result<Language, PatternError> {
        Language::of(&self.pattern)
    }
}
