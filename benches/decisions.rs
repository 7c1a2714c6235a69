//! How long one decision takes, one look at a trust, and how matching grows with pattern and text.
//!
//! `cargo bench --bench decisions`. Figures to hold on an ordinary core: a decision for AWS or Azure 10 µs, one for Google
//! Cloud with a usual condition 50 µs, all findings about one trust 1 ms, and twice the time for twice the text. The slow
//! matcher that tests compare with stands beside ours, so that the ratio can be read off.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

use oidcfed::clouds::aws::dialect::{
    Context, PolicyDocument, RegisteredProvider, Timestamps, WebIdentityRequest, evaluate_web_identity, lint,
};
use oidcfed::clouds::azure::dialect::{Credential, Draft, evaluate_azure, lint as lint_azure};
use oidcfed::clouds::gcp::dialect::{Provider, ProviderSettings, evaluate, lint as lint_google};
use oidcfed::lint::IssuerFacts;
use oidcfed::trust::{Claims, Glob, Piece, Verdict};

const GITHUB: &str = "token.actions.githubusercontent.com";

fn claims(audience: &str) -> Claims {
    let token = json!({
        "iss": format!("https://{GITHUB}"), "aud": audience, "sub": "repo:acme/api:ref:refs/heads/main",
        "repository": "acme/api", "repository_id": "456", "repository_owner": "acme", "repository_owner_id": "65",
        "ref": "refs/heads/main", "ref_type": "branch", "event_name": "push", "actor": "octocat", "run_id": "1",
        "job_workflow_ref": "acme/api/.github/workflows/ci.yml@refs/heads/main", "environment": "prod",
        "iat": 1_790_000_000, "nbf": 1_790_000_000, "exp": 1_790_000_300
    });
    match token {
        Value::Object(members) => Claims::new(members),
        _ => unreachable!("an object is written above"),
    }
}

fn provider(issuer: &str) -> String {
    format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")
}

fn policy(issuer: &str, condition: &Value) -> PolicyDocument {
    let text = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": provider(issuer)},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition
    }]});
    PolicyDocument::parse(&text.to_string()).unwrap()
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");

    let policy = policy(
        GITHUB,
        &json!({
            "StringEquals": {format!("{GITHUB}:aud"): "sts.amazonaws.com", format!("{GITHUB}:repository_id"): "456"},
            "StringLike": {format!("{GITHUB}:sub"): ["repo:acme/api:environment:prod", "repo:acme/api:ref:refs/heads/*"]}
        }),
    );
    let token = claims("sts.amazonaws.com");
    let request = WebIdentityRequest {
        provider: RegisteredProvider {
            url: GITHUB.to_owned(),
            arn: provider(GITHUB),
            client_ids: ["sts.amazonaws.com".to_owned()].into(),
        },
        role_arn: "arn:aws:iam::111122223333:role/deploy".to_owned(),
        session_name: Some("deploy".to_owned()),
        claims: &token,
        timestamps: Timestamps::Assumed,
        surroundings: Context::partial(),
    };
    assert_eq!(evaluate_web_identity(&policy, &request).verdict, Verdict::Allow);
    group.bench_function("aws", |b| {
        b.iter(|| evaluate_web_identity(black_box(&policy), &request));
    });

    let azure = "api://AzureADTokenExchange";
    let credential = Credential::all_from_value(&json!({
        "name": "deploy", "issuer": format!("https://{GITHUB}"), "audiences": [azure],
        "subject": "repo:acme/api:ref:refs/heads/main"
    }));
    let flexible = Credential::all_from_value(&json!({
        "name": "deploy", "issuer": format!("https://{GITHUB}"), "audiences": [azure],
        "claimsMatchingExpression": {
            "value": "claims['sub'] matches 'repo:acme/api:ref:refs/heads/*' and claims['job_workflow_ref'] matches 'acme/api/.github/workflows/*'",
            "languageVersion": 1
        }
    }));
    let token = claims(azure);
    for (name, credentials) in [
        ("azure", credential.unwrap()),
        ("azure, flexible", flexible.unwrap()),
    ] {
        assert_eq!(
            evaluate_azure(&credentials, &token).verdict,
            Verdict::Allow,
            "{name}"
        );
        group.bench_function(name, |b| {
            b.iter(|| evaluate_azure(black_box(&credentials), &token));
        });
    }

    let name = "projects/1/locations/global/workloadIdentityPools/ci/providers/github";
    let settings = json!({
        "name": name, "oidc": {"issuerUri": format!("https://{GITHUB}"), "allowedAudiences": ["gcp"]},
        "attributeMapping": {
            "google.subject": "assertion.sub", "attribute.repository": "assertion.repository",
            "attribute.ref": "assertion.ref", "attribute.owner": "assertion.repository_owner_id"
        },
        "attributeCondition": "assertion.repository_owner_id == '65' && assertion.repository_id == '456' && assertion.ref.startsWith('refs/heads/')"
    });
    let settings = ProviderSettings::from_value(&settings).unwrap();
    let google = Provider::parse(&settings).unwrap();
    let token = claims("gcp");
    assert_eq!(evaluate(&google, &token, None).decision.verdict, Verdict::Allow);
    group.bench_function("gcp", |b| {
        b.iter(|| evaluate(black_box(&google), &token, None));
    });
    group.bench_function("gcp, reading the provider", |b| {
        b.iter(|| Provider::parse(black_box(&settings)));
    });
    group.finish();
}

fn findings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("findings");
    let subject = |issuer: &str, operator: &str, value: &str| {
        let mut condition = json!({"StringEquals": {format!("{issuer}:aud"): "sts.amazonaws.com"}});
        condition[operator][format!("{issuer}:sub")] = json!(value);
        policy(issuer, &condition)
    };
    let policies = [
        (
            "exact",
            subject(GITHUB, "StringEquals", "repo:acme@1/api@2:environment:prod"),
        ),
        ("one repository", subject(GITHUB, "StringLike", "repo:acme/api:*")),
        (
            "wildcard in the owner",
            subject(GITHUB, "StringLike", "repo:acme*"),
        ),
        (
            "nothing but what it must not be",
            subject(GITHUB, "StringNotLike", "repo:evil/*"),
        ),
        (
            "no subject",
            policy(GITHUB, &json!({"StringEquals": {format!("{GITHUB}:aud"): "a"}})),
        ),
        (
            "gitlab",
            subject(
                "gitlab.com",
                "StringLike",
                "project_path:acme/*:ref_type:branch:ref:main",
            ),
        ),
        (
            "terraform",
            subject(
                "app.terraform.io",
                "StringLike",
                "organization:acme:project:*:workspace:*:run_phase:*",
            ),
        ),
        (
            "unknown issuer",
            subject("oidc.example.com", "StringLike", "team:acme:*"),
        ),
    ];
    let google = |condition: &str| {
        let settings = json!({
            "name": "projects/1/locations/global/workloadIdentityPools/ci/providers/github",
            "oidc": {"issuerUri": format!("https://{GITHUB}"), "allowedAudiences": ["gcp"]},
            "attributeMapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"},
            "attributeCondition": condition
        });
        ProviderSettings::from_value(&settings).unwrap()
    };
    for (name, settings) in [
        (
            "gcp, ids",
            google("assertion.repository_owner_id == '65' && assertion.repository_id == '456'"),
        ),
        (
            "gcp, prefix",
            google("assertion.repository_owner == 'acme' && assertion.ref.startsWith('refs/heads/')"),
        ),
        (
            "gcp, pattern",
            google("assertion.sub.matches('^repo:acme/.*:environment:prod$')"),
        ),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| lint_google(black_box(&settings), &[], &IssuerFacts::of));
        });
    }
    let azure = |rest: Value| {
        let mut credential = json!({"name": "deploy", "issuer": format!("https://{GITHUB}"), "audiences": ["api://AzureADTokenExchange"]});
        credential
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        Draft::all_from_value(&credential).unwrap()
    };
    for (name, drafts) in [
        (
            "azure, exact",
            azure(json!({"subject": "repo:acme/api:environment:prod"})),
        ),
        (
            "azure, flexible",
            azure(json!({"claimsMatchingExpression": {
            "value": "claims['sub'] matches 'repo:acme/*'", "languageVersion": 1}})),
        ),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| lint_azure(black_box(&drafts), &IssuerFacts::of));
        });
    }
    for (name, policy) in &policies {
        group.bench_function(*name, |b| {
            b.iter(|| lint(black_box(policy), &IssuerFacts::of));
        });
    }
    group.finish();
}

/// `*` matched by trying every length, as the tests' reference does.
fn slow(pieces: &[Piece], text: &[char]) -> bool {
    match (pieces.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((Piece::Any, more)), _) => (0..=text.len()).any(|at| slow(more, &text[at..])),
        (Some((Piece::One, more)), Some((_, rest))) => slow(more, rest),
        (Some((Piece::Literal(c), more)), Some((d, rest))) => c == d && slow(more, rest),
        (Some(_), None) => false,
    }
}

fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matching");
    let stars = |count: usize| -> Vec<Piece> {
        let one = [Piece::Any, Piece::Literal('a')];
        std::iter::repeat_n(one, count)
            .flatten()
            .chain([Piece::Literal('b')])
            .collect()
    };
    for length in [256, 1024, 4096] {
        let (glob, text) = (Glob::new(stars(16)), "a".repeat(length));
        group.throughput(Throughput::Elements(16 * u64::try_from(length).unwrap()));
        group.bench_with_input(
            BenchmarkId::new("16 wildcards, none matches", length),
            &text,
            |b, text| {
                b.iter(|| black_box(&glob).matches(text));
            },
        );
    }
    // No more wildcards than the slow one can bear.
    let (pieces, text) = (stars(3), "a".repeat(64));
    let (glob, chars) = (Glob::new(pieces.clone()), text.chars().collect::<Vec<_>>());
    group.throughput(Throughput::Elements(3 * 64));
    group.bench_function("3 wildcards, ours", |b| {
        b.iter(|| black_box(&glob).matches(&text))
    });
    group.bench_function("3 wildcards, every length tried", |b| {
        b.iter(|| slow(black_box(&pieces), &chars));
    });
    group.finish();
}

criterion_group!(benches, decisions, findings, matching);
criterion_main!(benches);
