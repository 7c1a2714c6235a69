//! What is wrong with a trust, whatever cloud it is written for: rules, one file each, over one analysis of each way in.
//!
//! A cloud's dialect turns its document into branches, this room finds what tokens of somebody else they let in. It knows no
//! cloud and no platform by name.

mod analysis;
mod branch;
mod fragile;
mod issuer;
mod language;
mod report;
mod rule;
mod rules;
mod severity;
mod witness;

pub use branch::{Branch, Test, Without};
pub use issuer::{Common, IssuerFacts, Reading, Readings, TextPart, common_text, readings_in_common};
#[cfg(test)]
pub(crate) use language::visited;
pub use language::{Expression, Texts};
pub use report::{Examined, examine, lint, rules, sorted, worst_opening};
pub use rule::{Class, Rule};
