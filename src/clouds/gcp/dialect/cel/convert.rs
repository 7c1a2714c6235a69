//! Conversions between types: `int(…)`, `string(…)` and their like.

use std::sync::Arc;

use super::stop::{Answer, Stop};
use super::value::Value;

/// Doubles outside of these have no int; both ends are left out.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
const UINT_END: f64 = 18_446_744_073_709_551_616.0;

fn wrong(at: usize, to: &str, value: &Value) -> Stop {
    let shown: String = value.shown().chars().take(60).collect();
    Stop::error(at, format!("{shown} is no {to}"))
}

pub(super) fn to_int(at: usize, value: &Value) -> Answer<Value> {
    let int = match value {
        Value::Int(n) | Value::Whole(n) => Some(*n),
        Value::Uint(n) => i64::try_from(*n).ok(),
        Value::Double(n) if *n > -INT_END && *n < INT_END => Some(n.trunc() as i64),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    int.map(Value::Int).ok_or_else(|| wrong(at, "int", value))
}

pub(super) fn to_uint(at: usize, value: &Value) -> Answer<Value> {
    let uint = match value {
        Value::Int(n) | Value::Whole(n) => u64::try_from(*n).ok(),
        Value::Uint(n) => Some(*n),
        Value::Double(n) if *n >= 0.0 && *n < UINT_END => Some(n.trunc() as u64),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    uint.map(Value::Uint).ok_or_else(|| wrong(at, "uint", value))
}

pub(super) fn to_double(at: usize, value: &Value) -> Answer<Value> {
    let double = match value {
        Value::Int(n) | Value::Whole(n) => Some(*n as f64),
        Value::Uint(n) => Some(*n as f64),
        Value::Double(n) => Some(*n),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    double
        .map(Value::Double)
        .ok_or_else(|| wrong(at, "double", value))
}

pub(super) fn to_text(at: usize, value: &Value) -> Answer<Value> {
    let text = match value {
        Value::Text(text) => return Ok(Value::Text(Arc::clone(text))),
        Value::Bool(value) => value.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Uint(n) => n.to_string(),
        // Where an int and a double are written alike, and all ways of writing a double agree.
        Value::Whole(n) if n.abs() < 1_000_000 => n.to_string(),
        Value::Double(n) if *n == 0.0 || (1e-4..1e6).contains(&n.abs()) => n.to_string(),
        Value::Whole(_) | Value::Double(_) => {
            return Err(Stop::unknown(at, "how Google writes this number is not known"));
        }
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(wrong(at, "string", value)),
        },
        _ => return Err(wrong(at, "string", value)),
    };
    Ok(Value::text(&text))
}

pub(super) fn to_bool(at: usize, value: &Value) -> Answer<Value> {
    let answer = match value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) => match text.as_ref() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    };
    answer.map(Value::Bool).ok_or_else(|| wrong(at, "bool", value))
}

pub(super) fn to_bytes(at: usize, value: &Value) -> Answer<Value> {
    match value {
        Value::Bytes(bytes) => Ok(Value::Bytes(Arc::clone(bytes))),
        Value::Text(text) => Ok(Value::Bytes(Arc::from(text.as_bytes()))),
        other => Err(wrong(at, "bytes", other)),
    }
}
