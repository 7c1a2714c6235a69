//! Whether a plan changes anything.

use super::Members;
use crate::framework::Value;

/// The attribute that says how long work may take, not what the object is.
const TIMEOUTS: &str = "timeouts";

/// Whether the object itself differs. Another timeout alone is no change of it.
pub fn differs(planned: &Members, prior: &Members) -> bool {
    let of = |object: &Members| -> Vec<(String, Value)> {
        object
            .iter()
            .filter(|(name, _)| *name != TIMEOUTS)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    of(planned) != of(prior)
}

/// The plan with the marks taken back that stand for "computed when something changes": where `planned` is still
/// unknown because it was marked, it gets the value from before the marking.
pub fn without_marks(planned: &Members, marked: &Members, before: &Members) -> Members {
    let null = Value::Null;
    let unmark = |(name, value): (&String, &Value)| {
        let of = |object: &'_ Members| object.get(name).cloned().unwrap_or(null.clone());
        (name.clone(), unmarked(value, &of(marked), &of(before)))
    };
    planned.iter().map(unmark).collect()
}

fn unmarked(planned: &Value, marked: &Value, before: &Value) -> Value {
    match (planned, marked, before) {
        (Value::Unknown(_), Value::Unknown(_), _) => before.clone(),
        (Value::Object(p), Value::Object(m), Value::Object(b)) => Value::Object(without_marks(p, m, b)),
        (Value::Map(p), Value::Map(m), Value::Map(b)) => Value::Map(without_marks(p, m, b)),
        (Value::List(p), Value::List(m), Value::List(b)) if p.len() == m.len() && m.len() == b.len() => {
            let items = p.iter().zip(m).zip(b);
            Value::List(items.map(|((p, m), b)| unmarked(p, m, b)).collect())
        }
        (Value::Set(p), Value::Set(m), Value::Set(_)) if p == m => before.clone(),
        _ => planned.clone(),
    }
}
