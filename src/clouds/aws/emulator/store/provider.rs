//! An OIDC provider.

use super::Tags;

/// An IAM OIDC identity provider.
#[derive(Clone, Debug)]
pub struct Provider {
    pub arn: String,
    /// The URL without its scheme, as IAM shows it.
    pub url: String,
    pub client_ids: Vec<String>,
    pub thumbprints: Vec<String>,
    /// Seconds since 1970.
    pub created: i64,
    pub tags: Tags,
    /// How many more reads do not see this provider yet.
    pub unseen_reads: u32,
    /// How many more exchanges do not see this provider yet.
    pub unseen_exchanges: u32,
}
