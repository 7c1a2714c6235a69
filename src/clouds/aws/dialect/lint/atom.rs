//! One condition as a test of a claim, or what it says in any case.

use super::super::condition_keys::{KeyKind, claim_keys};
use super::super::escape::{read_exact, read_wildcard};
use super::super::policy::{Condition, Qualifier, Test as Operator};
use crate::lint::{Test, Without};
use crate::trust::{Glob, Piece};

/// What a condition says about tokens of one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    /// Holds for all of them. `foreign`: because it is about a key that they do not fill.
    True {
        foreign: bool,
    },
    /// Holds for none.
    Never,
    Test(Test),
    /// Beyond what tests can say.
    Opaque,
}

impl Atom {
    /// `variables`: whether the document's version replaces `${…}`.
    pub(super) fn of(condition: &Condition, url: &str, variables: bool) -> Self {
        // Documented: an empty list of values is true.
        if condition.values.is_empty() {
            return Self::True { foreign: false };
        }
        match condition.key.claim_of(url) {
            Some(claim) => match filled(url, claim) {
                Some((claim, kind)) => of_claim(condition, claim, kind, variables),
                None => absent(condition),
            },
            None if is_of_request(condition.key.as_str()) => Self::Opaque,
            None => absent(condition),
        }
    }

    /// What a refusal says that has this as its only condition.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::True { .. } => Self::Never,
            Self::Never => Self::True { foreign: false },
            Self::Opaque => Self::Opaque,
            Self::Test(test) => Self::Test(Test {
                is_negated: !test.is_negated,
                without: match (test.without, test.is_negated) {
                    (Without::Fails, false) => Without::PassesNegated,
                    (Without::Fails, true) => Without::PassesIfExists,
                    _ => Without::Fails,
                },
                is_from_deny: true,
                ..test
            }),
        }
    }
}

/// Keys that the call fills and not the token, or that the token fills in ways of its own.
fn is_of_request(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("aws:") || key.starts_with("sts:")
}

/// The claim behind a key, when AWS fills it.
fn filled(url: &str, claim: &str) -> Option<(&'static str, KeyKind)> {
    let common = [
        ("sub", KeyKind::Text),
        ("aud", KeyKind::Text),
        ("oaud", KeyKind::Text),
    ];
    let own = claim_keys(url).map(|key| (key.claim, key.kind));
    common
        .into_iter()
        .chain(own)
        .find(|(name, _)| name.eq_ignore_ascii_case(claim))
}

/// A condition on a key that is not in the request.
fn absent(condition: &Condition) -> Atom {
    let operator = condition.operator;
    let holds = if operator.test == Operator::Null {
        match operator.qualifier {
            Some(Qualifier::ForAllValues) => true,
            Some(Qualifier::ForAnyValue) => false,
            None => condition.values.iter().any(|v| v.eq_ignore_ascii_case("true")),
        }
    } else {
        match operator.qualifier {
            _ if operator.if_exists => true,
            Some(Qualifier::ForAllValues) => true,
            Some(Qualifier::ForAnyValue) => false,
            None => operator.test.is_negated(),
        }
    };
    if holds {
        Atom::True { foreign: true }
    } else {
        Atom::Never
    }
}

fn of_claim(condition: &Condition, claim: &str, kind: KeyKind, variables: bool) -> Atom {
    let operator = condition.operator;
    if operator.test == Operator::Null {
        return presence(condition, claim);
    }
    let is_negated = operator.test.is_negated();
    match (kind, operator.qualifier) {
        // Observed: a key with several values never satisfies a plain operator.
        (KeyKind::List, None) if is_negated || operator.if_exists => return Atom::Opaque,
        (KeyKind::List, None) => return Atom::Never,
        (KeyKind::List, Some(_)) if is_negated => return Atom::Opaque,
        _ => {}
    }
    let (wildcards, ignores_case) = match operator.test {
        Operator::StringEquals | Operator::StringNotEquals | Operator::BinaryEquals => (false, false),
        Operator::StringEqualsIgnoreCase | Operator::StringNotEqualsIgnoreCase | Operator::Bool => {
            (false, true)
        }
        Operator::StringLike | Operator::StringNotLike => (true, false),
        _ => return Atom::Opaque,
    };
    let values: Option<Vec<Glob>> = condition
        .values
        .iter()
        .map(|value| read(value, wildcards, variables))
        .collect();
    let Some(values) = values else {
        return Atom::Opaque;
    };
    Atom::Test(Test {
        claim: claim.to_owned(),
        values,
        written: condition.values.clone(),
        expression: None,
        is_negated,
        without: match operator.qualifier {
            _ if operator.if_exists => Without::PassesIfExists,
            Some(Qualifier::ForAllValues) => Without::PassesAsSet,
            Some(Qualifier::ForAnyValue) => Without::Fails,
            None if is_negated => Without::PassesNegated,
            None => Without::Fails,
        },
        ignores_case,
        knows_wildcards: wildcards,
        is_from_deny: false,
    })
}

/// `Null`: whether a claim is there.
fn presence(condition: &Condition, claim: &str) -> Atom {
    let says = |word: &str| {
        condition
            .values
            .iter()
            .any(|value| value.eq_ignore_ascii_case(word))
    };
    match condition.operator.qualifier {
        Some(Qualifier::ForAllValues) => Atom::True { foreign: false },
        Some(Qualifier::ForAnyValue) => Atom::Never,
        None => match (says("true"), says("false")) {
            (true, true) => Atom::True { foreign: false },
            (false, false) => Atom::Never,
            // It must not be there: nothing restricts what else the token is.
            (true, false) if matches!(claim, "sub" | "aud" | "oaud") => Atom::Never,
            (true, false) => Atom::Opaque,
            (false, true) => Atom::Test(Test {
                claim: claim.to_owned(),
                values: vec![Glob::new(vec![Piece::Any])],
                written: vec!["*".to_owned()],
                expression: None,
                is_negated: false,
                without: Without::Fails,
                ignores_case: false,
                knows_wildcards: true,
                is_from_deny: false,
            }),
        },
    }
}

/// A value, unless it holds a variable that only the request knows.
fn read(value: &str, wildcards: bool, variables: bool) -> Option<Glob> {
    match (variables, wildcards) {
        (true, true) => read_wildcard(value),
        (true, false) => read_exact(value).map(|text| Glob::literal(&text)),
        (false, false) => Some(Glob::literal(value)),
        (false, true) => {
            let piece = |c| match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                literal => Piece::Literal(literal),
            };
            Some(Glob::new(value.chars().map(piece).collect()))
        }
    }
}
