//! ImportResourceState.

use super::Server;
use super::apply::Applied;
use super::entry::{Operation, ResourceEntry};
use super::plan::{members, shaped};
use crate::framework::planning::null_write_only;
use crate::framework::{Diagnostics, ImportKey, Imported, Path, Value, conform, rules};

impl Server {
    /// The state that Read then completes; `None` only with an error.
    pub async fn import(
        &self,
        type_name: &str,
        key: ImportKey,
        diagnostics: &mut Diagnostics,
    ) -> Option<Applied> {
        let entry = self.registry().resource(type_name, diagnostics)?;
        let context = self.context(Operation::Read.timeout(None));
        let by_identity = match &key {
            ImportKey::Identity(identity) => Some(identity.clone()),
            ImportKey::Id(_) => None,
        };
        let found = entry.part.import(&context, key, diagnostics).await;
        if found.is_none() && !diagnostics.has_errors() {
            diagnostics.error(
                Path::root(),
                "Nothing to import",
                format!("No `{type_name}` of this name exists."),
            );
        }
        let mut found = found?;
        found.identity = found.identity.or(by_identity);
        taken_over(entry, found, "import", diagnostics)
    }
}

/// A state that comes from elsewhere, in the form that is stored.
pub fn taken_over(
    entry: &ResourceEntry,
    found: Imported<Value>,
    operation: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Applied> {
    let mut state = shaped(entry, found.state, diagnostics)?;
    if let Value::Object(members) = &mut state {
        null_write_only(&entry.schema().attributes, members);
    }
    if let Some(object) = members(&state) {
        rules::report(
            rules::is_settled(&entry.schema().attributes, object),
            operation,
            diagnostics,
        );
    }
    let identity = entry
        .identity()
        .and_then(|(_, ty)| conform(found.identity?, ty).ok())
        .filter(Value::is_wholly_known);
    Some(Applied {
        state: state.unknown_to_null(),
        private: found.private.to_bytes(),
        identity,
    })
}
