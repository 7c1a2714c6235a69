//! Tests only: trusts that Entra can express, tokens that may match them, and who is admitted, said once more and simply.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::{AzureTrust, Holder};
use crate::trust::{Audience, ClaimName, Claims, IssuerUrl, Pattern, Terms, Trust};

pub(super) const GITHUB: &str = "https://token.actions.githubusercontent.com";
const ISSUERS: [&str; 4] = [
    GITHUB,
    "https://gitlab.com",
    "https://app.terraform.io",
    "https://issuer.example/x",
];
const AUDIENCES: [&str; 2] = ["api://AzureADTokenExchange", "other"];

pub(super) fn text() -> impl Strategy<Value = String> {
    r"[abA:*?\\]{1,5}"
}

/// With a wildcard, never two runs side by side, none of them escaped.
fn pattern() -> impl Strategy<Value = Pattern> {
    "[abA:*?]{1,5}".prop_filter_map("one run at a time, and a wildcard", |text| {
        let text = if text.contains(['*', '?']) {
            text
        } else {
            format!("{text}*")
        };
        Pattern::parse(&text).ok().filter(|_| !text.contains("**"))
    })
}

fn few<T: Ord + std::fmt::Debug>(
    of: impl Strategy<Value = T>,
    least: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop::collection::btree_set(of, least..3)
}

prop_compose! {
    fn terms(holder: Holder)(
        issuer in prop::sample::select(&ISSUERS[..]),
        audience in prop::sample::select(&AUDIENCES[..]),
        exact in few(text(), 1),
        patterns in few(pattern(), 0),
        only_patterns in prop::bool::ANY,
        ids in few("[12]", 1),
        refs in few(text(), 0),
        ref_patterns in few(pattern(), 0),
        with_claims in prop::bool::ANY,
    ) -> Terms {
        let mut terms = Terms {
            issuer: IssuerUrl::parse(issuer).unwrap(),
            audiences: BTreeSet::from([Audience::parse(audience).unwrap()]),
            subjects: exact,
            subject_patterns: patterns,
            claims: BTreeMap::new(),
            claim_patterns: BTreeMap::new(),
        };
        if holder == Holder::ManagedIdentity || issuer.contains("issuer.example") {
            terms.subject_patterns.clear();
        }
        if only_patterns && !terms.subject_patterns.is_empty() {
            terms.subjects.clear();
        }
        let claims = issuer == GITHUB && holder == Holder::Application;
        if claims && (with_claims || !terms.subject_patterns.is_empty()) {
            let name = |text| ClaimName::parse(text).unwrap();
            terms.claims = BTreeMap::from([(name("repository_id"), ids), (name("job_workflow_ref"), refs)]);
            terms.claim_patterns = BTreeMap::from([(name("job_workflow_ref"), ref_patterns)]);
            terms.claims.retain(|_, values| !values.is_empty());
            terms.claim_patterns.retain(|_, values| !values.is_empty());
        }
        terms
    }
}

/// Trusts of one to `most` branches.
pub(super) fn trust(most: usize) -> impl Strategy<Value = AzureTrust> {
    prop::sample::select(vec![
        Holder::Application,
        Holder::Application,
        Holder::ManagedIdentity,
    ])
    .prop_flat_map(move |holder| {
        prop::collection::vec(terms(holder), 1..=most).prop_map(move |terms| AzureTrust {
            trust: Trust { terms },
            holder,
        })
    })
}

/// A plain token of the same alphabet; with `of`, one whose values are near those of the trust.
pub(super) fn token(of: Trust) -> impl Strategy<Value = Claims> {
    let branch = prop::sample::select(of.terms);
    let short = "[abA:]{0,3}";
    (branch, text(), "[12]", text(), short, any::<[bool; 5]>()).prop_map(
        |(terms, sub, id, file, filler, near)| {
            let mut claims = Claims::default();
            let near_subject = terms.subjects.first().cloned();
            let near_pattern = terms
                .subject_patterns
                .first()
                .map(|pattern| pattern.glob().example(&filler));
            let sub = match near {
                [true, true, ..] => near_subject.or(near_pattern),
                [true, false, ..] => near_pattern.or(near_subject),
                _ => None,
            }
            .filter(|text| !text.is_empty())
            .unwrap_or(sub);
            let issuer = if near[2] { terms.issuer.as_str() } else { GITHUB };
            claims.insert("iss", json!(issuer));
            claims.insert(
                "aud",
                json!(if near[3] {
                    terms.audiences.first().unwrap().as_str()
                } else {
                    AUDIENCES[0]
                }),
            );
            claims.insert("sub", json!(sub));
            let of_file = |name: &ClaimName| name.as_str() == "job_workflow_ref";
            let near_file = terms
                .claim_patterns
                .iter()
                .find(|(name, _)| of_file(name))
                .map(|(_, patterns)| patterns.first().unwrap().glob().example(&filler));
            claims.insert(
                "job_workflow_ref",
                json!(near_file.filter(|_| near[4]).unwrap_or(file)),
            );
            claims.insert("repository_id", json!(id));
            claims
        },
    )
}

/// Whether the trust admits a plain token, when a run of characters has at least this many.
pub(super) fn admits(trust: &Trust, claims: &Claims, least: usize) -> bool {
    trust.terms.iter().any(|terms| {
        let one_of = |name: &str, exact: Option<&BTreeSet<String>>, patterns: Option<&BTreeSet<Pattern>>| {
            let found = claims.text(name).unwrap();
            exact.is_some_and(|texts| texts.contains(found))
                || patterns.is_some_and(|patterns| patterns.iter().any(|p| slow(p.as_str(), found, least)))
        };
        let untested = terms.subjects.is_empty() && terms.subject_patterns.is_empty();
        claims.text("iss") == Some(terms.issuer.as_str())
            && terms
                .audiences
                .iter()
                .any(|audience| claims.text("aud") == Some(audience.as_str()))
            && (untested || one_of("sub", Some(&terms.subjects), Some(&terms.subject_patterns)))
            && terms.claim_names().into_iter().all(|name| {
                one_of(
                    name.as_str(),
                    terms.claims.get(name),
                    terms.claim_patterns.get(name),
                )
            })
    })
}

/// Patterns of this file have no escapes.
fn slow(pattern: &str, text: &str, least: usize) -> bool {
    let Some(first) = pattern.chars().next() else {
        return text.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    match first {
        '*' => ends.any(|end| text[..end].chars().count() >= least && slow(rest, &text[end..], least)),
        '?' => text
            .chars()
            .next()
            .is_some_and(|c| slow(rest, &text[c.len_utf8()..], least)),
        literal => text
            .strip_prefix(literal)
            .is_some_and(|text| slow(rest, text, least)),
    }
}
