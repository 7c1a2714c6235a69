//! The state that a host proposes: the configuration, and the prior state where the provider computes.

use crate::framework::planning::{Counterparts, Members, each};
use crate::framework::{Attribute, AttributeType, Schema, Value};

/// What a host sends to be planned.
pub fn propose(schema: &Schema, config: &Value, prior: &Value) -> Value {
    let (Value::Object(config), Value::Object(prior)) = (config, prior) else {
        return config.clone();
    };
    let mut proposed = config.clone();
    fill(
        &schema.attributes,
        Counterparts::new(&mut proposed, config, Some(prior)),
    );
    Value::Object(proposed)
}

fn fill(attributes: &[Attribute], object: Counterparts<'_>) {
    let Counterparts {
        planned,
        config,
        prior,
    } = object;
    let Some(prior) = prior else { return };
    for attribute in attributes {
        let former = prior.get(&attribute.name);
        let Some(value) = planned.get_mut(&attribute.name) else {
            continue;
        };
        let configured = config.and_then(|config: &Members| config.get(&attribute.name));
        if value.is_null() && attribute.computed {
            *value = former.cloned().unwrap_or(Value::Null);
        } else if let AttributeType::Nested(_, inner) = &attribute.ty {
            each(inner, value, configured, former, &mut |object| {
                fill(inner, object)
            });
        }
    }
}
