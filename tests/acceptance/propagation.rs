//! Waiting for IAM to show a change: for what this run made, as long as it takes; for nothing else, not even once.

use crate::harness::{Lab, Terraform};
use crate::hcl::{Block, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;

crate::on_sandbox!(
    what_is_gone_is_looked_for_once,
    a_change_waits_for_nothing_that_was_there,
    what_this_run_made_is_waited_for,
    steps_on_what_this_run_made_are_waited_for,
    steps_on_what_others_made_are_not,
);

const APPLY: &[&str] = &["apply", "-auto-approve", "-no-color"];
const ADDRESS: &str = "oidcfed_aws_trust.deploy";
const INLINE: &str = r#"{ read = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] }) }"#;

fn full(lab: &Lab) -> Block {
    Block::trust(&lab.issuer, &lab.role)
        .with("managed_policy_arns", r#"["ReadOnlyAccess"]"#)
        .with("inline_policies", INLINE)
        .with("tags", r#"{ team = "api" }"#)
}

fn alone(lab: &Lab) -> Block {
    Block::resource("oidcfed_aws_oidc_provider", "alone")
        .with("issuer", text(&lab.issuer))
        .with("tags", r#"{ team = "api" }"#)
}

/// So many answers in a row that the operation's object is not there.
fn missing(operation: &str, times: u32) -> Value {
    json!({ "fail": [{ "operation": operation, "times": times, "code": "NoSuchEntity", "status": 404, "message": "not here" }] })
}

/// So many answers in a row that somebody named in the trust policy is not there.
fn unknown_principal(operation: &str, times: u32) -> Value {
    json!({ "fail": [{ "operation": operation, "times": times, "code": "MalformedPolicyDocument", "status": 400,
        "message": "Invalid principal in policy" }] })
}

/// Applies with these faults: whether it succeeded, and the calls.
fn applied(lab: &Lab, terraform: &Terraform, faults: Value) -> (bool, BTreeMap<String, u64>) {
    lab.set_faults(faults);
    let mut code = 0;
    let calls = lab.calls_during(|| code = terraform.run(APPLY).code);
    lab.set_faults(json!({}));
    (code == 0, calls)
}

fn count(calls: &BTreeMap<String, u64>, operation: &str) -> u64 {
    calls
        .get(&format!("iam:{operation}"))
        .copied()
        .unwrap_or_default()
}

fn delete_role(lab: &Lab) {
    let (inline, attached) = lab.policies(&lab.role);
    for name in inline {
        lab.boto.iam(
            "delete_role_policy",
            json!({ "RoleName": lab.role, "PolicyName": name }),
        );
    }
    for arn in attached {
        lab.boto.iam(
            "detach_role_policy",
            json!({ "RoleName": lab.role, "PolicyArn": arn }),
        );
    }
    lab.boto.iam("delete_role", json!({ "RoleName": lab.role }));
}

fn what_is_gone_is_looked_for_once(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    delete_role(lab);
    let calls = lab.calls_during(|| assert_eq!(terraform.plan().actions(ADDRESS), ["update"]));
    assert_eq!(count(&calls, "GetRole"), 1, "{calls:?}");
    for operation in ["ListAttachedRolePolicies", "ListRolePolicies"] {
        assert!(count(&calls, operation) <= 1, "{operation}: {calls:?}");
    }
    let calls = lab.calls_during(|| {
        terraform.destroy();
    });
    // the refresh of the destroy; the state knows then that there is no role
    assert!(count(&calls, "GetRole") <= 1, "{calls:?}");
    assert_eq!(count(&calls, "DeleteRole"), 0, "{calls:?}");

    let terraform = lab.configuration(&alone(lab).to_string());
    terraform.settle("the issuer alone");
    lab.boto.iam(
        "delete_open_id_connect_provider",
        json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer) }),
    );
    let address = "oidcfed_aws_oidc_provider.alone";
    let calls = lab.calls_during(|| assert_eq!(terraform.plan().actions(address), ["create"]));
    assert_eq!(count(&calls, "GetOpenIDConnectProvider"), 1, "{calls:?}");
}

fn a_change_waits_for_nothing_that_was_there(lab: &Lab) {
    let before = full(lab).to_string();
    let after = full(lab)
        .with("description", text("changed"))
        .with("subjects", r#"["repo:acme/other:ref:refs/heads/main"]"#)
        .with("managed_policy_arns", r#"["ReadOnlyAccess", "PowerUserAccess"]"#)
        .with("inline_policies", INLINE.replace("GetObject", "ListBucket"))
        .with(
            "permissions_boundary",
            text("arn:aws:iam::aws:policy/ReadOnlyAccess"),
        )
        .with("tags", r#"{ stage = "prod" }"#)
        .to_string();
    let terraform = lab.configuration(&before);
    let mut faults: Vec<(&str, Value)> = [
        "PutRolePermissionsBoundary",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "TagRole",
        "UntagRole",
        "PutRolePolicy",
        "AttachRolePolicy",
    ]
    .into_iter()
    .map(|operation| (operation, missing(operation, 1000)))
    .collect();
    faults.push((
        "UpdateAssumeRolePolicy",
        unknown_principal("UpdateAssumeRolePolicy", 1000),
    ));
    for (operation, fault) in faults {
        terraform.write("main.tf", &before);
        terraform.settle("before the change");
        terraform.write("main.tf", &after);
        let (succeeded, calls) = applied(lab, &terraform, fault);
        assert!(!succeeded, "{operation}: the failure was swallowed");
        assert_eq!(count(&calls, operation), 1, "{operation}: {calls:?}");
    }
    // the role vanishes between the plan and the apply
    terraform.settle("after the change");
    terraform.write("main.tf", &before);
    lab.set_faults(missing("GetRole", 1000));
    let mut failed = None;
    let calls = lab.calls_during(|| {
        failed = Some(terraform.run(&["apply", "-auto-approve", "-no-color", "-refresh=false"]));
    });
    lab.set_faults(json!({}));
    let failed = failed.expect("the apply ran");
    assert!(
        failed.all().contains("another one than planned for"),
        "{}",
        failed.all()
    );
    let to_iam: BTreeMap<_, _> = calls
        .iter()
        .filter(|(action, _)| action.starts_with("iam:"))
        .collect();
    assert_eq!(to_iam, BTreeMap::from([(&"iam:GetRole".to_owned(), &1)]));
    terraform.destroy();
}

/// Reads that do not see what was made a moment ago are repeated until they do: just as often as that takes.
fn what_this_run_made_is_waited_for(lab: &Lab) {
    let mut counted = Vec::new();
    for unseen in [0, 3] {
        let terraform = lab.configuration(&full(lab).to_string());
        let faults = json!({ "fresh": { "role_reads": unseen, "provider_reads": unseen } });
        let (succeeded, calls) = applied(lab, &terraform, faults);
        assert!(succeeded, "{unseen}");
        counted.push([
            count(&calls, "GetRole"),
            count(&calls, "GetOpenIDConnectProvider"),
        ]);
        terraform.assert_empty_plan("after the wait");
        terraform.destroy();
    }
    assert_eq!(counted[1], counted[0].map(|calls| calls + 3));
}

fn steps_on_what_this_run_made_are_waited_for(lab: &Lab) {
    let prefix = full(lab)
        .without("role_name")
        .with("role_name_prefix", text(&lab.role[..lab.role.len().min(30)]));
    let two = Block::trust(&lab.issuer, &format!("{}-two", lab.role))
        .label("two")
        .with("audiences", r#"["two.example"]"#)
        .with("depends_on", "[oidcfed_aws_trust.deploy]");
    for (configuration, operation, fault) in [
        (
            full(lab).to_string(),
            "CreateRole",
            unknown_principal("CreateRole", 2),
        ),
        (
            full(lab).to_string(),
            "PutRolePolicy",
            missing("PutRolePolicy", 2),
        ),
        (
            full(lab).to_string(),
            "AttachRolePolicy",
            missing("AttachRolePolicy", 2),
        ),
        (prefix.to_string(), "UntagRole", missing("UntagRole", 2)),
        (
            alone(lab).to_string(),
            "TagOpenIDConnectProvider",
            missing("TagOpenIDConnectProvider", 2),
        ),
        (
            format!("{}{two}", full(lab)),
            "AddClientIDToOpenIDConnectProvider",
            missing("AddClientIDToOpenIDConnectProvider", 2),
        ),
    ] {
        let terraform = lab.configuration(&configuration);
        let (succeeded, mut calls) = applied(lab, &terraform, fault);
        assert!(succeeded, "{operation}: {calls:?}");
        assert_eq!(calls.remove(&format!("iam:{operation}")), Some(3), "{operation}");
        terraform.assert_empty_plan(operation);
        terraform.destroy();
        assert!(lab.oidc_provider(&lab.issuer).is_none(), "{operation}");
    }
}

/// The same answers, of a provider and a policy that this run did not make: the first one counts.
fn steps_on_what_others_made_are_not(lab: &Lab) {
    let nowhere = full(lab).with(
        "managed_policy_arns",
        format!(
            "[{}]",
            text(&format!("arn:aws:iam::{}:policy/nowhere", lab.account))
        ),
    );
    let terraform = lab.configuration(&nowhere.to_string());
    let (succeeded, calls) = applied(lab, &terraform, json!({}));
    assert!(!succeeded);
    assert_eq!(count(&calls, "AttachRolePolicy"), 1, "{calls:?}");
    terraform.destroy();

    let made =
        json!({ "Url": lab.issuer, "ClientIDList": ["theirs.example"], "ThumbprintList": ["a".repeat(40)] });
    lab.boto.iam("create_open_id_connect_provider", made);
    for (operation, fault) in [
        (
            "AddClientIDToOpenIDConnectProvider",
            missing("AddClientIDToOpenIDConnectProvider", 1000),
        ),
        ("CreateRole", unknown_principal("CreateRole", 1000)),
    ] {
        let terraform = lab.configuration(&full(lab).to_string());
        let (succeeded, calls) = applied(lab, &terraform, fault);
        assert!(!succeeded, "{operation}");
        assert_eq!(count(&calls, operation), 1, "{operation}: {calls:?}");
        assert!(lab.get_role(&lab.role).is_none(), "{operation}");
        terraform.destroy();
        assert_eq!(lab.audiences(&lab.issuer), ["theirs.example"], "{operation}");
    }
}
