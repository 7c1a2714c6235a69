//! The login with a token that a platform gives its workloads, from the place where it lies to the call that it pays for.

use std::borrow::Cow;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::oidc::fake_places::{Endpoint, program, token};
use crate::oidc::{PlatformToken, Surroundings};
use crate::platforms::by_id;

const AUDIENCE: &str = "sts.amazonaws.com";

fn own(issuer: &str, subject: &str) -> String {
    token(&json!({ "iss": issuer, "sub": subject, "aud": AUDIENCE, "exp": 4_000_000_000_u64 }))
}

/// An account that is entered with the token of a platform on this machine.
fn account_of(fake: &Fake, platform: &str, surroundings: Surroundings) -> Accounts {
    let platform = Cow::Borrowed(by_id(platform).unwrap());
    let places = PlatformToken::new(platform, vec![AUDIENCE.to_owned()], surroundings);
    Accounts::impatient(Settings {
        access_keys: None,
        web_identity: Some(WebIdentity {
            role_arn: RoleArn::parse(&format!("arn:aws:iam::{OWN}:role/web")).unwrap(),
            session_name: SessionName::default(),
            duration: None,
            token: WorkloadToken::OfPlatform(Box::new(places)),
        }),
        ..settings(fake)
    })
}

async fn works(fake: &Fake, platform: &str, surroundings: Surroundings, token: &str) {
    let accounts = account_of(fake, platform, surroundings);
    let iam = accounts.iam(None).await.unwrap();
    for _ in 0..2 {
        iam.get_role("deploy").await.unwrap();
    }
    let calls = fake.calls();
    assert_eq!(
        fake.actions(),
        ["AssumeRoleWithWebIdentity", "GetRole", "GetRole"],
        "{platform}"
    );
    assert_eq!(calls[0].get("WebIdentityToken"), token, "{platform}");
    assert_eq!(calls[2].access_key(), "ASIAWEB", "{platform}");
}

#[tokio::test]
async fn github_gives_a_token_for_the_asking() {
    let (fake, root) = (Fake::start(fine).await, tempfile::tempdir().unwrap());
    let own = own(
        "https://token.actions.githubusercontent.com",
        "repo:acme/web:ref:refs/heads/main",
    );
    let answer = json!({ "count": 1, "value": own }).to_string();
    let endpoint = Endpoint::on_loopback(move |_, _| (200, Vec::new(), answer.clone())).await;
    let url = format!("{}/idtoken/1/2?api-version=2.0", endpoint.url);
    let job = [
        ("GITHUB_ACTIONS", "true"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer-of-the-job"),
    ];
    let accounts = account_of(&fake, "github-actions", Surroundings::below(root.path(), &job));
    accounts.iam(None).await.unwrap();
    assert!(endpoint.asked().is_empty(), "asked before a call needs it");
    works(
        &fake,
        "github-actions",
        Surroundings::below(root.path(), &job),
        &own,
    )
    .await;
    let asked = endpoint.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].line,
        "GET /idtoken/1/2?api-version=2.0&audience=sts.amazonaws.com HTTP/1.1"
    );
    assert_eq!(asked[0].headers["authorization"], "bearer bearer-of-the-job");
}

#[tokio::test]
async fn gitlab_puts_it_into_the_variable_of_the_audience() {
    let (fake, root) = (Fake::start(fine).await, tempfile::tempdir().unwrap());
    let own = own(
        "https://gitlab.com",
        "project_path:acme/web:ref_type:branch:ref:main",
    );
    let job = [
        ("GITLAB_CI", "true"),
        ("STS_AMAZONAWS_COM_ID_TOKEN", own.as_str()),
    ];
    works(&fake, "gitlab-saas", Surroundings::below(root.path(), &job), &own).await;
}

#[tokio::test]
async fn fly_answers_behind_a_socket_and_writes_a_file() {
    let own = own("https://oidc.fly.io/acme", "acme:web:m1");
    let (fake, root) = (Fake::start(fine).await, tempfile::tempdir().unwrap());
    let answer = own.clone();
    let socket = root.path().join(".fly/api");
    let endpoint = Endpoint::behind(&socket, move |_, _| (200, Vec::new(), answer.clone()));
    works(&fake, "fly", Surroundings::below(root.path(), &[]), &own).await;
    let asked = endpoint.asked();
    assert_eq!(asked[0].line, "POST /v1/tokens/oidc HTTP/1.1");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(body, json!({ "aud": AUDIENCE }));
    // without the socket there is the file that `AWS_ROLE_ARN` starts
    let (fake, root) = (Fake::start(fine).await, tempfile::tempdir().unwrap());
    std::fs::create_dir(root.path().join(".fly")).unwrap();
    std::fs::write(root.path().join(".fly/oidc_token"), &own).unwrap();
    works(&fake, "fly", Surroundings::below(root.path(), &[]), &own).await;
}

/// A session that is nearly over when it begins, so that each call needs another.
fn short(call: &Call, before: usize) -> Reply {
    match call.action() {
        "AssumeRoleWithWebIdentity" => {
            let end = DateTime::from(SystemTime::now() + Duration::from_secs(5))
                .fmt(Format::DateTime)
                .unwrap();
            Reply::ok(
                call.action(),
                &format!(
                    "<Credentials><AccessKeyId>ASIA{before}</AccessKeyId><SecretAccessKey>x</SecretAccessKey>\
                     <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>"
                ),
            )
        }
        _ => fine(call, before),
    }
}

fn written(path: &Path, run: &str) -> String {
    let own = token(&json!({
        "iss": "https://cluster.acme.example", "sub": "system:serviceaccount:ci:deployer", "aud": [AUDIENCE], "jti": run
    }));
    std::fs::write(path, &own).unwrap();
    own
}

#[tokio::test]
async fn kubernetes_replaces_the_file_while_the_pod_runs() {
    let (fake, root) = (Fake::start(short).await, tempfile::tempdir().unwrap());
    let path = root.path().join("token");
    let pod = [
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", path.to_str().unwrap()),
    ];
    let accounts = account_of(&fake, "kubernetes", Surroundings::below(root.path(), &pod));
    let iam = accounts.iam(None).await.unwrap();
    let mut tokens = Vec::new();
    for run in ["first", "second"] {
        tokens.push(written(&path, run));
        iam.get_role("deploy").await.unwrap();
    }
    let calls = fake.calls();
    let exchanged: Vec<&str> = calls
        .iter()
        .filter(|call| call.action() == "AssumeRoleWithWebIdentity")
        .map(|call| call.get("WebIdentityToken"))
        .collect();
    assert_eq!(exchanged, tokens);
    let keys: Vec<String> = calls
        .iter()
        .filter(|call| call.action() == "GetRole")
        .map(Call::access_key)
        .collect();
    assert_eq!(keys, ["ASIA0", "ASIA1"]);
}

#[tokio::test]
async fn buildkites_agent_is_run_for_it() {
    let (fake, root) = (Fake::start(fine).await, tempfile::tempdir().unwrap());
    let own = own(
        "https://agent.buildkite.com",
        "organization:acme:pipeline:web:ref:refs/heads/main:commit:abc:step:x",
    );
    let folder = root.path().join("bin");
    program(&folder, "buildkite-agent", &format!("echo {own}"));
    let job = [("BUILDKITE", "true"), ("PATH", folder.to_str().unwrap())];
    works(&fake, "buildkite", Surroundings::below(root.path(), &job), &own).await;
    let arguments = std::fs::read_to_string(folder.join("buildkite-agent.arguments")).unwrap();
    assert_eq!(arguments, "oidc\nrequest-token\n--audience\nsts.amazonaws.com\n");
}

#[tokio::test]
async fn without_a_token_it_says_where_it_looked_and_what_to_do() {
    let (fake, root) = (Fake::start(fine).await, tempfile::tempdir().unwrap());
    let accounts = account_of(&fake, "github-actions", Surroundings::below(root.path(), &[]));
    let error = accounts
        .iam(None)
        .await
        .unwrap()
        .get_role("deploy")
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Credentials);
    let hint = error.hint.clone().unwrap_or_default();
    assert!(
        error
            .to_string()
            .contains("`ACTIONS_ID_TOKEN_REQUEST_URL` is not set"),
        "{error}"
    );
    assert!(
        hint.contains("permission id-token: write") && hint.contains("`token_file` or `token`"),
        "{hint}"
    );
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_refusal_shows_who_the_token_says_it_is_and_not_the_token() {
    for code in ["AccessDenied", "InvalidIdentityToken", "ExpiredTokenException"] {
        let fake = Fake::start(move |call, _| {
            // a service that repeats what it was sent
            Reply::error(403, code, &format!("no: {}", call.get("WebIdentityToken")))
        })
        .await;
        let root = tempfile::tempdir().unwrap();
        let own = own(
            "https://gitlab.com",
            "project_path:acme/web:ref_type:branch:ref:main",
        );
        let job = [("STS_AMAZONAWS_COM_ID_TOKEN", own.as_str())];
        let accounts = account_of(&fake, "gitlab-saas", Surroundings::below(root.path(), &job));
        let error = accounts
            .iam(None)
            .await
            .unwrap()
            .get_role("deploy")
            .await
            .unwrap_err();
        let seen = format!("{error} {:?}", error.hint);
        assert!(
            seen.contains(
                "the token from the environment variable `STS_AMAZONAWS_COM_ID_TOKEN` (issuer `https://gitlab.com`, subject \
                 `project_path:acme/web:ref_type:branch:ref:main`, audience `sts.amazonaws.com`)"
            ),
            "{seen}"
        );
        let (_, signature) = own.rsplit_once('.').unwrap();
        assert!(
            !seen.contains(signature) && error.kind == Kind::Credentials,
            "{seen}"
        );
    }
}
