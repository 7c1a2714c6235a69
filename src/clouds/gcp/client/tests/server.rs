//! Every service that gives tokens, in order, and the files that name it.

use serde_json::{Value, json};

use super::super::fake::{Call, Fake, Reply};
use super::super::{Effect, GcpError, Google, Request, Settings, Source};
use super::calls::get;
use crate::clouds::Environment;

pub(super) const PROVIDER: &str = "projects/123/locations/global/workloadIdentityPools/pool/providers/prov";
pub(super) const ACCOUNT: &str = "deploy@my-project.iam.gserviceaccount.com";

/// What stands in every credential of the tests, and must stand in no text.
pub(super) const CANARY: &str = "canary";

/// A token that says who gave it, and which of its tokens it is.
fn token(of: &str, before: usize) -> String {
    format!("ya29.{CANARY}-{of}-{before}")
}

/// Gives tokens for an hour, and answers calls.
pub(super) fn fine(call: &Call, before: usize) -> Reply {
    living(call, before, 3_600)
}

/// Gives tokens that live so long.
pub(super) fn living(call: &Call, before: usize, seconds: u64) -> Reply {
    let path = call.line.split(' ').nth(1).unwrap_or_default();
    let flavor = vec![("metadata-flavor", "Google".to_owned())];
    match path.split('?').next().unwrap_or_default() {
        "/v1/token" => Reply::json(&json!({
            "access_token": token("federated", before),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": seconds,
        })),
        "/token" => Reply::json(&json!({
            "access_token": token("user", before),
            "expires_in": seconds,
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "token_type": "Bearer",
        })),
        "/computeMetadata/v1/instance/service-accounts/default/token" => Reply::With(
            200,
            flavor,
            json!({"access_token": token("machine", before), "expires_in": seconds, "token_type": "Bearer"})
                .to_string(),
        ),
        path if path.ends_with(":generateAccessToken") => Reply::json(&json!({
            "accessToken": token("account", before),
            "expireTime": "2030-01-01T00:00:00Z",
        })),
        "/subject/json" => Reply::json(&json!({"value": "subject-canary"})),
        "/subject/text" => Reply::Body(200, "subject-canary\n".to_owned()),
        _ => Reply::json(&json!({"ok": true})),
    }
}

/// With these credentials and variables; nothing on this machine is seen.
pub(super) fn google<const N: usize>(
    fake: &Fake,
    source: Option<Source>,
    variables: [(&str, &str); N],
) -> Google {
    Google::impatient(settings(fake, source, variables))
}

pub(super) fn settings<const N: usize>(
    fake: &Fake,
    source: Option<Source>,
    variables: [(&str, &str); N],
) -> Settings {
    Settings {
        credentials: source,
        environment: Environment::of(variables),
        ..fake.settings()
    }
}

pub(super) fn file(json: &Value) -> Option<Source> {
    Some(Source::Credentials(json.to_string().into()))
}

/// As `gcloud auth application-default login` writes it.
pub(super) fn authorized_user(fake: &Fake) -> Value {
    json!({
        "account": "",
        "client_id": "764086051850-x.apps.googleusercontent.com",
        "client_secret": "d-canary",
        "quota_project_id": "billed",
        "refresh_token": "1//0canary",
        "token_uri": format!("{}/token", fake.url),
        "type": "authorized_user",
        "universe_domain": "googleapis.com",
    })
}

/// As `gcloud iam workload-identity-pools create-cred-config` writes it, for Google's own hosts.
pub(super) fn external_account(source: &Value) -> Value {
    json!({
        "universe_domain": "googleapis.com",
        "type": "external_account",
        "audience": format!("//iam.googleapis.com/{PROVIDER}"),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
    })
}

pub(super) fn impersonation_url() -> String {
    format!(
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}:generateAccessToken"
    )
}

/// Which token the last call of the API itself had.
pub(super) async fn bearer(fake: &Fake, google: &Google) -> String {
    let answer = google.call(get()).await;
    assert!(answer.is_ok(), "{}", answer.unwrap_err());
    let calls = fake.calls();
    let call = calls.last().unwrap();
    assert!(
        call.line.starts_with("GET /v1/projects/p/serviceAccounts/"),
        "{}",
        call.line
    );
    let token = call.header("authorization").trim_start_matches("Bearer ");
    token.trim_start_matches(&format!("ya29.{CANARY}-")).to_owned()
}

/// The error of a call that never got a token; no text of it shows a secret.
pub(super) async fn refused(google: &Google) -> GcpError {
    let create = Request {
        effect: Effect::Create,
        ..get()
    };
    let error = google.call(create).await.unwrap_err();
    let all = format!("{error} {error:?} {google:?}");
    assert!(!all.contains(CANARY), "{all}");
    assert!(
        !error.is_lost() && !error.is_not_found() && !error.is_permission_denied(),
        "{error:?}"
    );
    error
}
