//! Every function as the host calls it, but for the wire.

use std::collections::BTreeMap;

use super::*;
use crate::framework::{Function, FunctionError, Type, Value, conform, to_json};

fn text(value: &str) -> Value {
    Value::string(value)
}

fn map(pairs: &[(&str, &str)]) -> Value {
    Value::Map(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), text(value)))
            .collect(),
    )
}

/// The result in the shape that the signature promises.
fn call(function: &dyn Function, arguments: &[Value]) -> Result<Value, FunctionError> {
    let signature = function.signature();
    assert_eq!(signature.parameters.len(), arguments.len());
    assert!(!signature.summary.is_empty() && !signature.description.is_empty());
    let result = function.call(arguments)?;
    Ok(conform(result, &signature.returns).unwrap_or_else(|error| panic!("{}: {error}", function.name())))
}

fn refused(function: &dyn Function, arguments: &[Value], argument: i64, told: &str) {
    let error = call(function, arguments).unwrap_err();
    assert_eq!(error.argument, Some(argument), "{}", error.text);
    assert!(error.text.contains(told), "{}", error.text);
}

const VERCEL: &[(&str, &str)] = &[
    ("team", "acme"),
    ("project", "web"),
    ("environment", "production"),
];

#[test]
fn composing() {
    let arguments = [text("vercel"), map(VERCEL)];
    let subject = text("owner:acme:project:web:environment:production");
    assert_eq!(
        call(&IssuerFunction, &arguments),
        Ok(text("https://oidc.vercel.com/acme"))
    );
    assert_eq!(call(&SubjectFunction, &arguments), Ok(subject.clone()));
    assert_eq!(
        call(&SubjectsFunction, &arguments),
        Ok(Value::List(vec![subject]))
    );
    // null is the same as absent
    let mut with_null = BTreeMap::from([("branch".to_owned(), Value::Null)]);
    if let Value::Map(members) = map(&[("owner", "a"), ("repo", "b")]) {
        with_null.extend(members);
    }
    assert_eq!(
        call(&SubjectFunction, &[text("github-actions"), Value::Map(with_null)]),
        Ok(text("repo:a/b:pull_request"))
    );
}

#[test]
fn the_wrong_argument_is_named() {
    for function in [
        &IssuerFunction as &dyn Function,
        &SubjectFunction,
        &SubjectsFunction,
    ] {
        refused(
            function,
            &[text("nobody"), map(&[])],
            0,
            "the catalogue has: aks, auth0",
        );
        refused(
            function,
            &[text("id = \"x\"\n"), map(&[])],
            0,
            "expected `tenancy`",
        );
        refused(
            function,
            &[text("vercel"), map(&[("team", "a b")])],
            1,
            "variable `team`: expected a value that matches",
        );
        refused(
            function,
            &[text("vercel"), map(&[("tea", "a")])],
            1,
            "has no variable `tea`",
        );
    }
    refused(&IssuerFunction, &[text("vercel"), map(&[])], 1, "variable `team`");
    refused(
        &SubjectFunction,
        &[text("vercel"), map(&[("team", "a")])],
        1,
        "variable `project`",
    );
    refused(
        &SubjectFunction,
        &[text("epycbyte"), map(&[("team", "a")])],
        0,
        "whose subjects are known",
    );
    refused(
        &ParseSubjectFunction,
        &[text("vercel"), text("x")],
        1,
        "`owner:{team}:project:{project}",
    );
    refused(
        &ParseSubjectFunction,
        &[text("oci"), text("x")],
        0,
        "whose subjects are known",
    );
    refused(&PlatformFunction, &[text("http://x.example")], 0, "https://");
    refused(&PlatformFunction, &[text("nobody")], 0, "the catalogue has");
    refused(&ThumbprintFunction, &[text("no certificate")], 0, "certificate");
    for token in ["", "a.b", "a.b.c", &format!("{}.e30.e30", "a".repeat(70_000))] {
        let error = call(&ClaimsFunction, &[text(token)]).unwrap_err();
        assert_eq!(error.argument, Some(0));
        assert!(
            token.len() < 4 || !error.text.contains(token),
            "an error never shows the token"
        );
    }
}

#[test]
fn readings() {
    let parsed = call(
        &ParseSubjectFunction,
        &[
            text("github-actions"),
            text("repo:acme@1/api@2:environment:a%3Ab"),
        ],
    )
    .unwrap();
    assert_eq!(parsed.member("form"), Some(&text("environment-immutable")));
    let variables = map(&[
        ("owner", "acme"),
        ("owner_id", "1"),
        ("repo", "api"),
        ("repo_id", "2"),
        ("environment", "a:b"),
    ]);
    assert_eq!(parsed.member("variables"), Some(&variables));
    let parsed = call(
        &ParseSubjectFunction,
        &[
            text("forgejo-actions"),
            text("repo:acme-1/web-2:ref:refs/heads/main"),
        ],
    )
    .unwrap();
    assert_eq!(
        (parsed.member("form"), parsed.member("variables")),
        (Some(&Value::Null), Some(&Value::Null))
    );
    assert!(matches!(parsed.member("readings"), Some(Value::List(all)) if all.len() == 2));
}

#[test]
fn platforms() {
    let of = |given: &str| call(&PlatformFunction, &[text(given)]).unwrap();
    let github = of("github-actions");
    assert_eq!(github, of("https://token.actions.githubusercontent.com"));
    assert_eq!(github.member("tenancy"), Some(&text("shared")));
    assert_eq!(github.member("azp"), Some(&text("never")));
    let owner = github
        .member("variables")
        .and_then(|all| all.member("owner"))
        .unwrap();
    assert_eq!(
        (owner.member("chosen_by"), owner.member("mutable")),
        (Some(&text("tenant")), Some(&Value::Bool(true)))
    );
    let pulumi = of("https://api.pulumi.com/oidc");
    assert_eq!(pulumi.member("id"), Some(&text("pulumi-deployments+pulumi-esc")));
    let generic = of("https://issuer.example");
    assert_eq!(
        (
            generic.member("id"),
            generic.member("tenancy"),
            generic.member("name")
        ),
        (Some(&text("generic")), Some(&text("unknown")), Some(&Value::Null))
    );
    let declared = of(
        "id = \"own\"\nissuer = \"https://id.acme.example\"\ntenancy = \"self-hosted\"\n[[subject]]\ntemplate = \"x\"\n",
    );
    assert_eq!(declared.member("tenancy"), Some(&text("self-hosted")));
}

#[test]
fn claims_of_a_token() {
    let payload = r#"{"sub":"s","aud":["a",1],"iat":1700000000,"n":{"b":true,"x":null},"e":[]}"#;
    let token = format!(
        "e30.{}.c2ln",
        data_encoding::BASE64URL_NOPAD.encode(payload.as_bytes())
    );
    let token = token.replacen(
        "e30",
        &data_encoding::BASE64URL_NOPAD.encode(br#"{"alg":"RS256"}"#),
        1,
    );
    let Ok(Value::Dynamic(found)) = call(&ClaimsFunction, &[text(&format!("{token}\n"))]) else {
        panic!("no claims");
    };
    let (ty, value) = *found;
    let written = to_json(&value).unwrap();
    assert_eq!(
        written,
        serde_json::from_str::<serde_json::Value>(payload).unwrap()
    );
    let Type::Object(members) = ty else { panic!() };
    assert_eq!(members["aud"], Type::Tuple(vec![Type::String, Type::Number]));
}

#[test]
fn the_thumbprint_is_of_the_last_certificate() {
    let chain = [b"leaf".to_vec(), b"abc".to_vec()];
    let pem: String = chain
        .iter()
        .map(|one| crate::oidc::certificate_pem(one))
        .collect();
    // SHA-1 of "abc", FIPS 180-2, appendix A.1
    assert_eq!(
        call(&ThumbprintFunction, &[text(&pem)]),
        Ok(text("a9993e364706816aba3e25717850c26c9cd0d89d"))
    );
}
