//! The functions that decide about tokens and judge trusts, called as the host calls them.

use serde_json::{Value as Json, json};

use crate::clouds::Environment;
use crate::framework::{FunctionError, Reading, Server, Type, Value, from_json, to_json};
use crate::provider::Oidcfed;
use crate::shared_files::shared_json;

fn server() -> Server {
    Server::new(Oidcfed::with_environment(Environment::of([])))
}

fn text(document: &Json) -> Value {
    Value::Dynamic(Box::new((Type::String, Value::string(document.to_string()))))
}

/// As the host has an object that was written in HCL.
fn native(document: &Json) -> Value {
    fn ty(document: &Json) -> Type {
        match document {
            Json::Null => Type::Dynamic,
            Json::Bool(_) => Type::Bool,
            Json::Number(_) => Type::Number,
            Json::String(_) => Type::String,
            Json::Array(items) => Type::Tuple(items.iter().map(ty).collect()),
            Json::Object(members) => Type::Object(members.iter().map(|(k, v)| (k.clone(), ty(v))).collect()),
        }
    }
    let ty = ty(document);
    let value = from_json(document, &ty, Reading::Exact).unwrap();
    Value::Dynamic(Box::new((ty, value)))
}

fn call(name: &str, arguments: &[Value]) -> Result<Json, FunctionError> {
    Ok(to_json(&server().call(name, arguments)?).unwrap())
}

fn rows(name: &str) -> Vec<Json> {
    let rows = shared_json(name).unwrap_or_else(|| json!([]));
    rows.as_array().unwrap().clone()
}

const ISSUER: &str = "https://token.actions.githubusercontent.com";

fn policy(sub: &str) -> Json {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringLike": { "token.actions.githubusercontent.com:sub": sub },
                       "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
    }] })
}

fn claims(sub: &str) -> Json {
    json!({ "iss": ISSUER, "aud": "sts.amazonaws.com", "sub": sub })
}

#[test]
fn aws() {
    let provider = json!({ "url": ISSUER, "client_ids": ["sts.amazonaws.com"], "role_arn": "arn:aws:iam::111122223333:role/deploy" });
    let decision = |provider: &Json, sub: &str| {
        let policy = policy("repo:acme/api:*");
        let of = |form: fn(&Json) -> Value| {
            let arguments = [form(&policy), form(provider), form(&claims(sub))];
            call("evaluate_aws", &arguments).unwrap()
        };
        assert_eq!(of(text), of(native));
        of(text)
    };
    assert_eq!(decision(&provider, "repo:acme/api:x")["decision"], "allow");
    let refused = decision(&provider, "repo:other/api:x");
    assert_eq!(refused["decision"], "deny");
    let last = refused["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(last["verdict"], "deny");
    assert!(
        last["found"].as_str().unwrap().contains("repo:other/api:x"),
        "{last}"
    );
    // nobody said which audiences are registered
    let bare = json!({ "url": ISSUER, "role_arn": "arn:aws:iam::111122223333:role/deploy" });
    assert_eq!(decision(&bare, "repo:acme/api:x")["decision"], "unknown");
    let other = json!({ "url": ISSUER, "client_ids": ["other"] });
    assert_eq!(decision(&other, "repo:acme/api:x")["decision"], "deny");
}

#[test]
fn every_row_of_google_and_azure() {
    for row in rows("vectors/gcp_wif_eval.json") {
        let expected = if row["accepted"] == true { "allow" } else { "deny" };
        let arguments = [text(&row["provider"]), text(&row["claims"])];
        let found = call("evaluate_gcp", &arguments).unwrap_or_else(|e| panic!("{}: {}", row["id"], e.text));
        assert_eq!(found["decision"], expected, "{}", row["id"]);
        if row["binding"].is_string() {
            let mut provider = row["provider"].clone();
            provider["binding"] = row["binding"].clone();
            let found = call("evaluate_gcp", &[text(&provider), text(&row["claims"])]).unwrap();
            let matches = found["decision"] == "allow";
            assert_eq!(json!(matches), row["binding_matches"], "{}", row["id"]);
        }
    }
    for row in rows("vectors/azure_fic_eval.json") {
        let expected = if row["accepted"] == true { "allow" } else { "deny" };
        let arguments = [text(&row["fic"]), text(&row["claims"])];
        let found =
            call("evaluate_azure", &arguments).unwrap_or_else(|e| panic!("{}: {}", row["id"], e.text));
        assert_eq!(found["decision"], expected, "{}", row["id"]);
    }
}

#[test]
fn lint_of_trust_policies() {
    let found = call("lint_aws", &[native(&policy("repo:acme*/*")), Value::Null]).unwrap();
    assert_eq!(
        (&found[0]["rule"], &found[0]["severity"]),
        (&json!("open-owner-prefix"), &json!("critical"))
    );
    // the proof is a token that the other function accepts
    let witness: Json = serde_json::from_str(found[0]["witness"].as_str().unwrap()).unwrap();
    let provider = json!({ "url": ISSUER, "client_ids": ["sts.amazonaws.com"] });
    let arguments = [
        native(&policy("repo:acme*/*")),
        native(&provider),
        native(&witness),
    ];
    assert_eq!(call("evaluate_aws", &arguments).unwrap()["decision"], "allow");
    let clean = policy("repo:acme@1/api@2:environment:production");
    let found = call("lint_aws", &[text(&clean), Value::string("github-actions")]).unwrap();
    let grave = |finding: &&Json| finding["severity"] != "info" && finding["severity"] != "low";
    assert_eq!(found.as_array().unwrap().iter().find(grave), None);
}

#[test]
fn lint_of_federated_credentials() {
    let flexible = |text: &str| {
        json!({ "issuer": ISSUER, "audiences": ["api://AzureADTokenExchange"],
                "claimsMatchingExpression": { "value": text, "languageVersion": 1 } })
    };
    let open = flexible("claims['sub'] matches 'repo:acme*'");
    let found = call("lint_azure", &[native(&open), Value::Null]).unwrap();
    assert_eq!(
        found,
        call("lint_azure", &[text(&open), Value::string("github-actions")]).unwrap()
    );
    assert_eq!(
        (&found[0]["rule"], &found[0]["severity"]),
        (&json!("open-owner-prefix"), &json!("critical"))
    );
    // the proof is a token that the other function accepts
    let witness: Json = serde_json::from_str(found[0]["witness"].as_str().unwrap()).unwrap();
    let decided = call("evaluate_azure", &[native(&open), native(&witness)]).unwrap();
    assert_eq!(decided["decision"], "allow");
    let clean = flexible(
        "claims['sub'] eq 'repo:acme@1/api@2:environment:production' and claims['repository_id'] eq '2'",
    );
    assert_eq!(
        call("lint_azure", &[text(&json!([clean])), Value::Null]).unwrap(),
        json!([])
    );
    // what Entra cannot store is a finding, what is no credential is an error
    let found = call(
        "lint_azure",
        &[text(&flexible("claims['sub'] like 'x'")), Value::Null],
    )
    .unwrap();
    assert_eq!(found[0]["rule"], "expression-syntax");
    let error = call("lint_azure", &[text(&json!({ "issuer": ISSUER })), Value::Null]).unwrap_err();
    assert!(
        error.argument == Some(0) && error.text.contains("/audiences"),
        "{}",
        error.text
    );
    let error = call("lint_azure", &[text(&clean), Value::string("no-such")]).unwrap_err();
    assert_eq!(error.argument, Some(1), "{}", error.text);
}

#[test]
fn lint_of_workload_identity_pool_providers() {
    let provider = |condition: &str| {
        json!({ "issuer_uri": ISSUER, "attribute_mapping": { "google.subject": "assertion.sub" },
                "attribute_condition": condition })
    };
    let named = |condition: &str, name: &str| {
        let mut provider = provider(condition);
        provider["name"] = json!(format!(
            "projects/1/locations/global/workloadIdentityPools/ci/providers/{name}"
        ));
        provider
    };
    let found = |document: &Json| call("lint_gcp", &[native(document), Value::Null]).unwrap();
    let open = named("assertion.repository.startsWith('acme')", "github");
    let findings = found(&open);
    let rules: Vec<&Json> = findings.as_array().unwrap().iter().map(|f| &f["rule"]).collect();
    assert!(rules.contains(&&json!("open-owner-prefix")), "{rules:?}");
    // the proof is a token that the other function accepts
    let witness: Json = serde_json::from_str(findings[0]["witness"].as_str().unwrap()).unwrap();
    assert_eq!(findings[0]["severity"], "critical");
    assert_eq!(
        call("evaluate_gcp", &[native(&open), native(&witness)]).unwrap()["decision"],
        "allow"
    );
    // a binding narrows, and one of several is enough
    let grave = |document: &Json| {
        let found = found(document);
        let all = found.as_array().unwrap().iter();
        all.filter(|f| f["severity"] != "info" && f["severity"] != "low")
            .count()
    };
    let pool = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci";
    let mut bound = named("assertion.repository_owner_id == '1'", "github");
    assert!(grave(&bound) > 0);
    bound["binding"] = json!(format!(
        "principal://{pool}/subject/repo:acme/api:environment:prod"
    ));
    assert_eq!(grave(&bound), 0, "{}", found(&bound));
    bound["bindings"] = json!([format!("principalSet://{pool}/*")]);
    assert!(grave(&bound) > 0);
    // one without a name yet, and all of a pool
    assert_eq!(
        grave(&provider("assertion.sub == 'repo:acme/api:environment:prod'")),
        0
    );
    let both = json!([
        named("assertion.repository_id == '2'", "one"),
        named("assertion.repository_id == '3'", "two")
    ]);
    let of_pool = call("lint_gcp", &[text(&both), Value::Null]).unwrap();
    let collide = |f: &Json| f["rule"] == "providers-collide";
    assert!(of_pool.as_array().unwrap().iter().any(collide), "{of_pool}");
    for (document, told) in [
        (json!({ "attribute_mapping": {} }), "issuerUri"),
        (
            json!({ "issuer_uri": ISSUER, "bindings": ["everyone"] }),
            "bindings",
        ),
        (json!({ "issuer_uri": ISSUER, "bindings": "x" }), "bindings"),
        (json!([{}]), "provider 1"),
    ] {
        let error = call("lint_gcp", &[text(&document), Value::Null]).unwrap_err();
        assert!(
            error.argument == Some(0) && error.text.contains(told),
            "{}",
            error.text
        );
    }
    let error = call("lint_gcp", &[text(&provider("true")), Value::string("no-such")]).unwrap_err();
    assert_eq!(error.argument, Some(1), "{}", error.text);
}

#[test]
fn what_is_wrong_is_said_of_its_argument() {
    let good = [
        text(&policy("a")),
        text(&json!({ "url": ISSUER })),
        text(&claims("a")),
    ];
    for (at, wrong, told) in [
        (0, json!({ "Version": "2012-10-17" }), "Statement"),
        (1, json!({ "client_ids": [] }), "URL"),
        (1, json!({ "url": ISSUER, "role_arn": "x" }), "role_arn"),
        (2, json!(["a"]), "claims"),
    ] {
        let mut arguments = good.clone();
        arguments[at] = text(&wrong);
        let error = call("evaluate_aws", &arguments).unwrap_err();
        assert_eq!(error.argument, Some(i64::try_from(at).unwrap()), "{}", error.text);
        assert!(error.text.contains(told), "{}", error.text);
    }
    let not_json = Value::Dynamic(Box::new((Type::String, Value::string("{\n  x"))));
    let error = call("lint_aws", &[not_json, Value::Null]).unwrap_err();
    assert!(error.text.contains("line 2"), "{}", error.text);
    let error = call("lint_aws", &[text(&policy("a")), Value::string("no-such")]).unwrap_err();
    assert_eq!(error.argument, Some(1), "{}", error.text);
    let provider = json!({ "name": "projects/1/locations/global/workloadIdentityPools/ci/providers/x", "issuer_uri": ISSUER,
                           "attribute_mapping": { "google.subject": "assertion.sub" }, "binding": "everyone" });
    let error = call("evaluate_gcp", &[text(&provider), text(&claims("a"))]).unwrap_err();
    assert!(
        error.argument == Some(0) && error.text.contains("binding"),
        "{}",
        error.text
    );
    let error = call(
        "evaluate_azure",
        &[text(&json!({ "issuer": 1 })), text(&claims("a"))],
    )
    .unwrap_err();
    assert!(
        error.argument == Some(0) && error.text.contains("/issuer"),
        "{}",
        error.text
    );
}
