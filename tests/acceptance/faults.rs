//! What goes wrong on the way: an AWS that lags, throttles, refuses and loses answers. Nothing is doubled, nothing lost.

use crate::harness::Lab;
use crate::hcl::Block;
use serde_json::{Value, json};

crate::on_sandbox!(
    fresh_objects_lag,
    a_busy_account,
    a_lost_answer_makes_no_second_object,
    a_failure_in_the_middle_of_a_create,
    a_failure_in_the_middle_of_a_delete,
    a_refresh_without_permission_keeps_the_state,
    a_plan_asks_little,
    a_killed_apply_is_picked_up,
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

fn full(lab: &Lab) -> Block {
    Block::trust(&lab.issuer, &lab.role)
        .with("managed_policy_arns", r#"["ReadOnlyAccess", "AmazonS3ReadOnlyAccess"]"#)
        .with(
            "inline_policies",
            r#"{ read = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] }) }"#,
        )
}

fn once(operation: &str, code: &str, status: u16) -> Value {
    json!({ "fail": [{ "operation": operation, "code": code, "status": status, "message": "said the test" }] })
}

fn fresh_objects_lag(lab: &Lab) {
    lab.set_faults(json!({ "fresh": { "role_reads": 2, "provider_reads": 2, "provider_exchanges": 2 } }));
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("in an account where fresh objects are seen late");
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none() && lab.oidc_provider(&lab.issuer).is_none());
}

fn a_busy_account(lab: &Lab) {
    lab.set_faults(json!({ "throttle_every": 4 }));
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("in a throttled account");
    terraform.destroy();
    lab.set_faults(json!({}));
    assert!(lab.get_role(&lab.role).is_none() && lab.oidc_provider(&lab.issuer).is_none());
}

/// The call took effect, its answer did not arrive: the object is found again, not made twice and not called foreign.
fn a_lost_answer_makes_no_second_object(lab: &Lab) {
    for operation in [
        "CreateRole",
        "CreateOpenIDConnectProvider",
        "AttachRolePolicy",
        "PutRolePolicy",
    ] {
        lab.set_faults(json!({ "fail": [{ "operation": operation, "code": "ServiceFailure", "status": 503, "applied": true }] }));
        let terraform = lab.configuration(&full(lab).to_string());
        terraform.settle(&format!("after the answer of {operation} was lost"));
        lab.set_faults(json!({}));
        terraform.destroy();
        assert!(lab.get_role(&lab.role).is_none(), "{operation}: the role stayed");
        assert!(
            lab.oidc_provider(&lab.issuer).is_none(),
            "{operation}: the provider stayed"
        );
    }
}

fn a_failure_in_the_middle_of_a_create(lab: &Lab) {
    for operation in ["CreateRole", "PutRolePolicy", "AttachRolePolicy"] {
        lab.set_faults(once(operation, "AccessDenied", 403));
        let terraform = lab.configuration(&full(lab).to_string());
        let failed = terraform.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(failed.code, 1, "{operation}: {}", failed.all());
        assert!(
            failed.all().contains(&format!("iam:{operation}")),
            "the missing permission is not named:\n{}",
            failed.all()
        );
        lab.set_faults(json!({}));
        if operation != "CreateRole" {
            let listed = terraform.run(&["state", "list"]).succeeded("state list").stdout;
            assert_eq!(
                listed.trim(),
                ADDRESS,
                "{operation}: what exists is not in the state"
            );
        }
        terraform.settle(&format!("after {operation} was allowed"));
        terraform.destroy();
        assert!(lab.get_role(&lab.role).is_none(), "{operation}: the role stayed");
        assert!(
            lab.oidc_provider(&lab.issuer).is_none(),
            "{operation}: the provider stayed"
        );
    }
}

fn a_failure_in_the_middle_of_a_delete(lab: &Lab) {
    for operation in [
        "DetachRolePolicy",
        "DeleteRolePolicy",
        "DeleteRole",
        "DeleteOpenIDConnectProvider",
    ] {
        let terraform = lab.configuration(&full(lab).to_string());
        terraform.settle("after create");
        lab.set_faults(once(operation, "AccessDenied", 403));
        let failed = terraform.run(&["destroy", "-auto-approve", "-no-color"]);
        lab.set_faults(json!({}));
        assert!(
            failed.all().contains(operation),
            "{operation} is not named:\n{}",
            failed.all()
        );
        if failed.code == 0 {
            assert!(
                lab.get_role(&lab.role).is_none(),
                "{operation}: success with the role still there"
            );
            lab.boto.iam(
                "delete_open_id_connect_provider",
                json!({ "OpenIDConnectProviderArn": lab.provider_arn(&lab.issuer) }),
            );
            continue;
        }
        terraform.destroy();
        assert!(lab.get_role(&lab.role).is_none(), "{operation}: the role stayed");
        assert!(
            lab.oidc_provider(&lab.issuer).is_none(),
            "{operation}: the provider stayed"
        );
    }
}

fn a_refresh_without_permission_keeps_the_state(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    lab.set_faults(
        json!({ "fail": [{ "operation": "GetRole", "times": 50, "code": "AccessDenied", "status": 403 }] }),
    );
    let failed = terraform.run(&["plan", "-no-color"]);
    assert_eq!(
        failed.code,
        1,
        "a role that may not be read is not a role that is gone:\n{}",
        failed.all()
    );
    assert!(failed.all().contains("iam:GetRole"), "{}", failed.all());
    lab.set_faults(json!({}));
    terraform.assert_empty_plan("after the permission came back");
    terraform.destroy();
}

/// At most four calls for each trust, and one read of the provider for all of them.
fn a_plan_asks_little(lab: &Lab) {
    const TRUSTS: u64 = 10;
    let many = full(lab)
        .with("count", TRUSTS.to_string())
        .with("role_name", format!(r#""{}-${{count.index}}""#, lab.role))
        .with("subjects", r#"["repo:acme/${count.index}:ref:refs/heads/main"]"#);
    let terraform = lab.configuration(&many.to_string());
    terraform.settle("after create");
    let calls = lab.calls_during(|| terraform.assert_empty_plan("counted"));
    assert_eq!(calls.get("iam:GetOpenIDConnectProvider"), Some(&1), "{calls:?}");
    assert!(
        calls.get("sts:GetCallerIdentity").copied().unwrap_or_default() <= 1,
        "{calls:?}"
    );
    let total: u64 = calls.values().sum();
    assert!(total <= 4 * TRUSTS + 1, "{total} calls: {calls:?}");
    terraform.destroy();
}

/// The role was made, the run died before the state was written: the next run adopts its own object, never makes two.
fn a_killed_apply_is_picked_up(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    for policy in lab.policies(&lab.role).1 {
        lab.boto.iam(
            "detach_role_policy",
            json!({ "RoleName": lab.role, "PolicyArn": policy }),
        );
    }
    let unique_id = lab.get_role(&lab.role).expect("the role")["RoleId"].clone();
    terraform.settle("after the leftover was adopted");
    assert_eq!(lab.get_role(&lab.role).expect("the role")["RoleId"], unique_id);

    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    lab.boto.iam(
        "update_role",
        json!({ "RoleName": lab.role, "Description": "somebody else's", "MaxSessionDuration": 3600 }),
    );
    let refused = terraform.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(refused.code, 1, "a foreign role was taken: {}", refused.all());
    assert!(
        refused.all().contains("import"),
        "the conflict does not name the import:\n{}",
        refused.all()
    );
}
