//! The `aws` part of the provider block: its schema, and how it becomes what the parts of AWS work with.
//!
//! Owns the handle through which every resource and data source of AWS reaches the accounts, the default tags and the
//! guardrail. Must not know any resource.

mod handle;
mod reading;
mod schema;
mod workload;

pub use handle::{Configuration, Configured};
pub use reading::{read, validate};
pub use schema::attribute;
