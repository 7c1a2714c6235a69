//! The wire: the AWS Query protocol over HTTP, its XML, and Signature Version 4.
//!
//! Knows nothing of roles, providers or policies: it turns bytes into a [`Query`] signed by a key, and a [`Reply`] or
//! an [`ApiError`] into bytes.

mod canonical;
mod error;
mod query;
pub mod random;
mod reply;
pub mod sigv4;
pub mod timestamp;
mod xml;

pub use error::ApiError;
pub use query::Query;
pub use reply::{Reply, Service};
pub use xml::Xml;
