//! What holds for every provider.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::clouds::gcp::dialect::evaluate;
use crate::platforms::{Platform, Tenancy, by_id, ids};
use crate::trust::{Claims, Severity, Verdict};

const NAME: &str = "projects/1/locations/global/workloadIdentityPools/ci/providers/own-provider";
const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";
const ISSUERS: [&str; 5] = [
    GITHUB,
    GITLAB,
    "https://app.terraform.io",
    "https://oidc.fly.io/acme",
    "https://issuer.example",
];

fn provider(issuer: &str, condition: &str) -> ProviderSettings {
    ProviderSettings {
        name: NAME.to_owned(),
        issuer_uri: issuer.to_owned(),
        attribute_mapping: BTreeMap::from([("google.subject".to_owned(), "assertion.sub".to_owned())]),
        attribute_condition: condition.to_owned(),
        ..ProviderSettings::default()
    }
}

fn accepts(settings: &ProviderSettings, claims: &Claims) -> bool {
    let provider = Provider::parse(settings).unwrap();
    evaluate(&provider, claims, None).decision.verdict == Verdict::Allow
}

fn worst(settings: &ProviderSettings) -> Severity {
    let findings = lint(settings, &[], &IssuerFacts::of);
    findings
        .first()
        .map_or(Severity::Info, |finding| finding.severity)
}

/// Pieces that subjects are made of.
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
    let free = prop::collection::vec(pieces, 1..8).prop_map(|pieces| pieces.concat());
    let shaped = (
        prop::sample::select(vec!["acme", "acme@1", "a"]),
        prop::sample::select(vec!["api", "api@2"]),
        prop::sample::select(vec![
            "ref:refs/heads/main",
            "environment:prod",
            "pull_request",
            "ref:refs/tags/v1",
        ]),
    )
        .prop_map(|(owner, repo, context)| format!("repo:{owner}/{repo}:{context}"));
    prop_oneof![free, shaped]
}

fn pattern() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "repo:",
        "acme",
        "/",
        "api",
        ":",
        ".*",
        ".",
        "[a-z]+",
        "(acme|web)",
        "\\\\.",
        "x?",
        "(ab)*",
        "environment:",
        "prod",
        "\\\\d{1,9}",
        "\\\\b",
        "^",
        "$",
    ]);
    let free = prop::collection::vec(pieces, 1..7).prop_map(|pieces| pieces.concat());
    (prop::bool::ANY, free, prop::bool::ANY).prop_map(|(start, middle, end)| {
        format!(
            "{}{middle}{}",
            if start { "^" } else { "" },
            if end { "$" } else { "" }
        )
    })
}

fn operand() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "assertion.sub",
        "assertion.sub",
        "google.subject",
        "assertion.repository",
        "assertion.repository_owner",
        "assertion.repository_id",
        "assertion.environment",
        "assertion.ref",
        "assertion.aud",
        "assertion.groups",
        "assertion['a/b'].c",
        "attribute.joined",
        "attribute.nothing",
        "assertion.repository.lowerAscii()",
        "assertion.sub.extract('repo:{x}:')",
        "assertion.ref + ':' + assertion.sub",
        "(has(assertion.environment) ? assertion.environment : '')",
        "assertion.sub.split(':')[0]",
    ])
    .prop_map(str::to_owned)
}

fn atom() -> impl Strategy<Value = String> {
    let call = prop::sample::select(vec!["startsWith", "endsWith", "contains"]);
    let sign = prop::sample::select(vec!["==", "!="]);
    prop_oneof![
        4 => (operand(), sign, subject()).prop_map(|(a, sign, b)| format!("{a} {sign} '{b}'")),
        3 => (operand(), call, subject()).prop_map(|(a, call, b)| format!("{a}.{call}('{b}')")),
        2 => (operand(), pattern()).prop_map(|(a, b)| format!("{a}.matches('{b}')")),
        2 => (operand(), subject(), subject()).prop_map(|(a, b, c)| format!("{a} in ['{b}', '{c}']")),
        1 => subject().prop_map(|a| format!("'{a}' in assertion.groups")),
        1 => subject().prop_map(|a| format!("assertion.groups.exists(g, g.startsWith('{a}') || g == 'x')")),
        1 => (operand(), operand()).prop_map(|(a, b)| format!("{a} == {b}")),
        1 => prop::sample::select(vec![
            "true", "false", "has(assertion.environment)", "has(attribute.joined)", "'ref' in assertion", "assertion.flag",
            "assertion.run_attempt == 1", "size(assertion.sub) > 3", "assertion.repository_id == 2", "assertion.sub.trim() == 'x'",
            "unknown.name == 'x'", "assertion.x.startswith('y')", "1 / 0 == 1", "assertion.repository_id == '2'",
            "['a', 'b'].all(x, assertion.sub.contains(x))",
        ])
        .prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            1 => inner.clone().prop_map(|a| format!("!({a})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(({a}) ? ({b}) : ({c}))")),
        ]
    })
}

/// Tokens of somebody else: neighbours of the tenant and invented ones, for every form of the issuer.
fn foreign(issuer: &str) -> Vec<Claims> {
    let platform = IssuerFacts::of(issuer.trim_start_matches("https://"))
        .platforms
        .remove(0)
        .into_owned();
    let names = [
        "evil",
        "evil-corp",
        "zzz",
        "acme-evil",
        "evil-acme",
        "acmee",
        "acm",
        "ACME",
        "Acme",
        "acmf",
        "ac-me",
        "acme_",
    ];
    let subjects: Vec<String> = names
        .iter()
        .flat_map(|name| match issuer {
            GITHUB => vec![
                format!("repo:{name}/api:ref:refs/heads/main"),
                format!("repo:{name}/api:environment:prod"),
                format!("repo:{name}/api:pull_request"),
                format!("repo:{name}@9/api@9:pull_request"),
                format!("repo:{name}@1/api@2:environment:prod"),
            ],
            GITLAB => vec![format!("project_path:{name}/api:ref_type:branch:ref:main")],
            _ => vec![format!(
                "organization:{name}:project:api:workspace:prod:run_phase:apply"
            )],
        })
        .collect();
    let of_names = subjects.into_iter().map(|subject| {
        let mut claims = platform.claims_beside(&subject);
        claims.insert("sub", json!(subject));
        claims
    });
    let invented = platform.foreign_tokens().into_iter().map(|token| token.claims);
    let mut all: Vec<Claims> = of_names.chain(invented).collect();
    for claims in &mut all {
        claims.insert("iss", json!(issuer));
        claims.insert("aud", json!(format!("https://iam.googleapis.com/{NAME}")));
        for id in &platform.immutable_id_claims {
            if claims.get(id).is_none() {
                claims.insert(id.clone(), json!("999999999999"));
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// No condition makes the linter fail, every witness is accepted.
    #[test]
    fn any_condition(issuer in prop::sample::select(ISSUERS.to_vec()), condition in condition()) {
        let mut settings = provider(issuer, &condition);
        let joined = "assertion.sub + ':' + assertion.repository";
        settings.attribute_mapping.insert("attribute.joined".to_owned(), joined.to_owned());
        let findings = lint(&settings, &[], &IssuerFacts::of);
        for finding in &findings {
            let Some(witness) = &finding.witness else { continue };
            let witness: Map<String, Value> = serde_json::from_str(witness).unwrap();
            prop_assert!(accepts(&settings, &Claims::new(witness)), "{} {:?}", condition, finding);
        }
    }

    /// The order of operands means nothing.
    #[test]
    fn order_means_nothing(
        issuer in prop::sample::select(ISSUERS.to_vec()),
        all in prop::collection::vec(prop::collection::vec(atom(), 1..4), 1..4),
    ) {
        let written = |rows: &[Vec<String>]| {
            let rows: Vec<String> = rows.iter().map(|row| format!("({})", row.join(" && "))).collect();
            rows.join(" || ")
        };
        let turned: Vec<Vec<String>> = all.iter().rev().map(|row| row.iter().rev().cloned().collect()).collect();
        let found = lint(&provider(issuer, &written(&all)), &[], &IssuerFacts::of);
        let again = lint(&provider(issuer, &written(&turned)), &[], &IssuerFacts::of);
        let short = |all: &[Finding]| -> Vec<_> {
            all.iter().map(|f| (f.rule, f.severity, f.value.clone(), f.witness.clone())).collect()
        };
        prop_assert_eq!(short(&found), short(&again), "{}", written(&all));
    }

    /// A trust of a shared issuer without a finding of medium severity lets in nobody but the tenant that is written; a
    /// condition that lets somebody in is never said to let in nobody.
    #[test]
    fn clean_means_closed(
        issuer in prop::sample::select(vec![GITHUB, GITLAB, "https://app.terraform.io"]),
        condition in condition(),
    ) {
        let settings = provider(issuer, &condition);
        let findings = lint(&settings, &[], &IssuerFacts::of);
        let is_clean = findings.iter().all(|f| f.severity < Severity::Medium);
        let nobody = findings.iter().any(|f| f.rule == "never-admits" && f.severity >= Severity::Medium);
        for token in foreign(issuer) {
            // Somebody else only if nobody wrote it down.
            let subject = token.text("sub").unwrap_or_default();
            let is_written = condition.contains(&format!("'{subject}'"));
            let is_accepted = accepts(&settings, &token);
            prop_assert!(!(is_clean && is_accepted && !is_written), "{} {:?}", condition, token);
            prop_assert!(!(nobody && is_accepted), "{} {:?} {:?}", condition, token, findings);
        }
    }

    /// Asking for less never makes the worst of what is open less grave.
    #[test]
    fn wider_is_never_better(
        issuer in prop::sample::select(ISSUERS.to_vec()),
        subject in subject(),
        at in 0_usize..40,
        further in 0_usize..40,
    ) {
        let cut = |at: usize| subject.chars().take(at).collect::<String>();
        let (short, long) = (at.min(further), at.max(further));
        let open = |condition: String| {
            let findings = lint(&provider(issuer, &condition), &[], &IssuerFacts::of);
            let openness = |rule: &str| {
                let mut all = crate::lint::rules().chain(RULES);
                all.any(|r| r.id == rule && r.class == crate::lint::Class::Open)
            };
            findings.iter().filter(|f| openness(f.rule)).map(|f| f.severity).max().unwrap_or(Severity::Info)
        };
        let exact = open(format!("assertion.sub == '{subject}'"));
        let narrow = open(format!("assertion.sub.startsWith('{}')", cut(long)));
        let wide = open(format!("assertion.sub.startsWith('{}')", cut(short)));
        let either = open(format!("assertion.sub.startsWith('{}') || assertion.sub == '{subject}'", cut(long)));
        prop_assert!(exact <= narrow && narrow <= wide, "{} {:?} {:?} {:?}", subject, exact, narrow, wide);
        prop_assert!(narrow <= either, "{} {:?} {:?}", subject, narrow, either);
    }
}

/// What all searches for tokens together come to for one condition, in combinations of states.
const MOST_VISITED: u64 = 1_000_000;

/// A condition as deep and wide as Google takes is looked at in a bounded number of steps.
#[test]
fn large_conditions_end() {
    let many = |part: &dyn Fn(usize) -> String, sign: &str, count: usize| {
        (0..count).map(part).collect::<Vec<_>>().join(sign)
    };
    let mut nested = "assertion.a == 'x'".to_owned();
    for _ in 0..12 {
        nested = format!("(({nested}) ? assertion.b == 'y' : assertion.c == 'z')");
    }
    let conditions = [
        many(
            &|n| format!("(assertion.a{n} == 'x' || assertion.b{n} == 'y')"),
            " && ",
            60,
        ),
        many(
            &|n| format!("assertion.repository == 'acme/api-{n}'"),
            " || ",
            100,
        ),
        many(&|n| format!("assertion.c{n} == 'x'"), " || ", 150),
        many(&|n| format!("assertion.sub.contains('part-{n}')"), " && ", 90),
        many(
            &|n| format!("!assertion.sub.matches('^repo:evil{n}/.*$')"),
            " && ",
            60,
        ),
        nested,
    ];
    for condition in conditions {
        let before = crate::lint::visited();
        let findings = lint(&provider(GITHUB, &condition), &[], &IssuerFacts::of);
        let visited = crate::lint::visited() - before;
        assert!(visited < MOST_VISITED, "{visited}: {condition}");
        assert!(visited > 0, "nothing was counted: {condition}");
        assert!(findings.len() < 2_000);
    }
}

/// A value for every variable of the catalogue's recommendations.
fn filled(platform: &Platform, text: &str) -> String {
    crate::platforms::filled::filled(platform, text, "").unwrap_or_else(|| panic!("{} {text}", platform.id))
}

#[test]
fn what_the_catalogue_recommends_is_clean() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for id in ids() {
        let platform = by_id(id).unwrap();
        let path = format!("{}/src/platforms/catalogue/{id}.toml", env!("CARGO_MANIFEST_DIR"));
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let recommended = table.get("recommend").and_then(toml::Value::as_table);
        let text = |name: &str| {
            recommended
                .and_then(|all| all.get(name))
                .and_then(toml::Value::as_str)
        };
        let Some(condition) = text("gcp_condition") else {
            continue;
        };
        let mapping = recommended
            .and_then(|all| all.get("gcp_mapping"))
            .and_then(toml::Value::as_table)
            .unwrap();
        let mut settings = provider(
            &filled(platform, platform.issuers[0].template.as_str()),
            &filled(platform, condition),
        );
        // Templates of `extract` have braces of their own.
        settings.attribute_mapping = mapping
            .iter()
            .map(|(target, e)| (target.clone(), e.as_str().unwrap().to_owned()))
            .collect();
        if let Some(audience) = condition
            .split("assertion.aud == '")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
        {
            settings.allowed_audiences = [filled(platform, audience)].into();
        }
        let mut facts = IssuerFacts::from(Cow::Borrowed(platform));
        let inferred = IssuerFacts::of(settings.issuer_uri.trim_start_matches("https://"));
        if !inferred.platforms.is_empty() {
            facts.tenancy = inferred.tenancy.max(facts.tenancy);
        }
        let findings = lint(&settings, &[], &|_| facts.clone());
        tried += 1;
        for finding in findings.iter().filter(|f| f.severity >= Severity::Medium) {
            wrong.push(format!("{id} {}: {finding:?}", settings.attribute_condition));
        }
    }
    assert!(tried > 30, "{tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The catalogue's own examples, cut off anywhere: where nothing grave is found no invented tenant of any form gets in, and
/// where one gets in something grave is found.
#[test]
fn no_invented_tenant_gets_into_a_clean_trust() {
    let (mut clean, mut open) = (0, 0);
    for id in ids() {
        let platform = by_id(id).unwrap();
        let issuer = filled(platform, platform.issuers[0].template.as_str());
        let facts = IssuerFacts::from(Cow::Borrowed(platform));
        // Where the audience names the tenant, it cannot be one and the same for all.
        let by_audience = platform.tenant_claims.iter().any(|claim| claim == "aud");
        if facts.tenancy != Tenancy::Shared || by_audience {
            continue;
        }
        let foreign = platform.foreign_tokens();
        for example in platform.subjects.iter().filter_map(|form| form.example.clone()) {
            let cuts = example.char_indices().map(|(at, _)| at).filter(|at| at % 3 == 0);
            for at in cuts.chain([example.len()]) {
                let condition = if at == example.len() {
                    format!("assertion.sub == '{example}'")
                } else {
                    format!("assertion.sub.startsWith('{}')", &example[..at])
                };
                let settings = provider(&issuer, &condition);
                let findings = lint(&settings, &[], &|_| facts.clone());
                let grave = findings
                    .first()
                    .is_some_and(|finding| finding.severity == Severity::Critical);
                let accepted = foreign.iter().find(|token| {
                    let mut claims = token.claims.clone();
                    claims.insert("iss", json!(issuer));
                    claims.insert("aud", json!(format!("https://iam.googleapis.com/{NAME}")));
                    claims.members().get("sub") != Some(&json!(example)) && accepts(&settings, &claims)
                });
                if let Some(token) = accepted {
                    open += 1;
                    assert!(grave, "{id} {condition}: {:?} {findings:#?}", token.claims);
                } else if !grave {
                    clean += 1;
                }
            }
        }
    }
    assert!(clean > 100 && open > 100, "{clean} {open}");
}

#[test]
fn the_worst_of_a_recommended_subject() {
    assert!(
        worst(&provider(
            GITHUB,
            "assertion.sub == 'repo:acme@1/api@2:environment:prod'"
        )) < Severity::Medium
    );
}
