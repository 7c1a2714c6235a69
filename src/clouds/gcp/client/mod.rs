//! Calls to Google Cloud's REST APIs: send, repeat, wait; with which credentials, to which address.
//!
//! Owns: the settings of the provider block's `gcp` part, the one HTTP client, the credentials and their renewal,
//! retries, and the errors of the APIs in words. Nothing is built, read or connected before the first call needs it.
//! Must not know: what a trust means, Terraform.
//!
//! | file | noun |
//! |---|---|
//! | `settings`, `endpoint` | what the user configured |
//! | `google` | the entrance: one call, one wait |
//! | `connect` | the HTTP client and its roots; one exchange of bytes |
//! | `attempt` | one call with its retries |
//! | `credentials` | whose calls these are |
//! | `pools`, `pool_providers`, `operations`, `service_accounts`, `policies`, `projects` | what there is to call |
//! | `error`, `answer`, `hint`, `role` | what went wrong, and what to do about it |

mod answer;
mod attempt;
mod connect;
mod credentials;
mod endpoint;
mod error;
mod google;
mod hint;
mod operations;
mod policies;
mod pool_answers;
mod pool_providers;
mod pools;
mod projects;
mod role;
mod service_accounts;
mod settings;

#[cfg(test)]
pub mod fake;
#[cfg(test)]
mod tests;

pub use crate::clouds::Effect;
pub use endpoint::{Api, Endpoint, Endpoints};
pub use error::{Failure, FieldViolation, GcpError, Kind, Violation};
pub use google::{Google, Request};
pub use operations::Operation;
pub use policies::{Grant, Policy, PolicyCondition, Target};
pub use pools::{Life, Oidc, Pool, PoolProvider};
pub use projects::{Project, is_project_number};
pub use service_accounts::IamAccount;
pub use settings::{ServiceAccount, Settings, SettingsError, Source, WorkloadIdentity, check_project};
