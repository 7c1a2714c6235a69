//! Pure: render a trust into a provider's mapping and condition, read it back, decide about a token as Google would.
//!
//! Owns what Google Cloud says and means in workload identity federation: names, principals, CEL, limits. Makes no call, reads no
//! clock. What Google does and where that is written stands in the documentation of each item.

mod cel;
pub mod evaluate;
mod name;
mod principal;
mod provider;

pub use cel::{CelError, CelMistake};
pub use evaluate::{Exchange, KnownClaims, Mapped, MappedValue, Rest, StsError, evaluate, exchange};
pub use name::{NameError, PoolName, ProviderName};
pub use principal::{Principal, PrincipalError, Whom};
pub use provider::{Provider, ProviderError, ProviderSettings};
