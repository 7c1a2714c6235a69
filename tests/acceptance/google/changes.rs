//! Every argument changed, in place or with a new provider.

use super::{ADDRESS, Google, refusal};
use crate::harness::Lab;
use serde_json::Value;

crate::on_sandbox!(
    every_argument,
    another_place,
    a_project_that_is_known_later,
    id_and_number,
    accounts_change
);

/// Each step changes one thing of the step before; the plan says `update`, the next plan is empty, Google has it.
fn every_argument(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let mut trust = google.trust();
    let terraform = google.configuration(&trust.to_string());
    terraform.settle("at first");
    let pool = |rest: &str| format!(r#"{{ id = "{}"{rest} }}"#, google.pool);
    let provider = |rest: &str| format!(r#"{{ id = "main-provider"{rest} }}"#);
    let team = lab.sandbox().team_issuer("blue");
    let keys = r#"jsonencode({ keys = [{ kty = "EC", crv = "P-256", kid = "1", x = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", y = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU" }] })"#;
    let steps: Vec<(&str, String, &str, &str)> = vec![
        (
            "subjects",
            r#"["repo:acme/api:ref:refs/heads/main", "repo:acme/api:ref:refs/heads/next"]"#.to_owned(),
            "provider",
            "heads/next",
        ),
        (
            "subject_patterns",
            r#"["repo:acme/web:*"]"#.to_owned(),
            "provider",
            "matches",
        ),
        (
            "claims",
            r#"{ repository_id = ["1", "2"] }"#.to_owned(),
            "provider",
            "assertion.repository_id in ['1', '2']",
        ),
        (
            "claim_patterns",
            r#"{ ref = ["refs/heads/*"] }"#.to_owned(),
            "provider",
            "assertion.ref.matches",
        ),
        (
            "audiences",
            r#"["api.example"]"#.to_owned(),
            "provider",
            "api.example",
        ),
        (
            "also",
            r#"{ tags = { subjects = ["repo:acme/api:ref:refs/tags/v1"] } }"#.to_owned(),
            "provider",
            "refs/tags/v1",
        ),
        (
            "attribute_condition",
            r#""assertion.ref_type == 'branch'""#.to_owned(),
            "provider",
            "ref_type == 'branch'",
        ),
        (
            "attribute_mapping",
            r#"{ "google.subject" = "assertion.sub", "attribute.actor" = "assertion.actor" }"#.to_owned(),
            "provider",
            "attribute.actor",
        ),
        ("issuer", format!("\"{team}\""), "provider", "/blue"),
        (
            "jwks_json",
            keys.to_owned(),
            "provider",
            "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        ),
        (
            "discovery_uri",
            format!("\"{team}/.well-known/openid-configuration\""),
            "provider",
            "openid-configuration",
        ),
        ("pool", pool(r#", display_name = "CI""#), "pool", "\"CI\""),
        (
            "pool",
            pool(r#", display_name = "CI", description = "of acme""#),
            "pool",
            "of acme [oidcfed]",
        ),
        (
            "pool",
            pool(r#", description = "of acme", disabled = true"#),
            "pool",
            "\"disabled\":true",
        ),
        ("pool", pool(""), "pool", "\"description\":\"[oidcfed]\""),
        (
            "pool_provider",
            provider(r#", display_name = "GitHub", description = "of acme""#),
            "provider",
            "GitHub",
        ),
        (
            "pool_provider",
            provider(", disabled = true"),
            "provider",
            "\"disabled\":true",
        ),
        (
            "pool_provider",
            provider(""),
            "provider",
            "\"description\":\"[oidcfed]\"",
        ),
    ];
    for (argument, value, object, holds) in steps {
        trust = trust.with(argument, &*value);
        terraform.write("main.tf", &trust.to_string());
        let plan = terraform.plan();
        assert_eq!(
            plan.actions(ADDRESS),
            ["update"],
            "{argument} = {value}\n{}",
            plan.text
        );
        terraform.apply_plan();
        terraform.assert_empty_plan(argument);
        let name = if object == "pool" {
            google.pool_name()
        } else {
            google.provider_name()
        };
        let found = google.active(&name).expect("is there").to_string();
        assert!(
            found.contains(holds),
            "{argument} = {value}: `{holds}` is not in {found}"
        );
    }
    // and taken away again
    for argument in [
        "claim_patterns",
        "also",
        "attribute_condition",
        "attribute_mapping",
        "discovery_uri",
        "jwks_json",
        "audiences",
    ] {
        trust = trust.without(argument);
        terraform.write("main.tf", &trust.to_string());
        let plan = terraform.plan();
        assert_eq!(
            plan.actions(ADDRESS),
            ["update"],
            "without {argument}\n{}",
            plan.text
        );
        terraform.apply_plan();
        terraform.assert_empty_plan(argument);
    }
    let found = google.active(&google.provider_name()).expect("is there");
    assert_eq!(found["oidc"]["jwksJson"], Value::Null);
    assert_eq!(found["oidc"]["allowedAudiences"], Value::Null);
    // what says nothing to Google
    for (argument, value) in [
        ("accepted_risks", r#"{ "mutable-subject" = "names are ours" }"#),
        ("on_soft_deleted", r#""error""#),
        ("timeouts", r#"{ create = "5m" }"#),
        (
            "credential_source",
            r#"{ url = "http://127.0.0.1/token", headers = { a = "b" }, subject_token_field_name = "value" }"#,
        ),
        ("bind", r#""attribute.repository_id""#),
    ] {
        trust = trust.with(argument, value);
        if argument == "bind" {
            trust = trust.without("subject_patterns");
        }
        terraform.write("main.tf", &trust.to_string());
        assert_eq!(terraform.plan().actions(ADDRESS), ["update"], "{argument}");
        terraform.apply_plan();
        terraform.assert_empty_plan(argument);
    }
    // grants: one, another, with a condition, none
    let grant = |role: &str, rest: &str| {
        format!(r#"{{ read = {{ project = "{project}", role = "{role}"{rest} }} }}"#)
    };
    let condition = r#", condition = { title = "soon", expression = "request.time < timestamp('2100-01-01T00:00:00Z')" }"#;
    for (value, holds) in [
        (grant("roles/viewer", ""), "roles/viewer principalSet"),
        (grant("roles/browser", ""), "roles/browser principalSet"),
        (grant("roles/browser", condition), "roles/browser principalSet"),
    ] {
        trust = trust.with("grants", &*value);
        terraform.write("main.tf", &trust.to_string());
        assert_eq!(terraform.plan().actions(ADDRESS), ["update"], "{value}");
        terraform.apply_plan();
        terraform.assert_empty_plan(&value);
        let members = google.project_members(&project);
        assert_eq!(
            members.iter().filter(|one| one.starts_with(holds)).count(),
            2,
            "two ids: {members:?}"
        );
        assert!(
            members
                .iter()
                .all(|one| one.starts_with(holds) || !one.contains("principalSet")),
            "{members:?}"
        );
    }
    terraform.write("main.tf", &trust.without("grants").to_string());
    terraform.settle("without grants");
    assert!(
        !google
            .project_members(&project)
            .iter()
            .any(|one| one.contains("principalSet"))
    );
    terraform.destroy();
}

/// Another id, or another project, is another provider.
fn another_place(lab: &Lab) {
    let google = Google::of(lab);
    let terraform = google.configuration(&google.trust().to_string());
    terraform.settle("at first");
    let mut trust = google.trust();
    for (argument, value) in [
        ("pool_provider", r#"{ id = "other-provider" }"#.to_owned()),
        ("pool", format!(r#"{{ id = "{}-b" }}"#, google.pool)),
        ("project", r#""sandbox-two""#.to_owned()),
    ] {
        trust = trust.with(argument, &*value);
        terraform.write("main.tf", &trust.to_string());
        let plan = terraform.plan();
        assert_eq!(
            plan.actions(ADDRESS),
            ["delete", "create"],
            "{argument}\n{}",
            plan.text
        );
        terraform.apply_plan();
        terraform.assert_empty_plan(argument);
    }
    terraform.destroy();
}

/// A project that is only known at the apply may be another one: the trust is replaced, as the plan says.
fn a_project_that_is_known_later(lab: &Lab) {
    let google = Google::of(lab);
    let with = |project: &str| {
        let trust = google.trust().with("project", "terraform_data.later.output");
        format!("resource \"terraform_data\" \"later\" {{\n  input = \"{project}\"\n}}\n{trust}")
    };
    let terraform = google.configuration(&with("sandbox-one"));
    terraform.settle("in one project");
    terraform.write("main.tf", &with("sandbox-two"));
    assert_eq!(terraform.plan().actions(ADDRESS), ["delete", "create"]);
    terraform.apply_plan();
    terraform.assert_empty_plan("in the other");
    assert!(google.active(&google.pool_name()).is_none());
    terraform.destroy();
}

fn id_and_number(lab: &Lab) {
    let google = Google::of(lab);
    let (project, number) = google.project();
    let terraform = google.configuration(&google.trust().to_string());
    terraform.settle("of the provider block");
    for written in [&number, &project, &number] {
        let trust = google.trust().with("project", format!("\"{written}\""));
        terraform.write("main.tf", &trust.to_string());
        terraform.assert_empty_plan(written);
    }
    terraform.destroy();
}

/// Made, another, given, none: whoever acted as the one before does not any more.
fn accounts_change(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    google.iam(
        "POST",
        "projects/sandbox-one/serviceAccounts",
        serde_json::json!({ "accountId": "given-one" }),
    );
    let email = |name: &str| format!("{name}@{project}.iam.gserviceaccount.com");
    let there = |name: &str| {
        google
            .get(&format!("projects/{project}/serviceAccounts/{}", email(name)))
            .is_some()
    };
    let trust = google.trust();
    let made = |name: &str| {
        trust.clone().with(
            "service_account",
            format!(r#"{{ account_id = "{name}", description = "x" }}"#),
        )
    };
    let terraform = google.configuration(&made("first-one").to_string());
    terraform.settle("the first");
    terraform.write("main.tf", &made("second-one").to_string());
    terraform.settle("the second");
    assert!(there("second-one") && !there("first-one"));
    assert_eq!(google.account_members(&email("second-one")).len(), 1);
    let given = trust
        .clone()
        .with("service_account_email", format!("\"{}\"", email("given-one")));
    terraform.write("main.tf", &given.to_string());
    terraform.settle("one that exists");
    assert!(!there("second-one"));
    assert_eq!(google.account_members(&email("given-one")).len(), 1);
    terraform.write("main.tf", &trust.to_string());
    terraform.settle("none");
    assert!(google.account_members(&email("given-one")).is_empty());
    // an account that exists is never taken over
    terraform.write("main.tf", &made("given-one").to_string());
    assert!(refusal(&terraform, "apply").contains("service_account_email"));
    terraform.write("main.tf", &trust.to_string());
    terraform.destroy();
    assert!(there("given-one"));
}
