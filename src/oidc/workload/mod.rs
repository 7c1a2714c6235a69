//! The workload's own token: given, in a file, or wherever its platform puts it.
//!
//! Owns the search: which places of the catalogue are there, what is found in them, and whether it is a token of the
//! platform at all (by its `iss`, not by a variable that two platforms may share). Every exchange searches anew, because
//! platforms rotate tokens. Nothing is read, run or asked before somebody wants a token.
//!
//! Must not know: which cloud takes the token; it says which audiences it accepts.
//!
//! SECURITY: neither a token nor what a token is asked with (a bearer, a header) ever stands in an error; a request
//! carries them only to where the platform said, never along a redirect; a command is run without a shell, from an
//! absolute directory of `PATH`, and only because the catalogue or the command line names it.
//!
//! | file | noun |
//! |---|---|
//! | `source` | a token source of a configuration, and the token that is found |
//! | `surroundings` | what the search sees of the machine |
//! | `search` | the places of a platform, one after another |
//! | `reach` | which places the search can get at, and which platform this looks like |
//! | `judged` | whether a text is a token of the platform |
//! | `filled` | what stands in braces in the catalogue |
//! | `file`, `request`, `command`, `answer` | the kinds of places |
//! | `miss`, `error` | why a place has no token, and that none has |

mod answer;
mod command;
mod error;
#[cfg(test)]
pub(crate) mod fake_places;
mod file;
mod filled;
mod judged;
mod miss;
mod reach;
mod request;
mod search;
mod source;
mod surroundings;

#[cfg(test)]
mod tests;

pub use error::{TokenError, Tried};
pub use miss::Miss;
pub use reach::{detected, is_searchable};
pub use source::{FoundToken, PlatformToken, WorkloadToken};
pub use surroundings::Surroundings;

/// The longest token that is looked at, in characters; the clouds take no longer ones.
const MAX_TOKEN: usize = 20_000;

/// The longest answer or output that a token is looked for in, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
