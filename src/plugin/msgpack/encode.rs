//! From values to MessagePack.

use rmp::encode as write;

use super::{Error, refinement};
use crate::framework::{Mismatch, Number, Path, Type, Value};

/// Writes a value of the type.
///
/// # Errors
/// When it is of another type; [`conform`](crate::framework::conform) makes sure that it is not.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    put(&mut out, value, ty, &Path::root())?;
    Ok(out)
}

fn put(out: &mut Vec<u8>, value: &Value, ty: &Type, path: &Path) -> Result<(), Error> {
    // writing to a vector cannot fail
    match (ty, value) {
        (_, Value::Null) => out.push(rmp::Marker::Null.to_u8()),
        (_, Value::Unknown(refinement)) => refinement::write(out, refinement.as_deref())?,
        (Type::String, Value::String(text)) => {
            let _ = write::write_str(out, text);
        }
        (Type::Bool, Value::Bool(known)) => {
            let _ = write::write_bool(out, *known);
        }
        (Type::Number, Value::Number(known)) => number(out, known),
        (Type::List(element), Value::List(items)) | (Type::Set(element), Value::Set(items)) => {
            let _ = write::write_array_len(out, length(items.len()));
            for (item, index) in items.iter().zip(0..) {
                put(out, item, element, &path.index(index))?;
            }
        }
        (Type::Tuple(types), Value::Tuple(items)) if types.len() == items.len() => {
            let _ = write::write_array_len(out, length(items.len()));
            for ((item, ty), index) in items.iter().zip(types).zip(0..) {
                put(out, item, ty, &path.index(index))?;
            }
        }
        (Type::Map(element), Value::Map(members)) => {
            let _ = write::write_map_len(out, length(members.len()));
            for (key, value) in members {
                let _ = write::write_str(out, key);
                put(out, value, element, &path.key(key))?;
            }
        }
        (Type::Object(types), Value::Object(members)) if types.len() == members.len() => {
            let _ = write::write_map_len(out, length(members.len()));
            for ((name, value), (declared, ty)) in members.iter().zip(types) {
                if name != declared {
                    return Err(Error::Member(name.clone()));
                }
                let _ = write::write_str(out, name);
                put(out, value, ty, &path.attribute(name))?;
            }
        }
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let (ty, value) = inner.as_ref();
            let _ = write::write_array_len(out, 2);
            let _ = write::write_bin(out, ty.to_json().to_string().as_bytes());
            put(out, value, ty, path)?;
        }
        (ty, value) => {
            return Err(Error::Mismatch(Mismatch {
                path: path.clone(),
                expected: crate::framework::describe(ty).to_owned(),
                found: value.kind().to_owned(),
            }));
        }
    }
    Ok(())
}

/// The shortest integer; a float when the number is exactly one; else decimal text.
pub fn number(out: &mut Vec<u8>, number: &Number) {
    if let Some(integer) = number.as_i64() {
        let _ = write::write_sint(out, integer);
    } else if let Some(float) = number.as_exact_fraction() {
        let _ = write::write_f64(out, float);
    } else {
        let _ = write::write_str(out, &number.to_string());
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
