//! The document itself.

use super::{Actions, Effect, Resources, Statement};

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Also what a document without a version is in. Knows no policy variables.
    V2008,
    V2012,
}

/// A policy document of IAM, order and list form kept as they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    pub version: Option<Version>,
    pub id: Option<String>,
    pub statements: Vec<Statement>,
}

impl Version {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

impl PolicyDocument {
    /// A document of the current version.
    pub fn new(statements: Vec<Statement>) -> Self {
        Self {
            version: Some(Version::V2012),
            id: None,
            statements,
        }
    }

    /// Whether `${…}` in values is replaced: only in the newer version.
    pub fn has_variables(&self) -> bool {
        self.version == Some(Version::V2012)
    }

    /// Whether some statement allows every action on everything, without a condition.
    pub fn allows_everything(&self) -> bool {
        let any = |names: &[String]| names.iter().any(|name| name == "*" || name == "*:*");
        self.statements.iter().any(|statement| {
            let actions = matches!(&statement.actions, Actions::Action(names) if any(names));
            let resources = matches!(&statement.resources, Some(Resources::Resource(names)) if any(names));
            statement.effect == Effect::Allow && actions && resources && statement.conditions.is_empty()
        })
    }
}
