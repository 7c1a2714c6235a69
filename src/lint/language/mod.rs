//! Sets of texts as small automata over characters, and the search for a text that several of them have.
//!
//! Knows nothing of tokens. Exact where it says so; where a set of texts is widened, it only ever grows, so that "nothing
//! in common" stays true.

mod automaton;
mod expression;
mod label;
mod search;
mod skeleton;

pub(crate) use automaton::{Automaton, Builder, Edge};
pub use expression::Expression;
#[cfg(test)]
pub(crate) use expression::Laid;
pub(crate) use label::Label;
#[cfg(test)]
pub(crate) use search::visited;
pub(crate) use search::{Found, Letter, Tracks, search, text};
pub use skeleton::Texts;
