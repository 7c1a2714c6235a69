//! Starting a long-running operation, and being told that it cannot be started.

use serde_json::{Value, json};

use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::store::{Change, DAYS_KEPT, PendingOperation};
use crate::clouds::gcp::emulator::wire::{ApiError, Reply, random};

/// Starts an operation on what is called `name`. The answer holds its name and nothing else; the change is made at once, unless
/// a fault keeps it back.
pub fn start(call: &mut Call<'_>, name: &str, change: Change) -> Answer {
    let fresh = call.faults.faults().fresh;
    let error: Option<Value> = call
        .faults
        .next_operation()
        .map(|failure| json!({ "code": failure.code, "message": failure.message }));
    let waits = fresh.operation_polls > 0;
    let mut change = error.is_none().then_some(change);
    if !waits && let Some(change) = change.take() {
        call.world.apply(change);
    }
    let operation = format!("{name}/operations/{}", random::operation_id()?);
    let pending = PendingOperation {
        change,
        polls: fresh.operation_polls,
        unseen: fresh.operation_reads,
        error,
    };
    call.world.operations.insert(operation.clone(), pending);
    Ok(Reply::Json(json!({ "name": operation })))
}

/// When something that is deleted now is gone for good.
pub fn purged_at(now: i64) -> i64 {
    now.saturating_add(DAYS_KEPT * 86_400)
}

/// What there is to say about a call that needs it the other way round.
pub fn wrong_state(name: &str, is: &str) -> ApiError {
    ApiError::precondition(format!("`{name}` is {is}."))
}
