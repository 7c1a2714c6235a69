//! The provider: its configuration block, its list of parts, and what is neutral between clouds.
//!
//! Owns the arguments that hold for all clouds (guardrail, development issuers, CA bundle, time-out), and the data
//! sources and functions that belong to none. The parts of a cloud come from the list of clouds; no cloud is known by
//! name here.

mod block;
mod data_sources;
mod functions;

mod settings;
mod the_provider;

#[cfg(test)]
mod tests;

pub use the_provider::Oidcfed;
