//! Workload identity federation: files of external accounts, and the provider block's own.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::fake::{Fake, Reply};
use super::super::{Kind, ServiceAccount, Source, WorkloadIdentity};
use super::server::*;
use crate::clouds::gcp::dialect::ProviderName;
use crate::oidc::{PlatformToken, Surroundings, WorkloadToken, fake_places};
use crate::platforms::by_id;

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

fn written(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn identity(token: WorkloadToken, account: Option<&str>) -> Option<Source> {
    Some(Source::WorkloadIdentity(WorkloadIdentity {
        provider_name: ProviderName::parse(PROVIDER).unwrap(),
        service_account: account.map(|account| ServiceAccount::parse(account).unwrap()),
        token,
    }))
}

#[tokio::test]
async fn a_token_in_a_file_is_exchanged() {
    let text = written("subject-canary\n");
    let json = written(r#"{"access": {}, "value": "subject-canary"}"#);
    let format = json!({"type": "json", "subject_token_field_name": "value"});
    for source in [
        json!({"file": text.path()}),
        json!({"file": text.path(), "format": {"type": "text"}}),
        json!({"file": json.path(), "format": format}),
    ] {
        let fake = Fake::start(fine).await;
        let google = google(&fake, file(&external_account(&source)), []);
        assert_eq!(bearer(&fake, &google).await, "federated-0");
        let calls = fake.calls();
        assert_eq!(calls.len(), 2);
        assert!(!calls[0].headers.contains_key("authorization"));
        let form: Vec<_> = calls[0]
            .form
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let audience = format!("//iam.googleapis.com/{PROVIDER}");
        assert_eq!(
            form,
            [
                ("audience", audience.as_str()),
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                (
                    "requested_token_type",
                    "urn:ietf:params:oauth:token-type:access_token"
                ),
                ("scope", "https://www.googleapis.com/auth/cloud-platform"),
                ("subject_token", "subject-canary"),
                ("subject_token_type", JWT),
            ]
        );
    }
}

#[tokio::test]
async fn a_token_at_an_address_is_asked_for_with_the_files_headers() {
    for (path, format) in [
        ("text", json!({"type": "text"})),
        (
            "json",
            json!({"type": "json", "subject_token_field_name": "value"}),
        ),
    ] {
        let fake = Fake::start(fine).await;
        let source = json!({
            "url": format!("{}/subject/{path}?audience=x", fake.url),
            "headers": {"Authorization": "Bearer header-canary", "Metadata": "True"},
            "format": format,
        });
        let google = google(&fake, file(&external_account(&source)), []);
        assert_eq!(bearer(&fake, &google).await, "federated-0");
        let calls = fake.calls();
        assert_eq!(calls[0].line, format!("GET /subject/{path}?audience=x HTTP/1.1"));
        assert_eq!(calls[0].header("authorization"), "Bearer header-canary");
        assert_eq!(calls[0].header("metadata"), "True");
        assert_eq!(calls[1].get("subject_token"), "subject-canary");
        assert!(!format!("{google:?}").contains(CANARY));
    }
}

#[tokio::test]
async fn with_a_service_account_the_tokens_are_its_own() {
    let fake = Fake::start(fine).await;
    let token = written("subject-canary");
    let mut json = external_account(&json!({"file": token.path()}));
    json["service_account_impersonation_url"] = json!(impersonation_url());
    json["service_account_impersonation"] = json!({"token_lifetime_seconds": 600});
    json["quota_project_id"] = json!("billed");
    assert_eq!(bearer(&fake, &google(&fake, file(&json), [])).await, "account-0");
    let calls = fake.calls();
    assert_eq!(calls[1].header("authorization"), "Bearer ya29.canary-federated-0");
    assert_eq!(calls[1].json()["lifetime"], "600s");
    assert_eq!(calls[2].header("x-goog-user-project"), "billed");
    json["service_account_impersonation"] = json!({"token_lifetime_seconds": 599});
    let error = refused(&google(&fake, file(&json), [])).await;
    assert!(error.to_string().contains("from 600 to 43200"), "{error}");
}

#[tokio::test]
async fn workforce_pools_name_a_client_or_a_project() {
    let token = written("subject-canary");
    let mut json = external_account(&json!({"file": token.path()}));
    json["workforce_pool_user_project"] = json!("mine");
    let fake = Fake::start(fine).await;
    bearer(&fake, &google(&fake, file(&json), [])).await;
    assert_eq!(fake.calls()[0].get("options"), r#"{"userProject":"mine"}"#);
    (json["client_id"], json["client_secret"]) = (json!("user"), json!("canary"));
    let fake = Fake::start(fine).await;
    bearer(&fake, &google(&fake, file(&json), [])).await;
    assert_eq!(fake.calls()[0].header("authorization"), "Basic dXNlcjpjYW5hcnk=");
    assert_eq!(fake.calls()[0].get("options"), "");
}

/// A program that says this, and what it was told.
#[cfg(unix)]
fn program(folder: &std::path::Path, says: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("program");
    let told = folder.join("told");
    let script = format!(
        "#!/bin/sh\nenv | grep ^GOOGLE_EXTERNAL > {}\necho \"$@\" >> {0}\n{says}\n",
        told.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.to_str().unwrap().to_owned()
}

const ALLOWED: [(&str, &str); 1] = [("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")];

#[cfg(unix)]
#[tokio::test]
async fn a_program_gives_the_token_where_programs_are_allowed() {
    let fake = Fake::start(fine).await;
    let folder = tempfile::tempdir().unwrap();
    let answer = json!({"version": 1, "success": true, "token_type": JWT, "id_token": "subject-canary"});
    let command = program(folder.path(), &format!("echo '{answer}'"));
    let output = folder.path().join("output");
    let source = json!({"executable": {"command": format!("{command} --flag value"), "output_file": output}});
    let mut json = external_account(&source);
    json["service_account_impersonation_url"] = json!(impersonation_url());
    let error = refused(&google(&fake, file(&json), [])).await;
    assert!(
        error
            .to_string()
            .contains("`GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1`"),
        "{error}"
    );
    assert!(!folder.path().join("told").exists() && fake.calls().is_empty());

    assert_eq!(
        bearer(&fake, &google(&fake, file(&json), ALLOWED)).await,
        "account-0"
    );
    assert_eq!(fake.calls()[0].get("subject_token"), "subject-canary");
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    for line in [
        format!("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE=//iam.googleapis.com/{PROVIDER}"),
        format!("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE={JWT}"),
        format!("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL={ACCOUNT}"),
        format!("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE={}", output.display()),
        "GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE=0".to_owned(),
        "--flag value".to_owned(),
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    // what it left is used while it is good, and it is not run
    let mut left = answer.clone();
    (left["id_token"], left["expiration_time"]) = (json!("left-canary"), json!(4_000_000_000_u64));
    std::fs::write(&output, left.to_string()).unwrap();
    std::fs::remove_file(folder.path().join("told")).unwrap();
    bearer(&fake, &google(&fake, file(&json), ALLOWED)).await;
    assert_eq!(fake.calls()[3].get("subject_token"), "left-canary");
    assert!(!folder.path().join("told").exists());
    left["expiration_time"] = json!(1_000);
    std::fs::write(&output, left.to_string()).unwrap();
    bearer(&fake, &google(&fake, file(&json), ALLOWED)).await;
    assert_eq!(fake.calls()[6].get("subject_token"), "subject-canary");
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_gives_none_is_named_and_its_output_not_shown() {
    let fake = Fake::start(fine).await;
    let folder = tempfile::tempdir().unwrap();
    for (says, expected) in [
        ("echo canary", "expected JSON"),
        ("echo canary >&2; exit 3", "exit status: 3"),
        (
            r#"echo '{"version": 1, "success": false, "code": "401", "message": "log in"}'; exit 1"#,
            "failed with code `401`: log in",
        ),
        ("yes canary", "it wrote too much"),
    ] {
        let command = program(folder.path(), says);
        let json = external_account(&json!({"executable": {"command": command}}));
        let error = refused(&google(&fake, file(&json), ALLOWED)).await;
        assert!(
            error.to_string().contains(expected) && error.to_string().contains("program `"),
            "{error}"
        );
    }
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn what_is_not_offered_is_said() {
    let fake = Fake::start(fine).await;
    for (source, says) in [
        (
            json!({"environment_id": "aws1", "url": "http://169.254.169.254/x"}),
            "of AWS (`environment_id`) is not offered",
        ),
        (json!({"certificate": {}}), "X.509"),
        (json!({}), "`file`, `url` or `executable`"),
        (
            json!({"file": "/x", "format": {"type": "xml"}}),
            "`text` or `json`",
        ),
        (
            json!({"file": "/x", "format": {"type": "json"}}),
            "`subject_token_field_name`",
        ),
        (json!({"executable": {"command": " "}}), "`command`"),
        (
            json!({"executable": {"command": "x", "timeout_millis": 1}}),
            "from 5000 to 120000",
        ),
        (
            json!({"url": "http://127.0.0.1/", "headers": {"a b": "canary"}}),
            "`headers`",
        ),
        (
            json!({"url": "http://127.0.0.1/", "headers": {"a": "can\nary"}}),
            "`headers`",
        ),
    ] {
        let error = refused(&google(&fake, file(&external_account(&source)), [])).await;
        assert!(
            error.kind == Kind::Credentials && error.to_string().contains(says),
            "{error}"
        );
    }
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_source_without_a_token_is_named() {
    let fake = Fake::start(|_, _| Reply::Body(404, "canary".to_owned())).await;
    let (empty, wrong) = (written(" \n"), written(r#"{"other": "canary"}"#));
    let format = json!({"type": "json", "subject_token_field_name": "value"});
    for (source, says) in [
        (json!({"file": "/does/not/exist"}), "token file `/does/not/exist`"),
        (json!({"file": empty.path()}), "found nothing"),
        (json!({"file": wrong.path(), "format": format}), "as `value`"),
        (json!({"url": format!("{}/subject", fake.url)}), "HTTP 404"),
    ] {
        let error = refused(&google(&fake, file(&external_account(&source)), [])).await;
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn the_block_names_provider_account_and_token() {
    let token = written(" subject-canary\n");
    for source in [
        WorkloadToken::Given("subject-canary".to_owned().into()),
        WorkloadToken::File(token.path().to_owned()),
    ] {
        let fake = Fake::start(fine).await;
        let own = google(&fake, identity(source.clone(), None), []);
        assert_eq!(bearer(&fake, &own).await, "federated-0");
        let calls = fake.calls();
        assert_eq!(
            calls[0].get("audience"),
            format!("//iam.googleapis.com/{PROVIDER}")
        );
        assert_eq!(calls[0].get("subject_token"), "subject-canary");
        assert_eq!(calls[0].get("subject_token_type"), JWT);
        let through = google(&fake, identity(source, Some(ACCOUNT)), []);
        assert_eq!(bearer(&fake, &through).await, "account-0");
        assert!(!format!("{through:?}").contains(CANARY));
    }
}

#[tokio::test]
async fn the_platforms_token_is_found_and_told_of_when_it_is_refused() {
    let audience = format!("https://iam.googleapis.com/{PROVIDER}");
    let own = fake_places::token(&json!({
        "iss": "https://gitlab.com", "sub": "project_path:acme/web:ref_type:branch:ref:main", "aud": audience,
        "exp": 4_000_000_000_u64,
    }));
    let answer = json!({ "value": fake_places::token(&json!({
        "iss": "https://token.actions.githubusercontent.com", "sub": "repo:acme/web:ref:refs/heads/main",
        "aud": audience, "exp": 4_000_000_000_u64,
    })) });
    let root = tempfile::tempdir().unwrap();
    let of = |platform: &str, variables: &[(&str, &str)]| {
        let platform = Cow::Borrowed(by_id(platform).unwrap());
        let surroundings = Surroundings::below(root.path(), variables);
        let places = PlatformToken::new(platform, vec![audience.clone()], surroundings);
        WorkloadToken::OfPlatform(Box::new(places))
    };
    let said = answer.to_string();
    let endpoint = fake_places::Endpoint::on_loopback(move |_, _| (200, Vec::new(), said.clone())).await;
    let url = format!("{}/idtoken?api-version=2.0", endpoint.url);
    let job = [
        ("GITHUB_ACTIONS", "true"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job-canary"),
    ];
    let fake = Fake::start(fine).await;
    let actions = google(&fake, identity(of("github-actions", &job), None), []);
    assert!(endpoint.asked().is_empty(), "asked before a call needs it");
    assert_eq!(bearer(&fake, &actions).await, "federated-0");
    assert_eq!(Value::from(fake.calls()[0].get("subject_token")), answer["value"]);

    let refusing = Fake::start(|call, _| {
        let description = format!(
            "rejected by the attribute condition: {}",
            call.get("subject_token")
        );
        let body = json!({"error": "unauthorized_client", "error_description": description});
        Reply::Body(400, body.to_string())
    })
    .await;
    let job = [
        ("STS_AMAZONAWS_COM_ID_TOKEN", own.as_str()),
        ("GOOGLE_ID_TOKEN", own.as_str()),
    ];
    let source = WorkloadToken::Given(own.clone().into());
    let error = refused(&google(&refusing, identity(source, None), job)).await;
    let said = error.to_string();
    assert!(
        said.contains("attribute condition") && said.contains("issuer `https://gitlab.com`"),
        "{said}"
    );
    assert!(
        said.contains("subject `project_path:acme/web:ref_type:branch:ref:main`"),
        "{said}"
    );
    assert!(!said.contains(own.rsplit_once('.').unwrap().1), "{said}");
    let error = refused(&google(&refusing, identity(of("github-actions", &[]), None), [])).await;
    assert!(
        error
            .to_string()
            .contains("`ACTIONS_ID_TOKEN_REQUEST_URL` is not set"),
        "{error}"
    );
    assert!(error.to_string().contains("`token_file` or `token`"), "{error}");
}

#[tokio::test]
async fn refusals_of_the_exchange_say_what_to_look_at() {
    let token = || WorkloadToken::Given("subject-canary".to_owned().into());
    for (code, says) in [
        ("invalid_target", "the project's number, not its id"),
        ("invalid_grant", "issuer and audience"),
        ("unauthorized_client", "attribute condition"),
        ("invalid_request", "127 bytes"),
    ] {
        let body = json!({"error": code, "error_description": "the token subject-canary is bad"});
        let fake =
            Fake::start(move |_, _| Reply::Body(400, body.to_string().replace("subject-canary", "x"))).await;
        let error = refused(&google(&fake, identity(token(), None), [])).await;
        assert_eq!(
            (error.kind, error.status.as_deref()),
            (Kind::Credentials, Some(code))
        );
        assert!(
            error.to_string().contains(says) && error.to_string().contains(PROVIDER),
            "{error}"
        );
        assert_eq!(fake.calls().len(), 1);
    }
    let fake = Fake::start(|call, before| match before {
        0..2 if call.line.contains("/v1/token") => {
            Reply::Body(429, json!({"error": "quota_exceeded"}).to_string())
        }
        _ => fine(call, before),
    })
    .await;
    assert_eq!(
        bearer(&fake, &google(&fake, identity(token(), None), [])).await,
        "federated-2"
    );
}
