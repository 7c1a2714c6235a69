//! Google Cloud: a workload identity pool provider, and what the identities of a pool may do.

pub mod client;
pub mod diagnosis;
pub mod dialect;
pub mod emulator;
mod functions;

pub use functions::functions;
