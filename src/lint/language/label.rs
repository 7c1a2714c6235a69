//! What an edge of an automaton reads: one character out of a set.

use std::sync::Arc;

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    One(char),
    /// Ranges, both ends included.
    Set(Arc<[(char, char)]>),
    Any,
}

/// Characters that read well in an example, the ones tried first at the front.
const POOL: &str = "x9X-_/.:@aA0bcdefghijklmnopqrstuvwyz12345678BCDEFGHIJKLMNOPQRSTUVWYZ+=,%#~ ";

impl Label {
    /// Both cases of a letter.
    pub(crate) fn folded(c: char) -> Self {
        let mut all: Vec<(char, char)> = vec![(c, c)];
        all.extend(c.to_lowercase().map(|l| (l, l)));
        all.extend(c.to_uppercase().map(|u| (u, u)));
        all.sort_unstable();
        all.dedup();
        if all.len() == 1 {
            return Self::One(c);
        }
        Self::Set(all.into())
    }

    pub(crate) fn has(&self, c: char) -> bool {
        match self {
            Self::One(one) => *one == c,
            Self::Set(ranges) => ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)),
            Self::Any => true,
        }
    }

    /// Characters at which the set begins and the first behind it: where something changes for a reader of the set.
    pub(crate) fn borders(&self, into: &mut Vec<char>) {
        match self {
            Self::One(c) => into.extend([Some(*c), after(*c)].into_iter().flatten()),
            Self::Set(ranges) => {
                for (first, last) in ranges.iter() {
                    into.push(*first);
                    into.extend(after(*last));
                }
            }
            Self::Any => {}
        }
    }

    /// The characters of both.
    pub(crate) fn meet(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Any, label) | (label, Self::Any) => Some(label.clone()),
            (Self::One(c), label) | (label, Self::One(c)) => label.has(*c).then_some(Self::One(*c)),
            (a, b) => {
                let (ours, theirs) = (a.ranges(), b.ranges());
                let pairs = ours
                    .iter()
                    .flat_map(|a| theirs.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
                let ranges: Vec<(char, char)> = pairs.filter(|(first, last)| first <= last).collect();
                (!ranges.is_empty()).then(|| Self::Set(ranges.into()))
            }
        }
    }

    fn ranges(&self) -> Vec<(char, char)> {
        match self {
            Self::One(c) => vec![(*c, *c)],
            Self::Set(ranges) => ranges.to_vec(),
            Self::Any => vec![('\0', char::MAX)],
        }
    }
}

/// Whether some character is in all sets. Exact.
pub(crate) fn pick(labels: &[&Label], also: &dyn Fn(char) -> bool) -> Option<char> {
    let fits = |c: char| labels.iter().all(|label| label.has(c)) && also(c);
    if let Some(Label::One(c)) = labels.iter().find(|label| matches!(label, Label::One(_))) {
        return fits(*c).then_some(*c);
    }
    if let Some(c) = POOL.chars().find(|c| fits(*c)) {
        return Some(c);
    }
    // Beyond the pool: the first character of each piece of the intersection.
    let mut pieces = vec![('\0', char::MAX)];
    for label in labels {
        let ranges = label.ranges();
        pieces = pieces
            .iter()
            .flat_map(|a| ranges.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))))
            .filter(|(first, last)| first <= last)
            .collect();
    }
    pieces
        .iter()
        .flat_map(|piece| [piece.0, piece.1])
        .find(|c| fits(*c))
}

fn after(c: char) -> Option<char> {
    let next = u32::from(c).checked_add(1)?;
    char::from_u32(next).or_else(|| (next == 0xd800).then_some('\u{e000}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks() {
        let set = |ranges: &[(char, char)]| Label::Set(ranges.into());
        let all = |_: char| true;
        assert_eq!(pick(&[&Label::Any, &Label::One('q')], &all), Some('q'));
        assert_eq!(pick(&[&set(&[('a', 'c')]), &set(&[('c', 'd')])], &all), Some('c'));
        assert_eq!(pick(&[&set(&[('a', 'c')]), &set(&[('d', 'e')])], &all), None);
        assert_eq!(pick(&[&set(&[('λ', 'π')]), &set(&[('π', 'ω')])], &all), Some('π'));
        assert_eq!(pick(&[&Label::folded('A')], &|c| c != 'A'), Some('a'));
        assert_eq!(Label::folded('-'), Label::One('-'));
    }
}
