//! Being an OpenID Connect client: discovery, key sets, the verification of tokens, certificate chains,
//! and the workload's own token.
//!
//! Owns everything that reads an issuer or one of its tokens. Three levels of trust are three types: a text, an
//! [`Unverified`] payload (it is JSON, nothing more), a [`Verified`] payload (one function makes it: [`verify`]).
//!
//! Must not know: a cloud's API, Terraform, what a condition on a claim means. Where a cloud reads tokens differently
//! from a strict verifier, that cloud describes the difference in a [`Profile`]; this room only offers the switches.

mod algorithm;
mod cached_keys;
mod clock;
mod curve;
mod discovery;
mod excerpt;
mod fetch;
mod inspect;
mod json;
mod jwk;
mod jws;
mod key_set;
mod key_source;
mod policy;
mod refusal;
mod roca;
#[cfg(test)]
mod scripted;
mod signature;
mod unverified;
#[cfg(test)]
mod vectors;
mod verify;
mod workload;

pub use algorithm::Algorithm;
pub use cached_keys::CachedKeys;
pub use clock::{Clock, ManualClock, SystemClock};
pub use curve::Curve;
pub use discovery::{DiscoveryError, Metadata, discover, fetch_key_set};
pub use fetch::{
    Document, ExtraRoots, FetchError, FetchSettings, Fetcher, Reach, RootsError, certificate_pem,
    certificates_from_pem, client_config, is_local_issuer, root_store, thumbprint,
};
pub use inspect::{HostChain, IssuerReport, KeyReport, dangling, inspect};
pub use json::{Duplicates, JsonError};
pub use jwk::{Key, KeyFault, PublicKey};
pub use key_set::{KeySet, KeySetError, SANDBOX_KID_PREFIX, is_sandbox_key_set};
pub use key_source::{KeySource, KeySourceError};
pub use policy::{Policy, Profile, TimeFormat};
pub use refusal::Refusal;
pub use unverified::{Header, Unverified};
pub use verify::{Verified, verify};
#[cfg(test)]
pub(crate) use workload::fake_places;
pub use workload::{
    FoundToken, Miss, PlatformToken, Surroundings, TokenError, Tried, WorkloadToken, detected, is_searchable,
};
