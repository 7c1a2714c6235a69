//! What an answer takes for granted, and what declared platforms say.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::question::Question;
use crate::{MAIN, claims, role};

#[test]
fn programs_are_told_too_that_a_token_was_only_decoded() {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let mut question = Question::about(&role()).with(&["--token", "-", "--output", "json"]);
    let payload = encode(&claims("sts.amazonaws.com", MAIN));
    question.stdin = format!("{}.{payload}.c2ln", encode(&json!({"alg": "RS256"})));
    let note = "the token was decoded, not verified: neither its signature nor its times were looked at";
    assert_eq!(question.ask().json()["notes"], json!([note]));
}

#[test]
fn declared_platforms_say_what_they_know() {
    let file = r#"id = "acme-hosting"
issuer = "https://oidc.acme.example"
tenancy = "shared"
tenant = "team"
[variable]
team = { pattern = "[a-z]+", chosen_by = "platform", mutable = false }
job = { pattern = "[a-z]+", chosen_by = "tenant", mutable = true }
[[subject]]
template = "team:{team}:job:{job}"
"#;
    let asked = |issuer: &str, subject: &str, file: &str| {
        let credential =
            json!({"issuer": "https://oidc.acme.example", "audiences": ["a"], "subject": "team:a:job:b"});
        let question = Question::about(&credential)
            .claims(&json!({"iss": issuer, "aud": "a", "sub": subject}))
            .with(&["--platform", "acme.toml", "--output", "json"]);
        question.file("acme.toml", file);
        question.ask()
    };
    let notes = |issuer: &str, subject: &str| asked(issuer, subject, file).json()["notes"].clone();
    let ours = "`https://oidc.acme.example` is the issuer of `acme-hosting` (shared)";
    let read = notes("https://oidc.acme.example", "team:a:job:b");
    assert_eq!(read[1], ours);
    assert_eq!(read[2], "the subject reads as job `b`, team `a`");
    let strange = notes("https://oidc.acme.example", "job:b");
    assert_eq!(strange[2], "`acme-hosting` signs no subject of the form `job:b`");
    let other = notes("https://other.example", "x");
    assert!(
        other[1]
            .as_str()
            .unwrap()
            .contains("is the issuer of no platform"),
        "{other}"
    );
    let looser = file
        .replace("https://oidc.acme.example", "https://gitlab.com")
        .replace("\"shared", "\"self-hosted");
    let refused = asked("https://gitlab.com", "x", &looser);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(
        refused.stderr.contains("`acme.toml`: ") && refused.stderr.contains("never looser"),
        "{}",
        refused.stderr
    );
}
