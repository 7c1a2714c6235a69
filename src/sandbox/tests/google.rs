//! The emulated Google Cloud as the sandbox offers it: over TLS, with the development issuer's own tokens.

use super::*;

fn port(url: &str) -> u16 {
    IssuerUrl::parse(url).unwrap().port().unwrap()
}

async fn ask(lab: &Lab, url: &str, method: &str, path: &str, login: &str, body: &Value) -> Answer {
    let (port, body) = (port(url), body.to_string());
    let login = if login.is_empty() {
        String::new()
    } else {
        format!("authorization: Bearer {login}\r\n")
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\n{login}content-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    lab.raw(port, &(head + &body)).await
}

#[tokio::test]
async fn a_minted_token_reads_what_it_may_and_another_one_does_not() {
    let lab = Lab::start().await;
    let (gcp, issuer) = (lab.sandbox.gcp(), lab.sandbox.issuer().to_string());
    let (project, at) = (gcp.projects[0].clone(), gcp.endpoints.clone());
    let description = lab.sandbox.description();
    let deployer = description["gcp"]["deployer"]["access_token"].as_str().unwrap();
    let pools = format!(
        "/v1/projects/{}/locations/global/workloadIdentityPools",
        project.id
    );
    let create = format!("{pools}?workloadIdentityPoolId=pool");
    assert_eq!(
        ask(&lab, &at.iam, "POST", &create, "", &json!({})).await.status,
        401
    );
    assert_eq!(
        ask(&lab, &at.iam, "POST", &create, deployer, &json!({}))
            .await
            .status,
        200
    );
    let provider = json!({
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": "assertion.sub == 'job:one'",
        "oidc": {"issuerUri": issuer},
    });
    let path = format!("{pools}/pool/providers?workloadIdentityPoolProviderId=prov");
    assert_eq!(
        ask(&lab, &at.iam, "POST", &path, deployer, &provider)
            .await
            .status,
        200
    );
    let pool = format!(
        "projects/{}/locations/global/workloadIdentityPools/pool",
        project.number
    );
    let member = format!("principal://iam.googleapis.com/{pool}/subject/job:one");
    let policy =
        json!({"policy": {"bindings": [{"role": "roles/storage.objectViewer", "members": [member]}]}});
    let set = format!("/v1/projects/{}:setIamPolicy", project.id);
    assert_eq!(
        ask(&lab, &at.resource_manager, "POST", &set, deployer, &policy)
            .await
            .status,
        200
    );
    let provider = format!("{pool}/providers/prov");
    for (subject, expected) in [("job:one", 200), ("job:two", 400)] {
        let claims =
            json!({"claims": {"sub": subject, "aud": format!("https://iam.googleapis.com/{provider}")}});
        let minted = lab.mint("/token", &claims).await.json();
        let exchange = json!({
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": format!("//iam.googleapis.com/{provider}"),
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "subjectToken": minted["token"],
            "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        });
        let answer = ask(&lab, &at.sts, "POST", "/v1/token", "", &exchange).await;
        assert_eq!(answer.status, expected, "{answer:?}");
        let Some(token) = answer.json()["access_token"].as_str().map(str::to_owned) else {
            assert_eq!(answer.json()["error"], "unauthorized_client");
            continue;
        };
        let object = format!("/storage/v1/b/{}-data/o/hello.txt?alt=media", project.id);
        let read = ask(&lab, &at.storage, "GET", &object, &token, &Value::Null).await;
        assert!(
            read.status == 200 && read.body.contains("an object of the project"),
            "{read:?}"
        );
        let other = object.replace(&project.id, &gcp.projects[1].id);
        assert_eq!(
            ask(&lab, &at.storage, "GET", &other, &token, &Value::Null)
                .await
                .status,
            403
        );
    }
}

#[tokio::test]
async fn ports_one_after_the_other_and_projects_by_name() {
    // a run of free ports is looked for, and may be gone a moment later: then the next one is tried
    let mut started = None;
    for first in (20_000..60_000).step_by(97) {
        let free = (first..first + 6).all(|port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok());
        if !free {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let options = Options {
            gcp_port: first,
            projects: vec![GcpProject::parse("acme-deploy=42").unwrap()],
            directory: directory.path().to_owned(),
            ..Options::default()
        };
        if let Ok(sandbox) = Sandbox::start(options).await {
            started = Some((sandbox, first));
            break;
        }
    }
    let (sandbox, first) = started.unwrap();
    assert_eq!(sandbox.gcp().endpoints.iam, format!("https://localhost:{first}"));
    assert_eq!(
        sandbox.gcp().endpoints.oauth2,
        format!("https://localhost:{}", first + 5)
    );
    assert_eq!(
        sandbox.gcp().deployer,
        "deployer@acme-deploy.iam.gserviceaccount.com"
    );
    let wrong = Options {
        projects: vec![GcpProject::parse("x=1").unwrap()],
        ..Options::default()
    };
    assert!(matches!(Sandbox::start(wrong).await, Err(SandboxError::Gcp(_))));
}
