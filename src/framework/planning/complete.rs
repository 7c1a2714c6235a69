//! Completing a plan: defaults, write-only attributes, and what only the apply will know.

use super::Members;
use super::counterparts::{Counterparts, each};
use crate::framework::{Attribute, AttributeType, Value};

/// Puts defaults where the configuration has null.
pub fn fill_defaults(attributes: &[Attribute], planned: &mut Members, config: Option<&Members>) {
    for attribute in attributes {
        let configured = config.and_then(|config| config.get(&attribute.name));
        let Some(value) = planned.get_mut(&attribute.name) else {
            continue;
        };
        match (&attribute.default, configured) {
            (Some(default), None | Some(Value::Null)) => *value = default.clone(),
            (_, Some(configured)) if !configured.is_null() => {
                if let AttributeType::Nested(_, inner) = &attribute.ty {
                    each(inner, value, Some(configured), None, &mut |object| {
                        fill_defaults(inner, object.planned, object.config);
                    });
                }
            }
            _ => {}
        }
    }
}

/// Write-only values are in the configuration and nowhere else.
pub fn null_write_only(attributes: &[Attribute], object: &mut Members) {
    for attribute in attributes {
        let Some(value) = object.get_mut(&attribute.name) else {
            continue;
        };
        if attribute.write_only {
            *value = Value::Null;
        } else if let AttributeType::Nested(_, inner) = &attribute.ty {
            each(inner, value, None, None, &mut |object| {
                null_write_only(inner, object.planned)
            });
        }
    }
}

/// Makes computed attributes unknown that the configuration leaves open, for a plan that changes something.
///
/// Kept from the prior state are attributes marked `use_state`, and those whose change would replace the object: what
/// nobody configured is no reason to do that.
pub fn mark_unknown(attributes: &[Attribute], object: Counterparts<'_>) {
    let Counterparts {
        planned,
        config,
        prior,
    } = object;
    for attribute in attributes {
        let configured = config.and_then(|config| config.get(&attribute.name));
        let former = prior.and_then(|prior| prior.get(&attribute.name));
        let Some(value) = planned.get_mut(&attribute.name) else {
            continue;
        };
        let open = configured.is_none_or(Value::is_null);
        if open && attribute.computed && attribute.default.is_none() {
            let keeps = attribute.use_state || attribute.requires_replace;
            if !(keeps && former.is_some_and(|former| !former.is_null()) && value.is_wholly_known()) {
                *value = Value::UNKNOWN;
            }
        } else if !open && let AttributeType::Nested(_, inner) = &attribute.ty {
            each(inner, value, configured, former, &mut |object| {
                mark_unknown(inner, object)
            });
        }
    }
}

/// The start of a plan as [`mark_unknown`] takes it.
impl<'a> Counterparts<'a> {
    pub fn new(planned: &'a mut Members, config: &'a Members, prior: Option<&'a Members>) -> Self {
        Self {
            planned,
            config: Some(config),
            prior,
        }
    }
}
