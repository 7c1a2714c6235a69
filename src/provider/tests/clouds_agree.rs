//! One trust, said to every cloud that has words for it: on plain tokens (a single audience, a text as subject, no `azp`) all
//! clouds admit the same ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;

use crate::clouds::aws::dialect as aws;
use crate::clouds::azure::dialect as azure;
use crate::clouds::gcp::dialect as gcp;
use crate::platforms::filled::filled;
use crate::platforms::{Platform, Presence, by_id, ids};
use crate::trust::{Audience, ClaimKind, ClaimName, Claims, IssuerUrl, Pattern, Terms, Trust, Verdict};

const OWN: &str = "own-audience";
const ACCOUNT: &str = "111122223333";

/// Issuers of the catalogue whose tokens need no `azp`, with subjects that their platforms sign.
fn issuers() -> Vec<(IssuerUrl, Vec<String>)> {
    let all = ids()
        .filter_map(by_id)
        .filter(|platform| platform.azp == Presence::Never);
    let with_subjects = all.filter_map(|platform: &Platform| {
        let issuer = filled(platform, platform.issuers.first()?.template.as_str(), "")?;
        let examples = platform.subjects.iter().filter_map(|form| form.example.clone());
        let subjects: Vec<String> = examples.filter(|subject| subject.len() <= 120).collect();
        Some((IssuerUrl::parse(&issuer).ok()?, subjects))
    });
    with_subjects
        .filter(|(_, subjects)| !subjects.is_empty())
        .collect()
}

/// A pattern near a subject: cut off, or with a wildcard in the middle.
fn pattern(subject: &str, at: usize, length: usize, wildcard: &str) -> Option<Pattern> {
    let chars: Vec<char> = subject.chars().collect();
    let at = at % chars.len();
    let end = (at + length).min(chars.len());
    let plain = |part: &[char]| -> String {
        part.iter()
            .flat_map(|c| {
                matches!(c, '*' | '?' | '\\')
                    .then_some('\\')
                    .into_iter()
                    .chain([*c])
            })
            .collect()
    };
    Pattern::parse(&format!(
        "{}{wildcard}{}",
        plain(&chars[..at]),
        plain(&chars[end..])
    ))
    .ok()
}

prop_compose! {
    fn terms(issuer: IssuerUrl, subjects: Vec<String>)(
        exact in prop::collection::btree_set(prop::sample::select(subjects.clone()), 0..3),
        patterns in prop::collection::vec((prop::sample::select(subjects), 0_usize..200, 0_usize..30, prop::sample::select(vec!["*", "?", "*?"])), 0..2),
        ids in prop::option::weighted(0.6, prop::collection::btree_set(prop::sample::select(vec!["1", "2"]), 1..3)),
        workflow in prop::option::weighted(0.2, prop::sample::select(vec!["acme/ci/x.yml@refs/tags/v1", "acme/ci/*"])),
        audience in prop::sample::select(vec![OWN, OWN, "other"]),
    ) -> Terms {
        let is_github = issuer.as_str() == "https://token.actions.githubusercontent.com";
        let name = |text| ClaimName::parse(text).unwrap();
        let mut claims = BTreeMap::new();
        let mut claim_patterns = BTreeMap::new();
        if is_github {
            if let Some(ids) = ids {
                claims.insert(name("repository_id"), ids.into_iter().map(str::to_owned).collect());
            }
            match workflow {
                Some(text) if text.contains('*') => {
                    claim_patterns.insert(name("job_workflow_ref"), BTreeSet::from([Pattern::parse(text).unwrap()]));
                }
                Some(text) => {
                    claims.insert(name("job_workflow_ref"), BTreeSet::from([text.to_owned()]));
                }
                None => {}
            }
        }
        Terms {
            issuer: issuer.clone(),
            audiences: BTreeSet::from([Audience::parse(audience).unwrap()]),
            subjects: exact,
            subject_patterns: patterns.into_iter().filter_map(|(subject, at, length, wildcard)| pattern(&subject, at, length, wildcard)).collect(),
            claims,
            claim_patterns,
        }
    }
}

fn trust() -> impl Strategy<Value = Trust> {
    prop::sample::select(issuers()).prop_flat_map(|(issuer, subjects)| {
        let tests_something = |terms: &Terms| terms.tests_something();
        let one = terms(issuer, subjects).prop_filter("tests something", tests_something);
        prop::collection::vec(one, 1..3).prop_map(|terms| Trust { terms })
    })
}

/// A plain token near a trust.
fn token(
    of: &Trust,
    [branch, subject, change, audience, issuer, id, workflow]: [usize; 7],
    filler: &str,
) -> Claims {
    let terms = &of.terms[branch % of.terms.len()];
    let mut near: Vec<String> = terms.subjects.iter().cloned().collect();
    near.extend(
        terms
            .subject_patterns
            .iter()
            .map(|pattern| pattern.glob().example(filler)),
    );
    near.push("repo:acme/api:ref:refs/heads/main".to_owned());
    let mut text = near[subject % near.len()].clone();
    match change % 8 {
        0 => text.push('x'),
        1 => text = text.to_uppercase(),
        2 => text.insert(0, 'x'),
        3 => {
            text.pop();
        }
        _ => {}
    }
    if text.is_empty() {
        "x".clone_into(&mut text);
    }
    let pick = |at: usize, own: &str, other: &str| {
        if at.is_multiple_of(6) {
            other.to_owned()
        } else {
            own.to_owned()
        }
    };
    let mut claims = Claims::default();
    claims.insert(
        "iss",
        json!(pick(issuer, terms.issuer.as_str(), "https://issuer.example")),
    );
    claims.insert(
        "aud",
        json!(pick(audience, terms.audiences.first().unwrap().as_str(), OWN)),
    );
    claims.insert("sub", json!(text));
    claims.insert("repository_id", json!(pick(id, "1", "3")));
    let workflows = [
        "acme/ci/x.yml@refs/tags/v1",
        "acme/ci/",
        "evil/ci/x.yml@refs/tags/v1",
    ];
    claims.insert("job_workflow_ref", json!(workflows[workflow % 3]));
    claims
}

/// What AWS says; `None`: it has no words for the trust.
fn on_aws(trust: &Trust, claims: &Claims) -> Option<Verdict> {
    let account = aws::AccountId::parse(ACCOUNT).unwrap();
    let whole = aws::AwsTrust::new(trust.clone(), aws::Partition::Aws, account);
    let policy = aws::render(&whole).ok()?;
    let role = aws::RoleDocument::parse(&policy.to_json()).unwrap();
    let clients = trust.terms.iter().flat_map(|terms| whole.client_ids(terms));
    let provider = aws::ProviderDocument {
        url: Some(trust.terms[0].issuer.without_scheme().to_owned()),
        client_ids: Some(clients.map(|audience| audience.as_str().to_owned()).collect()),
        arn: None,
    };
    let exchange = aws::OfflineExchange {
        role: &role,
        provider: &provider,
        session_name: Some("session".to_owned()),
        duration: None,
        claims,
    };
    Some(aws::evaluate_offline(&exchange).unwrap().verdict)
}

fn on_google(trust: &Trust, claims: &Claims) -> Option<Verdict> {
    let names = trust.terms.iter().flat_map(Terms::claim_names).cloned();
    let rendered = gcp::render(&gcp::GcpTrust {
        kinds: names.map(|name| (name, ClaimKind::Text)).collect(),
        trust: trust.clone(),
        attribute_condition: None,
    })
    .ok()?;
    let provider = gcp::Provider::parse(&gcp::ProviderSettings {
        name: "projects/1/locations/global/workloadIdentityPools/ci/providers/ours".to_owned(),
        issuer_uri: rendered.issuer_uri.as_str().to_owned(),
        allowed_audiences: rendered
            .allowed_audiences
            .iter()
            .map(|a| a.as_str().to_owned())
            .collect(),
        attribute_mapping: BTreeMap::from([("google.subject".to_owned(), "assertion.sub".to_owned())]),
        attribute_condition: rendered.attribute_condition,
        disabled: None,
    })
    .unwrap();
    Some(gcp::evaluate(&provider, claims, None).decision.verdict)
}

fn on_azure(trust: &Trust, claims: &Claims) -> Option<Verdict> {
    let holder = azure::Holder::Application;
    let credentials = azure::render(&azure::AzureTrust {
        trust: trust.clone(),
        holder,
    })
    .ok()?;
    Some(azure::evaluate_azure(&credentials, claims).verdict)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn on_plain_tokens(
        trust in trust(),
        picks in prop::collection::vec(prop::array::uniform7(0_usize..1000), 6),
        filler in prop::sample::select(vec!["x", "evil/x", "", ":ref:", "é"]),
    ) {
        for pick in picks {
            let claims = token(&trust, pick, filler);
            // Google's limit for subjects, which no condition says
            if claims.text("sub").unwrap().len() > 127 {
                continue;
            }
            let said: Vec<(&str, Verdict)> = [
                ("aws", on_aws(&trust, &claims)),
                ("gcp", on_google(&trust, &claims)),
                ("azure", on_azure(&trust, &claims)),
            ]
            .into_iter()
            .filter_map(|(cloud, verdict)| Some((cloud, verdict?)))
            .collect();
            let sure: BTreeSet<bool> = said.iter().filter(|(_, v)| *v != Verdict::Unknown).map(|(_, v)| *v == Verdict::Allow).collect();
            prop_assert!(sure.len() <= 1, "{:?} {:?} {:?}", said, trust, claims);
            // Only Azure leaves something open: whether a run may be empty, which for the others it may.
            for (cloud, _) in said.iter().filter(|(_, v)| *v == Verdict::Unknown) {
                prop_assert_eq!(*cloud, "azure", "{:?} {:?} {:?}", said, trust, claims);
                prop_assert!(!sure.contains(&false), "{:?} {:?} {:?}", said, trust, claims);
            }
        }
    }
}

/// Neither left out nor always refused: each cloud has words for some of these trusts, and admits and refuses some tokens.
#[test]
fn every_cloud_takes_part() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let mut all_three = 0;
    for _ in 0..400 {
        let trust = trust().new_tree(&mut runner).unwrap().current();
        let pick = prop::array::uniform7(0_usize..1000)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let claims = token(&trust, pick, "x");
        let said = [
            ("aws", on_aws(&trust, &claims)),
            ("gcp", on_google(&trust, &claims)),
            ("azure", on_azure(&trust, &claims)),
        ];
        all_three += usize::from(said.iter().all(|(_, verdict)| verdict.is_some()));
        for (cloud, verdict) in said {
            if let Some(verdict) = verdict {
                *seen.entry((cloud, verdict == Verdict::Allow)).or_default() += 1;
            }
        }
    }
    assert!(all_three > 40, "{all_three}");
    for cloud in ["aws", "gcp", "azure"] {
        for admits in [true, false] {
            let count = seen.get(&(cloud, admits)).copied().unwrap_or_default();
            assert!(count > 15, "{cloud} {admits}: {seen:?}");
        }
    }
}
