//! The request context: what is known about a request, by condition key.

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
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Few enough to look through them one by one.
    values: Vec<(String, ContextValue)>,
    unknown: Vec<String>,
    /// Names, and with a slash at the end whole families (`aws:requesttag/`).
    absent: Vec<String>,
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
        self.put(key, ContextValue::Single(value.into()))
    }

    /// Sets a key that may have several values.
    pub fn set_many(&mut self, key: &str, values: Vec<String>) -> &mut Self {
        self.put(key, ContextValue::Many(values))
    }

    fn put(&mut self, key: &str, value: ContextValue) -> &mut Self {
        match self
            .values
            .iter_mut()
            .find(|(own, _)| own.eq_ignore_ascii_case(key))
        {
            Some((_, own)) => *own = value,
            None => self.values.push((key.to_owned(), value)),
        }
        self
    }

    /// Says that a key is not in the request, or with a name that ends in `/` none of that family beyond those set.
    pub fn mark_absent(&mut self, key: &str) -> &mut Self {
        self.absent.push(key.to_owned());
        self
    }

    /// Says that nothing is known about a key that is not set.
    pub fn mark_unknown(&mut self, key: &str) -> &mut Self {
        self.unknown.push(key.to_owned());
        self
    }

    pub(super) fn lookup(&self, key: &str) -> Lookup<'_> {
        let value = self.values.iter().find(|(own, _)| own.eq_ignore_ascii_case(key));
        let is_global = || {
            key.get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
        };
        match value {
            Some((_, ContextValue::Many(values))) if values.is_empty() => Lookup::Absent,
            Some((_, value)) => Lookup::Present(value),
            None if is_in(&self.unknown, key) => Lookup::Unknown,
            None if self.complete || !is_global() || self.is_absent(key) => Lookup::Absent,
            None => Lookup::Unknown,
        }
    }

    fn is_absent(&self, key: &str) -> bool {
        let family = key.split_inclusive('/').next().unwrap_or(key);
        is_in(&self.absent, key) || (family.ends_with('/') && is_in(&self.absent, family))
    }
}

/// Names of keys are compared without regard to letter case.
fn is_in(names: &[String], key: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(key))
}
