//! Faults on request: delays counted in calls, throttling, failing calls, answers that do not come.
//!
//! They exist so that a client's retries can be tested without waiting and without luck.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wire::ApiError;

/// What shall go wrong. Everything is off by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    pub fresh: Freshness,
    /// Every n-th call answers `Throttling`; 0 means never.
    pub throttle_every: u64,
    pub fail: Vec<Failure>,
}

/// How long (in calls) a fresh object stays invisible, as eventual consistency makes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Freshness {
    /// `GetRole` does not see a fresh role so many times.
    pub role_reads: u32,
    /// `ListRoles` does not show a fresh role so many times.
    pub role_lists: u32,
    /// `GetOpenIDConnectProvider` does not see a fresh provider so many times.
    pub provider_reads: u32,
    /// STS does not see a fresh provider so many times.
    pub provider_exchanges: u32,
}

/// Calls of one operation that fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The name of the operation, `CreateRole`.
    pub operation: String,
    /// The first call that fails, counted from 1 from the moment the faults are set.
    #[serde(default = "one")]
    pub call: u64,
    /// How many calls in a row fail.
    #[serde(default = "one")]
    pub times: u64,
    pub code: String,
    #[serde(default = "bad_request")]
    pub status: u16,
    #[serde(default)]
    pub message: String,
    /// The operation takes effect all the same, and only its answer is lost.
    #[serde(default)]
    pub applied: bool,
    /// The answer is kept back until other faults are set: a caller can be cut off while it waits.
    #[serde(default)]
    pub withheld: bool,
}

fn one() -> u64 {
    1
}

fn bad_request() -> u16 {
    400
}

/// Faults in force, with the calls counted since they were set.
#[derive(Debug, Default)]
pub struct FaultPlan {
    faults: Faults,
    calls: u64,
    by_operation: BTreeMap<String, u64>,
}

/// An error that a call gets instead of its answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Injected {
    pub error: ApiError,
    /// Whether the operation is carried out before the error is sent.
    pub applied: bool,
    /// Whether the error is sent only when other faults are set.
    pub withheld: bool,
}

impl FaultPlan {
    pub fn set(&mut self, faults: Faults) {
        *self = Self {
            faults,
            ..Self::default()
        };
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Counts a call and says what shall happen to it.
    pub fn next(&mut self, operation: &str) -> Option<Injected> {
        self.calls += 1;
        let count = self.by_operation.entry(operation.to_owned()).or_default();
        *count += 1;
        let throttled = self.faults.throttle_every;
        if throttled > 0 && self.calls.is_multiple_of(throttled) {
            return Some(Injected {
                error: ApiError::new(400, "Throttling", "Rate exceeded"),
                applied: false,
                withheld: false,
            });
        }
        let failure = self.faults.fail.iter().find(|failure| {
            let end = failure.call.saturating_add(failure.times);
            failure.operation == operation && (failure.call..end).contains(count)
        })?;
        Some(Injected {
            error: ApiError::new(failure.status, failure.code.clone(), failure.message.clone()),
            applied: failure.applied,
            withheld: failure.withheld,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(json: &str) -> FaultPlan {
        let mut plan = FaultPlan::default();
        plan.set(serde_json::from_str(json).unwrap());
        plan
    }

    #[test]
    fn nothing_fails_by_default() {
        let mut plan = plan("{}");
        assert!((0..100).all(|_| plan.next("GetRole").is_none()));
    }

    #[test]
    fn the_second_and_third_call_of_one_operation() {
        let mut plan = plan(
            r#"{"fail": [{"operation": "DeleteRole", "call": 2, "times": 2, "code": "DeleteConflict", "status": 409}]}"#,
        );
        let failed: Vec<bool> = (0..5).map(|_| plan.next("DeleteRole").is_some()).collect();
        assert_eq!(failed, [false, true, true, false, false]);
        assert!(plan.next("GetRole").is_none());
    }

    #[test]
    fn every_third_call_is_throttled() {
        let mut plan = plan(r#"{"throttle_every": 3}"#);
        let throttled: Vec<bool> = (0..6).map(|_| plan.next("GetRole").is_some()).collect();
        assert_eq!(throttled, [false, false, true, false, false, true]);
    }
}
