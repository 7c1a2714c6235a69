//! What holds for every policy.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::clouds::aws::dialect::evaluate::tests_support::accepts;
use crate::platforms::filled::filled;
use crate::platforms::{Platform, by_id, ids};
use crate::trust::{Claims, Severity};

const GITHUB: &str = "token.actions.githubusercontent.com";
const GITLAB: &str = "gitlab.com";
const ISSUERS: [&str; 5] = [
    GITHUB,
    GITLAB,
    "app.terraform.io",
    "oidc.fly.io/acme",
    "issuer.example",
];

fn arn(issuer: &str) -> String {
    format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")
}

fn policy_of(statements: &Value) -> PolicyDocument {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    PolicyDocument::parse(&text).unwrap()
}

fn statement(issuer: &str, condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": {"Federated": arn(issuer)}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition})
}

fn worst(policy: &PolicyDocument) -> Severity {
    let findings = lint(policy, &IssuerFacts::of);
    findings
        .first()
        .map_or(Severity::Info, |finding| finding.severity)
}

/// Pieces that patterns of subjects are made of.
fn subject() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "repo:",
        "acme",
        "/",
        "api",
        ":",
        "ref:",
        "refs/heads/",
        "main",
        "environment:",
        "prod",
        "pull_request",
        "*",
        "?",
        "**",
        "@1",
        "@2",
        "project_path:",
        "organization:",
        "project:",
        "workspace:",
        "run_phase:",
        "apply",
        "A",
    ]);
    let free = prop::collection::vec(pieces, 1..9).prop_map(|pieces| pieces.concat());
    let shaped = (
        prop::sample::select(vec!["acme", "acme*", "*", "ac?e", "*e", "acme@1", "acme@*"]),
        prop::sample::select(vec!["api", "api*", "*", "api@2", "api@*"]),
        prop::sample::select(vec![
            "ref:refs/heads/main",
            "ref:refs/heads/*",
            "*",
            "ref:refs/tags/v*",
            "environment:prod",
            "pull_request",
            "environment:*",
        ]),
    )
        .prop_map(|(owner, repo, context)| format!("repo:{owner}/{repo}:{context}"));
    prop_oneof![free, shaped]
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "StringEquals",
        "StringLike",
        "StringLike",
        "StringEqualsIgnoreCase",
        "StringNotLike",
        "StringNotEquals",
        "StringLikeIfExists",
        "ForAllValues:StringLike",
        "ForAnyValue:StringEquals",
        "StringNotEqualsIgnoreCase",
        "ArnLike",
        "Bool",
        "NumericEquals",
        "Null",
        "ForAllValues:StringNotLike",
        "ForAnyValue:StringNotLike",
    ])
}

fn key() -> impl Strategy<Value = String> {
    let claims = prop::sample::select(vec![
        "sub",
        "sub",
        "sub",
        "aud",
        "oaud",
        "amr",
        "repository",
        "repository_id",
        "repository_owner_id",
        "ref",
        "environment",
        "job_workflow_ref",
        "event_name",
        "project_id",
        "email",
    ]);
    let issuers = prop::sample::select(ISSUERS.to_vec());
    prop_oneof![
        9 => (issuers, claims).prop_map(|(issuer, claim)| format!("{issuer}:{claim}")),
        1 => prop::sample::select(vec!["aws:SourceIp", "sts:RoleSessionName", "sts:RoleAuthorizedByIdp", "aws:RequestTag/x"])
            .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "1",
        "2",
        "true",
        "sts.amazonaws.com",
        "refs/heads/main",
        "acme/api",
        "acme/*",
        "*",
        "${aws:username}",
        "${*}",
        "",
    ]);
    prop_oneof![subject(), words.prop_map(str::to_owned)]
}

prop_compose! {
    fn random_statement()(
        issuers in prop::collection::vec(prop::sample::select(ISSUERS.to_vec()), 1..3),
        deny in prop::bool::weighted(0.2),
        conditions in prop::collection::vec((operator(), key(), prop::collection::vec(value(), 0..3)), 0..5),
    ) -> Value {
        let mut condition: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for (operator, key, values) in conditions {
            condition.entry(operator.to_owned()).or_default().insert(key, json!(values));
        }
        let names: Vec<String> = issuers.iter().map(|issuer| arn(issuer)).collect();
        json!({"Effect": if deny { "Deny" } else { "Allow" }, "Principal": {"Federated": names},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition})
    }
}

/// Tokens of somebody else: an invented tenant for every form of every platform that signs with an issuer.
fn foreign(issuer: &str, written: &str) -> Vec<String> {
    let names = ["evil", "evil-corp", "zzz"];
    let mut subjects: Vec<String> = names
        .iter()
        .flat_map(|name| match issuer {
            GITHUB => vec![
                format!("repo:{name}/api:ref:refs/heads/main"),
                format!("repo:{name}/{written}:environment:prod"),
                format!("repo:{name}@9/api@9:pull_request"),
                format!("repo:{name}@1/api@2:environment:prod"),
                "environment:prod".to_owned(),
                "repository_visibility:public".to_owned(),
            ],
            GITLAB => vec![format!("project_path:{name}/api:ref_type:branch:ref:main")],
            _ => vec![format!(
                "organization:{name}:project:api:workspace:prod:run_phase:apply"
            )],
        })
        .collect();
    // Neighbours of the tenant that is meant. An issuer signs no subject of another platform's form.
    for near in [
        "acme-evil",
        "evil-acme",
        "acmee",
        "acm",
        "ACME",
        "Acme",
        "acmf",
        "ac-me",
        "acme_",
        "acme.evil",
    ] {
        match issuer {
            GITHUB => {
                subjects.push(format!("repo:{near}/api:ref:refs/heads/main"));
                subjects.push(format!("repo:{near}/api:environment:prod"));
                subjects.push(format!("repo:{near}@9/api@2:environment:prod"));
            }
            GITLAB => subjects.push(format!("project_path:{near}/api:ref_type:branch:ref:main")),
            _ => subjects.push(format!(
                "organization:{near}:project:api:workspace:prod:run_phase:apply"
            )),
        }
    }
    if issuer == GITHUB {
        subjects.push("repo:acme@19/api@2:environment:prod".to_owned());
    }
    subjects
}

fn token(issuer: &str, subject: &str) -> Claims {
    let mut claims = Claims::default();
    claims.insert("iss", json!(format!("https://{issuer}")));
    claims.insert("aud", json!("sts.amazonaws.com"));
    claims.insert("sub", json!(subject));
    claims
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// No policy makes the linter fail, every witness is accepted, and order means nothing.
    #[test]
    fn any_policy(statements in prop::collection::vec(random_statement(), 1..4)) {
        let policy = policy_of(&json!(statements));
        let findings = lint(&policy, &IssuerFacts::of);
        for finding in &findings {
            let Some(witness) = &finding.witness else { continue };
            let witness: Map<String, Value> = serde_json::from_str(witness).unwrap();
            let issuer = witness["iss"].as_str().unwrap().trim_start_matches("https://").to_owned();
            prop_assert!(accepts_with_session(&policy, &arn(&issuer), &Claims::new(witness)), "{:?}", finding);
        }
        let mut turned = policy.clone();
        turned.statements.reverse();
        for statement in &mut turned.statements {
            statement.conditions.reverse();
            for condition in &mut statement.conditions {
                condition.values.reverse();
            }
        }
        prop_assert_eq!(lint(&turned, &IssuerFacts::of), findings);
    }

    /// A trust of a shared issuer without a finding of medium severity lets in nobody but the tenant that is written.
    #[test]
    fn clean_means_closed(
        issuer in prop::sample::select(vec![GITHUB, GITLAB, "app.terraform.io"]),
        tests in prop::collection::vec((prop::sample::select(vec!["StringEquals", "StringLike", "StringLike", "StringNotLike", "StringLikeIfExists"]), subject()), 1..3),
    ) {
        let mut condition = json!({"StringEquals": {format!("{issuer}:aud"): "sts.amazonaws.com"}});
        for (operator, subject) in &tests {
            condition[*operator][format!("{issuer}:sub")] = json!(subject);
        }
        let policy = policy_of(&json!([statement(issuer, &condition)]));
        if worst(&policy) < Severity::Medium {
            let written: Vec<&str> = tests.iter().map(|(_, subject)| subject.as_str()).collect();
            for subject in foreign(issuer, "api") {
                // Somebody else only if nobody wrote it down.
                if !written.contains(&subject.as_str()) {
                    prop_assert!(!accepts(&policy, &arn(issuer), &token(issuer, &subject)), "{} {}", subject, condition);
                }
            }
        }
    }

    /// Widening a value never makes the worst of what is open less grave.
    #[test]
    fn wider_is_never_better(
        issuer in prop::sample::select(ISSUERS.to_vec()),
        subject in subject(),
        at in 0_usize..40,
        length in 0_usize..6,
    ) {
        let chars: Vec<char> = subject.chars().collect();
        let at = at.min(chars.len());
        let end = (at + length).min(chars.len());
        let wider: String = chars[..at].iter().chain(&['*']).chain(&chars[end..]).collect();
        let open = |value: &str| {
            let condition = json!({"StringEquals": {format!("{issuer}:aud"): "a"}, "StringLike": {format!("{issuer}:sub"): value}});
            let findings = lint(&policy_of(&json!([statement(issuer, &condition)])), &IssuerFacts::of);
            let openness = |rule: &str| crate::lint::rules().any(|r| r.id == rule && r.class == crate::lint::Class::Open);
            let open = findings.iter().filter(|f| openness(f.rule));
            open.map(|f| f.severity).max().unwrap_or(Severity::Info)
        };
        prop_assert!(open(&subject) <= open(&wider), "{} {:?} {} {:?}", subject, open(&subject), wider, open(&wider));
    }
}

/// Whoever calls chooses the session's name and the role; the linter's own way of asking counts.
fn accepts_with_session(policy: &PolicyDocument, arn: &str, claims: &Claims) -> bool {
    let url = arn.split_once(":oidc-provider/").map_or(arn, |(_, url)| url);
    let provider = super::token::Provider {
        name: arn.to_owned(),
        url: url.to_owned(),
    };
    provider.verdict(policy, claims) == crate::trust::Verdict::Allow
}

#[test]
fn what_the_catalogue_recommends_is_clean() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for id in ids() {
        let platform = by_id(id).unwrap();
        let path = format!("{}/src/platforms/catalogue/{id}.toml", env!("CARGO_MANIFEST_DIR"));
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let Some(recommended) = table
            .get("recommend")
            .and_then(|r| r.get("aws"))
            .and_then(|aws| aws.as_table())
        else {
            continue;
        };
        if recommended.get("possible").is_some() {
            continue;
        }
        let issuer = filled(platform, platform.issuers[0].template.as_str(), "").unwrap();
        let issuer = issuer.trim_start_matches("https://").to_owned();
        let text = serde_json::to_string(&recommended).unwrap();
        // Braces of the JSON are not those of variables.
        let mut condition: Value = serde_json::from_str(&text).unwrap();
        fill_all(platform, &mut condition, &issuer);
        let policy = policy_of(&json!([statement(&issuer, &condition)]));
        let mut facts = IssuerFacts::from(Cow::Borrowed(platform));
        let inferred = IssuerFacts::of(&issuer);
        if !inferred.platforms.is_empty() {
            facts.tenancy = inferred.tenancy.max(facts.tenancy);
        }
        let findings = lint(&policy, &|_| facts.clone());
        tried += 1;
        for finding in findings.iter().filter(|f| f.severity >= Severity::Medium) {
            wrong.push(format!("{id} {condition}: {finding:?}"));
        }
    }
    assert!(tried > 30, "{tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn fill_all(platform: &Platform, value: &mut Value, issuer: &str) {
    match value {
        Value::String(text) => {
            *text = filled(platform, text, issuer).unwrap_or_else(|| panic!("{} {text}", platform.id))
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill_all(platform, item, issuer)),
        Value::Object(members) => {
            let old = std::mem::take(members);
            for (name, mut member) in old {
                fill_all(platform, &mut member, issuer);
                members.insert(filled(platform, &name, issuer).unwrap(), member);
            }
        }
        _ => {}
    }
}

/// The catalogue's own examples, cut off anywhere: where nothing grave is found no invented tenant of any form gets in, and
/// where one gets in something grave is found.
#[test]
fn no_invented_tenant_gets_into_a_clean_trust() {
    let (mut clean, mut open) = (0, 0);
    for id in ids() {
        let platform = by_id(id).unwrap();
        let issuer = filled(platform, platform.issuers[0].template.as_str(), "").unwrap();
        let issuer = issuer.trim_start_matches("https://").to_owned();
        let facts = IssuerFacts::from(Cow::Borrowed(platform));
        // Where the audience names the tenant, it cannot be one and the same for all.
        let by_audience = platform.tenant_claims.iter().any(|claim| claim == "aud");
        if facts.tenancy != crate::platforms::Tenancy::Shared || by_audience {
            continue;
        }
        let foreign = platform.foreign_tokens();
        for example in platform.subjects.iter().filter_map(|form| form.example.clone()) {
            let cuts = example.char_indices().map(|(at, _)| at).filter(|at| at % 3 == 0);
            for at in cuts.chain([example.len()]) {
                let pattern = if at == example.len() {
                    example.clone()
                } else {
                    format!("{}*", &example[..at])
                };
                let condition = json!({"StringEquals": {format!("{issuer}:aud"): "own-audience-1"},
                    "StringLike": {format!("{issuer}:sub"): pattern}});
                let policy = policy_of(&json!([statement(&issuer, &condition)]));
                let findings = lint(&policy, &|_| facts.clone());
                let grave = findings
                    .first()
                    .is_some_and(|finding| finding.severity == Severity::Critical);
                let accepted = foreign.iter().find(|token| {
                    let mut claims = token.claims.clone();
                    claims.insert("iss", json!(format!("https://{issuer}")));
                    claims.insert("aud", json!("own-audience-1"));
                    claims.members().get("sub") != Some(&json!(example))
                        && accepts(&policy, &arn(&issuer), &claims)
                });
                if let Some(token) = accepted {
                    open += 1;
                    assert!(grave, "{id} {pattern}: {:?} {findings:#?}", token.claims);
                } else if !grave {
                    clean += 1;
                }
            }
        }
    }
    assert!(clean > 100 && open > 100, "{clean} {open}");
}
