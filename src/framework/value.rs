//! Values as the host sees them: three-valued, untyped in Rust, typed by a schema.

use std::collections::BTreeMap;

use super::{Number, Type};

/// A value of the configuration language.
///
/// INVARIANT: strings are in Unicode NFC, as the host normalises them; [`Value::string`] does it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
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
#[derive(Clone, Debug, Default, PartialEq)]
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
        use unicode_normalization::UnicodeNormalization;
        Self::String(text.as_ref().nfc().collect())
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
}
