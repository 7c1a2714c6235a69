//! The automaton of a regular expression: its positions, and which may follow which.

use super::chars::Chars;

/// A set of texts. Every character of the expression is a position; a text belongs to the set when its characters can be
/// laid along positions that follow each other, from a first one to a last one (Glushkov's construction).
#[derive(Clone, Debug, Default)]
pub(in crate::platforms) struct Language {
    pub(super) positions: Vec<Position>,
    pub(super) first: Vec<usize>,
    /// Whether the empty text belongs to it.
    pub(super) has_empty: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Position {
    pub chars: Chars,
    /// Sorted.
    pub follow: Vec<usize>,
    pub is_last: bool,
    /// Whether its character is part of the tenant's name.
    pub is_tenant: bool,
}

impl Language {
    /// Whether a whole text belongs to it.
    pub fn has(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.ends_from(&chars, 0).last().copied().unwrap_or_default()
    }

    /// Whether some start of a text belongs to it.
    pub fn has_start_of(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.ends_from(&chars, 0).contains(&true)
    }

    /// Where a text of the language that begins at `start` may end, one answer per place between characters.
    pub fn ends_from(&self, text: &[char], start: usize) -> Vec<bool> {
        let starts: Vec<bool> = (0..=text.len()).map(|place| place == start).collect();
        self.ends(text, &starts)
    }

    /// Where texts of the language may end when they may begin at each of `starts`. All at once, in one pass.
    pub fn ends(&self, text: &[char], starts: &[bool]) -> Vec<bool> {
        let is_start = |place: usize| starts.get(place).copied().unwrap_or_default();
        let mut ends: Vec<bool> = (0..=text.len())
            .map(|place| self.has_empty && is_start(place))
            .collect();
        let mut current: Vec<usize> = Vec::new();
        let mut seen_at = vec![usize::MAX; self.positions.len()];
        for (place, c) in text.iter().enumerate() {
            let mut next = Vec::new();
            let mut is_end = false;
            let fresh = self.first.iter().filter(|_| is_start(place));
            let further = current.iter().flat_map(|at| self.follow(*at));
            for at in fresh.chain(further) {
                let Some(position) = self.positions.get(*at) else {
                    continue;
                };
                let Some(seen) = seen_at.get_mut(*at).filter(|seen| **seen != place) else {
                    continue;
                };
                *seen = place;
                if position.chars.has(*c) {
                    next.push(*at);
                    is_end |= position.is_last;
                }
            }
            if let Some(end) = ends.get_mut(place + 1) {
                *end |= is_end;
            }
            current = next;
        }
        ends
    }

    /// Where texts of the language may begin when they may end at each of `ends`.
    pub fn starts(&self, text: &[char], ends: &[bool]) -> Vec<bool> {
        let reversed_text: Vec<char> = text.iter().rev().copied().collect();
        let reversed_ends: Vec<bool> = ends.iter().rev().copied().collect();
        let mut starts = self.reversed().ends(&reversed_text, &reversed_ends);
        starts.reverse();
        starts
    }

    /// The same texts, read backwards.
    fn reversed(&self) -> Self {
        let mut positions: Vec<Position> = self
            .positions
            .iter()
            .map(|position| Position {
                follow: Vec::new(),
                is_last: false,
                ..position.clone()
            })
            .collect();
        for (at, position) in self.positions.iter().enumerate() {
            for next in &position.follow {
                if let Some(next) = positions.get_mut(*next) {
                    next.follow.push(at);
                }
            }
        }
        for at in &self.first {
            if let Some(first) = positions.get_mut(*at) {
                first.is_last = true;
            }
        }
        let last = self.positions.iter().enumerate();
        Self {
            positions,
            first: last
                .filter(|(_, position)| position.is_last)
                .map(|(at, _)| at)
                .collect(),
            has_empty: self.has_empty,
        }
    }

    pub(super) fn follow(&self, at: usize) -> &[usize] {
        self.positions.get(at).map_or(&[], |position| &position.follow)
    }
}
