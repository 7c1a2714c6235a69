//! A host for tests: drives a provider as Terraform does, with the host's rules on.
//!
//! It decides nothing of its own: an operation ends with what a host would save, or with what a host would refuse.

mod configuration;
mod host;
mod propose;

pub use configuration::configuration;
pub use host::{Host, Object, Refused};
pub use propose::propose;
