//! Whatever stands in a file, reading and judging it ends with an answer or a mistake.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::trust::{Claims, Severity};

/// Words that make a document look like one of those that are read.
const NAMES: [&str; 49] = [
    "Statement",
    "Effect",
    "Principal",
    "Federated",
    "Action",
    "Condition",
    "StringEquals",
    "StringLike",
    "Role",
    "RoleDetailList",
    "AssumeRolePolicyDocument",
    "Resources",
    "Type",
    "Properties",
    "Ref",
    "Fn::Sub",
    "Fn::GetAtt",
    "Fn::Join",
    "Fn::If",
    "Fn::Split",
    "Fn::Select",
    "Fn::FindInMap",
    "Fn::Equals",
    "Fn::Not",
    "Parameters",
    "Default",
    "AllowedValues",
    "$schema",
    "resources",
    "type",
    "properties",
    "issuer",
    "audiences",
    "subject",
    "value",
    "name",
    "oidc",
    "attributeCondition",
    "attributeMapping",
    "format_version",
    "resource_changes",
    "values",
    "root_module",
    "change",
    "after",
    "after_unknown",
    "address",
    "mode",
    "assume_role_policy",
];
const TEXTS: [&str; 24] = [
    "Allow",
    "Deny",
    "sts:AssumeRoleWithWebIdentity",
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    "token.actions.githubusercontent.com",
    "https://token.actions.githubusercontent.com",
    "repo:acme*",
    "${x",
    "${!x}${AWS::AccountId}",
    "AWS::IAM::Role",
    "AWS::IAM::OIDCProvider",
    "[parameters('x')]",
    "[[x",
    "https://x/deploymentTemplate.json#",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "1.2",
    "aws_iam_role",
    "oidcfed_aws_trust",
    "aws_iam_policy_document",
    "google_iam_workload_identity_pool_provider",
    "azurerm_federated_identity_credential",
    "data",
    "assertion.sub == 'x'",
    "{\"Statement\": []}",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(&TEXTS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(proptest::sample::select(&NAMES[..]), inner, 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// Whole documents of every kind with something arbitrary in their middle.
fn document() -> impl Strategy<Value = Value> {
    (value(), value(), 0..7_usize).prop_map(|(one, other, kind)| match kind {
        0 => one,
        1 => json!({"Role": {"AssumeRolePolicyDocument": one}}),
        2 => json!({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": one}}, "O": {"Type": "AWS::IAM::OIDCProvider", "Properties": other}}, "Parameters": {"name": other, "value": {"Default": "x"}}, "Conditions": {"Condition": one}, "Mappings": {"name": other}}),
        3 => json!({"$schema": "https://x/deploymentTemplate.json#", "resources": [{"type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", "properties": one}, other]}),
        4 => json!({"format_version": "1.2", "values": {"root_module": {"resources": [{"address": "a", "type": "aws_iam_policy_document", "mode": "data", "values": one}], "child_modules": [other]}}}),
        5 => json!({"format_version": "1.2", "resource_changes": [{"address": "a", "type": "aws_iam_policy_document", "mode": "data", "change": {"after": {"statement": [one]}, "after_unknown": {"json": true, "statement": [other]}}}]}),
        _ => json!([one, other]),
    })
}

fn judged(text: &str) {
    for source in [Source::parse(text), Source::parse_settings(text)]
        .into_iter()
        .flatten()
    {
        let _ = source.position("/Resources/R/Properties");
        let _ = source.pointer_of("", "x");
        let Ok(survey) = Survey::take(&source) else {
            continue;
        };
        for mut found in survey.found {
            let knowledge = Knowledge::default();
            let _ = judge(&found, &knowledge);
            found.before = found.document.clone().map_or(Before::Nothing, Before::Document);
            let _ = judge_change(&found, &knowledge, Severity::Info);
            let claims = Claims::default();
            let besides = serde_json::Map::new();
            let asked = Asked {
                claims: &claims,
                now: 0,
                besides: &besides,
            };
            let _ = decide(&found, &asked);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_json_has_an_answer(document in document()) {
        judged(&document.to_string());
    }

    #[test]
    fn any_text_has_an_answer(text in "\\PC{0,200}", lines in vec("[ \t]{0,4}[-?!&*|>%@`\"'{}\\[\\],:#a-zA-Z0-9.]{0,12}", 0..12)) {
        judged(&text);
        judged(&lines.join("\n"));
    }

    #[test]
    fn every_value_is_where_its_place_says(document in value()) {
        let text = serde_json::to_string_pretty(&document).unwrap();
        prop_assume!(matches!(document, Value::Object(_) | Value::Array(_)));
        let source = Source::parse(&text).unwrap();
        let mut all = Vec::new();
        leaves(&document, String::new(), &mut all);
        for (pointer, leaf) in all {
            let place = source.position(&pointer).unwrap();
            let line = text.lines().nth(place.line - 1).unwrap();
            let rest: String = line.chars().skip(place.column - 1).collect();
            prop_assert!(rest.starts_with(&leaf.to_string()), "{pointer}: {rest}");
        }
    }
}

fn leaves<'a>(value: &'a Value, pointer: String, all: &mut Vec<(String, &'a Value)>) {
    use crate::trust::document::child;
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| leaves(value, child(&pointer, name), all)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| leaves(item, child(&pointer, &at.to_string()), all)),
        leaf => all.push((pointer, leaf)),
    }
}
