//! Automata without silent steps, and how they are put together.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::label::Label;
use crate::trust::{Glob, Piece};

/// States of what two automata have in common.
const MOST_STATES: usize = 20_000;

/// An edge: reads one character.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub label: Label,
    pub target: u32,
    /// What the character belongs to, as whoever built the automaton numbers things; 0: to nothing.
    pub tag: u16,
    /// Whether the character is written down, as opposed to matched by a wildcard.
    pub literal: bool,
}

/// A set of texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Automaton {
    edges: Vec<Vec<Edge>>,
    accepting: Vec<bool>,
    starts: Vec<u32>,
}

impl Automaton {
    /// The texts that match any of some patterns.
    pub(crate) fn of_globs(globs: &[Glob], ignore_case: bool) -> Self {
        let mut builder = Builder::default();
        let (start, end) = (builder.state(), builder.state());
        for glob in globs {
            let mut at = builder.state();
            builder.silent(start, at);
            for piece in glob.pieces() {
                at = builder.piece(at, *piece, ignore_case);
            }
            builder.silent(at, end);
        }
        builder.finish(start, end)
    }

    /// The texts of any of some automata.
    pub(crate) fn union(all: &[Self]) -> Self {
        let mut union = Self::default();
        for one in all {
            let shift = u32::try_from(union.edges.len()).unwrap_or(u32::MAX);
            let moved = |edge: &Edge| Edge {
                target: edge.target.saturating_add(shift),
                ..edge.clone()
            };
            let edges = one.edges.iter().map(|edges| edges.iter().map(moved).collect());
            union.edges.extend(edges);
            union.accepting.extend(&one.accepting);
            union
                .starts
                .extend(one.starts.iter().map(|start| start.saturating_add(shift)));
        }
        union
    }

    /// The texts of both, their characters tagged as in the first; where they are too large, those of the first.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut reached: IndexSet<(u32, u32)> = IndexSet::new();
        for start in &self.starts {
            reached.extend(other.starts.iter().map(|own| (*start, *own)));
        }
        let mut both = Self {
            starts: (0..u32::try_from(reached.len()).unwrap_or(u32::MAX)).collect(),
            ..Self::default()
        };
        let mut at = 0;
        while let Some((a, b)) = reached.get_index(at).copied() {
            if at > MOST_STATES {
                return self.clone();
            }
            let pairs = self
                .edges(a)
                .iter()
                .flat_map(|one| other.edges(b).iter().map(move |two| (one, two)));
            let mut edges = Vec::new();
            for (one, two) in pairs {
                let Some(label) = one.label.meet(&two.label) else {
                    continue;
                };
                let (target, _) = reached.insert_full((one.target, two.target));
                edges.push(Edge {
                    label,
                    target: u32::try_from(target).unwrap_or(u32::MAX),
                    tag: one.tag,
                    literal: one.literal || two.literal,
                });
            }
            both.edges.push(edges);
            both.accepting.push(self.accepts_in(a) && other.accepts_in(b));
            at += 1;
        }
        both
    }

    /// The same texts, each character belonging to one thing.
    pub(crate) fn tagged(mut self, tag: u16) -> Self {
        self.edges.iter_mut().flatten().for_each(|edge| edge.tag = tag);
        self
    }

    pub(crate) fn starts(&self) -> &[u32] {
        &self.starts
    }

    pub(crate) fn edges(&self, state: u32) -> &[Edge] {
        usize::try_from(state)
            .ok()
            .and_then(|at| self.edges.get(at))
            .map_or(&[], Vec::as_slice)
    }

    pub(crate) fn accepts_in(&self, state: u32) -> bool {
        usize::try_from(state)
            .ok()
            .and_then(|at| self.accepting.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// The states reached from some states by a character, sorted.
    pub(crate) fn step(&self, states: &[u32], c: char) -> Vec<u32> {
        let mut next: Vec<u32> = states
            .iter()
            .flat_map(|state| self.edges(*state))
            .filter(|edge| edge.label.has(c))
            .map(|edge| edge.target)
            .collect();
        next.sort_unstable();
        next.dedup();
        next
    }

    /// Whether a text belongs to the set.
    pub(crate) fn has(&self, text: &str) -> bool {
        let mut states = self.starts.clone();
        for c in text.chars() {
            states = self.step(&states, c);
            if states.is_empty() {
                return false;
            }
        }
        states.iter().any(|state| self.accepts_in(*state))
    }
}

/// Puts an automaton together, with silent steps that [`Builder::finish`] takes out.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    edges: Vec<Vec<Edge>>,
    silent: Vec<Vec<u32>>,
    /// Whether nothing that is added counts as written down.
    pub(super) is_loose: bool,
}

impl Builder {
    pub(crate) fn state(&mut self) -> u32 {
        self.edges.push(Vec::new());
        self.silent.push(Vec::new());
        u32::try_from(self.edges.len() - 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn silent(&mut self, from: u32, to: u32) {
        if let Some(steps) = usize::try_from(from).ok().and_then(|at| self.silent.get_mut(at)) {
            steps.push(to);
        }
    }

    pub(crate) fn edge(&mut self, from: u32, edge: Edge) {
        if let Some(edges) = usize::try_from(from).ok().and_then(|at| self.edges.get_mut(at)) {
            edges.push(edge);
        }
    }

    /// A new state reached from another by one character.
    pub(crate) fn then(&mut self, from: u32, label: Label, tag: u16, literal: bool) -> u32 {
        let target = self.state();
        self.edge(
            from,
            Edge {
                label,
                target,
                tag,
                literal: literal && !self.is_loose,
            },
        );
        target
    }

    /// A new state reached from another by a text.
    pub(crate) fn text(&mut self, from: u32, text: &str, tag: u16) -> u32 {
        text.chars()
            .fold(from, |at, c| self.then(at, Label::One(c), tag, true))
    }

    /// Any run of characters.
    pub(crate) fn run(&mut self, from: u32, tag: u16) -> u32 {
        let at = self.state();
        self.silent(from, at);
        self.edge(
            at,
            Edge {
                label: Label::Any,
                target: at,
                tag,
                literal: false,
            },
        );
        at
    }

    /// A copy of another automaton.
    pub(crate) fn embed(&mut self, from: u32, automaton: &Automaton) -> u32 {
        let base = u32::try_from(self.size()).unwrap_or(u32::MAX);
        for _ in &automaton.edges {
            self.state();
        }
        let end = self.state();
        for state in 0..end.saturating_sub(base) {
            for edge in automaton.edges(state) {
                let target = edge.target.saturating_add(base);
                self.edge(
                    state.saturating_add(base),
                    Edge {
                        target,
                        ..edge.clone()
                    },
                );
            }
            if automaton.accepts_in(state) {
                self.silent(state.saturating_add(base), end);
            }
        }
        for start in &automaton.starts {
            self.silent(from, start.saturating_add(base));
        }
        end
    }

    pub(crate) fn piece(&mut self, from: u32, piece: Piece, ignore_case: bool) -> u32 {
        match piece {
            Piece::Literal(c) if ignore_case => self.then(from, Label::folded(c), 0, true),
            Piece::Literal(c) => self.then(from, Label::One(c), 0, true),
            Piece::One => self.then(from, Label::Any, 0, false),
            Piece::Any => self.run(from, 0),
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.edges.len()
    }

    /// Takes the silent steps out.
    pub(crate) fn finish(self, start: u32, end: u32) -> Automaton {
        let count = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
        let (mut edges, mut accepting) = (Vec::new(), Vec::new());
        for state in 0..count {
            let closure = self.closure(state);
            let of = |at: &u32| {
                usize::try_from(*at)
                    .ok()
                    .and_then(|at| self.edges.get(at))
                    .map_or(&[][..], Vec::as_slice)
            };
            edges.push(closure.iter().flat_map(of).cloned().collect::<Vec<_>>());
            accepting.push(closure.contains(&end));
        }
        Automaton {
            edges,
            accepting,
            starts: vec![start],
        }
    }

    fn closure(&self, state: u32) -> BTreeSet<u32> {
        let (mut seen, mut waiting) = (BTreeSet::from([state]), vec![state]);
        while let Some(at) = waiting.pop() {
            let steps = usize::try_from(at).ok().and_then(|at| self.silent.get(at));
            for next in steps.into_iter().flatten() {
                if seen.insert(*next) {
                    waiting.push(*next);
                }
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn piece() -> impl Strategy<Value = Piece> {
        prop_oneof![
            3 => prop::sample::select(vec!['a', 'b', 'ü']).prop_map(Piece::Literal),
            1 => Just(Piece::One),
            2 => Just(Piece::Any),
        ]
    }

    proptest! {
        #[test]
        fn a_glob_and_its_automaton_agree(pieces in prop::collection::vec(piece(), 0..8), text in "[abü]{0,8}") {
            let glob = Glob::new(pieces);
            let automaton = Automaton::of_globs(std::slice::from_ref(&glob), false);
            prop_assert_eq!(automaton.has(&text), glob.matches(&text));
        }

        #[test]
        fn both_have_what_each_has(
            a in prop::collection::vec(piece(), 0..6),
            b in prop::collection::vec(piece(), 0..6),
            text in "[abü]{0,6}",
        ) {
            let (a, b) = (Glob::new(a), Glob::new(b));
            let of = |glob: &Glob| Automaton::of_globs(std::slice::from_ref(glob), false);
            let both = of(&a).and(&of(&b));
            prop_assert_eq!(both.has(&text), a.matches(&text) && b.matches(&text));
        }
    }

    #[test]
    fn unions_and_letter_case() {
        let globs = [
            Glob::literal("ab"),
            Glob::new(vec![Piece::Literal('C'), Piece::Any]),
        ];
        let either = Automaton::of_globs(&globs, true);
        for (text, yes) in [
            ("ab", true),
            ("AB", true),
            ("cx", true),
            ("abx", false),
            ("", false),
        ] {
            assert_eq!(either.has(text), yes, "{text}");
        }
    }
}
