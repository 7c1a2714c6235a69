//! Every row of the shared cases that is about Azure.

use serde_json::Value;

use super::tests::accepts;
use super::*;
use crate::shared_files::shared_json;
use crate::trust::Severity;

#[test]
fn every_row() {
    let Some(rows) = shared_json("vectors/lint_cases.json") else {
        return;
    };
    let rows = rows.as_array().unwrap();
    let (mut tried, mut witnesses, mut wrong) = (0, 0, Vec::new());
    for row in rows.iter().filter(|row| row["cloud"] == "azure") {
        tried += 1;
        let drafts = Draft::all_from_value(&row["config"]).unwrap();
        let findings = lint(&drafts, &IssuerFacts::of);
        let expected: Vec<&str> = row["expect_rules"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        for rule in &expected {
            if !findings.iter().any(|finding| finding.rule == *rule) {
                wrong.push(format!("{} lacks {rule}: {findings:#?}", row["id"]));
            }
        }
        let worst = findings.first().map_or("info", |found| found.severity.as_str());
        if row["max_severity"] != worst {
            wrong.push(format!(
                "{}: {worst} and not {}: {findings:#?}",
                row["id"], row["max_severity"]
            ));
        }
        let mut shown = findings.iter().filter(|finding| finding.witness.is_some());
        if worst == "critical" && !shown.any(|finding| finding.severity == Severity::Critical) {
            wrong.push(format!("{}: nothing is shown: {findings:#?}", row["id"]));
        }
        for finding in findings.iter().filter(|finding| finding.witness.is_some()) {
            witnesses += 1;
            if !accepts(&drafts, finding) {
                wrong.push(format!("{}: the witness is refused: {finding:#?}", row["id"]));
            }
        }
    }
    assert_eq!(tried, 10);
    assert!(witnesses >= 5, "{witnesses}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
