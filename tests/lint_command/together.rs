//! Resources of one plan that are about one thing: they are judged together, whether its name is known or only referred to.

use serde_json::{Value, json};

use crate::documents::{GITHUB, policy};
use crate::{lint, rules};

const GOOGLE: &str = "google_iam_workload_identity_pool_provider";
const AZURE: &str = "azurerm_federated_identity_credential";

fn created(address: &str, after: Value, unknown: Value) -> Value {
    let (mode, kind) = match address.strip_prefix("data.") {
        Some(rest) => ("data", rest),
        None => ("managed", address),
    };
    json!({"address": address, "mode": mode, "type": kind.split('.').next().unwrap(),
        "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
}

/// Resources of a configuration: address, argument, and what it refers to.
fn plan(changes: &[Value], resources: &[(&str, &str, &[&str])]) -> Value {
    let resources: Vec<Value> = resources
        .iter()
        .map(|(address, argument, references)| json!({"address": address, "expressions": {*argument: {"references": references}}}))
        .collect();
    json!({"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": changes,
        "configuration": {"root_module": {"resources": resources}}})
}

fn found(plan: &Value) -> Vec<(String, Vec<String>)> {
    let answer = lint(plan, &["--output", "json"]);
    assert_eq!(answer.stderr, "");
    rules(&answer)
}

fn provider(address: &str, issuer: &str, pool: Option<&str>) -> Value {
    let unknown =
        json!({"name": true, "id": true, "project": true, "workload_identity_pool_id": pool.is_none()});
    created(
        address,
        json!({"workload_identity_pool_id": pool, "workload_identity_pool_provider_id": address.replace('.', "-"),
            "attribute_mapping": {"google.subject": "assertion.sub"}, "attribute_condition": "assertion.sub == 'repo:acme/api:environment:prod'",
            "oidc": [{"issuer_uri": issuer, "allowed_audiences": ["ci"]}]}),
        unknown,
    )
}

#[test]
fn providers_of_a_pool() {
    let (a, b) = (format!("{GOOGLE}.a"), format!("{GOOGLE}.b"));
    let github = format!("https://{GITHUB}");
    let both = |first: Option<&str>, second: Option<&str>| {
        [
            provider(&a, &github, first),
            provider(&b, "https://issuer.example", second),
        ]
    };
    let collide = |document: &Value| -> Vec<String> {
        let with = found(document).into_iter();
        with.filter(|(_, rules)| rules.iter().any(|rule| rule == "providers-collide"))
            .map(|(name, _)| name)
            .collect()
    };
    let pool = |name: &'static str| -> &'static [&'static str] {
        match name {
            "ci" => &[
                "google_iam_workload_identity_pool.ci.workload_identity_pool_id",
                "google_iam_workload_identity_pool.ci",
            ],
            _ => &[
                "google_iam_workload_identity_pool.other.workload_identity_pool_id",
                "google_iam_workload_identity_pool.other",
            ],
        }
    };
    let configured = |changes: &[Value], second: &'static str| {
        let argument = "workload_identity_pool_id";
        plan(
            changes,
            &[
                (&a, argument, pool("ci")),
                (&b, argument, pool(second)),
                ("google_iam_workload_identity_pool.ci", "x", &[]),
                ("google_iam_workload_identity_pool.other", "x", &[]),
            ],
        )
    };
    // By the pool's name, and by what refers to a pool that has none yet.
    assert_eq!(collide(&plan(&both(Some("ci"), Some("ci")), &[])), ["`ci`"]);
    assert_eq!(
        collide(&configured(&both(None, None), "ci")),
        ["google_iam_workload_identity_pool.ci"]
    );
    // Other pools have other identities.
    assert_eq!(collide(&plan(&both(Some("ci"), Some("other")), &[])), [""; 0]);
    assert_eq!(collide(&configured(&both(None, None), "other")), [""; 0]);
    assert_eq!(collide(&plan(&both(None, None), &[])), [""; 0]);
    // What is said of each provider is not said again of both.
    let all = found(&plan(&both(Some("ci"), Some("ci")), &[]));
    assert_eq!(all.last().unwrap().1, ["providers-collide"], "{all:?}");
    // The witness is a whole token.
    let answer = lint(&plan(&both(Some("ci"), Some("ci")), &[]), &["--output", "json"]).json();
    let trusts = answer["files"][0]["trusts"].as_array().unwrap().clone();
    let witness = &trusts.last().unwrap()["findings"][0]["witness"];
    assert_eq!(witness["sub"], "repo:acme/api:environment:prod", "{answer:#}");
}

/// A binding of the same plan that means identities of two issuers.
#[test]
fn a_binding_that_two_providers_can_be_meant_by() {
    const POOL: &str = "projects/1/locations/global/workloadIdentityPools/ci";
    let named = |id: &str, issuer: &str, key: &str| {
        let mut change = provider(&format!("{GOOGLE}.{id}"), issuer, Some("ci"));
        change["change"]["after"]["name"] = json!(format!("{POOL}/providers/{id}"));
        change["change"]["after"]["attribute_mapping"] =
            json!({"google.subject": format!("'{id}:' + assertion.sub"), "attribute.key": key});
        change["change"]["after_unknown"] = json!({});
        change
    };
    let shared = |second: &str, member: Value| {
        let member = created(
            "google_service_account_iam_member.m",
            json!({"role": "roles/iam.workloadIdentityUser", "member": member}),
            json!({}),
        );
        let changes = [
            named("one", &format!("https://{GITHUB}"), "assertion.sub"),
            named("two", "https://issuer.example", second),
            member,
        ];
        let answer = lint(&plan(&changes, &[]), &["--output", "json"]).json();
        let trusts = answer["files"][0]["trusts"].as_array().unwrap().clone();
        let findings = trusts
            .iter()
            .flat_map(|trust| trust["findings"].as_array().unwrap().clone());
        findings
            .filter(|finding| finding["rule"] == "binding-key-shared")
            .collect::<Vec<_>>()
    };
    let member = json!(format!(
        "principalSet://iam.googleapis.com/{POOL}/attribute.key/repo:acme/api:environment:prod"
    ));
    let found = shared("assertion.sub", member.clone());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["severity"], "critical");
    assert_eq!(found[0]["witness"]["sub"], "repo:acme/api:environment:prod");
    assert!(shared("'two:' + assertion.sub", member).is_empty());
    for other in [
        json!("user:somebody@example.com"),
        json!(format!(
            "principal://iam.googleapis.com/{POOL}/subject/one:repo:acme/api:environment:prod"
        )),
    ] {
        assert!(shared("assertion.sub", other.clone()).is_empty(), "{other}");
    }
}

#[test]
fn credentials_of_an_identity() {
    let credential = |at: usize, subject: &str, parent: Option<&str>| {
        created(
            &format!("{AZURE}.c[{at}]"),
            json!({"name": format!("main-{at}"), "issuer": format!("https://{GITHUB}"), "audience": ["api://AzureADTokenExchange"],
                "subject": subject, "parent_id": parent}),
            json!({"id": true, "parent_id": parent.is_none()}),
        )
    };
    let subject = |at: usize| format!("repo:acme/api:environment:prod{at}");
    let references: &[&str] = &[
        "azurerm_user_assigned_identity.ci.id",
        "azurerm_user_assigned_identity.ci",
    ];
    let configuration: &[(&str, &str, &[&str])] = &[
        ("azurerm_federated_identity_credential.c", "parent_id", references),
        ("azurerm_user_assigned_identity.ci", "x", &[]),
    ];
    let limits = |document: &Value| {
        let all = found(document);
        let of_all = all
            .iter()
            .filter(|(_, rules)| rules.iter().any(|rule| rule == "credential-limits"));
        of_all.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let many = |count: usize, parent: Option<&str>| -> Vec<Value> {
        (0..count)
            .map(|at| credential(at, &subject(at), parent))
            .collect()
    };
    let own = "azurerm_user_assigned_identity.ci";
    assert_eq!(limits(&plan(&many(20, None), configuration)), [""; 0]);
    assert_eq!(limits(&plan(&many(21, None), configuration)), [own]);
    let id =
        "/subscriptions/0/resourceGroups/a/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ci";
    assert_eq!(limits(&plan(&many(21, Some(id)), &[])), [format!("`{id}`")]);
    assert_eq!(
        limits(&plan(&many(21, None), &[])),
        [""; 0],
        "nothing says that they are of one identity"
    );
    let twice = [
        credential(0, "repo:acme/api:pull_request", None),
        credential(1, "repo:acme/api:pull_request", None),
    ];
    assert_eq!(limits(&plan(&twice, configuration)), [own]);
}

/// A role whose policy is known after apply is judged as the document that it refers to, and that this may not be all is said.
#[test]
fn a_role_and_the_document_that_it_refers_to() {
    let role = created(
        "aws_iam_role.deploy",
        json!({"name": "deploy"}),
        json!({"assume_role_policy": true}),
    );
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}");
    let document = |identifiers: Value, unknown: Value| {
        let statement = json!({"effect": "Allow", "actions": ["sts:AssumeRoleWithWebIdentity"],
            "principals": [{"type": "Federated", "identifiers": identifiers}],
            "condition": [{"test": "StringLike", "variable": format!("{GITHUB}:sub"), "values": ["repo:acme*"]}]});
        let mut marks = json!({"json": true});
        marks["statement"] = unknown;
        created(
            "data.aws_iam_policy_document.trust",
            json!({"statement": [statement]}),
            marks,
        )
    };
    let refers: &[&str] = &[
        "data.aws_iam_policy_document.trust.json",
        "data.aws_iam_policy_document.trust",
    ];
    let configuration: &[(&str, &str, &[&str])] = &[
        ("aws_iam_role.deploy", "assume_role_policy", refers),
        ("data.aws_iam_policy_document.trust", "x", &[]),
    ];
    let of = |all: &[(String, Vec<String>)]| -> Vec<String> {
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0].0, "aws_iam_role.deploy");
        all[0].1.clone()
    };
    let open = of(&found(&plan(
        &[role.clone(), document(json!([provider]), json!([]))],
        configuration,
    )));
    assert!(
        open.contains(&"open-owner-prefix".to_owned()) && open.contains(&"unknown-value".to_owned()),
        "{open:?}"
    );
    // What was read before the plan is in no change of it.
    let mut prior = plan(std::slice::from_ref(&role), configuration);
    prior["prior_state"] = json!({"values": {"root_module": {"resources": [
        {"address": "data.aws_iam_policy_document.trust", "mode": "data", "type": "aws_iam_policy_document", "values": {"json": policy("repo:acme*").to_string()}}]}}});
    let open = of(&found(&prior));
    assert!(
        open.contains(&"open-owner-prefix".to_owned()) && open.contains(&"unknown-value".to_owned()),
        "{open:?}"
    );
    // Who is trusted is not known: said, never clean.
    let unknown = document(json!([null]), json!([{"principals": [{"identifiers": [true]}]}]));
    let all = found(&plan(&[role.clone(), unknown], configuration));
    assert!(
        all.iter()
            .all(|(_, rules)| rules.contains(&"unknown-value".to_owned())),
        "{all:?}"
    );
    // Nothing that it refers to can be seen.
    assert_eq!(
        of(&found(&plan(std::slice::from_ref(&role), configuration))),
        ["unknown-value"]
    );
    assert_eq!(of(&found(&plan(&[role], &[]))), ["unknown-value"]);
}
