//! The language of trust: issuer, audience, claims, what was decided about a token; documents of others, read strictly.
//!
//! Pure: no I/O, no clock, no environment, and no cloud or platform is known by name here.

mod admits;
mod audience;
mod claim_kind;
mod claim_name;
mod claims;
mod decision;
pub mod document;
mod finding;
mod glob;
mod issuer;
mod limit;
mod pattern;
mod reach;
pub mod sample;
mod secret;
mod terms;
mod unsayable;
mod written;

pub use audience::{Audience, AudienceError};
pub use claim_kind::ClaimKind;
pub use claim_name::{ClaimName, ClaimNameError};
pub use claims::Claims;
pub use decision::{Decision, Step, Verdict};
pub use document::DocumentError;
pub use finding::{Finding, Severity};
pub use glob::{Glob, Piece};
pub use issuer::{IssuerError, IssuerUrl};
pub use limit::{LimitError, quoted};
pub use pattern::{Pattern, PatternError};
pub use reach::{Loopback, Place, reach};
pub use secret::Secret;
pub use terms::{Terms, Trust};
pub use unsayable::Unsayable;
pub use written::{TrustError, TrustMistake, Written};

#[cfg(test)]
mod vectors;
