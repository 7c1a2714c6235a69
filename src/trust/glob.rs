//! Matching with two wildcards, apart from any notation for them.
//!
//! Clouds write wildcards and their escapes differently; what they mean is the same everywhere: a run of any characters,
//! and one character, both across every delimiter.

/// One element of a compiled pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// Exactly this character.
    Literal(char),
    /// Any one character.
    One,
    /// Any run of characters, the empty one included.
    Any,
}

/// A compiled pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob(Vec<Piece>);

impl Glob {
    pub fn new(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }

    /// A pattern without any wildcard.
    pub fn literal(text: &str) -> Self {
        Self(text.chars().map(Piece::Literal).collect())
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text, when the pattern is one text only.
    pub fn as_literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(c) => Some(*c),
                Piece::One | Piece::Any => None,
            })
            .collect()
    }

    /// A text that matches: every run of characters is replaced by `filler`, every single one by its first character.
    pub fn example(&self, filler: &str) -> String {
        let one = filler.chars().next().unwrap_or('x');
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(c) => text.push(*c),
                Piece::One => text.push(one),
                Piece::Any => text.push_str(filler),
            }
        }
        text
    }

    /// Whether the whole text matches. Takes time in the order of pattern × text at worst, whatever the pattern.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at_piece, mut at_char) = (0, 0);
        // Where to go on when a literal fails: the last run seen, and the first character it has not swallowed yet.
        let mut retry: Option<(usize, usize)> = None;
        while let Some(found) = text.get(at_char) {
            match self.0.get(at_piece) {
                Some(Piece::Any) => {
                    retry = Some((at_piece, at_char));
                    at_piece += 1;
                    continue;
                }
                Some(Piece::One) => {}
                Some(Piece::Literal(wanted)) if wanted == found => {}
                _ => {
                    let Some((run, swallowed)) = retry else {
                        return false;
                    };
                    retry = Some((run, swallowed + 1));
                    at_piece = run + 1;
                    at_char = swallowed + 1;
                    continue;
                }
            }
            at_piece += 1;
            at_char += 1;
        }
        self.0.iter().skip(at_piece).all(|piece| *piece == Piece::Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(pieces: &[Piece], text: &[char]) -> bool {
        match (pieces.first(), text.first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(Piece::Any), _) => {
                slow(&pieces[1..], text) || (!text.is_empty() && slow(pieces, &text[1..]))
            }
            (Some(_), None) => false,
            (Some(Piece::One), Some(_)) => slow(&pieces[1..], &text[1..]),
            (Some(Piece::Literal(a)), Some(b)) => a == b && slow(&pieces[1..], &text[1..]),
        }
    }

    fn piece() -> impl Strategy<Value = Piece> {
        prop_oneof![
            3 => prop::sample::select(vec!['a', 'b', 'ü']).prop_map(Piece::Literal),
            1 => Just(Piece::One),
            2 => Just(Piece::Any),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn equals_the_slow_reference(pieces in prop::collection::vec(piece(), 0..9), text in "[abü]{0,10}") {
            let chars: Vec<char> = text.chars().collect();
            prop_assert_eq!(Glob::new(pieces.clone()).matches(&text), slow(&pieces, &chars));
        }

        #[test]
        fn its_example_matches(pieces in prop::collection::vec(piece(), 0..9), filler in "[abc]{1,3}") {
            let glob = Glob::new(pieces);
            prop_assert!(glob.matches(&glob.example(&filler)));
        }
    }

    #[test]
    fn many_wildcards_do_not_blow_up() {
        let mut pieces = Vec::new();
        for _ in 0..2_000 {
            pieces.push(Piece::Any);
            pieces.push(Piece::Literal('a'));
        }
        pieces.push(Piece::Literal('b'));
        let text = "a".repeat(20_000);
        let started = std::time::Instant::now();
        assert!(!Glob::new(pieces).matches(&text));
        assert!(started.elapsed().as_secs() < 20);
    }
}
