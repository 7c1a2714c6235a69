//! What a provider does with a token: the decision of the Security Token Service, and whether a binding means the identity.
//!
//! Answers are three-valued. What depends on a claim that is not known, on syntax that is not evaluated here, or on a function
//! of which nobody says that Google has it, is neither allowed nor denied.

mod binding;
mod exchange;
mod explain;
mod mapping;
mod token;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors_test;

pub use binding::binding_step;
pub use exchange::{Exchange, StsError, evaluate, exchange};
pub use mapping::{Mapped, MappedValue};
pub use token::{KnownClaims, Rest};
