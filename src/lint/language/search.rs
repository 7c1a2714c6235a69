//! The shortest text that several automata have in common.
//!
//! The first track is what an issuer can sign, the second marks parts of it, the others are what a trust tests; besides
//! there are automata that must not have the text. All are walked side by side, breadth first, so that nothing found is
//! nothing there, unless the search says that it gave up.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::automaton::{Automaton, Edge};
use super::label::{Label, pick};

/// What a text has to be.
#[derive(Clone, Default)]
pub(crate) struct Tracks<'a> {
    pub form: Option<&'a Automaton>,
    pub marks: Option<&'a Automaton>,
    pub tests: Vec<&'a Automaton>,
    /// What it must not be.
    pub not: Vec<&'a Automaton>,
}

/// A character of the text found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub c: char,
    /// Tags of the edges that read it.
    pub form: u16,
    pub mark: u16,
    /// Whether no test writes it down: each reads it with a wildcard, or there is none.
    pub wild: bool,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Text(Vec<Letter>),
    /// Certainly none.
    Nothing,
    /// Too many states.
    GaveUp,
}

/// Combinations of states that are looked at.
const MAX_STATES: usize = 30_000;
/// Ways to go on from one of them: many automata may each have several for the same character.
const MAX_STEPS: usize = 4_096;

impl Found {
    /// Whether there is a text, or it is not known that there is none.
    pub(crate) fn may_be(&self) -> bool {
        *self != Self::Nothing
    }
}

/// How a node was reached.
struct Node {
    from: usize,
    letter: Option<Letter>,
}

/// Finds the shortest text. `judge` sees each character with the flags collected before it, and answers with the flags
/// after it, or with nothing to go no further; `enough` says which flags a whole text must have collected.
pub(crate) fn search(
    tracks: &Tracks<'_>,
    judge: &dyn Fn(Letter, u32) -> Option<u32>,
    enough: &dyn Fn(u32) -> bool,
) -> Found {
    Search::new(tracks, judge, enough).run()
}

struct Search<'a> {
    positive: Vec<&'a Automaton>,
    /// How many of the first are the form and the marks.
    is_form: bool,
    is_marked: bool,
    not: &'a [&'a Automaton],
    sets: Vec<Vec<Vec<u32>>>,
    numbers: HashMap<(usize, Vec<u32>), u32>,
    judge: &'a dyn Fn(Letter, u32) -> Option<u32>,
    enough: &'a dyn Fn(u32) -> bool,
    /// What was reached, in the order in which it was: a state of each track; then, for each automaton that must not have the
    /// text, the number of a set of its states; then the flags.
    reached: IndexSet<Box<[u32]>>,
    /// How, by the same numbers.
    nodes: Vec<Node>,
    /// Choices of edges that were looked at from the present state.
    steps: usize,
}

/// An edge of each track that have a character in common.
struct Together<'a> {
    edges: Vec<&'a Edge>,
    labels: Vec<&'a Label>,
}

impl<'a> Search<'a> {
    fn new(
        tracks: &'a Tracks<'a>,
        judge: &'a dyn Fn(Letter, u32) -> Option<u32>,
        enough: &'a dyn Fn(u32) -> bool,
    ) -> Self {
        let mut positive = Vec::new();
        positive.extend(tracks.form);
        positive.extend(tracks.marks);
        positive.extend(tracks.tests.iter().copied());
        Self {
            positive,
            is_form: tracks.form.is_some(),
            is_marked: tracks.marks.is_some(),
            not: &tracks.not,
            sets: vec![Vec::new(); tracks.not.len()],
            numbers: HashMap::new(),
            judge,
            enough,
            reached: IndexSet::new(),
            nodes: Vec::new(),
            steps: 0,
        }
    }

    fn run(mut self) -> Found {
        let mut firsts: Vec<Vec<u32>> = vec![Vec::new()];
        for automaton in &self.positive {
            firsts = firsts
                .iter()
                .flat_map(|so_far| {
                    automaton.starts().iter().map(move |start| {
                        let mut next = so_far.clone();
                        next.push(*start);
                        next
                    })
                })
                .collect();
        }
        for mut first in firsts {
            for at in 0..self.not.len() {
                let starts = self.not.get(at).map_or_else(Vec::new, |n| n.starts().to_vec());
                first.push(self.number(at, starts));
            }
            first.push(0);
            self.visit(&first, usize::MAX, None);
        }
        let mut together = Together {
            edges: Vec::new(),
            labels: Vec::new(),
        };
        let mut at = 0;
        // Breadth first: what is reached later comes later.
        while let Some(node) = self.reached.get_index(at).cloned() {
            let Some((flags, states)) = node.split_last() else {
                break;
            };
            if self.is_goal(states, *flags) {
                return Found::Text(self.path(at));
            }
            if self.is_too_much() {
                return Found::GaveUp;
            }
            let borders = self.borders(states);
            self.steps = 0;
            self.expand(at, states, *flags, &borders, &mut together);
            if self.steps > MAX_STEPS {
                return Found::GaveUp;
            }
            at += 1;
        }
        Found::Nothing
    }

    fn is_too_much(&self) -> bool {
        self.nodes.len() > MAX_STATES || self.steps > MAX_STEPS
    }

    fn number(&mut self, at: usize, states: Vec<u32>) -> u32 {
        if let Some(known) = self.numbers.get(&(at, states.clone())) {
            return *known;
        }
        let Some(sets) = self.sets.get_mut(at) else {
            return 0;
        };
        let number = u32::try_from(sets.len()).unwrap_or(u32::MAX);
        sets.push(states.clone());
        self.numbers.insert((at, states), number);
        number
    }

    fn set(&self, at: usize, number: u32) -> &[u32] {
        let found = usize::try_from(number)
            .ok()
            .and_then(|number| self.sets.get(at)?.get(number));
        found.map_or(&[], Vec::as_slice)
    }

    fn visit(&mut self, node: &[u32], from: usize, letter: Option<Letter>) {
        if self.reached.contains(node) {
            return;
        }
        #[cfg(test)]
        count();
        self.reached.insert(node.into());
        self.nodes.push(Node { from, letter });
    }

    /// The numbers of the sets of states of those that must not have the text, each with its place.
    fn refusing<'s>(&self, states: &'s [u32]) -> impl Iterator<Item = (usize, u32)> + use<'s> {
        states.iter().skip(self.positive.len()).copied().enumerate()
    }

    fn is_goal(&self, states: &[u32], flags: u32) -> bool {
        let accepted = self.positive.iter().zip(states).all(|(a, s)| a.accepts_in(*s));
        let refuses = |(at, number): (usize, u32)| {
            let automaton = self.not.get(at);
            automaton.is_some_and(|a| self.set(at, number).iter().any(|s| a.accepts_in(*s)))
        };
        accepted && (self.enough)(flags) && !self.refusing(states).any(refuses)
    }

    fn path(&self, at: usize) -> Vec<Letter> {
        let mut letters = Vec::new();
        let mut at = at;
        while let Some(node) = self.nodes.get(at) {
            letters.extend(node.letter);
            at = node.from;
        }
        letters.reverse();
        letters
    }

    /// Characters at which something changes for one of those that must not have the text.
    fn borders(&self, states: &[u32]) -> Vec<char> {
        let mut borders = Vec::new();
        for (at, number) in self.refusing(states) {
            let Some(automaton) = self.not.get(at) else {
                continue;
            };
            for state in self.set(at, number) {
                for edge in automaton.edges(*state) {
                    edge.label.borders(&mut borders);
                }
            }
        }
        borders.sort_unstable();
        borders.dedup();
        borders
    }

    /// Every choice of one edge per track that has a character in common, and what it leads to.
    fn expand(
        &mut self,
        from: usize,
        states: &[u32],
        flags: u32,
        borders: &[char],
        together: &mut Together<'a>,
    ) {
        let Some(track) = self.positive.get(together.edges.len()).copied() else {
            self.steps += 1;
            self.letters(from, states, flags, borders, together);
            return;
        };
        let state = states.get(together.edges.len()).copied().unwrap_or_default();
        for edge in track.edges(state) {
            if self.is_too_much() {
                return;
            }
            if together.labels.iter().all(|other| meet(other, &edge.label)) {
                together.edges.push(edge);
                together.labels.push(&edge.label);
                self.expand(from, states, flags, borders, together);
                together.edges.pop();
                together.labels.pop();
            }
        }
    }

    fn letters(
        &mut self,
        from: usize,
        states: &[u32],
        flags: u32,
        borders: &[char],
        together: &Together<'a>,
    ) {
        let labels = together.labels.as_slice();
        // Where nothing is excluded any character will do; else one of each kind.
        if borders.is_empty() {
            if let Some(c) = pick(labels, &|_| true) {
                self.step(from, states, flags, c, together);
            }
            return;
        }
        let mut last = '\0';
        for border in borders.iter().copied().chain([char::MAX]) {
            let (first, to) = (last, border);
            let inside = |c: char| first <= c && (c < to || to == char::MAX);
            if let Some(c) = pick(labels, &inside) {
                self.step(from, states, flags, c, together);
            } else if labels.iter().all(|label| label.has(first)) && inside(first) {
                self.step(from, states, flags, first, together);
            }
            last = border;
        }
    }

    /// Goes on with a character that all edges read.
    fn step(&mut self, from: usize, states: &[u32], flags: u32, c: char, together: &Together<'a>) {
        let edges = together.edges.as_slice();
        let tag = |is: bool, at: usize| edges.get(at).filter(|_| is).map_or(0, |edge| edge.tag);
        let before = usize::from(self.is_form) + usize::from(self.is_marked);
        let letter = Letter {
            c,
            form: tag(self.is_form, 0),
            mark: tag(self.is_marked, usize::from(self.is_form)),
            wild: edges.iter().skip(before).all(|edge| !edge.literal),
        };
        let Some(flags) = (self.judge)(letter, flags) else {
            return;
        };
        let mut next: Vec<u32> = Vec::with_capacity(states.len() + 1);
        next.extend(edges.iter().map(|edge| edge.target));
        for (at, number) in self.refusing(states) {
            let stepped = self
                .not
                .get(at)
                .map_or_else(Vec::new, |automaton| automaton.step(self.set(at, number), c));
            next.push(self.number(at, stepped));
        }
        next.push(flags);
        self.visit(&next, from, Some(letter));
    }
}

#[cfg(test)]
thread_local! {
    static VISITED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
fn count() {
    VISITED.with(|visited| visited.set(visited.get() + 1));
}

/// How many combinations of states all searches of this thread have come to.
#[cfg(test)]
pub(crate) fn visited() -> u64 {
    VISITED.with(std::cell::Cell::get)
}

fn meet(a: &Label, b: &Label) -> bool {
    match (a, b) {
        (Label::Any, _) | (_, Label::Any) => true,
        (Label::One(c), other) | (other, Label::One(c)) => other.has(*c),
        (a, b) => pick(&[a, b], &|_| true).is_some(),
    }
}

/// The text of some letters.
pub(crate) fn text(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.c).collect()
}

#[cfg(test)]
mod tests;
