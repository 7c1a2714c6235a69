//! The kinds of places: what is sent, how much is taken, how long is waited, what is never done.

use std::sync::Arc;

use super::super::fake_places::{Endpoint, program};
use super::*;
use crate::oidc::clock::ManualClock;

const FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

fn value(token: &str) -> (u16, Vec<(&'static str, String)>, String) {
    (200, Vec::new(), json!({ "value": token }).to_string())
}

#[tokio::test]
async fn a_request_that_fails_for_a_moment_is_repeated_and_no_other() {
    let root = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::on_loopback(|_, before| match before {
        0 => (503, Vec::new(), String::new()),
        1 => (429, Vec::new(), String::new()),
        _ => value(&of_github()),
    })
    .await;
    found("github-actions", machine(root.path(), &github_job(&endpoint.url)))
        .await
        .unwrap();
    assert_eq!(endpoint.asked().len(), 3);
    let closed = Endpoint::on_loopback(|_, _| (403, Vec::new(), String::new())).await;
    let (told, _) = refused("github-actions", machine(root.path(), &github_job(&closed.url))).await;
    assert!(
        told.contains("expected status 200 of `127.0.0.1`, found 403"),
        "{told}"
    );
    assert_eq!(closed.asked().len(), 1);
    let failing = Endpoint::on_loopback(|_, _| (500, Vec::new(), String::new())).await;
    refused("github-actions", machine(root.path(), &github_job(&failing.url))).await;
    assert_eq!(failing.asked().len(), 3);
}

#[tokio::test]
async fn a_bearer_is_sent_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let thief = Endpoint::on_loopback(|_, _| value(&of_github())).await;
    let elsewhere = format!("{}/token", thief.url);
    let endpoint =
        Endpoint::on_loopback(move |_, _| (307, vec![("location", elsewhere.clone())], String::new())).await;
    let (told, _) = refused("github-actions", machine(root.path(), &github_job(&endpoint.url))).await;
    assert!(told.contains("found a redirect"), "{told}");
    assert_eq!((endpoint.asked().len(), thief.asked().len()), (1, 0));
    for (url, says) in [
        ("http://10.0.0.1", "expected `https`"),
        ("http://runner.example:3000", "expected `https`"),
        ("ftp://127.0.0.1", "expected `https`"),
        ("https://user:canary-word@127.0.0.1", "expected a URL"),
        ("nowhere", "expected a URL"),
    ] {
        let (told, _) = refused("github-actions", machine(root.path(), &github_job(url))).await;
        assert!(told.contains(says) && !told.contains("canary"), "{url}: {told}");
    }
}

#[tokio::test]
async fn answers_are_bounded() {
    let root = tempfile::tempdir().unwrap();
    for (length, says) in [
        (70_000, "expected at most 65536 bytes of answer"),
        (20_001, "expected at most 20000 characters"),
    ] {
        let endpoint = Endpoint::on_loopback(move |_, _| value(&"a".repeat(length))).await;
        let (told, _) = refused("github-actions", machine(root.path(), &github_job(&endpoint.url))).await;
        assert!(told.contains(says), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_without_end() {
    let root = tempfile::tempdir().unwrap();
    let silent = Endpoint::on_loopback(|_, _| (0, Vec::new(), String::new())).await;
    let (told, _) = refused("github-actions", machine(root.path(), &github_job(&silent.url))).await;
    assert!(told.contains("expected an answer within 10 s"), "{told}");
    program(&root.path().join("bin"), "buildkite-agent", "exec sleep 3600");
    let path = format!("{}/bin:/usr/bin:/bin", root.path().display());
    let (told, _) = refused("buildkite", machine(root.path(), &[("PATH", path)])).await;
    assert!(told.contains("expected an answer within 30 s"), "{told}");
}

#[tokio::test]
async fn a_command_must_succeed_and_print_one_token() {
    let root = tempfile::tempdir().unwrap();
    let agent = |script: &str| {
        program(&root.path().join("bin"), "buildkite-agent", script);
        let path = format!("{}/bin:/usr/bin:/bin", root.path().display());
        machine(root.path(), &[("PATH", path)])
    };
    let own = token(&json!({ "iss": "https://agent.buildkite.com", "sub": "x", "aud": AUDIENCE }));
    for (script, says) in [
        (format!("echo {own}; exit 3"), "exit status: 3"),
        (format!("echo {own} {own}"), "found several tokens"),
        ("echo canary-said >&2".to_owned(), "found an output without one"),
        (
            "head -c 70000 /dev/zero | tr '\\0' a".to_owned(),
            "expected at most 65536 bytes of output",
        ),
    ] {
        let (told, _) = refused("buildkite", agent(&script)).await;
        assert!(
            told.contains(says) && !told.contains("canary"),
            "{script}: {told}"
        );
    }
    let fine = found("buildkite", agent(&format!("echo note >&2\necho {own}")))
        .await
        .unwrap();
    assert_eq!(fine.token.expose(), &own);
}

#[tokio::test]
async fn a_program_is_run_from_an_absolute_folder_only() {
    let root = tempfile::tempdir().unwrap();
    let relative = Path::new("target").join(root.path().file_name().unwrap());
    program(&relative, "buildkite-agent", "echo no");
    for path in [relative.display().to_string(), String::new(), ".".to_owned()] {
        let (told, _) = refused("buildkite", machine(root.path(), &[("PATH", path)])).await;
        assert!(told.contains("no program `buildkite-agent`"), "{told}");
    }
    assert!(!relative.join("buildkite-agent.arguments").exists());
    std::fs::remove_dir_all(&relative).unwrap();
}

#[tokio::test]
async fn an_audience_cannot_become_an_option_or_end_a_quotation() {
    let root = tempfile::tempdir().unwrap();
    program(&root.path().join("bin"), "circleci", "echo no");
    let path = format!("{}/bin", root.path().display());
    for audience in ["--help", "a\", \"sub\": \"b", "a b", "a\nb"] {
        let surroundings = machine(root.path(), &[("PATH", path.clone())]);
        let places = PlatformToken::new(
            Cow::Borrowed(platform("circleci-root")),
            vec![audience.to_owned()],
            surroundings,
        );
        let error = WorkloadToken::OfPlatform(Box::new(places))
            .get()
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("expected an audience of plain letters"),
            "{error}"
        );
    }
    assert!(!root.path().join("bin/circleci.arguments").exists());
}

#[tokio::test]
async fn a_file_is_read_anew_every_time() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("token");
    let source = source(
        "kubernetes",
        machine(root.path(), &[(FILE, path.display().to_string())]),
    );
    for run in ["first", "second"] {
        let own = token(
            &json!({ "iss": "https://cluster.example", "sub": "system:serviceaccount:a:b", "run": run }),
        );
        std::fs::write(&path, &own).unwrap();
        assert_eq!(source.get().await.unwrap().token.expose(), &own);
    }
    std::fs::remove_file(&path).unwrap();
    let error = source.get().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&format!("there is no file `{}`", path.display())),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_that_is_over_is_said_to_be() {
    let root = tempfile::tempdir().unwrap();
    let own = token(&json!({ "iss": "https://gitlab.com", "sub": "x", "exp": 1_000 }));
    let clock = Arc::new(ManualClock::at(1_030));
    let job = machine(root.path(), &[("STS_AMAZONAWS_COM_ID_TOKEN", own.clone())]).at(clock.clone());
    let source = source("gitlab-saas", job);
    assert_eq!(source.get().await.unwrap().token.expose(), &own);
    clock.advance(170);
    let error = source.get().await.unwrap_err();
    assert!(
        error.to_string().contains("found one that ended 200 s ago"),
        "{error}"
    );
}

#[tokio::test]
async fn a_platform_of_the_configuration_has_variables_and_files() {
    let root = tempfile::tempdir().unwrap();
    let own = token(&json!({ "iss": "https://oidc.acme.example", "sub": "team:web" }));
    let sources = "[[token_source]]\nkind = \"env\"\nname = \"ACME_TOKEN\"\n[[token_source]]\nkind = \"file\"\npath = \"/run/acme\"\n";
    let variable = source_of(
        declared(sources),
        machine(root.path(), &[("ACME_TOKEN", own.clone())]),
    );
    assert_eq!(
        variable.get().await.unwrap().place,
        "the environment variable `ACME_TOKEN`"
    );
    std::fs::create_dir(root.path().join("run")).unwrap();
    std::fs::write(root.path().join("run/acme"), &own).unwrap();
    let file = source_of(declared(sources), machine(root.path(), &[]));
    assert!(file.get().await.unwrap().place.ends_with("run/acme`"));
}
