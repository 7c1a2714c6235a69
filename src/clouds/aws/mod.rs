//! Amazon Web Services: an IAM OIDC provider, roles that trust it, and the exchange through STS.

pub mod client;
pub mod dialect;
pub mod emulator;
