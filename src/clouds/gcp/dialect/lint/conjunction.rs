//! What a condition asks for, as alternatives of tests that all have to hold.

use std::collections::{BTreeMap, BTreeSet};

use super::super::claim_path::ClaimPath;
use crate::lint::{Test, Without};
use crate::trust::Glob;

/// More alternatives are not told apart.
const MOST: usize = 48;
/// More are not even compared with each other.
const MOST_COMPARED: usize = 160;
/// More are not even multiplied out.
const MOST_PRODUCTS: usize = 400;

/// The JSON type that a test asks of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
    List,
}

/// Tests that all have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conjunction {
    pub tests: BTreeSet<Test>,
    /// Claims that have to be there, with any value.
    pub present: BTreeSet<ClaimPath>,
    pub absent: BTreeSet<ClaimPath>,
    /// What tested claims are, by the name that the tests use.
    pub kinds: BTreeMap<String, Kind>,
    pub paths: BTreeMap<String, ClaimPath>,
    /// Further elements that a list has to have.
    pub more: BTreeMap<String, BTreeSet<String>>,
    /// Claims that have to be the same.
    pub same: BTreeSet<(ClaimPath, ClaimPath)>,
    /// Whether something of it is beyond tests. It counts as true.
    pub is_opaque: bool,
}

/// Alternatives, in order and each once. None: never.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alternatives(Vec<Conjunction>);

impl Conjunction {
    pub fn opaque() -> Self {
        Self {
            is_opaque: true,
            ..Self::default()
        }
    }

    pub fn present(path: ClaimPath) -> Self {
        Self {
            present: [path].into(),
            ..Self::default()
        }
    }

    /// A value of another type is not equal, and passes a test that is negated.
    pub fn test(test: Test, path: ClaimPath, kind: Kind) -> Self {
        let kinds = match test.is_negated {
            true => BTreeMap::new(),
            false => [(test.claim.clone(), kind)].into(),
        };
        Self {
            kinds,
            paths: [(test.claim.clone(), path)].into(),
            tests: [test].into(),
            ..Self::default()
        }
    }

    /// Whether nothing at all is asked of a token.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.absent.is_empty() && self.same.is_empty() && !self.is_opaque
    }

    /// Both; nothing where they contradict each other.
    fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.tests.extend(other.tests.iter().cloned());
        both.present.extend(other.present.iter().cloned());
        both.absent.extend(other.absent.iter().cloned());
        both.same.extend(other.same.iter().cloned());
        both.paths.extend(other.paths.clone());
        both.is_opaque |= other.is_opaque;
        for (claim, values) in &other.more {
            both.more
                .entry(claim.clone())
                .or_default()
                .extend(values.iter().cloned());
        }
        for (claim, kind) in &other.kinds {
            // A value has one type; that of the audience is the token's own business.
            if both
                .kinds
                .insert(claim.clone(), *kind)
                .is_some_and(|own| own != *kind)
                && claim != "aud"
            {
                return None;
            }
        }
        let is_demanded = |path: &ClaimPath| {
            let name = path.joined();
            let is_tested = both.tests.iter().any(|test| test.claim == name);
            both.present.contains(path) || is_tested || matches!(name.as_str(), "sub" | "aud" | "iss")
        };
        if both.absent.iter().any(is_demanded) {
            return None;
        }
        let claims: BTreeSet<String> = both.tests.iter().map(|test| test.claim.clone()).collect();
        claims.iter().all(|claim| both.settle(claim)).then_some(both)
    }

    /// Puts all tests of a claim together as far as its values are written down; false: none is left.
    fn settle(&mut self, claim: &str) -> bool {
        if claim != "aud" && self.kinds.get(claim) == Some(&Kind::List) {
            self.one_element(claim);
            return true;
        }
        let own: Vec<Test> = self
            .tests
            .iter()
            .filter(|test| test.claim == claim)
            .cloned()
            .collect();
        let is_list = |test: &&Test| !test.is_negated && !test.ignores_case && test.is_exact();
        let Some(list) = own.iter().find(is_list).filter(|_| own.len() > 1) else {
            return true;
        };
        let pairs = list.values.iter().zip(&list.written);
        let passes = |glob: &Glob| {
            let text = glob.as_literal().unwrap_or_default();
            own.iter().all(|test| test.accepts(&text))
        };
        let (values, written): (Vec<_>, Vec<_>) = pairs
            .filter(|(glob, _)| passes(glob))
            .map(|(g, w)| (g.clone(), w.clone()))
            .unzip();
        if values.is_empty() {
            return false;
        }
        let settled = Test {
            values,
            written,
            ..list.clone()
        };
        self.tests.retain(|test| test.claim != claim);
        self.tests.insert(settled);
        true
    }

    /// A list may have an element for each test; one of them stays a test.
    fn one_element(&mut self, claim: &str) {
        let own: Vec<Test> = self
            .tests
            .iter()
            .filter(|test| test.claim == claim)
            .cloned()
            .collect();
        for test in own.iter().skip(1) {
            self.tests.remove(test);
            match test.values.first().and_then(Glob::as_literal) {
                Some(text) => {
                    self.more.entry(claim.to_owned()).or_default().insert(text);
                }
                None => self.is_opaque = true,
            }
        }
    }

    /// The same but for the values of one test; that test with the values of both.
    fn merged(&self, other: &Self) -> Option<Self> {
        if self.tests.len() != other.tests.len() || self.paths.len() != other.paths.len() {
            return None;
        }
        let mine: Vec<&Test> = self.tests.difference(&other.tests).collect();
        let theirs: Vec<&Test> = other.tests.difference(&self.tests).collect();
        let ([mine], [theirs]) = (mine.as_slice(), theirs.as_slice()) else {
            return None;
        };
        let merged = joined(mine, theirs)?;
        let without = |all: &Self, test: &Test| {
            let mut rest = all.clone();
            rest.tests.remove(test);
            rest
        };
        let (mut rest, other) = (without(self, mine), without(other, theirs));
        (rest == other).then(|| {
            rest.tests.insert(merged);
            rest
        })
    }

    /// Whether this asks for everything that another asks for.
    fn asks_all_of(&self, other: &Self) -> bool {
        other.tests.is_subset(&self.tests)
            && other.absent.is_subset(&self.absent)
            && other.same.is_subset(&self.same)
            && other.present.iter().all(|path| {
                self.present.contains(path) || self.tests.iter().any(|test| test.claim == path.joined())
            })
            && other
                .more
                .iter()
                .all(|(claim, values)| self.more.get(claim).is_some_and(|own| values.is_subset(own)))
            && !other.is_opaque
    }
}

fn joined(a: &Test, b: &Test) -> Option<Test> {
    let shape = |test: &Test| Test {
        values: Vec::new(),
        written: Vec::new(),
        knows_wildcards: false,
        ..test.clone()
    };
    let is_plain =
        |test: &Test| !test.is_negated && test.expression.is_none() && test.without == Without::Fails;
    if !is_plain(a) || !is_plain(b) || shape(a) != shape(b) {
        return None;
    }
    let mut pairs: Vec<(&String, &Glob)> = a.written.iter().zip(&a.values).collect();
    pairs.extend(b.written.iter().zip(&b.values));
    pairs.sort();
    pairs.dedup();
    Some(Test {
        written: pairs.iter().map(|(written, _)| (*written).clone()).collect(),
        values: pairs.iter().map(|(_, value)| (*value).clone()).collect(),
        knows_wildcards: a.knows_wildcards || b.knows_wildcards,
        ..a.clone()
    })
}

/// Alternatives with one and the same kind of test, put together as one: long lists of values are usual.
fn with_values_joined(all: Vec<Conjunction>) -> Vec<Conjunction> {
    let mut found: BTreeMap<Conjunction, Test> = BTreeMap::new();
    let mut others = Vec::new();
    for mut one in all {
        let only = match one.tests.len() {
            1 => one.tests.pop_first(),
            _ => None,
        };
        let Some(test) = only else {
            others.push(one);
            continue;
        };
        // The test without its values stands for all of its kind.
        let shape = Test {
            values: Vec::new(),
            written: Vec::new(),
            knows_wildcards: false,
            ..test.clone()
        };
        let mut key = one.clone();
        key.tests.insert(shape);
        let both = match found.get(&key) {
            Some(known) => joined(known, &test),
            None => Some(test.clone()),
        };
        match both {
            Some(both) => drop(found.insert(key, both)),
            None => {
                one.tests.insert(test);
                others.push(one);
            }
        }
    }
    others.extend(found.into_iter().map(|(mut one, test)| {
        one.tests = [test].into();
        one
    }));
    others.sort();
    others
}

impl Alternatives {
    pub fn always() -> Self {
        Self(vec![Conjunction::default()])
    }

    pub fn never() -> Self {
        Self(Vec::new())
    }

    pub fn of(holds: bool) -> Self {
        if holds { Self::always() } else { Self::never() }
    }

    pub fn one(conjunction: Conjunction) -> Self {
        Self(vec![conjunction])
    }

    pub fn iter(&self) -> impl Iterator<Item = &Conjunction> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of some; which comes first does not matter.
    pub fn all(mut operands: Vec<Self>) -> Self {
        operands.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        let mut product = Self::always();
        for operand in operands {
            if product.len() * operand.len() > MOST_PRODUCTS {
                product.0.iter_mut().for_each(|one| one.is_opaque = true);
                continue;
            }
            let pairs = product
                .0
                .iter()
                .flat_map(|a| operand.0.iter().map(move |b| (a, b)));
            product = Self(pairs.filter_map(|(a, b)| a.and(b)).collect()).tidy();
        }
        product
    }

    /// Any of some; which comes first does not matter.
    pub fn any(operands: Vec<Self>) -> Self {
        Self(operands.into_iter().flat_map(|operand| operand.0).collect()).tidy()
    }

    pub fn and(self, other: Self) -> Self {
        Self::all(vec![self, other])
    }

    fn tidy(self) -> Self {
        let mut all = self.0;
        all.sort();
        all.dedup();
        let all = with_values_joined(all);
        if all.len() > MOST_COMPARED {
            return Self(vec![Conjunction::opaque()]);
        }
        let mut merged: Vec<Conjunction> = Vec::new();
        for one in all {
            let mut places = merged.iter().enumerate().rev();
            match places.find_map(|(at, own)| Some((at, own.merged(&one)?))) {
                Some((at, both)) => {
                    if let Some(place) = merged.get_mut(at) {
                        *place = both;
                    }
                }
                None => merged.push(one),
            }
        }
        merged.sort();
        merged.dedup();
        // What asks for more than another adds nothing.
        let is_needed = |at: usize, one: &Conjunction| {
            // Of two that ask for the same the first stays.
            let adds_nothing_to = |(place, other): (usize, &Conjunction)| {
                one.asks_all_of(other) && (place < at || !other.asks_all_of(one))
            };
            let mut others = merged.iter().enumerate().filter(|(place, _)| *place != at);
            !others.any(adds_nothing_to)
        };
        let needed: Vec<bool> = merged
            .iter()
            .enumerate()
            .map(|(at, one)| is_needed(at, one))
            .collect();
        let mut needed = needed.into_iter();
        merged.retain(|_| needed.next().unwrap_or(true));
        if merged.len() > MOST {
            return Self(vec![Conjunction::opaque()]);
        }
        Self(merged)
    }
}
