//! One statement.

use super::{Condition, PrincipalSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Allow,
    Deny,
}

/// Whom a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    Principal(PrincipalSet),
    NotPrincipal(PrincipalSet),
}

/// What a statement is about: names of actions with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actions {
    Action(Vec<String>),
    NotAction(Vec<String>),
}

/// On what: ARNs with wildcards and variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resources {
    Resource(Vec<String>),
    NotResource(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    /// In trust policies; identity policies have none.
    pub principals: Option<Principals>,
    pub actions: Actions,
    /// In identity policies; trust policies have none.
    pub resources: Option<Resources>,
    /// All of them have to hold.
    pub conditions: Vec<Condition>,
}

impl Effect {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

impl Actions {
    /// The names as written, whichever of the two elements it is.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Action(names) | Self::NotAction(names) => names,
        }
    }
}
