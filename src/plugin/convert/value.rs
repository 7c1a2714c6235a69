//! Values, identities and raw states.

use serde_json::Value as Json;

use crate::framework::{Diagnostics, Path, Reading, Type, Value, from_json};
use crate::plugin::msgpack;
use crate::plugin::proto::tfplugin6::{DynamicValue, RawState, ResourceIdentityData};

/// Reads a value of the type. No message, and one with neither form, is null. `None` only with an error.
pub fn read(message: Option<&DynamicValue>, ty: &Type, diagnostics: &mut Diagnostics) -> Option<Value> {
    let Some(message) = message else {
        return Some(Value::Null);
    };
    let outcome = if !message.msgpack.is_empty() {
        msgpack::decode(&message.msgpack, ty).map_err(|error| error.to_string())
    } else if !message.json.is_empty() {
        serde_json::from_slice(&message.json)
            .map_err(|_| "expected JSON, found something else".to_owned())
            .and_then(|json| from_json(&json, ty, Reading::Exact).map_err(|error| error.to_string()))
    } else {
        Ok(Value::Null)
    };
    match outcome {
        Ok(value) => Some(value),
        Err(reason) => {
            unreadable(&reason, diagnostics);
            None
        }
    }
}

/// Writes a value. Values that leave the framework have the shape of their type; one that has not is an error.
pub fn write(value: &Value, ty: &Type, diagnostics: &mut Diagnostics) -> Option<DynamicValue> {
    match msgpack::encode(value, ty) {
        Ok(msgpack) => Some(DynamicValue {
            msgpack,
            json: Vec::new(),
        }),
        Err(error) => {
            let detail = format!("{error}. This is a bug of the provider; please report it.");
            diagnostics.error(Path::root(), "Provider defect", detail);
            None
        }
    }
}

/// Null, as a value.
pub fn empty() -> DynamicValue {
    DynamicValue {
        msgpack: vec![0xc0],
        json: Vec::new(),
    }
}

/// Reads an identity; `None` when the host sent none.
pub fn read_identity(
    message: Option<&ResourceIdentityData>,
    ty: Option<&Type>,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let (message, ty) = (message?.identity_data.as_ref()?, ty?);
    read(Some(message), ty, diagnostics).filter(|identity| !identity.is_null())
}

/// Writes an identity.
pub fn identity(
    identity: Option<&Value>,
    ty: Option<&Type>,
    diagnostics: &mut Diagnostics,
) -> Option<ResourceIdentityData> {
    let identity_data = write(identity?, ty?, diagnostics)?;
    Some(ResourceIdentityData {
        identity_data: Some(identity_data),
    })
}

/// The JSON of a stored state; nothing stored is null. `None` only with an error.
pub fn raw_json(state: Option<&RawState>, diagnostics: &mut Diagnostics) -> Option<Json> {
    let Some(state) = state else {
        return Some(Json::Null);
    };
    if state.json.is_empty() {
        if state.flatmap.is_empty() {
            return Some(Json::Null);
        }
        unreadable("the state is in the form of before 2019", diagnostics);
        return None;
    }
    let parsed = serde_json::from_slice(&state.json);
    if parsed.is_err() {
        unreadable("expected JSON, found something else", diagnostics);
    }
    parsed.ok()
}

fn unreadable(reason: &str, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        Path::root(),
        "Unreadable value",
        format!("The host sent a value that does not fit: {reason}."),
    );
}
