//! Pure: render a trust into a provider's mapping and condition, read it back, decide about a token as Google would.
//!
//! Owns what Google Cloud says and means in workload identity federation: names, principals, CEL, limits. Makes no call, reads no
//! clock. What Google does and where that is written stands in the documentation of each item.

mod cel;
mod claim_path;
mod default_mapping;
mod difference;
pub mod evaluate;
mod gcp_trust;
mod grant_condition;
pub mod limits;
mod lint;
mod name;
pub mod platform_claims;
mod principal;
mod provider;
mod provider_document;
mod read_back;
mod render;
mod wildcard;

pub use cel::{CelError, CelMistake};
pub use claim_path::ClaimPathError;
pub use default_mapping::{PoolUse, TRUST_ATTRIBUTE, default_mapping, trust_binding, trust_expression};
pub use difference::{Difference, difference};
pub use evaluate::{
    Exchange, KnownClaims, Mapped, MappedValue, Rest, StsError, binding_step, evaluate, exchange,
};
pub use gcp_trust::{GcpTrust, Rendered};
pub use grant_condition::{GrantCondition, GrantConditionError};
pub use lint::{RULES, lint, lint_pool};
pub use name::{NameError, PoolName, ProviderName};
pub use principal::{Principal, PrincipalError, Whom};
pub use provider::{Provider, ProviderError, ProviderSettings};
pub use read_back::{ReadBackError, read_back, same_expression};
pub use render::{RenderError, RenderMistake, render};
