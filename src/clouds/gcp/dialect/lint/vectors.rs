//! Every row of the shared cases that is about Google Cloud.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::*;
use crate::clouds::gcp::dialect::evaluate;
use crate::shared_files::shared_json;
use crate::trust::{Claims, Severity, Verdict};

const POOL: &str = "projects/1/locations/global/workloadIdentityPools/ci";

/// Rows whose severity is another than what the row says, with the reason. Severities of the rows are advisory.
const OTHERWISE: [(&str, &str, &str); 4] = [
    (
        "lint-101",
        "medium",
        "the repository is named and what it runs for is not: `any-context`, as the row for the same repository by its id has it",
    ),
    (
        "lint-110",
        "medium",
        "no name of an owner has a colon, so that the first colon always ends it: read from its start the subject is not \
         ambiguous, and the rule says so with low severity",
    ),
    (
        "lint-114",
        "high",
        "besides its length the subject is ambiguous: it joins `sub` and the workflow with a colon, which both may contain",
    ),
    (
        "lint-119",
        "critical",
        "neither provider has a condition, which is critical; the subjects themselves cannot collide, since those of one begin \
         with `repo:` or another known key and those of the other with `project_path:`",
    ),
];

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn settings(config: &Value, at: usize) -> ProviderSettings {
    let mapping = config["attribute_mapping"].as_object().unwrap().iter();
    ProviderSettings {
        name: format!("{POOL}/providers/provider-{at}"),
        issuer_uri: config["issuer_uri"].as_str().unwrap().to_owned(),
        allowed_audiences: texts(&config["allowed_audiences"]).into_iter().collect(),
        attribute_mapping: mapping
            .map(|(target, expression)| (target.clone(), expression.as_str().unwrap().to_owned()))
            .collect::<BTreeMap<_, _>>(),
        attribute_condition: config["attribute_condition"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        disabled: None,
    }
}

#[test]
fn every_row() {
    let Some(rows) = shared_json("vectors/lint_cases.json") else {
        return;
    };
    let rows = rows.get("rows").unwrap_or(&rows).as_array().unwrap().clone();
    let (mut tried, mut witnesses, mut wrong) = (0, 0, Vec::new());
    for row in rows.iter().filter(|row| row["cloud"] == "gcp") {
        tried += 1;
        let id = row["id"].as_str().unwrap();
        let providers: Vec<ProviderSettings> = match row["config"].get("pool") {
            Some(pool) => pool
                .as_array()
                .unwrap()
                .iter()
                .enumerate()
                .map(|(at, one)| settings(one, at))
                .collect(),
            None => vec![settings(&row["config"], 0)],
        };
        let findings = match providers.as_slice() {
            [one] => lint(one, &[], &IssuerFacts::of),
            several => lint_pool(several, &[], &IssuerFacts::of),
        };
        let expected = texts(&row["expect_rules"]);
        for rule in &expected {
            if !findings.iter().any(|finding| finding.rule == *rule) {
                wrong.push(format!("{id} lacks {rule}: {findings:#?}"));
            }
        }
        let worst = findings
            .first()
            .map_or("info", |finding| finding.severity.as_str());
        let otherwise = OTHERWISE.iter().find(|(row, _, _)| *row == id);
        let most = otherwise.map_or(row["max_severity"].as_str().unwrap(), |(_, severity, _)| severity);
        if worst != most {
            wrong.push(format!("{id}: {worst} and not {most}: {findings:#?}"));
        }
        for finding in &findings {
            let Some(witness) = &finding.witness else { continue };
            let witness: Map<String, Value> = serde_json::from_str(witness).unwrap();
            let claims = Claims::new(witness);
            witnesses += 1;
            let mut read = providers.iter().map(|one| Provider::parse(one).unwrap());
            if !read.any(|provider| evaluate(&provider, &claims, None).decision.verdict == Verdict::Allow) {
                wrong.push(format!("{id}: the witness is refused: {finding:#?}"));
            }
        }
        // Where somebody gets in there is a token to show it.
        let is_shown = |f: &Finding| f.severity == Severity::Critical && f.witness.is_some();
        if worst == "critical" && !findings.iter().any(is_shown) {
            wrong.push(format!("{id}: nothing is shown: {findings:#?}"));
        }
    }
    assert_eq!(tried, 23);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(witnesses > 20, "{witnesses}");
}
