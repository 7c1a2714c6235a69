//! What holds for every credential.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{accepts, classic, flexible, is_outage, verdict};
use super::*;
use crate::platforms::filled::filled as value_for;
use crate::platforms::{Tenancy, by_id, ids};
use crate::trust::{Claims, Severity, Verdict};

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";
const TERRAFORM: &str = "https://app.terraform.io";
const ISSUERS: [&str; 8] = [
    GITHUB,
    GITLAB,
    TERRAFORM,
    "https://oidc.fly.io/acme",
    "https://issuer.example",
    "https://issuer.example/",
    "http://issuer.example",
    "x",
];

fn drafts(document: &Value) -> Vec<Draft> {
    Draft::all_from_value(document).unwrap()
}

/// Pieces that subjects and patterns of them are made of.
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
        "ref_type:branch:ref:",
        "x",
        "\u{e9}",
    ]);
    let whole = prop::sample::select(vec![
        "repo:acme/api:environment:prod",
        "repo:acme@1/api@2:environment:prod",
        "repo:acme/*",
        "repo:acme@1/api@2:*",
        "project_path:acme/api:ref_type:branch:ref:main",
        "organization:acme:project:api:workspace:prod:run_phase:apply",
        "organization:acme:project:*:workspace:*:run_phase:*",
    ]);
    prop_oneof![
        3 => prop::collection::vec(pieces, 1..9).prop_map(|pieces| pieces.concat()),
        1 => whole.prop_map(str::to_owned),
    ]
}

fn clause() -> impl Strategy<Value = String> {
    let claims = prop::sample::select(vec![
        "sub",
        "sub",
        "sub",
        "job_workflow_ref",
        "repository_id",
        "repository_owner_id",
        "actor_id",
        "aud",
    ]);
    let values = prop_oneof![
        4 => subject(),
        2 => prop::sample::select(vec!["1", "2", "1*", "*", "acme/ci/.github/workflows/x.yml@refs/tags/v1", "it''s"]).prop_map(str::to_owned),
    ];
    (claims, prop::bool::ANY, values).prop_map(|(claim, eq, value)| {
        let operator = if eq { "eq" } else { "matches" };
        format!("claims['{claim}'] {operator} '{value}'")
    })
}

fn credential() -> impl Strategy<Value = Value> {
    let issuers = prop::sample::select(ISSUERS.to_vec());
    let audiences = prop::sample::select(vec!["api://AzureADTokenExchange", "sts.amazonaws.com", "x*"]);
    let clauses = prop::collection::vec(clause(), 1..4);
    (
        issuers,
        audiences,
        prop::option::of(subject()),
        clauses,
        prop::bool::weighted(0.1),
    )
        .prop_map(|(issuer, audience, subject, clauses, is_managed)| {
            let mut document = match subject {
                Some(subject) => classic(issuer, audience, &subject),
                None => flexible(issuer, &clauses.join(" and ")),
            };
            document["audiences"] = json!([audience]);
            if is_managed {
                json!({ "properties": document })
            } else {
                document
            }
        })
}

/// Tokens of somebody else, and some of the tenant that is meant.
fn tokens(issuer: &str) -> Vec<(bool, Claims)> {
    let mut all = Vec::new();
    for (name, owner_id) in [
        ("evil", "9"),
        ("acme-evil", "91"),
        ("evil-acme", "92"),
        ("acmee", "93"),
        ("acm", "94"),
        ("ACME", "95"),
        ("acmex", "96"),
        ("acme", "1"),
    ] {
        let foreign = name != "acme";
        let subjects = match issuer {
            GITHUB => [":ref:refs/heads/main", ":environment:prod", ":pull_request"]
                .iter()
                .flat_map(|context| {
                    let repo_id = if foreign { "9" } else { "2" };
                    [
                        format!("repo:{name}/api{context}"),
                        format!("repo:{name}@{owner_id}/api@{repo_id}{context}"),
                    ]
                })
                .chain(foreign.then(|| "environment:prod".to_owned()))
                .collect(),
            GITLAB => vec![format!("project_path:{name}/api:ref_type:branch:ref:main")],
            TERRAFORM => vec![format!(
                "organization:{name}:project:api:workspace:prod:run_phase:apply"
            )],
            _ => Vec::new(),
        };
        for subject in subjects {
            let mut claims = Claims::default();
            claims.insert("iss", json!(issuer));
            claims.insert("aud", json!("api://AzureADTokenExchange"));
            claims.insert("sub", json!(subject));
            if issuer == GITHUB {
                claims.insert("repository_id", json!(if foreign { "9" } else { "2" }));
                claims.insert("repository_owner_id", json!(owner_id));
                claims.insert(
                    "job_workflow_ref",
                    json!("acme/ci/.github/workflows/x.yml@refs/tags/v1"),
                );
            }
            all.push((foreign, claims));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// No credential makes the linter fail, every witness is accepted, and order means nothing.
    #[test]
    fn any_credentials(documents in prop::collection::vec(credential(), 1..4)) {
        let own = drafts(&json!(documents));
        let findings = lint(&own, &IssuerFacts::of);
        for finding in findings.iter().filter(|finding| finding.witness.is_some()) {
            prop_assert!(accepts(&own, finding), "{:?}", finding);
        }
        let turned: Vec<Draft> = own.iter().rev().cloned().collect();
        prop_assert_eq!(lint(&turned, &IssuerFacts::of), findings);
    }

    /// What has no finding of medium severity certainly lets in nobody but the tenant that is written.
    #[test]
    fn clean_means_closed(
        issuer in prop::sample::select(vec![GITHUB, GITLAB, TERRAFORM]),
        clauses in prop::collection::vec(clause(), 1..3),
        exact in prop::option::of(subject()),
    ) {
        let document = match &exact {
            Some(subject) => classic(issuer, "api://AzureADTokenExchange", subject),
            None => flexible(issuer, &clauses.join(" and ")),
        };
        let own = drafts(&document);
        let findings = lint(&own, &IssuerFacts::of);
        if findings.iter().all(|finding| finding.severity < Severity::Medium) {
            for (foreign, claims) in tokens(issuer) {
                let is_written = document.to_string().contains(&format!("'{}'", claims.text("sub").unwrap()))
                    || exact.as_deref() == claims.text("sub");
                if foreign && !is_written {
                    prop_assert_eq!(verdict(&own, &claims), Verdict::Deny, "{} {:?}", document, claims);
                }
            }
        }
    }

    /// Where a token of a known form certainly gets in, nothing says that nobody does.
    #[test]
    fn no_outage_where_somebody_gets_in(
        issuer in prop::sample::select(vec![GITHUB, GITLAB, TERRAFORM]),
        clauses in prop::collection::vec(clause(), 1..3),
        exact in prop::option::of(subject()),
    ) {
        let document = match &exact {
            Some(subject) => classic(issuer, "api://AzureADTokenExchange", subject),
            None => flexible(issuer, &clauses.join(" and ")),
        };
        let own = drafts(&document);
        let admitted = tokens(issuer).into_iter().find(|(_, claims)| verdict(&own, claims) == Verdict::Allow);
        if let Some((_, claims)) = admitted {
            let findings = lint(&own, &IssuerFacts::of);
            let outage = findings.iter().find(|finding| is_outage(finding));
            prop_assert_eq!(outage, None, "{} {:?}", document, claims);
        }
    }

    /// Widening a pattern by a run in place of some text never makes the worst of what is open less grave.
    #[test]
    fn wider_is_never_better(
        issuer in prop::sample::select(vec![GITHUB, GITLAB, TERRAFORM]),
        subject in subject(),
        at in 0_usize..40,
        length in 1_usize..6,
    ) {
        let chars: Vec<char> = subject.chars().collect();
        let at = at.min(chars.len() - 1);
        let end = (at + length).min(chars.len());
        let wider: String = chars[..at].iter().chain(&['*']).chain(&chars[end..]).collect();
        let open = |value: &str| {
            let findings = lint(&drafts(&flexible(issuer, &format!("claims['sub'] matches '{value}'"))), &IssuerFacts::of);
            let openness = |rule: &str| crate::lint::rules().any(|r| r.id == rule && r.class == crate::lint::Class::Open);
            let open = findings.iter().filter(|f| openness(f.rule));
            open.map(|f| f.severity).max().unwrap_or(Severity::Info)
        };
        prop_assert!(open(&subject) <= open(&wider), "{} {:?} {} {:?}", subject, open(&subject), wider, open(&wider));
    }
}

/// Expressions that the catalogue shows beside the subjects it recommends, and that are wider: any context of a repository, any
/// branch of a project.
const WIDER: [(&str, &[&str]); 2] = [
    ("github-actions", &["any-context", "pull-request-allowed"]),
    ("gitlab-saas", &["any-branch"]),
];

#[test]
fn what_the_catalogue_recommends_is_clean() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for id in ids() {
        let platform = by_id(id).unwrap();
        let path = format!("{}/src/platforms/catalogue/{id}.toml", env!("CARGO_MANIFEST_DIR"));
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let azure = table
            .get("recommend")
            .and_then(|r| r.get("azure"))
            .and_then(toml::Value::as_table);
        let Some(azure) = azure.filter(|azure| !azure.contains_key("possible")) else {
            continue;
        };
        let issuer = value_for(platform, platform.issuers[0].template.as_str(), "").unwrap();
        let text = |name: &str| {
            let text = azure.get(name)?.as_str()?;
            Some(value_for(platform, text, &issuer).unwrap_or_else(|| panic!("{id} {text}")))
        };
        let audience = text("audience").unwrap_or_else(|| "api://AzureADTokenExchange".to_owned());
        let subjects = ["subject", "subject_before"].into_iter().filter_map(text);
        let documents = subjects.map(|subject| (false, classic(&issuer, &audience, &subject)));
        let expression = text("flexible").map(|expression| (true, flexible(&issuer, &expression)));
        let mut facts = IssuerFacts::from(Cow::Borrowed(platform));
        let url = super::issuer::without_scheme(&issuer);
        let inferred = IssuerFacts::of(&url);
        if !inferred.platforms.is_empty() {
            facts.tenancy = inferred.tenancy.max(facts.tenancy);
        }
        for (is_expression, document) in documents.chain(expression) {
            tried += 1;
            let findings = lint(&drafts(&document), &|_| facts.clone());
            let grave = findings.iter().filter(|f| f.severity >= Severity::Medium);
            let rules: Vec<&str> = grave.map(|finding| finding.rule).collect();
            let wider = WIDER.iter().find(|(wider, _)| is_expression && *wider == id);
            if rules != wider.map_or(&[][..], |(_, rules)| *rules) {
                wrong.push(format!("{id} {document}: {findings:?}"));
            }
        }
    }
    assert!(tried > 30, "{tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The catalogue's own examples, cut off anywhere where an expression can be, and as they are elsewhere.
#[test]
fn no_invented_tenant_gets_into_a_clean_trust() {
    let (mut clean, mut open) = (0, 0);
    for id in ids() {
        let platform = by_id(id).unwrap();
        let issuer = value_for(platform, platform.issuers[0].template.as_str(), "").unwrap();
        let facts = IssuerFacts::from(Cow::Borrowed(platform));
        if facts.tenancy != Tenancy::Shared {
            continue;
        }
        let foreign = platform.foreign_tokens();
        for example in platform.subjects.iter().filter_map(|form| form.example.clone()) {
            let cuts = example.char_indices().map(|(at, _)| at).filter(|at| at % 3 == 0);
            let patterns =
                cuts.map(|at| flexible(&issuer, &format!("claims['sub'] matches '{}*'", &example[..at])));
            let takes_patterns = crate::clouds::azure::dialect::issuers::rules(&issuer).is_some();
            let exact = classic(&issuer, "api://AzureADTokenExchange", &example);
            for document in patterns.filter(|_| takes_patterns).chain([exact]) {
                let own = drafts(&document);
                let findings = lint(&own, &|_| facts.clone());
                let grave = findings
                    .first()
                    .is_some_and(|finding| finding.severity == Severity::Critical);
                let accepted = foreign.iter().find(|token| {
                    let mut claims = token.claims.clone();
                    claims.insert("iss", json!(issuer));
                    claims.insert("aud", json!("api://AzureADTokenExchange"));
                    claims.text("sub") != Some(&example) && verdict(&own, &claims) == Verdict::Allow
                });
                match accepted {
                    Some(token) => {
                        open += 1;
                        assert!(grave, "{id} {document}: {:?} {findings:#?}", token.claims);
                    }
                    None if !grave => clean += 1,
                    None => {}
                }
            }
        }
    }
    assert!(clean > 50 && open > 10, "{clean} {open}");
}
