//! A token counts by its issuer, not by the variable that it was found with; and what is said when there is none.

use super::super::fake_places::Endpoint;
use super::*;

const FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

/// A machine on which the variable that tools agree on names a file with such a token.
fn with_file(root: &Path, claims: &Value) -> Surroundings {
    let path = root.join("token");
    std::fs::write(&path, token(claims)).unwrap();
    machine(root, &[(FILE, path.display().to_string())])
}

#[tokio::test]
async fn platforms_that_share_variables_are_told_apart_by_the_token() {
    let root = tempfile::tempdir().unwrap();
    let of_depot = json!({ "iss": "https://identity.depot.dev", "sub": "x" });
    let endpoint = Endpoint::on_loopback(move |_, _| {
        (200, Vec::new(), json!({ "value": token(&of_depot) }).to_string())
    })
    .await;
    let job = || machine(root.path(), &github_job(&endpoint.url));
    assert!(found("depot", job()).await.is_ok());
    let (told, _) = refused("github-actions", job()).await;
    assert!(
        told.contains("found one of the issuer `https://identity.depot.dev`, which is that of `depot`"),
        "{told}"
    );
}

#[tokio::test]
async fn what_tools_agree_on_counts_when_the_token_is_the_platforms() {
    let root = tempfile::tempdir().unwrap();
    let github = json!({ "iss": "https://token.actions.githubusercontent.com", "sub": "repo:acme/web:ref:refs/heads/main" });
    let enterprise = json!({ "iss": "https://token.actions.githubusercontent.com/acme", "sub": "repo:acme/web:ref:refs/heads/main" });
    let cluster = json!({ "iss": "https://cluster.example/a", "sub": "system:serviceaccount:a:b" });
    let eks = json!({
        "iss": "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
        "sub": "system:serviceaccount:a:b"
    });
    let own = json!({ "iss": "https://git.acme.example:8443/gitlab", "sub": "project_path:a/b:ref_type:branch:ref:main" });
    for (id, claims, fine) in [
        ("github-actions", &github, true),
        ("github-actions", &enterprise, false),
        ("github-actions-enterprise", &enterprise, true),
        ("github-actions", &cluster, false),
        ("kubernetes", &cluster, true),
        // a cluster of Amazon's is a cluster
        ("kubernetes", &eks, true),
        ("eks", &eks, true),
        ("gke", &eks, false),
        // an issuer of one's own may have any host, but not one that is known to be somebody else's
        ("gitlab-self-managed", &own, true),
        ("gitlab-self-managed", &github, false),
        ("kubernetes", &github, false),
        ("jenkins", &own, false),
    ] {
        let answer = found(id, with_file(root.path(), claims)).await;
        assert_eq!(answer.is_ok(), fine, "{id} {claims}: {answer:?}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_said_to_be_none() {
    let root = tempfile::tempdir().unwrap();
    for (text, says) in [
        ("a.b.c", "found a text that is none"),
        ("canary", "found a text that is none"),
        (
            &token(&json!({ "sub": "x" })),
            "expected the issuer's URL in the token's `iss`",
        ),
        (
            &token(&json!({ "iss": "canary", "sub": "x" })),
            "expected the issuer's URL in the token's `iss`",
        ),
    ] {
        let job = machine(root.path(), &[("STS_AMAZONAWS_COM_ID_TOKEN", text.to_owned())]);
        let (told, _) = refused("gitlab-saas", job).await;
        assert!(told.contains(says), "{told}");
    }
}

#[tokio::test]
async fn an_error_names_every_place_and_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    let (told, hint) = refused(
        "github-actions",
        machine(root.path(), &[("GITHUB_ACTIONS", "true".to_owned())]),
    )
    .await;
    assert_eq!(
        told,
        "expected a token of the platform `github-actions` in one of the places where it puts them, found none: the answer \
         to GET `${ACTIONS_ID_TOKEN_REQUEST_URL}`, its member `value`: the environment variable \
         `ACTIONS_ID_TOKEN_REQUEST_URL` is not set; the file that the environment variable `AWS_WEB_IDENTITY_TOKEN_FILE` \
         names: the environment variable `AWS_WEB_IDENTITY_TOKEN_FILE` is not set; the file that the environment variable \
         `AZURE_FEDERATED_TOKEN_FILE` names: the environment variable `AZURE_FEDERATED_TOKEN_FILE` is not set; the \
         environment variable `ARM_OIDC_TOKEN`: the environment variable `ARM_OIDC_TOKEN` is not set; the file that the \
         environment variable `ARM_OIDC_TOKEN_FILE_PATH` names: the environment variable `ARM_OIDC_TOKEN_FILE_PATH` is not set"
    );
    assert_eq!(
        hint,
        "`github-actions` needs: permission id-token: write on the job"
    );
    let (_, hint) = refused(
        "gitlab-saas",
        machine(root.path(), &[("GITLAB_CI", "true".to_owned())]),
    )
    .await;
    assert!(
        hint.starts_with("this runs on `gitlab-saas`, but without a token"),
        "{hint}"
    );
    let (_, hint) = refused(
        "gitlab-saas",
        machine(root.path(), &[("BUILDKITE", "true".to_owned())]),
    )
    .await;
    assert_eq!(
        hint,
        "`BUILDKITE` is set, as on `buildkite`: is this that platform?"
    );
    let (_, hint) = refused("gitlab-saas", machine(root.path(), &[])).await;
    assert_eq!(hint, "does this run on `gitlab-saas`?");
}
