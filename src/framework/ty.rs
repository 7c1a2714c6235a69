//! Types of Terraform values.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// Depth that a type given from outside may have.
const MAX_DEPTH: usize = 64;

/// A type constraint, as in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    String,
    Number,
    Bool,
    /// Any type; the value carries its own.
    Dynamic,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Object(BTreeMap<String, Type>),
    Tuple(Vec<Type>),
}

impl Type {
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    pub fn object<const N: usize>(members: [(&str, Type); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, ty)| (name.to_owned(), ty))
                .collect(),
        )
    }

    /// The notation of schemas: `"string"`, `["list",T]`, `["object",{…}]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Object(members) => {
                let members: serde_json::Map<String, Json> = members
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()))
                    .collect();
                json!(["object", members])
            }
            Self::Tuple(elements) => {
                json!(["tuple", elements.iter().map(Self::to_json).collect::<Vec<_>>()])
            }
        }
    }

    /// Reads the notation of schemas. `None`: not a type, or one nested deeper than 64 levels.
    pub fn from_json(json: &Json) -> Option<Self> {
        Self::read(json, MAX_DEPTH)
    }

    fn read(json: &Json, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        if let Some(name) = json.as_str() {
            return match name {
                "string" => Some(Self::String),
                "number" => Some(Self::Number),
                "bool" => Some(Self::Bool),
                "dynamic" => Some(Self::Dynamic),
                _ => None,
            };
        }
        let (kind, inner) = match json.as_array()?.as_slice() {
            [kind, inner] => (kind.as_str()?, inner),
            // the third member names the optional attributes, which changes nothing for a value
            [kind, inner, Json::Array(_)] if kind == "object" => ("object", inner),
            _ => return None,
        };
        match kind {
            "list" => Self::read(inner, depth).map(Self::list),
            "set" => Self::read(inner, depth).map(Self::set),
            "map" => Self::read(inner, depth).map(Self::map),
            "tuple" => {
                let elements = inner.as_array()?.iter().map(|ty| Self::read(ty, depth));
                Some(Self::Tuple(elements.collect::<Option<_>>()?))
            }
            "object" => {
                let members = inner.as_object()?.iter();
                let members = members.map(|(name, ty)| Some((name.clone(), Self::read(ty, depth)?)));
                Some(Self::Object(members.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation_goes_both_ways() {
        for text in [
            r#""string""#,
            r#"["list","number"]"#,
            r#"["set",["object",{"a":"bool","b":["map","dynamic"]}]]"#,
            r#"["tuple",["string",["tuple",[]]]]"#,
        ] {
            let ty = Type::from_json(&serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!(ty.to_json().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(70), "]".repeat(70));
        for text in [
            r#""foo""#,
            "1",
            "[]",
            r#"["list"]"#,
            r#"["object",["a"]]"#,
            r#"["list","string",[]]"#,
            &deep,
        ] {
            assert_eq!(
                Type::from_json(&serde_json::from_str(text).unwrap()),
                None,
                "{text}"
            );
        }
    }
}
