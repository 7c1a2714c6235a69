//! Actions and state stores: this provider has none, and says so when asked for one.

use crate::framework::{Diagnostics, Path};
use crate::plugin::convert;
use crate::plugin::proto::tfplugin6::Diagnostic;

/// The error that there is no such action.
pub fn no_action(name: &str) -> Vec<Diagnostic> {
    none("action", name)
}

/// The error that there is no such state store.
pub fn no_state_store(name: &str) -> Vec<Diagnostic> {
    none("state store", name)
}

fn none(kind: &str, name: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::new();
    diagnostics.error(
        Path::root(),
        format!("Unknown {kind}"),
        format!("This version of the provider has no {kind} `{name}`."),
    );
    convert::diagnostics(diagnostics)
}
