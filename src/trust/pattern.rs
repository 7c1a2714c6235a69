//! The wildcard pattern of `subject_patterns` and `claim_patterns`.

use std::fmt;

use super::glob::{Glob, Piece};

/// A pattern over the whole of a text: `*` is any run of characters, `?` one character, both across delimiters; `\*`,
/// `\?` and `\\` stand for the character itself. A pattern has one notation only, so equal texts mean equal patterns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: String,
    glob: Glob,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("expected a pattern, found an empty string")]
    Empty,
    #[error(
        "expected `\\*`, `\\?` or `\\\\` after the backslash at character {position} of `{pattern}`, found `\\{found}`; write a literal backslash as `\\\\`"
    )]
    UnknownEscape {
        pattern: String,
        position: usize,
        found: char,
    },
    #[error("expected a character after the last backslash of `{0}`; write a literal backslash as `\\\\`")]
    DanglingBackslash(String),
}

impl Pattern {
    /// # Errors
    /// An empty text, or a backslash before anything but `*`, `?` and `\`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let mut pieces = Vec::new();
        let mut chars = text.chars().enumerate();
        while let Some((position, c)) = chars.next() {
            pieces.push(match c {
                '*' => Piece::Any,
                '?' => Piece::One,
                '\\' => match chars.next() {
                    Some((_, escaped @ ('*' | '?' | '\\'))) => Piece::Literal(escaped),
                    Some((_, found)) => {
                        return Err(PatternError::UnknownEscape {
                            pattern: text.to_owned(),
                            position: position + 1,
                            found,
                        });
                    }
                    None => return Err(PatternError::DanglingBackslash(text.to_owned())),
                },
                literal => Piece::Literal(literal),
            });
        }
        Ok(Self {
            text: text.to_owned(),
            glob: Glob::new(pieces),
        })
    }

    /// The pattern that means the same as a compiled one.
    ///
    /// # Errors
    /// [`PatternError::Empty`] when there is nothing in it.
    pub fn from_glob(glob: &Glob) -> Result<Self, PatternError> {
        let mut text = String::new();
        for piece in glob.pieces() {
            match piece {
                Piece::Any => text.push('*'),
                Piece::One => text.push('?'),
                Piece::Literal(c @ ('*' | '?' | '\\')) => {
                    text.push('\\');
                    text.push(*c);
                }
                Piece::Literal(c) => text.push(*c),
            }
        }
        Self::parse(&text)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn glob(&self) -> &Glob {
        &self.glob
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.glob.matches(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grammar() {
        for (pattern, yes, no) in [
            ("repo:acme/*", "repo:acme/x:y", "repo:acme"),
            ("a?c", "a/c", "ac"),
            (r"a\*c", "a*c", "abc"),
            (r"a\?c", "a?c", "abc"),
            (r"a\\c", r"a\c", "ac"),
            ("a.c", "a.c", "abc"),
            ("[b]", "[b]", "b"),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert!(pattern.matches(yes), "{pattern} {yes}");
            assert!(!pattern.matches(no), "{pattern} {no}");
        }
    }

    #[test]
    fn refused() {
        assert_eq!(Pattern::parse(""), Err(PatternError::Empty));
        assert_eq!(
            Pattern::parse(r"a\"),
            Err(PatternError::DanglingBackslash(r"a\".to_owned()))
        );
        assert_eq!(
            Pattern::parse(r"a\d").unwrap_err().to_string(),
            r"expected `\*`, `\?` or `\\` after the backslash at character 2 of `a\d`, found `\d`; write a literal backslash as `\\`"
        );
    }

    proptest! {
        #[test]
        fn one_notation_only(text in r"[a*?:\\]{1,12}") {
            if let Ok(pattern) = Pattern::parse(&text) {
                prop_assert_eq!(Pattern::from_glob(pattern.glob()).unwrap(), pattern);
            }
        }
    }
}
