//! Every request, in order.

use std::collections::VecDeque;

use serde::Serialize;

/// So many of the last requests are kept.
const MOST: usize = 10_000;

/// A request that was made. SECURITY: no header and no body of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedCall {
    /// The host at Google that it was meant for.
    pub service: &'static str,
    /// The name of the method; nothing when there is none.
    pub operation: Option<&'static str>,
    pub method: String,
    pub path: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
}

/// The last requests.
#[derive(Clone, Debug, Default)]
pub struct Calls(VecDeque<RecordedCall>);

impl Calls {
    pub fn record(&mut self, call: RecordedCall) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(call);
    }

    pub fn reset(&mut self) {
        self.0.clear();
    }

    pub fn in_order(&self) -> Vec<RecordedCall> {
        self.0.iter().cloned().collect()
    }
}
