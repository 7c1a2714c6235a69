//! Equality and order of values.
//!
//! Numbers compare by their value whatever their types; values of other different types are unequal, and have no order
//! (CEL language definition, "Equality" and "Ordering").

use std::cmp::Ordering;

use super::value::{Map, Value};

/// `None` when it depends on members that are not known.
pub(in super::super) fn equal(left: &Value, right: &Value) -> Option<bool> {
    if let Some(same) = same_number(left, right) {
        return Some(same);
    }
    Some(match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Type(a), Value::Type(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            return match a.len() == b.len() {
                true => all(a.iter().zip(b.iter()).map(|(a, b)| equal(a, b))),
                false => Some(false),
            };
        }
        (Value::Map(a), Value::Map(b)) => return equal_maps(a, b),
        _ => false,
    })
}

/// False as soon as one is, else unknown as soon as one is.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut every = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => every = None,
        }
    }
    every
}

fn equal_maps(a: &Map, b: &Map) -> Option<bool> {
    if !(a.is_complete() && b.is_complete()) {
        return None;
    }
    if a.len() != b.len() {
        return Some(false);
    }
    let texts = a
        .texts
        .iter()
        .map(|(key, value)| b.texts.get(key).map_or(Some(false), |other| equal(value, other)));
    let others = a
        .others
        .iter()
        .map(|(key, value)| find(b, key).map_or(Some(false), |other| equal(value, other)));
    all(texts.chain(others))
}

/// The value under a key that is no text.
pub(super) fn find<'a>(map: &'a Map, key: &Value) -> Option<&'a Value> {
    map.others
        .iter()
        .find(|(known, _)| equal(known, key) == Some(true))
        .map(|(_, value)| value)
}

/// A number, apart from its type.
enum Number {
    Whole(i128),
    Double(f64),
}

fn number(value: &Value) -> Option<Number> {
    Some(match value {
        Value::Int(n) | Value::Whole(n) => Number::Whole(i128::from(*n)),
        Value::Uint(n) => Number::Whole(i128::from(*n)),
        Value::Double(n) => Number::Double(*n),
        _ => return None,
    })
}

/// `None` when they are not both numbers.
fn same_number(left: &Value, right: &Value) -> Option<bool> {
    Some(order_numbers(&number(left)?, &number(right)?) == Some(Ordering::Equal))
}

fn order_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(b)),
        (Number::Double(a), Number::Double(b)) => a.partial_cmp(b),
        // Near 2^63 this rounds, as the conformance tests of the language ask.
        (Number::Whole(a), Number::Double(b)) => (*a as f64).partial_cmp(b),
        (Number::Double(a), Number::Whole(b)) => a.partial_cmp(&(*b as f64)),
    }
}

/// What order two values are in.
pub(super) enum Order {
    Known(Ordering),
    /// One is not a number: every comparison is false.
    Unordered,
    /// These types have no order.
    NoOverload,
}

pub(super) fn order(left: &Value, right: &Value) -> Order {
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return order_numbers(&a, &b).map_or(Order::Unordered, Order::Known);
    }
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Order::Known(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Order::Known(a.cmp(b)),
        (Value::Bytes(a), Value::Bytes(b)) => Order::Known(a.cmp(b)),
        _ => Order::NoOverload,
    }
}
