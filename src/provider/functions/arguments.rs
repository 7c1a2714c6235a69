//! Reading the arguments of functions.

use std::borrow::Cow;

use crate::framework::{FunctionError, Parameter, Type, Value};
use crate::platforms::{ComposeError, DeclaredBy, Platform, PlatformError, Values};

/// The platform, by id or by the text of its file.
pub(super) fn platform_parameter() -> Parameter {
    parameter(
        "platform",
        Type::String,
        "Id of a platform of the catalogue, or the text of a platform file (`file(\"acme.toml\")`).",
    )
}

pub(super) fn variables_parameter() -> Parameter {
    parameter(
        "variables",
        Type::map(Type::String),
        "Values of the platform's variables by name; null is the same as absent. One map serves issuer and subject: what \
         only the other one has is checked and left aside.",
    )
}

pub(super) fn parameter(name: &str, ty: Type, description: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        ty,
        description: description.to_owned(),
        allow_null: false,
        allow_unknown: false,
    }
}

pub(super) fn text(arguments: &[Value], at: i64) -> Result<&str, FunctionError> {
    let argument = usize::try_from(at).ok().and_then(|at| arguments.get(at));
    argument
        .and_then(Value::as_str)
        .ok_or_else(|| error(at, "expected a string"))
}

pub(super) fn platform(arguments: &[Value], at: i64) -> Result<Cow<'static, Platform>, FunctionError> {
    Platform::named(text(arguments, at)?, DeclaredBy::Configuration).map_err(|e: PlatformError| error(at, e))
}

pub(super) fn variables(arguments: &[Value], at: i64) -> Result<Values, FunctionError> {
    let argument = usize::try_from(at).ok().and_then(|at| arguments.get(at));
    let Some(Value::Map(members) | Value::Object(members)) = argument else {
        return Err(error(at, "expected a map of strings"));
    };
    let given = members.iter().filter(|(_, value)| !value.is_null());
    given
        .map(|(name, value)| match value.as_str() {
            Some(text) => Ok((name.clone(), text.to_owned())),
            None => Err(error(
                at,
                format!("expected a string for `{name}`, found {}", value.kind()),
            )),
        })
        .collect()
}

/// What is wrong with the variables, or with the platform that has none; platform and variables are the first two arguments.
pub(super) fn of_composing(reason: ComposeError) -> FunctionError {
    let at = match reason {
        ComposeError::NoGrammar { .. } => 0,
        _ => 1,
    };
    error(at, reason)
}

pub(super) fn error(at: i64, reason: impl ToString) -> FunctionError {
    FunctionError {
        text: reason.to_string(),
        argument: Some(at),
    }
}

pub(super) fn strings<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::List(texts.into_iter().map(Value::string).collect())
}

/// A string, or null.
pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::string)
}

pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

pub(super) fn text_map(values: &Values) -> Value {
    let members = values.iter();
    Value::Map(
        members
            .map(|(name, value)| (name.clone(), Value::string(value)))
            .collect(),
    )
}
