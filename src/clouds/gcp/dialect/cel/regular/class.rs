//! Classes of characters: `[a-z]`, `\d`, `[[:alpha:]]`.

use std::fmt::Write as _;

use super::{Outcome, escaped, not_evaluated, wrong};

/// Ranges of characters, both ends in them, or everything else.
#[derive(Debug, Default)]
pub(super) struct Class {
    ranges: Vec<(u32, u32)>,
    negated: bool,
}

const DIGIT: &[(u32, u32)] = &[(0x30, 0x39)];
const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
/// Without the vertical tab, in RE2 as in Perl once.
const SPACE: &[(u32, u32)] = &[(0x09, 0x0a), (0x0c, 0x0d), (0x20, 0x20)];

const POSIX: [(&str, &[(u32, u32)]); 14] = [
    ("alnum", &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)]),
    ("alpha", &[(0x41, 0x5a), (0x61, 0x7a)]),
    ("ascii", &[(0x00, 0x7f)]),
    ("blank", &[(0x09, 0x09), (0x20, 0x20)]),
    ("cntrl", &[(0x00, 0x1f), (0x7f, 0x7f)]),
    ("digit", DIGIT),
    ("graph", &[(0x21, 0x7e)]),
    ("lower", &[(0x61, 0x7a)]),
    ("print", &[(0x20, 0x7e)]),
    ("punct", &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)]),
    ("space", &[(0x09, 0x0d), (0x20, 0x20)]),
    ("upper", &[(0x41, 0x5a)]),
    ("word", WORD),
    ("xdigit", &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)]),
];

const LAST: u32 = 0x10_ffff;

impl Class {
    /// One character in all its cases. Beyond ASCII these are not known here, but for the two that fold into it.
    pub(super) fn folded(c: char) -> Outcome<Self> {
        let mut class = Self::default();
        class.add(u32::from(c), u32::from(c), true)?;
        Ok(class)
    }

    /// `\d` and its like, after the backslash.
    pub(super) fn perl(rest: &mut &str, fold: bool) -> Outcome<Option<Self>> {
        let Some(name) = rest.chars().next().filter(|c| "dDsSwW".contains(*c)) else {
            return Ok(None);
        };
        *rest = rest.get(1..).unwrap_or("");
        let ranges = match name {
            'd' | 'D' => DIGIT,
            's' | 'S' => SPACE,
            // Whether folding reaches into it is not written anywhere.
            _ if fold => return not_evaluated("\\w under (?i)"),
            _ => WORD,
        };
        Ok(Some(Self {
            ranges: ranges.to_vec(),
            negated: name.is_ascii_uppercase(),
        }))
    }

    /// `[…]`, after the bracket.
    pub(super) fn read(rest: &mut &str, fold: bool) -> Outcome<Self> {
        let mut class = Self::default();
        if let Some(after) = rest.strip_prefix('^') {
            class.negated = true;
            *rest = after;
        }
        let mut first = true;
        loop {
            if let Some(after) = rest.strip_prefix(']').filter(|_| !first) {
                *rest = after;
                return Ok(class);
            }
            first = false;
            if let Some(inside) = rest.strip_prefix("[:")
                && let Some((name, after)) = inside.split_once(":]")
            {
                let (name, negated) = match name.strip_prefix('^') {
                    Some(name) => (name, true),
                    None => (name, false),
                };
                let Some((_, ranges)) = POSIX.iter().find(|(known, _)| *known == name) else {
                    return wrong(format!("`[:{name}:]` is no class of RE2"));
                };
                if fold && ranges.iter().any(|(from, _)| *from >= 0x41) {
                    return not_evaluated("a class of letters under (?i)");
                }
                class.include(ranges, negated);
                *rest = after;
                continue;
            }
            if let Some(mut after) = rest.strip_prefix('\\') {
                if after.starts_with(['p', 'P']) {
                    return not_evaluated("\\p");
                }
                if let Some(perl) = Self::perl(&mut after, fold)? {
                    class.include(&perl.ranges, perl.negated);
                    *rest = after;
                    continue;
                }
            }
            let from = one(rest)?;
            let to = match rest.strip_prefix('-').filter(|after| !after.starts_with(']')) {
                Some(after) => {
                    *rest = after;
                    one(rest)?
                }
                None => from,
            };
            if to < from {
                return wrong("a range of characters ends before it begins");
            }
            class.add(u32::from(from), u32::from(to), fold)?;
        }
    }

    fn add(&mut self, from: u32, to: u32, fold: bool) -> Outcome<()> {
        self.ranges.push((from, to));
        if !fold {
            return Ok(());
        }
        if to > 0x7f {
            return not_evaluated("a character beyond ASCII under (?i)");
        }
        for c in (from..=to)
            .filter_map(char::from_u32)
            .filter(char::is_ascii_alphabetic)
        {
            let other = u32::from(c) ^ 0x20;
            self.ranges.push((other, other));
            match c.to_ascii_lowercase() {
                'k' => self.ranges.push((0x212a, 0x212a)),
                's' => self.ranges.push((0x17f, 0x17f)),
                _ => {}
            }
        }
        Ok(())
    }

    fn include(&mut self, ranges: &[(u32, u32)], negated: bool) {
        if !negated {
            self.ranges.extend(ranges);
            return;
        }
        let mut next = 0;
        for (from, to) in ranges {
            if *from > next {
                self.ranges.push((next, from - 1));
            }
            next = to + 1;
        }
        self.ranges.push((next, LAST));
    }

    /// For the crate `regex`.
    pub(super) fn written(&self) -> String {
        let mut text = String::from(if self.negated { "[^" } else { "[" });
        for (from, to) in &self.ranges {
            // No character has a number between these, and none can be written.
            for (from, to) in [(*from, (*to).min(0xd7ff)), ((*from).max(0xe000), *to)] {
                if from <= to {
                    let _ = write!(text, "\\x{{{from:x}}}-\\x{{{to:x}}}");
                }
            }
        }
        text.push(']');
        text
    }
}

/// One character of a class, escaped or not.
fn one(rest: &mut &str) -> Outcome<char> {
    let Some(c) = rest.chars().next() else {
        return wrong("a `[` is not closed");
    };
    *rest = rest.get(c.len_utf8()..).unwrap_or("");
    if c == '\\' {
        return escaped(rest);
    }
    Ok(c)
}
