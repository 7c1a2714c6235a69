//! The Security Token Service: who am I, and sessions of roles.
//!
//! Owns the order in which STS checks a request for a session, its error codes and its reticence. What a trust policy
//! means is the `dialect`'s, whether a token is true is `oidc`'s business.

mod assume_role;
mod identity;
mod session_reply;
mod session_request;
mod session_tags;
mod token;
mod token_profile;
mod web_identity;

pub use web_identity::assume_role_with_web_identity;

use super::instance::Emulator;
use super::server::Trace;
use super::store::Principal;
use super::wire::{ApiError, Query, Reply};

/// An operation of STS.
pub struct Operation {
    pub name: &'static str,
    pub run: Run,
}

/// How an operation is carried out.
#[derive(Clone, Copy)]
pub enum Run {
    /// The request is signed.
    Signed(fn(&Emulator, &Query, &Principal, &mut Trace) -> Result<Reply, ApiError>),
    /// The request brings a token in place of a signature.
    WebIdentity,
}

/// The operation of this name.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

const OPERATIONS: &[Operation] = &[
    Operation {
        name: "AssumeRole",
        run: Run::Signed(assume_role::assume_role),
    },
    Operation {
        name: "AssumeRoleWithWebIdentity",
        run: Run::WebIdentity,
    },
    Operation {
        name: "GetAccessKeyInfo",
        run: Run::Signed(identity::access_key_info),
    },
    Operation {
        name: "GetCallerIdentity",
        run: Run::Signed(identity::caller),
    },
];
