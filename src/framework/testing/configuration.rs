//! Configurations as a user writes them: what is left out is null.

use std::collections::BTreeMap;

use crate::framework::{Attribute, AttributeType, Nesting, Schema, Value};

/// The whole object of a block in which only `written` is written.
pub fn configuration<const N: usize>(schema: &Schema, written: [(&str, Value); N]) -> Value {
    let written = written
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Value::Object(complete(&schema.attributes, written))
}

fn complete(attributes: &[Attribute], mut written: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut whole: BTreeMap<String, Value> = attributes
        .iter()
        .map(|attribute| {
            let value = written.remove(&attribute.name).unwrap_or(Value::Null);
            (attribute.name.clone(), complete_value(attribute, value))
        })
        .collect();
    // what the schema does not know stays, so that the reader of the configuration refuses it
    whole.append(&mut written);
    whole
}

fn complete_value(attribute: &Attribute, value: Value) -> Value {
    let AttributeType::Nested(nesting, inner) = &attribute.ty else {
        return value;
    };
    let object = |value: Value| match value {
        Value::Object(members) | Value::Map(members) => Value::Object(complete(inner, members)),
        other => other,
    };
    match value {
        Value::List(items) => Value::List(items.into_iter().map(object).collect()),
        Value::Set(items) => Value::Set(items.into_iter().map(object).collect()),
        Value::Map(members) | Value::Object(members) if *nesting == Nesting::Map => {
            Value::Map(members.into_iter().map(|(k, v)| (k, object(v))).collect())
        }
        other => object(other),
    }
}
