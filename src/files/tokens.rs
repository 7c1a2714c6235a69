//! Tokens that are tried on a trust as it was and as it is: who is newly admitted.

use serde_json::json;

use super::cloud::Change;
use crate::trust::{Claims, Finding, Pattern, Terms, Trust, Verdict};

/// Stand for a run of characters.
pub const FILLERS: [&str; 3] = ["other", "", "other/other:other"];

/// More are not tried.
const MOST: usize = 4096;

/// Tokens, and how both sides decide about them.
pub struct Tried<'a> {
    pub tokens: Vec<Claims>,
    /// Whether every token that the trust accepts is decided like one of these.
    pub is_complete: bool,
    pub before: &'a dyn Fn(&Claims) -> Verdict,
    pub after: &'a dyn Fn(&Claims) -> Verdict,
}

impl Tried<'_> {
    /// The first token that was refused and is accepted; that there is none is only said when it is certain.
    pub fn change(self) -> Change {
        let mut is_certain = self.is_complete;
        for token in self.tokens {
            match ((self.before)(&token), (self.after)(&token)) {
                (Verdict::Deny, Verdict::Allow) => return Change::Admits(token),
                (Verdict::Allow, _) | (_, Verdict::Deny) => {}
                _ => is_certain = false,
            }
        }
        match is_certain {
            true => Change::Nobody,
            false => Change::CannotTell(
                "no token was found that is newly admitted, and not all that may be could be tried"
                    .to_owned(),
            ),
        }
    }
}

/// Tokens that findings show.
pub fn of_findings(findings: &[Finding]) -> impl Iterator<Item = Claims> + '_ {
    let witnesses = findings.iter().filter_map(|finding| finding.witness.as_deref());
    witnesses.filter_map(|text| serde_json::from_str(text).ok().map(Claims::new))
}

/// Tokens that a trust means, and whether those are all there are.
pub fn of_trust(trust: &Trust) -> (Vec<Claims>, bool) {
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
