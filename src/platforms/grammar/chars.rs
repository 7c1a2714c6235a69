//! Sets of characters.

/// Ranges of characters, both ends included, sorted, apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chars(Vec<(char, char)>);

impl Chars {
    pub fn one(c: char) -> Self {
        Self(vec![(c, c)])
    }

    pub fn of(ranges: impl IntoIterator<Item = (char, char)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut apart: Vec<(char, char)> = Vec::new();
        for (first, last) in ranges {
            match apart.last_mut() {
                Some((_, end)) if first <= *end || after(*end) == Some(first) => *end = last.max(*end),
                _ => apart.push((first, last)),
            }
        }
        Self(apart)
    }

    /// All characters but these.
    pub fn complement(&self) -> Self {
        let mut left = Vec::new();
        let mut next = Some('\0');
        for (first, last) in &self.0 {
            if let (Some(start), Some(end)) = (next, before(*first))
                && start <= end
            {
                left.push((start, end));
            }
            next = after(*last);
        }
        left.extend(next.map(|start| (start, char::MAX)));
        Self(left)
    }

    pub fn has(&self, c: char) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < c);
        self.0.get(at).is_some_and(|(first, _)| *first <= c)
    }

    pub fn both(&self, other: &Self) -> Self {
        let pairs = self
            .0
            .iter()
            .flat_map(|a| other.0.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
        Self::of(pairs)
    }

    pub fn ranges(&self) -> &[(char, char)] {
        &self.0
    }

    /// One of them that reads well: the first of the wanted ones, a letter, a digit, anything. None when there is none, or
    /// none but those left out.
    pub fn pretty(&self, wanted: &str, left_out: &dyn Fn(char) -> bool) -> Option<char> {
        let plain = wanted
            .chars()
            .chain('a'..='z')
            .chain('0'..='9')
            .chain('A'..='Z')
            .chain(' '..='~');
        let first_of = |range: &(char, char)| (range.0..=range.1).take(64).find(|c| !left_out(*c));
        plain
            .into_iter()
            .find(|c| self.has(*c) && !left_out(*c))
            .or_else(|| self.0.iter().find_map(first_of))
    }
}

fn before(c: char) -> Option<char> {
    let number = u32::from(c).checked_sub(1)?;
    // below the surrogates, which are no characters
    char::from_u32(number).or(Some('\u{d7ff}'))
}

fn after(c: char) -> Option<char> {
    let number = u32::from(c)
        .checked_add(1)
        .filter(|n| *n <= u32::from(char::MAX))?;
    char::from_u32(number).or(Some('\u{e000}'))
}
