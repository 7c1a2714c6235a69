//! The vectors of the condition evaluator and of the whole decision.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::clouds::aws::dialect::PolicyDocument;
use crate::shared_files::shared_json;
use crate::trust::{Claims, Verdict};

#[test]
fn condition_eval() {
    let Some(rows) = shared_json("vectors/aws_condition_eval.json") else {
        return;
    };
    let (mut tried, mut contested, mut wrong) = (0, Vec::new(), Vec::new());
    for row in rows.as_array().unwrap() {
        if row["basis"] == "doc-contested" {
            contested.push(row["id"].to_string());
            continue;
        }
        let policy = serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:x",
            "Condition": row["condition"]}});
        let policy = PolicyDocument::parse(&policy.to_string()).unwrap();
        let mut context = Context::complete();
        for (key, value) in row["context"].as_object().unwrap() {
            match value {
                Value::Array(items) => context.set_many(key, items.iter().map(text).collect()),
                single => context.set(key, text(single)),
            };
        }
        let conditions = &policy.statements[0].conditions;
        let found = Truth::all(conditions.iter().map(|c| condition_holds(c, &context, true)));
        tried += 1;
        if found != Truth::from(row["expected"].as_bool().unwrap()) {
            wrong.push(format!("{} {found:?}: {}", row["id"], row["note"]));
        }
    }
    println!("{tried} rows tried; contested rows left out: {contested:?}");
    assert!(tried > 160, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn trust_decision() {
    let Some(vectors) = shared_json("vectors/aws_trust_decision.json") else {
        return;
    };
    let account = vectors["role_account"].as_str().unwrap();
    let (mut tried, mut wrong) = (0, Vec::new());
    for row in vectors["rows"].as_array().unwrap() {
        let policy = PolicyDocument::parse(&row["trust_policy"].to_string()).unwrap();
        let claims = Claims::new(row["claims"].as_object().unwrap().clone());
        let found = decide(row, &policy, &claims, account);
        tried += 1;
        let expected = match row["expected"].as_str().unwrap() {
            "allow" => Verdict::Allow,
            "deny" => Verdict::Deny,
            other => panic!("{other}"),
        };
        if found != expected {
            wrong.push(format!("{} {found:?}: {}", row["id"], row["note"]));
        }
    }
    assert!(tried >= 49, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// STS picks the provider by the token's issuer; an issuer that no provider has is refused.
fn decide(row: &Value, policy: &PolicyDocument, claims: &Claims, account: &str) -> Verdict {
    let providers = row["providers"].as_array().unwrap();
    let of_token = providers.iter().find(|p| p["url"] == claims.members()["iss"]);
    let provider = of_token.unwrap_or(&providers[0]);
    let client_ids: BTreeSet<String> = provider["client_ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url: text(&provider["url"]).trim_start_matches("https://").to_owned(),
            arn: text(&provider["arn"]),
            client_ids,
        },
        role_arn: format!("arn:aws:iam::{account}:role/deploy"),
        session_name: Some("session".to_owned()),
        claims,
        timestamps: Timestamps::Required,
        surroundings: Context::partial(),
    };
    let decision = evaluate_web_identity(policy, &request);
    assert_eq!(
        decision.refused_by().is_none(),
        decision.verdict == Verdict::Allow,
        "{}",
        row["id"]
    );
    decision.verdict
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
