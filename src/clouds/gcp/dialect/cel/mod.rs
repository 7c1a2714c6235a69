//! CEL, the Common Expression Language, as workload identity federation uses it ("Workload Identity Federation", attribute
//! mappings and conditions; CEL language definition).
//!
//! Owns reading an expression within limits, and evaluating it to a value, an error, or "not known". Knows neither tokens nor
//! providers.

mod budget;
mod calls;
mod compare;
mod convert;
mod error;
mod evaluate;
mod function;
mod guard;
mod operators;
mod parse;
mod program;
mod quote;
mod regular;
mod stop;
mod tree;
mod value;
mod write;

#[cfg(test)]
mod conformance_test;
#[cfg(test)]
mod property_test;

pub(super) use compare::equal;
pub use error::{CelError, CelMistake};
pub(super) use evaluate::evaluate;
pub(super) use function::Function;
pub(super) use guard::closing_bracket;
pub(super) use program::Program;
pub(super) use quote::{path, quote};
pub(super) use regular::Regular;
pub(super) use stop::Stop;
pub(super) use tree::{Each, Kind, Node, Operator};
pub(super) use value::{Map, Unknown, Value};
pub(super) use write::write;
