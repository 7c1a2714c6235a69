//! What kind of value a claim has.

/// The kind of JSON value that tokens carry in a claim. A claim of which this is not known is not listed with any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    Text,
    /// Of texts.
    List,
    Boolean,
    Number,
}
