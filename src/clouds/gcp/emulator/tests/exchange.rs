//! The exchange of a token, with its errors in their order.

use serde_json::{Value, json};

use super::issuer::TestIssuer;
use super::laboratory::{
    CLOUD_PLATFORM, ISSUER, Laboratory, NUMBER, POOL, PROJECT, PROVIDER, exchange_form, pools, principal,
    provider,
};
use crate::clouds::gcp::emulator::Service;

#[tokio::test]
async fn a_token_becomes_a_token_that_reads_the_object() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let answer = lab.exchange(&lab.token(&json!({}))).await.good();
    assert_eq!(
        answer["issued_token_type"],
        "urn:ietf:params:oauth:token-type:access_token"
    );
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    let token = answer["access_token"].as_str().unwrap();
    assert!(token.len() < 12 * 1024 && token.starts_with("ya29."));
    let denied = lab.read_object(token).await;
    assert_eq!(denied.code(), (403, "PERMISSION_DENIED".to_owned()));
    let info = &denied.json()["error"]["details"][0];
    assert_eq!(
        (&info["reason"], &info["metadata"]["permission"]),
        (&json!("IAM_PERMISSION_DENIED"), &json!("storage.objects.get"))
    );
    for member in [
        "subject/job:one",
        "group/dev",
        "attribute.repository/acme/api",
        "*",
    ] {
        lab.bind_project("roles/storage.objectViewer", &principal(member))
            .await;
        assert_eq!(lab.read_object(token).await.status, 200, "{member}");
    }
    for member in [
        "subject/job:two",
        "subject/job:*",
        "group/admins",
        "attribute.repository/acme/web",
        "attribute.other/acme/api",
    ] {
        lab.bind_project("roles/storage.objectViewer", &principal(member))
            .await;
        assert_eq!(lab.read_object(token).await.status, 403, "{member}");
    }
    lab.bind_project("roles/storage.objectViewer", "user:somebody@acme.example")
        .await;
    assert_eq!(lab.read_object(token).await.status, 403);
}

#[tokio::test]
async fn json_in_camel_case_says_the_same_as_a_form() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let mut body = json!({
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        "audience": format!("//iam.googleapis.com/{PROVIDER}"),
        "scope": CLOUD_PLATFORM,
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "subjectToken": lab.token(&json!({})),
        "subjectTokenType": "urn:ietf:params:oauth:token-type:id_token",
        "options": "%7B%22userProject%22%3A%22123%22%7D",
    });
    let answer = lab
        .ask_as("", Service::Sts, "POST", "v1/token", &body)
        .await
        .good();
    assert!(answer["access_token"].is_string(), "{answer}");
    body["options"] = json!("{\"userProject\":\"123\"}");
    lab.ask_as("", Service::Sts, "POST", "v1/token", &body)
        .await
        .good();
    for wrong in [
        "no json",
        "{\"userProject\": 1}",
        "{\"accessBoundary\": {}}",
        "{\"x\": 1}",
        "[]",
    ] {
        body["options"] = json!(wrong);
        let refused = lab
            .ask_as("", Service::Sts, "POST", "v1/token", &body)
            .await
            .oauth();
        assert_eq!(
            (refused.0, refused.1.as_str()),
            (400, "invalid_request"),
            "{wrong}"
        );
    }
    body["options"] = Value::Null;
    body["subject_token_kind"] = json!("x");
    assert_eq!(
        lab.ask_as("", Service::Sts, "POST", "v1/token", &body)
            .await
            .oauth()
            .1,
        "invalid_request"
    );
}

#[tokio::test]
async fn the_form_of_a_request() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let token = lab.token(&json!({}));
    let audience = format!("//iam.googleapis.com/{PROVIDER}");
    let cases = [
        ("grant_type", "client_credentials", "invalid_request"),
        ("grant_type", "", "invalid_request"),
        ("audience", PROVIDER, "invalid_request"),
        (
            "audience",
            "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool",
            "invalid_request",
        ),
        ("scope", " ", "invalid_request"),
        (
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:jwt",
            "invalid_request",
        ),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:saml2",
            "invalid_request",
        ),
        (
            "subject_token_type",
            "urn:ietf:params:aws:token-type:aws4_request",
            "invalid_request",
        ),
        ("subject_token", "", "invalid_request"),
        ("actor_token", "x", "invalid_request"),
        ("unknown", "x", "invalid_request"),
    ];
    for (name, value, error) in cases {
        let mut form = exchange_form(&audience, &token);
        form.retain(|(one, _)| *one != name);
        form.push((name, value));
        let refused = lab.form(Service::Sts, "v1/token", &form).await.oauth();
        assert_eq!((refused.0, refused.1.as_str()), (400, error), "{name} {value}");
    }
    let mut twice = exchange_form(&audience, &token);
    twice.push(("scope", CLOUD_PLATFORM));
    assert_eq!(
        lab.form(Service::Sts, "v1/token", &twice).await.oauth().1,
        "invalid_request"
    );
    let with_login = lab
        .ask_as(&lab.deployer(), Service::Sts, "POST", "v1/token", &json!({}))
        .await
        .oauth();
    assert_eq!(with_login.1, "invalid_request");
    assert!(with_login.2.contains("Authorization"), "{with_login:?}");
}

#[tokio::test]
async fn a_target_that_is_none() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let token = lab.token(&json!({}));
    for name in [
        PROVIDER.replace(NUMBER, PROJECT),
        PROVIDER.replace("/pool/", "/none/"),
        format!("{POOL}/providers/none"),
        PROVIDER.replace(NUMBER, "1"),
    ] {
        let refused = lab.exchange_at(&name, &token).await.oauth();
        assert_eq!((refused.0, refused.1.as_str()), (400, "invalid_target"), "{name}");
    }
    let pool = format!("{}/pool", pools());
    for path in [pool.clone(), format!("{pool}/providers/prov")] {
        let patch = format!("{path}?updateMask=disabled");
        lab.iam("PATCH", &patch, &json!({"disabled": true})).await.good();
        assert_eq!(
            lab.exchange(&token).await.oauth().1,
            "invalid_target",
            "{path} disabled"
        );
        lab.iam("PATCH", &patch, &json!({"disabled": false})).await.good();
        assert_eq!(lab.exchange(&token).await.status, 200);
    }
    for path in [format!("{pool}/providers/prov"), pool] {
        lab.iam("DELETE", &path, &Value::Null).await.good();
        assert_eq!(
            lab.exchange(&token).await.oauth().1,
            "invalid_target",
            "{path} deleted"
        );
        lab.iam("POST", &format!("{path}:undelete"), &json!({}))
            .await
            .good();
        assert_eq!(lab.exchange(&token).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_that_is_not_true() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let now = lab.now();
    let stranger = TestIssuer::new("k1");
    let other_key = TestIssuer::new("k2");
    let claims = json!({"iss": ISSUER, "aud": format!("https://iam.googleapis.com/{PROVIDER}"), "sub": "job:one",
        "repository": "acme/api", "groups": [], "iat": now - 10, "exp": now + 600});
    let unnamed = lab.issuer.sign_with(&json!({"alg": "ES256"}), &claims);
    let unsigned = lab
        .issuer
        .sign_with(&json!({"alg": "none", "kid": "k1"}), &claims);
    let other_audience = lab.token(&json!({"aud": "sts.amazonaws.com"}));
    for (token, says) in [
        (
            other_audience,
            "does not match the expected audience [//iam.googleapis.com/projects/",
        ),
        (lab.token(&json!({"aud": null})), "rejected"),
        (
            lab.token(&json!({"iss": "https://issuer.example/team"})),
            "The issuer in ID Token https://issuer.example/team ",
        ),
        (lab.token(&json!({"exp": now})), "is stale to sign-in"),
        (lab.token(&json!({"iat": now + 1})), "rejected"),
        (
            lab.token(&json!({"iat": now - 10, "exp": now + 86_400})),
            "rejected",
        ),
        (lab.token(&json!({"sub": null})), "rejected"),
        (lab.token(&json!({"iat": null})), "rejected"),
        (stranger.sign(&claims), "Invalid signature"),
        (
            other_key.sign(&claims),
            "Error connecting to the given credential's issuer",
        ),
        (unnamed, "rejected"),
        (unsigned, "rejected"),
        ("opaque".to_owned(), "rejected"),
    ] {
        let refused = lab.exchange(&token).await.oauth();
        assert_eq!((refused.0, refused.1.as_str()), (400, "invalid_grant"), "{says}");
        assert!(refused.2.contains(says), "{says}: {}", refused.2);
    }
    lab.exchange(&lab.token(&json!({"iat": now - 10, "exp": now - 10 + 86_400})))
        .await
        .good();
}

#[tokio::test]
async fn an_issuer_that_does_not_answer() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let path = format!("{}/pool/providers/prov", pools());
    let silent = json!({"oidc": {"issuerUri": "https://silent.example"}});
    lab.iam("PATCH", &format!("{path}?updateMask=oidc"), &silent)
        .await
        .good();
    let refused = lab
        .exchange(&lab.token(&json!({"iss": "https://silent.example"})))
        .await
        .oauth();
    assert_eq!(refused.1, "invalid_grant");
    assert!(
        refused
            .2
            .contains("Error connecting to the given credential's issuer"),
        "{}",
        refused.2
    );
    let uploaded = TestIssuer::new("up");
    let with_keys = json!({"oidc": {"jwksJson": uploaded.key_set()}});
    lab.iam("PATCH", &format!("{path}?updateMask=oidc.jwks_json"), &with_keys)
        .await
        .good();
    let claims = json!({"iss": "https://silent.example", "aud": format!("//iam.googleapis.com/{PROVIDER}"), "sub": "job:one",
        "repository": "acme/api", "groups": [], "iat": lab.now(), "exp": lab.now() + 60});
    let answer = lab.exchange(&uploaded.sign(&claims)).await.good();
    assert_eq!(answer["expires_in"], 60);
    lab.keys.publish("https://silent.example", &lab.issuer.key_set());
    assert_eq!(
        lab.exchange(&lab.issuer.sign(&claims)).await.oauth().1,
        "invalid_grant",
        "uploaded keys alone count"
    );
}

#[tokio::test]
async fn mapping_and_condition() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let refused = lab
        .exchange(&lab.token(&json!({"repository": "evil/api"})))
        .await
        .oauth();
    assert_eq!((refused.0, refused.1.as_str()), (400, "unauthorized_client"));
    assert!(
        refused.2.contains("rejected by the attribute condition"),
        "{}",
        refused.2
    );
    for (changes, error) in [
        (json!({"sub": "s".repeat(128)}), "invalid_request"),
        (json!({"groups": "ops"}), "unauthorized_client"),
        (json!({"repository": null}), "unauthorized_client"),
        (json!({"repository": 7}), "unauthorized_client"),
    ] {
        assert_eq!(
            lab.exchange(&lab.token(&changes)).await.oauth().1,
            error,
            "{changes}"
        );
    }
    lab.exchange(&lab.token(&json!({"sub": "s".repeat(127)})))
        .await
        .good();
    let path = format!("{}/pool/providers/prov?updateMask=attributeCondition", pools());
    let doubtful = json!({"attributeCondition": "assertion.sub.upperAscii() == 'JOB:ONE'"});
    lab.iam("PATCH", &path, &doubtful).await.good();
    let unknown = lab.exchange(&lab.token(&json!({}))).await.oauth();
    assert_eq!(
        unknown.1, "unauthorized_client",
        "what is not known is not allowed"
    );
}

#[tokio::test]
async fn allowed_audiences_take_the_place_of_the_usual_ones() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    lab.exchange(&lab.token(&json!({"aud": format!("//iam.googleapis.com/{PROVIDER}")})))
        .await
        .good();
    lab.exchange(&lab.token(&json!({"aud": ["x", format!("//iam.googleapis.com/{PROVIDER}")]})))
        .await
        .good();
    let path = format!("{}/pool/providers/prov?updateMask=oidc.allowedAudiences", pools());
    let own = json!({"oidc": {"allowedAudiences": ["https://github.com/acme"]}});
    lab.iam("PATCH", &path, &own).await.good();
    lab.exchange(&lab.token(&json!({"aud": "https://github.com/acme"})))
        .await
        .good();
    assert_eq!(
        lab.exchange(&lab.token(&json!({}))).await.oauth().1,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_token_never_outlives_the_one_it_came_from() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    lab.bind_project("roles/storage.objectViewer", &principal("*"))
        .await;
    let long = lab
        .exchange(&lab.token(&json!({"exp": lab.now() + 80_000})))
        .await
        .good();
    assert_eq!(long["expires_in"], 3_600);
    let short = lab.exchanged(&json!({"exp": lab.now() + 30})).await;
    assert_eq!(lab.read_object(&short).await.status, 200);
    lab.clock.advance(30);
    assert_eq!(
        lab.read_object(&short).await.code(),
        (401, "UNAUTHENTICATED".to_owned())
    );
    let unknown = lab.read_object("ya29.invented").await;
    assert_eq!(unknown.code(), (401, "UNAUTHENTICATED".to_owned()));
    assert_eq!(
        lab.read_object("").await.code(),
        (401, "UNAUTHENTICATED".to_owned())
    );
}

/// A disabled or deleted pool stops tokens that were given out; a provider does not.
#[tokio::test]
async fn tokens_that_were_given_out() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    lab.bind_project("roles/storage.objectViewer", &principal("*"))
        .await;
    let token = lab.exchanged(&json!({})).await;
    let pool = format!("{}/pool", pools());
    let set = |path: String, disabled: bool| {
        let lab = &lab;
        async move {
            let path = format!("{path}?updateMask=disabled");
            lab.iam("PATCH", &path, &json!({"disabled": disabled}))
                .await
                .good();
        }
    };
    set(format!("{pool}/providers/prov"), true).await;
    assert_eq!(lab.read_object(&token).await.status, 200);
    lab.iam("DELETE", &format!("{pool}/providers/prov"), &Value::Null)
        .await
        .good();
    assert_eq!(lab.read_object(&token).await.status, 200);
    set(pool.clone(), true).await;
    assert_eq!(lab.read_object(&token).await.status, 401);
    set(pool.clone(), false).await;
    assert_eq!(lab.read_object(&token).await.status, 200);
    lab.iam("DELETE", &pool, &Value::Null).await.good();
    assert_eq!(lab.read_object(&token).await.status, 401);
    lab.iam("POST", &format!("{pool}:undelete"), &json!({}))
        .await
        .good();
    assert_eq!(lab.read_object(&token).await.status, 200);
}

/// Identities are the pool's: whichever provider mapped the subject, it is the same one.
#[tokio::test]
async fn a_subject_is_the_pools() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let second = TestIssuer::new("k1");
    lab.keys.publish("https://second.example", &second.key_set());
    let mut other = provider();
    other["oidc"]["issuerUri"] = json!("https://second.example");
    let path = format!("{}/pool/providers?workloadIdentityPoolProviderId=second", pools());
    lab.iam("POST", &path, &other).await.good();
    lab.bind_project("roles/storage.objectViewer", &principal("subject/job:one"))
        .await;
    let name = format!("{POOL}/providers/second");
    let claims = json!({"iss": "https://second.example", "aud": format!("//iam.googleapis.com/{name}"), "sub": "job:one",
        "repository": "acme/api", "groups": [], "iat": lab.now(), "exp": lab.now() + 60});
    let answer = lab.exchange_at(&name, &second.sign(&claims)).await.good();
    assert_eq!(
        lab.read_object(answer["access_token"].as_str().unwrap())
            .await
            .status,
        200
    );
    let crossed = lab.exchange_at(PROVIDER, &second.sign(&claims)).await.oauth();
    assert_eq!(
        crossed.1, "invalid_grant",
        "one provider's token is not another's"
    );
}

#[tokio::test]
async fn watchers_see_the_decision_and_no_token() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let mut events = lab.emulator.subscribe();
    let token = lab.token(&json!({"repository": "evil/api"}));
    lab.exchange(&token).await;
    let event = events.recv().await.unwrap();
    assert_eq!(event.action, "sts.googleapis.com:ExchangeToken");
    assert_eq!(event.resource.as_deref(), Some(PROVIDER));
    let steps = &event.decision.as_ref().unwrap().steps;
    assert_eq!(steps.last().unwrap().name, "condition");
    let shown = serde_json::to_string(&event).unwrap();
    assert!(!shown.contains(&token) && !shown.contains(token.rsplit('.').next().unwrap()));
}
