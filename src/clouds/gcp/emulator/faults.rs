//! Faults on request: delays counted in calls, throttling, failing calls and operations, answers that do not come.
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
    /// Every n-th call answers 429; 0 means never.
    pub throttle_every: u64,
    pub fail: Vec<Failure>,
    /// Operations that are accepted and then fail, one for each entry, in order.
    pub operations: Vec<OperationFailure>,
    /// So many of the next writes of a policy find that somebody else wrote it since it was read.
    pub concurrent_writers: u32,
    /// Hosts of APIs that are not enabled, `iam.googleapis.com`.
    pub disabled_services: Vec<String>,
    /// `constraints/iam.workloadIdentityPoolProviders`: the only issuers that a provider may have; none: every issuer.
    pub allowed_issuers: Option<Vec<String>>,
}

/// How long (in calls) something fresh stays invisible, as eventual consistency makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Freshness {
    /// So many calls do not see a fresh service account.
    pub account_uses: u32,
    /// The status that they get, 404 or 403.
    pub account_status: u16,
    /// So many policies that name a fresh service account are refused.
    pub account_members: u32,
    /// So many polls do not find a fresh operation.
    pub operation_reads: u32,
    /// So many polls find a fresh operation not done; what it does is not done before.
    pub operation_polls: u32,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            account_uses: 0,
            account_status: 404,
            account_members: 0,
            operation_reads: 0,
            operation_polls: 0,
        }
    }
}

/// An operation that fails after it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationFailure {
    /// The number of a canonical code, 13 for `INTERNAL`.
    pub code: u8,
    pub message: String,
}

/// Calls of one method that fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The name of the method, `CreateWorkloadIdentityPool`.
    pub operation: String,
    /// The first call that fails, counted from 1 from the moment the faults are set.
    #[serde(default = "one")]
    pub call: u64,
    /// How many calls in a row fail.
    #[serde(default = "one")]
    pub times: u64,
    /// The canonical name, `UNAVAILABLE`; at the token endpoints, the `error`.
    pub code: String,
    pub status: u16,
    #[serde(default)]
    pub message: String,
    /// The call takes effect all the same, and only its answer is lost.
    #[serde(default)]
    pub applied: bool,
    /// In place of the error the connection breaks off.
    #[serde(default)]
    pub broken: bool,
    /// The answer is kept back until other faults are set: a caller can be cut off while it waits.
    #[serde(default)]
    pub withheld: bool,
}

fn one() -> u64 {
    1
}

/// Faults in force, with the calls counted since they were set.
#[derive(Debug, Default)]
pub struct FaultPlan {
    faults: Faults,
    calls: u64,
    by_operation: BTreeMap<String, u64>,
}

/// What a call gets instead of its answer.
#[derive(Debug, PartialEq)]
pub struct Injected {
    pub error: ApiError,
    /// Whether the call is carried out before.
    pub applied: bool,
    /// Whether the connection breaks off in place of the error.
    pub broken: bool,
    /// Whether it is sent only when other faults are set.
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
            let message = "Quota exceeded for quota metric and limit.";
            return Some(Injected {
                error: ApiError::new(429, "RESOURCE_EXHAUSTED", message),
                applied: false,
                broken: false,
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
            broken: failure.broken,
            withheld: failure.withheld,
        })
    }

    /// The failure of the operation that starts now.
    pub fn next_operation(&mut self) -> Option<OperationFailure> {
        match self.faults.operations.is_empty() {
            true => None,
            false => Some(self.faults.operations.remove(0)),
        }
    }

    /// Whether somebody else wrote the policy that is being written.
    pub fn next_writer(&mut self) -> bool {
        let left = &mut self.faults.concurrent_writers;
        let writes = *left > 0;
        *left = left.saturating_sub(1);
        writes
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
        assert!((0..100).all(|_| plan.next("GetProject").is_none()));
        assert!(plan.next_operation().is_none() && !plan.next_writer());
    }

    #[test]
    fn the_second_and_third_call_of_one_method() {
        let mut plan = plan(
            r#"{"fail": [{"operation": "GetProject", "call": 2, "times": 2, "code": "UNAVAILABLE", "status": 503}]}"#,
        );
        let failed: Vec<bool> = (0..5).map(|_| plan.next("GetProject").is_some()).collect();
        assert_eq!(failed, [false, true, true, false, false]);
        assert!(plan.next("GetOperation").is_none());
    }

    #[test]
    fn every_third_call_is_throttled() {
        let mut plan = plan(r#"{"throttle_every": 3}"#);
        let throttled: Vec<bool> = (0..6).map(|_| plan.next("GetProject").is_some()).collect();
        assert_eq!(throttled, [false, false, true, false, false, true]);
    }

    #[test]
    fn operations_and_writers_are_used_up() {
        let mut plan = plan(r#"{"operations": [{"code": 13, "message": "a"}], "concurrent_writers": 1}"#);
        assert_eq!(plan.next_operation().map(|failure| failure.code), Some(13));
        assert_eq!(plan.next_operation(), None);
        assert_eq!([plan.next_writer(), plan.next_writer()], [true, false]);
    }
}
