//! Patterns as regular expressions of RE2: `^(?s:…)$`, in which `*` is `.*` and `?` is `.`, and everything else is quoted.

use crate::trust::{Glob, Pattern, Piece};

/// Characters that mean something in a regular expression.
const SPECIAL: &str = r"\.+*?()|[]{}^$";

/// An expression that matches a whole text by one of the patterns.
pub(super) fn regular<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> String {
    let patterns: Vec<String> = patterns
        .into_iter()
        .map(|pattern| quoted(pattern.glob()))
        .collect();
    format!("{START}{}{END}", patterns.join("|"))
}

const START: &str = "^(?s:";
const END: &str = ")$";

fn quoted(glob: &Glob) -> String {
    let mut text = String::new();
    for piece in glob.pieces() {
        match piece {
            Piece::Any => text.push_str(".*"),
            Piece::One => text.push('.'),
            Piece::Literal(c) => {
                if SPECIAL.contains(*c) {
                    text.push('\\');
                }
                text.push(*c);
            }
        }
    }
    text
}

/// The patterns of such an expression; nothing for any other.
pub(super) fn read(regular: &str) -> Option<Vec<Pattern>> {
    let inner = regular.strip_prefix(START)?.strip_suffix(END)?;
    let (mut patterns, mut pieces) = (Vec::new(), Vec::new());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => pieces.push(Piece::Literal(chars.next().filter(|c| SPECIAL.contains(*c))?)),
            '.' if chars.next_if_eq(&'*').is_some() => pieces.push(Piece::Any),
            '.' => pieces.push(Piece::One),
            '|' => patterns.push(Pattern::from_glob(&Glob::new(std::mem::take(&mut pieces))).ok()?),
            special if SPECIAL.contains(special) => return None,
            literal => pieces.push(Piece::Literal(literal)),
        }
    }
    patterns.push(Pattern::from_glob(&Glob::new(pieces)).ok()?);
    Some(patterns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn notation() {
        let pattern = |text| Pattern::parse(text).unwrap();
        assert_eq!(regular([&pattern(r"repo:a.b/*:?\*")]), r"^(?s:repo:a\.b/.*:.\*)$");
        assert_eq!(regular([&pattern("a*"), &pattern("b|c")]), r"^(?s:a.*|b\|c)$");
        for other in [
            "^a.*$",
            "^(?s:a.+)$",
            r"^(?s:a\d)$",
            "^(?s:)$",
            "^(?s:a|)$",
            "(?s:a)",
            "^(?s:(a))$",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn reads_back(texts in prop::collection::vec(r"[ab*?.|()\\^$\[+é]{1,8}", 1..4)) {
            let patterns: Vec<Pattern> = texts.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
            prop_assume!(!patterns.is_empty());
            prop_assert_eq!(read(&regular(&patterns)), Some(patterns));
        }
    }
}
