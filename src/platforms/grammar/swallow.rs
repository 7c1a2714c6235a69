//! Can a variable hold the text behind it?

use std::collections::{HashMap, VecDeque};

use super::language::Language;

impl Language {
    /// A text of the language with which the literal behind it would be found too early: the text holds the literal, or its
    /// end and the literal's begin make one. None: the end of the text is always where the literal first stands.
    ///
    /// A search of the automaton of the language together with that of the literal (Knuth, Morris, Pratt): the answer is a
    /// proof for all texts, however long.
    pub fn swallows(&self, literal: &str) -> Option<String> {
        let wanted: Vec<char> = literal.chars().collect();
        if wanted.is_empty() {
            return None;
        }
        // what a person would choose as an attacker, when the language has it
        let natural = ["x", "a", "0", ""].map(|start| format!("{start}{literal}victim"));
        let plain = [format!("x{literal}x"), format!("0{literal}0")];
        if let Some(text) = natural.into_iter().chain(plain).find(|text| self.has(text)) {
            return Some(text);
        }
        self.search(&Literal::new(wanted))
    }

    fn search(&self, literal: &Literal) -> Option<String> {
        if self.has_empty && literal.is_found_before_end_of(0) {
            return Some(String::new());
        }
        // position, progress in the literal, whether it was found; with the way there
        type State = (usize, usize, bool);
        let mut came_from: HashMap<State, (Option<State>, char)> = HashMap::new();
        let mut waiting: VecDeque<State> = VecDeque::new();
        let starts = self.first.iter().map(|at| (*at, None));
        let mut ahead: Vec<(usize, Option<State>)> = starts.collect();
        loop {
            for (at, from) in ahead.drain(..) {
                let Some(position) = self.positions.get(at) else {
                    continue;
                };
                let progress = from.map_or(0, |(_, progress, _)| progress);
                let found = from.is_some_and(|(_, _, found)| found);
                let of_literal = literal.chars.iter().copied().filter(|c| position.chars.has(*c));
                let other = position.chars.pretty("xa0", &|c| literal.chars.contains(&c));
                for c in of_literal.chain(other) {
                    let progress = literal.step(progress, c);
                    let state = (at, progress, found || progress == literal.chars.len());
                    if let std::collections::hash_map::Entry::Vacant(vacant) = came_from.entry(state) {
                        vacant.insert((from, c));
                        waiting.push_back(state);
                    }
                }
            }
            let state = waiting.pop_front()?;
            let (at, progress, found) = state;
            let is_last = self.positions.get(at).is_some_and(|position| position.is_last);
            if is_last && (found || literal.is_found_before_end_of(progress)) {
                let mut text: Vec<char> = Vec::new();
                let mut next = Some(state);
                while let Some((from, c)) = next.and_then(|state| came_from.get(&state)) {
                    text.push(*c);
                    next = *from;
                }
                return Some(text.iter().rev().collect());
            }
            ahead.extend(self.follow(at).iter().map(|next| (*next, Some(state))));
        }
    }
}

struct Literal {
    chars: Vec<char>,
    /// For each length of a matched start the longest shorter start that is its end.
    fall_back: Vec<usize>,
}

impl Literal {
    fn new(chars: Vec<char>) -> Self {
        let mut literal = Self {
            fall_back: vec![0, 0],
            chars,
        };
        for length in 2..=literal.chars.len() {
            let c = literal.chars.get(length - 1).copied().unwrap_or_default();
            let shorter = literal.fall_back.get(length - 1).copied().unwrap_or_default();
            let next = literal.step(shorter, c);
            literal.fall_back.push(next);
        }
        literal
    }

    /// How much of the literal is matched after one character more.
    fn step(&self, mut progress: usize, c: char) -> usize {
        loop {
            if self.chars.get(progress) == Some(&c) {
                return progress + 1;
            }
            if progress == 0 {
                return 0;
            }
            progress = self.fall_back.get(progress).copied().unwrap_or_default();
        }
    }

    /// Whether the literal, written behind a text, is complete before its last character.
    fn is_found_before_end_of(&self, mut progress: usize) -> bool {
        let but_last = self.chars.len().saturating_sub(1);
        self.chars.iter().take(but_last).any(|c| {
            progress = self.step(progress, *c);
            progress == self.chars.len()
        })
    }
}
