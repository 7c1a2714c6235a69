//! What the linter says of credentials, one change at a time.

use serde_json::{Map, Value, json};

use super::*;
use crate::clouds::azure::dialect::evaluate_azure;
use crate::lint::Class;
use crate::trust::{Claims, Severity, Verdict};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Whether Entra accepts the token that a finding shows.
pub(super) fn accepts(drafts: &[Draft], finding: &Finding) -> bool {
    let claims: Map<String, Value> = serde_json::from_str(finding.witness.as_deref().unwrap()).unwrap();
    verdict(drafts, &Claims::new(claims)) == Verdict::Allow
}

pub(super) fn verdict(drafts: &[Draft], claims: &Claims) -> Verdict {
    let whole = |draft: &Draft| match draft {
        Draft::Whole(credential) => Some(credential.clone()),
        Draft::Unmatched { .. } => None,
    };
    let credentials: Vec<Credential> = drafts.iter().filter_map(whole).collect();
    evaluate_azure(&credentials, claims).verdict
}

pub(super) fn classic(issuer: &str, audience: &str, subject: &str) -> Value {
    json!({ "issuer": issuer, "audiences": [audience], "subject": subject })
}

pub(super) fn flexible(issuer: &str, expression: &str) -> Value {
    json!({ "issuer": issuer, "audiences": [AUDIENCE],
            "claimsMatchingExpression": { "value": expression, "languageVersion": 1 } })
}

fn lint_of(document: &Value) -> Vec<Finding> {
    let drafts = Draft::all_from_value(document).unwrap();
    let findings = lint(&drafts, &IssuerFacts::of);
    for finding in findings.iter().filter(|finding| finding.witness.is_some()) {
        assert!(accepts(&drafts, finding), "{finding:?}");
    }
    findings
}

/// What is found of medium severity and above.
fn found(document: &Value) -> Vec<(&'static str, Severity, bool)> {
    let findings = lint_of(document);
    let grave = findings.iter().filter(|f| f.severity >= Severity::Medium);
    grave.map(|f| (f.rule, f.severity, f.witness.is_some())).collect()
}

fn subject(text: &str) -> Value {
    classic(GITHUB, AUDIENCE, text)
}

fn matching(pattern: &str) -> Value {
    flexible(GITHUB, &format!("claims['sub'] matches '{pattern}'"))
}

pub(super) fn is_outage(finding: &Finding) -> bool {
    let mut rules = crate::lint::rules().chain(RULES);
    let rule = rules.find(|rule| rule.id == finding.rule).unwrap();
    rule.class == Class::Outage
}

#[test]
fn exact_subjects() {
    for (text, expected) in [
        ("repo:acme@1/api@2:environment:prod", vec![]),
        ("repo:acme/api:environment:prod", vec![]),
        (
            "repo:acme/api:pull_request",
            vec![("pull-request-allowed", Severity::Medium, true)],
        ),
        (
            "repo:acme/api:*",
            vec![("literal-wildcard", Severity::Medium, false)],
        ),
        (
            "repo:acme/api:ref:refs/heads/*",
            vec![("literal-wildcard", Severity::Medium, false)],
        ),
        (
            "repo:acme/api:environment:prod:eu",
            vec![("unescaped-colon", Severity::Medium, false)],
        ),
        (
            "project_path:acme/api:ref_type:branch:ref:main",
            vec![("subject-format-mismatch", Severity::Medium, false)],
        ),
        (
            "environment:prod",
            vec![("subject-without-tenant", Severity::Critical, true)],
        ),
    ] {
        let found = found(&subject(text));
        for one in &expected {
            assert!(found.contains(one), "{text} {found:?}");
        }
        assert_eq!(found.is_empty(), expected.is_empty(), "{text} {found:?}");
    }
}

#[test]
fn expressions_that_are_open() {
    for (pattern, rule) in [
        ("*", "open-subject"),
        ("repo:*", "open-subject"),
        ("repo:acme*", "open-owner-prefix"),
        ("repo:*/api:*", "wildcard-owner"),
        ("repo:acm?/api:*", "open-owner-prefix"),
        ("*:environment:prod", "wildcard-owner"),
        ("environment:*", "subject-without-tenant"),
    ] {
        let found = found(&matching(pattern));
        assert!(
            found.contains(&(rule, Severity::Critical, true)),
            "{pattern} {found:?}"
        );
    }
    let only = |clauses: &str| found(&flexible(GITHUB, clauses));
    assert!(
        only("claims['job_workflow_ref'] eq 'acme/ci/.github/workflows/deploy.yml@refs/tags/v1'")
            .contains(&("reusable-workflow-only", Severity::Critical, true))
    );
    let by_owner = only("claims['sub'] matches 'repo:acme*' and claims['repository_owner_id'] eq '1'");
    assert!(
        by_owner
            .iter()
            .all(|(_, severity, _)| *severity == Severity::Medium),
        "{by_owner:?}"
    );
    let by_repository = only("claims['sub'] matches '*:environment:prod' and claims['repository_id'] eq '2'");
    assert_eq!(by_repository, []);
}

#[test]
fn what_entra_refuses_today_is_said_and_is_not_grave() {
    let said = |document: &Value| {
        let findings = lint_of(document);
        findings
            .into_iter()
            .find(|f| f.rule == "expression-refused-today")
            .map(|f| f.severity)
    };
    assert_eq!(
        said(&matching("repo:acme@1/api@2:environment:prod*")),
        Some(Severity::Low)
    );
    let with_id = "claims['sub'] eq 'repo:acme@1/api@2:environment:prod' and claims['repository_id'] eq '2'";
    assert_eq!(said(&flexible(GITHUB, with_id)), None);
    let path = "claims['sub'] eq 'project_path:acme/api:ref_type:branch:ref:main'";
    assert_eq!(said(&flexible("https://gitlab.com", path)), Some(Severity::Low));
    assert_eq!(
        said(&flexible(
            "https://app.terraform.io",
            "claims['sub'] eq 'organization:a:project:b:workspace:c:run_phase:apply'"
        )),
        None
    );
}

/// Nobody gets in, whatever the token: said, and of the rule that knows why.
#[test]
fn what_admits_nobody() {
    let ok = "repo:acme@1/api@2:environment:prod";
    let circle = "https://oidc.circleci.com/org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001";
    let circle_subject = |org: &str| {
        format!(
            "org/{org}/project/7b0f2d5a-6f0b-4a52-9f1b-0f6cf2d9a002/user/7b0f2d5a-6f0b-4a52-9f1b-0f6cf2d9a003"
        )
    };
    for (document, rule) in [
        (
            classic("http://token.actions.githubusercontent.com", AUDIENCE, ok),
            "issuer-url",
        ),
        (
            classic(" https://token.actions.githubusercontent.com", AUDIENCE, ok),
            "issuer-url",
        ),
        (
            classic("https://token.actions.githubusercontent.com/", AUDIENCE, ok),
            "issuer-url",
        ),
        (
            classic("https://Token.actions.githubusercontent.com", AUDIENCE, ok),
            "issuer-url",
        ),
        (
            classic("token.actions.githubusercontent.com", AUDIENCE, ok),
            "issuer-url",
        ),
        (classic("https://203.0.113.7", AUDIENCE, ok), "issuer-url"),
        (subject("repo:acme/api:branch:main"), "subject-shape"),
        (
            subject(&format!("repo:acme/api:environment:{}", "x".repeat(600))),
            "credential-limits",
        ),
        (classic(GITHUB, &"a".repeat(601), ok), "credential-limits"),
        (
            classic("https://oidc.modal.com", AUDIENCE, "modal:workspace_id:ac-1:x"),
            "value-never-issued",
        ),
        (
            classic(
                circle,
                "0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001",
                &circle_subject("1d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001"),
            ),
            "value-never-issued",
        ),
        (
            flexible(
                GITHUB,
                "claims['sub'] eq 'repo:acme/api:*' and claims['repository_id'] eq '2'",
            ),
            "literal-wildcard",
        ),
        (
            flexible(
                GITHUB,
                "claims['sub'] matches 'repo:acme/*' and claims['sub'] matches 'repo:other/*'",
            ),
            "never-admits",
        ),
        (
            flexible(
                GITHUB,
                &format!("claims['sub'] eq '{ok}' and claims['repository_id'] eq '3'"),
            ),
            "never-admits",
        ),
        (
            flexible(
                GITHUB,
                &format!(
                    "claims['sub'] eq '{ok}' and claims['repository_id'] eq '2' and claims['repository_id'] eq '3'"
                ),
            ),
            "never-admits",
        ),
        (
            flexible(
                GITHUB,
                "claims['sub'] matches 'repo:acme@1/*' and claims['repository_owner_id'] eq 'acme'",
            ),
            "value-never-issued",
        ),
        (
            flexible(
                "https://app.terraform.io",
                "claims['sub'] matches 'organization:a:project:b:workspace:c:run_phase:apply*'",
            ),
            "undocumented-expression",
        ),
        (
            flexible("https://issuer.example", "claims['sub'] eq 'x'"),
            "undocumented-expression",
        ),
        (
            flexible(
                GITHUB,
                &format!("claims['sub'] eq '{ok}' and claims['actor_id'] eq '1'"),
            ),
            "undocumented-expression",
        ),
        (
            flexible(
                GITHUB,
                &format!("claims['sub'] eq '{ok}' and claims['repository_id'] matches '2*'"),
            ),
            "undocumented-expression",
        ),
        (
            flexible(
                GITHUB,
                "claims['sub'] eq 'repo:acme@1/api@2:environment:it''s' and claims['repository_id'] eq '2'",
            ),
            "undocumented-expression",
        ),
        (flexible(GITHUB, "claims['sub'] like 'x'"), "expression-syntax"),
        (
            json!({ "properties": flexible(GITHUB, &format!("claims['sub'] eq '{ok}' and claims['repository_id'] eq '2'")) }),
            "undocumented-expression",
        ),
        (
            json!({ "issuer": GITHUB, "audiences": [AUDIENCE] }),
            "expression-syntax",
        ),
        (json!([subject(ok), subject(ok)]), "credential-limits"),
    ] {
        let findings = lint_of(&document);
        let told = findings.iter().find(|finding| finding.rule == rule);
        let told = told.unwrap_or_else(|| panic!("{rule}: {document} {findings:#?}"));
        assert!(told.severity >= Severity::Medium && is_outage(told), "{told:?}");
    }
}

/// One mistake does not hide another, and none is said twice.
#[test]
fn what_is_wrong_is_said_once() {
    let rules =
        |document: &Value| -> Vec<&str> { found(document).into_iter().map(|(rule, _, _)| rule).collect() };
    let mut plan = flexible(
        "https://app.terraform.io",
        "claims['sub'] matches 'organization:a:project:b:workspace:c:run_phase:apply*'",
    );
    plan["name"] = json!("x");
    assert_eq!(rules(&plan), ["credential-limits", "undocumented-expression"]);
    let slash = classic(
        &format!("{GITHUB}/"),
        AUDIENCE,
        "repo:acme@1/api@2:environment:prod",
    );
    let all = lint_of(&slash);
    let told = all.iter().filter(|finding| finding.rule == "issuer-url");
    assert_eq!(told.count(), 1, "{all:#?}");
}

#[test]
fn the_algorithm_of_a_declared_platform() {
    let declared = |algs: &str| {
        let text = format!(
            "id = \"own\"\nissuer = \"https://own.example\"\ntenancy = \"self-hosted\"\nalgs = {algs}\n[variable]\njob = {{ pattern = \"[a-z]+\", chosen_by = \"tenant\", mutable = true }}\n[[subject]]\ntemplate = \"job:{{job}}\"\n"
        );
        let platform =
            crate::platforms::Platform::ever_named(&text, crate::platforms::DeclaredBy::Configuration)
                .unwrap();
        let facts = move |_: &str| IssuerFacts::from(platform.clone());
        let drafts = Draft::all_from_value(&classic("https://own.example", AUDIENCE, "job:deploy")).unwrap();
        let findings = lint(&drafts, &facts);
        findings
            .iter()
            .any(|finding| finding.rule == "algorithm-not-accepted")
    };
    assert!(declared(r#"["ES256", "PS256"]"#));
    assert!(!declared(r#"["ES256", "RS256"]"#));
}

#[test]
fn what_cannot_be_decided_is_said() {
    let managed = json!({ "properties": flexible(GITHUB, "claims['sub'] matches 'repo:*'") });
    assert_eq!(
        found(&managed),
        [
            ("unanalysable-condition", Severity::High, false),
            ("undocumented-expression", Severity::Medium, false)
        ]
    );
    let unlisted = flexible(
        "https://oidc.circleci.com/org/0d6ad9a5-5a0e-4a63-9d4e-0f6cf2d9a001",
        "claims['sub'] matches '*'",
    );
    let rules: Vec<_> = found(&unlisted).into_iter().map(|(rule, _, _)| rule).collect();
    assert!(
        rules.contains(&"undocumented-expression") && rules.contains(&"unanalysable-condition"),
        "{rules:?}"
    );
    // One that certainly admits is not excused by one of which nobody knows.
    let both = json!([managed["properties"], matching("repo:*")]);
    assert!(found(&both).contains(&("open-subject", Severity::Critical, true)));
}

#[test]
fn audiences() {
    let of = |issuer: &str, audience: &str, subject: &str| found(&classic(issuer, audience, subject));
    let ok = "repo:acme@1/api@2:environment:prod";
    assert_eq!(
        of(GITHUB, "sts.amazonaws.com", ok),
        [("shared-audience", Severity::Medium, false)]
    );
    assert_eq!(
        of(GITHUB, "api://AzureADTokenExchange*", ok),
        [("literal-wildcard", Severity::Medium, false)]
    );
    assert_eq!(of(GITHUB, "own-audience", ok), []);
}

#[test]
fn ids_of_rules_are_unique_and_every_rule_says_what_it_means() {
    let rules: Vec<_> = crate::lint::rules().chain(RULES).collect();
    let ids: std::collections::BTreeSet<_> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules.len());
    for rule in RULES {
        let is_word = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.id.chars().all(is_word), "{}", rule.id);
        assert!(
            rule.meaning.ends_with('.') && rule.title.len() < 60,
            "{}",
            rule.id
        );
        assert!(!rule.fix.ends_with('.') && !rule.fix.is_empty(), "{}", rule.id);
    }
}
