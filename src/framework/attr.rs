//! Three-valued attributes of typed models.

use std::collections::{BTreeMap, BTreeSet};

/// A typed attribute: null, not known yet, or known. Unknown is never taken for null.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attr<T> {
    #[default]
    Null,
    Unknown,
    Known(T),
}

/// A set of strings whose elements may be unknown.
pub type StringSet = Attr<BTreeSet<Attr<String>>>;
/// A map of strings whose values may be unknown.
pub type StringMap = Attr<BTreeMap<String, Attr<String>>>;
/// A map of sets of strings.
pub type StringSetMap = Attr<BTreeMap<String, StringSet>>;

impl<T> Attr<T> {
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The known value. Use only where unknown and null mean the same to the caller, and say why.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// `None` when unknown, `Some(None)` when null.
    pub fn settled(&self) -> Option<Option<&T>> {
        match self {
            Self::Null => Some(None),
            Self::Unknown => None,
            Self::Known(value) => Some(Some(value)),
        }
    }

    /// Null for `None`.
    pub fn from_option(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(f(value)),
        }
    }
}

impl Attr<String> {
    /// The text of a known string.
    pub fn text(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }

    pub fn from_text(text: impl Into<String>) -> Self {
        Self::Known(text.into())
    }
}

impl StringSet {
    /// A known set of known strings.
    pub fn of<S: Into<String>>(elements: impl IntoIterator<Item = S>) -> Self {
        Self::Known(elements.into_iter().map(|e| Attr::Known(e.into())).collect())
    }

    /// The elements: outer `None` when anything is unknown, inner `None` when the set is null. Null elements are left
    /// out; validation has refused them.
    pub fn strings(&self) -> Option<Option<BTreeSet<String>>> {
        match self.settled()? {
            None => Some(None),
            Some(elements) => {
                if elements.iter().any(Attr::is_unknown) {
                    return None;
                }
                Some(Some(elements.iter().filter_map(|e| e.known().cloned()).collect()))
            }
        }
    }
}

impl StringMap {
    /// The members, like [`StringSet::strings`].
    pub fn members(&self) -> Option<Option<BTreeMap<String, String>>> {
        match self.settled()? {
            None => Some(None),
            Some(members) => {
                if members.values().any(Attr::is_unknown) {
                    return None;
                }
                let known = members
                    .iter()
                    .filter_map(|(k, v)| v.known().map(|v| (k.clone(), v.clone())));
                Some(Some(known.collect()))
            }
        }
    }
}
