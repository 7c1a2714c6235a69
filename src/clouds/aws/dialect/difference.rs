//! What a change of a trust policy lets in that was refused before, and refuses that was let in.
//!
//! Tokens are built from the values of both policies and tried; one that passes here and fails there is the proof. Where the
//! evaluator cannot tell about one that might be such a proof, and no other is found, that is said, never taken for "nobody".

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::arn::ProviderArn;
use super::condition_keys::{KeyKind, claim_key, is_built_in};
use super::escape::{read_exact, read_wildcard};
use super::lint::Provider;
use super::policy::{Condition, Effect, PolicyDocument, PrincipalKind, Principals, Statement, Test};
use super::render::AUTHORIZED;
use crate::trust::{Claims, Piece, Verdict};

/// Examples of tokens about which two policies differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Refused before, accepted after.
    pub admits: Option<Claims>,
    /// Accepted before, refused after.
    pub refuses: Option<Claims>,
    /// No such token was found, and of some that were tried it cannot be told whether they are accepted: whether the change
    /// lets anybody in is not known.
    pub may_admit: bool,
}

/// Whom the change from one policy to another lets in, and whom it shuts out.
pub fn difference(before: &PolicyDocument, after: &PolicyDocument) -> Difference {
    let (admits, may_admit) = only_by(after, before);
    let (refuses, _) = only_by(before, after);
    Difference {
        admits,
        refuses,
        may_admit,
    }
}

/// Combinations of values that are tried for one issuer of one statement; beyond that one value is varied at a time.
const COMBINATIONS: usize = 4096;

/// Stand for a run of characters, besides the texts of the policies themselves.
const FILLERS: [&str; 3] = ["other", "", "other/other:other"];

/// A token that the first policy accepts and the second refuses; without one, whether there may be one all the same.
fn only_by(one: &PolicyDocument, other: &PolicyDocument) -> (Option<Claims>, bool) {
    let fillers = fillers([one, other]);
    let mut doubt = false;
    for statement in one.statements.iter().filter(|s| s.effect == Effect::Allow) {
        for provider in providers(statement) {
            let varied = varied(statement, other, &provider.url, &fillers);
            let proves = |claims: &Claims| {
                let (here, there) = (provider.verdict(one, claims), provider.verdict(other, claims));
                let proves = here == Verdict::Allow && there == Verdict::Deny;
                doubt |= !proves && here != Verdict::Deny && there != Verdict::Allow;
                proves
            };
            let found = tokens(statement, &provider, &varied).find(proves);
            if found.is_some() {
                return (found, false);
            }
        }
    }
    (None, doubt)
}

fn providers(statement: &Statement) -> Vec<Provider> {
    let Some(Principals::Principal(set)) = &statement.principals else {
        return Vec::new();
    };
    let url = |name: &String| match ProviderArn::parse(name) {
        Ok(arn) => Some(arn.url().to_owned()),
        Err(_) => is_built_in(name).then(|| name.clone()),
    };
    set.of(PrincipalKind::Federated)
        .iter()
        .filter_map(|name| {
            Some(Provider {
                name: name.clone(),
                url: url(name)?,
            })
        })
        .collect()
}

/// Texts for runs of characters: where one policy cuts off what the other lets through, its own literal text is in the way.
fn fillers(policies: [&PolicyDocument; 2]) -> Vec<String> {
    let mut found: Vec<String> = FILLERS.map(str::to_owned).to_vec();
    let mut runs = BTreeSet::new();
    for condition in policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .flat_map(|statement| &statement.conditions)
    {
        for value in &condition.values {
            let pieces = read_wildcard(value).map(|glob| glob.pieces().to_vec());
            let pieces = pieces.unwrap_or_default();
            for run in pieces.split(|piece| !matches!(piece, Piece::Literal(_))) {
                let text = run.iter().filter_map(|piece| match piece {
                    Piece::Literal(c) => Some(*c),
                    Piece::One | Piece::Any => None,
                });
                runs.insert(text.collect::<String>());
            }
        }
    }
    found.extend(runs.into_iter().filter(|run| !run.is_empty()).take(32));
    found
}

/// A claim and the values to try; `None`: without the claim.
struct Varied {
    claim: String,
    values: Vec<Option<String>>,
    is_list: bool,
}

fn varied(statement: &Statement, other: &PolicyDocument, url: &str, fillers: &[String]) -> Vec<Varied> {
    let mut all: Vec<Varied> = Vec::new();
    for condition in statement.conditions.iter().filter(|c| is_positive(c)) {
        let Some(claim) = condition.key.claim_of(url).map(str::to_ascii_lowercase) else {
            continue;
        };
        let key = claim_key(url, &claim);
        if key.is_none() && !matches!(claim.as_str(), "sub" | "aud" | "oaud") {
            continue;
        }
        let mut values: Vec<Option<String>> = values(condition, fillers).map(Some).collect();
        if condition.operator.if_exists && claim != "sub" && claim != "aud" {
            values.push(None);
        }
        match all.iter_mut().find(|varied| varied.claim == claim) {
            // Both have to hold: a value of the one may be a value of the other.
            Some(varied) => varied.values.extend(values),
            None => all.push(Varied {
                claim,
                values,
                is_list: key.is_some_and(|key| key.kind == KeyKind::List),
            }),
        }
    }
    if !all.iter().any(|varied| varied.claim == "sub") {
        let theirs = other
            .statements
            .iter()
            .flat_map(|statement| &statement.conditions);
        let subjects = theirs
            .filter(|c| {
                c.key
                    .claim_of(url)
                    .is_some_and(|claim| claim.eq_ignore_ascii_case("sub"))
            })
            .flat_map(|condition| values(condition, fillers));
        let values = std::iter::once("other".to_owned()).chain(subjects);
        all.push(Varied {
            claim: "sub".to_owned(),
            values: values.map(Some).collect(),
            is_list: false,
        });
    }
    all
}

fn is_positive(condition: &Condition) -> bool {
    !condition.operator.test.is_negated() && condition.operator.test != Test::Null
}

/// Values that satisfy a condition.
fn values<'a>(condition: &'a Condition, fillers: &'a [String]) -> impl Iterator<Item = String> + 'a {
    let test = condition.operator.test;
    condition.values.iter().flat_map(move |value| {
        let mut found: Vec<String> = match test {
            Test::StringLike | Test::StringNotLike | Test::ArnLike | Test::ArnEquals => {
                let glob = read_wildcard(value);
                let of = |filler: &String| glob.as_ref().map(|glob| glob.example(filler));
                fillers.iter().filter_map(of).collect()
            }
            _ => read_exact(value).into_iter().collect(),
        };
        found.dedup();
        if test == Test::StringEqualsIgnoreCase {
            found.extend(read_exact(value).map(|text| text.to_uppercase()));
        }
        found
    })
}

/// All combinations of values, or, where there are too many, each value with the first of the others.
fn tokens<'a>(
    statement: &'a Statement,
    provider: &'a Provider,
    varied: &'a [Varied],
) -> impl Iterator<Item = Claims> + 'a {
    let sizes: Vec<usize> = varied.iter().map(|one| one.values.len().max(1)).collect();
    let all = sizes
        .iter()
        .try_fold(1_usize, |product, size| product.checked_mul(*size))
        .filter(|product| *product <= COMBINATIONS);
    let choices: Vec<Vec<usize>> = match all {
        Some(all) => (0..all).map(|number| digits(number, &sizes)).collect(),
        None => one_at_a_time(&sizes),
    };
    choices
        .into_iter()
        .map(move |choice| token(statement, provider, varied, &choice))
}

fn digits(mut number: usize, sizes: &[usize]) -> Vec<usize> {
    let digit = |size: &usize| {
        let digit = number % size;
        number /= size;
        digit
    };
    sizes.iter().map(digit).collect()
}

fn one_at_a_time(sizes: &[usize]) -> Vec<Vec<usize>> {
    let of = |place: usize, size: usize| {
        (0..size.min(COMBINATIONS)).map(move |value| {
            let choice = |index| if index == place { value } else { 0 };
            (0..sizes.len()).map(choice).collect()
        })
    };
    sizes
        .iter()
        .enumerate()
        .flat_map(|(place, size)| of(place, *size))
        .collect()
}

fn token(statement: &Statement, provider: &Provider, varied: &[Varied], choice: &[usize]) -> Claims {
    let mut claims = Claims::default();
    claims.insert("iss", json!(format!("https://{}", provider.url)));
    claims.insert("aud", json!("any-audience"));
    let mut original = None;
    for (one, index) in varied.iter().zip(choice) {
        let Some(Some(value)) = one.values.get(*index) else {
            continue;
        };
        match one.claim.as_str() {
            "oaud" => original = Some(value),
            claim => claims.insert(claim, if one.is_list { json!([value]) } else { json!(value) }),
        }
    }
    if let Some(original) = original
        && claims.text("aud") != Some(original)
    {
        // What STS compares stands in `azp` then, and the audience itself is the original one.
        let compared = claims.get("aud").cloned().unwrap_or(Value::Null);
        claims.insert("azp", compared);
        claims.insert("aud", json!(original));
    }
    if statement
        .conditions
        .iter()
        .any(|condition| condition.key.is(AUTHORIZED))
    {
        claims.insert("https://aws.amazon.com/roles", json!(provider.role()));
    }
    claims
}

#[cfg(test)]
mod tests;
