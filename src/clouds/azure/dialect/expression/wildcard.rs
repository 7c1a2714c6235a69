//! `*` and `?` of the operator `matches`, with what the vendor leaves open kept open.
//!
//! Documented: a run of characters, one character; examples imply that both cross `:` and `/`. Not documented: whether a run
//! may be empty, what a character is beyond the Basic Multilingual Plane, whether line ends count.

use crate::trust::{Glob, Piece};

/// What the documentation leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Undecided {
    EmptyRun,
    UnusualCharacter,
    EscapedQuote,
}

impl Undecided {
    pub(in super::super) fn as_str(self) -> &'static str {
        match self {
            Self::EmptyRun => ", which matches only if `*` may stand for nothing: that is not documented",
            Self::UnusualCharacter => {
                ", with control characters or characters beyond U+FFFF: what wildcards make of them is not documented"
            }
            Self::EscapedQuote => ": what a quote in the text to compare with stands for is not documented",
        }
    }
}

pub(super) fn glob(comparand: &str) -> Glob {
    let piece = |c| match c {
        '*' => Piece::Any,
        '?' => Piece::One,
        literal => Piece::Literal(literal),
    };
    Glob::new(comparand.chars().map(piece).collect())
}

/// Whether the whole text matches, under every reading of the documentation.
pub(in super::super) fn matches(glob: &Glob, text: &str) -> Result<bool, Undecided> {
    if let Some(literal) = glob.as_literal() {
        return Ok(literal == text);
    }
    if text.chars().any(|c| c.is_control() || c > '\u{ffff}') {
        return match outer_bound(glob).matches(text) {
            true => Err(Undecided::UnusualCharacter),
            false => Ok(false),
        };
    }
    match (filled(glob).matches(text), glob.matches(text)) {
        (true, _) => Ok(true),
        (false, true) => Err(Undecided::EmptyRun),
        (false, false) => Ok(false),
    }
}

/// Matches whatever any reading of the pattern matches.
fn outer_bound(glob: &Glob) -> Glob {
    let pieces = glob.pieces().iter().map(|piece| match piece {
        Piece::One => Piece::Any,
        other => *other,
    });
    Glob::new(pieces.collect())
}

/// The pattern in which a run has at least one character.
pub(in super::super) fn filled(glob: &Glob) -> Glob {
    let pieces = glob.pieces().iter().flat_map(|piece| match piece {
        Piece::Any => vec![Piece::One, Piece::Any],
        other => vec![*other],
    });
    Glob::new(pieces.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_known_and_what_is_not() {
        for (pattern, text, expected) in [
            ("repo:acme/*", "repo:acme/x:ref:a/b", Ok(true)),
            ("repo:acme/*", "repo:evil/x", Ok(false)),
            ("repo:acme/*", "repo:acme/", Err(Undecided::EmptyRun)),
            ("a*b", "ab", Err(Undecided::EmptyRun)),
            ("**", "x", Err(Undecided::EmptyRun)),
            ("a?c", "a/c", Ok(true)),
            ("a?c", "ac", Ok(false)),
            ("A*", "abc", Ok(false)),
            (r"a\*", "abc", Ok(false)),
            ("a*", "a\nb", Err(Undecided::UnusualCharacter)),
            ("a??", "a😀", Err(Undecided::UnusualCharacter)),
            ("b*", "a😀", Ok(false)),
            ("a😀", "a😀", Ok(true)),
        ] {
            assert_eq!(matches(&glob(pattern), text), expected, "{pattern} {text:?}");
        }
    }

    /// Written apart from [`Glob`]: the shortest run is a parameter.
    fn slow(pattern: &[char], text: &[char], least: usize) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (least..=text.len()).any(|n| slow(rest, &text[n..], least)),
            Some(('?', rest)) => !text.is_empty() && slow(rest, &text[1..], least),
            Some((c, rest)) => text.first() == Some(c) && slow(rest, &text[1..], least),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn equals_the_slow_reference(pattern in "[ab*?:]{0,8}", text in "[ab:]{0,9}") {
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            let expected = match (slow(&p, &t, 1), slow(&p, &t, 0)) {
                (true, true) => Ok(true),
                (false, false) => Ok(false),
                _ => Err(Undecided::EmptyRun),
            };
            prop_assert_eq!(matches(&glob(&pattern), &text), expected);
        }
    }
}
