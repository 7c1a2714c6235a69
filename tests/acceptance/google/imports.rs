//! Trusts that existed before.

use super::{ADDRESS, Google};
use crate::harness::Lab;
use serde_json::Value;

crate::on_sandbox!(
    imported,
    imported_with_more,
    imported_and_never_applied,
    imported_from_a_pool_of_several
);

fn imported(lab: &Lab) {
    let google = Google::of(lab);
    let (project, number) = google.project();
    let trust = google.trust().without("credential_source").without("platform");
    // what somebody made by hand, as the arguments would have it
    let first = google.configuration(&google.trust().to_string());
    first.settle("to be found");
    for named in [&project, &number] {
        let terraform =
            google.configuration(&trust.clone().with("platform", r#""github-actions""#).to_string());
        let id = google.provider_name().replace(&number, named);
        terraform
            .run(&["import", "-no-color", ADDRESS, &id])
            .succeeded("import");
        let state = terraform.state(ADDRESS);
        assert_eq!(
            state["subjects"],
            serde_json::json!(["repo:acme/api:ref:refs/heads/main"])
        );
        assert_eq!(state["provider_name"], google.provider_name());
        // the catalogue id of a platform that the issuer does not tell is a change of the state alone
        let before = google.active(&google.provider_name());
        terraform.settle("after the import");
        assert_eq!(
            google.active(&google.provider_name()),
            before,
            "nothing was written"
        );
    }
    let refused = first.run(&["import", "-no-color", "oidcfed_gcp_trust.other", "ci/github"]);
    assert_ne!(refused.code, 0);
    first.destroy();
}

/// A condition that the arguments cannot express, and a service account.
fn imported_with_more(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let account = "projects/sandbox-one/serviceAccounts";
    google.iam("POST", account, serde_json::json!({ "accountId": "deploy-api" }));
    let email = format!("deploy-api@{project}.iam.gserviceaccount.com");
    let trust = google
        .trust()
        .with("service_account_email", format!("\"{email}\""));
    let first = google.configuration(&trust.to_string());
    first.settle("to be found");
    let bound = google.account_members(&email);
    let terraform = google.configuration(&trust.to_string());
    let id = format!("{},{email}", google.provider_name());
    terraform
        .run(&["import", "-no-color", ADDRESS, &id])
        .succeeded("import");
    assert_eq!(terraform.state(ADDRESS)["service_account_email"], email);
    terraform.settle("after the import");
    assert_eq!(google.account_members(&email), bound);
    let url = format!("{}?updateMask=attributeCondition", google.provider_name());
    google.iam(
        "PATCH",
        &url,
        serde_json::json!({ "attributeCondition": "assertion.sub != 'nobody'" }),
    );
    let other = google.configuration(&trust.to_string());
    other
        .run(&["import", "-no-color", ADDRESS, &id])
        .succeeded("import");
    assert_eq!(
        other.state(ADDRESS)["effective_attribute_condition"],
        "assertion.sub != 'nobody'"
    );
    first.settle("and written again");
    first.destroy();
    assert!(
        google.get(&format!("{account}/{email}")).is_some(),
        "an account that is only named stays"
    );
    assert!(
        google.account_members(&email).is_empty(),
        "but nobody of ours may act as it"
    );
}

/// A pool that somebody made and that no apply wrote is not ours to delete.
fn imported_and_never_applied(lab: &Lab) {
    let google = Google::of(lab);
    let first = google.configuration(&google.trust().to_string());
    first.settle("to be found");
    // as if made by hand: without the mark
    let unmarked = serde_json::json!({ "description": "somebody's" });
    google.iam(
        "PATCH",
        &format!("{}?updateMask=description", google.pool_name()),
        unmarked,
    );
    let terraform = google.configuration(&google.trust().to_string());
    terraform
        .run(&["import", "-no-color", ADDRESS, &google.provider_name()])
        .succeeded("import");
    let destroyed = terraform.run(&["destroy", "-auto-approve", "-no-color"]);
    assert!(destroyed.all().contains("The pool stays"), "{}", destroyed.all());
    destroyed.succeeded("destroy");
    let pool = google.active(&google.pool_name()).expect("the pool stays");
    assert_eq!(
        (&pool["description"], &pool["disabled"]),
        (&serde_json::json!("somebody's"), &Value::Null)
    );
    assert!(google.active(&google.provider_name()).is_none());
}

/// What it maps tells that the pool is one of several: the next plan is empty, and the last one to leave takes the pool with it.
fn imported_from_a_pool_of_several(lab: &Lab) {
    let google = Google::of(lab);
    let trust = google.trust().with(
        "pool",
        format!(r#"{{ id = "{}", ownership = "shared" }}"#, google.pool),
    );
    let first = google.configuration(&trust.to_string());
    first.settle("to be found");
    let platform = trust.without("credential_source");
    let terraform = google.configuration(&platform.to_string());
    terraform
        .run(&["import", "-no-color", ADDRESS, &google.provider_name()])
        .succeeded("import");
    let state = terraform.state(ADDRESS);
    assert_eq!(state["pool"]["ownership"], "shared");
    assert_eq!(state["attribute_mapping"], Value::Null);
    let before = google.active(&google.provider_name());
    terraform.settle("after the import");
    assert_eq!(
        google.active(&google.provider_name()),
        before,
        "nothing was written"
    );
    terraform.destroy();
    assert!(
        google.active(&google.pool_name()).is_none(),
        "the mark tells whose it is"
    );
}
