//! What a trust policy cannot say.

use crate::trust::Unsayable;

/// An argument that AWS cannot express.
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
    #[error(transparent)]
    NoKey(Box<NoKey>),
    #[error(
        "the condition key of `{0}` holds a number, which a text cannot be compared with exactly; put a statement with `NumericEquals` into `additional_statements`, or test the subject"
    )]
    Number(String),
    #[error(
        "the tokens of this platform always carry `azp`, and AWS compares it where it compares audiences; expected `claims.azp` with the accepted clients, found none"
    )]
    AzpMissing,
    #[error(
        "the tokens of this platform always carry `azp`, and AWS compares it with the audiences of the provider, which know no wildcards; name the clients in `claims.azp`"
    )]
    AzpPattern,
    #[error(
        "AWS has no condition key for `azp` alone: it stands for the audience in tokens that carry it, and this platform's do not always; name the client in `audiences`, or test the subject"
    )]
    AzpIsTheAudience,
    #[error("the statement id `{sid}` is one that the trust itself uses; expected another one")]
    SidTaken { sid: String },
    #[error(
        "expected every `Sid` once in `additional_statements`, found `{sid}` twice; give one of them another `Sid`"
    )]
    SidTwice { sid: String },
}

/// A claim that AWS makes no condition key of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "AWS makes no condition key of the claim `{claim}` for tokens of `{issuer}`, so that a test of it would never hold; it knows {}{}, and `subjects` and `subject_patterns`",
    list(.keys),
    .nearest.as_ref().map(|key| format!("; the nearest is `{key}`")).unwrap_or_default()
)]
pub struct NoKey {
    pub claim: String,
    pub issuer: String,
    pub nearest: Option<String>,
    pub keys: Vec<String>,
}

fn list(keys: &[String]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}
