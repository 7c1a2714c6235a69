//! What the resource remembers in its private state.

use crate::clouds::aws::sharing::Membership;
use crate::framework::Private;

const MEMBERSHIP: &str = "membership";
const IMPORTED: &str = "imported";

/// The record of one provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Memory {
    /// What may be taken away again, and from which provider.
    pub membership: Option<Membership>,
    /// Arguments that are null in the configuration show what Read found.
    pub imported: bool,
}

impl Memory {
    pub fn of(private: &Private) -> Self {
        Self {
            membership: private.get(MEMBERSHIP),
            imported: private.get(IMPORTED).unwrap_or_default(),
        }
    }

    pub fn keep_in(&self, private: &mut Private) {
        match &self.membership {
            Some(membership) => private.set(MEMBERSHIP, membership),
            None => private.remove(MEMBERSHIP),
        }
        if self.imported {
            private.set(IMPORTED, true);
        } else {
            private.remove(IMPORTED);
        }
    }
}
