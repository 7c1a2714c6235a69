//! Typed models to and from Terraform values.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attr, Number, Value};

/// A Rust type that is a Terraform value.
pub trait Convert: Sized {
    /// # Errors
    /// What was expected, when the value has another shape. With values checked against the schema this is a defect
    /// of the provider, not of the configuration.
    fn from_value(value: &Value) -> Result<Self, String>;

    fn to_value(&self) -> Value;
}

/// The whole object of a resource, data source or provider block; written with [`model!`](crate::model).
pub trait Model: Convert + Clone + Default + Send + Sync + 'static {}

impl<T: Convert> Convert for Attr<T> {
    fn from_value(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Unknown(_) => Self::Unknown,
            known => Self::Known(T::from_value(known)?),
        })
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::UNKNOWN,
            Self::Known(value) => value.to_value(),
        }
    }
}

impl Convert for String {
    fn from_value(value: &Value) -> Result<Self, String> {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| mismatch("a string", value))
    }

    fn to_value(&self) -> Value {
        Value::string(self)
    }
}

impl Convert for bool {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(known) => Ok(*known),
            other => Err(mismatch("a bool", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Convert for i64 {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Number(number) => number.as_i64().ok_or_else(|| mismatch("a whole number", value)),
            other => Err(mismatch("a whole number", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::Int(*self))
    }
}

impl<T: Convert + Ord> Convert for BTreeSet<T> {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Set(items) => items.iter().map(T::from_value).collect(),
            other => Err(mismatch("a set", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Set(self.iter().map(T::to_value).collect())
    }
}

impl<T: Convert> Convert for Vec<T> {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                items.iter().map(T::from_value).collect()
            }
            other => Err(mismatch("a list", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::List(self.iter().map(T::to_value).collect())
    }
}

impl<T: Convert> Convert for BTreeMap<String, T> {
    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Map(members) | Value::Object(members) => members
                .iter()
                .map(|(k, v)| Ok((k.clone(), T::from_value(v)?)))
                .collect(),
            other => Err(mismatch("a map", other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Map(self.iter().map(|(k, v)| (k.clone(), v.to_value())).collect())
    }
}

impl Convert for Value {
    fn from_value(value: &Value) -> Result<Self, String> {
        Ok(value.clone())
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

/// For use by [`model!`](crate::model): a member of an object.
///
/// # Errors
/// Names the member that is missing or of another shape.
pub fn member<T: Convert>(value: &Value, name: &str) -> Result<T, String> {
    let name = name.trim_start_matches("r#");
    let found = value
        .member(name)
        .ok_or_else(|| format!("expected the attribute `{name}`, found none"))?;
    T::from_value(found).map_err(|e| format!("{name}: {e}"))
}

fn mismatch(expected: &str, found: &Value) -> String {
    format!("expected {expected}, found {}", found.kind())
}

/// Declares a model: a struct whose fields are attributes of the same name.
///
/// An attribute named like a Rust keyword is written raw (`r#use`). Every field is an [`Attr`], so that null, unknown and known stay apart. `Default` is the object with every
/// attribute null.
#[macro_export]
macro_rules! model {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }

        impl $crate::framework::Convert for $name {
            fn from_value(value: &$crate::framework::Value) -> Result<Self, String> {
                Ok(Self { $($field: $crate::framework::member(value, stringify!($field))?),* })
            }

            fn to_value(&self) -> $crate::framework::Value {
                let mut members = std::collections::BTreeMap::new();
                $(members.insert(
                    stringify!($field).trim_start_matches("r#").to_owned(),
                    $crate::framework::Convert::to_value(&self.$field),
                );)*
                $crate::framework::Value::Object(members)
            }
        }

        impl $crate::framework::Model for $name {}
    };
}
