//! The operators with two operands, and the sign.

use std::cmp::Ordering;
use std::sync::Arc;

use super::budget::Budget;
use super::compare::{Order, equal, find, order};
use super::stop::{Answer, Stop};
use super::tree::Operator;
use super::value::Value;

pub(super) fn apply(
    at: usize,
    operator: Operator,
    left: Value,
    right: Value,
    budget: &Budget,
) -> Answer<Value> {
    match operator {
        Operator::Equal => decided(at, equal(&left, &right)),
        Operator::NotEqual => decided(at, equal(&left, &right).map(|same| !same)),
        Operator::In => contains(at, &left, &right, budget),
        Operator::Less => ordered(at, operator, &left, &right, Ordering::is_lt),
        Operator::LessOrEqual => ordered(at, operator, &left, &right, Ordering::is_le),
        Operator::Greater => ordered(at, operator, &left, &right, Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(at, operator, &left, &right, Ordering::is_ge),
        _ => arithmetic(at, operator, &left, &right, budget),
    }
}

fn decided(at: usize, answer: Option<bool>) -> Answer<Value> {
    answer
        .map(Value::Bool)
        .ok_or_else(|| Stop::unknown(at, "it compares something of which only a part is known"))
}

fn ordered(
    at: usize,
    operator: Operator,
    left: &Value,
    right: &Value,
    holds: fn(Ordering) -> bool,
) -> Answer<Value> {
    match order(left, right) {
        Order::Known(order) => Ok(Value::Bool(holds(order))),
        Order::Unordered => Ok(Value::Bool(false)),
        Order::NoOverload => Err(no_overload(at, operator, left, right)),
    }
}

fn no_overload(at: usize, operator: Operator, left: &Value, right: &Value) -> Stop {
    let text = format!(
        "`{}` does not take a {} and a {}",
        operator.sign(),
        left.type_name(),
        right.type_name()
    );
    Stop::error(at, text)
}

/// `left in right`: an element of a list, a key of a map.
fn contains(at: usize, left: &Value, right: &Value, budget: &Budget) -> Answer<Value> {
    match right {
        Value::List(items) => {
            budget.spend(at, items.len())?;
            let mut answer = Some(false);
            for item in items.iter() {
                match equal(left, item) {
                    Some(true) => return Ok(Value::Bool(true)),
                    Some(false) => {}
                    None => answer = None,
                }
            }
            decided(at, answer)
        }
        Value::Map(map) => match left {
            Value::Text(key) if map.is_unknown(key) => Err(Stop::unknown(
                at,
                format!("whether there is `{key}` is not known"),
            )),
            Value::Text(key) => Ok(Value::Bool(map.texts.contains_key(key))),
            key => Ok(Value::Bool(find(map, key).is_some())),
        },
        _ => Err(no_overload(at, Operator::In, left, right)),
    }
}

fn arithmetic(at: usize, operator: Operator, left: &Value, right: &Value, budget: &Budget) -> Answer<Value> {
    let zero = |what: &str| Stop::error(at, format!("division of {what} by zero"));
    let overflow = || Stop::error(at, "the result is out of range");
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => match operator {
            Operator::Divide | Operator::Remainder if *b == 0 => return Err(zero("an int")),
            Operator::Add => a.checked_add(*b),
            Operator::Subtract => a.checked_sub(*b),
            Operator::Multiply => a.checked_mul(*b),
            Operator::Divide => a.checked_div(*b),
            _ => a.checked_rem(*b),
        }
        .map(Value::Int)
        .ok_or_else(overflow),
        (Value::Uint(a), Value::Uint(b)) => match operator {
            Operator::Divide | Operator::Remainder if *b == 0 => return Err(zero("a uint")),
            Operator::Add => a.checked_add(*b),
            Operator::Subtract => a.checked_sub(*b),
            Operator::Multiply => a.checked_mul(*b),
            Operator::Divide => a.checked_div(*b),
            _ => a.checked_rem(*b),
        }
        .map(Value::Uint)
        .ok_or_else(overflow),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
            _ => return Err(no_overload(at, operator, left, right)),
        })),
        (Value::Whole(_), Value::Whole(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_))
        | (Value::Int(_) | Value::Uint(_) | Value::Double(_), Value::Whole(_)) => Err(Stop::unknown(
            at,
            "whether Google reads a number of a claim as int or as double is not known; convert it, with `int(…)` or `double(…)`",
        )),
        (Value::Text(a), Value::Text(b)) if operator == Operator::Add => {
            budget.spend_text(at, a.len() + b.len())?;
            Ok(Value::Text(Arc::from([a.as_ref(), b.as_ref()].concat())))
        }
        (Value::Bytes(a), Value::Bytes(b)) if operator == Operator::Add => {
            budget.spend_text(at, a.len() + b.len())?;
            Ok(Value::Bytes(Arc::from([a.as_ref(), b.as_ref()].concat())))
        }
        (Value::List(a), Value::List(b)) if operator == Operator::Add => {
            budget.spend(at, a.len() + b.len())?;
            Ok(Value::List(a.iter().chain(b.iter()).cloned().collect()))
        }
        _ => Err(no_overload(at, operator, left, right)),
    }
}

pub(super) fn negate(at: usize, value: &Value) -> Answer<Value> {
    match value {
        Value::Int(n) => n
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| Stop::error(at, "the result is out of range")),
        Value::Double(n) => Ok(Value::Double(-n)),
        Value::Whole(n) => Ok(Value::Whole(-n)),
        other => Err(Stop::error(
            at,
            format!("`-` does not take a {}", other.type_name()),
        )),
    }
}
