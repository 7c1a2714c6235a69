//! What credentials cannot say.

use super::super::expression::ExpressionError;
use super::super::issuers::LISTED;
use super::super::limits::LimitError;
use crate::trust::Unsayable;

/// An argument that Microsoft Entra cannot express.
pub type RenderError = Unsayable<RenderMistake>;

/// Why it cannot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderMistake {
    #[error("expected a subject, a subject pattern or a claim, found none")]
    TestsNothing,
    #[error("expected at least one value, found an empty set")]
    EmptySet,
    #[error("a credential has exactly one audience; expected one, found {}; the nearest is another identity for each of the others", list(.0))]
    Audiences(Vec<String>),
    #[error(
        "issuer and subject of a credential occur once on an identity; expected `{subject}` with one audience, found `{first}` and `{second}`"
    )]
    SubjectTwice {
        subject: String,
        first: String,
        second: String,
    },
    #[error(
        "Microsoft Entra takes patterns and further claims on applications only, not on managed identities; the nearest are exact `subjects`, or an application in place of the managed identity"
    )]
    ManagedIdentity,
    #[error(
        "Microsoft Entra takes patterns and further claims only for the issuers {LISTED}; found `{0}`, whose nearest are exact `subjects`"
    )]
    Issuer(String),
    #[error("for tokens of `{issuer}` Microsoft Entra tests {}, found `{claim}`; the nearest is the subject", list(.known))]
    Claim {
        claim: String,
        issuer: String,
        known: Vec<String>,
    },
    #[error("Microsoft Entra compares `{0}` exactly only; the nearest are its values in `claims`")]
    NoWildcards(String),
    #[error(
        "Microsoft Entra has `sub` tested in every expression; to admit every subject write `subject_patterns = [\"*\"]`"
    )]
    NoSubject,
    #[error("for this issuer Microsoft Entra takes an expression only with a claim of {}; add one of them to `claims`", list(.0))]
    NoId(Vec<String>),
    #[error(
        "Microsoft Entra was seen to refuse new expressions on subjects that begin with `{0}`; the nearest are exact `subjects`, subjects made of ids, or `matching_expression`, which leaves it to Entra"
    )]
    RefusedBeginning(&'static str),
    #[error(
        "an expression has no way to write a literal `{character}` beside wildcards, found one in `{pattern}`; the nearest is `?` in its place, which admits any one character there"
    )]
    LiteralWildcard { character: char, pattern: String },
    #[error(
        "an expression has no documented way to write a quote or a control character, found one in `{0}`; the nearest is `?` in its place, in a pattern"
    )]
    Unwritable(String),
    #[error("{0}")]
    Expression(ExpressionError),
    #[error(transparent)]
    Limit(LimitError),
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
    quoted.join(", ")
}
