//! From a provider's settings back to the trust that renders to them.
//!
//! INVARIANT: what is read back renders to the same condition, but for how it is spaced and quoted; otherwise nothing is read
//! back.

use std::collections::{BTreeMap, BTreeSet};

use super::cel::{Each, Kind, Node, Operator, Program, Value, closing_bracket, write};
use super::claim_path::ClaimPath;
use super::gcp_trust::{GcpTrust, Rendered};
use super::provider::MOST_IN_CONDITION;
use super::render::render;
use super::wildcard;
use crate::trust::{Audience, ClaimKind, ClaimName, Pattern, Terms, Trust};

/// Why a condition is not that of any trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadBackError {
    #[error(
        "the provider names no audience, and so accepts its default ones; the trust arguments always name them"
    )]
    NoAudience,
    #[error(
        "the condition is empty, so that every token of the issuer is accepted; the trust arguments cannot express that"
    )]
    NoCondition,
    #[error(
        "the condition is not one that the trust arguments can express: `assertion.CLAIM in ['…']`, `assertion.CLAIM.matches('^(?s:…)$')`, `'…' in assertion.CLAIM` and `assertion.CLAIM == true`, joined as they write it"
    )]
    NotOurs,
}

/// Reads issuer, audiences and condition of a provider.
///
/// # Errors
/// The condition cannot be expressed by trust arguments.
pub fn read_back(settings: &Rendered) -> Result<GcpTrust, ReadBackError> {
    if settings.allowed_audiences.is_empty() {
        return Err(ReadBackError::NoAudience);
    }
    let source = settings.attribute_condition.trim();
    if source.is_empty() {
        return Err(ReadBackError::NoCondition);
    }
    let mut candidates = candidates_of(settings, source, None);
    if let Some((condition, own)) = split_own(source) {
        candidates.extend(candidates_of(settings, condition, Some(own)));
    }
    let canonical = canonical_of(source).ok_or(ReadBackError::NotOurs)?;
    let mut same_tree = None;
    for candidate in candidates {
        let Ok(rendered) = render(&candidate) else {
            continue;
        };
        if rendered.allowed_audiences != settings.allowed_audiences {
            continue;
        }
        if rendered.attribute_condition == source {
            return Ok(candidate);
        }
        if canonical_of(&rendered.attribute_condition).as_ref() == Some(&canonical) {
            same_tree = same_tree.or(Some(candidate));
        }
    }
    same_tree.ok_or(ReadBackError::NotOurs)
}

/// Whether two expressions are the same but for how they are spaced and quoted.
pub fn same_expression(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    one == other || canonical_of(one).is_some_and(|canonical| canonical_of(other) == Some(canonical))
}

fn canonical_of(source: &str) -> Option<String> {
    Program::parse(source, MOST_IN_CONDITION)
        .ok()
        .map(|program| write(program.root()))
}

/// `(…) && (…)` as the two parts, without their brackets.
fn split_own(source: &str) -> Option<(&str, &str)> {
    let end = closing_bracket(source)?;
    let (first, rest) = (source.get(1..end)?, source.get(end + 1..)?);
    let rest = rest.trim_start().strip_prefix("&&")?.trim_start();
    let end = closing_bracket(rest)?;
    let own = rest.get(1..end)?;
    rest.get(end + 1..)?
        .trim()
        .is_empty()
        .then(|| (first, own.trim()))
}

/// The trusts that the condition may be of: one branch, or several.
fn candidates_of(settings: &Rendered, condition: &str, own: Option<&str>) -> Vec<GcpTrust> {
    let Ok(program) = Program::parse(condition, MOST_IN_CONDITION) else {
        return Vec::new();
    };
    let one = vec![program.root()];
    let several = flat(program.root(), |kind| match kind {
        Kind::Or(left, right) => Some((left, right)),
        _ => None,
    });
    [one, several]
        .into_iter()
        .filter_map(|branches| {
            let mut kinds = BTreeMap::new();
            let terms: Option<Vec<Terms>> = branches
                .into_iter()
                .map(|branch| terms(settings, branch, &mut kinds))
                .collect();
            Some(GcpTrust {
                trust: Trust { terms: terms? },
                kinds,
                attribute_condition: own.map(str::to_owned),
            })
        })
        .collect()
}

/// The leaves of a tree of one operator, from left to right.
fn flat<'a>(node: &'a Node, split: fn(&'a Kind) -> Option<(&'a Node, &'a Node)>) -> Vec<&'a Node> {
    match split(&node.kind) {
        Some((left, right)) => [flat(left, split), flat(right, split)].concat(),
        None => vec![node],
    }
}

type Kinds = BTreeMap<ClaimName, ClaimKind>;

fn terms(settings: &Rendered, branch: &Node, kinds: &mut Kinds) -> Option<Terms> {
    let mut terms = Terms {
        issuer: settings.issuer_uri.clone(),
        audiences: settings.allowed_audiences.clone(),
        subjects: BTreeSet::new(),
        subject_patterns: BTreeSet::new(),
        claims: BTreeMap::new(),
        claim_patterns: BTreeMap::new(),
    };
    let parts = flat(branch, |kind| match kind {
        Kind::And(left, right) => Some((left, right)),
        _ => None,
    });
    let mut seen = BTreeSet::new();
    for part in parts {
        let found = Part::read(part)?;
        // Two parts about one claim are and-ed, which the arguments cannot say.
        if !seen.insert(found.path.clone()) {
            return None;
        }
        found.take(&mut terms, kinds)?;
    }
    terms.tests_something().then_some(terms)
}

/// What one claim has to be.
struct Part {
    path: ClaimPath,
    kind: ClaimKind,
    texts: BTreeSet<String>,
    patterns: BTreeSet<Pattern>,
}

impl Part {
    fn read(node: &Node) -> Option<Self> {
        let tests = flat(node, |kind| match kind {
            Kind::Or(left, right) => Some((left, right)),
            _ => None,
        });
        let mut tests = tests.into_iter().map(Self::test);
        let mut all = tests.next()??;
        for test in tests {
            let test = test?;
            if test.path != all.path || test.kind != all.kind {
                return None;
            }
            all.texts.extend(test.texts);
            all.patterns.extend(test.patterns);
        }
        Some(all)
    }

    fn test(node: &Node) -> Option<Self> {
        let part = |path, kind, texts: Vec<String>, patterns: Vec<Pattern>| Self {
            path,
            kind,
            texts: texts.into_iter().collect(),
            patterns: patterns.into_iter().collect(),
        };
        match &node.kind {
            Kind::Binary {
                operator: Operator::In,
                left,
                right,
            } => match (&left.kind, &right.kind) {
                (Kind::Literal(Value::Text(text)), _) => {
                    let path = ClaimPath::read(right)?;
                    Some(part(path, ClaimKind::List, vec![text.to_string()], Vec::new()))
                }
                (_, Kind::List(items)) => {
                    let texts: Option<Vec<String>> = items.iter().map(text).collect();
                    Some(part(ClaimPath::read(left)?, ClaimKind::Text, texts?, Vec::new()))
                }
                _ => None,
            },
            Kind::Matches { text, pattern, .. } => {
                let path = ClaimPath::read(text)?;
                Some(part(path, ClaimKind::Text, Vec::new(), wildcard::read(pattern)?))
            }
            Kind::Each {
                each: Each::Exists,
                over,
                variable,
                test: Some(test),
                ..
            } => match &test.kind {
                Kind::Matches { text, pattern, .. } if matches!(&text.kind, Kind::Name(name) if name == variable) =>
                {
                    let path = ClaimPath::read(over)?;
                    Some(part(path, ClaimKind::List, Vec::new(), wildcard::read(pattern)?))
                }
                _ => None,
            },
            Kind::Binary {
                operator: Operator::Equal,
                left,
                right,
            } => match &right.kind {
                Kind::Literal(Value::Bool(value)) => {
                    let path = ClaimPath::read(left)?;
                    Some(part(
                        path,
                        ClaimKind::Boolean,
                        vec![value.to_string()],
                        Vec::new(),
                    ))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn take(self, terms: &mut Terms, kinds: &mut Kinds) -> Option<()> {
        match self.path.as_flat() {
            Some("sub") if self.kind == ClaimKind::Text => {
                terms.subjects = self.texts;
                terms.subject_patterns = self.patterns;
            }
            Some("aud") if self.kind == ClaimKind::Text && self.patterns.is_empty() => {
                let audiences = self.texts.iter().map(|text| Audience::parse(text).ok());
                terms.audiences = audiences.collect::<Option<_>>()?;
            }
            _ => {
                let name = self.path.name().ok()?;
                if kinds
                    .insert(name.clone(), self.kind)
                    .is_some_and(|before| before != self.kind)
                {
                    return None;
                }
                if !self.texts.is_empty() {
                    terms.claims.insert(name.clone(), self.texts);
                }
                if !self.patterns.is_empty() {
                    terms.claim_patterns.insert(name, self.patterns);
                }
            }
        }
        Some(())
    }
}

fn text(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Literal(Value::Text(text)) if !text.is_empty() => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
