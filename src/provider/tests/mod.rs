//! The whole provider, driven as a host drives it, against the emulated AWS: everything but the wire. And what only shows where
//! all clouds are at hand: that they agree.

mod clouds_agree;
mod data_sources;
mod deciding;
mod host;
mod imported;
mod lab;
mod leaving;
mod neighbours;
mod oidc_provider;
mod older_catalogue;
mod provider_of_others;
mod trust;
mod trust_changes;
mod trust_gone;
mod wiped;
