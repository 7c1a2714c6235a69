//! A federated identity credential, in the shapes in which one meets it.

mod parse;

use serde_json::{Value, json};

use super::expression::{Expression, LANGUAGE_VERSION};
use crate::trust::DocumentError;

/// A federated identity credential. Kept as written, because Entra stores values that no token can ever match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// `None` in a document that names none.
    pub name: Option<String>,
    pub holder: Holder,
    pub issuer: String,
    /// Entra takes a list of exactly one.
    pub audience: String,
    pub matching: Matching,
    /// Microsoft Graph only.
    pub description: Option<String>,
}

/// What a credential hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    ManagedIdentity,
    /// An application of Microsoft Graph, and whatever a document leaves open.
    Application,
}

/// What a credential compares besides issuer and audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// A classic credential: this `sub` exactly; `*` and `?` are literal.
    Subject(String),
    /// A flexible credential.
    Expression(Expression),
}

/// A credential as somebody wrote it, to be judged before Entra sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    Whole(Credential),
    /// Issuer and audience can be read, and what is to be matched cannot: no text of the language, or a subject besides.
    Unmatched {
        issuer: String,
        reason: DocumentError,
    },
}

impl From<Credential> for Draft {
    fn from(credential: Credential) -> Self {
        Self::Whole(credential)
    }
}

impl Credential {
    /// Issuer, audience and what is matched, as the bodies of ARM (below `properties`) and of Microsoft Graph carry them.
    pub fn properties(&self) -> Value {
        let (name, value) = match &self.matching {
            Matching::Subject(subject) => ("subject", json!(subject)),
            Matching::Expression(expression) => (
                "claimsMatchingExpression",
                json!({ "value": expression.as_str(), "languageVersion": LANGUAGE_VERSION }),
            ),
        };
        json!({ "issuer": self.issuer, "audiences": [self.audience], name: value })
    }
}
