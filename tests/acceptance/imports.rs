//! What exists comes under management, and the plan after is empty.

use crate::harness::{Lab, Terraform, left_out};
use crate::hcl::Block;

crate::on_both!(
    by_each_form_of_id,
    by_block,
    by_identity,
    what_is_not_there,
    with_further_branches,
    without_its_arguments
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

fn full(lab: &Lab) -> Block {
    Block::trust(&lab.issuer, &lab.role)
        .with("description", r#""ours""#)
        .with("role_path", r#""/ci/""#)
        .with("subject_patterns", r#"["repo:acme/web:*"]"#)
        .with("subjects", r#"["repo:acme/api:ref:refs/heads/main"]"#)
        .with("managed_policy_arns", r#"["ReadOnlyAccess"]"#)
        .with(
            "inline_policies",
            r#"{ read = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] }) }"#,
        )
        .with("tags", r#"{ team = "api" }"#)
}

fn made(lab: &Lab) -> Terraform {
    let terraform = lab.configuration(&full(lab).to_string());
    terraform.settle("after create");
    terraform
}

fn by_each_form_of_id(lab: &Lab) {
    let terraform = made(lab);
    let arn = format!("arn:aws:iam::{}:role/ci/{}", lab.account, lab.role);
    for id in [arn, format!("{}/{}", lab.account, lab.role), lab.role.clone()] {
        terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
        terraform
            .run(&["import", "-no-color", ADDRESS, &id])
            .succeeded(&format!("import of {id}"));
        terraform.assert_empty_plan(&format!("after the import of {id}"));
    }
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
}

fn by_block(lab: &Lab) {
    if !Terraform::version().at_least(1, 5) {
        return left_out("import blocks need 1.5");
    }
    let terraform = made(lab);
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    terraform.write(
        "import.tf",
        &format!("import {{\n  to = {ADDRESS}\n  id = \"{}\"\n}}\n", lab.role),
    );
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["no-op"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after the import");
    terraform.destroy();
}

fn by_identity(lab: &Lab) {
    if !Terraform::version().at_least(1, 12) {
        return left_out("import by identity needs 1.12");
    }
    let terraform = made(lab);
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    let identity = format!(
        "{{ account_id = \"{}\", role_name = \"{}\" }}",
        lab.account, lab.role
    );
    terraform.write(
        "import.tf",
        &format!("import {{\n  to = {ADDRESS}\n  identity = {identity}\n}}\n"),
    );
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["no-op"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after the import");
    terraform.destroy();
}

fn what_is_not_there(lab: &Lab) {
    let terraform = lab.configuration(&full(lab).to_string());
    let refused = terraform.run(&["import", "-no-color", ADDRESS, "no-such-role"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(refused.all().contains("no-such-role"), "{}", refused.all());
}

/// An import into a configuration that says other things is a plan of what differs, not an error.
fn without_its_arguments(lab: &Lab) {
    let terraform = made(lab);
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    terraform.write(
        "main.tf",
        &full(lab).with("description", r#""another""#).to_string(),
    );
    terraform
        .run(&["import", "-no-color", ADDRESS, &lab.role])
        .succeeded("import");
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    let (before, after) = (&plan.change(ADDRESS)["before"], &plan.change(ADDRESS)["after"]);
    assert_eq!(
        (&before["description"], &after["description"]),
        (&"ours".into(), &"another".into())
    );
    terraform.settle("after the apply");
    terraform.destroy();
}

/// No policy holds the keys of `also`: the branches mean the same under whatever keys.
fn with_further_branches(lab: &Lab) {
    let also = r#"{
    staging = { subjects = ["repo:acme/api:environment:staging"] }
    nightly = { subject_patterns = ["repo:acme/nightly:*"], audiences = ["nightly.example"] }
  }"#;
    let body = |description: &str| {
        Block::trust(&lab.issuer, &lab.role)
            .with("description", format!("\"{description}\""))
            .with("also", also)
            .to_string()
    };
    let terraform = lab.configuration(&body("ours"));
    terraform.settle("after create");
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    terraform
        .run(&["import", "-no-color", ADDRESS, &lab.role])
        .succeeded("import");
    terraform.assert_empty_plan("after the import");
    // The first change of anything else takes the keys of the configuration.
    terraform.write("main.tf", &body("changed"));
    terraform.settle("after a change");
    let also = &terraform.state(ADDRESS)["also"];
    let keys: Vec<&String> = also.as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["nightly", "staging"]);
    terraform.destroy();
}
