//! Between the framework's words and the messages of the protocol.

mod diagnostics;
mod schema;
mod value;

pub use diagnostics::{function_error, paths, to_wire as diagnostics};
pub use schema::{block, function, identity_schema};
pub use value::{empty, identity, raw_json, read, read_identity, write};
