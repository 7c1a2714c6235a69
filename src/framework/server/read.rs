//! ReadResource.

use super::Server;
use super::apply::Applied;
use super::entry::Operation;
use super::plan::{members, shaped};
use crate::framework::planning::null_write_only;
use crate::framework::{Diagnostics, Path, Private, Progress, Value, conform, rules};

/// What the host asks.
pub struct ReadCall {
    pub type_name: String,
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

impl Server {
    /// The state as it is now, null when the object is gone; `None` only with an error.
    pub async fn read(&self, call: ReadCall, diagnostics: &mut Diagnostics) -> Option<Applied> {
        let entry = self.registry().resource(&call.type_name, diagnostics)?;
        let unchanged = Applied {
            state: call.state.clone(),
            private: call.private.clone(),
            identity: call.identity.clone(),
        };
        if call.state.is_null() {
            return Some(unchanged);
        }
        if entry.part.waits_for_configuration() {
            diagnostics.warning(
                Path::root(),
                "Not refreshed",
                "The provider's configuration is not known yet, so the object was not looked at; the plan is made \
                 from the stored state.",
            );
            return Some(unchanged);
        }
        let context = self.context(Operation::Read.timeout(Some(&call.state)));
        let mut progress = Progress {
            state: Some(call.state),
            private: Private::from_bytes(&call.private),
            identity: call.identity.clone(),
        };
        entry.part.read(&context, &mut progress, diagnostics).await;
        if diagnostics.has_errors() {
            return Some(unchanged);
        }
        let Some(state) = progress.state else {
            return Some(Applied {
                state: Value::Null,
                private: Vec::new(),
                identity: None,
            });
        };
        let mut state = shaped(entry, state, diagnostics)?;
        if let Value::Object(members) = &mut state {
            null_write_only(&entry.schema().attributes, members);
        }
        let identity = entry
            .identity()
            .and_then(|(_, ty)| conform(progress.identity?, ty).ok())
            .filter(Value::is_wholly_known);
        let mut broken = rules::keeps_identity(call.identity.as_ref(), identity.as_ref());
        if let Some(object) = members(&state) {
            broken.extend(rules::is_settled(&entry.schema().attributes, object));
        }
        rules::report(broken, "result of the read", diagnostics);
        Some(Applied {
            state: state.unknown_to_null(),
            private: progress.private.to_bytes(),
            identity,
        })
    }
}
