//! Everything that IAM would refuse later, refused now: names, paths, lengths, characters, counts.
//!
//! The numbers are those of the service model and of the quotas of IAM. A quota that AWS raises on request is a warning at
//! its default and a refusal at its maximum.

mod audience;
mod error;
mod issuer;
mod policy;
mod role;
mod tags;
mod thumbprint;

pub use crate::trust::Loopback;
pub use audience::client_ids;
pub use error::{Limit, LimitError};
pub use issuer::issuer;
pub use policy::{TrustPolicyLength, inline_policies, inline_policy, trust_policy};
pub use role::{
    ManagedPolicyCount, description, inline_policy_name, managed_policies, max_session_duration,
    permissions_boundary, policy_partition, role_name, role_name_prefix, role_path,
};
pub use tags::{TaggedObject, session_tag_keys, tag_count, tags};
pub use thumbprint::{Thumbprint, thumbprints};
