//! Plans and states of the real host, read by `oidcfed lint` and `oidcfed test`.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Lab, Terraform};
use crate::hcl::Block;

crate::on_sandbox!(plan_and_state, change_and_child_module);

/// Exit code, and the report.
pub fn lint(terraform: &Terraform, document: &Value, arguments: &[&str]) -> (i32, Value) {
    let path = terraform.path("shown.json");
    std::fs::write(&path, document.to_string()).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_oidcfed"));
    command.current_dir(path.parent().expect("a folder"));
    command
        .args(["lint", "shown.json", "--output", "json"])
        .args(arguments);
    let output = command.output().expect("lint");
    let said = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    (output.status.code().expect("a code"), report)
}

pub fn trusts(report: &Value) -> Vec<(String, Vec<String>)> {
    let trusts = report["files"][0]["trusts"].as_array().expect("trusts").iter();
    let word = |value: &Value| value.as_str().expect("a text").to_owned();
    trusts
        .map(|trust| {
            let findings = trust["findings"].as_array().expect("findings").iter();
            (
                word(&trust["name"]),
                findings.map(|finding| word(&finding["rule"])).collect(),
            )
        })
        .collect()
}

fn plan_and_state(lab: &Lab) {
    let issuer = &lab.issuer;
    let body = format!(
        "{}\n{}",
        Block::trust(issuer, "linted"),
        Block::trust(issuer, "unknown")
            .label("later")
            .with("subjects", "[\"repo:acme/${terraform_data.name.id}:x\"]"),
    );
    let terraform = lab.configuration(&format!("{body}\nresource \"terraform_data\" \"name\" {{}}\n"));
    let (code, report) = lint(&terraform, &terraform.plan().json, &[]);
    assert_eq!(report["files"][0]["form"], "a plan of Terraform");
    let found = trusts(&report);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["oidcfed_aws_trust.deploy", "oidcfed_aws_trust.later"],
        "{report}"
    );
    assert!(!found[0].1.contains(&"unknown-value".to_owned()), "{report}");
    assert_eq!(found[1].1, ["unknown-value"], "{report}");
    assert_eq!(code, 3, "what is known after apply is not clean");
    terraform.apply();
    let state = terraform.run(&["show", "-json"]).succeeded("show").json();
    let (_, report) = lint(&terraform, &state, &[]);
    assert_eq!(report["files"][0]["form"], "a state of Terraform");
    assert!(
        trusts(&report)
            .iter()
            .all(|(_, rules)| !rules.contains(&"unknown-value".to_owned())),
        "{report}"
    );
    cases(&terraform, issuer, &state);
    terraform.destroy();
}

fn cases(terraform: &Terraform, issuer: &str, state: &Value) {
    let case = |id: &str, subject: &str, expect: &str| {
        json!({"id": id, "plan": "state.json", "resource": "oidcfed_aws_trust.deploy", "expect": expect,
            "providers": [{"url": issuer, "client_ids": ["sts.amazonaws.com"]}],
            "claims": {"iss": issuer, "aud": "sts.amazonaws.com", "sub": subject}})
    };
    let all = [
        case("main", "repo:acme/api:ref:refs/heads/main", "allow"),
        case("other", "repo:evil/api:ref:refs/heads/main", "deny"),
    ];
    terraform.write("state.json", &state.to_string());
    terraform.write("trust.json", &json!({ "cases": all }).to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_oidcfed"));
    let output = command
        .arg("test")
        .arg(terraform.path("trust.json"))
        .output()
        .expect("test");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn change_and_child_module(lab: &Lab) {
    let terraform = lab.configuration("module \"ci\" {\n  source = \"./ci\"\n}\n");
    std::fs::create_dir(terraform.path("ci")).expect("a folder");
    let required =
        "terraform {\n  required_providers {\n    oidcfed = { source = \"oidcfed/oidcfed\" }\n  }\n}\n";
    let write = |block: &Block| terraform.write("ci/main.tf", &format!("{required}{block}"));
    let trust = Block::trust(&lab.issuer, "in-a-module").with("for_each", "toset([\"api\"])");
    write(&trust);
    terraform.run(&["init", "-no-color"]);
    terraform.run(&["get"]).succeeded("get");
    terraform.apply();
    write(&trust.clone().with(
        "subjects",
        r#"["repo:acme/api:ref:refs/heads/main", "repo:acme/web:x"]"#,
    ));
    let (_, report) = lint(&terraform, &terraform.plan().json, &[]);
    let trust_of = |report: &Value| report["files"][0]["trusts"][0].clone();
    assert_eq!(
        trust_of(&report)["name"],
        "module.ci.oidcfed_aws_trust.deploy[\"api\"]"
    );
    let findings = trust_of(&report)["findings"]
        .as_array()
        .expect("findings")
        .clone();
    let change = findings
        .iter()
        .find(|finding| finding["rule"] == "newly-admits")
        .expect("who is newly admitted");
    assert_eq!(
        (change["severity"].as_str(), change["witness"]["sub"].as_str()),
        (Some("info"), Some("repo:acme/web:x"))
    );
    terraform.destroy();
}
