//! What keeps a trust from taking its place at a provider.

use crate::clouds::aws::client::AwsError;

/// Client ids of one provider (IAM and AWS STS quotas).
pub(super) const MOST: usize = 100;

/// Why a trust cannot take its place.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error("expected the provider `{0}` to exist, since its ownership is `external`, found none")]
    Missing(String),
    #[error(
        "expected the audience `{audience}` among the client ids of `{arn}`, found {found}; an `external` provider is never written: add it there, or use `shared`"
    )]
    AudienceMissing {
        arn: String,
        audience: String,
        found: String,
    },
    #[error(
        "expected no provider `{0}`, since its ownership is `exclusive`, found one; use `shared`, or import it as `oidcfed_aws_oidc_provider`"
    )]
    Taken(String),
    /// May be a trust that goes before this one comes: only the apply can tell.
    #[error(
        "expected no provider `{0}`, since its ownership is `exclusive`, found one that another trust made and holds. If this trust replaces that one: `create_before_destroy` cannot hand an exclusive provider over, so leave it out for this change; else use `shared`"
    )]
    Held(String),
    #[error("the provider `{arn}` cannot be held exclusively: it is trusted by {roles}")]
    Trusted { arn: String, roles: String },
    #[error(
        "expected the thumbprints {expected} at `{arn}`, found {found}; a shared provider's thumbprints are not changed: leave `thumbprints` out, or hold it exclusively"
    )]
    Thumbprints {
        arn: String,
        expected: String,
        found: String,
    },
    #[error(
        "audiences are not added to `{arn}`, which somebody else made, without a look at the roles that trust it: {reason}"
    )]
    Blind { arn: String, reason: String },
    #[error(
        "expected at most {MOST} client ids at `{arn}`, found {there} there and {missing} to add, which come before any is taken away; use audiences that are there, or exchange them in several steps"
    )]
    Full {
        arn: String,
        there: usize,
        missing: usize,
    },
    /// The findings that the guardrail refused; it has said why.
    #[error("refused by the guardrail")]
    Refused,
}
