//! Which trusts stand in a file: what the vendors' tools print, templates, plans and states; told apart by content.
//!
//! Owns how trusts are found in documents that are about more than one, what of them is not known before something is
//! deployed, and where in a text they stand. What a trust means lives with its cloud. What cannot be seen is said, never
//! taken for harmless. Pure: texts come from whoever calls.

mod arm;
mod aws;
mod azure;
mod choices;
mod cloud;
mod cloudformation;
mod decide;
mod found;
mod gcp;
mod judge;
mod knowledge;
mod places;
mod policy_document;
mod source;
mod survey;
mod terraform;
mod tokens;
mod toml;
mod yaml;

pub use cloud::{BESIDE, CLOUDS, Change, Cloud, Draft, Facts, Linter};
pub use decide::{Asked, decide};
pub use found::{Before, Found, UNKNOWN, Unknown};
pub use judge::{Located, Mistake, judge, judge_change, rules};
pub use knowledge::Knowledge;
pub use places::Position;
pub use source::{Source, SourceError};
pub use survey::{Survey, Unrecognised};
pub use terraform::Resource;

#[cfg(test)]
mod properties;
