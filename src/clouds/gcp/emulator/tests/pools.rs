//! Pools, from birth to death and back.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, NUMBER, OTHER_PROJECT, POOL, PROJECT, pools, provider};

async fn made(lab: &Laboratory, id: &str, body: &Value) {
    let path = format!("{}?workloadIdentityPoolId={id}", pools());
    lab.iam("POST", &path, body).await.good();
}

#[tokio::test]
async fn a_pool_reads_back_as_it_was_made() {
    let lab = Laboratory::open().await;
    let body = json!({"name": "whatever", "displayName": "é", "description": "from CI", "disabled": false,
        "mode": "FEDERATION_ONLY"});
    let path = format!("{}?workloadIdentityPoolId=pool", pools());
    let started = lab.iam("POST", &path, &body).await.good();
    let name = started["name"].as_str().unwrap();
    assert_eq!(started.as_object().unwrap().len(), 1, "only a name");
    let (of, id) = name.rsplit_once("/operations/").unwrap();
    assert_eq!(of, POOL);
    assert!(id.len() == 32 && id.starts_with('b'), "{id}");
    for project in [PROJECT, NUMBER] {
        let path = format!("v1/projects/{project}/locations/global/workloadIdentityPools/pool");
        assert_eq!(
            lab.iam("GET", &path, &Value::Null).await.good(),
            json!({"name": POOL, "displayName": "é", "description": "from CI", "mode": "FEDERATION_ONLY", "state": "ACTIVE"})
        );
    }
    let elsewhere = format!("v1/projects/{OTHER_PROJECT}/locations/global/workloadIdentityPools/pool");
    assert_eq!(
        lab.iam("GET", &elsewhere, &Value::Null).await.code(),
        (404, "NOT_FOUND".to_owned())
    );
    assert_eq!(
        lab.iam("POST", &path, &body).await.code(),
        (409, "ALREADY_EXISTS".to_owned())
    );
}

#[tokio::test]
async fn what_has_no_right_shape_is_refused() {
    let lab = Laboratory::open().await;
    for id in ["abc", "Pool", "gcp-pool", "a_bc", "", &"p".repeat(33)] {
        let path = format!("{}?workloadIdentityPoolId={id}", pools());
        assert_eq!(
            lab.iam("POST", &path, &json!({})).await.code(),
            (400, "INVALID_ARGUMENT".to_owned()),
            "{id}"
        );
    }
    for body in [
        json!({"displayName": "x".repeat(33)}),
        json!({"description": "x".repeat(257)}),
        json!({"displayname": "x"}),
        json!({"disabled": "true"}),
        json!({"mode": "SYSTEM_TRUST_DOMAIN"}),
        json!({"mode": "OTHER"}),
        json!([]),
    ] {
        let path = format!("{}?workloadIdentityPoolId=pool", pools());
        assert_eq!(lab.iam("POST", &path, &body).await.status, 400, "{body}");
    }
    let foreign = format!("{}?workloadIdentityPoolId=pool&poolId=x", pools());
    assert_eq!(lab.iam("POST", &foreign, &json!({})).await.status, 400);
    let tolerated = format!(
        "{}?workloadIdentityPoolId=pool&$alt=json;enum-encoding=int&prettyPrint=false",
        pools()
    );
    lab.iam("POST", &tolerated, &json!({"mode": 1})).await.good();
}

#[tokio::test]
async fn an_update_writes_what_its_mask_names() {
    let lab = Laboratory::open().await;
    made(
        &lab,
        "pool",
        &json!({"displayName": "a", "description": "b", "mode": "FEDERATION_ONLY"}),
    )
    .await;
    let pool = format!("{}/pool", pools());
    let patch = |mask: &'static str, body: Value| {
        let (lab, path) = (&lab, format!("{pool}{mask}"));
        async move { lab.iam("PATCH", &path, &body).await }
    };
    patch(
        "?updateMask=display_name,disabled",
        json!({"displayName": "c", "description": "lost", "disabled": true}),
    )
    .await
    .good();
    let read = lab.iam("GET", &pool, &Value::Null).await.good();
    assert_eq!(
        (&read["displayName"], &read["description"]),
        (&json!("c"), &json!("b"))
    );
    assert_eq!(read["disabled"], true);
    patch("?updateMask=description,disabled", json!({})).await.good();
    let read = lab.iam("GET", &pool, &Value::Null).await.good();
    assert_eq!((read.get("description"), read.get("disabled")), (None, None));
    for mask in [
        "",
        "?updateMask=",
        "?updateMask=nothing",
        "?updateMask=state",
        "?updateMask=displayName.x",
    ] {
        assert_eq!(patch(mask, json!({})).await.status, 400, "{mask}");
    }
    let mode = patch("?updateMask=mode", json!({"mode": "TRUST_DOMAIN"})).await;
    assert!(
        mode.status == 400 && mode.error().2.contains("immutable field"),
        "{mode:?}"
    );
}

#[tokio::test]
async fn a_deleted_pool_stays_for_thirty_days_and_comes_back_with_its_providers() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let pool = format!("{}/pool", pools());
    let provider_path = format!("{pool}/providers/prov");
    lab.iam("DELETE", &pool, &Value::Null).await.good();
    let read = lab.iam("GET", &pool, &Value::Null).await.good();
    assert_eq!(
        (&read["state"], &read["expireTime"]),
        (&json!("DELETED"), &json!("2026-10-21T14:13:20Z"))
    );
    assert_eq!(
        lab.iam("GET", &provider_path, &Value::Null).await.good()["state"],
        "DELETED"
    );
    let again = format!("{}?workloadIdentityPoolId=pool", pools());
    assert_eq!(
        lab.iam("POST", &again, &json!({})).await.code(),
        (409, "ALREADY_EXISTS".to_owned())
    );
    for (method, path, body) in [
        (
            "PATCH",
            format!("{pool}?updateMask=displayName"),
            json!({"displayName": "x"}),
        ),
        ("DELETE", pool.clone(), Value::Null),
        (
            "POST",
            format!("{pool}/providers?workloadIdentityPoolProviderId=more"),
            provider(),
        ),
        ("POST", format!("{provider_path}:undelete"), json!({})),
        (
            "PATCH",
            format!("{provider_path}?updateMask=displayName"),
            json!({"displayName": "x"}),
        ),
    ] {
        assert_eq!(
            lab.iam(method, &path, &body).await.code().0,
            400,
            "{method} {path}"
        );
    }
    lab.iam("POST", &format!("{pool}:undelete"), &json!({}))
        .await
        .good();
    for path in [&pool, &provider_path] {
        let read = lab.iam("GET", path, &Value::Null).await.good();
        assert_eq!((&read["state"], read.get("expireTime")), (&json!("ACTIVE"), None));
    }
    assert_eq!(
        lab.iam("POST", &format!("{pool}:undelete"), &json!({}))
            .await
            .status,
        400
    );
    lab.iam("DELETE", &pool, &Value::Null).await.good();
    lab.clock.advance(30 * 86_400);
    assert_eq!(lab.iam("GET", &pool, &Value::Null).await.status, 404);
    lab.iam("POST", &again, &json!({})).await.good();
}

#[tokio::test]
async fn lists_come_in_pages_and_show_deleted_ones_when_asked() {
    let lab = Laboratory::open().await;
    for number in 0..5 {
        made(&lab, &format!("pool{number}"), &json!({})).await;
    }
    lab.iam("DELETE", &format!("{}/pool3", pools()), &Value::Null)
        .await
        .good();
    let ids = |answer: &Value| -> Vec<String> {
        let listed = answer["workloadIdentityPools"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let ids = listed.iter().map(|pool| {
            pool["name"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned()
        });
        ids.collect()
    };
    let first = lab
        .iam("GET", &format!("{}?pageSize=3", pools()), &Value::Null)
        .await
        .good();
    assert_eq!(ids(&first), ["pool0", "pool1", "pool2"]);
    let token = first["nextPageToken"].as_str().unwrap();
    let next = format!("{}?pageSize=3&pageToken={token}", pools());
    let next = lab.iam("GET", &next, &Value::Null).await.good();
    assert_eq!(
        (ids(&next), next.get("nextPageToken")),
        (vec!["pool4".to_owned()], None)
    );
    for shown in ["true", "True"] {
        let all = lab
            .iam("GET", &format!("{}?showDeleted={shown}", pools()), &Value::Null)
            .await
            .good();
        assert_eq!(ids(&all).len(), 5);
    }
    for wrong in ["pageSize=-1", "pageSize=x", "pageToken=!", "showDeleted=maybe"] {
        assert_eq!(
            lab.iam("GET", &format!("{}?{wrong}", pools()), &Value::Null)
                .await
                .status,
            400,
            "{wrong}"
        );
    }
    let none = format!("v1/projects/{OTHER_PROJECT}/locations/global/workloadIdentityPools");
    assert_eq!(lab.iam("GET", &none, &Value::Null).await.good(), json!({}));
}

#[tokio::test]
async fn policies_and_rules_of_a_pool() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let pool = format!("{}/pool", pools());
    let get = format!("{pool}:getIamPolicy");
    assert_eq!(
        lab.iam("POST", &get, &json!({})).await.good(),
        json!({"etag": "ACAB"})
    );
    let policy =
        json!({"policy": {"bindings": [{"role": "roles/viewer", "members": ["user:a@acme.example"]}]}});
    let set = lab
        .iam("POST", &format!("{pool}:setIamPolicy"), &policy)
        .await
        .good();
    assert_eq!(set["version"], 1);
    assert_eq!(
        lab.iam("POST", &get, &json!({"options": {"requestedPolicyVersion": 3}}))
            .await
            .good(),
        set
    );
    let asked = json!({"permissions": ["iam.workloadIdentityPools.get", "iam.workloadIdentityPools.delete"]});
    let held = lab
        .iam("POST", &format!("{pool}:testIamPermissions"), &asked)
        .await
        .good();
    assert_eq!(held, asked);
    assert_eq!(
        lab.iam("GET", &format!("{pool}:listAttestationRules"), &Value::Null)
            .await
            .good(),
        json!({})
    );
    assert_eq!(
        lab.iam("GET", &format!("{pool}/providers/prov/keys"), &Value::Null)
            .await
            .good(),
        json!({})
    );
    assert_eq!(
        lab.iam(
            "GET",
            &format!("{}/none:listAttestationRules", pools()),
            &Value::Null
        )
        .await
        .status,
        404
    );
}

#[tokio::test]
async fn a_trust_domain_has_no_providers() {
    let lab = Laboratory::open().await;
    made(&lab, "domain", &json!({"mode": "TRUST_DOMAIN"})).await;
    let providers = format!("{}/domain/providers", pools());
    assert_eq!(lab.iam("GET", &providers, &Value::Null).await.status, 400);
    let create = format!("{providers}?workloadIdentityPoolProviderId=prov");
    assert_eq!(lab.iam("POST", &create, &provider()).await.status, 400);
}
