//! Who the own credentials are.

use crate::clouds::aws::dialect::{AccountId, Partition};

/// The answer of `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub account: AccountId,
    /// Of the user or the session.
    pub arn: String,
    pub partition: Partition,
}
