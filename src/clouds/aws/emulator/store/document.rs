//! A policy document as it was stored: its text, and what the text means.

use serde_json::Value;

/// A policy document.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
}

impl Document {
    /// # Errors
    /// Why the text is no policy, in a sentence for the caller.
    pub fn parse(text: &str) -> Result<Self, String> {
        match serde_json::from_str(text) {
            Ok(Value::Object(_)) => Ok(Self {
                text: text.to_owned(),
            }),
            _ => Err("Syntax errors in policy.".to_owned()),
        }
    }

    /// The text, byte for byte as it was sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of characters that count towards a quota: all but white space.
    pub fn size(&self) -> usize {
        self.text.chars().filter(|c| !c.is_ascii_whitespace()).count()
    }

    /// The text as replies carry it (RFC 3986: everything but unreserved characters percent-encoded).
    pub fn encoded(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::with_capacity(self.text.len() * 2);
        for byte in self.text.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_leaves_only_unreserved_characters() {
        let document = Document::parse("{\"a\": \"+ ü~\"}").unwrap();
        assert_eq!(document.encoded(), "%7B%22a%22%3A%20%22%2B%20%C3%BC~%22%7D");
        assert_eq!(document.size(), "{\"a\":\"+ü~\"}".chars().count());
    }
}
