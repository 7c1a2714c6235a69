//! The mark by which a pool or provider that we made is known again: the end of its description, which is never shown.
//!
//! Google gives pools and providers no labels.

use crate::clouds::gcp::dialect::limits::{self, LimitError};

/// The end of a description that we wrote.
const MARK: &str = "[oidcfed]";

/// Characters of a description that are left for people: Google takes 256.
pub const LONGEST: usize = 256 - MARK.len() - 1;

/// Checks a description as people write it.
///
/// # Errors
/// Too long with the mark behind it, or one that ends like the mark.
pub fn description(text: &str) -> Result<(), String> {
    if is_marked(text) {
        return Err(format!(
            "expected a description that does not end in `{MARK}`, which is how we mark what we made"
        ));
    }
    if text.chars().count() > LONGEST {
        return Err(format!(
            "expected a description of at most {LONGEST} characters, since Google takes 256 and a mark stands behind it, found \
             {}",
            text.chars().count()
        ));
    }
    limits::description(text).map_err(|error: LimitError| error.to_string())
}

/// The description with the mark.
pub fn marked(text: &str) -> String {
    if text.is_empty() {
        MARK.to_owned()
    } else {
        format!("{text} {MARK}")
    }
}

/// Whether a description has the mark.
pub fn is_marked(text: &str) -> bool {
    text == MARK || text.ends_with(&format!(" {MARK}"))
}

/// The description without the mark.
pub fn shown(text: &str) -> &str {
    match text.strip_suffix(MARK) {
        Some(rest) => rest.strip_suffix(' ').unwrap_or(rest),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["", "CI of acme", "ends in a space ", "[oidcfed] first"] {
            assert!(is_marked(&marked(text)), "{text}");
            assert_eq!(shown(&marked(text)), text);
            assert!(!is_marked(text), "{text}");
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn room_for_the_mark() {
        let longest = "é".repeat(LONGEST);
        assert_eq!(description(&longest), Ok(()));
        assert_eq!(marked(&longest).chars().count(), 256);
        assert!(description(&format!("{longest}x")).is_err());
        assert!(description("mine [oidcfed]").is_err());
    }
}
