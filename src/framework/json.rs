//! Values in JSON, the form in which states are stored.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Mismatch, Number, Path, Type, Value, describe, nfc};

/// How exactly JSON has to fit its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Objects have exactly the members of the type.
    Exact,
    /// As a state of an older version is read: other members are dropped, missing ones are null, and numbers, bools
    /// and strings may stand for one another where the text fits.
    Lenient,
}

/// Reads a value of the type.
///
/// # Errors
/// The first place that does not fit the type.
pub fn from_json(json: &Json, ty: &Type, reading: Reading) -> Result<Value, Mismatch> {
    read(json, ty, reading, &Path::root())
}

/// Writes a value.
///
/// # Errors
/// Names the place of an unknown value or an infinity, which JSON cannot say.
pub fn to_json(value: &Value) -> Result<Json, Mismatch> {
    write(value, &Path::root())
}

fn read(json: &Json, ty: &Type, reading: Reading, path: &Path) -> Result<Value, Mismatch> {
    let wrong = || mismatch(path, describe(ty), kind(json));
    Ok(match (ty, json) {
        (_, Json::Null) => Value::Null,
        (Type::String, Json::String(text)) => Value::String(nfc(text)),
        (Type::Bool, Json::Bool(known)) => Value::Bool(*known),
        (Type::Number, Json::Number(number)) => Value::Number(parse(&number.to_string()).ok_or_else(wrong)?),
        (Type::String | Type::Bool | Type::Number, json) if reading == Reading::Lenient => {
            primitive(json, ty).ok_or_else(wrong)?
        }
        // a number with more digits than JSON is sure to carry may come as text
        (Type::Number, Json::String(text)) => Value::Number(parse(text).ok_or_else(wrong)?),
        (Type::List(element), Json::Array(items)) => Value::List(elements(items, element, reading, path)?),
        (Type::Set(element), Json::Array(items)) => {
            let items = items.iter().map(|item| read(item, element, reading, path));
            let mut items = items.collect::<Result<Vec<_>, _>>()?;
            items.sort();
            items.dedup();
            Value::Set(items)
        }
        (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
            let items = items.iter().zip(types).zip(0..);
            let items = items.map(|((item, ty), i)| read(item, ty, reading, &path.index(i)));
            Value::Tuple(items.collect::<Result<_, _>>()?)
        }
        (Type::Map(element), Json::Object(members)) => {
            let members = members.iter();
            let members = members.map(|(k, v)| Ok((nfc(k), read(v, element, reading, &path.key(k))?)));
            Value::Map(members.collect::<Result<_, _>>()?)
        }
        (Type::Object(types), Json::Object(members)) => Value::Object(object(members, types, reading, path)?),
        (Type::Dynamic, Json::Object(members)) => {
            let ty = members.get("type").and_then(Type::from_json).ok_or_else(wrong)?;
            let value = read(members.get("value").ok_or_else(wrong)?, &ty, reading, path)?;
            Value::Dynamic(Box::new((ty, value)))
        }
        _ => return Err(wrong()),
    })
}

fn elements(items: &[Json], ty: &Type, reading: Reading, path: &Path) -> Result<Vec<Value>, Mismatch> {
    let items = items.iter().zip(0..);
    items
        .map(|(item, i)| read(item, ty, reading, &path.index(i)))
        .collect()
}

fn object(
    members: &serde_json::Map<String, Json>,
    types: &BTreeMap<String, Type>,
    reading: Reading,
    path: &Path,
) -> Result<BTreeMap<String, Value>, Mismatch> {
    if reading == Reading::Exact
        && let Some(extra) = members.keys().find(|name| !types.contains_key(*name))
    {
        return Err(mismatch(&path.attribute(extra), "no such member", "one"));
    }
    let mut typed = BTreeMap::new();
    for (name, ty) in types {
        let path = path.attribute(name);
        let value = match members.get(name) {
            Some(json) => read(json, ty, reading, &path)?,
            None if reading == Reading::Lenient => Value::Null,
            None => return Err(mismatch(&path, describe(ty), "no such member")),
        };
        typed.insert(name.clone(), value);
    }
    Ok(typed)
}

/// A primitive written as another one.
fn primitive(json: &Json, ty: &Type) -> Option<Value> {
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Bool(known) => known.to_string(),
        Json::Number(number) => parse(&number.to_string())?.to_string(),
        _ => return None,
    };
    match (ty, text.as_str()) {
        (Type::String, _) => Some(Value::string(text)),
        (Type::Bool, "true" | "1") => Some(Value::Bool(true)),
        (Type::Bool, "false" | "0") => Some(Value::Bool(false)),
        (Type::Number, _) => parse(&text).map(Value::Number),
        _ => None,
    }
}

fn parse(text: &str) -> Option<Number> {
    Number::parse(text)
}

fn write(value: &Value, path: &Path) -> Result<Json, Mismatch> {
    let list = |items: &[Value]| {
        let items = items.iter().zip(0..).map(|(item, i)| write(item, &path.index(i)));
        items.collect::<Result<Vec<_>, _>>().map(Json::Array)
    };
    let map = |members: &BTreeMap<String, Value>| {
        let members = members
            .iter()
            .map(|(k, v)| Ok((k.clone(), write(v, &path.key(k))?)));
        members
            .collect::<Result<serde_json::Map<_, _>, _>>()
            .map(Json::Object)
    };
    Ok(match value {
        Value::Null => Json::Null,
        Value::Unknown(_) => return Err(mismatch(path, "a known value", value.kind())),
        Value::Bool(known) => Json::Bool(*known),
        Value::Number(number) => Json::Number(
            number
                .to_string()
                .parse()
                .map_err(|_| mismatch(path, "a finite number", "an infinity"))?,
        ),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) | Value::Set(items) | Value::Tuple(items) => list(items)?,
        Value::Map(members) | Value::Object(members) => map(members)?,
        Value::Dynamic(inner) => {
            serde_json::json!({ "value": write(&inner.1, path)?, "type": inner.0.to_json() })
        }
    })
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn mismatch(path: &Path, expected: &str, found: &str) -> Mismatch {
    Mismatch {
        path: path.clone(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty() -> Type {
        Type::object([("a", Type::String), ("n", Type::Number), ("b", Type::Bool)])
    }

    #[test]
    fn an_old_state_is_read_leniently() {
        let json = serde_json::json!({ "a": 7, "n": "1.50", "gone": [1] });
        let value = from_json(&json, &ty(), Reading::Lenient).unwrap();
        assert_eq!(value.member("a"), Some(&Value::string("7")));
        assert_eq!(
            value.member("n"),
            Some(&Value::Number(Number::parse("1.5").unwrap()))
        );
        assert_eq!(value.member("b"), Some(&Value::Null));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let error = from_json(&serde_json::json!({ "b": "maybe" }), &ty(), Reading::Lenient).unwrap_err();
        assert_eq!(error.to_string(), "b: expected a bool, found a string");
        let error = from_json(&serde_json::json!({ "a": "x" }), &ty(), Reading::Exact).unwrap_err();
        assert_eq!(error.to_string(), "b: expected a bool, found no such member");
        let error = to_json(&Value::List(vec![Value::UNKNOWN])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "[0]: expected a known value, found an unknown value"
        );
    }
}
