//! Every kind of credentials file but external accounts, and whom they impersonate.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::EncodePrivateKey;
use serde_json::{Value, json};

use super::super::fake::{Fake, Reply};
use super::super::{Google, Kind, ServiceAccount, Settings, Source};
use super::server::*;

/// As the console writes it.
fn service_account(pem: &str) -> Value {
    json!({
        "type": "service_account",
        "project_id": "my-project",
        "private_key_id": "key-1",
        "private_key": pem,
        "client_email": ACCOUNT,
        "client_id": "104857600000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/x",
        "universe_domain": "googleapis.com",
    })
}

fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        BASE64.encode(der)
    )
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_service_account_signs_its_own_token_and_nobody_is_asked() {
    let fake = Fake::start(fine).await;
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
    let pkcs8 = pem("PRIVATE KEY", key.to_pkcs8_der().unwrap().as_bytes());
    let pkcs1 = pem("RSA PRIVATE KEY", key.to_pkcs1_der().unwrap().as_bytes());
    for pem in [&pkcs8, &pkcs1] {
        let google = google(&fake, file(&service_account(pem)), []);
        let token = bearer(&fake, &google).await;
        assert_eq!(
            part(&token, 0),
            json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"})
        );
        let claims = part(&token, 1);
        assert_eq!(
            (&claims["iss"], &claims["sub"]),
            (&json!(ACCOUNT), &json!(ACCOUNT))
        );
        assert_eq!(claims["scope"], "https://www.googleapis.com/auth/cloud-platform");
        let (begin, end) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!(
            end - begin == 3_600 && begin <= now && now - begin < 60,
            "{claims}"
        );
        assert!(claims.get("aud").is_none());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let public = key.to_public_key().to_pkcs1_der().unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.as_bytes())
            .verify(
                signed.as_bytes(),
                &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap(),
            )
            .unwrap();
        // signed once, used until it is about to end
        assert_eq!(bearer(&fake, &google).await, token);
        let all = format!("{google:?}");
        assert!(!all.contains(&token) && !all.contains("PRIVATE"), "{all}");
    }
    assert!(fake.lines().iter().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn a_key_that_is_none_is_said_and_not_shown() {
    let fake = Fake::start(fine).await;
    let broken = "-----BEGIN PRIVATE KEY-----\ncanarycanary\n-----END PRIVATE KEY-----\n";
    let curve = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for wrong in ["canary", broken, &curve] {
        let error = refused(&google(&fake, file(&service_account(wrong)), [])).await;
        assert!(
            error.kind == Kind::Credentials && error.to_string().contains("`private_key`"),
            "{error}"
        );
        let body = curve.lines().nth(1).unwrap();
        assert!(!error.to_string().contains(body), "{error}");
    }
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_user_logs_in_once_for_many_calls() {
    let fake = Fake::start(fine).await;
    let google = google(&fake, file(&authorized_user(&fake)), []);
    assert_eq!(bearer(&fake, &google).await, "user-0");
    assert_eq!(bearer(&fake, &google).await, "user-0");
    let calls = fake.calls();
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[0].line, "POST /token HTTP/1.1");
    assert_eq!(
        calls[0].header("content-type"),
        "application/x-www-form-urlencoded"
    );
    assert!(!calls[0].headers.contains_key("authorization"));
    assert_eq!(calls[0].get("grant_type"), "refresh_token");
    assert_eq!(calls[0].get("refresh_token"), "1//0canary");
    assert_eq!(
        calls[0].get("client_id"),
        "764086051850-x.apps.googleusercontent.com"
    );
    assert_eq!(calls[0].get("client_secret"), "d-canary");
    // calls of users are counted against a project of theirs
    assert_eq!(calls[1].header("x-goog-user-project"), "billed");
}

#[tokio::test]
async fn the_quota_project_of_the_environment_counts_first() {
    let fake = Fake::start(fine).await;
    let variables = [("GOOGLE_CLOUD_QUOTA_PROJECT", "other")];
    bearer(&fake, &google(&fake, file(&authorized_user(&fake)), variables)).await;
    assert_eq!(fake.calls()[1].header("x-goog-user-project"), "other");
    let variables = [("GOOGLE_CLOUD_QUOTA_PROJECT", "a b\n")];
    let error = refused(&google(&fake, file(&authorized_user(&fake)), variables)).await;
    assert!(error.to_string().contains("quota project"), "{error}");
}

#[tokio::test]
async fn a_login_that_ended_says_how_to_log_in() {
    let body = json!({"error": "invalid_grant", "error_description": "Token has been expired or revoked."});
    let fake = Fake::start(move |_, _| Reply::Body(400, body.to_string())).await;
    let error = refused(&google(&fake, file(&authorized_user(&fake)), [])).await;
    assert_eq!(
        (error.kind, error.status.as_deref()),
        (Kind::Credentials, Some("invalid_grant"))
    );
    assert!(
        error
            .to_string()
            .contains("`gcloud auth application-default login`"),
        "{error}"
    );
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn an_impersonated_service_account_goes_through_its_delegates() {
    let fake = Fake::start(fine).await;
    let mut json = json!({
        "delegates": ["projects/-/serviceAccounts/between@my-project.iam.gserviceaccount.com"],
        "service_account_impersonation_url": impersonation_url(),
        "source_credentials": authorized_user(&fake),
        "type": "impersonated_service_account",
    });
    assert_eq!(bearer(&fake, &google(&fake, file(&json), [])).await, "account-0");
    let calls = fake.calls();
    let expected = format!("POST /v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken HTTP/1.1");
    assert_eq!(calls[1].line, expected);
    assert_eq!(calls[1].header("authorization"), "Bearer ya29.canary-user-0");
    assert_eq!(calls[1].header("x-goog-user-project"), "billed");
    assert_eq!(
        calls[1].json(),
        json!({
            "scope": ["https://www.googleapis.com/auth/cloud-platform"],
            "lifetime": "3600s",
            "delegates": ["projects/-/serviceAccounts/between@my-project.iam.gserviceaccount.com"],
        })
    );
    assert!(!calls[2].headers.contains_key("x-goog-user-project"));
    json["source_credentials"]["type"] = json!("impersonated_service_account");
    let error = refused(&google(&fake, file(&json), [])).await;
    assert!(
        error.to_string().contains("not impersonated themselves"),
        "{error}"
    );
}

#[tokio::test]
async fn whoever_the_credentials_are_another_account_can_be_used() {
    let fake = Fake::start(fine).await;
    let given = || Some(Source::AccessToken(" ya29.canary-own\n".to_owned().into()));
    for (source, own) in [(given(), "own"), (file(&authorized_user(&fake)), "user-0")] {
        let before = fake.calls().len();
        let google = Google::impatient(Settings {
            impersonate: Some(ServiceAccount::parse(ACCOUNT).unwrap()),
            ..settings(&fake, source, [])
        });
        assert!(bearer(&fake, &google).await.starts_with("account-"), "{own}");
        let calls = fake.calls().split_off(before);
        let call = calls
            .iter()
            .find(|call| call.line.contains(":generateAccessToken"))
            .unwrap();
        assert_eq!(call.header("authorization"), format!("Bearer ya29.canary-{own}"));
        assert!(call.json().get("delegates").is_none());
    }
}

#[tokio::test]
async fn what_an_account_refuses_is_no_answer_about_a_resource() {
    for (http, status) in [(403, "PERMISSION_DENIED"), (404, "NOT_FOUND")] {
        let fake = Fake::start(move |_, _| Reply::google_error(http, status, "no", json!([]))).await;
        let google = Google::impatient(Settings {
            impersonate: Some(ServiceAccount::parse(ACCOUNT).unwrap()),
            ..fake.settings()
        });
        let error = refused(&google).await;
        assert_eq!((error.kind, error.subject.as_str()), (Kind::Credentials, ACCOUNT));
        assert!(
            error
                .to_string()
                .contains("`roles/iam.serviceAccountTokenCreator`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn files_of_another_kind_are_refused_by_their_name() {
    let fake = Fake::start(fine).await;
    for (json, says) in [
        (
            json!({"type": "external_account_authorized_user", "refresh_token": "canary"}),
            "expected `type`",
        ),
        (json!({"refresh_token": "canary"}), "expected `type`, found none"),
        (json!({"type": ["canary"]}), "expected a text as `type`"),
        (
            json!({"type": "authorized_user", "client_id": "x"}),
            "expected `client_secret`, found none",
        ),
        (
            json!({"type": "authorized_user", "universe_domain": "tpc.example"}),
            "`tpc.example`",
        ),
        (
            json!({"type": "impersonated_service_account"}),
            "`source_credentials`",
        ),
    ] {
        let error = refused(&google(&fake, file(&json), [])).await;
        assert!(
            error.kind == Kind::Credentials && error.to_string().contains(says),
            "{error}"
        );
    }
    let text = Some(Source::Credentials(
        "{\"refresh_token\": \"canary\" oops".to_owned().into(),
    ));
    let error = refused(&google(&fake, text, [])).await;
    assert!(error.to_string().contains("line 1"), "{error}");
    assert!(fake.calls().is_empty());
}
