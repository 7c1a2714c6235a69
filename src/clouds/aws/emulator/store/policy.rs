//! Managed policies: those of the account and those of AWS.

use super::{AwsPolicy, Document, Tags};

/// A managed policy of an account. It has one version, `v1`.
#[derive(Clone, Debug)]
pub struct Policy {
    pub path: String,
    pub name: String,
    pub id: String,
    pub arn: String,
    pub description: Option<String>,
    pub document: Document,
    /// Seconds since 1970.
    pub created: i64,
    pub tags: Tags,
}

/// A managed policy of either kind.
#[derive(Clone, Copy, Debug)]
pub enum AnyPolicy<'a> {
    Local(&'a Policy),
    Aws(&'a AwsPolicy),
}

impl<'a> AnyPolicy<'a> {
    pub fn name(self) -> &'a str {
        match self {
            Self::Local(policy) => &policy.name,
            Self::Aws(policy) => policy.name,
        }
    }

    pub fn path(self) -> &'a str {
        match self {
            Self::Local(policy) => &policy.path,
            Self::Aws(policy) => policy.path,
        }
    }

    pub fn arn(self) -> &'a str {
        match self {
            Self::Local(policy) => &policy.arn,
            Self::Aws(policy) => &policy.arn,
        }
    }

    pub fn id(self) -> &'a str {
        match self {
            Self::Local(policy) => &policy.id,
            Self::Aws(policy) => &policy.id,
        }
    }

    pub fn document(self) -> &'a Document {
        match self {
            Self::Local(policy) => &policy.document,
            Self::Aws(policy) => &policy.document,
        }
    }

    pub fn description(self) -> Option<&'a str> {
        match self {
            Self::Local(policy) => policy.description.as_deref(),
            Self::Aws(policy) => Some(policy.description),
        }
    }

    /// Seconds since 1970.
    pub fn created(self) -> i64 {
        match self {
            Self::Local(policy) => policy.created,
            Self::Aws(policy) => policy.created,
        }
    }

    pub fn version(self) -> &'a str {
        "v1"
    }

    pub fn tags(self) -> Option<&'a Tags> {
        match self {
            Self::Local(policy) => Some(&policy.tags),
            Self::Aws(_) => None,
        }
    }
}
