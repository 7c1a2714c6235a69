//! UpgradeResourceState and UpgradeResourceIdentity.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::Server;
use crate::framework::planning::null_write_only;
use crate::framework::{Diagnostics, Path, Reading, UpgradeRequest, Value, from_json};

impl Server {
    /// A stored state in the current shape. Members that the schema does not have are dropped, missing ones are null.
    pub fn upgrade(
        &self,
        type_name: &str,
        version: i64,
        state: Json,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let entry = self.registry().resource(type_name, diagnostics)?;
        let state = match version.cmp(&entry.schema().version) {
            Ordering::Equal => state,
            Ordering::Less if state.is_null() => state,
            Ordering::Less => entry
                .part
                .upgrade(UpgradeRequest { version, state }, diagnostics)?,
            Ordering::Greater => {
                newer(type_name, diagnostics);
                return None;
            }
        };
        match from_json(&state, entry.ty(), Reading::Lenient) {
            Ok(Value::Object(mut members)) => {
                null_write_only(&entry.schema().attributes, &mut members);
                Some(Value::Object(members))
            }
            Ok(other) => Some(other),
            Err(mismatch) => {
                let detail =
                    format!("{mismatch}. The state was written by another program, or changed by hand.");
                diagnostics.error(mismatch.path, "Unreadable state", detail);
                None
            }
        }
    }

    /// A stored identity in the current shape.
    pub fn upgrade_identity(
        &self,
        type_name: &str,
        version: i64,
        identity: &Json,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let entry = self.registry().resource(type_name, diagnostics)?;
        let Some((schema, ty)) = entry.identity() else {
            diagnostics.error(
                Path::root(),
                "No identity",
                format!("`{type_name}` has no identity."),
            );
            return None;
        };
        if version > schema.version {
            newer(type_name, diagnostics);
            return None;
        }
        match from_json(identity, ty, Reading::Lenient) {
            Ok(identity) => Some(identity),
            Err(mismatch) => {
                diagnostics.error(Path::root(), "Unreadable identity", format!("{mismatch}."));
                None
            }
        }
    }
}

fn newer(type_name: &str, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        Path::root(),
        "State of a newer provider",
        format!("The state of `{type_name}` was written by a newer version of the provider; use that one."),
    );
}
