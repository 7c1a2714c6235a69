//! The trust arguments, the same on every trust resource of every cloud: their schema, and how a configuration becomes
//! a [`Trust`](crate::trust::Trust). Knows no cloud: what is special to one is said by the caller.

mod reading;
mod schema;
mod signer;
mod signing;
mod writing;

pub use reading::{AlsoModel, Arguments, Reading, path_of, written_claims, written_set};
pub use schema::{FindingModel, attributes, computed_attributes};
pub use signer::{Doubt, Signer};
pub use signing::{Signed, WrittenPlatform, platforms, signers};
pub use writing::{ArgumentsMut, set};
