//! Everything that Google would refuse later, refused now: ids, lengths, counts, keys, addresses.
//!
//! The numbers are those of the field documentation of the IAM API, `projects.locations.workloadIdentityPools` and below.

mod accounts;
mod discovery;
mod error;
mod ids;
mod issuer;
mod jwks;
mod provider;

pub use crate::trust::Loopback;
pub use accounts::{account_description, account_display_name, account_id, role};
pub use discovery::discovery_uri;
pub use error::{Limit, LimitError};
pub use ids::{description, display_name, pool_id, provider_id};
pub use issuer::{IssuerRemark, issuer};
pub use jwks::jwks_json;
pub use provider::{allowed_audiences, attribute_condition, attribute_mapping, subject_length};
