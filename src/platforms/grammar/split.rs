//! Taking a text apart along the parts of a template.

use std::collections::BTreeMap;

use super::language::Language;

/// One part: a text, or the name of a variable and its values.
pub(in crate::platforms) enum Part<'a> {
    Literal(&'a str),
    Variable(&'a str, Language),
}

/// Readings of one text by one template that are given. No platform needs two; a grammar without any delimiter would have
/// as many as there are ways to cut a text.
pub(in crate::platforms) const MAX_READINGS: usize = 16;

/// Longer texts are no subject of anybody, and not read.
const MAX_CHARS: usize = 8_192;

/// Steps of collecting readings. Only variables that stand twice can make it look in vain.
const MAX_STEPS: usize = 2_000;

/// All ways to read a text, the shortest first values first.
///
/// First the places where each part can begin are found from the front, then thinned from the back to those from which the
/// rest fits: both one pass per part. What is left is walked without a dead end.
pub(in crate::platforms) fn split(parts: &[Part<'_>], text: &str) -> Vec<BTreeMap<String, String>> {
    let chars: Vec<char> = text.chars().take(MAX_CHARS + 1).collect();
    if chars.len() > MAX_CHARS {
        return Vec::new();
    }
    let mut places: Vec<Vec<bool>> = vec![(0..=chars.len()).map(|place| place == 0).collect()];
    for part in parts {
        let starts = places.last().map(Vec::as_slice).unwrap_or_default();
        places.push(part.ends(&chars, starts));
    }
    let Some(ends) = places.last_mut() else {
        return Vec::new();
    };
    for (place, end) in ends.iter_mut().enumerate() {
        *end &= place == chars.len();
    }
    for (at, part) in parts.iter().enumerate().rev() {
        let behind = places.get(at + 1).map(Vec::as_slice).unwrap_or_default();
        let from = part.starts(&chars, behind);
        if let Some(starts) = places.get_mut(at) {
            for (start, possible) in starts.iter_mut().zip(from) {
                *start &= possible;
            }
        }
    }
    let mut walk = Walk {
        chars: &chars,
        parts,
        places: &places,
        found: Vec::new(),
        steps: 0,
    };
    if places.first().is_some_and(|starts| starts.first() == Some(&true)) {
        walk.from(0, 0, &BTreeMap::new());
    }
    walk.found
}

struct Walk<'a> {
    chars: &'a [char],
    parts: &'a [Part<'a>],
    places: &'a [Vec<bool>],
    found: Vec<BTreeMap<String, String>>,
    steps: usize,
}

impl Walk<'_> {
    /// As deep as there are parts.
    fn from(&mut self, part: usize, start: usize, values: &BTreeMap<String, String>) {
        self.steps += 1;
        if self.found.len() >= MAX_READINGS || self.steps > MAX_STEPS {
            return;
        }
        let Some(found) = self.parts.get(part) else {
            self.found.push(values.clone());
            return;
        };
        let only_start: Vec<bool> = (0..=self.chars.len()).map(|place| place == start).collect();
        let ends = found.ends(self.chars, &only_start);
        let behind = self.places.get(part + 1).map(Vec::as_slice).unwrap_or_default();
        for (end, _) in ends
            .iter()
            .zip(behind)
            .enumerate()
            .filter(|(_, (a, b))| **a && **b)
        {
            match found {
                Part::Literal(_) => self.from(part + 1, end, values),
                Part::Variable(name, _) => {
                    let value: String = self.chars.get(start..end).unwrap_or_default().iter().collect();
                    if values.get(*name).is_some_and(|earlier| *earlier != value) {
                        continue;
                    }
                    let mut values = values.clone();
                    values.insert((*name).to_owned(), value);
                    self.from(part + 1, end, &values);
                }
            }
        }
    }
}

impl Part<'_> {
    fn ends(&self, text: &[char], starts: &[bool]) -> Vec<bool> {
        match self {
            Self::Variable(_, language) => language.ends(text, starts),
            Self::Literal(literal) => {
                let mut ends = vec![false; text.len() + 1];
                for start in places(starts) {
                    if let Some(end) = stands_at(literal, text, start)
                        && let Some(place) = ends.get_mut(end)
                    {
                        *place = true;
                    }
                }
                ends
            }
        }
    }

    fn starts(&self, text: &[char], ends: &[bool]) -> Vec<bool> {
        match self {
            Self::Variable(_, language) => language.starts(text, ends),
            Self::Literal(literal) => (0..=text.len())
                .map(|start| stands_at(literal, text, start).is_some_and(|end| ends.get(end) == Some(&true)))
                .collect(),
        }
    }
}

fn places(marks: &[bool]) -> impl Iterator<Item = usize> {
    marks
        .iter()
        .enumerate()
        .filter(|(_, mark)| **mark)
        .map(|(at, _)| at)
}

/// Where a literal ends that stands at a place.
fn stands_at(literal: &str, text: &[char], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let mut length = 0;
    for c in literal.chars() {
        if rest.get(length) != Some(&c) {
            return None;
        }
        length += 1;
    }
    Some(start + length)
}
