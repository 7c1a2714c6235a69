//! Values of CEL, and claims as such values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A value. Lists and maps are shared, so that a copy is cheap.
#[derive(Clone, Debug)]
pub(in super::super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    /// A whole number of a claim. Google does not say whether it becomes an int or a double; what both have in common is
    /// decided, all else is unknown. Magnitudes stay within 2^53, where both are exact.
    Whole(i64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Arc<[Value]>),
    Map(Arc<Map>),
    Type(&'static str),
}

/// A map. Claims and attributes may be known in part.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Map {
    pub texts: BTreeMap<Arc<str>, Value>,
    /// Members whose keys are no texts.
    pub others: Vec<(Value, Value)>,
    /// Members that may or may not be there, with values that nobody knows.
    pub unknown: Unknown,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Unknown {
    #[default]
    Nothing,
    These(BTreeSet<String>),
    /// Every name that is not listed.
    Rest,
}

/// Whole numbers beyond this are not exact as doubles.
const EXACT: i64 = 1 << 53;

impl Map {
    pub fn is_complete(&self) -> bool {
        match &self.unknown {
            Unknown::Nothing => true,
            Unknown::These(names) => names.is_empty(),
            Unknown::Rest => false,
        }
    }

    pub fn is_unknown(&self, name: &str) -> bool {
        match &self.unknown {
            Unknown::Nothing => false,
            Unknown::These(names) => names.contains(name),
            Unknown::Rest => !self.texts.contains_key(name),
        }
    }

    pub fn len(&self) -> usize {
        self.texts.len() + self.others.len()
    }

    pub fn keys(&self) -> impl Iterator<Item = Value> + '_ {
        let texts = self.texts.keys().map(|key| Value::Text(Arc::clone(key)));
        texts.chain(self.others.iter().map(|(key, _)| key.clone()))
    }
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// The name of its type, as CEL spells it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Whole(_) => "number",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Type(_) => "type",
        }
    }

    /// A claim. A number that is whole and too great to be exact is unknown, and gives none.
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        Some(match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) if (-EXACT..=EXACT).contains(&whole) => Self::Whole(whole),
                Some(_) => return None,
                None => {
                    let double = number.as_f64()?;
                    match double.fract() == 0.0 {
                        // `1e2`, `2.0` or a great number: a double that may just as well have become an int.
                        true if double.abs() <= 9_007_199_254_740_992.0 => Self::Whole(double as i64),
                        true => return None,
                        false => Self::Double(double),
                    }
                }
            },
            serde_json::Value::Array(items) => {
                Self::List(items.iter().map(Self::from_json).collect::<Option<_>>()?)
            }
            serde_json::Value::Object(members) => Self::Map(Arc::new(Map::from_json(members))),
        })
    }

    /// As shown to people: texts as CEL writes them.
    pub fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) | Self::Whole(value) => value.to_string(),
            Self::Uint(value) => format!("{value}u"),
            Self::Double(value) => value.to_string(),
            Self::Text(text) => super::quote(text),
            Self::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::shown).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(map) => format!("a map of {}", map.len()),
            Self::Type(name) => (*name).to_owned(),
        }
    }
}

impl Map {
    pub fn from_json(members: &serde_json::Map<String, serde_json::Value>) -> Self {
        let mut map = Self::default();
        let mut unknown = BTreeSet::new();
        for (name, value) in members {
            match Value::from_json(value) {
                Some(value) => {
                    map.texts.insert(Arc::from(name.as_str()), value);
                }
                None => {
                    unknown.insert(name.clone());
                }
            }
        }
        if !unknown.is_empty() {
            map.unknown = Unknown::These(unknown);
        }
        map
    }
}
