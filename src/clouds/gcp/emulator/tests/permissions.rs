//! Who may do what with the APIs themselves.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, OTHER_PROJECT, PROJECT, pools, principal, provider};
use crate::clouds::gcp::emulator::Service;

async fn federated(lab: &Laboratory, role: &str) -> String {
    lab.pool().await;
    lab.bind_project(role, &principal("*")).await;
    lab.exchanged(&json!({})).await
}

#[tokio::test]
async fn a_federated_identity_may_what_policies_grant() {
    let lab = Laboratory::open().await;
    let token = federated(&lab, "roles/iam.workloadIdentityPoolAdmin").await;
    let create = format!("{}?workloadIdentityPoolId=made", pools());
    lab.ask_as(&token, Service::Iam, "POST", &create, &json!({}))
        .await
        .good();
    let accounts = format!("v1/projects/{PROJECT}/serviceAccounts");
    let denied = lab
        .ask_as(
            &token,
            Service::Iam,
            "POST",
            &accounts,
            &json!({"accountId": "deploy-api"}),
        )
        .await;
    assert_eq!(denied.code(), (403, "PERMISSION_DENIED".to_owned()));
    let info = &denied.json()["error"]["details"][0];
    assert_eq!(info["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
    assert_eq!(
        (&info["reason"], &info["domain"]),
        (&json!("IAM_PERMISSION_DENIED"), &json!("iam.googleapis.com"))
    );
    assert_eq!(info["metadata"]["permission"], "iam.serviceAccounts.create");
    let other = create.replace(PROJECT, OTHER_PROJECT);
    assert_eq!(
        lab.ask_as(&token, Service::Iam, "POST", &other, &json!({}))
            .await
            .status,
        403
    );
    lab.bind_project("roles/viewer", &principal("*")).await;
    let again = create.replace("made", "more");
    assert_eq!(
        lab.ask_as(&token, Service::Iam, "POST", &again, &json!({}))
            .await
            .status,
        403
    );
    lab.ask_as(&token, Service::Iam, "GET", &pools(), &Value::Null)
        .await
        .good();
}

/// Without the permission nobody learns what there is.
#[tokio::test]
async fn what_is_missing_is_not_told_from_what_is_forbidden() {
    let lab = Laboratory::open().await;
    let token = federated(&lab, "roles/browser").await;
    for path in [
        format!("{}/pool", pools()),
        format!("{}/none", pools()),
        format!("{}/pool/providers/prov", pools()),
        format!("{}/none/providers/none", pools()),
        format!("v1/projects/{PROJECT}/serviceAccounts/none@acme-deploy.iam.gserviceaccount.com"),
    ] {
        assert_eq!(
            lab.ask_as(&token, Service::Iam, "GET", &path, &Value::Null)
                .await
                .status,
            403,
            "{path}"
        );
    }
    let project = format!("v1/projects/{PROJECT}");
    lab.ask_as(&token, Service::ResourceManager, "GET", &project, &Value::Null)
        .await
        .good();
    let set = format!("{project}:setIamPolicy");
    assert_eq!(
        lab.ask_as(
            &token,
            Service::ResourceManager,
            "POST",
            &set,
            &json!({"policy": {}})
        )
        .await
        .status,
        403
    );
    let held = lab
        .ask_as(&token, Service::ResourceManager, "POST", &format!("{project}:testIamPermissions"),
            &json!({"permissions": ["resourcemanager.projects.get", "resourcemanager.projects.setIamPolicy"]}))
        .await
        .good();
    assert_eq!(held, json!({"permissions": ["resourcemanager.projects.get"]}));
}

/// Polling has a permission of its own.
#[tokio::test]
async fn operations_have_a_permission_of_their_own() {
    let lab = Laboratory::open().await;
    let token = federated(&lab, "roles/browser").await;
    let path = format!("{}/pool/providers?workloadIdentityPoolProviderId=second", pools());
    let started = lab.iam("POST", &path, &provider()).await.good();
    let operation = format!("v1/{}", started["name"].as_str().unwrap());
    let denied = lab
        .ask_as(&token, Service::Iam, "GET", &operation, &Value::Null)
        .await;
    assert_eq!(
        denied.json()["error"]["details"][0]["metadata"]["permission"],
        "iam.operations.get"
    );
    lab.iam("GET", &operation, &Value::Null).await.good();
}

#[tokio::test]
async fn a_role_on_one_pool_is_for_that_pool() {
    let lab = Laboratory::open().await;
    let token = federated(&lab, "roles/browser").await;
    let second = format!("{}?workloadIdentityPoolId=second", pools());
    lab.iam("POST", &second, &json!({})).await.good();
    let policy = json!({"policy": {"bindings": [{"role": "roles/iam.workloadIdentityPoolViewer", "members": [principal("*")]}]}});
    lab.iam("POST", &format!("{}/second:setIamPolicy", pools()), &policy)
        .await
        .good();
    let get = |id: &'static str| {
        let (lab, token) = (&lab, &token);
        async move {
            lab.ask_as(
                token,
                Service::Iam,
                "GET",
                &format!("{}/{id}", pools()),
                &Value::Null,
            )
            .await
            .status
        }
    };
    assert_eq!([get("second").await, get("pool").await], [200, 403]);
}

#[tokio::test]
async fn what_is_left_of_a_project() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let names = lab.emulator.inventory(PROJECT).unwrap();
    assert_eq!(names.len(), 3, "{names:?}");
    lab.iam("DELETE", &format!("{}/pool", pools()), &Value::Null)
        .await
        .good();
    assert_eq!(
        lab.emulator.inventory("123456789").unwrap().len(),
        1,
        "the deployer"
    );
    lab.bind_project("roles/viewer", "user:a@acme.example").await;
    let names = lab.emulator.inventory(PROJECT).unwrap();
    assert!(
        names.contains(&"roles/viewer user:a@acme.example".to_owned()),
        "{names:?}"
    );
    assert_eq!(lab.emulator.inventory("nobody"), None);
}
