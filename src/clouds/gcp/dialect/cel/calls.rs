//! What the functions do.

use std::sync::Arc;

use super::budget::Budget;
use super::function::Function;
use super::regular::{Regular, RegularError};
use super::stop::{Answer, Stop};
use super::value::Value;

/// Calls a function; the receiver is the first argument.
pub(super) fn call(at: usize, function: Function, arguments: &[Value], budget: &Budget) -> Answer<Value> {
    let size: usize = arguments.iter().map(bytes).sum();
    budget.spend_text(at, size)?;
    let bool = |value| Ok(Value::Bool(value));
    match (function, arguments) {
        (Function::Dynamic, [value]) => Ok(value.clone()),
        (Function::TypeOf, [Value::Whole(_)]) => Err(Stop::unknown(
            at,
            "whether Google reads a number of a claim as int or as double is not known",
        )),
        (Function::TypeOf, [value]) => Ok(Value::Type(value.type_name())),
        (Function::Size, [value]) => length(at, value),
        (Function::Contains, [Value::Text(text), Value::Text(part)]) => bool(text.contains(part.as_ref())),
        (Function::StartsWith, [Value::Text(text), Value::Text(start)]) => {
            bool(text.starts_with(start.as_ref()))
        }
        (Function::EndsWith, [Value::Text(text), Value::Text(end)]) => bool(text.ends_with(end.as_ref())),
        (Function::Matches, [Value::Text(text), Value::Text(pattern)]) => {
            // Compiling costs far more than searching.
            budget.spend(at, 20_000 + 200 * pattern.len())?;
            matches(at, text, &Regular::new(pattern), budget, pattern.len()).map(Value::Bool)
        }
        (Function::Extract, [Value::Text(text), Value::Text(template)]) => {
            extract(at, text, template).map(Value::text)
        }
        (Function::Split, [Value::Text(text), Value::Text(separator)]) => {
            split(at, text, separator, None, budget)
        }
        (Function::Split, [Value::Text(text), Value::Text(separator), limit]) => {
            split(at, text, separator, Some(whole(at, function, limit)?), budget)
        }
        (Function::Join, [Value::List(items)]) => join(at, items, "", budget),
        (Function::Join, [Value::List(items), Value::Text(separator)]) => join(at, items, separator, budget),
        (Function::LowerAscii, [Value::Text(text)]) => Ok(Value::text(&text.to_ascii_lowercase())),
        (Function::UpperAscii, [Value::Text(text)]) => Ok(Value::text(&text.to_ascii_uppercase())),
        (Function::Replace, [Value::Text(text), Value::Text(from), Value::Text(to)]) => {
            replace(at, text, from, to, -1, budget)
        }
        (Function::Replace, [Value::Text(text), Value::Text(from), Value::Text(to), limit]) => {
            replace(at, text, from, to, whole(at, function, limit)?, budget)
        }
        (Function::ToInt, [value]) => super::convert::to_int(at, value),
        (Function::ToUint, [value]) => super::convert::to_uint(at, value),
        (Function::ToDouble, [value]) => super::convert::to_double(at, value),
        (Function::ToText, [value]) => super::convert::to_text(at, value),
        (Function::ToBool, [value]) => super::convert::to_bool(at, value),
        (Function::ToBytes, [value]) => super::convert::to_bytes(at, value),
        _ => Err(no_overload(at, function, arguments)),
    }
}

fn no_overload(at: usize, function: Function, arguments: &[Value]) -> Stop {
    let types: Vec<&str> = arguments.iter().map(Value::type_name).collect();
    Stop::error(
        at,
        format!("`{}` does not take {}", function.name(), types.join(", ")),
    )
}

/// Whether a text matches; what RE2 would refuse is an error.
pub(super) fn matches(
    at: usize,
    text: &str,
    regular: &Result<Regular, RegularError>,
    budget: &Budget,
    pattern: usize,
) -> Answer<bool> {
    budget.spend_text(at, text.len())?;
    budget.spend(at, text.len() / 64 * (pattern / 64))?;
    match regular {
        Ok(regular) => Ok(regular.is_found_in(text)),
        Err(RegularError::Wrong(what)) => Err(Stop::error(
            at,
            format!("the regular expression is wrong: {what}"),
        )),
        Err(RegularError::NotEvaluated(what)) => {
            Err(Stop::unknown(at, format!("the regular expression: {what}")))
        }
    }
}

fn bytes(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}

fn length(at: usize, value: &Value) -> Answer<Value> {
    let length = match value {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.len(),
        Value::Map(map) if !map.is_complete() => {
            return Err(Stop::unknown(at, "only a part of the map is known"));
        }
        Value::Map(map) => map.len(),
        other => return Err(no_overload(at, Function::Size, std::slice::from_ref(other))),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn whole(at: usize, function: Function, value: &Value) -> Answer<i64> {
    match value {
        Value::Int(n) => Ok(*n),
        other => Err(Stop::error(
            at,
            format!(
                "`{}` takes an int as its limit, found a {}",
                function.name(),
                other.type_name()
            ),
        )),
    }
}

/// `'a/b'.extract('{x}/')` is `a`: what stands between the first place of the text before the placeholder and the first
/// place after it of the text behind; an empty text where one of them is missing.
fn extract<'a>(at: usize, text: &'a str, template: &str) -> Answer<&'a str> {
    let unknown = || {
        Stop::unknown(
            at,
            "Google documents templates of `extract` with one `{name}`; what another one does is not known",
        )
    };
    let (before, rest) = template.split_once('{').ok_or_else(unknown)?;
    let (_, behind) = rest.split_once('}').ok_or_else(unknown)?;
    if before.contains('}') || behind.contains(['{', '}']) {
        return Err(unknown());
    }
    let Some((_, after)) = text.split_once(before) else {
        return Ok("");
    };
    match behind.is_empty() {
        true => Ok(after),
        false => Ok(after.split_once(behind).map_or("", |(found, _)| found)),
    }
}

/// The limit counts the parts; the last one takes what is left. None and a negative one: all parts.
fn split(at: usize, text: &str, separator: &str, limit: Option<i64>, budget: &Budget) -> Answer<Value> {
    let most = match limit {
        Some(0) => return Ok(Value::List(Arc::from([]))),
        Some(limit) if limit > 0 => usize::try_from(limit).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = Some(text);
    while let Some(left) = rest {
        budget.spend(at, 1)?;
        let cut = match separator.is_empty() {
            // An empty separator cuts between characters.
            true => left
                .char_indices()
                .nth(1)
                .and_then(|(end, _)| Some((left.get(..end)?, left.get(end..)?))),
            false => left.split_once(separator),
        };
        match cut.filter(|_| parts.len() + 1 < most) {
            Some((part, behind)) => {
                parts.push(Value::text(part));
                rest = Some(behind);
            }
            None => {
                if !(separator.is_empty() && left.is_empty()) {
                    parts.push(Value::text(left));
                }
                rest = None;
            }
        }
    }
    Ok(Value::List(Arc::from(parts)))
}

fn join(at: usize, items: &[Value], separator: &str, budget: &Budget) -> Answer<Value> {
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        let Value::Text(text) = item else {
            return Err(Stop::error(
                at,
                format!(
                    "`join` takes a list of strings, found a {} in it",
                    item.type_name()
                ),
            ));
        };
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text);
        budget.spend_text(at, joined.len())?;
    }
    Ok(Value::text(&joined))
}

fn replace(at: usize, text: &str, from: &str, to: &str, limit: i64, budget: &Budget) -> Answer<Value> {
    let places = text.matches(from).count();
    let most = usize::try_from(limit).unwrap_or(places).min(places);
    budget.spend_text(at, text.len() + most * to.len())?;
    Ok(Value::text(&text.replacen(from, to, most)))
}
