//! The language of trust: issuer, audience, claims, and what was decided about a token.
//!
//! Pure: no I/O, no clock, no environment, and no cloud or platform is known by name here.

mod audience;
mod claims;
mod decision;
mod finding;
mod issuer;

pub use audience::{Audience, AudienceError};
pub use claims::Claims;
pub use decision::{Decision, Step, Verdict};
pub use finding::{Finding, Severity};
pub use issuer::{IssuerError, IssuerUrl};
