//! SARIF, and the cases that are shared with others.

use serde_json::{Value, json};

use crate::command_line::Call;
use crate::documents::{arn, policy};
use crate::left_out::without;
use crate::lint;

#[test]
fn sarif_for_code_scanning() {
    let log = |subject: &str| {
        lint(
            &json!({"Role": {"Arn": arn("deploy"), "AssumeRolePolicyDocument": policy(subject)}}),
            &["--output", "sarif"],
        )
        .json()
    };
    let sarif = log("repo:acme*");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(
            rules[index]["help"]["text"]
                .as_str()
                .unwrap()
                .contains("To mend it: ")
        );
        let level = match result["properties"]["severity"].as_str().unwrap() {
            "critical" | "high" => "error",
            "medium" => "warning",
            _ => "note",
        };
        assert_eq!(result["level"], level);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "document.json");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        let print = &result["partialFingerprints"]["oidcfedTrustFinding/v1"];
        assert!(
            fingerprints.insert(print.as_str().unwrap().to_owned()),
            "{result}"
        );
    }
    let again = log("repo:acme*");
    assert_eq!(
        again["runs"][0]["results"][0]["partialFingerprints"],
        results[0]["partialFingerprints"]
    );
    let mut call = Call::of(&["lint", "-", "--output", "sarif"]);
    call.stdin = b"{}".to_vec();
    let failed = call.run();
    assert_eq!(failed.code, 1);
    let invocation = &failed.json()["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert!(
        invocation["toolExecutionNotifications"][0]["message"]["text"]
            .as_str()
            .unwrap()
            .contains("expected")
    );
}

/// The rows about a cloud, as documents that the command reads.
fn shared_cases(cloud: &str, document: impl Fn(&Value) -> Value) -> Option<Vec<(Value, Vec<String>)>> {
    if without(&["shared"], "lint_cases.json") {
        return None;
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/lint_cases.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| {
        panic!("{path}: {e}; set OIDCFED_TESTS_WITHOUT=shared to leave out what needs it")
    });
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let rows: Vec<Value> = rows.into_iter().filter(|row| row["cloud"] == cloud).collect();
    let mut call = Call::of(&["lint", "--output", "json"]);
    for row in &rows {
        let name = format!("{}.json", row["id"].as_str().unwrap());
        call.file(&name, document(&row["config"]).to_string());
        call = call.with(&[&name]);
    }
    let answer = call.run();
    assert_eq!((answer.code, answer.stderr.as_str()), (3, ""));
    let report = answer.json();
    let files = report["files"].as_array().unwrap().iter();
    let fired = files.map(|file| {
        let trusts = file["trusts"].as_array().unwrap().iter();
        let findings = trusts.flat_map(|trust| trust["findings"].as_array().unwrap());
        findings
            .map(|finding| finding["rule"].as_str().unwrap().to_owned())
            .collect()
    });
    let fired: Vec<Vec<String>> = fired.collect();
    assert_eq!(fired.len(), rows.len());
    Some(rows.into_iter().zip(fired).collect())
}

fn every_rule_fires(rows: &[(Value, Vec<String>)]) {
    // what a case says about its issuer can be declared only in words of the catalogue
    for (row, found) in rows.iter().filter(|(row, _)| row.get("facts").is_none()) {
        for rule in row["expect_rules"].as_array().unwrap() {
            assert!(
                found.iter().any(|own| rule == own),
                "{}: {rule} is not in {found:?}",
                row["id"]
            );
        }
    }
}

#[test]
fn every_shared_case_about_aws() {
    let Some(rows) = shared_cases("aws", |config| config["trust_policy"].clone()) else {
        return;
    };
    assert_eq!(rows.len(), 60);
    every_rule_fires(&rows);
}

#[test]
fn every_shared_case_about_azure() {
    let Some(rows) = shared_cases("azure", Value::clone) else {
        return;
    };
    assert_eq!(rows.len(), 10);
    every_rule_fires(&rows);
}

#[test]
fn every_shared_case_about_google_cloud() {
    let named = |provider: &Value, id: &str| {
        let mut provider = provider.clone();
        let pool = "projects/1/locations/global/workloadIdentityPools/ci";
        provider["name"] = json!(format!("{pool}/providers/{id}"));
        provider
    };
    let document = |config: &Value| match config["pool"].as_array() {
        None => named(config, "github"),
        Some(all) => all
            .iter()
            .enumerate()
            .map(|(at, one)| named(one, &format!("provider-{at}")))
            .collect(),
    };
    let Some(rows) = shared_cases("gcp", document) else {
        return;
    };
    every_rule_fires(&rows);
}
