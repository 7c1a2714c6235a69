//! Calls to IAM and STS through the AWS SDK: read, write, wait; which credentials, which account, which endpoint.
//!
//! Owns: the settings of the provider block's `aws` part, the one connection pool, the credentials of the own and of
//! every other account, retries, and the errors of the two services in words. Nothing is built, read or connected
//! before the first call needs it.
//! Must not know: what a trust means, Terraform, policies beyond their text.
//!
//! | file | noun |
//! |---|---|
//! | `settings` | what the user configured |
//! | `account` | who the own credentials are |
//! | `accounts` | the entrance: whose credentials, which account |
//! | `connect` | the connection pool and its roots |
//! | `endpoint` | which IAM is spoken to |
//! | `credentials` | keys, web identity, assumed roles |
//! | `attempt` | one call with its retries |
//! | `error`, `codes` | what went wrong, and what to do about it |
//! | `propagation` | waiting for what this run created |
//! | `iam`, `roles`, `policies`, `providers` | the operations of IAM |

mod account;
mod accounts;
mod attempt;
mod codes;
mod connect;
mod credentials;
mod endpoint;
mod error;
mod iam;
mod policies;
mod propagation;
mod providers;
mod roles;
mod settings;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use crate::clouds::Limits;
pub use account::Caller;
pub use accounts::Accounts;
pub use error::{AwsError, Failure, Kind};
pub use iam::{Iam, Tags};
pub use propagation::{PROPAGATION, wait_for};
pub use providers::{NewProvider, Provider};
pub use roles::{NewRole, Role};
pub use settings::{
    AccessKeys, AssumeRole, Endpoints, SessionDuration, SessionName, Settings, SettingsError, WebIdentity,
    check_entry, check_region,
};
