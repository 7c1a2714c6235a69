//! One way in which a trust lets tokens in, as a cloud's dialect hands it over.

use std::collections::BTreeSet;

use super::issuer::IssuerFacts;
use super::language::{Automaton, Expression, Tracks, search};
use crate::trust::{Claims, Glob, Piece, Verdict};

/// A conjunction of tests on the claims of one issuer's tokens. A trust is the union of its branches.
pub struct Branch<'a> {
    /// The issuer without its scheme.
    pub issuer: String,
    pub facts: IssuerFacts,
    /// In order ([`Test::in_order`]), so that findings do not depend on how they were written.
    pub tests: Vec<Test>,
    /// Whether it tests something that the dialect cannot put into a test. It counts as true.
    pub is_opaque: bool,
    /// Whether it certainly lets nobody in, because of something that is not among the tests.
    pub is_dead: bool,
    /// Whether the same conditions stand for several issuers, and some of them are about another one's tokens and let all of
    /// this one's pass.
    pub is_mixed: bool,
    /// Claims that this cloud can test for this issuer; `None`: all.
    pub testable: Option<BTreeSet<String>>,
    /// The claim that holds what a token is for; a test of any one of them is enough.
    pub audience_claims: Vec<String>,
    /// The name of this cloud in the catalogue's table of default audiences.
    pub receiver: &'static str,
    /// Adds to the claims of a token what every token of the issuer has that this branch is about: issuer, audience.
    pub finish: Box<dyn Fn(Claims) -> Claims + 'a>,
    /// Whether the trust as a whole accepts a token, as the cloud would decide.
    pub accepts: Box<dyn Fn(&Claims) -> Verdict + 'a>,
}

/// A test of one claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    pub claim: String,
    /// Any of them is enough; for a negated test none may match. Never empty.
    pub values: Vec<Glob>,
    /// The same as somebody wrote them.
    pub written: Vec<String>,
    /// What says more exactly than `values` which texts match; `values` are then all of them and some more.
    pub expression: Option<Expression>,
    pub is_negated: bool,
    /// Why it holds for a token without the claim, if it does.
    pub without: Without,
    pub ignores_case: bool,
    /// Whether the operator knows wildcards.
    pub knows_wildcards: bool,
    /// Whether it was written as a refusal of its opposite.
    pub is_from_deny: bool,
}

/// What a test says of a token that does not have the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Without {
    Fails,
    /// It is negated.
    PassesNegated,
    /// It only applies where the claim exists.
    PassesIfExists,
    /// It is about all values of a set, and an empty set has none that fails.
    PassesAsSet,
}

/// Claims that a token cannot be without.
const ALWAYS: [&str; 3] = ["sub", "aud", "iss"];

impl Test {
    /// The same tests in an order that does not depend on how they were written, each once.
    pub fn in_order(mut tests: Vec<Self>) -> Vec<Self> {
        for test in &mut tests {
            let mut pairs: Vec<_> = test.written.drain(..).zip(test.values.drain(..)).collect();
            pairs.sort();
            pairs.dedup();
            (test.written, test.values) = pairs.into_iter().unzip();
        }
        tests.sort();
        tests.dedup();
        tests
    }

    /// Whether it only holds for tokens whose claim has one of certain values.
    pub fn restricts(&self) -> bool {
        !self.is_negated && (self.without == Without::Fails || ALWAYS.contains(&self.claim.as_str()))
    }

    /// Whether all values are texts without wildcards.
    pub fn is_exact(&self) -> bool {
        self.values.iter().all(|glob| glob.as_literal().is_some())
    }

    /// Whether a value passes.
    pub fn accepts(&self, value: &str) -> bool {
        let lower = value.to_lowercase();
        let matches = |glob: &Glob| match self.ignores_case {
            true => in_lower_case(glob).matches(&lower),
            false => glob.matches(value),
        };
        let by_expression = || self.expression.as_ref().is_none_or(|one| one.has(value));
        (self.values.iter().any(matches) && by_expression()) != self.is_negated
    }

    /// Whether some text that is not empty does not pass: a pattern that matches everything is no test.
    pub(super) fn says_something(&self) -> bool {
        let all = Glob::new(vec![Piece::One, Piece::Any]);
        let (all, own) = (Automaton::of_globs(&[all], false), self.texts());
        let tracks = Tracks {
            tests: vec![&all],
            not: vec![&own],
            ..Tracks::default()
        };
        search(&tracks, &|_, flags| Some(flags), &|_| true).may_be()
    }

    /// The texts it names, whether it asks for them or refuses them.
    pub(super) fn texts(&self) -> Automaton {
        match &self.expression {
            Some(expression) => expression.automaton().clone(),
            None => Automaton::of_globs(&self.values, self.ignores_case),
        }
    }
}

impl Branch<'_> {
    /// Tests of a claim that only certain values pass.
    pub(super) fn restricting<'b>(&'b self, claim: &'b str) -> impl Iterator<Item = &'b Test> {
        self.tests
            .iter()
            .filter(move |test| test.claim == claim && test.restricts())
    }

    /// Whether a claim can only be one of some texts that are written down.
    pub(super) fn is_exact(&self, claim: &str) -> bool {
        self.restricting(claim).any(Test::is_exact)
    }

    pub(super) fn is_audience(&self, claim: &str) -> bool {
        self.audience_claims.iter().any(|own| own == claim)
    }

    /// Claims that say whose a token is: the subject, and what names the tenant.
    pub fn is_identity(&self, claim: &str) -> bool {
        claim == "sub"
            || self.facts.id_claims().contains(claim)
            || self.facts.name_claims().contains(claim)
            || claim == "repository"
    }

    /// Whether the cloud can test a claim of this issuer.
    pub(super) fn can_test(&self, claim: &str) -> bool {
        self.testable.as_ref().is_none_or(|claims| claims.contains(claim))
    }
}

fn in_lower_case(glob: &Glob) -> Glob {
    let lower = |piece: &Piece| match piece {
        Piece::Literal(c) => c.to_lowercase().map(Piece::Literal).collect(),
        other => vec![*other],
    };
    Glob::new(glob.pieces().iter().flat_map(lower).collect())
}
