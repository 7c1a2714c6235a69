//! Tests only: the facts and vectors that lie beside the package.

#[path = "../tests/left_out/mod.rs"]
mod left_out;

use serde_json::Value;

/// Reads a file of the shared directory. `None`, visibly, only when the run says that it goes without; else a missing file
/// fails.
pub(crate) fn shared_text(name: &str) -> Option<String> {
    if left_out::without(&["shared"], name) {
        return None;
    }
    let path = format!("{}/../shared/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path);
    Some(text.unwrap_or_else(|e| {
        panic!("{path}: {e}; put the shared directory there, or set OIDCFED_TESTS_WITHOUT=shared")
    }))
}

pub(crate) fn shared_json(name: &str) -> Option<Value> {
    shared_text(name).map(|text| serde_json::from_str(&text).unwrap())
}
