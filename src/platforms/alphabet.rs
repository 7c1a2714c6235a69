//! Which characters a variable's pattern can produce.
//!
//! SECURITY: errs on the side of more. What is not understood counts as any character, so that a template is refused rather
//! than read in two ways.

/// Ranges of characters, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alphabet(Vec<(char, char)>);

const ANY: (char, char) = ('\0', char::MAX);

impl Alphabet {
    /// The characters that texts of a regular expression can have.
    pub(super) fn of(pattern: &str) -> Self {
        let mut ranges = Vec::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '.' => ranges.push(ANY),
                '[' => ranges.extend(class(&mut chars)),
                '\\' => ranges.push(escaped(&mut chars)),
                // Counts and the marks of groups are no characters of the text. Flags could make letter case meaningless.
                '{' => {
                    let _ = chars.by_ref().find(|c| *c == '}');
                }
                '(' if chars.next_if_eq(&'?').is_some() => {
                    if chars.next_if_eq(&':').is_none() {
                        ranges.push(ANY);
                    }
                }
                '(' | ')' | '|' | '*' | '+' | '?' | '^' | '$' => {}
                literal => ranges.push((literal, literal)),
            }
        }
        Self(ranges)
    }

    pub(super) fn has(&self, c: char) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&c))
    }

    /// Whether a text of these characters can have this one in it.
    pub(super) fn can_hold(&self, text: &str) -> bool {
        text.chars().all(|c| self.has(c))
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The rest of a class, behind its bracket.
fn class(chars: &mut Chars<'_>) -> Vec<(char, char)> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut first = true;
    while let Some(c) = chars.next() {
        let start = match c {
            ']' if !first => break,
            // Classes within classes and operations on them.
            '[' => return swallowed(chars),
            '&' | '~' | '-' if chars.peek() == Some(&c) => return swallowed(chars),
            '\\' => escaped(chars),
            literal => (literal, literal),
        };
        first = false;
        let mut ahead = chars.clone();
        if start.0 == start.1 && ahead.next() == Some('-') && ahead.peek().is_some_and(|c| *c != ']') {
            chars.next();
            let end = match chars.next() {
                Some('\\') => escaped(chars).1,
                Some('-') => return swallowed(chars),
                Some(literal) => literal,
                None => char::MAX,
            };
            ranges.push((start.0, end));
        } else {
            ranges.push(start);
        }
    }
    match negated {
        // All but something that was not understood.
        true if ranges.contains(&ANY) => vec![ANY],
        true => complement(ranges),
        false => ranges,
    }
}

fn swallowed(chars: &mut Chars<'_>) -> Vec<(char, char)> {
    chars.by_ref().for_each(drop);
    vec![ANY]
}

/// What stands behind a backslash. Classes like `\d` count as any character.
fn escaped(chars: &mut Chars<'_>) -> (char, char) {
    match chars.next() {
        Some('x') => {
            let digits: String = chars.by_ref().take(2).collect();
            match u8::from_str_radix(&digits, 16) {
                Ok(byte) => (char::from(byte), char::from(byte)),
                Err(_) => ANY,
            }
        }
        Some(c) if c.is_ascii_alphanumeric() => ANY,
        Some(c) => (c, c),
        None => ANY,
    }
}

fn complement(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut left = Vec::new();
    let mut next = Some('\0');
    for (first, last) in ranges {
        let Some(start) = next else { break };
        let before = before(first);
        if start <= before && start != first {
            left.push((start, before));
        }
        next = after(last).map(|after| after.max(start));
    }
    left.extend(next.map(|start| (start, char::MAX)));
    left
}

/// The character before; where there is none, the same one, which is one too many and never one too few.
fn before(c: char) -> char {
    let number = u32::from(c).checked_sub(1);
    number.and_then(char::from_u32).unwrap_or(c)
}

fn after(c: char) -> Option<char> {
    (u32::from(c) + 1..=u32::from(c) + 0x801).find_map(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn characters() {
        for (pattern, has, lacks) in [
            ("[a-z0-9-]{1,63}", "az09-", ":/A{,"),
            ("[^:/]+", "aü ", ":/"),
            (r"[^\x00-\x20\x7f~^:?*\[\\]+", "a/@ü", " :~\\["),
            ("(?:branch|tag)", "branchtg", ":|(?"),
            (r"auth0\|[0-9a-f]+", "auth0|9f", ":"),
            ("[]a]", "]a", "b"),
            (r"[a\-z]", "a-z", "b"),
            (".+", ":", ""),
            (r"\d+", "1:", ""),
            (r"[^\d]", "1:", ""),
            ("[a--b]", "a:", ""),
            ("[~&]", "~&", ":"),
            ("(?i)a", "aA:", ""),
            ("[a&&b]", "ab:", ""),
        ] {
            let alphabet = Alphabet::of(pattern);
            assert!(has.chars().all(|c| alphabet.has(c)), "{pattern} {has}");
            assert!(!lacks.chars().any(|c| alphabet.has(c)), "{pattern} {lacks}");
        }
    }

    proptest! {
        /// Whatever a pattern matches is made of its alphabet.
        #[test]
        fn never_too_few(pattern in r"(\[\^?[a-c:x&~-]{1,4}\][+*]?|[a-c:]|\\\.|\(\?:a\|b:?\)|\{1,2\}|\.){1,4}", text in "[a-cx:.&~-]{1,4}") {
            if let Ok(expression) = regex::Regex::new(&format!("^(?:{pattern})$"))
                && expression.is_match(&text)
            {
                prop_assert!(Alphabet::of(&pattern).can_hold(&text), "{} {}", pattern, text);
            }
        }
    }
}
