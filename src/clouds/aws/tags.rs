//! Tags by key: what the provider and the resource say together, and what has to change.
//!
//! Owns the two attributes `tags` and `tags_all`, and the rule that keys nobody here wrote are left alone. Must not know
//! which object carries them.

use std::collections::BTreeMap;

use super::client::Tags;
use crate::framework::{Attr, Attribute, StringMap};

/// Keys that begin so are this project's own marks.
pub const RESERVED: &str = "oidcfed:";

/// IAM allows 50 on a role or provider.
pub const MOST: usize = 50;

/// Why a key or value is no tag (IAM service model).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    #[error("expected a tag key of 1 to 128 characters, found {0}")]
    KeyLength(usize),
    #[error("expected a tag value of at most 256 characters, found {0}")]
    ValueLength(usize),
    #[error("expected letters, digits, white space and `_.:/=+-@` in a tag, found `{0}`")]
    Character(String),
    #[error("expected a tag key that does not begin with `aws:`, which is reserved by AWS, found `{0}`")]
    OfAws(String),
    #[error(
        "expected a tag key that does not begin with `oidcfed:`, which marks what this provider made, found `{0}`"
    )]
    Mark(String),
}

/// The attributes `tags` and `tags_all` of a resource.
pub fn attributes() -> [Attribute; 2] {
    [
        checked(Attribute::string_map("tags").optional().describe(
            "Tags by key, besides the provider's `default_tags`, which they override. Tags with other keys are left alone.",
        )),
        Attribute::string_map("tags_all")
            .computed()
            .describe("`tags` and the provider's `default_tags` together."),
    ]
}

/// Adds the checks of keys and values to a map of tags.
pub fn checked(attribute: Attribute) -> Attribute {
    attribute.validate(|value, path, diagnostics| {
        let crate::framework::Value::Map(members) = value else {
            return;
        };
        for (key, value) in members {
            let at = path.key(key.clone());
            if let Err(error) = check_key(key) {
                diagnostics.error(at.clone(), "Invalid tag", error.to_string());
            }
            if value.is_null() {
                diagnostics.error(
                    at,
                    "Invalid tag",
                    format!("expected a value for the tag `{key}`, found null"),
                );
            } else if let Some(Err(error)) = value.as_str().map(check_value) {
                diagnostics.error(at, "Invalid tag", error.to_string());
            }
        }
        if members.len() > MOST {
            let found = members.len();
            diagnostics.error(
                path.clone(),
                "Too many tags",
                format!("expected at most {MOST} tags, found {found}"),
            );
        }
    })
}

/// # Errors
/// A key IAM refuses, or one that is reserved.
pub fn check_key(key: &str) -> Result<(), TagError> {
    let length = key.chars().count();
    if !(1..=128).contains(&length) {
        return Err(TagError::KeyLength(length));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(TagError::OfAws(key.to_owned()));
    }
    if key.to_ascii_lowercase().starts_with(RESERVED) {
        return Err(TagError::Mark(key.to_owned()));
    }
    characters(key)
}

/// # Errors
/// A value IAM refuses.
pub fn check_value(value: &str) -> Result<(), TagError> {
    let length = value.chars().count();
    if length > 256 {
        return Err(TagError::ValueLength(length));
    }
    characters(value)
}

fn characters(text: &str) -> Result<(), TagError> {
    // `\p{L}\p{Z}\p{N}_.:/=+\-@`
    let fits = |c: char| {
        c.is_alphabetic()
            || c.is_numeric()
            || "_.:/=+-@".contains(c)
            || (c.is_whitespace() && !c.is_control())
    };
    if text.chars().all(fits) {
        Ok(())
    } else {
        Err(TagError::Character(text.to_owned()))
    }
}

/// `tags_all`: the defaults, overridden by the resource's own. Unknown while one of both is.
pub fn all(defaults: &StringMap, own: &StringMap) -> StringMap {
    let (Some(defaults), Some(own)) = (defaults.settled(), own.settled()) else {
        return Attr::Unknown;
    };
    let own = own.cloned().unwrap_or_default();
    let mut all: BTreeMap<String, Attr<String>> = defaults.cloned().unwrap_or_default();
    // On a role `env` and `Env` are one tag (IAM User Guide, "Tags for IAM resources"): the own one wins.
    all.retain(|key, _| !own.keys().any(|k| k.eq_ignore_ascii_case(key)));
    all.extend(own);
    all.retain(|_, value| !value.is_null());
    Attr::Known(all)
}

/// What an import takes over: everything but marks and what the defaults would set anyway.
pub fn imported(defaults: &Tags, found: &Tags) -> Tags {
    let counts = |key: &str| !key.starts_with(RESERVED) && !key.to_ascii_lowercase().starts_with("aws:");
    found
        .iter()
        .filter(|(key, value)| counts(key) && defaults.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The known members of a map of tags.
pub fn known(tags: &StringMap) -> Tags {
    tags.members().flatten().unwrap_or_default()
}

/// The tags to set and the keys to take away, to get from what was managed to what shall be. Keys that were never
/// managed are not touched.
pub fn changes(managed: &Tags, found: &Tags, wanted: &Tags) -> (Tags, Vec<String>) {
    let set = wanted
        .iter()
        .filter(|(key, value)| found.get(*key) != Some(value));
    let gone = managed
        .keys()
        .filter(|key| !wanted.keys().any(|k| k.eq_ignore_ascii_case(key)) && found.contains_key(*key));
    (
        set.map(|(key, value)| (key.clone(), value.clone())).collect(),
        gone.cloned().collect(),
    )
}

/// What of the found tags is managed: the keys of the state. Marks and foreign keys stay out.
pub fn managed(state: &Tags, found: &Tags) -> Tags {
    found
        .iter()
        .filter(|(key, _)| state.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags<const N: usize>(members: [(&str, &str); N]) -> Tags {
        members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    fn map<const N: usize>(members: [(&str, &str); N]) -> StringMap {
        Attr::Known(
            tags(members)
                .into_iter()
                .map(|(key, value)| (key, Attr::Known(value)))
                .collect(),
        )
    }

    #[test]
    fn keys_and_values() {
        for fine in ["a", "Größe", "a b", "cost:center/1=2+3-4@5_6.7"] {
            assert_eq!(check_key(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "",
            "aws:x",
            "AWS:x",
            "oidcfed:mark",
            "a\nb",
            "a#b",
            &"k".repeat(129),
        ] {
            assert!(check_key(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check_value(""), Ok(()));
        assert!(check_value(&"v".repeat(257)).is_err());
    }

    #[test]
    fn defaults_are_overridden_and_unknown_stays_unknown() {
        let all_of = |own: &StringMap| known(&all(&map([("a", "1"), ("b", "2")]), own));
        assert_eq!(all_of(&map([("b", "3")])), tags([("a", "1"), ("b", "3")]));
        assert_eq!(all_of(&Attr::Null), tags([("a", "1"), ("b", "2")]));
        assert!(all(&Attr::Unknown, &Attr::Null).is_unknown());
        let one_unknown = Attr::Known([("a".to_owned(), Attr::Unknown)].into());
        assert_eq!(all(&Attr::Null, &one_unknown), one_unknown);
    }

    #[test]
    fn an_import_takes_no_marks() {
        let found = tags([("a", "1"), ("oidcfed:mark", "x"), ("team", "t"), ("aws:x", "y")]);
        assert_eq!(imported(&tags([("team", "t")]), &found), tags([("a", "1")]));
    }

    #[test]
    fn foreign_keys_are_left_alone() {
        let (managed_before, found) = (
            tags([("a", "1"), ("b", "2")]),
            tags([("a", "1"), ("b", "x"), ("foreign", "f")]),
        );
        let (set, gone) = changes(&managed_before, &found, &tags([("b", "2"), ("c", "3")]));
        assert_eq!(
            (set, gone),
            (tags([("b", "2"), ("c", "3")]), vec!["a".to_owned()])
        );
        assert_eq!(managed(&managed_before, &found), tags([("a", "1"), ("b", "x")]));
    }
}
