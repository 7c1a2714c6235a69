//! Google Cloud: a workload identity pool provider, and what the identities of a pool may do.

mod cloud;

pub mod client;
pub mod configuration;
mod data_sources;
pub mod diagnosis;
pub mod dialect;
pub mod emulator;
mod functions;
pub mod resources;
mod sandbox_guard;

pub use cloud::Gcp;
pub use functions::functions;
