//! Values in MessagePack, the form in which the hosts send and expect them.
//!
//! Reading is strict where a strict reader may be: no trailing bytes, no wrong map keys, no invalid UTF-8. It never
//! panics, never reserves memory that the bytes do not justify, and is bounded in depth by the type it reads.

mod decode;
mod encode;
mod reader;
mod refinement;

pub use decode::decode;
pub use encode::encode;

use crate::framework::Mismatch;

/// Why bytes are not a value of the type, or a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the MessagePack data ends in the middle of a value")]
    Truncated,
    #[error("expected one value, found {0} more bytes after it")]
    Trailing(usize),
    #[error("expected {expected}, found MessagePack code {found:#04x}")]
    Unexpected { expected: &'static str, found: u8 },
    #[error("expected UTF-8 text, found other bytes")]
    NotText,
    #[error("expected a number, found text that is none")]
    NotANumber,
    #[error("expected an object with {expected} attributes, found one with {found}")]
    Members { expected: usize, found: usize },
    #[error("expected the attributes of the type, found `{0}` twice or an attribute that it does not have")]
    Member(String),
    #[error("expected {expected} elements, found {found}")]
    Elements { expected: usize, found: usize },
    #[error("expected a type constraint, found something else")]
    NotAType,
    #[error("expected elements of one type in a collection, found several")]
    MixedElements,
    #[error("expected the refinement of an unknown value, found something else")]
    Refinement,
    #[error("the value is nested too deeply")]
    TooDeep,
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
}
