//! Where secrets are sent, whatever a file names.

use serde_json::{Value, json};

use super::super::fake::Fake;
use super::super::{Endpoints, Google, Settings};
use super::server::*;

/// What a call says with no endpoint configured: an address that is taken is followed by the token file, which is not there; so
/// nothing is ever sent.
async fn said(json: &Value) -> String {
    let fake = Fake::start(fine).await;
    let google = Google::impatient(Settings {
        endpoints: Endpoints::default(),
        ..settings(&fake, file(json), [])
    });
    refused(&google).await.to_string()
}

fn external(name: &str, url: &str) -> Value {
    let mut json = external_account(&json!({"file": "/does/not/exist"}));
    json[name] = json!(url);
    json
}

const TAKEN: &str = "/does/not/exist";

#[tokio::test]
async fn a_file_sends_tokens_to_google_or_to_this_machine() {
    for host in [
        "sts.googleapis.com",
        "sts.europe-west3.rep.googleapis.com",
        "sts.us-east1.googleapis.com",
        "sts.mtls.googleapis.com",
        "us-east1-sts.googleapis.com",
        "sts-psc.p.googleapis.com",
    ] {
        let text = said(&external("token_url", &format!("https://{host}/v1/token"))).await;
        assert!(text.contains(TAKEN), "{host}: {text}");
    }
    for url in ["http://127.0.0.1:9/v1/token", "https://localhost:9/v1/token"] {
        assert!(said(&external("token_url", url)).await.contains(TAKEN), "{url}");
    }
    for url in [
        "https://sts.example.com/v1/token",
        "https://sts.googleapis.com.evil.example/v1/token",
        "https://evil.example/sts.googleapis.com",
        "https://storage.googleapis.com/evil-bucket",
        "https://evil.sts.evil.googleapis.com.example/",
        "https://xsts.googleapis.com/v1/token",
        "https://sts.a.b.googleapis.com/v1/token",
        "http://sts.googleapis.com/v1/token",
        "https://sts.googleapis.com:8443/v1/token",
        "http://127.0.0.1.evil.example/v1/token",
    ] {
        let text = said(&external("token_url", url)).await;
        assert!(
            text.contains("`token_url`") && !text.contains(TAKEN),
            "{url}: {text}"
        );
    }
    for url in [
        "https://user:canary@sts.googleapis.com/v1/token",
        "sts.googleapis.com",
        "file:///etc/passwd",
    ] {
        let text = said(&external("token_url", url)).await;
        assert!(
            text.contains("expected an address as `token_url`"),
            "{url}: {text}"
        );
    }
}

#[tokio::test]
async fn an_impersonation_goes_to_the_method_and_no_other() {
    const NAME: &str = "service_account_impersonation_url";
    assert!(said(&external(NAME, &impersonation_url())).await.contains(TAKEN));
    let escaped = impersonation_url().replace('@', "%40");
    assert!(said(&external(NAME, &escaped)).await.contains(TAKEN));
    for url in [
        impersonation_url().replace("iamcredentials.", "iam."),
        impersonation_url().replace("googleapis.com", "example.com"),
        impersonation_url().replace(":generateAccessToken", ":signBlob"),
        impersonation_url() + "?x",
        impersonation_url().replace(ACCOUNT, ""),
    ] {
        let text = said(&external(NAME, &url)).await;
        assert!(text.contains(NAME) && !text.contains(TAKEN), "{url}: {text}");
    }
}

#[tokio::test]
async fn a_login_is_renewed_at_google() {
    let fake = Fake::start(fine).await;
    for uri in [
        "https://evil.example/token",
        "http://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com.evil.example/token",
        "https://storage.googleapis.com/token",
    ] {
        let mut json = authorized_user(&fake);
        json["token_uri"] = json!(uri);
        let error = refused(&google(&fake, file(&json), [])).await.to_string();
        assert!(
            error.contains("`token_uri`") && error.contains("do not use the file"),
            "{error}"
        );
    }
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_workloads_token_is_not_asked_for_in_the_open() {
    let fake = Fake::start(fine).await;
    for url in [
        "http://192.0.2.1/token",
        "http://token.example/",
        "ftp://127.0.0.1/",
    ] {
        let json = external_account(&json!({"url": url}));
        let error = refused(&google(&fake, file(&json), [])).await.to_string();
        assert!(error.contains("`url`"), "{url}: {error}");
    }
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn the_configured_endpoint_stands_in_for_googles_host_and_may_be_named_itself() {
    let fake = Fake::start(fine).await;
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "subject-canary").unwrap();
    let mut json = external_account(&json!({"file": token.path()}));
    json["service_account_impersonation_url"] = json!(impersonation_url());
    assert_eq!(bearer(&fake, &google(&fake, file(&json), [])).await, "account-0");
    json["token_url"] = json!(format!("{}/v1/token", fake.url));
    assert_eq!(bearer(&fake, &google(&fake, file(&json), [])).await, "account-1");
    let own = "https://sts.private.example";
    let mut settings = settings(&fake, None, []);
    settings.endpoints.sts = Some(super::super::Endpoint::parse(own).unwrap());
    json["token_url"] = json!(format!("{own}.evil.example/v1/token"));
    settings.credentials = file(&json);
    let error = refused(&Google::impatient(settings)).await.to_string();
    assert!(error.contains("sts.private.example.evil.example"), "{error}");
}
