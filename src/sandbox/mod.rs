//! A laboratory on one machine: a development issuer with rotating keys, and the emulated clouds, over TLS on loopback.
//!
//! Owns listening, the throw-away certificate authority, the guard in front of every port, and the keys of the
//! development issuer. What a token means to a cloud is the cloud's own affair.
//!
//! SECURITY: nothing here may be of use outside one machine and one run; no option changes that. Listeners bind loopback
//! only; the authority's key never leaves memory; minting takes the secret of the run.

mod authority;
mod aws;
mod bundle;
mod environment;
mod gcp;
mod guard;
mod issuer;
mod keyring;
mod laboratory;
mod mint;
mod sandbox_keys;
mod server;
mod signing_key;
mod team;
#[cfg(test)]
mod tests;

pub use authority::AuthorityError;
pub use aws::AwsAccount;
pub use environment::Variables;
pub use gcp::{Gcp, GcpEndpoints, GcpProject};
pub use issuer::SECRET_HEADER;
pub use laboratory::{Options, Sandbox, SandboxError};
pub use signing_key::SigningError;
