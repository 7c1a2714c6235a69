//! Regular expressions as Google's `matches` reads them: the syntax of RE2, searched for anywhere in a text.
//!
//! They are read here and written out anew for the crate `regex`, because the two differ where it matters: `\d`, `\w`, `\s`
//! and `\b` are ASCII in RE2, `\s` is without the vertical tab, and some syntax means something in one of them only. What RE2
//! has and this does not evaluate (`\p{…}`, `\B`, `\C`, case folding beyond ASCII) is said so, never guessed.

mod class;

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

/// A compiled expression.
#[derive(Clone, Debug)]
pub(in super::super) struct Regular(Regex);

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum RegularError {
    /// RE2 refuses it as well.
    Wrong(String),
    /// RE2 may take it.
    NotEvaluated(String),
}

/// Bytes of a compiled expression.
const MOST_BYTES: usize = 1 << 20;
const MOST_NESTED: u32 = 60;
/// RE2's own: what a repetition may count to.
const MOST_REPEATED: u32 = 1_000;

impl Regular {
    pub fn new(pattern: &str) -> Result<Self, RegularError> {
        let translated = Translation::of(pattern)?;
        RegexBuilder::new(&translated)
            .size_limit(MOST_BYTES)
            .dfa_size_limit(MOST_BYTES)
            .nest_limit(MOST_NESTED)
            .build()
            .map(Self)
            .map_err(|_| RegularError::NotEvaluated("it is too large".to_owned()))
    }

    /// The expression in the syntax of the crate `regex`, with every flag and class written out.
    pub fn plain(pattern: &str) -> Result<String, RegularError> {
        Translation::of(pattern)
    }

    /// Whether it is found anywhere in the text.
    pub fn is_found_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    fold: bool,
    lines: bool,
    dot_is_any: bool,
}

/// What a repetition would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Atom,
    Repeated,
}

struct Translation<'a> {
    rest: &'a str,
    out: String,
    flags: Flags,
    groups: Vec<Flags>,
    last: Last,
}

type Outcome<T> = Result<T, RegularError>;

fn wrong<T>(what: impl Into<String>) -> Outcome<T> {
    Err(RegularError::Wrong(what.into()))
}

fn not_evaluated<T>(what: &str) -> Outcome<T> {
    Err(RegularError::NotEvaluated(format!(
        "`{what}` is not evaluated here"
    )))
}

impl<'a> Translation<'a> {
    fn of(pattern: &'a str) -> Outcome<String> {
        let mut this = Self {
            rest: pattern,
            out: String::new(),
            flags: Flags::default(),
            groups: Vec::new(),
            last: Last::Nothing,
        };
        while let Some(c) = this.next() {
            this.one(c)?;
        }
        match this.groups.is_empty() {
            true => Ok(this.out),
            false => wrong("a `(` is not closed"),
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.last = Last::Atom;
    }

    fn one(&mut self, c: char) -> Outcome<()> {
        match c {
            '\\' => self.escape()?,
            '[' => {
                let class = class::Class::read(&mut self.rest, self.flags.fold)?;
                self.atom(&class.written());
            }
            '(' => self.open()?,
            ')' => {
                self.flags = match self.groups.pop() {
                    Some(flags) => flags,
                    None => return wrong("a `)` closes nothing"),
                };
                self.atom(")");
            }
            '|' => {
                self.out.push('|');
                self.last = Last::Nothing;
            }
            '*' | '+' | '?' => self.repeat(&c.to_string())?,
            '{' => match self.counted()? {
                Some(counts) => self.repeat(&counts)?,
                None => self.literal(c)?,
            },
            '.' => self.atom(if self.flags.dot_is_any { "(?s:.)" } else { "[^\\n]" }),
            '^' => self.atom(if self.flags.lines { "(?m:^)" } else { "\\A" }),
            '$' => self.atom(if self.flags.lines { "(?m:$)" } else { "\\z" }),
            literal => self.literal(literal)?,
        }
        Ok(())
    }

    fn literal(&mut self, c: char) -> Outcome<()> {
        if self.flags.fold {
            let class = class::Class::folded(c)?;
            self.atom(&class.written());
            return Ok(());
        }
        let _ = write!(self.out, "\\x{{{:x}}}", u32::from(c));
        self.last = Last::Atom;
        Ok(())
    }

    fn repeat(&mut self, operator: &str) -> Outcome<()> {
        match self.last {
            Last::Nothing => return wrong(format!("`{operator}` repeats nothing")),
            Last::Repeated => return wrong(format!("`{operator}` follows another repetition")),
            Last::Atom => {}
        }
        // Whether it is lazy says how a match is found, not whether.
        self.eat("?");
        self.out.push_str(operator);
        self.last = Last::Repeated;
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,5}`; any other brace is a literal.
    fn counted(&mut self) -> Outcome<Option<String>> {
        let Some((inside, rest)) = self.rest.split_once('}') else {
            return Ok(None);
        };
        let (least, most) = match inside.split_once(',') {
            Some((least, most)) => (least, Some(most)),
            None => (inside, None),
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(least) || most.is_some_and(|most| !(most.is_empty() || digits(most))) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().ok().filter(|n| *n <= MOST_REPEATED);
        let least_number = number(least);
        let most_number = most.filter(|most| !most.is_empty()).map(number);
        let fits = match (least_number, most_number) {
            (None, _) | (_, Some(None)) => false,
            (Some(least), Some(Some(most))) => least <= most,
            (Some(_), None) => true,
        };
        if !fits {
            return wrong(format!(
                "`{{{inside}}}` is no number of repetitions that RE2 takes"
            ));
        }
        self.rest = rest;
        Ok(Some(format!("{{{inside}}}")))
    }

    fn open(&mut self) -> Outcome<()> {
        let outer = self.flags;
        if self.eat("?P<")
            || (self.rest.starts_with("?<")
                && !self.rest.starts_with("?<=")
                && !self.rest.starts_with("?<!")
                && self.eat("?<"))
        {
            let Some((name, rest)) = self.rest.split_once('>') else {
                return wrong("the name of a group is not closed");
            };
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return wrong(format!("`{name}` is no name of a group"));
            }
            self.rest = rest;
        } else if self.eat("?") {
            let mut on = true;
            loop {
                match self.next() {
                    Some('i') => self.flags.fold = on,
                    Some('m') => self.flags.lines = on,
                    Some('s') => self.flags.dot_is_any = on,
                    Some('U') => {}
                    Some('-') if on => on = false,
                    Some(':') => break,
                    Some(')') => {
                        // Flags alone hold to the end of the group that they stand in.
                        self.last = Last::Nothing;
                        return Ok(());
                    }
                    _ => {
                        return wrong(
                            "RE2 knows no such `(?…`, it has neither look-around nor back references",
                        );
                    }
                }
            }
        }
        self.groups.push(outer);
        self.out.push_str("(?:");
        self.last = Last::Nothing;
        Ok(())
    }

    fn escape(&mut self) -> Outcome<()> {
        if self.eat("Q") {
            let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            for c in quoted.chars() {
                self.literal(c)?;
            }
            return Ok(());
        }
        for (name, written) in [("A", "\\A"), ("z", "\\z"), ("b", "(?-u:\\b)")] {
            if self.eat(name) {
                self.atom(written);
                return Ok(());
            }
        }
        for name in ["B", "C", "p", "P"] {
            if self.rest.starts_with(name) {
                return not_evaluated(&format!("\\{name}"));
            }
        }
        if let Some(class) = class::Class::perl(&mut self.rest, self.flags.fold)? {
            self.atom(&class.written());
            return Ok(());
        }
        let c = escaped(&mut self.rest)?;
        self.literal(c)
    }
}

/// The one character that an escape stands for, after its backslash.
fn escaped(rest: &mut &str) -> Outcome<char> {
    let mut chars = rest.chars();
    let Some(first) = chars.next() else {
        return wrong("a backslash stands at the end");
    };
    let mut length = first.len_utf8();
    let plain = match first {
        'a' => '\x07',
        'f' => '\x0c',
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'v' => '\x0b',
        'x' => {
            let after = chars.as_str();
            let (digits, whole) = match after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
                Some((digits, _)) => (digits, digits.len() + 2),
                None => (after.get(..2).unwrap_or(""), 2),
            };
            length += whole;
            let code = u32::from_str_radix(digits, 16)
                .ok()
                .filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()));
            match code.and_then(char::from_u32) {
                Some(c) => c,
                None => return wrong("`\\x` is not followed by the number of a character"),
            }
        }
        '0'..='7' => {
            let octal: String = rest
                .chars()
                .take(3)
                .take_while(|c| matches!(c, '0'..='7'))
                .collect();
            if first != '0' && octal.len() == 1 {
                return wrong(format!(
                    "`\\{first}` refers back to a group, which RE2 does not know"
                ));
            }
            length = octal.len();
            u32::from_str_radix(&octal, 8)
                .ok()
                .and_then(char::from_u32)
                .unwrap_or('\0')
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        c => return wrong(format!("`\\{c}` is no escape of RE2")),
    };
    *rest = rest.get(length..).unwrap_or("");
    Ok(plain)
}

#[cfg(test)]
mod tests;
