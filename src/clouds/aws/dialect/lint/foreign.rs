//! Subjects of tenants that no trust means, to try as witnesses.

use regex::Regex;

use super::issuer_facts::IssuerFacts;
use crate::platforms::{Platform, SubjectForm, TemplatePart, Variable};
use crate::trust::{Glob, Piece};

/// Subjects that the issuer could sign for somebody else: of every form the catalogue's example or one with invented
/// values, and plain words for an issuer of which no form is known.
pub(super) fn subjects(facts: &IssuerFacts) -> Vec<String> {
    let made = facts.platforms.iter().flat_map(|platform| {
        let of_form = |form: &SubjectForm| form.example.clone().or_else(|| made(platform, form));
        platform.subjects.iter().filter_map(of_form)
    });
    let words = ["evil", "tenant:evil:project:x", "evil/x"].map(str::to_owned);
    made.chain(words).collect()
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

/// Nothing for a form with a variable for which no value is at hand.
fn made(platform: &Platform, form: &SubjectForm) -> Option<String> {
    let mut text = String::new();
    for part in form.template.parts() {
        match part {
            TemplatePart::Literal(literal) => text.push_str(literal),
            TemplatePart::Variable(name) => text.push_str(value_of(platform.variables.get(name)?)?),
        }
    }
    Some(text)
}

const VALUES: [&str; 13] = [
    "evil",
    "evil/x",
    "999999999999",
    "00000000-0000-4000-8000-00000000e511",
    "branch",
    "apply",
    "preview",
    "read",
    "stack",
    "evil.example",
    "refs/heads/main",
    "https://evil.example",
    "0123456789ABCDEF0123456789ABCDEF",
];

fn value_of(variable: &Variable) -> Option<&'static str> {
    let whole = Regex::new(&format!("^(?:{})$", variable.pattern)).ok()?;
    VALUES.into_iter().find(|value| whole.is_match(value))
}
