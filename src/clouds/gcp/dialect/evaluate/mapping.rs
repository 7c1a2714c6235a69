//! The attributes that a provider makes of claims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::cel::{Map, Program, Stop, Unknown, Value};
use super::super::provider::Target;

/// A value that a mapping gives, or that it gives some value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappedValue<T> {
    Known(T),
    /// With the reason.
    Unknown(String),
}

/// The identity that Google makes of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    pub subject: Option<MappedValue<String>>,
    pub groups: Option<MappedValue<Vec<String>>>,
    /// By the name after `attribute.`.
    pub attributes: BTreeMap<String, MappedValue<String>>,
}

/// The outcome of one mapping.
pub(super) enum Outcome {
    Value(Value),
    /// Google would refuse the token.
    Error(String),
    Unknown(String),
}

/// Evaluates one mapping. A value that is doubtful is not known.
pub(super) fn outcome(program: &Program, variables: &[(&str, Value)]) -> Outcome {
    match (program.evaluate(variables), program.doubt(variables)) {
        (Ok(_), Some(doubt)) => Outcome::Unknown(doubt),
        (Ok(value), None) => Outcome::Value(value),
        (Err(stop @ Stop::Error(_)), _) => Outcome::Error(program.explain(&stop)),
        (Err(stop @ Stop::Unknown(_)), _) => Outcome::Unknown(program.explain(&stop)),
    }
}

impl Mapped {
    /// Takes the value of a mapping; the other types are an error of the exchange.
    pub(super) fn set(&mut self, target: &Target, value: Value) -> Result<(), String> {
        match (target, &value) {
            (Target::Subject, Value::Text(text)) => self.subject = Some(MappedValue::Known(text.to_string())),
            (Target::Attribute(name), Value::Text(text)) => {
                self.attributes
                    .insert(name.clone(), MappedValue::Known(text.to_string()));
            }
            (Target::Groups, Value::List(items)) => {
                let texts: Option<Vec<String>> = items
                    .iter()
                    .map(|item| match item {
                        Value::Text(text) => Some(text.to_string()),
                        _ => None,
                    })
                    .collect();
                let texts = texts.ok_or_else(|| wrong_type(target, &value))?;
                self.groups = Some(MappedValue::Known(texts));
            }
            _ => return Err(wrong_type(target, &value)),
        }
        Ok(())
    }

    pub(super) fn set_unknown(&mut self, target: &Target, reason: String) {
        match target {
            Target::Subject => self.subject = Some(MappedValue::Unknown(reason)),
            Target::Groups => self.groups = Some(MappedValue::Unknown(reason)),
            Target::Attribute(name) => {
                self.attributes.insert(name.clone(), MappedValue::Unknown(reason));
            }
        }
    }

    /// Bytes of all values together; a part that is not known counts nothing.
    pub(super) fn bytes(&self) -> usize {
        let known = |value: &MappedValue<String>| match value {
            MappedValue::Known(text) => text.len(),
            MappedValue::Unknown(_) => 0,
        };
        let groups = match &self.groups {
            Some(MappedValue::Known(groups)) => groups.iter().map(String::len).sum(),
            _ => 0,
        };
        self.subject.as_ref().map_or(0, known) + groups + self.attributes.values().map(known).sum::<usize>()
    }

    /// `google` and `attribute`, for the condition.
    pub(super) fn variables(&self) -> [(&'static str, Value); 2] {
        let mut google = Map::default();
        let mut unknown = BTreeSet::new();
        match &self.subject {
            Some(MappedValue::Known(text)) => {
                drop(google.texts.insert(Arc::from("subject"), Value::text(text)))
            }
            Some(MappedValue::Unknown(_)) => drop(unknown.insert("subject".to_owned())),
            None => {}
        }
        match &self.groups {
            Some(MappedValue::Known(groups)) => {
                let groups = groups.iter().map(|group| Value::text(group)).collect();
                google.texts.insert(Arc::from("groups"), Value::List(groups));
            }
            Some(MappedValue::Unknown(_)) => drop(unknown.insert("groups".to_owned())),
            None => {}
        }
        google.unknown = Unknown::These(unknown);
        let mut attribute = Map::default();
        let mut unknown = BTreeSet::new();
        for (name, value) in &self.attributes {
            match value {
                MappedValue::Known(text) => {
                    attribute
                        .texts
                        .insert(Arc::from(name.as_str()), Value::text(text));
                }
                MappedValue::Unknown(_) => drop(unknown.insert(name.clone())),
            }
        }
        attribute.unknown = Unknown::These(unknown);
        [
            ("google", Value::Map(Arc::new(google))),
            ("attribute", Value::Map(Arc::new(attribute))),
        ]
    }
}

fn wrong_type(target: &Target, value: &Value) -> String {
    let expected = match target {
        Target::Groups => "a list of strings",
        Target::Subject | Target::Attribute(_) => "a string",
    };
    format!("{}, where {expected} is needed", value.shown())
}
