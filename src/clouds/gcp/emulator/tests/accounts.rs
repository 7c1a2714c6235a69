//! Service accounts, from birth to death and back.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, OTHER_PROJECT, PROJECT, principal};

const ACCOUNTS: &str = "v1/projects/acme-deploy/serviceAccounts";

#[tokio::test]
async fn an_account_reads_back_as_it_was_made() {
    let lab = Laboratory::open().await;
    let body = json!({"accountId": "deploy-api", "serviceAccount": {"displayName": "d", "description": "e"}});
    let made = lab.iam("POST", ACCOUNTS, &body).await.good();
    let email = "deploy-api@acme-deploy.iam.gserviceaccount.com";
    assert_eq!(made["email"], email);
    assert_eq!(
        made["name"],
        format!("projects/{PROJECT}/serviceAccounts/{email}")
    );
    assert_eq!(
        (&made["projectId"], &made["displayName"], made.get("disabled")),
        (&json!(PROJECT), &json!("d"), None)
    );
    let id = made["uniqueId"].as_str().unwrap();
    assert_eq!(id.len(), 21);
    for path in [
        format!("{ACCOUNTS}/{email}"),
        format!("{ACCOUNTS}/{id}"),
        format!("v1/projects/123456789/serviceAccounts/{email}"),
        format!("v1/projects/-/serviceAccounts/{email}"),
    ] {
        assert_eq!(lab.iam("GET", &path, &Value::Null).await.good(), made, "{path}");
    }
    let again = lab.iam("POST", ACCOUNTS, &body).await;
    assert_eq!(again.code(), (409, "ALREADY_EXISTS".to_owned()));
    assert!(again.error().2.contains("already exists within project"));
    let missing = lab
        .iam(
            "GET",
            &format!("{ACCOUNTS}/none@acme-deploy.iam.gserviceaccount.com"),
            &Value::Null,
        )
        .await;
    assert_eq!(missing.code(), (404, "NOT_FOUND".to_owned()));
    assert!(missing.error().2.contains("Unknown service account"));
    let anywhere = lab
        .iam(
            "GET",
            "v1/projects/-/serviceAccounts/none@x.iam.gserviceaccount.com",
            &Value::Null,
        )
        .await;
    assert_eq!(
        anywhere.code(),
        (403, "PERMISSION_DENIED".to_owned()),
        "a project is needed to be told"
    );
    let elsewhere = format!("v1/projects/{OTHER_PROJECT}/serviceAccounts/{email}");
    assert_eq!(lab.iam("GET", &elsewhere, &Value::Null).await.status, 404);
    let nowhere = lab
        .iam("POST", "v1/projects/nobody-has-it/serviceAccounts", &body)
        .await;
    assert_eq!(nowhere.status, 403);
}

#[tokio::test]
async fn what_has_no_right_shape_is_refused() {
    let lab = Laboratory::open().await;
    for body in [
        json!({"accountId": "short"}),
        json!({"accountId": "1starts"}),
        json!({"accountId": "ends-with-"}),
        json!({"accountId": "Upper-case"}),
        json!({"accountId": "a".repeat(31)}),
        json!({"accountId": "deploy-api", "serviceAccount": {"displayName": "x".repeat(101)}}),
        json!({"accountId": "deploy-api", "serviceAccount": {"description": "x".repeat(257)}}),
        json!({"accountId": "deploy-api", "serviceAccount": {"nickname": "x"}}),
        json!({"account": "deploy-api"}),
    ] {
        assert_eq!(
            lab.iam("POST", ACCOUNTS, &body).await.code(),
            (400, "INVALID_ARGUMENT".to_owned()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_update_has_its_mask_in_the_body() {
    let lab = Laboratory::open().await;
    let email = lab.account("deploy-api").await;
    let path = format!("{ACCOUNTS}/{email}");
    let update = json!({"serviceAccount": {"displayName": "new", "description": "unnamed"}, "updateMask": "display_name"});
    let patched = lab.iam("PATCH", &path, &update).await.good();
    assert_eq!(
        patched,
        json!({"name": format!("projects/{PROJECT}/serviceAccounts/{email}"), "displayName": "new"})
    );
    let read = lab.iam("GET", &path, &Value::Null).await.good();
    assert_eq!(
        (&read["displayName"], read.get("description")),
        (&json!("new"), None)
    );
    for body in [
        json!({"serviceAccount": {}}),
        json!({"updateMask": "disabled"}),
        json!({"updateMask": "x"}),
    ] {
        assert_eq!(lab.iam("PATCH", &path, &body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn an_account_made_anew_is_another_one() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let email = lab.account("deploy-api").await;
    let path = format!("{ACCOUNTS}/{email}");
    let old = lab.iam("GET", &path, &Value::Null).await.good()["uniqueId"]
        .as_str()
        .unwrap()
        .to_owned();
    lab.bind_account(&email, "roles/iam.workloadIdentityUser", &principal("*"))
        .await
        .good();
    lab.bind_project("roles/storage.objectViewer", &format!("serviceAccount:{email}"))
        .await;
    let token = lab.exchanged(&json!({})).await;
    let spoken = lab.impersonate(&token, &email).await.good()["accessToken"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(lab.read_object(&spoken).await.status, 200);
    assert_eq!(lab.iam("DELETE", &path, &Value::Null).await.good(), json!({}));
    assert_eq!(lab.read_object(&spoken).await.status, 401);
    let policy = |answer: Value| answer["bindings"][0]["members"][0].as_str().unwrap().to_owned();
    let get = format!("v1/projects/{PROJECT}:getIamPolicy");
    let shown = policy(lab.manager("POST", &get, &json!({})).await.good());
    assert_eq!(shown, format!("deleted:serviceAccount:{email}?uid={old}"));
    lab.account("deploy-api").await;
    let new = lab.iam("GET", &path, &Value::Null).await.good()["uniqueId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(old, new);
    assert_eq!(
        policy(lab.manager("POST", &get, &json!({})).await.good()),
        shown,
        "the old binding is not the new account's"
    );
    assert_eq!(lab.impersonate(&token, &email).await.status, 403);
    let undelete = format!("{ACCOUNTS}/{old}:undelete");
    assert_eq!(
        lab.iam("POST", &undelete, &json!({})).await.status,
        409,
        "the name is taken"
    );
    lab.iam("DELETE", &path, &Value::Null).await.good();
    let restored = lab.iam("POST", &undelete, &json!({})).await.good();
    assert_eq!(restored["restoredAccount"]["uniqueId"], old);
    assert_eq!(
        policy(lab.manager("POST", &get, &json!({})).await.good()),
        format!("serviceAccount:{email}")
    );
    lab.impersonate(&token, &email).await.good();
}

#[tokio::test]
async fn a_disabled_account_is_worth_nothing() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let email = lab.account("deploy-api").await;
    lab.bind_account(&email, "roles/iam.workloadIdentityUser", &principal("*"))
        .await
        .good();
    lab.bind_project("roles/storage.objectViewer", &format!("serviceAccount:{email}"))
        .await;
    let token = lab.exchanged(&json!({})).await;
    let spoken = lab.impersonate(&token, &email).await.good()["accessToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{ACCOUNTS}/{email}");
    assert_eq!(
        lab.iam("POST", &format!("{path}:disable"), &json!({}))
            .await
            .good(),
        json!({})
    );
    assert_eq!(lab.iam("GET", &path, &Value::Null).await.good()["disabled"], true);
    assert_eq!(lab.impersonate(&token, &email).await.status, 403);
    assert_eq!(lab.read_object(&spoken).await.status, 401);
    lab.iam("POST", &format!("{path}:enable"), &json!({}))
        .await
        .good();
    assert_eq!(lab.read_object(&spoken).await.status, 200);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let lab = Laboratory::open().await;
    for n in 0..3 {
        lab.account(&format!("account{n}")).await;
    }
    let first = lab
        .iam("GET", &format!("{ACCOUNTS}?pageSize=2"), &Value::Null)
        .await
        .good();
    assert_eq!(first["accounts"].as_array().unwrap().len(), 2);
    let token = first["nextPageToken"].as_str().unwrap();
    let rest = lab
        .iam("GET", &format!("{ACCOUNTS}?pageToken={token}"), &Value::Null)
        .await
        .good();
    assert_eq!(
        rest["accounts"].as_array().unwrap().len(),
        2,
        "the deployer is one of four"
    );
    assert_eq!(rest.get("nextPageToken"), None);
}
