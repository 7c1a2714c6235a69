//! Pure: render a trust into an IAM trust policy, read it back, evaluate claims against it, lint what only AWS has.
//!
//! Owns what AWS says and means: partitions, ARNs, the policy language, condition keys, limits. Knows no SDK, makes no call,
//! reads no clock. What AWS does and where that is written stands in the documentation of each item.

mod admission;
pub mod arn;
mod aws_trust;
pub mod condition_keys;
mod difference;
mod documents;
mod escape;
pub mod evaluate;
pub mod gate;
pub mod limits;
pub mod lint;
mod offline;
pub mod partition;
pub mod policy;
mod read_back;
mod render;
mod witness;

pub use admission::would_admit;
pub use arn::{AccountId, ArnError, ManagedPolicyArn, ProviderArn, RoleArn};
pub use aws_trust::AwsTrust;
pub use difference::{Difference, difference};
pub use documents::{ProviderDocument, RoleDocument, decode, is_of_administrator};
pub use evaluate::{
    AssumeRoleAnswer, AwsPrincipal, Context, ContextValue, Exchange, RegisteredProvider, StsError,
    Timestamps, WebIdentityRequest, authorize, evaluate_assume_role, evaluate_web_identity,
    exchange_web_identity,
};
pub use gate::{GateRefusal, shared_issuer_gate};
pub use lint::{lint, lint_rights, lint_role};
pub use offline::{OfflineError, OfflineExchange, evaluate_offline};
pub use partition::Partition;
pub use policy::{PolicyDocument, PolicyError, Statement, length_without_white_space, means_same};
pub use read_back::{ReadBackError, read_back};
pub use render::{NoKey, RenderError, RenderMistake, render};
