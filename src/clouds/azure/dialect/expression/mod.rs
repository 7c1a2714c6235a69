//! The language of `claimsMatchingExpression`, version 1.
//!
//! ```text
//! expression := clause *( " and " clause )
//! clause     := "claims['" name "']" " " ("eq" | "matches") " '" comparand "'"
//! ```
//!
//! No `or`, no negation, no grouping, exactly one space between the parts (Microsoft Learn, "Flexible federated identity
//! credentials"). A quote escapes within a comparand, but how is not specified: such a comparand is read as *contested*.

mod error;
mod parse;
mod wildcard;

pub use error::ExpressionError;
pub(super) use wildcard::{Undecided, filled, matches};

use crate::trust::Glob;

/// The only version of the language.
pub const LANGUAGE_VERSION: u64 = 1;

/// An expression, as written and as read. Two of them are equal when they are written the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expression {
    text: String,
    clauses: Vec<Clause>,
}

/// One test of one claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clause {
    pub claim: String,
    pub operator: Operator,
    pub comparand: Comparand,
}

/// How a claim is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// The whole text, no wildcards.
    Eq,
    /// `*` is a run of characters, `?` one character, both across delimiters.
    Matches,
}

/// What a claim is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparand {
    Text(String),
    /// As written, with a quote in it: what it stands for is not specified.
    Contested(String),
}

impl Expression {
    /// # Errors
    /// Where the text leaves the language, or the bounds of this reader (4,096 characters, 32 clauses).
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let clauses = parse::clauses(text)?;
        Ok(Self {
            text: text.to_owned(),
            clauses,
        })
    }

    /// The expression of these clauses, in this order.
    ///
    /// # Errors
    /// Something that the language cannot write.
    pub fn new(clauses: &[Clause]) -> Result<Self, ExpressionError> {
        let texts: Vec<String> = clauses.iter().map(ToString::to_string).collect();
        Self::parse(&texts.join(" and "))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All of them have to hold; never empty.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }
}

impl Clause {
    /// The comparand as a pattern; `None` when it is contested, or when wildcards mean nothing to the operator.
    pub fn glob(&self) -> Option<Glob> {
        match (&self.comparand, self.operator) {
            (Comparand::Text(text), Operator::Matches) => Some(wildcard::glob(text)),
            _ => None,
        }
    }
}

impl Operator {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Matches => "matches",
        }
    }
}

impl Comparand {
    /// As it stands between the quotes.
    pub fn written(&self) -> &str {
        match self {
            Self::Text(text) | Self::Contested(text) => text,
        }
    }
}

impl std::fmt::Display for Clause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (claim, operator) = (&self.claim, self.operator.as_str());
        write!(f, "claims['{claim}'] {operator} '{}'", self.comparand.written())
    }
}
