//! The host's other commands: validate, console, state, providers schema, test, output, and a start by hand.

use crate::harness::{Lab, Need, Terraform, available, left_out, run};
use crate::hcl::{Block, text};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

crate::on_sandbox!(
    validate_needs_no_cloud,
    console_state_and_refresh,
    the_hosts_own_tests,
    moved_from_the_aws_provider,
    provider_moved_from_the_aws_provider
);

const ADDRESS: &str = "oidcfed_aws_trust.deploy";

#[test]
fn schema() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let terraform = Terraform::new(Vec::new());
    terraform.write(
        "main.tf",
        "terraform {\n  required_providers {\n    oidcfed = { source = \"oidcfed/oidcfed\" }\n  }\n}\n\nprovider \"oidcfed\" {}\n",
    );
    let schema = terraform
        .run(&["providers", "schema", "-json"])
        .succeeded("providers schema")
        .json();
    let providers = schema["provider_schemas"].as_object().expect("providers");
    let own = providers.values().next().expect("one provider");
    let trust = &own["resource_schemas"]["oidcfed_aws_trust"]["block"]["attributes"];
    assert_eq!(trust["issuer"]["required"], true);
    assert_eq!(trust["subjects"]["type"], json!(["set", "string"]));
    assert_eq!(trust["trust_policy"]["computed"], true);
    for secret in ["access_key", "secret_key", "token"] {
        let attribute = &own["provider"]["block"]["attributes"]["aws"]["nested_type"]["attributes"][secret];
        assert_eq!(attribute["sensitive"], true, "{secret}");
    }
    assert!(own["resource_schemas"]["oidcfed_aws_oidc_provider"].is_object());
    for data in [
        "oidcfed_issuer",
        "oidcfed_aws_trust_policy",
        "oidcfed_aws_oidc_provider",
    ] {
        assert!(own["data_source_schemas"][data].is_object(), "{data}");
    }
    let undescribed: Vec<_> = trust
        .as_object()
        .expect("attributes")
        .iter()
        .filter(|(_, a)| a["description"].is_null())
        .collect();
    assert!(
        undescribed.is_empty(),
        "attributes without a description: {undescribed:?}"
    );
}

/// Every example is a valid configuration, formatted as the host formats.
#[test]
fn examples() {
    if !available(&[Need::Terraform]) {
        return;
    }
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))];
    let mut validated = 0;
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .expect("a folder of examples")
            .map(|entry| entry.expect("an entry").path());
        let (inner, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        folders.extend(inner);
        // functions came with Terraform 1.8 and OpenTofu 1.7
        let first = if Terraform::version().is_terraform() { 8 } else { 7 };
        if folder
            .parent()
            .is_some_and(|parent| parent.ends_with("functions"))
            && !Terraform::version().at_least(1, first)
        {
            left_out("this host has no provider functions");
            continue;
        }
        let configuration: Vec<_> = files
            .iter()
            .filter(|file| file.extension().is_some_and(|end| end == "tf"))
            .collect();
        if configuration.is_empty() {
            continue;
        }
        let terraform = Terraform::new(Vec::new());
        let required =
            "terraform {\n  required_providers {\n    oidcfed = { source = \"oidcfed/oidcfed\" }\n  }\n}\n";
        terraform.write("required.tf", required);
        for file in configuration {
            let text = fs::read_to_string(file).expect("an example");
            if text.contains("required_providers") {
                terraform.write("required.tf", "");
            }
            terraform.write("main.tf", &text);
        }
        terraform
            .run(&["validate", "-no-color"])
            .succeeded(&format!("{}", folder.display()));
        terraform
            .run(&["fmt", "-check", "-diff", "main.tf"])
            .succeeded(&format!("{}", folder.display()));
        validated += 1;
    }
    assert!(validated >= 9, "{validated} examples");
}

/// Started by hand, the plugin says what it is and how it is used.
#[test]
fn started_by_hand() {
    let finished = run(&mut Command::new(env!(
        "CARGO_BIN_EXE_terraform-provider-oidcfed"
    )));
    assert_ne!(finished.code, 0);
    assert_eq!(finished.stdout, "", "standard output belongs to the handshake");
    assert!(
        finished.stderr.contains("plugin") && finished.stderr.contains("erraform"),
        "{}",
        finished.stderr
    );
}

fn validate_needs_no_cloud(lab: &Lab) {
    let mut terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform
        .set("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:9")
        .set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
    let valid = terraform.run(&["validate", "-json"]).succeeded("validate").json();
    assert_eq!(valid["valid"], true);
}

fn console_state_and_refresh(lab: &Lab) {
    let terraform = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    terraform.apply();
    assert_eq!(
        terraform.console(&format!("{ADDRESS}.role_arn")),
        format!("\"arn:aws:iam::{}:role/{}\"", lab.account, lab.role)
    );
    assert_eq!(
        terraform.console(&format!("jsondecode({ADDRESS}.trust_policy).Version")),
        "\"2012-10-17\""
    );

    let shown = terraform
        .run(&["state", "show", "-no-color", ADDRESS])
        .succeeded("state show")
        .stdout;
    assert!(shown.contains(&lab.issuer), "{shown}");
    terraform
        .run(&["state", "mv", ADDRESS, "oidcfed_aws_trust.other"])
        .succeeded("state mv");
    terraform.write(
        "main.tf",
        &Block::trust(&lab.issuer, &lab.role).label("other").to_string(),
    );
    terraform.assert_empty_plan("after state mv");
    // Not by the exit code: the host calls a number that was read again a change, of whatever provider.
    let only_refresh = terraform
        .run(&["plan", "-refresh-only", "-no-color"])
        .succeeded("plan -refresh-only");
    assert!(
        only_refresh.stdout.contains("No changes."),
        "{}",
        only_refresh.all()
    );
    let from_state = terraform.run(&["plan", "-refresh=false", "-no-color", "-detailed-exitcode"]);
    assert_eq!(from_state.code, 0, "{}", from_state.all());
    terraform.destroy();
    assert!(lab.get_role(&lab.role).is_none());
}

fn the_hosts_own_tests(lab: &Lab) {
    let minor = if Terraform::version().is_terraform() { 6 } else { 5 };
    if !Terraform::version().at_least(1, minor) {
        return left_out("`test` needs a newer host");
    }
    let terraform = lab.configuration(
        &Block::trust(&lab.issuer, &lab.role)
            .with("subjects", "[var.subject]")
            .to_string(),
    );
    terraform.write("variables.tf", "variable \"subject\" {\n  type    = string\n  default = \"repo:acme/api:ref:refs/heads/main\"\n}\n\noutput \"unique_id\" {\n  value = oidcfed_aws_trust.deploy.role_unique_id\n}\n");
    terraform.write("trust.tftest.hcl", include_str!("trust.tftest.hcl"));
    let tested = terraform.run(&["test", "-no-color"]).succeeded("test");
    assert!(tested.stdout.contains("3 passed, 0 failed"), "{}", tested.all());
    assert!(lab.get_role(&lab.role).is_none(), "the host's tests clean up");
}

/// A state of another provider's role, as that provider writes it.
fn moved_from_the_aws_provider(lab: &Lab) {
    if !Terraform::version().at_least(1, 8) {
        return left_out("moves between resource types need 1.8");
    }
    let made = lab.configuration(&Block::trust(&lab.issuer, &lab.role).to_string());
    made.settle("after create");
    let role = lab.get_role(&lab.role).expect("the role");
    let policy = serde_json::to_string(&role["AssumeRolePolicyDocument"].to_string()).expect("JSON");
    let state = include_str!("aws_iam_role.tfstate")
        .replace("ROLE_NAME", &lab.role)
        .replace("ACCOUNT", &lab.account)
        .replace("\"TRUST_POLICY\"", &policy);
    let trust = Block::trust(&lab.issuer, &lab.role);
    let terraform = lab.configuration(&format!(
        "{trust}\nmoved {{\n  from = aws_iam_role.deploy\n  to   = {ADDRESS}\n}}\n"
    ));
    terraform.write("terraform.tfstate", &state);
    terraform.override_too("hashicorp/aws");
    let plan = terraform.plan();
    assert_ne!(plan.actions(ADDRESS), ["create"], "{}", plan.text);
    assert_ne!(plan.actions(ADDRESS), ["delete", "create"], "{}", plan.text);
    terraform.apply_plan();
    terraform.assert_empty_plan("after the move");
    assert_eq!(
        lab.get_role(&lab.role).expect("the role")["RoleId"],
        role["RoleId"]
    );
    terraform.destroy();
}

/// The same of another provider's OIDC provider.
fn provider_moved_from_the_aws_provider(lab: &Lab) {
    if !Terraform::version().at_least(1, 8) {
        return left_out("moves between resource types need 1.8");
    }
    let made = json!({ "Url": lab.issuer, "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["a".repeat(40)] });
    lab.boto.iam("create_open_id_connect_provider", made);
    let before = lab.oidc_provider(&lab.issuer);
    let state = include_str!("aws_iam_openid_connect_provider.tfstate")
        .replace("PROVIDER_ARN", &lab.provider_arn(&lab.issuer))
        .replace("HOST", lab.issuer.trim_start_matches("https://"))
        .replace("THUMBPRINT", &"a".repeat(40));
    let own = Block::resource("oidcfed_aws_oidc_provider", "ci")
        .with("issuer", text(&lab.issuer))
        .with("audiences", r#"["sts.amazonaws.com"]"#)
        .with("thumbprints", text_list(&["a".repeat(40)]));
    let moved =
        "moved {\n  from = aws_iam_openid_connect_provider.ci\n  to   = oidcfed_aws_oidc_provider.ci\n}\n";
    let terraform = lab.configuration(&format!("{own}\n{moved}"));
    terraform.write("terraform.tfstate", &state);
    terraform.override_too("hashicorp/aws");
    let plan = terraform.plan();
    let actions = plan.actions("oidcfed_aws_oidc_provider.ci");
    assert!(
        actions == ["no-op"] || actions == ["update"],
        "{actions:?}\n{}",
        plan.text
    );
    terraform.apply_plan();
    terraform.assert_empty_plan("after the move");
    let after = lab.oidc_provider(&lab.issuer);
    assert_eq!(
        before.map(|provider| provider["CreateDate"].clone()),
        after.map(|provider| provider["CreateDate"].clone())
    );
}

fn text_list(entries: &[String]) -> String {
    format!(
        "[{}]",
        entries
            .iter()
            .map(|entry| text(entry))
            .collect::<Vec<_>>()
            .join(", ")
    )
}
