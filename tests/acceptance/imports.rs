//! What exists comes under management, and the plan after is empty.

use crate::harness::{Lab, Terraform, left_out};
use crate::hcl::{Block, text};
use serde_json::{Value, json};

crate::on_both!(
    by_each_form_of_id,
    by_block,
    by_identity,
    what_is_not_there,
    with_further_branches,
    with_every_argument,
    without_its_arguments
);
crate::on_sandbox!(whatever_is_written_that_is_so_anyway);

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

pub fn imported(lab: &Lab, body: &Block) -> Terraform {
    let terraform = lab.configuration(&body.to_string());
    terraform.settle("after create");
    import(lab, &terraform);
    terraform
}

pub fn import(lab: &Lab, terraform: &Terraform) {
    terraform.run(&["state", "rm", ADDRESS]).succeeded("state rm");
    terraform
        .run(&["import", "-no-color", ADDRESS, &lab.role])
        .succeeded("import");
}

/// What of an argument a role or its provider holds is read back from there, so that nothing is left to do.
fn with_every_argument(lab: &Lab) {
    let statement = json!([{ "Sid": "Admins", "Effect": "Allow", "Action": ["sts:AssumeRole"],
        "Principal": { "AWS": format!("arn:aws:iam::{}:root", lab.account) },
        "Condition": { "StringEquals": { "sts:ExternalId": ["of-ours"] } } }]);
    let print = "c".repeat(40);
    let body = full(lab)
        .with("platform", text("github-actions-enterprise"))
        .with("audiences", r#"["sts.amazonaws.com", "own.example"]"#)
        .with("claims", r#"{ environment = ["production"], repository_id = ["1", "2"] }"#)
        .with("claim_patterns", r#"{ workflow = ["deploy-*"] }"#)
        .with(
            "also",
            r#"{ staging = { subjects = ["repo:acme/api:environment:staging"], platform = "github-actions-enterprise" } }"#,
        )
        .with("max_session_duration", "7200")
        .with("permissions_boundary", text("arn:aws:iam::aws:policy/PowerUserAccess"))
        .with("session_tag_keys", r#"["team", "env"]"#)
        .with("source_identity", "true")
        .with("require_authorized_role", "true")
        .with("additional_statements", format!("jsonencode({statement})"))
        .with("oidc_provider", format!(r#"{{ ownership = "shared", thumbprints = ["{print}"] }}"#))
        .with("account_id", text(&lab.account));
    let terraform = imported(lab, &body);
    terraform.assert_empty_plan("after the import");
    let changed = body.with("max_session_duration", "3600");
    terraform.write("main.tf", &changed.to_string());
    let plan = terraform.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after a change");
    let state = terraform.state(ADDRESS);
    assert_eq!(state["platform"], "github-actions-enterprise");
    assert_eq!(
        state["oidc_provider"],
        json!({ "arn": null, "ownership": "shared", "thumbprints": [print] })
    );
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
}

/// Whether an argument is left out, or says what would be so anyway, no role tells.
fn whatever_is_written_that_is_so_anyway(lab: &Lab) {
    let plain = Block::trust(&lab.issuer, &lab.role);
    let terraform = imported(lab, &plain);
    let found = lab.oidc_provider(&lab.issuer).expect("the provider");
    let print = found["ThumbprintList"][0]
        .as_str()
        .unwrap_or_default()
        .to_uppercase();
    let arn = lab.provider_arn(&lab.issuer);
    let provider = [
        "{}".to_owned(),
        r#"{ ownership = "shared" }"#.to_owned(),
        r#"{ ownership = "external" }"#.to_owned(),
        format!(r#"{{ arn = "{arn}" }}"#),
        format!(r#"{{ thumbprints = ["{print}"] }}"#),
    ]
    .map(|held| ("oidc_provider", held));
    let other = [
        ("platform", r#""github-actions-enterprise""#),
        ("audiences", r#"["sts.amazonaws.com"]"#),
        ("description", r#""""#),
        ("source_identity", "false"),
        ("require_authorized_role", "false"),
        ("additional_statements", "jsonencode([])"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    terraform.assert_empty_plan("after the import, with nothing written");
    let mut all = plain.clone();
    for (name, value) in other.into_iter().chain(provider) {
        terraform.write("main.tf", &plain.clone().with(name, value.clone()).to_string());
        terraform.assert_empty_plan(&format!("after the import, with {name} = {value}"));
        all = all.with(name, value);
    }
    terraform.write("main.tf", &all.to_string());
    terraform.assert_empty_plan("after the import, with all of it");

    // what says something else is a change
    for (name, value) in [
        ("audiences", r#"["own.example"]"#),
        ("oidc_provider", r#"{ ownership = "exclusive" }"#),
        ("description", r#""ours""#),
        ("source_identity", "true"),
    ] {
        terraform.write("main.tf", &plain.clone().with(name, value).to_string());
        let plan = terraform.plan();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{name}: {}", plan.text);
    }

    let shown = |terraform: &Terraform| {
        let state = terraform.state(ADDRESS);
        [
            "platform",
            "audiences",
            "description",
            "source_identity",
            "additional_statements",
            "oidc_provider",
        ]
        .map(|name| state[name].clone())
    };
    // the first change of anything else takes what the configuration says, written or not
    let longer = ("max_session_duration", "7200");
    terraform.write("main.tf", &plain.clone().with(longer.0, longer.1).to_string());
    terraform.settle("after a change, with nothing written");
    assert_eq!(shown(&terraform), [(); 6].map(|()| Value::Null));
    import(lab, &terraform);
    terraform.write("main.tf", &all.to_string());
    terraform.settle("after a change, with all of it");
    assert_eq!(
        shown(&terraform),
        [
            json!("github-actions-enterprise"),
            json!(["sts.amazonaws.com"]),
            json!(""),
            json!(false),
            json!("[]"),
            json!({ "arn": null, "ownership": null, "thumbprints": [print] }),
        ]
    );
    terraform.destroy();
}
