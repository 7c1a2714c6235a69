//! An instance profile: what can stand in the way of deleting a role.

use super::Tags;

/// An instance profile and the at most one role in it.
#[derive(Clone, Debug)]
pub struct Profile {
    pub path: String,
    pub name: String,
    pub id: String,
    pub arn: String,
    /// Seconds since 1970.
    pub created: i64,
    /// The name of the role.
    pub role: Option<String>,
    pub tags: Tags,
}
