//! From a regular expression to an automaton.

use std::sync::Arc;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::automaton::{Automaton, Builder, Edge};
use super::label::Label;

/// A regular expression that is looked for anywhere in a text.
#[derive(Clone)]
pub struct Expression {
    source: String,
    automaton: Arc<Automaton>,
}

impl Expression {
    /// In the syntax of the crate `regex`, with the classes of Perl in ASCII. `None`: it cannot be read, or needs what an
    /// automaton has not.
    pub(super) fn of(source: &str, hir: &Hir) -> Option<Self> {
        Some(Self {
            source: source.to_owned(),
            automaton: Arc::new(Automaton::of_hir(hir, Laid::Anywhere)?),
        })
    }

    pub(crate) fn automaton(&self) -> &Automaton {
        &self.automaton
    }

    /// Whether a text matches, large counts read as endless.
    pub fn has(&self, text: &str) -> bool {
        self.automaton.has(text)
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expression({})", self.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl PartialOrd for Expression {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expression {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.source.cmp(&other.source)
    }
}

/// Repetitions beyond this many optional turns are read as endless: the set of texts only grows.
pub(super) const TURNS: u32 = 3;

/// Alternatives that are told apart.
const MOST_BRANCHES: usize = 24;

/// Automata larger than this are not built.
const MAX_STATES: usize = 4_000;

/// How an expression is laid over a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Laid {
    /// It describes the whole text.
    #[cfg(test)]
    Whole,
    /// It is looked for anywhere in the text; `^` and `$` at its ends hold it there.
    Anywhere,
}

impl Automaton {
    /// The texts of a regular expression; large counts are read as endless, so that there may be more of them than the
    /// expression has, never fewer. `None`: it cannot be read, or needs what an automaton has not.
    #[cfg(test)]
    pub(crate) fn of_expression(pattern: &str, laid: Laid) -> Option<Self> {
        Self::of_hir(&read(pattern)?, laid)
    }

    fn of_hir(hir: &Hir, laid: Laid) -> Option<Self> {
        let mut builder = Builder::default();
        let start = builder.state();
        let end = match laid {
            #[cfg(test)]
            Laid::Whole => builder.expression(start, &without_ends(hir), 0)?,
            Laid::Anywhere => {
                let end = builder.state();
                for branch in branches(hir) {
                    let (left, right, middle) = ends(&branch);
                    let from = if left { start } else { builder.run(start, 0) };
                    let mut to = builder.expression(from, &middle, 0)?;
                    if !right {
                        to = builder.run(to, 0);
                    }
                    builder.silent(to, end);
                }
                end
            }
        };
        Some(builder.finish(start, end))
    }
}

impl Builder {
    /// A pattern for a whole value, all of its characters with one tag.
    pub(crate) fn pattern(&mut self, from: u32, pattern: &str, tag: u16) -> Option<u32> {
        self.expression(from, &without_ends(&read(pattern)?), tag)
    }

    /// The same, of which nothing counts as written down.
    pub(crate) fn loose_pattern(&mut self, from: u32, pattern: &str) -> Option<u32> {
        let outer = std::mem::replace(&mut self.is_loose, true);
        let end = self.pattern(from, pattern, 0);
        self.is_loose = outer;
        end
    }

    fn expression(&mut self, from: u32, hir: &Hir, tag: u16) -> Option<u32> {
        if self.size() > MAX_STATES {
            return None;
        }
        match hir.kind() {
            HirKind::Empty => Some(from),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                Some(self.text(from, text, tag))
            }
            HirKind::Class(class) => {
                let label = label(class)?;
                let literal = matches!(label, Label::One(_));
                Some(self.then(from, label, tag, literal))
            }
            HirKind::Look(_) => None,
            HirKind::Repetition(repetition) => self.repetition(from, repetition, tag),
            HirKind::Capture(capture) => self.expression(from, &capture.sub, tag),
            HirKind::Concat(parts) => parts
                .iter()
                .try_fold(from, |at, part| self.expression(at, part, tag)),
            HirKind::Alternation(parts) => {
                let end = self.state();
                for part in parts {
                    let at = self.expression(from, part, tag)?;
                    self.silent(at, end);
                }
                Some(end)
            }
        }
    }

    fn repetition(&mut self, from: u32, repetition: &Repetition, tag: u16) -> Option<u32> {
        let sub = &repetition.sub;
        let mut at = from;
        for _ in 0..repetition.min {
            at = self.expression(at, sub, tag)?;
        }
        let optional = repetition.max.map(|max| max.saturating_sub(repetition.min));
        match optional {
            Some(turns) if turns <= TURNS => {
                let end = self.state();
                self.silent(at, end);
                for _ in 0..turns {
                    at = self.expression(at, sub, tag)?;
                    self.silent(at, end);
                }
                Some(end)
            }
            _ => {
                // A state of its own, so that a loop never leads back into what stands before.
                let turning = self.state();
                self.silent(at, turning);
                if let HirKind::Class(class) = sub.kind() {
                    self.edge(
                        turning,
                        Edge {
                            label: label(class)?,
                            target: turning,
                            tag,
                            literal: false,
                        },
                    );
                } else {
                    // What may be there any number of times is not written down.
                    let outer = std::mem::replace(&mut self.is_loose, true);
                    let back = self.expression(turning, sub, tag)?;
                    self.is_loose = outer;
                    self.silent(back, turning);
                }
                let end = self.state();
                self.silent(turning, end);
                Some(end)
            }
        }
    }
}

/// Classes of Perl are those of ASCII, as in RE2.
pub(super) fn read(pattern: &str) -> Option<Hir> {
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            'd' => text.push_str("[0-9]"),
            'w' => text.push_str("[0-9A-Za-z_]"),
            's' => text.push_str(r"[\t\n\f\r ]"),
            'D' => text.push_str("[^0-9]"),
            'W' => text.push_str("[^0-9A-Za-z_]"),
            'S' => text.push_str(r"[^\t\n\f\r ]"),
            other => {
                text.push('\\');
                text.push(other);
            }
        }
    }
    ParserBuilder::new().nest_limit(60).build().parse(&text).ok()
}

pub(super) fn label(class: &Class) -> Option<Label> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) if class.is_ascii() => class
            .iter()
            .map(|range| (char::from(range.start()), char::from(range.end())))
            .collect(),
        Class::Bytes(_) => return None,
    };
    Some(match ranges.as_slice() {
        [(first, last)] if first == last => Label::One(*first),
        [('\0', char::MAX)] => Label::Any,
        _ => Label::Set(ranges.into()),
    })
}

/// The alternatives of an expression, so far apart that each holds its own ends.
pub(super) fn branches(hir: &Hir) -> Vec<Hir> {
    match hir.kind() {
        HirKind::Alternation(parts) => parts.iter().flat_map(branches).collect(),
        HirKind::Capture(capture) => branches(&capture.sub),
        HirKind::Concat(parts) => {
            let mut rows: Vec<Vec<Hir>> = vec![Vec::new()];
            for part in parts {
                let next = match part.properties().look_set().is_empty() {
                    true => vec![part.clone()],
                    false => branches(part),
                };
                if rows.len() * next.len() > MOST_BRANCHES {
                    return vec![hir.clone()];
                }
                rows = rows
                    .iter()
                    .flat_map(|row| {
                        let with = |part: &Hir| row.iter().chain([part]).cloned().collect();
                        next.iter().map(with).collect::<Vec<_>>()
                    })
                    .collect();
            }
            rows.into_iter().map(Hir::concat).collect()
        }
        _ => vec![hir.clone()],
    }
}

/// Whether an expression is held at the start and at the end of the text, and what is left of it.
pub(super) fn ends(hir: &Hir) -> (bool, bool, Hir) {
    let is = |part: &Hir, look: Look| matches!(part.kind(), HirKind::Look(found) if *found == look);
    match hir.kind() {
        HirKind::Concat(parts) => {
            let left = parts.first().is_some_and(|part| is(part, Look::Start));
            let right = parts.last().is_some_and(|part| is(part, Look::End));
            let middle = parts
                .iter()
                .filter(|part| !is(part, Look::Start) && !is(part, Look::End))
                .cloned();
            let looks = parts
                .iter()
                .filter(|part| matches!(part.kind(), HirKind::Look(_)));
            if looks.count() == usize::from(left) + usize::from(right) {
                return (left, right, Hir::concat(middle.collect()));
            }
            (false, false, hir.clone())
        }
        HirKind::Look(Look::Start) => (true, false, Hir::empty()),
        HirKind::Look(Look::End) => (false, true, Hir::empty()),
        _ => (false, false, hir.clone()),
    }
}

fn without_ends(hir: &Hir) -> Hir {
    ends(hir).2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts() {
        for (pattern, laid, yes, no) in [
            ("[a-z]{2,3}", Laid::Whole, "ab", "a"),
            ("[0-9a-f]{8}-x", Laid::Whole, "0123abcd-x", "0123abc-x"),
            (r"\{[0-9]+\}", Laid::Whole, "{12}", "12"),
            ("(?:branch|tag)", Laid::Whole, "tag", "tags"),
            ("(?:/[a-z]+)+", Laid::Whole, "/a/b", "/a/"),
            (r"[^\x00-\x20:]+", Laid::Whole, "ü/x", "a:b"),
            ("^repo:acme/", Laid::Anywhere, "repo:acme/x", "xrepo:acme/x"),
            ("acme$", Laid::Anywhere, "x-acme", "acme-x"),
            ("^a|b$", Laid::Anywhere, "ax", "xa"),
            (r"^v\d+$", Laid::Anywhere, "v12", "vx"),
        ] {
            let automaton = Automaton::of_expression(pattern, laid).unwrap();
            assert!(automaton.has(yes), "{pattern} {yes}");
            assert!(!automaton.has(no), "{pattern} {no}");
        }
        assert!(Automaton::of_expression("a^b", Laid::Anywhere).is_none());
        assert!(Automaton::of_expression(r"\bx", Laid::Anywhere).is_none());
        assert!(Automaton::of_expression("(", Laid::Whole).is_none());
    }

    proptest! {
        /// Whatever an expression matches, its automaton has; and the other way round where no count is large.
        #[test]
        fn as_the_expression(pattern in r"(\(\?:[ab]{1,2}\|c\)[*+?]?|[abc][*+?]?|\[\^?[ab]{1,2}\](\{1,2\}|[*+?])?|\.){1,5}", text in "[abcd]{0,6}") {
            let expression = regex::Regex::new(&format!("^(?:{pattern})$")).unwrap();
            let automaton = Automaton::of_expression(&pattern, Laid::Whole).unwrap();
            prop_assert_eq!(automaton.has(&text), expression.is_match(&text), "{} {}", pattern, text);
        }
    }
}
