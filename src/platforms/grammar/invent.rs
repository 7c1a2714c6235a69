//! Texts of a language that somebody else could have.

use std::collections::{HashMap, VecDeque};

use super::language::Language;

/// What people recognise as somebody else.
const WORDS: [&str; 12] = [
    "evil",
    "evil/x",
    "999999999999",
    "00000000-0000-4000-8000-00000000e511",
    "{00000000-0000-4000-8000-00000000e511}",
    "branch",
    "apply",
    "preview",
    "refs/heads/evil",
    "https://evil.example",
    "evil.example",
    "TRACKED",
];

impl Language {
    /// A text of the language: a word that says what it is where the language has one, else the shortest text. None when
    /// the language has no text.
    pub fn invented(&self) -> Option<String> {
        let word = WORDS.into_iter().find(|word| self.has(word));
        word.map(str::to_owned).or_else(|| self.shortest())
    }

    /// A text of the language with one of these characters in it. None: no text has any.
    pub fn one_with(&self, chars: &str) -> Option<String> {
        let found = chars.chars().filter_map(|c| self.swallows(&c.to_string()));
        found.min_by_key(String::len)
    }

    fn shortest(&self) -> Option<String> {
        if self.has_empty {
            return Some(String::new());
        }
        let mut came_from: HashMap<usize, (Option<usize>, char)> = HashMap::new();
        let mut waiting: VecDeque<usize> = VecDeque::new();
        let mut ahead: Vec<(usize, Option<usize>)> = self.first.iter().map(|at| (*at, None)).collect();
        loop {
            for (at, from) in ahead.drain(..) {
                let c = self
                    .positions
                    .get(at)
                    .and_then(|position| position.chars.pretty("e9", &|_| false));
                if let (Some(c), false) = (c, came_from.contains_key(&at)) {
                    came_from.insert(at, (from, c));
                    waiting.push_back(at);
                }
            }
            let at = waiting.pop_front()?;
            if self.positions.get(at).is_some_and(|position| position.is_last) {
                let mut text = Vec::new();
                let mut next = Some(at);
                while let Some((from, c)) = next.and_then(|at| came_from.get(&at)) {
                    text.push(*c);
                    next = *from;
                }
                return Some(text.iter().rev().collect());
            }
            ahead.extend(self.follow(at).iter().map(|next| (*next, Some(at))));
        }
    }
}
