//! Tests only: the facts and vectors that lie beside the package.

use serde_json::Value;

/// Reads a file of the shared directory. `None` only when the run says that it goes without; else a missing file fails.
pub(crate) fn shared_text(name: &str) -> Option<String> {
    let path = format!("{}/../shared/{name}", env!("CARGO_MANIFEST_DIR"));
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) => {
            let without = std::env::var("OIDCFED_TESTS_WITHOUT").unwrap_or_default();
            assert!(
                without.contains("shared"),
                "{path}: {e}; put the shared directory there, or set OIDCFED_TESTS_WITHOUT=shared"
            );
            println!("left out, because OIDCFED_TESTS_WITHOUT names `shared`: {name}");
            None
        }
    }
}

pub(crate) fn shared_json(name: &str) -> Option<Value> {
    shared_text(name).map(|text| serde_json::from_str(&text).unwrap())
}
