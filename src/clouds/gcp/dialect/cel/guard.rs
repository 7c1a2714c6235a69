//! What is looked at before the grammar is: length, characters, texts, brackets, and how deep the tree would be.
//!
//! SECURITY: the grammar recurses, and a stack that overflows ends the process. Nothing reaches it that could nest deeper
//! than [`MOST_NESTED`] and [`MOST_CHAINED`] together. For that, texts and comments have to end here exactly where they end
//! for the grammar; so a text that is not well formed is an error here, and never guessed at.

use super::error::{CelError, CelMistake};

/// Brackets, and the parts of `? :`, inside each other.
pub(super) const MOST_NESTED: usize = 40;
/// Operators one after another whose results are used by the next: `a.b.c`, `!!a`, `1 + 1 + 1`.
pub(super) const MOST_CHAINED: usize = 100;

/// A token with the byte at which it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub at: usize,
    pub text: &'a str,
    pub kind: TokenKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    Text,
    Sign,
}

/// Whether the grammar may read it.
pub(super) fn check(source: &str, most_characters: usize) -> Result<(), CelError> {
    let found = source.chars().count();
    if found > most_characters {
        let mistake = CelMistake::TooLong {
            most: most_characters,
            found,
        };
        return Err(CelError::at(source, 0, mistake));
    }
    let tokens = tokens(source)?;
    if tokens.is_empty() {
        return Err(CelError::at(source, 0, CelMistake::Empty));
    }
    depth(source, &tokens)
}

/// The tokens, comments and white space left out.
pub(super) fn tokens(source: &str) -> Result<Vec<Token<'_>>, CelError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if matches!(first, ' ' | '\t' | '\n' | '\r' | '\x0c') {
            at += 1;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let wrong = |mistake| CelError::at(source, at, mistake);
        let (kind, length) = match text_length(rest) {
            Some(length) => (
                TokenKind::Text,
                length.map_err(|expected| wrong(CelMistake::Text { expected }))?,
            ),
            None => plain_length(rest).ok_or_else(|| wrong(CelMistake::Character(first)))?,
        };
        let text = rest.get(..length).unwrap_or(rest);
        tokens.push(Token { at, text, kind });
        at += length.max(1);
    }
    Ok(tokens)
}

fn plain_length(rest: &str) -> Option<(TokenKind, usize)> {
    let first = rest.chars().next()?;
    let run = |more: fn(char) -> bool| rest.find(|c| !more(c)).unwrap_or(rest.len());
    let second = rest.chars().nth(1).unwrap_or(' ');
    if first.is_ascii_alphabetic() || first == '_' {
        return Some((TokenKind::Word, run(|c| c.is_ascii_alphanumeric() || c == '_')));
    }
    if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
        // The sign of an exponent is taken for an operator, which only counts as one more.
        let mut length = 0;
        let mut chars = rest.chars().peekable();
        while let Some(c) = chars.next() {
            let fraction = c == '.' && chars.peek().is_some_and(char::is_ascii_digit);
            if !(c.is_ascii_alphanumeric() || fraction) {
                break;
            }
            length += 1;
        }
        return Some((TokenKind::Number, length));
    }
    let two = matches!(
        (first, second),
        ('&', '&') | ('|', '|') | ('=', '=') | ('!', '=') | ('<', '=') | ('>', '=')
    );
    if two {
        return Some((TokenKind::Sign, 2));
    }
    let one = "()[]{}.,:?!+-*/%<>".contains(first);
    one.then_some((TokenKind::Sign, 1))
}

/// The length of the text, bytes or quoted name that starts here; the inner error says what it would need.
fn text_length(rest: &str) -> Option<Result<usize, &'static str>> {
    if let Some(name) = rest.strip_prefix('`') {
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-/ ".contains(c)));
        let closed = length
            .filter(|length| *length > 0 && name.get(*length..).is_some_and(|end| end.starts_with('`')));
        return Some(
            closed
                .map(|length| length + 2)
                .ok_or("a name of letters, digits and `_.-/ ` up to the closing backtick"),
        );
    }
    let prefix = rest.find(|c: char| !"rRbB".contains(c)).unwrap_or(rest.len());
    let raw = match rest.get(..prefix)? {
        "" | "b" | "B" => false,
        "r" | "R" | "br" | "bR" | "Br" | "BR" => true,
        _ => return None,
    };
    let quoted = rest.get(prefix..)?;
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let triple = quote.to_string().repeat(3);
    let (end, lines) = match quoted.starts_with(&triple) {
        true => (triple, true),
        false => (quote.to_string(), false),
    };
    Some(body_length(quoted.get(end.len()..)?, &end, raw, lines).map(|body| prefix + end.len() + body))
}

/// The length of a text after its opening quote, the closing one included.
fn body_length(body: &str, end: &str, raw: bool, lines: bool) -> Result<usize, &'static str> {
    let mut at = 0;
    loop {
        let rest = body.get(at..).unwrap_or("");
        if rest.starts_with(end) {
            return Ok(at + end.len());
        }
        match rest.chars().next() {
            None => return Err("a closing quote, found the end of the expression"),
            Some('\n' | '\r') if !lines => return Err("a closing quote, found the end of the line"),
            Some('\\') if !raw => {
                at += escape_length(rest).ok_or(
                    "an escape that CEL knows (such as `\\\\`, `\\'`, `\\n`, `\\u00e9`) after the backslash; write a literal backslash as `\\\\`",
                )?;
            }
            Some(c) => at += c.len_utf8(),
        }
    }
}

fn escape_length(rest: &str) -> Option<usize> {
    let digits = |count: usize, is: fn(&char) -> bool| {
        let found = rest.chars().skip(2).take(count).filter(is).count();
        (found == count).then_some(2 + count)
    };
    match rest.chars().nth(1)? {
        'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`' => Some(2),
        'x' | 'X' => digits(2, char::is_ascii_hexdigit),
        'u' => digits(4, char::is_ascii_hexdigit),
        'U' => digits(8, char::is_ascii_hexdigit),
        '0'..='3' => digits(2, |c| matches!(c, '0'..='7')),
        _ => None,
    }
}

/// Where the bracket ends with which a well formed source begins.
pub(in super::super) fn closing_bracket(source: &str) -> Option<usize> {
    let tokens = tokens(source).ok()?;
    let mut open = 0_usize;
    for token in tokens.iter().filter(|token| token.kind == TokenKind::Sign) {
        match token.text {
            "(" | "[" | "{" => open += 1,
            ")" | "]" | "}" => open = open.checked_sub(1)?,
            _ => {}
        }
        if open == 0 {
            return (source.starts_with('(') && token.text == ")").then_some(token.at);
        }
    }
    None
}

/// One bracket that is open.
struct Open {
    bracket: char,
    at: usize,
    /// Links of the chain that the last operand belongs to; `&&`, `||` and `,` begin a new one.
    links: usize,
    /// `?` so far, which nest to the right.
    choices: usize,
}

/// Brackets match, and no path through the tree is longer than the limits.
fn depth(source: &str, tokens: &[Token<'_>]) -> Result<(), CelError> {
    let mut open = vec![Open {
        bracket: ' ',
        at: 0,
        links: 0,
        choices: 0,
    }];
    for token in tokens.iter().filter(|token| token.kind != TokenKind::Number) {
        let wrong = |mistake| CelError::at(source, token.at, mistake);
        match token.text {
            "(" | "[" | "{" => {
                if let Some(inner) = open.last_mut() {
                    inner.links += 1;
                }
                let bracket = token.text.chars().next().unwrap_or(' ');
                open.push(Open {
                    bracket,
                    at: token.at,
                    links: 0,
                    choices: 0,
                });
            }
            ")" | "]" | "}" => close(&mut open, token).map_err(wrong)?,
            "&&" | "||" => restart(&mut open, false),
            "," => restart(&mut open, true),
            "?" => {
                restart(&mut open, false);
                if let Some(inner) = open.last_mut() {
                    inner.choices += 1;
                }
            }
            ":" => restart(&mut open, false),
            text if token.kind == TokenKind::Sign || text == "in" => {
                if let Some(inner) = open.last_mut() {
                    inner.links += 1;
                }
            }
            _ => {}
        }
        let nested = open.len() - 1 + open.iter().map(|inner| inner.choices).sum::<usize>();
        if nested > MOST_NESTED {
            return Err(wrong(CelMistake::TooDeep {
                what: "brackets and choices",
                most: MOST_NESTED,
            }));
        }
        if open.iter().map(|inner| inner.links).sum::<usize>() > MOST_CHAINED {
            return Err(wrong(CelMistake::TooDeep {
                what: "operators",
                most: MOST_CHAINED,
            }));
        }
    }
    match open.last().filter(|inner| inner.bracket != ' ') {
        Some(inner) => {
            let mistake = CelMistake::NotClosed {
                opened: inner.bracket,
                expected: closing(inner.bracket),
            };
            Err(CelError::at(source, inner.at, mistake))
        }
        None => Ok(()),
    }
}

fn restart(open: &mut [Open], whole: bool) {
    if let Some(inner) = open.last_mut() {
        inner.links = 0;
        if whole {
            inner.choices = 0;
        }
    }
}

fn close(open: &mut Vec<Open>, token: &Token<'_>) -> Result<(), CelMistake> {
    let found = token.text.chars().next().unwrap_or(' ');
    let bracket = open.last().map_or(' ', |inner| inner.bracket);
    if bracket == ' ' {
        return Err(CelMistake::NotOpened(found));
    }
    let expected = closing(bracket);
    if expected != found {
        return Err(CelMistake::Bracket { expected, found });
    }
    open.pop();
    Ok(())
}

fn closing(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(source: &str) -> String {
        check(source, 4096).unwrap_err().to_string()
    }

    #[test]
    fn what_it_says() {
        for (source, says) in [
            ("", "line 1, column 1: expected an expression, found nothing"),
            (
                " // nothing\n",
                "line 1, column 1: expected an expression, found nothing",
            ),
            (
                "a == 'b",
                "line 1, column 6: expected a closing quote, found the end of the expression",
            ),
            (
                "a ==\n  'é' + 'b\n'",
                "line 2, column 9: expected a closing quote, found the end of the line",
            ),
            (
                "'\\d'",
                "line 1, column 1: expected an escape that CEL knows (such as `\\\\`, `\\'`, `\\n`, `\\u00e9`) after the backslash; write a literal backslash as `\\\\`",
            ),
            (
                "a = b",
                "line 1, column 3: expected an expression of CEL, found the character `=`, which means nothing outside a text",
            ),
            (
                "a & b",
                "line 1, column 3: expected an expression of CEL, found the character `&`, which means nothing outside a text",
            ),
            ("(a]", "line 1, column 3: expected `)`, found `]`"),
            (
                "f(a",
                "line 1, column 2: expected a `)` that closes the `(` here, found the end",
            ),
            (
                "a)",
                "line 1, column 2: expected an expression before `)`, found none that it closes",
            ),
        ] {
            assert_eq!(refused(source), says);
        }
        assert!(refused(&"a".repeat(4097)).ends_with("expected at most 4096 characters, found 4097"));
    }

    #[test]
    fn texts_end_where_they_end() {
        for (source, count) in [
            (r"'a\'b' + c", 3),
            (r#""a\\" + c"#, 3),
            (r"r'a\' + c", 3),
            (
                r#"'''a'b''' + """c"d
            """"#,
                3,
            ),
            ("br'x' + b\"y\"", 3),
            ("bar'x'", 2),
            ("a.`b-c/d e.f` + 1.5e3", 5),
            ("x // it's a ( comment\n + 1", 3),
        ] {
            assert_eq!(tokens(source).map(|t| t.len()), Ok(count), "{source}");
        }
    }

    #[test]
    fn depth_is_of_the_deepest_path() {
        let wide = vec!["(assertion.a.b in ['x', 'y'] && !c)"; 100].join(" || ");
        assert_eq!(check(&wide, 5000), Ok(()));
        for deep in [
            "(".repeat(50) + "a" + &")".repeat(50),
            "!".repeat(101) + "a",
            "a".to_owned() + &" + a".repeat(101),
            "a".to_owned() + &".a".repeat(101),
            "a".to_owned() + &"[0]".repeat(101),
            "a".to_owned() + &".f()".repeat(101),
            "a ? b : ".repeat(41) + "c",
            "[".repeat(41) + &"]".repeat(41),
            "f(1 + 1 + ".repeat(35) + "1" + &")".repeat(35),
        ] {
            let error = check(&deep, 5000).unwrap_err();
            assert!(error.mistake.is_own_limit(), "{deep}: {error}");
        }
    }
}
