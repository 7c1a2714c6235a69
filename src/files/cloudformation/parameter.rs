//! Parameters: what they may be when the template is deployed.

use serde_json::Value;

use super::intrinsic::{Look, Template};

/// Types whose default is the name of something that holds the value.
const STORED: &str = "AWS::SSM::Parameter::Value";

impl Template<'_> {
    /// The value of a parameter in this look: one that is allowed, or its default. A deployment may give another than the
    /// default, so that once it is not known.
    pub(super) fn parameter(&self, name: &str, look: &mut Look<'_>) -> Option<Value> {
        let parameter = self.parameters.get(name)?;
        let kind = parameter.get("Type").and_then(Value::as_str).unwrap_or("String");
        if kind.starts_with(STORED) {
            return None;
        }
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        let allowed = parameter.get("AllowedValues").and_then(Value::as_array);
        let choice = format!("parameter {name}");
        // of a list each element is one of those allowed
        if let Some(allowed) = allowed.filter(|all| !is_list && !all.is_empty()) {
            let value = |at: usize| allowed.get(at).and_then(written);
            let label = |at: usize| format!("{name} = {}", value(at).unwrap_or_default());
            let chosen = look.choices.of(&choice, allowed.len(), &label)?;
            return value(chosen).map(Value::String);
        }
        let default = parameter.get("Default").and_then(written)?;
        let label = |at: usize| match at {
            0 => format!("{name} = {default}"),
            _ => String::new(),
        };
        if look.choices.of(&choice, 2, &label)? != 0 {
            return None;
        }
        look.note(format!("`{name}` is taken for `{default}`, its default"));
        Some(match is_list {
            true => default
                .split(',')
                .map(|item| Value::String(item.trim().to_owned()))
                .collect(),
            false => Value::String(default),
        })
    }
}

/// A value as the text that it becomes.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}
