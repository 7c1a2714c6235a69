//! Plans and states with `oidcfed_gcp_trust`, read by `oidcfed lint`.

use super::Google;
use crate::harness::Lab;
use crate::hcl::Block;
use crate::linted::{lint, trusts};
use serde_json::{Value, json};

crate::on_sandbox!(plan_and_state, a_change, a_stranger_in_the_pool);

/// A trust of one repository in the pool of several.
fn of(google: &Google<'_>, name: &str) -> Block {
    google
        .trust()
        .label(name)
        .with(
            "pool",
            format!(r#"{{ id = "{}", ownership = "shared" }}"#, google.pool),
        )
        .with("pool_provider", format!(r#"{{ id = "provider-{name}" }}"#))
        .with("subjects", format!(r#"["repo:acme/{name}:ref:refs/heads/main"]"#))
}

fn rules<'a>(found: &'a [(String, Vec<String>)], name: &str) -> Vec<&'a str> {
    let trust = found.iter().find(|(own, _)| own == name);
    let (_, rules) = trust.unwrap_or_else(|| panic!("no `{name}` in {found:?}"));
    rules.iter().map(String::as_str).collect()
}

/// Who signs is taken from `platform`; what is accepted stays in the report as accepted; what is not known is said.
fn plan_and_state(lab: &Lab) {
    let google = Google::of(lab);
    let open = of(&google, "open")
        .without("subjects")
        .with("subject_patterns", r#"["repo:acme*"]"#)
        .with(
            "accepted_risks",
            r#"{ "open-owner-prefix@repo:acme*" = "a test of ours" }"#,
        );
    let later = of(&google, "later").with("subjects", "[\"repo:acme/${terraform_data.name.id}:x\"]");
    let body = format!(
        "{}{open}{later}resource \"terraform_data\" \"name\" {{}}\n",
        of(&google, "red")
    );
    let terraform = google.configuration(&body);
    let (code, report) = lint(&terraform, &terraform.plan().json, &[]);
    assert_eq!(report["files"][0]["form"], "a plan of Terraform");
    let found = trusts(&report);
    let trust = |name: &str| format!("oidcfed_gcp_trust.{name}");
    let later = rules(&found, &trust("later"));
    assert!(
        !later.is_empty() && later.iter().all(|rule| *rule == "unknown-value"),
        "{report:#}"
    );
    assert_eq!(code, 3, "what is known after apply is not clean");
    both(&report);
    terraform.apply();
    let state = terraform.run(&["show", "-json"]).succeeded("show").json();
    let (code, report) = lint(&terraform, &state, &["--severity", "high"]);
    assert_eq!(report["files"][0]["form"], "a state of Terraform");
    assert_eq!(code, 0, "what is grave is accepted: {report:#}");
    let later = trusts(&report);
    assert!(
        !rules(&later, &trust("later")).contains(&"unknown-value"),
        "{report:#}"
    );
    both(&report);
    terraform.destroy();
}

/// What a plan and a state say of the two trusts that are known in both.
fn both(report: &Value) {
    let found = trusts(report);
    assert_eq!(
        rules(&found, "oidcfed_gcp_trust.red"),
        ["mutable-subject", "issuer-url"],
        "nothing of an issuer that nobody declared: {report:#}"
    );
    let all = report["files"][0]["trusts"].as_array().expect("trusts");
    let open = all
        .iter()
        .find(|one| one["name"] == "oidcfed_gcp_trust.open")
        .expect("the trust");
    let findings = open["findings"].as_array().expect("findings");
    let accepted = findings.iter().find(|one| one["rule"] == "open-owner-prefix");
    let accepted = accepted.unwrap_or_else(|| panic!("what is accepted stays: {open:#}"));
    assert_eq!(accepted["accepted"], "a test of ours", "{accepted}");
    // trusts of one pool are apart by what their providers map: nothing is said of them together
    let mut groups = found.iter().filter(|(name, _)| !name.starts_with("oidcfed_"));
    let group = groups.next().expect("they are judged together");
    assert_eq!(group.1, Vec::<String>::new(), "{report:#}");
    assert!(groups.next().is_none(), "one pool: {report:#}");
}

/// The plan of a change tells who is newly admitted; of a trust that is switched on again too.
fn a_change(lab: &Lab) {
    let google = Google::of(lab);
    let trust = google.trust();
    let terraform = google.configuration(&trust.to_string());
    terraform.apply();
    let newly = |block: &Block| {
        terraform.write("main.tf", &block.to_string());
        let (_, report) = lint(&terraform, &terraform.plan().json, &[]);
        let findings = report["files"][0]["trusts"][0]["findings"].clone();
        let all = findings.as_array().expect("findings");
        let one = all.iter().find(|one| one["rule"] == "newly-admits");
        one.map(|one| one["witness"]["sub"].as_str().unwrap_or_default().to_owned())
    };
    let wider = trust.clone().with(
        "subjects",
        r#"["repo:acme/api:ref:refs/heads/main", "repo:acme/web:x"]"#,
    );
    assert_eq!(newly(&wider).as_deref(), Some("repo:acme/web:x"));
    assert_eq!(newly(&trust), None);
    let off = trust
        .clone()
        .with("pool_provider", r#"{ id = "main-provider", disabled = true }"#);
    assert_eq!(newly(&off), None);
    terraform.apply();
    assert_eq!(
        newly(&trust).as_deref(),
        Some("repo:acme/api:ref:refs/heads/main")
    );
    terraform.destroy();
}

/// A provider of somebody else's resource in the pool of a trust maps the constant that the trust's bindings mean.
fn a_stranger_in_the_pool(lab: &Lab) {
    let google = Google::of(lab);
    let (project, _) = google.project();
    let terraform = google.configuration(&google.trust().to_string());
    let mut plan = terraform.plan().json;
    let stranger = |constant: &str| {
        json!({
            "address": "google_iam_workload_identity_pool_provider.guest", "mode": "managed",
            "type": "google_iam_workload_identity_pool_provider",
            "change": { "actions": ["create"], "before": null, "after_unknown": { "name": true }, "after": {
                "project": project, "workload_identity_pool_id": google.pool, "workload_identity_pool_provider_id": "guest",
                "attribute_mapping": { "google.subject": "'guest:' + assertion.sub", "attribute.oidcfed_trust": constant },
                "attribute_condition": "assertion.sub == 'guest'",
                "oidc": [{ "issuer_uri": "https://guests.example", "allowed_audiences": ["ci"] }],
            } },
        })
    };
    let together = |plan: &Value| {
        let (_, report) = lint(&terraform, plan, &[]);
        let found = trusts(&report);
        let group = found.iter().find(|(name, _)| name.contains('/'));
        let (_, rules) = group.unwrap_or_else(|| panic!("they are in one pool: {report:#}"));
        rules.contains(&"binding-key-shared".to_owned())
    };
    let changes = plan["resource_changes"].as_array_mut().expect("changes");
    changes.push(stranger("'main-provider'"));
    assert!(together(&plan), "it maps our key");
    let changes = plan["resource_changes"].as_array_mut().expect("changes");
    changes.pop();
    changes.push(stranger("'guest'"));
    assert!(!together(&plan), "it maps another");
}
