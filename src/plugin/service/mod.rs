//! Protocol 6: every call is decoded, handed to the framework's server, and its answer encoded.
//!
//! Each call runs on a task of its own, so calls run side by side, and one that fails unexpectedly neither ends the
//! process nor cancels what it had begun. What this provider does not offer answers empty or with a diagnostic.

mod call;
mod data_sources;
mod ephemeral;
mod functions;
mod lists;
mod provider;
mod resources;
mod rpc;
mod schemas;
mod states;
mod unsupported;

pub use call::Calls;
pub use rpc::ProviderService;
