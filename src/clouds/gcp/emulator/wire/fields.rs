//! The fields of a message: which there are, what is in them, and who may set them.
//!
//! Names are read in both cases of the JSON mapping of protocol buffers (`displayName`, `display_name`), and written in the
//! first. What is false, empty or null is left out.

use serde_json::{Map, Value};

use super::ApiError;

/// The members of a JSON object.
pub type Members = Map<String, Value>;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Text,
    Bool,
    Number,
    Texts,
    TextMap,
    /// One of some names; a number is the place in this list.
    Name(&'static [&'static str]),
    Object(&'static [Field]),
    Objects(&'static [Field]),
    /// Whatever it is.
    Any,
}

/// Who may set a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Freely,
    /// When it is made, and never again.
    Once,
    /// Google alone. What a caller sends is passed over.
    Never,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub set: Set,
}

impl Field {
    pub const fn new(name: &'static str, shape: Shape) -> Self {
        let set = Set::Freely;
        Self { name, shape, set }
    }

    pub const fn once(name: &'static str, shape: Shape) -> Self {
        let set = Set::Once;
        Self { name, shape, set }
    }

    pub const fn output(name: &'static str) -> Self {
        Self {
            name,
            shape: Shape::Any,
            set: Set::Never,
        }
    }

    /// Whether a caller's name means this field.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || snake(self.name) == name
    }
}

/// Reads a message.
///
/// # Errors
/// A field that there is not, one that is there twice, or one with another kind of value.
pub fn read(fields: &[Field], value: &Value) -> Result<Members, ApiError> {
    read_at(fields, value, "")
}

fn read_at(fields: &[Field], value: &Value, at: &str) -> Result<Members, ApiError> {
    let Value::Object(given) = value else {
        return Err(wrong(at, "an object"));
    };
    let mut members = Members::new();
    for (name, value) in given {
        let place = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        let field = fields.iter().find(|field| field.is_called(name)).ok_or_else(|| {
            let inside = if at.is_empty() {
                String::new()
            } else {
                format!(" at '{at}'")
            };
            ApiError::invalid(format!(
                "Invalid JSON payload received. Unknown name \"{name}\"{inside}: Cannot find field."
            ))
        })?;
        if field.set == Set::Never || value.is_null() {
            continue;
        }
        if let Some(value) = shaped(field.shape, value, &place)?
            && members.insert(field.name.to_owned(), value).is_some()
        {
            return Err(ApiError::invalid(format!("The field {place} is there twice.")));
        }
    }
    Ok(members)
}

fn shaped(shape: Shape, value: &Value, at: &str) -> Result<Option<Value>, ApiError> {
    let kept = match (shape, value) {
        (Shape::Text, Value::String(text)) => (!text.is_empty()).then(|| value.clone()),
        (Shape::Bool, Value::Bool(set)) => set.then(|| value.clone()),
        (Shape::Number, Value::Number(_)) => Some(value.clone()),
        (Shape::Texts, Value::Array(items)) => {
            if !items.iter().all(Value::is_string) {
                return Err(wrong(at, "a list of strings"));
            }
            (!items.is_empty()).then(|| value.clone())
        }
        (Shape::TextMap, Value::Object(members)) => {
            if !members.values().all(Value::is_string) {
                return Err(wrong(at, "a map of strings"));
            }
            (!members.is_empty()).then(|| value.clone())
        }
        (Shape::Name(names), Value::String(name)) => {
            let place = names.iter().position(|known| known == name);
            let place = place.ok_or_else(|| wrong(at, &format!("one of {}", names.join(", "))))?;
            (place > 0).then(|| value.clone())
        }
        (Shape::Name(names), Value::Number(place)) => {
            let name = place
                .as_u64()
                .and_then(|place| names.get(usize::try_from(place).ok()?));
            let name = name.ok_or_else(|| wrong(at, &format!("one of {}", names.join(", "))))?;
            (place.as_u64() != Some(0)).then(|| Value::from(*name))
        }
        (Shape::Object(fields), value @ Value::Object(_)) => Some(Value::Object(read_at(fields, value, at)?)),
        (Shape::Objects(fields), Value::Array(items)) => {
            let mut read = Vec::new();
            for (index, item) in items.iter().enumerate() {
                read.push(Value::Object(read_at(fields, item, &format!("{at}[{index}]"))?));
            }
            (!read.is_empty()).then_some(Value::Array(read))
        }
        (Shape::Any, value) => Some(value.clone()),
        (Shape::Text, _) => return Err(wrong(at, "a string")),
        (Shape::Bool, _) => return Err(wrong(at, "true or false")),
        (Shape::Number, _) => return Err(wrong(at, "a number")),
        (Shape::Texts | Shape::Objects(_), _) => return Err(wrong(at, "a list")),
        (Shape::TextMap | Shape::Object(_), _) => return Err(wrong(at, "an object")),
        (Shape::Name(_), _) => return Err(wrong(at, "the name of a value")),
    };
    Ok(kept)
}

fn wrong(at: &str, expected: &str) -> ApiError {
    let at = if at.is_empty() { "the body" } else { at };
    ApiError::invalid(format!("Invalid value at '{at}': expected {expected}."))
}

/// A member that is an object; an empty one where it is missing.
pub fn object(members: &Members, name: &str) -> Members {
    members
        .get(name)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// `displayName` as `display_name`.
pub fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: [Field; 1] = [Field::new("issuerUri", Shape::Text)];
    const FIELDS: [Field; 5] = [
        Field::output("name"),
        Field::new("displayName", Shape::Text),
        Field::new("disabled", Shape::Bool),
        Field::once("mode", Shape::Name(&["MODE_UNSPECIFIED", "FEDERATION_ONLY"])),
        Field::new("oidc", Shape::Object(&INNER)),
    ];

    #[test]
    fn both_cases_are_read_and_what_is_empty_is_left_out() {
        let given = json!({"name": "x", "display_name": "a", "disabled": false, "mode": 1, "oidc": {"issuer_uri": "i"}});
        assert_eq!(
            Value::Object(read(&FIELDS, &given).unwrap()),
            json!({"displayName": "a", "mode": "FEDERATION_ONLY", "oidc": {"issuerUri": "i"}})
        );
        assert!(
            read(&FIELDS, &json!({"displayName": "", "mode": "MODE_UNSPECIFIED"}))
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (given, says) in [
            (
                json!({"displayname": "a"}),
                "Unknown name \"displayname\": Cannot find field.",
            ),
            (
                json!({"oidc": {"issuer": "a"}}),
                "Unknown name \"issuer\" at 'oidc'",
            ),
            (
                json!({"displayName": 1}),
                "Invalid value at 'displayName': expected a string.",
            ),
            (json!({"disabled": "true"}), "expected true or false"),
            (
                json!({"mode": 2}),
                "expected one of MODE_UNSPECIFIED, FEDERATION_ONLY",
            ),
            (json!({"displayName": "a", "display_name": "b"}), "is there twice"),
            (json!([]), "Invalid value at 'the body': expected an object."),
        ] {
            let error = read(&FIELDS, &given).unwrap_err();
            assert!(error.message.contains(says), "{given}: {}", error.message);
        }
    }
}
