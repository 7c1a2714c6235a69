//! `oidcfed token` as a program: every kind of place on this machine, forms of the answer, exit codes, and that a token
//! stands nowhere but in the answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![cfg(unix)]

mod command_line;
#[path = "token_command/places.rs"]
mod places;

use std::os::unix::fs::PermissionsExt;

use command_line::{Answer, Call};
use serde_json::{Value, json};

use places::{answering, canary, program, token};

const AUDIENCE: &str =
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/main";

fn of(issuer: &str) -> String {
    token(&json!({ "iss": issuer, "aud": "x", "sub": "s", "exp": 4_000_000_000_u64 }))
}

const BITBUCKET: &str = "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc";

/// A machine with nothing but these variables.
fn get(variables: &[(&str, &str)], arguments: &[&str]) -> Answer {
    let call = Call::of(&["token", "get"]).with(arguments);
    variables
        .iter()
        .fold(call.alone(), |call, (name, value)| call.variable(name, value))
        .run()
}

fn prints(answer: &Answer, token: &str) {
    assert_eq!(
        (answer.code, answer.stdout.as_str()),
        (0, format!("{token}\n").as_str()),
        "{}",
        answer.stderr
    );
    assert_eq!(answer.stderr, "");
}

#[test]
fn a_variable_that_the_environment_tells() {
    let token = of(BITBUCKET);
    let variables = [("BITBUCKET_STEP_OIDC_TOKEN", token.as_str())];
    prints(&get(&variables, &[]), &token);
    prints(&get(&variables, &["--platform", "bitbucket-pipelines"]), &token);
    // a variable whose name follows the audience
    let token = of("https://gitlab.com");
    let variables = [("VAULT_EXAMPLE_ID_TOKEN", token.as_str()), ("GITLAB_CI", "true")];
    prints(&get(&variables, &["--audience", "vault.example"]), &token);
    let none = get(&variables, &[]);
    assert_eq!((none.code, none.stdout.as_str()), (1, ""));
    assert!(
        none.stderr.contains("expected an audience to ask for"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_file() {
    let token = of("https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, &token).unwrap();
    let path = path.display().to_string();
    prints(
        &get(&[("AWS_WEB_IDENTITY_TOKEN_FILE", &path)], &["--platform", "eks"]),
        &token,
    );
}

#[test]
fn an_endpoint_on_loopback() {
    let token = of("https://token.actions.githubusercontent.com");
    let answer = json!({ "value": token }).to_string();
    let (port, asked) = answering(None, answer);
    let url = format!("http://127.0.0.1:{port}/token?api-version=2.0");
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer-canary"),
    ];
    prints(&get(&variables, &["--audience", "sts.example"]), &token);
    let asked = asked.recv().unwrap();
    assert!(
        asked.starts_with("GET /token?api-version=2.0&audience=sts.example HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked.contains("authorization: bearer bearer-canary\r\n"),
        "{asked}"
    );
}

#[test]
fn a_unix_socket() {
    let token = of("https://api.cursor.com");
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("api.sock");
    let (_, asked) = answering(Some(&socket), json!({ "token": token }).to_string());
    let socket = socket.display().to_string();
    let arguments = ["--platform", "cursor-cloud", "--audience", "sts.example"];
    prints(&get(&[("CURSOR_AGENT_SOCKET", &socket)], &arguments), &token);
    let asked = asked.recv().unwrap();
    assert!(
        asked.starts_with("POST /v1/tokens/oidc HTTP/1.1\r\n") && asked.ends_with(r#"{"aud":"sts.example"}"#),
        "{asked}"
    );
}

#[test]
fn a_command() {
    let token = of("https://agent.buildkite.com");
    let folder = tempfile::tempdir().unwrap();
    program(
        folder.path(),
        "buildkite-agent",
        &format!("echo \"$*\" > \"$0.asked\"; echo {token}"),
    );
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let arguments = ["--platform", "buildkite", "--audience", "sts.example"];
    prints(&get(&[("PATH", &path)], &arguments), &token);
    let asked = std::fs::read_to_string(folder.path().join("buildkite-agent.asked")).unwrap();
    assert_eq!(asked, "oidc request-token --audience sts.example\n");
}

#[test]
fn a_platform_file() {
    let token = of("https://ci.acme.example");
    let call = Call::of(&["token", "get", "--platform", "ci.toml"])
        .alone()
        .variable("ACME_TOKEN", &token);
    call.file("ci.toml", places::PLATFORM);
    prints(&call.run(), &token);
}

#[test]
fn the_token_with_what_it_says() {
    let token = of(BITBUCKET);
    let variables = [("BITBUCKET_STEP_OIDC_TOKEN", token.as_str())];
    for arguments in [&["--format", "json"] as &[&str], &["--output", "json"]] {
        let answer = get(&variables, arguments);
        assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
        assert_eq!(
            answer.json(),
            json!({ "token": token, "expires_at": 4_000_000_000_u64, "platform": "bitbucket-pipelines",
                "claims": { "iss": BITBUCKET, "aud": "x", "sub": "s", "exp": 4_000_000_000_u64 } })
        );
    }
    prints(
        &get(&variables, &["--output", "json", "--format", "text"]),
        &token,
    );
}

#[test]
fn no_token_is_1_and_wrong_usage_64() {
    let nowhere = get(&[], &[]);
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (1, ""));
    assert!(
        nowhere
            .stderr
            .contains("hint: name the platform that this runs on: --platform"),
        "{}",
        nowhere.stderr
    );
    let missing = get(&[], &["--platform", "bitbucket-pipelines"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (1, ""));
    assert!(
        missing.stderr.contains("`BITBUCKET_STEP_OIDC_TOKEN` is not set"),
        "{}",
        missing.stderr
    );
    assert!(
        missing
            .stderr
            .contains("hint: `bitbucket-pipelines` needs: oidc: true on the step"),
        "{}",
        missing.stderr
    );
    // somebody else's, or one that is over, is none, and is not shown
    let others = of("https://gitlab.com");
    let over = token(&json!({ "iss": BITBUCKET, "aud": "x", "sub": "s", "exp": 1_000 }));
    for (wrong, says) in [
        (others, "one of the issuer `https://gitlab.com`"),
        (over, "that ended"),
        (canary(), "a text that is none"),
    ] {
        let refused = get(&[("BITBUCKET_STEP_OIDC_TOKEN", &wrong)], &[]);
        assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
        let signature = wrong.rsplit('.').next().unwrap();
        assert!(!refused.stderr.contains(signature), "{}", refused.stderr);
    }
    for wrong in [
        &["--platform", "bitbuckt"] as &[&str],
        &["--audience", " x"],
        &["--format", "xml"],
    ] {
        let answer = get(&[], wrong);
        assert_eq!(
            (answer.code, answer.stdout.as_str()),
            (64, ""),
            "{wrong:?}: {}",
            answer.stderr
        );
    }
}

fn google(variables: &[(&str, &str)], arguments: &[&str]) -> Answer {
    let mut all = vec!["--format", "google-executable"];
    all.extend(arguments);
    get(variables, &all)
}

#[test]
fn googles_libraries_get_the_token_in_their_form() {
    let token = of(BITBUCKET);
    let variables = [
        ("BITBUCKET_STEP_OIDC_TOKEN", token.as_str()),
        ("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", AUDIENCE),
    ];
    let answer = google(
        &variables,
        &["--platform", "bitbucket-pipelines", "--audience", "x"],
    );
    let expected = json!({ "version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:jwt",
        "id_token": token, "expiration_time": 4_000_000_000_u64 });
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    assert_eq!(answer.json(), expected);
    // the same in the file in which the library looks first, for nobody else
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer.json");
    std::fs::write(&file, "{}").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let path = file.display().to_string();
    let mut kept = variables.to_vec();
    kept.push(("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", &path));
    assert_eq!(google(&kept, &[]).json(), expected);
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written, expected);
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
}

#[test]
fn googles_libraries_name_the_audience() {
    let token = of("https://token.actions.githubusercontent.com");
    let (port, asked) = answering(None, json!({ "value": token }).to_string());
    let url = format!("http://127.0.0.1:{port}/token");
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer-canary"),
        ("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", AUDIENCE),
    ];
    assert_eq!(google(&variables, &[]).json()["id_token"], token);
    let asked = asked.recv().unwrap();
    assert!(
        asked.starts_with("GET /token?audience=https%3A%2F%2Fiam.googleapis.com%2Fprojects%2F1%2F"),
        "{asked}"
    );
}

/// A library reads an answer only from a program that ends well; for everybody else a failure is one.
#[test]
fn googles_libraries_are_told_why_there_is_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer.json").display().to_string();
    let without_end = token(&json!({ "iss": BITBUCKET, "aud": "x", "sub": "s" }));
    let fine = of(BITBUCKET);
    let platform = ["--platform", "bitbucket-pipelines"];
    for (variables, arguments, code, says) in [
        (
            vec![],
            &platform,
            "NO_TOKEN",
            "`BITBUCKET_STEP_OIDC_TOKEN` is not set",
        ),
        (
            vec![],
            &["--platform", "bitbuckt"],
            "WRONG_USAGE",
            "bitbucket-pipelines",
        ),
        (
            vec![("BITBUCKET_STEP_OIDC_TOKEN", without_end.as_str())],
            &platform,
            "NO_TOKEN",
            "`exp`",
        ),
        (
            vec![
                ("BITBUCKET_STEP_OIDC_TOKEN", fine.as_str()),
                ("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", "/does/not/exist"),
            ],
            &platform,
            "NO_TOKEN",
            "cannot be written",
        ),
    ] {
        for library in [true, false] {
            let mut all = vec![("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", file.as_str())];
            all.extend(variables.clone());
            if library {
                all.push(("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", AUDIENCE));
            }
            let answer = google(&all, arguments);
            let told = answer.json();
            assert_eq!(
                (&told["version"], &told["success"], &told["code"]),
                (&json!(1), &json!(false), &json!(code))
            );
            let message = told["message"].as_str().unwrap();
            assert!(message.contains(says), "{message}");
            let signature = fine.rsplit('.').next().unwrap();
            assert!(!answer.stdout.contains(signature), "{}", answer.stdout);
            assert_eq!(answer.stderr, "");
            let failed = if code == "WRONG_USAGE" { 64 } else { 1 };
            assert_eq!(answer.code, if library { 0 } else { failed });
        }
    }
    assert!(
        std::fs::read_dir(folder.path()).unwrap().next().is_none(),
        "a failure is not kept"
    );
}

#[test]
fn a_token_is_decoded_and_not_verified() {
    let token = of(BITBUCKET);
    let claims = json!({ "iss": BITBUCKET, "aud": "x", "sub": "s", "exp": 4_000_000_000_u64 });
    for arguments in [
        &["token", "decode"] as &[&str],
        &["token", "decode", "-"],
        &["token", "decode", &token],
    ] {
        let mut call = Call::of(arguments);
        call.stdin = format!("{token}\n").into_bytes();
        let answer = call.run();
        assert_eq!((answer.code, answer.json()), (0, claims.clone()));
        assert!(
            answer
                .stderr
                .starts_with("note: the token was decoded, not verified"),
            "{}",
            answer.stderr
        );
    }
    let json = Call::of(&["--output", "json", "token", "decode", &token]).run();
    assert_eq!(json.stderr, "");
    assert_eq!(
        json.json(),
        json!({ "verified": false, "header": { "alg": "RS256", "typ": "JWT" }, "claims": claims })
    );
    let wrong = Call::of(&["token", "decode", &format!("{}.x", canary())]).run();
    assert_eq!((wrong.code, wrong.stdout.as_str()), (1, ""));
    assert!(!wrong.stderr.contains(&canary()), "{}", wrong.stderr);
}
