//! ApplyResourceChange.

use super::Server;
use super::entry::{Operation, ResourceEntry};
use super::plan::{members, shaped};
use crate::framework::planning::null_write_only;
use crate::framework::{Diagnostics, Path, Private, Progress, Value, conform, rules};

/// What the host asks: `prior` is null on create, `planned` and `config` are null on delete.
pub struct ApplyCall {
    pub type_name: String,
    pub prior: Value,
    pub planned: Value,
    pub config: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

/// What is there now: it is saved, also after an error.
pub struct Applied {
    /// Null: nothing, or on an error the prior state.
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<Value>,
}

impl Server {
    /// `None` only with an error, when nothing was tried.
    pub async fn apply(&self, call: ApplyCall, diagnostics: &mut Diagnostics) -> Option<Applied> {
        let entry = self.registry().resource(&call.type_name, diagnostics)?;
        let identity = call.identity.clone().filter(Value::is_wholly_known);
        let mut progress = Progress {
            state: (!call.prior.is_null()).then(|| call.prior.clone()),
            private: Private::from_bytes(&call.private),
            identity,
        };
        let operation = match (call.prior.is_null(), call.planned.is_null()) {
            (true, _) => Operation::Create,
            (false, false) => Operation::Update,
            (false, true) => Operation::Delete,
        };
        let timed_by = if operation == Operation::Delete {
            &call.prior
        } else {
            &call.config
        };
        let context = self.context(operation.timeout(Some(timed_by)));
        let ApplyCall { config, planned, .. } = &call;
        let part = &entry.part;
        match operation {
            Operation::Create => {
                part.create(&context, config, planned, &mut progress, diagnostics)
                    .await
            }
            Operation::Delete => part.delete(&context, &mut progress, diagnostics).await,
            _ => {
                part.update(&context, config, planned, &mut progress, diagnostics)
                    .await
            }
        }
        if operation == Operation::Delete {
            return Some(deleted(entry, progress, diagnostics));
        }
        Some(applied(entry, &call, progress, diagnostics))
    }
}

fn deleted(entry: &ResourceEntry, progress: Progress<Value>, diagnostics: &mut Diagnostics) -> Applied {
    let Some(left) = progress.state else {
        return Applied {
            state: Value::Null,
            private: Vec::new(),
            identity: None,
        };
    };
    if !diagnostics.has_errors() {
        diagnostics.error(
            Path::root(),
            "Provider defect",
            "The object was not deleted, and no reason was given. This is a bug of the provider; please report it.",
        );
    }
    let state = shaped(entry, left.unknown_to_null(), diagnostics).unwrap_or(Value::Null);
    Applied {
        state,
        private: progress.private.to_bytes(),
        identity: progress.identity,
    }
}

fn applied(
    entry: &ResourceEntry,
    call: &ApplyCall,
    progress: Progress<Value>,
    diagnostics: &mut Diagnostics,
) -> Applied {
    let failed = diagnostics.has_errors();
    let identity = identity(entry, progress.identity, call, failed, diagnostics);
    let private = progress.private.to_bytes();
    let Some(state) = progress.state else {
        if !failed {
            diagnostics.error(
                Path::root(),
                "Provider defect",
                "Nothing was made, and no reason was given. This is a bug of the provider; please report it.",
            );
        }
        return Applied {
            state: Value::Null,
            private,
            identity,
        };
    };
    let mut state = shaped(entry, state, diagnostics).unwrap_or(Value::Null);
    if let Value::Object(members) = &mut state {
        null_write_only(&entry.schema().attributes, members);
    }
    if let (false, Some(object)) = (failed, members(&state)) {
        let mut broken = rules::keeps_promises(&call.planned, &state);
        broken.extend(rules::is_settled(&entry.schema().attributes, object));
        rules::report(broken, "result of the apply", diagnostics);
    }
    // after an error what was not reached is null; the host accepts no unknown value in a state
    Applied {
        state: state.unknown_to_null(),
        private,
        identity,
    }
}

fn identity(
    entry: &ResourceEntry,
    reached: Option<Value>,
    call: &ApplyCall,
    failed: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let (_, ty) = entry.identity()?;
    let before = call.identity.as_ref();
    let reached = reached
        .and_then(|identity| conform(identity, ty).ok())
        .filter(Value::is_wholly_known);
    if !failed {
        // a host that knows no identities sends none at an update, and needs none back
        if reached.is_none() && call.prior.is_null() {
            diagnostics.error(
                Path::root(),
                "Provider defect",
                "The object has no identity. This is a bug of the provider; please report it.",
            );
        }
        let broken = rules::keeps_identity(before, reached.as_ref());
        rules::report(broken, "result of the apply", diagnostics);
    }
    reached
}
