use serde_json::{Map, Value, json};

use super::*;
use crate::clouds::aws::dialect::evaluate::tests_support::accepts;
use crate::platforms::Tenancy;
use crate::shared_files::shared_json;
use crate::trust::{Claims, Severity};

const OURS: [&str; 4] = [
    "missing-subject",
    "open-subject",
    "open-owner-prefix",
    "missing-audience",
];

fn severity(text: &str) -> Severity {
    [
        Severity::Info,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ]
    .into_iter()
    .find(|severity| severity.as_str() == text)
    .unwrap()
}

fn claims(value: &Value) -> Claims {
    Claims::new(value.as_object().unwrap_or(&Map::new()).clone())
}

fn provider_of(policy: &Value, issuer: &str) -> String {
    let url = issuer.trim_start_matches("https://");
    let text = policy.to_string();
    let arn = format!("arn:aws:iam::111122223333:oidc-provider/{url}");
    assert!(text.contains(&arn));
    arn
}

#[test]
fn the_rows_of_these_rules() {
    let Some(rows) = shared_json("vectors/lint_cases.json") else {
        return;
    };
    let rows = rows.get("rows").unwrap_or(&rows).as_array().unwrap().clone();
    let (mut tried, mut wrong) = (0, Vec::new());
    for row in rows.iter().filter(|row| row["cloud"] == "aws") {
        let policy = PolicyDocument::parse(&row["config"]["trust_policy"].to_string()).unwrap();
        let shared = row["facts"]["issuer_kind"] == "shared";
        let facts = |url: &str| {
            let facts = IssuerFacts::of(url);
            if shared {
                IssuerFacts {
                    tenancy: Tenancy::Shared,
                    ..facts
                }
            } else {
                facts
            }
        };
        let findings = lint(&policy, &facts);
        let expected: Vec<&str> = row["expect_rules"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        for rule in expected.iter().filter(|rule| OURS.contains(rule)) {
            // A shared issuer without a grammar: where its tenant ends is not known.
            if *rule == "open-owner-prefix" && shared {
                continue;
            }
            if !findings.iter().any(|finding| finding.rule == *rule) {
                wrong.push(format!("{} lacks {rule}: {findings:?}", row["id"]));
            }
            tried += 1;
        }
        let most = severity(row["max_severity"].as_str().unwrap());
        if let Some(worst) = findings.first().filter(|finding| finding.severity > most) {
            wrong.push(format!("{} above {most:?}: {worst:?}", row["id"]));
        }
        for finding in &findings {
            let Some(witness) = &finding.witness else { continue };
            let witness: Value = serde_json::from_str(witness).unwrap();
            let arn = provider_of(&row["config"]["trust_policy"], witness["iss"].as_str().unwrap());
            if !accepts(&policy, &arn, &claims(&witness)) {
                wrong.push(format!("{}: {} is refused: {witness}", row["id"], finding.rule));
            }
        }
        if let Some(witness) = row["witness_claims"].as_object() {
            let arn = provider_of(&row["config"]["trust_policy"], witness["iss"].as_str().unwrap());
            assert!(
                accepts(&policy, &arn, &Claims::new(witness.clone())),
                "{}",
                row["id"]
            );
        }
    }
    assert!(tried > 20, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn policy(issuer: &str, condition: &Value) -> PolicyDocument {
    let text = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}});
    PolicyDocument::parse(&text.to_string()).unwrap()
}

fn found(issuer: &str, condition: &Value) -> Vec<(&'static str, Severity, bool)> {
    let findings = lint(&policy(issuer, condition), &IssuerFacts::of);
    findings
        .iter()
        .map(|f| (f.rule, f.severity, f.witness.is_some()))
        .collect()
}

#[test]
fn severity_by_tenancy() {
    let github = "token.actions.githubusercontent.com";
    let eks = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    for (issuer, worst) in [
        (github, Severity::Critical),
        ("issuer.example", Severity::High),
        ("oidc.fly.io/acme", Severity::Medium),
        (eks, Severity::High),
    ] {
        let aud = |rest: Value| {
            let mut condition = json!({"StringEquals": {format!("{issuer}:aud"): "sts.amazonaws.com"}});
            condition
                .as_object_mut()
                .unwrap()
                .extend(rest.as_object().unwrap().clone());
            condition
        };
        assert_eq!(
            found(issuer, &aud(json!({}))),
            [("missing-subject", worst, true)],
            "{issuer}"
        );
        let any = aud(json!({"StringLike": {format!("{issuer}:sub"): "*"}}));
        assert_eq!(found(issuer, &any), [("open-subject", worst, true)], "{issuer}");
    }
}

#[test]
fn what_closes_and_what_does_not() {
    let key = |claim: &str| format!("token.actions.githubusercontent.com:{claim}");
    let with = |operator: &str, claim: &str, value: Value| {
        let mut condition = json!({"StringEquals": {key("aud"): "sts.amazonaws.com"}});
        condition[operator][key(claim)] = value;
        found("token.actions.githubusercontent.com", &condition)
    };
    for (operator, claim, value) in [
        ("StringEquals", "sub", json!("repo:acme/api:ref:refs/heads/main")),
        ("StringLike", "sub", json!("repo:acme/*")),
        ("StringLike", "sub", json!("repo:acme@1/api@2:*")),
        ("StringEquals", "repository_owner_id", json!("1")),
        ("StringEquals", "repository_id", json!(["1", "2"])),
        // Never true: nobody gets in.
        ("StringEquals", "event_name", json!("push")),
    ] {
        assert_eq!(
            with(operator, claim, value.clone()),
            [],
            "{operator} {claim} {value}"
        );
    }
    for (operator, claim, value, rule) in [
        ("StringEquals", "sub", json!([]), "missing-subject"),
        ("StringLike", "repository_owner_id", json!("*"), "missing-subject"),
        ("StringEquals", "actor_id", json!("1"), "missing-subject"),
        ("StringNotLike", "sub", json!("repo:evil/*"), "missing-subject"),
        (
            "StringEqualsIfExists",
            "repository_id",
            json!("1"),
            "missing-subject",
        ),
        (
            "StringLike",
            "sub",
            json!(["repo:acme/api:*", "repo:*"]),
            "open-subject",
        ),
        ("StringLike", "sub", json!("repo:*/api:*"), "open-subject"),
        ("StringLike", "sub", json!("environment:*"), "open-subject"),
        ("StringLike", "sub", json!("repo:acme*"), "open-owner-prefix"),
        ("StringLike", "sub", json!("repo:acme@1*"), "open-owner-prefix"),
    ] {
        let found = with(operator, claim, value.clone());
        assert_eq!(
            found,
            [(rule, Severity::Critical, true)],
            "{operator} {claim} {value}"
        );
    }
}

#[test]
fn a_deny_can_take_the_witness_away() {
    let issuer = "token.actions.githubusercontent.com";
    let mut policy = policy(issuer, &json!({"StringEquals": {format!("{issuer}:aud"): "a"}}));
    let mut deny = policy.statements[0].clone();
    deny.effect = crate::clouds::aws::dialect::policy::Effect::Deny;
    deny.conditions = PolicyDocument::parse(&format!(
        r#"{{"Statement":{{"Effect":"Deny","Action":"a:b","Condition":{{"StringNotLike":{{"{issuer}:sub":"repo:acme/*"}}}}}}}}"#
    ))
    .unwrap()
    .statements[0]
        .conditions
        .clone();
    policy.statements.push(deny);
    let findings = lint(&policy, &IssuerFacts::of);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].severity, findings[0].witness.is_some()),
        (Severity::High, false)
    );
}

#[test]
fn the_worst_comes_first_and_order_means_nothing() {
    let policy = policy("token.actions.githubusercontent.com", &json!({}));
    let findings = lint(&policy, &IssuerFacts::of);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["missing-subject", "missing-audience"]);
    let mut twice = policy.clone();
    twice.statements.extend(policy.statements.clone());
    assert_eq!(lint(&twice, &IssuerFacts::of), findings);
}

/// The subject of a witness and its other claims are one workload's; a mixture would be a token that nobody signs.
#[test]
fn a_witness_is_one_workload() {
    let url = "token.actions.githubusercontent.com";
    let witness = |condition: Value| {
        let findings = lint(&policy(url, &condition), &IssuerFacts::of);
        let open = findings
            .into_iter()
            .find(|finding| finding.rule == "open-subject");
        open.unwrap()
            .witness
            .map(|text| serde_json::from_str::<Value>(&text).unwrap())
    };
    let aud = format!("{url}:aud");
    let sub = format!("{url}:sub");
    let open = json!({ "StringEquals": { &aud: "sts.amazonaws.com" }, "StringLike": { &sub: "repo:*" } });
    let token = witness(open).unwrap();
    assert_eq!(token["sub"], "repo:evil/evil:ref:refs/heads/evil");
    assert_eq!(
        (&token["repository"], &token["repository_owner"]),
        (&json!("evil/evil"), &json!("evil"))
    );
    // a subject in a form of the platform carries its own repository, whatever the policy asks for
    let other = json!({
        "StringEquals": { &aud: "sts.amazonaws.com", format!("{url}:repository"): "acme/web" },
        "StringLike": { &sub: "repo:*:ref:refs/heads/main" },
    });
    if let Some(token) = witness(other) {
        let subject = token["sub"].as_str().unwrap();
        let forms = crate::platforms::by_id("github-actions").unwrap();
        let own = forms.claims_beside(subject);
        assert!(
            own.text("repository").is_none_or(|own| own == "acme/web"),
            "{token}"
        );
    }
}
