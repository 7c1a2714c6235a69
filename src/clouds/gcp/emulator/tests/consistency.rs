//! What is new is not seen at once: by the clock, and by the number of calls.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, PROJECT, principal};

const USER: &str = "roles/iam.workloadIdentityUser";

#[tokio::test]
async fn a_new_account_is_seen_after_the_delay() {
    let lab = Laboratory::with_delay(60).await;
    let email = lab.account("deploy-api").await;
    let path = format!("v1/projects/{PROJECT}/serviceAccounts/{email}");
    let status = || async { lab.iam("GET", &path, &Value::Null).await.status };
    assert_eq!(status().await, 404);
    let create = format!("v1/projects/{PROJECT}/serviceAccounts");
    assert_eq!(
        lab.iam("POST", &create, &json!({"accountId": "deploy-api"}))
            .await
            .status,
        409,
        "it is there all the same"
    );
    let policy = json!({"policy": {"bindings": [{"role": "roles/viewer", "members": [format!("serviceAccount:{email}")]}]}});
    let set = format!("v1/projects/{PROJECT}:setIamPolicy");
    let refused = lab.manager("POST", &set, &policy).await.error();
    assert!(
        refused.0 == 400 && refused.2.contains("does not exist"),
        "{refused:?}"
    );
    lab.clock.advance(59);
    assert_eq!(status().await, 404);
    lab.clock.advance(1);
    assert_eq!(status().await, 200);
    lab.manager("POST", &set, &policy).await.good();
}

/// A policy is read as it was written, and decides later; what it took away lasts as long.
#[tokio::test]
async fn a_changed_policy_decides_after_the_delay() {
    let lab = Laboratory::with_delay(60).await;
    lab.pool().await;
    let email = lab.account("deploy-api").await;
    lab.clock.advance(60);
    let token = lab.exchanged(&json!({})).await;
    lab.bind_account(&email, USER, &principal("*")).await.good();
    assert_eq!(lab.impersonate(&token, &email).await.status, 403);
    let path = format!("v1/projects/{PROJECT}/serviceAccounts/{email}:getIamPolicy");
    assert_eq!(
        lab.iam("POST", &path, &Value::Null).await.good()["bindings"][0]["role"],
        USER
    );
    lab.clock.advance(60);
    lab.impersonate(&token, &email).await.good();
    lab.bind_account(&email, "roles/viewer", &principal("*"))
        .await
        .good();
    lab.clock.advance(30);
    lab.impersonate(&token, &email).await.good();
    lab.bind_account(&email, USER, &principal("subject/nobody"))
        .await
        .good();
    lab.clock.advance(30);
    assert_eq!(lab.impersonate(&token, &email).await.status, 403);
}

#[tokio::test]
async fn a_new_account_is_seen_after_so_many_calls() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let token = lab.exchanged(&json!({})).await;
    for status in [404, 403] {
        lab.set_faults(json!({"fresh": {"account_uses": 2, "account_status": status, "account_members": 1}}));
        let email = lab.account(&format!("account-{status}")).await;
        let path = format!("v1/projects/{PROJECT}/serviceAccounts/{email}");
        for _ in 0..2 {
            assert_eq!(lab.iam("GET", &path, &Value::Null).await.status, status);
        }
        let member = format!("serviceAccount:{email}");
        let policy = json!({"policy": {"bindings": [{"role": "roles/viewer", "members": [member]}]}});
        let set = format!("v1/projects/{PROJECT}:setIamPolicy");
        let refused = lab.manager("POST", &set, &policy).await.error();
        assert!(
            refused.0 == 400 && refused.2.contains("does not exist"),
            "{refused:?}"
        );
        lab.manager("POST", &set, &policy).await.good();
        lab.bind_account(&email, USER, &principal("*")).await.good();
        lab.impersonate(&token, &email).await.good();
    }
}
