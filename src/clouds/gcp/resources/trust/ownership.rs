//! Choices that are written as words.

use std::collections::BTreeSet;

/// Whose the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// This trust's alone: must not exist, and is deleted with it.
    #[default]
    Exclusive,
    /// Of several trusts: made by the first, deleted by the last.
    Shared,
    /// Somebody else's: must exist, is never written.
    External,
}

/// What is done about a pool or provider that was deleted and still holds its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SoftDeleted {
    #[default]
    Restore,
    Error,
}

/// Whom bindings name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bind {
    /// Everybody whom the trust admits.
    #[default]
    Trust,
    /// Its exact subjects.
    Subject,
    /// Values of this attribute.
    Attribute(String),
}

/// A word that is none of those expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found `{found}`")]
pub struct WordError {
    expected: &'static str,
    found: String,
}

impl Ownership {
    /// # Errors
    /// Another word.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        match text {
            "exclusive" => Ok(Self::Exclusive),
            "shared" => Ok(Self::Shared),
            "external" => Ok(Self::External),
            _ => Err(WordError {
                expected: "`exclusive`, `shared` or `external`",
                found: text.to_owned(),
            }),
        }
    }
}

impl SoftDeleted {
    /// # Errors
    /// Another word.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        match text {
            "restore" => Ok(Self::Restore),
            "error" => Ok(Self::Error),
            _ => Err(WordError {
                expected: "`restore` or `error`",
                found: text.to_owned(),
            }),
        }
    }
}

impl Bind {
    /// # Errors
    /// Another word, or an attribute whose name no mapping can have.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        let wrong = || WordError {
            expected: "`trust`, `subject` or `attribute.NAME` with a name of `[a-z0-9_]`",
            found: text.to_owned(),
        };
        match text {
            "trust" => Ok(Self::Trust),
            "subject" => Ok(Self::Subject),
            _ => {
                let name = text.strip_prefix("attribute.").ok_or_else(wrong)?;
                let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                let named = !name.is_empty() && name.bytes().all(fits);
                named.then(|| Self::Attribute(name.to_owned())).ok_or_else(wrong)
            }
        }
    }
}

/// The last part of an id that is proposed in place of one that is taken.
pub fn another_id(taken: &str, others: &BTreeSet<String>) -> String {
    let free = |id: &String| !others.contains(id);
    let numbered = (2..100).map(|number| {
        let ending = format!("-{number}");
        let head: String = taken.chars().take(32 - ending.len()).collect();
        format!("{}{ending}", head.trim_end_matches('-'))
    });
    numbered
        .into_iter()
        .find(free)
        .unwrap_or_else(|| taken.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(Ownership::parse("shared"), Ok(Ownership::Shared));
        assert_eq!(
            Bind::parse("attribute.repository_id"),
            Ok(Bind::Attribute("repository_id".to_owned()))
        );
        assert_eq!(
            Ownership::parse("mine").unwrap_err().to_string(),
            "expected `exclusive`, `shared` or `external`, found `mine`"
        );
        for wrong in ["everyone", "attribute.", "attribute.A", "group"] {
            let error = Bind::parse(wrong).unwrap_err().to_string();
            assert!(
                error.starts_with("expected `trust`, `subject` or `attribute.NAME`"),
                "{error}"
            );
        }
    }

    #[test]
    fn another_id_is_free_and_short_enough() {
        let taken = "a".repeat(32);
        let other = another_id(&taken, &BTreeSet::new());
        assert_eq!(other, format!("{}-2", "a".repeat(30)));
        let others = BTreeSet::from(["ci-2".to_owned()]);
        assert_eq!(another_id("ci", &others), "ci-3");
    }
}
