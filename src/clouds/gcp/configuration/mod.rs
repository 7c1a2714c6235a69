//! The `gcp` part of the provider block: its schema, and how it becomes what the parts of Google Cloud work with.
//!
//! Owns the handle through which every resource and data source of Google Cloud reaches the client, the default project and
//! the guardrail. Must not know any resource.

mod handle;
mod reading;
mod schema;

pub use handle::{Configuration, Configured};
pub use reading::{read, validate};
pub use schema::attribute;
