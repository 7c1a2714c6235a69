//! Allow policies: who has which role on something, now and as far as it has become known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The etag of a policy that nobody ever wrote.
const NEVER_WRITTEN: &str = "ACAB";

/// A policy as it was written last.
#[derive(Clone, Debug)]
pub struct Policy {
    /// One entry for a role and a condition.
    pub bindings: BTreeMap<(String, Option<Condition>), BTreeSet<Member>>,
    pub audit_configs: Option<Value>,
    pub etag: String,
}

/// One role for some members, with its condition.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    pub role: &'a str,
    pub condition: Option<&'a Condition>,
    pub members: &'a BTreeSet<Member>,
}

/// When a binding is in force.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    pub title: String,
    pub expression: String,
    pub description: String,
}

/// Whom a binding names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A service account; the unique id says which one of those that had this name.
    Account { email: String, unique_id: String },
    /// Anybody else, as written.
    Text(String),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            bindings: BTreeMap::new(),
            audit_configs: None,
            etag: NEVER_WRITTEN.to_owned(),
        }
    }
}

impl Policy {
    pub fn bindings(&self) -> impl Iterator<Item = Binding<'_>> {
        self.bindings.iter().map(|((role, condition), members)| Binding {
            role,
            condition: condition.as_ref(),
            members,
        })
    }

    pub fn has_conditions(&self) -> bool {
        self.bindings.keys().any(|(_, condition)| condition.is_some())
    }
}

/// A policy with those before it: a change is read at once, and takes effect later.
#[derive(Clone, Debug)]
pub struct PolicyStore {
    /// With the time from which each was the one that is read; never empty.
    written: Vec<(i64, Policy)>,
}

impl Default for PolicyStore {
    fn default() -> Self {
        Self {
            written: vec![(i64::MIN, Policy::default())],
        }
    }
}

impl PolicyStore {
    /// What is read.
    pub fn current(&self) -> Policy {
        self.written
            .last()
            .map(|(_, policy)| policy.clone())
            .unwrap_or_default()
    }

    /// What decides, when changes take so many seconds.
    pub fn effective(&self, now: i64, delay: i64) -> Option<&Policy> {
        let known = |since: i64| since.saturating_add(delay) <= now;
        let found = self.written.iter().rev().find(|(since, _)| known(*since));
        found.or(self.written.first()).map(|(_, policy)| policy)
    }

    pub fn write(&mut self, now: i64, delay: i64, policy: Policy) {
        let in_force = self
            .written
            .iter()
            .rposition(|(since, _)| since.saturating_add(delay) <= now)
            .unwrap_or(0);
        self.written.drain(..in_force);
        self.written.push((now, policy));
    }
}
