//! Why a token is not accepted.

use super::algorithm::Algorithm;
use super::jwk::KeyFault;

/// The first rule that a token breaks. Texts show claims that the rule is about, never the token or its signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("expected a token of at most {limit} characters, found {found}")]
    TooLarge { limit: usize, found: usize },
    #[error("expected three parts of base64url text, joined by dots, without padding or white space")]
    MalformedToken,
    #[error("expected a header that is a JSON object with text in `alg` and `kid`: {0}")]
    MalformedHeader(String),
    #[error("expected a payload that is a JSON object: {0}")]
    MalformedPayload(String),
    #[error("expected members of different names, found one name twice in the {0}")]
    DuplicateMember(&'static str),
    #[error("expected one of the accepted algorithms in `alg`, found `{0}`")]
    AlgorithmNotAllowed(String),
    #[error("expected no critical header parameter, found `{0}` in `crit`")]
    UnsupportedCritical(String),
    #[error("expected claims, found another token inside (`cty` is `{0}`)")]
    NestedToken(String),
    #[error("expected a usable key set: {0}")]
    InvalidKeySet(String),
    #[error("expected a `kid` of the issuer's key set, found another one")]
    UnknownKey,
    #[error("expected a usable key under this `kid`: {0}")]
    UnusableKey(KeyFault),
    #[error("expected a sound key under this `kid`: {0}")]
    WeakKey(KeyFault),
    #[error("expected a `kid`, because the key set has several usable keys")]
    AmbiguousKey,
    #[error("expected a key that fits the algorithm `{0}`")]
    KeyTypeMismatch(Algorithm),
    #[error("expected the algorithm `{key}` of the key, found `{header}`")]
    AlgorithmMismatch { header: Algorithm, key: String },
    #[error("expected a signature by the key that the header names")]
    BadSignature,
    #[error("expected the claim `{0}`, found none")]
    MissingClaim(&'static str),
    #[error("expected {expected} in the claim `{claim}`")]
    MalformedClaim {
        claim: &'static str,
        expected: &'static str,
    },
    #[error("expected the issuer `{expected}`, found `{found}`")]
    IssuerMismatch { expected: String, found: String },
    #[error("expected at least one accepted audience to be configured, found none")]
    NoAudienceConfigured,
    #[error("expected one of the audiences `{expected}`, found `{found}`")]
    AudienceMismatch { expected: String, found: String },
    #[error("expected the claim `azp`, because `aud` has several values")]
    MissingAuthorizedParty,
    #[error("expected a token that has not expired: `exp` is {exp}, it is {now}")]
    Expired { exp: i64, now: i64 },
    #[error("expected a token that is valid already: `nbf` is {nbf}, it is {now}")]
    NotYetValid { nbf: i64, now: i64 },
    #[error("expected a token of the past: `iat` is {iat}, it is {now}")]
    IssuedInFuture { iat: i64, now: i64 },
    #[error("expected `exp` after `iat` and `nbf`")]
    InvalidTimes,
    #[error("expected a lifetime of at most {limit} seconds, found {found}")]
    LifetimeTooLong { limit: u64, found: i64 },
}

impl Refusal {
    /// A stable word for the rule, for programs.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::MalformedToken => "malformed-token",
            Self::MalformedHeader(_) => "malformed-header",
            Self::MalformedPayload(_) => "malformed-payload",
            Self::DuplicateMember(_) => "duplicate-member",
            Self::AlgorithmNotAllowed(_) => "alg-not-allowed",
            Self::UnsupportedCritical(_) => "unsupported-crit",
            Self::NestedToken(_) => "nested-token",
            Self::InvalidKeySet(_) => "invalid-jwks",
            Self::UnknownKey | Self::UnusableKey(_) => "unknown-key",
            Self::WeakKey(_) => "weak-key",
            Self::AmbiguousKey => "ambiguous-key",
            Self::KeyTypeMismatch(_) => "key-type-mismatch",
            Self::AlgorithmMismatch { .. } => "alg-mismatch-with-jwk",
            Self::BadSignature => "bad-signature",
            Self::MissingClaim("iss") => "missing-iss",
            Self::MissingClaim("aud") => "missing-aud",
            Self::MissingClaim("sub") => "missing-sub",
            Self::MissingClaim("iat") => "missing-iat",
            Self::MissingClaim("exp") => "missing-exp",
            Self::MissingClaim(_) => "missing-claim",
            Self::MalformedClaim { .. } => "malformed-claim",
            Self::IssuerMismatch { .. } => "issuer-mismatch",
            Self::NoAudienceConfigured => "no-audience-configured",
            Self::AudienceMismatch { .. } => "audience-mismatch",
            Self::MissingAuthorizedParty => "missing-azp",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::IssuedInFuture { .. } => "issued-in-future",
            Self::InvalidTimes => "invalid-times",
            Self::LifetimeTooLong { .. } => "lifetime-too-long",
        }
    }
}
