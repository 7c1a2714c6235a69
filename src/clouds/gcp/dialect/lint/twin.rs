//! Two tokens that become one identity: what a rule about mappings shows.

use super::super::claim_path::ClaimPath;
use super::super::evaluate::{Mapped, MappedValue, evaluate};
use super::super::provider::Target;
use super::branches::{Setting, Way};
use super::condition::Reader;
use super::conjunction::{Alternatives, Conjunction, Kind};
use super::rules::parts;
use super::side::{Scope, target_of};
use crate::lint::{Reading, Test, TextPart, Without, examine, readings_in_common};
use crate::trust::{Claims, Glob};

/// Ways in that are looked at for a token; the first are as good as any.
const MOST_WAYS: usize = 6;

/// Two tokens and what both are mapped to.
#[derive(Clone, Debug)]
pub(super) struct Twins {
    /// What both are mapped to.
    pub text: String,
    pub meant: Claims,
    pub other: Claims,
}

impl Twins {
    /// The token of whoever is meant, as a message says it.
    pub fn said(&self) -> String {
        format!(
            "the token {} gives `{}`, and so does that of the witness",
            shown(&self.meant),
            self.text
        )
    }

    pub fn witness(&self) -> Option<String> {
        Some(shown(&self.other))
    }
}

/// Claims as findings show them.
pub(super) fn shown(claims: &Claims) -> String {
    serde_json::Value::Object(claims.members().clone()).to_string()
}

impl Setting<'_> {
    /// A token that the issuer can sign, that gets in by a way, and whose claims have certain values.
    pub(super) fn token_with(&self, way: &Conjunction, values: &[(String, String)]) -> Option<Claims> {
        let exact = |(claim, value): &(String, String)| {
            let known = way.paths.get(claim).cloned();
            let path = known
                .or_else(|| way.present.iter().find(|path| path.joined() == *claim).cloned())
                .unwrap_or_else(|| ClaimPath::flat(claim));
            let test = Test {
                claim: claim.clone(),
                values: vec![Glob::literal(value)],
                written: vec![value.clone()],
                expression: None,
                is_negated: false,
                without: Without::Fails,
                ignores_case: false,
                knows_wildcards: false,
                is_from_deny: false,
            };
            Alternatives::one(Conjunction::test(test, path, Kind::Text))
        };
        let own = Alternatives::one(way.clone());
        let narrowed = Alternatives::all(std::iter::once(own).chain(values.iter().map(exact)).collect());
        narrowed.iter().find_map(|conjunction| {
            let token = examine(&self.branch(conjunction.clone(), false)).token?;
            let holds = |(claim, value): &(String, String)| token.text(claim) == Some(value);
            // Nested claims are compared by what they are mapped to.
            let is_flat = |claim: &str| token.get(claim).is_some();
            values
                .iter()
                .all(|one| !is_flat(&one.0) || holds(one))
                .then_some(token)
        })
    }

    /// What a token is mapped to.
    pub(super) fn mapped(&self, target: &Target, token: &Claims) -> Option<String> {
        let mapped: Mapped = evaluate(self.provider, token, None).mapped;
        let value = match target {
            Target::Subject => mapped.subject?,
            Target::Attribute(name) => mapped.attributes.get(name)?.clone(),
            Target::Groups => return None,
        };
        match value {
            MappedValue::Known(text) => Some(text),
            MappedValue::Unknown(_) => None,
        }
    }

    /// Two tokens of this issuer whose claims differ and become the same text where they are joined.
    pub(super) fn joined_twins(
        &self,
        ways: &[Way<'_>],
        target: &Target,
        parts: &[TextPart],
    ) -> Option<Twins> {
        ways.iter().take(MOST_WAYS).find_map(|way| {
            let reading = self.reading(&way.conjunction, parts);
            let found = readings_in_common(&reading, &reading, true)?;
            self.twins(
                (target, &way.conjunction, &found.first),
                self,
                (target, &way.conjunction, &found.second),
            )
        })
    }

    /// How a text is put together of claims, with what a way asks of them.
    fn reading<'a>(&'a self, way: &'a Conjunction, parts: &'a [TextPart]) -> Reading<'a> {
        let tests = way
            .tests
            .iter()
            .filter(|test| test.restricts() && !test.ignores_case);
        Reading {
            facts: &self.facts,
            parts,
            asked: tests
                .map(|test| (test.claim.as_str(), test.values.as_slice()))
                .collect(),
        }
    }

    /// Tokens with certain claims, of this provider and of another or the same, if both get in and become the same.
    pub(super) fn twins(
        &self,
        (target, way, values): (&Target, &Conjunction, &[(String, String)]),
        other: &Self,
        (other_target, other_way, other_values): (&Target, &Conjunction, &[(String, String)]),
    ) -> Option<Twins> {
        let meant = self.token_with(way, values)?;
        let second = other.token_with(other_way, other_values)?;
        let text = self.mapped(target, &meant)?;
        let is_same = other.mapped(other_target, &second).as_deref() == Some(text.as_str());
        (is_same && meant != second).then_some(Twins {
            text,
            meant,
            other: second,
        })
    }

    /// Tokens of this provider and of another of its pool with the same `google.subject`.
    pub(super) fn subject_twins(&self, other: &Self) -> Option<Twins> {
        let (own, others) = (self.subject_parts()?, other.subject_parts()?);
        let readers = (
            Reader::new(self.provider, &self.facts),
            Reader::new(other.provider, &other.facts),
        );
        let (mine, theirs) = (self.ways(&readers.0), other.ways(&readers.1));
        mine.iter().take(MOST_WAYS).find_map(|way| {
            theirs.iter().take(MOST_WAYS).find_map(|their| {
                let first = self.reading(&way.conjunction, &own);
                let second = other.reading(&their.conjunction, &others);
                let found = readings_in_common(&first, &second, false)?;
                self.twins(
                    (&Target::Subject, &way.conjunction, &found.first),
                    other,
                    (&Target::Subject, &their.conjunction, &found.second),
                )
            })
        })
    }

    /// What is put together as the subject, where that can be told.
    pub(super) fn subject_parts(&self) -> Option<Vec<TextPart>> {
        let reader = Reader::new(self.provider, &self.facts);
        let scope = Scope {
            names: Vec::new(),
            is_mapping: true,
        };
        let root = target_of(self.provider, &Target::Subject)?;
        match reader.sides(root, &scope).as_slice() {
            [(_, side)] => parts(side),
            _ => None,
        }
    }
}
