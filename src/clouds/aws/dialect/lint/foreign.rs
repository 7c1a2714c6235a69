//! Subjects of tenants that no trust means, to try as witnesses.

use super::issuer_facts::IssuerFacts;
use crate::platforms::{SubjectForm, TemplatePart};
use crate::trust::{Claims, Glob, Piece};

/// Subjects that the issuer could sign for somebody else: of every form one with invented values and the catalogue's
/// example, and plain words for an issuer of which no form is known.
pub(super) fn subjects(facts: &IssuerFacts) -> Vec<String> {
    let invented = facts.platforms.iter().flat_map(|platform| {
        let tokens = platform.foreign_tokens().into_iter();
        tokens.filter_map(|token| token.claims.text("sub").map(str::to_owned))
    });
    let forms = facts.platforms.iter().flat_map(|platform| &platform.subjects);
    let examples = forms.filter_map(|form| form.example.clone());
    let words = ["evil", "tenant:evil:project:x", "evil/x"].map(str::to_owned);
    invented.chain(examples).chain(words).collect()
}

/// What a token with this subject says besides, as far as it is made of the same names: nothing else would be a token that
/// the issuer signs.
pub(super) fn claims_beside(facts: &IssuerFacts, subject: &str) -> Claims {
    let mut claims = Claims::default();
    for platform in &facts.platforms {
        for (name, value) in platform.claims_beside(subject).members() {
            claims.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// Subjects that match a pattern, with invented text in place of its wildcards. Those that the issuer can produce come
/// first.
pub(super) fn matching(facts: &IssuerFacts, pattern: &Glob) -> Vec<String> {
    let runs = pattern
        .pieces()
        .iter()
        .filter(|piece| **piece == Piece::Any)
        .count();
    let varied = runs.min(2);
    let mut found: Vec<String> = Vec::new();
    for choice in 0..FILLERS.len().pow(u32::try_from(varied).unwrap_or(0)) {
        let mut rest = choice;
        let mut text = String::new();
        for piece in pattern.pieces() {
            match piece {
                Piece::Literal(c) => text.push(*c),
                Piece::One => text.push('e'),
                Piece::Any => {
                    text.push_str(FILLERS.get(rest % FILLERS.len()).unwrap_or(&""));
                    rest /= FILLERS.len();
                }
            }
        }
        found.push(text);
    }
    let forms: Vec<Glob> = facts
        .platforms
        .iter()
        .flat_map(|platform| platform.subjects.iter().map(shape))
        .collect();
    found.sort_by_cached_key(|text| !forms.iter().any(|form| form.matches(text)));
    found
}

/// A form of subject with any text in place of its variables.
fn shape(form: &SubjectForm) -> Glob {
    let mut pieces = Vec::new();
    for part in form.template.parts() {
        match part {
            TemplatePart::Literal(text) => pieces.extend(text.chars().map(Piece::Literal)),
            TemplatePart::Variable(_) => pieces.push(Piece::Any),
        }
    }
    Glob::new(pieces)
}

/// What stands in for a run of characters: the rest of a name, whole names, and what comes behind names.
const FILLERS: [&str; 9] = [
    "evil",
    "-evil",
    "",
    "evil/x",
    "evil/x:ref:refs/heads/main",
    "-evil/x:ref:refs/heads/main",
    "ref:refs/heads/main",
    "-evil:project:x:workspace:x:run_phase:apply",
    ":x",
];
