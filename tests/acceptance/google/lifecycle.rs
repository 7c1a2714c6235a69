//! A trust from its first plan to its last.

use super::{ADDRESS, Google};
use crate::harness::Lab;
use serde_json::{Value, json};

crate::on_sandbox!(
    made_as_written,
    straight_to_the_identities,
    destroyed_and_made_again,
    few_calls,
    twenty_at_once
);

const GRANTED: &str = r#"{ storage = { project = "sandbox-one", role = "roles/storage.objectViewer" } }"#;

fn made_as_written(lab: &Lab) {
    let google = Google::of(lab);
    let (project, number) = google.project();
    let trust = google
        .trust()
        .with(
            "pool",
            format!(
                r#"{{ id = "{}", display_name = "CI", description = "of acme" }}"#,
                google.pool
            ),
        )
        .with(
            "service_account",
            r#"{ account_id = "deploy-api", display_name = "Deploys the API" }"#,
        )
        .with("grants", GRANTED);
    let terraform = google.configuration(&trust.to_string());
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["create"]);
    let change = plan.change(ADDRESS);
    assert_eq!(change["after"]["provider_name"], google.provider_name());
    assert_eq!(change["after"]["project_number"], number);
    assert_eq!(change["after_unknown"]["service_account_email"], true);
    assert_eq!(change["after_unknown"]["id"], true);
    terraform.settle("after create");

    let pool = google.active(&google.pool_name()).expect("the pool");
    assert_eq!(pool["displayName"], "CI");
    assert_eq!(pool["description"], "of acme [oidcfed]");
    let provider = google.active(&google.provider_name()).expect("the provider");
    assert_eq!(
        provider["attributeCondition"],
        "assertion.sub in ['repo:acme/api:ref:refs/heads/main']"
    );
    assert_eq!(
        provider["attributeMapping"]["attribute.oidcfed_trust"],
        "'main-provider'"
    );
    let state = terraform.state(ADDRESS);
    let email = format!("deploy-api@{project}.iam.gserviceaccount.com");
    assert_eq!(state["service_account_email"], email);
    assert_eq!(state["pool"]["description"], "of acme", "the mark is not shown");
    let member = state["principal_set"].as_str().expect("a member");
    assert_eq!(
        google.account_members(&email),
        [format!("roles/iam.workloadIdentityUser {member}")]
    );
    let granted = format!("roles/storage.objectViewer serviceAccount:{email}");
    assert!(google.project_members(&project).contains(&granted));

    // the trust at work: a good token, and strangers'
    let audience = state["audience"].as_str().expect("an audience");
    let good = google.mint("repo:acme/api:ref:refs/heads/main", audience);
    let token = google.exchange(&good).expect("the good token");
    google.act_as(&token, &email).expect("acts as the account");
    for (subject, audience, code) in [
        (
            "repo:acme/api:ref:refs/heads/dev",
            audience,
            "unauthorized_client",
        ),
        (
            "repo:acme/api:ref:refs/heads/main",
            "sts.amazonaws.com",
            "invalid_grant",
        ),
    ] {
        assert_eq!(
            google.exchange(&google.mint(subject, audience)),
            Err(code.to_owned()),
            "{subject} {audience}"
        );
    }
    let configuration: Value =
        serde_json::from_str(state["credential_configuration"].as_str().expect("a file")).expect("JSON");
    assert_eq!(configuration["type"], "external_account");
    assert_eq!(
        configuration["audience"],
        format!("//iam.googleapis.com/{}", google.provider_name())
    );
    assert_eq!(
        configuration["credential_source"],
        json!({ "file": "/tmp/token", "format": { "type": "text" } })
    );

    terraform.destroy();
    assert_eq!(
        google.get(&google.pool_name()).expect("kept for thirty days")["state"],
        "DELETED"
    );
    assert_eq!(google.get(&google.pool_name()).expect("kept")["disabled"], true);
    assert!(
        google
            .get(&format!("projects/{project}/serviceAccounts/{email}"))
            .is_none(),
        "the account stayed"
    );
    assert!(
        !google.project_members(&project).contains(&granted),
        "the grant stayed"
    );
}

fn straight_to_the_identities(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let terraform = google.configuration(&google.trust().with("grants", GRANTED).to_string());
    terraform.settle("after create");
    let state = terraform.state(ADDRESS);
    let member = format!(
        "roles/storage.objectViewer {}",
        state["principal_set"].as_str().expect("a member")
    );
    assert!(google.project_members(&project).contains(&member));
    assert_eq!(state["service_account_email"], Value::Null);
    terraform.destroy();
    assert!(!google.project_members(&project).contains(&member));
}

/// The id is taken for thirty days, by what we switched off before it went: it is brought back, as it is written now.
fn destroyed_and_made_again(lab: &Lab) {
    let google = Google::of(lab);
    let trust = google
        .trust()
        .with("service_account", r#"{ account_id = "deploy-api" }"#);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("the first time");
    terraform.destroy();
    let changed = trust.with("subjects", r#"["repo:acme/api:environment:production"]"#);
    terraform.write("main.tf", &changed.to_string());
    terraform.settle("the second time");
    let provider = google.active(&google.provider_name()).expect("the provider");
    assert_eq!(
        provider["attributeCondition"],
        "assertion.sub in ['repo:acme/api:environment:production']"
    );
    assert_eq!(provider["disabled"], Value::Null);
    assert_eq!(
        google.active(&google.pool_name()).expect("the pool")["disabled"],
        Value::Null
    );
    let audience = terraform.state(ADDRESS)["audience"]
        .as_str()
        .expect("an audience")
        .to_owned();
    assert!(
        google
            .exchange(&google.mint("repo:acme/api:environment:production", &audience))
            .is_ok()
    );
    assert!(
        google
            .exchange(&google.mint("repo:acme/api:ref:refs/heads/main", &audience))
            .is_err()
    );
    terraform.destroy();
}

/// Pool, provider, service account and one binding. hashicorp/google needs 17, 5 and 11.
fn few_calls(lab: &Lab) {
    let google = Google::of(lab);
    let trust = google
        .trust()
        .with("service_account", r#"{ account_id = "deploy-api" }"#);
    let terraform = google.configuration(&trust.to_string());
    let create = google.calls_during(|| drop(terraform.apply()));
    assert!(
        create.len() <= 10,
        "{} calls to create: {create:#?}",
        create.len()
    );
    let refresh = google.calls_during(|| terraform.assert_empty_plan("after create"));
    assert!(
        refresh.len() <= 4,
        "{} calls to refresh: {refresh:#?}",
        refresh.len()
    );
    let destroy = google.calls_during(|| {
        let finished = terraform.run(&["destroy", "-auto-approve", "-refresh=false", "-no-color"]);
        finished.succeeded("destroy");
    });
    assert!(
        destroy.len() <= 9,
        "{} calls to destroy: {destroy:#?}",
        destroy.len()
    );
}

/// All of one project's policy, all at once: nobody's grant is lost, none is left.
fn twenty_at_once(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let before = google.project_members(&project);
    let trust = google
        .trust()
        .with("for_each", "toset([for n in range(20) : format(\"%02d\", n)])")
        .with("pool", format!(r#"{{ id = "{}-${{each.key}}" }}"#, google.pool))
        .with("grants", GRANTED);
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("twenty at once");
    assert_eq!(google.project_members(&project).len(), before.len() + 20);
    terraform.destroy();
    assert_eq!(google.project_members(&project), before);
}
