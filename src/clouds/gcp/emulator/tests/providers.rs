//! Providers: what Google takes of them.

use serde_json::{Value, json};

use super::issuer::TestIssuer;
use super::laboratory::{ISSUER, Laboratory, POOL, PROVIDER, pools, provider};

fn path(id: &str) -> String {
    format!("{}/pool/providers/{id}", pools())
}

async fn create(lab: &Laboratory, id: &str, body: &Value) -> super::laboratory::Answer {
    let path = format!("{}/pool/providers?workloadIdentityPoolProviderId={id}", pools());
    lab.iam("POST", &path, body).await
}

fn with(pointer: &str, value: Value) -> Value {
    let mut body = provider();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

#[tokio::test]
async fn a_provider_reads_back_as_it_was_made() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let read = lab.iam("GET", &path("prov"), &Value::Null).await.good();
    let mut expected = provider();
    expected["name"] = json!(PROVIDER);
    expected["state"] = json!("ACTIVE");
    assert_eq!(
        read, expected,
        "the issuer keeps its slash, what is empty is left out"
    );
    assert_eq!(
        create(&lab, "prov", &provider()).await.code(),
        (409, "ALREADY_EXISTS".to_owned())
    );
    let listed = lab
        .iam("GET", &format!("{}/pool/providers", pools()), &Value::Null)
        .await
        .good();
    assert_eq!(listed["workloadIdentityPoolProviders"], json!([expected]));
    lab.iam("DELETE", &path("prov"), &Value::Null).await.good();
    let deleted = lab.iam("GET", &path("prov"), &Value::Null).await.good();
    assert_eq!(
        (&deleted["state"], &deleted["expireTime"]),
        (&json!("DELETED"), &json!("2026-10-21T14:13:20Z"))
    );
    assert_eq!(create(&lab, "prov", &provider()).await.status, 409);
    let patch = format!("{}?updateMask=displayName", path("prov"));
    assert_eq!(
        lab.iam("PATCH", &patch, &json!({"displayName": "x"}))
            .await
            .status,
        400
    );
    let listed = lab
        .iam("GET", &format!("{}/pool/providers", pools()), &Value::Null)
        .await
        .good();
    assert_eq!(listed, json!({}));
    lab.iam("POST", &format!("{}:undelete", path("prov")), &json!({}))
        .await
        .good();
    assert_eq!(lab.iam("GET", &path("prov"), &Value::Null).await.good(), expected);
}

#[tokio::test]
async fn what_google_refuses_of_a_provider() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let audiences: Vec<String> = (0..11).map(|n| format!("audience-{n}")).collect();
    let mut attributes = serde_json::Map::new();
    attributes.insert("google.subject".to_owned(), json!("assertion.sub"));
    for n in 0..51 {
        attributes.insert(format!("attribute.a{n}"), json!("'x'"));
    }
    let actors: Vec<String> = (0..4).map(|n| format!("{POOL}/providers/actor{n}")).collect();
    let key = json!({"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"});
    let set = |keys: Vec<Value>| json!(json!({ "keys": keys }).to_string());
    let mut with_chain = key.clone();
    with_chain["x5c"] = json!(["a"]);
    for (body, says) in [
        (with("/displayName", json!("x".repeat(33))), "display_name"),
        (with("/description", json!("x".repeat(257))), "description"),
        (with("/attributeMapping", json!({})), "google.subject"),
        (
            with("/attributeMapping/google.other", json!("'x'")),
            "attribute.{custom_attribute}",
        ),
        (
            with("/attributeMapping/attribute.Upper", json!("'x'")),
            "attribute.{custom_attribute}",
        ),
        (
            with("/attributeMapping", Value::Object(attributes)),
            "at most 50 attributes",
        ),
        (
            with("/attributeMapping/google.subject", json!("assertion.")),
            "CEL",
        ),
        (
            with("/attributeMapping/google.subject", json!(7)),
            "a map of strings",
        ),
        (
            with("/attributeCondition", json!("assertion.sub ==")),
            "attribute_condition",
        ),
        (
            with(
                "/attributeCondition",
                json!(format!("assertion.sub == '{}'", "x".repeat(4_096))),
            ),
            "attribute_condition",
        ),
        (
            with("/oidc/allowedAudiences", json!(audiences)),
            "at most 10 audiences",
        ),
        (
            with("/oidc/allowedAudiences", json!(["x".repeat(257)])),
            "at most 256 characters",
        ),
        (
            with("/oidc/issuerUri", json!("http://issuer.example")),
            "oidc.issuer_uri",
        ),
        (with("/oidc/issuerUri", json!("")), "oidc.issuer_uri"),
        (
            with("/oidc/discoveryUri", json!("https://other.example/.well-known/x")),
            "oidc.discovery_uri",
        ),
        (with("/oidc/jwksJson", json!("{")), "not in a valid JSON format"),
        (
            with("/oidc/jwksJson", set(vec![with_chain])),
            "not in a valid JSON format",
        ),
        (with("/oidc/jwksJson", set(vec![key.clone(); 9])), "1 to 8 keys"),
        (with("/oidc/unknown", json!("x")), "Unknown name"),
        (with("/actorProviders", json!(actors)), "actor_providers"),
        (
            with(
                "/actorProviders",
                json!(["projects/1/locations/global/workloadIdentityPools/x/providers/y"]),
            ),
            "actor_providers",
        ),
        (with("/aws", json!({"accountId": "111122223333"})), "Exactly one"),
        (
            json!({"attributeMapping": {"google.subject": "assertion.sub"}}),
            "Exactly one",
        ),
        (json!({"aws": {"accountId": "1"}}), "twelve digits"),
    ] {
        let refused = create(&lab, "second", &body).await;
        assert_eq!(refused.status, 400, "{says}: {}", refused.text);
        assert!(refused.text.contains(says), "{says}: {}", refused.text);
    }
    assert_eq!(lab.iam("GET", &path("second"), &Value::Null).await.status, 404);
    create(&lab, "second", &with("/oidc/jwksJson", set(vec![key; 8])))
        .await
        .good();
    let usual = "https://issuer.example/team/.well-known/openid-configuration";
    create(&lab, "third", &with("/oidc/discoveryUri", json!(usual)))
        .await
        .good();
    create(&lab, "amazon", &json!({"aws": {"accountId": "111122223333"}}))
        .await
        .good();
}

#[tokio::test]
async fn an_issuer_that_everybody_shares_takes_a_condition_on_a_claim() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    for issuer in [
        "https://token.actions.githubusercontent.com",
        "https://gitlab.com",
        "https://app.terraform.io",
    ] {
        for condition in ["", "true", "'a' == 'a'"] {
            let mut body = with("/oidc/issuerUri", json!(issuer));
            body["attributeCondition"] = json!(condition);
            let refused = create(&lab, "shared", &body).await.error();
            assert_eq!((refused.0, refused.1.as_str()), (400, "INVALID_ARGUMENT"));
            assert!(
                refused.2.contains("must reference one of the provider's claims"),
                "{}",
                refused.2
            );
        }
    }
    create(
        &lab,
        "shared",
        &with("/oidc/issuerUri", json!("https://gitlab.com")),
    )
    .await
    .good();
    let cleared = format!("{}?updateMask=attributeCondition", path("shared"));
    assert_eq!(
        lab.iam("PATCH", &cleared, &json!({})).await.status,
        400,
        "nor is it taken away"
    );
}

#[tokio::test]
async fn an_update_keeps_the_kind_and_writes_what_is_named() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let patch = |mask: &'static str, body: Value| {
        let lab = &lab;
        async move {
            lab.iam("PATCH", &format!("{}?updateMask={mask}", path("prov")), &body)
                .await
        }
    };
    let issuer = TestIssuer::new("k");
    let update = json!({"oidc": {"issuerUri": "https://moved.example", "jwksJson": issuer.key_set()}, "description": "d"});
    patch("oidc.issuerUri,attribute_condition,description", update.clone())
        .await
        .good();
    let read = lab.iam("GET", &path("prov"), &Value::Null).await.good();
    assert_eq!(read["oidc"], json!({"issuerUri": "https://moved.example"}));
    assert_eq!(
        (read.get("attributeCondition"), &read["description"]),
        (None, &json!("d"))
    );
    patch("oidc", json!({"oidc": {"issuerUri": ISSUER}})).await.good();
    patch(
        "attributeMapping",
        json!({"attributeMapping": {"google.subject": "'x' + assertion.sub"}}),
    )
    .await
    .good();
    let read = lab.iam("GET", &path("prov"), &Value::Null).await.good();
    assert_eq!(
        read["attributeMapping"],
        json!({"google.subject": "'x' + assertion.sub"})
    );
    for (mask, body) in [
        ("aws,oidc", json!({"aws": {"accountId": "111122223333"}})),
        ("oidc", json!({})),
        ("oidc.issuer", update.clone()),
        ("attributeMapping.google", update.clone()),
        ("name", json!({"name": "x"})),
        ("attributeMapping", json!({})),
    ] {
        assert_eq!(patch(mask, body).await.status, 400, "{mask}");
    }
}

#[tokio::test]
async fn an_organisation_may_allow_some_issuers_only() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    lab.set_faults(json!({"allowed_issuers": ["https://allowed.example"]}));
    let refused = create(&lab, "second", &provider()).await;
    assert_eq!(refused.code(), (400, "FAILED_PRECONDITION".to_owned()));
    let detail = &refused.json()["error"]["details"][0];
    assert_eq!(
        detail["@type"],
        "type.googleapis.com/google.rpc.PreconditionFailure"
    );
    let violation = &detail["violations"][0];
    assert_eq!(violation["type"], "constraints/iam.workloadIdentityPoolProviders");
    assert_eq!(violation["subject"], "orgpolicy:projects/123456789");
    assert!(violation["description"].as_str().unwrap().contains(ISSUER));
    create(
        &lab,
        "second",
        &with("/oidc/issuerUri", json!("https://allowed.example")),
    )
    .await
    .good();
    lab.exchange(&lab.token(&json!({}))).await.good();
}
