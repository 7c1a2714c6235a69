//! The claims of a token, as far as they are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::cel::{Map, Unknown, Value};
use crate::trust::Claims;

/// What claims a token has that are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Absent,
    Unknown,
}

/// Claims that are known, with what is known about the others.
#[derive(Clone, Debug)]
pub struct KnownClaims<'a> {
    pub claims: &'a Claims,
    /// Claims that may or may not be there, with any value.
    pub unknown: BTreeSet<String>,
    pub rest: Rest,
}

impl<'a> KnownClaims<'a> {
    /// A token of which everything is known.
    pub fn all(claims: &'a Claims) -> Self {
        Self {
            claims,
            unknown: BTreeSet::new(),
            rest: Rest::Absent,
        }
    }

    /// Whether a claim's value, or its absence, is not known.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.unknown.contains(name) || (self.rest == Rest::Unknown && self.claims.get(name).is_none())
    }

    /// `assertion`
    pub(super) fn assertion(&self) -> Value {
        let mut map = Map::from_json(self.claims.members());
        for name in &self.unknown {
            map.texts.remove(name.as_str());
        }
        map.unknown = match (self.rest, map.unknown) {
            // A claim that is listed, and still not known, is not in the map: it belongs to the rest.
            (Rest::Unknown, _) => Unknown::Rest,
            (Rest::Absent, Unknown::These(mut names)) => {
                names.extend(self.unknown.iter().cloned());
                Unknown::These(names)
            }
            (Rest::Absent, _) => Unknown::These(self.unknown.clone()),
        };
        Value::Map(Arc::new(map))
    }
}
