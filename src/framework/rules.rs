//! The host's own rules about plans and results, checked here first: a provider that breaks one hears it from its own
//! framework, with the path, before the host says so.
//!
//! SECURITY: a violation names paths and kinds, never values.

use std::collections::BTreeMap;

use super::{Attribute, AttributeType, Diagnostics, Path, Value};

type Members = BTreeMap<String, Value>;

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub path: Path,
    pub rule: &'static str,
}

const NOT_WRITE_ONLY: &str = "a write-only attribute must be null";
const NOT_CONFIGURED: &str = "the plan must keep the configured value, or a prior value that means the same";
const NOT_COMPUTED: &str = "an attribute that is neither configured nor computed must be null";
const UNKNOWN_OBJECT: &str = "a configured object must not be wholly unknown";
const COUNT: &str = "the number of elements or the keys must be those of the configuration";
const CHANGED: &str = "a value that the plan promised must be the result";
const STILL_UNKNOWN: &str = "every value must be known by now";
const IDENTITY: &str = "the identity of an object must not change";

/// Whether a plan is one that the host accepts for this configuration and prior state.
pub fn plan_is_valid(
    attributes: &[Attribute],
    prior: Option<&Members>,
    config: &Members,
    planned: &Members,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    check_plan(attributes, prior, config, planned, &Path::root(), &mut violations);
    violations
}

fn check_plan(
    attributes: &[Attribute],
    prior: Option<&Members>,
    config: &Members,
    planned: &Members,
    path: &Path,
    out: &mut Vec<Violation>,
) {
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        let config = config.get(&attribute.name).unwrap_or(&Value::Null);
        let planned = planned.get(&attribute.name).unwrap_or(&Value::Null);
        let prior = prior
            .and_then(|prior| prior.get(&attribute.name))
            .unwrap_or(&Value::Null);
        let broken = if attribute.write_only {
            (!planned.is_null()).then_some(NOT_WRITE_ONLY)
        } else if config.is_null() {
            (!attribute.computed && !planned.is_null()).then_some(NOT_COMPUTED)
        } else if same(planned, config) || (!prior.is_null() && same(planned, prior)) {
            None
        } else if let AttributeType::Nested(_, inner) = &attribute.ty {
            check_nested(inner, prior, config, planned, &path, out)
        } else {
            Some(NOT_CONFIGURED)
        };
        out.extend(broken.map(|rule| Violation { path, rule }));
    }
}

fn check_nested(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    out: &mut Vec<Violation>,
) -> Option<&'static str> {
    match (config, planned) {
        (Value::Object(config), Value::Object(planned)) => {
            check_plan(attributes, object(prior), config, planned, path, out);
        }
        (Value::Map(config), Value::Map(planned)) if config.keys().eq(planned.keys()) => {
            for ((key, config), planned) in config.iter().zip(planned.values()) {
                let prior = prior.member(key).unwrap_or(&Value::Null);
                out_of(
                    check_element(attributes, prior, config, planned, &path.key(key), out),
                    &path.key(key),
                    out,
                );
            }
        }
        (Value::List(config), Value::List(planned)) if config.len() == planned.len() => {
            for ((config, planned), index) in config.iter().zip(planned).zip(0..) {
                let prior = match prior {
                    Value::List(items) => items.get(usize::try_from(index).unwrap_or(usize::MAX)),
                    _ => None,
                };
                let prior = prior.unwrap_or(&Value::Null);
                let path = path.index(index);
                out_of(
                    check_element(attributes, prior, config, planned, &path, out),
                    &path,
                    out,
                );
            }
        }
        (Value::Set(config), Value::Set(planned)) if config.len() == planned.len() => {}
        (_, Value::Unknown(_)) => return Some(UNKNOWN_OBJECT),
        (_, Value::Null) => return Some(NOT_CONFIGURED),
        _ => return Some(COUNT),
    }
    None
}

fn check_element(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    out: &mut Vec<Violation>,
) -> Option<&'static str> {
    if same(config, planned) {
        return None;
    }
    check_nested(attributes, prior, config, planned, path, out)
}

fn out_of(broken: Option<&'static str>, path: &Path, out: &mut Vec<Violation>) {
    out.extend(broken.map(|rule| Violation {
        path: path.clone(),
        rule,
    }));
}

/// Whether a result, or the final plan of an apply, keeps what the plan promised. Unknown values of the plan may have
/// become anything.
pub fn keeps_promises(planned: &Value, actual: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    check_promise(planned, actual, &Path::root(), &mut violations);
    violations
}

fn check_promise(planned: &Value, actual: &Value, path: &Path, out: &mut Vec<Violation>) {
    let changed = Violation {
        path: path.clone(),
        rule: CHANGED,
    };
    match (planned, actual) {
        (Value::Unknown(_), _) => {}
        (Value::Object(planned), Value::Object(actual)) if planned.keys().eq(actual.keys()) => {
            for ((name, planned), actual) in planned.iter().zip(actual.values()) {
                check_promise(planned, actual, &path.attribute(name), out);
            }
        }
        (Value::Map(planned), Value::Map(actual)) if planned.keys().eq(actual.keys()) => {
            for ((key, planned), actual) in planned.iter().zip(actual.values()) {
                check_promise(planned, actual, &path.key(key), out);
            }
        }
        (Value::List(planned), Value::List(actual)) | (Value::Tuple(planned), Value::Tuple(actual)) => {
            if planned.len() != actual.len() {
                return out.push(changed);
            }
            for ((planned, actual), index) in planned.iter().zip(actual).zip(0..) {
                check_promise(planned, actual, &path.index(index), out);
            }
        }
        (Value::Set(p), Value::Set(a)) if !planned.is_wholly_known() => {
            let kept = |planned: &Value| a.iter().any(|actual| keeps_promises(planned, actual).is_empty());
            if a.len() > p.len() || !p.iter().all(kept) {
                out.push(changed);
            }
        }
        (Value::Dynamic(planned), Value::Dynamic(actual)) if planned.0 == actual.0 => {
            check_promise(&planned.1, &actual.1, path, out);
        }
        _ if planned == actual => {}
        _ => out.push(changed),
    }
}

/// Whether everything is known, and write-only attributes are null.
pub fn is_settled(attributes: &[Attribute], object: &Members) -> Vec<Violation> {
    let mut violations = Vec::new();
    check_settled(attributes, object, &Path::root(), &mut violations);
    violations
}

fn check_settled(attributes: &[Attribute], object: &Members, path: &Path, out: &mut Vec<Violation>) {
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        let value = object.get(&attribute.name).unwrap_or(&Value::Null);
        let broken = if attribute.write_only && !value.is_null() {
            Some(NOT_WRITE_ONLY)
        } else if !value.is_wholly_known() {
            Some(STILL_UNKNOWN)
        } else {
            None
        };
        out_of(broken, &path, out);
        if let AttributeType::Nested(_, inner) = &attribute.ty {
            for element in objects(value) {
                check_settled(inner, element, &path, out);
            }
        }
    }
}

/// Whether an object kept its identity.
pub fn keeps_identity(before: Option<&Value>, after: Option<&Value>) -> Vec<Violation> {
    match (before, after) {
        (Some(before), Some(after)) if before.is_wholly_known() && before != after => {
            vec![Violation {
                path: Path::root(),
                rule: IDENTITY,
            }]
        }
        _ => Vec::new(),
    }
}

/// Turns violations into errors.
pub fn report(violations: Vec<Violation>, operation: &str, diagnostics: &mut Diagnostics) {
    for Violation { path, rule } in violations {
        let place = if path.steps().is_empty() {
            "The object".to_owned()
        } else {
            format!("`{path}`")
        };
        diagnostics.error(
            path,
            "Provider defect",
            format!("{place} breaks a rule in the {operation}: {rule}. This is a bug of the provider; please report it."),
        );
    }
}

/// Equality that ignores what is known about unknown values.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unknown(_), Value::Unknown(_)) => true,
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Set(a), Value::Set(b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b)))
        }
        (Value::Map(a), Value::Map(b)) | (Value::Object(a), Value::Object(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| same(a, b))
        }
        (Value::Dynamic(a), Value::Dynamic(b)) => a.0 == b.0 && same(&a.1, &b.1),
        _ => a == b,
    }
}

fn object(value: &Value) -> Option<&Members> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn objects(value: &Value) -> Vec<&Members> {
    match value {
        Value::Object(members) => vec![members],
        Value::List(items) | Value::Set(items) => items.iter().filter_map(object).collect(),
        Value::Map(members) => members.values().filter_map(object).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
