//! The values of a branch, and their combinations.

use super::super::expression::{Comparand, Operator};
use super::{Mistake, RenderMistake};
use crate::clouds::azure::dialect::limits;
use crate::trust::{ClaimName, Glob, Pattern, Piece, Terms};

/// One accepted value of a claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Exact(String),
    /// With a wildcard in it.
    Wild(Pattern),
}

/// A pattern without a wildcard is the text that it stands for.
fn of_pattern(pattern: &Pattern) -> Value {
    match pattern.glob().as_literal() {
        Some(text) => Value::Exact(text),
        None => Value::Wild(pattern.clone()),
    }
}

/// The accepted subjects: exact ones, then patterns.
pub(super) fn subjects(terms: &Terms) -> Vec<Value> {
    let exact = terms.subjects.iter().cloned().map(Value::Exact);
    unique(exact.chain(terms.subject_patterns.iter().map(of_pattern)))
}

/// One value for each claim, in every combination; a single empty combination when there is no claim.
///
/// Stops multiplying where no identity could hold the result.
pub(super) fn combinations(terms: &Terms) -> Result<Vec<Vec<(&ClaimName, Value)>>, Mistake> {
    let mut combinations: Vec<Vec<(&ClaimName, Value)>> = vec![Vec::new()];
    for name in terms.claim_names() {
        let exact = terms
            .claims
            .get(name)
            .into_iter()
            .flatten()
            .cloned()
            .map(Value::Exact);
        let wild = terms
            .claim_patterns
            .get(name)
            .into_iter()
            .flatten()
            .map(of_pattern);
        let values = unique(exact.chain(wild));
        if values.is_empty() {
            return Err((format!("claims[\"{name}\"]"), RenderMistake::EmptySet));
        }
        let count = combinations.len().saturating_mul(values.len());
        limits::count(count).map_err(|e| (format!("claims[\"{name}\"]"), RenderMistake::Limit(e)))?;
        let longer = |combination: Vec<(_, Value)>| {
            let values = values.iter().cloned();
            values
                .map(move |value| [combination.clone(), vec![(name, value)]].concat())
                .collect::<Vec<_>>()
        };
        combinations = combinations.into_iter().flat_map(longer).collect();
    }
    Ok(combinations)
}

fn unique(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut seen: Vec<Value> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

impl Value {
    /// The argument that it was written in.
    pub(super) fn argument(&self, claim: &str) -> String {
        match (self, claim) {
            (Self::Exact(_), "sub") => "subjects".to_owned(),
            (Self::Wild(_), "sub") => "subject_patterns".to_owned(),
            (Self::Exact(_), claim) => format!("claims[\"{claim}\"]"),
            (Self::Wild(_), claim) => format!("claim_patterns[\"{claim}\"]"),
        }
    }

    /// Whether every text that it admits begins so.
    pub(super) fn begins_with(&self, beginning: &str) -> bool {
        match self {
            Self::Exact(text) => text.starts_with(beginning),
            Self::Wild(pattern) => pattern.as_str().starts_with(beginning),
        }
    }

    /// As it stands in a clause. A run of `*` is written as one, which means the same and asks for no more than one character
    /// where a run may not be empty.
    pub(super) fn written(&self) -> Result<(Operator, Comparand), RenderMistake> {
        let (operator, text) = match self {
            Self::Exact(text) => (Operator::Eq, text.clone()),
            Self::Wild(pattern) => (
                Operator::Matches,
                with_wildcards(pattern.glob(), pattern.as_str())?,
            ),
        };
        if text.contains(|c: char| c == '\'' || c.is_control()) {
            return Err(RenderMistake::Unwritable(text));
        }
        Ok((operator, Comparand::Text(text)))
    }
}

fn with_wildcards(glob: &Glob, pattern: &str) -> Result<String, RenderMistake> {
    let mut text = String::new();
    let mut after_run = false;
    for piece in glob.pieces() {
        match piece {
            Piece::Any if after_run => {}
            Piece::Any => text.push('*'),
            Piece::One => text.push('?'),
            Piece::Literal(character @ ('*' | '?')) => {
                return Err(RenderMistake::LiteralWildcard {
                    character: *character,
                    pattern: pattern.to_owned(),
                });
            }
            Piece::Literal(character) => text.push(*character),
        }
        after_run = *piece == Piece::Any;
    }
    Ok(text)
}
