//! What texts a pattern and a template stand for, as automata.
//!
//! One definition for all: composing, parsing, inference and the proof that a declared platform cannot be read in two ways
//! ask the same automaton. No backtracking anywhere: time is text × pattern, whatever either of them is.

mod chars;
mod clash;
mod invent;
mod language;
mod read;
mod split;
mod swallow;

pub(super) use clash::{Clash, clash};
pub(super) use language::Language;
pub use read::PatternError;
pub(super) use read::Piece;
pub(super) use split::{Part, split};

#[cfg(test)]
mod tests;
