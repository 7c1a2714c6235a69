//! Every argument, changed: in place where the contract says so, by a replacement where it says that.

mod table;

use crate::harness::{Backend, Lab, Terraform, left_out};
use crate::hcl::{Block, text};
use serde_json::{Value, json};
use table::{ALSO, CHANGES, ELSEWHERE};

crate::on_both!(
    arguments_in_place,
    issuer_in_place,
    replacements,
    behaviour_without_a_call,
    policies_from_set_to_null
);
crate::on_sandbox!(audiences_in_place, every_argument_is_changed);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const POWER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// What the account holds about one argument; what only the state holds, from there.
fn seen(lab: &Lab, terraform: &Terraform, argument: &str) -> Value {
    let role = lab.get_role(&lab.role).expect("the role");
    match argument {
        "platform" => terraform.state(ADDRESS)["effective_platform"].clone(),
        "accepted_risks" => {
            let findings = terraform.state(ADDRESS)["findings"].clone();
            let reasons = findings.as_array().into_iter().flatten();
            reasons
                .map(|finding| finding["accepted"].clone())
                .filter(|reason| !reason.is_null())
                .collect()
        }
        "oidc_provider" => {
            let provider = lab.oidc_provider(&lab.issuer).expect("the provider");
            let held = &terraform.state(ADDRESS)["oidc_provider"];
            json!([held["ownership"], provider["ThumbprintList"]])
        }
        "description" => role["Description"].clone(),
        "max_session_duration" => role["MaxSessionDuration"].clone(),
        "permissions_boundary" => role["PermissionsBoundary"]["PermissionsBoundaryArn"].clone(),
        "managed_policy_arns" => json!(lab.policies(&lab.role).1),
        "inline_policies" => json!(lab.policies(&lab.role).0),
        "tags" => {
            let tags = role["Tags"].as_array().cloned().unwrap_or_default();
            let own = tags
                .iter()
                .filter(|tag| !tag["Key"].as_str().unwrap_or_default().starts_with("oidcfed:"));
            own.map(|tag| {
                (
                    tag["Key"].as_str().unwrap_or_default().to_owned(),
                    tag["Value"].clone(),
                )
            })
            .collect()
        }
        _ => json!(role["AssumeRolePolicyDocument"].to_string()),
    }
}

fn shows(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::String(policy), Value::String(part)) if policy.starts_with('{') => {
            policy.contains(&format!("\"{part}\""))
        }
        _ => found == expected,
    }
}

fn arguments_in_place(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration(&base.to_string());
    terraform.settle("after create");
    let unique_id = terraform.state(ADDRESS)["role_unique_id"].clone();
    for change in CHANGES {
        let mut block = base.clone();
        if change.argument == "subject_patterns" {
            block = block.without("subjects");
        }
        for value in [change.first, change.second] {
            terraform.write("main.tf", &block.clone().with(change.argument, value).to_string());
            let plan = terraform.plan();
            if !plan.empty {
                assert_eq!(
                    plan.actions(ADDRESS),
                    ["update"],
                    "{} = {value}\n{}",
                    change.argument,
                    plan.text
                );
                terraform.apply_plan();
            }
            terraform.assert_empty_plan(&format!("{} = {value}", change.argument));
        }
        let (found, expected) = (seen(lab, &terraform, change.argument), (change.shows)(lab));
        assert!(
            shows(&found, &expected),
            "{}: expected {expected}, found {found}",
            change.argument
        );
        assert_eq!(
            terraform.state(ADDRESS)["role_unique_id"],
            unique_id,
            "{} replaced the role",
            change.argument
        );
    }
    for issuer in ALSO {
        assert!(
            lab.oidc_provider(issuer).is_none(),
            "`{issuer}` was left behind by a branch"
        );
    }
    // What was managed and is not any more stays on the role, and would keep it from being deleted.
    terraform.write("main.tf", &base.with("force_detach", "true").to_string());
    terraform.settle("after all arguments left again");
    terraform.destroy();
}

fn issuer_in_place(lab: &Lab) {
    let (old, new) = (lab.issuer.clone(), format!("{}-new", lab.issuer));
    let terraform = lab.configuration(&Block::trust(&old, &lab.role).to_string());
    terraform.settle("after create");
    let unique_id = terraform.state(ADDRESS)["role_unique_id"].clone();
    terraform.write("main.tf", &Block::trust(&new, &lab.role).to_string());
    assert_eq!(terraform.plan().actions(ADDRESS), ["update"]);
    terraform.settle("after the issuer changed");
    let state = terraform.state(ADDRESS);
    assert_eq!(state["role_unique_id"], unique_id, "the role was replaced");
    assert_eq!(state["oidc_provider_arn"], lab.provider_arn(&new));
    assert!(lab.oidc_provider(&old).is_none(), "the old provider stayed");
    let policy = lab.get_role(&lab.role).expect("the role")["AssumeRolePolicyDocument"].to_string();
    assert!(
        policy.contains(&lab.provider_arn(&new))
            && !policy.contains(&format!("{}\"", lab.provider_arn(&old))),
        "{policy}"
    );
    terraform.destroy();
    assert!(lab.oidc_provider(&new).is_none());
}

fn audiences_in_place(lab: &Lab) {
    let with = |audiences: &str| {
        Block::trust(&lab.issuer, &lab.role)
            .with("audiences", audiences)
            .to_string()
    };
    let terraform = lab.configuration(&with(r#"["a.example", "b.example"]"#));
    terraform.settle("after create");
    assert_eq!(lab.audiences(&lab.issuer), ["a.example", "b.example"]);
    terraform.write("main.tf", &with(r#"["c.example", "b.example"]"#));
    assert_eq!(terraform.plan().actions(ADDRESS), ["update"]);
    terraform.settle("after the audiences changed");
    assert_eq!(
        lab.audiences(&lab.issuer),
        ["b.example", "c.example"],
        "the new one is added, the one of nobody goes"
    );
    terraform.write("main.tf", &with(r#"["b.example", "c.example"]"#));
    terraform.assert_empty_plan("another order of a set");
    for audience in ["d.example", "e.example"] {
        let branch = format!(
            r#"{{ other = {{ subjects = ["repo:acme/other:ref:refs/heads/main"], audiences = ["{audience}"] }} }}"#
        );
        let block = Block::trust(&lab.issuer, &lab.role)
            .with("audiences", r#"["b.example", "c.example"]"#)
            .with("also", branch);
        terraform.write("main.tf", &block.to_string());
        assert_eq!(terraform.plan().actions(ADDRESS), ["update"]);
        terraform.settle(&format!("with {audience} in a branch"));
        assert_eq!(
            lab.audiences(&lab.issuer),
            ["b.example", "c.example", audience],
            "that of a branch comes and goes"
        );
    }
    terraform.destroy();
    assert!(lab.oidc_provider(&lab.issuer).is_none());
}

fn replacements(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    // the name so far starts with it, and a generated name is another one all the same
    let prefix = text(lab.role.get(..10).unwrap_or(&lab.role));
    let steps = [
        ("role_path", base.clone().with("role_path", r#""/one/""#)),
        (
            "role_name",
            base.clone()
                .with("role_path", r#""/one/""#)
                .with("role_name", text(&format!("{}-2", lab.role))),
        ),
        (
            "role_name_prefix",
            base.clone()
                .with("role_path", r#""/one/""#)
                .without("role_name")
                .with("role_name_prefix", prefix),
        ),
    ];
    let terraform = lab.configuration(&base.to_string());
    terraform.settle("after create");
    for (argument, block) in steps {
        terraform.write("main.tf", &block.to_string());
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
    let role = terraform.state(ADDRESS)["role_arn"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        role.starts_with(lab.role.get(..10).unwrap_or(&lab.role))
            && !role.starts_with(&lab.role)
            && role.len() > 8,
        "{role}"
    );
    assert!(lab.get_role(&lab.role).is_none());
    terraform.destroy();
    assert!(lab.get_role(&role).is_none());
    if lab.backend == Backend::Moto {
        left_out("replacement by account_id runs on the sandbox, see accounts");
    }
}

/// No argument of the schema is forgotten here: each is changed above, or named with the place where it is.
fn every_argument_is_changed(lab: &Lab) {
    let schema = lab
        .configuration("")
        .run(&["providers", "schema", "-json"])
        .succeeded("providers schema")
        .json();
    let providers = schema["provider_schemas"].as_object().expect("providers");
    let own = providers.values().next().expect("one provider");
    let attributes = &own["resource_schemas"]["oidcfed_aws_trust"]["block"]["attributes"];
    let written = |attribute: &Value| attribute["optional"] == true || attribute["required"] == true;
    let mut names = Vec::new();
    for (name, attribute) in attributes.as_object().expect("attributes") {
        if written(attribute) {
            names.push(name.clone());
            let members = attribute["nested_type"]["attributes"].as_object();
            let members = members
                .into_iter()
                .flatten()
                .filter(|(_, member)| written(member));
            names.extend(members.map(|(member, _)| format!("{name}.{member}")));
        }
    }
    assert!(names.iter().any(|name| name == "also.issuer"), "{names:?}");
    let changed = |name: &str| {
        let (argument, member) = name.split_once('.').unwrap_or((name, ""));
        let sets = |value: &str| member.is_empty() || value.contains(&format!(" {member} = "));
        CHANGES
            .iter()
            .any(|change| change.argument == argument && sets(change.second))
    };
    let elsewhere = |name: &str| ELSEWHERE.iter().any(|(other, _)| *other == name);
    let forgotten: Vec<_> = names
        .iter()
        .filter(|name| !changed(name) && !elsewhere(name))
        .collect();
    assert!(forgotten.is_empty(), "no test changes {forgotten:?}");
    let idle: Vec<_> = ELSEWHERE
        .iter()
        .filter(|(name, _)| changed(name) || !names.iter().any(|other| other == name))
        .collect();
    assert!(idle.is_empty(), "needlessly named: {idle:?}");
}

/// Arguments about behaviour change the state and nothing else.
fn behaviour_without_a_call(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration(&base.to_string());
    terraform.settle("after create");
    let before = lab.get_role(&lab.role);
    for (argument, value) in [
        ("force_detach", "true"),
        ("timeouts", r#"{ create = "5m", delete = "1m30s" }"#),
    ] {
        terraform.write("main.tf", &base.clone().with(argument, value).to_string());
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{argument}\n{}", plan.text);
        terraform.apply_plan();
        terraform.assert_empty_plan(argument);
    }
    assert_eq!(lab.get_role(&lab.role), before);
    terraform.destroy();
}

/// From set to null is "no longer managed": nothing is detached, and the plan or the apply says what stays.
fn policies_from_set_to_null(lab: &Lab) {
    let base = Block::trust(&lab.issuer, &lab.role);
    let set = base
        .clone()
        .with("managed_policy_arns", format!(r#"["{READ_ONLY}"]"#))
        .with("force_detach", "true");
    let terraform = lab.configuration(&set.to_string());
    terraform.settle("after create");
    terraform.write("main.tf", &base.clone().with("force_detach", "true").to_string());
    let applied = terraform.settle("after null");
    assert_eq!(lab.policies(&lab.role).1, [READ_ONLY]);
    assert!(
        applied.all().contains("ReadOnlyAccess"),
        "nothing says what stays:\n{}",
        applied.all()
    );
    terraform.write(
        "main.tf",
        &base
            .with("managed_policy_arns", "[]")
            .with("force_detach", "true")
            .to_string(),
    );
    terraform.settle("after the empty set");
    assert!(lab.policies(&lab.role).1.is_empty(), "the empty set means none");
    terraform.destroy();
}
