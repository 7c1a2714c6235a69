//! The ways in: the alternatives of a condition, with what the audiences, the mapping and a binding ask for besides.

use std::cell::RefCell;

use super::super::cel::Value;
use super::super::claim_path::ClaimPath;
use super::super::evaluate::evaluate;
use super::super::principal::{Principal, Whom};
use super::super::provider::{Provider, Target};
use super::condition::{Reader, claims_in};
use super::conjunction::{Alternatives, Conjunction, Kind};
use super::side::{Scope, Side, target_of};
use crate::lint::{Branch, IssuerFacts, Test, Without};
use crate::trust::{Glob, Step, Verdict};

/// A provider with whom its bindings mean, and what is known of its issuer.
pub(super) struct Setting<'a> {
    pub provider: &'a Provider,
    /// None: the trust is about everybody whose token the provider takes.
    pub bindings: &'a [Principal],
    pub facts: IssuerFacts,
    /// The issuer without its scheme.
    pub url: String,
    /// The step that refused the last token that was tried.
    pub refused: RefCell<Option<Step>>,
}

/// One way in.
pub(super) struct Way<'a> {
    pub conjunction: Conjunction,
    /// Whether the condition itself asks for nothing here.
    pub is_unconditional: bool,
    pub branch: Branch<'a>,
}

impl<'a> Setting<'a> {
    /// All ways in, and whether the condition has alternatives.
    pub(super) fn ways(&'a self, reader: &Reader<'_>) -> Vec<Way<'a>> {
        let condition = reader.condition();
        let besides = self.besides();
        let bindings: Vec<Alternatives> = match self.bindings {
            [] => vec![Alternatives::always()],
            several => several
                .iter()
                .map(|binding| self.bound(reader, binding))
                .collect(),
        };
        let bound = Alternatives::any(bindings);
        let doubtful = self.is_doubtful();
        let mut ways = Vec::new();
        for own in condition.iter() {
            let whole = Alternatives::all(vec![
                Alternatives::one(own.clone()),
                bound.clone(),
                Alternatives::one(besides.clone()),
            ]);
            for conjunction in whole.iter() {
                ways.push(Way {
                    conjunction: conjunction.clone(),
                    is_unconditional: own.is_empty(),
                    branch: self.branch(conjunction.clone(), doubtful),
                });
            }
        }
        ways
    }

    pub(super) fn branch(&'a self, conjunction: Conjunction, doubtful: bool) -> Branch<'a> {
        // A claim that the issuer's tokens do not have is an error of CEL wherever it decides.
        let is_dead = self.provider.disabled == Some(true) || self.is_asking_for_strangers(&conjunction);
        Branch {
            issuer: self.url.clone(),
            facts: self.facts.clone(),
            tests: Test::in_order(conjunction.tests.iter().cloned().collect()),
            is_opaque: conjunction.is_opaque || doubtful,
            is_dead,
            is_mixed: false,
            testable: None,
            audience_claims: vec!["aud".to_owned()],
            receiver: "gcp",
            finish: Box::new(move |claims| self.finish(&conjunction, claims)),
            accepts: Box::new(move |claims| match is_dead {
                true => Verdict::Deny,
                false => self.verdict(claims),
            }),
        }
    }

    /// Whether a claim is needed that no token of the issuer has.
    fn is_asking_for_strangers(&self, conjunction: &Conjunction) -> bool {
        let tested = conjunction.tests.iter().map(|test| test.claim.clone());
        let mut needed = tested.chain(conjunction.present.iter().map(ClaimPath::joined));
        needed.any(|claim| is_unknown(&self.facts, &claim))
    }

    /// What Google would decide, for any of the bindings.
    pub(super) fn verdict(&self, claims: &crate::trust::Claims) -> Verdict {
        let decide = |binding| evaluate(self.provider, claims, binding).decision;
        let mut decisions = match self.bindings {
            [] => vec![decide(None)],
            several => several.iter().map(|binding| decide(Some(binding))).collect(),
        };
        if decisions
            .iter()
            .any(|decision| decision.verdict == Verdict::Allow)
        {
            return Verdict::Allow;
        }
        let Some(first) = decisions.drain(..).next() else {
            return Verdict::Deny;
        };
        let step = first.steps.iter().find(|step| step.verdict != Verdict::Allow);
        *self.refused.borrow_mut() = step.cloned();
        first.verdict
    }

    /// What the audiences and the mapping ask for.
    fn besides(&self) -> Conjunction {
        let audiences: Vec<String> = self.provider.accepted_audiences().into_iter().collect();
        let test = Test {
            claim: "aud".to_owned(),
            values: audiences.iter().map(|text| Glob::literal(text)).collect(),
            written: audiences,
            expression: None,
            is_negated: false,
            without: Without::Fails,
            ignores_case: false,
            knows_wildcards: false,
            is_from_deny: false,
        };
        let mut besides = Conjunction {
            tests: [test].into(),
            paths: [("aud".to_owned(), ClaimPath::flat("aud"))].into(),
            ..Conjunction::default()
        };
        for (target, program) in &self.provider.mapping {
            let mut claims = Vec::new();
            claims_in(program.root(), &mut claims);
            if let (Target::Groups, [path]) = (target, claims.as_slice()) {
                besides.kinds.insert(path.joined(), Kind::List);
                besides.paths.insert(path.joined(), path.clone());
            }
            besides.present.extend(claims);
        }
        besides
    }

    /// When a binding means the identity.
    fn bound(&self, reader: &Reader<'_>, binding: &Principal) -> Alternatives {
        let equal = |target: &Target, value: &str| {
            let Some(root) = target_of(self.provider, target) else {
                return Alternatives::never();
            };
            let scope = Scope {
                names: Vec::new(),
                is_mapping: true,
            };
            let wanted = Side::Constant(Value::text(value));
            reader.each_side(root, &scope, &|side| match target {
                Target::Groups => match side {
                    Side::Constant(Value::List(items)) => {
                        let is_wanted = |item: &Value| matches!(item, Value::Text(text) if **text == *value);
                        Alternatives::of(items.iter().any(is_wanted))
                    }
                    _ => reader.element_of(root, &wanted, side, true),
                },
                _ => reader.equal(root, side, &wanted, true),
            })
        };
        match &binding.whom {
            _ if binding.pool != *self.provider.name().pool() => Alternatives::never(),
            Whom::Everyone => Alternatives::always(),
            Whom::Subject(value) => equal(&Target::Subject, value),
            Whom::Group(value) => equal(&Target::Groups, value),
            Whom::Attribute { name, value } => equal(&Target::Attribute(name.clone()), value),
        }
    }

    /// Whether Google may read an expression in another way, so that no token is certain to get in.
    fn is_doubtful(&self) -> bool {
        let names = |all: &[&'static str]| -> Vec<(&'static str, Value)> {
            all.iter().map(|name| (*name, Value::Null)).collect()
        };
        let of_mapping = names(&["assertion"]);
        let of_condition = names(&["assertion", "google", "attribute"]);
        let mut mapping = self.provider.mapping.iter();
        let condition = self.provider.condition.iter();
        mapping.any(|(_, program)| program.doubt(&of_mapping).is_some())
            || condition
                .into_iter()
                .any(|program| program.doubt(&of_condition).is_some())
    }
}

/// Whether the catalogue says that no token of an issuer has a claim.
pub(super) fn is_unknown(facts: &IssuerFacts, claim: &str) -> bool {
    const REGISTERED: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp"];
    !REGISTERED.contains(&claim) && facts.emits(claim) == Some(false)
}
