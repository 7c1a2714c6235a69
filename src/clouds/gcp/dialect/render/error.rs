//! What a provider of a pool cannot say.

use super::super::cel::CelError;
use super::super::claim_path::ClaimPathError;
use crate::trust::{ClaimKind, IssuerUrl, Unsayable};

/// An argument that Google cannot express.
pub type RenderError = Unsayable<RenderMistake>;

/// Why it cannot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderMistake {
    #[error("expected a subject, a subject pattern or a claim, found none")]
    TestsNothing,
    #[error("expected an audience, found none")]
    NoAudience,
    #[error("expected at least one value, found an empty set")]
    EmptySet,
    #[error(
        "a provider of a pool trusts one issuer, here `{expected}`, found `{found}`; make a trust of its own for it"
    )]
    OtherIssuer { expected: IssuerUrl, found: IssuerUrl },
    #[error(transparent)]
    Path(#[from] ClaimPathError),
    #[error(
        "it is not known what kind of value the claim `{0}` has, and a condition compares a text, a list and a boolean each in another way; expected a claim that the platform describes: declare it in a platform file, or write the test as `attribute_condition`"
    )]
    UnknownKind(String),
    #[error(
        "the claim `{0}` holds a number, which a text cannot be compared with exactly; write the test as `attribute_condition`, for example `assertion.{0} == 1`"
    )]
    Number(String),
    #[error("the claim `{claim}` holds true or false; expected `true` or `false`, found `{found}`")]
    Boolean { claim: String, found: String },
    #[error(
        "the claim `{0}` holds true or false, which no pattern matches; expected `true` or `false` in `claims`"
    )]
    BooleanPattern(String),
    #[error("{0}")]
    Condition(CelError),
    #[error(
        "a condition has at most {most} characters, and this trust needs {found}; expected fewer or shorter values: patterns in place of lists of subjects, or several trusts, each with a provider of its own"
    )]
    TooLong { most: usize, found: usize },
}

/// A claim of another kind than tested; kept beside the mistakes so that callers can name it.
pub(super) fn of_kind(name: &str, kind: Option<ClaimKind>) -> Result<ClaimKind, RenderMistake> {
    match kind {
        None => Err(RenderMistake::UnknownKind(name.to_owned())),
        Some(ClaimKind::Number) => Err(RenderMistake::Number(name.to_owned())),
        Some(kind) => Ok(kind),
    }
}
