//! Why a text is no expression.

/// Where the text leaves the language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at column {column}: expected {expected}, found {found}")]
pub struct ExpressionError {
    /// The first character is 1.
    pub column: usize,
    pub expected: String,
    pub found: String,
}
