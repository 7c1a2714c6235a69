//! One protected resource: objects of Cloud Storage, which somebody may read or not.

use serde_json::json;

use super::access::Call;
use super::operation::{Answer, Operation};
use super::wire::{ApiError, Reply};

/// The method that a request means.
pub fn operation(method: &str, segments: &[&str]) -> Option<Operation> {
    let parameters = &["projection", "userProject", "generation"];
    match (method, segments) {
        ("GET", ["storage", "v1", "b", _, "o", _] | ["download", "storage", "v1", "b", _, "o", _]) => {
            Some(Operation::new("GetObject", parameters, get))
        }
        _ => None,
    }
}

/// # Errors
/// No permission; no such object.
fn get(call: &mut Call<'_>) -> Answer {
    let first = usize::from(call.segment(0) == "download");
    let (bucket, name) = (
        call.segment(first + 3).to_owned(),
        call.segment(first + 5).to_owned(),
    );
    let permission = "storage.objects.get";
    let resource = format!("projects/_/buckets/{bucket}/objects/{name}");
    let found = call.world.buckets.get(&bucket).cloned();
    let Some(found) = found else {
        return Err(missing(&bucket));
    };
    call.require(permission, &format!("projects/{}", found.project), &resource)?;
    let content = found
        .objects
        .get(&name)
        .ok_or_else(|| missing(&format!("{bucket}/{name}")))?;
    if call.request.parameter("alt") == Some("media") {
        return Ok(Reply::Media(content.clone()));
    }
    Ok(Reply::Json(json!({
        "kind": "storage#object",
        "id": format!("{bucket}/{name}/1"),
        "name": name,
        "bucket": bucket,
        "generation": "1",
        "contentType": "text/plain",
        "size": content.len().to_string(),
    })))
}

fn missing(what: &str) -> ApiError {
    let mut error = ApiError::not_found();
    error.message = format!("No such object: {what}");
    error
}
