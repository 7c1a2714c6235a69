//! A role.

use std::collections::BTreeMap;

use super::{Document, Tags};

/// An IAM role with everything that hangs on it.
#[derive(Clone, Debug)]
pub struct Role {
    pub path: String,
    pub name: String,
    pub id: String,
    pub arn: String,
    /// Seconds since 1970.
    pub created: i64,
    pub trust: Document,
    pub description: Option<String>,
    /// Seconds.
    pub max_session: u32,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    pub tags: Tags,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Document>,
    /// ARNs of attached managed policies, in the order of attachment.
    pub attached: Vec<String>,
    /// Seconds since 1970 of the last session, and its region.
    pub last_used: Option<(i64, String)>,
    /// How many more reads do not see this role yet.
    pub unseen_reads: u32,
    /// How many more lists do not show this role yet.
    pub unseen_lists: u32,
}

impl Role {
    /// Characters of all inline policies together, without white space.
    pub fn inline_size(&self) -> usize {
        self.inline.values().map(Document::size).sum()
    }
}
