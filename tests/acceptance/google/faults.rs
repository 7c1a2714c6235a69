//! What goes wrong on the way: a Google that lags, throttles, refuses and loses answers. Nothing is doubled, nothing lost.

use super::{ADDRESS, Google, refusal};
use crate::harness::{Lab, on_sandbox_with};
use crate::hcl::Block;
use serde_json::json;

crate::on_sandbox!(
    fresh_objects_lag,
    a_busy_project,
    others_write_the_policy_too,
    a_lost_answer_makes_no_second_object,
    an_operation_that_fails_keeps_what_there_is,
    operations_that_may_not_be_looked_at,
    organisation_policy_and_disabled_services
);

fn full(google: &Google<'_>) -> Block {
    google
        .trust()
        .with("service_account", r#"{ account_id = "deploy-api" }"#)
        .with(
            "grants",
            r#"{ storage = { project = "sandbox-one", role = "roles/storage.objectViewer" } }"#,
        )
}

fn fresh_objects_lag(lab: &Lab) {
    let google = Google::of(lab);
    for (what, fresh) in [
        (
            "operations",
            json!({ "operation_reads": 2, "operation_polls": 3 }),
        ),
        (
            "accounts, hidden",
            json!({ "account_uses": 2, "account_status": 403, "account_members": 2 }),
        ),
        (
            "accounts, missing",
            json!({ "account_uses": 2, "account_status": 404, "account_members": 2 }),
        ),
    ] {
        google.set_faults(json!({ "fresh": fresh }));
        let terraform = google.configuration(&full(&google).to_string());
        terraform.settle(what);
        terraform.destroy();
        google.set_faults(json!({}));
    }
    // an account that this run did not make is not waited for
    let given = google.trust().with(
        "service_account_email",
        r#""nobody@sandbox-one.iam.gserviceaccount.com""#,
    );
    let terraform = google.configuration(&given.to_string());
    let calls = google.calls_during(|| {
        let text = refusal(&terraform, "apply");
        assert!(text.contains("Could not change the policy"), "{text}");
    });
    let asked = calls.iter().filter(|call| call.contains("IamPolicy")).count();
    assert_eq!(asked, 1, "{calls:?}");
}

fn a_busy_project(lab: &Lab) {
    let google = Google::of(lab);
    google.set_faults(json!({ "throttle_every": 4 }));
    let terraform = google.configuration(&full(&google).to_string());
    terraform.settle("in a throttled project");
    terraform.destroy();
}

/// Between our read and our write somebody else writes: nobody's grant is lost.
fn others_write_the_policy_too(lab: &Lab) {
    let google = Google::of(lab);
    google.set_faults(json!({ "concurrent_writers": 3 }));
    let terraform = google.configuration(&full(&google).to_string());
    terraform.settle("overtaken three times");
    google.set_faults(json!({ "concurrent_writers": 2 }));
    terraform.destroy();
    let (project, _) = google.project();
    assert!(
        !google
            .project_members(&project)
            .iter()
            .any(|one| one.contains("deploy-api"))
    );
}

fn a_lost_answer_makes_no_second_object(lab: &Lab) {
    let google = Google::of(lab);
    for operation in [
        "CreateWorkloadIdentityPool",
        "CreateWorkloadIdentityPoolProvider",
        "SetIamPolicy",
    ] {
        google.set_faults(json!({ "fail": [{ "operation": operation, "code": "UNAVAILABLE", "status": 503, "applied": true }] }));
        let terraform = google.configuration(&full(&google).to_string());
        terraform.settle(&format!("after the answer of {operation} was lost"));
        google.set_faults(json!({}));
        terraform.destroy();
    }
}

/// After its POST a pool may exist whatever becomes of the operation: it is in the state, and the next apply goes on from there.
fn an_operation_that_fails_keeps_what_there_is(lab: &Lab) {
    let google = Google::of(lab);
    google.set_faults(json!({ "operations": [{ "code": 13, "message": "said the test" }] }));
    let terraform = google.configuration(&full(&google).to_string());
    let text = refusal(&terraform, "apply");
    assert!(text.contains("said the test"), "{text}");
    assert_eq!(terraform.known(), [ADDRESS], "the trust is in the state");
    google.set_faults(json!({}));
    terraform.settle("the second time");
    terraform.destroy();
    assert!(google.active(&google.pool_name()).is_none());
}

/// Without `iam.operations.get` nobody says that a change failed: the provider itself is looked at.
fn operations_that_may_not_be_looked_at(lab: &Lab) {
    let google = Google::of(lab);
    let denied =
        json!({ "operation": "GetOperation", "code": "PERMISSION_DENIED", "status": 403, "times": 1000 });
    google.set_faults(json!({ "fail": [denied] }));
    let terraform = google.configuration(&full(&google).to_string());
    terraform.settle("without looking at operations");
    let narrower = full(&google).with("subjects", r#"["repo:acme/api:environment:production"]"#);
    terraform.write("main.tf", &narrower.to_string());
    let failing = json!([{ "code": 13, "message": "said the test" }]);
    google.set_faults(json!({ "fail": [denied], "operations": failing }));
    let text = refusal(&terraform, "apply");
    assert!(text.contains("The provider is not what it was set to"), "{text}");
    google.set_faults(json!({ "fail": [denied] }));
    terraform.settle("when it works");
    google.set_faults(json!({}));
    terraform.destroy();
}

fn organisation_policy_and_disabled_services(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration(&full(&google).to_string());
    google.set_faults(json!({ "allowed_issuers": ["https://issuer.example"] }));
    let text = refusal(&terraform, "apply");
    assert!(
        text.contains("constraints/iam.workloadIdentityPoolProviders"),
        "{text}"
    );
    google.set_faults(json!({ "disabled_services": ["iam.googleapis.com"] }));
    let text = refusal(&terraform, "apply");
    assert!(
        text.contains("gcloud services enable iam.googleapis.com"),
        "{text}"
    );
    google.set_faults(json!({}));
    terraform.settle("when it may");
    terraform.destroy();
}

/// New accounts are seen, and policies decide, three seconds after they were written: a create waits for its own.
#[test]
fn what_this_run_made_is_seen_later() {
    on_sandbox_with(&["--consistency-delay", "3"], "what_is_seen_later", |lab| {
        let google = Google::of(lab);
        let terraform = google.configuration(&full(&google).to_string());
        let calls = google.calls_during(|| drop(terraform.apply()));
        let asked = |operation: &str| calls.iter().filter(|call| *call == operation).count();
        assert_eq!(asked("CreateServiceAccount"), 1, "{calls:?}");
        let (read, written) = ("GetServiceAccountIamPolicy", "SetServiceAccountIamPolicy");
        assert!(asked(read) > 1, "nothing was waited for: {calls:?}");
        assert_eq!(
            (asked(written), asked("SetProjectIamPolicy")),
            (1, 1),
            "{calls:?}"
        );
        terraform.assert_empty_plan("after the wait");
        let (project, _) = google.project();
        let email = format!("deploy-api@{project}.iam.gserviceaccount.com");
        let granted = format!("roles/storage.objectViewer serviceAccount:{email}");
        assert_eq!(google.account_members(&email).len(), 1);
        assert!(google.project_members(&project).contains(&granted));
        terraform.destroy();
    });
}

/// An account that is given is somebody else's: whether it is seen is theirs to know, and the first answer counts. On this
/// Google nothing new is seen within the hour.
#[test]
fn a_given_account_is_not_waited_for() {
    on_sandbox_with(&["--consistency-delay", "3600"], "a_given_account", |lab| {
        let google = Google::of(lab);
        let (project, _) = google.project();
        let accounts = format!("projects/{project}/serviceAccounts");
        google.iam("POST", &accounts, json!({ "accountId": "deploy-api" }));
        let email = format!("deploy-api@{project}.iam.gserviceaccount.com");
        let given = google
            .trust()
            .with("service_account_email", format!("\"{email}\""));
        let terraform = google.configuration(&given.to_string());
        let calls = google.calls_during(|| {
            let text = refusal(&terraform, "apply");
            assert!(text.contains(&email), "{text}");
        });
        let asked = calls.iter().filter(|call| call.contains("IamPolicy")).count();
        assert_eq!(asked, 1, "{calls:?}");
        // one that is seen is bound at once: nothing of the binding is waited for
        let deployer = google.told()["deployer"]["email"]
            .as_str()
            .expect("an account")
            .to_owned();
        let seen = google
            .trust()
            .with("service_account_email", format!("\"{deployer}\""));
        terraform.write("main.tf", &seen.to_string());
        let calls = google.calls_during(|| drop(terraform.apply()));
        let written = calls
            .iter()
            .filter(|call| *call == "SetServiceAccountIamPolicy")
            .count();
        assert_eq!(written, 1, "{calls:?}");
        terraform.assert_empty_plan("with the account that is there");
        terraform.destroy();
    });
}
