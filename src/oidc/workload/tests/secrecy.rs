//! Neither a token nor what it is asked with is ever seen.

use super::super::fake_places::{Endpoint, program};
use super::*;

/// Everything that one may see of a search.
fn seen(answer: &Result<FoundToken, TokenError>, source: &WorkloadToken) -> String {
    let told = match answer {
        Ok(found) => found.told(),
        Err(error) => format!("{error} {}", error.hint()),
    };
    format!("{told} {answer:?} {source:?}")
}

#[tokio::test]
async fn no_text_shows_a_token_or_a_bearer() {
    let root = tempfile::tempdir().unwrap();
    let own = of_github();
    let (_, signature) = own.rsplit_once('.').unwrap();
    let broken = format!("{own}.canary");
    let foreign = token(&json!({ "iss": "https://gitlab.com", "sub": "x", "email": "canary@acme.example" }));
    for (status, body) in [
        (200, json!({ "value": own }).to_string()),
        (200, json!({ "value": broken }).to_string()),
        (200, json!({ "value": foreign }).to_string()),
        (200, json!({ "canary": own }).to_string()),
        (200, own.clone()),
        (403, own.clone()),
        (307, own.clone()),
        (500, own.clone()),
    ] {
        let echo = body.clone();
        let endpoint = Endpoint::on_loopback(move |asked, _| {
            // an endpoint that repeats what it was asked with
            let bearer = asked.headers["authorization"].clone();
            (status, vec![("x-echo", bearer)], echo.clone())
        })
        .await;
        let source = source("github-actions", machine(root.path(), &github_job(&endpoint.url)));
        let seen = seen(&source.get().await, &source);
        assert!(
            !seen.contains("canary") && !seen.contains(signature),
            "{status} {body}: {seen}"
        );
    }
    // a port where nobody listens
    let source = source(
        "github-actions",
        machine(root.path(), &github_job("http://127.0.0.1:1")),
    );
    let seen_closed = seen(&source.get().await, &source);
    assert!(
        seen_closed.contains("127.0.0.1") && !seen_closed.contains("canary"),
        "{seen_closed}"
    );
    // a secret that no header can carry
    let mut job = github_job("http://127.0.0.1:1");
    job[2].1 = "canary\nx".to_owned();
    let source = super::source("github-actions", machine(root.path(), &job));
    assert!(!seen(&source.get().await, &source).contains("canary"));
}

#[tokio::test]
async fn nothing_that_a_command_says_is_shown() {
    let root = tempfile::tempdir().unwrap();
    program(
        &root.path().join("bin"),
        "buildkite-agent",
        "echo canary; echo canary >&2; exit 1",
    );
    let source = source(
        "buildkite",
        machine(root.path(), &[("PATH", format!("{}/bin", root.path().display()))]),
    );
    let seen = seen(&source.get().await, &source);
    assert!(
        seen.contains("exit status: 1") && !seen.contains("canary"),
        "{seen}"
    );
}

#[tokio::test]
async fn the_token_of_a_file_and_of_the_configuration_is_not_shown_either() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("token");
    std::fs::write(&path, of_github()).unwrap();
    for source in [
        WorkloadToken::File(path),
        WorkloadToken::Given(of_github().into()),
    ] {
        let answer = source.get().await;
        let seen = seen(&answer, &source);
        let signature = of_github().rsplit_once('.').unwrap().1.to_owned();
        assert!(answer.is_ok() && !seen.contains(&signature), "{seen}");
        assert!(seen.contains("issuer `https://token.actions.githubusercontent.com`, subject `repo:acme/web:ref:refs/heads/main`"));
    }
}
