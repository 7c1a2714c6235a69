//! Asking about a long-running operation.

use serde_json::json;

use crate::clouds::gcp::emulator::access::Call;
use crate::clouds::gcp::emulator::operation::Answer;
use crate::clouds::gcp::emulator::wire::{ApiError, Reply};

/// # Errors
/// No permission; no such operation; one that is so new that nobody sees it.
pub fn get(call: &mut Call<'_>) -> Answer {
    let permission = "iam.operations.get";
    let project = call.project(2, permission)?;
    let rest = call.request.segments.get(3..).unwrap_or_default().join("/");
    let name = format!("{}/{rest}", project.name());
    call.require(permission, &project.name(), &name)?;
    let operation = call
        .world
        .operations
        .get_mut(&name)
        .ok_or_else(ApiError::not_found)?;
    if operation.unseen > 0 {
        operation.unseen -= 1;
        return Err(ApiError::not_found());
    }
    if operation.polls > 0 {
        operation.polls -= 1;
        return Ok(Reply::Json(json!({ "name": name })));
    }
    let (change, error) = (operation.change.take(), operation.error.clone());
    if let Some(change) = change {
        call.world.apply(change);
    }
    Ok(Reply::Json(match error {
        Some(error) => json!({ "name": name, "done": true, "error": error }),
        None => json!({ "name": name, "done": true }),
    }))
}
