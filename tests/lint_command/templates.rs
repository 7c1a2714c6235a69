//! Templates of CloudFormation: what is determined is judged, in every way that is left open; what is not is said.

use serde_json::{Value, json};

use crate::documents::{GITHUB, policy};
use crate::{lint, rules};

const EXACT: &str = "repo:acme@1/api@2:environment:prod";

/// A template with one role of this subject, and whatever else.
fn template(subject: &Value, rest: &Value) -> Value {
    let mut trust = policy("x");
    trust["Statement"][0]["Condition"]["StringLike"][format!("{GITHUB}:sub")] = subject.clone();
    trust["Statement"][0]["Condition"]["StringEquals"] =
        json!({format!("{GITHUB}:aud"): "sts.amazonaws.com"});
    let mut template = json!({"AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Deploy": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}}});
    for (name, part) in rest.as_object().unwrap() {
        template[name] = part.clone();
    }
    template
}

fn found(template: &Value) -> Vec<(String, Vec<String>)> {
    let answer = lint(template, &["--output", "json"]);
    assert_eq!(answer.stderr, "");
    rules(&answer)
}

fn has(rules: &[String], rule: &str) -> bool {
    rules.iter().any(|own| own == rule)
}

fn is_unknown(rules: &[String]) -> bool {
    has(rules, "unknown-value")
}

/// Names of the trusts, whether something of each is not known, and whether it is wide open.
fn summary(template: &Value) -> Vec<(String, bool, bool)> {
    found(template)
        .into_iter()
        .map(|(name, rules)| (name, is_unknown(&rules), has(&rules, "open-owner-prefix")))
        .collect()
}

fn row(name: &str, unknown: bool, open: bool) -> (String, bool, bool) {
    (name.to_owned(), unknown, open)
}

#[test]
fn a_parameter_is_judged_with_its_default_and_may_be_another() {
    let subject = json!({"Fn::Sub": "repo:${Org}"});
    let with = |parameter: Value| template(&subject, &json!({"Parameters": {"Org": parameter}}));
    let open = with(json!({"Type": "String", "Default": "acme*"}));
    assert_eq!(
        summary(&open),
        [
            row("Deploy (Org = acme*)", false, true),
            row("Deploy", true, false)
        ]
    );
    // A default that is fine does not make the template clean: a deployment may say otherwise.
    let closed = with(json!({"Type": "String", "Default": "acme@1/api@2:environment:prod"}));
    assert_eq!(
        summary(&closed),
        [
            row("Deploy (Org = acme@1/api@2:environment:prod)", false, false),
            row("Deploy", true, false)
        ]
    );
    assert_eq!(lint(&closed, &[]).code, 3);
    // Without one, and where the default only says where the value is kept, nothing is known.
    for parameter in [
        json!({"Type": "String"}),
        json!({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/ci/org"}),
    ] {
        assert_eq!(summary(&with(parameter)), [row("Deploy", true, false)]);
    }
}

#[test]
fn each_value_that_is_allowed_is_judged() {
    let allowed = json!({"Parameters": {"Org": {"Type": "String", "Default": "a", "AllowedValues": ["acme*", "acme@1/api@2:environment:prod"]}}});
    let open = template(&json!({"Fn::Join": ["", ["repo:", {"Ref": "Org"}]]}), &allowed);
    assert_eq!(
        summary(&open),
        [
            row("Deploy (Org = acme*)", false, true),
            row("Deploy (Org = acme@1/api@2:environment:prod)", false, false)
        ]
    );
    // What the trust does not depend on tells nothing apart.
    assert_eq!(
        summary(&template(&json!(EXACT), &allowed)),
        [row("Deploy", false, false)]
    );
}

#[test]
fn both_branches_of_what_a_deployment_decides() {
    let subject = json!({"Fn::If": ["IsProd", EXACT, "repo:acme*"]});
    let given = |condition: Value, parameter: Value| {
        template(
            &subject,
            &json!({"Parameters": {"Stage": parameter}, "Conditions": {"IsProd": condition, "Never": {"Fn::Equals": ["a", "b"]}}}),
        )
    };
    let equals = json!({"Fn::Equals": [{"Ref": "Stage"}, "prod"]});
    let string = json!({"Type": "String"});
    assert_eq!(
        summary(&given(equals.clone(), string.clone())),
        [
            row("Deploy (IsProd)", false, false),
            row("Deploy (not IsProd)", false, true)
        ]
    );
    // Where the parameter decides, the condition goes with it.
    let stages = json!({"Type": "String", "AllowedValues": ["prod", "dev"]});
    assert_eq!(
        summary(&given(equals.clone(), stages)),
        [
            row("Deploy (Stage = prod)", false, false),
            row("Deploy (Stage = dev)", false, true)
        ]
    );
    // What is determined has one branch only.
    for (condition, open) in [
        (json!({"Fn::Equals": ["x", "x"]}), false),
        (json!({"Fn::Not": [{"Fn::Equals": ["x", "x"]}]}), true),
        (json!({"Fn::And": [{"Condition": "Never"}, equals.clone()]}), true),
        (
            json!({"Fn::Or": [{"Fn::Not": [{"Condition": "Never"}]}, equals.clone()]}),
            false,
        ),
    ] {
        assert_eq!(
            summary(&given(condition, string.clone())),
            [row("Deploy", false, open)]
        );
    }
    // A condition that is not there, or goes round in circles, is either way.
    for condition in [
        json!({"Condition": "IsProd"}),
        json!({"Fn::Equals": [{"Ref": "Nothing"}, "x"]}),
    ] {
        assert_eq!(summary(&given(condition, string.clone())).len(), 2);
    }
}

#[test]
fn what_is_removed_and_what_is_put_together() {
    let subjects = json!([EXACT, {"Fn::If": ["Wide", "repo:acme*", {"Ref": "AWS::NoValue"}]}]);
    let conditions = json!({"Conditions": {"Wide": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}}, "Parameters": {"Stage": {"Type": "String"}}});
    assert_eq!(
        summary(&template(&subjects, &conditions)),
        [
            row("Deploy (Wide)", false, true),
            row("Deploy (not Wide)", false, false)
        ]
    );
    let maps = json!({"Mappings": {"Orgs": {"eu-west-1": {"org": "acme*"}, "us-east-1": {"org": "acme@1/api@2:environment:prod"}}, "One": {"a": {"b": "acme*"}}}});
    for (subject, expected) in [
        (
            json!({"Fn::Sub": ["repo:${Org}", {"Org": {"Fn::FindInMap": ["One", "a", "b"]}}]}),
            vec![row("Deploy", false, true)],
        ),
        (
            json!({"Fn::Join": ["", ["repo:", {"Fn::FindInMap": ["Orgs", {"Ref": "AWS::Region"}, "org"]}]]}),
            vec![
                row("Deploy (AWS::Region = eu-west-1)", false, true),
                row("Deploy (AWS::Region = us-east-1)", false, false),
            ],
        ),
        (
            json!({"Fn::FindInMap": ["One", "a", "z"]}),
            vec![row("Deploy", true, false)],
        ),
        (
            json!({"Fn::Sub": ["repo:${Org}*", {"Org": {"Fn::Select": [1, {"Fn::Split": [",", "x,acme"]}]}}]}),
            vec![row("Deploy", false, true)],
        ),
        (
            json!({"Fn::Select": ["7", ["a"]]}),
            vec![row("Deploy", true, false)],
        ),
        (json!({"Fn::ImportValue": "x"}), vec![row("Deploy", true, false)]),
    ] {
        assert_eq!(summary(&template(&subject, &maps)), expected, "{subject}");
    }
}

#[test]
fn too_many_ways_are_not_known() {
    let names: Vec<String> = (0..8).map(|at| format!("P{at}")).collect();
    let parameters: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| {
            (
                name.clone(),
                json!({"Type": "String", "AllowedValues": ["a", "b", "c"]}),
            )
        })
        .collect();
    let text: String = names.iter().map(|name| format!("${{{name}}}")).collect();
    let all = template(
        &json!({"Fn::Sub": format!("repo:acme/{text}")}),
        &json!({"Parameters": parameters}),
    );
    assert_eq!(summary(&all), [row("Deploy", true, false)]);
}

/// The rest of what is said of a role is judged with its trust.
#[test]
fn how_long_credentials_live_and_what_they_are_for() {
    let long = |subject: &str, rest: Value| {
        let mut template = template(
            &json!(subject),
            &json!({"Parameters": {"Hours": {"Type": "Number", "AllowedValues": [7200]}}}),
        );
        let properties = &mut template["Resources"]["Deploy"]["Properties"];
        for (name, value) in rest.as_object().unwrap() {
            properties[name] = value.clone();
        }
        let all = found(&template);
        assert_eq!(all.len(), 1);
        has(&all[0].1, "long-credentials")
    };
    let wide = "repo:acme/api:ref:refs/heads/*";
    let administrator = json!({"ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}]});
    let inline = json!({"Policies": [{"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}]});
    for (subject, rest, expected) in [
        (EXACT, json!({}), false),
        (EXACT, json!({"MaxSessionDuration": 3600}), false),
        (EXACT, json!({"MaxSessionDuration": 43200}), true),
        (EXACT, json!({"MaxSessionDuration": "43200"}), true),
        (EXACT, json!({"MaxSessionDuration": {"Ref": "Hours"}}), true),
        (EXACT, administrator.clone(), false),
        (wide, administrator, true),
        (wide, inline, true),
        (wide, json!({}), false),
    ] {
        assert_eq!(long(subject, rest.clone()), expected, "{subject} {rest}");
    }
}
