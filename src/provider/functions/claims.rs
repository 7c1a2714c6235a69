//! `claims`: what a token says, not verified.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::arguments::{error, parameter, text};
use crate::framework::{Function, FunctionError, Number, Signature, Type, Value};
use crate::oidc::{Duplicates, Unverified};

/// `claims(token)`
pub(in crate::provider) struct ClaimsFunction;

/// Tokens of platforms have a few thousand characters.
const MAX_CHARS: usize = 65_536;

impl Function for ClaimsFunction {
    fn name(&self) -> &'static str {
        "claims"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "The claims of a token, not verified".to_owned(),
            description: "Decodes the payload of a token. Nobody checked the signature, the time or any claim: good for looking \
                          at a token, never for a decision about one."
                .to_owned(),
            parameters: vec![parameter(
                "token",
                Type::String,
                "The token: three parts of base64url text, joined by dots.",
            )],
            variadic: None,
            returns: Type::Dynamic,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let token = text(arguments, 0)?.trim();
        let decoded = Unverified::decode(token, MAX_CHARS, Duplicates::Refuse).map_err(|e| error(0, e))?;
        let (ty, value) = typed(&Json::Object(decoded.unverified().members().clone()));
        Ok(Value::Dynamic(Box::new((ty, value))))
    }
}

/// A value with the type that the host gives to JSON: lists are tuples, because their elements may differ.
fn typed(json: &Json) -> (Type, Value) {
    match json {
        Json::Null => (Type::Dynamic, Value::Null),
        Json::Bool(known) => (Type::Bool, Value::Bool(*known)),
        Json::String(text) => (Type::String, Value::string(text)),
        Json::Number(number) => {
            let text = number.to_string();
            match Number::parse(&text) {
                Some(number) => (Type::Number, Value::Number(number)),
                None => (Type::String, Value::string(text)),
            }
        }
        Json::Array(items) => {
            let (types, values) = items.iter().map(typed).unzip();
            (Type::Tuple(types), Value::Tuple(values))
        }
        Json::Object(members) => {
            let mut types = BTreeMap::new();
            let mut values = BTreeMap::new();
            for (name, member) in members {
                let (ty, value) = typed(member);
                types.insert(crate::framework::nfc(name), ty);
                values.insert(crate::framework::nfc(name), value);
            }
            (Type::Object(types), Value::Object(values))
        }
    }
}
