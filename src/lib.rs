//! `oidcfed` lets a cloud account trust the tokens of a workload platform, with no long-lived secret anywhere.
//!
//! | room | owns |
//! |---|---|
//! | [`trust`] | the language of trust: issuer, audience, claims, pattern, condition, decision, finding (pure) |
//! | [`platforms`] | who signs: the catalogue of platforms (pure) |
//! | [`lint`] | what is wrong with a trust, found and proven (pure) |
//! | [`clouds`] | who trusts: one folder per cloud, the same names in each |
//! | [`files`] | which trusts stand in a file: vendors' documents, templates, plans and states (pure) |
//! | [`oidc`] | being an OpenID Connect client: discovery, key sets, verification, thumbprints, the workload's own token |
//! | [`framework`] | a thin provider framework, free of the wire |
//! | [`plugin`] | the wire: handshake, mutual TLS, gRPC services, MessagePack |
//! | [`provider`] | the provider: its configuration, its list of parts, the cloud-neutral data sources |
//! | [`sandbox`] | a laboratory on one machine: a development issuer and the emulated clouds |
//! | [`cli`] | one command per file; the only place that prints |
//!
//! What may import what stands in `ARCHITECTURE.md` and is held by `tests/architecture.rs`.

// The futures of the AWS SDK are nested deeper than the compiler looks by default.
#![recursion_limit = "256"]

pub mod cli;
pub mod clouds;
pub mod files;
pub mod framework;
pub mod lint;
pub mod oidc;
pub mod platforms;
pub mod plugin;
pub mod provider;
pub mod sandbox;
pub mod trust;

#[cfg(test)]
mod shared_files;
