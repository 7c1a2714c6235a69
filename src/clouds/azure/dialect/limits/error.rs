//! What Microsoft Entra would refuse.

/// What has the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Name,
    Issuer,
    Subject,
    Audience,
    Description,
    Count,
}

/// A value that Entra does not take.
pub type LimitError = crate::trust::LimitError<Limit>;
