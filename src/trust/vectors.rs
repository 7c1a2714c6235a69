//! The language against public vectors: identifiers, and claims against what a trust asks for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Audience, Claims, IssuerUrl, Trust, TrustMistake, Written};
use crate::shared_files::shared_json;

/// Rows of `octo_identifiers.json` that mean something else here, each with the reason. All are texts that they refuse and we
/// accept: they guard what a program writes into its own files, we compare byte for byte what a platform signs.
const OTHER_IDENTIFIERS: [(&str, &str); 10] = [
    (
        "ost-035",
        "`~` is an unreserved character of URLs (RFC 3986, 2.3), doubled or not",
    ),
    ("ost-036", "the same at the end"),
    (
        "ost-039",
        "the length of a path is each cloud's limit, and checked there",
    ),
    (
        "ost-058",
        "the length of a subject is each cloud's limit; GitHub's may have more than 255 characters",
    ),
    (
        "ost-064",
        "a quote may stand in a branch's name, and is escaped where a cloud's language needs it",
    ),
    ("ost-065", "a quote may stand in an environment's name"),
    ("ost-067", "brackets may stand in an environment's name"),
    ("ost-069", "a semicolon may stand in a branch's name"),
    (
        "ost-081",
        "an audience is any text that clouds compare exactly; it is never put into HTML",
    ),
    ("ost-082", "an audience is any text that clouds compare exactly"),
];

fn subject(text: &str) -> Result<(), TrustMistake> {
    let written = Written {
        issuer: Some("https://issuer.example".to_owned()),
        subjects: Some(vec![text.to_owned()]),
        ..Written::default()
    };
    let audiences = BTreeSet::from([Audience::parse("a").unwrap()]);
    Trust::new(&written, &BTreeMap::new(), &audiences)
        .map(|_| ())
        .map_err(|error| error.reason)
}

#[test]
fn identifiers() {
    let Some(rows) = shared_json("vectors/octo_identifiers.json") else {
        return;
    };
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 56);
    let mut differing = BTreeSet::new();
    for row in rows {
        let (id, value) = (row["id"].as_str().unwrap(), row["value"].as_str().unwrap());
        let valid = match row["kind"].as_str().unwrap() {
            "issuer" => IssuerUrl::parse(value).is_ok(),
            "subject" => subject(value).is_ok(),
            "audience" => Audience::parse(value).is_ok(),
            kind => panic!("{id}: {kind}"),
        };
        if valid != row["valid"].as_bool().unwrap() {
            assert!(valid, "{id}: refused, `{value}`");
            differing.insert(id);
        }
    }
    let expected: BTreeSet<&str> = OTHER_IDENTIFIERS.iter().map(|(id, _)| *id).collect();
    assert_eq!(differing, expected);
}

/// Rows of `claims_match_vault.json` that mean something else here, each with the reason.
const OTHER_CLAIMS: [(&str, &str); 2] = [
    (
        "vlt-04",
        "an empty set of audiences is refused here; there it means that none is tested",
    ),
    (
        "vlt-24",
        "values are texts here, as in the configuration language: `true` means the text and the boolean",
    ),
];

/// A value of the configuration language, which knows texts only.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// Whether a trust as a row describes it can be written at all, and admits its token.
fn admits(row: &Value) -> bool {
    let mut token = json!({ "iss": "https://issuer.example", "aud": "a", "sub": "s" });
    let mut written = Written {
        issuer: Some("https://issuer.example".to_owned()),
        audiences: Some(vec!["a".to_owned()]),
        ..Written::default()
    };
    match row["kind"].as_str().unwrap() {
        "audience" => {
            written.audiences = Some(texts(&row["bound"]));
            written.subjects = Some(vec!["s".to_owned()]);
            token["aud"] = row["token"].clone();
        }
        "bound-claims" => {
            let bound = row["bound"].as_object().unwrap().iter();
            let bound = bound.map(|(name, value)| (name.clone(), texts(value))).collect();
            match row["match"].as_str().unwrap() {
                "string" => written.claims = Some(bound),
                "glob" => written.claim_patterns = Some(bound),
                other => panic!("{other}"),
            }
            for (name, value) in row["claims"].as_object().unwrap() {
                token[name] = value.clone();
            }
        }
        kind => panic!("{kind}"),
    }
    let trust = Trust::new(&written, &BTreeMap::new(), &BTreeSet::new());
    trust.is_ok_and(|trust| trust.admits(&Claims::new(token.as_object().unwrap().clone())))
}

#[test]
fn claims_against_what_is_asked_for() {
    let Some(rows) = shared_json("vectors/claims_match_vault.json") else {
        return;
    };
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 23);
    let mut differing = BTreeSet::new();
    for row in rows {
        if admits(row) == row["error"].as_bool().unwrap() {
            differing.insert(row["id"].as_str().unwrap());
        }
    }
    let expected: BTreeSet<&str> = OTHER_CLAIMS.iter().map(|(id, _)| *id).collect();
    assert_eq!(differing, expected);
}

#[test]
fn every_part_has_to_hold() {
    let written = Written {
        issuer: Some("https://issuer.example".to_owned()),
        audiences: Some(vec!["a".to_owned(), "b".to_owned()]),
        subjects: Some(vec!["one".to_owned()]),
        subject_patterns: Some(vec!["two:*".to_owned()]),
        claims: Some(
            [
                ("/k8s.io/ns".to_owned(), vec!["x".to_owned()]),
                ("flag".to_owned(), vec!["true".to_owned()]),
            ]
            .into(),
        ),
        ..Written::default()
    };
    let trust = Trust::new(&written, &BTreeMap::new(), &BTreeSet::new()).unwrap();
    let token = json!({
        "iss": "https://issuer.example", "aud": "b", "sub": "two:x", "flag": true, "k8s.io": { "ns": "x" },
    });
    let admits = |token: &Value| trust.admits(&Claims::new(token.as_object().unwrap().clone()));
    assert!(admits(&token));
    for (name, value) in [
        ("iss", json!("https://issuer.example/")),
        ("aud", json!("c")),
        ("aud", json!([])),
        ("sub", json!("three")),
        ("sub", json!(["one"])),
        ("sub", Value::Null),
        ("flag", json!(1)),
        ("flag", json!({})),
        ("k8s.io", json!({ "ns": "y" })),
        ("k8s.io", json!("x")),
    ] {
        let mut other = token.clone();
        other[name] = value.clone();
        assert!(!admits(&other), "{name} {value}");
    }
}

#[test]
fn control_characters_are_shown_and_refused() {
    let error = subject("repo:acme/api:ref:refs/heads/main\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(r"`repo:acme/api:ref:refs/heads/main\n`") && error.contains("trimspace()"),
        "{error}"
    );
    let error = Audience::parse("a\u{7}b").unwrap_err().to_string();
    assert_eq!(
        error,
        r"expected an audience without control characters, found `a\u{7}b`"
    );
}
