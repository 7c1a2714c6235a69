//! Cases about resources of a plan.

use serde_json::{Value, json};

use crate::command_line::Call;
use crate::documents::{GITHUB, arn, policy};
use crate::{MAIN, aws, without};

/// A plan with a trust that is known, and a role whose policy is known after apply.
fn plan(address: &str, policy: &Value) -> Value {
    let change = |address: &str, kind: &str, before: Value, after: Value, unknown: Value| {
        json!({"address": address, "mode": "managed", "type": kind, "name": "x",
            "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": unknown}})
    };
    json!({
        "format_version": "1.2", "terraform_version": "1.14.0", "planned_values": {"root_module": {}},
        "resource_changes": [
            change(address, "oidcfed_aws_trust", Value::Null, json!({"trust_policy": policy.to_string(), "issuer": format!("https://{GITHUB}"),
                "role_arn": arn("deploy"), "platform": null, "accepted_risks": null, "also": null}), json!({"id": true})),
            change("aws_iam_role.later", "aws_iam_role", Value::Null, json!({"name": "later"}), json!({"assume_role_policy": true, "arn": true})),
        ],
    })
}

#[test]
fn resources_of_a_plan_by_their_address() {
    let address = "module.ci.oidcfed_aws_trust.deploy[\"api\"]";
    let call = Call::of(&["test", "trust.json"]);
    call.file("plan.json", plan(address, &policy(MAIN)).to_string());
    let case = |id: &str, address: &str, expect: &str| {
        let mut case = without(without(without(aws(), "trust_policy"), "role_arn"), "cloud");
        case["id"] = json!(id);
        case["plan"] = json!("plan.json");
        case["resource"] = json!(address);
        case["expect"] = json!(expect);
        case
    };
    let findings = json!({"id": "findings", "plan": "plan.json", "resource": address, "expect_findings": []});
    let unknown = case("unknown", "aws_iam_role.later", "unknown");
    call.file(
        "trust.json",
        json!({"cases": [case("known", address, "allow"), unknown, findings]}).to_string(),
    );
    let answer = call.run();
    assert_eq!(
        (answer.code, answer.stderr.as_str()),
        (0, ""),
        "{}",
        answer.stdout
    );
    call.file(
        "trust.json",
        json!({"cases": [case("known", "aws_iam_role.nobody", "allow")]}).to_string(),
    );
    let answer = call.run();
    assert_eq!(answer.code, 1);
    assert!(
        answer
            .stderr
            .contains("at `/cases/0/resource`: expected one of `module.ci")
            && answer.stderr.contains("found `aws_iam_role.nobody`"),
        "{}",
        answer.stderr
    );
}
