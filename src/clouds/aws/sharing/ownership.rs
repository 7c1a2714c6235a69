//! How a provider is held.

/// What may be done to the issuer's provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// Made or adopted; goes with the last that needs it, and only if it was ours.
    #[default]
    Shared,
    /// Must not exist; deleted on destroy.
    Exclusive,
    /// Must exist; never written.
    External,
}

/// Why a text is no ownership.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `shared`, `exclusive` or `external`, found `{0}`")]
pub struct OwnershipError(pub String);

impl Ownership {
    /// # Errors
    /// Any other word.
    pub fn parse(text: &str) -> Result<Self, OwnershipError> {
        match text {
            "shared" => Ok(Self::Shared),
            "exclusive" => Ok(Self::Exclusive),
            "external" => Ok(Self::External),
            other => Err(OwnershipError(other.to_owned())),
        }
    }
}
