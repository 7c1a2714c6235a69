//! What a test asks of the text of one claim, and texts cut into parts.

use super::super::claim_path::ClaimPath;
use super::side::Part;
use crate::lint::Expression;
use crate::trust::{Glob, Piece};

/// Ways to read a text that is put together that are told apart.
const MOST_READINGS: usize = 24;
const MOST_STEPS: usize = 4_000;

/// What a test asks of one claim.
pub(super) struct Asked {
    pub values: Vec<Glob>,
    pub expression: Option<Expression>,
    pub knows_wildcards: bool,
    /// Whether it looks for a text inside another.
    pub is_loose: bool,
}

impl Asked {
    pub fn text(text: &str) -> Self {
        Self::pattern(Glob::literal(text), false, false)
    }

    pub fn pattern(glob: Glob, knows_wildcards: bool, is_loose: bool) -> Self {
        Self {
            values: vec![glob],
            expression: None,
            knows_wildcards,
            is_loose,
        }
    }

    pub fn is_anything(&self) -> bool {
        self.expression.is_none() && self.values.iter().any(|glob| glob.pieces() == [Piece::Any])
    }

    pub fn matches(&self, text: &str) -> bool {
        self.values.iter().any(|glob| glob.matches(text))
            && self.expression.as_ref().is_none_or(|e| e.has(text))
    }
}

pub(super) fn around(text: &str, before: bool, behind: bool) -> Glob {
    let mut pieces: Vec<Piece> = text.chars().map(Piece::Literal).collect();
    if before {
        pieces.insert(0, Piece::Any);
    }
    if behind {
        pieces.push(Piece::Any);
    }
    pieces.dedup_by(|b, a| *a == Piece::Any && *b == Piece::Any);
    Glob::new(pieces)
}

/// A value as findings show it: a text, or a pattern with wildcards.
pub(super) fn written(glob: &Glob, is_pattern: bool) -> String {
    let mut text = String::new();
    for piece in glob.pieces() {
        match piece {
            Piece::Any => text.push('*'),
            Piece::One => text.push('?'),
            Piece::Literal(c) => {
                if is_pattern && matches!(c, '*' | '?' | '\\') {
                    text.push('\\');
                }
                text.push(*c);
            }
        }
    }
    text
}

/// All ways to cut a text; `None`: too many.
pub(super) fn readings(
    parts: &[Part],
    text: &str,
    steps: &mut usize,
) -> Option<Vec<Vec<(ClaimPath, String)>>> {
    *steps += 1;
    if *steps > MOST_STEPS {
        return None;
    }
    let Some((first, rest)) = parts.split_first() else {
        return Some(if text.is_empty() {
            vec![Vec::new()]
        } else {
            Vec::new()
        });
    };
    match first {
        Part::Text(own) => match text.strip_prefix(own.as_str()) {
            Some(left) => readings(rest, left, steps),
            None => Some(Vec::new()),
        },
        Part::Claim(path) => {
            let mut found = Vec::new();
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            for end in ends {
                let (value, left) = text.split_at_checked(end)?;
                for reading in readings(rest, left, steps)? {
                    let mut all = vec![(path.clone(), value.to_owned())];
                    all.extend(reading);
                    found.push(all);
                    if found.len() > MOST_READINGS {
                        return None;
                    }
                }
            }
            Some(found)
        }
    }
}

/// Whether a `.` between letters or digits stands for any character, where it reads as if it meant itself.
pub(super) fn has_doubtful_dot(pattern: &str) -> bool {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut is_class, mut is_escaped) = (false, false);
    for (at, c) in chars.iter().enumerate() {
        let near = |step: isize| at.checked_add_signed(step).and_then(|at| chars.get(at)).copied();
        let is_name = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_class = true,
            ']' => is_class = false,
            '.' if !is_class && is_name(near(-1)) && is_name(near(1)) => return true,
            _ => {}
        }
    }
    false
}
