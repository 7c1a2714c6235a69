//! What the linter says of policies, one change at a time.

use serde_json::{Value, json};

use super::*;
use crate::trust::Severity;

fn policy(issuer: &str, condition: &Value) -> PolicyDocument {
    let text = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}});
    PolicyDocument::parse(&text.to_string()).unwrap()
}

/// What is found of medium severity and above.
fn found(issuer: &str, condition: &Value) -> Vec<(&'static str, Severity, bool)> {
    let findings = lint(&policy(issuer, condition), &IssuerFacts::of);
    let grave = findings.iter().filter(|f| f.severity >= Severity::Medium);
    grave.map(|f| (f.rule, f.severity, f.witness.is_some())).collect()
}

const GITHUB: &str = "token.actions.githubusercontent.com";

/// With a test of the audience besides.
fn github(operator: &str, claim: &str, value: Value) -> Value {
    let key = |claim: &str| format!("{GITHUB}:{claim}");
    let mut condition = json!({"StringEquals": {key("aud"): "sts.amazonaws.com"}});
    condition[operator][key(claim)] = value;
    condition
}

#[test]
fn severity_by_tenancy() {
    let eks = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    for (issuer, worst) in [
        (GITHUB, Severity::Critical),
        ("issuer.example", Severity::High),
        ("oidc.fly.io/acme", Severity::Medium),
        (eks, Severity::High),
    ] {
        let aud = |rest: Value| {
            let mut condition = json!({"StringEquals": {format!("{issuer}:aud"): "sts.amazonaws.com"}});
            let members = condition.as_object_mut().unwrap();
            members.extend(rest.as_object().unwrap().clone());
            condition
        };
        let nothing = found(issuer, &aud(json!({})));
        assert_eq!(nothing, [("missing-subject", worst, true)], "{issuer}");
        let any = found(
            issuer,
            &aud(json!({"StringLike": {format!("{issuer}:sub"): "*"}})),
        );
        // Where nobody else has workloads it is no accident to ask for all of them.
        let asked = if issuer == GITHUB {
            "open-subject"
        } else {
            "whole-issuer"
        };
        assert!(any.contains(&(asked, worst, true)), "{issuer} {any:?}");
        assert!(
            any.iter().all(|(_, severity, _)| *severity <= worst),
            "{issuer} {any:?}"
        );
    }
}

#[test]
fn what_closes() {
    for (operator, claim, value) in [
        ("StringEquals", "sub", json!("repo:acme/api:ref:refs/heads/main")),
        (
            "StringLike",
            "sub",
            json!("repo:acme/api:ref:refs/heads/release/?"),
        ),
        ("StringLike", "sub", json!("repo:acme/*")),
        ("StringLike", "sub", json!("repo:acme@1/api@2:*")),
        ("StringEquals", "repository_owner_id", json!("1")),
        ("StringEquals", "repository_id", json!(["1", "2"])),
        // Never true: nobody gets in.
        ("StringEquals", "event_name", json!("push")),
    ] {
        let found = found(GITHUB, &github(operator, claim, value.clone()));
        let grave = found
            .iter()
            .filter(|(_, severity, _)| *severity > Severity::Medium);
        assert_eq!(grave.count(), 0, "{operator} {claim} {value} {found:?}");
    }
}

#[test]
fn what_does_not_close() {
    for (operator, claim, value, rule) in [
        ("StringEquals", "sub", json!([]), "missing-subject"),
        ("StringLike", "repository_owner_id", json!("*"), "missing-subject"),
        ("StringEquals", "actor_id", json!("1"), "missing-subject"),
        ("StringEquals", "actor_id", json!("1"), "user-controlled-claim"),
        ("StringNotLike", "sub", json!("repo:evil/*"), "missing-subject"),
        (
            "StringNotLike",
            "sub",
            json!("repo:evil/*"),
            "negated-only-identity",
        ),
        (
            "StringEqualsIfExists",
            "repository_id",
            json!("1"),
            "missing-subject",
        ),
        (
            "StringEqualsIfExists",
            "repository_id",
            json!("1"),
            "if-exists-on-identity",
        ),
        (
            "StringLike",
            "sub",
            json!(["repo:acme/api:*", "repo:*"]),
            "open-subject",
        ),
        ("StringLike", "sub", json!("repo:*/api:*"), "wildcard-owner"),
        (
            "StringLike",
            "sub",
            json!("*api:environment:prod"),
            "wildcard-owner",
        ),
        (
            "StringLike",
            "sub",
            json!("environment:*"),
            "subject-without-tenant",
        ),
        (
            "StringEquals",
            "sub",
            json!("ref:refs/heads/main"),
            "subject-without-tenant",
        ),
        ("StringLike", "sub", json!("repo:acme*"), "open-owner-prefix"),
        (
            "StringLike",
            "sub",
            json!("repo:*acme/api:*"),
            "open-owner-prefix",
        ),
        ("StringLike", "sub", json!("repo:acme@1*"), "open-owner-prefix"),
    ] {
        let found = found(GITHUB, &github(operator, claim, value.clone()));
        let expected = (rule, Severity::Critical, true);
        assert!(found.contains(&expected), "{operator} {claim} {value} {found:?}");
    }
}

#[test]
fn within_a_tenant() {
    for (value, expected) in [
        ("repo:acme/*", "whole-owner"),
        ("repo:acme/api*", "open-repository-prefix"),
        ("repo:acme/*-api:environment:prod", "open-repository-prefix"),
        ("repo:acme/api:*", "any-context"),
        ("repo:acme/api:*", "pull-request-allowed"),
        ("repo:acme/api:pull_request", "pull-request-allowed"),
        ("repo:acme/api:ref:*", "any-context"),
        ("repo:acme/api:environment:*", "any-context"),
        ("repo:acme/api:ref:refs/heads/*", "any-branch"),
        ("repo:acme/api:ref:refs/tags/*", "any-tag"),
    ] {
        let found = found(GITHUB, &github("StringLike", "sub", json!(value)));
        assert!(
            found.contains(&(expected, Severity::Medium, true)),
            "{value} {found:?}"
        );
        assert!(
            found.iter().all(|(_, severity, _)| *severity == Severity::Medium),
            "{value} {found:?}"
        );
    }
}

/// Adds a deny with one condition.
fn denying(mut policy: PolicyDocument, condition: &str) -> PolicyDocument {
    let mut deny = policy.statements[0].clone();
    deny.effect = crate::clouds::aws::dialect::policy::Effect::Deny;
    let text = format!(r#"{{"Statement":{{"Effect":"Deny","Action":"a:b","Condition":{condition}}}}}"#);
    deny.conditions = PolicyDocument::parse(&text).unwrap().statements[0]
        .conditions
        .clone();
    policy.statements.push(deny);
    policy
}

#[test]
fn a_deny_counts_as_a_test_of_its_opposite() {
    let open = || policy(GITHUB, &json!({"StringEquals": {format!("{GITHUB}:aud"): "a"}}));
    let others = format!(r#"{{"StringNotLike":{{"{GITHUB}:sub":"repo:acme/*"}}}}"#);
    let findings = lint(&denying(open(), &others), &IssuerFacts::of);
    let rules: Vec<_> = findings.iter().map(|f| f.rule).collect();
    assert!(
        rules.contains(&"whole-owner") && findings[0].severity == Severity::Medium,
        "{rules:?}"
    );
    // One of several conditions is enough to escape a deny.
    let both = format!(
        r#"{{"StringNotLike":{{"{GITHUB}:sub":"repo:acme/*"}},"StringEquals":{{"{GITHUB}:ref":"refs/heads/main"}}}}"#
    );
    let findings = lint(&denying(open(), &both), &IssuerFacts::of);
    assert_eq!(
        (findings[0].rule, findings[0].severity),
        ("missing-subject", Severity::Critical)
    );
    assert!(findings[0].witness.is_some());
    // Nobody escapes a deny without conditions.
    assert_eq!(lint(&denying(open(), "{}"), &IssuerFacts::of), []);
}

#[test]
fn what_cannot_be_decided_is_said() {
    let condition = json!({"StringEquals": {format!("{GITHUB}:aud"): "a"},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    assert_eq!(
        found(GITHUB, &condition),
        [("unanalysable-condition", Severity::High, false)]
    );
    let variable = json!({"StringEquals": {format!("{GITHUB}:aud"): "a"},
        "StringLike": {format!("{GITHUB}:sub"): "repo:${aws:PrincipalTag/owner}/*"}});
    assert_eq!(
        found(GITHUB, &variable),
        [("unanalysable-condition", Severity::High, false)]
    );
    // What is closed anyway is not opened by a further condition.
    let closed = json!({"StringEquals": {format!("{GITHUB}:aud"): "a", format!("{GITHUB}:sub"): "repo:acme/api:environment:prod"},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    assert_eq!(found(GITHUB, &closed), []);
}

#[test]
fn claims_made_of_the_same_names_count() {
    let by_repository = found(GITHUB, &github("StringEquals", "repository", json!("acme/api")));
    assert!(
        by_repository
            .iter()
            .all(|(_, severity, _)| *severity == Severity::Medium),
        "{by_repository:?}"
    );
    assert!(
        by_repository.iter().any(|(rule, _, _)| *rule == "any-context"),
        "{by_repository:?}"
    );
    let owner_only = found(GITHUB, &github("StringLike", "repository", json!("acme/*")));
    assert!(
        owner_only.iter().any(|(rule, _, _)| *rule == "whole-owner"),
        "{owner_only:?}"
    );
    let anybody = found(GITHUB, &github("StringLike", "repository", json!("*/api")));
    assert_eq!(anybody[0].1, Severity::Critical);
}

#[test]
fn a_wildcard_that_swallows_a_delimiter() {
    let org = "0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001";
    let issuer = format!("oidc.circleci.com/org/{org}");
    let project = format!("org/{org}/project/7b0f2d5a-6f0b-4a52-9f1b-0f6cf2d9a002");
    let condition = |sub: String| json!({"StringEquals": {format!("{issuer}:aud"): org}, "StringLike": {format!("{issuer}:sub"): sub}});
    let trap = found(
        &issuer,
        &condition(format!("{project}/user/*/vcs-ref/refs/heads/main")),
    );
    assert_eq!(trap, [("wildcard-crosses-delimiter", Severity::High, true)]);
    let findings = lint(
        &policy(
            &issuer,
            &condition(format!("{project}/user/*/vcs-ref/refs/heads/main")),
        ),
        &IssuerFacts::of,
    );
    let token: Value = serde_json::from_str(findings[0].witness.as_ref().unwrap()).unwrap();
    let subject = token["sub"].as_str().unwrap();
    assert_eq!(subject.matches("/vcs-ref/").count(), 2, "{subject}");
    // Nothing behind the wildcard, so nothing that could be forged.
    assert_eq!(found(&issuer, &condition(format!("{project}/user/*"))), []);
}

#[test]
fn the_worst_comes_first_and_twice_means_nothing() {
    let policy = policy(GITHUB, &json!({}));
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
    let witnesses = |operator, claim, value| {
        let findings = lint(
            &policy(GITHUB, &github(operator, claim, json!(value))),
            &IssuerFacts::of,
        );
        let shown = findings.into_iter().filter_map(|finding| finding.witness);
        let tokens: Vec<Value> = shown.map(|text| serde_json::from_str(&text).unwrap()).collect();
        assert!(!tokens.is_empty(), "{claim} {value}");
        tokens
    };
    let token = &witnesses("StringLike", "sub", "repo:*")[0];
    assert_eq!(token["sub"], "repo:evil/evil:ref:refs/heads/evil");
    assert_eq!(
        (&token["repository"], &token["repository_owner"]),
        (&json!("evil/evil"), &json!("evil"))
    );
    // A subject in a form of the platform carries its own repository, whatever the policy asks for.
    for (operator, claim, value) in [
        ("StringEquals", "repository", "acme/web"),
        ("StringLike", "repository", "*/web"),
        ("StringEquals", "environment", "prod"),
        ("StringLike", "sub", "repo:acme*/*"),
    ] {
        for token in witnesses(operator, claim, value) {
            let platform = crate::platforms::by_id("github-actions").unwrap();
            let own = platform.claims_beside(token["sub"].as_str().unwrap());
            for (name, made) in own.members() {
                assert_eq!(token.get(name).unwrap_or(made), made, "{claim} {value} {token}");
            }
        }
    }
}

#[test]
fn ids_of_rules_are_unique_and_every_rule_says_what_it_means() {
    let rules: Vec<_> = crate::lint::rules().chain(rules()).collect();
    let ids: std::collections::BTreeSet<_> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules.len());
    for rule in rules {
        assert!(
            rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{}",
            rule.id
        );
        assert!(
            rule.meaning.ends_with('.') && rule.title.len() < 60,
            "{}",
            rule.id
        );
        assert!(!rule.fix.ends_with('.') && !rule.fix.is_empty(), "{}", rule.id);
    }
}

/// Conditions that leave no token are never clean, however they are written; one way in that is left is enough.
#[test]
fn a_trust_that_admits_nobody() {
    let terraform = "app.terraform.io";
    let not_ours = |pattern: &str| json!({"StringEquals": {format!("{terraform}:aud"): "a"}, "StringNotLike": {format!("{terraform}:sub"): pattern}});
    let nobody = ("never-admits", Severity::Medium, false);
    assert_eq!(found(terraform, &not_ours("organization:*")), [nobody]);
    assert!(!found(terraform, &not_ours("organization:acme:*")).contains(&nobody));

    let mut contradicted = github("StringEquals", "repository_id", json!("1"));
    contradicted["StringLike"] = json!({format!("{GITHUB}:repository_id"): "2*"});
    assert_eq!(found(GITHUB, &contradicted), [nobody]);
    let mut refused = github("StringLike", "sub", json!("repo:acme/api:*"));
    refused["StringNotLike"] = json!({format!("{GITHUB}:sub"): "repo:acme/*"});
    assert_eq!(found(GITHUB, &refused), [nobody]);

    // The second statement lets the workload in, so the first is no outage.
    let both = json!({"Version": "2012-10-17", "Statement": [
        statement_of(&contradicted), statement_of(&github("StringEquals", "sub", json!("repo:acme@1/api@2:pull_request")))]});
    let findings = lint(
        &PolicyDocument::parse(&both.to_string()).unwrap(),
        &IssuerFacts::of,
    );
    assert!(findings.iter().all(|f| f.rule != "never-admits"), "{findings:?}");
}

fn statement_of(condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}")},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition})
}

/// A pattern that matches everything is no test: with another claim it changes nothing, alone it is the whole issuer.
#[test]
fn everything_is_no_test() {
    let fly = "oidc.fly.io/acme";
    let like = |value: &str| json!({"StringEquals": {format!("{fly}:aud"): "a"}, "StringLike": {format!("{fly}:sub"): value}});
    assert_eq!(found(fly, &like("*")), [("whole-issuer", Severity::Medium, true)]);
    assert_eq!(
        found(fly, &like("?*")),
        [("whole-issuer", Severity::Medium, true)]
    );

    let circle = "oidc.circleci.com/org/11111111-2222-3333-4444-555555555555";
    let key = super::super::condition_keys::claim_keys(circle).next().unwrap();
    let one = json!({format!("{circle}:aud"): "a", format!("{circle}:{}", key.claim): "11111111-2222-3333-4444-555555555555"});
    let alone = found(circle, &json!({"StringEquals": one}));
    let any = json!({"StringEquals": one, "StringLike": {format!("{circle}:sub"): "*"}});
    assert_eq!(found(circle, &any), alone);
    assert!(
        alone.iter().all(|(rule, ..)| *rule != "whole-issuer"),
        "{alone:?}"
    );

    // Nor is it a test of another claim: whoever has an address gets in.
    let unknown = "issuer.example";
    for (value, is_open) in [("*", true), ("?*", true), ("x@acme.example", false)] {
        for subject in [None, Some("*")] {
            let mut condition = json!({"StringEquals": {format!("{unknown}:aud"): "a"},
                "StringLike": {format!("{unknown}:email"): value}});
            if let Some(subject) = subject {
                condition["StringLike"][format!("{unknown}:sub")] = json!(subject);
            }
            let found = found(unknown, &condition);
            let open = found.iter().any(|(_, severity, _)| *severity >= Severity::High);
            assert_eq!(open, is_open, "{value} {subject:?} {found:?}");
        }
    }
}

/// Of an issuer that nobody declared even an exact trust is told so, and nothing worse.
#[test]
fn nobody_declared_it() {
    let of = |issuer: &str| {
        let condition =
            json!({"StringEquals": {format!("{issuer}:aud"): "a", format!("{issuer}:sub"): "team:acme:api"}});
        let findings = lint(&policy(issuer, &condition), &IssuerFacts::of);
        findings.iter().map(|f| (f.rule, f.severity)).collect::<Vec<_>>()
    };
    assert_eq!(of("issuer.example"), [("undeclared-issuer", Severity::Info)]);
    assert!(
        of("oidc.fly.io/acme")
            .iter()
            .all(|(rule, _)| *rule != "undeclared-issuer")
    );
}
