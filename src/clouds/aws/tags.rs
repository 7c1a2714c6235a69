//! Tags by key: what the provider and the resource say together, and what has to change.
//!
//! Owns the two attributes `tags` and `tags_all`, and the rule that keys nobody here wrote are left alone. Must not know
//! which object carries them.

use std::collections::{BTreeMap, BTreeSet};

use super::client::Tags;
use super::dialect::limits::{self, TaggedObject};
use crate::framework::{Attr, Attribute, Diagnostics, Path, StringMap, Value};

/// Keys that begin so are this project's own marks.
pub const RESERVED: &str = "oidcfed:";

/// The attributes `tags` and `tags_all` of a resource.
pub fn attributes(object: TaggedObject) -> [Attribute; 2] {
    let tags = Attribute::string_map("tags").optional().computed().describe(
        "Tags by key, besides the provider's `default_tags`, which they override. Tags with other keys are left alone.",
    );
    [
        checked(tags, object),
        Attribute::string_map("tags_all")
            .computed()
            .describe("`tags` and the provider's `default_tags` together."),
    ]
}

/// Adds the checks of IAM to a map of tags.
pub fn checked(attribute: Attribute, object: TaggedObject) -> Attribute {
    attribute.validate(move |value, path, diagnostics| check(value, path, object, diagnostics))
}

fn check(value: &Value, path: &Path, object: TaggedObject, diagnostics: &mut Diagnostics) {
    let Value::Map(members) = value else { return };
    let mut known = Tags::new();
    for (key, value) in members {
        let one = Tags::from([(key.clone(), value.as_str().unwrap_or_default().to_owned())]);
        let wrong = match limits::tags(&one, object) {
            Err(error) => Some(error.to_string()),
            Ok(()) => value.is_null().then(|| "expected a value, found null".to_owned()),
        };
        match wrong {
            Some(detail) => diagnostics.error(path.key(key.clone()), "Invalid tag", detail),
            None => known.extend(one),
        }
    }
    // Each alone is fine; what is left is wrong only together.
    if known.len() == members.len()
        && let Err(error) = limits::tags(&known, object)
    {
        diagnostics.error(path.clone(), "Invalid tags", error.to_string());
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

/// What an object carries besides the tags that are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The mark that goes with them.
    pub mark: Option<&'a str>,
    /// How many it has that are not written from here, and stay.
    pub others: usize,
}

/// Checks how many tags there will be: `tags_all`, of which `own` are the resource's, and what is there besides. False
/// after an error.
pub fn fit(all: &StringMap, own: &StringMap, beside: Beside<'_>, diagnostics: &mut Diagnostics) -> bool {
    let Some(all) = all.known().map(BTreeMap::len) else {
        return true;
    };
    let others = beside.others;
    let Err(mut error) = limits::tag_count(all + others, beside.mark) else {
        return true;
    };
    let own = own.known().map_or(0, BTreeMap::len);
    let parts = [
        (own, "in `tags`"),
        (all.saturating_sub(own), "in `default_tags`"),
        (others, "that are there and were not written from here"),
    ];
    if all > own || others > 0 {
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, whose)| format!("{count} {whose}"))
            .collect();
        error.found = format!("{} ({})", all + others, parts.join(", "));
    }
    diagnostics.error(Path::of("tags"), "Too many tags", error.to_string());
    false
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

/// Tags as the value of an attribute.
pub fn map(tags: &Tags) -> StringMap {
    let members = tags.iter();
    Attr::Known(
        members
            .map(|(key, value)| (key.clone(), Attr::Known(value.clone())))
            .collect(),
    )
}

/// The known members of a map of tags.
pub fn known(tags: &StringMap) -> Tags {
    tags.members().flatten().unwrap_or_default()
}

/// The tags to set and the keys to take away, to get from what was managed to what shall be. Keys that were never
/// managed are not touched.
pub fn changes(object: TaggedObject, managed: &Tags, found: &Tags, wanted: &Tags) -> (Tags, Vec<String>) {
    let set = wanted
        .iter()
        .filter(|(key, value)| found.get(*key) != Some(value));
    let gone = managed.keys().filter(|key| {
        !wanted.keys().any(|k| same(object, k, key)) && found.contains_key(*key) && !key.starts_with(RESERVED)
    });
    (
        set.map(|(key, value)| (key.clone(), value.clone())).collect(),
        gone.cloned().collect(),
    )
}

/// Whether the keys that go have to go first: with what is `there`, setting the new ones would pass what IAM takes. Else
/// setting comes first, so that a failure between the two takes nothing away.
pub fn untags_first(object: TaggedObject, there: &Tags, set: &Tags) -> bool {
    let new = set
        .keys()
        .filter(|key| !there.keys().any(|other| same(object, other, key)));
    let there = there.keys().filter(|key| is_counted(key));
    limits::tag_count(there.count() + new.count(), None).is_err()
}

/// How many tags of an object stay besides the wanted ones: those that are `there`, but not the `written` ones.
pub fn others<'a>(
    object: TaggedObject,
    there: impl IntoIterator<Item = &'a String>,
    written: &BTreeSet<String>,
    wanted: &StringMap,
) -> usize {
    let wanted = wanted.known();
    let is_wanted =
        |key: &str| wanted.is_some_and(|wanted| wanted.keys().any(|other| same(object, other, key)));
    let there = there.into_iter();
    let stays = there.filter(|key| is_counted(key) && !written.contains(*key) && !is_wanted(key));
    stays.count()
}

/// AWS's own tags do not count (AWS General Reference, "Tag naming and usage conventions").
fn is_counted(key: &str) -> bool {
    !key.to_ascii_lowercase().starts_with("aws:")
}

/// Setting `env` on a role replaces `Env`; on a provider these are two tags.
fn same(object: TaggedObject, a: &str, b: &str) -> bool {
    match object {
        TaggedObject::Role => same_on_a_role(a, b),
        TaggedObject::OidcProvider => a == b,
    }
}

/// Whether two keys name one tag of a role.
pub fn same_on_a_role(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
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
    fn mistakes_point_at_their_key() {
        let said = |value: Value| {
            let mut diagnostics = Diagnostics::new();
            check(&value, &Path::of("tags"), TaggedObject::Role, &mut diagnostics);
            diagnostics.iter().map(|d| d.path.to_string()).collect::<Vec<_>>()
        };
        let of = |key: &str, value: Value| {
            Value::Map([(key.to_owned(), value), ("fine".to_owned(), Value::string("x"))].into())
        };
        assert!(said(of("a b", Value::string(""))).is_empty());
        assert!(said(of("a", Value::UNKNOWN)).is_empty());
        for key in ["aws:x", "oidcfed:x", "a#b"] {
            assert_eq!(said(of(key, Value::string("x"))), [format!("tags[\"{key}\"]")]);
        }
        assert_eq!(said(of("a", Value::Null)), ["tags[\"a\"]"]);
        assert_eq!(said(of("FINE", Value::string("x"))), ["tags"]);
        let many = (0..51).map(|n| (n.to_string(), Value::string("x"))).collect();
        assert_eq!(said(Value::Map(many)), ["tags"]);
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
    fn tags_count_together() {
        let some = |letter: &str, n: usize| -> StringMap {
            Attr::Known(
                (0..n)
                    .map(|n| (format!("{letter}{n}"), Attr::from_text("x")))
                    .collect(),
            )
        };
        let said_beside = |own: usize, mark, others| {
            let (own, mut diagnostics) = (some("o", own), Diagnostics::new());
            let beside = Beside { mark, others };
            let fine = fit(&all(&some("d", 30), &own), &own, beside, &mut diagnostics);
            assert_eq!(fine, diagnostics.is_empty());
            diagnostics.into_iter().map(|d| d.detail).collect::<String>()
        };
        let said = |own, mark| said_beside(own, mark, 0);
        assert_eq!(said(20, None), "");
        assert_eq!(said(19, Some("m")), "");
        assert!(said(20, Some("m")).contains("found 50 (20 in `tags`, 30 in `default_tags`)"));
        assert!(said(30, None).contains("found 60 (30 in `tags`, 30 in `default_tags`)"));
        assert_eq!(said_beside(10, None, 10), "");
        assert!(said_beside(10, None, 11).contains(
            "found 51 (10 in `tags`, 30 in `default_tags`, 11 that are there and were not written from here)"
        ));
        let (unknown, none) = (Attr::Unknown, &mut Diagnostics::new());
        assert!(fit(&unknown, &unknown, Beside::default(), none));
    }

    #[test]
    fn what_stays_is_counted_once() {
        let there = tags([("Env", "1"), ("old", "2"), ("theirs", "3"), ("aws:x", "4")]);
        let (written, wanted) = (
            BTreeSet::from(["old".to_owned()]),
            map([("env", "5"), ("new", "6")]),
        );
        let count = |object| others(object, there.keys(), &written, &wanted);
        assert_eq!(count(TaggedObject::Role), 1);
        assert_eq!(count(TaggedObject::OidcProvider), 2);
    }

    #[test]
    fn only_a_full_object_is_untagged_first() {
        let some = |n: usize| -> Tags { (0..n).map(|n| (format!("k{n}"), "x".to_owned())).collect() };
        let role = |there: &Tags, set: &Tags| untags_first(TaggedObject::Role, there, set);
        assert!(!role(&some(49), &tags([("new", "x")])));
        assert!(role(&some(50), &tags([("new", "x")])));
        assert!(!role(&some(50), &tags([("K7", "y")])), "replaces `k7`");
        assert!(untags_first(
            TaggedObject::OidcProvider,
            &some(50),
            &tags([("K7", "y")])
        ));
        let mut with_theirs = some(49);
        with_theirs.insert("aws:x".to_owned(), "y".to_owned());
        assert!(!role(&with_theirs, &tags([("new", "x")])));
        let marks = tags([("oidcfed:made-by", "m"), ("a", "1")]);
        let (_, gone) = changes(TaggedObject::OidcProvider, &marks, &marks, &Tags::new());
        assert_eq!(gone, ["a"], "a mark is never taken away with tags");
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
        let (set, gone) = changes(
            TaggedObject::Role,
            &managed_before,
            &found,
            &tags([("b", "2"), ("c", "3")]),
        );
        assert_eq!(
            (set, gone),
            (tags([("b", "2"), ("c", "3")]), vec!["a".to_owned()])
        );
        assert_eq!(managed(&managed_before, &found), tags([("a", "1"), ("b", "x")]));
        let (before, after) = (tags([("Env", "1")]), tags([("env", "1")]));
        assert!(changes(TaggedObject::Role, &before, &before, &after).1.is_empty());
        assert_eq!(
            changes(TaggedObject::OidcProvider, &before, &before, &after).1,
            ["Env"]
        );
    }
}
