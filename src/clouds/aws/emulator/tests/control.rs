//! `/_oidcfed/…` from outside.

use reqwest::Method;
use serde_json::{Value, json};

use super::laboratory::{Laboratory, code};

async fn send(
    lab: &Laboratory,
    method: Method,
    path: &str,
    secret: Option<&str>,
    body: &Value,
) -> (u16, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut request = reqwest::Client::new()
        .request(method, format!("{}/_oidcfed/{path}", lab.endpoint))
        .json(body);
    if let Some(secret) = secret {
        request = request.header("x-oidcfed-secret", secret);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn counters_are_for_all_and_faults_for_who_knows_the_secret() {
    let lab = Laboratory::open().await;
    let fault = json!({"fail": [{"operation": "ListRoles", "code": "ServiceFailure", "status": 500}]});
    for secret in [None, Some("open"), Some("")] {
        for (method, path) in [(Method::PUT, "faults"), (Method::DELETE, "calls")] {
            let (status, _) = send(&lab, method, path, secret, &fault).await;
            assert_eq!(status, 403, "{secret:?}");
        }
    }
    lab.iam().list_roles().send().await.unwrap();
    let secret = Some("open sesame");
    let (status, _) = send(&lab, Method::PUT, "faults", secret, &fault).await;
    assert_eq!(status, 204);
    assert_eq!(code(lab.iam().list_roles().send().await), "ServiceFailure");
    lab.iam().list_roles().send().await.unwrap();
    let (_, calls) = send(&lab, Method::GET, "calls", None, &Value::Null).await;
    assert_eq!(calls, r#"{"iam:ListRoles":3}"#);
    let (status, _) = send(&lab, Method::DELETE, "calls", secret, &Value::Null).await;
    assert_eq!(status, 204);
    assert!(lab.emulator.calls().is_empty());
    let (status, text) = send(&lab, Method::PUT, "faults", secret, &json!({"typo": 1})).await;
    assert_eq!(status, 422, "{text}");
}

/// The call takes effect, is counted, and waits; other faults let it go.
#[tokio::test]
async fn an_answer_is_kept_back_until_other_faults_are_set() {
    let lab = Laboratory::open().await;
    let secret = Some("open sesame");
    let fault = json!({"fail": [{"operation": "CreateOpenIDConnectProvider", "code": "ServiceFailure", "status": 500,
        "applied": true, "withheld": true}]});
    assert_eq!(send(&lab, Method::PUT, "faults", secret, &fault).await.0, 204);
    let iam = lab.iam();
    let create = iam
        .create_open_id_connect_provider()
        .url("https://issuer.example")
        .send();
    tokio::pin!(create);
    let made = async {
        while lab
            .iam()
            .list_open_id_connect_providers()
            .send()
            .await
            .unwrap()
            .open_id_connect_provider_list()
            .is_empty()
        {}
    };
    tokio::select! {
        answer = &mut create => panic!("answered: {answer:?}"),
        () = made => {}
    }
    assert_eq!(send(&lab, Method::PUT, "faults", secret, &json!({})).await.0, 204);
    assert_eq!(code(create.await), "ServiceFailure");
}
