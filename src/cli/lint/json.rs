//! The report for a program. Members are only ever added.
//!
//! ```text
//! { files: [ { path, form, notes: [ { pointer, text } ], trusts: [ { cloud, name, pointer, line, notes: [ text ],
//!     findings: [ { rule, severity, message, meaning, fix, value, witness, accepted, pointer, line, column } ] } ] } ],
//!   errors: [ text ], counts: { critical, high, medium, low, info, accepted } }
//! ```
//!
//! `witness` is an object, the claims of a token; what there is none of is null. `counts` counts what is not accepted, but for
//! the last.

use serde_json::{Map, Value, json};

use super::report::{FileReport, Placed, Report, TrustReport};
use crate::clouds::guardrail::SEVERITIES;
use crate::files::rules;

pub(super) fn value(report: &Report) -> Value {
    let count = |name: &str| {
        report
            .open()
            .filter(|finding| finding.severity.as_str() == name)
            .count()
    };
    let mut counts: Map<String, Value> = SEVERITIES
        .iter()
        .map(|s| (s.as_str().to_owned(), json!(count(s.as_str()))))
        .collect();
    let accepted = report
        .findings()
        .filter(|finding| finding.accepted.is_some())
        .count();
    counts.insert("accepted".to_owned(), json!(accepted));
    json!({
        "files": report.files.iter().map(of_file).collect::<Vec<_>>(),
        "errors": report.errors,
        "counts": counts,
    })
}

fn of_file(file: &FileReport) -> Value {
    let notes = file
        .notes
        .iter()
        .map(|(pointer, text)| json!({ "pointer": pointer, "text": text }));
    json!({
        "path": file.path.display().to_string(),
        "form": file.form,
        "notes": notes.collect::<Vec<_>>(),
        "trusts": file.trusts.iter().map(|trust| of_trust(trust, file)).collect::<Vec<_>>(),
    })
}

fn of_trust(trust: &TrustReport, file: &FileReport) -> Value {
    let found = &trust.found;
    json!({
        "cloud": found.cloud.id,
        "name": found.name,
        "pointer": found.pointer,
        "line": file.source.position(&found.pointer).map(|place| place.line),
        "notes": found.notes,
        "findings": trust.findings.iter().map(of_finding).collect::<Vec<_>>(),
    })
}

fn of_finding(placed: &Placed) -> Value {
    let finding = &placed.finding;
    let rule = rules().into_iter().find(|rule| rule.id == finding.rule);
    json!({
        "rule": finding.rule,
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "meaning": rule.map(|rule| rule.meaning),
        "fix": finding.fix,
        "value": finding.value,
        "witness": claims(finding.witness.as_deref()),
        "accepted": finding.accepted,
        "pointer": placed.pointer,
        "line": placed.position.map(|place| place.line),
        "column": placed.position.map(|place| place.column),
    })
}

/// A witness as the object that it is.
pub(super) fn claims(witness: Option<&str>) -> Value {
    witness.map_or(Value::Null, |text| {
        serde_json::from_str(text).unwrap_or_else(|_| json!(text))
    })
}
