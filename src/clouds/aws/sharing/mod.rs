//! Sharing one IAM OIDC provider: one issuer has one provider per account, and many teams.
//!
//! Owns who may create, change and delete a provider, under one lock per provider. Knows providers and the roles that
//! name them; knows nothing of a resource's arguments.

mod holder;
mod join_error;
mod joining;
mod leaving;
mod making;
mod membership;
mod neighbours;
mod ownership;
mod seats;

pub use holder::Holder;
pub use join_error::JoinError;
pub use joining::{Joining, STANDALONE, Taken};
pub use leaving::Left;
pub use membership::{Membership, fingerprint, mark_of_trust};
pub use neighbours::{Neighbour, SHARING_RULES, names_provider, widened};
pub use ownership::{Ownership, OwnershipError};
pub use seats::Sharing;

/// The tag that marks a provider as made by this project. Its value says by whom; alone it gives no right to delete.
pub const MADE_BY: &str = "oidcfed:made-by";
