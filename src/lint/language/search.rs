//! The shortest text that several automata have in common.
//!
//! The first track is what an issuer can sign, the second marks parts of it, the others are what a trust tests; besides
//! there are automata that must not have the text. All are walked side by side, breadth first, so that nothing found is
//! nothing there, unless the search says that it gave up.

use std::collections::{HashMap, VecDeque};

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

impl Found {
    /// Whether there is a text, or it is not known that there is none.
    pub(crate) fn may_be(&self) -> bool {
        *self != Self::Nothing
    }
}

struct Node {
    /// A state of each track; then, for each automaton that must not have the text, the number of a set of its states.
    states: Box<[u32]>,
    flags: u32,
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
    nodes: Vec<Node>,
    seen: HashMap<(Box<[u32]>, u32), ()>,
    waiting: VecDeque<usize>,
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
            nodes: Vec::new(),
            seen: HashMap::new(),
            waiting: VecDeque::new(),
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
            self.visit(first.into(), 0, usize::MAX, None);
        }
        while let Some(at) = self.waiting.pop_front() {
            if self.is_goal(at) {
                return Found::Text(self.path(at));
            }
            if self.nodes.len() > MAX_STATES {
                return Found::GaveUp;
            }
            self.expand(at);
        }
        Found::Nothing
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

    fn visit(&mut self, states: Box<[u32]>, flags: u32, from: usize, letter: Option<Letter>) {
        if self.seen.insert((states.clone(), flags), ()).is_none() {
            self.nodes.push(Node {
                states,
                flags,
                from,
                letter,
            });
            self.waiting.push_back(self.nodes.len() - 1);
        }
    }

    fn is_goal(&self, at: usize) -> bool {
        let Some(node) = self.nodes.get(at) else {
            return false;
        };
        let (positive, not) = node.states.split_at(self.positive.len().min(node.states.len()));
        let accepted = self.positive.iter().zip(positive).all(|(a, s)| a.accepts_in(*s));
        let mut refused = self.not.iter().zip(not).enumerate();
        accepted
            && (self.enough)(node.flags)
            && !refused.any(|(at, (a, number))| self.set(at, *number).iter().any(|s| a.accepts_in(*s)))
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

    fn expand(&mut self, at: usize) {
        let Some(node) = self.nodes.get(at) else { return };
        let (states, flags) = (node.states.clone(), node.flags);
        let positive = self.positive.clone();
        let mut found: Vec<(Letter, Vec<u32>)> = Vec::new();
        self.combine(&positive, &states, &mut Vec::new(), &mut found);
        for (letter, mut next) in found {
            let Some(flags) = (self.judge)(letter, flags) else {
                continue;
            };
            for n in 0..self.not.len() {
                let number = states.get(positive.len() + n).copied().unwrap_or_default();
                let stepped = self.not.get(n).map_or_else(Vec::new, |automaton| {
                    automaton.step(self.set(n, number), letter.c)
                });
                let number = self.number(n, stepped);
                next.push(number);
            }
            self.visit(next.into(), flags, at, Some(letter));
        }
    }

    /// Every choice of one edge per track that has a character in common.
    fn combine<'e>(
        &self,
        tracks: &[&'e Automaton],
        states: &[u32],
        chosen: &mut Vec<&'e Edge>,
        found: &mut Vec<(Letter, Vec<u32>)>,
    ) {
        let Some(track) = tracks.get(chosen.len()) else {
            self.letters(states, chosen, found);
            return;
        };
        let state = states.get(chosen.len()).copied().unwrap_or_default();
        for edge in track.edges(state) {
            let fits = chosen.iter().all(|other| meet(&other.label, &edge.label));
            if fits {
                chosen.push(edge);
                self.combine(tracks, states, chosen, found);
                chosen.pop();
            }
        }
    }

    fn letters(&self, states: &[u32], chosen: &[&Edge], found: &mut Vec<(Letter, Vec<u32>)>) {
        let labels: Vec<&Label> = chosen.iter().map(|edge| &edge.label).collect();
        let tag = |is: bool, at: usize| {
            if is {
                chosen.get(at).map_or(0, |e| e.tag)
            } else {
                0
            }
        };
        let before = usize::from(self.is_form) + usize::from(self.is_marked);
        let letter = Letter {
            c: '\0',
            form: tag(self.is_form, 0),
            mark: tag(self.is_marked, usize::from(self.is_form)),
            wild: chosen.iter().skip(before).all(|edge| !edge.literal),
        };
        let mut add = |c: char| {
            let next = chosen.iter().map(|edge| edge.target).collect();
            found.push((Letter { c, ..letter }, next));
        };
        // Where nothing is excluded any character will do; else one of each kind.
        let mut borders = Vec::new();
        for (at, automaton) in self.not.iter().enumerate() {
            let number = states.get(self.positive.len() + at).copied().unwrap_or_default();
            for state in self.set(at, number) {
                for edge in automaton.edges(*state) {
                    edge.label.borders(&mut borders);
                }
            }
        }
        borders.sort_unstable();
        borders.dedup();
        if borders.is_empty() {
            if let Some(c) = pick(&labels, &|_| true) {
                add(c);
            }
            return;
        }
        let mut last = '\0';
        for border in borders.iter().copied().chain([char::MAX]) {
            let (from, to) = (last, border);
            let inside = |c: char| from <= c && (c < to || to == char::MAX);
            if let Some(c) = pick(&labels, &inside) {
                add(c);
            } else if labels.iter().all(|label| label.has(from)) && inside(from) {
                add(from);
            }
            last = border;
        }
    }
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
