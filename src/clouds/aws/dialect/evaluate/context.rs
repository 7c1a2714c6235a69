//! The request context: what is known about a request, by condition key.

use std::collections::{BTreeMap, BTreeSet};

/// The value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// A key that has one value.
    Single(String),
    /// A key that may have several; an empty list counts as absent.
    Many(Vec<String>),
}

/// Condition keys of a request. Names are compared without regard to letter case.
///
/// In a *complete* context a key that is not set is absent from the request. In a *partial* one that holds for keys of
/// token claims and services only; a global key (`aws:…`) that is not set is not known, unless it is marked as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, ContextValue>,
    unknown: BTreeSet<String>,
    /// Names, and with a slash at the end whole families (`aws:requesttag/`).
    absent: BTreeSet<String>,
    complete: bool,
}

/// What a context says about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    Present(&'a ContextValue),
    Absent,
    Unknown,
}

impl Context {
    /// A context in which every key that is not set is absent from the request.
    pub fn complete() -> Self {
        Self {
            complete: true,
            ..Self::default()
        }
    }

    /// A context in which a global key that is not set may or may not be in the request.
    pub fn partial() -> Self {
        Self::default()
    }

    /// Sets a key that has one value.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> &mut Self {
        self.values
            .insert(key.to_ascii_lowercase(), ContextValue::Single(value.into()));
        self
    }

    /// Sets a key that may have several values.
    pub fn set_many(&mut self, key: &str, values: Vec<String>) -> &mut Self {
        self.values
            .insert(key.to_ascii_lowercase(), ContextValue::Many(values));
        self
    }

    /// Says that a key is not in the request, or with a name that ends in `/` none of that family beyond those set.
    pub fn mark_absent(&mut self, key: &str) -> &mut Self {
        self.absent.insert(key.to_ascii_lowercase());
        self
    }

    /// Says that nothing is known about a key that is not set.
    pub fn mark_unknown(&mut self, key: &str) -> &mut Self {
        self.unknown.insert(key.to_ascii_lowercase());
        self
    }

    pub(super) fn lookup(&self, key: &str) -> Lookup<'_> {
        let key = key.to_ascii_lowercase();
        match self.values.get(&key) {
            Some(ContextValue::Many(values)) if values.is_empty() => Lookup::Absent,
            Some(value) => Lookup::Present(value),
            None if self.unknown.contains(&key) => Lookup::Unknown,
            None if self.complete || !key.starts_with("aws:") || self.is_absent(&key) => Lookup::Absent,
            None => Lookup::Unknown,
        }
    }

    fn is_absent(&self, key: &str) -> bool {
        let family = key.split_inclusive('/').next().unwrap_or(key);
        self.absent.contains(key) || (family.ends_with('/') && self.absent.contains(family))
    }
}
