//! The variables of a platform's templates.

use serde::Deserialize;

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
