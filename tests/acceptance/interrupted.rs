//! A process that dies in the middle, and a destroy that is cut off: the next run goes on, with one role and one provider.

mod foreign_provider;

use crate::harness::{Lab, Terraform};
use crate::hcl::Block;
use serde_json::{Value, json};
use std::path::Path;
use std::thread;
use std::time::Duration;

crate::on_sandbox!(
    killed_while_it_creates,
    killed_while_it_creates_with_a_generated_name,
    killed_while_it_changes,
    killed_between_two_providers,
    killed_while_it_deletes,
    a_delete_cut_off_after_the_role,
    killed_while_a_provider_changes,
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";
const APPLY: &[&str] = &["apply", "-auto-approve", "-no-color"];
const DESTROY: &[&str] = &["destroy", "-auto-approve", "-no-color"];

fn full(lab: &Lab) -> Block {
    Block::trust(&lab.issuer, &lab.role)
        .with("managed_policy_arns", r#"["ReadOnlyAccess"]"#)
        .with(
            "inline_policies",
            r#"{ read = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] }) }"#,
        )
        .with("tags", r#"{ team = "api" }"#)
}

/// Lets the command come as far as this call, which takes effect, and kills the provider before it hears so.
fn kill_at(lab: &Lab, terraform: &Terraform, arguments: &[&str], operation: &str) {
    lab.set_faults(
        json!({ "fail": [{ "operation": operation, "code": "ServiceFailure", "status": 500, "applied": true,
        "withheld": true }] }),
    );
    lab.forget_calls();
    let running = terraform.start(arguments);
    let action = format!("iam:{operation}");
    let called = (0..6000).any(|_| {
        let called = lab.calls().contains_key(&action);
        if !called {
            thread::sleep(Duration::from_millis(10));
        }
        called
    });
    assert!(called, "{operation} was never called");
    running.crash(Path::new(env!("CARGO_BIN_EXE_terraform-provider-oidcfed")));
    let finished = running.finish();
    assert_eq!(
        finished.code,
        1,
        "{operation}: the host noticed nothing\n{}",
        finished.all()
    );
    lab.set_faults(json!({}));
}

fn unique_id(lab: &Lab, role: &str) -> Option<Value> {
    lab.get_role(role).map(|role| role["RoleId"].clone())
}

fn assert_nothing_left(lab: &Lab, when: &str) {
    assert_eq!(lab.roles(&lab.role), [""; 0], "{when}: a role stayed");
    let providers = lab.boto.iam("list_open_id_connect_providers", json!({}));
    assert_eq!(
        providers["OpenIDConnectProviderList"],
        json!([]),
        "{when}: a provider stayed"
    );
}

fn killed_while_it_creates(lab: &Lab) {
    for operation in [
        "CreateOpenIDConnectProvider",
        "CreateRole",
        "AttachRolePolicy",
        "PutRolePolicy",
    ] {
        let terraform = lab.configuration(&full(lab).to_string());
        kill_at(lab, &terraform, APPLY, operation);
        assert!(lab.oidc_provider(&lab.issuer).is_some());
        let made = unique_id(lab, &lab.role);
        assert_eq!(made.is_some(), operation != "CreateOpenIDConnectProvider");
        terraform.settle(&format!("after a death at {operation}"));
        assert_eq!(lab.roles(&lab.role), std::slice::from_ref(&lab.role));
        let now = unique_id(lab, &lab.role);
        assert!(made.is_none() || made == now, "{operation}: another role");
        assert_eq!(
            lab.policies(&lab.role),
            (
                vec!["read".to_owned()],
                vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()]
            )
        );
        terraform.destroy();
        assert_nothing_left(lab, operation);
    }
}

fn killed_while_it_creates_with_a_generated_name(lab: &Lab) {
    let prefix = lab.role.get(..30).unwrap_or(&lab.role);
    for operation in [
        "CreateOpenIDConnectProvider",
        "CreateRole",
        "AttachRolePolicy",
        "UntagRole",
    ] {
        let body = full(lab)
            .without("role_name")
            .with("role_name_prefix", format!("\"{prefix}\""));
        let terraform = lab.configuration(&body.to_string());
        kill_at(lab, &terraform, APPLY, operation);
        let made = lab.roles(prefix);
        let said = terraform.settle(&format!("after a death at {operation}"));
        let now = lab.roles(prefix);
        if operation == "UntagRole" {
            // Complete and without its mark it may be anybody's: a role more, which is named, never a role taken from
            // somebody.
            let said = said.all();
            assert!(
                said.contains("may be a leftover") && said.contains(&made[0]),
                "{said}"
            );
            assert_eq!((made.len(), now.len()), (1, 2));
            lab.boto.iam(
                "detach_role_policy",
                json!({ "RoleName": made[0], "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
            );
            lab.boto.iam(
                "delete_role_policy",
                json!({ "RoleName": made[0], "PolicyName": "read" }),
            );
            lab.boto.iam("delete_role", json!({ "RoleName": made[0] }));
        } else {
            assert_eq!(now.len(), 1, "{operation}: {now:?}");
            assert!(
                made.is_empty() || made == now,
                "{operation}: {made:?}, then {now:?}"
            );
        }
        terraform.destroy();
        assert_nothing_left(lab, operation);
    }
}

fn killed_while_it_changes(lab: &Lab) {
    let new = format!("{}-new", lab.issuer);
    let changed = Block::trust(&new, &lab.role)
        .with("description", r#""changed""#)
        .with("managed_policy_arns", r#"["PowerUserAccess"]"#)
        .with("inline_policies", "{}")
        .with("tags", r#"{ stage = "prod" }"#)
        .to_string();
    for operation in [
        "CreateOpenIDConnectProvider",
        "DetachRolePolicy",
        "DeleteRolePolicy",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "TagRole",
        "UntagRole",
        "AttachRolePolicy",
        "DeleteOpenIDConnectProvider",
    ] {
        let terraform = lab.configuration(&full(lab).to_string());
        terraform.settle("after create");
        let made = unique_id(lab, &lab.role);
        terraform.write("main.tf", &changed);
        kill_at(lab, &terraform, APPLY, operation);
        assert_eq!(
            terraform.known(),
            [ADDRESS],
            "{operation}: the state lost the trust"
        );
        terraform.settle(&format!("after a death at {operation}"));
        assert_eq!(unique_id(lab, &lab.role), made, "{operation}: another role");
        assert!(
            lab.oidc_provider(&lab.issuer).is_none(),
            "{operation}: the old provider stayed"
        );
        assert!(lab.oidc_provider(&new).is_some());
        assert_eq!(
            lab.policies(&lab.role),
            (vec![], vec!["arn:aws:iam::aws:policy/PowerUserAccess".to_owned()])
        );
        terraform.destroy();
        assert_nothing_left(lab, operation);
    }
}

/// The role trusts the new issuer, and nothing is left to change at it: the old provider is given back all the same.
fn killed_between_two_providers(lab: &Lab) {
    let new = format!("{}-new", lab.issuer);
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.settle("after create");
    terraform.write("main.tf", &Block::trust(&new, &lab.role).to_string());
    kill_at(lab, &terraform, APPLY, "UpdateAssumeRolePolicy");
    assert!(lab.oidc_provider(&lab.issuer).is_some() && lab.oidc_provider(&new).is_some());
    terraform.settle("after a death between two providers");
    assert!(
        lab.oidc_provider(&lab.issuer).is_none(),
        "the old provider stayed"
    );
    terraform.destroy();
    assert_nothing_left(lab, "between two providers");
}

fn killed_while_it_deletes(lab: &Lab) {
    for operation in [
        "DetachRolePolicy",
        "DeleteRolePolicy",
        "DeleteRole",
        "DeleteOpenIDConnectProvider",
    ] {
        let terraform = lab.configuration(&full(lab).to_string());
        terraform.settle("after create");
        kill_at(lab, &terraform, DESTROY, operation);
        assert_eq!(
            terraform.known(),
            [ADDRESS],
            "{operation}: the state lost the trust"
        );
        terraform.destroy();
        assert_nothing_left(lab, operation);
        assert_eq!(terraform.known(), [""; 0]);
    }
    // Or somebody wants it after all.
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    kill_at(lab, &terraform, DESTROY, "DeleteRole");
    terraform.settle("after it was wanted again");
    assert_eq!(lab.roles(&lab.role), std::slice::from_ref(&lab.role));
    terraform.destroy();
    assert_nothing_left(lab, "wanted again");
}

/// A provider that is held alone: the resource knows it for its own again.
fn killed_while_a_provider_changes(lab: &Lab) {
    let body = |arguments: &str| {
        format!(
            "resource \"oidcfed_aws_oidc_provider\" \"alone\" {{\n  issuer = \"{}\"\n{arguments}\n}}\n",
            lab.issuer
        )
    };
    for operation in [
        "AddClientIDToOpenIDConnectProvider",
        "RemoveClientIDFromOpenIDConnectProvider",
        "TagOpenIDConnectProvider",
        "UntagOpenIDConnectProvider",
    ] {
        let before = body("  audiences = [\"a.example\"]\n  tags = { team = \"api\" }");
        let terraform = lab.configuration(&before);
        terraform.settle("after create");
        let after = body("  audiences = [\"b.example\"]\n  tags = { stage = \"prod\" }");
        terraform.write("main.tf", &after);
        kill_at(lab, &terraform, APPLY, operation);
        terraform.settle(&format!("after a death at {operation}"));
        let provider = lab.oidc_provider(&lab.issuer).expect("the provider");
        assert_eq!(provider["ClientIDList"], json!(["b.example"]), "{operation}");
        let keys: Vec<&str> = provider["Tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tag| tag["Key"].as_str())
            .collect();
        assert!(
            keys.contains(&"stage") && !keys.contains(&"team"),
            "{operation}: {keys:?}"
        );
        terraform.destroy();
        assert_nothing_left(lab, operation);
    }
}

/// The role is gone, the provider was not released: the state stays without the role.
fn a_delete_cut_off_after_the_role(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    let cut_off = || {
        lab.set_faults(json!({ "fail": [{ "operation": "DeleteOpenIDConnectProvider", "code": "AccessDenied", "status": 403 }] }));
        let failed = terraform.run(DESTROY);
        lab.set_faults(json!({}));
        assert_eq!(failed.code, 1, "{}", failed.all());
        assert!(lab.get_role(&lab.role).is_none());
        assert_eq!(terraform.state(ADDRESS)["role_unique_id"], Value::Null);
    };
    terraform.settle("after create");
    cut_off();
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    assert_eq!(plan.change(ADDRESS)["after_unknown"]["role_arn"], true);
    terraform.apply_plan();
    terraform.assert_empty_plan("after it was made anew");
    assert_eq!(
        unique_id(lab, &lab.role),
        Some(terraform.state(ADDRESS)["role_unique_id"].clone())
    );
    cut_off();
    terraform.destroy();
    assert_nothing_left(lab, "destroyed at last");
}
