//! A failed call to Google Cloud as a message to the user.

use super::client::GcpError;
use crate::framework::{Diagnostics, Path};

/// Says what failed, and what to do about it.
pub fn error(summary: &str, path: Path, error: &GcpError, diagnostics: &mut Diagnostics) {
    diagnostics.error(path, summary, detail(error));
}

/// The same as a warning.
pub fn warning(summary: &str, path: Path, error: &GcpError, diagnostics: &mut Diagnostics) {
    diagnostics.warning(path, summary, detail(error));
}

/// The text of an error with its hint.
pub fn detail(error: &GcpError) -> String {
    let mut text = error.said();
    if let Some(hint) = &error.hint {
        text.push_str("\n\nWhat to do: ");
        text.push_str(hint);
    }
    text
}
