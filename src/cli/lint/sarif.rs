//! The report as SARIF 2.1.0 (OASIS, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>), for code scanning.

use std::path::{Component, Path};

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::json::claims;
use super::report::{FileReport, Placed, Report, TrustReport};
use crate::files::rules;
use crate::lint::{Class, Rule};
use crate::trust::Severity;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn log(report: &Report) -> Value {
    let rules = rules();
    let mut results = Vec::new();
    for file in &report.files {
        for trust in &file.trusts {
            results.extend(
                trust
                    .findings
                    .iter()
                    .map(|placed| result(placed, trust, file, &rules)),
            );
        }
    }
    let failures = report
        .errors
        .iter()
        .map(|error| json!({ "level": "error", "message": { "text": error } }));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "oidcfed",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.errors.is_empty(),
                "toolExecutionNotifications": failures.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    let class = match rule.class {
        Class::Open => "open",
        Class::Outage => "outage",
        Class::Fragile => "fragile",
        Class::Hygiene => "hygiene",
        Class::Unanalysable => "unanalysable",
    };
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.meaning },
        "help": {
            "text": format!("{} To mend it: {}.", rule.meaning, rule.fix),
            "markdown": format!("{}\n\n**To mend it:** {}.", rule.meaning, rule.fix),
        },
        "properties": { "tags": ["security", class] },
    })
}

fn result(placed: &Placed, trust: &TrustReport, file: &FileReport, rules: &[&Rule]) -> Value {
    let finding = &placed.finding;
    let mut text = finding.message.clone();
    if let Some(witness) = &finding.witness {
        text += &format!(". This token would be accepted: {witness}");
    }
    text += &format!(". To mend it: {}.", finding.fix);
    let mut region = json!({ "startLine": 1 });
    if let Some(place) = placed.position {
        region = json!({ "startLine": place.line, "startColumn": place.column });
    }
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri(&file.path) }, "region": region },
    });
    let name = [trust.found.name.as_str(), placed.pointer.as_str()]
        .into_iter()
        .find(|name| !name.is_empty());
    if let Some(name) = name
        && let Some(members) = location.as_object_mut()
    {
        members.insert(
            "logicalLocations".to_owned(),
            json!([{ "fullyQualifiedName": name, "kind": "resource" }]),
        );
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.iter().position(|rule| rule.id == finding.rule).map_or(json!(-1), |index| json!(index)),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "oidcfedTrustFinding/v1": fingerprint(placed, trust) },
        "properties": {
            "severity": finding.severity.as_str(),
            "cloud": trust.found.cloud.id,
            "pointer": placed.pointer,
            "witness": claims(finding.witness.as_deref()),
        },
    });
    if let Some(reason) = &finding.accepted
        && let Some(members) = result.as_object_mut()
    {
        members.insert(
            "suppressions".to_owned(),
            json!([{ "kind": "external", "justification": reason }]),
        );
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The same for the same finding about the same trust, wherever in a file it moves.
fn fingerprint(placed: &Placed, trust: &TrustReport) -> String {
    let finding = &placed.finding;
    // where a value is a place in the file, it moves with the file
    let value = finding.value.as_deref().filter(|value| *value != placed.pointer);
    let parts = [
        finding.rule,
        trust.found.cloud.id,
        &trust.found.called(),
        value.unwrap_or_default(),
    ];
    data_encoding::HEXLOWER.encode(digest(&SHA256, parts.join("\n").as_bytes()).as_ref())
}

/// A relative reference (RFC 3986) with the characters of a path that mean something else escaped.
fn uri(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".to_owned();
    }
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(escaped(&part.to_string_lossy())),
            Component::ParentDir => parts.push("..".to_owned()),
            Component::RootDir => parts.push(String::new()),
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
    let joined = parts.join("/");
    if path.is_absolute() {
        format!("file://{joined}")
    } else {
        joined
    }
}

fn escaped(part: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@".contains(&byte);
    part.bytes()
        .map(|byte| match is_plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        for (path, expected) in [
            ("a/b c.json", "a/b%20c.json"),
            ("./é:x", "%C3%A9%3Ax"),
            ("../x", "../x"),
            ("/tmp/x", "file:///tmp/x"),
            ("-", "stdin"),
        ] {
            assert_eq!(uri(Path::new(path)), expected);
        }
    }
}
