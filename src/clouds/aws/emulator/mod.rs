//! An AWS that really decides, in memory: IAM and the Security Token Service of any number of accounts.
//!
//! Owns the Query protocol, request signatures, the objects of IAM, permissions, and the exchange of tokens for
//! sessions. What a policy means it asks the `dialect`, whether a token is true it asks `oidc`; it has no opinion of its own
//! on either. It must not know the client of this project: tests set the two against each other.
//!
//! Listening, TLS and the guard against foreign web pages belong to the sandbox, which mounts [`Emulator::router`].

mod calls;
mod control;
mod deployer;
mod events;
mod faults;
mod iam;
mod instance;
mod inventory;
mod permission;
mod request_context;
mod rule;
mod server;
mod store;
mod sts;
mod wire;

#[cfg(test)]
mod tests;

pub use calls::Calls;
pub use events::{Event, Outcome};
pub use faults::{Failure, Faults, Freshness};
pub use instance::{Emulator, EmulatorError, Settings};
pub use store::Credentials;
