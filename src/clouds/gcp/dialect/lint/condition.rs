//! A condition as alternatives of tests: bounded, and with what it cannot say taken as true.
//!
//! An error of CEL refuses the token on either side of a `!`, so that a test of a claim asks for the claim whether it is
//! negated or not. `&&` and `||` take no notice of an error where the other side decides, and neither does this.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::super::cel::{Each, Function, Kind, Node, Operator, Stop, Value};
use super::super::claim_path::ClaimPath;
use super::super::provider::Provider;
use super::conjunction::{Alternatives, Conjunction};
use super::side::{Bound, Scope, Side, member, target_of};
use crate::lint::IssuerFacts;

/// Reads conditions and mappings of one provider.
pub(super) struct Reader<'p> {
    pub provider: &'p Provider,
    pub facts: &'p IssuerFacts,
    pub noted: RefCell<Noted>,
    steps: Cell<usize>,
}

/// What is noticed on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted {
    /// Tests that look for a text inside another: the claim, and the value as the tests have it.
    pub loose: BTreeSet<(String, String)>,
    /// Comparisons of a claim with a value of another type: the claim, and what is wrong.
    pub mismatches: BTreeSet<(String, String)>,
    /// Patterns with a `.` that reads as if it meant one.
    pub dots: BTreeSet<String>,
}

/// Parts that are looked at: choices inside the tests of choices are looked at twice each.
const MOST_STEPS: usize = 20_000;
/// Macros over constants are written out up to this many elements.
const MOST_ELEMENTS: usize = 64;

impl<'p> Reader<'p> {
    pub fn new(provider: &'p Provider, facts: &'p IssuerFacts) -> Self {
        Self {
            provider,
            facts,
            noted: RefCell::default(),
            steps: Cell::new(MOST_STEPS),
        }
    }

    /// When the condition holds.
    pub fn condition(&self) -> Alternatives {
        match &self.provider.condition {
            Some(program) => self.truth(program.root(), true, &Scope::default()),
            None => Alternatives::always(),
        }
    }

    /// When a part is true, or false.
    pub fn truth(&self, node: &Node, holds: bool, scope: &Scope) -> Alternatives {
        let Some(left) = self.steps.get().checked_sub(1) else {
            return Alternatives::one(Conjunction::opaque());
        };
        self.steps.set(left);
        match scope.constant(node) {
            Some(Ok(Value::Bool(value))) => return Alternatives::of(value == holds),
            Some(Ok(_) | Err(Stop::Error(_))) => return Alternatives::never(),
            Some(Err(Stop::Unknown(_))) => return self.opaque(node),
            None => {}
        }
        match &node.kind {
            Kind::Not(of) => self.truth(of, !holds, scope),
            Kind::And(..) => self.chain(node, true, holds, scope),
            Kind::Or(..) => self.chain(node, false, holds, scope),
            Kind::Choice { test, yes, no } => {
                let branch = |is: bool, part| self.truth(test, is, scope).and(self.truth(part, holds, scope));
                Alternatives::any(vec![branch(true, yes), branch(false, no)])
            }
            Kind::Has { of, name } => self.has(node, of, name, holds),
            Kind::Binary {
                operator,
                left,
                right,
            } => match operator {
                Operator::Equal => self.equality(node, left, right, holds, scope),
                Operator::NotEqual => self.equality(node, left, right, !holds, scope),
                Operator::In => self.membership(node, left, right, holds, scope),
                _ => self.opaque(node),
            },
            Kind::Call { function, arguments } => match (function, arguments.as_slice()) {
                (Function::StartsWith | Function::EndsWith | Function::Contains, [text, part]) => {
                    self.part_of(node, *function, text, part, holds, scope)
                }
                (Function::Dynamic, [of]) => self.truth(of, holds, scope),
                _ => self.opaque(node),
            },
            Kind::Matches { text, pattern, .. } => self.matching(node, text, pattern, holds, scope),
            Kind::Each {
                each,
                over,
                variable,
                test: Some(test),
                ..
            } => self.each(node, *each, (over, variable, test), holds, scope),
            _ => {
                let yes = Side::Constant(Value::Bool(true));
                self.each_side(node, scope, &|side| self.equal(node, side, &yes, holds))
            }
        }
    }

    /// A chain of `&&` or `||`, its operands in no order. Of its opposite the other word is true.
    fn chain(&self, node: &Node, is_and: bool, holds: bool, scope: &Scope) -> Alternatives {
        let mut operands = Vec::new();
        let mut waiting = vec![node];
        while let Some(part) = waiting.pop() {
            match (&part.kind, is_and) {
                (Kind::And(left, right), true) | (Kind::Or(left, right), false) => {
                    waiting.extend([left.as_ref(), right.as_ref()]);
                }
                _ => operands.push(self.truth(part, holds, scope)),
            }
        }
        match is_and == holds {
            true => Alternatives::all(operands),
            false => Alternatives::any(operands),
        }
    }

    /// For each thing that a part may stand for.
    pub(super) fn each_side(
        &self,
        node: &Node,
        scope: &Scope,
        then: &dyn Fn(&Side) -> Alternatives,
    ) -> Alternatives {
        let sides = self.sides(node, scope).into_iter();
        Alternatives::any(sides.map(|(guard, side)| guard.and(then(&side))).collect())
    }

    fn has(&self, node: &Node, of: &Node, name: &str, holds: bool) -> Alternatives {
        if let Some(target) = member(of, name) {
            return Alternatives::of(target_of(self.provider, &target).is_some() == holds);
        }
        match ClaimPath::member_of(of, name) {
            Some(path) => presence(path, holds),
            None => self.opaque(node),
        }
    }

    /// `x in […]`, `'x' in claim`, `'claim' in assertion`.
    fn membership(&self, node: &Node, left: &Node, right: &Node, holds: bool, scope: &Scope) -> Alternatives {
        if let Kind::Name(root) = &right.kind
            && let Some(Ok(Value::Text(name))) = scope.constant(left)
        {
            return match root.as_str() {
                "assertion" => presence(ClaimPath::flat(&name), holds),
                "attribute" | "google" if !scope.is_mapping => match member(right, &name) {
                    Some(target) => Alternatives::of(target_of(self.provider, &target).is_some() == holds),
                    None => Alternatives::of(!holds),
                },
                _ => self.opaque(node),
            };
        }
        let items: Option<Vec<Side>> = match (&right.kind, scope.constant(right)) {
            (_, Some(Ok(Value::List(items)))) => {
                Some(items.iter().map(|item| Side::Constant(item.clone())).collect())
            }
            (Kind::List(items), _) => items
                .iter()
                .map(|item| scope.constant(item)?.ok().map(Side::Constant))
                .collect(),
            _ => None,
        };
        match items {
            Some(items) => {
                let each = items
                    .iter()
                    .map(|item| self.each_side(left, scope, &|side| self.equal(node, side, item, holds)));
                match holds {
                    true => Alternatives::any(each.collect()),
                    false => Alternatives::all(each.collect()),
                }
            }
            None => self.each_side(right, scope, &|list| {
                self.each_side(left, scope, &|side| self.element_of(node, side, list, holds))
            }),
        }
    }

    fn each(
        &self,
        node: &Node,
        each: Each,
        (over, variable, test): (&Node, &str, &Node),
        holds: bool,
        scope: &Scope,
    ) -> Alternatives {
        let is_any = match each {
            Each::Exists => holds,
            Each::All => !holds,
            _ => return self.opaque(node),
        };
        if let Some(Ok(Value::List(items))) = scope.constant(over)
            && items.len() <= MOST_ELEMENTS
        {
            let of_item = |item: &Value| {
                let inner = scope.with(variable, Bound::Constant(item.clone()));
                self.truth(test, holds, &inner)
            };
            let operands = items.iter().map(of_item).collect();
            return match is_any {
                true => Alternatives::any(operands),
                false => Alternatives::all(operands),
            };
        }
        match self.sides(over, scope).as_slice() {
            [(guard, Side::Claim { path, folds: false })] if is_any && holds => {
                let inner = scope.with(variable, Bound::Element(path.clone()));
                guard.clone().and(self.truth(test, true, &inner))
            }
            _ => self.opaque(node),
        }
    }

    /// Taken as true, but for the claims that it needs.
    pub(super) fn opaque(&self, node: &Node) -> Alternatives {
        let mut claims = Vec::new();
        claims_in(node, &mut claims);
        Alternatives::one(Conjunction {
            present: claims.into_iter().collect(),
            ..Conjunction::opaque()
        })
    }
}

fn presence(path: ClaimPath, holds: bool) -> Alternatives {
    Alternatives::one(match holds {
        true => Conjunction::present(path),
        false => Conjunction {
            absent: [path].into(),
            ..Conjunction::default()
        },
    })
}

/// Claims that a part cannot do without: all that it names but those that it asks for first.
pub(super) fn claims_in(node: &Node, found: &mut Vec<ClaimPath>) {
    if let Some(path) = ClaimPath::read(node) {
        found.push(path);
        return;
    }
    match &node.kind {
        Kind::Choice { .. } | Kind::Has { .. } | Kind::And(..) | Kind::Or(..) => {}
        Kind::Each { over, .. } => claims_in(over, found),
        _ => node.parts().into_iter().for_each(|part| claims_in(part, found)),
    }
}
