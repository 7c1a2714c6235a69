//! Brings a value that Rust code made to the exact shape of its type.

use std::collections::BTreeMap;

use super::{Path, Type, Value};

/// Where a value is not of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct Mismatch {
    pub path: Path,
    pub expected: String,
    pub found: String,
}

/// The value in the shape of `ty`: models know lists and maps only, where the type says set, tuple or object.
///
/// # Errors
/// The first place where the value is of another type.
pub fn conform(value: Value, ty: &Type) -> Result<Value, Mismatch> {
    at(value, ty, &Path::root())
}

fn at(value: Value, ty: &Type, path: &Path) -> Result<Value, Mismatch> {
    Ok(match (ty, value) {
        (_, value @ (Value::Null | Value::Unknown(_)))
        | (Type::String, value @ Value::String(_))
        | (Type::Bool, value @ Value::Bool(_))
        | (Type::Number, value @ Value::Number(_)) => value,
        (Type::List(element), Value::List(items) | Value::Tuple(items)) => {
            Value::List(elements(items, element, path)?)
        }
        (Type::Set(element), Value::Set(items) | Value::List(items)) => {
            let items: Result<Vec<_>, _> = items.into_iter().map(|v| at(v, element, path)).collect();
            let mut items = items?;
            items.sort();
            items.dedup();
            Value::Set(items)
        }
        (Type::Map(element), Value::Map(members) | Value::Object(members)) => {
            let members = members.into_iter();
            let members = members.map(|(k, v)| at(v, element, &path.key(&k)).map(|v| (k, v)));
            Value::Map(members.collect::<Result<_, _>>()?)
        }
        (Type::Object(types), Value::Object(members) | Value::Map(members)) => {
            Value::Object(object(members, types, path)?)
        }
        (Type::Tuple(types), Value::Tuple(items) | Value::List(items)) if items.len() == types.len() => {
            let items = items.into_iter().zip(types).zip(0..);
            let items = items.map(|((v, ty), i)| at(v, ty, &path.index(i)));
            Value::Tuple(items.collect::<Result<_, _>>()?)
        }
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let (ty, value) = *inner;
            let value = at(value, &ty, path)?;
            Value::Dynamic(Box::new((ty, value)))
        }
        (ty, value) => return Err(mismatch(path, describe(ty), value.kind())),
    })
}

fn elements(items: Vec<Value>, ty: &Type, path: &Path) -> Result<Vec<Value>, Mismatch> {
    items
        .into_iter()
        .zip(0..)
        .map(|(v, i)| at(v, ty, &path.index(i)))
        .collect()
}

fn object(
    mut members: BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    path: &Path,
) -> Result<BTreeMap<String, Value>, Mismatch> {
    let mut typed = BTreeMap::new();
    for (name, ty) in types {
        let path = path.attribute(name);
        let value = members
            .remove(name)
            .ok_or_else(|| mismatch(&path, describe(ty), "no such member"))?;
        typed.insert(name.clone(), at(value, ty, &path)?);
    }
    match members.into_keys().next() {
        Some(extra) => Err(mismatch(&path.attribute(extra), "no such member", "one")),
        None => Ok(typed),
    }
}

fn mismatch(path: &Path, expected: &str, found: &str) -> Mismatch {
    Mismatch {
        path: path.clone(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

/// The kind of type, for messages.
pub fn describe(ty: &Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Number => "a number",
        Type::Bool => "a bool",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Object(_) => "an object",
        Type::Tuple(_) => "a tuple",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_takes_the_shape_of_its_schema() {
        let ty = Type::object([("s", Type::set(Type::String)), ("m", Type::map(Type::Number))]);
        let value = Value::Map(
            [
                (
                    "s".to_owned(),
                    Value::List(vec![Value::string("b"), Value::string("b")]),
                ),
                ("m".to_owned(), Value::Null),
            ]
            .into(),
        );
        let conformed = conform(value, &ty).unwrap();
        assert_eq!(conformed.member("s"), Some(&Value::Set(vec![Value::string("b")])));
        assert!(matches!(conformed, Value::Object(_)));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let ty = Type::object([("a", Type::list(Type::Bool))]);
        let wrong = Value::List(vec![Value::Bool(true), Value::string("no")]);
        let error = conform(Value::Object([("a".to_owned(), wrong)].into()), &ty).unwrap_err();
        assert_eq!(error.to_string(), "a[1]: expected a bool, found a string");
        let error = conform(Value::Object(BTreeMap::new()), &ty).unwrap_err();
        assert_eq!(error.to_string(), "a: expected a list, found no such member");
    }
}
