//! Tokens that a trust means, to try a cloud's form of it with.

use serde_json::json;

use super::{Claims, Pattern, Terms, Trust};

/// Stand for a run of characters.
pub const FILLERS: [&str; 3] = ["other", "", "other/other:other"];

/// More are not made.
const MOST: usize = 4096;

/// Tokens that a trust means, and whether those are all there are.
pub fn tokens(trust: &Trust) -> (Vec<Claims>, bool) {
    let mut all = Vec::new();
    let mut is_complete = true;
    for terms in &trust.terms {
        is_complete &= of_terms(terms, &mut all);
    }
    (all, is_complete)
}

fn of_terms(terms: &Terms, all: &mut Vec<Claims>) -> bool {
    let mut is_complete =
        terms.subject_patterns.is_empty() && terms.claim_patterns.is_empty() && !terms.subjects.is_empty();
    let mut subjects: Vec<String> = terms
        .subjects
        .iter()
        .cloned()
        .chain(examples(&terms.subject_patterns))
        .collect();
    if subjects.is_empty() {
        subjects.push("any".to_owned());
    }
    let mut tokens = vec![Claims::default()];
    let audiences = terms
        .audiences
        .iter()
        .map(|audience| audience.as_str().to_owned())
        .collect();
    let mut ways = vec![
        ("iss".to_owned(), vec![terms.issuer.as_str().to_owned()]),
        ("aud".to_owned(), audiences),
        ("sub".to_owned(), subjects),
    ];
    for name in terms.claim_names() {
        if name.as_str().starts_with('/') {
            is_complete = false;
            continue;
        }
        let exact = terms.claims.get(name).into_iter().flatten().cloned();
        let wild = terms.claim_patterns.get(name).into_iter().flat_map(examples);
        ways.push((name.as_str().to_owned(), exact.chain(wild).collect()));
    }
    for (claim, values) in ways {
        let wide = tokens.len().saturating_mul(values.len());
        if wide > MOST {
            is_complete = false;
        }
        tokens = tokens
            .iter()
            .flat_map(|token| {
                values.iter().map(|value| {
                    let mut token = token.clone();
                    token.insert(claim.clone(), json!(value));
                    token
                })
            })
            .take(MOST)
            .collect();
    }
    all.extend(tokens);
    is_complete
}

fn examples<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Vec<String> {
    let patterns = patterns.into_iter();
    patterns
        .flat_map(|pattern| FILLERS.map(|filler| pattern.glob().example(filler)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::trust::{Audience, Written};

    fn trust(subjects: &[&str], patterns: &[&str]) -> Trust {
        let set = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            (!texts.is_empty()).then_some(texts)
        };
        let written = Written {
            issuer: Some("https://issuer.example".to_owned()),
            subjects: set(subjects),
            subject_patterns: set(patterns),
            ..Written::default()
        };
        Trust::new(
            &written,
            &BTreeMap::new(),
            &[Audience::parse("a").unwrap()].into(),
        )
        .unwrap()
    }

    #[test]
    fn exact_subjects_are_all_there_are() {
        let (found, is_complete) = tokens(&trust(&["x", "y"], &[]));
        let subjects: Vec<_> = found.iter().map(|token| token.text("sub").unwrap()).collect();
        assert_eq!(subjects, ["x", "y"]);
        assert!(is_complete);
        assert!(found.iter().all(|token| token.text("aud") == Some("a")));
    }

    #[test]
    fn patterns_are_only_sampled() {
        let (found, is_complete) = tokens(&trust(&[], &["team-*"]));
        assert_eq!(found.len(), FILLERS.len());
        assert!(!is_complete);
    }
}
