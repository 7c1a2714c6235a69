//! Amazon Web Services: an IAM OIDC provider, roles that trust it, and the exchange through STS.

pub mod dialect;
pub mod emulator;
