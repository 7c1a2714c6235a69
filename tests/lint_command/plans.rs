//! Plans: every type of resource that has a trust, what is known after apply, changes, accepted risks.

use serde_json::{Value, json};

use crate::documents::{self, GITHUB, policy};
use crate::{MAIN, lint, rules};

const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

fn changed(address: &str, kind: &str, before: Value, after: Value, unknown: Value) -> Value {
    let mode = if address.starts_with("data.") {
        "data"
    } else {
        "managed"
    };
    json!({"address": address, "mode": mode, "type": kind,
        "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": unknown}})
}

fn created(address: &str, kind: &str, after: Value, unknown: Value) -> Value {
    changed(address, kind, Value::Null, after, unknown)
}

fn plan(changes: &[Value]) -> Value {
    json!({"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": changes})
}

fn found(changes: &[Value]) -> Vec<(String, Vec<String>)> {
    let answer = lint(&plan(changes), &["--output", "json"]);
    assert_eq!(answer.stderr, "");
    rules(&answer)
}

#[test]
fn roles_and_trusts() {
    let role = |subject: &str| json!({"name": "deploy", "assume_role_policy": policy(subject).to_string(), "max_session_duration": 3600});
    let all = found(&[
        created(
            "aws_iam_role.open",
            "aws_iam_role",
            role("repo:acme*"),
            json!({"arn": true}),
        ),
        created(
            "aws_iam_role.service",
            "aws_iam_role",
            json!({"assume_role_policy": documents::service().to_string()}),
            json!({}),
        ),
        created(
            "aws_iam_role.later",
            "aws_iam_role",
            json!({"name": "x"}),
            json!({"assume_role_policy": true}),
        ),
        created(
            "aws_s3_bucket.x",
            "aws_s3_bucket",
            json!({"bucket": "x"}),
            json!({}),
        ),
        changed(
            "aws_iam_role.gone",
            "aws_iam_role",
            role("repo:acme*"),
            Value::Null,
            json!({}),
        ),
    ]);
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["aws_iam_role.open", "aws_iam_role.later"]);
    assert!(all[0].1.contains(&"open-owner-prefix".to_owned()), "{all:?}");
    assert_eq!(all[1].1, ["unknown-value"]);
}

#[test]
fn what_a_plan_changes_and_what_it_accepts() {
    let trust = |subject: &str, risks: Value| json!({"issuer": format!("https://{GITHUB}"), "trust_policy": policy(subject).to_string(), "accepted_risks": risks});
    let change = |risks: Value| {
        changed(
            "oidcfed_aws_trust.deploy",
            "oidcfed_aws_trust",
            trust(MAIN, Value::Null),
            trust("repo:acme*", risks),
            json!({}),
        )
    };
    let answer = lint(
        &plan(&[change(json!({"open-owner-prefix@repo:acme*": "a laboratory"}))]),
        &["--output", "json"],
    );
    let findings = answer.json()["files"][0]["trusts"][0]["findings"]
        .as_array()
        .unwrap()
        .clone();
    let of = |rule: &str| {
        findings
            .iter()
            .find(|finding| finding["rule"] == rule)
            .unwrap()
            .clone()
    };
    assert_eq!(of("open-owner-prefix")["accepted"], "a laboratory");
    assert_eq!(of("newly-admits")["severity"], "info");
    assert!(
        of("newly-admits")["witness"]["sub"]
            .as_str()
            .unwrap()
            .starts_with("repo:acme")
    );
    assert_eq!(
        answer.json()["counts"]["critical"],
        0,
        "what is accepted does not count"
    );
    assert_eq!(
        lint(&plan(&[change(Value::Null)]), &["--severity", "critical"]).code,
        3
    );
}

#[test]
fn a_platform_of_the_configuration_is_believed() {
    let text = policy("team:*:job:deploy")
        .to_string()
        .replace(GITHUB, "oidc.acme.example");
    let file = "id = \"acme\"\nissuer = \"https://oidc.acme.example\"\ntenancy = \"shared\"\ntenant = \"team\"\n[variable]\nteam = { pattern = \"[a-z]+\", chosen_by = \"platform\", mutable = false }\njob = { pattern = \"[a-z]+\", chosen_by = \"tenant\", mutable = true }\n[[subject]]\ntemplate = \"team:{team}:job:{job}\"\n";
    let worst = |platform: Value| {
        let trust =
            json!({"issuer": "https://oidc.acme.example", "platform": platform, "trust_policy": text});
        let answer = lint(
            &plan(&[created(
                "oidcfed_aws_trust.deploy",
                "oidcfed_aws_trust",
                trust,
                json!({}),
            )]),
            &["--output", "json"],
        );
        answer.json()["files"][0]["trusts"][0]["findings"][0]["severity"].clone()
    };
    assert_eq!(worst(json!(file)), "critical");
    assert_ne!(worst(Value::Null), "critical");
}

#[test]
fn a_policy_document_is_put_together_before_it_is_known() {
    let statement = |principal: Value, values: Value| {
        json!({"effect": "Allow", "actions": ["sts:AssumeRoleWithWebIdentity"],
            "principals": [{"type": "Federated", "identifiers": principal}],
            "condition": [{"test": "StringLike", "variable": format!("{GITHUB}:sub"), "values": values},
                {"test": "StringEquals", "variable": format!("{GITHUB}:aud"), "values": ["sts.amazonaws.com"]}]})
    };
    let data = |after: Value, unknown: Value| {
        created(
            "data.aws_iam_policy_document.trust",
            "aws_iam_policy_document",
            after,
            unknown,
        )
    };
    let known = found(&[data(
        json!({"statement": [statement(json!([PROVIDER]), json!(["repo:acme*"]))]}),
        json!({"json": true, "id": true}),
    )]);
    assert!(
        known[0].1.contains(&"open-owner-prefix".to_owned())
            && !known[0].1.contains(&"unknown-value".to_owned()),
        "{known:?}"
    );
    let principal = found(&[data(
        json!({"statement": [statement(json!([null]), json!(["repo:acme*"]))]}),
        json!({"json": true, "statement": [{"principals": [{"identifiers": [true]}]}]}),
    )]);
    assert_eq!(principal[0].1, ["unknown-value"]);
    let value = found(&[data(
        json!({"statement": [statement(json!([PROVIDER]), json!([null]))]}),
        json!({"json": true, "statement": [{"condition": [{"values": [true]}, {}]}]}),
    )]);
    assert_eq!(value[0].1, ["unanalysable-condition", "unknown-value"]);
    let others = found(&[data(
        json!({"statement": [], "source_policy_documents": ["{}"]}),
        json!({"json": true}),
    )]);
    assert_eq!(others[0].1, ["unknown-value"]);
    // known data that a role has too is said once, at the role
    let text = policy("repo:acme*").to_string();
    let mut both = plan(&[created(
        "aws_iam_role.r",
        "aws_iam_role",
        json!({"assume_role_policy": text}),
        json!({}),
    )]);
    both["prior_state"] = json!({"values": {"root_module": {"resources": [
        {"address": "data.aws_iam_policy_document.trust", "mode": "data", "type": "aws_iam_policy_document", "values": {"json": policy("repo:acme*").to_string()}}]}}});
    let names: Vec<String> = rules(&lint(&both, &["--output", "json"]))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["aws_iam_role.r"]);
}

#[test]
fn other_clouds_are_read_and_what_is_unknown_of_them_is_said() {
    let google = |after: Value, unknown: Value| {
        created(
            "google_iam_workload_identity_pool_provider.x",
            "google_iam_workload_identity_pool_provider",
            after,
            unknown,
        )
    };
    let settings = json!({"workload_identity_pool_id": "ci", "workload_identity_pool_provider_id": "github",
        "attribute_mapping": {"google.subject": "assertion.sub"}, "attribute_condition": "assertion.repository_id == '7'",
        "oidc": [{"issuer_uri": format!("https://{GITHUB}"), "allowed_audiences": ["ci"]}]});
    let classic = |kind: &str| {
        let after = json!({"name": "main", "issuer": format!("https://{GITHUB}"), "audience": ["api://AzureADTokenExchange"], "subject": MAIN});
        created(
            &format!("{kind}.x"),
            kind,
            after,
            json!({"id": true, "parent_id": true}),
        )
    };
    let document = plan(&[
        google(settings.clone(), json!({"name": true, "id": true})),
        google(settings, json!({"attribute_condition": true})),
        classic("azurerm_federated_identity_credential"),
        created(
            "azuread_application_federated_identity_credential.y",
            "azuread_application_federated_identity_credential",
            json!({"issuer": format!("https://{GITHUB}"), "audiences": ["api://AzureADTokenExchange"]}),
            json!({"subject": true}),
        ),
    ]);
    let mut document = document;
    let ours = json!({"issuer": format!("https://{GITHUB}"), "accepted_audiences": ["ci"], "effective_attribute_mapping": {"google.subject": "assertion.sub"},
        "effective_attribute_condition": "assertion.sub in ['a']", "provider_name": "projects/1/locations/global/workloadIdentityPools/ci/providers/github"});
    let changes = document["resource_changes"].as_array_mut().unwrap();
    changes.push(created(
        "oidcfed_gcp_trust.z",
        "oidcfed_gcp_trust",
        ours,
        json!({"id": true}),
    ));
    let answer = lint(&document, &["--output", "json"]);
    assert_eq!(answer.stderr, "");
    let trusts = answer.json()["files"][0]["trusts"].as_array().unwrap().clone();
    let clouds: Vec<&str> = trusts
        .iter()
        .map(|trust| trust["cloud"].as_str().unwrap())
        .collect();
    assert_eq!(clouds, ["gcp", "gcp", "azure", "azure", "gcp"]);
    assert!(
        trusts[0]["notes"][0]
            .as_str()
            .unwrap()
            .contains("name is known after apply"),
        "{answer}",
        answer = trusts[0]
    );
    for unknown in [&trusts[1], &trusts[3]] {
        assert_eq!(unknown["findings"][0]["rule"], "unknown-value");
        assert_eq!(unknown["findings"][0]["severity"], "high");
    }
}
