//! `/_oidcfed/…` from outside, and faults in calls.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, PROJECT, pools};
use crate::clouds::gcp::emulator::Service;

async fn control(
    lab: &Laboratory,
    method: &str,
    path: &str,
    secret: Option<&str>,
    body: &Value,
) -> (u16, String) {
    let url = format!("{}/_oidcfed/{path}", lab.url(Service::Sts));
    let mut request = reqwest::Client::new()
        .request(method.parse().unwrap(), url)
        .json(body);
    if let Some(secret) = secret {
        request = request.header("x-oidcfed-secret", secret);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn calls_are_for_all_and_faults_for_who_knows_the_secret() {
    let lab = Laboratory::open().await;
    let fault = json!({"fail": [{"operation": "GetProject", "code": "UNAVAILABLE", "status": 503}]});
    for secret in [None, Some("open"), Some("")] {
        for (method, path) in [("PUT", "faults"), ("DELETE", "calls")] {
            assert_eq!(
                control(&lab, method, path, secret, &fault).await.0,
                403,
                "{secret:?}"
            );
        }
    }
    let project = format!("v1/projects/{PROJECT}");
    lab.manager("GET", &project, &Value::Null).await.good();
    let secret = Some("open sesame");
    assert_eq!(control(&lab, "PUT", "faults", secret, &fault).await.0, 204);
    assert_eq!(
        lab.manager("GET", &project, &Value::Null).await.code(),
        (503, "UNAVAILABLE".to_owned())
    );
    lab.manager("GET", &project, &Value::Null).await.good();
    lab.iam("GET", &format!("{}?pageSize=1", pools()), &Value::Null)
        .await
        .good();
    lab.iam("GET", "v1/nothing/there", &Value::Null).await.error();
    let (_, calls) = control(&lab, "GET", "calls", None, &Value::Null).await;
    let calls: Value = serde_json::from_str(&calls).unwrap();
    let get = json!({"service": "cloudresourcemanager.googleapis.com", "operation": "GetProject", "method": "GET", "path": "/v1/projects/acme-deploy"});
    assert_eq!(
        calls,
        json!([get, get, get,
        {"service": "iam.googleapis.com", "operation": "ListWorkloadIdentityPools", "method": "GET",
         "path": "/v1/projects/acme-deploy/locations/global/workloadIdentityPools", "query": "pageSize=1"},
        {"service": "iam.googleapis.com", "operation": null, "method": "GET", "path": "/v1/nothing/there"}])
    );
    assert_eq!(lab.emulator.counted_calls()["GetProject"], 3);
    assert_eq!(
        control(&lab, "DELETE", "calls", secret, &Value::Null).await.0,
        204
    );
    assert!(lab.emulator.calls().is_empty());
    assert_eq!(
        control(&lab, "PUT", "faults", secret, &json!({"typo": 1}))
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn throttled_once() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    lab.set_faults(json!({"fail": [
        {"operation": "ListWorkloadIdentityPools", "code": "RESOURCE_EXHAUSTED", "status": 429},
        {"operation": "ExchangeToken", "code": "quota_exceeded", "status": 429, "message": "later"}]}));
    assert_eq!(
        lab.iam("GET", &pools(), &Value::Null).await.code(),
        (429, "RESOURCE_EXHAUSTED".to_owned())
    );
    lab.iam("GET", &pools(), &Value::Null).await.good();
    let token = lab.token(&json!({}));
    assert_eq!(
        lab.exchange(&token).await.oauth(),
        (429, "quota_exceeded".to_owned(), "later".to_owned())
    );
    lab.exchange(&token).await.good();
}

#[tokio::test]
async fn another_writer_comes_between() {
    let lab = Laboratory::open().await;
    let get = format!("v1/projects/{PROJECT}:getIamPolicy");
    let set = format!("v1/projects/{PROJECT}:setIamPolicy");
    let etag = lab.manager("POST", &get, &json!({})).await.good()["etag"].clone();
    lab.set_faults(json!({"concurrent_writers": 1}));
    let write = |etag: Value| json!({"policy": {"etag": etag, "bindings": []}});
    assert_eq!(
        lab.manager("POST", &set, &write(etag.clone())).await.code(),
        (409, "ABORTED".to_owned())
    );
    assert_eq!(
        lab.manager("POST", &set, &write(etag)).await.status,
        409,
        "it has to be read again"
    );
    let etag = lab.manager("POST", &get, &json!({})).await.good()["etag"].clone();
    lab.manager("POST", &set, &write(etag)).await.good();
}

#[tokio::test]
async fn an_api_that_is_not_enabled() {
    let lab = Laboratory::open().await;
    lab.set_faults(json!({"disabled_services": ["iam.googleapis.com", "sts.googleapis.com"]}));
    let refused = lab.iam("GET", &pools(), &Value::Null).await;
    assert_eq!(refused.code(), (403, "PERMISSION_DENIED".to_owned()));
    let info = &refused.json()["error"]["details"][0];
    assert_eq!(info["reason"], "SERVICE_DISABLED");
    assert_eq!(
        info["metadata"],
        json!({"consumer": "projects/123456789", "service": "iam.googleapis.com"})
    );
    assert_eq!(
        refused.json()["error"]["errors"][0]["reason"],
        "accessNotConfigured"
    );
    assert_eq!(lab.exchange("x").await.status, 403);
    lab.manager("GET", &format!("v1/projects/{PROJECT}"), &Value::Null)
        .await
        .good();
}

/// The call takes effect and its answer is lost with the connection.
#[tokio::test]
async fn a_connection_that_breaks_off() {
    let lab = Laboratory::open().await;
    lab.set_faults(
        json!({"fail": [{"operation": "CreateWorkloadIdentityPool", "code": "UNAVAILABLE", "status": 503,
        "applied": true, "broken": true}]}),
    );
    let path = format!("{}?workloadIdentityPoolId=pool", pools());
    let broken = lab
        .try_ask_as(&lab.deployer(), Service::Iam, "POST", &path, &json!({}))
        .await;
    assert!(broken.is_err(), "{broken:?}");
    lab.iam("GET", &format!("{}/pool", pools()), &Value::Null)
        .await
        .good();
    assert_eq!(lab.iam("POST", &path, &json!({})).await.status, 409);
}

/// The call takes effect, is recorded, and waits; other faults let it go.
#[tokio::test]
async fn an_answer_is_kept_back_until_other_faults_are_set() {
    let lab = Laboratory::open().await;
    lab.set_faults(
        json!({"fail": [{"operation": "CreateWorkloadIdentityPool", "code": "INTERNAL", "status": 500,
        "applied": true, "withheld": true}]}),
    );
    let path = format!("{}?workloadIdentityPoolId=pool", pools());
    let body = json!({});
    let create = lab.iam("POST", &path, &body);
    tokio::pin!(create);
    let pool = format!("{}/pool", pools());
    let made = async { while lab.iam("GET", &pool, &Value::Null).await.status == 404 {} };
    tokio::select! {
        answer = &mut create => panic!("answered: {answer:?}"),
        () = made => {}
    }
    lab.set_faults(json!({}));
    assert_eq!(create.await.code(), (500, "INTERNAL".to_owned()));
}
