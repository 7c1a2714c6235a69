//! Values as the host sees them: three-valued, untyped in Rust, typed by a schema.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Number, Type};

/// A value of the configuration language.
///
/// Equality is the host's: sets have no order and no duplicates, numbers compare by value.
///
/// INVARIANT: strings are in Unicode NFC, as the host normalises them; [`Value::string`] does it.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    /// Not known yet, with what is known about it. Never to be taken for null.
    Unknown(Option<Box<Refinement>>),
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Value>),
    Set(Vec<Value>),
    Tuple(Vec<Value>),
    Map(BTreeMap<String, Value>),
    Object(BTreeMap<String, Value>),
    /// A value of a dynamic attribute, with the type it has.
    Dynamic(Box<(Type, Value)>),
}

/// What is known about an unknown value. It is always safe to ignore it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinement {
    pub not_null: bool,
    pub prefix: Option<String>,
    /// Bound and whether it is inclusive.
    pub min: Option<(Number, bool)>,
    pub max: Option<(Number, bool)>,
    pub length_min: Option<i64>,
    pub length_max: Option<i64>,
}

impl Value {
    /// An unknown value without refinement.
    pub const UNKNOWN: Self = Self::Unknown(None);

    /// A string, normalised to NFC.
    pub fn string(text: impl AsRef<str>) -> Self {
        Self::String(nfc(text.as_ref()))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// True when no unknown is anywhere inside.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(items) | Self::Set(items) | Self::Tuple(items) => {
                items.iter().all(Self::is_wholly_known)
            }
            Self::Map(members) | Self::Object(members) => members.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// The value with every unknown inside replaced by null.
    #[must_use]
    pub fn unknown_to_null(self) -> Self {
        let list = |items: Vec<Self>| items.into_iter().map(Self::unknown_to_null).collect();
        let map = |members: BTreeMap<String, Self>| {
            members
                .into_iter()
                .map(|(k, v)| (k, v.unknown_to_null()))
                .collect()
        };
        match self {
            Self::Unknown(_) => Self::Null,
            Self::List(items) => Self::List(list(items)),
            Self::Set(items) => Self::Set(list(items)),
            Self::Tuple(items) => Self::Tuple(list(items)),
            Self::Map(members) => Self::Map(map(members)),
            Self::Object(members) => Self::Object(map(members)),
            Self::Dynamic(inner) => match inner.1 {
                Self::Unknown(_) => Self::Null,
                value => Self::Dynamic(Box::new((inner.0, value.unknown_to_null()))),
            },
            known => known,
        }
    }

    /// The member of an object or map.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) | Self::Map(members) => members.get(name),
            _ => None,
        }
    }

    /// Text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The kind of value, for messages; never the value itself.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Tuple(_) => "a tuple",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
            Self::Dynamic(_) => "a dynamic value",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown(_) => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Tuple(_) => 7,
            Self::Map(_) => 8,
            Self::Object(_) => 9,
            Self::Dynamic(_) => 10,
        }
    }
}

/// Text in Unicode NFC.
pub fn nfc(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if text.is_ascii() {
        return text.to_owned();
    }
    text.nfc().collect()
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An order to sort by; it has no meaning to the user.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Unknown(a), Self::Unknown(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => distinct(a).cmp(&distinct(b)),
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Dynamic(a), Self::Dynamic(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

fn distinct(items: &[Value]) -> Vec<&Value> {
    let mut sorted: Vec<&Value> = items.iter().collect();
    sorted.sort();
    sorted.dedup();
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_have_no_order_and_no_duplicates() {
        let (a, b) = (Value::string("a"), Value::string("b"));
        assert_eq!(
            Value::Set(vec![a.clone(), b.clone(), a.clone()]),
            Value::Set(vec![b.clone(), a.clone()])
        );
        assert_ne!(Value::List(vec![a.clone(), b.clone()]), Value::List(vec![b, a]));
    }

    #[test]
    fn unknown_is_not_null() {
        assert_ne!(Value::UNKNOWN, Value::Null);
        let object = Value::Object([("a".to_owned(), Value::Set(vec![Value::UNKNOWN]))].into());
        assert!(!object.is_wholly_known());
        assert!(object.unknown_to_null().is_wholly_known());
    }
}
