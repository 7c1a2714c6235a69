//! What the linter says of providers, one change at a time.

use std::collections::BTreeMap;

use super::*;
use crate::clouds::gcp::dialect::evaluate;
use crate::trust::{Claims, Severity, Verdict};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const POOL: &str = "projects/1/locations/global/workloadIdentityPools/ci";

fn mapping(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let entries = entries.iter();
    entries
        .map(|(target, expression)| ((*target).to_owned(), (*expression).to_owned()))
        .collect()
}

fn provider(condition: &str) -> ProviderSettings {
    ProviderSettings {
        name: format!("{POOL}/providers/github"),
        issuer_uri: GITHUB.to_owned(),
        attribute_mapping: mapping(&[
            ("google.subject", "assertion.sub"),
            ("attribute.repository", "assertion.repository"),
            ("attribute.owner_id", "assertion.repository_owner_id"),
        ]),
        attribute_condition: condition.to_owned(),
        ..ProviderSettings::default()
    }
}

fn binding(rest: &str) -> Principal {
    let kind = if rest.starts_with("subject/") {
        "principal"
    } else {
        "principalSet"
    };
    Principal::parse(&format!("{kind}://iam.googleapis.com/{POOL}/{rest}")).unwrap()
}

/// All findings; every witness is tried.
fn findings(settings: &ProviderSettings, bindings: &[Principal]) -> Vec<Finding> {
    let findings = lint(settings, bindings, &IssuerFacts::of);
    for finding in &findings {
        let Some(witness) = &finding.witness else { continue };
        let claims = Claims::new(serde_json::from_str(witness).unwrap());
        let provider = Provider::parse(settings).unwrap();
        let decide = |binding| evaluate(&provider, &claims, binding).decision.verdict == Verdict::Allow;
        let is_accepted = match bindings {
            [] => decide(None),
            several => several.iter().any(|binding| decide(Some(binding))),
        };
        assert!(is_accepted, "{finding:#?}");
    }
    findings
}

/// What is found of medium severity and above.
fn grave(condition: &str) -> Vec<(&'static str, Severity, bool)> {
    let found = findings(&provider(condition), &[]).into_iter();
    let grave = found.filter(|finding| finding.severity >= Severity::Medium);
    grave.map(|f| (f.rule, f.severity, f.witness.is_some())).collect()
}

#[test]
fn what_closes() {
    for condition in [
        "assertion.sub == 'repo:acme/api:environment:prod'",
        "assertion.sub in ['repo:acme/api:environment:prod', 'repo:acme@1/api@2:environment:prod']",
        "'repo:acme/api:environment:prod' == google.subject",
        "google.subject.matches('^repo:acme/api:environment:prod$')",
        "assertion.repository_id == '2' && assertion.environment == 'prod'",
        "attribute.repository == 'acme/api' && assertion.ref == 'refs/heads/main'",
        "assertion.repository_owner_id == '1' && (assertion.repository_id == '2' || assertion.repository_id == '3') && has(assertion.environment) && assertion.environment == 'prod'",
        "['1', '2'].exists(id, assertion.repository_id == id) && assertion.ref == 'refs/heads/main'",
        "!(assertion.repository_id != '2' || assertion.ref != 'refs/heads/main')",
        "(has(assertion.environment) ? assertion.environment : '') == 'prod' && assertion.repository_id == '2'",
        "assertion.repository_id == '2' && assertion.environment.matches('^(prod|stage)$')",
        "assertion.repository_id == '2' && (has(assertion.ref) && assertion.ref == 'x' || assertion.ref == 'x')",
        "assertion.repository_id == '2' && assertion.ref != 1 && assertion.ref == 'x'",
    ] {
        assert_eq!(grave(condition), [], "{condition}");
    }
}

#[test]
fn what_does_not_close() {
    for (condition, rule, severity) in [
        ("", "missing-condition", Severity::Critical),
        ("true", "tautology", Severity::Critical),
        ("1 < 2 && 'a' == 'a'", "tautology", Severity::Critical),
        (
            "has(assertion.repository) && assertion.sub != ''",
            "tautology",
            Severity::Critical,
        ),
        ("assertion.sub.startsWith('')", "tautology", Severity::Critical),
        ("assertion.sub == assertion.sub", "tautology", Severity::Critical),
        (
            "assertion.repository_id == '2' || true",
            "tautology",
            Severity::Critical,
        ),
        (
            "assertion.repository_id == '2' || has(assertion.sub)",
            "tautology",
            Severity::Critical,
        ),
        (
            "assertion.repository_id == '2' || assertion.actor == 'me'",
            "open-disjunct",
            Severity::Critical,
        ),
        (
            "assertion.ref == 'x' ? assertion.repository_id == '2' : true",
            "open-disjunct",
            Severity::Critical,
        ),
        (
            "assertion.repository_owner != 'evil'",
            "negated-only-identity",
            Severity::Critical,
        ),
        (
            "!assertion.sub.startsWith('repo:evil/')",
            "negated-only-identity",
            Severity::Critical,
        ),
        (
            "!(assertion.repository_owner in ['evil', 'worse'])",
            "negated-only-identity",
            Severity::Critical,
        ),
        (
            "assertion.sub.contains('acme/api')",
            "unanchored-match",
            Severity::Critical,
        ),
        (
            "assertion.sub.endsWith(':environment:prod')",
            "unanchored-match",
            Severity::Critical,
        ),
        (
            "assertion.repository.matches('acme/api')",
            "unanchored-match",
            Severity::Critical,
        ),
        (
            "assertion.repository.startsWith('acme')",
            "unanchored-match",
            Severity::Critical,
        ),
        (
            "attribute.repository.startsWith('acme')",
            "open-owner-prefix",
            Severity::Critical,
        ),
        (
            "assertion.repository.matches('^[a-z]+/api$')",
            "missing-subject",
            Severity::Critical,
        ),
        (
            "assertion.repository.matches('^acme-[a-z]+/api$')",
            "open-owner-prefix",
            Severity::Critical,
        ),
        (
            "assertion.sub.matches('^repo:(acme|.*)/api:ref:refs/heads/main$')",
            "wildcard-owner",
            Severity::Critical,
        ),
        (
            "assertion.sub.matches('^repo:(ac)*/api:.*$')",
            "wildcard-owner",
            Severity::Critical,
        ),
        (
            "assertion.repository.startsWith('acme/')",
            "whole-owner",
            Severity::Medium,
        ),
        (
            "assertion.repository_owner.lowerAscii() == 'acme'",
            "whole-owner",
            Severity::Medium,
        ),
        (
            "assertion.environment == 'prod'",
            "user-controlled-claim",
            Severity::Critical,
        ),
        (
            "assertion.job_workflow_ref.startsWith('acme/ci/')",
            "reusable-workflow-only",
            Severity::Critical,
        ),
        (
            "assertion.repository_owner == assertion.actor",
            "missing-subject",
            Severity::Critical,
        ),
        ("size(assertion.sub) > 3", "missing-subject", Severity::Critical),
    ] {
        let found = grave(condition);
        assert!(
            found
                .iter()
                .any(|(own, grave, _)| *own == rule && *grave == severity),
            "{condition} {rule}: {found:?}"
        );
    }
}

#[test]
fn what_nobody_passes_is_an_outage() {
    for (condition, rule) in [
        ("false", "never-admits"),
        (
            "assertion.repository_id == '1' && assertion.repository_id == '2'",
            "never-admits",
        ),
        ("has(assertion.ref) && !has(assertion.ref)", "never-admits"),
        (
            "assertion.repository == 'acme/api' && assertion.repository_owner == 'other'",
            "never-admits",
        ),
        (
            "assertion.sub == 'repo:acme/api:pull_request' && assertion.repository == 'acme/web'",
            "never-admits",
        ),
        (
            "assertion.sub.startsWith('repo:a/') && assertion.sub.startsWith('repo:b/')",
            "never-admits",
        ),
        ("attribute.other == 'x'", "never-admits"),
        ("assertion.iss == 'https://issuer.example'", "never-admits"),
        ("assertion.repository_id == 2", "type-mismatch"),
        (
            "assertion.sub == 'project_path:acme/api:ref_type:branch:ref:main'",
            "subject-format-mismatch",
        ),
        ("assertion.sub == 'repo:acme/api:*'", "literal-wildcard"),
        ("assertion.repositry == 'acme/api'", "unknown-claim"),
        ("assertion.sub.startswith('repo:acme/api:')", "expression-syntax"),
        ("claims.sub == 'repo:acme/api:pull_request'", "expression-syntax"),
        ("assertion.sub == ", "expression-syntax"),
    ] {
        let found = findings(&provider(condition), &[]);
        assert!(
            found
                .iter()
                .any(|f| f.rule == rule && f.severity >= Severity::Medium),
            "{condition} {rule}: {found:#?}"
        );
    }
    let mut disabled = provider("assertion.sub == 'repo:acme/api:environment:prod'");
    disabled.disabled = Some(true);
    let found = findings(&disabled, &[]);
    assert_eq!(
        (found[0].rule, found[0].severity),
        ("never-admits", Severity::Medium)
    );
    let mut unmapped = provider("assertion.repository_id == '2'");
    unmapped.attribute_mapping = mapping(&[("attribute.x", "assertion.repository")]);
    let found = findings(&unmapped, &[]);
    assert!(found.iter().any(|f| f.rule == "expression-syntax"), "{found:#?}");
    let mut misspelt = provider("assertion.repository_id == '2'");
    misspelt.attribute_mapping = mapping(&[("google.subject", "assertion.subject")]);
    let found = findings(&misspelt, &[]);
    assert!(found.iter().any(|f| f.rule == "unknown-claim"), "{found:#?}");
}

#[test]
fn what_cannot_be_decided_is_said() {
    let found = grave("assertion.sub.split(':')[1] == 'acme/api'");
    assert!(
        found.contains(&("unanalysable-condition", Severity::High, false)),
        "{found:?}"
    );
    // What is closed anyway is not opened by what cannot be decided.
    let closed = "assertion.sub == 'repo:acme/api:environment:prod' && int(assertion.run_attempt) < 3";
    assert_eq!(grave(closed), []);
    let found = findings(&provider(closed), &[]);
    assert!(
        found.iter().any(|f| f.rule == "unanalysable-condition"),
        "{found:#?}"
    );
}

#[test]
fn a_binding_narrows() {
    let open = provider("assertion.repository_owner_id == '1'");
    let rules = |settings: &ProviderSettings, rest: &str| -> Vec<&'static str> {
        let found = findings(settings, &[binding(rest)]).into_iter();
        found
            .filter(|f| f.severity >= Severity::Medium)
            .map(|f| f.rule)
            .collect()
    };
    assert_eq!(rules(&open, "subject/repo:acme/api:environment:prod"), [""; 0]);
    assert_eq!(rules(&open, "attribute.repository/acme/api"), ["any-context"]);
    assert_eq!(rules(&open, "attribute.owner_id/1"), ["whole-owner"]);
    assert!(rules(&open, "*").contains(&"whole-pool-binding"));
    // Nobody has an attribute that is not mapped, or another value than the condition asks for.
    assert_eq!(rules(&open, "attribute.other/x"), ["never-admits"]);
    assert_eq!(rules(&open, "attribute.owner_id/2"), ["never-admits"]);
    let empty = provider("");
    let found = findings(&empty, &[binding("*")]);
    let whole = found.iter().find(|f| f.rule == "whole-pool-binding").unwrap();
    assert_eq!(whole.severity, Severity::Critical);
    // Without a condition a binding is what keeps others out.
    let found = findings(&empty, &[binding("attribute.repository/acme/api")]);
    let missing = found.iter().find(|f| f.rule == "missing-condition").unwrap();
    assert_eq!(missing.severity, Severity::Low, "{found:#?}");
    // One of several bindings is enough.
    let both = [binding("subject/repo:acme/api:environment:prod"), binding("*")];
    assert!(
        findings(&empty, &both)
            .iter()
            .any(|f| f.rule == "missing-subject" && f.severity == Severity::Critical)
    );
}

#[test]
fn texts_that_are_put_together() {
    let with = |subject: &str, condition: &str| {
        let mut settings = provider(condition);
        settings.attribute_mapping = mapping(&[("google.subject", subject)]);
        settings
    };
    let severity = |settings: &ProviderSettings, rule: &str| {
        let found = findings(settings, &[]);
        found.iter().find(|f| f.rule == rule).map(|f| f.severity)
    };
    let pinned = "assertion.repository_owner_id == '1'";
    for (subject, found) in [
        (
            "assertion.repository_id + ':' + assertion.ref",
            Some(Severity::Low),
        ),
        ("assertion.workflow + ':' + assertion.ref", Some(Severity::High)),
        ("assertion.actor + assertion.repository", Some(Severity::High)),
        ("'x:' + assertion.sub", None),
        ("assertion.repository_owner_id + ':' + assertion.workflow", None),
    ] {
        let settings = with(subject, pinned);
        let expected = if subject.starts_with("assertion.repository_owner_id") {
            None
        } else {
            found
        };
        assert_eq!(
            severity(&settings, "ambiguous-concatenation"),
            expected,
            "{subject}"
        );
    }
    let joined = with(
        "'acme:' + assertion.repository + ':' + assertion.ref",
        "google.subject == 'acme:acme/api:refs/heads/main'",
    );
    assert_eq!(
        findings(&joined, &[])
            .iter()
            .filter(|f| f.severity > Severity::Medium)
            .count(),
        0
    );
    let extracted = with(
        "assertion.sub.extract('repo:{rest}')",
        "google.subject == 'acme/api:environment:prod'",
    );
    // A subject that a tenant put together itself may have the text further on: `repo_property_repo:acme/api:…`.
    let found = findings(&extracted, &[]);
    assert_eq!(found[0].severity, Severity::Critical, "{found:#?}");
    let witness = found[0].witness.as_ref().unwrap();
    assert!(
        witness.contains("repo:acme/api:environment:prod") && !witness.contains("\"repo:acme"),
        "{witness}"
    );
    let long = format!("assertion.sub == 'repo:acme/api:environment:{}'", "x".repeat(120));
    assert_eq!(
        severity(&provider(&long), "subject-length"),
        Some(Severity::Medium)
    );
}

#[test]
fn providers_of_one_pool() {
    let named = |name: &str, issuer: &str, subject: &str, condition: &str| {
        let mut settings = provider(condition);
        settings.name = format!("{POOL}/providers/{name}");
        settings.issuer_uri = issuer.to_owned();
        settings.attribute_mapping =
            mapping(&[("google.subject", subject), ("attribute.key", "assertion.sub")]);
        settings
    };
    let pool = |a: &str, b: &str, bindings: &[Principal]| {
        let providers = [
            named("one-provider", GITHUB, a, "assertion.repository_id == '2'"),
            named(
                "two-provider",
                "https://issuer.example",
                b,
                "assertion.sub.startsWith('repo:acme/api:')",
            ),
        ];
        let found = lint_pool(&providers, bindings, &IssuerFacts::of);
        let reversed: Vec<ProviderSettings> = providers.iter().rev().cloned().collect();
        assert_eq!(lint_pool(&reversed, bindings, &IssuerFacts::of), found);
        found
    };
    let severity = |found: &[Finding], rule: &str| found.iter().find(|f| f.rule == rule).map(|f| f.severity);
    let same = pool("assertion.sub", "assertion.sub", &[]);
    assert_eq!(severity(&same, "providers-collide"), Some(Severity::High));
    let apart = pool("'one:' + assertion.sub", "'two:' + assertion.sub", &[]);
    assert_eq!(severity(&apart, "providers-collide"), None);
    let bound = pool(
        "'one:' + assertion.sub",
        "'two:' + assertion.sub",
        &[binding("attribute.key/repo:acme/api:pull_request")],
    );
    assert_eq!(
        severity(&bound, "binding-key-shared"),
        Some(Severity::Critical),
        "{bound:#?}"
    );
    let own = pool(
        "'one:' + assertion.sub",
        "'two:' + assertion.sub",
        &[binding("subject/one:repo:acme/api:pull_request")],
    );
    assert_eq!(severity(&own, "binding-key-shared"), None, "{own:#?}");
}

#[test]
fn severity_by_tenancy() {
    for (issuer, worst) in [
        (GITHUB, Severity::Critical),
        ("https://issuer.example", Severity::High),
        ("https://oidc.fly.io/acme", Severity::Medium),
    ] {
        let mut settings = provider("true");
        settings.issuer_uri = issuer.to_owned();
        settings.attribute_mapping = mapping(&[("google.subject", "assertion.sub")]);
        let found = findings(&settings, &[]);
        let tautology = found.iter().find(|f| f.rule == "tautology").unwrap();
        assert_eq!(
            (tautology.severity, tautology.witness.is_some()),
            (worst, true),
            "{issuer}"
        );
    }
}

#[test]
fn a_name_that_is_not_known_yet() {
    let mut settings = provider("true");
    settings.name = String::new();
    let found = lint(&settings, &[], &IssuerFacts::of);
    assert_eq!(found[0].severity, Severity::Critical);
}

#[test]
fn ids_of_rules_are_unique_and_every_rule_says_what_it_means() {
    let rules: Vec<_> = crate::lint::rules().chain(RULES).collect();
    let ids: std::collections::BTreeSet<_> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules.len());
    for rule in RULES {
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
