//! What is rendered means the trust: it admits exactly the plain tokens that the trust admits, and reads back to it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::clouds::gcp::dialect::{Provider, ProviderSettings, evaluate, read_back};
use crate::trust::{Claims, IssuerUrl, Trust, Verdict};

const KINDS: [(&str, ClaimKind); 5] = [
    ("ref", ClaimKind::Text),
    ("a/b it's", ClaimKind::Text),
    ("/kubernetes.io/pod/name", ClaimKind::Text),
    ("groups", ClaimKind::List),
    ("protected", ClaimKind::Boolean),
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[ab]{1,3}", 1 => r#"[ab'"\\.*?|()$^\[\]{}\n\u{200b}é+-]{1,5}"#]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    (text(), prop::sample::select(vec!["*", "?", "*a", ""])).prop_filter_map("a pattern", |(text, wild)| {
        Pattern::parse(&format!("{}{wild}", text.replace('\\', r"\\"))).ok()
    })
}

fn set<T: Ord + std::fmt::Debug>(
    of: impl Strategy<Value = T>,
    least: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop::collection::btree_set(of, least..3)
}

prop_compose! {
    fn terms()(
        audiences in set(prop::sample::select(vec!["one", "two", "it's"]), 1),
        subjects in set(text(), 0),
        subject_patterns in set(pattern(), 0),
        texts in prop::collection::vec(set(text(), 0), 4),
        patterns in prop::collection::vec(set(pattern(), 0), 4),
        flags in set(prop::sample::select(vec!["true", "false"]), 0),
    ) -> Terms {
        let name = |at: usize| ClaimName::parse(KINDS[at].0).unwrap();
        let mut claims: BTreeMap<ClaimName, BTreeSet<String>> = texts.into_iter().enumerate().map(|(at, texts)| (name(at), texts)).collect();
        claims.insert(name(4), flags.into_iter().map(str::to_owned).collect());
        let mut claim_patterns: BTreeMap<ClaimName, BTreeSet<Pattern>> =
            patterns.into_iter().enumerate().map(|(at, patterns)| (name(at), patterns)).collect();
        claims.retain(|_, values| !values.is_empty());
        claim_patterns.retain(|_, values| !values.is_empty());
        Terms {
            issuer: IssuerUrl::parse("https://issuer.example").unwrap(),
            audiences: audiences.into_iter().map(|a| Audience::parse(a).unwrap()).collect(),
            subjects,
            subject_patterns,
            claims,
            claim_patterns,
        }
    }
}

fn trust() -> impl Strategy<Value = GcpTrust> {
    let own = prop::sample::select(vec![
        None,
        Some("assertion.sub != 'b' || false"),
        Some("'x' != 'y' // why (\n && true"),
    ]);
    (
        prop::collection::vec(
            terms().prop_filter("tests something", Terms::tests_something),
            1..4,
        ),
        own,
    )
        .prop_map(|(terms, own)| {
            let tested: BTreeSet<ClaimName> = terms.iter().flat_map(Terms::claim_names).cloned().collect();
            let kinds = KINDS
                .iter()
                .map(|(name, kind)| (ClaimName::parse(name).unwrap(), *kind));
            GcpTrust {
                kinds: kinds.filter(|(name, _)| tested.contains(name)).collect(),
                trust: Trust { terms },
                attribute_condition: own.map(str::to_owned),
            }
        })
}

/// Says what a trust means once more, without a condition.
fn admits(trust: &GcpTrust, token: &Json) -> bool {
    let texts = |name: &ClaimName| -> Vec<String> {
        let value = match name.as_str() {
            pointer if pointer.starts_with('/') => token.pointer(pointer),
            flat => token.get(flat),
        };
        match value {
            Some(Json::String(text)) => vec![text.clone()],
            Some(Json::Bool(flag)) => vec![flag.to_string()],
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    };
    let sub = token["sub"].as_str().unwrap();
    let branch = |terms: &Terms| {
        let audience = terms.audiences.iter().any(|a| a.as_str() == token["aud"]);
        let untested = terms.subjects.is_empty() && terms.subject_patterns.is_empty();
        let subject =
            untested || terms.subjects.contains(sub) || terms.subject_patterns.iter().any(|p| p.matches(sub));
        let claims = terms.claim_names().into_iter().all(|name| {
            texts(name).iter().any(|text| {
                terms.claims.get(name).is_some_and(|set| set.contains(text))
                    || terms
                        .claim_patterns
                        .get(name)
                        .is_some_and(|set| set.iter().any(|p| p.matches(text)))
            })
        });
        audience && subject && claims
    };
    let own = match trust.attribute_condition.as_deref() {
        Some(own) if own.starts_with("assertion.sub") => sub != "b",
        _ => true,
    };
    own && trust.trust.terms.iter().any(branch)
}

/// Values near those of the trust.
fn token(trust: &GcpTrust, picks: &[u16], texts: &[String]) -> Json {
    let mut picks = picks.iter().map(|pick| usize::from(*pick)).cycle();
    let mut pick = move |most: usize| picks.next().unwrap() % most;
    let terms = &trust.trust.terms[pick(trust.trust.terms.len())];
    let mut value = |set: Option<&BTreeSet<String>>, patterns: Option<&BTreeSet<Pattern>>| {
        let mut near: Vec<String> = set.into_iter().flatten().cloned().collect();
        near.extend(patterns.into_iter().flatten().map(|p| p.glob().example("ba")));
        let chance = pick(10);
        match near.get(pick(near.len().max(1))) {
            Some(near) if chance > 0 => near.clone(),
            _ => texts[pick(texts.len())].clone(),
        }
    };
    let sub = value(Some(&terms.subjects), Some(&terms.subject_patterns));
    let audiences: BTreeSet<String> = terms.audiences.iter().map(|a| a.as_str().to_owned()).collect();
    let mut token =
        json!({"iss": "https://issuer.example", "sub": sub, "aud": value(Some(&audiences), None)});
    for (name, kind) in KINDS {
        let key = ClaimName::parse(name).unwrap();
        let text = value(terms.claims.get(&key), terms.claim_patterns.get(&key));
        let claim = match kind {
            ClaimKind::List => json!(["first", text]),
            ClaimKind::Boolean => json!(text == "true"),
            _ => json!(text),
        };
        match name {
            // Now and then a claim is not there.
            _ if text.len() == 2 => {}
            "/kubernetes.io/pod/name" => token["kubernetes.io"] = json!({"pod": {"name": claim}}),
            flat => token[flat] = claim,
        }
    }
    token
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]
    #[test]
    fn admits_what_the_trust_admits(
        trust in trust(),
        picks in prop::collection::vec(prop::collection::vec(0_u16..=u16::MAX, 40), 8),
        texts in prop::collection::vec(text(), 4),
    ) {
        let Ok(rendered) = render(&trust) else {
            return Err(TestCaseError::reject("too long"));
        };
        let settings = ProviderSettings {
            name: "projects/1/locations/global/workloadIdentityPools/pool/providers/prov".to_owned(),
            issuer_uri: rendered.issuer_uri.to_string(),
            allowed_audiences: rendered.allowed_audiences.iter().map(ToString::to_string).collect(),
            attribute_mapping: BTreeMap::from([("google.subject".to_owned(), "assertion.sub".to_owned())]),
            attribute_condition: rendered.attribute_condition.clone(),
            disabled: None,
        };
        let provider = Provider::parse(&settings).unwrap();
        for picks in &picks {
            let token = token(&trust, picks, &texts);
            let expected = if admits(&trust, &token) { Verdict::Allow } else { Verdict::Deny };
            let claims = Claims::new(token.as_object().unwrap().clone());
            let found = evaluate(&provider, &claims, None).decision;
            prop_assert_eq!(found.verdict, expected, "{} {:#?}", token, found.steps.last());
        }
    }

    #[test]
    fn what_is_rendered_reads_back(trust in trust()) {
        let Ok(rendered) = render(&trust) else {
            return Err(TestCaseError::reject("too long"));
        };
        let found = read_back(&rendered);
        prop_assert_eq!(found.as_ref(), Ok(&trust), "{}", rendered.attribute_condition);
    }

    /// Spaced and quoted in another way, it is still a trust that renders to what means the same.
    #[test]
    fn what_means_the_same_reads_back(trust in trust()) {
        let Ok(rendered) = render(&trust) else {
            return Err(TestCaseError::reject("too long"));
        };
        let program = Program::parse(&rendered.attribute_condition, MOST_IN_CONDITION).unwrap();
        let mut other = rendered.clone();
        other.attribute_condition = format!("\n {}", super::super::cel::write(program.root()));
        let found = read_back(&other);
        // A chain of `&&` may lose where the own condition began; then it is no trust, never another one.
        if let Ok(found) = found {
            let again = render(&found).unwrap();
            let again = Program::parse(&again.attribute_condition, MOST_IN_CONDITION).unwrap();
            prop_assert_eq!(super::super::cel::write(again.root()), super::super::cel::write(program.root()));
        } else {
            prop_assert!(trust.attribute_condition.is_some() || trust.trust.terms.len() > 1, "{}", other.attribute_condition);
        }
    }
}

#[test]
fn the_tokens_of_the_property_are_near() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut admitted, mut refused) = (0, 0);
    for _ in 0..300 {
        let trust = trust().new_tree(&mut runner).unwrap().current();
        let picks = prop::collection::vec(0_u16..=u16::MAX, 40)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        match admits(&trust, &token(&trust, &picks, &["a".to_owned(), "zz".to_owned()])) {
            true => admitted += 1,
            false => refused += 1,
        }
    }
    assert!(admitted >= 30 && refused >= 30, "{admitted} {refused}");
}
