//! Tokens that speak for a service account.

use serde_json::{Value, json};

use super::laboratory::{CLOUD_PLATFORM, Laboratory, PROJECT, principal};
use crate::clouds::gcp::emulator::Service;
use crate::oidc::{KeySet, Policy, verify};
use crate::trust::{Audience, IssuerUrl};

const USER: &str = "roles/iam.workloadIdentityUser";

async fn ready() -> (Laboratory, String) {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let email = lab.account("deploy-api").await;
    (lab, email)
}

#[tokio::test]
async fn who_is_bound_speaks_for_the_account_and_may_what_it_may() {
    let (lab, email) = ready().await;
    let token = lab.exchanged(&json!({})).await;
    let denied = lab.impersonate(&token, &email).await;
    assert_eq!(denied.code(), (403, "PERMISSION_DENIED".to_owned()));
    assert_eq!(
        denied.json()["error"]["details"][0]["metadata"]["permission"],
        "iam.serviceAccounts.getAccessToken"
    );
    assert!(denied.error().2.contains("(or it may not exist)"));
    let missing = lab
        .impersonate(&token, "none@acme-deploy.iam.gserviceaccount.com")
        .await;
    assert_eq!(missing.code(), denied.code(), "a missing account looks the same");
    for member in [
        "subject/job:one",
        "group/ops",
        "attribute.repository/acme/api",
        "*",
    ] {
        for role in [USER, "roles/iam.serviceAccountTokenCreator"] {
            lab.bind_account(&email, role, &principal(member)).await.good();
            let answer = lab.impersonate(&token, &email).await.good();
            assert_eq!(answer["expireTime"], "2026-09-21T15:13:20Z", "{member} {role}");
        }
    }
    for (role, member) in [
        (USER, "subject/job:two"),
        (USER, "group/admins"),
        (USER, "attribute.repository/acme/web"),
        ("roles/owner", "*"),
        ("roles/viewer", "*"),
    ] {
        lab.bind_account(&email, role, &principal(member)).await.good();
        assert_eq!(
            lab.impersonate(&token, &email).await.status,
            403,
            "{role} {member}"
        );
    }
    lab.bind_account(&email, USER, &principal("*")).await.good();
    let answer = lab.impersonate(&token, &email).await.good();
    let spoken = answer["accessToken"].as_str().unwrap();
    assert_eq!(lab.read_object(spoken).await.status, 403);
    lab.bind_project("roles/storage.objectViewer", &format!("serviceAccount:{email}"))
        .await;
    let read = lab.read_object(spoken).await;
    assert_eq!(
        (read.status, read.text.as_str()),
        (200, "an object of the project acme-deploy\n")
    );
    assert_eq!(
        lab.read_object(&token).await.status,
        403,
        "the account may, the identity may not"
    );
    lab.clock.advance(3_600);
    assert_eq!(lab.read_object(spoken).await.status, 401);
}

/// A role on the project reaches every account in it.
#[tokio::test]
async fn a_binding_above_the_account_counts() {
    let (lab, email) = ready().await;
    let token = lab.exchanged(&json!({})).await;
    lab.bind_project(USER, &principal("*")).await;
    lab.impersonate(&token, &email).await.good();
    lab.bind_project("roles/viewer", &principal("*")).await;
    assert_eq!(lab.impersonate(&token, &email).await.status, 403);
    let policy = json!({"policy": {"bindings": [{"role": USER, "members": [principal("*")]}]}});
    lab.manager("POST", "v3/organizations/600000000001:setIamPolicy", &policy)
        .await
        .good();
    lab.impersonate(&token, &email).await.good();
}

#[tokio::test]
async fn conditions_of_a_binding_are_kept() {
    let (lab, email) = ready().await;
    let token = lab.exchanged(&json!({})).await;
    let path = format!("v1/projects/{PROJECT}/serviceAccounts/{email}");
    let bind = |expression: &'static str| {
        let (lab, path) = (&lab, &path);
        async move {
            let old = lab
                .iam(
                    "POST",
                    &format!("{path}:getIamPolicy?options.requestedPolicyVersion=3"),
                    &Value::Null,
                )
                .await
                .good();
            let policy = json!({"policy": {"version": 3, "etag": old["etag"], "bindings": [
                {"role": USER, "members": [principal("*")], "condition": {"title": "t", "expression": expression}}]}});
            lab.iam("POST", &format!("{path}:setIamPolicy"), &policy)
                .await
                .good();
        }
    };
    for (expression, status) in [
        ("true", 200),
        ("false", 403),
        ("request.time < timestamp('2026-09-21T14:13:21Z')", 200),
        ("request.time < timestamp('2026-09-21T14:13:20Z')", 403),
        ("resource.name == 'x' || true", 200),
        ("resource.name == 'x'", 403),
        ("request.time.getHours() < 24", 403),
    ] {
        bind(expression).await;
        assert_eq!(
            lab.impersonate(&token, &email).await.status,
            status,
            "{expression}"
        );
    }
    bind("request.time < timestamp('2026-09-21T14:13:21Z')").await;
    lab.clock.advance(1);
    assert_eq!(
        lab.impersonate(&token, &email).await.status,
        403,
        "its time is over"
    );
}

#[tokio::test]
async fn the_form_of_a_request() {
    let (lab, email) = ready().await;
    lab.bind_account(&email, USER, &principal("*")).await.good();
    let token = lab.exchanged(&json!({})).await;
    let path = format!("v1/projects/-/serviceAccounts/{email}:generateAccessToken");
    for body in [
        json!({}),
        json!({"scope": []}),
        json!({"scope": [CLOUD_PLATFORM], "lifetime": "3601s"}),
        json!({"scope": [CLOUD_PLATFORM], "lifetime": "0s"}),
        json!({"scope": [CLOUD_PLATFORM], "lifetime": "1h"}),
        json!({"scope": [CLOUD_PLATFORM], "lifetime": 3600}),
        json!({"scope": CLOUD_PLATFORM}),
        json!({"scope": [CLOUD_PLATFORM], "delegates": ["x"]}),
        json!({"scope": [CLOUD_PLATFORM], "audience": "x"}),
    ] {
        let refused = lab
            .ask_as(&token, Service::IamCredentials, "POST", &path, &body)
            .await;
        assert_eq!(refused.code(), (400, "INVALID_ARGUMENT".to_owned()), "{body}");
    }
    let short = json!({"scope": [CLOUD_PLATFORM], "lifetime": "600s"});
    let answer = lab
        .ask_as(&token, Service::IamCredentials, "POST", &path, &short)
        .await
        .good();
    assert_eq!(answer["expireTime"], "2026-09-21T14:23:20Z");
    let named = path.replace("/-/", &format!("/{PROJECT}/"));
    assert_eq!(
        lab.ask_as(&token, Service::IamCredentials, "POST", &named, &short)
            .await
            .status,
        400
    );
    let locations = format!("v1/projects/-/serviceAccounts/{email}/allowedLocations");
    assert_eq!(
        lab.ask_as(&token, Service::IamCredentials, "GET", &locations, &Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        lab.ask_as("", Service::IamCredentials, "POST", &path, &short)
            .await
            .status,
        401
    );
    // each API has a host of its own
    assert_eq!(
        lab.ask_as(&token, Service::Iam, "POST", &path, &short)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn delegates_pass_it_on_one_by_one() {
    let (lab, email) = ready().await;
    let middle = lab.account("in-between").await;
    let token = lab.exchanged(&json!({})).await;
    let path = format!("v1/projects/-/serviceAccounts/{email}:generateAccessToken");
    let body =
        json!({"scope": [CLOUD_PLATFORM], "delegates": [format!("projects/-/serviceAccounts/{middle}")]});
    let creator = "roles/iam.serviceAccountTokenCreator";
    lab.bind_account(&middle, creator, &principal("*")).await.good();
    assert_eq!(
        lab.ask_as(&token, Service::IamCredentials, "POST", &path, &body)
            .await
            .status,
        403
    );
    lab.bind_account(&email, creator, &format!("serviceAccount:{middle}"))
        .await
        .good();
    lab.ask_as(&token, Service::IamCredentials, "POST", &path, &body)
        .await
        .good();
    lab.bind_account(&middle, USER, &principal("*")).await.good();
    assert_eq!(
        lab.ask_as(&token, Service::IamCredentials, "POST", &path, &body)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn scopes_are_kept() {
    let (lab, email) = ready().await;
    lab.bind_account(&email, USER, &principal("*")).await.good();
    lab.bind_project("roles/storage.objectViewer", &principal("*"))
        .await;
    let audience = format!("//iam.googleapis.com/{}", super::laboratory::PROVIDER);
    let token = lab.token(&json!({}));
    let mut form = super::laboratory::exchange_form(&audience, &token);
    form.retain(|(name, _)| *name != "scope");
    form.push(("scope", "https://www.googleapis.com/auth/iam"));
    let narrow = lab.form(Service::Sts, "v1/token", &form).await.good();
    let narrow = narrow["access_token"].as_str().unwrap();
    lab.impersonate(narrow, &email).await.good();
    let refused = lab.read_object(narrow).await;
    assert_eq!(refused.code(), (403, "PERMISSION_DENIED".to_owned()));
    assert!(
        refused.text.contains("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn an_id_token_is_signed_by_the_emulated_google() {
    let (lab, email) = ready().await;
    let token = lab.exchanged(&json!({})).await;
    let path = format!("v1/projects/-/serviceAccounts/{email}:generateIdToken");
    let body = json!({"audience": "https://service.example", "includeEmail": true});
    assert_eq!(
        lab.ask_as(&token, Service::IamCredentials, "POST", &path, &body)
            .await
            .status,
        403
    );
    lab.bind_account(&email, USER, &principal("*")).await.good();
    assert_eq!(
        lab.ask_as(&token, Service::IamCredentials, "POST", &path, &json!({}))
            .await
            .status,
        400
    );
    let answer = lab
        .ask_as(&token, Service::IamCredentials, "POST", &path, &body)
        .await
        .good();
    let made = answer["token"].as_str().unwrap();
    let url = lab.url(Service::OAuth2);
    let discovery = lab
        .ask_as(
            "",
            Service::OAuth2,
            "GET",
            ".well-known/openid-configuration",
            &Value::Null,
        )
        .await
        .good();
    assert_eq!(discovery["issuer"], url);
    let keys = lab
        .ask_as("", Service::OAuth2, "GET", "oauth2/v3/certs", &Value::Null)
        .await
        .good();
    assert_eq!(keys, lab.emulator.id_token_keys().await.unwrap());
    let kid = keys["keys"][0]["kid"].as_str().unwrap();
    assert!(kid.starts_with(crate::oidc::SANDBOX_KID_PREFIX), "{kid}");
    let keys = KeySet::parse(keys.to_string().as_bytes()).unwrap();
    let policy = Policy::new(
        IssuerUrl::parse(url).unwrap(),
        vec![Audience::parse("https://service.example").unwrap()],
    );
    let claims = verify(made, &keys, &policy, lab.now()).unwrap().into_inner();
    assert_eq!(
        (claims.text("email"), claims.text("azp")),
        (Some(email.as_str()), claims.text("sub"))
    );
    assert_eq!(claims.text("sub").map(str::len), Some(21));
}
