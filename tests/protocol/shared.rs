//! Tables and vectors that are shared between projects.

use std::fs;

use crate::left_out::without;

/// A file of the shared facts; `None` only when it is left out on purpose, which is said.
pub fn fact(name: &str) -> Option<serde_json::Value> {
    if without(&["shared"], name) {
        return None;
    }
    let path = format!("{}/../shared/facts/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{path}: {error}; set OIDCFED_TESTS_WITHOUT=shared to leave out what needs it")
    });
    Some(serde_json::from_str(&text).unwrap())
}
