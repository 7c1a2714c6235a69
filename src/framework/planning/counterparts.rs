//! Which object inside a nested attribute of the plan belongs to which one of the configuration and the prior state.

use super::Members;
use crate::framework::{Attribute, AttributeType, Value};

/// An object of the plan, and what it comes from.
pub struct Counterparts<'a> {
    pub planned: &'a mut Members,
    pub config: Option<&'a Members>,
    pub prior: Option<&'a Members>,
}

/// Calls `visit` for every object of a nested attribute: by member, index or key, and in sets by what the
/// configuration says, since a set has no other way to tell its elements apart.
pub fn each(
    attributes: &[Attribute],
    planned: &mut Value,
    config: Option<&Value>,
    prior: Option<&Value>,
    visit: &mut dyn FnMut(Counterparts<'_>),
) {
    match planned {
        Value::Object(planned) => {
            visit(Counterparts {
                planned,
                config: config.and_then(members),
                prior: prior.and_then(members),
            });
        }
        Value::Map(planned) => {
            for (key, planned) in planned {
                let of = |whole: Option<&Value>| whole.and_then(|whole| whole.member(key)).cloned();
                let (config, prior) = (of(config), of(prior));
                each(attributes, planned, config.as_ref(), prior.as_ref(), visit);
            }
        }
        Value::List(planned) => {
            for (index, planned) in planned.iter_mut().enumerate() {
                let config = config.and_then(|whole| items(whole).get(index));
                let prior = prior.and_then(|whole| items(whole).get(index));
                each(attributes, planned, config, prior, visit);
            }
        }
        Value::Set(planned) => {
            let mut configured: Vec<&Value> = config.map(items).unwrap_or_default().iter().collect();
            let mut former: Vec<&Value> = prior.map(items).unwrap_or_default().iter().collect();
            for planned in planned {
                let config = take(&mut configured, |config| fits(attributes, config, planned));
                let prior = take(&mut former, |prior| {
                    fits(attributes, config.unwrap_or(planned), prior)
                });
                each(attributes, planned, config, prior, visit);
            }
        }
        _ => {}
    }
}

fn take<'a>(candidates: &mut Vec<&'a Value>, suits: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let at = candidates.iter().position(|candidate| suits(candidate))?;
    Some(candidates.swap_remove(at))
}

/// Whether `value` may have come from `config`: the same, but for what the provider computes.
fn fits(attributes: &[Attribute], config: &Value, value: &Value) -> bool {
    let (Some(config), Some(value)) = (members(config), members(value)) else {
        return config == value;
    };
    attributes.iter().all(|attribute| {
        let null = &Value::Null;
        let config = config.get(&attribute.name).unwrap_or(null);
        let value = value.get(&attribute.name).unwrap_or(null);
        match &attribute.ty {
            _ if attribute.write_only || (attribute.computed && config.is_null()) => true,
            AttributeType::Nested(_, inner) => fits_nested(inner, config, value),
            AttributeType::Plain(_) => config == value,
        }
    })
}

fn fits_nested(attributes: &[Attribute], config: &Value, value: &Value) -> bool {
    match (config, value) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| fits(attributes, a, b))
        }
        (Value::Set(a), Value::Set(b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| fits(attributes, a, b)))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| fits(attributes, a, b)))
        }
        _ => fits(attributes, config, value),
    }
}

fn members(value: &Value) -> Option<&Members> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) | Value::Set(items) => items,
        _ => &[],
    }
}
