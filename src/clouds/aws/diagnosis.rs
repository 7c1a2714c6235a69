//! A failed call to AWS as a message to the user.

use super::client::AwsError;
use crate::framework::{Diagnostics, Path};

/// Says what failed, and what to do about it.
pub fn error(summary: &str, path: Path, error: &AwsError, diagnostics: &mut Diagnostics) {
    diagnostics.error(path, summary, detail(error));
}

/// The same as a warning.
pub fn warning(summary: &str, path: Path, error: &AwsError, diagnostics: &mut Diagnostics) {
    diagnostics.warning(path, summary, detail(error));
}

/// The text of an error with its hint and the id of the request.
pub fn detail(error: &AwsError) -> String {
    let mut text = error.to_string();
    if let Some(id) = &error.request_id {
        text.push_str(&format!(" (request {id})"));
    }
    if let Some(hint) = &error.hint {
        text.push_str("\n\nWhat to do: ");
        text.push_str(hint);
    }
    text
}
