//! A Google Cloud that really decides, in memory: IAM, the Security Token Service, IAM Credentials, Resource Manager, one
//! resource that is protected, and the endpoints that give the provider's own login its tokens.
//!
//! Owns the REST protocols, long-running operations, policies and permissions, and the exchange of tokens. What a provider's
//! mapping and condition mean it asks the `dialect`, whether a token is true it asks `oidc`; it has no opinion of its own on
//! either. It must not know the client of this project: tests set the two against each other.
//!
//! Listening, TLS and the guard against foreign web pages belong to the sandbox, which mounts [`Emulator::router`] once for
//! each [`Service`].

mod access;
mod calls;
mod control;
mod credentials;
mod events;
mod faults;
mod iam;
mod instance;
mod inventory;
mod oauth2;
mod operation;
mod permission;
mod policy_calls;
mod resource_manager;
mod roles;
mod server;
mod storage;
mod store;
mod sts;
mod wire;

#[cfg(test)]
mod tests;

pub use calls::RecordedCall;
pub use events::{Event, Outcome};
pub use faults::{Failure, Faults, Freshness, OperationFailure};
pub use instance::{Emulator, EmulatorError, ProjectSettings, Settings};
pub use wire::Service;
