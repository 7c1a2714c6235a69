//! How a plan is made from configuration, prior state and schema, before the resource itself completes it.

mod changes;
mod complete;
mod counterparts;
mod replace;

pub use changes::{differs, without_marks};
pub use complete::{fill_defaults, mark_unknown, null_write_only};
pub use counterparts::{Counterparts, each};
pub use replace::replaced;

use std::collections::BTreeMap;

use super::Value;

/// The members of an object.
pub type Members = BTreeMap<String, Value>;
