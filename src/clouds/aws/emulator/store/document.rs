//! A policy document as it was stored: its text, and what the text means.

use crate::clouds::aws::dialect::policy::{PrincipalSet, Principals};
use crate::clouds::aws::dialect::{PolicyDocument, PolicyError, length_without_white_space};

/// A policy document.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    meaning: PolicyDocument,
}

impl Document {
    /// # Errors
    /// Where the text leaves the policy language.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Ok(Self {
            meaning: PolicyDocument::parse(text)?,
            text: text.to_owned(),
        })
    }

    /// What the text means.
    pub fn meaning(&self) -> &PolicyDocument {
        &self.meaning
    }

    /// Replaces the names of principals that `renamed` knows another name for.
    pub fn rename_principals(&mut self, renamed: impl Fn(&str) -> Option<String>) {
        let mut changed = false;
        for statement in &mut self.meaning.statements {
            let Some(Principals::Principal(PrincipalSet::Listed(lists))) = &mut statement.principals else {
                continue;
            };
            for name in lists.values_mut().flatten() {
                if let Some(other) = renamed(name) {
                    *name = other;
                    changed = true;
                }
            }
        }
        if changed {
            self.text = self.meaning.to_json();
        }
    }

    /// The number of characters that count towards a quota: all but white space.
    pub fn size(&self) -> usize {
        length_without_white_space(&self.text)
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
        let document = Document::parse("{\"Id\": \"+ ü~\", \"Statement\":[]}").unwrap();
        assert_eq!(
            document.encoded(),
            "%7B%22Id%22%3A%20%22%2B%20%C3%BC~%22%2C%20%22Statement%22%3A%5B%5D%7D"
        );
        assert_eq!(
            document.size(),
            "{\"Id\":\"+ü~\",\"Statement\":[]}".chars().count()
        );
    }
}
