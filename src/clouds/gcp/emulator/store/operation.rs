//! Long-running operations of pools and providers.

use serde_json::Value;

use super::super::wire::Members;
use super::pool::{Pool, Provider};

/// What an operation does when it is done.
#[derive(Clone, Debug)]
pub enum Change {
    MakePool(Box<Pool>),
    PatchPool {
        name: String,
        fields: Members,
    },
    DeletePool {
        name: String,
        purged_at: i64,
    },
    UndeletePool {
        name: String,
    },
    /// A provider as it is from then on.
    Provider {
        pool: String,
        id: String,
        provider: Box<Provider>,
    },
}

impl Change {
    /// The name of what is made, if something is.
    pub fn makes(&self) -> Option<&str> {
        match self {
            Self::MakePool(pool) => Some(&pool.name),
            Self::Provider { provider, .. } => Some(&provider.name),
            _ => None,
        }
    }
}

/// An operation that somebody may still ask about.
#[derive(Clone, Debug)]
pub struct PendingOperation {
    /// Not done yet, with the polls that it takes.
    pub change: Option<Change>,
    pub polls: u32,
    /// How many more calls do not find it.
    pub unseen: u32,
    /// Why it failed.
    pub error: Option<Value>,
}
