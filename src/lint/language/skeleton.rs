//! A regular expression as patterns with wildcards, as far as they can say it.

use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::expression::{Expression, TURNS, branches, ends, label, read};
use super::label::Label;
use crate::trust::{Glob, Piece};

/// The texts in which a regular expression is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// Patterns that have all of them, and maybe more.
    pub patterns: Vec<Glob>,
    /// Whether the patterns say it all, line breaks aside.
    pub patterns_suffice: bool,
    pub expression: Expression,
    /// Whether it is held at both ends of the text, in every alternative.
    pub is_anchored: bool,
    /// Whether the expression's own set is exact, so that what it does not have does not match.
    pub is_exact: bool,
}

/// More patterns than this are not made of one expression.
const MOST_PATTERNS: usize = 24;
const MOST_PIECES: usize = 2_000;
/// A class of so few characters is as good as their list.
const FEW: u32 = 4;

impl Texts {
    /// Those of an expression in the syntax of the crate `regex`. `None`: it cannot be analysed.
    pub fn of_expression(source: &str) -> Option<Self> {
        let hir = read(source)?;
        let expression = Expression::of(source, &hir)?;
        let mut all = Many::of_texts(Vec::new());
        let mut is_anchored = true;
        for branch in branches(&hir) {
            let (left, right, middle) = ends(&branch);
            is_anchored &= left && right;
            let mut whole = Many::of_texts(vec![if left { Vec::new() } else { vec![Piece::Any] }]);
            whole = whole.then(Many::of(&middle));
            if !right {
                whole = whole.then(Many::of_texts(vec![vec![Piece::Any]]));
            }
            all = all.or(whole);
        }
        let mut patterns: Vec<Glob> = all.texts.into_iter().map(tidy).collect();
        patterns.sort();
        patterns.dedup();
        Some(Self {
            patterns,
            patterns_suffice: all.is_exact,
            is_anchored,
            expression,
            is_exact: counts_are_small(&hir),
        })
    }
}

/// Alternatives, each a row of pieces.
struct Many {
    texts: Vec<Vec<Piece>>,
    is_exact: bool,
}

impl Many {
    fn of_texts(texts: Vec<Vec<Piece>>) -> Self {
        Self {
            texts,
            is_exact: true,
        }
    }

    fn wider(texts: Vec<Vec<Piece>>) -> Self {
        Self {
            texts,
            is_exact: false,
        }
    }

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty => Self::of_texts(vec![Vec::new()]),
            // Only ever narrows.
            HirKind::Look(_) => Self::wider(vec![Vec::new()]),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Self::of_texts(vec![text.chars().map(Piece::Literal).collect()]),
                Err(_) => Self::wider(vec![vec![Piece::Any]]),
            },
            HirKind::Class(class) => match label(class) {
                Some(label) => Self::of_label(&label),
                None => Self::wider(vec![vec![Piece::Any]]),
            },
            HirKind::Repetition(repetition) => Self::of_repetition(repetition),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => {
                let start = Self::of_texts(vec![Vec::new()]);
                parts
                    .iter()
                    .fold(start, |so_far, part| so_far.then(Self::of(part)))
            }
            HirKind::Alternation(parts) => {
                let none = Self::of_texts(Vec::new());
                parts.iter().fold(none, |so_far, part| so_far.or(Self::of(part)))
            }
        }
    }

    fn of_label(label: &Label) -> Self {
        let one = |c: char| vec![Piece::Literal(c)];
        match label {
            Label::One(c) => Self::of_texts(vec![one(*c)]),
            Label::Any => Self::of_texts(vec![vec![Piece::One]]),
            // Any character but a line break.
            Label::Set(ranges) if **ranges == [('\0', '\t'), ('\x0b', char::MAX)] => {
                Self::of_texts(vec![vec![Piece::One]])
            }
            Label::Set(ranges) => {
                let size = |(first, last): &(char, char)| u32::from(*last) - u32::from(*first) + 1;
                if ranges.iter().map(size).sum::<u32>() > FEW {
                    return Self::wider(vec![vec![Piece::One]]);
                }
                Self::of_texts(
                    ranges
                        .iter()
                        .flat_map(|(first, last)| *first..=*last)
                        .map(one)
                        .collect(),
                )
            }
        }
    }

    fn of_repetition(repetition: &Repetition) -> Self {
        let sub = Self::of(&repetition.sub);
        let is_any_one = sub.is_exact && sub.texts == [[Piece::One]];
        let mut all = Self::of_texts(vec![Vec::new()]);
        for _ in 0..repetition.min {
            all = all.then(sub.copy());
            if all.texts == [[Piece::Any]] {
                return all;
            }
        }
        match repetition.max.map(|max| max.saturating_sub(repetition.min)) {
            Some(0) => all,
            Some(1) => {
                let nothing = Self::of_texts(vec![Vec::new()]);
                all.then(sub.or(nothing))
            }
            Some(_) => all.then(Self::wider(vec![vec![Piece::Any]])),
            None if is_any_one => all.then(Self::of_texts(vec![vec![Piece::Any]])),
            None => all.then(Self::wider(vec![vec![Piece::Any]])),
        }
    }

    fn copy(&self) -> Self {
        Self {
            texts: self.texts.clone(),
            is_exact: self.is_exact,
        }
    }

    /// Every text of this followed by every text of another.
    fn then(self, next: Self) -> Self {
        let size: usize = next.texts.iter().map(Vec::len).sum();
        let own: usize = self.texts.iter().map(Vec::len).sum();
        let count = self.texts.len() * next.texts.len();
        if count > MOST_PATTERNS || own * next.texts.len() + size * self.texts.len() > MOST_PIECES {
            return Self::wider(vec![vec![Piece::Any]]);
        }
        let pairs = self
            .texts
            .iter()
            .flat_map(|a| next.texts.iter().map(move |b| (a, b)));
        Self {
            texts: pairs
                .map(|(a, b)| [a.as_slice(), b.as_slice()].concat())
                .collect(),
            is_exact: self.is_exact && next.is_exact,
        }
    }

    fn or(mut self, other: Self) -> Self {
        if self.texts.len() + other.texts.len() > MOST_PATTERNS {
            return Self::wider(vec![vec![Piece::Any]]);
        }
        self.texts.extend(other.texts);
        self.is_exact &= other.is_exact;
        self
    }
}

/// Runs next to each other are one.
fn tidy(mut pieces: Vec<Piece>) -> Glob {
    pieces.dedup_by(|b, a| *a == Piece::Any && *b == Piece::Any);
    Glob::new(pieces)
}

/// Whether no count is so large that an automaton reads it as endless.
fn counts_are_small(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let turns = repetition.max.map(|max| max.saturating_sub(repetition.min));
            turns.is_none_or(|turns| turns <= TURNS) && counts_are_small(&repetition.sub)
        }
        HirKind::Capture(capture) => counts_are_small(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(counts_are_small),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patterns(source: &str) -> (Vec<String>, bool) {
        let texts = Texts::of_expression(source).unwrap();
        let shown = texts.patterns.iter().map(|glob| {
            let piece = |piece: &Piece| match piece {
                Piece::Literal(c) => *c,
                Piece::One => '?',
                Piece::Any => '*',
            };
            glob.pieces().iter().map(piece).collect()
        });
        (shown.collect(), texts.patterns_suffice)
    }

    #[test]
    fn as_patterns() {
        for (source, expected, suffice) in [
            ("^repo:.*/api:.*$", &["repo:*/api:*"][..], true),
            ("acme/api", &["*acme/api*"], true),
            ("^(?s:a.*|b)$", &["a*", "b"], true),
            ("^acme.api$", &["acme?api"], true),
            (
                "^[Aa]cme/(api|web)$",
                &["Acme/api", "Acme/web", "acme/api", "acme/web"],
                true,
            ),
            ("^acme/[a-z]+$", &["acme/?*"], false),
            ("^(ab)*$", &["*"], false),
            ("^ab?c", &["abc*", "ac*"], true),
            ("^a$|^b$", &["a", "b"], true),
        ] {
            let (found, exact) = patterns(source);
            assert_eq!(
                (found.as_slice(), exact),
                (
                    &expected.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..],
                    suffice
                ),
                "{source}"
            );
        }
        assert!(Texts::of_expression(r"\bx").is_none());
        assert!(!Texts::of_expression("^a{1,9}$").unwrap().is_exact);
    }

    proptest! {
        /// The patterns have whatever the expression has, and nothing else where they say it all.
        #[test]
        fn never_fewer(source in r"\^?(\(\?:[ab]{1,2}\|c\)[*+?]?|[abc][*+?]?|\[\^?[ab]{1,2}\](\{1,2\}|[*+?])?|\.){1,4}\$?", text in "[abcd]{0,6}") {
            let expression = regex::Regex::new(&source).unwrap();
            let texts = Texts::of_expression(&source).unwrap();
            let found = expression.is_match(&text);
            let by_patterns = texts.patterns.iter().any(|glob| glob.matches(&text));
            prop_assert!(by_patterns || !found, "{} {}", source, text);
            prop_assert!(!texts.patterns_suffice || by_patterns == found, "{} {}", source, text);
            prop_assert!(!texts.is_exact || texts.expression.has(&text) == found, "{} {}", source, text);
        }
    }
}
