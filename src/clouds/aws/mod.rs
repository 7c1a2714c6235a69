//! Amazon Web Services: an IAM OIDC provider, roles that trust it, and the exchange through STS.

mod cloud;

pub mod client;
pub mod configuration;
mod data_sources;
pub mod diagnosis;
pub mod dialect;
pub mod emulator;
mod functions;
pub mod resources;
pub mod sharing;
pub mod tags;

mod sandbox_guard;

pub use cloud::Aws;
pub use functions::functions;
