//! What is wrong with an expression, and where.

/// An expression that cannot be read. Lines and columns count from 1; a column is one character.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {mistake}")]
pub struct CelError {
    pub line: usize,
    pub column: usize,
    pub mistake: CelMistake,
}

/// The mistakes, and what this program does not read although CEL knows it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CelMistake {
    #[error("expected an expression, found nothing")]
    Empty,
    #[error("expected at most {most} characters, found {found}")]
    TooLong { most: usize, found: usize },
    #[error(
        "expected at most {most} {what} inside each other, found more; this program reads no deeper, write the expression with fewer"
    )]
    TooDeep { what: &'static str, most: usize },
    #[error("expected an expression of CEL, found the character `{0}`, which means nothing outside a text")]
    Character(char),
    #[error("expected {expected}")]
    Text { expected: &'static str },
    #[error("expected `{expected}`, found `{found}`")]
    Bracket { expected: char, found: char },
    #[error("expected a `{expected}` that closes the `{opened}` here, found the end")]
    NotClosed { opened: char, expected: char },
    #[error("expected an expression before `{0}`, found none that it closes")]
    NotOpened(char),
    #[error("{0}")]
    Syntax(String),
    #[error("expected {expected}")]
    Macro { expected: &'static str },
    #[error("expected values of CEL itself, found the message `{0}`, which Google does not offer here")]
    Message(String),
}

impl CelMistake {
    /// Whether this is a limit of this program alone: the expression may be one that the cloud takes.
    pub fn is_own_limit(&self) -> bool {
        matches!(self, Self::TooDeep { .. })
    }
}

impl CelError {
    /// At a byte of the source.
    pub(super) fn at(source: &str, offset: usize, mistake: CelMistake) -> Self {
        let (line, column) = place(source, offset);
        Self {
            line,
            column,
            mistake,
        }
    }
}

/// Line and column of a byte, both from 1.
pub(super) fn place(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}
