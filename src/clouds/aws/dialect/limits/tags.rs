//! Tags of roles and providers, and the keys of session tags.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Limit, LimitError};
use crate::trust::quoted;

const MOST: usize = 50;
/// Keys under which this provider keeps its own marks.
const OWN: &str = "oidcfed:";

/// What carries the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaggedObject {
    /// Compares keys without regard to letter case.
    Role,
    /// Compares keys letter by letter.
    OidcProvider,
}

/// Checks tags that a configuration gives: at most 50, keys of 1 to 128 and values of up to 256 characters, none reserved.
///
/// # Errors
/// The first one that IAM would refuse, or that is kept for marks.
pub fn tags(tags: &BTreeMap<String, String>, object: TaggedObject) -> Result<(), LimitError> {
    if tags.len() > MOST {
        let expected = format!("at most {MOST} tags");
        return Err(LimitError::new(Limit::TagCount, expected, tags.len().to_string()));
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, value) in tags {
        key(name, Limit::TagKey)?;
        if value.chars().count() > 256 || !value.chars().all(fits) {
            let expected = format!("a value of at most 256 {CHARACTERS} for the tag `{name}`");
            return Err(LimitError::new(Limit::TagValue, expected, quoted(value)));
        }
        if object == TaggedObject::Role
            && let Some(earlier) = seen.insert(name.to_lowercase(), name)
        {
            let found = format!("`{earlier}` and `{name}`");
            return Err(LimitError::new(
                Limit::TagKey,
                "keys that differ in more than letter case, which roles do not see",
                found,
            ));
        }
    }
    Ok(())
}

/// Checks how many tags one object carries: those that are given, and the mark that this provider adds, if it adds one.
///
/// # Errors
/// More than IAM takes.
pub fn tag_count(given: usize, mark: Option<&str>) -> Result<(), LimitError> {
    let most = MOST - usize::from(mark.is_some());
    if given <= most {
        return Ok(());
    }
    let expected = match mark {
        Some(mark) => {
            format!("at most {most} tags beside the mark `{mark}`, which is the {MOST}th that IAM takes")
        }
        None => format!("at most {MOST} tags"),
    };
    Err(LimitError::new(Limit::TagCount, expected, given.to_string())
        .fix(format!("leave out {} of them", given - most)))
}

/// Checks the keys of session tags: at most 50, of 1 to 128 characters.
///
/// # Errors
/// The first one that STS would refuse.
pub fn session_tag_keys(keys: &BTreeSet<String>) -> Result<(), LimitError> {
    if keys.is_empty() || keys.len() > MOST {
        let expected = format!("1 to {MOST} session tag keys");
        return Err(LimitError::new(
            Limit::SessionTagKey,
            expected,
            keys.len().to_string(),
        ));
    }
    keys.iter().try_for_each(|name| key(name, Limit::SessionTagKey))
}

const CHARACTERS: &str = "letters, digits, spaces and `_.:/=+-@`";

fn key(name: &str, limit: Limit) -> Result<(), LimitError> {
    if name.is_empty() || name.chars().count() > 128 || !name.chars().all(fits) {
        let expected = format!("a tag key of 1 to 128 {CHARACTERS}");
        return Err(LimitError::new(limit, expected, quoted(name)));
    }
    let starts = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if starts("aws:") {
        let expected = "a tag key that does not start with `aws:`, which AWS reserves";
        return Err(LimitError::new(limit, expected, quoted(name)));
    }
    if limit == Limit::TagKey && starts(OWN) {
        let expected =
            format!("a tag key that does not start with `{OWN}`, which is kept for marks of this provider");
        return Err(LimitError::new(limit, expected, quoted(name)));
    }
    Ok(())
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
fn fits(c: char) -> bool {
    let space = matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    );
    c.is_alphabetic() || c.is_numeric() || space || "_.:/=+-@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str, value: &str) -> Result<(), LimitError> {
        tags(
            &BTreeMap::from([(key.to_owned(), value.to_owned())]),
            TaggedObject::Role,
        )
    }

    #[test]
    fn characters_and_lengths() {
        assert!(one("Kostenstelle Ü_.:/=+-@1", "").is_ok());
        assert!(one(&"k".repeat(128), &"v".repeat(256)).is_ok());
        for (key, value) in [
            ("", "v"),
            ("a!", "v"),
            ("a\n", "v"),
            ("k", "<"),
            ("aws:x", "v"),
            ("AWS:x", "v"),
            ("oidcfed:x", "v"),
            (&"k".repeat(129), "v"),
            ("k", &"v".repeat(257)),
        ] {
            assert!(one(key, value).is_err(), "{key} {value}");
        }
    }

    #[test]
    fn keys_of_roles_ignore_letter_case() {
        let both = BTreeMap::from([
            ("Env".to_owned(), String::new()),
            ("env".to_owned(), String::new()),
        ]);
        assert!(tags(&both, TaggedObject::OidcProvider).is_ok());
        assert_eq!(
            tags(&both, TaggedObject::Role).unwrap_err().to_string(),
            "expected keys that differ in more than letter case, which roles do not see, found `Env` and `env`"
        );
        let many = (0..51).map(|n| (format!("k{n}"), String::new())).collect();
        assert_eq!(
            tags(&many, TaggedObject::Role).unwrap_err().limit,
            Limit::TagCount
        );
    }

    #[test]
    fn a_mark_counts() {
        assert!(tag_count(50, None).is_ok() && tag_count(49, Some("m")).is_ok());
        assert_eq!(
            tag_count(60, None).unwrap_err().to_string(),
            "expected at most 50 tags, found 60; leave out 10 of them"
        );
        assert_eq!(
            tag_count(50, Some("m")).unwrap_err().to_string(),
            "expected at most 49 tags beside the mark `m`, which is the 50th that IAM takes, found 50; leave out 1 of them"
        );
    }

    #[test]
    fn session_tags() {
        assert!(session_tag_keys(&BTreeSet::from(["team".to_owned()])).is_ok());
        assert!(session_tag_keys(&BTreeSet::new()).is_err());
        assert!(session_tag_keys(&BTreeSet::from(["aws:x".to_owned()])).is_err());
    }
}
