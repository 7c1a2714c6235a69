//! What a policy does with a request: the decision STS or IAM would make, with every step of it.
//!
//! Answers are three-valued. A condition on a key that nothing is known about (the caller's address, say) is neither true
//! nor false, and so is the decision that depends on it.

mod assume_role;
mod compare;
mod condition;
mod context;
mod date;
mod identity;
mod principal;
mod session_claims;
mod statement;
mod token_context;
mod truth;
mod unregistered;
mod variables;
mod web_identity;

#[cfg(test)]
pub(super) mod tests_support;
#[cfg(test)]
mod vectors_test;
#[cfg(test)]
mod web_identity_test;

pub use assume_role::{AssumeRoleAnswer, AwsPrincipal, evaluate_assume_role};
pub use condition::condition_holds;
pub use context::{Context, ContextValue};
pub use identity::authorize;
pub use session_claims::{SessionClaims, SessionClaimsError};
pub(super) use statement::covers_action;
pub use truth::Truth;
pub use unregistered::evaluate_unregistered;
pub(super) use web_identity::federated_verdict;
pub use web_identity::{
    Exchange, RegisteredProvider, StsError, Timestamps, WebIdentityRequest, evaluate_web_identity,
    exchange_web_identity,
};
