//! How often each operation was called.

use std::collections::BTreeMap;

/// Counts by action (`iam:GetRole`). Only operations that exist are counted, so the map stays small.
#[derive(Clone, Debug, Default)]
pub struct Calls(BTreeMap<String, u64>);

impl Calls {
    pub fn count(&mut self, action: &str) {
        *self.0.entry(action.to_owned()).or_default() += 1;
    }

    pub fn reset(&mut self) {
        self.0.clear();
    }

    pub fn by_action(&self) -> &BTreeMap<String, u64> {
        &self.0
    }
}
