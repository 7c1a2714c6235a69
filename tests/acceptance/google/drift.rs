//! Somebody changes or deletes what we made, behind our back.

use super::{ADDRESS, Google};
use crate::harness::Lab;
use serde_json::{Value, json};

crate::on_sandbox!(changed, deleted, everything_gone);

const GRANTED: &str = r#"{ storage = { project = "sandbox-one", role = "roles/storage.objectViewer" } }"#;

/// Each change shows in the plan, the widening one with a token, and is undone by the apply.
fn changed(lab: &Lab) {
    let google = Google::of(lab);
    let trust = google
        .trust()
        .with("service_account", r#"{ account_id = "deploy-api" }"#);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("at first");
    let (pool, provider) = (google.pool_name(), google.provider_name());
    let (before_pool, before) = (google.active(&pool), google.active(&provider));
    let email = terraform.state(ADDRESS)["service_account_email"]
        .as_str()
        .expect("an account")
        .to_owned();
    let account = format!("projects/sandbox-one/serviceAccounts/{email}");
    let condition = "assertion.sub.startsWith('repo:acme/')";
    let steps = [
        (
            format!("{provider}?updateMask=attributeCondition"),
            json!({ "attributeCondition": condition }),
        ),
        (
            format!("{provider}?updateMask=oidc.allowedAudiences"),
            json!({ "oidc": { "allowedAudiences": ["other"] } }),
        ),
        (
            format!("{provider}?updateMask=attributeMapping"),
            json!({ "attributeMapping": { "google.subject": "assertion.sub", "attribute.oidcfed_trust": "assertion.sub" } }),
        ),
        (
            format!("{provider}?updateMask=disabled"),
            json!({ "disabled": true }),
        ),
        (
            format!("{provider}?updateMask=displayName"),
            json!({ "displayName": "somebody's" }),
        ),
        (
            format!("{pool}?updateMask=disabled,displayName"),
            json!({ "disabled": true, "displayName": "somebody's" }),
        ),
        (
            account.clone(),
            json!({ "serviceAccount": { "displayName": "somebody's" }, "updateMask": "displayName" }),
        ),
    ];
    for (path, body) in steps {
        google.iam("PATCH", &path, body);
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{path}\n{}", plan.text);
        if path.contains("attributeCondition") {
            assert!(
                plan.text.contains("The change newly refuses tokens") || plan.text.contains("newly"),
                "{}",
                plan.text
            );
        }
        terraform.apply_plan();
        terraform.assert_empty_plan(&path);
        assert_eq!(
            (google.active(&pool), google.active(&provider)),
            (before_pool.clone(), before.clone()),
            "{path}"
        );
    }
    terraform.destroy();
}

fn deleted(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let trust = google
        .trust()
        .with("service_account", r#"{ account_id = "deploy-api" }"#)
        .with("grants", GRANTED);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("at first");
    let email = terraform.state(ADDRESS)["service_account_email"]
        .as_str()
        .expect("an account")
        .to_owned();
    let bound = google.account_members(&email);
    let account = format!("projects/{project}/serviceAccounts/{email}");
    let granted: Vec<String> = google
        .project_members(&project)
        .into_iter()
        .filter(|one| one.contains(&email))
        .collect();
    let (pool, provider) = (google.pool_name(), google.provider_name());
    let no_policy = json!({ "policy": { "bindings": [] } });
    let url = google.url("resource_manager", &format!("v3/projects/{project}:setIamPolicy"));
    let ways: [(&str, &dyn Fn()); 5] = [
        ("the provider", &|| {
            drop(google.iam("DELETE", &provider, Value::Null))
        }),
        ("the pool", &|| drop(google.iam("DELETE", &pool, Value::Null))),
        ("the binding", &|| {
            drop(google.iam("POST", &format!("{account}:setIamPolicy"), no_policy.clone()))
        }),
        ("the grant", &|| {
            drop(lab.boto.request(
                "POST",
                &url,
                ("Authorization", &google.token()),
                no_policy.clone(),
            ));
        }),
        ("the account", &|| {
            drop(google.iam("DELETE", &account, Value::Null))
        }),
    ];
    for (what, delete) in ways {
        delete();
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{what}\n{}", plan.text);
        terraform.apply_plan();
        terraform.assert_empty_plan(what);
        assert!(
            google.active(&pool).is_some() && google.active(&provider).is_some(),
            "{what}"
        );
        assert_eq!(google.account_members(&email), bound, "{what}");
        let now = google.project_members(&project);
        assert!(granted.iter().all(|one| now.contains(one)), "{what}: {now:?}");
    }
    terraform.destroy();
}

/// Nothing is left: the trust is gone from the state, and made again.
fn everything_gone(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration(&google.trust().to_string());
    terraform.settle("at first");
    google.iam("DELETE", &google.pool_name(), Value::Null);
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["create"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("made again");
    google.iam("DELETE", &google.pool_name(), Value::Null);
    terraform.destroy();
}
