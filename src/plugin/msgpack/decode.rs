//! From MessagePack to values.

use std::collections::BTreeMap;

use rmp::Marker;

use super::Error;
use super::reader::{Reader, unexpected};
use super::refinement;
use crate::framework::{Number, Type, Value, nfc};

/// How deep dynamic values may be put into one another; the depth of everything else is the depth of its type.
const MAX_DYNAMIC_DEPTH: usize = 16;

/// Reads the one value that `bytes` are.
///
/// # Errors
/// When they are not exactly one value of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, Error> {
    let mut reader = Reader(bytes);
    let value = read(&mut reader, ty, MAX_DYNAMIC_DEPTH)?;
    match reader.0.len() {
        0 => Ok(value),
        left => Err(Error::Trailing(left)),
    }
}

fn read(reader: &mut Reader<'_>, ty: &Type, depth: usize) -> Result<Value, Error> {
    if reader.peek()? == Marker::Null {
        reader.marker()?;
        return Ok(Value::Null);
    }
    if let Some((code, body)) = reader.extension()? {
        return refinement::read(code, body, ty);
    }
    match ty {
        Type::String => Ok(Value::String(nfc(reader.text("a string")?))),
        Type::Bool => match reader.marker()? {
            Marker::True => Ok(Value::Bool(true)),
            Marker::False => Ok(Value::Bool(false)),
            other => Err(unexpected("a bool", other)),
        },
        Type::Number => number(reader).map(Value::Number),
        Type::List(element) => {
            let length = reader.array_length("a list")?;
            elements(reader, length, element, depth).map(Value::List)
        }
        Type::Set(element) => {
            let length = reader.array_length("a set")?;
            let mut items = elements(reader, length, element, depth)?;
            items.sort();
            items.dedup();
            Ok(Value::Set(items))
        }
        Type::Tuple(types) => {
            let length = reader.array_length("a tuple")?;
            if length != types.len() {
                return Err(Error::Elements {
                    expected: types.len(),
                    found: length,
                });
            }
            let items = types.iter().map(|ty| read(reader, ty, depth));
            Ok(Value::Tuple(items.collect::<Result<_, _>>()?))
        }
        Type::Map(element) => map(reader, element, depth).map(Value::Map),
        Type::Object(types) => object(reader, types, depth).map(Value::Object),
        Type::Dynamic => dynamic(reader, depth),
    }
}

/// An integer, a float, or decimal text.
pub fn number(reader: &mut Reader<'_>) -> Result<Number, Error> {
    if let Some(integer) = reader.integer()? {
        return match i64::try_from(integer) {
            Ok(n) => Ok(Number::Int(n)),
            Err(_) => Number::parse(&integer.to_string()).ok_or(Error::NotANumber),
        };
    }
    let float = match reader.peek()? {
        Marker::F32 => {
            reader.marker()?;
            f64::from(f32::from_be_bytes(reader.array()?))
        }
        Marker::F64 => {
            reader.marker()?;
            f64::from_be_bytes(reader.array()?)
        }
        _ => return Number::parse(reader.text("a number")?).ok_or(Error::NotANumber),
    };
    Number::from_f64(float).ok_or(Error::NotANumber)
}

fn elements(
    reader: &mut Reader<'_>,
    length: usize,
    element: &Type,
    depth: usize,
) -> Result<Vec<Value>, Error> {
    let mut items = Vec::new();
    for _ in 0..length {
        items.push(read(reader, element, depth)?);
    }
    Ok(items)
}

fn map(reader: &mut Reader<'_>, element: &Type, depth: usize) -> Result<BTreeMap<String, Value>, Error> {
    let mut members = BTreeMap::new();
    for _ in 0..reader.map_length("a map")? {
        let key = nfc(reader.text("a map key")?);
        let value = read(reader, element, depth)?;
        if members.insert(key.clone(), value).is_some() {
            return Err(Error::Member(key));
        }
    }
    Ok(members)
}

fn object(
    reader: &mut Reader<'_>,
    types: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<BTreeMap<String, Value>, Error> {
    let length = reader.map_length("an object")?;
    if length != types.len() {
        return Err(Error::Members {
            expected: types.len(),
            found: length,
        });
    }
    let mut members = BTreeMap::new();
    for _ in 0..length {
        let name = reader.text("an attribute name")?;
        let ty = types.get(name).ok_or_else(|| Error::Member(name.to_owned()))?;
        let value = read(reader, ty, depth)?;
        if members.insert(name.to_owned(), value).is_some() {
            return Err(Error::Member(name.to_owned()));
        }
    }
    Ok(members)
}

fn dynamic(reader: &mut Reader<'_>, depth: usize) -> Result<Value, Error> {
    let depth = depth.checked_sub(1).ok_or(Error::TooDeep)?;
    match reader.array_length("a value with its type")? {
        2 => {}
        length => {
            return Err(Error::Elements {
                expected: 2,
                found: length,
            });
        }
    }
    let json = serde_json::from_slice(reader.bytes("a type")?).map_err(|_| Error::NotAType)?;
    let ty = Type::from_json(&json).ok_or(Error::NotAType)?;
    let value = read(reader, &ty, depth)?;
    let (ty, value) = concrete(ty, value)?;
    Ok(match (&ty, &value) {
        (Type::Dynamic, Value::Null | Value::Unknown(_)) => value,
        _ => Value::Dynamic(Box::new((ty, value))),
    })
}

/// A value inside a dynamic one has one concrete type: dynamic parts of the written type take the type they hold.
fn concrete(ty: Type, value: Value) -> Result<(Type, Value), Error> {
    Ok(match (ty, value) {
        (Type::Dynamic, Value::Dynamic(inner)) => *inner,
        (Type::List(element), Value::List(items)) => {
            let (element, items) = unified(*element, items)?;
            (Type::list(element), Value::List(items))
        }
        (Type::Set(element), Value::Set(items)) => {
            let (element, items) = unified(*element, items)?;
            (Type::set(element), Value::Set(items))
        }
        (Type::Map(element), Value::Map(members)) => {
            let (keys, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
            let (element, values) = unified(*element, values)?;
            (
                Type::map(element),
                Value::Map(keys.into_iter().zip(values).collect()),
            )
        }
        (Type::Tuple(types), Value::Tuple(items)) => {
            let pairs = types.into_iter().zip(items).map(|(ty, v)| concrete(ty, v));
            let (types, items) = pairs.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
            (Type::Tuple(types), Value::Tuple(items))
        }
        (Type::Object(types), Value::Object(mut members)) => {
            let mut concretes = (BTreeMap::new(), BTreeMap::new());
            for (name, ty) in types {
                let value = members.remove(&name).unwrap_or(Value::Null);
                let (ty, value) = concrete(ty, value)?;
                concretes.0.insert(name.clone(), ty);
                concretes.1.insert(name, value);
            }
            (Type::Object(concretes.0), Value::Object(concretes.1))
        }
        other => other,
    })
}

/// All elements with one type: the first that is not wholly dynamic.
fn unified(element: Type, items: Vec<Value>) -> Result<(Type, Vec<Value>), Error> {
    let mut ty: Option<Type> = None;
    let mut values = Vec::new();
    for item in items {
        let (found, value) = concrete(element.clone(), item)?;
        match &ty {
            _ if found == Type::Dynamic => {}
            None => ty = Some(found),
            Some(first) if *first == found => {}
            Some(_) => return Err(Error::MixedElements),
        }
        values.push(value);
    }
    Ok((ty.unwrap_or(element), values))
}
