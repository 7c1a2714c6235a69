//! Allow policies: etags, versions, members.

use serde_json::{Value, json};

use super::laboratory::{Laboratory, NUMBER, POOL, PROJECT, pools, principal};

const PROJECT_POLICY: &str = "v1/projects/acme-deploy";

async fn get(lab: &Laboratory, version: u8) -> Value {
    let body = json!({"options": {"requestedPolicyVersion": version}});
    lab.manager("POST", &format!("{PROJECT_POLICY}:getIamPolicy"), &body)
        .await
        .good()
}

async fn set(lab: &Laboratory, policy: Value) -> super::laboratory::Answer {
    lab.manager(
        "POST",
        &format!("{PROJECT_POLICY}:setIamPolicy"),
        &json!({ "policy": policy }),
    )
    .await
}

fn until(title: &str) -> Value {
    json!({"title": title, "expression": "request.time < timestamp('2027-01-01T00:00:00Z')", "description": "d"})
}

#[tokio::test]
async fn a_policy_is_merged_and_has_an_etag() {
    let lab = Laboratory::open().await;
    assert_eq!(get(&lab, 3).await, json!({"etag": "ACAB"}));
    let policy = json!({"etag": "ACAB", "bindings": [
        {"role": "roles/viewer", "members": ["user:b@acme.example", "user:a@acme.example"]},
        {"role": "roles/browser", "members": []},
        {"role": "roles/viewer", "members": ["user:a@acme.example", "group:c@acme.example"]},
    ]});
    let written = set(&lab, policy.clone()).await.good();
    assert_eq!(written["version"], 1);
    assert_eq!(
        written["bindings"],
        json!([
        {"role": "roles/viewer", "members": ["group:c@acme.example", "user:a@acme.example", "user:b@acme.example"]}])
    );
    assert_ne!(written["etag"], "ACAB");
    for version in [0, 1, 3] {
        assert_eq!(get(&lab, version).await, written);
    }
    let stale = set(&lab, policy).await;
    assert_eq!(stale.code(), (409, "ABORTED".to_owned()));
    assert!(stale.error().2.contains("read-modify-write"));
    let blind = set(&lab, json!({"bindings": []})).await.good();
    assert_eq!(
        blind.as_object().unwrap().len(),
        1,
        "an empty policy is an etag: {blind}"
    );
    let by_number = format!("v3/projects/{NUMBER}:getIamPolicy");
    assert_eq!(lab.manager("POST", &by_number, &json!({})).await.good(), blind);
}

/// Clients that hold octets write the etag in the other alphabet.
#[tokio::test]
async fn an_etag_is_octets() {
    let lab = Laboratory::open().await;
    let mut seen = false;
    for _ in 0..40 {
        let etag = get(&lab, 3).await["etag"].as_str().unwrap().to_owned();
        seen |= etag.contains(['+', '/']);
        let other = etag.replace('+', "-").replace('/', "_");
        set(&lab, json!({"etag": other, "bindings": []})).await.good();
    }
    assert!(seen, "no etag had a letter that differs");
    assert_eq!(
        set(&lab, json!({"etag": "ACAB", "bindings": []})).await.status,
        409
    );
}

#[tokio::test]
async fn a_mask_says_what_is_written() {
    let lab = Laboratory::open().await;
    let configs = json!([{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]);
    let viewer = json!([{"role": "roles/viewer", "members": ["user:a@acme.example"]}]);
    let path = format!("{PROJECT_POLICY}:setIamPolicy");
    let all = json!({"policy": {"bindings": viewer, "auditConfigs": configs}, "updateMask": "bindings,etag,auditConfigs"});
    assert_eq!(
        lab.manager("POST", &path, &all).await.good()["auditConfigs"],
        configs
    );
    let kept = set(&lab, json!({"bindings": []})).await.good();
    assert_eq!(kept["auditConfigs"], configs, "the usual mask leaves them alone");
    let wrong = json!({"policy": {}, "updateMask": "members"});
    assert_eq!(lab.manager("POST", &path, &wrong).await.status, 400);
}

#[tokio::test]
async fn conditions_take_version_three_and_the_etag() {
    let lab = Laboratory::open().await;
    let conditional = |etag: Option<&str>, version: u8| {
        let mut policy = json!({"version": version, "bindings": [
            {"role": "roles/browser", "members": ["user:a@acme.example"], "condition": until("soon")},
            {"role": "roles/browser", "members": ["user:b@acme.example"]}]});
        if let Some(etag) = etag {
            policy["etag"] = json!(etag);
        }
        policy
    };
    assert_eq!(set(&lab, conditional(Some("ACAB"), 1)).await.status, 400);
    assert_eq!(set(&lab, conditional(None, 3)).await.status, 400);
    let written = set(&lab, conditional(Some("ACAB"), 3)).await.good();
    assert_eq!(
        (&written["version"], written["bindings"].as_array().unwrap().len()),
        (&json!(3), 2)
    );
    assert_eq!(get(&lab, 3).await, written);
    let hidden = get(&lab, 1).await;
    let roles: Vec<&str> = hidden["bindings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["role"].as_str().unwrap())
        .collect();
    assert_eq!(hidden["version"], 1);
    assert!(
        roles[0] == "roles/browser" && roles[1].starts_with("roles/browser_withcond_"),
        "{roles:?}"
    );
    assert!(
        hidden["bindings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one.get("condition").is_none())
    );
    assert_eq!(
        set(&lab, hidden.clone()).await.status,
        400,
        "what was hidden is not written back"
    );
    let etag = hidden["etag"].as_str().unwrap();
    assert_eq!(
        set(&lab, json!({"etag": etag, "bindings": []})).await.status,
        400,
        "it touches a condition"
    );
    set(&lab, json!({"etag": etag, "version": 3, "bindings": []}))
        .await
        .good();
    let many = ["true"; 14].join(" && ");
    for condition in [
        json!({"expression": "true"}),
        json!({"title": "t", "expression": "request.time <"}),
        json!({"title": "t", "expression": many}),
    ] {
        let etag = get(&lab, 3).await["etag"].clone();
        let binding =
            json!({"role": "roles/browser", "members": ["user:a@acme.example"], "condition": condition});
        assert_eq!(
            set(&lab, json!({"version": 3, "etag": etag, "bindings": [binding]}))
                .await
                .status,
            400,
            "{condition}"
        );
    }
    let etag = get(&lab, 3).await["etag"].clone();
    let basic =
        json!({"role": "roles/viewer", "members": ["user:a@acme.example"], "condition": until("soon")});
    let refused = set(&lab, json!({"version": 3, "etag": etag, "bindings": [basic]})).await;
    assert!(
        refused.status == 400 && refused.text.contains("basic role"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn members_have_to_exist() {
    let lab = Laboratory::open().await;
    lab.pool().await;
    let email = lab.account("deploy-api").await;
    let of = |member: &str| json!({"bindings": [{"role": "roles/viewer", "members": [member]}]});
    for good in [
        principal("*"),
        principal("subject/repo:a/b"),
        principal("attribute.repository/acme/api"),
        format!("serviceAccount:{email}"),
        "user:a@acme.example".to_owned(),
        "domain:acme.example".to_owned(),
    ] {
        set(&lab, of(&good)).await.good();
    }
    for (bad, says) in [
        (
            principal("*").replace("/pool/", "/none/"),
            "Identity Pool does not exist",
        ),
        (principal("*").replace(NUMBER, PROJECT), "expected the number"),
        (principal("group/"), "Invalid principal"),
        (
            "serviceAccount:none@acme-deploy.iam.gserviceaccount.com".to_owned(),
            "does not exist",
        ),
        (email.clone(), "unknown type"),
        ("robot:x@y".to_owned(), "unknown type"),
        ("allUsers".to_owned(), "not allowed"),
        ("allAuthenticatedUsers".to_owned(), "not allowed"),
        ("deleted:serviceAccount:x@y?uid=1".to_owned(), "does not exist"),
    ] {
        let refused = set(&lab, of(&bad)).await.error();
        assert_eq!(
            (refused.0, refused.1.as_str()),
            (400, "INVALID_ARGUMENT"),
            "{bad}"
        );
        assert!(refused.2.contains(says), "{bad}: {}", refused.2);
    }
    for role in ["viewer", "roles/", "roles/viewer_withcond_0123", ""] {
        let policy = json!({"bindings": [{"role": role, "members": ["user:a@acme.example"]}]});
        assert_eq!(set(&lab, policy).await.status, 400, "{role}");
    }
    set(&lab, of(&principal("*"))).await.good();
    lab.iam("DELETE", &format!("{}/pool", pools()), &Value::Null)
        .await
        .good();
    assert!(
        set(&lab, of(&principal("*")))
            .await
            .error()
            .2
            .contains("Identity Pool does not exist"),
        "{POOL} is deleted"
    );
}

#[tokio::test]
async fn a_policy_holds_so_many_members() {
    let lab = Laboratory::open().await;
    let members = |count: usize| {
        (0..count)
            .map(|n| format!("user:u{n}@acme.example"))
            .collect::<Vec<_>>()
    };
    let split = json!({"bindings": [{"role": "roles/viewer", "members": members(1_000)},
        {"role": "roles/browser", "members": members(501)}]});
    assert_eq!(set(&lab, split).await.status, 400, "each appearance counts");
    let full = json!({"bindings": [{"role": "roles/viewer", "members": members(1_000)},
        {"role": "roles/browser", "members": members(500)}]});
    set(&lab, full).await.good();
    let binding = |n: usize| json!({"role": "roles/browser", "members": ["user:a@acme.example"], "condition": until(&n.to_string())});
    for (count, status) in [(21, 400), (20, 200)] {
        let etag = get(&lab, 3).await["etag"].clone();
        let bindings: Vec<Value> = (0..count).map(binding).collect();
        let answer = set(&lab, json!({"version": 3, "etag": etag, "bindings": bindings})).await;
        assert_eq!(answer.status, status, "{count} conditions: {}", answer.text);
    }
}

#[tokio::test]
async fn projects_folders_and_organizations() {
    let lab = Laboratory::open().await;
    let v1 = lab.manager("GET", PROJECT_POLICY, &Value::Null).await.good();
    assert_eq!(
        (&v1["projectId"], &v1["projectNumber"], &v1["lifecycleState"]),
        (&json!(PROJECT), &json!(NUMBER), &json!("ACTIVE"))
    );
    for name in [PROJECT, NUMBER] {
        let v3 = lab
            .manager("GET", &format!("v3/projects/{name}"), &Value::Null)
            .await
            .good();
        assert_eq!(
            (&v3["name"], &v3["projectId"], &v3["state"]),
            (
                &json!(format!("projects/{NUMBER}")),
                &json!(PROJECT),
                &json!("ACTIVE")
            )
        );
    }
    assert_eq!(
        lab.manager("GET", "v1/projects/nobody-has-it", &Value::Null)
            .await
            .code(),
        (403, "PERMISSION_DENIED".to_owned())
    );
    for node in ["v3/folders/500000000001", "v3/organizations/600000000001"] {
        let policy =
            json!({"policy": {"bindings": [{"role": "roles/viewer", "members": ["user:a@acme.example"]}]}});
        let written = lab
            .manager("POST", &format!("{node}:setIamPolicy"), &policy)
            .await
            .good();
        assert_eq!(
            lab.manager("POST", &format!("{node}:getIamPolicy"), &json!({}))
                .await
                .good(),
            written
        );
    }
    assert_eq!(
        lab.manager("POST", "v3/folders/1:getIamPolicy", &json!({}))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn a_policy_of_an_account_is_asked_for_in_the_query() {
    let lab = Laboratory::open().await;
    let email = lab.account("deploy-api").await;
    let path = format!("v1/projects/{PROJECT}/serviceAccounts/{email}:getIamPolicy");
    let asked = lab
        .iam(
            "POST",
            &format!("{path}?options.requestedPolicyVersion=3"),
            &Value::Null,
        )
        .await
        .good();
    assert_eq!(asked, json!({"etag": "ACAB"}));
    assert_eq!(
        lab.iam(
            "POST",
            &format!("{path}?options.requestedPolicyVersion=2"),
            &Value::Null
        )
        .await
        .status,
        400
    );
    assert_eq!(lab.iam("POST", &path, &json!({"options": {}})).await.status, 400);
}
